"""The rerun contract: change one thing, pay for that one thing (design, "The rerun contract")."""

import re

from tests.workflow.project import SMALL, Project, changed

REPORTS = {
    "make_table01",
    "make_table05",
    "make_table06",
    "make_table07",
    "make_table08",
    "make_table11",
    "compare_table01",
    "compare_table05",
    "compare_table06",
    "compare_table07",
    "compare_table08",
    "compare_table11",
    "make_figure_f1",
    "make_figure_gap",
    "make_figure_errors",
    "check_claims",
    "make_index",
}
QUESTIONS = SMALL["xmrc"]["questions"]
SHOTS = len(SMALL["xmrc"]["shots"])


def answers(log: str) -> tuple[int, int]:
    """Return how many answers a generation log counts as stored and as to be generated."""
    found = re.search(r"(\d+) answers in the store, (\d+) to generate", log)
    assert found, log
    return int(found[1]), int(found[2])


def test_nothing_is_to_be_done_after_a_run_nor_in_a_clone_elsewhere(finished, project):
    assert not finished.planned()
    assert not project.planned()


def test_touching_every_file_runs_nothing(project):
    for path in project.folder.rglob("*"):
        if path.is_file() and ".snakemake" not in path.parts:
            path.touch()
    assert not project.planned()


def edit(project: Project, file: str, old: str, new: str) -> None:
    path = project.folder / file
    text = path.read_text()
    assert text.count(old) == 1, f"{file} does not hold {old!r} once"
    path.write_text(text.replace(old, new))


def test_an_edited_metric_scores_again_but_generates_nothing(project):
    edit(project, "isogloss/metrics/squad.py", "return 2 * precision", "return 2.0 * precision")
    planned = project.planned()
    assert set(planned) == {"score", "export_predictions", "aggregate"} | REPORTS
    assert planned["score"] == 3


def test_an_edited_comment_runs_nothing(project):
    path = project.folder / "isogloss/metrics/squad.py"
    path.write_text(path.read_text() + "\n# A remark.\n")
    assert not project.planned()


def test_edited_drawing_code_draws_again_and_no_more(project):
    path = project.folder / "isogloss/reporting/figures/style.py"
    path.write_text(path.read_text() + "\nUNUSED = 1\n")
    assert set(project.planned()) == {
        "make_figure_f1",
        "make_figure_gap",
        "make_figure_errors",
        "make_figure10",
        "make_index",
    }


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


def test_another_bootstrap_starts_at_the_aggregation(project):
    project.configure(changed(SMALL, ["bootstrap", "samples"], 60))
    planned = set(project.planned())
    assert {"aggregate", "check_lingua"} <= planned
    assert not planned & {"score", "generate_transformers", "build_prompts"}


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


def test_an_added_model_runs_only_its_own_jobs(project):
    project.configure(changed(SMALL, ["xmrc", "models"], ["tiny-base", "tiny-chat"]))
    planned = project.planned()
    own = {"build_prompts", "generate_transformers", "score", "export_predictions"}
    assert set(planned) == own | {"train_tiny_chat", "aggregate"} | REPORTS
    assert all(planned[rule] == 1 for rule in own)
    dry = project.run("--dry-run").stdout
    assert re.findall(r"output: results/xmrc/responses/(\S+)\.parquet", dry) == ["tiny-chat"]


def test_a_removed_language_generates_nothing_and_leaves_no_predictions(project):
    predictions = project.folder / "results/xmrc/predictions/tiny-base"
    assert list(predictions.glob("*.th.*"))
    project.configure(changed(SMALL, ["xmrc", "languages"], ["en", "de"]))
    project.run(target="results/xmrc/predictions/tiny-base.json")
    assert answers(project.log("xmrc/generate_transformers/tiny-base.log"))[1] == 0
    assert list(predictions.glob("*.de.*"))
    assert not list(predictions.glob("*.th.*"))


def test_a_changed_prompt_generates_only_what_it_changes(project):
    edit(
        project,
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
