"""How often each option is chosen, beside how often it is right: the bias of the answers.

Paper B, section 3.1, finding 2: models avoid an option that is in another language than the rest.
"""

from collections.abc import Iterator
from dataclasses import dataclass, replace

import polars as pl

from isogloss.reporting.barrier.models import BarrierModel, controls, off_the_shelf
from isogloss.reporting.barrier.results import Estimate, Results
from isogloss.reporting.barrier.ways import SCORINGS, TASKS, VARIANTS, Way
from isogloss.reporting.caption import Caption
from isogloss.reporting.tables.display import Document, Entry, Grid, Group
from isogloss.reporting.tables.numbers import DASH, count, interval, listing, number

NAME = "letters"
LETTERS = "ABCDEFGHIJ"
EMPTY = "This run asks no model questions with options."


@dataclass(frozen=True)
class Line:
    """Of one model and way: shares of answers and of right options in percent, by option."""

    model: BarrierModel
    way: Way
    languages: tuple[str, ...]
    answered: tuple[Estimate, ...]
    right: tuple[float, ...] | None  # None without the control `gold`, which chooses them
    unread: float
    n: int

    @property
    def distance(self) -> float | None:
        """Return how many answers, in percent, would have to move to be spread as right ones are.

        This is the total variation distance; answers that no option could be read from count.
        """
        if self.right is None:
            return None
        gaps = [abs((of.value or 0) - n) for of, n in zip(self.answered, self.right, strict=True)]
        return (sum(gaps) + self.unread) / 2


def lines(results: Results) -> list[Line]:
    """Return the lines of all models, 0-shot, in the order of the models and variants."""
    return [line for model in results.models for line in _of_model(results, model)]


def _of_model(results: Results, model: BarrierModel) -> Iterator[Line]:
    gold = next((m for m in controls(results.models) if m.key == "control-gold"), None)
    ways = [*(Way("mmlu", variant) for variant in VARIANTS)]
    ways += [Way("quiz", variant) for variant in ("english", "full")]
    for way in ways:
        shares = _shares(results, model, way)
        if shares:
            unread = _share(results, model, way, "unread")
            right = _shares(results, gold, way) if gold else None
            first = shares[0]
            scoring = results.condition(model, way, "").scoring
            yield Line(
                model,
                replace(way, scoring=scoring),
                first.languages,
                tuple(shares),
                tuple(float(share.value or 0) for share in right) if right else None,
                float(unread.value or 0) if unread else 0.0,
                first.n,
            )


def _shares(results: Results, model: BarrierModel, way: Way) -> list[Estimate]:
    found = [_share(results, model, way, f"answered_{place}") for place in range(len(LETTERS))]
    return [share for share in found if share is not None and share.value is not None]


def _share(results: Results, model: BarrierModel, way: Way, metric: str) -> Estimate | None:
    if way.language is not None:
        return results.at(model, way, way.language, metric)
    return results.over_all(model, way, metric)


def csv(found: list[Line]) -> str:
    """Return one row per model, way and option."""
    rows = [
        (
            *(NAME, line.model.key, line.model.label, line.way.task, line.way.variant),
            *(line.way.scoring, " ".join(line.languages), LETTERS[place]),
            *(share.value, share.low, share.high),
            *(line.right[place] if line.right else None, line.unread, line.distance, line.n),
        )
        for line in found
        for place, share in enumerate(line.answered)
    ]
    texts = ["table", "model", "label", "task", "variant", "scoring", "languages", "option"]
    numbers = ["answered", "low", "high", "right", "unread", "distance"]
    schema = {
        **dict.fromkeys(texts, pl.String()),
        **dict.fromkeys(numbers, pl.Float64()),
        "n": pl.UInt32(),
    }
    return pl.DataFrame(rows, schema=schema, orient="row").write_csv(float_precision=6)


def document(found: list[Line], results: Results, caption: Caption) -> Document:
    """Return the table as it is printed: models off the shelf and controls."""
    models = [*off_the_shelf(results.models), *controls(results.models)]
    printed = [line for line in found if line.model in models]
    if not any(line.model.stage != "control" for line in printed):
        grid = Grid(NAME, caption.title, [], [], [EMPTY])
        return Document(NAME, caption.title, caption.text, [grid])
    options = max(len(line.answered) for line in printed)
    groups = [
        Group(model.label, [_row(line, options) for line in printed if line.model is model])
        for model in models
        if any(line.model is model for line in printed)
    ]
    heads = ["Asked", *LETTERS[:options], "unread", "distance", "n"]
    grid = Grid(NAME, caption.title, heads, groups, _notes(found, printed))
    return Document(NAME, caption.title, caption.text, [grid])


def _row(line: Line, options: int) -> list[Entry]:
    name = f"{TASKS[line.way.task]}, {VARIANTS[line.way.variant]}"
    entries = [
        Entry(
            number(share.value, 1),
            (
                interval(share.low, share.high, 0),
                *([f"right {number(line.right[place], 1)}"] if line.right else []),
            ),
        )
        for place, share in enumerate(line.answered)
    ]
    entries += [Entry(DASH)] * (options - len(entries))
    distance = number(line.distance, 1)
    return [
        *(Entry(name), *entries),
        *(Entry(number(line.unread, 1)), Entry(distance), Entry(count(line.n))),
    ]


def _notes(found: list[Line], printed: list[Line]) -> list[str]:
    notes = [
        "Percent of the answers that choose the option in that place, 0-shot; in small print its "
        "bootstrap interval, and the percent of questions of which it is the right one. Unread: no "
        "option could be read.",
        "Distance: percent of the answers that would have to move for both to be alike (total "
        "variation distance).",
    ]
    means = {line.languages for line in printed if len(line.languages) > 1}
    for codes in sorted(means):
        names = {VARIANTS[line.way.variant]: "" for line in printed if line.languages == codes}
        notes.append(f"{listing(list(names))}: mean over {listing(list(codes))}.")
    scorings = {str(line.way.scoring) for line in printed} & set(SCORINGS)
    notes += [f"Answers are the {SCORINGS[scoring]}." for scoring in sorted(scorings)]
    if any(line.right is None for line in printed):
        notes.append("Without the control `gold` this run has no distribution of the right option.")
    if len(found) > len(printed):
        notes.append("The CSV file has the fine-tuned models, too.")
    return notes
