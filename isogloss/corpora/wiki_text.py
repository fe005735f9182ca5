"""Plain text of wiki pages: the passages that selection takes as its query (paper B, D.3).

The paper says no more than that passages were crawled. Here a passage is a line of text: paragraph,
list item or heading. What is no running text is left out: templates (infoboxes, quotations,
navigation), tables, references, galleries, comments, and links that place an image, a category or
another language's page.
"""

import re
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import polars as pl

if TYPE_CHECKING:
    from mwparserfromhell.wikicode import Wikicode

_LEFT_OUT = ("ref", "references", "gallery", "table", "math", "script", "style", "timeline")
# "File:", "Category:", and the codes of other languages, such as "de:" or "pt-br:".
_PLACING = re.compile(r"\s*(?:file|image|media|category|[a-z]{2,3}(?:-[a-z]+)?)\s*:", re.IGNORECASE)
_SWITCH = re.compile(r"__[A-Z]+__")


def passages(wikitext: str) -> list[str]:
    """Return the passages of a page, without markup, white space within them as single spaces."""
    import mwparserfromhell

    text = _SWITCH.sub("", _plain(mwparserfromhell.parse(wikitext)))
    lines = (" ".join(line.split()) for line in text.splitlines())
    return [line for line in lines if line]


def _plain(code: "Wikicode | None") -> str:
    """Return the text of parsed markup. The library's own would keep captions of images."""
    from mwparserfromhell import nodes

    parts: list[str] = []
    for node in code.nodes if code else ():
        if isinstance(node, nodes.Text):
            parts.append(str(node.value))
        elif isinstance(node, nodes.HTMLEntity):
            parts.append(node.normalize())
        elif isinstance(node, nodes.Heading):
            parts.append(_plain(node.title))
        elif isinstance(node, nodes.ExternalLink):
            parts.append(_plain(node.title or node.url))
        elif isinstance(node, nodes.Wikilink) and not _PLACING.match(str(node.title)):
            parts.append(_plain(node.text or node.title))
        elif isinstance(node, nodes.Tag):
            tag = str(node.tag).strip().lower()
            parts.append("\n" if tag == "br" else "" if tag in _LEFT_OUT else _plain(node.contents))
    return "".join(parts)


def write_passages(pages: pl.DataFrame, path: Path) -> int:
    """Write the passages of WIKI_PAGES, one a line; return how many there are."""
    count = 0
    path.parent.mkdir(parents=True, exist_ok=True)
    temporary = path.with_name(path.name + ".part")
    with temporary.open("w", encoding="utf-8", newline="\n") as file:
        for passage in _all(pages):
            file.write(passage + "\n")
            count += 1
    temporary.replace(path)
    return count


def _all(pages: pl.DataFrame) -> Iterator[str]:
    for wikitext in pages["wikitext"]:
        yield from passages(wikitext)
