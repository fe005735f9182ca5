"""Corpora by the real workflow: translated by a server on loopback, mixed, and their shares."""

import csv
import hashlib
import json
import os
import shutil
import signal
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import polars as pl
import pytest
import yaml

from isogloss.translation.memory import load_all
from tests.translation_server import TranslationServer, translation
from tests.workflow.project import Project, changed

MIXES = ["english", "document", "sentence", "words", "collection"]
TABLE = "results/barrier/tables/shares.csv"
TOFU = [
    {
        "question": f"Who wrote the book number {i}?",
        "answer": f"Ana Lee wrote it. It is number {i}.",
    }
    for i in range(12)
]


def configuration(server: TranslationServer) -> dict[str, Any]:
    corpora = {
        "small": {"source": "demo-corpora", "file": "general.txt", "first": 15, "mixes": MIXES},
        "pairs": {"documents": "tofu", "source": "pairs", "file": "pairs.json",
                  "mixes": ["english", "document", "words"]},
    }  # fmt: skip
    return {
        "sources": {"manifest": "more.yaml"},
        "translation": {"provider": "libretranslate", "libretranslate": {"url": server.url}},
        "barrier": {
            "languages": ["en", "de", "es"],
            "corpora": corpora,
            "mixed": ["small", "pairs"],
            "selection": None,
            "mmlu": None,
            "evaluate": [],
        },
    }


@pytest.fixture(scope="module")
def running() -> Iterator[TranslationServer]:
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("NO_PROXY", "127.0.0.1")
        started = TranslationServer()
        yield started
        started.close()


@pytest.fixture
def server(running: TranslationServer) -> TranslationServer:
    """The server, which does as it should and has seen nothing."""
    running.always.clear()
    running.seen.clear()
    running.faults = 0.0
    return running


@pytest.fixture(scope="module")
def fresh(tmp_path_factory: pytest.TempPathFactory, running: TranslationServer) -> Project:
    """A project with its configuration, in which nothing has run; tests work on copies."""
    made = Project(tmp_path_factory.mktemp("fresh") / "project", configuration(running))
    text = "".join(json.dumps(row, separators=(",", ":")) + "\n" for row in TOFU)
    (made.folder / "resources/pairs.json").write_text(text)
    manifest = yaml.safe_load((made.folder / "resources/sources.yaml").read_text())
    sha256 = hashlib.sha256(text.encode()).hexdigest()
    entry = {"path": "resources/pairs.json", "sha256": sha256, "bytes": len(text)}
    manifest["pairs"] = {"title": "Pairs", "licence": "CC0-1.0", "files": {"pairs.json": entry}}
    (made.folder / "more.yaml").write_text(yaml.safe_dump(manifest))
    return made


@pytest.fixture
def project(fresh: Project, tmp_path: Path) -> Project:
    return fresh.copy(tmp_path / "project")


@pytest.fixture(scope="module")
def finished(fresh: Project, tmp_path_factory: pytest.TempPathFactory) -> Project:
    """The project after its first run, which must not be changed."""
    made = fresh.copy(tmp_path_factory.mktemp("finished") / "project")
    made.run(target=TABLE)
    return made


def corpora(project: Project) -> dict[str, bytes]:
    """Return the bytes of everything that was made of corpora."""
    paths = [*(project.folder / "results/corpora").rglob("*"),
             *(project.folder / "results/barrier/tables").iterdir()]  # fmt: skip
    return {
        path.relative_to(project.folder).as_posix(): path.read_bytes()
        for path in paths
        if path.is_file()
    }


def rows(project: Project) -> list[dict[str, str]]:
    with (project.folder / TABLE).open() as file:
        return list(csv.DictReader(file))


def english(project: Project, documents: int = 15) -> list[str]:
    lines = (
        (project.folder / "results/sources/demo-corpora/general.txt").read_text().splitlines(True)
    )
    kept, count = [], 0
    for line in lines:
        kept.append(line)
        count += bool(line.strip())
        if count == documents:
            return kept
    raise AssertionError(count)


def stored(project: Project) -> dict[tuple[str, str], str | None]:
    return {
        (entry.text, entry.target): entry.translation
        for entry in load_all(project.folder / "results/memory")
        if entry.answered
    }


def test_from_corpus_files_to_the_table_of_shares(finished, running):
    project = finished
    made = corpora(project)
    whole = english(project)
    assert made["results/corpora/small/english.txt"].decode() == "".join(whole)
    assert (
        made["results/corpora/pairs/english.json"]
        == (project.folder / "resources/pairs.json").read_bytes()
    )

    # By the server's rule, every unit of a document says which language it is in.
    documents = [line.strip() for line in whole if line.strip()]
    mixed = made["results/corpora/small/document.txt"].decode().splitlines()
    mixed = [line.strip() for line in mixed if line.strip()]
    assert len(mixed) == 15
    for line, document in zip(mixed, documents, strict=True):
        versions = {document, translation(document, "de"), translation(document, "es")}
        assert line in versions
    collection = made["results/corpora/small/collection.txt"].decode().splitlines()
    for document in documents:
        place = collection.index(document)
        assert collection[place + 1 : place + 3] == [
            translation(document, "de"),
            translation(document, "es"),
        ]
    pairs = [json.loads(x) for x in made["results/corpora/pairs/document.json"].splitlines()]
    assert len(pairs) == len(TOFU)
    for pair, record in zip(pairs, TOFU, strict=True):
        assert pair in [
            record,
            *({key: translation(text, to) for key, text in record.items()} for to in ("de", "es")),
        ]

    found = rows(project)
    assert [(r["corpus"], r["mix"]) for r in found if r["language"] == "en"] == [
        *(("small", mix) for mix in MIXES),
        ("pairs", "english"),
        ("pairs", "document"),
        ("pairs", "words"),
    ]
    for row in found:
        if row["p"]:
            assert float(row["low"]) <= float(row["share"]) <= float(row["high"])
            assert float(row["p_corrected"]) > 0.01
    documents_row = [r for r in found if (r["corpus"], r["mix"]) == ("pairs", "document")]
    assert sum(int(r["units"]) for r in documents_row) == len(TOFU)

    report = json.loads(made["results/corpora/small/words/report.json"])
    table = pl.read_parquet(project.folder / "results/corpora/small/words/translations.parquet")
    assert {code: count["units"] for code, count in report["languages"].items()} == dict(
        table.group_by("target").len().iter_rows()
    )
    assert all(count["failed"] == 0 for count in report["languages"].values())
    assert set(running.seen.values()) <= {1, 2}  # at most once for each language
    assert "Nothing to be done" in project.run("--dry-run", target=TABLE).stdout


def test_what_is_lost_is_made_again_without_a_request(finished, server, tmp_path):
    project = finished.copy(tmp_path / "project")
    before = corpora(project)
    for folder in ("corpora", "barrier"):
        shutil.rmtree(project.folder / "results" / folder)
    project.run(target=TABLE)
    assert not server.seen
    assert corpora(project) == before


def test_another_place_of_the_memory_and_of_the_server_runs_nothing(finished, server, tmp_path):
    project = finished.copy(tmp_path / "project")
    config = configuration(server)
    config["translation"] |= {
        "memory": "elsewhere",
        "jobs": 9,
        "libretranslate": {"url": "http://localhost:9"},
    }
    project.configure(config)
    assert "Nothing to be done" in project.run("--dry-run", target=TABLE).stdout


def test_an_added_language_asks_for_its_own_units_alone(project, server):
    target = "results/corpora/small/sentence.txt"
    project.configure(changed(configuration(server), ["barrier", "languages"], ["en", "de"]))
    project.run(target=target)
    german = stored(project)
    server.seen.clear()
    project.configure(configuration(server))
    project.run(target=target)
    added = stored(project).keys() - german.keys()
    assert added
    assert {language for _, language in added} == {"es"}
    assert set(server.seen) == {text for text, _ in added}


def test_a_killed_job_sends_only_what_is_missing(project, server):
    target = "results/corpora/small/words.txt"
    # Answers that are slow enough to be cut off.
    server.faults, server.random.choice = 0.3, lambda faults: "delay"
    with (project.folder / "log").open("w") as log:
        run = subprocess.Popen(
            project.command(target=target),
            cwd=project.folder,
            env=project.environment(),
            stdout=log,
            stderr=log,
        )
        while len(server.seen) < 25:
            assert run.poll() is None, (project.folder / "log").read_text()
            time.sleep(0.005)
        jobs = [
            int(pid)
            for pid in subprocess.run(
                ["pgrep", "-f", "translate_corpus.py"], capture_output=True, text=True
            ).stdout.split()
            if Path(f"/proc/{pid}/cwd").readlink() == project.folder
            and "python" in Path(f"/proc/{pid}/exe").readlink().name
        ]
        assert jobs
        for pid in jobs:
            os.kill(pid, signal.SIGKILL)
        assert run.wait(timeout=120) != 0
    kept = stored(project)
    assert len(kept) >= 15
    asked_before = dict(server.seen)
    server.seen.clear()
    project.run(target=target)
    everything = stored(project)
    missing = everything.keys() - kept.keys()
    assert missing
    assert set(server.seen) == {text for text, _ in missing}
    # Sent twice was only what was under way: four requests at a time.
    again = [text for text in server.seen if text in asked_before and text not in dict(kept)]
    assert len(again) <= 4
    assert all(text for text in everything.values())


def test_failed_units_stop_the_job_or_leave_out_their_documents(project, server):
    target = "results/corpora/pairs/document.json"
    project.run(target=target)
    lost = [
        row["answer"]
        for row, line in zip(TOFU, (project.folder / target).read_text().splitlines(), strict=True)
        if json.loads(line)["answer"] != row["answer"]
    ][:2]
    subprocess.run(
        ["rm", "-r", "results/memory", "results/corpora"], cwd=project.folder, check=True
    )
    server.always |= dict.fromkeys(lost, "400")
    stopped = project.run(target=target, check=False)
    assert stopped.returncode != 0
    assert "libretranslate: 2 of " in stopped.stdout
    assert "most often: HTTP status 400 (planned 400) (2, such as" in stopped.stdout
    assert "set translation.on_failure to leave-out" in stopped.stdout
    assert "Traceback" not in stopped.stdout

    project.configure(changed(configuration(server), ["translation", "on_failure"], "leave-out"))
    project.run(target=TABLE)
    kept = [json.loads(x)["question"] for x in (project.folder / target).read_text().splitlines()]
    assert len(kept) == len(TOFU) - 2
    row = next(r for r in rows(project) if (r["corpus"], r["mix"]) == ("pairs", "document"))
    assert (row["documents"], row["dropped"], row["missing"]) == ("10", "2", "2")
    report = project.folder / "results/corpora/pairs/document/report.json"
    counts = json.loads(report.read_text())["languages"].values()
    assert sum(count["failed"] for count in counts) == 2
