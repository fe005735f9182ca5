"""Write the table of embeddings of study barrier as CSV, Markdown and LaTeX."""

import argparse
from pathlib import Path

from isogloss.reporting.barrier import embeddings
from isogloss.reporting.barrier.models import parse_models
from isogloss.reporting.barrier.options import parse_options
from isogloss.reporting.tables.write import add_table_options, write
from isogloss.representations.tables import POINTS, SIMILARITY
from isogloss.script import run


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--points", type=Path, nargs="+", required=True, help="one table a model")
    parser.add_argument("--similarity", type=Path, required=True)
    parser.add_argument("--models", required=True, help="JSON list of models")
    parser.add_argument("--options", required=True, help="JSON object of run settings")
    add_table_options(parser)
    args = parser.parse_args()
    bootstrap = parse_options(args.options).bootstrap
    lines = embeddings.lines(
        [POINTS.read(path) for path in args.points],
        SIMILARITY.read(args.similarity),
        parse_models(args.models),
        bootstrap,
    )
    document = embeddings.document(lines, args.caption, bootstrap)
    text = embeddings.csv(lines)
    write(document, text, args, study="barrier")


run(main)
