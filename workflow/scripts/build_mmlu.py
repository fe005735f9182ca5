"""Build MMLU: English, its variants from translations, and what is taken as published."""

import argparse
from pathlib import Path

from isogloss.corpora.mmlu import QUESTIONS
from isogloss.corpora.mmlu_build import LEFT_OUT, Plan, build, read_english
from isogloss.script import json_value, run
from isogloss.translation.tables import TRANSLATIONS, Lookup


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--source", type=Path, required=True, help="folder with test, dev and val")
    parser.add_argument("--plan", type=json_value, required=True, help="what is wanted, as JSON")
    parser.add_argument("--translations", type=Path, help="table of translations, if one is needed")
    parser.add_argument("--unchanged", choices=("accept", "leave-out"), default="accept")
    parser.add_argument("--missing", choices=("raise", "drop"), default="raise")
    parser.add_argument("--published", type=Path, help="folder of the published parts, if any")
    parser.add_argument("--questions", type=Path, required=True, help="table of questions")
    parser.add_argument("--left-out", type=Path, required=True, help="counts of questions (.csv)")
    args = parser.parse_args()
    plan = Plan(**args.plan)
    translations = (
        TRANSLATIONS.read(args.translations) if args.translations else TRANSLATIONS.empty()
    )
    questions, left_out = build(
        read_english(args.source, plan),
        plan,
        Lookup(translations, args.unchanged),
        args.published,
        args.missing,
    )
    QUESTIONS.write(questions, args.questions)
    LEFT_OUT.check(left_out).write_csv(args.left_out)


run(main)
