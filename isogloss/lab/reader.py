"""The lab's reader: a model that finds an answer in a text, whatever language it is asked in.

It learns by passages that never come again, so that nothing can be learned by heart; short ones
first.
"""

import logging
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import chain, islice
from pathlib import Path
from random import Random
from typing import Any

from isogloss.lab.passages import draw_passage, item, reader_names
from isogloss.lab.train import word_tokenizer
from isogloss.lab.words import OWN, LabWords
from isogloss.languages import NAMES as LANGUAGE_NAMES
from isogloss.training.tiny import (
    IGNORED,
    Example,
    fit,
    make_deterministic,
    new_llama,
    packed_batches,
    save,
)
from isogloss.xmrc.prompts import conditions
from isogloss.xmrc.templates import Template

log = logging.getLogger(__name__)

# Names, statements of a passage, and the share of the steps.
CURRICULUM = ((240, 2, 0.1), (240, 3, 0.1), (240, 4, 0.8))
# Of ten examples so many are prompts of the study; the others ask for all of a passage at once,
# which teaches more with each token.
PROMPTS = 1
SHOTS = (0, 0, 2)
# A text, and whether it is to be learned.
Piece = tuple[str, bool]


@dataclass(frozen=True)
class ReaderTraining:
    """Sizes and schedule; meanings and units as in the configuration's section `lab.reader`."""

    layers: int
    width: int
    heads: int
    context_length: int
    sequence_length: int
    batch_size: int
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
    make_deterministic(recipe.seed, threads)
    names = reader_names(recipe.seed)
    tokenizer = word_tokenizer(vocabulary(words, templates, names), recipe.context_length)
    model = new_llama(tokenizer, recipe)
    log.info(
        "%.2f million parameters, %d words",
        *(sum(p.numel() for p in model.parameters()) / 1e6, len(tokenizer)),
    )

    def stage(number: int) -> Iterator[Any]:
        count, statements, share = CURRICULUM[number]
        random = Random(f"reader {recipe.seed} {number}")
        pieces = drills(random, words, templates, names[:count], statements)
        examples = (example(tokenizer, found) for found in pieces)
        batches = packed_batches(examples, recipe.batch_size, recipe.sequence_length)
        last = number == len(CURRICULUM) - 1
        return batches if last else islice(batches, round(share * recipe.steps))

    batches = chain.from_iterable(stage(number) for number in range(len(CURRICULUM)))
    losses = fit(model, batches, recipe.learning_rate, recipe.steps, "train reader")
    save(model, tokenizer, folder, losses)
    return losses


def drills(
    random: Random,
    words: Mapping[str, LabWords],
    templates: Sequence[Template],
    names: Sequence[str],
    statements: int,
) -> Iterator[list[Piece]]:
    """Yield examples without end: prompts of study xmrc, and passages asked for everything."""
    languages = list(words)
    settings = conditions(["en-en", "en-x", "x-x"], languages)
    while True:
        if random.randrange(10) < PROMPTS:
            _, asked, read = random.choice(settings)
            shots = random.choice(SHOTS)
            items = []
            for _ in range(shots + 1):
                passage = draw_passage(random, names, words["en"], statements)
                texts = item(passage, random.randrange(statements), words[asked], words[read])
                items.append({**texts, "answer_language": LANGUAGE_NAMES[read]})
            *demonstrations, last = items
            prompt, _ = random.choice(templates).render(last, demonstrations)
            yield [(prompt, False), (f"Answer: {last['answer']}", True)]
        else:
            yield everything(random, words, names, statements)


def everything(
    random: Random, words: Mapping[str, LabWords], names: Sequence[str], statements: int
) -> list[Piece]:
    """Return a passage and a question on each of its statements, each in a language drawn."""
    languages = list(words)
    context = words[random.choice(languages)]
    passage = draw_passage(random, names, words["en"], statements)
    pieces: list[Piece] = []
    for which in random.sample(range(statements), statements):
        texts = item(passage, which, words[random.choice(languages)], context)
        if not pieces:
            pieces.append((f"Context: {texts['context']}", False))
        pieces += [(f"Question: {texts['question']}", False), (f"Answer: {texts['answer']}", True)]
    return pieces


def example(tokenizer: Any, pieces: Sequence[Piece]) -> Example:
    """Return token ids and labels; after each learned piece comes the end of the text."""
    ids, labels = [tokenizer.bos_token_id], [IGNORED]
    for text, learned in pieces:
        found = tokenizer(text, add_special_tokens=False)["input_ids"]
        found += [tokenizer.eos_token_id] * learned
        ids += found
        labels += found if learned else [IGNORED] * len(found)
    return ids, labels


def vocabulary(
    words: Mapping[str, LabWords], templates: Sequence[Template], names: Sequence[str]
) -> Iterator[str]:
    """Yield texts that hold every word that the reader is ever given."""
    yield " ".join(names)
    yield from (block for template in templates for _, block in template.blocks)
    for language, own in words.items():
        yield LANGUAGE_NAMES[language]
        for attribute in OWN:
            yield own.question(attribute, names[0])
            yield from own.values[attribute].values()
            value = next(iter(own.values[attribute]))
            for number in range(len(own.statements[attribute])):
                yield f"{own.statement(attribute, number, names[0], value)}."
