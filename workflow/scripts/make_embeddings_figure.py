"""Draw a figure of embeddings of study barrier, as SVG and PDF."""

import argparse
from pathlib import Path

import polars as pl

from isogloss.reporting.barrier.models import parse_models
from isogloss.reporting.figures.embeddings import FIGURES, make_embeddings_figure
from isogloss.representations.tables import POINTS, SIMILARITY
from isogloss.script import run


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--figure", required=True, choices=FIGURES)
    parser.add_argument("--points", type=Path, nargs="+", required=True, help="one table a model")
    parser.add_argument("--similarity", type=Path, required=True)
    parser.add_argument("--models", required=True, help="JSON list of models")
    parser.add_argument("--svg", type=Path, required=True)
    parser.add_argument("--pdf", type=Path, required=True)
    args = parser.parse_args()
    make_embeddings_figure(
        args.figure,
        pl.concat([POINTS.read(path) for path in args.points]),
        SIMILARITY.read(args.similarity),
        parse_models(args.models),
        args.svg,
        args.pdf,
    )


run(main)
