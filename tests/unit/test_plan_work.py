"""What jobs are reckoned to take, against figures worked out by hand from docs/planning.md."""

import json
import os
from pathlib import Path
from typing import get_args

import pytest

from isogloss.config.tasks import Evaluation
from isogloss.corpora.units import split
from isogloss.lab.corpus import LabRecipe, make_lab, write_tofu
from isogloss.lab.quiz import lab_quiz
from isogloss.lab.tofu import read_learned_questions
from isogloss.lab.tofu_files import ASKED, LEARNED
from isogloss.planning.needs import Needs
from isogloss.planning.work import bytes_of
from tests.demo import ROOT
from tests.unit.planning import job_of, reckoner_of, settings_of, sizes_of

ENGLISH = {"languages": ["en"], "settings": ["en-en"], "shots": [0], "templates": ["v1"]}


def test_generation_reads_writes_and_loads(tmp_path):
    """LLaMA-2-7B on XQuAD's English questions: 14e9 operations a token on an A100 of 312e12.

    Read: 609 383 bytes of the file times 1.5, by 3.5 a token, and 60 for each of 1 190 questions.
    """
    work = reckoner_of(tmp_path, xmrc=ENGLISH).work(
        job_of("generate_vllm", wildcards={"model": "llama-2-7b"}, resources={"gpu": 1})
    )
    assert work.rows == 1190
    read, written = 609383 * 1.5 / 3.5 + 60 * 1190, 64 * 1190
    assert (round(read), written) == (332564, 76160)
    low = 20 + 14e9 / 2e9 + 14e9 * (332564 / 156e12 + 0.2 * 76160 / 31.2e12)
    middle = 60 + 14e9 / 5e8 + 14e9 * (332564 / 93.6e12 + 0.5 * 76160 / 9.36e12)
    high = 180 + 14e9 / 1e8 + 14e9 * (332564 / 31.2e12 + 76160 / 1.56e12)
    assert work.seconds == pytest.approx((low, middle, high), rel=1e-5)
    assert work.seconds == pytest.approx((63.7, 194.7, 1152.7), rel=1e-3)


def test_every_setting_language_shot_and_template_is_asked(tmp_path):
    """1 language in en-en and 11 in each of en-x and x-x, 2 numbers of shots, 2 templates."""
    assert sizes_of(tmp_path).xmrc("llama-2-7b").prompts == (1 + 11 + 11) * 2 * 2 * 1190


def test_every_task_of_the_configuration_has_a_size(tmp_path):
    tasks = get_args(Evaluation.model_fields["task"].annotation)
    assert {"mmlu", "quiz", "tofu"} < set(tasks)
    sizes = sizes_of(tmp_path)
    assert all(min(sizes.task(task)) > 0 for task in tasks)


def test_the_labs_questions_are_as_many_as_it_makes(tmp_path):
    """Four families that are taught, and 300 questions on known people, as the lab writes them."""
    recipe = LabRecipe(**settings_of().config.lab.world())
    lab = make_lab(recipe, ROOT / "resources/lab", ROOT / "resources/quiz")
    sizes = sizes_of(tmp_path)
    for world in ("new", "known"):
        quiz = lab_quiz(lab.asked(world), lab.world, lab.words, recipe.seed)
        assert sizes.task(f"lab-{world}")[0] * len(recipe.languages) == quiz.height


def test_the_labs_pairs_in_tofus_form_are_as_large_as_it_writes_them(tmp_path):
    pairs = {"documents": "tofu", "source": "lab", "file": LEARNED, "mixes": ["english"]}
    tofu = {"source": "lab", "files": [ASKED]}
    sizes = sizes_of(tmp_path, barrier={"corpora": {"pairs": pairs}, "tofu": tofu})
    recipe = LabRecipe(**sizes.settings.config.lab.world())
    lab = make_lab(recipe, ROOT / "resources/lab", ROOT / "resources/quiz")
    learned = read_learned_questions(ROOT / "resources/lab/tofu.yaml")
    write_tofu(lab, learned, tmp_path / "made", tmp_path / "made/translations.parquet")
    written = (tmp_path / "made" / LEARNED).read_bytes()
    assert sizes.task("tofu")[0] == written.count(b"\n")
    assert sizes.corpus_bytes("pairs") == pytest.approx(len(written), rel=0.05)


def test_two_shots_read_three_times_the_text(tmp_path):
    none = sizes_of(tmp_path, xmrc=ENGLISH).xmrc("llama-2-7b")
    two = sizes_of(tmp_path, xmrc=ENGLISH | {"shots": [2]}).xmrc("llama-2-7b")
    assert two.read - 60 * 1190 == pytest.approx(3 * (none.read - 60 * 1190))
    assert two.written == none.written


def test_training_is_six_operations_and_a_third_more(tmp_path):
    """400 steps of 32 rows of 512 tokens on two GPUs; 16 bytes a parameter are loaded."""
    work = reckoner_of(tmp_path).work(
        job_of(
            "finetune",
            wildcards={"model": "llama-2-7b.wikitext-103.english"},
            resources={"gpu": 2},
        )
    )
    operations = 6 * 7e9 * 400 * 32 * 512 * 4 / 3
    assert operations == pytest.approx(3.67e17, rel=1e-3)
    middle = 60 + 7e9 * 16 / 5e8 + operations / (2 * 312e12 * 0.35)
    assert work.seconds[1] == pytest.approx(middle)
    assert work.seconds[1] == pytest.approx(1964.4, rel=1e-3)


@pytest.mark.parametrize(("portable", "slower"), [(False, 1), (True, 2.5)])
def test_the_labs_reader_learns_by_its_own_tokens(tmp_path, portable, slower):
    """470 000 parameters and 100 steps of 1000 tokens, on one core of 2e10 operations a second."""
    reader = {"steps": 100, "step_tokens": 1000, "portable": portable}
    work = reckoner_of(tmp_path, lab={"reader": reader}).work(job_of("train_reader"))
    assert work.seconds[1] == pytest.approx(6 + slower * 6 * 0.47e6 * 1e5 / 2e10)


def test_training_for_an_epoch_reads_the_corpus_once(tmp_path):
    """A corpus of 3.5 MB is a million tokens; LLaMA-2-13B needs four GPUs for 208 GB of state."""
    path = tmp_path / "results/sources/wikitext-2/train.txt"
    path.parent.mkdir(parents=True)
    path.write_bytes(b"x" * 3_500_000)
    work = reckoner_of(tmp_path).work(
        job_of(
            "finetune", wildcards={"model": "llama-2-13b.wikitext-2.words"}, resources={"gpu": 4}
        )
    )
    middle = 60 + 13e9 * 16 / 5e8 + 8 * 13e9 * 1e6 / (4 * 312e12 * 0.35)
    assert work.seconds[1] == pytest.approx(middle)


def test_a_token_meets_only_the_active_part_of_a_mixture_of_experts(tmp_path):
    reckoner = reckoner_of(tmp_path, xmrc=ENGLISH)
    job = job_of("generate_vllm", wildcards={"model": "deepseek-v3"}, resources={"gpu": 16})
    operations = 2 * 37e9 * (332564 / (16 * 93.6e12) + 0.5 * 76160 / (16 * 9.36e12))
    # Its weights are 8-bit floats: as bfloat16 they would fill more of 16 GPUs than two thirds.
    assert reckoner.work(job).seconds[1] == pytest.approx(60 + 671e9 / 5e8 + operations, rel=1e-5)


def test_the_bytes_of_a_parameter_are_those_of_the_number_format():
    models = settings_of().models
    found = {name: bytes_of(models[name]) for name in ("llama-2-70b", "deepseek-v3", "tiny-base")}
    assert found == {"llama-2-70b": 2.0, "deepseek-v3": 1.0, "tiny-base": 4.0}


def test_a_model_of_unknown_size_is_said_and_not_guessed(tmp_path):
    table = tmp_path / "more.yaml"
    entry = {
        **{"label": "Mine", "source": {"folder": "weights"}, "family": "Mine", "stage": "base"},
        **{"parameters": None, "gpus": 1, "dtype": "bfloat16", "context_length": 4096},
        **{"engine": "vllm", "gated": False, "papers": []},
    }
    table.write_text(json.dumps({"models": {"mine": entry}}), encoding="utf-8")
    reckoner = reckoner_of(
        tmp_path,
        model_tables=["config/models.yaml", "config/translators.yaml", str(table)],
        xmrc=ENGLISH | {"models": ["mine"]},
    )
    work = reckoner.work(job_of("generate_vllm", wildcards={"model": "mine"}, resources={"gpu": 1}))
    assert work.unknown == "size of mine"
    assert work.seconds == (0, 0, 0)


def test_google_is_asked_for_each_text_once_a_quarter_second(tmp_path):
    """MMLU: 14 042 questions of 5 texts into 15 languages, at 4 texts a second."""
    work = reckoner_of(tmp_path).work(job_of("translate_mmlu"))
    assert work.units == 14042 * 5 * 15
    assert work.characters == 14042 * 443 * 15
    assert work.seconds[1] == pytest.approx(2 + 14042 * 5 * 15 / 4)


def test_an_archive_is_downloaded_once(tmp_path):
    needs = Needs(sizes_of(tmp_path))
    reckoner = reckoner_of(tmp_path)
    jobs = [
        job_of("fetch_folder", wildcards={"source": "mmlu", "folder": name})
        for name in ("test", "dev")
    ]
    downloads = [needs.need(job, reckoner.work(job)).download for job in jobs]
    assert downloads == [166184960, 0]


def test_weights_are_as_large_as_parameters_times_bytes_and_gated_ones_are_named(tmp_path):
    needs, reckoner = Needs(sizes_of(tmp_path)), reckoner_of(tmp_path)
    jobs = [job_of("fetch_model", wildcards={"model": m}) for m in ("llama-2-7b", "qwen-2-7b")]
    gated, free = (needs.need(job, reckoner.work(job)) for job in jobs)
    assert (gated.download, gated.gated) == (14_000_000_000, "meta-llama/Llama-2-7b-hf")
    assert (free.download, free.gated) == (14_000_000_000, None)


def test_what_a_mirror_holds_is_not_downloaded(tmp_path):
    mirror = tmp_path / "models"
    (mirror / "Qwen/Qwen2-7B").mkdir(parents=True)
    (mirror / "Qwen/Qwen2-7B/model.safetensors").write_bytes(b"x" * 1000)
    needs = Needs(sizes_of(tmp_path), mirror)
    job = job_of("fetch_model", wildcards={"model": "qwen-2-7b"})
    need = needs.need(job, reckoner_of(tmp_path).work(job))
    assert (need.download, need.disk) == (0, 1000)


@pytest.mark.mirror
@pytest.mark.parametrize("mix", ["document", "sentence", "words"])
def test_texts_to_translate_are_as_many_as_in_the_real_wikitext(tmp_path, mix):
    """Reckoned from the bytes of WikiText-2's test split, counted by the workflow's own split."""
    real = Path(os.environ["ISOGLOSS_MIRROR"]) / "wikitext-2/test.txt"
    target = tmp_path / "results/sources/wikitext-2/train.txt"
    target.parent.mkdir(parents=True)
    target.symlink_to(real.resolve())
    lines = [line for line in real.read_text(encoding="utf-8").splitlines() if line.strip()]
    counted = sum(piece.unit for line in lines for piece in split(line, mix, 8)) * 4 / 5
    assert sizes_of(tmp_path).units("wikitext-2", mix)[0] == pytest.approx(counted, rel=0.1)
