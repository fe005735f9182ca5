"""Write the pages of a wiki as plain text, a passage a line."""

import argparse
import logging
from pathlib import Path

from isogloss.corpora.wiki_text import write_passages
from isogloss.script import run
from isogloss.sources.wiki_pages import WIKI_PAGES


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--pages", type=Path, required=True)
    parser.add_argument("--output", type=Path, required=True)
    arguments = parser.parse_args()
    count = write_passages(WIKI_PAGES.read(arguments.pages), arguments.output)
    logging.info("%s: %d passages", arguments.output, count)


run(main)
