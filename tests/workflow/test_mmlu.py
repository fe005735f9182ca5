"""MMLU by the real workflow: from an archive, translated by a server on loopback, to the layout.

The questions are made up; files, subjects and rows a subject's demonstrations are as in MMLU.
"""

import csv
import hashlib
import io
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import polars as pl
import pytest
import yaml

from isogloss.corpora.mmlu import QUESTIONS, TEXTS
from isogloss.corpora.mmlu_demonstrations import DEMONSTRATIONS
from isogloss.corpora.mmlu_subjects import SUBJECTS
from isogloss.translation.quality.frames import BACK, MEASURED
from isogloss.translation.tables import TRANSLATIONS
from tests.archives import data_set, sha256, tar_of
from tests.translation_server import TranslationServer, translation
from tests.workflow.project import Project, changed

ROWS = {"test": 2, "dev": 5}
LANGUAGES = ["de", "es"]
FOLDER = "results/barrier/mmlu"
TARGETS = [
    f"{FOLDER}/demonstrations.parquet",
    f"{FOLDER}/layout.json",
    "results/barrier/tables/mmlu.csv",
    "results/barrier/tables/quality-mmlu.csv",
]


def question(subject: str, split: str, number: int) -> list[str]:
    name = subject.replace("_", " ")
    start = f"Which statement on {name} is right, of the {split} questions number {number}?"
    options = [str(number), "Paris", f"The first of {name}, number {number}", f"All of {name}"]
    return [start, *options, "ABCD"[number % 4]]


def archive() -> bytes:
    files = {}
    for split, rows in ROWS.items():
        for subject in SUBJECTS:
            text = io.StringIO()
            csv.writer(text, lineterminator="\n").writerows(
                question(subject, split, number) for number in range(rows)
            )
            files[f"data/{split}/{subject}_{split}.csv"] = text.getvalue().encode()
    return tar_of(files)


@pytest.fixture(scope="module")
def running() -> Iterator[TranslationServer]:
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("NO_PROXY", "127.0.0.1")
        patch.delenv("ISOGLOSS_MIRROR", raising=False)
        started = TranslationServer()
        started.answers["Paris"] = "Paris"
        yield started
        started.close()


def configuration(server: TranslationServer, mirror: Path) -> dict[str, Any]:
    return {
        "sources": {"mirror": str(mirror), "manifest": "more.yaml"},
        "translation": {
            "provider": "libretranslate",
            "libretranslate": {"url": server.url},
            "quality": {"back_translations": 20, "detect": 50},
        },
        "barrier": {
            "corpora": {
                "small": {"source": "demo-corpora", "file": "general.txt", "mixes": ["english"]}
            },
            "mixed": ["small"],
            "evaluate": [],
            "embeddings": None,
            "selection": None,
            "mmlu": {
                "source": "mini",
                "languages": LANGUAGES,
                "variants": ["full", "gt", "onewrong"],
            },
        },
    }


@pytest.fixture(scope="module")
def finished(tmp_path_factory: pytest.TempPathFactory, running: TranslationServer) -> Project:
    """The project after its first run, which must not be changed."""
    mirror = tmp_path_factory.mktemp("mirror")
    data = archive()
    (mirror / "data.tar").write_bytes(data)
    made = Project(tmp_path_factory.mktemp("finished") / "project", configuration(running, mirror))
    manifest = yaml.safe_load((made.folder / "resources/sources.yaml").read_text())
    manifest["mini"] = data_set(
        archive={
            **{"url": "http://127.0.0.1:9/data.tar", "mirror": "data.tar"},
            **{"sha256": sha256(data), "bytes": len(data)},
        },
        folders={
            split: {"take": f"data/{split}/*_{split}.csv", "mirror": f"mini/{split}", "count": 57}
            for split in ROWS
        },
    )
    (made.folder / "more.yaml").write_text(yaml.safe_dump(manifest))
    run(made)
    return made


@pytest.fixture
def project(finished: Project, tmp_path: Path) -> Project:
    return finished.copy(tmp_path / "project")


def run(project: Project, *arguments: str, check: bool = True) -> str:
    return project.run(*arguments, *TARGETS[1:], target=TARGETS[0], check=check).stdout


def planned(project: Project) -> set[str]:
    output = run(project, "--quiet", "rules", "--dry-run")
    return set() if "Nothing to be done" in output else set(output.split())


def change(project: Project, path: list[str], value: Any) -> None:
    config = yaml.safe_load((project.folder / "small.yaml").read_text())
    project.configure(changed(config, path, value))


def outputs(project: Project) -> dict[str, str]:
    folder = project.folder / "results/barrier"
    return {
        path.relative_to(folder).as_posix(): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in sorted(folder.rglob("*"))
        if path.is_file()
    }


def test_every_text_is_the_servers(finished, running):
    questions = QUESTIONS.read(finished.folder / f"{FOLDER}/questions.parquet")
    assert len(questions) == 57 * (2 + 5) * (1 + 3 * 2)
    for row in questions.rows(named=True):
        source = question(row["subject"], row["split"], row["number"])
        assert row["answer"] == source[5]
        for name, language, text in zip(TEXTS, row["languages"], source, strict=False):
            same = language == "en" or text == "Paris" or text.isdigit()
            assert row[name] == (text if same else translation(text, language))
    table = TRANSLATIONS.read(finished.folder / f"{FOLDER}/translations.parquet")
    assert dict(table.group_by("status").len().iter_rows())["unchanged"] == 2
    assert running.seen["Paris"] == 2


def test_the_layout_is_there_and_is_its_manifest(finished):
    hashes = json.loads((finished.folder / f"{FOLDER}/layout.json").read_text())
    assert len(hashes) == 57 * 2 * (1 + 3 * 2)
    for name, expected in hashes.items():
        data = (finished.folder / FOLDER / "layout" / name).read_bytes()
        assert hashlib.sha256(data).hexdigest() == expected
    with (finished.folder / FOLDER / "layout/dev/virology_dev.csv").open(newline="") as file:
        assert list(csv.reader(file)) == [question("virology", "dev", n) for n in range(5)]


def test_demonstrations_are_five_of_each(finished):
    shown = DEMONSTRATIONS.read(finished.folder / f"{FOLDER}/demonstrations.parquet")
    counts = dict(shown.group_by("kind").len().iter_rows())
    assert counts == {"english": 285, "same-bias": 285 * 6}
    assert (finished.folder / f"{FOLDER}/short.csv").read_text().count("\n") == 1


def test_tables_and_quality(finished):
    with (finished.folder / "results/barrier/tables/mmlu.csv").open() as file:
        rows = list(csv.DictReader(file))
    assert [row["rows"] for row in rows] == ["114", "285"] + ["114"] * 6 + ["285"] * 6
    folder = finished.folder / "results/barrier/quality/mmlu"
    measured = MEASURED.read(folder / "measured.parquet")
    assert measured["target"].to_list() == LANGUAGES
    assert measured["unchanged"].to_list() == [1, 1]
    back = BACK.read(folder / "back.parquet")
    assert set(back["status"]) == {"translated"}
    assert len(back) == 40
    page = (finished.folder / "results/barrier/tables/quality-mmlu.md").read_text()
    # Words turned round are in no language that Lingua knows.
    assert "libretranslate, English to German: in the target language" in page


def test_again_nothing_is_to_be_done(project, running):
    asked = sum(running.seen.values())
    before = outputs(project)
    assert planned(project) == set()
    (project.folder / f"{FOLDER}/questions.parquet").touch()
    assert planned(project) == set()
    assert outputs(project) == before
    assert sum(running.seen.values()) == asked


def test_an_added_language_asks_for_its_own_texts_alone(project, running):
    table = TRANSLATIONS.read(project.folder / f"{FOLDER}/translations.parquet")
    asked = sum(running.seen.values())
    change(project, ["barrier", "mmlu", "languages"], [*LANGUAGES, "zh"])
    run(project)
    units = len(table.filter(target="de"))
    assert sum(running.seen.values()) - asked == units + 20  # 20 of them back
    again = TRANSLATIONS.read(project.folder / f"{FOLDER}/translations.parquet")
    assert again.filter(pl.col("target") != "zh").equals(table)


def test_a_threshold_makes_one_page_anew(project, running):
    change(project, ["translation", "quality", "thresholds"], {"in_target": [0.0, None]})
    assert {x for x in planned(project) if x.startswith(("make", "report", "build"))} == {
        "make_quality_mmlu"
    }


def test_the_released_layout_is_input(project, running, tmp_path):
    """What was exported, taken as published: the same questions, without a request."""
    before = QUESTIONS.read(project.folder / f"{FOLDER}/questions.parquet")
    layout = tmp_path / "published"
    (project.folder / FOLDER / "layout").rename(layout)
    asked = sum(running.seen.values())
    config = yaml.safe_load((project.folder / "small.yaml").read_text())
    mmlu = config["barrier"]["mmlu"] | {"take": "published", "folder": str(layout)}
    change(project, ["barrier", "mmlu"], mmlu)
    project.run(target=f"{FOLDER}/questions.parquet")
    questions = QUESTIONS.read(project.folder / f"{FOLDER}/questions.parquet")
    keys = ["split", "variant", "language", "subject", "number"]
    drop = ["languages"]
    assert questions.drop(drop).sort(keys).equals(before.drop(drop).sort(keys))
    assert sum(running.seen.values()) == asked
    # Its files are compared one by one.
    path = layout / "test_full_de/virology_test.csv"
    path.write_text(path.read_text().replace(",A\n", ",B\n"))
    failed = project.run(target=f"{FOLDER}/questions.parquet", check=False)
    assert failed.returncode == 1
    assert "test_full_de: its questions or answers are not those of" in failed.stdout


def test_a_failed_text_stops_the_job_or_leaves_its_questions_out(project, running):
    text = question("virology", "test", 0)[0]
    running.always[text] = "400"
    try:
        change(project, ["barrier", "mmlu", "languages"], ["zh"])
        change(project, ["translation", "on_failure"], "leave-out")
        run(project)
    finally:
        running.always.clear()
    left_out = pl.read_csv(project.folder / f"{FOLDER}/left_out.csv").filter(left_out=1)
    assert left_out.select("split", "variant", "language").rows() == [("test", "full", "zh")]
