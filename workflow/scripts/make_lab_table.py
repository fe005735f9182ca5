"""Write the table of what the lab shows as CSV, Markdown and LaTeX."""

import argparse
from pathlib import Path

from isogloss.barrier.cells import CELLS, REPLICATES
from isogloss.reporting import lab, trainings
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
    parser.add_argument("--bases", nargs="*", default=[], help="models that they start from")
    parser.add_argument("--manifests", nargs="*", type=Path, default=[], help="of --bases")
    parser.add_argument("--control", type=json_value, required=True, help="fine-tune, or null")
    parser.add_argument("--trainings", type=Path, required=True, help="table `seeds`, CSV")
    parser.add_argument("--settings", type=Path, required=True, help="of its trainings, JSON")
    parser.add_argument("--level", type=float, required=True, help="coverage of intervals, 0-1")
    add_table_options(parser)
    args = parser.parse_args()
    models = list(args.labels)
    manifests = dict(zip(args.bases, args.manifests, strict=True))
    trained = trainings.with_weights(args.trained, manifests)
    unknown = trainings.unknown(trained, trainings.read_settings(args.settings))
    known = trainings.read(args.trainings)
    rows = lab.rows_of(
        CELLS.read(args.cells),
        REPLICATES.read(args.replicates),
        models,
        args.level,
        together=len(models) * len(lab.TASKS),
        trained=trained,
        trainings={
            (model, task): (known[model, task], known[args.control, task])
            for model in trained
            for task in lab.TASKS
            if model not in unknown and (args.control, task) in known
        },
    )
    reasons = {args.labels[model]: reason for model, reason in unknown.items()}
    write(lab.document(rows, args.labels, args.caption, reasons), lab.csv(rows), args, "barrier")


run(main)
