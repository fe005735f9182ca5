"""Word by word from a glossary: no translation system, it lets the demo mix languages offline.

Grammar, word order and meaning in context are not its business. What it cannot look up is a
failure that names the words; no text is left in English unseen.
"""

import csv
import hashlib
import re
from collections.abc import Sequence
from pathlib import Path

from isogloss.errors import IsoglossError
from isogloss.languages import NAMES
from isogloss.translation.providers.protocol import Failure

SOURCE = "en"
LONGEST = 5000

# A word may have apostrophes and hyphens inside; what holds a digit is no word and stays.
_WORD = re.compile(r"\w+(?:['’-]\w+)*")
_SENTENCE_END = re.compile(r"[.!?…]")


class GlossaryProvider:
    """The glossary in `file`: tab-separated, a column per language, keys in column `en`.

    Keys are lower-case words or phrases; the longest that fits is taken. The name holds a hash of
    the file, so that an edited glossary does not answer from an older one's memory.
    """

    batch = 256

    def __init__(self, file: str | Path):
        self._file = Path(file)
        try:
            data = self._file.read_bytes()
            rows = list(csv.reader(data.decode().splitlines(), "excel-tab", strict=True))
        except (OSError, UnicodeDecodeError, csv.Error) as error:
            raise IsoglossError(
                f"{self._file}: cannot be read as a glossary, a table with tabs in UTF-8: {error}"
            ) from error
        digest = hashlib.sha256(data).hexdigest()
        self.name = f"glossary-{digest[:12]}"
        self.version = f"glossary with sha256 {digest}"
        self._tables = self._read(rows)
        keys = self._tables[SOURCE]
        self._most_words = max(len(key.split()) for key in keys)

    def check(self, source: str, target: str) -> None:
        """Raise IsoglossError unless the glossary has a column for `target`, from English."""
        if source != SOURCE or target not in self._tables or target == SOURCE:
            raise IsoglossError(
                f"provider glossary: {self._file} does not translate from {source!r} to "
                f"{target!r}, only from 'en' to {', '.join(sorted(set(self._tables) - {SOURCE}))}; "
                "take the language out, or give the glossary a column for it"
            )

    def fits(self, text: str) -> bool:
        """Whether `text` is not too long for one unit."""
        return len(text) <= LONGEST

    def translate(self, texts: Sequence[str], source: str, target: str) -> list[str | Failure]:
        """Replace words by words; see Provider.translate."""
        return [self._translate(text, self._tables[target]) for text in texts]

    def _translate(self, text: str, table: dict[str, str]) -> str | Failure:
        words = list(_WORD.finditer(text))
        made, unknown = [], []
        end = i = 0
        while i < len(words):
            made.append(text[end : words[i].start()])
            inside = i > 0 and not _SENTENCE_END.search(text[words[i - 1].end() : words[i].start()])
            length, found = self._longest(text, words[i:], table)
            original = text[words[i].start() : words[i + length - 1].end()]
            if found is not None:
                made.append(_in_case(found, original, inside=inside))
            elif re.search(r"\d", original) or (inside and original[0].isupper()):
                made.append(original)  # a number, or a name
            else:
                unknown.append(original)
            end = words[i + length - 1].end()
            i += length
        if unknown:
            named = ", ".join(repr(word) for word in dict.fromkeys(unknown))
            return Failure(f"not in the glossary: {named[:200]}")
        return "".join([*made, text[end:]])

    def _longest(
        self, text: str, words: Sequence[re.Match[str]], table: dict[str, str]
    ) -> tuple[int, str | None]:
        """Return how many of the next words the longest key has, and its translation."""
        for length in range(min(self._most_words, len(words)), 0, -1):
            phrase = text[words[0].start() : words[length - 1].end()].lower()
            key = " ".join(phrase.split())
            if key in table:
                return length, table[key]
        return 1, None

    def _read(self, rows: Sequence[Sequence[str]]) -> dict[str, dict[str, str]]:
        """Return each language's table of keys."""
        head = rows[0] if rows else []
        bad = [name for name in head if name not in NAMES]
        if SOURCE not in head or len(head) < 2 or bad or len(set(head)) < len(head):
            raise IsoglossError(
                f"{self._file}: the columns are {head}; name them once each by the languages' "
                f"codes, {SOURCE} among them"
            )
        tables: dict[str, dict[str, str]] = {language: {} for language in head}
        for number, row in enumerate(rows[1:], start=2):
            entry = dict(zip(head, row, strict=False))
            key = entry.get(SOURCE, "")
            if len(row) != len(head) or not all(cell.strip() for cell in row):
                raise IsoglossError(
                    f"{self._file}: line {number} ({key!r}) has an empty cell or not the "
                    f"{len(head)} of the first line; fill it in or delete it"
                )
            if key in tables[SOURCE] or key != " ".join(key.lower().split()):
                raise IsoglossError(
                    f"{self._file}: line {number}: the key {key!r} is there twice or not in lower "
                    "case with single spaces; correct it"
                )
            for language, cell in entry.items():
                tables[language][key] = cell
        if not tables[SOURCE]:
            raise IsoglossError(f"{self._file}: holds no words, only the names of its columns")
        return tables


def _in_case(translation: str, original: str, *, inside: bool) -> str:
    """Return `translation` capitalised or in capitals as `original` is.

    A single capital inside a sentence, such as "I", says nothing about other languages.
    """
    if len(original) > 1 and original.isupper():
        return translation.upper()
    if original[0].isupper() and not (inside and len(original) == 1):
        return translation[0].upper() + translation[1:]
    return translation
