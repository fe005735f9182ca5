"""The index page of a finished run: both studies, and samples that the mixed corpora hold."""

import re

import polars as pl

MIXES = ("document", "sentence", "words")


def test_samples_are_documents_of_the_mixed_corpora(finished):
    results = finished.folder / "results"
    samples = pl.read_parquet(results / "barrier/samples.parquet")
    assert samples["mix"].unique(maintain_order=True).to_list() == list(MIXES)
    documents = samples.group_by("mix", "document", maintain_order=True)
    texts = documents.agg(pl.col("text").str.join(""))
    assert texts.height == 5 * len(MIXES)
    for mix, number, text in texts.iter_rows():
        mixed = (results / f"corpora/demo-general/{mix}.txt").read_text(encoding="utf-8")
        assert mixed.splitlines(keepends=True)[number] == text


def test_the_page_shows_both_studies(finished):
    folder = finished.folder / "results/tables/all"
    html = (folder / "index.html").read_text(encoding="utf-8")
    assert re.findall('<section class="study" id="(.*?)">', html) == ["xmrc", "barrier"]
    names = ("samples", "shares", "quiz", "figure10", "table06", "selection")
    for name in names:
        assert f'<article id="barrier-{name}">' in html
        assert f'<li><a href="#barrier-{name}">' in html
    for link in re.findall(r'<a href="([^"#]+)"', html):
        assert (folder / link).is_file(), link
    markdown = (folder / "index.md").read_text(encoding="utf-8")
    for link in re.findall(r"\]\(([^)]+)\)", markdown):
        assert (folder / link).is_file(), link


def test_every_language_is_in_the_samples_in_colour_and_by_its_code(finished):
    html = (finished.folder / "results/tables/all/index.html").read_text(encoding="utf-8")
    shown = re.findall(r'class="segment look(\d)" lang="(\w\w)">[^<]+<sup>(\w\w)</sup>', html)
    assert all(language == code for _, language, code in shown)
    looks = {language: look for look, language, _ in shown}
    assert set(looks) == {"en", "fr", "de", "es", "it"}
    assert len(set(looks.values())) == 5
