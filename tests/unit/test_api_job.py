"""The script that asks a server, killed in the middle: it asks again only for what is missing."""

import json
import os
import subprocess
import sys
import time

import pytest

from isogloss.engines.respond import RESPONSES
from isogloss.xmrc.prompts import PROMPTS
from tests.demo import ROOT, demo_prompts
from tests.openai_server import KEY, OpenAIServer, answer

OPTIONS = {
    **{"key": "mine", "api": "gpt-4-0613", "chat": True, "seed": 0, "too_long": "error"},
    **{"max_new_tokens": 4, "stop": ["\nContext:"]},
}


@pytest.fixture
def server():
    server = OpenAIServer()
    yield server
    server.close()


def start(server: OpenAIServer, folder) -> "subprocess.Popen[str]":
    place = {"url": server.url, "key": "OPENAI_API_KEY", "price": {"read": 1.0, "written": 1.0}}
    places = {"requests": 4, "tries": 2, "timeout": 5, "spending_limit": None}
    names = {"prompts": "prompts.parquet", "store": "store", "replies": "r.json", "output": "o.pq"}
    arguments = [part for name, file in names.items() for part in (f"--{name}", folder / file)]
    return subprocess.Popen(
        [
            *(sys.executable, ROOT / "workflow/scripts/generate_openai.py"),
            *(*arguments, "--options", json.dumps(OPTIONS)),
        ],
        env=os.environ
        | {"PYTHONPATH": str(ROOT), "OPENAI_API_KEY": KEY}
        | {"ISOGLOSS_API": json.dumps(places | {"models": {"mine": place}})},
        stderr=subprocess.PIPE,
        text=True,
    )


def records(folder) -> int:
    return sum(path.read_bytes().count(b"\n") for path in folder.rglob("*.jsonl"))


def test_a_killed_job_goes_on_where_it_was(server, tmp_path):
    prompts = demo_prompts(("en", "de"))
    PROMPTS.write(prompts, tmp_path / "prompts.parquet")
    distinct = prompts["text"].n_unique()
    server.delay = 0.05
    killed = start(server, tmp_path)
    while records(tmp_path) < 10:
        assert killed.poll() is None, killed.communicate()[1]
        time.sleep(0.01)
    killed.kill()
    killed.communicate()
    time.sleep(0.2)  # the server sees the last requests out
    kept, asked = records(tmp_path), sum(server.seen.values())
    assert 10 <= kept < distinct
    # Lost are at most those that were handed to the 4 threads, twice as many, and not stored yet.
    assert asked - kept <= 8
    assert not (tmp_path / "o.pq").exists()

    server.delay = 0.0
    again = start(server, tmp_path)
    log = again.communicate(timeout=120)[1]
    assert again.returncode == 0, log
    assert f"{kept} answers in the store, {distinct - kept} to generate" in log
    assert sum(server.seen.values()) == asked + distinct - kept
    responses = RESPONSES.read(tmp_path / "o.pq")
    stop = OPTIONS["stop"][0]
    expected = [" ".join(answer(text)[:4]).split(stop)[0] for text in prompts["text"]]
    assert responses["completion"].to_list() == expected
    replies = json.loads((tmp_path / "r.json").read_text())
    assert replies["answers"] == sum(replies["served"].values()) == distinct
    assert KEY not in log
