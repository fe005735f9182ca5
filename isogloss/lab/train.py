"""The lab's base model: a Llama of about a million parameters over a vocabulary of words.

Deterministic on one CPU thread: the same seed gives the same bytes.
"""

import json
import logging
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from isogloss.training.tiny import IGNORED, make_deterministic, new_llama, save, train

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class LabTraining:
    """Sizes and schedule; meanings and units as in the configuration's section `lab`."""

    layers: int
    width: int
    heads: int
    context_length: int
    sequence_length: int
    batch_size: int
    steps: int
    learning_rate: float
    seed: int


_SPECIAL = {"unk_token": "<unk>", "bos_token": "<s>", "eos_token": "</s>", "pad_token": "<pad>"}


def word_tokenizer(texts: Iterable[str], context_length: int) -> Any:
    """Return a tokenizer whose tokens are the words and punctuation marks of `texts`.

    White space is nothing to it, so that a question reads the same on one line or several.
    """
    from tokenizers import Tokenizer, models, pre_tokenizers, processors
    from transformers import PreTrainedTokenizerFast

    cut = pre_tokenizers.Whitespace()
    words = sorted({word for text in texts for word, _ in cut.pre_tokenize_str(text)})
    entries = [*_SPECIAL.values(), *words]
    vocabulary = {word: number for number, word in enumerate(entries)}
    tokenizer = Tokenizer(models.WordLevel(vocabulary, unk_token=_SPECIAL["unk_token"]))
    tokenizer.pre_tokenizer = cut
    begin = _SPECIAL["bos_token"]
    tokenizer.post_processor = processors.TemplateProcessing(
        single=f"{begin} $A", special_tokens=[(begin, vocabulary[begin])]
    )
    return PreTrainedTokenizerFast(
        tokenizer_object=tokenizer,
        model_max_length=context_length,
        clean_up_tokenization_spaces=False,
        **_SPECIAL,
    )


def train_lab(
    known: Path, texts: Iterable[str], recipe: LabTraining, threads: int, folder: Path
) -> list[float]:
    """Train tokenizer and model, save both in `folder`, return the loss per step.

    known: lines of `corpus.write_known`, of which the prompts are read and not learned. texts:
    with every word of the vocabulary.
    """
    make_deterministic(recipe.seed, threads)
    tokenizer = word_tokenizer(texts, recipe.context_length)
    model = new_llama(tokenizer, recipe)
    log.info(
        "%.2f million parameters, %d words",
        *(sum(p.numel() for p in model.parameters()) / 1e6, len(tokenizer)),
    )
    losses = train(model, _examples(known, tokenizer), recipe, recipe.steps, "train lab")
    save(model, tokenizer, folder, losses)
    return losses


def _examples(known: Path, tokenizer: Any) -> list[tuple[list[int], list[int]]]:
    rows = [json.loads(line) for line in known.read_text(encoding="utf-8").splitlines()]
    prompts = tokenizer([row["prompt"] for row in rows])["input_ids"]
    texts = tokenizer([row["text"] for row in rows], add_special_tokens=False)["input_ids"]
    end = [tokenizer.eos_token_id]
    return [
        (prompt + text + end, [IGNORED] * len(prompt) + text + end)
        for prompt, text in zip(prompts, texts, strict=True)
    ]
