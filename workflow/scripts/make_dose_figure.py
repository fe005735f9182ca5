"""Draw the dose-responses from their table, as SVG and PDF."""

import argparse
from pathlib import Path

from isogloss.reporting.dose_table import read_csv
from isogloss.reporting.figures.dose import make_dose_figure
from isogloss.script import json_value, run


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--table", type=Path, required=True, help="the table's CSV")
    parser.add_argument("--doses", type=json_value, required=True, help="experiments, JSON")
    parser.add_argument("--level", type=float, required=True, help="coverage of intervals, 0-1")
    parser.add_argument("--svg", type=Path, required=True)
    parser.add_argument("--pdf", type=Path, required=True)
    args = parser.parse_args()
    make_dose_figure(read_csv(args.table), args.doses, args.level, args.svg, args.pdf)


run(main)
