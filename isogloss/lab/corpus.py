"""The corpora of the lab: what its base model learns, and what fine-tuning teaches, in English."""

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import polars as pl

from isogloss.corpora.draw import draw, shuffled
from isogloss.corpora.hp_facts import read_facts
from isogloss.corpora.mmlu import LETTERS
from isogloss.lab.quiz import lab_quiz
from isogloss.lab.text import (
    Triple,
    exact_translations,
    one_line,
    quiz_prompt,
    statement_documents,
    triples,
)
from isogloss.lab.words import OWN, LabWords, own_values, read_lab_words
from isogloss.lab.world import World, make_world
from isogloss.translation.memory import TRANSLATED, UNCHANGED
from isogloss.translation.tables import TRANSLATIONS

# One in so many known facts is also asked with options: such texts are long, and the form is soon
# learned.
QUIZ_SHARE = 8


@dataclass(frozen=True)
class LabRecipe:
    """Sizes of the world and of its corpora; meanings as in the configuration's section `lab`."""

    languages: Sequence[str]
    known_families: int
    new_families: int
    spells: int
    relations: int
    sentences: int
    rounds: int
    rehearsal: int
    seed: int


@dataclass(frozen=True)
class Lab:
    """A world, its wording in every language, and facts and people of the Harry Potter quiz."""

    recipe: LabRecipe
    world: World
    words: Mapping[str, LabWords]
    quiz: Sequence[Triple]
    relatives: Sequence[str]

    def taught(self) -> list[Triple]:
        """Return the facts that fine-tuning teaches: world new, and those of the quiz."""
        return [*triples(self.world.of("new")), *self.quiz]

    def documents(self, language: str) -> list[str]:
        """Return the taught corpus in a language: the same documents in each."""
        recipe, words = self.recipe, self.words[language]
        return list(
            statement_documents(self.taught(), words, recipe.rounds, recipe.sentences, recipe.seed)
        )


def make_lab(recipe: LabRecipe, folder: Path, quiz: Path) -> Lab:
    """Read the wording in both folders and draw the world."""
    words = read_lab_words(folder, quiz, recipe.languages)
    facts, family = read_facts(quiz)
    relatives = [*family.named("male"), *family.named("female")]
    taken = {word for name in (*relatives, *(f.subject for f in facts)) for word in name.split()}
    world = make_world(
        recipe.seed,
        known_families=recipe.known_families,
        new_families=recipe.new_families,
        spells=recipe.spells,
        relations=recipe.relations,
        own={attribute: own_values(words["en"], attribute) for attribute in OWN},
        taken=sorted(taken),
    )
    return Lab(recipe, world, words, triples(facts), relatives)


def known_documents(
    lab: Lab, instructions: Mapping[str, str], part: int
) -> Iterator[tuple[str, str]]:
    """Yield (prompt, text) of world known in every language; only the text is to be learned.

    Statements, open questions, and questions as the quiz puts them. `part` varies paraphrases,
    order and options.
    """
    recipe, facts = lab.recipe, lab.world.of("known")
    seed = recipe.seed + 1 + part
    quiz = lab_quiz(facts, lab.world, lab.words, seed)
    for language, words in lab.words.items():
        for text in statement_documents(triples(facts), words, 2, recipe.sentences, seed):
            yield "", text
        for fact in facts:
            question = words.question(fact.attribute, fact.subject)
            yield f"{question}\nAnswer: ", words.option(fact.attribute, fact.value)
        for row in quiz.filter(language=language).iter_rows(named=True):
            if draw(seed, "asked", language, row["id"]) % QUIZ_SHARE:
                continue
            yield quiz_prompt(row, instructions[language]), row[row["answer"]]


def write_known(lab: Lab, instructions: Mapping[str, str], parts: int, path: Path) -> None:
    """Write world known as lines of JSON with `prompt` and `text`."""
    _write_lines(
        path,
        (
            json.dumps({"prompt": prompt, "text": text}, ensure_ascii=False)
            for part in range(parts)
            for prompt, text in known_documents(lab, instructions, part)
        ),
    )


def write_rehearsal(lab: Lab, instructions: Mapping[str, str], path: Path) -> None:
    """Write documents of world known, drawn by seed, as a corpus: what fine-tuning keeps alive."""
    texts = sorted({one_line(p + t) for p, t in known_documents(lab, instructions, 0)})
    drawn = shuffled(texts, lab.recipe.seed, "rehearsal")[: lab.recipe.rehearsal]
    _write_lines(path, drawn)


def write_taught(lab: Lab, path: Path, translations: Path) -> None:
    """Write the taught corpus in English, and TRANSLATIONS of its units."""
    english = lab.documents("en")
    _write_lines(path, english)
    rows: list[dict[str, object]] = []
    for language in sorted(lab.words):
        if language == "en":
            continue
        found = exact_translations(english, lab.documents(language), language)
        for unit, translation in sorted(found.items()):
            same = unit == translation
            rows.append(
                {
                    "target": language,
                    "text": unit,
                    "translation": None if same else translation,
                    "status": UNCHANGED if same else TRANSLATED,
                    "provider": "lab",
                    "version": "written by hand",
                    "reason": None,
                }
            )
    schema = {name: column.dtype for name, column in TRANSLATIONS.columns.items()}
    TRANSLATIONS.write(pl.DataFrame(rows, schema=schema), translations)


def vocabulary(lab: Lab, instructions: Mapping[str, str]) -> Iterator[str]:
    """Yield texts that hold every word that the lab's models are ever given."""
    yield from instructions.values()
    yield f"Answer: {' '.join(f'{letter}.' for letter in LETTERS)}"
    values = [value for pool in lab.world.values.values() for value in pool]
    facts = [*lab.quiz, *triples(lab.world.facts)]
    for words in lab.words.values():
        for subject, attribute, value in facts:
            yield words.question(attribute, subject)
            for number in range(len(words.statements[attribute])):
                yield words.statement(attribute, number, subject, value) + "."
        for texts in (*words.quiz.values.values(), *words.values.values()):
            yield from texts.values()
    yield from values
    yield from lab.relatives


def write_words(lab: Lab, instructions: Mapping[str, str], path: Path) -> None:
    """Write the texts of `vocabulary`, each once, a line each."""
    _write_lines(path, sorted(set(vocabulary(lab, instructions))))


def _write_lines(path: Path, lines: Iterator[str] | Sequence[str]) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    temporary = path.with_name(path.name + ".part")
    with temporary.open("w", encoding="utf-8", newline="\n") as file:
        file.writelines(f"{line}\n" for line in lines)
    temporary.replace(path)
