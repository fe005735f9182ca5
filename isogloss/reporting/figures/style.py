"""The look that all figures share: a page laid out in inches, colours, markers, saved bytes."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

WIDTH = 9.0  # inches; 80 % of it is the text width of an A4 page, where 8.5 pt become 7 pt
MARGIN = 0.15
TEXT, SMALL, HEAD = 8.5, 7.5, 12.0  # points
LINE = 0.17  # inches from one line of TEXT to the next
INK, FAINT, SHADE = "#222222", "#8A8A8A", "#F1F1F1"

# The palette of M. Okabe and K. Ito, "Color Universal Design" (2008), without its yellow, which is
# too pale for thin lines on white paper.
BLUE, VERMILLION, GREEN = "#0072B2", "#D55E00", "#009E73"
PURPLE, ORANGE, SKY = "#CC79A7", "#E69F00", "#56B4E9"
COLOURS = (BLUE, VERMILLION, GREEN, PURPLE, ORANGE, SKY, "#000000")
# One more than there are colours, so that the pairs repeat only after all combinations.
MARKERS = ("o", "s", "^", "D", "v", "P", "X", "p")

SETTINGS: dict[Any, Any] = {  # matplotlib's rcParams
    "font.family": ["DejaVu Sans", "sans-serif"],  # comes with matplotlib: same layout anywhere
    "font.size": TEXT,
    "text.color": INK,
    "text.parse_math": False,  # a label may hold a dollar sign
    "axes.edgecolor": FAINT,
    "axes.labelcolor": INK,
    "axes.linewidth": 0.6,
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.axisbelow": True,
    "axes.unicode_minus": True,
    "xtick.color": INK,
    "ytick.color": INK,
    "xtick.major.size": 0,
    "ytick.major.size": 0,
    "xtick.labelsize": TEXT,
    "ytick.labelsize": SMALL,
    "grid.color": "#DDDDDD",
    "grid.linewidth": 0.5,
    "hatch.linewidth": 0.7,
    "svg.fonttype": "none",  # text stays text: it can be searched, read aloud and restyled
    "svg.hashsalt": "isogloss",  # otherwise the ids in the file are random
    "pdf.fonttype": 42,
}


@dataclass(frozen=True)
class Look:
    """How one model is drawn: hollow and dashed for base models, filled and solid for others."""

    colour: str
    marker: str
    hollow: bool = False
    dashes: str = "-"

    def options(self, size: float) -> dict[str, Any]:
        """Return the keyword arguments of a line with markers of `size` points."""
        return {
            "color": self.colour,
            "linestyle": self.dashes,
            "linewidth": 0.9,
            "marker": self.marker,
            "markersize": size,
            "markerfacecolor": "white" if self.hollow else self.colour,
            "markeredgecolor": self.colour,
            "markeredgewidth": 0.9,
        }


class Page:
    """A figure whose parts are placed in inches from its upper left corner."""

    def __init__(self, height: float) -> None:
        from matplotlib.figure import Figure

        self.height = height
        self.figure: Figure = Figure(figsize=(WIDTH, height))

    def axes(self, left: float, top: float, width: float, height: float) -> "Axes":
        """Add axes; `height` runs downwards from `top`."""
        return self.figure.add_axes(
            (
                left / WIDTH,
                1 - (top + height) / self.height,
                width / WIDTH,
                height / self.height,
            )
        )

    def text(self, left: float, top: float, text: str, **options: Any) -> None:
        """Write a line whose middle is at `top`."""
        line: dict[str, Any] = {"ha": "left", "va": "center", "fontsize": TEXT}
        self.figure.text(left / WIDTH, 1 - top / self.height, text, **line | options)

    def heading(self, title: str, subtitle: str) -> None:
        """Write the two lines above everything; they fill the uppermost `HEADING` inches."""
        self.text(MARGIN, 0.2, title, fontsize=HEAD, fontweight="bold")
        self.text(MARGIN, 0.45, subtitle)

    def footnote(self, notes: Sequence[str]) -> None:
        """Write notes at the lower end; they fill `footnote_height` inches."""
        for number, line in enumerate(reversed(_footnote_lines(notes))):
            top = self.height - 0.13 - number * 0.15
            self.text(MARGIN, top, line, fontsize=SMALL, color="#555555")

    def key(self, left: float, top: float, look: Look, label: str) -> None:
        """Draw a legend entry: a short stroke with the model's marker, and its label."""
        from matplotlib.lines import Line2D

        middle = self.height - top
        stroke = Line2D(
            (left, left + KEY / 2, left + KEY),
            (middle,) * 3,
            markevery=(1, 2),
            transform=self.figure.dpi_scale_trans,
            **look.options(4.5),
        )
        self.figure.add_artist(stroke)
        self.text(left + KEY + 0.07, top, label)


HEADING = 0.65
KEY = 0.32  # inches that a legend entry's stroke takes


def footnote_height(notes: Sequence[str]) -> float:
    """Return the inches that `Page.footnote` needs."""
    return 0.12 + 0.15 * len(_footnote_lines(notes))


def _footnote_lines(notes: Sequence[str]) -> list[str]:
    """Break notes that are wider than the page."""
    lines: list[str] = []
    for note in notes:
        line = ""
        for word in note.split():
            longer = f"{line} {word}".strip()
            if line and text_width(longer, SMALL) > WIDTH - 2 * MARGIN:
                lines.append(line)
                longer = word
            line = longer
        lines.append(line)
    return lines


def text_width(text: str, size: float = TEXT) -> float:
    """Return the inches that a line of text takes in the figures' font."""
    from matplotlib.font_manager import FontProperties
    from matplotlib.textpath import TextPath

    font = FontProperties(family="DejaVu Sans")
    return float(TextPath((0, 0), text, size=size, prop=font).get_extents().width) / 72


def legend_lines(labels: Sequence[str], width: float) -> list[list[tuple[float, int]]]:
    """Lay out a legend: for each line, (inches from its left end, number of the label)."""
    lines: list[list[tuple[float, int]]] = [[]]
    left = 0.0
    for number, label in enumerate(labels):
        size = KEY + 0.07 + text_width(label) + 0.2
        if lines[-1] and left + size > width:
            lines.append([])
            left = 0.0
        lines[-1].append((left, number))
        left += size
    return lines


def save(figure: "Figure", svg: Path, pdf: Path, title: str) -> None:
    """Write both files; neither holds a date, so the same figure gives the same bytes."""
    for path, metadata in (
        (svg, {"Title": title, "Creator": "Isogloss", "Date": None}),
        (pdf, {"Title": title, "Creator": "Isogloss", "Producer": None, "CreationDate": None}),
    ):
        path.parent.mkdir(parents=True, exist_ok=True)
        figure.savefig(path, format=path.suffix[1:], metadata=metadata)
