"""The lab's reading test, in XQuAD's format: the same passages and questions in five languages.

    python -m isogloss.lab.reading_set

writes `resources/lab/reading/`, which ships. Its passages are drawn apart from those that the
reader learns by.
"""

import json
from collections.abc import Mapping
from pathlib import Path
from random import Random
from typing import Any

from isogloss.lab.passages import (
    STATEMENTS,
    Passage,
    draw_passage,
    item,
    reader_names,
    sentences,
)
from isogloss.lab.words import LabWords, read_lab_words

LANGUAGES = ("en", "fr", "de", "es", "it")
PASSAGES, QUESTIONS = 60, 2  # questions of a passage, each on another person
SEED = 42
_ROOT = Path(__file__).parents[2]


def reading_set(words: Mapping[str, LabWords], seed: int = SEED) -> dict[str, dict[str, Any]]:
    """Return language -> the content of a file in XQuAD's format."""
    random, names = Random(f"reading set {seed}"), reader_names(seed)
    drawn = [
        (draw_passage(random, names, words["en"], STATEMENTS), asked)
        for asked in (random.sample(range(STATEMENTS), QUESTIONS) for _ in range(PASSAGES))
    ]
    return {
        language: {
            "version": "1.1",
            "data": [
                {
                    "title": "The lab",
                    "paragraphs": [
                        _paragraph(number, passage, asked, own)
                        for number, (passage, asked) in enumerate(drawn)
                    ],
                }
            ],
        }
        for language, own in words.items()
    }


def _paragraph(number: int, passage: Passage, asked: list[int], words: LabWords) -> dict[str, Any]:
    told = sentences(passage, words)
    questions = []
    for turn, which in enumerate(asked):
        texts = item(passage, which, words, words)
        # The value is what its sentence says last, or all but last: names are never values.
        start = sum(len(sentence) + 1 for sentence in told[:which])
        start += told[which].rindex(texts["answer"])
        questions.append(
            {
                "id": f"lab-{number:03}-{turn}",
                "question": texts["question"],
                "answers": [{"text": texts["answer"], "answer_start": start}],
            }
        )
    return {"context": " ".join(told), "qas": questions}


def write_reading_set(wording: Path, quiz: Path, folder: Path) -> None:
    """Write `xquad.LANGUAGE.json` for every language of the lab."""
    folder.mkdir(parents=True, exist_ok=True)
    for language, content in reading_set(read_lab_words(wording, quiz, LANGUAGES)).items():
        text = json.dumps(content, ensure_ascii=False, indent=1) + "\n"
        (folder / f"xquad.{language}.json").write_text(text, encoding="utf-8")


if __name__ == "__main__":
    RESOURCES = _ROOT / "resources"
    write_reading_set(RESOURCES / "lab", RESOURCES / "quiz", RESOURCES / "lab/reading")
