"""The figure of losses: its files, what it shows, and that no text lies on another."""

from dataclasses import replace
from itertools import combinations

import matplotlib as mpl
import pytest
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.text import Text

from isogloss.errors import IsoglossError
from isogloss.reporting.figures.loss import Curve, draw, make_loss_figure, smoothed
from isogloss.reporting.figures.style import SETTINGS, WIDTH
from isogloss.training.curve import Step, read_curve, write_curve

MIXES = ("english", "document", "sentence", "words", "collection")


def curve(base, name, steps, shift=0.0):
    losses = [2.5 + shift + 3 / (1 + n / 5) for n in range(steps)]
    rows = [Step(n + 1, loss, 1e-5, 1.0, 512, 500) for n, loss in enumerate(losses)]
    return Curve(f"{base} + {name}", base, rows)


MANY = [
    *(
        curve(base, f"{corpus} {mix}", 150 if corpus == "wikitext-2" else 200, n / 10)
        for base in ("LLaMA-2-7B", "LLaMA-3-8B", "Mistral-V0.1-7B")
        for corpus in ("wikitext-2", "wikitext-103")
        for n, mix in enumerate(MIXES)
    ),
    curve("Tiny_$1$", "TOFU", 1),
]
RUNS = {"one": [curve("Tiny", "text", 4)], "many": MANY}


def drawn(curves):
    with mpl.rc_context(SETTINGS):
        figure = draw(curves)
        FigureCanvasAgg(figure).draw()
    return figure


@pytest.mark.parametrize("run", RUNS)
def test_no_text_lies_on_another_or_leaves_the_page(run):
    figure = drawn(RUNS[run])
    found = [text for text in figure.findobj(Text) if text.get_visible() and text.get_text()]
    hidden = {
        id(label)
        for axes in figure.axes
        for axis in (axes.xaxis, axes.yaxis)
        for tick in {*axis.get_major_ticks()} - {*axis._update_ticks()}
        for label in (tick.label1, tick.label2)
    }
    boxes = [(t.get_text(), t.get_window_extent()) for t in found if id(t) not in hidden]
    page = figure.bbox
    assert [
        text
        for text, box in boxes
        if box.x0 < page.x0 or box.x1 > page.x1 or box.y0 < page.y0 or box.y1 > page.y1
    ] == []
    assert [
        (one, other)
        for (one, box), (other, second) in combinations(boxes, 2)
        if min(box.x1, second.x1) - max(box.x0, second.x0) > 0.5
        and min(box.y1, second.y1) - max(box.y0, second.y0) > 0.5
    ] == []
    assert figure.get_figwidth() == WIDTH
    assert min(text.get_fontsize() for text in found) >= 7


def test_each_base_has_a_panel_with_every_step_of_its_curves():
    figure = drawn(MANY)
    assert len(figure.axes) == 4
    lines = figure.axes[0].lines
    assert len(lines) == 2 * 10  # each step, and the running mean
    assert list(lines[0].get_ydata()) == [step.loss for step in MANY[0].steps]
    assert list(lines[1].get_ydata()) == pytest.approx(smoothed([s.loss for s in MANY[0].steps]))
    looks = {(line.get_color(), line.get_linestyle()) for line in lines[1::2]}
    assert len(looks) == 10
    assert len(figure.axes[3].lines[-1].get_xdata()) == 1


def test_the_running_mean_is_of_the_last_twentieth():
    values = [float(n * n % 17) for n in range(60)]
    means = smoothed(values)
    for place, mean in enumerate(means):
        window = values[max(0, place - 2) : place + 1]
        assert mean == pytest.approx(sum(window) / len(window))
    assert smoothed([3.0, 4.0]) == [3.0, 4.0]


def test_the_same_curves_give_the_same_bytes(tmp_path):
    for turn in "ab":
        make_loss_figure(MANY, tmp_path / f"{turn}.svg", tmp_path / f"{turn}.pdf")
    assert (tmp_path / "a.svg").read_bytes() == (tmp_path / "b.svg").read_bytes()
    assert (tmp_path / "a.pdf").read_bytes() == (tmp_path / "b.pdf").read_bytes()
    text = (tmp_path / "a.svg").read_text()
    assert "<dc:date>" not in text
    assert all(name in text for name in ("LLaMA-2-7B", "wikitext-103 sentence", "TOFU"))


def test_a_loss_that_is_no_number_is_named(tmp_path):
    bad = replace(MANY[0], steps=[replace(MANY[0].steps[0], loss=float("nan"))])
    with pytest.raises(IsoglossError, match=r"LLaMA-2-7B \+ wikitext-2 english: the loss of step"):
        make_loss_figure([bad], tmp_path / "a.svg", tmp_path / "a.pdf")


def test_curves_come_back_from_disk_and_others_are_refused(tmp_path):
    history = [
        {"step": 1, "loss": 2.5, "learning_rate": 2e-5, "grad_norm": 0.25, "tokens": 9}
        | {"learned_tokens": 7},
        {"step": 1, "train_runtime": 3.0},
    ]
    write_curve(history, tmp_path / "a.csv")
    assert read_curve(tmp_path / "a.csv") == [Step(1, 2.5, 2e-5, 0.25, 9, 7)]
    whole = (tmp_path / "a.csv").read_text()
    for content in ("", "a,b\n1,2\n", whole.splitlines()[0] + "\n", whole.replace("2.5", "x")):
        (tmp_path / "b.csv").write_text(content)
        with pytest.raises(IsoglossError, match=r"b\.csv: cannot be read as a loss curve"):
            read_curve(tmp_path / "b.csv")
