"""Score the answers of one model to study barrier's prompts."""

import argparse
from pathlib import Path

import polars as pl

from isogloss.barrier.answer import GENERATED
from isogloss.barrier.answers import scored_answers, written_answers
from isogloss.barrier.prompts import PROMPTS
from isogloss.barrier.scores import SCORES
from isogloss.engines.respond import RESPONSES
from isogloss.engines.score_options import OPTION_SCORES
from isogloss.script import run


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--prompts", type=Path, required=True, help="table of prompts")
    parser.add_argument("--scores", type=Path, required=True, help="table of option scores")
    parser.add_argument("--responses", type=Path, required=True, help="table of responses")
    parser.add_argument("--normalise", required=True, help="none, tokens or bytes")
    parser.add_argument("--output", type=Path, required=True, help="table of scores")
    args = parser.parse_args()
    prompts = PROMPTS.read(args.prompts)
    option_scores = OPTION_SCORES.read(args.scores)
    parts = [
        scored_answers(prompts.filter(scoring="letter"), option_scores),
        scored_answers(prompts.filter(scoring="text"), option_scores, args.normalise),
        written_answers(prompts.filter(GENERATED), RESPONSES.read(args.responses)),
    ]
    SCORES.write(pl.concat(parts), args.output)


run(main)
