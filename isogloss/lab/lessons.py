"""What the lab's reader learns by: lessons on passages that never come again.

A lesson is a list of pieces of text, of which some are to be learned. Short lessons have much to
learn in few words; the prompts of study xmrc, which have one answer each, come when reading is
known.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import chain
from random import Random
from typing import Any

from isogloss.lab.passages import STATEMENTS, Passage, draw_passage, item, sentences
from isogloss.lab.words import OWN, LabWords, Statement
from isogloss.languages import NAMES as LANGUAGE_NAMES
from isogloss.training.tiny import IGNORED, Example
from isogloss.xmrc.prompts import conditions
from isogloss.xmrc.templates import Template

# Times that a lesson tells all of its passage anew. Asked for is everything once: a question that
# came before is an answer that can be had without reading.
ROUNDS = 2
SHOTS = (0, 0, 2)


@dataclass(frozen=True)
class Piece:
    """A part of a lesson; whether it is `learned`, and whether the text `ends` with it."""

    text: str
    learned: bool = False
    ends: bool = False


@dataclass(frozen=True)
class Teacher:
    """Draws lessons."""

    random: Random
    words: Mapping[str, LabWords]
    templates: Sequence[Template]
    names: Sequence[str]

    def lesson(self, kind: str) -> list[Piece]:
        """Return a lesson: of many answers (`short`), or a `prompt` of the study."""
        if kind == "prompt":
            return self.prompt()
        count = self.random.randint(2, STATEMENTS)
        return self.asked(count) if self.random.randrange(3) else self.retold(count)

    def asked(self, count: int) -> list[Piece]:
        """Return a passage in one language, and its questions, each in a language drawn."""
        passage, context = self._passage(count), self._language()
        pieces = [Piece(f"Context: {' '.join(sentences(passage, context))}")]
        for which in self.random.sample(range(count), count):
            texts = item(passage, which, self._language(), context)
            pieces.append(Piece(f"Question: {texts['question']} Answer:"))
            pieces.append(Piece(texts["answer"], learned=True, ends=True))
        return pieces

    def retold(self, count: int) -> list[Piece]:
        """Return a passage and its statements anew, in another order; values are learned."""
        passage, context = self._passage(count), self._language()
        pieces = [Piece(f"Context: {' '.join(sentences(passage, context))}")]
        rounds = [self.random.sample(range(count), count) for _ in range(ROUNDS)]
        for which in chain.from_iterable(rounds):
            told = passage[which]
            frame = self.random.choice(context.statements[told.attribute])
            before, after = frame.replace("{subject}", told.subject).split("{value}")
            pieces.append(Piece(before))
            pieces.append(Piece(context.option(told.attribute, told.value), learned=True))
            pieces.append(Piece(f"{after}."))
        return pieces

    def prompt(self) -> list[Piece]:
        """Return a prompt of study xmrc, with none or two demonstrations, and its answer."""
        settings = conditions(["en-en", "en-x", "x-x"], list(self.words))
        _, asked, read = self.random.choice(settings)
        items = []
        for _ in range(self.random.choice(SHOTS) + 1):
            passage, which = self._passage(STATEMENTS), self.random.randrange(STATEMENTS)
            texts = item(passage, which, self.words[asked], self.words[read])
            items.append({**texts, "answer_language": LANGUAGE_NAMES[read]})
        *demonstrations, last = items
        text, _ = self.random.choice(self.templates).render(last, demonstrations)
        return [Piece(text), Piece(f"Answer: {last['answer']}", learned=True, ends=True)]

    def _passage(self, count: int) -> Passage:
        return draw_passage(self.random, self.names, self.words["en"], count)

    def _language(self) -> LabWords:
        return self.words[self.random.choice(list(self.words))]


def example(tokenizer: Any, pieces: Sequence[Piece]) -> Example:
    """Return token ids and labels; the end of a text is learned with its last piece."""
    ids, labels = [tokenizer.bos_token_id], [IGNORED]
    texts = tokenizer([piece.text for piece in pieces], add_special_tokens=False)["input_ids"]
    for piece, text in zip(pieces, texts, strict=True):
        found = text + [tokenizer.eos_token_id] * piece.ends
        ids += found
        labels += found if piece.learned else [IGNORED] * len(found)
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
                yield f"{own.statement(Statement(names[0], attribute, value, number))}."
