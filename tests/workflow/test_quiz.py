"""The rule of the quiz: made once, and anew when its wording changes; ours or the published one."""

import os
import subprocess
from pathlib import Path

import polars as pl
import yaml

from isogloss.corpora.hp_quiz import QUIZ
from isogloss.languages import QUIZ as LANGUAGES
from tests.workflow.project import ROOT, SNAKEMAKE

ITEMS = "results/barrier/quiz/items.parquet"


def make(folder: Path, config: dict[str, object], status: int = 0, **environment: str) -> str:
    """Run the rule in a folder of its own, to exit with `status`; return what Snakemake said."""
    settings = folder / "settings.yaml"
    settings.write_text(yaml.safe_dump(config), encoding="utf-8")
    command = [str(SNAKEMAKE), "-s", str(ROOT / "Snakefile"), "--directory", str(folder)]
    command += ["--cores", "1", "--nocolor", "--configfile", str(settings), "--", ITEMS]
    done = subprocess.run(command, capture_output=True, text=True, env=os.environ | environment)
    output = done.stdout + done.stderr
    assert done.returncode == status, output
    return output


def test_ours(tmp_path: Path) -> None:
    make(tmp_path, {})
    items = QUIZ.read(tmp_path / ITEMS)
    assert items.height == 16 * 300
    assert items["language"].unique(maintain_order=True).to_list() == list(LANGUAGES)
    before = (tmp_path / ITEMS).read_bytes()
    assert "Nothing to be done" in make(tmp_path, {})
    make(tmp_path, {"barrier": {"seed": 7}})
    assert (tmp_path / ITEMS).read_bytes() != before
    make(tmp_path, {"barrier": {"quiz": {"languages": ["hi"]}, "evaluate": []}})
    assert QUIZ.read(tmp_path / ITEMS).height == 300


def test_published(tmp_path: Path) -> None:
    """From the manifest's own data set, found in a mirror, to the table of questions."""
    mirror = tmp_path / "mirror/hp-quiz/published/data"
    mirror.mkdir(parents=True)
    for name, colour in (("English", "Black"), ("German", "Schwarz")):
        text = f"question,A,B,C,D,GT\nHarry Potter?,{colour},Blond,Rot,Braun,A\n"
        (mirror / f"{name}-00000.csv").write_text(text, encoding="utf-8")
    sources = {"mirror": str(tmp_path / "mirror")}
    barrier = {"quiz": {"take": "published", "languages": ["de", "en"]}, "evaluate": []}
    unset = {"ISOGLOSS_MIRROR": ""}
    refused = make(tmp_path, {"sources": sources, "barrier": barrier}, status=1, **unset)
    assert "`python -m isogloss.sources lock hp-quiz`" in refused
    make(tmp_path, {"sources": sources | {"unpinned": "accept"}, "barrier": barrier}, **unset)
    items = QUIZ.read(tmp_path / ITEMS)
    assert items.select("id", "language", "A", "answer").rows() == [
        ("0001", "de", "Schwarz", "A"),
        ("0001", "en", "Black", "A"),
    ]
    assert items.select(pl.col("topic").unique()).item() == "unknown"
