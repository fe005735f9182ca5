"""Jobs that a killed run left in Slurm's queue; tests/slurm has the real case."""

from types import SimpleNamespace

import pytest
from snakemake_executor_plugin_slurm.utils import get_job_wildcards

from isogloss.slurm import cancel_left_over, comment

SQUEUE = """#!/bin/sh
printf '%s\\n' '1|{here}|rule_score_wildcards_tiny' '2|{here}|rule_aggregate' \\
  '3|/elsewhere|rule_score_wildcards_tiny' '4|{here}|rule_score_wildcards_tiny-chat'
"""


@pytest.mark.parametrize("wildcards", [["tiny"], ["xquad", "a/b.json"], ["de", "en"]])
def test_a_job_is_noted_as_the_plugin_notes_it(wildcards):
    job = SimpleNamespace(wildcards=wildcards)
    assert comment("score", wildcards) == f"rule_score_wildcards_{get_job_wildcards(job)}"
    assert comment("aggregate", []) == "rule_aggregate"


def test_only_jobs_of_this_folder_that_make_the_same_are_cancelled(tmp_path, monkeypatch):
    """The queue does not empty, as of a node that hangs: that is waited for, but not for ever."""
    (tmp_path / "squeue").write_text(SQUEUE.format(here=tmp_path))
    (tmp_path / "scancel").write_text(f'#!/bin/sh\necho "$@" > {tmp_path}/cancelled\n')
    for name in ("squeue", "scancel"):
        (tmp_path / name).chmod(0o755)
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.setattr("isogloss.slurm.PATIENCE_SECONDS", 0)
    wanted = [comment("score", ["tiny"]), comment("aggregate", [])]
    assert cancel_left_over(tmp_path, wanted) == ["1", "2"]
    assert (tmp_path / "cancelled").read_text() == "1 2\n"


def test_without_slurm_nothing_is_left(tmp_path, monkeypatch):
    monkeypatch.setenv("PATH", str(tmp_path))
    assert cancel_left_over(tmp_path, ["rule_aggregate"]) == []
