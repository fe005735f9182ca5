"""Write the table of models or of prompts of study barrier as CSV, Markdown and LaTeX."""

import argparse
from pathlib import Path

from isogloss.barrier.other_prompts import read_instructions
from isogloss.reporting.barrier.models_and_prompts import TABLES, parse_evaluated
from isogloss.reporting.caption import read_caption
from isogloss.reporting.tables.write import write
from isogloss.script import run


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--table", required=True, choices=TABLES)
    parser.add_argument("--evaluated", required=True, help="JSON list of models")
    parser.add_argument("--instructions", type=Path, required=True, help="the quiz's (YAML)")
    parser.add_argument("--caption", type=Path, required=True, help="caption file (.rst)")
    for suffix in ("csv", "markdown", "latex"):
        parser.add_argument(f"--{suffix}", type=Path, required=True)
    args = parser.parse_args()
    about = {
        "table04": lambda: parse_evaluated(args.evaluated),
        "table05": lambda: read_instructions(args.instructions),
    }
    document, text = TABLES[args.table](about[args.table](), read_caption(args.caption))
    write(document, text, args.csv, args.markdown, args.latex, study="barrier")


run(main)
