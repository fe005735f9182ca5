"""A model behind a server in both studies, by the rules themselves, against a loopback server."""

import json
import os

import polars as pl
import pytest
import yaml

from tests.openai_server import KEY, OpenAIServer, answer
from tests.workflow.project import SMALL, Project, changed

MODEL = {
    **{"label": "Served", "family": "Served", "stage": "post-trained", "parameters": None},
    **{"gpus": 0, "dtype": None, "context_length": 4096, "engine": "openai", "gated": False},
    **{"papers": []},
}
SCORES = "results/xmrc/scores/served.parquet results/barrier/scores/served.parquet"


@pytest.fixture
def server():
    server = OpenAIServer()
    yield server
    server.close()


@pytest.fixture
def served(server, tmp_path, monkeypatch) -> Project:
    """A project whose one model is at the server; study barrier asks the quiz in two languages."""
    monkeypatch.delenv("OPENAI_API_KEY", raising=False)
    quiz = {"task": "quiz", "languages": ["en", "fr"], "scoring": ["first-token"]}
    barrier = {
        **SMALL["barrier"],
        "languages": ["en", "fr"],
        "evaluations": {"quiz": quiz | {"models": ["served"]}},
        "evaluate": ["quiz"],
    }
    config = changed({**SMALL, "barrier": barrier}, ["xmrc", "models"], ["served"])
    config = changed(config, ["model_tables"], ["config/models.yaml", "more.yaml"])
    project = Project(tmp_path / "project", changed(config, ["api"], {"requests": 3}))
    entry = {**MODEL, "source": {"api": "gpt-4-0613", "url": server.url}}
    (project.folder / "more.yaml").write_text(yaml.safe_dump({"models": {"served": entry}}))
    return project


def test_answers_of_a_server_are_scored_like_others(served, server, monkeypatch):
    """First without the key: no job runs. Then with it. Then at another address: nothing runs."""
    refused = served.run(target=SCORES, check=False)
    assert refused.returncode
    assert "OPENAI_API_KEY is not set, and served cannot be asked without it" in refused.stdout
    assert not (served.folder / "results/logs").exists()
    assert not server.seen

    monkeypatch.setenv("OPENAI_API_KEY", KEY)
    done = served.run(target=SCORES)
    assert KEY not in done.stdout
    assert server.most_at_once <= 3
    results = served.folder / "results"
    assert not list((results / "models").glob("*")) if (results / "models").exists() else True

    prompts = pl.read_parquet(results / "barrier/prompts/served.parquet")
    responses = pl.read_parquet(results / "barrier/responses/served.parquet")
    assert len(responses) == 600
    texts = (prompts["prefix"] + prompts["suffix"]).to_list()
    assert responses["completion"].to_list() == [answer(text)[0] for text in texts]
    assert set(responses["finish"]) == {"length"}
    replies = json.loads((results / "barrier/responses/served.json").read_text())
    distinct = len(set(texts))
    assert replies["served"] == {"gpt-4-0613": distinct}
    assert replies["answers"] == replies["tokens written"] == distinct
    assert replies["tokens read"] == sum(len(text.split()) for text in set(texts))
    xmrc = pl.read_parquet(results / "xmrc/prompts/served.parquet")
    assert sum(server.seen.values()) == distinct + len(set(xmrc["text"]))
    assert f"{distinct} answers in the store" not in served.log("barrier/answer_openai/served.log")
    assert "cost unknown" in served.log("xmrc/generate_openai/served.log")
    scores = pl.read_parquet(results / "barrier/scores/served.parquet")
    assert set(scores["accuracy"]) <= {0.0, 1.0}
    # The key is in no file that was written.
    for path in results.rglob("*"):
        assert not path.is_file() or KEY.encode() not in path.read_bytes(), path

    monkeypatch.delenv("OPENAI_API_KEY")
    entry = {**MODEL, "source": {"api": "gpt-4-0613", "url": "http://elsewhere/v1"}}
    (served.folder / "more.yaml").write_text(yaml.safe_dump({"models": {"served": entry}}))
    assert not served.planned(target=SCORES)
    assert os.environ.get("OPENAI_API_KEY") is None
