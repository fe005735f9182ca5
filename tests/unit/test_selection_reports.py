"""Tables and figure 10 of the selection, from a search small enough to count by hand."""

import csv
import io
from itertools import combinations
from pathlib import Path
from xml.etree import ElementTree

import matplotlib as mpl
import polars as pl
import pytest
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.text import Text

from isogloss.corpora.selection_tables import OVERLAP, RETRIEVED, SELECTED
from isogloss.errors import IsoglossError
from isogloss.reporting import selection
from isogloss.reporting.caption import Caption
from isogloss.reporting.figures.retrieved import draw, make_retrieved, subtitle
from isogloss.reporting.figures.style import SETTINGS
from isogloss.reporting.tables.latex import latex
from isogloss.reporting.tables.markdown import markdown

PUBLISHED = Path(__file__).parents[2] / "resources/published/barrier/selection.csv"
CAPTION = Caption("A title", "What it shows.")


def selected(best: int, with_keyword: int, further: int) -> pl.DataFrame:
    """Return SELECTED with so many documents; the first best ones hold the keyword."""
    rows = [
        (
            number,
            number + 1,
            90.25 - number,
            ["Accio"] if number < with_keyword else [],
            f" t{number} ",
        )
        for number in range(best)
    ]
    rows += [(best + number, None, 1.0, ["Duro", "Point Me"], "x") for number in range(further)]
    schema = {name: column.dtype for name, column in SELECTED.columns.items()}
    return SELECTED.check(pl.DataFrame(rows, schema=schema, orient="row"))


def retrieved(documents: int, total: int, found: dict[int, int]) -> pl.DataFrame:
    rows = [(k, hits, total, documents) for k, hits in found.items()]
    schema = {name: column.dtype for name, column in RETRIEVED.columns.items()}
    return RETRIEVED.check(pl.DataFrame(rows, schema=schema, orient="row"))


def rows_of(text: str) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(text)))


def test_table_6_has_the_best_documents_with_their_keywords():
    table, counts = selected(5, 1, 2), retrieved(1200, 3, {2: 1})
    assert rows_of(selection.top_csv(table, 2)) == [
        {"table": "table06", "rank": "1", "document": "0", "score": "90.250000"}
        | {"keywords": "Accio", "text": "t0"},
        {"table": "table06", "rank": "2", "document": "1", "score": "89.250000"}
        | {"keywords": "", "text": "t1"},
    ]
    document = selection.top_document(table, counts, 2, "some-corpus", CAPTION)
    cells = [[entry.text for entry in row] for row in document.grids[0].groups[0].rows]
    assert cells == [["1", "0", "90.2", "Accio", "t0"], ["2", "1", "89.2", "–", "t1"]]
    assert document.grids[0].notes[0] == (
        "n = 2 of the 5 best documents by BM25, of 1,200 documents of some-corpus."
    )
    assert "| :-- | :-- | :-- | :-- | :-- |" in markdown(document)
    assert r"\begin{tabular}{@{}llllp{\linewidth}@{}}" in latex(document, "barrier")
    assert r"\label{tab:barrier-6}" in latex(document, "barrier")


def test_table_6_with_more_documents_than_there_are_has_all_of_them():
    assert len(rows_of(selection.top_csv(selected(2, 1, 4), 9))) == 2


def test_counts_of_the_papers_own_setting_are_compared():
    ours = selection.counts(selected(2000, 106, 2350), retrieved(1165029, 2456, {2000: 106}))
    rows = rows_of(selection.counts_csv(selection.compare(ours, PUBLISHED)))
    found = {row["quantity"]: (row["published"], row["ours"], row["difference"]) for row in rows}
    assert found == {
        "documents": ("1165029", "1165029", ""),
        "top": ("2000", "2000", ""),
        "top_with_keyword": ("106", "106", "0"),
        "further": ("2358", "2350", "-8"),
        "selected": ("4348", "4350", "2"),
        "selected_released": ("4358", "4350", "-8"),
        # 4350 of 1165029 are 0.37338 %.
        "share": ("0.370000", "0.373381", "0.003381"),
    }
    assert [row["status"] for row in rows] == ["setting"] * 2 + ["compared"] * 5
    document = selection.counts_document(selection.compare(ours, PUBLISHED), "w", CAPTION)
    assert document.lead == ["2 of 5 published values equal ours."]
    printed = [[entry.text for entry in row] for row in document.grids[0].groups[0].rows]
    assert printed[0] == ["Documents searched", "1,165,029†", "1,165,029", "–"]
    assert printed[3] == ["Further documents with a keyword", "2,358", "2,350", "−8"]
    assert printed[6] == ["Share of the corpus (%)", "0.37", "0.37", "0.00"]


@pytest.mark.parametrize(("documents", "best"), [(1165029, 1999), (1165028, 2000)])
def test_counts_of_another_setting_are_not_compared(documents, best):
    ours = selection.counts(selected(best, 106, 2358), retrieved(documents, 2464, {best: 106}))
    rows = selection.compare(ours, PUBLISHED)
    assert {row.difference for row in rows} == {None}
    statuses = [row["status"] for row in rows_of(selection.counts_csv(rows))]
    assert statuses == ["setting"] * 2 + ["other setting"] * 5
    (lead,) = selection.counts_document(rows, "w", CAPTION).lead
    assert lead == (
        f"No value is compared: this run took {best:,} of the {documents:,} documents of w by "
        "BM25, the paper 2,000 of 1,165,029."
    )


def test_the_published_counts_are_the_papers():
    values = dict(pl.read_csv(PUBLISHED).select("quantity", "value").iter_rows())
    # The parts sum to the released list, and the printed share is that of the printed number.
    assert values["top"] + values["further"] == values["selected_released"] == 4358
    assert round(100 * values["selected"] / values["documents"], 2) == values["share"]


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("quantity,value\na,1\n", "has columns"),
        ("quantity,value,source,ocr\ntop,1,here,\n", "has quantities"),
    ],
)
def test_published_counts_of_another_form_are_refused(text, message, tmp_path):
    path = tmp_path / "counts.csv"
    path.write_text(text)
    ours = selection.counts(selected(1, 1, 0), retrieved(9, 1, {1: 1}))
    with pytest.raises(IsoglossError, match=message):
        selection.compare(ours, path)


def test_no_numbers_of_documents_is_a_clear_mistake(tmp_path):
    with pytest.raises(IsoglossError, match=r"barrier\.selection\.ks"):
        selection.counts(selected(1, 1, 0), RETRIEVED.empty())
    with pytest.raises(IsoglossError, match=r"barrier\.selection\.ks"):
        make_retrieved(RETRIEVED.empty(), 1, "w", tmp_path / "a.svg", tmp_path / "a.pdf")


def test_the_overlap_shows_the_numbers_as_published_first():
    rows = [(-1, 3, 1, 2, 80, 60), (0, 45, 20, 25, 80, 60), (1, 0, 0, 0, 80, 60)]
    schema = {name: column.dtype for name, column in OVERLAP.columns.items()}
    overlap = OVERLAP.check(pl.DataFrame(rows, schema=schema, orient="row"))
    document = selection.overlap_document(overlap, CAPTION)
    printed = [[entry.text for entry in row] for row in document.grids[0].groups[0].rows]
    assert printed == [
        ["0", "45", "75.0", "56.2", "20", "25"],
        ["−1", "3", "5.0", "3.8", "1", "2"],
        ["+1", "0", "0.0", "0.0", "0", "0"],
    ]
    assert "80 documents in our selection and 60" in document.grids[0].notes[0]
    assert rows_of(selection.overlap_csv(overlap))[1]["both"] == "45"


RUNS = {
    "demo": (retrieved(122, 21, {5: 3, 10: 7, 20: 13, 120: 21}), 12),
    "whole": (
        retrieved(1165029, 2464, {100: 25, 200: 40, 500: 60, 1000: 85, 2000: 106, 4000: 171}),
        2000,
    ),
    "beyond the corpus": (retrieved(8, 2, {4: 1, 100: 2, 200: 2}), 6),
}


@pytest.mark.parametrize("run", RUNS)
def test_no_text_of_figure_10_lies_on_another_or_leaves_the_page(run):
    counts, k = RUNS[run]
    with mpl.rc_context(SETTINGS):
        figure = draw(counts, k, "some-corpus")
        FigureCanvasAgg(figure).draw()
    boxes = [
        (text.get_text(), text.get_window_extent())
        for text in figure.findobj(Text)
        if text.get_visible() and text.get_text()
    ]
    assert len(boxes) > 10
    for _, box in boxes:
        assert box.x0 >= 0
        assert box.x1 <= figure.bbox.x1
    clashes = [
        (one, other)
        for (one, first), (other, second) in combinations(boxes, 2)
        if min(first.x1, second.x1) - max(first.x0, second.x0) > 0.5
        and min(first.y1, second.y1) - max(first.y0, second.y0) > 0.5
    ]
    assert clashes == []


def test_figure_10_draws_each_count_and_what_chance_would_give():
    counts, k = RUNS["demo"]
    figure = draw(counts, k, "w")
    chance, _, line = figure.axes[0].lines
    assert line.get_xydata().tolist() == [[0, 0], [5, 3], [10, 7], [20, 13], [120, 21]]
    # 21 of 122 documents hold a keyword, so 120 drawn at random hold 21 * 120 / 122.
    assert chance.get_xydata()[-1].tolist() == [120, pytest.approx(21 * 120 / 122)]
    beyond = draw(*RUNS["beyond the corpus"], "w").axes[0].lines[2]
    assert beyond.get_xydata()[-1].tolist() == [8, 2]


def test_the_subtitle_says_what_was_found():
    assert subtitle(*RUNS["demo"]) == (
        "The best 120 of 122 documents hold 21 of the 21 with a keyword; 12 were selected by BM25."
    )
    assert subtitle(*RUNS["beyond the corpus"]).startswith("The best 4 of 8 documents hold 1 of")


def test_the_files_keep_text_and_have_the_same_bytes_twice(tmp_path):
    counts, k = RUNS["whole"]
    paths = [(tmp_path / f"{turn}.svg", tmp_path / f"{turn}.pdf") for turn in "ab"]
    for svg, pdf in paths:
        make_retrieved(counts, k, "wikitext-103", svg, pdf)
    assert paths[0][0].read_bytes() == paths[1][0].read_bytes()
    assert paths[0][1].read_bytes() == paths[1][1].read_bytes()
    written = {
        "".join(element.itertext()).strip()
        for element in ElementTree.parse(paths[0][0]).iter()
        if "text" in element.tag
    }
    assert {"106", "171", "selected: 2,000"} <= written
