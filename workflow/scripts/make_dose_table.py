"""Write the table of dose-responses as CSV, Markdown and LaTeX."""

import argparse
from pathlib import Path

from isogloss.barrier.scores import SCORES
from isogloss.corpora.hp_quiz import QUIZ
from isogloss.reporting import dose_table
from isogloss.reporting.caption import read_caption
from isogloss.reporting.dose import rows_of
from isogloss.reporting.tables.write import write
from isogloss.script import json_value, run


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--doses", type=json_value, required=True, help="experiments, JSON")
    parser.add_argument("--models", nargs="+", required=True, help="in the order of --scores")
    parser.add_argument("--scores", nargs="+", type=Path, required=True, help="of study barrier")
    parser.add_argument("--tasks", nargs="+", required=True, help="in the order of --questions")
    parser.add_argument("--questions", nargs="+", type=Path, required=True, help="of each task")
    parser.add_argument("--bootstrap", type=json_value, required=True, help="settings, JSON")
    parser.add_argument("--caption", type=Path, required=True, help="caption file (.rst)")
    for suffix in ("csv", "markdown", "latex"):
        parser.add_argument(f"--{suffix}", type=Path, required=True)
    args = parser.parse_args()
    scores = {m: SCORES.read(path) for m, path in zip(args.models, args.scores, strict=True)}
    questions = {t: QUIZ.read(path) for t, path in zip(args.tasks, args.questions, strict=True)}
    rows = rows_of(args.doses, scores, questions, args.bootstrap)
    document = dose_table.document(rows, args.doses, read_caption(args.caption))
    write(document, dose_table.csv(rows), args.csv, args.markdown, args.latex, study="barrier")


run(main)
