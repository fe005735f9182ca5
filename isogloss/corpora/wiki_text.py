"""Plain text of wiki pages: the passages that selection takes as its query (paper B, D.3).

The paper says no more than that passages were crawled. Here a passage is a line of text: paragraph,
list item or heading. What is no running text is left out: templates (infoboxes, quotations,
navigation), tables, references, galleries, comments, and links that place an image, a category or
another language's page.
"""

import re
from collections.abc import Iterator
from pathlib import Path

import polars as pl

_LEFT_OUT = ("ref", "references", "gallery", "table", "math", "script", "style", "timeline")
# "File:", "Category:", and the codes of other languages, such as "de:" or "pt-br:".
_PLACING = re.compile(r"\s*(?:file|image|media|category|[a-z]{2,3}(?:-[a-z]+)?)\s*:", re.IGNORECASE)
_SWITCH = re.compile(r"__[A-Z]+__")


def passages(wikitext: str) -> list[str]:
    """Return the passages of a page, without markup, white space within them as single spaces."""
    import mwparserfromhell
    from mwparserfromhell.nodes import Node, Tag, Wikilink

    def left_out(node: Node) -> bool:
        if isinstance(node, Tag):
            return str(node.tag).strip().lower() in _LEFT_OUT
        return isinstance(node, Wikilink) and _PLACING.match(str(node.title)) is not None

    code = mwparserfromhell.parse(wikitext)
    for node in code.filter(matches=left_out):
        # What is inside of a node that is gone, is gone with it.
        if code.contains(node):
            code.remove(node)
    for tag in code.filter_tags(matches=lambda node: str(node.tag).strip().lower() == "br"):
        code.replace(tag, "\n")
    text = _SWITCH.sub("", str(code.strip_code()))
    lines = (" ".join(line.split()) for line in text.splitlines())
    return [line for line in lines if line]


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
