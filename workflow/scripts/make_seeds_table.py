"""Write the table of repeated trainings as CSV, Markdown and LaTeX."""

import argparse
import json
from pathlib import Path

from isogloss.barrier.cells import CELLS, REPLICATES
from isogloss.reporting import seeds, seeds_show
from isogloss.reporting.tables.write import add_table_options, write
from isogloss.reporting.trainings import with_weights
from isogloss.script import json_value, run


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--cells", type=Path, required=True, help="of study barrier")
    parser.add_argument("--replicates", type=Path, required=True, help="of study barrier")
    parser.add_argument("--arms", type=json_value, required=True, help="trainings, JSON")
    parser.add_argument("--made-of", type=json_value, required=True, help="arm -> settings, JSON")
    parser.add_argument("--settings", type=Path, required=True, help="those settings, to write")
    parser.add_argument("--bases", nargs="*", default=[], help="models that they start from")
    parser.add_argument("--manifests", nargs="*", type=Path, default=[], help="of --bases")
    parser.add_argument("--level", type=float, required=True, help="coverage of intervals, 0-1")
    add_table_options(parser)
    args = parser.parse_args()
    cells, replicates = CELLS.read(args.cells), REPLICATES.read(args.replicates)
    rows = seeds.rows_of(args.arms, cells, replicates, args.level)
    labels = {arm["arm"]: arm["label"] for arm in args.arms}
    document = seeds_show.document(rows, labels, args.level, args.caption)
    csv = seeds.csv(rows, args.level)
    write(document, csv, args, study="barrier")
    manifests = dict(zip(args.bases, args.manifests, strict=True))
    made_of = with_weights(args.made_of, manifests)
    settings = json.dumps(made_of, indent=1, sort_keys=True) + "\n"
    args.settings.write_text(settings, encoding="utf-8", newline="\n")


run(main)
