"""The lab's figure: what is known in each language, before and after facts were taught."""

from typing import TYPE_CHECKING

from isogloss.reporting.barrier.models import BarrierModel, families, short_name
from isogloss.reporting.barrier.results import Results
from isogloss.reporting.barrier.ways import Way
from isogloss.reporting.figures.barrier_looks import looks, rules, run_notes
from isogloss.reporting.figures.language_panels import LanguageAxis, panel
from isogloss.reporting.figures.panels import CHANCE, Panel, draw, sentence_only

if TYPE_CHECKING:
    from matplotlib.figure import Figure

TITLE = "The lab: facts taught in English, and in mixed languages"
PANELS = {
    "quiz": "HP-Quiz, facts taught",
    "lab-new": "New people, facts taught",
    "lab-known": "Known people, facts known before",
}


def figure_lab(results: Results) -> "Figure":
    """Draw a panel per model of the lab and quiz, with the model's fine-tunes side by side."""
    panels: list[Panel] = []
    asked: list[tuple[BarrierModel, Way, str]] = []
    found = families(results.models, ("lab",))
    for family in found:
        models = family.members
        for task, title in PANELS.items():
            way = Way(task, "full")
            ones = [
                (short_name(model), look, model, way)
                for model, look in zip(models, looks(models), strict=True)
            ]
            lines = rules(results, models, way)
            chance = {CHANCE: lines[CHANCE]} if CHANCE in lines else {}
            axis = LanguageAxis(results, [(model, way) for model in models])
            heading = title if len(found) == 1 else f"{family.title}: {title}"
            drawn = panel(results, heading, axis, ones, chance, half=True)
            if drawn:
                panels.append(drawn)
                asked += [(m, way, code) for m in models for code in results.asked(m, way)]
    if not panels:
        return sentence_only(TITLE, "This run asks no model that was taught the lab's facts.")
    subtitle = "A barrier is a gap between English and other languages on the same questions."
    return draw(TITLE, subtitle, panels, run_notes(results, asked))
