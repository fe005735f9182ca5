"""Gather MMLU's five-shot demonstrations: English, same-bias and translate-then-answer."""

import argparse
import logging
from pathlib import Path

from isogloss.corpora.mmlu import QUESTIONS
from isogloss.corpora.mmlu_demonstrations import (
    DEMONSTRATIONS,
    build_demonstrations,
    short_of_five,
)
from isogloss.script import run


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--questions", type=Path, required=True, help="table of questions")
    parser.add_argument("--output", type=Path, required=True, help="table of demonstrations")
    parser.add_argument(
        "--short", type=Path, required=True, help="where there are fewer than five (.csv)"
    )
    args = parser.parse_args()
    demonstrations = build_demonstrations(QUESTIONS.read(args.questions))
    short = short_of_five(demonstrations)
    logging.getLogger(__name__).info(
        "%d demonstrations; %d subjects of a variant and language have fewer than five",
        *(len(demonstrations), len(short)),
    )
    DEMONSTRATIONS.write(demonstrations, args.output)
    short.write_csv(args.short)


run(main)
