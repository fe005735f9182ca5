"""vLLM's own OpenAI server answers the openai engine as the transformers engine answers here."""

import json
import os
import socket
import subprocess
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import polars as pl
import pytest

from isogloss.engines.openai_engine import OpenAIEngine, Server
from isogloss.engines.protocol import Completion, Decoding, Engine, Prompt
from isogloss.engines.transformers_engine import TransformersEngine
from tests.demo import RECIPE, ROOT, demo_prompts, model_prompts
from tests.peers.test_vllm import NEAR_TIE, first_difference, top_two

DECODING = Decoding(16, ("\nContext:", "\nQuestion:"))
PROMPTS = 60
START_SECONDS = 240  # on a busy machine; 25 where it is free


@pytest.fixture(scope="module")
def url(tiny_chat: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The address of a server of vLLM's CPU build with the tiny chat model."""
    python = os.environ.get("ISOGLOSS_TEST_VLLM_PYTHON") or str(ROOT / ".venv-vllm/bin/python")
    assert Path(python).exists(), f"{python} is missing: run `make .venv-vllm/stamp`"
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    options = {
        **{"--model": tiny_chat, "--served-model-name": "tiny", "--host": "127.0.0.1"},
        **{"--port": port, "--dtype": "float32", "--max-model-len": RECIPE.context_length},
        # As the vLLM engine loads it: a small cache, no compilation, no sampling of its own.
        **{"--kv-cache-memory-bytes": 1 << 28, "--generation-config": "vllm"},
    }
    quiet = {"VLLM_NO_USAGE_STATS": "1", "VLLM_LOGGING_LEVEL": "WARNING", "OMP_NUM_THREADS": "1"}
    log = tmp_path_factory.mktemp("server") / "log"
    with log.open("wb") as file:
        server = subprocess.Popen(
            [
                *(python, "-m", "vllm.entrypoints.openai.api_server", "--enforce-eager"),
                *(str(part) for pair in options.items() for part in pair),
            ],
            env=os.environ | quiet | {"VLLM_CPU_OMP_THREADS_BIND": "nobind"},
            stdout=file,
            stderr=file,
        )
    address = f"http://127.0.0.1:{port}/v1"
    try:
        until = time.monotonic() + START_SECONDS
        while not _answers(address):
            assert server.poll() is None, log.read_text()
            assert time.monotonic() < until, log.read_text()
            time.sleep(0.2)
        yield address
    finally:
        server.terminate()
        server.wait(60)


def _answers(address: str) -> bool:
    try:
        urllib.request.urlopen(f"{address}/models", timeout=5).close()
    except (urllib.error.URLError, OSError):
        return False
    return True


def engine_of(url: str, *, chat: bool) -> OpenAIEngine:
    return OpenAIEngine(Server("tiny", chat, url, key=None, seed=0), requests=8, too_long="exclude")


@pytest.fixture(scope="module")
def here(tiny_chat: Path) -> TransformersEngine:
    return TransformersEngine(
        tiny_chat, dtype="float32", batch_size=16, batch_tokens=32768, threads=1
    )


def answers(engine: Engine, rows: pl.DataFrame) -> list[Completion]:
    prompts = [Prompt(*row) for row in rows.select("text", "add_special_tokens", "tokens").rows()]
    found: dict[int, Completion] = {}
    for batch in engine.generate(prompts, DECODING):
        found |= dict(batch)
    return [found[i] for i in range(len(prompts))]


def rows_of(model: Path, *, chat: bool) -> tuple[pl.DataFrame, pl.DataFrame]:
    """Return the same prompts as the server gets them and as the model reads them."""
    read = model_prompts(model, chat=chat, max_new_tokens=DECODING.max_new_tokens)
    read = read.filter(~pl.col("excluded")).unique("text", maintain_order=True)
    read = read[:: read.height // PROMPTS]
    sent = read
    if chat:  # the server has the chat template, and gets the text alone
        plain = demo_prompts(("en", "de", "zh")).select("prompt", "text", "add_special_tokens")
        sent = read.select("prompt", "tokens").join(plain, on="prompt", maintain_order="left")
    assert read.height >= PROMPTS
    return sent, read


def token_ids(url: str, prompt: str, chat: bool) -> list[int]:
    """Return the tokens of a greedy answer, which vLLM tells if asked."""
    interface = "chat/completions" if chat else "completions"
    message = {"messages": [{"role": "user", "content": prompt}]}
    fields = {"model": "tiny", "temperature": 0, "max_tokens": DECODING.max_new_tokens, "seed": 0}
    body = fields | (message if chat else {"prompt": prompt}) | {"return_token_ids": True}
    request = urllib.request.Request(
        f"{url}/{interface}",
        json.dumps(body | {"stop": list(DECODING.stop)}).encode(),
        {"Content-Type": "application/json"},
    )
    with urllib.request.urlopen(request, timeout=60) as reply:
        ids: list[int] = json.load(reply)["choices"][0]["token_ids"]
    return ids


@pytest.mark.parametrize("chat", [True, False])
def test_greedy_answers_are_those_of_the_transformers_engine(url, here, tiny_chat, chat):
    """Token by token, but where two are nearly as likely, as between the engines here."""
    sent, read = rows_of(tiny_chat, chat=chat)
    theirs, ours = answers(engine_of(url, chat=chat), sent), answers(here, read)
    # The model does not repeat one text; the same answer fits a question in several conditions.
    assert len({answer.text for answer in ours}) > 10
    assert {answer.finish for answer in theirs} <= {"stop", "length"}
    pairs = list(zip(sent["text"], read.iter_rows(named=True), theirs, ours, strict=True))
    parted = 0
    for text, prompt, a, b in pairs:
        assert a.about
        if (a.text, a.finish, a.about["written"]) == (b.text, b.finish, len(b.token_ids)):
            continue
        ids = token_ids(url, text, chat)
        if ids == b.token_ids:
            # vLLM decodes as it goes, and holds back what ends in no whole character.
            assert b.text.startswith(a.text)
            assert b.text.endswith("\ufffd")
            continue
        parted += 1
        at = first_difference(ids, b.token_ids)
        tokens, gap = top_two(tiny_chat, prompt, ids[:at])
        assert {ids[at], b.token_ids[at]} == tokens, prompt["prompt"]
        assert gap < NEAR_TIE, prompt["prompt"]
    assert parted <= 0.05 * len(pairs)


def test_the_server_counts_tokens_as_the_tokenizer_does(url, tiny_chat):
    sent, read = rows_of(tiny_chat, chat=True)
    found = answers(engine_of(url, chat=True), sent[:5])
    counts = [answer.about["read"] for answer in found if answer.about]
    assert counts == read["tokens"].to_list()[:5]
    assert {answer.about["served"] for answer in found if answer.about} == {"tiny"}


def test_a_prompt_beyond_the_context_is_excluded(url):
    prompts = [Prompt("word " * RECIPE.context_length, True), Prompt("Who lives here?", True)]
    for chat in (True, False):
        engine = engine_of(url, chat=chat)
        found = dict(pair for batch in engine.generate(prompts, DECODING) for pair in batch)
        assert (found[0].text, found[0].finish) == ("", "excluded")
        assert found[1].finish in ("stop", "length")
