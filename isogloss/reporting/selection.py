"""What study barrier reports of the selection: the best documents, the counts, the overlap."""

from dataclasses import dataclass
from pathlib import Path

import polars as pl

from isogloss.corpora.selection_tables import top_documents
from isogloss.errors import IsoglossError
from isogloss.reporting.caption import Caption
from isogloss.reporting.tables.display import Document, Entry, Grid, Group
from isogloss.reporting.tables.numbers import DASH, count, number, signed

# Published quantity to what is printed, and the decimals of its values.
QUANTITIES = {
    "documents": ("Documents searched", 0),
    "top": ("Best documents by BM25", 0),
    "top_with_keyword": ("Of the best, with a keyword", 0),
    "further": ("Further documents with a keyword", 0),
    "selected": ("Documents selected", 0),
    "selected_released": ("Documents selected, by the released list", 0),
    "share": ("Share of the corpus (%)", 2),
}
# Equal in both, or nothing else is comparable.
SETTING = ("documents", "top")
COLUMNS = ["quantity", "value", "source", "ocr"]


def top_csv(selected: pl.DataFrame, top: int) -> str:
    """Return the `top` best documents of SELECTED, one row each, keywords joined by "; "."""
    rows = top_documents(selected, top).select(
        pl.lit("table06").alias("table"),
        *("rank", "document", "score"),
        pl.col("keywords").list.join("; "),
        pl.col("text").str.strip_chars(),
    )
    return rows.write_csv(float_precision=6)


def top_document(
    selected: pl.DataFrame, retrieved: pl.DataFrame, top: int, corpus: str, caption: Caption
) -> Document:
    """Return table 6 of paper B as it is printed. `retrieved` is RETRIEVED of the same search."""
    best = top_documents(selected, top)
    rows = [
        [
            Entry(str(row["rank"])),
            Entry(str(row["document"])),
            Entry(number(row["score"], 1)),
            Entry("; ".join(row["keywords"]) or DASH),
            Entry(row["text"].strip()),
        ]
        for row in best.to_dicts()
    ]
    ours = counts(selected, retrieved)
    notes = [
        f"n = {len(rows)} of the {count(int(ours['top']))} best documents by BM25, of "
        f"{count(int(ours['documents']))} documents of {corpus}.",
        "Document: its number among the non-blank lines of the corpus, from 0.",
        "Score: BM25 Okapi for all passages of the wiki as one query; it has no unit.",
        f"Keyword: full name of a character or a spell. {DASH}: the document has none.",
    ]
    heads = ["Rank", "Document", "Score", "Keywords", "Text"]
    grid = Grid("6", caption.title, heads, [Group("", rows)], notes, left=len(heads), wide=4)
    return Document("table06", caption.title, caption.text, [grid])


def counts(selected: pl.DataFrame, retrieved: pl.DataFrame) -> dict[str, float]:
    """Return our value of each of QUANTITIES from SELECTED and RETRIEVED of one search."""
    if retrieved.is_empty():
        raise IsoglossError(
            "selection: no number of documents is given at which those with a keyword are "
            "counted; give at least one in `barrier.selection.ks`"
        )
    best = selected.filter(pl.col("rank").is_not_null())
    documents = retrieved["documents"][0]
    return {
        "documents": documents,
        "top": len(best),
        "top_with_keyword": int((best["keywords"].list.len() > 0).sum()),
        "further": len(selected) - len(best),
        "selected": len(selected),
        "selected_released": len(selected),
        "share": 100 * len(selected) / documents,
    }


@dataclass(frozen=True)
class Row:
    """A published quantity and ours; `difference` is None where the two are not comparable."""

    quantity: str
    published: float
    ocr: str
    ours: float
    difference: float | None


def compare(ours: dict[str, float], path: Path) -> list[Row]:
    """Set our counts beside those of the published file, quantity by quantity.

    They are comparable where as many documents were searched, and as many taken by BM25, as in
    the paper. Raises IsoglossError where the file has other columns or quantities.
    """
    try:
        table = pl.read_csv(path, schema_overrides={"value": pl.Float64, "ocr": pl.String})
    except (OSError, pl.exceptions.PolarsError) as error:
        raise IsoglossError(f"{path}: cannot be read as a table: {error}") from error
    if table.columns != COLUMNS:
        raise IsoglossError(f"{path}: has columns {table.columns}, expected {COLUMNS}")
    if table["quantity"].to_list() != list(QUANTITIES):
        raise IsoglossError(
            f"{path}: has quantities {table['quantity'].to_list()}, expected {list(QUANTITIES)}"
        )
    published = dict(zip(table["quantity"], table["value"], strict=True))
    comparable = all(ours[name] == published[name] for name in SETTING)
    return [
        Row(
            name,
            value,
            ocr or "",
            ours[name],
            ours[name] - value if comparable and name not in SETTING else None,
        )
        for name, value, ocr in table.select("quantity", "value", "ocr").iter_rows()
    ]


def counts_csv(rows: list[Row]) -> str:
    """Return one row per published quantity; `status` says why a difference is empty."""
    values = [
        (
            *("selection", row.quantity),
            *(_plain(row.published), _plain(row.ours), _plain(row.difference)),
            *(_status(row, rows), row.ocr),
        )
        for row in rows
    ]
    names = ["table", "quantity", "published", "ours", "difference", "status", "ocr"]
    return pl.DataFrame(values, schema=names, orient="row").write_csv()


def _plain(value: float | None) -> str:
    """Print a count without decimals and a share with six, nothing where there is no value."""
    if value is None:
        return ""
    return str(int(value)) if value == int(value) else f"{value:.6f}"


def _status(row: Row, rows: list[Row]) -> str:
    if row.quantity in SETTING:
        return "setting"
    same = all(other.ours == other.published for other in rows if other.quantity in SETTING)
    return "compared" if same else "other setting"


def counts_document(rows: list[Row], corpus: str, caption: Caption) -> Document:
    """Return the comparison as it is printed."""
    compared = [row for row in rows if row.difference is not None]
    documents, top = (next(row for row in rows if row.quantity == name) for name in SETTING)
    if compared:
        same = sum(_printed(row, row.ours) == _printed(row, row.published) for row in compared)
        lead = f"{same} of {len(compared)} published values equal ours."
    else:
        lead = (
            f"No value is compared: this run took {count(int(top.ours))} of the "
            f"{count(int(documents.ours))} documents of {corpus} by BM25, the paper "
            f"{count(int(top.published))} of {count(int(documents.published))}."
        )
    entries = [
        [
            Entry(QUANTITIES[row.quantity][0]),
            Entry(_printed(row, row.published) + ("†" if row.ocr else "")),
            Entry(_printed(row, row.ours)),
            Entry(
                DASH if row.difference is None else signed(row.difference, _decimals(row.quantity))
            ),
        ]
        for row in rows
    ]
    notes = [
        "Keyword: full name of a character or a spell. Share: of the documents searched.",
        "The paper prints 4,348 documents; the authors' released list has 4,358.",
        "†: lost in the text of the paper at hand, inferred from its other numbers and the corpus.",
    ]
    heads = ["Quantity", "Published", "Ours", "Ours − published"]
    grid = Grid("selection", caption.title, heads, [Group("", entries)], notes)
    return Document("selection", caption.title, caption.text, [grid], lead=[lead])


def _decimals(quantity: str) -> int:
    return QUANTITIES[quantity][1]


def _printed(row: Row, value: float) -> str:
    decimals = _decimals(row.quantity)
    return number(value, decimals) if decimals else count(int(value))


def overlap_csv(overlap: pl.DataFrame) -> str:
    """Return OVERLAP, one row per shift."""
    return overlap.select(pl.lit("overlap").alias("table"), pl.all()).write_csv()


def overlap_document(overlap: pl.DataFrame, caption: Caption) -> Document:
    """Return OVERLAP as it is printed, the numbers as published first."""
    ordered = overlap.sort(pl.col("shift").abs(), "shift")
    entries = [
        [
            Entry(signed(row["shift"], 0)),
            Entry(count(row["both"])),
            Entry(number(100 * row["both"] / row["published"], 1) if row["published"] else DASH),
            Entry(number(100 * row["both"] / row["selected"], 1) if row["selected"] else DASH),
            Entry(count(row["top_published"])),
            Entry(count(row["further_published"])),
        ]
        for row in ordered.to_dicts()
    ]
    sizes = ordered.to_dicts()[0]
    notes = [
        f"n = {count(sizes['selected'])} documents in our selection and "
        f"{count(sizes['published'])} in the published one.",
        "Shift: added to each published number. A much larger overlap at another shift than 0 "
        "would mean that the authors number documents in another way.",
    ]
    heads = ["Shift", "In both", "% of theirs", "% of ours", "Our best by BM25", "Our others"]
    grid = Grid("overlap", caption.title, heads, [Group("", entries)], notes)
    return Document("overlap", caption.title, caption.text, [grid])
