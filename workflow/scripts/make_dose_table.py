"""Write the table of dose-responses as CSV, Markdown and LaTeX."""

import argparse
from pathlib import Path

from isogloss.barrier.scores import SCORES
from isogloss.corpora.hp_quiz import QUIZ
from isogloss.reporting import dose_table
from isogloss.reporting.dose import rows_of
from isogloss.reporting.tables.write import add_table_options, write
from isogloss.script import json_value, run


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--doses", type=json_value, required=True, help="experiments, JSON")
    parser.add_argument("--models", nargs="+", required=True, help="in the order of --scores")
    parser.add_argument("--scores", nargs="+", type=Path, required=True, help="of study barrier")
    parser.add_argument("--tasks", nargs="+", required=True, help="in the order of --questions")
    parser.add_argument("--questions", nargs="+", type=Path, required=True, help="of each task")
    parser.add_argument("--bootstrap", type=json_value, required=True, help="settings, JSON")
    add_table_options(parser)
    args = parser.parse_args()
    scores = {m: SCORES.read(path) for m, path in zip(args.models, args.scores, strict=True)}
    questions = {t: QUIZ.read(path) for t, path in zip(args.tasks, args.questions, strict=True)}
    rows = rows_of(args.doses, scores, questions, args.bootstrap)
    document = dose_table.document(rows, args.doses, args.caption)
    write(document, dose_table.csv(rows), args, study="barrier")


run(main)
