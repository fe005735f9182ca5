"""vLLM (CPU build) and transformers give the same log-probabilities, of tokens of any rank."""

import json
import os
import subprocess
from dataclasses import replace
from pathlib import Path

import pytest

from isogloss.engines.protocol import ScoredPrompt
from isogloss.engines.tokens import option_tokens
from tests.demo import FEW, ROOT, demo_items
from tests.scoring import LETTERS, demo_questions, letters, load, random_model, texts

CONTEXT = 1024
CLOSE = 1e-3
# Everything that vLLM is asked, in one process: it takes long to start. Counts the rows that it is
# asked a second time, without its prefix cache.
ASK = """
import json, sys
from pathlib import Path
from isogloss.engines import vllm_scoring
from isogloss.engines.protocol import ScoredPrompt
from isogloss.engines.vllm_engine import VllmEngine
from isogloss.errors import IsoglossError

folder, context, job, answer = sys.argv[1:]
job = json.loads(Path(job).read_text())
engine = VllmEngine(Path(folder), dtype="float32", context_length=int(context), gpus=0)
prompts = [ScoredPrompt(*prompt) for prompt in job["prompts"]]
plain, again, cached_tokens = vllm_scoring._texts, [], []

def texts(llm, rows, cached):
    again.append(0 if cached else len(rows))
    return plain(llm, rows, cached)

vllm_scoring._texts = texts
plain_ask = vllm_scoring._ask

def ask(*arguments):
    outputs = plain_ask(*arguments)
    cached_tokens.extend(output.num_cached_tokens for output in outputs)
    return outputs

vllm_scoring._ask = ask

def by_prompt(batches):
    return {str(index): values for batch in batches for index, values in batch}

def score():
    found = by_prompt(engine.text_logprobs(prompts, job["options"]))
    return {key: [[s.logprob, s.tokens] for s in scores] for key, scores in found.items()}

result = {"letters": by_prompt(engine.next_token_logprobs(prompts, job["sets"]))}
result["cached"] = sum(cached_tokens)
result["texts"] = score()
result["first"] = sum(again)
result["repeated"] = score()
result["again"] = sum(again)
only = [index % 5 == 0 for index in range(len(prompts))]
result["only"] = by_prompt(engine.next_token_logprobs(prompts, job["sets"], only))
try:
    list(engine.next_token_logprobs([ScoredPrompt("", "x " * 2000, True)], [[1]]))
except IsoglossError as error:
    result["error"] = str(error)
Path(answer).write_text(json.dumps(result))
"""


@pytest.fixture(scope="module")
def engine(tmp_path_factory):
    contexts = demo_items(FEW)["context"].unique().to_list()
    return load(random_model(tmp_path_factory.mktemp("model"), contexts))


@pytest.fixture(scope="module")
def questions():
    prompts, options = demo_questions()
    # Prefixes of several of the cache's blocks, which hold 128 tokens on the CPU.
    prompts = [replace(prompt, prefix=prompt.prefix * 4) for prompt in prompts]
    # Without a prefix, and with a space at the end, as the quiz's prompts.
    bare = [ScoredPrompt("", f"{prompt.suffix} ", True) for prompt in prompts[:9]]
    return prompts + bare, options + [[text[1:] for text in each] for each in options[:9]]


@pytest.fixture(scope="module")
def sets(engine, questions):
    found = option_tokens(engine.tokenizer, LETTERS, spaced=False)
    return [[*found.values(), *range(30, 2000, 90)] for _ in questions[0]]


@pytest.fixture(scope="module")
def found(engine, questions, sets, tmp_path_factory):
    python = os.environ.get("ISOGLOSS_TEST_VLLM_PYTHON") or str(ROOT / ".venv-vllm/bin/python")
    assert Path(python).exists(), f"{python} is missing: run `make .venv-vllm/stamp`"
    folder = tmp_path_factory.mktemp("job")
    prompts = [(p.prefix, p.suffix, p.add_special_tokens) for p in questions[0]]
    job = {"prompts": prompts, "options": questions[1], "sets": sets}
    (folder / "job.json").write_text(json.dumps(job))
    model = engine.tokenizer.name_or_path
    done = subprocess.run(
        [python, "-c", ASK, model, str(CONTEXT), folder / "job.json", folder / "answer.json"],
        env=os.environ | {"PYTHONPATH": str(ROOT), "OMP_NUM_THREADS": "1"},
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return json.loads((folder / "answer.json").read_text())


def test_letters_are_those_of_transformers_whatever_their_rank(engine, questions, sets, found):
    expected = letters(engine, questions[0], sets)
    assert len(expected) == len(questions[0]) > 60
    for index, values in expected.items():
        assert found["letters"][str(index)] == pytest.approx(values, abs=CLOSE)
    spread = [max(values) - min(values) for values in expected.values()]
    assert min(spread) > 1  # likely and unlikely tokens, far apart compared with the tolerance


@pytest.mark.parametrize("name", ["texts", "repeated"])
def test_texts_are_those_of_transformers(engine, questions, found, name):
    for index, scores in texts(engine, *questions).items():
        for score, (value, tokens) in zip(scores, found[name][str(index)], strict=True):
            assert value == pytest.approx(score.logprob, abs=CLOSE)
            assert tokens == score.tokens


def test_prefixes_come_from_the_cache(found):
    assert found["cached"] > 1000


def test_texts_that_the_cache_holds_are_asked_again_without_it(found):
    assert found["again"] > found["first"]


def test_only_the_wanted_are_asked(found):
    wanted = {key: values for key, values in found["letters"].items() if int(key) % 5 == 0}
    assert found["only"].keys() == wanted.keys()
    for key, values in wanted.items():
        assert found["only"][key] == pytest.approx(values, abs=CLOSE)


def test_a_prompt_that_does_not_fit_is_an_error(found):
    assert "the model's context has 1024" in found["error"]
