"""Figures of study barrier: the values they draw, their texts, what a run does not have."""

from dataclasses import replace
from itertools import chain
from pathlib import Path
from xml.etree import ElementTree

import matplotlib as mpl
import polars as pl
import pytest
from matplotlib.axes import Axes
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure

from isogloss.errors import IsoglossError
from isogloss.reporting.barrier.models import BarrierModel
from isogloss.reporting.barrier.results import Results
from isogloss.reporting.barrier.ways import QUIZ_ENGLISH, QUIZ_FULL, VARIANTS, Way, mmlu
from isogloss.reporting.figures.barrier import FIGURES, make_barrier_figure
from isogloss.reporting.figures.barrier_looks import OF_MIX, looks
from isogloss.reporting.figures.style import SETTINGS, WIDTH
from tests.unit import made_barrier as made
from tests.unit.test_figures import texts, unreadable

MAIN = ["fr", "de", "es", "it"]


def drawn(name: str, results: Results) -> Figure:
    with mpl.rc_context(SETTINGS):
        figure = FIGURES[name][1](results)
        FigureCanvasAgg(figure).draw()
    return figure


def heights(axes: Axes) -> set[float]:
    """Return all values that are drawn: points, and the ends of intervals."""
    lines = chain.from_iterable(line.get_ydata(orig=True) for line in axes.lines)
    bars = (y for of in axes.collections for path in of.get_paths() for y in path.vertices[:, 1])
    return {round(float(y), 6) for y in [*lines, *bars]}


def written(figure: Figure) -> set[str]:
    return {text.get_text() for text in texts(figure)}


def relabelled(label: str) -> list[BarrierModel]:
    """Return the models with long labels, as some real ones have."""
    longer = {made.LLAMA.key: label, made.MISTRAL.key: f"{label} 2"}
    return [replace(m, label=longer.get(m.key, m.label)) for m in made.MODELS]


@pytest.fixture(scope="module")
def results() -> Results:
    return made.results()[0]


@pytest.mark.parametrize("name", FIGURES)
def test_no_text_lies_on_another_or_leaves_the_page(name: str, results: Results) -> None:
    assert unreadable(drawn(name, results)) == ([], [])
    cells, replicates, _ = made.tables()
    models = relabelled("TowerInstruct-7B-v0.2")
    long = Results(cells, replicates, models, made.MAIN, made.LEVEL)
    figure = drawn(name, long)
    assert unreadable(figure) == ([], [])
    assert min(text.get_fontsize() for text in texts(figure)) >= 7
    assert figure.get_figwidth() == WIDTH


@pytest.mark.parametrize("name", ["figure04", "figure06", "figure07", "figure09"])
def test_sixteen_languages_fit_the_panels(name: str) -> None:
    more = ["ms", "da", "no", "ru", "zh", "he", "ar", "hi"]  # answered as in Finnish
    cells, replicates = (
        pl.concat(
            [table]
            + [table.filter(language="fi").with_columns(language=pl.lit(code)) for code in more]
        )
        for table in made.tables()[:2]
    )
    figure = drawn(name, Results(cells, replicates, made.MODELS, made.MAIN, made.LEVEL))
    assert unreadable(figure) == ([], [])
    assert set(more) <= written(figure)


# The lab's figure is drawn in test_figure_lab.py.
@pytest.mark.parametrize("name", [name for name in FIGURES if name != "figure_lab"])
def test_files_have_their_texts_and_the_same_bytes_twice(
    name: str, results: Results, tmp_path: Path
) -> None:
    paths = [(tmp_path / f"{turn}.svg", tmp_path / f"{turn}.pdf") for turn in "ab"]
    for svg, pdf in paths:
        make_barrier_figure(name, results, svg, pdf)
    assert paths[0][0].read_bytes() == paths[1][0].read_bytes()
    assert paths[0][1].read_bytes() == paths[1][1].read_bytes()
    tree = ElementTree.parse(paths[0][0])
    found = {"".join(e.itertext()).strip() for e in tree.iter() if "text" in e.tag}
    assert FIGURES[name][0] in found
    assert any("95% bootstrap intervals over questions" in text for text in found)
    assert "chance" in found


def test_figure_3_draws_means_with_intervals_and_each_language(results: Results) -> None:
    figure = drawn("figure03", results)
    shelf = figure.axes[0]
    for variant in VARIANTS:
        found = results.get(made.LLAMA, mmlu(variant))
        assert {round(x, 6) for x in (found.value, found.low, found.high)} <= heights(shelf)
        if mmlu(variant).language is None:
            each = [results.at(made.LLAMA, mmlu(variant), code) for code in MAIN]
            assert {round(of.value, 6) for of in each} <= heights(shelf)
    # English, chance and the most frequent right letter, as lines across the panel.
    across = {round(line.get_ydata()[0], 6) for line in shelf.lines if len(line.get_xdata()) == 2}
    majority = results.at(made.LLAMA, mmlu("english"), "en", "majority").value
    assert {25.0, round(majority, 6)} <= across
    assert round(results.get(made.LLAMA, mmlu("english")).value, 6) in across
    assert [axes.get_ylim() for axes in figure.axes[:2]] == [figure.axes[0].get_ylim()] * 2
    assert {"Llama_3-8B", "Mistral & Co-7B", "Controls", "English only"} <= written(figure)


def test_figure_15_has_a_panel_per_model_corpus_and_kind_of_demonstrations(
    results: Results,
) -> None:
    figure = drawn("figure15", results)
    assert len(figure.axes) == 2 * 3
    for model in [made.LLAMA, *made.GENERAL]:
        for way in (mmlu("gt"), mmlu("mixup")):
            assert round(results.get(model, way).value, 6) in heights(figure.axes[0])
    five = results.get(made.GENERAL[0], Way("mmlu", "mixup", 5, "same-bias"))
    assert round(five.value, 6) in heights(figure.axes[2])
    assert "Llama_3-8B, wikitext-2, 5-shot same-bias" in written(figure)


@pytest.mark.parametrize(
    ("name", "panel", "model", "way"),
    [
        ("figure04", 0, made.LLAMA, mmlu("options")),
        ("figure05", 0, made.DOMAIN[0], QUIZ_FULL),
        ("figure06", 1, made.MISTRAL, QUIZ_FULL),
        ("figure07", 0, made.GENERAL[2], QUIZ_FULL),
        ("figure18", 0, made.DOMAIN[2], QUIZ_FULL),
    ],
)
def test_every_language_is_drawn_in_order_with_its_interval_and_the_means(
    results: Results, name: str, panel: int, model: BarrierModel, way: Way
) -> None:
    axes = drawn(name, results).axes[panel]
    names = [label.get_text() for label in axes.get_xticklabels()]
    english = [] if name == "figure04" else ["en"]
    assert names == [*english, *MAIN, "mean", *made.HELD_OUT, "mean"]
    found = [results.at(model, way, code) for code in [*MAIN, *made.HELD_OUT]]
    found += [results.get(model, way), results.held_out(model, way)]
    if english:
        found.append(results.at(model, QUIZ_ENGLISH, "en"))
    for of in found:
        assert {round(x, 6) for x in (of.value, of.low, of.high)} <= heights(axes)


def test_figure_5_draws_both_measures_of_tofu(results: Results) -> None:
    figure = drawn("figure05", results)
    recall, f1 = figure.axes[1:]
    for axes, metric in ((recall, "rouge_recall"), (f1, "rouge_f1")):
        for way, code in ((Way("tofu", "english"), "en"), (Way("tofu", "full"), "es")):
            value = results.at(made.TOFU[0], way, code, metric).value
            assert round(value, 6) in heights(axes)
    assert "ROUGE-L recall (%)" in written(figure)


def test_figure_9_has_held_out_languages_alone(results: Results) -> None:
    figure = drawn("figure09", results)
    assert len(figure.axes) == 2 * 3  # two models, three variants
    for axes in figure.axes:
        names = [label.get_text() for label in axes.get_xticklabels()]
        assert names == [*made.HELD_OUT, "mean"]
    value = results.at(made.GENERAL[1], mmlu("full"), "bn").value
    assert round(value, 6) in heights(figure.axes[0])


def test_mixes_look_alike_in_all_figures_and_the_start_is_hollow() -> None:
    found = looks([made.LLAMA, *made.DOMAIN])
    assert found[0].hollow
    assert not any(look.hollow for look in OF_MIX.values())
    assert found[1:] == [OF_MIX[m.mix] for m in made.DOMAIN]
    # Apart in colour and in shape: readable in print and without telling colours apart.
    assert len({look.colour for look in OF_MIX.values()}) == len(OF_MIX)
    assert len({look.marker for look in OF_MIX.values()}) == len(OF_MIX)


NOTHING = {
    "figure03": "no model off the shelf mixed MMLU",
    "figure04": "no model off the shelf MMLU with translated",
    "figure05": "no model that it fine-tuned on Harry Potter documents or TOFU",
    "figure06": "no model off the shelf the quiz",
    "figure07": "fine-tuned on mixed general text the quiz",
    "figure09": "no fine-tuned model MMLU in a language that its mixed text has not",
    "figure15": "no fine-tuned model mixed MMLU",
    "figure18": "fine-tuned on mixed Harry Potter documents the quiz",
    "figure_lab": "no model that was taught the lab's facts",
}


@pytest.mark.parametrize("name", FIGURES)
def test_what_a_run_does_not_have_is_one_sentence(name: str) -> None:
    empty, _ = made.results(models=made.CONTROLS)
    figure = drawn(name, empty)
    assert figure.axes == []
    assert any(NOTHING[name] in text for text in written(figure))


def test_an_unknown_figure_names_the_nearest(results: Results, tmp_path: Path) -> None:
    with pytest.raises(IsoglossError, match="did you mean 'figure03'"):
        make_barrier_figure("figure3", results, tmp_path / "a.svg", tmp_path / "a.pdf")
