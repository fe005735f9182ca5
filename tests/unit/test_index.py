"""The index: one folder with every file, a Markdown page and a page that stands alone."""

import json
import re
from html.parser import HTMLParser

import polars as pl
import pytest

from isogloss.corpora.hp_quiz import QUIZ
from isogloss.corpora.samples import SAMPLES
from isogloss.errors import IsoglossError
from isogloss.reporting import overview_barrier, overview_xmrc
from isogloss.reporting.index import build
from isogloss.reporting.items import parse_items
from isogloss.reporting.modelinfo import parse_models
from isogloss.reporting.options import parse_options
from isogloss.reporting.page import to_html
from isogloss.reporting.svg import inline_svg
from tests.unit.made_cells import cells, models_json, options_json

SVG = (
    '<?xml version="1.0"?><svg xmlns="http://www.w3.org/2000/svg" width="100pt" height="50pt" '
    'xmlns:xlink="http://www.w3.org/1999/xlink" viewBox="0 0 100 50">'
    "<metadata>when and where</metadata><script>alert(1)</script>"
    '<defs><style type="text/css">*{fill: red}</style><path id="g"/><clipPath id="c"/></defs>'
    '<use xlink:href="#g"/><rect clip-path="url(#c)" style="mask: url(#c)"/><text>a &lt; b</text>'
    "</svg>"
)
TABLE = "# Table 7. F1\n\nWhat.\n\n## 7a. One\n\n| Model | de |\n| :-- | --: |\n| *Base* |  |\n"
TABLE += "| A\\_b | 1.00<br><sub>0.5–1.5</sub> |\n\n- A note.\n"


BARRIER = {
    "languages": ["en", "fr", "de"],
    "seed": 7,
    "chunk_words": 8,
    "provider": "glossary",
    "corpora": [
        {
            "name": "news",
            "documents": "lines",
            "source": "some-set",
            "mixes": ["english", "words"],
            "shares": None,
        },
        {
            "name": "magic",
            "documents": "selection",
            "source": None,
            "mixes": ["sentence"],
            "shares": {"en": 2, "fr": 1, "de": 0},
        },
    ],
    "selection": {"corpus": "large", "k": 1200},
}
STUDIES = ("xmrc", "barrier")


def quiz() -> pl.DataFrame:
    """Return QUIZ with two questions in two languages."""
    rows = [
        (name, code, topic, "s", "a", f"{code}-{name}?", "k", "l", "m", "n", "B", False)
        for name, topic in (("q1", "spell"), ("q2", "character"))
        for code in ("fr", "en")
    ]
    schema = {name: column.dtype for name, column in QUIZ.columns.items()}
    return pl.DataFrame(rows, schema=schema, orient="row")


@pytest.fixture
def entries(tmp_path):
    files = {
        "claims.md": "# Findings\n\n1 claim.\n\n| Claim | Verdict |\n| :-- | --: |\n| a | yes |\n",
        "claims.csv": "id,verdict\na,supported\nb,undetermined\nc,supported\n",
        "fig_a.svg": SVG,
        "fig_b.svg": SVG,
        "fig.rst": "**A figure**\n\nIts caption with ``code``.\n",
        "table07.md": TABLE,
        "table07.csv": "a\n1\n",
        "pub.md": "# Published: table 7\n\nNone.\n",
        "b/table07.md": "# Table 7 of the other study\n\nText.\n",
        "b/selection.md": "# Counted\n\nText.\n",
        "b/selection.csv": "quantity,ours\nselected,1234\nshare,0.5\n",
        "b/shares.md": "# Shares\n\n## Of news\n\nText.\n",
        "b/fig_a.svg": SVG,
    }
    (tmp_path / "b").mkdir()
    for name, text in files.items():
        (tmp_path / name).write_text(text, encoding="utf-8")
    QUIZ.write(quiz(), tmp_path / "quiz.parquet")
    sampled = [("news", "words", 3, 0, "Un mot", "fr"), ("news", "words", 3, 1, " .", None)]
    schema = {name: column.dtype for name, column in SAMPLES.columns.items()}
    SAMPLES.write(pl.DataFrame(sampled, schema=schema, orient="row"), tmp_path / "samples.parquet")

    def entry(study, kind, name, *names, caption=None):
        paths = [str(tmp_path / file) for file in names]
        return {"study": study, "kind": kind, "name": name, "files": paths, "caption": caption}

    caption = str(tmp_path / "fig.rst")
    return [
        entry("xmrc", "claims", "claims", "claims.csv", "claims.md"),
        entry("xmrc", "figure", "fig_a", "fig_a.svg", caption=caption),
        entry("xmrc", "figure", "fig_b", "fig_b.svg", caption=caption),
        entry("xmrc", "table", "table07", "table07.csv", "table07.md"),
        entry("xmrc", "comparison", "pub", "pub.md"),
        entry("barrier", "comparison", "selection", "b/selection.md", "b/selection.csv"),
        entry("barrier", "table", "table07", "b/table07.md"),
        entry("barrier", "figure", "fig_a", "b/fig_a.svg", caption=caption),
        entry("barrier", "corpus", "shares", "b/shares.md"),
        entry("barrier", "quiz", "quiz", "quiz.parquet", caption=caption),
        entry("barrier", "sample", "samples", "samples.parquet", caption=caption),
    ]


def make(entries, output, **changes):
    items = parse_items(json.dumps(entries), STUDIES)
    options = overview_barrier.parse_options(json.dumps(BARRIER | changes))
    xmrc = overview_xmrc.overview(
        cells({("big", 2, "en-x", "de", "f1"): {"n": 98, "excluded": 2}}),
        parse_models(models_json()),
        parse_options(options_json()),
    )
    build(items, [xmrc, overview_barrier.overview(options, items)], output)
    return output


class Page(HTMLParser):
    """Collects ids, in-page links and what a page would load."""

    def __init__(self, text):
        super().__init__()
        self.ids, self.targets, self.loads, self.tags = [], [], [], []
        self.feed(text)

    def handle_starttag(self, tag, attrs):
        self.tags.append(tag)
        for name, value in attrs:
            if name == "id":
                self.ids.append(value)
            if name in ("href", "xlink:href") and value.startswith("#"):
                self.targets.append(value[1:])
            if name in ("src", "srcset") or (name == "href" and tag == "link"):
                self.loads.append(value)
            self.targets += re.findall(r"url\(#([^)]+)\)", value or "")


def test_the_folder_has_every_file_and_two_pages(entries, tmp_path):
    output = make(entries, tmp_path / "all")
    assert sorted(path.name for path in output.iterdir()) == [
        *("barrier", "index.html", "index.md", "xmrc"),
    ]
    assert sorted(path.name for path in (output / "xmrc").iterdir()) == [
        *("claims.csv", "claims.md", "fig_a.svg", "fig_b.svg"),
        *("pub.md", "table07.csv", "table07.md"),
    ]
    assert sorted(path.name for path in (output / "barrier").iterdir()) == [
        *("fig_a.svg", "quiz.parquet", "samples.parquet", "selection.csv", "selection.md"),
        *("shares.md", "table07.md"),
    ]
    assert (output / "xmrc/fig_a.svg").read_text() == SVG
    assert "other study" in (output / "barrier/table07.md").read_text()
    assert not (tmp_path / "all.part").exists()


def test_the_page_stands_alone_and_its_links_have_targets(entries, tmp_path):
    text = (make(entries, tmp_path / "all") / "index.html").read_text(encoding="utf-8")
    page = Page(text)
    assert len(page.ids) == len(set(page.ids))
    assert set(page.targets) <= set(page.ids)
    drawings = {"drawing-xmrc-fig_a-g", "drawing-xmrc-fig_b-g", "drawing-barrier-fig_a-g"}
    names = ("part-summary", "table07", "part-reading")
    parts = {f"{study}-{name}" for study in STUDIES for name in names}
    assert drawings | parts | set(STUDIES) <= set(page.ids)
    # Every part of the page is in the table of contents.
    named = {name for name in page.ids if not name.startswith("drawing-")}
    assert named == set(page.targets) - {name for name in page.targets if "drawing-" in name}
    assert page.loads == []
    assert "script" not in page.tags
    assert "@import" not in text
    assert not re.search(r"https?://(?!www\.w3\.org/)", text)
    for file in re.findall(r'href="([^"#]+)"', text):
        assert (tmp_path / "all" / file).is_file()


def test_studies_have_sections_with_the_summary_first(entries, tmp_path):
    output = make(entries, tmp_path / "all")
    html = (output / "index.html").read_text(encoding="utf-8")
    studies = ["Reading across languages", "The knowledge barrier between languages"]
    xmrc = ["Summary", "Figures", "Tables", "Published beside ours", "How to read this"]
    barrier = [xmrc[0], "Corpora and translation", "The quiz", *xmrc[1:]]
    assert re.findall("<h2>(.*?)</h2>", html) == studies
    assert re.findall("<h3>(.*?)</h3>", html) == [*xmrc, *barrier]
    markdown = (output / "index.md").read_text(encoding="utf-8")
    assert re.findall("^## (.*)$", markdown, re.MULTILINE) == studies
    assert re.findall("^### (.*)$", markdown, re.MULTILINE) == [*xmrc, *barrier]
    headings = ["What was run", "Findings", "A figure", "A figure", "Table 7. F1"]
    headings += ["Published: table 7", "What was run", "A figure", "Shares", "A figure", "A figure"]
    headings += ["Table 7 of the other study", "Counted"]
    assert re.findall("^#### (.*)$", markdown, re.MULTILINE) == headings
    assert "![A figure](xmrc/fig_a.svg)" in markdown
    assert "Files: [table07.csv](xmrc/table07.csv), [table07.md](xmrc/table07.md)" in markdown
    assert "##### 7a. One" in markdown
    assert "##### Of news" in markdown


def test_a_study_without_items_still_says_what_was_run(entries, tmp_path):
    few = [entry for entry in entries if entry["study"] == "xmrc"]
    output = make(few, tmp_path / "all", corpora=[], selection=None, provider="apertium")
    text = (output / "index.md").read_text(encoding="utf-8").split("## The knowledge barrier")[1]
    assert re.findall("^### (.*)$", text, re.MULTILINE) == ["Summary", "How to read this"]
    assert "selected from" not in text
    assert "glossary" not in text
    assert "translated by Apertium" in text


def test_the_barrier_says_what_was_run_and_shows_samples_and_quiz(entries, tmp_path):
    output = make(entries, tmp_path / "all")
    text = (output / "index.md").read_text(encoding="utf-8").split("## The knowledge barrier")[1]
    facts = ["Languages: **3**", "Mixed corpora: **3**", "Documents selected: **1,234**"]
    assert "".join(f"- {fact}\n" for fact in [*facts, "Quiz: **2 in 2 languages**"]) in text
    assert "one of 3 languages, drawn with equal chances by seed 7: English (en), German" in text
    assert "In `magic` their chances are as en 2, fr 1 and de 0." in text
    assert "In `news`" not in text
    assert "from `large`: the best 1,200 by BM25" in text
    assert "| news | the lines of a file | some-set | english, words |" in text
    assert "| magic | the selected documents | – | sentence |" in text
    assert "each run of 8 words" in text
    assert "- **\\[fr\\]** Un mot ." in text
    assert "n = 2 questions (1 on characters and 1 on spells) in each of 2 languages." in text
    assert "| en | English | en-q1? | k | l | m | n | B |\n| fr | French | fr-q1? |" in text
    html = (output / "index.html").read_text(encoding="utf-8")
    assert '<span class="segment look1" lang="fr">Un mot<sup>fr</sup></span> .</p>' in html


def test_the_summary_says_what_was_run(entries, tmp_path):
    text = (make(entries, tmp_path / "all") / "index.md").read_text(encoding="utf-8")
    assert "- Models: **4**\n- Controls: **1**\n- Languages: **3**\n" in text
    assert "- Questions per language: **100**\n" in text
    assert "**2 supported and 1 undetermined**" in text
    assert "Data set `made` in English (en), German (de) and Chinese (zh);" in text
    assert r"| Big\|7B | Fam | base | 7B | v1 | v1 | 2 |" in text
    assert "| Control: gold | Control | control | – | – | – | 0 |" in text


def test_tables_become_html_with_row_headings_and_groups():
    html = to_html(TABLE)
    assert '<div class="scroll" tabindex="0"><table>' in html
    assert '<tr class="group">\n<th style="text-align:left" scope="rowgroup" colspan="2">' in html
    assert '<th style="text-align:left" scope="row" class="short">A_b</th>' in html
    assert '<td style="text-align:right">1.00<br><sub>0.5–1.5</sub></td>' in html
    assert to_html("<script>x</script>") == "<p>&lt;script&gt;x&lt;/script&gt;</p>\n"


def test_a_drawing_keeps_to_itself(tmp_path):
    path = tmp_path / "a.svg"
    path.write_text(SVG)
    drawing = inline_svg(path, "d", 'A "label"')
    assert 'id="d-g"' in drawing
    assert 'href="#d-g"' in drawing
    assert 'clip-path="url(#d-c)"' in drawing
    assert "mask: url(#d-c)" in drawing
    assert "#d { *{fill: red} }" in drawing
    assert "when and where" not in drawing
    assert "alert" not in drawing
    assert drawing.startswith("<svg ")
    assert "height" not in drawing
    assert 'role="img"' in drawing
    path.write_text("<html/>")
    with pytest.raises(IsoglossError, match="is not SVG"):
        inline_svg(path, "d", "")


def test_same_input_same_bytes_and_an_old_folder_is_replaced(entries, tmp_path):
    output = make(entries, tmp_path / "all")

    def content():
        return {path: path.read_bytes() for path in output.rglob("*") if path.is_file()}

    first = content()
    assert len(first) == 16
    (output / "stale.md").write_text("old")
    (output / "xmrc/stale.md").write_text("old")
    make(entries, output)
    assert content() == first


def test_an_error_leaves_the_old_folder(entries, tmp_path):
    output = make(entries, tmp_path / "all")
    (tmp_path / "table07.md").write_text("no title\n")
    with pytest.raises(IsoglossError, match="first line must be the title"):
        make(entries, output)
    assert (output / "index.html").is_file()


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"kind": "tables"}, "kind 'tables'"),
        ({"study": "xmcr"}, r"study 'xmcr' of 'table07' is unknown \(did you mean 'xmrc'\?\)"),
        ({"name": "claims"}, "two items of study xmrc have the name 'claims'"),
        ({"files": ["x/claims.csv"]}, "two items of study xmrc have the file name 'claims.csv'"),
        ({"extra": 1}, "must be an object"),
    ],
)
def test_items_are_checked(entries, change, message):
    entries[3] |= change
    with pytest.raises(IsoglossError, match=message):
        parse_items(json.dumps(entries), STUDIES)


def test_a_figure_needs_its_drawing_and_caption(entries, tmp_path):
    entries[1]["caption"] = None
    with pytest.raises(IsoglossError, match="the figure 'fig_a' needs a caption"):
        make(entries, tmp_path / "all")
    entries[1] |= {"caption": str(tmp_path / "fig.rst"), "files": []}
    with pytest.raises(IsoglossError, match=r"'fig_a' of kind figure needs a \.svg file"):
        make(entries, tmp_path / "all")


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"sed": 1}, r"unknown key 'sed' \(did you mean 'seed'\?\)"),
        ({"seed": None}, "add the missing keys seed"),
    ],
)
def test_options_of_the_barrier_are_checked(change, message):
    options = {key: value for key, value in (BARRIER | change).items() if value is not None}
    with pytest.raises(IsoglossError, match=f"--barrier: {message}"):
        overview_barrier.parse_options(json.dumps(options | {"selection": None}))


def test_running_text_and_short_row_heads_are_marked_for_narrow_screens():
    html = to_html(
        f"| A | A head of words |\n| :-- | :-- |\n| en | {'word ' * 20} |\n| a longer head | x |\n"
    )
    assert '<th style="text-align:left">A</th>' in html
    assert '<th style="text-align:left" class="long">A head of words</th>' in html
    assert '<th style="text-align:left" scope="row" class="short">en</th>' in html
    assert '<td style="text-align:left" class="text">word word' in html
    assert '<th style="text-align:left" scope="row">a longer head</th>' in html
    assert '<td style="text-align:left">x</td>' in html


def test_text_from_right_to_left_is_marked():
    html = to_html("| A | B |\n| :-- | :-- |\n| he | מי X? |\n| en | Who is X? |\n")
    assert '<td style="text-align:left" dir="rtl">מי X?</td>' in html
    assert html.count("rtl") == 1
