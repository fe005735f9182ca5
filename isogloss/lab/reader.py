"""The lab's reader: a model that finds an answer in a text, whatever language it is asked in.

It learns in three stages: whom each word tells of; then to answer in short lessons with many
answers; then the study's prompts as well.
"""

import logging
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import chain, islice
from pathlib import Path
from random import Random
from typing import Any

from isogloss.lab.lessons import Teacher, example, vocabulary
from isogloss.lab.passages import reader_names
from isogloss.lab.train import word_tokenizer
from isogloss.lab.words import LabWords
from isogloss.training.tiny import IGNORED, Example, fit, make_deterministic, new_llama, save
from isogloss.xmrc.templates import Template

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Stage:
    """Share of the steps, kinds of lessons that each step draws one of, and whether to answer."""

    share: float
    kinds: Sequence[str]
    answers: bool = True


CURRICULUM = (
    Stage(0.1, ("short", "short", "prompt"), answers=False),
    Stage(0.4, ("short",)),
    Stage(0.5, ("short", "prompt")),
)


@dataclass(frozen=True)
class ReaderTraining:
    """Sizes and schedule; meanings and units as in the configuration's section `lab.reader`."""

    layers: int
    width: int
    heads: int
    context_length: int
    step_tokens: int
    steps: int
    learning_rate: float
    seed: int


def train_reader(
    words: Mapping[str, LabWords],
    templates: Sequence[Template],
    recipe: ReaderTraining,
    threads: int,
    folder: Path,
) -> list[float]:
    """Train tokenizer and model, save both in `folder`, return the loss per step."""
    from isogloss.lab.subjects import Pupil, begin_alike

    make_deterministic(recipe.seed, threads)
    names = reader_names(recipe.seed)
    tokenizer = reader_tokenizer(vocabulary(words, templates, names), recipe.context_length)
    model = new_llama(tokenizer, recipe)
    begin_alike(model)
    log.info(
        "%.2f million parameters, %d words",
        *(sum(p.numel() for p in model.parameters()) / 1e6, len(tokenizer)),
    )
    teacher = Teacher(Random(f"reader {recipe.seed}"), words, templates, names)
    pupil = Pupil(model, tokenizer.convert_tokens_to_ids(names))
    losses = fit(
        pupil,
        batches(teacher, tokenizer, recipe),
        recipe.learning_rate,
        recipe.steps,
        "train reader",
    )
    save(model, tokenizer, folder, losses)
    return losses


def reader_tokenizer(texts: Iterable[str], context_length: int) -> Any:
    """Return the lab's tokenizer, which here writes as the texts do: `Answer: l'arpa`.

    The study looks for an answer after `Answer:`, and counts words as they are spaced.
    """
    from tokenizers import decoders

    tokenizer = word_tokenizer(texts, context_length)
    close = [decoders.Replace(f" {mark}", mark) for mark in (":", ".", "?")]
    tokenizer.backend_tokenizer.decoder = decoders.Sequence(
        [
            decoders.WordPiece(cleanup=False),
            decoders.Fuse(),
            *close,
            decoders.Replace(" ' ", "'"),
        ]
    )
    return tokenizer


def batches(teacher: Teacher, tokenizer: Any, recipe: ReaderTraining) -> Iterator[Any]:
    """Yield what each step learns by, without end: the last stage goes on."""

    def of(stage: Stage) -> Iterator[Any]:
        while True:
            kind = teacher.random.choice(stage.kinds)
            examples: list[Example] = []
            while sum(len(ids) for ids, _ in examples) < recipe.step_tokens:
                examples.append(example(tokenizer, teacher.lesson(kind)))
            ids, labels, positions = padded(examples, tokenizer.pad_token_id)
            yield ids, labels if stage.answers else labels.fill_(IGNORED), positions

    *first, last = CURRICULUM
    whole = (islice(of(stage), round(stage.share * recipe.steps)) for stage in first)
    return chain(chain.from_iterable(whole), of(last))


def padded(examples: Sequence[Example], padding: int) -> tuple[Any, Any, Any]:
    """Return ids, labels and positions, each (examples, tokens of the longest).

    Lessons are not packed: a lesson cut in two asks for what its passage does not tell.
    """
    import torch

    length = max(len(ids) for ids, _ in examples)
    ids = torch.full((len(examples), length), padding)
    labels = torch.full_like(ids, IGNORED)
    for row, (found, learned) in enumerate(examples):
        ids[row, : len(found)] = torch.tensor(found)
        labels[row, : len(found)] = torch.tensor(learned)
    return ids, labels, torch.arange(length).expand_as(ids)
