"""Write one table of study barrier as CSV, Markdown and LaTeX."""

import argparse
from pathlib import Path

from isogloss.barrier.cells import CELLS, COMPARISONS
from isogloss.reporting.barrier import letters, sheet, sheet_show, subjects
from isogloss.reporting.barrier.options import parse_options, read_results
from isogloss.reporting.barrier.p_values import Tests
from isogloss.reporting.barrier.tables import TABLES, make_sheet
from isogloss.reporting.tables.write import add_table_options, write
from isogloss.script import run


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument(
        "--table", required=True, help=f"one of {', '.join([*TABLES, letters.NAME, subjects.NAME])}"
    )
    parser.add_argument("--cells", type=Path, required=True)
    parser.add_argument("--replicates", type=Path, required=True)
    parser.add_argument("--comparisons", type=Path, required=True)
    parser.add_argument("--models", required=True, help="JSON list of models")
    parser.add_argument("--options", required=True, help="JSON object of run settings")
    add_table_options(parser)
    args = parser.parse_args()
    options, caption = parse_options(args.options), args.caption
    results = read_results(args.cells, args.replicates, args.models, options)
    if args.table == letters.NAME:
        lines = letters.lines(results)
        document, text = letters.document(lines, results, caption), letters.csv(lines)
    elif args.table == subjects.NAME:
        found = subjects.Accuracies(CELLS.read(args.cells), results)
        document = subjects.document(found, caption, options.samples)
        text = subjects.csv(found)
    else:
        tests = Tests(COMPARISONS.read(args.comparisons), results)
        made = make_sheet(args.table, results, tests)
        document, text = sheet_show.document(made, caption, options.samples), sheet.csv(made)
    write(document, text, args, study="barrier")


run(main)
