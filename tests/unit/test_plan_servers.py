"""Costs of models behind servers, and the doctor's look at their keys, against figures by hand."""

import datetime

import pytest

from isogloss.planning import server_checks
from isogloss.planning.estimate import estimate
from isogloss.planning.jobs import Job
from isogloss.planning.servers import servers, servers_text
from isogloss.planning.workflow import Run
from tests.demo import ROOT
from tests.unit.planning import job_of, reckoner_of, settings_of

ENGLISH = {"languages": ["en"], "settings": ["en-en"], "shots": [0], "templates": ["v1"]}
FIVE_SHOT = {
    "task": "mmlu",
    "variants": ["english"],
    "shots": [5],
    "scoring": ["first-token"],
    "models": ["gpt-4"],
}
BARRIER = {"evaluations": {"api": FIVE_SHOT}, "evaluate": ["api"]}
ASK = job_of("generate_openai", wildcards={"model": "gpt-4o"})
ANSWER = job_of("answer_openai", 1, stage="barrier", wildcards={"model": "gpt-4"})


def run_of(folder, *jobs: Job, **config) -> Run:
    return Run(
        jobs=list(jobs),
        stages=["responses", "barrier"],
        settings=settings_of(**config),
        root=ROOT,
        folder=folder,
        cores=2,
    )


def test_requests_take_their_time_and_cost_their_tokens(tmp_path):
    """XQuAD in English as for other models: 1 190 prompts, 332 564 tokens, 76 160 written at most.

    GPT-4o costs 2.5 and 10 for a million; a request takes a second and 0.02 s for a token; 8 at a
    time.
    """
    plan = estimate(run_of(tmp_path, ASK, xmrc=ENGLISH | {"models": ["gpt-4o"]}))
    (cost,) = plan.costs
    assert cost.work.rows == 1190
    assert cost.seconds[1] == pytest.approx(2 + (1190 + 0.5 * 76160 * 0.02) / 8)
    (asked,) = servers(plan)
    assert (asked.model, asked.requests, round(asked.read)) == ("gpt-4o", 1190, 332564)
    read = 332564 * 2.5e-6
    expected = tuple(read + share * 76160 * 10e-6 for share in (0.2, 0.5, 1.0))
    assert asked.cost == pytest.approx(expected, rel=1e-5)
    (text,) = servers_text(servers(plan))
    assert "gpt-4o: 1,190 requests, 0.33 million tokens read, 0.04 (0.02 to 0.08) written" in text
    assert "cost 1.21 (0.98 to 1.59) USD, by the prices of 2024-08-06 in https://openai.com" in text


def test_a_server_reads_the_demonstrations_of_every_prompt(tmp_path):
    """14 042 prompts of six questions each; a model that runs here reads five of a subject once."""
    plan = estimate(run_of(tmp_path, ANSWER, barrier=BARRIER))
    (asked,) = servers(plan)
    assert asked.requests == 14042
    assert asked.read == pytest.approx(14042 * (30 + 6 * 443 / 3.5))
    assert asked.cost == pytest.approx(
        tuple(asked.read * 30e-6 + share * 14042 * 60e-6 for share in (0.2, 0.5, 1.0))
    )


def test_an_unknown_price_is_said(tmp_path):
    plan = estimate(run_of(tmp_path, ASK, xmrc=ENGLISH | {"models": ["gpt-4o"]}))
    models = dict(plan.run.settings.models)
    models["gpt-4o"] = models["gpt-4o"].model_copy(update={"price": None})
    object.__setattr__(plan.run.settings, "models", models)
    (text,) = servers_text(servers(plan))
    assert "cost unknown (the model table has no price of it)" in text
    assert list(servers_text([])) == []


def test_translations_by_a_server_are_asked_one_by_one(tmp_path):
    """MMLU's 14 042 * 5 * 15 texts, each with an instruction of 60 tokens; 4 at a time."""
    by_server = {"provider": "llm", "llm": {"model": "gpt-4o"}}
    work = reckoner_of(tmp_path, translation=by_server).work(job_of("translate_mmlu"))
    texts, tokens = 14042 * 5 * 15, 14042 * 443 * 15 / 3.5
    assert work.server is not None
    assert work.server.requests == work.units == texts
    assert work.server.read == pytest.approx(texts * 60 + tokens)
    assert work.server.written[1] == pytest.approx(tokens)
    assert work.seconds[1] == pytest.approx(2 + (texts + tokens * 0.02) / 4)


def test_the_doctor_looks_for_keys_and_at_withdrawn_models(tmp_path):
    run = run_of(tmp_path, ASK, ANSWER, barrier=BARRIER, xmrc=ENGLISH | {"models": ["gpt-4o"]})
    plan = estimate(run)
    before, after = datetime.date(2026, 10, 22), datetime.date(2026, 10, 23)
    (found,) = server_checks.servers(plan, {}, before)
    assert (found.level, found.what) == ("failure", "OPENAI_API_KEY")
    assert found.said == "is not set, and gpt-4o, gpt-4 cannot be asked without it"
    assert found.remedy.startswith("put the key into that environment variable")
    key = {"OPENAI_API_KEY": "sk-secret"}
    (found,) = server_checks.servers(plan, key, before)
    assert (found.level, found.said) == (
        "ok",
        "those of gpt-4o, gpt-4 are set, where they need one",
    )
    _, found = server_checks.servers(plan, key, after)
    assert (found.level, found.what) == ("warning", "gpt-4")
    assert "withdrawn on 2026-10-23" in found.said
    assert list(server_checks.servers(estimate(run_of(tmp_path, job_of("score"))), {}, after)) == []


def test_hosts_that_would_be_asked(tmp_path, monkeypatch):
    monkeypatch.delenv("OPENAI_BASE_URL", raising=False)
    plan = estimate(run_of(tmp_path, ASK, xmrc=ENGLISH | {"models": ["gpt-4o"]}))
    assert server_checks.server_urls(plan) == ["https://api.openai.com/v1"]
    monkeypatch.setenv("OPENAI_BASE_URL", "http://localhost:1/v1")
    assert server_checks.server_urls(plan) == ["http://localhost:1/v1"]
