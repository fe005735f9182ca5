"""Write what the parts of MMLU hold as CSV, Markdown and LaTeX."""

import argparse
from pathlib import Path

from isogloss.corpora.mmlu import QUESTIONS
from isogloss.corpora.mmlu_build import read_left_out
from isogloss.corpora.mmlu_statistics import statistics
from isogloss.reporting import mmlu
from isogloss.reporting.tables.write import add_table_options, write
from isogloss.script import run


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--questions", type=Path, required=True, help="table of questions")
    parser.add_argument("--left-out", type=Path, required=True, help="counts of questions (.csv)")
    add_table_options(parser)
    args = parser.parse_args()
    table = statistics(QUESTIONS.read(args.questions), read_left_out(args.left_out))
    document = mmlu.document(table, args.caption)
    write(document, mmlu.csv(table), args, study="barrier")


run(main)
