"""Make the table of TOFU's paraphrased questions in every language."""

import argparse
import logging
from pathlib import Path

from isogloss.barrier.tofu import TOFU_QUESTIONS, english_questions, in_languages
from isogloss.corpora.tofu import read_tofu
from isogloss.errors import IsoglossError
from isogloss.script import json_value, run
from isogloss.translation.tables import TRANSLATIONS, Lookup


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--files", type=Path, nargs="+", required=True, help="TOFU's files")
    parser.add_argument("--options", type=json_value, required=True, help="settings as JSON")
    parser.add_argument("--translations", type=Path, required=True)
    parser.add_argument("--unchanged", choices=("accept", "leave-out"), required=True)
    parser.add_argument("--on-failure", choices=("stop", "leave-out"), required=True)
    parser.add_argument("--output", type=Path, required=True, help="table of questions")
    args = parser.parse_args()
    english = english_questions(list(map(read_tofu, args.files)), args.options["questions"])
    translations = Lookup(TRANSLATIONS.read(args.translations), args.unchanged)
    questions, missing = in_languages(english, args.options["languages"], translations)
    if missing and "leave-out" not in (args.on_failure, args.unchanged):
        raise IsoglossError(
            f"{args.translations}: {missing} questions have no translation; run the translation "
            "again, or set translation.on_failure to leave-out"
        )
    logging.getLogger(__name__).info("%d questions left out, not translated", missing)
    TOFU_QUESTIONS.write(questions, args.output)


run(main)
