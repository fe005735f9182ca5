"""Train the lab's reader on passages on made-up people (see isogloss/lab/reader.py)."""

import argparse
import json
from pathlib import Path

from isogloss.lab import MADE_OF
from isogloss.lab.reader import ReaderTraining, train_reader
from isogloss.lab.words import read_lab_words
from isogloss.models import write_manifest
from isogloss.script import json_value, run
from isogloss.training.kernels import choose_portable
from isogloss.xmrc.templates import load_templates


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--wording", type=Path, required=True, help="folder of the lab's wording")
    parser.add_argument("--quiz", type=Path, required=True, help="folder of the quiz's wording")
    parser.add_argument("--languages", nargs="+", required=True, help="codes, English first")
    parser.add_argument("--templates", type=Path, required=True, help="prompt templates, YAML")
    parser.add_argument("--recipe", type=json_value, required=True, help="settings as JSON")
    parser.add_argument("--made-of", type=json_value, required=True, help="settings to note")
    parser.add_argument("--threads", type=int, required=True, help="CPU threads")
    parser.add_argument("--portable", action="store_true", help="kernels that round alike anywhere")
    parser.add_argument("--folder", type=Path, required=True, help="model folder to write")
    parser.add_argument("--manifest", type=Path, required=True, help="manifest to write")
    args = parser.parse_args()
    if args.portable:
        choose_portable()
    words = read_lab_words(args.wording, args.quiz, args.languages)
    templates = list(load_templates(args.templates).values())
    train_reader(words, templates, ReaderTraining(**args.recipe), args.threads, args.folder)
    made_of = json.dumps(args.made_of, indent=1, sort_keys=True) + "\n"
    (args.folder / MADE_OF).write_text(made_of, encoding="utf-8")
    write_manifest(args.folder, args.manifest, {"trained": "reader"})


run(main)
