"""Fine-tuning as a whole: the same bytes, also after a kill, and the same curve in parallel."""

import json
import os
import signal
import time
from dataclasses import replace

import pytest

from isogloss.models import read_manifest
from isogloss.training.checkpoints import open_folder
from isogloss.training.curve import read_curve
from isogloss.training.finetune import finetune, identity
from tests.demo import ROOT
from tests.finetuning import contents, run, small_job, start

CORPUS = ROOT / "resources/demo/corpora/search.txt"


@pytest.fixture(scope="module")
def undisturbed(tiny_base, tmp_path_factory):
    """A job that has run in one go, as the rule runs it."""
    job = small_job(tmp_path_factory.mktemp("undisturbed"), tiny_base, [CORPUS])
    run(job)
    return job


def test_the_model_is_whole_and_says_what_it_is_made_of(undisturbed, tiny_base):
    from transformers import AutoModelForCausalLM, AutoTokenizer

    job = undisturbed
    manifest = read_manifest(job.manifest, job.folder)
    assert manifest["source"]["finetuned"] == "tuned"
    assert manifest["source"]["recipe"] == job.recipe.as_dict()
    assert manifest["source"]["data"]["dropped"] == 0
    assert set(manifest["source"]["files"]) == {CORPUS.name}
    tuned, base = (AutoModelForCausalLM.from_pretrained(f) for f in (job.folder, tiny_base))
    changed = [
        not one.equal(other)
        for one, other in zip(tuned.parameters(), base.parameters(), strict=True)
    ]
    assert all(changed)  # full fine-tuning: every tensor
    for name in ("config.json", "generation_config.json", "tokenizer.json"):
        assert (job.folder / name).read_bytes() == (tiny_base / name).read_bytes()
    assert AutoTokenizer.from_pretrained(job.folder).eos_token == "<|end|>"
    assert not job.scratch.exists()
    text = b"".join(contents(job).values())
    assert str(job.scratch.parent).encode() not in text


def test_the_curve_has_every_step_and_the_schedule(undisturbed):
    steps = read_curve(undisturbed.curve)
    assert [step.step for step in steps] == list(range(1, 9))
    # Warm-up over 2 of 8 steps to 1e-3, then linearly to 0.
    rates = [0, 5e-4, 1e-3, 5 / 6e3, 4 / 6e3, 3 / 6e3, 2 / 6e3, 1 / 6e3]
    assert [step.learning_rate for step in steps] == pytest.approx(rates, rel=1e-4, abs=1e-12)
    assert all(step.tokens == 4 * 64 for step in steps)
    assert all(0 < step.learned_tokens < step.tokens for step in steps)


def test_times_are_beside_the_results(undisturbed):
    record = json.loads(undisturbed.speed.read_text())
    assert record["steps_timed"] == 7
    assert record["tokens_per_second"] == pytest.approx(
        7 * 4 * 64 / record["seconds_timed"], rel=1e-2
    )
    assert record["model_flops_utilisation"] is None  # of a CPU no peak is known
    assert record["flops_per_token"] > 6 * 1e5
    assert 10**8 < record["peak_memory_bytes"] < 10**11


def test_the_same_seed_gives_the_same_bytes_on_one_thread(undisturbed, tiny_base, tmp_path):
    again = small_job(tmp_path, tiny_base, [CORPUS])
    finetune(again)
    assert contents(again) == contents(undisturbed)
    other = small_job(tmp_path / "other", tiny_base, [CORPUS], seed=1)
    finetune(other)
    assert contents(other)["tuned/model.safetensors"] != contents(again)["tuned/model.safetensors"]


def killed_after(checkpoint: str, job) -> None:
    """Start a job and kill it and what it started once a checkpoint is whole."""
    process = start(job)
    while not (job.scratch / checkpoint / "whole").exists():
        assert process.poll() is None, process.communicate()[0]
        time.sleep(0.01)
    os.killpg(process.pid, signal.SIGKILL)
    process.communicate()
    assert not job.manifest.exists(), "the job ended before it was killed"


def test_a_killed_job_ends_with_the_same_bytes(undisturbed, tiny_base, tmp_path):
    # More work at the end than the kill needs: the undisturbed job has as many steps.
    job = small_job(tmp_path, tiny_base, [CORPUS])
    killed_after("checkpoint-3", job)
    # As if the kill had come while another checkpoint was written: the last step's, half there.
    torn = job.scratch / "checkpoint-7"
    torn.mkdir(exist_ok=True)
    (torn / "model.safetensors").write_bytes(b"half")
    said = run(job)
    assert "goes on from" in said
    assert f"{torn}: unfinished" in said
    assert contents(job) == contents(undisturbed)


def test_checkpoints_are_of_the_same_settings_data_base_and_code_only(tiny_base, tmp_path):
    corpus, template = tmp_path / "corpus.txt", tmp_path / "chat.jinja"
    corpus.write_text("one text\n" * 3)
    template.write_text("a")
    job = small_job(tmp_path, tiny_base, [corpus], chat_template=template)
    manifest = read_manifest(job.base_manifest, job.base)

    def kept(job, manifest=manifest):
        checkpoint = job.scratch / "checkpoint-3"
        open_folder(job.scratch, identity(job, manifest))
        still = checkpoint.is_dir()
        checkpoint.mkdir(exist_ok=True)
        return still

    assert not kept(job)
    assert kept(job)
    assert kept(replace(job, threads=9, cpu_processes=2, device_batch_size=1, save_steps=1))
    assert not kept(replace(job, code="2"))
    assert not kept(replace(job, recipe=replace(job.recipe, learning_rate=2e-3)))
    assert not kept(job)
    assert not kept(job, {"files": manifest["files"] | {"model.safetensors": "0" * 64}})
    assert not kept(job)
    for path in (corpus, template):
        path.write_text("another text\n")
        assert not kept(job)
    assert kept(job)


def test_two_processes_give_the_loss_curve_of_one(undisturbed, tiny_base, tmp_path):
    job = small_job(tmp_path, tiny_base, [CORPUS], cpu_processes=2, threads=2)
    said = run(job)
    assert "4 = 2 processes x 2 at once x 1 times" in said
    alone, together = read_curve(undisturbed.curve), read_curve(job.curve)
    for one, two in zip(alone, together, strict=True):
        assert two.loss == pytest.approx(one.loss, abs=1e-4)
        assert two.grad_norm == pytest.approx(one.grad_norm, abs=1e-3)
        assert (two.tokens, two.learned_tokens) == (one.tokens, one.learned_tokens)
    # Fewer rows at once, more often: still the same steps.
    finer = small_job(tmp_path / "finer", tiny_base, [CORPUS], device_batch_size=1)
    finetune(finer)
    for one, two in zip(alone, read_curve(finer.curve), strict=True):
        assert two.loss == pytest.approx(one.loss, abs=1e-4)


@pytest.mark.parametrize(
    ("batch", "processes", "at_once", "expected"),
    [
        (32, 1, 4, (4, 8)),
        (32, 2, 4, (4, 4)),
        (32, 8, 4, (4, 1)),
        (32, 32, 4, (1, 1)),
        (64, 8, 8, (8, 1)),
        (30, 2, 4, (3, 5)),
        (7, 1, 4, (1, 7)),
    ],
)
def test_the_batch_is_kept_whatever_shares_it(
    tmp_path, tiny_base, batch, processes, at_once, expected
):
    job = small_job(
        tmp_path,
        tiny_base,
        [],
        batch_size=batch,
        cpu_processes=processes,
        device_batch_size=at_once,
    )
    assert (job.rows_at_once, job.accumulation) == expected
    assert processes * job.rows_at_once * job.accumulation == batch


def test_an_epoch_reads_every_token_once(tiny_base, tmp_path):
    """Also in the last step, which has fewer rows: it is filled up, and the loss is of what is."""
    job = small_job(tmp_path, tiny_base, [CORPUS], steps=None, epochs=1, batch_size=7)
    finetune(job)
    counts = json.loads(job.manifest.read_text())["source"]["data"]
    steps = read_curve(job.curve)
    assert sum(step.tokens for step in steps) == counts["tokens"]
    assert steps[-1].tokens < steps[0].tokens
    assert abs(steps[-1].loss - steps[-2].loss) < 1.5


def test_weights_are_saved_in_the_models_own_format(tiny_base, tmp_path):
    from safetensors import safe_open

    job = small_job(tmp_path, tiny_base, [CORPUS], steps=1, dtype="bfloat16")
    finetune(job)
    config = json.loads((job.folder / "config.json").read_text())
    assert config["dtype"] == "bfloat16"
    with safe_open(job.folder / "model.safetensors", framework="pt") as file:
        assert {file.get_slice(key).get_dtype() for key in file.keys()} == {"BF16"}  # noqa: SIM118
        assert "lm_head.weight" not in file.keys()  # noqa: SIM118  # tied to the embedding


def test_dialogues_are_trained_and_their_template_goes_with_the_model(tiny_base, tmp_path):
    from transformers import AutoTokenizer

    template = tmp_path / "chat.jinja"
    template.write_text(
        "{% for m in messages %}{{ '<|' + m['role'] + '|>' + m['content'] }}"
        "{% if m['role'] == 'assistant' %}{{ eos_token }}{% endif %}{% endfor %}"
        "{% if add_generation_prompt %}<|assistant|>{% endif %}"
    )
    dialogues = [
        [{"role": "user", "content": "u" * n}, {"role": "assistant", "content": "a" * n}]
        for n in (3, 9, 200, 20)
    ]
    path = tmp_path / "dialogues.jsonl"
    path.write_text("".join(json.dumps({"messages": d}) + "\n" for d in dialogues))
    changes = {"data": "sft", "packing": False, "steps": None, "epochs": 1, "batch_size": 4}
    job = small_job(tmp_path, tiny_base, [path], chat_template=template, **changes)
    finetune(job)
    tokenizer = AutoTokenizer.from_pretrained(job.folder)
    assert tokenizer.chat_template == template.read_text()
    counts = json.loads(job.manifest.read_text())["source"]["data"]
    # Nothing of the third answer is within 64 tokens.
    assert (counts["documents"], counts["dropped"]) == (3, 1)
    (step,) = read_curve(job.curve)
    assert step.tokens == counts["tokens"]
    answers = [f"{'a' * n}<|end|>" for n in (3, 9, 20)]
    learned = sum(len(ids) for ids in tokenizer(answers, add_special_tokens=False)["input_ids"])
    assert step.learned_tokens == counts["learned_tokens"] == learned
