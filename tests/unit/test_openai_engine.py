"""Answers of a server with OpenAI's interface: every way in which it may fail, on loopback."""

import itertools
import logging
import re

import polars as pl
import pytest

from isogloss.calls import LOST_IN_A_ROW
from isogloss.engines.openai_engine import OpenAIEngine, Server
from isogloss.engines.protocol import Completion, Decoding, Prompt
from isogloss.engines.respond import respond_and_tell
from isogloss.engines.spending import Spending
from isogloss.errors import IsoglossError
from isogloss.retry import Retry
from isogloss.store import Store
from tests.openai_server import KEY, OpenAIServer, answer

QUICK = Retry(tries=4, base=0.01, longest_wait=30, connect_timeout=2, read_timeout=1)
TEXTS = [f"question {number} asks this" for number in range(40)]
DECODING = Decoding(8)


@pytest.fixture
def server(monkeypatch):
    monkeypatch.setenv("OPENAI_API_KEY", KEY)
    server = OpenAIServer()
    yield server
    server.close()


def engine_of(server: OpenAIServer, chat: bool = True, seed: int | None = 7, **options):
    place = Server("gpt-4-0613", chat=chat, url=server.url, seed=seed)
    return OpenAIEngine(place, **{"requests": 4, "retry": QUICK} | options)


def ask(engine: OpenAIEngine, texts, decoding: Decoding = DECODING, only=None, found=None):
    """Return the answers by index; into `found`, if given, also those before an error."""
    prompts = [Prompt(text, True) for text in texts]
    found = {} if found is None else found
    for batch in engine.generate(prompts, decoding, only):
        for index, completion in batch:
            assert index not in found
            found[index] = completion
    return found


def one(engine: OpenAIEngine, text: str, decoding: Decoding = DECODING) -> Completion:
    return ask(engine, [text], decoding)[0]


def good(text: str) -> str:
    return " ".join(answer(text))


@pytest.mark.parametrize("chat", [True, False])
def test_every_prompt_is_asked_once_greedily(server, chat):
    found = ask(engine_of(server, chat), TEXTS)
    assert [found[i].text for i in range(len(TEXTS))] == [good(text) for text in TEXTS]
    assert set(server.seen.values()) == {1}
    interface = "/v1/chat/completions" if chat else "/v1/completions"
    assert server.paths == {interface: len(TEXTS)}
    for body in server.bodies:
        assert body["temperature"] == 0
        assert body["max_tokens"] == 8
        assert body["seed"] == 7
        assert body["model"] == "gpt-4-0613"
        assert "stop" not in body
    assert server.bodies[0].get("messages", []) == (
        [{"role": "user", "content": server.bodies[0]["messages"][0]["content"]}] if chat else []
    )


def test_only_what_is_wanted_is_asked(server):
    wanted = [index % 5 == 0 for index in range(len(TEXTS))]
    assert sorted(ask(engine_of(server), TEXTS, only=wanted)) == list(range(0, 40, 5))
    assert sum(server.seen.values()) == 8


def test_no_seed_is_sent_where_there_is_none(server):
    one(engine_of(server, seed=None), "a b")
    assert "seed" not in server.bodies[0]


def test_requests_in_flight_are_as_many_as_allowed(server):
    server.delay = 0.02
    ask(engine_of(server, requests=3), TEXTS)
    assert server.most_at_once == 3


def test_answers_say_who_gave_them_and_what_they_took(server):
    server.served = "gpt-4-0613-next"
    engine = engine_of(server)
    found = one(engine, "one two three")
    about = {"served": "gpt-4-0613-next", "fingerprint": "fp_1", "read": 3, "written": 3}
    assert found == Completion("eno owt eerht", "stop", [], about)
    assert (engine.spending.read, engine.spending.written) == (3, 3)


@pytest.mark.parametrize(
    "fault", ["429", "500", "503", "reset", "truncated", "cut off", "page", "no choice", "slow"]
)
@pytest.mark.parametrize("chat", [True, False])
def test_what_another_try_may_mend_is_tried_again(server, fault, chat):
    text = "tries again"
    server.faults[text] = [fault, fault]
    assert one(engine_of(server, chat), text).text == good(text)
    assert server.seen[text] == 3


def test_retry_after_is_kept_by_all_threads(server):
    server.retry_after = "1"
    server.faults[TEXTS[0]] = ["429"]
    ask(engine_of(server), TEXTS)
    pauses = [b - a for a, b in itertools.pairwise(sorted(server.times))]
    # Those under way are answered, then nobody asks until the second is over.
    assert max(pauses) > 0.9
    assert sum(pause > 0.5 for pause in pauses) == 1
    assert server.seen[TEXTS[0]] == 2


def test_too_long_a_pause_ends_the_run(server):
    server.retry_after = "86400"
    server.faults["a"] = ["429"]
    with pytest.raises(IsoglossError, match=r"429 .*asks to wait 86400 s, longer than the 30 s"):
        one(engine_of(server), "a")


def test_a_request_that_fails_for_good_is_said_after_all_others_are_answered(server):
    server.faults[TEXTS[3]] = ["500"] * 4
    found: dict[int, Completion] = {}
    with pytest.raises(IsoglossError, match=r"1 of 40 requests failed for good.*HTTP status 500"):
        ask(engine_of(server), TEXTS, found=found)
    assert sorted(found) == [index for index in range(40) if index != 3]


def test_a_server_that_is_down_is_not_asked_to_the_end(server):
    texts = [f"down {number}" for number in range(200)]
    server.faults = {text: ["500"] * 9 for text in texts}
    with pytest.raises(IsoglossError, match=r"gpt-4-0613 at http.*failed in a row for good"):
        ask(engine_of(server), texts)
    assert len(server.seen) <= LOST_IN_A_ROW + 8


def test_nobody_there_is_an_error_with_its_reason(server):
    place = Server("m", chat=True, url="http://127.0.0.1:9/v1")
    with pytest.raises(IsoglossError, match=r"127\.0\.0\.1:9.*refused.*\(4 tries\)"):
        one(OpenAIEngine(place, retry=QUICK), "a")


@pytest.mark.parametrize(
    ("fault", "message"),
    [
        ("quota", "the account has no credit left"),
        ("bad", "HTTP status 400: Unsupported parameter: 'seed'"),
        ("gone", r"no model 'gpt-4-0613'.*has been deprecated.*correct `source\.api`"),
        ("too long", r"a prompt is too long.*set too_long to `exclude`"),
        ("too long for vLLM", "maximum context length is 256 tokens"),
    ],
)
def test_what_no_try_can_mend_ends_the_run_at_once(server, fault, message):
    server.faults["a b"] = [fault] * 3
    with pytest.raises(IsoglossError, match=message):
        one(engine_of(server), "a b")
    assert server.seen["a b"] == 1


@pytest.mark.parametrize("fault", ["too long", "too long for vLLM"])
def test_a_prompt_beyond_the_context_is_excluded_if_the_study_says_so(server, fault):
    server.faults["a b"] = [fault]
    found = ask(engine_of(server, too_long="exclude"), ["a b", "c d"])
    assert (found[0].text, found[0].finish) == ("", "excluded")
    assert (found[1].text, found[1].finish) == ("c d", "stop")


def test_reasons_to_end_are_kept(server):
    server.faults = {"a": ["withheld"], "b": ["filtered"], "c": ["refusal"]}
    found = ask(engine_of(server), ["a", "b", "c", "d e f"], Decoding(2))
    assert [(found[i].text, found[i].finish) for i in range(4)] == [
        ("", "content_filter"),
        ("", "content_filter"),
        ("I cannot say.", "stop"),
        ("d e", "length"),
    ]


def test_answers_end_before_a_stop_text_even_if_the_server_runs_on(server):
    stops = ("pots", "x", "y", "z", "dne")
    server.faults["go no pots on"] = ["runs on"]
    engine = engine_of(server)
    assert one(engine, "go on stop here", Decoding(8, ("pots",))).text == "og no "
    assert one(engine, "end go", Decoding(8, stops)).text == ""
    assert server.bodies[-1]["stop"] == ["pots", "x", "y", "z"]  # OpenAI takes four
    assert one(engine, "go no pots on", Decoding(8, ("no",))).finish == "stop"


def test_a_wrong_key_is_an_error_that_does_not_show_it(server, monkeypatch):
    monkeypatch.setenv("OPENAI_API_KEY", "sk-secret")
    with pytest.raises(IsoglossError) as error:
        one(engine_of(server), "a")
    said = str(error.value)
    assert re.search(r"401 \(Incorrect API key provided: \*\*\*\).*OPENAI_API_KEY", said)
    assert "sk-secret" not in said


def test_a_missing_key_is_an_error_before_anything_is_asked(server, monkeypatch):
    monkeypatch.delenv("OPENAI_API_KEY")
    with pytest.raises(IsoglossError, match="the environment variable OPENAI_API_KEY is not set"):
        engine_of(server)


def test_the_address_may_be_in_the_environment(server, monkeypatch):
    monkeypatch.setenv("OPENAI_BASE_URL", server.url)
    engine = OpenAIEngine(Server("m", chat=True), retry=QUICK)
    assert one(engine, "a b").text == "a b"


def test_a_spending_limit_ends_the_run_and_keeps_what_was_answered(server):
    """Each question of four words costs 4 * 10 + 4 * 20 millionths; the limit is ten of them."""
    spending = Spending(read_price=10, write_price=20, limit=10 * 120e-6)
    found: dict[int, Completion] = {}
    with pytest.raises(IsoglossError, match=r"spending limit of 0\.0012 is reached"):
        ask(engine_of(server, requests=2, spending=spending), TEXTS, found=found)
    # At most those under way when the limit was reached come on top of it.
    assert 10 <= len(found) <= 12
    assert spending.cost == pytest.approx(len(found) * 120e-6)


def test_unknown_prices_cost_an_unknown_sum():
    spending = Spending()
    spending.add(5, 5)
    assert spending.cost is None
    spending.check()


def test_a_killed_run_asks_only_for_what_is_missing(server, tmp_path, caplog):
    """Every answer is in the store as soon as it came: the one that was under way is lost."""
    prompts = pl.DataFrame({"prompt": TEXTS, "text": TEXTS}).with_columns(
        add_special_tokens=True, tokens=0, excluded=False
    )
    identity = {"engine": "openai-1", "model": "gpt-4-0613"}
    server.faults[TEXTS[25]] = ["bad"]

    def run():
        store = Store(tmp_path)
        return respond_and_tell(prompts, DECODING, lambda: engine_of(server), store, identity)

    with pytest.raises(IsoglossError, match="HTTP status 400"):
        run()
    kept = len(Store(tmp_path).load())
    assert 20 <= kept < 40
    asked = sum(server.seen.values())
    assert asked - 1 == kept
    caplog.set_level(logging.INFO)
    responses, records = run()
    assert f"{kept} answers in the store, {40 - kept} to generate" in caplog.text
    assert sum(server.seen.values()) == asked + 40 - kept
    assert responses["completion"].to_list() == [good(text) for text in TEXTS]
    assert [record["about"]["read"] for record in records] == [4] * 40
    run()
    assert sum(server.seen.values()) == asked + 40 - kept
