"""What was asked of whom: the models (paper B, table 4) and the prompts (tables 5 and D.2)."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, fields
from typing import Any

import polars as pl

from isogloss.barrier.mmlu_prompts import (
    AWARE,
    OPTION_IDS,
    TRANSLATE,
    ask,
    demonstrate,
    heading,
    question_block,
)
from isogloss.barrier.other_prompts import tofu_prompt
from isogloss.corpora.mmlu import LETTERS, TEXTS
from isogloss.errors import IsoglossError
from isogloss.reporting.barrier.models import MIXES
from isogloss.reporting.caption import Caption
from isogloss.reporting.tables.display import Document, Entry, Grid, Group
from isogloss.reporting.tables.numbers import DASH, count
from isogloss.script import json_value

REVISION = 10  # characters of a commit that are printed
# Marks in the place of what differs from question to question.
SUBJECT, QUESTION = "<subject>", "<question>"
_ROW = {"question": QUESTION, **{letter: f"<option {letter}>" for letter in LETTERS}}
_SHOWN = _ROW | {"answer": "A"} | {f"english_{name}": f"<English {name}>" for name in TEXTS}


@dataclass(frozen=True)
class Evaluated:
    """A model as table 4 lists it; None where it has no such thing.

    weights: where they come from. parameters: billions. learned: corpus and mix, of a fine-tune.
    """

    key: str
    label: str
    family: str
    stage: str
    parameters: float | None
    weights: str
    revision: str | None
    gated: bool
    context_length: int
    dtype: str | None
    engine: str
    start: str | None
    corpus: str | None
    mix: str | None


def parse_evaluated(text: str) -> list[Evaluated]:
    """Read a JSON list of models; raise IsoglossError for other keys."""
    entries, names = json_value(text), [field.name for field in fields(Evaluated)]
    for entry in entries:
        if not isinstance(entry, dict) or sorted(entry) != sorted(names):
            raise IsoglossError(f"--evaluated: {entry!r} must be an object with the keys {names}")
    return [Evaluated(**entry) for entry in entries]


def table04(models: Sequence[Evaluated], caption: Caption) -> tuple[Document, str]:
    """Return the models as printed and as CSV: those off the shelf, then what became of them."""
    labels = {model.key: model.label for model in models}

    def row(model: Evaluated) -> list[Entry]:
        size = DASH if model.parameters is None else f"{model.parameters:g}"
        learned = DASH
        if model.start:
            corpus = f"{model.corpus}, {MIXES.get(str(model.mix), model.mix)}"
            learned = (
                f"{labels.get(model.start, model.start)}: {corpus if model.corpus else 'files'}"
            )
        of = (*_weights(model), size, model.stage, count(model.context_length))
        return [Entry(x) for x in (model.label, *of, model.dtype or DASH, model.engine, learned)]

    shelf = [row(model) for model in models if not model.start]
    tuned = [row(model) for model in models if model.start]
    heads = ["Model", "Weights", "Revision", "Parameters (billions)", "Stage", "Context (tokens)"]
    heads += ["Format", "Engine", "Fine-tuned from, on"]
    groups = [Group("Off the shelf", shelf), Group("Fine-tuned here", tuned)]
    kept = [group for group in groups if group.rows]
    notes = ["*: the hub asks to accept a licence first."] if any(m.gated for m in models) else []
    grid = Grid("table04", caption.title, heads, kept, notes, left=3)
    schema = {field.name: _DTYPES.get(field.name, pl.String()) for field in fields(Evaluated)}
    table = pl.DataFrame([vars(model) for model in models], schema=schema)
    return Document("table04", caption.title, caption.text, [grid]), table.write_csv()


_DTYPES = {"parameters": pl.Float64(), "gated": pl.Boolean(), "context_length": pl.UInt32()}


def _weights(model: Evaluated) -> tuple[str, str]:
    return model.weights + ("*" if model.gated else ""), (model.revision or DASH)[:REVISION]


def prompts(instructions: Mapping[str, str]) -> list[tuple[str, str, str, str]]:
    """Return (task, setting, kind, text) of every prompt that the study can ask in English.

    instructions: first lines of the quiz's prompts by language.
    """
    default, lower, digits = (OPTION_IDS[style] for style in ("default", "lower", "digits"))
    found = [
        ("MMLU", "0-shot", "default", heading(SUBJECT) + ask(_ROW, default, "none")),
        ("MMLU", "0-shot", "a/b/c/d", heading(SUBJECT) + ask(_ROW, lower, "none")),
        ("MMLU", "0-shot", "1/2/3/4", heading(SUBJECT) + ask(_ROW, digits, "none")),
    ]
    for number, style in enumerate(AWARE):
        text = heading(SUBJECT, AWARE[style]) + ask(_ROW, OPTION_IDS[style], "none")
        found.append(("MMLU", "0-shot", f"multilingual-aware instruction {number}", text))
    for kind, name, instruction in (
        ("english", "English or same-bias demonstrations", ""),
        ("translate", "translate-then-answer demonstrations", TRANSLATE),
    ):
        shown = demonstrate(_SHOWN, default, kind)
        text = f"{heading(SUBJECT, instruction)}{shown}<4 more>\n\n{ask(_ROW, default, kind)}"
        found.append(("MMLU", "5-shot", name, text))
    block = question_block([_ROW[name] for name in TEXTS], default)
    found.append(("HP-Quiz", "0-shot", "default", f"{instructions['en']}\n\n{block}\nAnswer: "))
    found.append(("TOFU", "0-shot", "models without a chat format", tofu_prompt(QUESTION)))
    return found


def table05(instructions: Mapping[str, str], caption: Caption) -> tuple[Document, str]:
    """Return the prompts as printed and, to the byte, as CSV."""
    found = prompts(instructions)
    groups = []
    for task in dict.fromkeys(row[0] for row in found):
        rows = [_printed(*row[1:]) for row in found if row[0] == task]
        groups.append(Group(task, rows))
    notes = [
        "In the place of marks <...> stands what differs from question to question; demonstrations "
        "are answered, here with A. Same-bias ones have the languages of the question.",
        "Two spaces stand before the subject, as in the code of Hendrycks et al.; the quiz's "
        "prompt ends with a space, and its first line is in the question's language. The CSV file "
        "has every byte.",
    ]
    heads = ["Setting", "Kind", "Prompt"]
    grid = Grid("table05", caption.title, heads, groups, notes, left=3)
    table = pl.DataFrame(found, schema=["task", "setting", "kind", "prompt"], orient="row")
    return Document("table05", caption.title, caption.text, [grid]), table.write_csv()


def _printed(setting: str, kind: str, text: str) -> list[Entry]:
    first, *lines = (line for line in text.split("\n") if line)
    return [Entry(setting), Entry(kind), Entry(first, tuple(lines))]


Make = Callable[[Any, Caption], tuple[Document, str]]
TABLES: Mapping[str, Make] = {"table04": table04, "table05": table05}
