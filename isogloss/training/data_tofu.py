"""Training data `tofu`: questions with answers; only the answers are learned.

The format is that of P. Maini et al., "TOFU: A Task of Fictitious Unlearning for LLMs" (2024):
models without a chat format get the question and the answer after a word each, others the question
as the user's turn and the answer as their own.
"""

import json
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from isogloss.errors import IsoglossError
from isogloss.training.data_sft import encode_dialogues
from isogloss.training.data_text import BATCH, batched, end_token, numbered_lines
from isogloss.training.packing import Encoded

TEMPLATE = "Question: {question}\nAnswer: {answer}"


def read_pairs(paths: Sequence[Path]) -> Iterator[tuple[str, str]]:
    """Yield (question, answer) of all files, whose lines are JSON objects with these two keys.

    Raises IsoglossError that names file and line for anything else.
    """
    for path in paths:
        for number, line in numbered_lines(path):
            try:
                row = json.loads(line)
                pair = row["question"], row["answer"]
            except (ValueError, KeyError, TypeError) as error:
                raise IsoglossError(
                    f"{path}: line {number} is no JSON object with `question` and `answer`: {error}"
                ) from error
            if not all(isinstance(text, str) and text.strip() for text in pair):
                raise IsoglossError(
                    f"{path}: line {number}: `question` and `answer` must be texts that are not "
                    f"empty, they are {pair}"
                )
            yield pair


def question_prompt(question: str, template: str = TEMPLATE) -> str:
    """Return what a model without chat format is asked: the template up to the answer.

    Without white space at its end: most tokenizers put it into the answer's first token, and the
    model learns to write it.
    """
    return template.partition("{answer}")[0].replace("{question}", question).rstrip()


def encode_pairs(
    paths: Sequence[Path], tokenizer: Any, template: str = TEMPLATE
) -> Iterator[Encoded]:
    """Yield each pair in `template`, which ends with `{answer}`, and the end token.

    Learned are the tokens with any character of what follows `question_prompt`, and the end token.
    """
    end = end_token(tokenizer)
    for batch in batched(read_pairs(paths), BATCH):
        prompts = [question_prompt(question, template) for question, _ in batch]
        heads = [template.partition("{answer}")[0].replace("{question}", q) for q, _ in batch]
        texts = [head + answer for head, (_, answer) in zip(heads, batch, strict=True)]
        encoded = tokenizer(
            texts, return_offsets_mapping=True, return_attention_mask=False, verbose=False
        )
        for prompt, ids, offsets in zip(
            prompts, encoded["input_ids"], encoded["offset_mapping"], strict=True
        ):
            # A token's span (first, last) is empty for tokens that stand for no character.
            learned = [last > max(first, len(prompt)) for first, last in offsets]
            if ids[-1] != end:
                ids, learned = [*ids, end], [*learned, True]
            learned[-1] = True
            yield Encoded(ids, learned)


def encode_pairs_as_chat(paths: Sequence[Path], tokenizer: Any, date: str) -> Iterator[Encoded]:
    """Yield each pair in the tokenizer's chat template, as a turn of the user and one of the model.

    `date` is what templates print that print today's.
    """
    dialogues = (
        [{"role": "user", "content": question}, {"role": "assistant", "content": answer}]
        for question, answer in read_pairs(paths)
    )
    return encode_dialogues(dialogues, tokenizer, date)
