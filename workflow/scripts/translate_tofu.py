"""Translate TOFU's paraphrased questions: from the memory, and what it lacks by the provider."""

import argparse
from pathlib import Path

from isogloss.barrier.tofu import english_questions
from isogloss.corpora.tofu import read_tofu
from isogloss.script import json_value, run
from isogloss.translation.corpus import by_language, translate_corpus, write_report
from isogloss.translation.providers.load import add_provider_options, load_provider


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--files", type=Path, nargs="+", required=True, help="TOFU's files")
    parser.add_argument("--options", type=json_value, required=True, help="settings as JSON")
    add_provider_options(parser)
    parser.add_argument("--output", type=Path, required=True, help="table of translations")
    parser.add_argument("--report", type=Path, required=True, help="counts as JSON")
    args = parser.parse_args()
    languages = args.options["languages"]
    questions = english_questions(list(map(read_tofu, args.files)), args.options["questions"])
    pairs = ((text, code) for text in questions["question"] for code in languages if code != "en")
    report = translate_corpus(
        by_language(pairs, languages),
        load_provider(args),
        args.memory,
        args.output,
        jobs=args.requests,
        on_failure=args.on_failure,
    )
    write_report(report, args.report)


run(main)
