"""Figure 10 of paper B: documents with a keyword among the best by BM25, as more are taken."""

from pathlib import Path
from typing import TYPE_CHECKING

import polars as pl

from isogloss.errors import IsoglossError
from isogloss.reporting.figures.style import (
    BLUE,
    FAINT,
    HEADING,
    INK,
    MARGIN,
    SETTINGS,
    SMALL,
    VERMILLION,
    WIDTH,
    Page,
    footnote_height,
    save,
)
from isogloss.reporting.tables.numbers import count

if TYPE_CHECKING:
    from matplotlib.figure import Figure

TITLE = "Documents with a keyword among the best by BM25"
# Inches.
PANEL, AXIS, LEFT = 2.7, 0.55, 0.75


def make_retrieved(retrieved: pl.DataFrame, k: int, corpus: str, svg: Path, pdf: Path) -> None:
    """Draw RETRIEVED and write it as SVG, whose text stays text, and as PDF.

    `k` is how many of the best documents of `corpus` were selected; it is marked. Raises
    IsoglossError where RETRIEVED has no row.
    """
    import matplotlib as mpl

    if retrieved.is_empty():
        raise IsoglossError(
            "figure 10: there is nothing to draw; give numbers of documents in "
            "`barrier.selection.ks`"
        )
    with mpl.rc_context(SETTINGS):
        save(draw(retrieved, k, corpus), svg, pdf, TITLE)


def subtitle(retrieved: pl.DataFrame, k: int) -> str:
    """Return what the figure shows in one sentence."""
    last = retrieved.filter(pl.col("k") <= pl.col("documents")).tail(1).to_dicts()
    row = last[0] if last else retrieved.row(-1, named=True)
    taken = min(row["k"], row["documents"])
    return (
        f"The best {count(taken)} of {count(row['documents'])} documents hold "
        f"{count(row['retrieved'])} of the {count(row['keyword_documents'])} with a keyword; "
        f"{count(k)} were selected by BM25."
    )


def draw(retrieved: pl.DataFrame, k: int, corpus: str) -> "Figure":
    """Draw the counts over the number of documents taken, and what a random order would give."""
    from matplotlib.ticker import FuncFormatter, MaxNLocator

    documents, total = retrieved["documents"][0], retrieved["keyword_documents"][0]
    # Beyond the corpus there is nothing to take: one point for all such numbers.
    found_at = {
        min(taken, documents): found
        for taken, found in retrieved.select("k", "retrieved").iter_rows()
    }
    points = [(0, 0), *found_at.items()]
    notes = [
        f"Corpus: {corpus}, {count(documents)} documents, {count(total)} of them with a keyword: "
        "the full name of a character or a spell.",
        "Dashed: what the same number of documents drawn at random holds on average.",
    ]
    page = Page(HEADING + PANEL + AXIS + footnote_height(notes))
    page.heading(TITLE, subtitle(retrieved, k))
    axes = page.axes(LEFT, HEADING, WIDTH - LEFT - MARGIN - 0.3, PANEL)
    places, found = zip(*points, strict=True)
    end = max(places[-1], k)
    axes.plot((0, end), (0, total * end / documents), color=INK, linestyle="--", linewidth=0.8)
    axes.axvline(k, color=VERMILLION, linewidth=0.9, linestyle=":")
    axes.plot(
        places,
        found,
        color=BLUE,
        marker="o",
        markersize=4.5,
        linewidth=1.2,
        clip_on=False,
        zorder=3,
    )
    top = 1.15 * max(1, *found)
    axes.set_xlim(0, end)
    axes.set_ylim(0, top)
    axes.annotate(
        f"selected: {count(k)}",
        (k, top),
        xytext=(4, -2),
        textcoords="offset points",
        va="top",
        fontsize=SMALL,
        color=VERMILLION,
    )
    for place, value in points[1:]:
        axes.annotate(
            count(value),
            (place, value),
            xytext=(0, 6),
            textcoords="offset points",
            ha="center",
            fontsize=SMALL,
            # Readable where the line of the selected number runs behind it.
            bbox={"boxstyle": "square,pad=0.1", "facecolor": "white", "edgecolor": "none"},
        )
    axes.grid(axis="y")
    axes.spines["left"].set_color(FAINT)
    axes.xaxis.set_major_formatter(FuncFormatter(lambda value, _: count(round(value))))
    axes.yaxis.set_major_locator(MaxNLocator(5, integer=True))
    axes.yaxis.set_major_formatter(FuncFormatter(lambda value, _: count(round(value))))
    axes.set_xlabel("best documents by BM25 taken (k)")
    axes.set_ylabel("documents with a keyword")
    page.footnote(notes)
    return page.figure
