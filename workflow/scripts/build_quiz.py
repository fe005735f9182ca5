"""Build the Harry Potter quiz from the facts that ship, or read the published one."""

import argparse
from pathlib import Path

from isogloss.corpora.hp_published import read_published
from isogloss.corpora.hp_quiz import QUIZ, build
from isogloss.script import run
from isogloss.sources.folders import folder_files


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--take", choices=["isogloss", "published"], required=True)
    parser.add_argument(
        "--files",
        nargs="+",
        type=Path,
        required=True,
        help="facts.csv and the files of its folder that are used, or the published one's record",
    )
    parser.add_argument("--languages", nargs="+", required=True, help="languages of the questions")
    parser.add_argument("--seed", type=int, required=True, help="seed of our own quiz's draws")
    parser.add_argument("--output", type=Path, required=True, help="table of questions")
    args = parser.parse_args()
    questions = (
        build(args.files[0].parent, args.languages, args.seed)
        if args.take == "isogloss"
        else read_published(list(folder_files(args.files[0]).values()), args.languages)
    )
    QUIZ.write(questions, args.output)


run(main)
