"""Export MMLU in the folder layout of the authors' release."""

import argparse
from pathlib import Path

from isogloss.corpora.mmlu import QUESTIONS
from isogloss.corpora.mmlu_export import export
from isogloss.script import run


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--questions", type=Path, required=True, help="table of questions")
    parser.add_argument("--folder", type=Path, required=True, help="folder to write, as a whole")
    parser.add_argument("--manifest", type=Path, required=True, help="hashes of the files written")
    args = parser.parse_args()
    export(QUESTIONS.read(args.questions), args.folder, args.manifest)


run(main)
