"""Write the three files of a table."""

from argparse import ArgumentParser, Namespace
from pathlib import Path

from isogloss.reporting.caption import read_caption
from isogloss.reporting.tables.display import Document
from isogloss.reporting.tables.latex import latex
from isogloss.reporting.tables.markdown import markdown


def add_table_options(parser: ArgumentParser) -> None:
    """Add the options of a script that writes a table; `caption` is read as it is parsed."""
    parser.add_argument(
        "--caption",
        type=lambda path: read_caption(Path(path)),
        required=True,
        help="caption file (.rst)",
    )
    for suffix in ("csv", "markdown", "latex"):
        parser.add_argument(f"--{suffix}", type=Path, required=True)


def write(document: Document, csv: str, to: Namespace, study: str = "xmrc") -> None:
    """Write the table for machines, as `csv` has it, and for readers, as `document` has it.

    to: what a parser with `add_table_options` has parsed.
    """
    files = {to.csv: csv, to.markdown: markdown(document), to.latex: latex(document, study)}
    for path, text in files.items():
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8", newline="\n")
