"""What study barrier's figures share: looks of models and variants, cells, and footnotes."""

from collections.abc import Iterable, Sequence

from isogloss.reporting.barrier.models import MIXES, BarrierModel
from isogloss.reporting.barrier.results import Estimate, Results
from isogloss.reporting.barrier.ways import SCORINGS, TASKS, Way, english
from isogloss.reporting.figures.panels import CHANCE, ENGLISH, MAJORITY
from isogloss.reporting.figures.style import (
    BLUE,
    GREEN,
    INK,
    MARKERS,
    ORANGE,
    PURPLE,
    SKY,
    VERMILLION,
    Look,
)
from isogloss.reporting.figures.values import Cell
from isogloss.reporting.tables.numbers import count, listing

SINGLE = Look(BLUE, "o")
START = Look(INK, "o", hollow=True, dashes="--")
# A mix looks alike in all figures, so that they can be compared.
OF_MIX = {
    "english": Look(VERMILLION, "s"),
    "document": Look(ORANGE, "^"),
    "sentence": Look(BLUE, "D"),
    "words": Look(GREEN, "v"),
    "collection": Look(PURPLE, "P"),
}
OF_VARIANT = {
    "full": Look(BLUE, "o"),
    "question": Look(SKY, "^"),
    "options": Look(GREEN, "s"),
    "gt_question": Look(ORANGE, "P"),
    "gt": Look(VERMILLION, "D"),
    "onewrong": Look(PURPLE, "v"),
}
assert set(OF_MIX) == set(MIXES)


def looks(models: Sequence[BarrierModel]) -> list[Look]:
    """Return the look of each model of a panel; of controls, dark and dotted ones."""
    found = []
    for place, model in enumerate(models):
        if model.stage == "control":
            found.append(Look(INK, MARKERS[place % len(MARKERS)], hollow=place > 0, dashes=":"))
        elif model.start is None:
            found.append(START if len(models) > 1 else SINGLE)
        else:
            found.append(OF_MIX.get(str(model.mix), Look(SKY, "X")))
    return found


def cell(estimate: Estimate | None) -> Cell | None:
    """Return what is drawn of an estimate; None where nothing was measured."""
    if estimate is None or estimate.value is None:
        return None
    return Cell(estimate.value, estimate.low, estimate.high, estimate.n)


def rules(results: Results, models: Sequence[BarrierModel], way: Way) -> dict[str, float]:
    """Return the lines across a panel: the first model's English, chance, the majority letter."""
    first = english(way)
    known = [model for model in models if results.at(model, first, "en") is not None]
    if not known:
        return {}
    model = known[0]
    values = {
        ENGLISH: cell(results.at(model, first, "en")),
        MAJORITY: cell(results.at(model, first, "en", "majority")),
    }
    found = {name: of.value for name, of in values.items() if of is not None}
    chance = results.chance(model, first, "en")
    return found | ({CHANCE: chance} if chance is not None else {})


def run_notes(results: Results, asked: Iterable[tuple[BarrierModel, Way, str]]) -> list[str]:
    """Say how many questions the drawn values rest on, how answers were read, and the intervals."""
    counts: dict[str, set[int]] = {}
    read: dict[str, set[str]] = {}
    for model, way, language in asked:
        metric = "rouge_recall" if way.task == "tofu" else "accuracy"
        found = results.at(model, way, language, metric)
        if found is not None:
            counts.setdefault(way.task, set()).add(found.n)
            scoring = results.condition(model, way, language).scoring
            answer = f"the {SCORINGS[scoring]}" if scoring in SCORINGS else "what is written"
            read.setdefault(answer, set()).add(TASKS[way.task])
    parts = [
        f"{TASKS[task]} {count(min(of))}" + (f" to {count(max(of))}" if len(of) > 1 else "")
        for task, of in counts.items()
    ]
    note = f"Questions per language: {listing(parts)}. "
    note += f"Thin bars: {results.level:.0%} bootstrap intervals over questions."
    answers = [
        answer + (f" ({listing(sorted(tasks))})" if len(read) > 1 else "")
        for answer, tasks in read.items()
    ]
    return [note + (f" Answers: {listing(answers)}." if answers else "")]
