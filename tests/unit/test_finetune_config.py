"""Section `finetunes`: fine-tuned models are models of the table, and mistakes are explained."""

import copy
import re

import pytest
import yaml
from snakemake.utils import update_config

from isogloss.config.load import load
from isogloss.errors import IsoglossError
from isogloss.training.recipe import Recipe
from tests.demo import ROOT

CONFIG = yaml.safe_load((ROOT / "config/config.yaml").read_text(encoding="utf-8"))
# The study's own fine-tunes and what it asks of them are another matter.
CONFIG |= {"finetunes": {}}
CONFIG["barrier"] |= {"evaluate": [], "embeddings": None}
TEXT = {"base": "llama-3-8b", "data": "text", "files": ["corpus.txt"]}
SFT = {"base": "llama-3.1-8b", "data": "sft", "files": ["a.parquet", "b.parquet"]}
TOFU = {"base": "llama-2-chat-7b", "data": "tofu", "corpus": "tofu", "mix": "english"}


def settings_of(finetunes, **changes):
    config = copy.deepcopy(CONFIG)
    update_config(config, copy.deepcopy({"finetunes": finetunes, **changes}))
    return load(config, ROOT)


def message_of(finetunes, **changes):
    with pytest.raises(IsoglossError) as error:
        settings_of(finetunes, **changes)
    return str(error.value)


def test_the_entries_of_the_documentation_are_valid_and_fetch_tulu_3_at_a_given_revision():
    text = (ROOT / "docs/finetuning.md").read_text(encoding="utf-8")
    examples = [yaml.safe_load(block) for block in re.findall(r"```yaml\n(.*?)```", text, re.S)]
    entries = {key: entry for example in examples for key, entry in example["finetunes"].items()}
    tuned = entries["llama-3.1-tuned-8b"]
    assert tuned.pop("chat_template")  # the reader's own file
    settings = settings_of(entries, xmrc={"models": ["llama-3.1-tuned-8b"]})
    assert settings.models["llama-3.1-tuned-8b"].label == "LLaMA-3.1-Tuned-8B"
    manifest = settings.manifest.root["tulu-3"]
    assert manifest.licence == "ODC-BY-1.0"
    wanted = [f"results/sources/tulu-3/{name}" for name in manifest.files]
    assert settings.config.finetunes["llama-3.1-tuned-8b"].data_files() == wanted
    for file in manifest.files.values():
        assert f"/resolve/{manifest.revision}/data/" in file.url
        assert file.sha256 is None  # so it is refused until it is locked


def test_a_fine_tuned_model_is_a_model_of_the_table():
    mixed = TEXT | {"files": None, "corpus": "wikitext-103", "mix": "sentence", "steps": 200}
    settings = settings_of(
        {"llama-3-8b-mixed": mixed, "tuned": SFT | {"label": "LLaMA-3.1-Tuned-8B"}, "qa": TOFU},
        xmrc={"models": ["llama-3-8b-mixed", "tuned"]},
    )
    base, model = settings.models["llama-3-8b"], settings.models["llama-3-8b-mixed"]
    assert model.label == "LLaMA-3-8B + wikitext-103 sentence"
    assert model.source.finetuned == "llama-3-8b-mixed"
    same = ("family", "stage", "base", "parameters", "gpus", "dtype", "context_length", "engine")
    assert all(getattr(model, key) == getattr(base, key) for key in (*same, "papers"))
    assert settings.models["tuned"].stage == "post-trained"
    assert settings.models["tuned"].base == "llama-3.1-8b"
    assert settings.models["tuned"].label == "LLaMA-3.1-Tuned-8B"
    assert settings.models["qa"].label == "LLaMA-2-Chat-7B + tofu english"
    assert settings.models["qa"].base == "llama-2-7b"
    assert settings.model_folder("llama-3-8b-mixed") == "results/models/llama-3-8b-mixed"
    assert settings.model_manifest("tuned") == ["results/models/tuned.json"]
    assert {"llama-3-8b-mixed", "tuned", "qa"}.isdisjoint(settings.fetched_models())
    assert settings.xmrc_models("vllm") == ["llama-3-8b-mixed", "tuned"]
    files = {key: entry.data_files() for key, entry in settings.config.finetunes.items()}
    assert files["llama-3-8b-mixed"] == ["results/corpora/wikitext-103/sentence.txt"]
    assert files["qa"] == ["results/corpora/tofu/english.json"]
    assert files["tuned"] == ["a.parquet", "b.parquet"]


def test_the_defaults_are_the_papers():
    """SEMANTICS: paper B, section 4.2 and D.2; paper A, C.3 (8 per device on 8 GPUs)."""
    settings = settings_of({"text": TEXT, "sft": SFT | {"gpus": 8}, "qa": TOFU})
    text, sft, qa = (settings.finetune_recipe(key) for key in ("text", "sft", "qa"))
    for recipe in (text, qa):
        assert (recipe["learning_rate"], recipe["weight_decay"]) == (2e-5, 0.01)
        assert (recipe["batch_size"], recipe["seed"]) == (32, 42)
    assert (text["packing"], qa["packing"], sft["packing"]) == (True, False, False)
    assert (sft["learning_rate"], sft["schedule"], sft["warm_up"]) == (1e-5, "cosine", 0.1)
    assert (sft["sequence_length"], sft["batch_size"]) == (2048, 8 * 8)
    assert settings.config.finetunes["sft"].value("device_batch_size") == 8
    assert (text["dtype"], qa["dtype"], qa["chat"], text["chat"]) == (
        "bfloat16",
        "float16",
        True,
        False,
    )
    for recipe in (text, sft, qa):
        assert Recipe(**recipe).as_dict() == recipe


@pytest.mark.parametrize(
    ("base", "weights", "gpus"),
    [
        ("llama-2-7b", "float32", 2),  # the paper's two A100 of 80 GB
        ("llama-3-8b", "float32", 2),
        ("llama-3-8b", "bfloat16", 1),
        ("llama-2-13b", "float32", 4),
        ("llama-2-70b", "float32", 32),
        ("tiny-base", "float32", 0),
    ],
)
def test_gpus_are_as_many_as_the_training_state_needs(base, weights, gpus):
    settings = settings_of({"mine": TEXT | {"base": base, "weights": weights}})
    assert settings.finetune_gpus("mine") == gpus


def test_a_fine_tuned_model_can_be_fine_tuned_in_any_order():
    settings = settings_of({"second": TEXT | {"base": "first", "label": "Second"}, "first": TEXT})
    assert list(settings.models)[-2:] == ["second", "first"]
    assert settings.models["second"].family == "LLaMA-3"
    assert settings.model_manifest(settings.config.finetunes["second"].base) == [
        "results/models/first.json"
    ]


MISTAKES = [
    ({"base": "llama3-8b"}, "finetunes.mine.base: no model 'llama3-8b' (did you mean 'llama-3"),
    ({"base": "gpt-4"}, "finetunes.mine.base: the weights of 'gpt-4' are not public"),
    ({"base": "mine"}, "finetunes.mine.base: goes in a circle: mine -> mine"),
    ({"data": "txt"}, "finetunes.mine.data: 'txt' is not valid (did you mean 'text'?)"),
    ({"stepz": 3}, "finetunes.mine.stepz: unknown key (did you mean 'steps'?)"),
    ({"steps": 3, "epochs": 1}, "`steps` is 3 and `epochs` 1: give one of them"),
    ({"steps": 0}, "finetunes.mine.steps: Input should be greater than 0 (got 0)"),
    ({"files": None}, "finetunes.mine: give `corpus` and `mix`, or `files`"),
    ({"corpus": "wikitext-2"}, "give `corpus` and `mix`, or `files`"),
    ({"files": None, "corpus": "tofu"}, "give `corpus` and `mix`, or `files`"),
    (
        {"files": None, "corpus": "wikitext2", "mix": "words"},
        "finetunes.mine.corpus: 'wikitext2' is not in barrier.corpora (did you mean 'wikitext-2'?)",
    ),
    (
        {"files": None, "corpus": "wikitext-103", "mix": "document"},
        "mix: 'document' is not in barrier.corpora.wikitext-103.mixes (valid: english",
    ),
    (
        {"files": None, "corpus": "tofu", "mix": "english"},
        "data: 'text' does not fit corpus 'tofu', whose documents are 'tofu'",
    ),
    ({"sequence_length": 8193}, "sequence_length: 8193 is more than the 8192 tokens of 'llama-3"),
    ({"batch_size": 33}, "batch_size: 33 cannot be shared evenly by 2 processes"),
    ({"learning_rate": "2e-5"}, "learning_rate: Input should be a valid number (got '2e-5')"),
    ({"warm_up": 1.5}, "warm_up: Input should be less than or equal to 1 (got 1.5)"),
    ({"packing": False, "across_documents": True}, "`across_documents` is for packed rows"),
    ({"data": "sft", "packing": True}, "`packing` is for `data: text`: rows of sft would be cut"),
    ({"chat_template": "x.jinja"}, "`chat_template` is for `data: sft` or `tofu`"),
    (
        {"data": "sft", "chat_template": "x.jinja"},
        "finetunes.mine.chat_template: no file 'x.jinja'",
    ),
    ({"question_template": "{answer}"}, "`question_template` must have {question} and end with"),
    ({"label": "LLaMA-3-8B"}, "finetunes.mine.label: 'LLaMA-3-8B' is the label of 'llama-3-8b'"),
]


@pytest.mark.parametrize(("change", "message"), MISTAKES, ids=[m for _, m in MISTAKES])
def test_a_mistake_is_explained(change, message):
    assert message in message_of({"mine": TEXT | change})


@pytest.mark.parametrize("name", ["llama-3-8b", "control-gold", "tiny-base"])
def test_a_name_is_not_given_twice(name):
    assert f"finetunes.{name}: the name is that of another" in message_of({name: TEXT})


def test_circles_of_any_length_are_found():
    circle = {"a": TEXT | {"base": "b"}, "b": TEXT | {"base": "c"}, "c": TEXT | {"base": "b"}}
    assert "finetunes.a.base: goes in a circle: a -> b -> c -> b" in message_of(circle)


def test_a_table_cannot_name_a_fine_tuned_model(tmp_path):
    table = copy.deepcopy(
        yaml.safe_load((ROOT / "config/models.yaml").read_text(encoding="utf-8"))["models"]
    )
    mine = table["llama-3-8b"] | {"label": "Mine", "source": {"finetuned": "x"}}
    (tmp_path / "mine.yaml").write_text(yaml.safe_dump({"models": {"mine": mine}}))
    tables = ["config/models.yaml", str(tmp_path / "mine.yaml")]
    message = message_of({}, model_tables=tables)
    assert "models.mine.source.finetuned: section `finetunes` makes such models" in message


def test_a_base_of_unknown_size_needs_gpus(tmp_path):
    table = yaml.safe_load((ROOT / "config/models.yaml").read_text(encoding="utf-8"))["models"]
    mine = table["llama-3-8b"] | {"label": "Mine", "parameters": None}
    (tmp_path / "mine.yaml").write_text(yaml.safe_dump({"models": {"mine": mine}}))
    tables = ["config/models.yaml", str(tmp_path / "mine.yaml")]
    assert "finetunes.x: `gpus` must be given" in message_of(
        {"x": TEXT | {"base": "mine"}}, model_tables=tables
    )
