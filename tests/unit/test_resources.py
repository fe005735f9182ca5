"""What jobs ask a scheduler for, from the model table."""

import copy

import pytest
import yaml
from snakemake.utils import update_config

from isogloss.config.load import load
from isogloss.config.resources import answer_mem_mb, answer_runtime, train_mem_mb, train_runtime
from isogloss.errors import IsoglossError
from tests.demo import ROOT

CONFIG = yaml.safe_load((ROOT / "config/config.yaml").read_text(encoding="utf-8"))
SETTINGS = load(copy.deepcopy(CONFIG), ROOT)
ATTEMPTS = (1, 2, 3)
LARGE = [model for model in SETTINGS.models.values() if model.gpus]


@pytest.mark.parametrize("model", LARGE, ids=lambda model: model.label)
def test_a_models_jobs_get_memory_for_its_weights_and_at_most_what_machines_have(model):
    """Usual machines have some 250 GB for each GPU of 80 GB."""
    bytes_each = {"float32": 4, "bfloat16": 2, "float16": 2}[model.dtype]
    weights = model.parameters * 1_000 * bytes_each
    assert weights < answer_mem_mb(model, 1) < 250_000 * model.gpus


@pytest.mark.parametrize("model", LARGE, ids=lambda model: model.label)
def test_a_first_attempt_fits_a_partition_of_a_day(model):
    assert 60 < answer_runtime(model, 1) <= 24 * 60


@pytest.mark.parametrize("name", SETTINGS.config.finetunes)
def test_a_training_gets_memory_to_load_and_save_float32_weights(name):
    entry, base = SETTINGS.finetune(name)
    assert train_mem_mb(entry, base, 1) > base.parameters * 4_000
    assert answer_runtime(base, 1) <= train_runtime(entry, base, 1) <= 24 * 60


def test_each_attempt_gets_twice_as_much_as_the_one_before():
    entry, base = SETTINGS.finetune("llama-2-7b.tofu.english")
    model = base.model_copy(update={"mem_mb": 300, "runtime": 7})
    tuning = entry.model_copy(update={"mem_mb": 500, "runtime": 11})
    assert [answer_mem_mb(model, n) for n in ATTEMPTS] == [300, 600, 1200]
    assert [answer_runtime(model, n) for n in ATTEMPTS] == [7, 14, 28]
    assert [train_mem_mb(tuning, base, n) for n in ATTEMPTS] == [500, 1000, 2000]
    assert [train_runtime(tuning, base, n) for n in ATTEMPTS] == [11, 22, 44]
    for limit in (answer_mem_mb, answer_runtime):
        first, second, third = (limit(base, n) for n in ATTEMPTS)
        assert (second, third) == (2 * first, 4 * first)


def test_a_model_of_unknown_size_gets_what_its_gpus_take():
    model = SETTINGS.models["llama-3-8b"].model_copy(update={"parameters": None, "gpus": 2})
    # Two thirds of 2 x 80 GB, as the model table has it, pass through main memory.
    assert answer_mem_mb(model, 1) > 2 * 80_000 * 2 / 3


def test_a_gpu_model_without_gpus_is_refused(tmp_path):
    table = {"models": {"tiny-cpu": {**_tiny(), "label": "Tiny-CPU", "gpu_model": "h100"}}}
    path = tmp_path / "more.yaml"
    path.write_text(yaml.safe_dump(table))
    config = copy.deepcopy(CONFIG)
    update_config(config, {"model_tables": ["config/models.yaml", str(path)]})
    with pytest.raises(IsoglossError, match=r"tiny-cpu: `gpu_model` is 'h100' and `gpus` 0"):
        load(config, ROOT)


def _tiny():
    models = yaml.safe_load((ROOT / "config/models.yaml").read_text(encoding="utf-8"))["models"]
    return models["tiny-base"]
