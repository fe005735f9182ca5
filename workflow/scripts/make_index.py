"""Gather all tables and figures in one folder with index pages."""

import argparse
from pathlib import Path

from isogloss.reporting import overview_barrier, overview_xmrc
from isogloss.reporting.cells import CELLS
from isogloss.reporting.index import build
from isogloss.reporting.items import parse_items
from isogloss.reporting.modelinfo import parse_models
from isogloss.reporting.options import parse_options
from isogloss.script import run


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument(
        "--items", required=True, help='JSON list of {"study", "kind", "name", "files", "caption"}'
    )
    parser.add_argument("--cells", type=Path, required=True, help="cells.parquet of study xmrc")
    parser.add_argument("--models", required=True, help="JSON list of models of study xmrc")
    parser.add_argument("--options", required=True, help="JSON object of study xmrc's settings")
    parser.add_argument("--barrier", required=True, help="JSON object of study barrier's settings")
    parser.add_argument("--output", type=Path, required=True, help="folder to write")
    args = parser.parse_args()
    items = parse_items(args.items, ("xmrc", "barrier"))
    xmrc = overview_xmrc.overview(
        CELLS.read(args.cells), parse_models(args.models), parse_options(args.options)
    )
    barrier = overview_barrier.overview(overview_barrier.parse_options(args.barrier), items)
    build(items, [xmrc, barrier], args.output)


run(main)
