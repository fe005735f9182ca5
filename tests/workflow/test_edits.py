"""The rerun contract over the whole workflow: for each edit, the exact jobs that must run.

Each expectation follows from what a job reads: files, settings and code. A job whose inputs are
made anew counts as one that runs, though answers that are stored cost it nothing.
"""

import shutil
from collections.abc import Callable, Iterable
from typing import Any

import pytest

from tests.workflow.project import Project, changed
from tests.workflow.whole import WHOLE, jobs_to_run

Edit = Callable[[Project], None]


def of(names: Iterable[str], *rules: str) -> set[str]:
    """Return the jobs of `rules` whose wildcard is one of `names`."""
    return {f"{rule} {name}" for rule in rules for name in names}


MODELS = WHOLE["xmrc"]["models"]
CONTROLS = [f"control-{kind}" for kind in WHOLE["xmrc"]["controls"]]
EVERYONE = [*MODELS, *CONTROLS]

# The page that shows everything is made anew for any of its parts.
PAGE = {"make_index"}
TABLES = ("table01", "table05", "table06", "table07", "table08", "table11")
FIGURES = {"make_figure_f1", "make_figure_gap", "make_figure_errors"}
REPORTS = {f"{verb}_{table}" for verb in ("make", "compare") for table in TABLES}
REPORTS |= {"check_claims"} | FIGURES | PAGE
# How far the detection of languages can be trusted, on the items themselves.
LINGUA = {"check_lingua", "make_lingua_table"}

BARRIER_FIGURES = {
    f"make_barrier_figure{number}" for number in ("03", "04", "05", "06", "07", "09", "15", "18")
}
BARRIER_REPORTS = {
    f"make_barrier_{table}"
    for table in ("table02", "table03", "table08", "barrier", "comparisons", "letters")
}
BARRIER_REPORTS |= {"check_barrier_claims"} | BARRIER_FIGURES | PAGE
EMBEDDINGS_FIGURES = {"make_barrier_figure02", "make_barrier_figure17"}
ALL_FIGURES = FIGURES | BARRIER_FIGURES | EMBEDDINGS_FIGURES
ALL_FIGURES |= {"make_figure10", "make_figure_loss"}


def scored(names: Iterable[str]) -> set[str]:
    """Return the jobs from scoring on, where the answers of `names` are scored anew."""
    return of(names, "score", "export_predictions") | {"aggregate"} | REPORTS


def answered(names: Iterable[str]) -> set[str]:
    """Return the jobs from answering on."""
    controls = [name.removeprefix("control-") for name in names if name in CONTROLS]
    models = [name for name in names if name not in CONTROLS]
    answers = of(models, "generate_transformers") | of(controls, "generate_control")
    return answers | scored(names)


def asked(names: Iterable[str]) -> set[str]:
    """Return the jobs from writing prompts on."""
    return of(names, "build_prompts") | answered(names)


def setting(*path: str, value: Any) -> Edit:
    return lambda project: project.configure(changed(WHOLE, path, value))


def text(file: str, old: str, new: str) -> Edit:
    return lambda project: project.edit(file, old, new)


def touch_everything(project: Project) -> None:
    for path in project.folder.rglob("*"):
        if path.is_file() and ".snakemake" not in path.parts:
            path.touch()


EDITS: dict[str, tuple[Edit, set[str]]] = {
    "a new model": (
        setting("xmrc", "models", value=[*MODELS, "tiny-chat"]),
        {"train_tiny_chat"} | asked(["tiny-chat"]),
    ),
    # Each prompt file holds all languages; those of the others have their answers in the store.
    "a new language": (
        setting("xmrc", "languages", value=["en", "de", "th", "es"]),
        {"fetch_source xquad-demo xquad.es.json", "build_items"} | asked(EVERYONE) | LINGUA,
    ),
    "a removed language": (
        setting("xmrc", "languages", value=["en", "de"]),
        {"build_items"} | asked(EVERYONE) | LINGUA,
    ),
    "a changed prompt": (
        text("config/prompts/xmrc.yaml", "Below is a reading", "This is a reading"),
        asked(EVERYONE),
    ),
    # Controls decode nothing.
    "texts that end an answer": (
        setting("xmrc", "decoding", "stop", value=["\n"]),
        answered(MODELS),
    ),
    # Prompts, too: whether one is too long depends on the room that its answer takes.
    "the answers' length": (
        setting("xmrc", "decoding", "max_new_tokens", value=6),
        asked(MODELS),
    ),
    "a metric": (
        text("isogloss/metrics/squad.py", "return 2 * precision", "return 2.0 * precision"),
        scored(EVERYONE),
    ),
    # One script draws all figures of a study.
    "the drawing of a figure": (
        text("isogloss/reporting/figures/gap.py", "TITLE = ", "SUBTITLE = ''\nTITLE = "),
        FIGURES | PAGE,
    ),
    "a colour": (
        text("isogloss/reporting/figures/style.py", '"#0072B2"', '"#0000B2"'),
        ALL_FIGURES | PAGE,
    ),
    # The table of embeddings has intervals of its own, over texts; its figures have none.
    "the bootstrap": (
        setting("bootstrap", "samples", value=60),
        {"aggregate", "aggregate_barrier", "make_barrier_embeddings"}
        | REPORTS
        | LINGUA
        | BARRIER_REPORTS,
    ),
    "where data are looked for first": (setting("sources", "mirror", value="elsewhere"), set()),
    "a touch of every file": (touch_everything, set()),
}


@pytest.fixture(scope="module")
def whole(finished: Project, tmp_path_factory: pytest.TempPathFactory) -> Project:
    """The whole project after a run, which has made what the small one lacks."""
    project = finished.copy(tmp_path_factory.mktemp("whole") / "project")
    project.configure(WHOLE)
    project.run()
    return project


@pytest.mark.parametrize("name", EDITS)
def test_an_edit_runs_what_depends_on_it_and_no_more(whole, tmp_path, name):
    edit, expected = EDITS[name]
    project = whole.copy(tmp_path / "project")
    edit(project)
    assert jobs_to_run(project) == expected


def test_a_new_clone_takes_over_the_results(whole, tmp_path):
    clone = Project(tmp_path / "clone", WHOLE)
    touch_everything(clone)  # as a checkout of now
    before = whole.copy(tmp_path / "before").folder
    for name in ("results", ".snakemake/metadata"):  # the README's
        (clone.folder / name).parent.mkdir(exist_ok=True)
        shutil.move(before / name, clone.folder / name)
    assert jobs_to_run(clone) == set()
