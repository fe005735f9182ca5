"""Figures 2, 11 and 17 of paper B: embeddings of disturbed texts beside those of the originals.

Per model: the 2-D projection of originals and disturbed texts, one picture per kind as in the
paper; the difference of each text from its original in that picture; and cosine similarities in
the full space at every p, which unlike the projection can be compared over kinds and models.
"""

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import polars as pl

from isogloss.errors import IsoglossError, nearest
from isogloss.reporting.barrier.models import BarrierModel, families, off_the_shelf, short_name
from isogloss.reporting.figures.embedding_panels import (
    LOOKS,
    NAMES,
    ORIGINALS,
    cosines,
    difference,
    differences,
    projection,
)
from isogloss.reporting.figures.panels import sentence_only
from isogloss.reporting.figures.style import (
    HEADING,
    LINE,
    MARGIN,
    SETTINGS,
    SMALL,
    WIDTH,
    Page,
    footnote_height,
    save,
    text_width,
)
from isogloss.reporting.tables.numbers import count, number
from isogloss.representations.conditions import HIDDEN, MIXED, REPLACED

if TYPE_CHECKING:
    from matplotlib.figure import Figure

SHELF_TITLE = "Texts with words in other languages, and disturbed at random: embeddings"
TUNED_TITLE = "Embeddings of mixed texts, before and after fine-tuning"
SUBTITLE = "Each kind has a picture of its own with the originals, and a difference to them."
# Inches.
SQUARE, GUTTER, LEFT, GAP, AXIS, HEAD = 1.62, 0.2, 0.5, 0.3, 0.4, 0.24
COSINES = LEFT + 3 * (SQUARE + GUTTER) + 0.55


def off_shelf(
    points: pl.DataFrame, similarity: pl.DataFrame, models: Sequence[BarrierModel]
) -> "Figure":
    """Draw POINTS and SIMILARITY of the models off the shelf (figures 2 and 11)."""
    shown = [(model.label, model.key) for model in off_the_shelf(models)]
    nothing = "This run embeds no texts with a model off the shelf."
    return _draw(SHELF_TITLE, points, similarity, shown, nothing)


def finetuned(
    points: pl.DataFrame, similarity: pl.DataFrame, models: Sequence[BarrierModel]
) -> "Figure":
    """Draw a model, and what was fine-tuned from it, one above the other (figure 17)."""
    known = set(points["model"])
    shown: dict[tuple[str, str], None] = {}
    for family in families(models):
        if any(model.key in known for model in family.tuned):
            for model in family.members:
                corpus = "" if model is family.start else f"{family.corpus}, "
                start = family.title.removesuffix(f", {family.corpus}")
                shown[f"{start}, {corpus}{short_name(model)}", model.key] = None
    nothing = "This run embeds no texts with a fine-tuned model."
    return _draw(TUNED_TITLE, points, similarity, list(shown), nothing)


# A figure's title, for the files' metadata, and the function that draws it.
FIGURES = {"figure02": (SHELF_TITLE, off_shelf), "figure17": (TUNED_TITLE, finetuned)}


def make_embeddings_figure(
    name: str,
    points: pl.DataFrame,
    similarity: pl.DataFrame,
    models: Sequence[BarrierModel],
    svg: Path,
    pdf: Path,
) -> None:
    """Draw one of FIGURES from POINTS and SIMILARITY and write it as SVG and as PDF.

    Raises IsoglossError for an unknown figure.
    """
    import matplotlib as mpl

    if name not in FIGURES:
        raise IsoglossError(f"figure {name!r} is unknown{nearest(name, FIGURES)}")
    title, draw = FIGURES[name]
    with mpl.rc_context(SETTINGS):
        save(draw(points, similarity, models), svg, pdf, title)


def middle_p(points: pl.DataFrame) -> float:
    """Return the p whose pictures are drawn: the middle one, of an even number the lower."""
    values = sorted(set(points["p"]))
    return float(values[(len(values) - 1) // 2])


def _draw(
    title: str,
    points: pl.DataFrame,
    similarity: pl.DataFrame,
    shown: Sequence[tuple[str, str]],
    nothing: str,
) -> "Figure":
    known = set(points["model"])
    rows = [(label, key) for label, key in shown if key in known]
    if not rows:
        return sentence_only(title, nothing)
    p = middle_p(points)
    drawn = points.filter(pl.col("model").is_in([key for _, key in rows]))
    # One scale, so that models can be compared.
    lowest = drawn.group_by("model", "kind", "p").agg(pl.col("cosine").quantile(0.05))["cosine"]
    least = min(0.98, float(lowest.min() or 0.0))  # type: ignore[arg-type]
    notes = _notes(points, p)
    height = HEAD + LINE + SQUARE + GAP + SQUARE + AXIS
    page = Page(HEADING + LINE + len(rows) * height + footnote_height(notes))
    page.heading(title, SUBTITLE)
    left = MARGIN
    for kind, name in NAMES.items():
        page.key(left, HEADING + 0.05, LOOKS[kind], name)
        left += 0.7 + text_width(name)
    page.key(left, HEADING + 0.05, ORIGINALS, "originals")
    top = HEADING + LINE
    for label, key in rows:
        _model(page, top, label, points.filter(model=key), similarity.filter(model=key), p, least)
        top += height
    page.footnote(notes)
    return page.figure


def _model(
    page: Page,
    top: float,
    label: str,
    points: pl.DataFrame,
    tests: pl.DataFrame,
    p: float,
    least: float,
) -> None:
    page.text(MARGIN, top + HEAD / 2, label, fontweight="bold")
    pictures = top + HEAD + LINE
    parts = {kind: points.filter(kind=kind, p=p) for kind in NAMES}
    moved = {kind: differences(part) for kind, part in parts.items() if len(part)}
    reach = max((float(np.abs(of).max()) for pair in moved.values() for of in pair), default=1.0)
    for place, kind in enumerate(moved):
        left = LEFT + place * (SQUARE + GUTTER)
        page.text(left, top + HEAD + 0.05, f"p = {p:g}" if place == 0 else "", fontsize=SMALL)
        axes = page.axes(left, pictures, SQUARE, SQUARE)
        projection(axes, parts[kind], kind)
        below = page.axes(left, pictures + SQUARE + GAP, SQUARE, SQUARE)
        difference(below, *moved[kind], kind, 1.05 * reach)
        if place == 0:
            axes.set_ylabel("projection", fontsize=SMALL)
            below.set_ylabel("difference to original", fontsize=SMALL)
        else:
            below.tick_params(axis="y", labelleft=False)
    page.text(COSINES, top + HEAD + 0.05, "cosine similarity with the original", fontsize=SMALL)
    tall = 2 * SQUARE + GAP - LINE * len(_found(tests)) - 0.25
    axes = page.axes(COSINES, pictures, WIDTH - COSINES - MARGIN, tall)
    cosines(axes, points)
    axes.set_ylim(least - 0.04 * (1 - least), 1 + 0.04 * (1 - least))
    for line, sentence in enumerate(_found(tests)):
        y = pictures + tall + 0.48 + LINE * line
        page.text(COSINES - 0.35, y, sentence, fontsize=SMALL)


def _found(tests: pl.DataFrame) -> list[str]:
    """Return how often the mixed text is the nearer one, over all p, for each baseline."""
    sentences = []
    for baseline in (REPLACED, HIDDEN):
        rows = tests.filter(baseline=baseline).sort("p")
        if len(rows):
            shares = [number(share, 2) for share in rows["nearer"]]
            sentences.append(f"nearer than {baseline}: {', '.join(shares)}")
    if sentences:
        p = max(tests["p_corrected"])
        sentences.append("all p < 0.001" if p < 0.001 else f"largest p {number(p, 3)}")
    return sentences


def _notes(points: pl.DataFrame, p: float) -> list[str]:
    texts = points["number"].n_unique()
    notes = [
        f"{count(texts)} texts. p: probability that a word or token is disturbed; pictures: "
        f"p = {p:g}. Differences: in spreads of the picture's originals.",
        "Cosine similarities: median, middle half (thick) and middle nine tenths (thin) of the "
        "texts, in the full space.",
        "Nearer: how often a mixed text is nearer to its original than a text of the other kind to "
        "its own, at each p; 0.5 if alike.",
        "p-values: Mann-Whitney tests of that, corrected by Holm's method.",
    ]
    missing = int(points.filter(pl.col("kind") == MIXED)["missing"].sum())
    if missing:
        notes.append(f"Words drawn that have no translation, left in English: {count(missing)}.")
    return notes
