"""Judge the findings of paper A on the values of this run, beside its published values."""

import argparse
from pathlib import Path

from isogloss.reporting.cells import CELLS, REPLICATES
from isogloss.reporting.claims_xmrc import check
from isogloss.reporting.modelinfo import parse_models
from isogloss.reporting.tables.write import add_table_options, write
from isogloss.script import json_value, run


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--cells", type=Path, required=True, help="cells.parquet")
    parser.add_argument("--replicates", type=Path, required=True, help="replicates.parquet")
    parser.add_argument("--models", required=True, help="JSON list of the models of the run")
    parser.add_argument(
        "--published-models", required=True, help="JSON list of all models of the model table"
    )
    parser.add_argument("--options", required=True, help="JSON object: shots, level")
    parser.add_argument("--published", type=Path, required=True, help="folder of published tables")
    add_table_options(parser)
    args = parser.parse_args()
    document, csv = check(
        CELLS.read(args.cells),
        REPLICATES.read(args.replicates),
        parse_models(args.models),
        parse_models(args.published_models),
        json_value(args.options),
        args.published,
        args.caption,
    )
    write(document, csv, args)


run(main)
