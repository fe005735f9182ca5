"""vLLM (CPU build) and transformers give the same greedy answers, by the workflow's own scripts."""

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import polars as pl
import pytest

from isogloss.engines.respond import RESPONSES
from isogloss.models import write_manifest
from isogloss.xmrc.prompts import PROMPTS
from tests.demo import RECIPE, ROOT, model_prompts

NEW_TOKENS = 24
STOP = ["\nContext:", "\nQuestion:"]
OPTIONS = {
    "max_new_tokens": NEW_TOKENS,
    "stop": STOP,
    "dtype": "float32",
    "trust_remote_code": False,
}
NEAR_TIE = 1e-3  # difference of logits, far above the rounding of float32
# The script with small chunks, so that there is something to lose in the middle.
IN_SMALL_CHUNKS = """
import runpy, sys
from isogloss.engines import vllm_engine
vllm_engine.CHUNK = 32
sys.argv = sys.argv[1:]
runpy.run_path(sys.argv[0], run_name="__main__")
"""


@pytest.fixture(scope="session")
def vllm_python() -> str:
    python = os.environ.get("ISOGLOSS_TEST_VLLM_PYTHON") or str(ROOT / ".venv-vllm/bin/python")
    assert Path(python).exists(), f"{python} is missing: run `make .venv-vllm/stamp`"
    return python


class Job:
    """Prompts for one tiny model in a folder, and the scripts that answer them."""

    def __init__(self, model: Path, folder: Path, *, chat: bool):
        self.model, self.folder = model, folder
        prompts = model_prompts(model, chat=chat, max_new_tokens=NEW_TOKENS)
        self.prompts = prompts.filter(~pl.col("excluded")).unique("text", maintain_order=True)[::2]
        PROMPTS.write(self.prompts, folder / "prompts.parquet")
        write_manifest(model, folder / "manifest.json", {})

    def command(self, engine: str, *extra: str) -> list[str]:
        script = ROOT / f"workflow/scripts/generate_{engine}.py"
        files = {
            "--prompts": "prompts.parquet",
            "--manifest": "manifest.json",
            "--store": "store",
            "--output": f"{engine}.parquet",
        }
        paths = [part for name, file in files.items() for part in (name, str(self.folder / file))]
        options = ["--folder", str(self.model), "--options", json.dumps(OPTIONS)]
        return [str(script), *paths, *options, *extra]

    def start(self, python: str, *arguments: str) -> "subprocess.Popen[str]":
        return subprocess.Popen(
            [python, *arguments],
            env=os.environ | {"PYTHONPATH": str(ROOT), "OMP_NUM_THREADS": "1"},
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )

    def finish(self, process: "subprocess.Popen[str]") -> str:
        """Wait for a job that must succeed; return its log, which is all on stderr."""
        output, log = process.communicate(timeout=300)
        assert process.returncode == 0, log
        assert output == ""
        return log

    def vllm(self) -> list[str]:
        return self.command("vllm", "--context-length", str(RECIPE.context_length), "--gpus", "0")

    def transformers(self) -> pl.DataFrame:
        limits = ["--gpus", "0", "--batch-size", "16", "--batch-tokens", "32768", "--threads", "1"]
        self.finish(self.start(sys.executable, *self.command("transformers", *limits)))
        return RESPONSES.read(self.folder / "transformers.parquet")

    def records(self) -> int:
        """Return how many answers are in the store."""
        return sum(path.read_bytes().count(b"\n") for path in self.folder.rglob("*.jsonl"))


@pytest.fixture(scope="module")
def base(tiny_base, tmp_path_factory):
    return Job(tiny_base, tmp_path_factory.mktemp("base"), chat=False)


@pytest.fixture(scope="module")
def chat(tiny_chat, tmp_path_factory):
    return Job(tiny_chat, tmp_path_factory.mktemp("chat"), chat=True)


def top_two(model: Path, prompt: dict[str, object], ids: list[int]) -> tuple[set[int], float]:
    """Return the two likeliest tokens after prompt and `ids`, and the gap of their logits."""
    import torch
    from transformers import AutoModelForCausalLM, AutoTokenizer

    special = prompt["add_special_tokens"]
    start = AutoTokenizer.from_pretrained(model).encode(prompt["text"], add_special_tokens=special)
    network = AutoModelForCausalLM.from_pretrained(model, dtype=torch.float32)
    with torch.inference_mode():
        top = network(input_ids=torch.tensor([start + ids])).logits[0, -1].topk(2)
    return set(top.indices.tolist()), float(top.values[0] - top.values[1])


def first_difference(ours: list[int], theirs: list[int]) -> int:
    pairs = enumerate(zip(ours, theirs, strict=False))
    return next((i for i, (a, b) in pairs if a != b), min(len(ours), len(theirs)))


def compare(job: Job) -> pl.DataFrame:
    """Check both engines' answers against each other; return vLLM's."""
    theirs, ours = RESPONSES.read(job.folder / "vllm.parquet"), job.transformers()
    assert job.prompts.height >= 200
    assert theirs["completion"].n_unique() > 20  # the model does not repeat one text
    rows = zip(
        job.prompts.iter_rows(named=True),
        theirs.iter_rows(named=True),
        ours.iter_rows(named=True),
        strict=True,
    )
    different = [row for row in rows if row[1] != row[2]]
    assert len(different) <= 0.05 * job.prompts.height
    for prompt, a, b in different:
        at = first_difference(a["token_ids"], b["token_ids"])
        tokens, gap = top_two(job.model, prompt, a["token_ids"][:at])
        assert {a["token_ids"][at], b["token_ids"][at]} == tokens, prompt["prompt"]
        assert gap < NEAR_TIE, prompt["prompt"]
    return theirs


def test_a_killed_job_goes_on_and_answers_as_transformers_does(vllm_python, base):
    killed = base.start(vllm_python, "-c", IN_SMALL_CHUNKS, *base.vllm())
    while not base.records():
        assert killed.poll() is None, killed.communicate()[1]
        time.sleep(0.02)
    os.kill(killed.pid, signal.SIGKILL)
    killed.communicate()
    done, total = base.records(), base.prompts.height
    assert 0 < done < total
    assert not (base.folder / "vllm.parquet").exists()

    log = base.finish(base.start(vllm_python, *base.vllm()))
    assert f"{done} answers in the store, {total - done} to generate" in log
    assert base.records() == total
    answers = compare(base)
    # Both ways to end occur often, and neither leaves more than it should.
    finishes = answers["finish"].value_counts()
    assert dict(finishes.iter_rows()).keys() == {"stop", "length"}
    assert finishes["count"].min() > 20
    for text, finish, ids in answers.select("completion", "finish", "token_ids").iter_rows():
        assert not any(stop in text for stop in STOP)
        assert len(ids) == NEW_TOKENS if finish == "length" else len(ids) <= NEW_TOKENS


def test_chat_prompts_are_answered_alike_and_the_log_is_short(vllm_python, chat):
    log = chat.finish(chat.start(vllm_python, *chat.vllm()))
    lines = log.replace("\r", "\n").splitlines()
    assert f"0 answers in the store, {chat.prompts.height} to generate" in lines[0]
    assert any(line.startswith("generate: 100%") for line in lines)
    assert len(lines) < 20, log
    compare(chat)


def test_a_difference_that_is_no_near_tie_would_be_seen(tiny_base, base):
    """The check itself: most next tokens are far from a tie."""
    gaps = [top_two(tiny_base, row, [])[1] for row in base.prompts[::30].iter_rows(named=True)]
    assert min(gaps) > 10 * NEAR_TIE
