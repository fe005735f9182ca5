"""Write one table of study xmrc as CSV, Markdown and LaTeX."""

import argparse
from pathlib import Path

import polars as pl

from isogloss.errors import IsoglossError
from isogloss.reporting.caption import Caption
from isogloss.reporting.cells import CELLS
from isogloss.reporting.modelinfo import parse_models
from isogloss.reporting.options import Options, parse_options
from isogloss.reporting.tables import cut, lingua, show
from isogloss.reporting.tables.definitions import table
from isogloss.reporting.tables.display import Document
from isogloss.reporting.tables.write import add_table_options, write
from isogloss.script import run


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--table", required=True, help="table01, table05, ... or lingua")
    parser.add_argument("--cells", type=Path, help="cells.parquet; for all tables but lingua")
    parser.add_argument("--models", help="JSON list of models; for all tables but lingua")
    parser.add_argument("--lingua", type=Path, help="lingua.csv; for the table lingua")
    parser.add_argument("--published", type=Path, help="published table 3; for the table lingua")
    parser.add_argument("--options", required=True, help="JSON object of run settings")
    add_table_options(parser)
    args = parser.parse_args()
    options, caption = parse_options(args.options), args.caption
    text, document = (_lingua if args.table == "lingua" else _cells)(args, options, caption)
    write(document, text, args)


def _lingua(args: argparse.Namespace, options: Options, caption: Caption) -> tuple[str, Document]:
    if args.lingua is None or args.published is None:
        raise IsoglossError("--table lingua: needs --lingua and --published")
    beside = lingua.beside(lingua.read(args.lingua), pl.read_csv(args.published))
    return lingua.csv(beside), lingua.document(beside, options, caption)


def _cells(args: argparse.Namespace, options: Options, caption: Caption) -> tuple[str, Document]:
    if args.cells is None or args.models is None:
        raise IsoglossError(f"--table {args.table}: needs --cells and --models")
    definition = table(args.table)
    values = cut.Values(CELLS.read(args.cells), definition.shots)
    parts = cut.cut(definition, parse_models(args.models), options)
    document = show.document(args.table, definition, parts, values, options, caption)
    return cut.csv(parts, values), document


run(main)
