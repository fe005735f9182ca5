"""Write the table of models or of prompts of study barrier as CSV, Markdown and LaTeX."""

import argparse
from pathlib import Path

from isogloss.barrier.other_prompts import read_instructions
from isogloss.reporting.barrier.models_and_prompts import TABLES, parse_evaluated
from isogloss.reporting.tables.write import add_table_options, write
from isogloss.script import run


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--table", required=True, choices=TABLES)
    parser.add_argument("--evaluated", required=True, help="JSON list of models")
    parser.add_argument("--instructions", type=Path, required=True, help="the quiz's (YAML)")
    add_table_options(parser)
    args = parser.parse_args()
    about = {
        "table04": lambda: parse_evaluated(args.evaluated),
        "table05": lambda: read_instructions(args.instructions),
    }
    document, text = TABLES[args.table](about[args.table](), args.caption)
    write(document, text, args, study="barrier")


run(main)
