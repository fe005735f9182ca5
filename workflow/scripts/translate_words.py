"""Translate the words that mixed texts need: from the memory, and what it lacks by the provider."""

import argparse
from pathlib import Path

from isogloss.representations.conditions import needed
from isogloss.representations.tables import TEXTS
from isogloss.script import run
from isogloss.translation.corpus import by_language, translate_corpus, write_report
from isogloss.translation.providers.load import add_provider_options, load_provider


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--texts", type=Path, required=True, help="table of texts")
    parser.add_argument("--p", type=float, required=True, help="largest probability of a word")
    parser.add_argument("--languages", nargs="+", required=True, help="that words are put into")
    parser.add_argument("--seed", type=int, required=True)
    add_provider_options(parser)
    parser.add_argument("--output", type=Path, required=True, help="table of translations")
    parser.add_argument("--report", type=Path, required=True, help="counts of words as JSON")
    args = parser.parse_args()
    texts = TEXTS.read(args.texts)["text"].to_list()
    pairs = needed(texts, args.p, args.languages, args.seed)
    report = translate_corpus(
        by_language(pairs, args.languages),
        load_provider(args),
        args.memory,
        args.output,
        jobs=args.requests,
        on_failure=args.on_failure,
    )
    write_report(report, args.report)


run(main)
