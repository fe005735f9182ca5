"""Five-shot demonstrations of MMLU: English, same-bias and translate-then-answer.

Paper B, section 4.1 and table 5: all come from the dev split, the same ones for every test
question of a subject. English demonstrations go with any variant. Same-bias demonstrations are made
as the test questions are: of the same variant in the same language. Translate-then-answer
demonstrations show a mixup question, the same question in English, and the answer.
"""

from collections.abc import Iterator

import polars as pl

from isogloss.corpora.mmlu import LETTERS, QUESTIONS, TEXTS
from isogloss.errors import IsoglossError
from isogloss.frames import Column, Frame

SHOTS = 5
KINDS = ("english", "same-bias", "translate")

_KEY = ("kind", "variant", "language", "subject", "place")
DEMONSTRATIONS = Frame(
    name="MMLU demonstrations",
    columns={
        "kind": Column(pl.String(), "english, same-bias or translate (translate-then-answer)"),
        "variant": Column(pl.String(), "of the demonstration: english, or the name of a variant"),
        "language": Column(pl.String(), "en, the target language, or mixed"),
        "subject": Column(pl.String(), "one of the 57 subjects"),
        "place": Column(pl.UInt8(), "place in the subject's English dev file, from 1 to 5"),
        "question": Column(pl.String(), "question text"),
        **{letter: Column(pl.String(), f"option {letter}") for letter in LETTERS},
        "answer": Column(pl.String(), "letter of the right option"),
        **{
            f"english_{name}": Column(
                pl.String(), f"{name} in English; empty unless translate-then-answer", True
            )
            for name in TEXTS
        },
    },
    key=_KEY,
)

COVERAGE = Frame(
    name="MMLU demonstrations short of five",
    columns={
        **{name: DEMONSTRATIONS.columns[name] for name in _KEY[:-1]},
        "demonstrations": Column(pl.UInt8(), "how many there are, fewer than five"),
    },
    key=_KEY[:-1],
)


def build_demonstrations(questions: pl.DataFrame) -> pl.DataFrame:
    """Return DEMONSTRATIONS from the dev split of QUESTIONS, ordered by their key.

    A question that was left out of a variant for want of a translation has no row there, and the
    others keep their places; see `short_of_five`. Raises IsoglossError where the English dev split
    is missing, or gives a subject fewer than five.
    """
    dev = QUESTIONS.check(questions).filter(pl.col("split") == "dev", pl.col("number") < SHOTS)
    source = dev.filter(variant="english")
    counts = source.group_by("subject", maintain_order=True).len()
    short = counts.filter(pl.col("len") < SHOTS)
    if source.is_empty() or len(short):
        what = "is missing"
        if len(short):
            subject, found = short.row(0)
            what = f"has {found} questions of {subject}, not {SHOTS}"
        raise IsoglossError(
            f"MMLU demonstrations: the English dev split {what}; put dev into barrier.mmlu.splits "
            "and its five questions a subject into the source"
        )
    return DEMONSTRATIONS.check(pl.concat(_kinds(dev, source)).sort(_KEY))


def _kinds(dev: pl.DataFrame, source: pl.DataFrame) -> Iterator[pl.DataFrame]:
    yield _rows("english", source)
    translated = dev.filter(pl.col("variant") != "english")
    yield _rows("same-bias", translated)
    english = source.select(
        "subject", "number", *(pl.col(name).alias(f"english_{name}") for name in TEXTS)
    )
    mixup = translated.filter(variant="mixup").join(english, on=["subject", "number"])
    yield _rows("translate", mixup)


def _rows(kind: str, questions: pl.DataFrame) -> pl.DataFrame:
    present = questions.columns
    frame = questions.with_columns(
        pl.lit(kind).alias("kind"),
        (pl.col("number") + 1).cast(pl.UInt8).alias("place"),
        *(
            pl.lit(None, pl.String).alias(name)
            for name in DEMONSTRATIONS.columns
            if name.startswith("english_") and name not in present
        ),
    )
    return frame.select(list(DEMONSTRATIONS.columns))


def short_of_five(demonstrations: pl.DataFrame) -> pl.DataFrame:
    """Return COVERAGE: every kind, variant, language and subject with fewer than five.

    A subject without a single one is among them, with 0.
    """
    keys = list(_KEY[:-1])
    groups = demonstrations.select(keys[:-1]).unique()
    subjects = demonstrations.select("subject").unique()
    counted = demonstrations.group_by(keys).agg(pl.len().cast(pl.UInt8).alias("demonstrations"))
    every = groups.join(subjects, how="cross").join(counted, on=keys, how="left")
    every = every.with_columns(pl.col("demonstrations").fill_null(0))
    return COVERAGE.check(every.filter(pl.col("demonstrations") < SHOTS).sort(keys))
