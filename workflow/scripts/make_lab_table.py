"""Write the table of what the lab shows as CSV, Markdown and LaTeX."""

import argparse
from pathlib import Path

from isogloss.barrier.cells import CELLS, REPLICATES
from isogloss.reporting import lab, spread
from isogloss.reporting.tables.write import add_table_options, write
from isogloss.script import json_value, run


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--cells", type=Path, required=True, help="of study barrier")
    parser.add_argument("--replicates", type=Path, required=True, help="of study barrier")
    parser.add_argument("--labels", type=json_value, required=True, help="model -> label, JSON")
    parser.add_argument(
        "--trained", type=json_value, required=True, help="fine-tune -> settings, JSON"
    )
    parser.add_argument("--spread", type=Path, required=True, help="table `seeds`, CSV")
    parser.add_argument("--settings", type=Path, required=True, help="of its trainings, JSON")
    parser.add_argument("--level", type=float, required=True, help="coverage of intervals, 0-1")
    parser.add_argument("--least", type=float, required=True, help="smallest barrier, points")
    add_table_options(parser)
    args = parser.parse_args()
    cells, replicates = CELLS.read(args.cells), REPLICATES.read(args.replicates)
    models = list(args.labels)
    verdicts = len(models) * len(lab.TASKS)
    unknown = spread.unknown(args.trained, spread.read_settings(args.settings))
    spreads = {key: one for key, one in spread.read(args.spread).items() if key[0] not in unknown}
    rows = lab.rows_of(
        cells, replicates, models, args.level, args.least, together=verdicts, spreads=spreads
    )
    reasons = {args.labels[model]: reason for model, reason in unknown.items()}
    document = lab.document(rows, args.labels, args.caption, args.least, reasons)
    write(document, lab.csv(rows), args, study="barrier")


run(main)
