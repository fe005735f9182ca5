"""Tables 4 and 5: the models of the configuration; prompts as a second implementation has them."""

import csv
import io
import json

import pytest

from isogloss.barrier.other_prompts import read_instructions
from isogloss.config.load import load
from isogloss.errors import IsoglossError
from isogloss.reporting.barrier.models_and_prompts import (
    SUBJECT,
    parse_evaluated,
    prompts,
    table04,
    table05,
)
from isogloss.reporting.caption import Caption
from isogloss.reporting.tables.latex import latex
from isogloss.reporting.tables.markdown import markdown
from tests import hendrycks
from tests.demo import ROOT
from tests.unit.test_config import CONFIG, DEMO, merged

CAPTION = Caption("Table 0. A title", "What it shows.")
ROW = ["<question>", *(f"<option {letter}>" for letter in "ABCD"), "A"]
ENGLISH = ["<English question>", *(f"<English {letter}>" for letter in "ABCD"), "A"]
STYLES = {
    "default": "default",
    "a/b/c/d": "lower",
    "1/2/3/4": "digits",
    "multilingual-aware instruction 0": "aware-0",
    "multilingual-aware instruction 1": "aware-1",
}


def models_of(config):
    settings = load(config, ROOT)
    text = json.dumps(settings.barrier_reports.evaluated_models())
    return settings, parse_evaluated(text)


def test_table_4_has_every_model_that_is_asked_and_what_it_was_made_from():
    settings, models = models_of(CONFIG)
    document, text = table04(models, CAPTION)
    rows = {row["key"]: row for row in csv.DictReader(io.StringIO(text))}
    evaluations = settings.config.barrier.evaluations.values()
    assert set(rows) == {model for entry in evaluations for model in entry.models}
    llama = rows["llama-3-8b"]
    assert llama["weights"] == settings.models["llama-3-8b"].source.hub
    assert llama["revision"] == settings.models["llama-3-8b"].source.revision
    assert (llama["start"], llama["gated"]) == ("", "true")
    (grid,) = document.grids
    shelf, tuned = grid.groups
    assert (shelf.title, tuned.title) == ("Off the shelf", "Fine-tuned here")
    assert len(tuned.rows) == sum(bool(row["start"]) for row in rows.values()) > 0
    printed = {row[0].text: [entry.text for entry in row] for row in (*shelf.rows, *tuned.rows)}
    assert printed["LLaMA-3-8B"][1:3] == [f"{llama['weights']}*", llama["revision"][:10]]
    words = printed["LLaMA-3-8B + wikitext-103 words"]
    assert words[-1] == "LLaMA-3-8B: wikitext-103, mixed words"
    assert words[1:3] == ["fine-tuned here", "–"]


def test_paths_of_local_weights_are_nobodys_business():
    text = table04(models_of(merged(DEMO))[1], CAPTION)[1]
    rows = {row["key"]: row for row in csv.DictReader(io.StringIO(text))}
    assert rows["lab-base"]["weights"] == "local folder"
    assert rows["lab.english"]["start"] == "lab-base"
    assert "resources" not in text


def test_an_unknown_key_of_a_model_is_explained():
    with pytest.raises(IsoglossError, match=r"--evaluated: .* must be an object with the keys"):
        parse_evaluated('[{"key": "a"}]')


def test_prompts_are_those_of_the_second_implementation():
    instructions = read_instructions(ROOT / "config/prompts/hp_quiz.yaml")
    found = {(task, setting, kind): text for task, setting, kind, text in prompts(instructions)}
    for kind, style in STYLES.items():
        expected = hendrycks.prompt(SUBJECT, [], ROW, style)
        assert found.pop(("MMLU", "0-shot", kind)) == expected
    few = found.pop(("MMLU", "5-shot", "English or same-bias demonstrations"))
    assert few.replace("<4 more>\n\n", "") == hendrycks.prompt(SUBJECT, [ROW], ROW, "default")
    few = found.pop(("MMLU", "5-shot", "translate-then-answer demonstrations"))
    expected = hendrycks.translate_prompt(SUBJECT, [(ROW, ENGLISH)], ROW)
    assert few.replace("<4 more>\n\n", "") == expected
    quiz = found.pop(("HP-Quiz", "0-shot", "default"))
    assert quiz.startswith(f"{instructions['en']}\n\n<question>\nA. <option A>\n")
    assert quiz.endswith("\nAnswer: ")
    assert found == {
        ("TOFU", "0-shot", "models without a chat format"): "Question: <question>\nAnswer:"
    }


def test_table_5_is_exact_as_csv_and_has_every_line_in_print():
    instructions = read_instructions(ROOT / "config/prompts/hp_quiz.yaml")
    document, text = table05(instructions, CAPTION)
    rows = list(csv.DictReader(io.StringIO(text, newline="")))
    assert [tuple(row.values()) for row in rows] == prompts(instructions)
    printed = [row for group in document.grids[0].groups for row in group.rows]
    for row, written in zip(rows, printed, strict=True):
        lines = [written[2].text, *written[2].small]
        assert lines == [line for line in row["prompt"].split("\n") if line]
    assert "&lt;question&gt;" in markdown(document)
    assert r"\textless{}question\textgreater{}" in latex(document, "barrier")
