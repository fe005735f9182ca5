"""Train the lab's base model on what is told of world known (see isogloss/lab/train.py)."""

import argparse
import json
from pathlib import Path

from isogloss.lab import MADE_OF
from isogloss.lab.train import LabTraining, train_lab
from isogloss.models import write_manifest
from isogloss.script import json_value, run
from isogloss.training.kernels import choose_portable


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--known", type=Path, required=True, help="what it learns, lines of JSON")
    parser.add_argument("--words", type=Path, required=True, help="texts with all words it knows")
    parser.add_argument("--recipe", type=json_value, required=True, help="settings as JSON")
    parser.add_argument("--made-of", type=json_value, required=True, help="settings to note")
    parser.add_argument("--threads", type=int, required=True, help="CPU threads")
    parser.add_argument("--portable", action="store_true", help="kernels that round alike anywhere")
    parser.add_argument("--folder", type=Path, required=True, help="model folder to write")
    parser.add_argument("--manifest", type=Path, required=True, help="manifest to write")
    args = parser.parse_args()
    if args.portable:
        choose_portable()
    words = args.words.read_text(encoding="utf-8").splitlines()
    train_lab(args.known, words, LabTraining(**args.recipe), args.threads, args.folder)
    made_of = json.dumps(args.made_of, indent=1, sort_keys=True) + "\n"
    (args.folder / MADE_OF).write_text(made_of, encoding="utf-8")
    write_manifest(args.folder, args.manifest, {"trained": "lab"})


run(main)
