"""Figures 4 to 9, 14 and 18 of paper B: values per language, side by side in panels.

English stands first, then the languages of the mixed corpus with their mean, then those that it
has not (held out) with theirs. What differs is which series share a panel: variants of MMLU,
or one model before and after fine-tuning.
"""

from collections.abc import Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

from isogloss.reporting.barrier.contrasts import DOMAIN, GENERAL
from isogloss.reporting.barrier.models import (
    BarrierModel,
    Family,
    controls,
    families,
    off_the_shelf,
    short_name,
)
from isogloss.reporting.barrier.results import Results
from isogloss.reporting.barrier.ways import (
    QUIZ_FULL,
    TOFU_FULL,
    VARIANTS,
    Way,
    english,
    mmlu,
)
from isogloss.reporting.figures.barrier_looks import (
    OF_VARIANT,
    START,
    cell,
    looks,
    rules,
    run_notes,
)
from isogloss.reporting.figures.language_panels import LanguageAxis, panel
from isogloss.reporting.figures.panels import ENGLISH, Panel, draw, sentence_only

if TYPE_CHECKING:
    from matplotlib.figure import Figure

TITLES = {
    "figure04": "MMLU per language: everything, the options, or the right option translated",
    "figure05": "Knowledge learned from English text: HP-Quiz and TOFU per language",
    "figure06": "HP-Quiz per language, models off the shelf",
    "figure07": "HP-Quiz per language, before and after fine-tuning on general text",
    "figure09": "MMLU variants in held-out languages, before and after fine-tuning",
    "figure18": "HP-Quiz per language, before and after fine-tuning on Harry Potter documents",
}
HELD_OUT_NOTE = "Held-out languages, on the right: in no mix. Grey ground: English, means."
FIGURE_04 = ("full", "options", "gt")


def _of_models(
    results: Results,
    title: str,
    models: Sequence[BarrierModel],
    labels: Sequence[str],
    way: Way,
    half: bool = False,
) -> Panel | None:
    """Return a panel whose series are models, asked in one way."""
    ones = [(*of, way) for of in zip(labels, looks(models), models, strict=True)]
    axis = LanguageAxis(results, [(model, way) for model in models])
    return panel(results, title, axis, ones, rules(results, models, way), half=half)


def figure04(results: Results) -> "Figure":
    """Draw variants side by side, a panel per model off the shelf (and so figures 3b and 12)."""
    panels = []
    for model in off_the_shelf(results.models):
        ways = [mmlu(v) for v in FIGURE_04 if results.asked(model, mmlu(v))]
        if ways:
            axis = LanguageAxis(results, [(model, way) for way in ways]).without_english()
            ones = [(VARIANTS[way.variant], OF_VARIANT[way.variant], model, way) for way in ways]
            panels += [panel(results, model.label, axis, ones, rules(results, [model], ways[0]))]
    asked = [
        (model, mmlu(variant), language)
        for model in results.models
        for variant in FIGURE_04
        for language in results.asked(model, mmlu(variant))
    ]
    subtitle = "0-shot. The dashed line is the model's accuracy in English."
    nothing = "This run asks no model off the shelf MMLU with translated options or questions."
    return _drawn(results, "figure04", subtitle, panels, asked, nothing)


def figure05(results: Results) -> "Figure":
    """Draw models before and after learning from English text alone, HP-Quiz and TOFU."""
    panels: list[Panel | None] = []
    asked: list[tuple[BarrierModel, Way, str]] = []
    for family, way in _english_only(results):
        models = family.members
        ones = [
            (short_name(model), look, model, way)
            for model, look in zip(models, looks(models), strict=True)
        ]
        metric = "accuracy" if way.task == "quiz" else "rouge_recall"
        axis = LanguageAxis(results, [(model, way) for model in family.tuned], metric)
        if way.task == "quiz":
            lines = rules(results, models, way)
            panels.append(panel(results, f"HP-Quiz: {family.title}", axis, ones, lines))
        else:
            for metric, name in (("rouge_recall", "recall"), ("rouge_f1", "F1")):
                first = cell(results.at(models[0], english(way), "en", metric))
                line = {ENGLISH: first.value} if first else {}
                title = f"TOFU, ROUGE-L {name}: {family.title}"
                label = f"ROUGE-L {name} (%)"
                panels.append(panel(results, title, axis, ones, line, metric, label))
        asked += [(model, english(way), "en") for model in models]
    subtitle = "The same questions in every language; the dashed line: English, off the shelf."
    nothing = "This run asks no model that it fine-tuned on Harry Potter documents or TOFU."
    return _drawn(results, "figure05", subtitle, panels, asked, nothing)


def _english_only(results: Results) -> list[tuple[Family, Way]]:
    """Return each model with what it became on English text; figures 18 and others have mixes."""
    found = []
    for documents, way in ((DOMAIN, QUIZ_FULL), (("tofu",), TOFU_FULL)):
        for family in families(results.models, documents):
            plain = [model for model in family.tuned if model.mix == "english"]
            if any(results.asked(model, way) for model in plain):
                found.append((Family(family.start, plain), way))
    return found


def figure06(results: Results) -> "Figure":
    """Draw a panel per model off the shelf, and one of the controls."""
    panels = [
        _of_models(results, model.label, [model], [""], QUIZ_FULL)
        for model in off_the_shelf(results.models)
    ]
    made = controls(results.models)
    if made and any(panels):
        labels = [model.label.removeprefix("Control: ") for model in made]
        last = _of_models(results, "Controls", made, labels, QUIZ_FULL, half=True)
        if last:
            panels.append(replace(last, rules={}, own_scale=True))
    subtitle = "The same questions in every language; the dashed line is the accuracy in English."
    nothing = "This run asks no model off the shelf the quiz."
    asked = _asked(results, off_the_shelf(results.models), QUIZ_FULL)
    return _drawn(results, "figure06", subtitle, panels, asked, nothing)


def _after_training(
    results: Results, name: str, documents: Sequence[str | None], nothing: str
) -> "Figure":
    """Draw HP-Quiz, a panel per model and corpus, its fine-tunes side by side."""
    panels: list[Panel | None] = []
    models: list[BarrierModel] = []
    for family in families(results.models, documents):
        # On English text alone: figure 5.
        if {model.mix for model in family.tuned} != {"english"} and any(
            results.asked(model, QUIZ_FULL) for model in family.tuned
        ):
            labels = [short_name(model) for model in family.members]
            panels.append(_of_models(results, family.title, family.members, labels, QUIZ_FULL))
            models += family.members
    subtitle = "A corpus per panel; the dashed line is the English accuracy before fine-tuning."
    asked = _asked(results, models, QUIZ_FULL)
    return _drawn(results, name, subtitle, panels, asked, nothing)


def figure07(results: Results) -> "Figure":
    """Draw the quiz after fine-tuning on general text, in all languages (figures 7, 8 and 14)."""
    nothing = "This run asks no model that it fine-tuned on mixed general text the quiz."
    return _after_training(results, "figure07", GENERAL, nothing)


def figure18(results: Results) -> "Figure":
    """Draw the quiz after fine-tuning on Harry Potter documents."""
    nothing = "This run asks no model that it fine-tuned on mixed Harry Potter documents the quiz."
    return _after_training(results, "figure18", DOMAIN, nothing)


def figure09(results: Results) -> "Figure":
    """Draw MMLU's variants in held-out languages, a panel per model, corpus and variant."""
    panels: list[Panel | None] = []
    asked: list[tuple[BarrierModel, Way, str]] = []
    for family in families(results.models):
        for variant in OF_VARIANT:
            way = mmlu(variant)
            axis = LanguageAxis(results, [(model, way) for model in family.tuned]).held_out_only()
            if not axis.held_out:
                continue
            members = family.members
            ones = [
                (short_name(model), look, model, way)
                for model, look in zip(members, looks(members), strict=True)
            ]
            title = f"{family.title}: {VARIANTS[variant]}"
            panels.append(panel(results, title, axis, ones, rules(results, members, way)))
            asked += [(model, way, code) for model in members for code in axis.held_out]
    subtitle = "Languages that the mixed text has not; the dashed line: English, off the shelf."
    nothing = "This run asks no fine-tuned model MMLU in a language that its mixed text has not."
    return _drawn(results, "figure09", subtitle, panels, asked, nothing)


def _asked(
    results: Results, models: Sequence[BarrierModel], way: Way
) -> list[tuple[BarrierModel, Way, str]]:
    return [(model, way, code) for model in models for code in results.asked(model, way)]


def _drawn(
    results: Results,
    name: str,
    subtitle: str,
    panels: Sequence[Panel | None],
    asked: Sequence[tuple[BarrierModel, Way, str]],
    nothing: str,
) -> "Figure":
    found = [panel for panel in panels if panel is not None]
    if not found:
        return sentence_only(TITLES[name], nothing)
    notes = run_notes(results, asked)
    if name == "figure09":  # which has no other languages
        notes.append("Grey ground: the mean over the held-out languages.")
    elif any(len(of.joined) > 1 and of.joined[1] for of in found):
        notes.append(HELD_OUT_NOTE)
    else:
        notes.append("Grey ground: English, and the mean over the other languages.")
    return draw(TITLES[name], subtitle, found, notes)


assert START.hollow  # the model before fine-tuning is told apart without colour
