"""A language model that translates: a tiny one that has learnt some prompts with their answers."""

import json
import logging
from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from isogloss.engines.protocol import Completion, Decoding, Engine, Prompt
from isogloss.engines.transformers_engine import TransformersEngine
from isogloss.errors import IsoglossError
from isogloss.models import write_manifest
from isogloss.retry import Retry
from isogloss.training.tiny import train_base, train_chat
from isogloss.training.tiny_text import Exercise
from isogloss.translation.providers.build import make_provider
from isogloss.translation.providers.llm import LlmProvider, Template, load_template
from isogloss.translation.providers.protocol import Failure
from isogloss.translation.translate import translate
from tests.demo import RECIPE, THREADS
from tests.openai_server import KEY, OpenAIServer, answer
from tests.seq2seq_models import pairs

PROMPTS = Path(__file__).parents[2] / "config/prompts/translation.yaml"
TEMPLATE = load_template(PROMPTS, "xu2024")
PAIRS = {english: row["de"] for english, row in list(pairs().items())[:6]}


@pytest.fixture(scope="module")
def model(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A base model that has read each prompt with its answer, as lines of text."""
    folder = tmp_path_factory.mktemp("llm-base")
    texts = [
        f"{TEMPLATE.fill(english, 'en', 'de')} {german}\n\nMore text follows.\n"
        for english, german in PAIRS.items()
    ]
    train_base(texts, replace(RECIPE, base_steps=220, vocabulary=600), THREADS, folder)
    return folder


@pytest.fixture(scope="module")
def options(model: Path) -> dict[str, Any]:
    manifest = model.parent / "llm.json"
    write_manifest(model, manifest, {})
    return {
        "model": "tiny",
        "engine": "transformers",
        "folder": str(model),
        "manifest": str(manifest),
        "dtype": "float32",
        "context_length": RECIPE.context_length,
        "trust_remote_code": False,
        "chat": False,
        "chat_date": "26 Jul 2024",
        "prompts": str(PROMPTS),
        "template": "xu2024",
        "max_new_tokens": 64,
        "batch_size": 4,
        "batch_tokens": 10_000,
        "threads": 1,
        "gpus": 0,
    }


def test_the_prompt_is_that_of_xu_et_al():
    """Word for word as in the published code of that paper, for two pairs of languages."""
    assert TEMPLATE.fill("Fine {text} {target}.", "en", "de") == (
        "Translate this from English to German:\nEnglish: Fine {text} {target}.\nGerman:"
    )
    assert TEMPLATE.fill("好。", "zh", "en") == (
        "Translate this from Chinese to English:\nChinese: 好。\nEnglish:"
    )


def test_answers_end_with_their_line(options, tmp_path):
    provider = make_provider("llm", options)
    provider.check("en", "de")
    assert provider.translate(list(PAIRS), "en", "de") == list(PAIRS.values())
    found = translate(PAIRS, provider, "en", "de", tmp_path, jobs=3)
    assert [found.of(text) for text in PAIRS] == list(PAIRS.values())
    again = make_provider("llm", options)
    assert translate(PAIRS, again, "en", "de", tmp_path).requests == 0
    assert "_loaded" not in vars(again)


def test_what_answers_depend_on_is_in_the_name(options, tmp_path):
    name = make_provider("llm", options).name
    assert name.startswith("tiny-")
    for machine in ({"batch_size": 1}, {"threads": 2}, {"batch_tokens": 100}, {"gpus": 1}):
        assert make_provider("llm", options | machine).name == name
    other = tmp_path / "prompts.yaml"
    other.write_text('xu2024: "{source} > {target}: {text}"\n')
    changes = [{"max_new_tokens": 32}, {"dtype": "bfloat16"}, {"chat": True}, {"engine": "vllm"}]
    names = [make_provider("llm", options | c).name for c in [*changes, {"prompts": str(other)}]]
    assert len({name, *names}) == 6


def test_post_trained_models_get_their_chat_template(model, options, tmp_path):
    folder = tmp_path / "chat"
    tasks = [
        Exercise(TEMPLATE.fill(english, "en", "de"), german) for english, german in PAIRS.items()
    ]
    train_chat(tasks, model, replace(RECIPE, chat_steps=120), THREADS, folder)
    write_manifest(folder, tmp_path / "chat.json", {})
    places = {"folder": str(folder), "manifest": str(tmp_path / "chat.json")}
    chat = make_provider("llm", options | places | {"chat": True})
    # What this model learnt in its chat format begins with a word that no prompt has.
    assert chat.translate(list(PAIRS), "en", "de") == [f"Answer: {x}" for x in PAIRS.values()]
    plain = make_provider("llm", options | places)
    assert plain.translate(list(PAIRS), "en", "de") != chat.translate(list(PAIRS), "en", "de")


def test_long_units_and_several_lines_are_sent_in_pieces(options, tmp_path):
    provider = make_provider("llm", options)
    assert provider.fits("a" * 128)
    assert not provider.fits("a" * 129)
    assert not provider.fits("a\nb")
    one, two, three = list(PAIRS)[:3]
    text = f"{one}\n  {two}\n\n{three}"
    assert len(text) > 128
    found = translate([text], provider, "en", "de", tmp_path)
    german = list(PAIRS.values())
    assert found.of(text) == f"{german[0]}\n  {german[1]}\n\n{german[2]}"


def test_a_prompt_without_room_for_an_answer_fails_alone(options):
    texts = [*list(PAIRS)[:2], "x y z " * 20]
    first, second, third = make_provider("llm", options | {"context_length": 130}).translate(
        texts, "en", "de"
    )
    assert [first, second] == list(PAIRS.values())[:2]
    assert isinstance(third, Failure)
    assert third.reason.startswith("a prompt of ")
    assert third.reason.endswith(" tokens, with room for 66")


class Faulty:
    """An engine whose answers are replaced by bad ones."""

    def __init__(self, engine: Engine, answers: Sequence[Completion]):
        self.engine, self.answers = engine, answers

    def generate(
        self, prompts: Sequence[Prompt], decoding: Decoding, only: Sequence[bool] | None = None
    ) -> Iterator[list[tuple[int, Completion]]]:
        for batch in self.engine.generate(prompts, decoding, only):
            yield [(i, self.answers[i]) for i, _ in batch]


@pytest.mark.parametrize(
    ("answer", "finish", "expected"),
    [
        ("  Gut. ", "stop", "Gut."),
        ("", "stop", Failure("a blank answer")),
        (" \t", "stop", Failure("a blank answer")),
        ("Gut. und so weiter", "length", Failure("no end within 64 tokens")),
        (
            "Translate this from English to German: English: Good. German: Gut.",
            "stop",
            Failure("the prompt's words in the answer: 'Translate this from English to German:'"),
        ),
        ("German: Gut.", "stop", Failure("the prompt's words in the answer: 'German:'")),
        ("Gut. English: Bad.", "stop", Failure("the prompt's words in the answer: 'English:'")),
    ],
)
def test_bad_answers_are_failures(model, answer, finish, expected):
    def load() -> Engine:
        engine = TransformersEngine(
            model, dtype="float32", batch_size=4, batch_tokens=1000, threads=1
        )
        good = Completion("Ja.", "stop", [])
        return Faulty(engine, [good, Completion(answer, finish, []), good])

    provider = LlmProvider(
        load,
        None,
        model="tiny",
        identity={},
        template=TEMPLATE,
        max_new_tokens=64,
        context_length=512,
    )
    texts = ["Yes.", "Good.", "Yes, yes."]
    assert provider.translate(texts, "en", "de") == ["Ja.", expected, "Ja."]


def test_words_of_the_prompt_that_are_the_text_s_own_may_stand():
    provider = LlmProvider(
        lambda: Faulty(Echo(), [Completion("Auf German: gut", "stop", [])]),
        None,
        model="tiny",
        identity={},
        template=TEMPLATE,
        max_new_tokens=64,
        context_length=512,
    )
    assert provider.translate(["In German: good"], "en", "de") == ["Auf German: gut"]


class Echo:
    """An engine that answers with the prompt, a blank line after it."""

    def generate(
        self, prompts: Sequence[Prompt], decoding: Decoding, only: Sequence[bool] | None = None
    ) -> Iterator[list[tuple[int, Completion]]]:
        yield [(i, Completion(p.text.split("\n")[0], "stop", [])) for i, p in enumerate(prompts)]


def test_an_unknown_language_or_engine_is_an_error(options):
    with pytest.raises(IsoglossError, match=r"'xx' is not in isogloss/languages\.py"):
        make_provider("llm", options).check("en", "xx")
    with pytest.raises(IsoglossError, match=r"'tiny' has the engine 'seq2seq'; take a model of"):
        make_provider("llm", options | {"engine": "seq2seq"})


def test_a_server_translates_several_texts_at_a_time_and_says_what_it_cost(
    tmp_path, monkeypatch, caplog
):
    """Each text is one request, tried again by the job; a refused one fails alone."""
    server = OpenAIServer()
    monkeypatch.setenv("OPENAI_API_KEY", KEY)
    place = {"url": server.url, "key": "OPENAI_API_KEY", "price": {"read": 1.0, "written": 2.0}}
    places = {"requests": 3, "tries": 3, "timeout": 5, "spending_limit": None}
    monkeypatch.setenv("ISOGLOSS_API", json.dumps(places | {"models": {"gpt": place}}))
    asked = {"model": "gpt", "key": "gpt", "api": "gpt-4-0613", "engine": "openai", "chat": True}
    rest = {"seed": 0, "context_length": 4096, "max_new_tokens": 64, "template": "short"}
    prompts = tmp_path / "prompts.yaml"
    prompts.write_text('short: "{target}: {text}"\n')
    texts = [f"text {number} here" for number in range(12)]
    server.faults = {
        f"German: {texts[0]}": ["429", "500"],
        f"German: {texts[1]}": ["filtered"],
        f"German: {texts[2]}": ["too long"],
    }
    server.delay = 0.02
    provider = make_provider("llm", asked | rest | {"prompts": str(prompts)})
    caplog.set_level(logging.INFO)
    found = translate(
        *(texts, provider, "en", "de", tmp_path / "memory"),
        jobs=3,
        retry=Retry(base=0.01),
        on_failure="leave-out",
    )
    server.close()
    said = [found.of(text) for text in texts[3:]]
    assert found.of(texts[0]) == " ".join(answer(f"German: {texts[0]}"))
    assert said == [" ".join(answer(f"German: {text}")) for text in texts[3:]]
    assert {unit: found.entries[unit].reason for unit in texts[1:3]} == {
        texts[1]: "no answer: content_filter",
        texts[2]: "no answer: excluded",
    }
    assert 1 < server.most_at_once <= 3
    assert server.seen[f"German: {texts[0]}"] == 3
    assert "40 tokens read, 40 written; cost 0.0001" in caplog.text


@pytest.mark.parametrize(
    ("content", "message"),
    [
        ("xu: '{text} {target}'", r"no prompt 'xu2024' \(did you mean 'xu'\?\)|no prompt 'xu2024'"),
        ("xu2024: 'no place'", "xu2024: must be a text that holds {text} once"),
        ("xu2024: '{text} {text} {target}'", "once"),
        ("xu2024: '{text}'", "and {target}"),
        ("xu2024: [1]", "must be a text"),
        ("- a list", "no prompt 'xu2024'"),
        ("a: [", "cannot be read as a file of prompts"),
    ],
)
def test_a_damaged_file_of_prompts_is_an_error(tmp_path, content, message):
    path = tmp_path / "prompts.yaml"
    path.write_text(content)
    with pytest.raises(IsoglossError, match=message):
        load_template(path, "xu2024")
    with pytest.raises(IsoglossError, match="cannot be read"):
        load_template(tmp_path / "gone.yaml", "xu2024")


def test_the_prompt_s_own_lines_are_those_without_the_text():
    assert Template("{text} -> {target}").own_lines("en", "de") == ["-> German"]
    assert TEMPLATE.own_lines("en", "de") == [
        "Translate this from English to German:",
        "English:",
        "German:",
    ]
