"""Aggregate the scores of study barrier's models into cells and paired comparisons."""

import argparse
from pathlib import Path

from isogloss.barrier.cells import CELLS, COMPARISONS, REPLICATES
from isogloss.barrier.scores import SCORES
from isogloss.barrier.study import Finetuned, aggregate
from isogloss.script import json_value, run


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--scores", type=Path, nargs="+", required=True, help="one per model")
    parser.add_argument("--models", nargs="+", required=True, help="keys, in the same order")
    parser.add_argument(
        "--finetuned",
        type=json_value,
        required=True,
        help="JSON list of objects with the model, the base, the corpus and the mix of fine-tunes",
    )
    parser.add_argument("--bootstrap", type=json_value, required=True, help="samples, level, seed")
    parser.add_argument("--cells", type=Path, required=True)
    parser.add_argument("--replicates", type=Path, required=True)
    parser.add_argument("--comparisons", type=Path, required=True)
    args = parser.parse_args()
    scores = dict(zip(args.models, map(SCORES.read, args.scores), strict=True))
    finetuned = [Finetuned(**entry) for entry in args.finetuned]
    cells, replicates, comparisons = aggregate(scores, finetuned, args.bootstrap)
    CELLS.write(cells, args.cells)
    REPLICATES.write(replicates, args.replicates)
    COMPARISONS.write(comparisons, args.comparisons)


run(main)
