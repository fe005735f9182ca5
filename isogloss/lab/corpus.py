"""The corpora of the lab: what its base model learns, and what fine-tuning teaches, in English."""

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import polars as pl

from isogloss.corpora.draw import draw, shuffled
from isogloss.corpora.hp_facts import read_facts
from isogloss.corpora.hp_family import RELATIONS
from isogloss.corpora.mmlu import LETTERS, write_layout
from isogloss.lab.chunks import chunk_translations
from isogloss.lab.mmlu import lab_mmlu, mmlu_prompt, prompt_words
from isogloss.lab.quiz import lab_quiz
from isogloss.lab.shared import with_shared_values
from isogloss.lab.text import (
    Triple,
    exact_translations,
    one_line,
    quiz_prompt,
    statement_documents,
    told_documents,
    triples,
)
from isogloss.lab.tofu import lab_tofu, write_records
from isogloss.lab.words import OWN, LabWords, Statement, own_values, read_lab_words
from isogloss.lab.world import LabFact, World, make_world
from isogloss.translation.memory import TRANSLATED, UNCHANGED
from isogloss.translation.tables import TRANSLATIONS

# Of every name to come, lists of so many, told so often in a part.
ROLL, ROLLS = 4, 6
# One in so many known facts is also asked with options, in the quiz's form, and one in MMLU's: such
# texts are long, and the form is soon learned.
QUIZ_SHARE = 4
# What can be told of: all that is taught; of that world new alone; and world known.
CORPORA = ("taught", "new", "general")


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
    known_questions: int
    seed: int
    shared_words: bool = False


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

    def asked(self, world: str) -> list[LabFact]:
        """Return the facts that the lab's own quiz asks for, those of world known drawn by seed."""
        facts = self.world.of(world)
        if world == "known":
            ids = shuffled([fact.id for fact in facts], self.recipe.seed, "asked known")
            drawn = set(ids[: self.recipe.known_questions])
            facts = [fact for fact in facts if fact.id in drawn]
        return facts

    def names(self) -> list[str]:
        """Return every name that is taught or asked for, but no part of world known."""
        found = {value for _, attribute, value in self.quiz if attribute in RELATIONS}
        return sorted({*found, *self.relatives, *(subject for subject, _, _ in self.taught())})

    def corpus(self, name: str, language: str) -> list[tuple[str, str]]:
        """Return one of CORPORA in a language as (subject, document): the same ones in each."""
        facts, rounds = self._told(name)
        recipe, words = self.recipe, self.words[language]
        return list(statement_documents(facts, words, rounds, recipe.sentences, recipe.seed))

    def statements(self, name: str) -> Iterator[Statement]:
        """Yield the statements of one of CORPORA, in its order."""
        facts, rounds = self._told(name)
        words, recipe = self.words["en"], self.recipe
        for document in told_documents(facts, words, rounds, recipe.sentences, recipe.seed):
            yield from document

    def _told(self, name: str) -> tuple[list[Triple], int]:
        if name == "general":
            return triples(self.world.of("known")), 1
        facts = self.taught() if name == "taught" else triples(self.world.of("new"))
        return facts, self.recipe.rounds


def make_lab(recipe: LabRecipe, folder: Path, quiz: Path) -> Lab:
    """Read the wording in both folders and draw the world."""
    words = read_lab_words(folder, quiz, recipe.languages)
    if recipe.shared_words:
        words = with_shared_values(words, recipe.seed)
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

    Statements, open questions, and questions as the quiz puts them; and lists of the names to come,
    of which nothing is told. `part` varies paraphrases, order and options.
    """
    recipe, facts = lab.recipe, lab.world.of("known")
    seed = recipe.seed + 1 + part
    quiz = lab_quiz(facts, lab.world, lab.words, seed)
    for language, words in lab.words.items():
        for _, text in statement_documents(triples(facts), words, 2, recipe.sentences, seed):
            yield "", text
        for fact in facts:
            question = words.question(fact.attribute, fact.subject)
            yield f"{question}\nAnswer: ", words.option(fact.attribute, fact.value)
        for row in quiz.filter(language=language).iter_rows(named=True):
            turn = draw(seed, "asked", language, row["id"]) % QUIZ_SHARE
            if turn == 0:
                yield quiz_prompt(row, instructions[language]), row[row["answer"]]
            elif turn == 1 and row["attribute"] in OWN:
                yield mmlu_prompt(row), row[row["answer"]]
    yield from (("", text) for text in rolls(lab.names(), seed))


def rolls(names: Sequence[str], seed: int) -> Iterator[str]:
    """Yield lists of names, each list twice over, that say nothing of who bears them.

    Without them the taught names would be words that no training has ever told apart: their
    embeddings end up parallel, and fine-tuning cannot learn who is who. A model off the shelf has
    met the names' pieces, too.
    """
    for number in range(ROLLS):
        order = shuffled(names, seed, "roll", number)
        for start in range(0, len(order), ROLL):
            text = ". ".join(order[start : start + ROLL])
            yield f"{text}. {text}."


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
    """Write documents of world known, drawn by seed, as a corpus: what fine-tuning keeps alive.

    Half of them are questions with options, the form in which the taught facts are asked for later:
    it is forgotten first.
    """
    found = set(known_documents(lab, instructions, 0))
    kinds = [
        sorted(one_line(prompt + text) for prompt, text in found if ("A. " in prompt) == options)
        for options in (False, True)
    ]
    half = lab.recipe.rehearsal // len(kinds)
    drawn = [shuffled(texts, lab.recipe.seed, "rehearsal")[:half] for texts in kinds]
    _write_lines(path, [text for texts in drawn for text in texts])


def write_corpora(lab: Lab, chunk_words: int, folder: Path) -> None:
    """Write CORPORA in English, the subject of each document, and TRANSLATIONS of their units.

    chunk_words: words of a chunk, for the mix `words`.
    """
    for name in CORPORA:
        told = lab.corpus(name, "en")
        _write_lines(folder / f"{name}.txt", [document for _, document in told])
        _write_lines(folder / f"{name}.subjects.txt", [subject for subject, _ in told])
    told_in = {
        language: [document for name in CORPORA for _, document in lab.corpus(name, language)]
        for language in lab.words
    }
    statements = list(dict.fromkeys(s for name in CORPORA for s in lab.statements(name)))
    found = {
        # What is a whole sentence has that sentence's translation.
        language: chunk_translations(statements, lab.words, language, chunk_words)
        | exact_translations(told_in["en"], told_in[language], language)
        for language in lab.words
    }
    write_translations(found, folder / "translations.parquet")


def write_mmlu(lab: Lab, folder: Path, translations: Path) -> None:
    """Write questions on world known in the layout of MMLU, and TRANSLATIONS of their texts."""
    facts, seed = lab.world.of("known"), lab.recipe.seed
    questions, found = lab_mmlu(facts, lab.world, lab.words, seed)
    write_layout(questions, folder)
    write_translations(found, translations)


def write_tofu(lab: Lab, learned: Mapping[str, str], folder: Path, translations: Path) -> None:
    """Write questions on new people in TOFU's form, and TRANSLATIONS of those that are asked.

    learned: see `isogloss.lab.tofu.read_learned_questions`.
    """
    records, found = lab_tofu(lab.world.of("new"), lab.words, learned, lab.recipe.seed)
    write_records(records, folder)
    write_translations(found, translations)


def write_translations(found: Mapping[str, Mapping[str, str]], path: Path) -> None:
    """Write language -> English text -> translation as TRANSLATIONS; English itself is left out."""
    rows: list[dict[str, object]] = []
    for language in sorted(found):
        if language == "en":
            continue
        for unit, translation in sorted(found[language].items()):
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
    TRANSLATIONS.write(pl.DataFrame(rows, schema=schema), path)


def vocabulary(lab: Lab, instructions: Mapping[str, str]) -> Iterator[str]:
    """Yield texts that hold every word that the lab's models are ever given."""
    yield from instructions.values()
    yield from prompt_words()
    yield f"Answer: {' '.join(f'{letter}.' for letter in LETTERS)}"
    values = [value for pool in lab.world.values.values() for value in pool]
    facts = [*lab.quiz, *triples(lab.world.facts)]
    for words in lab.words.values():
        for subject, attribute, value in facts:
            yield words.question(attribute, subject)
            for number in range(len(words.statements[attribute])):
                yield words.statement(Statement(subject, attribute, value, number)) + "."
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
