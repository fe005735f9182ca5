"""What the jobs that answer study barrier's prompts share, whatever the engine."""

import argparse
from collections.abc import Callable
from pathlib import Path
from typing import Any

from isogloss.barrier.answer import Model, answer
from isogloss.barrier.prompts import PROMPTS
from isogloss.engines.job import job_parser
from isogloss.engines.respond import RESPONSES, response_store
from isogloss.engines.score_options import OPTION_SCORES
from isogloss.models import read_manifest, weights_identity


def answers_parser(description: str | None) -> argparse.ArgumentParser:
    """Return a parser with the options of every such job; engines add their own."""
    parser = job_parser(description)
    parser.add_argument("--scores", type=Path, required=True, help="table of option scores")
    return parser


def answer_prompts(args: argparse.Namespace, version: str, load_model: Callable[[], Model]) -> None:
    """Write OPTION_SCORES and RESPONSES; the model is loaded only if an answer is missing.

    version: the engine's name and version, part of every answer's key.
    """
    identity = {
        "engine": version,
        "dtype": args.options["dtype"],
        "weights": weights_identity(read_manifest(args.manifest, args.folder)),
    }

    def tokenizer() -> Any:
        from transformers import AutoTokenizer

        return AutoTokenizer.from_pretrained(
            args.folder, trust_remote_code=args.options["trust_remote_code"]
        )

    scores, responses = answer(
        PROMPTS.read(args.prompts),
        load_model,
        tokenizer,
        response_store(args.store, identity),
        identity,
        args.options,
    )
    OPTION_SCORES.write(scores, args.scores)
    RESPONSES.write(responses, args.output)
