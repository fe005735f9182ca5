"""The seven mixed-language variants of MMLU (paper B, section 3.1), from full translations."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

import polars as pl

from isogloss.corpora.draw import shuffled
from isogloss.corpora.mixing import MAIN_LANGUAGES, Missing
from isogloss.corpora.mmlu import LETTERS, TEXTS, VARIANTS, Part, languages_of, table
from isogloss.corpora.units import Translations, has_letters, lookup
from isogloss.errors import IsoglossError, nearest


def needed(
    questions: pl.DataFrame,
    parts: Iterable[Part],
    seed: int = 42,
    languages: Sequence[str] = MAIN_LANGUAGES,
) -> Iterator[tuple[str, str]]:
    """Yield each distinct (text, language) that the parts have translated, language by language.

    `questions` are English QUESTIONS of the splits of `parts`; the other arguments are those of
    `build_variant`. Texts without letters and English are left out.
    """
    seen: dict[str, dict[str, None]] = {}
    for split, variant, language in parts:
        _check(variant, language, languages)
        for row in questions.filter(split=split).iter_rows(named=True):
            drawn = _drawn(row, variant, language, seed, languages)
            for name, code in zip(TEXTS, drawn, strict=True):
                if code != "en" and has_letters(row[name]):
                    seen.setdefault(code, {})[row[name]] = None
    for code, texts in seen.items():
        yield from ((text, code) for text in texts)


def build_variant(
    questions: pl.DataFrame,
    variant: str,
    language: str,
    translations: Translations,
    seed: int = 42,
    languages: Sequence[str] = MAIN_LANGUAGES,
    missing: Missing = "raise",
) -> tuple[pl.DataFrame, int]:
    """Return QUESTIONS of one variant, and how many questions were left out.

    `questions` are English QUESTIONS of one split; `language` is the target, or `mixed` for
    `mixup`, which shuffles `languages` once per question and gives question, A, B, C, D the first
    five. `onewrong` draws one wrong option per question, the same in every language. Draws depend
    on seed, split, subject and number alone. A text without a translation raises IsoglossError
    (`missing="raise"`) or leaves its question out (`"drop"`); the English never stands in.
    """
    _check(variant, language, languages)
    rows: list[tuple[object, ...]] = []
    left_out = 0
    for row in questions.iter_rows(named=True):
        drawn = _drawn(row, variant, language, seed, languages)
        texts = [
            lookup(translations, row[name], code) if has_letters(row[name]) else row[name]
            for name, code in zip(TEXTS, drawn, strict=True)
        ]
        if None in texts:
            position = texts.index(None)
            if missing == "raise":
                raise IsoglossError(
                    f"MMLU {row['split']}, {row['subject']}, question {row['number']}: no usable "
                    f"translation into {drawn[position]!r} of {row[TEXTS[position]][:80]!r}; set "
                    "translation.on_failure to leave-out to leave such questions out"
                )
            left_out += 1
            continue
        name = (row["split"], variant, language, row["subject"], row["domain"], row["number"])
        rows.append((*name, *texts, row["answer"], drawn))
    return table(rows), left_out


def _drawn(
    row: Mapping[str, Any], variant: str, language: str, seed: int, languages: Sequence[str]
) -> list[str]:
    """Return the languages of a question's TEXTS."""
    place = (row["split"], row["subject"], row["number"])
    if variant == "mixup":
        return shuffled(languages, seed, variant, *place)[: len(TEXTS)]
    if variant == "onewrong":
        wrong = [letter for letter in LETTERS if letter != row["answer"]]
        first = shuffled(wrong, seed, variant, *place)[0]
        return [language if name == first else "en" for name in TEXTS]
    return languages_of(variant, language, row["answer"]) or []


def _check(variant: str, language: str, languages: Sequence[str]) -> None:
    if variant not in VARIANTS:
        raise IsoglossError(f"MMLU variant {variant!r} is unknown{nearest(variant, VARIANTS)}")
    if (variant == "mixup") != (language == "mixed") or language == "en":
        raise IsoglossError(
            f"MMLU variant {variant!r} in {language!r}: give 'mixed' for mixup, and a language "
            "other than English for the rest"
        )
    if variant == "mixup" and (len(languages) < len(TEXTS) or len(set(languages)) < len(languages)):
        raise IsoglossError(
            f"languages is {list(languages)}; mixup needs five or more, each one once"
        )
