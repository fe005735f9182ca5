"""Write the table of language shares of all mixed corpora as CSV, Markdown and LaTeX."""

import argparse
from pathlib import Path

from isogloss.corpora.shares import MIXED, SHARES
from isogloss.reporting import shares
from isogloss.reporting.tables.write import add_table_options, write
from isogloss.script import json_value, run


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument(
        "--mixes", type=json_value, required=True, help="JSON list of [corpus, mix]"
    )
    parser.add_argument("--shares", type=Path, nargs="+", required=True, help="in that order")
    parser.add_argument("--counts", type=Path, nargs="+", required=True, help="in that order")
    add_table_options(parser)
    args = parser.parse_args()
    mixed = shares.gather(
        args.mixes,
        [SHARES.read(path) for path in args.shares],
        [MIXED.read(path) for path in args.counts],
    )
    document = shares.document(mixed, args.caption)
    write(document, shares.csv(mixed), args, study="barrier")


run(main)
