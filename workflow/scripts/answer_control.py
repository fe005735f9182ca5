"""Answer study barrier's prompts from the gold, for calibration."""

import argparse
from pathlib import Path

from isogloss.barrier.answer import GENERATED
from isogloss.barrier.controls import control_responses, control_scores
from isogloss.barrier.prompts import PROMPTS
from isogloss.engines.respond import RESPONSES
from isogloss.engines.score_options import OPTION_SCORES
from isogloss.script import run


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--prompts", type=Path, required=True, help="table of prompts")
    parser.add_argument("--kind", required=True, help="gold, random or english-only")
    parser.add_argument("--scores", type=Path, required=True, help="table of option scores")
    parser.add_argument("--output", type=Path, required=True, help="table of responses")
    args = parser.parse_args()
    prompts = PROMPTS.read(args.prompts)
    OPTION_SCORES.write(control_scores(prompts.filter(~GENERATED), args.kind), args.scores)
    RESPONSES.write(control_responses(prompts.filter(GENERATED), args.kind), args.output)


run(main)
