"""Samples of mixed documents are what the mixed corpus holds; how the index shows them."""

import re
from html.parser import HTMLParser
from pathlib import Path

import polars as pl
import pytest

from isogloss.corpora.documents import read_documents
from isogloss.corpora.mix_file import mix_file
from isogloss.corpora.mixing import Mix
from isogloss.corpora.samples import SAMPLES, sample
from isogloss.reporting.page import to_html
from isogloss.reporting.samples import LOOKS, as_html, as_markdown

CORPUS = Path(__file__).parents[2] / "resources/demo/corpora/general.txt"
GRANULARITIES = ("document", "sentence", "words")


def tagged(pairs):
    """Stand in for translations: the text in capitals after its language."""
    return {(text, code): f"{code} {text.upper()}" for text, code in pairs}


def mixes(resolve=tagged, **settings):
    return {name: (Mix(name, **settings), resolve) for name in GRANULARITIES}


def joined(samples: pl.DataFrame, mix: str) -> dict[int, str]:
    part = samples.filter(mix=mix).group_by("document", maintain_order=True)
    return dict(part.agg(pl.col("text").str.join("")).iter_rows())


@pytest.mark.parametrize("mix", GRANULARITIES)
def test_a_sample_is_a_document_of_the_mixed_corpus(mix, tmp_path):
    mix_file(CORPUS, tmp_path / "mixed.txt", Mix(mix), tagged)
    mixed = (tmp_path / "mixed.txt").read_text(encoding="utf-8").splitlines(keepends=True)
    shown = joined(sample(read_documents(CORPUS), "demo", mixes()), mix)
    assert len(shown) == 5
    assert all(mixed[number] == text for number, text in shown.items())


def test_each_language_has_a_whole_document_and_every_mix_the_same_ones():
    samples = sample(read_documents(CORPUS), "demo", mixes())
    whole = samples.filter(pl.col("language").is_not_null(), mix="document")
    assert sorted(whole["language"]) == ["de", "en", "es", "fr", "it"]
    numbers = [list(joined(samples, mix)) for mix in GRANULARITIES]
    assert numbers[0] == numbers[1] == numbers[2] == sorted(numbers[0])
    assert samples["mix"].unique(maintain_order=True).to_list() == list(GRANULARITIES)


def test_more_samples_than_languages_repeat_them():
    samples = sample(read_documents(CORPUS), "demo", mixes(languages=("en", "fr")), count=4)
    assert len(joined(samples, "words")) == 4


def test_documents_without_a_translation_and_of_other_lengths_are_passed_over(tmp_path):
    path = tmp_path / "corpus.txt"
    texts = ["too short", "long " * 81, "forbidden " + "word " * 20, "\n".strip(), "word " * 20]
    path.write_text("".join(text + "\n" for text in texts))

    def some(pairs):
        return {pair: f"({pair[0]})" for pair in pairs if "forbidden" not in pair[0]}

    languages = ("fr", "de")
    samples = sample(read_documents(path), "c", mixes(some, languages=languages), count=9)
    assert set(joined(samples, "sentence")) == {4}
    none = sample(read_documents(path), "c", mixes(lambda pairs: {}, languages=languages))
    assert none.equals(SAMPLES.empty())


def test_a_record_shows_question_and_answer(tmp_path):
    path = tmp_path / "tofu.json"
    path.write_text(f'{{"question": "Who {"a " * 20}?", "answer": "She ."}}\n')
    english = {"sentence": (Mix("sentence", ("en",)), tagged)}
    samples = sample(read_documents(path, "tofu"), "tofu", english)
    assert joined(samples, "sentence") == {0: f"Who {'a ' * 20}? She ."}


def made(rows) -> pl.DataFrame:
    schema = {name: column.dtype for name, column in SAMPLES.columns.items()}
    full = [("c", mix, number, place, *rest) for mix, number, place, *rest in rows]
    return SAMPLES.check(pl.DataFrame(full, schema=schema, orient="row"))


SMALL = made(
    [
        ("sentence", 7, 0, " ", None),
        ("sentence", 7, 1, "A <b> & [x]", "en"),
        ("sentence", 7, 2, " , ", None),
        ("sentence", 7, 3, "Ü*e*", "de"),
        ("sentence", 7, 4, ".\n", None),
        ("sentence", 7, 5, "\n", None),
        ("words", 7, 0, "Uno", "it"),
    ]
)


class Segments(HTMLParser):
    """Collects what is inside the spans of segments, and all text."""

    def __init__(self, html):
        super().__init__()
        self.found, self.text, self.tags, self.inside = [], "", [], None
        self.feed(html)
        self.close()

    def handle_starttag(self, tag, attrs):
        self.tags.append(tag)
        if tag == "span":
            self.inside = dict(attrs)
            self.found.append([self.inside["class"], self.inside["lang"], ""])

    def handle_endtag(self, tag):
        if tag == "span":
            self.inside = None

    def handle_data(self, data):
        self.text += data
        if self.inside is not None:
            self.found[-1][2] += data


def test_html_marks_each_segment_by_look_language_and_code():
    page = Segments(as_html(SMALL))
    legend, segments = page.found[:3], page.found[3:]
    assert legend == [
        ["segment look0", "en", "Englishen"],
        ["segment look1", "de", "Germande"],
        ["segment look2", "it", "Italianit"],
    ]
    assert segments == [
        ["segment look0", "en", "A <b> & [x]en"],
        ["segment look1", "de", "Ü*e*de"],
        ["segment look2", "it", "Unoit"],
    ]
    assert "A <b> & [x]en , Ü*e*de." in page.text
    assert set(page.tags) == {"ul", "li", "h5", "p", "span", "sup"}
    assert page.tags.count("h5") == 2


def test_markdown_gives_codes_and_reads_as_the_text():
    text = as_markdown(SMALL)
    assert "English" in text
    assert "- **\\[en\\]** A &lt;b&gt; &amp; \\[x\\] , **\\[de\\]** Ü\\*e\\*." in text
    assert "## One language per sentence" in text
    assert "<strong>[de]</strong> Ü*e*.</li>" in to_html(text)
    assert "<b>" not in to_html(text)


def test_many_languages_use_the_looks_again_but_not_that_of_english():
    codes = ["en", "de", "es", "zh", "hi", "ar", "ru", "fr", "it", "ms", "fi"]
    table = made([("words", 0, place, "x", code) for place, code in enumerate(codes)])
    looks = [int(re.sub(r"\D", "", found[0])) for found in Segments(as_html(table)).found]
    assert set(looks) == set(range(LOOKS))
    assert looks.count(0) == 2  # English: once in the legend, once in the text
