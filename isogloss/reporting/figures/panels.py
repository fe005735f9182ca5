"""Pages of panels that have one scale: series of points with intervals, and lines across them."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from itertools import chain
from typing import TYPE_CHECKING

from isogloss.reporting.figures import languages_axis
from isogloss.reporting.figures.style import (
    FAINT,
    HEADING,
    INK,
    KEY,
    LINE,
    MARGIN,
    SHADE,
    SMALL,
    TEXT,
    WIDTH,
    Look,
    Page,
    footnote_height,
    legend_lines,
    text_width,
)
from isogloss.reporting.figures.values import Cell

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

# Lines across a panel, by what they mean.
ENGLISH, CHANCE = "asked in English (the first model)", "chance"
MAJORITY = "always the most frequent right letter"
NO_BARRIER = "no barrier"
RULES = {
    ENGLISH: Look(INK, "", dashes="--"),
    CHANCE: Look(FAINT, "", dashes=":"),
    MAJORITY: Look(FAINT, "", dashes="-."),
    NO_BARRIER: Look(FAINT, "", dashes=":"),
}
# Inches.
PANEL, GAP, LEFT, GUTTER, LEGEND = 1.75, 0.22, 0.62, 0.62, 0.08
HALF = (WIDTH - LEFT - MARGIN - GUTTER) / 2


@dataclass(frozen=True)
class Series:
    """What one look stands for: a cell for each position, and small marks beside some of them."""

    label: str
    look: Look
    cells: Sequence[Cell | None]
    marks: Sequence[Sequence[float]] = ()  # for each position, in the order of languages


@dataclass(frozen=True)
class Panel:
    """A panel: positions with names, series side by side, and lines (of RULES) at a height."""

    title: str
    names: Sequence[str]
    series: Sequence[Series]
    rules: dict[str, float] = field(default_factory=dict)
    shaded: Sequence[int] = ()  # positions on grey ground
    joined: Sequence[Sequence[int]] = ()  # positions with a line through their points
    ylabel: str = "accuracy (%)"
    own_scale: bool = False
    wide: bool = False  # as wide as the page, instead of half of it

    @property
    def width(self) -> float:
        """Return the inches of its axes."""
        return WIDTH - LEFT - MARGIN if self.wide else HALF

    @property
    def lines(self) -> int:
        """Return how many lines the names below the panel take."""
        return 1 + max(name.count("\n") for name in self.names)


def sentence_only(title: str, sentence: str) -> "Figure":
    """Return a page with a title that says why there is nothing to draw."""
    page = Page(HEADING)
    page.heading(title, sentence)
    return page.figure


def draw(title: str, subtitle: str, panels: Sequence[Panel], notes: Sequence[str]) -> "Figure":
    """Draw the panels in their order, with what the lines across them mean above them all."""
    rows = _rows(panels)
    rules = [name for name in RULES if any(name in panel.rules for panel in panels)]
    shared = [panel for panel in panels if not panel.own_scale]
    limits = languages_axis.limits(
        chain(
            (cell for panel in shared for of in panel.series for cell in of.cells),
            (Cell(y, None, None, 0) for panel in shared for y in panel.rules.values()),
        )
    )
    heads = [max(_head(panel) for panel in row) for row in rows]
    feet = [0.1 + 0.13 * max(panel.lines for panel in row) for row in rows]
    top = HEADING + (LINE + 0.1 if rules else 0)
    height = top + sum(heads) + sum(feet) + len(rows) * (PANEL + GAP)
    page = Page(height + footnote_height(notes))
    page.heading(title, subtitle)
    left = MARGIN
    for name in rules:
        page.key(left, HEADING + 0.08, RULES[name], name)
        left += KEY + 0.07 + text_width(name) + 0.3
    for row, head, foot in zip(rows, heads, feet, strict=True):
        for place, panel in enumerate(row):
            x = LEFT + place * (HALF + GUTTER)
            _legend(page, panel, x, top + head - _head(panel))
            axes = page.axes(x, top + head, panel.width, PANEL)
            _panel(axes, panel)
            own = [cell for of in panel.series for cell in of.cells]
            own += [Cell(y, None, None, 0) for y in panel.rules.values()]
            scale = languages_axis.limits(own) if panel.own_scale else limits
            languages_axis.scale(axes, *scale)
            if place == 0 or panel.ylabel != row[place - 1].ylabel:
                axes.set_ylabel(panel.ylabel)
        top += head + PANEL + foot + GAP
    page.footnote(notes)
    return page.figure


def _labels(panel: Panel) -> list[str]:
    """Return the legend's labels; a single series without a label needs no legend."""
    return [of.label for of in panel.series if of.label]


def _rows(panels: Sequence[Panel]) -> list[list[Panel]]:
    """Put two panels into a row where neither is wide."""
    rows: list[list[Panel]] = []
    for panel in panels:
        if rows and len(rows[-1]) == 1 and not (panel.wide or rows[-1][0].wide):
            rows[-1].append(panel)
        else:
            rows.append([panel])
    return rows


def _head(panel: Panel) -> float:
    labels = _labels(panel)
    return LINE * (1 + (len(legend_lines(labels, panel.width)) if labels else 0)) + LEGEND


def _legend(page: Page, panel: Panel, left: float, top: float) -> None:
    page.text(left, top + 0.08, panel.title, fontweight="bold")
    labels = _labels(panel)
    if not labels:
        return
    for line, entries in enumerate(legend_lines(labels, panel.width)):
        for offset, number in entries:
            look = panel.series[number].look
            page.key(left + offset, top + 0.08 + LINE * (line + 1), look, labels[number])


def _panel(axes: "Axes", panel: Panel) -> None:
    axes.set_xlim(-0.55, len(panel.names) - 0.45)
    axes.set_xticks(range(len(panel.names)), panel.names, va="top")
    axes.tick_params(axis="x", pad=4, labelsize=TEXT if panel.lines == 1 else SMALL)
    for position in panel.shaded:
        axes.axvspan(position - 0.5, position + 0.5, color=SHADE, linewidth=0, zorder=0)
    axes.grid(axis="y")
    for name, height in panel.rules.items():
        look = RULES[name]
        axes.axhline(height, color=look.colour, linestyle=look.dashes, linewidth=0.9, zorder=1.5)
    count = len(panel.series)
    marked = any(marks for of in panel.series for marks in of.marks)
    places = languages_axis.offsets(count, 0.2 if marked else 0.16)
    # Small marks stand between a point and the next series' one, in order.
    apart = places[1] - places[0] if count > 1 else 0.5
    for of, offset in zip(panel.series, places, strict=True):
        for position, marks in enumerate(of.marks):
            step = apart / (len(marks) + 1.5)
            x = [position + offset + step * (place + 1.25) for place in range(len(marks))]
            axes.plot(
                x,
                marks,
                linestyle="none",
                marker=".",
                markersize=2.6,
                color=of.look.colour,
                alpha=0.55,
                zorder=2.5,
            )
        size = 4.6 if count <= 3 else 4.0
        for line in panel.joined:
            axes.plot(
                [p + offset for p in line if of.cells[p] is not None],
                [cell.value for p in line if (cell := of.cells[p]) is not None],
                color=of.look.colour,
                linestyle=of.look.dashes,
                linewidth=0.8,
                alpha=0.6,
                zorder=2,
            )
        languages_axis.draw(axes, of.cells, of.look, offset, size)
