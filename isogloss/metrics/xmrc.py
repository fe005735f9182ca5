"""Scores of study xmrc: one row per answer (paper A, sections 2.1.2 and 2.1.3)."""

import re
from collections.abc import Sequence

import polars as pl

from isogloss.errors import IsoglossError
from isogloss.frames import Column, Frame
from isogloss.metrics.language import detect
from isogloss.metrics.squad import exact_match, f1, segmented_f1

SCORES = Frame(
    name="scores",
    columns={
        "item": Column(pl.String(), "question id"),
        "setting": Column(pl.String(), "en-en, en-x or x-x"),
        "language": Column(pl.String(), "language of the question"),
        "shots": Column(pl.UInt8(), "demonstrations in the prompt"),
        "template": Column(pl.String(), "prompt template"),
        "answer": Column(pl.String(), "answer taken from the completion"),
        "reference": Column(pl.String(), "gold answer"),
        "excluded": Column(pl.Boolean(), "prompt too long: not asked, in no mean"),
        "em": Column(pl.Float64(), "exact match, 0 or 1; empty if excluded", nullable=True),
        "f1": Column(pl.Float64(), "F1, 0 to 1; empty if excluded", nullable=True),
        "f1_segmented": Column(
            pl.Float64(), "F1 over segmented text, 0 to 1; empty if excluded", nullable=True
        ),
        "blank": Column(pl.Boolean(), "no answer was given; empty if excluded", nullable=True),
        "answer_language": Column(
            pl.String(), "language of a wrong answer as detected; empty if right or none found",
            nullable=True,
        ),
        "reference_language": Column(
            pl.String(), "language of the reference as detected", nullable=True
        ),
    },
    key=("item", "setting", "language", "shots", "template"),
)  # fmt: skip

_ANSWER = re.compile(r"Answer:[^\S\n]*([^\n]*)")


def extract_answer(completion: str) -> str:
    """Return what follows the first "Answer:" up to the end of its line, else all, stripped."""
    match = _ANSWER.search(completion)
    return (match.group(1) if match else completion).strip()


def score(prompts: pl.DataFrame, responses: pl.DataFrame, languages: Sequence[str]) -> pl.DataFrame:
    """Return SCORES for PROMPTS and their RESPONSES; `languages` are those to detect among.

    A prompt that a server refused as too long is excluded like one that was not asked.
    """
    if not prompts["prompt"].equals(responses["prompt"]):
        raise IsoglossError("responses do not answer these prompts; delete both and run again")
    answers = [extract_answer(completion) for completion in responses["completion"]]
    references = prompts["reference"].to_list()
    read = prompts["context_language"].to_list()
    pairs = list(zip(answers, references, strict=True))
    em = [exact_match(a, r) for a, r in pairs]
    wrong = [i for i, value in enumerate(em) if value == 0 and answers[i]]
    answer_language: list[str | None] = [None] * len(answers)
    for i, language in zip(wrong, detect([answers[i] for i in wrong], languages), strict=True):
        answer_language[i] = language
    scored = prompts.select(
        "item", "setting", "language", "shots", "template", "reference", "excluded"
    ).with_columns(
        excluded=prompts["excluded"] | (responses["finish"] == "excluded"),
        answer=pl.Series(answers, dtype=pl.String()),
        em=pl.Series(em, dtype=pl.Float64()),
        f1=pl.Series([f1(a, r) for a, r in pairs], dtype=pl.Float64()),
        f1_segmented=pl.Series(
            [segmented_f1(a, r, code) for (a, r), code in zip(pairs, read, strict=True)],
            dtype=pl.Float64(),
        ),
        blank=pl.Series([not answer for answer in answers], dtype=pl.Boolean()),
        answer_language=pl.Series(answer_language, dtype=pl.String()),
        reference_language=pl.Series(detect(references, languages), dtype=pl.String()),
    )
    asked = ~pl.col("excluded")
    measured = ("em", "f1", "f1_segmented", "blank")
    return scored.with_columns(pl.when(asked).then(pl.col(name)).alias(name) for name in measured)
