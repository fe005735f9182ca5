"""Compare how near mixed texts and baselines stay to their originals, over all models."""

import argparse
from pathlib import Path

from isogloss.representations.points import similarities
from isogloss.representations.tables import POINTS, SIMILARITY
from isogloss.script import run


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--points", type=Path, nargs="+", required=True, help="one per model")
    parser.add_argument("--output", type=Path, required=True, help="table of similarities")
    args = parser.parse_args()
    SIMILARITY.write(similarities([POINTS.read(path) for path in args.points]), args.output)


run(main)
