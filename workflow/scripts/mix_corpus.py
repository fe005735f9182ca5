"""Mix a corpus: each unit in the language that was drawn for it, and the languages' shares."""

import argparse
from pathlib import Path

from isogloss.corpora.mix_file import mix_file, read_groups
from isogloss.corpora.mixing import mix_of
from isogloss.corpora.shares import MIXED, SHARES, language_shares, mixed_counts
from isogloss.script import json_value, run
from isogloss.translation.lookup import TableLookup


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--corpus", type=Path, required=True, help="file with a document per line")
    parser.add_argument("--options", type=json_value, required=True, help="settings of the mix")
    parser.add_argument("--groups", type=Path, help="line by line, what is mixed all or not at all")
    parser.add_argument("--translations", type=Path, help="table; not needed for English only")
    parser.add_argument(
        "--unchanged",
        choices=("accept", "leave-out"),
        default="accept",
        help="whether a unit that came back unchanged is its own translation",
    )
    parser.add_argument(
        "--missing",
        choices=("raise", "drop"),
        default="raise",
        help="what happens with a document that has a unit without a translation",
    )
    parser.add_argument("--output", type=Path, required=True, help="mixed corpus")
    parser.add_argument("--shares", type=Path, required=True, help="table of language shares")
    parser.add_argument("--counts", type=Path, required=True, help="table of counts and test")
    args = parser.parse_args()
    options = args.options
    mix = mix_of(options)
    lookup = TableLookup(args.translations, args.unchanged) if args.translations else None
    counts = mix_file(
        *(args.corpus, args.output, mix),
        lookup.resolve if lookup else lambda pairs: {},
        *(options["documents"], options["first"], args.missing),
        read_groups(args.groups),
    )
    shares = language_shares(counts, mix.drawn, random=mix.random, chances=mix.chances())
    SHARES.write(shares, args.shares)
    MIXED.write(mixed_counts(counts, mix), args.counts)


run(main)
