"""The folder with all tables and figures, and the index pages over them."""

import shutil
from collections import Counter
from collections.abc import Sequence
from pathlib import Path

import polars as pl

from isogloss.corpora.samples import SAMPLES
from isogloss.errors import IsoglossError
from isogloss.reporting import quiz_sample, samples
from isogloss.reporting.caption import Caption, read_caption
from isogloss.reporting.items import Item
from isogloss.reporting.overview import Overview
from isogloss.reporting.page import Block, Page, Section, Study, as_html, as_markdown
from isogloss.reporting.tables.numbers import listing

TITLE = "Isogloss: where a language model's knowledge stops"
LEAD = (
    "Every table and figure of this run, each number with its count and its uncertainty, and the "
    "published value beside it where there is one."
)
# Sections between a study's summary and how to read it, and the kinds of items they hold.
SECTIONS = (
    ("corpora", "Corpora and translation", ("sample", "corpus")),
    ("quiz", "The quiz", ("quiz",)),
    ("figures", "Figures", ("figure",)),
    ("tables", "Tables", ("table",)),
    ("published", "Published beside ours", ("comparison",)),
)


def build(items: Sequence[Item], overviews: Sequence[Overview], output: Path) -> None:
    """Write the folder `output`, whole or not at all: the index pages, and in a folder for each
    study copies of all its files. Studies come in the order of `overviews`.
    """
    part = output.with_name(output.name + ".part")
    shutil.rmtree(part, ignore_errors=True)
    part.mkdir(parents=True)
    studies = [
        _study(overview, [item for item in items if item.study == overview.name])
        for overview in overviews
    ]
    page = Page(TITLE, LEAD, studies)
    for item in items:
        for file in item.files:
            copy = part / item.study / file.name
            copy.parent.mkdir(exist_ok=True)
            shutil.copyfile(file, copy)
    for name, text in (("index.md", as_markdown(page)), ("index.html", as_html(page))):
        (part / name).write_text(text, encoding="utf-8", newline="\n")
    if output.exists():
        shutil.rmtree(output)
    part.rename(output)


def _study(overview: Overview, items: Sequence[Item]) -> Study:
    claims = [item for item in items if item.kind == "claims"]
    summary = [Block("run", "What was run", overview.run), *(_block(item) for item in claims)]
    facts = list(overview.facts)
    if claims:
        facts.append(("The paper's findings here", _verdicts(claims)))
    sections = [Section("summary", "Summary", summary)]
    for name, title, kinds in SECTIONS:
        blocks = [_block(item) for kind in kinds for item in items if item.kind == kind]
        if blocks:
            sections.append(Section(name, title, blocks))
    sections.append(Section("reading", "How to read this", [Block("", "", overview.guide)]))
    return Study(overview.name, overview.title, overview.lead, facts, sections)


def _verdicts(claims: Sequence[Item]) -> str:
    verdicts = [verdict for item in claims for verdict in pl.read_csv(item.file(".csv"))["verdict"]]
    return listing([f"{number} {verdict}" for verdict, number in Counter(verdicts).items()])


def _block(item: Item) -> Block:
    files = [f"{item.study}/{path.name}" for path in item.files]
    if item.kind == "figure":
        caption = _caption(item)
        return Block(item.name, caption.title, caption.text, item.file(".svg"), files)
    if item.kind == "sample":
        caption, table = _caption(item), SAMPLES.read(item.file(".parquet"))
        body = f"{caption.text}\n\n{samples.as_markdown(table)}"
        html = f"<p>{caption.text}</p>\n{samples.as_html(table)}"
        return Block(item.name, caption.title, body, None, files, html)
    if item.kind == "quiz":
        caption, quiz = _caption(item), quiz_sample.read(item.file(".parquet"))
        body = f"{caption.text}\n\n{quiz_sample.as_markdown(quiz)}"
        return Block(item.name, caption.title, body, None, files)
    page = item.file(".md")
    title, _, body = page.read_text(encoding="utf-8").partition("\n")
    if not title.startswith("# "):
        raise IsoglossError(f"{page}: the first line must be the title, `# ...`; it is {title!r}")
    return Block(item.name, title.removeprefix("# "), body.strip(), None, files)


def _caption(item: Item) -> Caption:
    if item.caption is None:
        raise IsoglossError(f"--items: the {item.kind} {item.name!r} needs a caption file")
    return read_caption(item.caption)
