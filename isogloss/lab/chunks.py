"""Translations of a few words of a sentence: for mixes by chunks of words, as the paper cuts them.

A statement and its translation have the same parts in the same order: name and value, and the words
before, between and behind them. What begins or ends between two parts does so in both languages.
A cut inside a part is made at the same share of its words, so that the chunks of a sentence, all in
one language, are the sentence as it is written in that language.
"""

import re
from collections.abc import Iterable, Iterator, Mapping

from isogloss.corpora.units import split
from isogloss.lab.words import LabWords, Statement

_WORD = re.compile(r"\w+")
# What belongs to the word before it, such as the apostrophe of an elided article.
_ATTACHED = re.compile(r"[^\w\s]*")


def chunk_translations(
    statements: Iterable[Statement], words: Mapping[str, LabWords], language: str, size: int
) -> dict[str, str]:
    """Return English chunk -> chunk in `language`; size: words of a chunk.

    Of the few chunks that read differently from one statement to another, the first reading
    counts: "is the" has another article in German before each kind of word.
    """
    found: dict[str, str] = {}
    for statement in statements:
        for chunk, translation in _pairs(statement, words["en"], words[language], size):
            found.setdefault(chunk, translation)
    return found


def _pairs(
    statement: Statement, english: LabWords, other: LabWords, size: int
) -> Iterator[tuple[str, str]]:
    ours, theirs = english.parts(statement), other.parts(statement)
    text, translation = "".join(ours), "".join(theirs)
    place = _alignment([_count(part) for part in ours], [_count(part) for part in theirs])
    starts = [match.start() for match in _WORD.finditer(text)]
    spans = [match.span() for match in _WORD.finditer(translation)]
    at = 0
    # As mixing reads a line, where a full stop and white space follow.
    for piece in split(f"{text}.\n", "words", size):
        if piece.unit:
            first = starts.index(at)
            last = first + _count(piece.text)
            begin, end = spans[place[first]][0], spans[place[last] - 1][1]
            attached = _ATTACHED.match(translation, end)
            if attached and place[last] < len(spans):
                end = attached.end()
            yield piece.text, translation[begin:end]
        at += len(piece.text)


def _alignment(ours: list[int], theirs: list[int]) -> list[int]:
    """Return for each place between our words, from 0 to their number, the place between theirs.

    ours and theirs: numbers of words of each part. Before the last place, one of theirs is left.
    """
    parts: list[tuple[int, int]] = []
    for own, other in zip(ours, theirs, strict=True):
        if parts and (not other or not parts[-1][1]):
            # What has no words of theirs is one with its neighbour: "red hair", in German "rot".
            own, other = parts[-1][0] + own, parts.pop()[1] + other
        parts.append((own, other))
    places, before = [0], 0
    for own, other in parts:
        places += [before + other * number // own for number in range(1, own + 1)]
        before += other
        # Words that English does without belong to the chunk before, at the start to the first.
        if not own and len(places) > 1:
            places[-1] = before
    return places


def _count(text: str) -> int:
    return len(_WORD.findall(text))
