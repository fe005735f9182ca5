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
OURS: dict[str, type[pl.DataType]] = {
    **dict.fromkeys(["id", "statement", "where", "statistic", "verdict"], pl.String),
    **dict.fromkeys(["value", "low", "high", "least"], pl.Float64),
    **dict.fromkeys(["models", "cases", "holds"], pl.UInt32),
    **dict.fromkeys(["unit", "note"], pl.String),
}
PUBLISHED: dict[str, type[pl.DataType]] = {
    "shots": pl.UInt8,
    "published_value": pl.Float64,
    **dict.fromkeys(["published_models", "published_cases", "published_holds"], pl.UInt32),
    "published_table": pl.String,
}


def csv(judgements: Sequence[Judgement]) -> str:
    """Return one row per claim; `cases` are counted in `unit`, of which `holds` agree with it."""
    return _ours(judgements).write_csv(float_precision=6)


def csv_beside(
    judgements: Sequence[Judgement],
    published: Sequence[Point | None],
    shots: int,
    published_table: str,
) -> str:
    """Return the rows of `csv` with the number of `shots` and with the published values."""
    rows = [
        (shots, of.value, of.models, of.cases, of.holds, published_table)
        if of
        else (shots, *(None,) * 5)
        for of in published
    ]
    beside = pl.DataFrame(rows, schema=PUBLISHED, orient="row")
    return _ours(judgements).hstack(beside).write_csv(float_precision=6)


def _ours(judgements: Sequence[Judgement]) -> pl.DataFrame:
    rows = []
    for judged in judgements:
        claim, ours = judged.claim, judged.point
        rows.append(
            (
                *(claim.id, claim.statement, claim.where, claim.statistic, judged.verdict),
                *(ours.value if ours else None, judged.low, judged.high, claim.least),
                *((ours.models, ours.cases, ours.holds) if ours else (0, 0, 0)),
                *(claim.unit, judged.note or None),
            )
        )
    return pl.DataFrame(rows, schema=OURS, orient="row")


def document(
    judgements: Sequence[Judgement],
    published: Sequence[Point | None] | None,
    notes: Sequence[str],
    caption: Caption,
) -> Document:
    """Return the claims as they are printed; below the table what each says and rests on.

    published: the paper's number of each claim, None if it prints none for any.
    """
    rows = [_row(judged) for judged in judgements]
    if published is not None:
        for row, judged, of in zip(rows, judgements, published, strict=True):
            row += [Entry(signed(of.value) if of else DASH), Entry(_holds(judged, of))]
    counts = Counter(judged.verdict for judged in judgements)
    verdicts = listing([f"{counts[verdict]} {verdict}" for verdict in get_args(Verdict)])
    grid = Grid(
        name="claims",
        title=caption.title,
        heads=HEADS if published is not None else HEADS[:4],
        groups=[Group("", rows)],
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


def _row(judged: Judgement) -> list[Entry]:
    ours, decimals = judged.point, judged.claim.decimals
    number = Entry(DASH)
    if ours:
        ends = interval(judged.low, judged.high, decimals - 1)
        number = Entry(signed(ours.value, decimals), (ends,))
    return [
        Entry(f"{judged.claim.id}. {judged.claim.title}"),
        number,
        Entry(_holds(judged, ours)),
        Entry(judged.verdict),
    ]


def _holds(judged: Judgement, point: Point | None) -> str:
    if not point:
        return DASH
    unit = judged.claim.unit
    return f"{point.holds} of {point.cases} {unit.removesuffix('s') if point.cases == 1 else unit}"


def _explained(judged: Judgement) -> str:
    claim = judged.claim
    sentences = [f"{claim.id} ({claim.where}): {claim.statement}", f"Number: {claim.statistic}."]
    if judged.point:
        models = "1 model" if judged.point.models == 1 else f"{judged.point.models} models"
        sentences.append(f"It rests on {models}.")
    return " ".join([*sentences, judged.note]).strip()
