"""Figures: files, bytes, the text that an SVG keeps, and that no text lies on another."""

import json
import math
import re
import subprocess
import sys
from itertools import chain, combinations
from pathlib import Path
from xml.etree import ElementTree

import matplotlib as mpl
import polars as pl
import pytest
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure
from matplotlib.text import Text

from isogloss.errors import IsoglossError
from isogloss.reporting.cells import CELLS
from isogloss.reporting.figures import errors, f1, gap, languages_axis
from isogloss.reporting.figures.style import SETTINGS, WIDTH
from isogloss.reporting.figures.values import Cell, Values, by_base
from isogloss.reporting.figures.xmrc import FIGURES, make_figure
from isogloss.reporting.modelinfo import ModelInfo

ROOT = Path(__file__).parents[2]
LANGUAGES = ["en", "de", "es", "vi", "zh", "hi", "ar", "el", "ro", "ru", "th", "tr"]
SHARES = ("share_exact", "share_partial", "share_language", "share_blank", "share_other")
CONTROLS = [
    ModelInfo("control-gold", "Control: gold", "Control", "control", None, None),
    ModelInfo("control-random", "Control: random span", "Control", "control", None, None),
    ModelInfo("control-english-only", "Control: English only", "Control", "control", None, None),
]


def pair(name: str, family: str, size: float) -> list[ModelInfo]:
    base, trained = f"{name}-{size:g}B", f"{name}-Instruct-{size:g}B"
    return [
        ModelInfo(base.lower(), base, family, "base", None, size),
        ModelInfo(trained.lower(), trained, family, "post-trained", base.lower(), size),
    ]


TINY = [*pair("Tiny_$1$", "Tiny", 0.001), *CONTROLS]
# A family of twelve, one of three with two models from one base, one without a base.
MANY = [
    *(model for size in (1.5, 3, 7, 14, 32, 72) for model in pair("Qwen-2.5", "Qwen-2.5", size)),
    *pair("LLaMA-3.1", "LLaMA-3.1", 8),
    ModelInfo("tuned", "LLaMA-3.1-Tuned-8B", "LLaMA-3.1", "post-trained", "llama-3.1-8b", 8),
    *pair("DeepSeek-V2-Chat-Lite", "DeepSeek-V2", 16),
    ModelInfo("gpt-4o", "GPT-4o", "GPT", "post-trained", None, None),
    *CONTROLS,
]
RUNS = {"tiny": TINY, "many": MANY}


def made_up(models: list[ModelInfo], languages: list[str], shots: int = 2) -> pl.DataFrame:
    """Return CELLS with smooth made-up values, different for every model and language."""
    rows = []

    def add(model: ModelInfo, setting: str, language: str, metric: str, value: float) -> None:
        interval = (value - 3, value + 3)
        rows.append(
            *[(model.key, shots, "v1", True, setting, language, metric, value, *interval, 40, 1, 0)]
        )

    others = [language for language in languages if language != "en"]
    for place, model in enumerate(models):
        settings = {"en-en": ["en"], "en-x": [*others, "mean"], "x-x": [*others, "mean"]}
        for setting, names in settings.items():
            for number, language in enumerate(names):
                value = 50 + 30 * math.sin(place + number / 3)
                add(model, setting, language, "f1", value)
                if setting != "en-en":
                    add(model, setting, language, "f1_gap", 80 - value)
                for metric, share in zip(SHARES, (40, 20, 10, 5, 25), strict=True):
                    add(model, setting, language, metric, share)
    schema = {name: column.dtype for name, column in CELLS.columns.items()}
    return CELLS.check(pl.DataFrame(rows, schema=schema, orient="row"))


def values_of(models: list[ModelInfo], languages: list[str] = LANGUAGES) -> Values:
    return Values(made_up(models, languages), models, 2, languages, 0.95)


def drawn(name: str, values: Values) -> Figure:
    """Return a figure that has been drawn once, so that its texts have places."""
    with mpl.rc_context(SETTINGS):
        figure = FIGURES[name].draw(values)
        FigureCanvasAgg(figure).draw()
    return figure


def texts(figure: Figure) -> list[Text]:
    found = [text for text in figure.findobj(Text) if text.get_visible() and text.get_text()]
    # Ticks outside of an axis' limits exist, but are not drawn.
    hidden = {
        id(label)
        for axes in figure.axes
        for axis in (axes.xaxis, axes.yaxis)
        for tick in {*axis.get_major_ticks(), *axis.get_minor_ticks()} - {*axis._update_ticks()}  # type: ignore[attr-defined]
        for label in (tick.label1, tick.label2)
    }
    return [text for text in found if id(text) not in hidden]


def unreadable(figure: Figure) -> tuple[list[str], list[tuple[str, str]]]:
    """Return texts that leave the page, and pairs of texts that lie on each other."""
    boxes = [(text.get_text(), text.get_window_extent()) for text in texts(figure)]
    page = figure.bbox
    outside = [
        text
        for text, box in boxes
        if box.x0 < page.x0 or box.x1 > page.x1 or box.y0 < page.y0 or box.y1 > page.y1
    ]
    # Half a pixel of two neighbouring lines' boxes may meet.
    clashes = [
        (one, other)
        for (one, box), (other, second) in combinations(boxes, 2)
        if min(box.x1, second.x1) - max(box.x0, second.x0) > 0.5
        and min(box.y1, second.y1) - max(box.y0, second.y0) > 0.5
    ]
    return outside, clashes


@pytest.mark.parametrize("name", FIGURES)
@pytest.mark.parametrize("run", RUNS)
def test_files_have_all_names_as_text_and_the_same_bytes_twice(
    name: str, run: str, tmp_path: Path
) -> None:
    models, options = RUNS[run], {"shots": 2, "languages": LANGUAGES, "level": 0.95}
    cells = made_up(models, LANGUAGES)
    paths = [(tmp_path / f"{turn}.svg", tmp_path / f"{turn}.pdf") for turn in "ab"]
    for svg, pdf in paths:
        make_figure(name, cells, models, options, svg, pdf)
    assert paths[0][0].read_bytes() == paths[1][0].read_bytes()
    assert paths[0][1].read_bytes() == paths[1][1].read_bytes()
    assert paths[0][1].read_bytes().startswith(b"%PDF")

    tree = ElementTree.parse(paths[0][0])
    written = {
        "".join(element.itertext()).strip() for element in tree.iter() if "text" in element.tag
    }
    if name != "figure_errors" or run == "tiny":  # many models have no bar per language
        assert set(LANGUAGES) - {"en"} <= written
    assert {model.label for model in models} <= written
    if name == "figure_f1":
        assert {model.family for model in models} <= written


@pytest.mark.parametrize("name", FIGURES)
def test_files_hold_no_date_and_name_a_generic_font(name: str, tmp_path: Path) -> None:
    options = {"shots": 2, "languages": LANGUAGES, "level": 0.95}
    svg, pdf = tmp_path / "figure.svg", tmp_path / "figure.pdf"
    make_figure(name, made_up(TINY, LANGUAGES), TINY, options, svg, pdf)
    text = svg.read_text(encoding="utf-8")
    assert "<dc:date>" not in text
    assert re.search(r"font[^;]*'DejaVu Sans', [^;]*sans-serif", text)
    assert b"CreationDate" not in pdf.read_bytes()


@pytest.mark.parametrize("name", FIGURES)
@pytest.mark.parametrize("run", RUNS)
@pytest.mark.parametrize("languages", [LANGUAGES, ["en", "de"]], ids=["twelve", "two"])
def test_no_text_lies_on_another_or_leaves_the_page(
    name: str, run: str, languages: list[str]
) -> None:
    figure = drawn(name, values_of(RUNS[run], languages))
    assert len(texts(figure)) > 20
    assert unreadable(figure) == ([], [])


@pytest.mark.parametrize("name", FIGURES)
def test_text_is_at_least_seven_points_and_the_page_nine_inches_wide(name: str) -> None:
    figure = drawn(name, values_of(MANY))
    assert min(text.get_fontsize() for text in texts(figure)) >= 7
    assert figure.get_figwidth() == WIDTH


@pytest.mark.parametrize("name", ["figure_f1", "figure_gap"])
def test_languages_are_in_the_fixed_order(name: str) -> None:
    shuffled = ["tr", "de", "en", "zh", "ar"]
    figure = drawn(name, values_of(TINY, shuffled))
    names = [label.get_text() for label in figure.axes[0].get_xticklabels()]
    assert names == [*(["en"] if name == "figure_f1" else []), "de", "zh", "ar", "tr", "mean"]


def test_f1_has_a_row_of_two_panels_per_family_and_every_value() -> None:
    values = values_of(MANY)
    figure = drawn("figure_f1", values)
    assert len(figure.axes) == 2 * len(values.families())
    qwen = MANY[0]
    lines = [line.get_ydata(orig=True) for line in figure.axes[0].lines]
    bars = [
        y
        for of in figure.axes[0].collections
        for path in of.get_paths()
        for y in path.vertices[:, 1]
    ]
    points = {round(float(y), 6) for y in [*chain(*lines), *bars]}
    for language in LANGUAGES[1:]:
        cell = values.get(qwen, "en-x", language, "f1")
        assert cell is not None
        assert {round(cell.value, 6), round(cell.low or 0, 6), round(cell.high or 0, 6)} <= points


def test_base_models_are_hollow_and_pairs_share_colour_and_marker() -> None:
    looks = f1.looks(by_base([model for model in MANY if model.family == "LLaMA-3.1"]))
    base, trained, tuned = looks.values()
    assert (base.hollow, trained.hollow, tuned.hollow) == (True, False, False)
    assert (base.colour, base.marker) == (trained.colour, trained.marker)
    assert (tuned.colour, tuned.marker) != (trained.colour, trained.marker)


def test_twelve_models_of_a_family_have_twelve_looks() -> None:
    looks = f1.looks(by_base([model for model in MANY if model.family == "Qwen-2.5"]))
    assert len(set(looks.values())) == 12


def test_gap_has_a_panel_per_base_model_and_counts_the_pairs() -> None:
    values = values_of(MANY)
    groups = by_base(values.models)
    assert [len(group) for group in groups] == [2, 2, 2, 2, 2, 2, 3, 2, 1, 3]
    assert len(drawn("figure_gap", values).axes) == len(groups)
    sentence = gap.finding(values, groups)
    smaller = sum(
        values.get(trained, "en-x", "mean", "f1_gap").value  # type: ignore[union-attr]
        < values.get(group[0], "en-x", "mean", "f1_gap").value  # type: ignore[union-attr]
        for group in groups
        if group[0].stage == "base"
        for trained in group[1:]
    )
    assert f"in {smaller} of 9 pairs" in sentence


def test_error_bars_add_up_to_all_answers_in_the_declared_order() -> None:
    figure = drawn("figure_errors", values_of(TINY))
    bar = figure.axes[0].patches[: len(SHARES)]
    assert [patch.get_width() for patch in bar] == [40, 20, 10, 5, 25]
    assert [patch.get_x() for patch in bar] == [0, 40, 60, 70, 75]
    # Neighbours differ in more than colour: hatched or not, or in lightness.
    assert len({(patch.get_facecolor(), patch.get_hatch()) for patch in bar}) == len(SHARES)


def test_each_language_has_a_bar_for_few_models_only() -> None:
    stages = 2 * 3  # base, post-trained and controls, in two columns
    assert len(drawn("figure_errors", values_of(TINY)).axes) == stages + 2
    assert len(drawn("figure_errors", values_of(MANY)).axes) == stages
    assert len(MANY) > errors.FEW


def test_missing_values_are_not_drawn() -> None:
    cells = made_up(TINY, LANGUAGES).with_columns(
        value=pl.when((pl.col("language") == "zh") & (pl.col("setting") == "en-x"))
        .then(None)
        .otherwise("value"),
        low=pl.when(pl.col("language") == "de").then(None).otherwise("low"),
    )
    values = Values(cells, TINY, 2, LANGUAGES, 0.95)
    assert values.get(TINY[0], "en-x", "zh", "f1") is None
    assert values.get(TINY[0], "x-x", "zh", "f1") is not None
    for name in FIGURES:
        assert drawn(name, values).axes


def test_a_run_without_x_x_has_one_column_of_f1() -> None:
    cells = made_up(TINY, LANGUAGES).filter(pl.col("setting") != "x-x")
    assert len(drawn("figure_f1", Values(cells, TINY, 2, LANGUAGES, 0.95)).axes) == 2


@pytest.mark.parametrize(("count", "widest"), [(1, 0.0), (2, 0.07), (12, 0.33)])
def test_models_stand_side_by_side_within_their_language(count: int, widest: float) -> None:
    places = languages_axis.offsets(count, 0.14)
    assert len(set(places)) == count
    assert max(places) == pytest.approx(widest)
    assert sum(places) == pytest.approx(0)


@pytest.mark.parametrize(
    ("ends", "zero", "axis"),
    [
        ((99.5, 100), False, (80, 100)),
        ((61, 63), False, (60, 80)),
        ((12, 71), False, (10, 75)),
        ((96, 98), True, (0, 100)),
        ((-2, 1), True, (-5, 15)),
    ],
)
def test_an_axis_of_percentages_ends_at_100(
    ends: tuple[float, float], zero: bool, axis: tuple[float, float]
) -> None:
    assert languages_axis.limits([Cell(ends[0], *ends, 9), None], zero) == axis


def test_footnote_tells_shots_questions_and_level() -> None:
    values = values_of(TINY)
    assert values.run_note() == "2-shot prompts, 40 questions per language and setting."
    assert values.interval_note() == "Thin bars: 95% bootstrap intervals over questions."


def test_user_mistakes_are_errors(tmp_path: Path) -> None:
    cells, files = made_up(TINY, LANGUAGES), (tmp_path / "a.svg", tmp_path / "a.pdf")
    options = {"shots": 2, "languages": LANGUAGES, "level": 0.95}
    with pytest.raises(IsoglossError, match="figure 'figure_em' is unknown"):
        make_figure("figure_em", cells, TINY, options, *files)
    with pytest.raises(IsoglossError, match="languages, level and shots"):
        make_figure("figure_f1", cells, TINY, {"shots": 2}, *files)
    with pytest.raises(IsoglossError, match="has no values with shots 0"):
        make_figure("figure_f1", cells, TINY, options | {"shots": 0}, *files)


def test_the_script_draws(tmp_path: Path) -> None:
    CELLS.write(made_up(TINY, LANGUAGES), tmp_path / "cells.parquet")
    subprocess.run(
        [
            *(sys.executable, "workflow/scripts/make_figure.py", "--figure", "figure_gap"),
            *("--cells", tmp_path / "cells.parquet"),
            *("--models", json.dumps([vars(model) for model in TINY])),
            *("--options", json.dumps({"shots": 2, "languages": LANGUAGES, "level": 0.95})),
            *("--svg", tmp_path / "out/gap.svg", "--pdf", tmp_path / "out/gap.pdf"),
        ],
        cwd=ROOT,
        env={"PYTHONPATH": str(ROOT)},
        check=True,
    )
    assert ElementTree.parse(tmp_path / "out/gap.svg").getroot().tag.endswith("svg")
    assert (tmp_path / "out/gap.pdf").stat().st_size > 1000
