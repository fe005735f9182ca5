"""Write the index of results: sections of Markdown and figures, as Markdown and as HTML."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from html import escape
from itertools import pairwise
from pathlib import Path
from unicodedata import bidirectional

from markdown_it import MarkdownIt
from markdown_it.token import Token

from isogloss.reporting.page_style import CSS
from isogloss.reporting.svg import inline_svg

# Raw HTML is off; these are the tags that tables use, and they have no attributes.
ALLOWED = ("<br>", "<sub>", "</sub>")
# Characters of a table's cell; a head longer than HEAD may run over several lines.
SHORT, LONG, HEAD = 6, 60, 14


@dataclass(frozen=True)
class Block:
    """One table, figure or text of a section; `body` is Markdown with headings from level 2.

    `html` stands in the HTML page in place of `body`, for what Markdown cannot show.
    """

    name: str  # anchor within the study, empty for a text without a heading of its own
    title: str
    body: str
    svg: Path | None = None
    files: Sequence[str] = ()  # paths, relative to the page
    html: str | None = None


@dataclass(frozen=True)
class Section:
    """A part of a study."""

    name: str
    title: str
    blocks: Sequence[Block]


@dataclass(frozen=True)
class Study:
    """A study's part of the page; `facts` are a few numbers with their names at its top."""

    name: str
    title: str
    lead: str
    facts: Sequence[tuple[str, str]]
    sections: Sequence[Section]


@dataclass(frozen=True)
class Page:
    """The whole page."""

    title: str
    lead: str
    studies: Sequence[Study]


def as_markdown(page: Page) -> str:
    """Return the page as Markdown; figures are images beside it."""
    parts = [f"# {page.title}", page.lead]
    for study in page.studies:
        parts += [f"## {study.title}", study.lead]
        parts.append("\n".join(f"- {name}: **{value}**" for name, value in study.facts))
        for section in study.sections:
            parts.append(f"### {section.title}")
            for block in section.blocks:
                parts.append(f"#### {block.title}" if block.title else "")
                if block.svg:
                    parts.append(f"![{block.title}]({study.name}/{block.svg.name})")
                parts.append(_deeper(block.body))
                parts.append(_files_markdown(block.files))
    return "\n\n".join(part for part in parts if part) + "\n"


def as_html(page: Page) -> str:
    """Return the page as one HTML file that needs nothing else, neither script nor network."""
    studies = "\n".join(_study(study) for study in page.studies)
    return (
        f'<!doctype html>\n<html lang="en">\n<head>\n<meta charset="utf-8">\n'
        '<meta name="viewport" content="width=device-width, initial-scale=1">\n'
        f"<title>{escape(page.title)}</title>\n<style>{CSS}</style>\n</head>\n<body>\n"
        f'<div class="layout">\n<nav aria-label="Contents">\n{_contents(page)}\n</nav>\n<main>\n'
        f'<h1>{escape(page.title)}</h1>\n<p class="lead">{escape(page.lead)}</p>\n'
        f"{studies}\n</main>\n</div>\n</body>\n</html>\n"
    )


def _contents(page: Page) -> str:
    """Return the table of contents: studies, their sections, and what these hold."""
    studies = []
    for study in page.studies:
        sections = []
        for section in study.sections:
            blocks = [
                _entry(f"{study.name}-{block.name}", block.title)
                for block in section.blocks
                if block.name
            ]
            sections.append(_entry(_anchor(study, section), section.title, blocks))
        studies.append(_entry(study.name, study.title, sections))
    return f"<ol>{''.join(studies)}</ol>"


def _entry(anchor: str, title: str, inner: Sequence[str] = ()) -> str:
    below = f"<ol>{''.join(inner)}</ol>" if inner else ""
    return f'<li><a href="#{anchor}">{escape(title)}</a>{below}</li>\n'


def _study(study: Study) -> str:
    facts = "".join(
        f"<div><dt>{escape(name)}</dt><dd>{escape(value)}</dd></div>" for name, value in study.facts
    )
    sections = "\n".join(_section(study, section) for section in study.sections)
    return (
        f'<section class="study" id="{study.name}">\n<h2>{escape(study.title)}</h2>\n'
        f'<p class="lead">{escape(study.lead)}</p>\n<dl class="facts">{facts}</dl>\n'
        f"{sections}\n</section>"
    )


def _anchor(study: Study, section: Section) -> str:
    """Return a section's anchor, other than that of any block."""
    return f"{study.name}-part-{section.name}"


def _section(study: Study, section: Section) -> str:
    blocks = "\n".join(_block(study, block) for block in section.blocks)
    return (
        f'<section id="{_anchor(study, section)}">\n<h3>{escape(section.title)}</h3>\n'
        f"{blocks}\n</section>"
    )


def _block(study: Study, block: Block) -> str:
    heading = f"<h4>{escape(block.title)}</h4>\n" if block.title else ""
    figure = ""
    if block.svg:
        drawing = inline_svg(block.svg, f"drawing-{study.name}-{block.name}", block.title)
        figure = f'<figure><div class="canvas">{drawing}</div></figure>\n'
    links = ", ".join(
        f'<a href="{escape(path)}">{escape(path.rsplit("/", 1)[-1])}</a>' for path in block.files
    )
    files = f'<p class="files">Files: {links}</p>\n' if links else ""
    identity = f' id="{study.name}-{block.name}"' if block.name else ""
    body = to_html(_deeper(block.body)) if block.html is None else block.html
    return f"<article{identity}>\n{heading}{figure}{body}{files}</article>"


def _files_markdown(paths: Sequence[str]) -> str:
    links = [f"[{path.rsplit('/', 1)[-1]}]({path})" for path in paths]
    return "Files: " + ", ".join(links) if links else ""


def _deeper(text: str) -> str:
    """Move headings three levels down, as the page's own headings take the first four."""
    return re.sub(r"^(#+ )", r"###\1", text, flags=re.MULTILINE)


def to_html(text: str) -> str:
    """Turn Markdown into HTML; wide tables scroll in a box of their own."""
    parser = MarkdownIt("commonmark", {"html": False}).enable("table")
    html = str(parser.renderer.render(_mark_tables(parser.parse(text)), parser.options, {}))
    for tag in ALLOWED:
        html = html.replace(escape(tag), tag)
    html = html.replace("<table", '<div class="scroll" tabindex="0"><table')
    return html.replace("</table>", "</table></div>")


def _mark_tables(tokens: list[Token]) -> list[Token]:
    """Make each row's first cell its heading, and name-only rows headings of what follows."""
    marked: list[Token] = []
    row: list[Token] = []
    body = False
    for before, token in pairwise([Token("", "", 0), *tokens]):
        if before.type == "th_open" and len(token.content) > HEAD:
            before.attrSet("class", "long")
        if token.type in ("tbody_open", "tbody_close"):
            body = token.type == "tbody_open"
        if body and (row or token.type == "tr_open"):
            row.append(token)
            if token.type == "tr_close":
                marked += _row(row)
                row = []
        else:
            marked.append(token)
    return marked


def _row(row: list[Token]) -> list[Token]:
    """Return a body row's tokens: tr_open, (td_open, inline, td_close) per cell, tr_close."""
    cells = [token for token in row if token.type == "inline"]
    row[1].tag = row[3].tag = "th"
    row[1].attrSet("scope", "row")
    name_only = re.fullmatch(r"\*[^*]+\*", cells[0].content) and len(cells) > 1
    if name_only and not any(cell.content for cell in cells[1:]):
        row[0].attrSet("class", "group")
        row[1].attrSet("scope", "rowgroup")
        row[1].attrSet("colspan", str(len(cells)))
        return [*row[:4], row[-1]]
    for place, cell in enumerate(cells):
        opening = row[1 + 3 * place]
        # On narrow screens, short row heads need little room and running text needs much.
        if len(cell.content) <= SHORT and not place:
            opening.attrSet("class", "short")
        elif len(cell.content) > LONG and place:
            opening.attrSet("class", "text")
        # Punctuation at the ends of Arabic and Hebrew text goes by the text, not by the page.
        if any(bidirectional(character) in ("R", "AL") for character in cell.content):
            opening.attrSet("dir", "rtl")
    return row
