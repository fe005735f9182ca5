"""Write the three files of a table."""

from pathlib import Path

from isogloss.reporting.tables.display import Document
from isogloss.reporting.tables.latex import latex
from isogloss.reporting.tables.markdown import markdown


def write(
    document: Document,
    csv: str,
    csv_path: Path,
    md_path: Path,
    tex_path: Path,
    study: str = "xmrc",
) -> None:
    """Write the table for machines, as `csv` has it, and for readers, as `document` has it."""
    files = {csv_path: csv, md_path: markdown(document), tex_path: latex(document, study)}
    for path, text in files.items():
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8", newline="\n")
