"""The commands on both papers' configuration, and what they say of options that are wrong."""

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from tests.workflow.project import ROOT


def test_both_papers_are_planned_in_less_than_half_a_minute(tmp_path):
    began = os.times()
    done = subprocess.run(
        [sys.executable, "-m", "isogloss.plan", "--directory", str(tmp_path)],
        cwd=ROOT,
        env={key: value for key, value in os.environ.items() if not key.startswith("ISOGLOSS_")},
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, done.stderr
    ended = os.times()
    # Of the processor: what others run on the machine is no matter of this program.
    used = ended.children_user + ended.children_system
    assert used - began.children_user - began.children_system < 30
    promised = re.search(r"what would run: (\d+) jobs", (ROOT / "README.md").read_text())
    assert promised is not None
    assert re.search(rf"^all +{promised[1]} ", done.stdout, flags=re.MULTILINE), done.stdout
    for text in ("hours of NVIDIA A100; cost unknown", "18 models need their licence", "google"):
        assert text in done.stdout


@pytest.mark.parametrize("options", [["--nosuch"], ["--", "results/nosuch"], ["--profile", "no"]])
def test_options_that_snakemake_does_not_take_are_one_line(tmp_path: Path, options):
    done = subprocess.run(
        [sys.executable, "-m", "isogloss.plan", "--directory", str(tmp_path), *options],
        cwd=ROOT,
        capture_output=True,
        text=True,
    )
    assert done.returncode == 1
    assert done.stderr.startswith("error: ")
    assert "Traceback" not in done.stderr
