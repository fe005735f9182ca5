"""What the generation jobs of all engines with a response store share."""

import argparse
from collections.abc import Callable
from pathlib import Path

from isogloss.engines.protocol import Decoding, Engine
from isogloss.engines.respond import RESPONSES, respond, response_store
from isogloss.models import read_manifest, weights_identity
from isogloss.script import json_value
from isogloss.xmrc.prompts import PROMPTS


def basic_parser(description: str | None) -> argparse.ArgumentParser:
    """Return a parser with the options of every job that answers prompts from the store."""
    parser = argparse.ArgumentParser(description=description)
    parser.add_argument("--prompts", type=Path, required=True, help="table of prompts")
    parser.add_argument("--store", type=Path, required=True, help="folder of the response store")
    parser.add_argument("--options", type=json_value, required=True, help="settings as JSON")
    parser.add_argument("--output", type=Path, required=True, help="table of responses")
    return parser


def job_parser(description: str | None) -> argparse.ArgumentParser:
    """Return a parser with the options of jobs that load weights; engines add their own."""
    parser = basic_parser(description)
    parser.add_argument("--manifest", type=Path, required=True, help="the model's manifest")
    parser.add_argument("--folder", type=Path, required=True, help="the model's folder")
    parser.add_argument("--gpus", type=int, required=True, help="GPUs that the job asked for")
    return parser


def answer_prompts(
    args: argparse.Namespace, version: str, load_engine: Callable[[], Engine]
) -> None:
    """Write RESPONSES to the prompts; the engine is loaded only if an answer is missing.

    version: the engine's name and version, part of every answer's key.
    """
    identity = {
        "engine": version,
        "dtype": args.options["dtype"],
        "weights": weights_identity(read_manifest(args.manifest, args.folder)),
    }
    decoding = Decoding(args.options["max_new_tokens"], tuple(args.options["stop"]))
    store = response_store(args.store, identity)
    prompts = PROMPTS.read(args.prompts)
    RESPONSES.write(respond(prompts, decoding, load_engine, store, identity), args.output)
