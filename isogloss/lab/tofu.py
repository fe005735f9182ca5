"""Questions on new people with free answers, in the form of TOFU's files (Maini et al., 2024).

As there, pairs to learn are in English, and what is asked afterwards are the same questions in
other words: those that the lab's base model has met about other people, in every language.
"""

import json
from collections.abc import Mapping, Sequence
from pathlib import Path

import yaml

from isogloss.corpora.draw import shuffled
from isogloss.errors import IsoglossError
from isogloss.lab.tofu_files import ASKED, LEARNED
from isogloss.lab.words import OWN, LabWords
from isogloss.lab.world import LabFact
from isogloss.sources.manifest import UniqueKeyLoader


def read_learned_questions(path: Path) -> dict[str, str]:
    """Return attribute -> English question of the pairs to learn, with {subject}, of a YAML file.

    Raises IsoglossError where an attribute of the lab has none, or another one has.
    """
    try:
        found = yaml.load(path.read_text(encoding="utf-8"), UniqueKeyLoader)
    except (OSError, UnicodeDecodeError, yaml.YAMLError) as error:
        raise IsoglossError(f"{path}: cannot be read: {' '.join(str(error).split())}") from error
    if not isinstance(found, dict) or set(found) != set(OWN):
        keys = list(found) if isinstance(found, dict) else found
        raise IsoglossError(f"{path}: has {keys}; give a question for each of {list(OWN)}")
    for attribute, text in found.items():
        if not isinstance(text, str) or text.count("{subject}") != 1:
            raise IsoglossError(f"{path}: {attribute}: {text!r} must have {{subject}} once")
    return found


def lab_tofu(
    facts: Sequence[LabFact],
    words: Mapping[str, LabWords],
    learned: Mapping[str, str],
    seed: int,
) -> tuple[list[dict[str, str]], dict[str, dict[str, str]]]:
    """Return TOFU's records, one a fact, and language -> paraphrased question -> translation.

    facts: of attributes that only the lab has. learned: see `read_learned_questions`. The order is
    drawn by `seed`, so that the first questions are on all attributes.
    """
    english = words["en"]
    records = []
    translations: dict[str, dict[str, str]] = {language: {} for language in words}
    by_id = {fact.id: fact for fact in facts}
    for fact in (by_id[name] for name in shuffled(by_id, seed, "tofu")):
        asked = english.question(fact.attribute, fact.subject)
        records.append(
            {
                "question": learned[fact.attribute].replace("{subject}", fact.subject),
                "answer": english.option(fact.attribute, fact.value),
                "paraphrased_question": asked,
            }
        )
        for language, of_language in words.items():
            translations[language][asked] = of_language.question(fact.attribute, fact.subject)
    return records, translations


def write_records(records: Sequence[Mapping[str, str]], folder: Path) -> None:
    """Write LEARNED and ASKED, an object a line."""
    folder.mkdir(parents=True, exist_ok=True)
    for name, keys in (
        (LEARNED, ("question", "answer")),
        (ASKED, ("question", "answer", "paraphrased_question")),
    ):
        lines = [json.dumps({k: row[k] for k in keys}, ensure_ascii=False) for row in records]
        (folder / name).write_text("".join(f"{x}\n" for x in lines), "utf-8", newline="\n")
