"""Fine-tuning on the real WikiText-2 and TOFU: a tiny model learns what it has not seen."""

import json
import os
from pathlib import Path

import pytest

from isogloss.training.curve import read_curve
from isogloss.training.data_tofu import encode_pairs, question_prompt
from isogloss.training.finetune import finetune
from tests.finetuning import small_job

pytestmark = pytest.mark.mirror


@pytest.fixture(scope="module")
def mirror():
    return Path(os.environ["ISOGLOSS_MIRROR"])


def first_lines(source, target, count, skip=0):
    lines = source.read_text(encoding="utf-8").split("\n")[skip:]
    target.write_text("\n".join(lines[:count]) + "\n", encoding="utf-8")
    return target


def held_out_loss(folder, texts):
    """Return the mean loss per token of texts, each read alone by transformers' own model."""
    import torch
    from transformers import AutoModelForCausalLM, AutoTokenizer

    model = AutoModelForCausalLM.from_pretrained(folder).eval()
    tokenizer = AutoTokenizer.from_pretrained(folder)
    total = count = 0
    with torch.inference_mode():
        for text in texts:
            ids = tokenizer(text, return_tensors="pt")["input_ids"][:, :512]
            total += model(input_ids=ids, labels=ids).loss.item() * (ids.shape[1] - 1)
            count += ids.shape[1] - 1
    return total / count


def test_the_loss_of_a_tiny_model_falls_on_wikitext_2(mirror, tiny_base, tmp_path):
    """By at least 2 nats from the first steps to the last, and on lines that it has not read.

    The model has 0.5 million parameters and has seen some pages in three languages before.
    """
    corpus = first_lines(mirror / "wikitext-2/train.shuffled.txt", tmp_path / "train.txt", 600)
    changes = {"steps": 30, "batch_size": 8, "sequence_length": 128, "learning_rate": 3e-3}
    job = small_job(tmp_path, tiny_base, [corpus], device_batch_size=8, **changes)
    finetune(job)
    losses = [step.loss for step in read_curve(job.curve)]
    assert sum(losses[:3]) / 3 - sum(losses[-3:]) / 3 > 2
    held_out = (mirror / "wikitext-2/test.txt").read_text(encoding="utf-8").split("\n")
    texts = [line for line in held_out if len(line) > 200][:40]
    before, after = held_out_loss(tiny_base, texts), held_out_loss(job.folder, texts)
    assert before - after > 2


def test_all_of_tofu_is_encoded_with_its_answers_learned(mirror, tiny_base):
    from transformers import AutoTokenizer

    tokenizer = AutoTokenizer.from_pretrained(tiny_base)
    path = mirror / "tofu/full.json"
    rows = [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]
    found = list(encode_pairs([path], tokenizer))
    assert len(found) == len(rows) == 4000
    for row, encoded in zip(rows, found, strict=True):
        first = encoded.learned.index(True)
        assert all(encoded.learned[first:])
        assert tokenizer.decode(encoded.ids[1:first]) == question_prompt(row["question"])
        assert tokenizer.decode(encoded.ids[first:]) == f" {row['answer']}{tokenizer.eos_token}"


def test_a_tiny_model_learns_answers_of_tofu(mirror, tiny_base, tmp_path):
    """Twenty pairs in each step: the loss falls to a tenth, and is that of the answers alone."""
    pairs = first_lines(mirror / "tofu/full.json", tmp_path / "pairs.json", 20)
    job = small_job(
        tmp_path,
        tiny_base,
        [pairs],
        data="tofu",
        packing=False,
        steps=30,
        batch_size=20,
        sequence_length=512,
        learning_rate=5e-3,
        device_batch_size=10,
    )
    finetune(job)
    steps = read_curve(job.curve)
    assert steps[-1].loss < 0.1 * steps[0].loss
    assert all(step.learned_tokens < 0.8 * step.tokens for step in steps)
    assert steps[0].loss == pytest.approx(answer_loss(tiny_base, job), abs=1e-4)


def answer_loss(base, job):
    """Return the base's mean loss over all answers, by hand."""
    import torch
    from transformers import AutoModelForCausalLM, AutoTokenizer

    model = AutoModelForCausalLM.from_pretrained(base).eval()
    tokenizer = AutoTokenizer.from_pretrained(base)
    total = count = 0
    for line in job.files[0].read_text(encoding="utf-8").splitlines():
        row = json.loads(line)
        prompt = tokenizer(f"Question: {row['question']}\nAnswer:")["input_ids"]
        answer = tokenizer(f" {row['answer']}<|end|>", add_special_tokens=False)["input_ids"]
        with torch.inference_mode():
            logits = model(input_ids=torch.tensor([prompt + answer])).logits[0].log_softmax(-1)
        places = range(len(prompt) - 1, len(prompt) + len(answer) - 1)
        total -= sum(logits[p, t].item() for p, t in zip(places, answer, strict=True))
        count += len(answer)
    return total / count
