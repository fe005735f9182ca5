"""Dose-response of the barrier: from made-up answers of known accuracies to rows, table, figure."""

import matplotlib as mpl
import numpy as np
import polars as pl
import pytest
from matplotlib.backends.backend_agg import FigureCanvasAgg

from isogloss.corpora.hp_quiz import QUIZ
from isogloss.corpora.mixing import Mix
from isogloss.errors import IsoglossError
from isogloss.reporting import dose_table
from isogloss.reporting.caption import Caption
from isogloss.reporting.dose import ALL, ENGLISH, SEVERAL, read_answers, rows_of, sharing
from isogloss.reporting.figures.dose import FEWEST, TITLE, figure_dose, make_dose_figure
from isogloss.reporting.figures.style import SETTINGS
from tests.unit.test_figures import unreadable

LANGUAGES = ("en", "fr", "de")
PEOPLE = [f"Person {number}" for number in range(200)]
BOOTSTRAP = {"samples": 400, "level": 0.95, "seed": 42}
PARTLY = {"seed": 3, "share": 0.4}


def questions():
    """Return a question on each person, whose answer French shares for every other person."""
    rows = []
    for language in LANGUAGES:
        for number, person in enumerate(PEOPLE):
            right = "red" if language == "en" or (language == "fr" and number % 2) else language
            about = (f"{person}/colour", language, "new", person, "colour", "?")
            rows.append((*about, "w", right, "x", "y", "B", False))
    return pl.DataFrame(rows, schema={k: c.dtype for k, c in QUIZ.columns.items()}, orient="row")


def scores(right):
    """Return what is read of SCORES; right: (language, number of the person) -> whether right."""
    return pl.DataFrame(
        [
            ("lab-new", "text", False, f"{person}/colour", language, float(right(language, n)))
            for language in LANGUAGES
            for n, person in enumerate(PEOPLE)
        ],
        schema=["task", "scoring", "excluded", "item", "language", "accuracy"],
        orient="row",
    )


def told_in_several(number):
    return Mix("sentence", seed=PARTLY["seed"], mixed=PARTLY["share"]).mixes(PEOPLE[number])


SCORES = {
    # English: all right. Others: half of them in French, none in German.
    "plain": scores(lambda language, n: language == "en" or (language == "fr" and n % 2)),
    "none": scores(lambda language, n: True),
    "partly": scores(lambda language, n: language == "en" or told_in_several(n)),
}
DOSES = [
    {
        "name": "share",
        "title": "Share of English",
        "axis": "English, % of sentences",
        "task": "lab-new",
        "arms": [
            {"dose": 20, "seeds": [{"model": "none", "partly": None}] * 2},
            {"dose": 50, "seeds": [{"model": "partly", "partly": PARTLY}] * 2},
            {
                "dose": 100,
                "seeds": [{"model": name, "partly": None} for name in ("plain", "none")],
            },
        ],
    },
    {
        "name": "words",
        "title": "Words shared",
        "axis": "% of the other languages",
        "task": "lab-new",
        "arms": [{"dose": None, "seeds": [{"model": "plain", "partly": None}]}],
    },
]


@pytest.fixture(scope="module")
def rows():
    return rows_of(DOSES, SCORES, {"lab-new": questions()}, BOOTSTRAP)


def one(rows, experiment, dose, group=ALL):
    (found,) = [
        row
        for row in rows
        if (row["experiment"], row["dose"], row["questions"]) == (experiment, dose, group)
    ]
    return found


def test_the_barrier_is_english_less_the_mean_of_the_others(rows):
    assert one(rows, "share", 20)["barrier"] == 0
    row = one(rows, "share", 100)
    assert row["by_seed"] == [75, 0]
    assert (row["english"], row["others"], row["barrier"]) == (100, 62.5, 37.5)
    assert (row["n"], row["seeds"]) == (200, 2)
    # Two seeds as different as that leave hardly anything known.
    assert (row["barrier_low"], row["barrier_high"]) == (0, pytest.approx(75, abs=5))


def test_intervals_are_those_of_questions_where_seeds_agree(rows):
    row = one(rows, "words", 0)
    assert row["barrier"] == 100
    whole = rows_of(
        [DOSES[0] | {"arms": [{"dose": 1, "seeds": [{"model": "plain", "partly": None}]}]}],
        SCORES,
        {"lab-new": questions()},
        BOOTSTRAP | {"samples": 4000},
    )[0]
    # A question's barrier is 1 or 0.5: the mean of 200 has a standard error of 0.25 / sqrt(200).
    error = 100 * 0.25 / np.sqrt(200)
    assert whole["barrier_high"] - whole["barrier_low"] == pytest.approx(2 * 1.96 * error, rel=0.1)


def test_facts_told_in_several_languages_are_told_apart_by_the_mixing_s_own_draw(rows):
    several, english = one(rows, "share", 50, SEVERAL), one(rows, "share", 50, ENGLISH)
    assert several["barrier"] == 0
    assert english["barrier"] == 100
    assert several["n"] + english["n"] == 200
    assert several["n"] == sum(map(told_in_several, range(200)))
    assert one(rows, "share", 50)["barrier"] == pytest.approx(100 * english["n"] / 200)
    assert {row["questions"] for row in rows if row["dose"] == 20} == {ALL}


def test_questions_are_parted_by_the_languages_that_share_their_word(rows):
    assert set(sharing(questions()).values()) == {0, 50}
    assert [row["dose"] for row in rows if row["experiment"] == "words"] == [0, 50]
    assert one(rows, "words", 50)["barrier"] == 50
    assert one(rows, "words", 50)["n"] == 100


def test_questions_missing_in_a_language_are_an_error():
    fewer = SCORES["plain"].filter(
        (pl.col("language") != "fr") | (pl.col("item") != "Person 3/colour")
    )
    with pytest.raises(IsoglossError, match="plain: the questions of 'lab-new' are not the same"):
        read_answers(fewer, "plain", "lab-new")


def test_the_table_s_file_holds_all_and_the_printed_one_names_the_dose(rows, tmp_path):
    path = tmp_path / "dose.csv"
    path.write_text(dose_table.csv(rows), encoding="utf-8")
    again = dose_table.read_csv(path)
    assert [row["by_seed"] for row in again] == [row["by_seed"] for row in rows]
    assert [row["dose"] for row in again] == [row["dose"] for row in rows]
    document = dose_table.document(rows, DOSES, Caption("Doses", "Text."))
    first, second = document.grids[0].groups
    assert first.title == "Share of English. Dose: English, % of sentences"
    assert [entry.text for entry in first.rows[0]][:4] == ["20", ALL, "200", "2"]
    assert len(second.rows) == 2


def test_the_figure_shows_each_experiment_s_accuracies_and_barrier(rows, tmp_path):
    with mpl.rc_context(SETTINGS):
        figure = figure_dose(rows, DOSES, 0.95)
        FigureCanvasAgg(figure).draw()
        assert unreadable(figure) == ([], [])
    assert len(figure.axes) == 4
    labels = [label.get_text() for label in figure.axes[1].get_xticklabels()]
    assert labels == ["20", "50\nEnglish, % of sentences", "100"]
    heights = {float(y) for line in figure.axes[1].lines for y in np.atleast_1d(line.get_ydata())}
    assert {0.0, 75.0, 37.5} <= heights
    paths = [(tmp_path / f"{turn}.svg", tmp_path / f"{turn}.pdf") for turn in "ab"]
    for svg, pdf in paths:
        make_dose_figure(rows, DOSES, 0.95, svg, pdf)
    for first, second in zip(*paths, strict=True):
        assert first.read_bytes() == second.read_bytes()
    assert TITLE in paths[0][0].read_text(encoding="utf-8")


def test_doses_of_few_questions_are_not_drawn(rows):
    few = [dict(row) | ({"n": FEWEST - 1} if row["dose"] == 50 else {}) for row in rows]
    with mpl.rc_context(SETTINGS):
        figure = figure_dose(few, DOSES, 0.95)
    drawn = [[label.get_text() for label in axes.get_xticklabels()] for axes in figure.axes]
    assert drawn[1] == ["20", "100\nEnglish, % of sentences"]
    assert drawn[3] == ["0\n% of the other languages"]
    assert any("fewer than 20 questions" in text.get_text() for text in figure.texts)
