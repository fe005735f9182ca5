"""Build the lab: its world, the corpora that tell of it, and its quizzes."""

import argparse
from pathlib import Path

from isogloss.barrier.other_prompts import read_instructions
from isogloss.corpora.hp_quiz import QUIZ
from isogloss.lab.corpus import (
    LabRecipe,
    make_lab,
    write_corpora,
    write_known,
    write_mmlu,
    write_rehearsal,
    write_tofu,
    write_words,
)
from isogloss.lab.quiz import lab_quiz
from isogloss.lab.tofu import read_learned_questions
from isogloss.script import json_value, run


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--wording", type=Path, required=True, help="folder of the lab's wording")
    parser.add_argument("--quiz", type=Path, required=True, help="folder of the quiz that ships")
    parser.add_argument("--instructions", type=Path, required=True, help="the quiz's (YAML)")
    parser.add_argument("--world", type=json_value, required=True, help="sizes and seed")
    parser.add_argument("--parts", type=int, required=True, help="tellings of world known")
    parser.add_argument("--chunk-words", type=int, required=True, help="of the mix `words`")
    parser.add_argument("--folder", type=Path, required=True, help="folder to write into")
    args = parser.parse_args()
    recipe = LabRecipe(**args.world)
    lab = make_lab(recipe, args.wording, args.quiz)
    instructions = read_instructions(args.instructions)
    instructions = {code: instructions[code] for code in recipe.languages}
    write_known(lab, instructions, args.parts, args.folder / "known.jsonl")
    write_rehearsal(lab, instructions, args.folder / "rehearsal.txt")
    write_words(lab, instructions, args.folder / "words.txt")
    write_corpora(lab, args.chunk_words, args.folder)
    write_mmlu(lab, args.folder / "mmlu", args.folder / "mmlu/translations.parquet")
    learned = read_learned_questions(args.wording / "tofu.yaml")
    write_tofu(lab, learned, args.folder / "tofu", args.folder / "tofu/translations.parquet")
    for world in ("known", "new"):
        quiz = lab_quiz(lab.asked(world), lab.world, lab.words, recipe.seed)
        QUIZ.write(quiz, args.folder / f"{world}.parquet")


run(main)
