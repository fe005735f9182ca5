"""Write one table on the selection of study barrier as CSV, Markdown and LaTeX."""

import argparse
from pathlib import Path

from isogloss.corpora.selection_tables import OVERLAP, RETRIEVED, SELECTED
from isogloss.errors import IsoglossError
from isogloss.reporting import selection
from isogloss.reporting.caption import Caption
from isogloss.reporting.tables.display import Document
from isogloss.reporting.tables.write import add_table_options, write
from isogloss.script import run

# What each table needs besides its caption.
NEEDS = {
    "table06": ("selected", "retrieved", "top", "corpus"),
    "selection": ("selected", "retrieved", "counts", "corpus"),
    "overlap": ("overlap",),
}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--table", required=True, choices=NEEDS)
    parser.add_argument("--selected", type=Path, help="table of selected documents")
    parser.add_argument("--retrieved", type=Path, help="table of documents with keywords at each k")
    parser.add_argument("--overlap", type=Path, help="table of the overlap with published numbers")
    parser.add_argument("--counts", type=Path, help="published counts (.csv)")
    parser.add_argument("--top", type=int, help="documents to print")
    parser.add_argument("--corpus", help="name of the corpus that was searched")
    add_table_options(parser)
    args = parser.parse_args()
    for name in NEEDS[args.table]:
        if getattr(args, name) is None:
            raise IsoglossError(f"--table {args.table}: needs --{name}")
    text, document = _made(args, args.caption)
    write(document, text, args, study="barrier")


def _made(args: argparse.Namespace, caption: Caption) -> tuple[str, Document]:
    if args.table == "overlap":
        overlap = OVERLAP.read(args.overlap)
        return selection.overlap_csv(overlap), selection.overlap_document(overlap, caption)
    selected, retrieved = SELECTED.read(args.selected), RETRIEVED.read(args.retrieved)
    if args.table == "table06":
        return (
            selection.top_csv(selected, args.top),
            selection.top_document(selected, retrieved, args.top, args.corpus, caption),
        )
    rows = selection.compare(selection.counts(selected, retrieved), args.counts)
    return selection.counts_csv(rows), selection.counts_document(rows, args.corpus, caption)


run(main)
