"""Fine-tune a model on text, questions or dialogues; one process per GPU, goes on after a kill."""

import argparse
import logging
import os
from pathlib import Path

from isogloss.script import json_value, run
from isogloss.training.finetune import finetune
from isogloss.training.recipe import Job, Recipe


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--name", required=True, help="of the model")
    parser.add_argument("--recipe", type=json_value, required=True, help="settings as JSON")
    parser.add_argument("--base", type=Path, required=True, help="folder of the base model")
    parser.add_argument("--base-manifest", type=Path, required=True)
    parser.add_argument("--files", nargs="+", type=Path, required=True, help="training data")
    parser.add_argument("--chat-template", type=Path, help="file; the tokenizer's own without it")
    parser.add_argument("--scratch", type=Path, required=True, help="folder of checkpoints")
    parser.add_argument("--folder", type=Path, required=True, help="model folder to write")
    parser.add_argument("--manifest", type=Path, required=True, help="manifest to write")
    parser.add_argument("--curve", type=Path, required=True, help="loss curve to write, CSV")
    parser.add_argument("--speed", type=Path, required=True, help="times to write, JSON")
    parser.add_argument("--code", default="", help="hash of the code, which checkpoints are for")
    parser.add_argument("--gpus", type=int, required=True, help="0: train on the CPU")
    parser.add_argument("--processes", type=int, default=1, help="of a training on the CPU")
    parser.add_argument("--threads", type=int, required=True, help="CPU threads, of all processes")
    parser.add_argument("--device-batch-size", type=int, required=True, help="most rows at once")
    parser.add_argument("--save-steps", type=int, required=True, help="steps between checkpoints")
    parser.add_argument(
        "--keep-activations", type=int, default=0, help="1: no gradient checkpointing"
    )
    args = parser.parse_args()
    if os.environ.get("RANK", "0") != "0":
        logging.getLogger().setLevel(logging.WARNING)
    finetune(
        Job(
            name=args.name,
            recipe=Recipe(**args.recipe),
            base=args.base,
            base_manifest=args.base_manifest,
            files=tuple(args.files),
            chat_template=args.chat_template,
            scratch=args.scratch,
            folder=args.folder,
            manifest=args.manifest,
            curve=args.curve,
            speed=args.speed,
            code=args.code,
            gpus=args.gpus,
            cpu_processes=args.processes,
            threads=args.threads,
            device_batch_size=args.device_batch_size,
            save_steps=args.save_steps,
            gradient_checkpointing=not args.keep_activations,
        )
    )


run(main)
