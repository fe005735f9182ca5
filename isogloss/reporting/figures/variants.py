"""Figures 3, 12, 13, 15 and 16 of paper B: accuracy per variant of MMLU, a panel per model.

The paper's figures differ in their models alone: off the shelf, or one model before and after
fine-tuning. Means over languages are drawn large, each language as a small mark.
"""

from collections.abc import Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

from isogloss.reporting.barrier.models import (
    BarrierModel,
    controls,
    families,
    off_the_shelf,
    short_name,
)
from isogloss.reporting.barrier.results import Results
from isogloss.reporting.barrier.ways import VARIANTS, Way, english
from isogloss.reporting.figures.barrier_looks import cell, looks, rules, run_notes
from isogloss.reporting.figures.panels import Panel, Series, draw, sentence_only
from isogloss.reporting.tables.numbers import listing

if TYPE_CHECKING:
    from matplotlib.figure import Figure

SHELF_TITLE = "MMLU in English and in its mixed variants, models off the shelf"
TUNED_TITLE = "MMLU in English and in its mixed variants, before and after fine-tuning"
NAMES = {
    "english": "English",
    "full": "full",
    "question": "question",
    "options": "options",
    "gt_question": "question\n+ GT opt.",
    "gt": "GT\noption",
    "onewrong": "one wrong\noption",
    "mixup": "mixup",
}
SHOTS = {
    (0, "none"): "0-shot",
    (5, "english"): "5-shot English",
    (5, "same-bias"): "5-shot same-bias",
}


def _way(variant: str, shots: int, demonstrations: str) -> Way:
    way = Way("mmlu", variant, shots, demonstrations)
    return english(way) if variant == "english" else way


def panel(
    results: Results,
    title: str,
    models: Sequence[BarrierModel],
    labels: Sequence[str],
    asked: tuple[int, str] = (0, "none"),
) -> Panel | None:
    """Return a panel of models side by side; None where it would be English alone or empty."""
    ways = [_way(variant, *asked) for variant in VARIANTS]
    kept = [way for way in ways if any(results.get(model, way) for model in models)]
    if len(kept) < 2 or not any(results.get(model, way) for model in models for way in kept[1:]):
        return None
    series = []
    for model, label, look in zip(models, labels, looks(models), strict=True):
        cells = [cell(results.get(model, way)) for way in kept]
        marks = [
            [
                of.value
                for language in (results.shared(way) if way.language is None else [])
                if (of := cell(results.at(model, way, language))) is not None
            ]
            for way in kept
        ]
        if any(cells):
            series.append(Series(label, look, cells, marks))
    shaded = [place for place, way in enumerate(kept) if way.variant == "english"]
    names = [NAMES[way.variant] for way in kept]
    lines = rules(results, models, kept[0])
    return Panel(title, names, series, lines, shaded, wide=len(models) > 1 and len(names) > 4)


def off_shelf(results: Results) -> "Figure":
    """Draw a panel for each model off the shelf, and one for the controls."""
    found = [panel(results, m.label, [m], [""]) for m in off_the_shelf(results.models)]
    panels = [one for one in found if one is not None]
    if not panels:
        return sentence_only(SHELF_TITLE, "This run asks no model off the shelf mixed MMLU.")
    made = controls(results.models)
    last = (
        panel(results, "Controls", made, [model.label.removeprefix("Control: ") for model in made])
        if made
        else None
    )
    if last:
        panels.append(replace(last, rules={}, own_scale=True, wide=False))
    subtitle = "0-shot. The barrier is the distance of a point from the model's own English line."
    return draw(SHELF_TITLE, subtitle, panels, _notes(results))


def finetuned(results: Results) -> "Figure":
    """Draw a panel for each model and corpus, and for each number and kind of demonstrations."""
    panels = []
    for family in families(results.models):
        labels = [short_name(model) for model in family.members]
        for asked, name in SHOTS.items():
            ways = [_way(variant, *asked) for variant in VARIANTS]
            if any(results.get(model, way) for model in family.tuned for way in ways):
                one = panel(results, f"{family.title}, {name}", family.members, labels, asked)
                panels += [one] if one else []
    if not panels:
        return sentence_only(TUNED_TITLE, "This run asks no fine-tuned model mixed MMLU.")
    subtitle = "A corpus per panel; the dashed line is the English accuracy before fine-tuning."
    return draw(TUNED_TITLE, subtitle, panels, _notes(results))


def _notes(results: Results) -> list[str]:
    ways = [Way("mmlu", variant) for variant in VARIANTS]
    asked = [
        (model, way, language)
        for model in results.models
        for way in ways
        for language in ([way.language] if way.language else results.shared(way))
    ]
    means = {tuple(results.shared(way)) for way in ways if way.language is None} - {()}
    notes = run_notes(results, asked)
    for codes in sorted(means):
        notes.append(
            f"Large: mean over {listing(list(codes))}; small, to its right: each of "
            "these, in this order. English and mixup are one value each."
        )
    return notes
