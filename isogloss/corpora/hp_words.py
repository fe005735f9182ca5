"""The wording of the shipped Harry Potter quiz in one language."""

import string
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import yaml

from isogloss.corpora.hp_facts import ATTRIBUTES, VALUES
from isogloss.errors import IsoglossError, nearest
from isogloss.languages import QUIZ
from isogloss.sources.manifest import UniqueKeyLoader


@dataclass(frozen=True)
class Words:
    """Instruction above a question, question by attribute, and value by attribute and key."""

    instruction: str
    questions: Mapping[str, str]
    values: Mapping[str, Mapping[str, str]]

    def question(self, attribute: str, subject: str) -> str:
        """Return the question for the attribute of a subject, whose name stays as it is."""
        return self.questions[attribute].replace("{subject}", subject)

    def option(self, attribute: str, value: str) -> str:
        """Return a value's text; names of people and houses are their own."""
        return self.values[attribute][value] if attribute in self.values else value


def check_languages(languages: Sequence[str], valid: Sequence[str] = QUIZ) -> None:
    """Raise IsoglossError unless `languages` are some of `valid`, each once."""
    for language in languages:
        if language not in valid:
            raise IsoglossError(
                f"languages of the quiz: {language!r} is not one{nearest(language, valid)}"
            )
    if not languages or len(set(languages)) < len(languages):
        raise IsoglossError(f"languages of the quiz: give each one once, not {list(languages)}")


def read_words(folder: Path, language: str) -> Words:
    """Read `languages/{language}.yaml` of the quiz's folder.

    Raises IsoglossError where a text is missing, empty or unknown, a question has not {subject}
    exactly once, or two values of an attribute read the same (but for case).
    """
    path = folder / "languages" / f"{language}.yaml"
    try:
        raw = yaml.load(path.read_text(encoding="utf-8"), UniqueKeyLoader)
    except (OSError, UnicodeDecodeError) as error:
        raise IsoglossError(f"{path}: wording cannot be read: {error}") from error
    except yaml.YAMLError as error:
        raise IsoglossError(f"{path}: not valid YAML: {' '.join(str(error).split())}") from error
    _same_keys(path, "the file", raw, ("instruction", "questions", "values"))
    _same_keys(path, "questions", raw["questions"], ATTRIBUTES)
    _same_keys(path, "values", raw["values"], VALUES)
    for attribute, question in raw["questions"].items():
        fields = [field for _, field, _, _ in string.Formatter().parse(_text(path, question))]
        if [field for field in fields if field is not None] != ["subject"]:
            raise IsoglossError(
                f"{path}: question {attribute!r} must have {{subject}} once: {question!r}"
            )
    for attribute, keys in VALUES.items():
        texts = raw["values"][attribute]
        _same_keys(path, f"values.{attribute}", texts, keys)
        seen: dict[str, str] = {}
        for key, text in texts.items():
            folded = _text(path, text).casefold()
            if folded in seen:
                raise IsoglossError(
                    f"{path}: values {seen[folded]!r} and {key!r} of {attribute} read the same"
                )
            seen[folded] = key
    return Words(_text(path, raw["instruction"]), raw["questions"], raw["values"])


def _text(path: Path, text: object) -> str:
    if not isinstance(text, str) or not text.strip() or text != text.strip():
        raise IsoglossError(
            f"{path}: {text!r} is no text; write it in quotes, without outer spaces"
        )
    return text


def _same_keys(path: Path, where: str, found: object, expected: Iterable[str]) -> None:
    keys = list(found) if isinstance(found, dict) else []
    missing = [key for key in expected if key not in keys]
    unknown = [key for key in keys if key not in expected]
    if missing or unknown:
        raise IsoglossError(f"{path}: {where}: missing {missing}, unknown {unknown}")
