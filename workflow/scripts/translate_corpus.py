"""Translate what one mix of a corpus needs, as far as the memory lacks it."""

import argparse
from pathlib import Path

from isogloss.corpora.mix_file import needed_units
from isogloss.corpora.mixing import mix_of
from isogloss.script import json_value, run
from isogloss.translation.corpus import translate_corpus, write_report
from isogloss.translation.providers.load import add_provider_options, load_provider


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--corpus", type=Path, required=True, help="file with a document per line")
    parser.add_argument("--options", type=json_value, required=True, help="settings of the mix")
    add_provider_options(parser)
    parser.add_argument("--output", type=Path, required=True, help="table of translations")
    parser.add_argument("--report", type=Path, required=True, help="counts of units as JSON")
    args = parser.parse_args()
    options = args.options
    provider = load_provider(args)
    units = needed_units(args.corpus, mix_of(options), options["documents"], options["first"])
    report = translate_corpus(
        *(units, provider, args.memory, args.output),
        jobs=args.requests,
        on_failure=args.on_failure,
    )
    write_report(report, args.report)


run(main)
