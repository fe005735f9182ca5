"""Judge the findings of paper B on the values of this run."""

import argparse
from pathlib import Path

from isogloss.reporting.barrier.options import parse_options, read_results
from isogloss.reporting.claims_barrier import check
from isogloss.reporting.tables.write import add_table_options, write
from isogloss.representations.tables import POINTS
from isogloss.script import run


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--cells", type=Path, required=True)
    parser.add_argument("--replicates", type=Path, required=True)
    parser.add_argument(
        "--points", type=Path, nargs="*", default=[], help="tables of embedded texts, if any"
    )
    parser.add_argument("--models", required=True, help="JSON list of models")
    parser.add_argument("--options", required=True, help="JSON object of run settings")
    add_table_options(parser)
    args = parser.parse_args()
    options = parse_options(args.options)
    document, text = check(
        read_results(args.cells, args.replicates, args.models, options),
        [POINTS.read(path) for path in args.points],
        options.bootstrap,
        args.caption,
    )
    write(document, text, args, study="barrier")


run(main)
