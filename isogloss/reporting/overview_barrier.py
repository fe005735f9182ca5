"""Study barrier in the index: what was run, in a few numbers and one table, and how to read it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields
from typing import Any

import polars as pl

from isogloss.languages import NAMES, in_order
from isogloss.reporting import quiz_sample
from isogloss.reporting.items import Item
from isogloss.reporting.overview import Overview
from isogloss.reporting.tables.display import Entry, Grid, Group
from isogloss.reporting.tables.markdown import grid_blocks
from isogloss.reporting.tables.numbers import DASH, count, listing
from isogloss.script import json_fields

TITLE = "The knowledge barrier between languages"
LEAD = (
    "Study barrier: what a model knows when it is asked in one language and not in another, and "
    "what training on text of mixed languages changes."
)
PROVIDERS = {
    "google": "Google Translate",
    "libretranslate": "a LibreTranslate server",
    "seq2seq": "a translation model",
    "llm": "a language model",
    "apertium": "Apertium, a rule-based system",
    "glossary": "a glossary, word by word, which is no translation and serves the demo alone",
}
CONTENT = {
    "lines": "the lines of a file",
    "tofu": "questions with their answers",
    "selection": "the selected documents",
    "lab": "facts of the lab and of the quiz",
    "lab-new": "facts of the lab's new people",
    "lab-known": "what the lab's base model knows",
}


@dataclass(frozen=True)
class BarrierOptions:
    """What was run; keys of the same names are in the configuration, under `barrier` for most."""

    languages: tuple[str, ...]
    seed: int
    chunk_words: int
    provider: str  # translation.provider
    corpora: Sequence[Mapping[str, Any]]  # mixed ones: name, documents, source, mixes, shares
    selection: Mapping[str, Any] | None  # corpus, k


def parse_options(text: str) -> BarrierOptions:
    """Read `--barrier`; raise IsoglossError for a missing or unknown key."""
    value = json_fields(text, "--barrier", [field.name for field in fields(BarrierOptions)])
    return BarrierOptions(**value | {"languages": tuple(value["languages"])})


def overview(options: BarrierOptions, items: Sequence[Item]) -> Overview:
    """Return what the index says of the study; numbers come from the items' own files."""
    run = [run_text(options), *([corpora_table(options)] if options.corpora else [])]
    return Overview("barrier", TITLE, LEAD, facts(options, items), "\n\n".join(run), guide(options))


def facts(options: BarrierOptions, items: Sequence[Item]) -> list[tuple[str, str]]:
    """Return the numbers that stand at the top of the study."""
    by_name = {item.name: item for item in items if item.study == "barrier"}
    found = [("Languages", str(len(options.languages)))]
    if options.corpora:
        mixes = sum(len(corpus["mixes"]) for corpus in options.corpora)
        found.append(("Mixed corpora", str(mixes)))
    if "selection" in by_name:
        counts = pl.read_csv(by_name["selection"].file(".csv"))
        selected = counts.filter(quantity="selected")["ours"].item()
        found.append(("Documents selected", count(int(selected))))
    if "quiz" in by_name:
        quiz = quiz_sample.read(by_name["quiz"].file(".parquet"))
        languages = quiz["language"].n_unique()
        found.append(("Quiz", f"{count(quiz_sample.questions(quiz))} in {languages} languages"))
    return found


def run_text(options: BarrierOptions) -> str:
    """Return in prose which languages were mixed, how, and what was selected."""
    names = listing([f"{NAMES[code]} ({code})" for code in in_order(set(options.languages))])
    text = (
        f"Each unit of a mixed corpus has one of {len(options.languages)} languages, drawn with "
        f"equal chances by seed {options.seed}: {names}. English units stay as they are; the "
        f"others were translated by {PROVIDERS[options.provider]}."
    )
    for corpus in options.corpora:
        if corpus["shares"] is not None:
            chances = listing([f"{code} {share:g}" for code, share in corpus["shares"].items()])
            text += f" In `{corpus['name']}` their chances are as {chances}."
    if options.selection:
        text += (
            f" Documents on the world of Harry Potter were selected from "
            f"`{options.selection['corpus']}`: the best {count(options.selection['k'])} by BM25, "
            "and all others that hold the name of a character or a spell."
        )
    return text


def corpora_table(options: BarrierOptions) -> str:
    """Return a Markdown table of the mixed corpora: what they are made of, and how mixed."""
    rows = [
        [
            Entry(corpus["name"]),
            Entry(CONTENT[corpus["documents"]]),
            Entry(corpus["source"] or DASH),
            Entry(", ".join(corpus["mixes"])),
        ]
        for corpus in options.corpora
    ]
    heads = ["Corpus", "Documents", "Data set", "Mixed by"]
    return grid_blocks(Grid("corpora", "", heads, [Group("", rows)], [], left=len(heads)))[0]


def guide(options: BarrierOptions) -> str:
    """Return how to read the results, as Markdown."""
    glossary = ""
    if options.provider == "glossary":
        glossary = """

## The glossary

This run replaced words by words, without grammar, so that it needs neither a network nor a model.
Its text is no translation, and what a model learns from it says nothing about one. The quality
report measures it all the same, as it would measure a translation system.
"""
    return f"""
## Mixed corpora

- **document**: a whole document is in one language.
- **sentence**: each sentence is; sentences end at full stops, commas and semicolons, exclamation
  and question marks, as in the paper.
- **words**: each run of {options.chunk_words} words inside a sentence is.
- **english**: everything stays English, for comparison.
- **collection**: every document once in every language, an upper bound.

Spaces and punctuation between the units stay as they are, so that the English corpus is its
source byte by byte. Shares of languages are counted over units and tested against the chances that
they had.

## Translation

A unit without a translation is never replaced by its English text: the run stops, or leaves out
the document and counts it.

## Selection

BM25 compares words: a document ranks high when it has the words of the wiki that few other
documents have. Keywords are names, looked for as whole words with their capitals. Each way finds
what the other misses, and each has its own mistakes: BM25 takes documents on other schools and
wizards, and some names are also words of other subjects.
{glossary}""".strip()
