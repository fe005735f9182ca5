"""Translate the texts of MMLU that the variants need, as far as the memory lacks them."""

import argparse
from pathlib import Path

from isogloss.corpora.mmlu_build import Plan, needed_units, read_english
from isogloss.script import json_value, run
from isogloss.translation.corpus import translate_corpus, write_report
from isogloss.translation.providers.load import add_provider_options, load_provider


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--source", type=Path, required=True, help="folder with test, dev and val")
    parser.add_argument("--plan", type=json_value, required=True, help="what is wanted, as JSON")
    add_provider_options(parser)
    parser.add_argument("--output", type=Path, required=True, help="table of translations")
    parser.add_argument("--report", type=Path, required=True, help="counts of units as JSON")
    args = parser.parse_args()
    plan = Plan(**args.plan)
    provider = load_provider(args)
    report = translate_corpus(
        *(needed_units(read_english(args.source, plan), plan), provider, args.memory, args.output),
        jobs=args.requests,
        on_failure=args.on_failure,
    )
    write_report(report, args.report)


run(main)
