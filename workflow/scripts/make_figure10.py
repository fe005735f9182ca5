"""Draw figure 10 of study barrier, as SVG and PDF: keyword documents among the best by BM25."""

import argparse
from pathlib import Path

from isogloss.corpora.selection_tables import RETRIEVED
from isogloss.reporting.figures.retrieved import make_retrieved
from isogloss.script import run


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--retrieved", type=Path, required=True, help="table of counts at each k")
    parser.add_argument("--k", type=int, required=True, help="best documents that were selected")
    parser.add_argument("--corpus", required=True, help="name of the corpus that was searched")
    parser.add_argument("--svg", required=True, type=Path)
    parser.add_argument("--pdf", required=True, type=Path)
    args = parser.parse_args()
    make_retrieved(RETRIEVED.read(args.retrieved), args.k, args.corpus, args.svg, args.pdf)


run(main)
