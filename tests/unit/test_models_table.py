"""config/models.yaml against the papers' own lists of models, and against itself."""

import csv
import re
from collections import Counter
from pathlib import Path
from typing import Any

import pytest
import yaml

ROOT = Path(__file__).resolve().parents[2]
TABLE = ROOT / "config" / "models.yaml"
PUBLISHED = ROOT / "resources" / "published" / "xmrc"

FIELDS = {
    "label",
    "source",
    "family",
    "stage",
    "base",
    "parameters",
    "gpus",
    "dtype",
    "context_length",
    "engine",
    "gated",
    "papers",
}
OPTIONAL = {"price", "retired", "trust_remote_code", "template", "chat", "active_parameters"}
# Made by the workflow itself, so it is no entry of the table.
TRAINED_HERE = "LLaMA-3.1-Tuned-8B"
# Paper B, section 2 and 3.1: six models in the focus, nine more.
BARRIER = {
    "LLaMA-2-7B",
    "LLaMA-2-13B",
    "Mistral-V0.1-7B",
    "LLaMA-3-8B",
    "GPT-3.5-Turbo-0125",
    "GPT-4",
    "Aya-23-8B",
    "Aya-Expanse-8B",
    "LLaMA-3.1-8B",
    "Qwen-2.5-7B",
    "Mistral-Nemo-12B",
    "TowerBase-V0.1-7B",
    "TowerInstruct-V0.2-7B",
    "Zamba-7B",
    "Mixtral-8x7B",
}
JUDGES = {"Qwen-2.5-Instruct-72B", "Gemini-2.5-Flash-Lite"}
BYTES = {"bfloat16": 2, "float16": 2, "float32": 4}

ALL: dict[str, dict[str, Any]] = yaml.safe_load(TABLE.read_text(encoding="utf-8"))["models"]
# The tiny models that the workflow trains are in no paper.
MODELS = {key: model for key, model in ALL.items() if "trained" not in model["source"]}
LABELS = {model["label"]: model for model in MODELS.values()}
LOCAL = {key: model for key, model in MODELS.items() if model["engine"] != "openai"}


def rows(table: str) -> list[dict[str, str]]:
    with (PUBLISHED / f"{table}.csv").open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def table04_label(row: dict[str, str]) -> str:
    """Put name, mode and size together as the tables with results print them."""
    size = {"Lite (16B)": "Lite-16B"}.get(row["size"], row["size"])
    mode = "" if row["mode"] == "Base" else row["mode"]
    return "-".join(part for part in (row["name"].replace(" ", "-"), mode, size) if part)


TABLE04 = [table04_label(row) for row in rows("table04_models")]
RESULTS = ("table01", "table05_qwen_sizes", "table06", "table07", "table08", "table09")
NAMED = {table: {row["model"] for row in rows(table)} - {TRAINED_HERE} for table in RESULTS}


def test_table04_is_read_as_the_other_tables_name_its_models() -> None:
    assert len(TABLE04) == len(set(TABLE04)) == 40
    # DeepSeek-V3 is the one model with results that the paper's list of models lacks.
    assert NAMED["table06"] <= set(TABLE04)
    assert NAMED["table01"] - set(TABLE04) == {"DeepSeek-V3"}


@pytest.mark.parametrize("label", TABLE04)
def test_every_model_of_table04_is_in_the_model_table(label: str) -> None:
    assert "xmrc" in LABELS[label]["papers"]


@pytest.mark.parametrize("table", RESULTS)
def test_every_model_with_published_results_is_in_the_model_table(table: str) -> None:
    assert NAMED[table]
    assert NAMED[table] - set(LABELS) == set()


def test_papers_say_who_is_evaluated_where() -> None:
    xmrc = {label for label, model in LABELS.items() if "xmrc" in model["papers"]}
    barrier = {label for label, model in LABELS.items() if "barrier" in model["papers"]}
    assert xmrc == set(TABLE04).union(*NAMED.values())
    assert barrier == BARRIER
    assert set(LABELS) == xmrc | barrier | JUDGES


def test_keys_and_labels_are_unique() -> None:
    # A YAML reader keeps the last of two equal keys in silence, so the text itself is counted.
    keys = re.findall(r"^  ([^\s#:]+):$", TABLE.read_text(encoding="utf-8"), flags=re.MULTILINE)
    assert [key for key, count in Counter(keys).items() if count > 1] == []
    assert keys == list(ALL)
    assert len({model["label"] for model in ALL.values()}) == len(ALL)


def test_models_trained_here_are_the_small_ones() -> None:
    assert set(ALL) - set(MODELS) == {"tiny-base", "tiny-chat", "lab-base", "lab-reader"}
    assert all(ALL[key]["papers"] == [] for key in set(ALL) - set(MODELS))


@pytest.mark.parametrize("key", MODELS)
def test_entry_is_well_formed(key: str) -> None:
    model = MODELS[key]
    assert set(model) >= FIELDS
    assert set(model) <= FIELDS | OPTIONAL
    assert key == model["label"].lower()
    assert re.fullmatch(r"[a-z0-9][a-z0-9.-]*", key)
    assert set(model["papers"]) <= {"xmrc", "barrier"}
    assert len(set(model["papers"])) == len(model["papers"])
    assert type(model["gated"]) is bool
    assert type(model["context_length"]) is int
    assert model["context_length"] >= 4096


@pytest.mark.parametrize("key", MODELS)
def test_source_is_a_pinned_hub_model_or_a_dated_name(key: str) -> None:
    model = MODELS[key]
    if key in LOCAL:
        assert set(model["source"]) == {"hub", "revision"}
        assert re.fullmatch(r"[A-Za-z0-9][\w.-]*/[A-Za-z0-9][\w.-]*", model["source"]["hub"])
        assert isinstance(model["source"]["revision"], str)
        assert re.fullmatch(r"main|[0-9a-f]{40}", model["source"]["revision"])
        assert model["engine"] in {"vllm", "transformers"}
    else:
        assert set(model["source"]) in ({"api"}, {"api", "url", "key"})
        assert set(model["price"]) == {"read", "written", "date", "source"}
        assert (model["parameters"], model["gpus"], model["dtype"]) == (None, 0, None)
        assert model["gated"] is False


def test_no_two_entries_share_a_source() -> None:
    sources = Counter(
        model["source"].get("hub") or model["source"]["api"] for model in MODELS.values()
    )
    assert [source for source, count in sources.items() if count > 1] == []
    revisions = Counter(model["source"]["revision"] for model in LOCAL.values())
    assert [commit for commit, count in revisions.items() if count > 1 and commit != "main"] == []


@pytest.mark.parametrize("key", MODELS)
def test_base_is_the_base_model_of_the_family_in_the_same_size(key: str) -> None:
    model = MODELS[key]
    assert model["stage"] in {"base", "post-trained"}
    if model["stage"] == "base":
        assert model["base"] is None
    elif model["base"] is not None:
        base = MODELS[model["base"]]
        assert base["stage"] == "base"
        for field in ("family", "parameters", "gpus"):
            assert base[field] == model[field]
        assert base["source"]["hub"].split("/")[0] == model["source"]["hub"].split("/")[0]


def test_post_trained_models_without_a_base() -> None:
    without = {
        key for key, model in LOCAL.items() if model["stage"] != "base" and model["base"] is None
    }
    assert without == {
        "llamax-2-alpaca-7b",
        "llamax-3-alpaca-8b",
        "deepseek-v3",
        "aya-23-8b",
        "aya-expanse-8b",
    }


@pytest.mark.parametrize("key", LOCAL)
def test_stage_agrees_with_the_names(key: str) -> None:
    words = r"instruct|chat|alpaca|-it\b|aya-|^deepseek-ai/deepseek-v3$"
    tuned = re.search(words, LOCAL[key]["source"]["hub"].lower()) is not None
    assert tuned == (LOCAL[key]["stage"] == "post-trained")


@pytest.mark.parametrize("key", LOCAL)
def test_size_agrees_with_the_label_and_fits_the_gpus(key: str) -> None:
    model = LOCAL[key]
    printed = re.search(r"-(\d+(?:\.\d+)?)B$", model["label"])
    if printed:
        assert model["parameters"] == float(printed[1])
    else:
        assert key in {"deepseek-v3", "mixtral-8x7b"}
    # DeepSeek-V3's matrices are 8-bit, whatever the dtype of the rest.
    size = model["parameters"] * (1 if key == "deepseek-v3" else BYTES[model["dtype"]])
    gpus = 1
    while size > gpus * 80 * 2 / 3:
        gpus *= 2
    assert model["gpus"] == gpus
