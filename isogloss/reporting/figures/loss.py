"""Figure: the loss of every fine-tuning, one panel per base model."""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from isogloss.errors import IsoglossError
from isogloss.reporting.figures.style import (
    COLOURS,
    HEADING,
    LINE,
    MARGIN,
    SETTINGS,
    TEXT,
    WIDTH,
    Look,
    Page,
    footnote_height,
    legend_lines,
    save,
)
from isogloss.training.curve import Step

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

TITLE = "Training loss of the fine-tuned models, by base model"
SUBTITLE = "Mean negative log-likelihood of the tokens to be learned, in nats, at each step."
DASHES = ("-", "--", ":", "-.")  # a further round of colours has the next
COLUMNS = 2
SMOOTHED = 20  # means over this share of a curve's steps, where it has more steps than that
# Inches.
PANEL, AXIS, GAP, LEFT, GUTTER, LEGEND = 1.9, 0.42, 0.2, 0.62, 0.55, 0.1


@dataclass(frozen=True)
class Curve:
    """The loss of a fine-tuning, with the labels of its model and of the base model."""

    label: str
    base: str
    steps: Sequence[Step]


def smoothed(values: Sequence[float]) -> list[float]:
    """Return the running mean over the last 1 / SMOOTHED of all steps."""
    window = max(1, len(values) // SMOOTHED)
    means, total = [], 0.0
    for place, value in enumerate(values):
        total += value - (values[place - window] if place >= window else 0.0)
        means.append(total / min(window, place + 1))
    return means


def looks(count: int) -> list[Look]:
    """Return a colour and dashes for each curve of a panel."""
    rounds = len(COLOURS)
    return [Look(COLOURS[n % rounds], "", dashes=DASHES[n // rounds % 4]) for n in range(count)]


def names(curves: Sequence[Curve]) -> list[str]:
    """Return the legend's entries: labels without the base model's, which is above the panel."""
    return [curve.label.removeprefix(curve.base).removeprefix(" + ") for curve in curves]


def panel(axes: "Axes", curves: Sequence[Curve]) -> None:
    """Draw the curves of one base model: each step faintly, and its running mean."""
    from matplotlib.ticker import MaxNLocator

    for curve, look in zip(curves, looks(len(curves)), strict=True):
        x = [step.step for step in curve.steps]
        y = [step.loss for step in curve.steps]
        if len(y) >= 2 * SMOOTHED:
            axes.plot(x, y, color=look.colour, linewidth=0.5, alpha=0.3)
        marker = "o" if len(y) == 1 else ""  # a line through one point cannot be seen
        axes.plot(
            x,
            smoothed(y),
            color=look.colour,
            linestyle=look.dashes,
            linewidth=1.1,
            marker=marker,
            markersize=3,
        )
    axes.set_xlabel("step")
    axes.set_ylabel("loss (nats)")
    axes.tick_params(labelsize=TEXT - 1)
    axes.set_xlim(left=0)
    axes.xaxis.set_major_locator(MaxNLocator(6, integer=True))
    axes.yaxis.set_major_locator(MaxNLocator(6))
    axes.grid(axis="y")


def draw(curves: Sequence[Curve]) -> "Figure":
    """Draw one panel per base model, in the order of the curves."""
    groups: dict[str, list[Curve]] = {}
    for curve in curves:
        groups.setdefault(curve.base, []).append(curve)
    columns = min(COLUMNS, len(groups))
    width = (WIDTH - LEFT - MARGIN - (columns - 1) * (GUTTER + 0.1)) / columns
    panels = list(groups.values())
    rows = [panels[n : n + columns] for n in range(0, len(panels), columns)]
    heads = [
        LINE * (1 + max(len(legend_lines(names(group), width)) for group in row)) + LEGEND
        for row in rows
    ]
    notes = [
        f"Thick lines: running means over 1/{SMOOTHED} of the steps; faint ones: each step.",
        "Losses of different base models are not comparable: their tokens differ.",
    ]
    height = HEADING + sum(heads) + len(rows) * (PANEL + AXIS + GAP) + footnote_height(notes)
    page = Page(height)
    page.heading(TITLE, SUBTITLE)
    top = HEADING
    for row, head in zip(rows, heads, strict=True):
        for place, group in enumerate(row):
            left = LEFT + place * (width + GUTTER + 0.1)
            page.text(left, top + 0.08, group[0].base, fontweight="bold")
            for line, entries in enumerate(legend_lines(names(group), width)):
                for offset, number in entries:
                    look = looks(len(group))[number]
                    page.key(
                        left + offset, top + 0.08 + LINE * (line + 1), look, names(group)[number]
                    )
            panel(page.axes(left, top + head, width, PANEL), group)
        top += head + PANEL + AXIS + GAP
    page.footnote(notes)
    return page.figure


def make_loss_figure(curves: Sequence[Curve], svg: Path, pdf: Path) -> None:
    """Draw all curves and write the figure as SVG, whose text stays text, and as PDF.

    Raises IsoglossError where a loss is no number.
    """
    import matplotlib as mpl

    for curve in curves:
        for step in curve.steps:
            if not math.isfinite(step.loss):
                raise IsoglossError(f"{curve.label}: the loss of step {step.step} is {step.loss}")
    with mpl.rc_context(SETTINGS):
        save(draw(curves), svg, pdf, TITLE)
