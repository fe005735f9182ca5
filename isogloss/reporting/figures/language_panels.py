"""Panels whose axis is languages: English, those of the mixed corpora, held-out ones, and means."""

from collections.abc import Sequence

from isogloss.reporting.barrier.models import BarrierModel
from isogloss.reporting.barrier.results import Results
from isogloss.reporting.barrier.ways import Way, english, ordered
from isogloss.reporting.figures.barrier_looks import cell
from isogloss.reporting.figures.panels import Panel, Series
from isogloss.reporting.figures.style import Look
from isogloss.reporting.figures.values import MEAN, Cell

CROWDED = 12  # names below a panel of half the page's width
One = tuple[str, Look, BarrierModel, Way]  # label, look, who is asked, and how


class LanguageAxis:
    """Positions of a panel: languages in their groups, each group with its mean."""

    def __init__(
        self, results: Results, asked: Sequence[tuple[BarrierModel, Way]], metric: str = "accuracy"
    ) -> None:
        codes = {code for model, way in asked for code in results.asked(model, way)} - {"en"}
        with_english = any(results.at(model, english(way), "en", metric) for model, way in asked)
        mixed = results.mixed([model for model, _ in asked])
        self.own = [code for code in mixed if code in codes]
        self.held_out = ordered(codes - set(mixed))
        self.english = with_english
        self.names: list[str] = ["en"] if with_english else []
        self.joined: list[list[int]] = []
        self.shaded: list[int] = [0] if with_english else []
        for group in (self.own, self.held_out):
            self.joined.append(list(range(len(self.names), len(self.names) + len(group))))
            self.names += group
            if len(group) > 1:
                self.shaded.append(len(self.names))
                self.names.append(MEAN)

    def without_english(self) -> "LanguageAxis":
        """Leave English out, where it is a line across the panel alone."""
        if self.english:
            self.english = False
            self.names = self.names[1:]
            self.joined = [[place - 1 for place in line] for line in self.joined]
            self.shaded = [place - 1 for place in self.shaded[1:]]
        return self

    def held_out_only(self) -> "LanguageAxis":
        """Leave only the languages that the mixes of the models do not have, and their mean."""
        self.without_english()
        start = len(self.own) + (len(self.own) > 1)
        self.own, self.names = [], self.names[start:]
        self.joined = [[place - start for place in self.joined[1]]]
        self.shaded = [place - start for place in self.shaded if place >= start]
        return self

    def cells(
        self, results: Results, model: BarrierModel, way: Way, metric: str
    ) -> list[Cell | None]:
        """Return a series' cells, one for each name of the axis."""
        found = [results.at(model, english(way), "en", metric)] if self.english else []
        for group in (self.own, self.held_out):
            found += [results.at(model, way, code, metric) for code in group]
            if len(group) > 1:
                found.append(results.over(model, way, group, metric))
        return [cell(of) for of in found]


def panel(
    results: Results,
    title: str,
    axis: LanguageAxis,
    ones: Sequence[One],
    lines: dict[str, float],
    metric: str = "accuracy",
    ylabel: str = "accuracy (%)",
    half: bool = False,
) -> Panel | None:
    """Return a panel; None where no series has a value. half: half a page wide at most."""
    series = [
        Series(label, look, cells)
        for label, look, model, way in ones
        if any(cells := axis.cells(results, model, way, metric))
    ]
    if not series or not axis.names:
        return None
    wide = not half and len(series) > 1 and len(series) * len(axis.names) > 24
    # In a narrow panel the word would meet the codes beside it: it stands a line lower.
    low = not wide and len(axis.names) > CROWDED
    names = [f"\n{name}" if low and name == MEAN else name for name in axis.names]
    return Panel(title, names, series, lines, axis.shaded, axis.joined, ylabel, wide=wide)
