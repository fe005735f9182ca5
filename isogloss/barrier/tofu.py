"""TOFU's paraphrased questions in every language, with the English answer (paper B, 3.2)."""

from collections.abc import Sequence

import polars as pl

from isogloss.corpora.units import Translations, lookup
from isogloss.errors import IsoglossError
from isogloss.frames import Column, Frame

TOFU_QUESTIONS = Frame(
    name="TOFU questions to answer",
    columns={
        "item": Column(pl.String(), "file and place of the question, as 'retain_perturbed/7'"),
        "language": Column(pl.String(), "language of the question"),
        "question": Column(pl.String(), "paraphrased question"),
        "answer": Column(pl.String(), "answer in English, the reference"),
    },
    key=("item", "language"),
)


def english_questions(files: Sequence[pl.DataFrame], first: int | None) -> pl.DataFrame:
    """Return TOFU_QUESTIONS in English of tables TOFU, the `first` of each (None: all).

    Raises IsoglossError for a file without paraphrased questions.
    """
    parts = []
    for rows in files:
        if rows["paraphrased_question"].null_count():
            raise IsoglossError(
                f"barrier.tofu.files: {rows['split'][0]}.json has no paraphrased questions; take "
                "the files whose names end with _perturbed"
            )
        rows = rows.sort("number").head(first or len(rows))
        parts.append(
            rows.select(
                item=pl.format("{}/{}", "split", "number"),
                language=pl.lit("en"),
                question="paraphrased_question",
                answer="answer",
            )
        )
    return TOFU_QUESTIONS.check(pl.concat(parts))


def in_languages(
    english: pl.DataFrame, languages: Sequence[str], translations: Translations
) -> tuple[pl.DataFrame, int]:
    """Return TOFU_QUESTIONS in all languages, and how many have no translation and are left out."""
    rows: list[tuple[str, str, str, str]] = []
    missing = 0
    for language in languages:
        for item, _, question, answer in english.iter_rows():
            text = lookup(translations, question, language)
            if text is None:
                missing += 1
            else:
                rows.append((item, language, text, answer))
    schema = {name: column.dtype for name, column in TOFU_QUESTIONS.columns.items()}
    return TOFU_QUESTIONS.check(pl.DataFrame(rows, schema=schema, orient="row")), missing
