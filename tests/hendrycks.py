"""A second implementation of MMLU's prompt format, on rows of a CSV file alone.

Written from the description in Hendrycks et al. (2021) and the tables of paper B; it shares no
code with isogloss.
"""

import csv
from collections.abc import Sequence
from pathlib import Path

AWARE_0 = "Keep in mind that the question and options may be presented in various languages."
AWARE_1 = "Remember that the question and options can be in different languages."
STYLES = {
    "default": ("ABCD", None),
    "lower": ("abcd", None),
    "digits": ("1234", None),
    "aware-0": ("ABCD", AWARE_0),
    "aware-1": ("ABCD", AWARE_1),
}


def csv_rows(path: Path) -> list[list[str]]:
    with path.open(newline="", encoding="utf-8") as file:
        return list(csv.reader(file))


def block(row: Sequence[str], names: str) -> str:
    options = zip(names, row[1:5], strict=True)
    return "\n".join([row[0], *(name + ". " + text for name, text in options)])


def first_line(subject: str, extra: str | None) -> str:
    words = "".join(" " + word for word in subject.split("_"))
    line = "The following are multiple choice questions (with answers) about " + words + "."
    return line if extra is None else line + " " + extra


def prompt(subject: str, dev: Sequence[Sequence[str]], row: Sequence[str], style: str) -> str:
    """Return the whole prompt with the demonstrations `dev`."""
    names, extra = STYLES[style]
    answered = [block(d, names) + "\nAnswer: " + names["ABCD".index(d[5])] for d in dev]
    asked = block(row, names) + "\nAnswer:"
    return "\n\n".join([first_line(subject, extra), *answered, asked])


def translate_prompt(
    subject: str,
    dev: Sequence[tuple[Sequence[str], Sequence[str]]],
    row: Sequence[str],
    style: str = "default",
) -> str:
    """Return a translate-then-answer prompt; `dev`: mixed questions with their English ones."""
    names = STYLES[style][0]
    extra = AWARE_1 + " First translate them all to English. Then output the answer."
    turn = "Translate the question and options into English, and then answer."
    parts = [first_line(subject, extra)]
    for mixed, english in dev:
        parts.append(
            "\n".join(
                [
                    "Question: " + block(mixed, names),
                    "Answer: ",
                    turn,
                    "Question: " + block(english, names),
                    "Answer: " + names["ABCD".index(english[5])],
                ]
            )
        )
    parts.append("\n".join(["Question: " + block(row, names), "Answer: ", turn, "Question: "]))
    return "\n\n".join(parts)
