"""The tiny models: made the same every time, learning, and able to read any text."""

import hashlib
import json
import os
import subprocess
import sys
from dataclasses import asdict, replace

import pytest

from isogloss.training.tiny import TinyRecipe, train, train_tokenizer
from isogloss.training.tiny_text import Exercise, documents, exercises, order
from tests.demo import LANGUAGES, RECIPE, ROOT, TEMPLATES, demo_items

TRAIN = """
import json, sys
from pathlib import Path
from isogloss.training.tiny import TinyRecipe, train_base, train_chat
from isogloss.training.tiny_text import documents, exercises
from tests.demo import LANGUAGES, TEMPLATES, THREADS, demo_items
recipe, folder = TinyRecipe(**json.loads(sys.argv[1])), Path(sys.argv[2])
items = demo_items(LANGUAGES)
train_base(documents(items), recipe, THREADS, folder / "base")
train_chat(exercises(items, TEMPLATES), folder / "base", recipe, THREADS, folder / "chat")
"""
HARD = [
    "a  b\t\r\n\n c ",
    "naïve ÅNGSTRÖM ﬁ 😀🏳️‍🌈 \u200d\ufeff",
    "ไม่มีวรรค 漢字。「全角」 नमस्ते مرحبا",
    "\x00\x1f\x7f",
    "{{ messages }} {% if %} <|user|> </s>",
]


@pytest.fixture(scope="module")
def tokenizer():
    return train_tokenizer(documents(demo_items(LANGUAGES)), RECIPE)


@pytest.fixture(scope="module")
def chat(tiny_chat):
    from transformers import AutoTokenizer

    return AutoTokenizer.from_pretrained(tiny_chat)


def hashes(folder):
    return {
        path.relative_to(folder).as_posix(): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in sorted(folder.rglob("*"))
        if path.is_file()
    }


def test_training_is_deterministic(tmp_path):
    recipe = replace(RECIPE, base_steps=4, chat_steps=2, sequence_length=64)
    for run in ("1", "2"):
        subprocess.run(
            [sys.executable, "-c", TRAIN, json.dumps(asdict(recipe)), str(tmp_path / run)],
            cwd=ROOT,
            env=os.environ | {"PYTHONHASHSEED": run, "PYTHONPATH": str(ROOT)},
            check=True,
        )
    first, second = hashes(tmp_path / "1"), hashes(tmp_path / "2")
    assert {"base/model.safetensors", "chat/tokenizer.json"} <= first.keys()
    assert first == second
    assert first["base/model.safetensors"] != first["chat/model.safetensors"]


def test_loss_falls(tiny_base, tiny_chat):
    for folder, steps, share in ((tiny_base, RECIPE.base_steps, 0.4), (tiny_chat, 40, 0.8)):
        losses = json.loads((folder / "losses.json").read_text())
        assert len(losses) == steps
        assert sum(losses[-8:]) < share * sum(losses[:8])


def test_attention_and_loss_stay_inside_an_example():
    """The loss of a packed sequence is that of its examples read one by one."""
    import torch
    from transformers import LlamaConfig, LlamaForCausalLM

    torch.manual_seed(0)
    model = LlamaForCausalLM(
        LlamaConfig(
            vocab_size=50,
            hidden_size=32,
            intermediate_size=64,
            num_hidden_layers=2,
            num_attention_heads=2,
        )
    )
    rows = [torch.randint(0, 50, (length,)).tolist() for length in (9, 3, 20)]
    with torch.inference_mode():
        one_by_one = sum(
            model(input_ids=torch.tensor([ids]), labels=torch.tensor([ids])).loss.item()
            * (len(ids) - 1)
            for ids in rows
        )
    recipe = replace(RECIPE, batch_size=1, sequence_length=32)
    (packed,) = train(model, [(ids, ids) for ids in rows], recipe, 1, "test")
    assert packed == pytest.approx(one_by_one / (8 + 2 + 19), abs=1e-5)


def test_only_answers_are_learned_after_the_base(tiny_base, tmp_path):
    """Two tasks with one answer: what stands in the prompt must not add to the loss."""
    from isogloss.training.tiny import train_chat

    recipe = replace(RECIPE, chat_steps=1, batch_size=1)
    task = Exercise("x" * 40, "ab")
    (loss,) = train_chat([task], tiny_base, recipe, 1, tmp_path / "chat")
    assert loss == pytest.approx(answer_loss(tiny_base, tmp_path / "chat", task), abs=1e-4)


def answer_loss(base, chat, task):
    """Return the mean negative log-probability of the answer's tokens, computed by hand."""
    import torch
    from transformers import AutoModelForCausalLM, AutoTokenizer

    tokenizer = AutoTokenizer.from_pretrained(chat)
    prompt = tokenizer.apply_chat_template(
        [{"role": "user", "content": task.prompt}], tokenize=False, add_generation_prompt=True
    )
    ids, answer = (
        tokenizer.encode(text, add_special_tokens=False)
        for text in (prompt, f"Answer: {task.answer}<|end|>")
    )
    model = AutoModelForCausalLM.from_pretrained(base)
    with torch.inference_mode():
        logits = model(input_ids=torch.tensor([ids + answer])).logits[0]
    logs = logits.log_softmax(dim=-1)[len(ids) - 1 : -1]
    return -logs[range(len(answer)), answer].mean().item()


@pytest.mark.parametrize("language", LANGUAGES)
def test_tokenizer_gives_every_text_back(tokenizer, language):
    items = demo_items([language])
    texts = {*items["context"], *items["question"], *items["answer"]}
    assert len(texts) > 60
    for text in [*texts, *HARD]:
        ids = tokenizer.encode(text, add_special_tokens=False)
        assert tokenizer.decode(ids) == text
        assert tokenizer.encode(text) == [tokenizer.bos_token_id, *ids]


def test_chat_template_has_a_system_prompt_and_leaves_the_text_as_it_is(chat):
    for text in [" a\n\nb ", *HARD]:
        rendered = chat.apply_chat_template(
            [{"role": "user", "content": text}], tokenize=False, add_generation_prompt=True
        )
        assert rendered == (
            f"<|system|>You answer questions about a text.<|end|><|user|>{text}<|end|><|assistant|>"
        )


def test_a_system_prompt_of_ones_own_replaces_the_default(chat):
    messages = [{"role": "system", "content": "S"}, {"role": "user", "content": "U"}]
    assert (
        chat.apply_chat_template(messages, tokenize=False) == "<|system|>S<|end|><|user|>U<|end|>"
    )


def test_exercises_are_asked_as_in_the_study():
    items = demo_items(["en", "de"])
    tasks = exercises(items, TEMPLATES)
    assert len(tasks) == 3 * len(TEMPLATES) * items["item"].n_unique()
    question = items.filter(language="de").row(0, named=True)
    english = items.filter(item=question["item"], language="en").row(0, named=True)
    crossed = [
        task
        for task in tasks
        if question["question"] in task.prompt and english["context"] in task.prompt
    ]
    assert {task.answer for task in crossed} == {english["answer"]}


def test_order_is_a_shuffle_that_changes_with_seed_and_epoch():
    assert sorted(order(1, 0, 50)) == list(range(50))
    assert len({tuple(order(seed, epoch, 50)) for seed in (1, 2) for epoch in (0, 1)}) == 4


def test_sizes_are_as_the_recipe_says(tiny_base):
    config = json.loads((tiny_base / "config.json").read_text())
    recipe: TinyRecipe = RECIPE
    assert config["vocab_size"] == recipe.vocabulary
    assert config["num_hidden_layers"] == recipe.layers
    assert config["max_position_embeddings"] == recipe.context_length
