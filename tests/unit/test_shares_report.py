"""The table of language shares, from counts that can be checked by hand."""

import csv
import io
import re
from collections import Counter

import pytest
from scipy.stats import chisquare

from isogloss.corpora.mixing import Mix, MixCounts
from isogloss.corpora.shares import language_shares, mixed_counts
from isogloss.reporting import shares
from isogloss.reporting.caption import Caption
from isogloss.reporting.tables.latex import latex
from isogloss.reporting.tables.markdown import markdown

CAPTION = Caption("A title", "What it shows.")
LANGUAGES = ("en", "fr", "de", "es")
EVEN = {"en": 250, "fr": 240, "de": 255, "es": 255}
SKEWED = {"en": 250, "fr": 150, "de": 300, "es": 300}


def counted(mix, units, dropped=0):
    counts = MixCounts(documents=1234, dropped=dropped, missing=dropped)
    counts.units.update(units)
    counts.characters.update({code: 10 * number for code, number in units.items()})
    table = language_shares(counts, mix.drawn, random=mix.random, chances=mix.chances())
    return table, mixed_counts(counts, mix)


@pytest.fixture
def mixed():
    mixes = [
        ("wiki", "english", {"en": 1000}),
        ("wiki", "sentence", EVEN),
        ("wiki", "words", SKEWED),
        ("hp", "document", EVEN),
        ("hp", "collection", dict.fromkeys(LANGUAGES, 100)),
    ]
    tables = [counted(Mix(mix, LANGUAGES), units, dropped=3) for _, mix, units in mixes]
    return shares.gather([(c, m) for c, m, _ in mixes], *zip(*tables, strict=True))


def test_p_values_are_scipys_corrected_by_holm(mixed):
    even, skewed = (chisquare([*units.values()]).pvalue for units in (EVEN, SKEWED))
    assert [one.counts["p"] for one in mixed] == [
        None,
        pytest.approx(even),
        pytest.approx(skewed),
        pytest.approx(even),
        None,
    ]
    # Three tests: the smallest p times three, the others times two, at most 1.
    assert [one.corrected for one in mixed] == [
        None,
        pytest.approx(min(1, 2 * even)),
        pytest.approx(3 * skewed),
        pytest.approx(min(1, 2 * even)),
        None,
    ]


def test_the_csv_has_a_row_for_each_corpus_mix_and_language(mixed):
    rows = list(csv.DictReader(io.StringIO(shares.csv(mixed))))
    assert Counter((row["corpus"], row["mix"]) for row in rows) == {
        ("wiki", "english"): 1,
        ("wiki", "sentence"): 4,
        ("wiki", "words"): 4,
        ("hp", "document"): 4,
        ("hp", "collection"): 4,
    }
    french = next(row for row in rows if row["mix"] == "words" and row["language"] == "fr")
    assert (french["units"], french["characters"], french["documents"]) == ("150", "1500", "1234")
    assert (float(french["share"]), french["dropped"], french["degrees"]) == (15.0, "3", "3")
    # The same count as in a draw of 1000 at one in four: 250, with standard deviation 13.7.
    assert 25 - 2.7 * 1.37 < float(french["low"]) < 25 - 2.4 * 1.37
    assert float(french["p_corrected"]) < 1e-6
    assert next(row for row in rows if row["mix"] == "collection")["p"] == ""


def test_the_printed_table_says_what_is_off(mixed):
    text = markdown(shares.document(mixed, CAPTION))
    lines = {
        cells[0]: cells for line in text.splitlines() if (cells := re.split(r" *\| *", line)[1:-1])
    }
    heads = ["Units", "en", "de", "es", "fr", "Uniform", "n", "p", "p corrected", "Documents"]
    assert lines["Units"][:10] == heads
    assert lines["chunk of words"][4] == "15.00<br><sub>150</sub>"
    assert lines["chunk of words"][7:9] == ["&lt; 0.001", "&lt; 0.001"]
    assert lines["English only"][1:6] == ["100.00<br><sub>1,000</sub>", "–", "–", "–", "–"]
    assert lines["all languages"][7:] == ["–", "–", "1,234", "3"]
    # Of the twelve shares with a range, the three of SKEWED that are not 250.
    assert "3 of 12 shares lie outside their range; 0.1 are expected to." in text
    assert r"\begin{tabular}{@{}lrrrrrrrrrr@{}}" in latex(
        shares.document(mixed, CAPTION), "barrier"
    )


@pytest.mark.parametrize(
    ("chances", "units", "shown", "said"),
    [
        # 250 of 500 at one in two, with standard deviation 11: 44.2 to 55.8 %.
        ({"en": 1, "fr": 1}, {"en": 240, "fr": 260}, "44.20–55.80", "0 of 2"),
        ({"en": 8, "fr": 1, "de": 1}, {"en": 400, "fr": 10, "de": 90}, "–", "2 of 3"),
    ],
)
def test_languages_are_held_against_their_own_chances(chances, units, shown, said):
    mix = Mix("sentence", LANGUAGES, shares=dict.fromkeys(LANGUAGES, 0) | chances)
    table, counts = counted(mix, units)
    (one,) = shares.gather([("wiki", "sentence")], [table], [counts])
    text = markdown(shares.document([one], CAPTION))
    line = next(line for line in text.splitlines() if line.startswith("| sentence"))
    assert f"| {shown} |" in line
    assert f"{said} shares lie outside their range" in text


def test_a_table_of_nothing_drawn_has_no_test():
    mix = Mix("english")
    table, counts = counted(mix, {"en": 5})
    (one,) = shares.gather([("wiki", "english")], [table], [counts])
    assert one.corrected is None
    assert "0 of 0 shares" in markdown(shares.document([one], CAPTION))
