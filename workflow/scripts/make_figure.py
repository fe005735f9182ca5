"""Draw one figure of study xmrc from the table of cells, as SVG and PDF."""

import argparse
from pathlib import Path

from isogloss.reporting.cells import CELLS
from isogloss.reporting.figures.xmrc import FIGURES, make_figure
from isogloss.reporting.modelinfo import parse_models
from isogloss.script import json_value, run


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--figure", required=True, help=f"one of {', '.join(FIGURES)}")
    parser.add_argument("--cells", required=True, type=Path, help="cells.parquet")
    parser.add_argument("--models", required=True, help="models of the run, as a JSON list")
    parser.add_argument(
        "--options",
        required=True,
        help='JSON: "shots" of the run to draw, its "languages", the intervals\' "level"',
    )
    parser.add_argument("--svg", required=True, type=Path)
    parser.add_argument("--pdf", required=True, type=Path)
    args = parser.parse_args()
    make_figure(
        args.figure,
        CELLS.read(args.cells),
        parse_models(args.models),
        json_value(args.options),
        args.svg,
        args.pdf,
    )


run(main)
