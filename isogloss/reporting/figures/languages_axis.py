"""An axis of languages: English as the reference, the other languages, and their mean."""

import math
from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING

from isogloss.reporting.figures.style import SHADE, TEXT, Look
from isogloss.reporting.figures.values import Cell

if TYPE_CHECKING:
    from matplotlib.axes import Axes


def prepare(axes: "Axes", names: Sequence[str], shaded: Sequence[str]) -> None:
    """Put `names` on the x axis; what is in `shaded` is not one of the languages compared."""
    axes.set_xlim(-0.55, len(names) - 0.45)
    axes.set_xticks(range(len(names)), names, va="baseline")
    axes.tick_params(axis="x", pad=TEXT + 3)
    for position, name in enumerate(names):
        if name in shaded:
            axes.axvspan(position - 0.5, position + 0.5, color=SHADE, linewidth=0, zorder=0)
    axes.grid(axis="y")


def offsets(count: int, apart: float) -> list[float]:
    """Return where `count` models stand beside their language's tick, `apart` where there is room.

    Two languages are 1 apart.
    """
    reach = min(0.33, apart / 2 * (count - 1))
    return [reach * (2 * index / (count - 1) - 1) if count > 1 else 0.0 for index in range(count)]


def draw(
    axes: "Axes",
    cells: Sequence[Cell | None],
    look: Look,
    offset: float,
    size: float,
    joined: Sequence[int] = (),
) -> None:
    """Draw one model's cells, and a line through those at the positions `joined`."""
    where = [index for index, cell in enumerate(cells) if cell is not None]
    parts = [
        ([index for index in where if index in joined], True),
        ([index for index in where if index not in joined], False),
    ]
    for indices, line in parts:
        x = [index + offset for index in indices]
        found = [cell for index in indices if (cell := cells[index]) is not None]
        bars = [
            (place, cell.low, cell.high)
            for place, cell in zip(x, found, strict=True)
            if cell.low is not None and cell.high is not None
        ]
        if bars:
            places, lows, highs = zip(*bars, strict=True)
            axes.vlines(places, lows, highs, color=look.colour, linewidth=0.8, zorder=2)
        y = [cell.value for cell in found]
        if line:
            axes.plot(
                x,
                y,
                color=look.colour,
                linestyle=look.dashes,
                linewidth=0.8,
                alpha=0.6,
                zorder=2,
            )
        axes.plot(x, y, zorder=3, **(look.options(size) | {"linestyle": "none"}))


def limits(cells: Iterable[Cell | None], zero: bool = False) -> tuple[float, float]:
    """Return the fives around all values and intervals (and 0 where `zero`), at least 20 apart.

    Values are percentages or differences of such: an axis does not go on beyond 100.
    """
    ends = [
        end
        for cell in cells
        if cell is not None
        for end in (cell.value, cell.low, cell.high)
        if end is not None
    ]
    ends += [0.0] if zero or not ends else []
    low, high = 5 * math.floor(min(ends) / 5), 5 * math.ceil(max(ends) / 5)
    if high <= 100 < low + 20:
        return 80, 100
    return low, max(high, low + 20)


def scale(axes: "Axes", low: float, high: float) -> None:
    """Set the y axis to `low` .. `high` with round ticks and a little room for markers."""
    step = next(step for step in (5, 10, 20, 50, 100) if (high - low) / step <= 6)
    room = 0.04 * (high - low)
    axes.set_ylim(low - room, high + room)
    first = step * math.ceil(low / step)
    axes.set_yticks(range(first, int(high) + 1, step))
