"""Embed the sampled texts and their disturbed versions with one model."""

import argparse
from pathlib import Path

from isogloss.devices import take_gpus
from isogloss.models import read_manifest
from isogloss.representations.points import disturbed, points
from isogloss.representations.tables import POINTS, TEXTS
from isogloss.script import json_value, run
from isogloss.translation.tables import TRANSLATIONS, Lookup


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--model", required=True, help="key of the model table")
    parser.add_argument("--folder", type=Path, required=True, help="the model's folder")
    parser.add_argument("--manifest", type=Path, required=True, help="the model's manifest")
    parser.add_argument("--texts", type=Path, required=True, help="table of texts")
    parser.add_argument("--translations", type=Path, required=True, help="of words")
    parser.add_argument("--options", type=json_value, required=True, help="settings as JSON")
    parser.add_argument("--batch-size", type=int, required=True, help="most texts of a batch")
    parser.add_argument("--batch-tokens", type=int, required=True, help="most tokens of a batch")
    parser.add_argument("--threads", type=int, required=True, help="CPU threads")
    parser.add_argument("--gpus", type=int, required=True, help="GPUs that the job asked for")
    parser.add_argument("--output", type=Path, required=True, help="table of points")
    args = parser.parse_args()
    options = args.options
    read_manifest(args.manifest, args.folder)
    take_gpus(args.gpus)
    import torch
    from transformers import AutoModelForCausalLM, AutoTokenizer

    torch.set_num_threads(args.threads)
    code = {"trust_remote_code": options["trust_remote_code"]}
    tokenizer = AutoTokenizer.from_pretrained(args.folder, **code)
    tokens, missing = disturbed(
        TEXTS.read(args.texts)["text"].to_list(),
        tokenizer,
        Lookup(TRANSLATIONS.read(args.translations), options["unchanged"]),
        p=options["p"],
        languages=options["languages"],
        seed=options["seed"],
        longest=options["context_length"],
    )
    model = AutoModelForCausalLM.from_pretrained(
        args.folder,
        dtype=getattr(torch, options["dtype"]),
        device_map="auto" if torch.cuda.is_available() else None,
        use_safetensors=True,
        **code,
    ).eval()
    table = points(
        args.model,
        model,
        tokens,
        missing,
        seed=options["seed"],
        batch_size=args.batch_size,
        batch_tokens=args.batch_tokens,
    )
    POINTS.write(table, args.output)


run(main)
