"""Write the quality report of translations as CSV, Markdown and LaTeX."""

import argparse
from pathlib import Path

from isogloss.reporting.quality import document
from isogloss.reporting.tables.write import add_table_options, write
from isogloss.script import json_value, run
from isogloss.translation.quality.flags import values
from isogloss.translation.quality.frames import DETECTED, FOUND, MEASURED, Quality


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--name", required=True, help="of the corpus or data set")
    for name in ("measured", "detected", "found"):
        parser.add_argument(f"--{name}", type=Path, required=True, help="table of the report")
    parser.add_argument("--thresholds", type=json_value, required=True, help="as JSON")
    parser.add_argument("--worst", type=int, required=True, help="units listed of each finding")
    add_table_options(parser)
    args = parser.parse_args()
    quality = Quality(
        MEASURED.read(args.measured), DETECTED.read(args.detected), FOUND.read(args.found)
    )
    table = values(quality, args.thresholds)
    page = document(args.name, quality, table, args.caption, args.worst)
    csv = table.write_csv(float_precision=6)
    write(page, csv, args, study="barrier")


run(main)
