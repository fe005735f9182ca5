"""The rerun contract beside test_edits.py: what does not count, and what comes from the store."""

import re

from tests.workflow.project import SMALL, changed

QUESTIONS = SMALL["xmrc"]["questions"]
SHOTS = len(SMALL["xmrc"]["shots"])


def answers(log: str) -> tuple[int, int]:
    """Return how many answers a generation log counts as stored and as to be generated."""
    found = re.search(r"(\d+) answers in the store, (\d+) to generate", log)
    assert found, log
    return int(found[1]), int(found[2])


def test_an_edited_comment_runs_nothing(project):
    path = project.folder / "isogloss/metrics/squad.py"
    path.write_text(path.read_text() + "\n# A remark.\n")
    assert not project.planned()


def test_an_edited_engine_runs_its_own_models_only(project):
    path = project.folder / "isogloss/engines/control.py"
    path.write_text(path.read_text() + "\nUNUSED = 1\n")
    planned = project.planned()
    assert planned["generate_control"] == 2
    assert "generate_transformers" not in planned


def test_batch_size_store_and_mirror_are_no_parameters(project):
    config = changed(SMALL, ["generation"], {"batch_size": 16, "batch_tokens": 1000})
    project.configure(changed(config, ["sources"], {"mirror": str(project.folder)}))
    assert not project.planned()


def test_an_added_language_generates_only_its_own_prompts(project):
    before = project.log("xmrc/generate_transformers/tiny-base.log")
    assert answers(before) == (0, QUESTIONS * SHOTS * 5)
    project.configure(changed(SMALL, ["xmrc", "languages"], ["en", "de", "th", "es"]))
    planned = project.planned()
    assert planned["fetch_source"] == 1
    assert not set(planned) & {"train_tiny_base", "train_tiny_chat"}
    project.run(target="results/xmrc/cells.parquet")
    # Spanish comes in two settings: en-x and x-x.
    stored = QUESTIONS * SHOTS * 5
    after = project.log("xmrc/generate_transformers/tiny-base.log")
    assert answers(after) == (stored, QUESTIONS * SHOTS * 2)


def test_a_removed_language_generates_nothing_and_leaves_no_predictions(project):
    predictions = project.folder / "results/xmrc/predictions/tiny-base"
    assert list(predictions.glob("*.th.*"))
    project.configure(changed(SMALL, ["xmrc", "languages"], ["en", "de"]))
    project.run(target="results/xmrc/predictions/tiny-base.json")
    assert answers(project.log("xmrc/generate_transformers/tiny-base.log"))[1] == 0
    assert list(predictions.glob("*.de.*"))
    assert not list(predictions.glob("*.th.*"))


def test_a_changed_prompt_generates_only_what_it_changes(project):
    project.edit(
        "config/prompts/xmrc.yaml",
        '- demonstrations: "Context: {context}\\nQuestion: {question}\\nAnswer: {answer}"\n'
        '  - task: "Your task starts here:"\n'
        '  - body: "Context: {context}\\nQuestion: {question}"\n\nv2:',
        '- demonstrations: "Text: {context}\\nQuestion: {question}\\nAnswer: {answer}"\n'
        '  - task: "Your task starts here:"\n'
        '  - body: "Context: {context}\\nQuestion: {question}"\n\nv2:',
    )
    project.run(target="results/xmrc/cells.parquet")
    # Demonstrations are in the 2-shot prompts alone: half of all.
    log = project.log("xmrc/generate_transformers/tiny-base.log")
    assert answers(log) == (QUESTIONS * 5, QUESTIONS * 5)
