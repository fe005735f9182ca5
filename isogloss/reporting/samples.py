"""Samples of mixed documents for the index: coloured by language in HTML, with codes in Markdown.

A segment is told apart three ways, so that none is needed to read it: its ground, the line below
it, which also stays in print, and its language's code.
"""

from collections.abc import Iterator, Sequence
from html import escape
from typing import NamedTuple

import polars as pl

from isogloss.languages import NAMES, in_order
from isogloss.reporting.tables.markdown import escape as plain

TITLES = {
    "document": "One language per document",
    "sentence": "One language per sentence",
    "words": "One language per chunk of words",
}
# As many as page_style has looks for; a run with more languages uses them again.
LOOKS = 8


class Part(NamedTuple):
    """A segment as it is shown; `language` is None for what has none."""

    text: str
    language: str | None


def as_html(samples: pl.DataFrame) -> str:
    """Return SAMPLES as HTML: a legend, and for each mix its documents with coloured segments."""
    looks = _looks(samples)
    legend = "".join(f"<li>{_segment(NAMES[code], code, looks[code])}</li>" for code in looks)
    parts = [f'<ul class="legend" aria-label="Languages">{legend}</ul>']
    for mix, documents in _mixes(samples):
        parts.append(f"<h5>{escape(_title(mix))}</h5>")
        for document in documents:
            text = "".join(
                _segment(part.text, part.language, looks[part.language])
                if part.language
                else escape(part.text)
                for part in document
            )
            parts.append(f'<p class="mixed">{text}</p>')
    return "\n".join(parts) + "\n"


def as_markdown(samples: pl.DataFrame) -> str:
    """Return SAMPLES as Markdown: each segment after its language's code in brackets."""
    names = ", ".join(f"{code} {NAMES[code]}" for code in _looks(samples))
    parts = [f"A code in brackets gives the language of what follows it: {names}."]
    for mix, documents in _mixes(samples):
        parts.append(f"## {_title(mix)}")
        parts.append(
            "\n".join(
                "- "
                + "".join(
                    (rf"**\[{part.language}\]** " if part.language else "") + plain(part.text)
                    for part in document
                )
                for document in documents
            )
        )
    return "\n\n".join(parts)


def _looks(samples: pl.DataFrame) -> dict[str, int]:
    """Return the number of each language's look; English has one of its own, the plainest."""
    others = in_order(set(samples["language"].drop_nulls()) - {"en"})
    return {"en": 0} | {code: 1 + place % (LOOKS - 1) for place, code in enumerate(others)}


def _segment(text: str, code: str, look: int) -> str:
    return f'<span class="segment look{look}" lang="{code}">{escape(text)}<sup>{code}</sup></span>'


def _title(mix: str) -> str:
    return TITLES.get(mix, mix)


def _mixes(samples: pl.DataFrame) -> Iterator[tuple[str, Sequence[list[Part]]]]:
    """Yield each mix with its documents, whose segments lack outer white space."""
    for (mix,), part in samples.group_by("mix", maintain_order=True):
        documents = []
        for _, rows in part.group_by("document", maintain_order=True):
            shown = [Part(*row) for row in rows.select("text", "language").iter_rows()]
            while shown and not shown[0].text.strip():
                shown.pop(0)
            while shown and not shown[-1].text.strip():
                shown.pop()
            documents.append(shown)
        yield str(mix), documents
