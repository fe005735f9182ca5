"""Print judged claims: one row each for machines, and a table with notes for readers."""

from collections import Counter
from collections.abc import Sequence
from typing import get_args

import polars as pl

from isogloss.reporting.caption import Caption
from isogloss.reporting.claims import Judgement, Point, Verdict
from isogloss.reporting.tables.display import Document, Entry, Grid, Group
from isogloss.reporting.tables.numbers import DASH, interval, listing, signed

HEADS = ("Claim", "This run", "holds in", "Verdict", "Published", "holds in")
SCHEMA: dict[str, type[pl.DataType]] = {
    **dict.fromkeys(["id", "statement", "where", "statistic", "verdict"], pl.String),
    "shots": pl.UInt8,
    **dict.fromkeys(["value", "low", "high"], pl.Float64),
    **dict.fromkeys(["models", "cases", "holds"], pl.UInt32),
    "unit": pl.String,
    "published_value": pl.Float64,
    **dict.fromkeys(["published_models", "published_cases", "published_holds"], pl.UInt32),
    **dict.fromkeys(["published_table", "note"], pl.String),
}


def csv(
    judgements: Sequence[Judgement],
    published: Sequence[Point | None],
    shots: int,
    published_table: str,
) -> str:
    """Return one row per claim; `cases` are counted in `unit`, of which `holds` agree with it."""
    rows = []
    for judged, printed in zip(judgements, published, strict=True):
        claim, ours = judged.claim, judged.point
        rows.append(
            (
                *(claim.id, claim.statement, claim.where, claim.statistic, judged.verdict, shots),
                *(ours.value if ours else None, judged.low, judged.high),
                *((ours.models, ours.cases, ours.holds) if ours else (0, 0, 0)),
                claim.unit,
                *(_columns(printed) if printed else (None,) * 4),
                *(published_table if printed else None, judged.note or None),
            )
        )
    return pl.DataFrame(rows, schema=SCHEMA, orient="row").write_csv(float_precision=6)


def _columns(point: Point) -> tuple[float, int, int, int]:
    return point.value, point.models, point.cases, point.holds


def document(
    judgements: Sequence[Judgement],
    published: Sequence[Point | None],
    notes: Sequence[str],
    caption: Caption,
) -> Document:
    """Return the claims as they are printed; below the table what each says and rests on."""
    counts = Counter(judged.verdict for judged in judgements)
    verdicts = listing([f"{counts[verdict]} {verdict}" for verdict in get_args(Verdict)])
    grid = Grid(
        name="claims",
        title=caption.title,
        heads=HEADS,
        groups=[
            Group("", [_row(judged, of) for judged, of in zip(judgements, published, strict=True)])
        ],
        notes=[_explained(judged) for judged in judgements],
    )
    return Document(
        name="claims",
        title=caption.title,
        caption=caption.text,
        grids=[grid],
        notes=notes,
        lead=[f"{len(judgements)} claims: {verdicts}."],
    )


def _row(judged: Judgement, published: Point | None) -> list[Entry]:
    ours = judged.point
    return [
        Entry(f"{judged.claim.id}. {judged.claim.title}"),
        Entry(signed(ours.value), (interval(judged.low, judged.high),)) if ours else Entry(DASH),
        Entry(_holds(judged, ours)),
        Entry(judged.verdict),
        Entry(signed(published.value) if published else DASH),
        Entry(_holds(judged, published)),
    ]


def _holds(judged: Judgement, point: Point | None) -> str:
    return f"{point.holds} of {point.cases} {judged.claim.unit}" if point else DASH


def _explained(judged: Judgement) -> str:
    claim = judged.claim
    sentences = [f"{claim.id} ({claim.where}): {claim.statement}", f"Number: {claim.statistic}."]
    if judged.point:
        models = "1 model" if judged.point.models == 1 else f"{judged.point.models} models"
        sentences.append(f"It rests on {models}.")
    return " ".join([*sentences, judged.note]).strip()
