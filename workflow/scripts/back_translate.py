"""Have a sample of translations translated back, for the quality report."""

import argparse
from pathlib import Path

import polars as pl

from isogloss.script import run
from isogloss.translation.providers.load import add_provider_options, load_provider
from isogloss.translation.quality.back import translate_back
from isogloss.translation.quality.frames import BACK
from isogloss.translation.quality.units import of_each_language


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument(
        "--translations", nargs="+", type=Path, required=True, help="tables of translations"
    )
    add_provider_options(parser)
    parser.add_argument("--size", type=int, required=True, help="translations of each language")
    parser.add_argument("--seed", type=int, required=True, help="seed of the sample")
    parser.add_argument("--output", type=Path, required=True, help="table of back-translations")
    args = parser.parse_args()
    provider = load_provider(args)
    parts = [
        translate_back(
            *(units, provider, args.memory),
            size=args.size,
            seed=args.seed,
            jobs=args.requests,
        )
        for units in of_each_language(args.translations)
    ]
    BACK.write(pl.concat([BACK.empty(), *parts]), args.output)


run(main)
