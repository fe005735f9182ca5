"""Plain text in Apertium's stream format and back, one unit at a time.

The format (https://wiki.apertium.org/wiki/Apertium_stream_format) has reserved characters, and
blanks in brackets, which pass through all programs untouched and keep their order.
"""

import re
from collections import Counter
from typing import NamedTuple

# Marks that the generator puts before a word, by what they say.
MARKS = {
    "*": "unknown",  # not in the source dictionary: stands as it was written
    "@": "untranslated",  # not in the bilingual dictionary: stands as its lemma
    "#": "uninflected",  # its form is not in the target dictionary: stands as the target's lemma
}

# Characters with a meaning in the stream. Some of them the programs also write of their own accord,
# escaped or not, and a tilde they take away: private characters pass in the place of these.
_RESERVED = r"\[\]{}^$\\"
_STAND_INS = {character: chr(0xF8F0 + i) for i, character in enumerate("*@#/<>+~")}
_MEANT = {stand_in: character for character, stand_in in _STAND_INS.items()}

# What is no language: several symbols together, such as WikiText's "@-@", with the white space
# about them, and white space other than single spaces. The programs would take the symbols apart.
_SYMBOLS = rf"(?<!\S)(?=\S*[{_RESERVED}*@#/<>+~])[^\w\s]{{2,}}(?!\S)"
_FORMAT = re.compile(rf"\s*{_SYMBOLS}(?:\s+{_SYMBOLS})*\s*|\s{{2,}}|[^\S ]")

# A sentence without an end loses words: the programs wait for what never comes. The empty blank
# keeps the added stop from being read as that of an abbreviation.
_END = "[].[]"

_BLANK = re.compile(r"(?<!\\)(?:\\\\)*\[((?:\\.|[^\]\\])*)\]", re.DOTALL)
_PART = re.compile(
    r"\[(?P<blank>(?:\\.|[^\]\\])*)\]"
    r"|\\?(?P<mark>[*@#])"
    r"|\\/[\w'’-]*"  # another form of the same word: the first one stands
    r"|\\<[^\\]*\\>"  # a grammatical tag of a word without a form
    r"|(?P<spaces> +)"
    r"|\\?(?P<plain>.)",
    re.DOTALL,
)


class Unreadable(Exception):
    """Why a text cannot be sent, or an answer cannot be read."""


class Decoded(NamedTuple):
    """A translation, and how many words of it had each of MARKS, by its name."""

    text: str
    marks: Counter[str]


def encode(text: str, number: int) -> str:
    """Return `text` as a unit of the stream, with `number` in a blank at its beginning.

    Raises Unreadable for the few characters that have no place in the stream.
    """
    for character in text:
        if character == "\0" or character in _MEANT or "\ud800" <= character <= "\udfff":
            raise Unreadable(f"the character U+{ord(character):04X} cannot be sent to apertium")
    parts, position = [f"[{number}]"], 0
    for match in _FORMAT.finditer(text):
        parts += [_escaped(text[position : match.start()]), f"[{_escaped(match[0])}]"]
        position = match.end()
    return "".join([*parts, _escaped(text[position:]), _END])


def number(answer: str) -> int | None:
    """Return the number that an answer begins with, or None."""
    match = re.match(r"\[(\d+)\]", answer)
    return int(match[1]) if match else None


def decode(answer: str, unit: str) -> Decoded:
    """Return the text of `answer`, what the programs made of `unit`, without its marks.

    Runs of spaces, left where a word was dropped, become one. Raises Unreadable if the format of
    the unit is not what it was.
    """
    if _BLANK.findall(answer) != _BLANK.findall(unit) or not answer.endswith("[]"):
        raise Unreadable("apertium lost or moved the text's format")
    body = answer[answer.index("]") + 1 :].removesuffix("[]").removesuffix(".").removesuffix("[]")
    marks: Counter[str] = Counter()
    text: list[str] = []
    for part in _PART.finditer(body):
        if part["mark"]:
            marks[MARKS[part["mark"]]] += 1
        elif part["spaces"]:
            text.append("" if text and text[-1][-1:].isspace() else " ")
        elif part["blank"]:
            if part["blank"][0].isspace() and text and text[-1] == " ":
                text.pop()
            text.append(_meant(re.sub(r"\\(.)", r"\1", part["blank"], flags=re.DOTALL)))
        elif part["plain"]:
            text.append(_meant(part["plain"]))
    return Decoded("".join(text).strip(), marks)


def _escaped(text: str) -> str:
    text = re.sub(rf"[{_RESERVED}]", r"\\\g<0>", text)
    return "".join(_STAND_INS.get(character, character) for character in text)


def _meant(text: str) -> str:
    return "".join(_MEANT.get(character, character) for character in text)
