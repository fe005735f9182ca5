"""Draw one figure of study barrier from its table of cells, as SVG and PDF."""

import argparse
from pathlib import Path

from isogloss.reporting.barrier.options import parse_options, read_results
from isogloss.reporting.figures.barrier import FIGURES, make_barrier_figure
from isogloss.script import run


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--figure", required=True, help=f"one of {', '.join(FIGURES)}")
    parser.add_argument("--cells", type=Path, required=True)
    parser.add_argument("--replicates", type=Path, required=True)
    parser.add_argument("--models", required=True, help="JSON list of models")
    parser.add_argument("--options", required=True, help="JSON object of run settings")
    parser.add_argument("--svg", type=Path, required=True)
    parser.add_argument("--pdf", type=Path, required=True)
    args = parser.parse_args()
    results = read_results(args.cells, args.replicates, args.models, parse_options(args.options))
    make_barrier_figure(args.figure, results, args.svg, args.pdf)


run(main)
