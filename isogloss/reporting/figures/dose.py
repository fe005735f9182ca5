"""Dose-response figure: a row of two panels for each experiment, accuracies and the barrier."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from isogloss.reporting.dose import ALL, ENGLISH, SEVERAL
from isogloss.reporting.figures.panels import NO_BARRIER, Panel, Series, draw
from isogloss.reporting.figures.style import BLUE, GREEN, PURPLE, SETTINGS, VERMILLION, Look, save
from isogloss.reporting.figures.values import Cell

if TYPE_CHECKING:
    from matplotlib.figure import Figure

TITLE = "How much it takes: the barrier against three doses"
SUBTITLE = (
    "Facts are taught to a small model, then asked in English and in four other languages. "
    "Barrier: accuracy in English minus the others' mean."
)
ACCURACY = {
    "english": ("asked in English", Look(BLUE, "o")),
    "others": ("asked in others", Look(VERMILLION, "s")),
}
BARRIER = {
    ALL: Look("#000000", "D"),
    SEVERAL: Look(GREEN, "^"),
    ENGLISH: Look(PURPLE, "v"),
}
# Fewer questions than that say nothing by themselves; the table has them.
FEWEST = 20


def figure_dose(
    rows: Sequence[Mapping[str, Any]], doses: Sequence[Mapping[str, Any]], level: float
) -> "Figure":
    """Draw the rows of `isogloss.reporting.dose.rows_of`; level: of their intervals, 0-1."""
    few = {(r["experiment"], r["dose"]) for r in rows if r["questions"] == ALL and r["n"] < FEWEST}
    rows = [row for row in rows if (row["experiment"], row["dose"]) not in few]
    panels: list[Panel] = []
    for letter, entry in zip("abcdefghij", doses, strict=False):
        own = [row for row in rows if row["experiment"] == entry["name"]]
        places = sorted({row["dose"] for row in own})
        names = [f"{place:g}" for place in places]
        names[len(names) // 2] += f"\n{entry['axis']}"
        everything = [row for row in own if row["questions"] == ALL]
        joined = [list(range(len(places)))]
        accuracy = [
            Series(label, look, _cells(everything, places, name))
            for name, (label, look) in ACCURACY.items()
        ]
        groups = [group for group in BARRIER if any(row["questions"] == group for row in own)]
        barrier = [
            Series(
                group if len(groups) > 1 else "",
                BARRIER[group],
                _cells([row for row in own if row["questions"] == group], places, "barrier"),
                _marks([row for row in own if row["questions"] == group], places),
            )
            for group in groups
        ]
        panels += [
            Panel(f"{letter}  {entry['title']}", names, accuracy, joined=joined, own_scale=True),
            Panel(
                *("Barrier", names, barrier, {NO_BARRIER: 0.0}),
                joined=joined,
                ylabel="barrier (points)",
            ),
        ]
    seeds = sorted({row["seeds"] for row in rows})
    notes = [
        f"Bars: {level:.0%} bootstrap intervals over questions and seeds. Small dots: each of the "
        f"{' or '.join(map(str, seeds))} trainings with another seed.",
        "Chance is 25 %: one of four options.",
    ]
    if few:
        notes.append(f"Doses that fewer than {FEWEST} questions have are in the table alone.")
    return draw(TITLE, SUBTITLE, panels, notes)


def _cells(
    rows: Sequence[Mapping[str, Any]], places: Sequence[float], name: str
) -> list[Cell | None]:
    found = {
        row["dose"]: Cell(row[name], row[f"{name}_low"], row[f"{name}_high"], row["n"])
        for row in rows
    }
    return [found.get(place) for place in places]


def _marks(rows: Sequence[Mapping[str, Any]], places: Sequence[float]) -> list[Sequence[float]]:
    found = {row["dose"]: row["by_seed"] for row in rows if row["seeds"] > 1}
    return [found.get(place, ()) for place in places]


def make_dose_figure(
    rows: Sequence[Mapping[str, Any]],
    doses: Sequence[Mapping[str, Any]],
    level: float,
    svg: Path,
    pdf: Path,
) -> None:
    """Draw the figure and write it as SVG, whose text stays text, and as PDF."""
    import matplotlib as mpl

    with mpl.rc_context(SETTINGS):
        save(figure_dose(rows, doses, level), svg, pdf, TITLE)
