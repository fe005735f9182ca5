"""The lab's figure from made-up scores: its panels, what it draws, and its files."""

import matplotlib as mpl
import pytest
from matplotlib.backends.backend_agg import FigureCanvasAgg

from isogloss.reporting.barrier.ways import Way
from isogloss.reporting.figures.barrier import make_barrier_figure
from isogloss.reporting.figures.lab import PANELS, TITLE, figure_lab
from isogloss.reporting.figures.style import SETTINGS
from tests.unit import made_barrier as made
from tests.unit.test_barrier_figures import heights, written
from tests.unit.test_figures import unreadable

BASE = made.shelf("lab-base", "Lab-Base")
TUNED = [made.tuned(BASE, "lab", "lab", mix) for mix in ("english", "sentence")]
MODELS = (BASE, *TUNED)


@pytest.fixture
def results(monkeypatch):
    models = [model.key for model in MODELS]
    monkeypatch.setattr(made, "EVALUATIONS", [{"task": task, "models": models} for task in PANELS])
    for task in PANELS:
        items = [(f"q{number}", "city", "new") for number in range(80)]
        monkeypatch.setitem(made.ITEMS, task, items)
    return made.results(models=MODELS)[0]


def test_a_panel_for_each_quiz_with_all_models_and_languages(results):
    with mpl.rc_context(SETTINGS):
        figure = figure_lab(results)
        FigureCanvasAgg(figure).draw()
        assert unreadable(figure) == ([], [])
    assert len(figure.axes) == len(PANELS)
    assert {*PANELS.values(), "off the shelf", "English text", "mixed sentences"} <= written(figure)
    for axes, task in zip(figure.axes, PANELS, strict=True):
        names = [label.get_text() for label in axes.get_xticklabels()]
        assert names == ["en", "fr", "de", "es", "it", "mean"]
        for model in MODELS:
            value = results.at(model, Way(task, "full"), "it").value
            assert round(value, 6) in heights(axes)


def test_the_same_results_give_the_same_files(results, tmp_path):
    paths = [(tmp_path / f"{turn}.svg", tmp_path / f"{turn}.pdf") for turn in "ab"]
    for svg, pdf in paths:
        make_barrier_figure("figure_lab", results, svg, pdf)
    for one, other in zip(*paths, strict=True):
        assert one.read_bytes() == other.read_bytes()
    assert TITLE in paths[0][0].read_text()
