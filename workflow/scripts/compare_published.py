"""Write a published table beside our values as CSV, Markdown and LaTeX."""

import argparse
from pathlib import Path

from isogloss.reporting import published
from isogloss.reporting.cells import CELLS
from isogloss.reporting.modelinfo import parse_models
from isogloss.reporting.options import parse_options
from isogloss.reporting.tables import beside
from isogloss.reporting.tables.write import add_table_options, write
from isogloss.script import run


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--table", required=True, help="table01, table05, ...")
    parser.add_argument("--cells", type=Path, required=True, help="cells.parquet")
    parser.add_argument("--models", required=True, help="JSON list of models")
    parser.add_argument("--published", type=Path, required=True, help="published values (.csv)")
    parser.add_argument("--options", required=True, help="JSON object of run settings")
    add_table_options(parser)
    args = parser.parse_args()
    models, options = parse_models(args.models), parse_options(args.options)
    rows = published.compare(
        published.read(args.published), CELLS.read(args.cells), models, options
    )
    document = beside.document(args.table, rows, models, options, args.caption)
    write(document, published.csv(rows), args)


run(main)
