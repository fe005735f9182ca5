"""Figures of study barrier that are drawn from its table of cells, by their numbers in paper B."""

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

from isogloss.errors import IsoglossError, nearest
from isogloss.reporting.barrier.results import Results
from isogloss.reporting.figures import by_language, lab, variants
from isogloss.reporting.figures.style import SETTINGS, save

if TYPE_CHECKING:
    from matplotlib.figure import Figure

# A figure's title, for the files' metadata, and the function that draws it.
FIGURES: dict[str, tuple[str, Callable[[Results], "Figure"]]] = {
    "figure03": (variants.SHELF_TITLE, variants.off_shelf),
    "figure04": (by_language.TITLES["figure04"], by_language.figure04),
    "figure05": (by_language.TITLES["figure05"], by_language.figure05),
    "figure06": (by_language.TITLES["figure06"], by_language.figure06),
    "figure07": (by_language.TITLES["figure07"], by_language.figure07),
    "figure09": (by_language.TITLES["figure09"], by_language.figure09),
    "figure15": (variants.TUNED_TITLE, variants.finetuned),
    "figure18": (by_language.TITLES["figure18"], by_language.figure18),
    "figure_lab": (lab.TITLE, lab.figure_lab),
}


def make_barrier_figure(name: str, results: Results, svg: Path, pdf: Path) -> None:
    """Draw one of FIGURES and write it as SVG, whose text stays text, and as PDF.

    What a run does not have, its figure says in one sentence. Raises IsoglossError for an unknown
    figure.
    """
    import matplotlib as mpl

    if name not in FIGURES:
        raise IsoglossError(f"figure {name!r} is unknown{nearest(name, FIGURES)}")
    title, draw = FIGURES[name]
    with mpl.rc_context(SETTINGS):
        save(draw(results), svg, pdf, title)
