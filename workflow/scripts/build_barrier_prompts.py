"""Make the prompts of one model for study barrier: all conditions of its evaluations."""

import argparse
from pathlib import Path
from typing import Any

from isogloss.barrier.ask import Tables, ask_all
from isogloss.barrier.conditions import Condition
from isogloss.barrier.other_prompts import read_instructions
from isogloss.barrier.prompts import PROMPTS
from isogloss.barrier.tofu import TOFU_QUESTIONS
from isogloss.corpora.hp_quiz import QUIZ
from isogloss.corpora.mmlu import QUESTIONS
from isogloss.corpora.mmlu_demonstrations import DEMONSTRATIONS
from isogloss.script import json_value, run

LAB_TASKS = ("lab-new", "lab-known")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--options", type=json_value, required=True, help="settings as JSON")
    parser.add_argument("--folder", type=Path, help="model folder; absent for controls")
    parser.add_argument("--mmlu", type=Path, help="table of MMLU questions")
    parser.add_argument("--demonstrations", type=Path, help="table of MMLU demonstrations")
    parser.add_argument("--quiz", type=Path, help="table of the quiz")
    for task in LAB_TASKS:
        parser.add_argument(f"--{task}", type=Path, help="table of the lab's questions")
    parser.add_argument("--instructions", type=Path, help="the quiz's instructions (YAML)")
    parser.add_argument("--tofu", type=Path, help="table of TOFU's questions")
    parser.add_argument("--output", type=Path, required=True, help="table of prompts")
    args = parser.parse_args()
    options = args.options
    count_tokens = None
    if args.folder:
        from transformers import AutoTokenizer

        tokenizer = AutoTokenizer.from_pretrained(
            args.folder, trust_remote_code=options["trust_remote_code"]
        )

        def count_tokens(texts: list[str], special: bool) -> list[int]:
            encoded = tokenizer(texts, add_special_tokens=special, return_attention_mask=False)
            return [len(ids) for ids in encoded["input_ids"]]

    lab = {task: getattr(args, task.replace("-", "_")) for task in LAB_TASKS}

    def table(frame: Any, path: Path | None) -> Any:
        return frame.read(path) if path else None

    tables = Tables(
        mmlu=table(QUESTIONS, args.mmlu),
        demonstrations=table(DEMONSTRATIONS, args.demonstrations),
        quiz=table(QUIZ, args.quiz),
        instructions=read_instructions(args.instructions) if args.instructions else None,
        tofu=table(TOFU_QUESTIONS, args.tofu),
        lab={task: QUIZ.read(path) for task in LAB_TASKS if (path := lab[task])},
    )
    prompts = ask_all(
        [Condition(**condition) for condition in options["conditions"]],
        tables,
        count_tokens=count_tokens,
        context_length=options["context_length"],
        new_tokens=options["new_tokens"],
        too_long=options["too_long"],
    )
    PROMPTS.write(prompts, args.output)


run(main)
