"""What the parts of MMLU hold: questions, those left out, and texts that translation left as is."""

import polars as pl

from isogloss.corpora.mmlu import QUESTIONS, TEXTS
from isogloss.corpora.mmlu_build import LEFT_OUT
from isogloss.frames import Column, Frame

STATISTICS = Frame(
    name="MMLU parts",
    columns={
        **LEFT_OUT.columns,
        "rows": Column(pl.UInt32(), "questions of this part"),
        "texts": Column(
            pl.UInt32(),
            "questions and options with letters that are in another language than English; empty "
            "where a published folder does not tell which",
            nullable=True,
        ),
        "unchanged": Column(pl.UInt32(), "of them the same as in English", nullable=True),
        "unchanged_share": Column(pl.Float64(), "percent of the texts", nullable=True),
    },
    key=LEFT_OUT.key,
)


def statistics(questions: pl.DataFrame, left_out: pl.DataFrame) -> pl.DataFrame:
    """Return STATISTICS, in the order of LEFT_OUT; the English parts have no translated texts."""
    key = list(LEFT_OUT.key)
    place = ["split", "subject", "number"]
    english = questions.filter(variant="english").select(
        *place, *(pl.col(name).alias(f"english_{name}") for name in TEXTS)
    )
    cells = []
    for position, name in enumerate(TEXTS):
        language = pl.col("languages").list.get(position)
        translated = (language != "en") & pl.col(f"english_{name}").str.contains(r"\p{L}")
        cells.append((translated, translated & (pl.col(name) == pl.col(f"english_{name}"))))
    texts, unchanged = (
        pl.sum_horizontal(cell.cast(pl.UInt32) for cell in columns)
        for columns in zip(*cells, strict=True)
    )
    known = pl.col("languages").is_not_null().all()
    counted = (
        QUESTIONS.check(questions)
        .join(english, on=place)
        .with_columns(texts.alias("texts"), unchanged.alias("unchanged"))
        .group_by(key)
        .agg(
            pl.len().cast(pl.UInt32).alias("rows"),
            *(
                pl.when(known).then(pl.col(name).sum()).cast(pl.UInt32).alias(name)
                for name in ("texts", "unchanged")
            ),
        )
    )
    share = 100 * pl.col("unchanged") / pl.col("texts")
    return STATISTICS.check(
        LEFT_OUT.check(left_out)
        .join(counted, on=key, how="left", maintain_order="left")
        .with_columns(pl.col("rows").fill_null(0))
        .with_columns(
            pl.when(pl.col("texts") > 0).then(share).cast(pl.Float64).alias("unchanged_share")
        )
    )
