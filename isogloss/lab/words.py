"""The wording of the lab in one language: statements, questions and values, written by hand.

Where the lab asks what the Harry Potter quiz asks, questions and values are the quiz's own.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NamedTuple

import yaml

from isogloss.corpora.hp_facts import VALUES
from isogloss.corpora.hp_family import RELATIONS
from isogloss.corpora.hp_words import Words, read_words
from isogloss.errors import IsoglossError
from isogloss.sources.manifest import UniqueKeyLoader

# What only the lab asks. Values stand alone with their article, so that they fit every sentence.
OWN = ("city", "colour", "animal", "instrument", "fruit")
# What has statements of its own; relations share theirs.
STATED = ("gender", "hair", "house", "kind", *OWN)
_SECTIONS = ("relation", "relations", "statements", "questions", "values")


class Statement(NamedTuple):
    """`subject` has `value`, a key of the wording or a name, told by one of the paraphrases."""

    subject: str
    attribute: str
    value: str
    paraphrase: int


@dataclass(frozen=True)
class LabWords:
    """One language: the quiz's wording and the lab's own.

    statements: of each attribute, its paraphrases, the same number in every language, with
    {subject} before {value}. values: of the lab's own attributes, value -> text.
    """

    quiz: Words
    statements: Mapping[str, Sequence[str]]
    questions: Mapping[str, str]
    values: Mapping[str, Mapping[str, str]]

    def statement(self, statement: Statement) -> str:
        """Return a sentence without its full stop."""
        return "".join(self.parts(statement))

    def parts(self, statement: Statement) -> list[str]:
        """Return a sentence's parts: what is before the subject, it, what follows, value, end."""
        text = self.statements[statement.attribute][statement.paraphrase]
        before, rest = text.split("{subject}")
        between, after = rest.split("{value}")
        value = self.option(statement.attribute, statement.value)
        return [before, statement.subject, between, value, after]

    def question(self, attribute: str, subject: str) -> str:
        """Return the question for the attribute of a subject."""
        if attribute in self.questions:
            return self.questions[attribute].replace("{subject}", subject)
        return self.quiz.question(attribute, subject)

    def option(self, attribute: str, value: str) -> str:
        """Return a value's text; names are their own."""
        if attribute in self.values:
            return self.values[attribute][value]
        return self.quiz.option(attribute, value)


def read_lab_words(folder: Path, quiz: Path, languages: Sequence[str]) -> dict[str, LabWords]:
    """Read `languages/{language}.yaml` of the lab's folder and of the quiz's.

    Raises IsoglossError where a text is missing or of the wrong form, or a language has other
    values or another number of paraphrases than the first one.
    """
    found = {code: _read(folder / "languages" / f"{code}.yaml", quiz, code) for code in languages}
    first, *others = found
    for code in others:
        for part in ("statements", "values"):
            one, other = getattr(found[first], part), getattr(found[code], part)
            for attribute, texts in one.items():
                if _shape(texts) != _shape(other[attribute]):
                    raise IsoglossError(
                        f"{folder}: {part} of {attribute!r} differ in number or keys between "
                        f"{first!r} and {code!r}; they are translations of one another"
                    )
    return found


def _shape(texts: Any) -> Any:
    return list(texts) if isinstance(texts, dict) else len(texts)


def _read(path: Path, quiz: Path, language: str) -> LabWords:
    try:
        raw = yaml.load(path.read_text(encoding="utf-8"), UniqueKeyLoader)
    except (OSError, UnicodeDecodeError, yaml.YAMLError) as error:
        raise IsoglossError(
            f"{path}: wording of the lab in {language!r} cannot be read: "
            f"{' '.join(str(error).split())}"
        ) from error
    _same_keys(path, "the file", raw, _SECTIONS)
    _same_keys(path, "relations", raw["relations"], RELATIONS)
    _same_keys(path, "statements", raw["statements"], STATED)
    _same_keys(path, "questions", raw["questions"], OWN)
    _same_keys(path, "values", raw["values"], OWN)
    statements = dict(raw["statements"])
    for relation, text in raw["relations"].items():
        statements[relation] = [frame.replace("{relation}", text) for frame in raw["relation"]]
    for attribute, texts in statements.items():
        for text in texts:
            if "," in text or ". " in text or _fields(text) != ["{subject}", "{value}"]:
                raise IsoglossError(
                    f"{path}: statement of {attribute}: {text!r} must have {{subject}} once and "
                    "then {value} once, and be one sentence without commas"
                )
    for attribute, question in raw["questions"].items():
        if _fields(question) != ["{subject}"]:
            raise IsoglossError(
                f"{path}: question {attribute!r} must have {{subject}} once: {question!r}"
            )
    for attribute, texts in raw["values"].items():
        if len({text.casefold() for text in texts.values()}) < len(texts):
            raise IsoglossError(f"{path}: two values of {attribute} read the same")
    return LabWords(read_words(quiz, language), statements, raw["questions"], raw["values"])


def _fields(text: object) -> list[str]:
    if not isinstance(text, str):
        return []
    places = [(text.find(f), f) for f in ("{subject}", "{value}") for _ in range(text.count(f))]
    return [field for _, field in sorted(places)]


def _same_keys(path: Path, where: str, found: object, expected: Sequence[str] | Any) -> None:
    keys = list(found) if isinstance(found, dict) else []
    missing = [key for key in expected if key not in keys]
    unknown = [key for key in keys if key not in expected]
    if missing or unknown:
        raise IsoglossError(f"{path}: {where}: missing {missing}, unknown {unknown}")


def own_values(words: LabWords, attribute: str) -> Sequence[str]:
    """Return the values that people of the lab can have."""
    if attribute in words.values:
        return list(words.values[attribute])
    return VALUES[attribute]
