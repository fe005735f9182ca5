"""What is suspicious in one unit and its translation, told from the two texts alone."""

import re
from collections.abc import Sequence

from isogloss.languages import UNSPACED

# Marks of an error page in place of a translation.
MARKUP = re.compile(
    r"<!doctype\b|</?(?:html|head|title|body|div|span|script|br|p|h[1-6]|a)(?:\s+[\w-]+\s*=|\s*/?>)",
    re.IGNORECASE,
)
# Ends of sentences in all scripts of the studies, with what may close a quotation after them.
_CLOSERS = r"""["'»«“”‘’)\]」』\s]*$"""
_ENDS_SENTENCE = re.compile("[.!?…。！？।॥።፧؟۔]" + _CLOSERS)
# In Greek a semicolon asks; and a colon in place of a full stop cuts nothing short.
_MAY_END = re.compile("[.!?…。！？।॥።፧؟۔．｡;:；：]" + _CLOSERS)
# Thai ends its sentences with a space.
WITHOUT_STOPS = frozenset({"th"})

# A run of so many English words in a translation is no chance. Names, titles and quotations in
# other languages may stand in both: one word must be a common English one, and one more, if not a
# common one, have no capital.
COPIED_WORDS = 5
_COMMON = re.compile(
    "and|are|as|at|been|but|by|for|from|had|has|have|he|his|into|it|its|of|or|such|than|that|the|"
    "their|there|they|this|to|was|were|what|when|where|which|while|who|whose|with|you"
)
# The same words so often in a row are what a language model writes that has lost its way.
REPEATS = 4
_LONGEST_PERIOD = 12  # words, or characters where words have no spaces between them
_SHORTEST_LOOP = 8  # characters, where words have no spaces between them

_SMALL = re.compile(r"[a-z]{3,}")
_WORD = re.compile(r"[^\W_]+(?:['’][^\W_]+)*")


def has_markup(text: str, translation: str) -> bool:
    """Whether the translation has tags of a web page, and its text none."""
    return bool(MARKUP.search(translation)) and not MARKUP.search(text)


def ends_sentence(text: str) -> bool:
    """Whether a text ends as a sentence does, in a language that marks it."""
    return bool(_ENDS_SENTENCE.search(text))


def is_unfinished(text: str, translation: str) -> bool:
    """Whether the text ends as a sentence does, and its translation does not."""
    return ends_sentence(text) and not _MAY_END.search(translation)


def copied_words(text: str, translation: str) -> str | None:
    """Return the first run of `COPIED_WORDS` words of an English text in its translation, or None.

    The words are compared as they are written. Names, titles and quotations in other languages do
    not count.
    """
    ours = _WORD.findall(translation)
    if len(ours) < COPIED_WORDS:
        return None
    theirs = _WORD.findall(text)
    known = set(zip(*(theirs[start:] for start in range(COPIED_WORDS)), strict=False))
    if not known:
        return None
    for run in zip(*(ours[start:] for start in range(COPIED_WORDS)), strict=False):
        if run in known and any(map(_COMMON.fullmatch, run)) and any(map(_is_plain, run)):
            return " ".join(run)
    return None


def _is_plain(word: str) -> bool:
    return bool(_SMALL.fullmatch(word)) and not _COMMON.fullmatch(word)


def loop(text: str, language: str) -> str | None:
    """Return what stands `REPEATS` times in a row in `text`, up to 12 words long, or None.

    Of languages without spaces it is up to 12 characters long, and at least 8 with all repeats.
    """
    if language in UNSPACED:
        characters = [character for character in text if character.isalpha()]
        found = _period(characters, _SHORTEST_LOOP)
        return None if found is None else "".join(found)
    found = _period(_WORD.findall(text.lower()), REPEATS)
    return None if found is None else " ".join(found)


def _period(items: Sequence[str], least: int) -> Sequence[str] | None:
    """Return the shortest stretch that stands `REPEATS` times in a row, in `least` items or more.

    A number repeated is a table, not a loop.
    """
    for period in range(1, min(_LONGEST_PERIOD, len(items) // REPEATS) + 1):
        wanted = max(REPEATS * period, least) - period
        run = 0
        for place in range(period, len(items)):
            run = run + 1 if items[place] == items[place - period] else 0
            if run >= wanted:
                found = items[place - period + 1 : place + 1]
                if any(item[0].isalpha() for item in found):
                    return found
    return None


def added_loop(text: str, translation: str, source: str, target: str) -> str | None:
    """Return the loop in a translation whose text has none, or None."""
    found = loop(translation, target)
    return found if found and not loop(text, source) else None
