"""Figures of study xmrc, one module per figure, drawn from the table of cells."""

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import polars as pl

from isogloss.errors import IsoglossError
from isogloss.reporting.figures import errors, f1, gap
from isogloss.reporting.figures.style import SETTINGS, save
from isogloss.reporting.figures.values import Values
from isogloss.reporting.modelinfo import ModelInfo

if TYPE_CHECKING:
    from matplotlib.figure import Figure


class _Drawing:
    """A figure's title, for the files' metadata, and the function that draws it."""

    def __init__(self, title: str, draw: Callable[[Values], "Figure"]) -> None:
        self.title = title
        self.draw = draw


FIGURES = {
    "figure_f1": _Drawing(f1.TITLE, f1.draw),
    "figure_gap": _Drawing(gap.TITLE, gap.draw),
    "figure_errors": _Drawing(errors.TITLE, errors.draw),
}


def make_figure(
    name: str,
    cells: pl.DataFrame,
    models: Sequence[ModelInfo],
    options: Mapping[str, Any],
    svg: Path,
    pdf: Path,
) -> None:
    """Draw one of FIGURES and write it as SVG, whose text stays text, and as PDF.

    `cells` is a table of CELLS. `options` has `shots` (the demonstrations of the run to draw),
    `languages` (codes, with or without English) and `level` (of the cells' intervals, 0-1).
    Raises IsoglossError for an unknown figure or option, and for models without cells.
    """
    import matplotlib as mpl

    if name not in FIGURES:
        raise IsoglossError(f"figure {name!r} is unknown; there are {sorted(FIGURES)}")
    if sorted(options) != ["languages", "level", "shots"]:
        raise IsoglossError(
            f"options of {name} must be languages, level and shots, not {sorted(options)}"
        )
    values = Values(cells, models, options["shots"], options["languages"], options["level"])
    with mpl.rc_context(SETTINGS):
        save(FIGURES[name].draw(values), svg, pdf, FIGURES[name].title)
