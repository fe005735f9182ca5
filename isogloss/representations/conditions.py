"""Texts whose embeddings are compared: the original, words in other languages, two baselines.

Paper B, section 2.2. Each word is, with probability p, replaced by its translation into a language
drawn from the study's (English leaves it as it is). The baselines disturb tokens without regard
to meaning, each with the same probability: another token of the vocabulary, or a token that no
other can attend to. What is disturbed at a smaller p is disturbed at a larger one, too.
"""

import re
from collections.abc import Iterator, Sequence

from isogloss.corpora.draw import draw
from isogloss.corpora.units import Translations, has_letters, lookup

_WORD = re.compile(r"\w+")
_WHOLE = 2**64  # one more than the largest draw

ORIGINAL, MIXED, REPLACED, HIDDEN = "original", "mixed", "replaced", "hidden"
KINDS = (ORIGINAL, MIXED, REPLACED, HIDDEN)


def chance(*subject: str | int) -> float:
    """Return a uniform number in [0, 1) that `subject` (seed first) alone decides."""
    return draw(*subject) / _WHOLE


def drawn_words(
    text: str, number: int, p: float, languages: Sequence[str], seed: int
) -> Iterator[tuple[int, int, str]]:
    """Yield (start, end, language) of the words of a text that are put into another language.

    number: of the text in its sample. Words without letters stay, and do not count.
    """
    for place, match in enumerate(_WORD.finditer(text)):
        if has_letters(match[0]) and chance(seed, "word", number, place) < p:
            language = languages[draw(seed, "language", number, place) % len(languages)]
            if language != "en":
                yield match.start(), match.end(), language


def needed(
    texts: Sequence[str], largest_p: float, languages: Sequence[str], seed: int
) -> Iterator[tuple[str, str]]:
    """Yield each distinct (word, language) that the mixed texts need, for every p to the largest.

    Words are as written: a capital may decide between two translations.
    """
    seen: set[tuple[str, str]] = set()
    for number, text in enumerate(texts):
        for start, end, language in drawn_words(text, number, largest_p, languages, seed):
            pair = text[start:end], language
            if pair not in seen:
                seen.add(pair)
                yield pair


def mix_words(
    text: str,
    number: int,
    p: float,
    languages: Sequence[str],
    seed: int,
    translations: Translations,
) -> tuple[str, int]:
    """Return the mixed text, and how many of its drawn words have no translation.

    Such a word stays as it is; the count says so, and the report shows it.
    """
    parts: list[str] = []
    at = missing = 0
    for start, end, language in drawn_words(text, number, p, languages, seed):
        word = lookup(translations, text[start:end], language)
        if word is None:
            missing += 1
            word = text[start:end]
        parts += [text[at:start], word]
        at = end
    return "".join([*parts, text[at:]]), missing


def replace_tokens(
    ids: Sequence[int], number: int, p: float, vocabulary: Sequence[int], seed: int
) -> list[int]:
    """Return the tokens, each with probability p replaced by a different one of the vocabulary.

    vocabulary: ids to draw from, at least two, without special tokens.
    """
    found = []
    for place, token in enumerate(ids):
        if chance(seed, "replace", number, place) < p:
            index = draw(seed, "by", number, place) % (len(vocabulary) - 1)
            # The drawn id, or the last one where it is the token itself: all others equally often.
            token = vocabulary[index] if vocabulary[index] != token else vocabulary[-1]
        found.append(token)
    return found


def hide_tokens(length: int, number: int, p: float, seed: int) -> list[bool]:
    """Return which tokens may be attended to; each is hidden with probability p, but one stays."""
    seen = [chance(seed, "hide", number, place) >= p for place in range(length)]
    if length and not any(seen):
        seen[draw(seed, "keep", number) % length] = True
    return seen
