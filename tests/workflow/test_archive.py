"""The archive: valid, the same each time, and enough to score and plot again without a network."""

import json
import re
import shutil
import subprocess
import sys
import zipfile
from pathlib import Path
from typing import Any

import pytest

from isogloss.archive.config import RESOLVED
from isogloss.code_hash import code_hash
from isogloss.sources.content import content_of
from tests.workflow.project import ROOT, TARGET, Project

VALIDATOR = ROOT / ".venv-crate/bin/python"
# No interface but a loopback that is down; as root, or with a user namespace of its own.
NO_NETWORK = ["unshare", "--map-root-user", "--net"]
# Recommendations that the archive does not follow, and why.
NOT_FOLLOWED = {
    "process-run-crate-0.5_3.2": "scripts have no home page",
    "process-run-crate-0.5_5.1": "scripts are files of the archive, not addresses",
    "process-run-crate-0.5_8.4": "times would make the archive differ between equal runs",
    "process-run-crate-0.5_8.6": "who ran the jobs is not recorded",
    "ro-crate-1.1_22.3": "who publishes the archive is not known when it is made",
    "ro-crate-1.1_31.2": "the authors have no home page",
}


def pack(project: Project, output: Path, *options: str) -> "subprocess.CompletedProcess[str]":
    command = [sys.executable, "-m", "isogloss.archive", *options, "--output", str(output)]
    return subprocess.run(command, cwd=project.folder, capture_output=True, text=True)


def unpack(archive: Path, folder: Path) -> Project:
    """Return the archive's content in an empty folder, as a project with its own configuration."""
    with zipfile.ZipFile(archive) as content:
        content.extractall(folder)
    unpacked = object.__new__(Project)
    unpacked.folder = folder
    shutil.copyfile(folder / RESOLVED, folder / "small.yaml")
    return unpacked


def without_network(project: Project, *arguments: str) -> str:
    done = subprocess.run(
        [*NO_NETWORK, *project.command(*arguments)],
        cwd=project.folder,
        # Nor a mirror or a GPU.
        env=project.environment() | {"ISOGLOSS_MIRROR": "", "CUDA_VISIBLE_DEVICES": ""},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )
    assert done.returncode == 0, done.stdout[-6000:]
    return done.stdout


@pytest.fixture(scope="module")
def packed(
    finished: Project, tmp_path_factory: pytest.TempPathFactory
) -> tuple[Project, Path, dict[str, Any]]:
    """The finished small project, its archive, and the entities of its description by name."""
    folder = tmp_path_factory.mktemp("archive")
    project = finished.copy(folder / "project")
    for name in ("CITATION.cff", "README.md", "LICENSE"):
        shutil.copy(ROOT / name, project.folder)
    shutil.copytree(ROOT / "requirements", project.folder / "requirements")
    archive = folder / "small.crate.zip"
    done = pack(project, archive, "--configfile", "small.yaml")
    assert done.returncode == 0, done.stderr
    with zipfile.ZipFile(archive) as content:
        graph = json.loads(content.read("ro-crate-metadata.json"))["@graph"]
    return project, archive, {entity["@id"]: entity for entity in graph}


def validate(archive: Path, *options: str) -> dict[str, Any]:
    done = subprocess.run(
        [
            *NO_NETWORK,
            str(VALIDATOR),
            str(ROOT / "tests/validate_crate.py"),
            str(archive),
            *options,
        ],
        capture_output=True,
        text=True,
    )
    assert done.stdout, done.stderr
    report: dict[str, Any] = json.loads(done.stdout)
    return report


def test_the_network_is_really_cut():
    code = "import socket; socket.create_connection(('192.0.2.1', 80), timeout=5)"
    done = subprocess.run([*NO_NETWORK, sys.executable, "-c", code], capture_output=True, text=True)
    assert "Network is unreachable" in done.stderr


def test_the_validator_finds_all_that_is_required_and_what_is_recommended(packed):
    _, archive, _ = packed
    required = validate(archive)
    assert required["checks"] > 80
    assert required["failed"] == []
    recommended = validate(archive, "--severity", "RECOMMENDED")
    assert recommended["checks"] > required["checks"]
    assert {identifier for identifier, _ in recommended["failed"]} == set(NOT_FOLLOWED)


def test_the_validator_finds_a_missing_file(packed, tmp_path):
    _, archive, _ = packed
    broken = tmp_path / "broken.zip"
    with zipfile.ZipFile(archive) as whole, zipfile.ZipFile(broken, "w") as part:
        for name in whole.namelist():
            if name != "results/xmrc/cells.parquet":
                part.writestr(name, whole.read(name))
    messages = " ".join(message for _, message in validate(broken)["failed"])
    assert "results/xmrc/cells.parquet" in messages


def test_unpacked_without_network_nothing_is_to_be_done_and_scores_come_out_the_same(
    packed, tmp_path
):
    project, archive, _ = packed
    unpacked = unpack(archive, tmp_path / "elsewhere")
    assert "Nothing to be done" in without_network(unpacked, "--dry-run")
    assert unpacked.tables() == project.tables()
    results = unpacked.folder / "results"
    for folder in ("xmrc/scores", "xmrc/tables", "xmrc/figures", "xmrc/predictions", "tables"):
        shutil.rmtree(results / folder)
    for name in ("cells", "replicates"):
        (results / f"xmrc/{name}.parquet").unlink()
    ran = without_network(unpacked)
    assert "rule score:" in ran
    assert "rule make_figure_f1:" in ran
    for rule in ("generate_", "answer_", "train_", "fetch_", "build_prompts", "translate_"):
        assert f"rule {rule}" not in ran
    tables = unpacked.tables()
    assert any(name.endswith(".svg") for name in tables)
    assert tables == project.tables()
    # The archive of what was made anew is the archive it was made from.
    (unpacked.folder / "small.yaml").write_bytes((project.folder / "small.yaml").read_bytes())
    again = tmp_path / "again.zip"
    done = pack(unpacked, again, "--configfile", "small.yaml")
    assert done.returncode == 0, done.stderr
    assert again.read_bytes() == archive.read_bytes()


def test_unpacked_files_have_the_listed_checksums(packed, tmp_path):
    _, archive, entities = packed
    with zipfile.ZipFile(archive) as content:
        content.extractall(tmp_path)
    subprocess.run(
        ["sha256sum", "--check", "--strict", "--quiet", "checksums.sha256"],
        cwd=tmp_path,
        check=True,
    )
    listed_files = (tmp_path / "checksums.sha256").read_text().count("\n")
    unlisted = {tmp_path / "checksums.sha256", tmp_path / "ro-crate-metadata.json"}
    assert listed_files == sum(path.is_file() for path in tmp_path.rglob("*")) - len(unlisted)
    responses = "results/xmrc/responses/tiny-base.parquet"
    content = content_of(tmp_path / responses)
    assert entities[responses]["sha256"] == content.sha256
    assert entities[responses]["contentSize"] == str(content.bytes)


def test_a_table_can_be_traced_to_the_data_and_the_code(packed):
    project, _, entities = packed
    actions = [
        entity
        for entity in entities.values()
        if entity["@type"] == "CreateAction" and "workflow/scripts" in str(entity["instrument"])
    ]

    def maker(name: str) -> dict[str, Any]:
        made = [action for action in actions if {"@id": name} in listed(action["result"])]
        assert len(made) == 1, name
        return made[0]

    table = maker("results/xmrc/tables/table01.csv")
    assert table["instrument"] == {"@id": "workflow/scripts/make_table.py"}
    values = {
        entities[used["@id"]]["name"]: entities[used["@id"]]["value"]
        for used in table["object"]
        if used["@id"].startswith("#value")
    }
    script = project.folder / "workflow/scripts/make_table.py"
    assert values["code"] == code_hash(script, project.folder)
    assert values["table"] == "table01"
    assert json.loads(values["options"])
    # From the table back to the files that nothing made: data, templates, captions.
    waiting, origins = ["results/xmrc/tables/table01.csv"], set()
    while waiting:
        used = [entry["@id"] for entry in listed(maker(waiting.pop())["object"])]
        for name in used:
            if name.startswith("results/"):
                waiting.append(name)
            elif not name.startswith("#"):
                origins.add(name)
    assert "resources/demo/xquad/xquad.th.json" in origins
    assert "config/prompts/xmrc.yaml" in origins
    assert "workflow/report/table01.rst" in origins
    data = entities["results/sources/xquad-demo/xquad.th.json"]
    assert entities[data["isBasedOn"]["@id"]]["license"]
    environment = entities["workflow/scripts/score.py"]["softwareRequirements"]
    assert environment == {"@id": "envs/scores.yaml"}


def listed(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [value]


def test_no_place_on_the_machine_is_in_it(packed):
    project, archive, _ = packed
    with zipfile.ZipFile(archive) as content:
        for name in content.namelist():
            assert str(project.folder.parent).encode() not in content.read(name), name
        assert {entry.date_time for entry in content.infolist()} == {(1980, 1, 1, 0, 0, 0)}
        names = content.namelist()
    results = [name for name in names if name.startswith("results/")]
    assert not [name for name in results if name.endswith(".safetensors") or "results/log" in name]
    # The project's own weights ship with it.
    assert "resources/lab/model/model.safetensors" in names


def test_weights_are_packed_when_asked_for(packed, tmp_path):
    project, archive, _ = packed
    heavy = tmp_path / "heavy.zip"
    assert pack(project, heavy, "--configfile", "small.yaml", "--weights").returncode == 0
    with zipfile.ZipFile(heavy) as more, zipfile.ZipFile(archive) as less:
        added = set(more.namelist()) - set(less.namelist())
    assert "results/models/tiny-base/model.safetensors" in added
    assert all(name.startswith("results/models/tiny-base/") for name in added)


def test_a_run_that_is_not_finished_or_not_whole_is_not_packed(packed, tmp_path):
    project, _, _ = packed
    changed = project.copy(tmp_path / "changed")
    table = "results/xmrc/tables/table01.csv"
    (changed.folder / table).unlink()
    none = tmp_path / "none.zip"
    done = pack(changed, none, "--configfile", "small.yaml")
    assert done.returncode == 1
    assert re.search(r"1 of \d+ files were deleted", done.stderr)
    assert f"`snakemake --configfile small.yaml -- {table}`" in done.stderr
    style = changed.folder / "isogloss/reporting/figures/style.py"
    style.write_text(style.read_text() + "\nUNUSED = 1\n")
    done = pack(changed, none, "--configfile", "small.yaml")
    assert done.returncode == 1
    # Four figures, the page that shows them, and for that the table.
    assert re.search(r"6 of \d+ jobs have to run first, such as make_figure", done.stderr)
    assert f"`snakemake --configfile small.yaml -- {TARGET}`" in done.stderr
    assert not none.exists()


def test_snakemakes_words_say_what_is_wrong_with_the_options(packed, tmp_path):
    project, _, _ = packed
    done = pack(project, tmp_path / "none.zip", "--configfile", "missing.yaml")
    assert done.returncode == 1
    assert "missing.yaml" in done.stderr
    assert "Traceback" not in done.stderr
