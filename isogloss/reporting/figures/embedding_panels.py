"""Panels of embeddings: a projection, the differences in it, and cosine similarities."""

from typing import TYPE_CHECKING

import numpy as np
import polars as pl
from numpy.typing import NDArray

from isogloss.reporting.figures.style import BLUE, FAINT, INK, ORANGE, SMALL, VERMILLION, Look
from isogloss.representations.conditions import HIDDEN, MIXED, REPLACED

if TYPE_CHECKING:
    from matplotlib.axes import Axes

Array = NDArray[np.float64]
NAMES = {MIXED: "words in other languages", REPLACED: "tokens replaced", HIDDEN: "tokens hidden"}
# Points without lines through them.
LOOKS = {
    MIXED: Look(BLUE, "o", dashes="none"),
    REPLACED: Look(VERMILLION, "s", dashes="none"),
    HIDDEN: Look(ORANGE, "^", dashes="none"),
}
ORIGINALS = Look(FAINT, "o", hollow=True, dashes="none")


def differences(part: pl.DataFrame) -> tuple[Array, Array]:
    """Return each text's distance from its original by coordinate, in spreads of the originals.

    Pictures have no unit; the spread is the root mean square distance of the originals from
    their centre, over both coordinates.
    """
    x, y = part["original_x"].to_numpy(), part["original_y"].to_numpy()
    spread = float(np.sqrt(x.var() + y.var()))
    return (part["x"].to_numpy() - x) / spread, (part["y"].to_numpy() - y) / spread


def _scatter(axes: "Axes", x: Array, y: Array, look: Look, size: float) -> None:
    axes.plot(
        x,
        y,
        linestyle="none",
        marker=look.marker,
        markersize=size,
        markerfacecolor="none" if look.hollow else look.colour,
        markeredgecolor=look.colour,
        markeredgewidth=0.5 if look.hollow else 0,
        alpha=0.8 if look.hollow else 0.5,
        rasterized=len(x) > 2000,  # a drawing of so many marks is slow to open
    )


def _size(texts: int) -> float:
    """Return a marker's size in points: smaller, the more there are."""
    return 3.4 if texts <= 200 else 2.2 if texts <= 1000 else 1.5


def projection(axes: "Axes", part: pl.DataFrame, kind: str) -> None:
    """Draw originals and disturbed texts of one kind in their common picture."""
    size = _size(len(part))
    _scatter(axes, part["original_x"].to_numpy(), part["original_y"].to_numpy(), ORIGINALS, size)
    _scatter(axes, part["x"].to_numpy(), part["y"].to_numpy(), LOOKS[kind], size)
    axes.set_xticks([])
    axes.set_yticks([])
    axes.set_aspect("equal", adjustable="datalim")


def difference(axes: "Axes", x: Array, y: Array, kind: str, reach: float) -> None:
    """Draw what `differences` returns around the origin, out to `reach` on both axes."""
    for line in (axes.axhline, axes.axvline):
        line(0, color=INK, linewidth=0.6)
    _scatter(axes, x, y, LOOKS[kind], _size(len(x)))
    axes.set_xlim(-reach, reach)
    axes.set_ylim(-reach, reach)
    axes.tick_params(labelsize=SMALL)
    axes.locator_params(nbins=5)


def cosines(axes: "Axes", points: pl.DataFrame) -> None:
    """Draw for each p and kind the median, the middle half and the middle nine tenths."""
    chances = sorted(set(points["p"]))
    for place, kind in enumerate(NAMES):
        look = LOOKS[kind]
        for position, chance in enumerate(chances):
            values = points.filter(kind=kind, p=chance)["cosine"].to_numpy()
            if not len(values):
                continue
            x = position + 0.26 * (place - 1)
            low, first, middle, third, high = np.percentile(values, [5, 25, 50, 75, 95])
            axes.vlines(x, low, high, color=look.colour, linewidth=0.8)
            axes.vlines(x, first, third, color=look.colour, linewidth=3.2, alpha=0.45)
            axes.plot(x, middle, **(look.options(4.6) | {"linestyle": "none"}))
    axes.set_xticks(range(len(chances)), [f"{chance:g}" for chance in chances])
    axes.set_xlim(-0.55, len(chances) - 0.45)
    axes.set_xlabel("p", labelpad=2)
    axes.grid(axis="y")
