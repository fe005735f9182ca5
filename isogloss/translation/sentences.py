"""Sentences of running text, for models that translate one at a time."""

import re

# What ends a sentence, with what closes a quotation after it; scripts without spaces need none.
_END = re.compile(r"[.!?…]+['\"»”’)\]]*(?=\s)|[。！？।؟።]+[」』”]*")
# The stop of these English words, and of single letters ("J. K.", "U.S."), ends none.
_ABBREVIATIONS = frozenset(
    (
        "mr",
        "mrs",
        "ms",
        "dr",
        "st",
        "prof",
        "jr",
        "sr",
        "vs",
        "no",
        "vol",
        "fig",
        "gen",
        "col",
        "capt",
        "lt",
        "sgt",
        "gov",
        "sen",
        "rep",
        "rev",
        "hon",
        "ca",
        "cf",
        "eg",
        "ie",
    )
)
_LAST_WORD = re.compile(r"(?:\w\.)*\w+$")


def sentences(text: str) -> list[str]:
    """Split text into sentences; `"".join(sentences)` is the text.

    White space between two goes with the second. Ends are marks before white space that no small
    letter follows, except for those of abbreviations.
    """
    found = []
    start = 0
    for match in _END.finditer(text):
        if not (text[match.end() :].lstrip()[:1].islower() or _abbreviated(text, match)):
            found.append(text[start : match.end()])
            start = match.end()
    # Outer white space at the end is of the last sentence.
    if text[start:].strip() or not found:
        return [*found, text[start:]]
    return [*found[:-1], found[-1] + text[start:]]


def _abbreviated(text: str, end: re.Match[str]) -> bool:
    word = _LAST_WORD.search(text[: end.start()])
    if end[0] != "." or word is None:
        return False
    return len(word[0]) == 1 or "." in word[0] or word[0].lower() in _ABBREVIATIONS
