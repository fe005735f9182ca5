"""The configuration: what ships is right, and every mistake is explained before a job is made."""

import copy
import os
import subprocess
import sys

import pytest
import yaml
from snakemake.utils import update_config

from isogloss.config.docs import files
from isogloss.config.load import load
from isogloss.config.models import ModelTable
from isogloss.errors import IsoglossError
from tests.demo import ROOT

CONFIG = yaml.safe_load((ROOT / "config/config.yaml").read_text(encoding="utf-8"))
DEMO = yaml.safe_load((ROOT / "config/demo.yaml").read_text(encoding="utf-8"))
MODEL = {
    "label": "Mine-7B",
    "source": {"folder": "weights"},
    "family": "Mine",
    "stage": "base",
    "parameters": 7,
    "gpus": 1,
    "dtype": "bfloat16",
    "context_length": 4096,
    "engine": "transformers",
    "gated": False,
    "papers": [],
}


def merged(*changes):
    """Return config.yaml with `changes` over it, merged as Snakemake merges files."""
    config = copy.deepcopy(CONFIG)
    for change in changes:
        update_config(config, copy.deepcopy(change))
    return config


def message_of(config, root=ROOT):
    with pytest.raises(IsoglossError) as error:
        load(config, root)
    return str(error.value)


def with_table(tmp_path, table, **xmrc):
    """Return a configuration with a second model table that holds `table`."""
    path = tmp_path / "mine.yaml"
    path.write_text(table if isinstance(table, str) else yaml.safe_dump({"models": table}))
    return merged(DEMO, {"model_tables": ["config/models.yaml", str(path)], "xmrc": xmrc})


@pytest.mark.parametrize("changes", [(), (DEMO,)])
def test_what_ships_is_right(changes):
    settings = load(merged(*changes), ROOT)
    models = settings.xmrc_models()
    assert models[-3:] == ["control-gold", "control-random", "control-english-only"]
    assert len(models) > 40 or models[:2] == ["tiny-base", "tiny-chat"]
    assert len(settings.data_files(settings.config.xmrc.dataset, ["en"])) == 1


MISTAKES = [
    # Unknown keys, with the nearest name
    ({"xmcr": {}}, "xmcr: unknown key (did you mean 'xmrc'?)"),
    ({"xmrc": {"langauges": []}}, "xmrc.langauges: unknown key (did you mean 'languages'?)"),
    (
        {"xmrc": {"decoding": {"stops": []}}},
        "xmrc.decoding.stops: unknown key (did you mean 'stop'?",
    ),
    ({"bootstrap": {"seeed": 1}}, "bootstrap.seeed: unknown key (did you mean 'seed'?)"),
    ({"tiny": {"zzz": 1}}, "tiny.zzz: unknown key (valid: base_steps, batch_size,"),
    # Wrong types and values
    ({"xmrc": {"questions": "5"}}, "xmrc.questions: Input should be a valid integer (got '5')"),
    ({"xmrc": {"questions": 0}}, "xmrc.questions: Input should be greater than 0 (got 0)"),
    ({"xmrc": {"shots": [0, 9]}}, "xmrc.shots.1: Input should be less than or equal to 8 (got 9)"),
    ({"xmrc": {"languages": "en"}}, "xmrc.languages: Input should be a valid list (got 'en')"),
    ({"xmrc": {"decoding": {"stop": [""]}}}, "xmrc.decoding.stop.0: String should have at least 1"),
    ({"bootstrap": {"level": 1.0}}, "bootstrap.level: Input should be less than 1 (got 1.0)"),
    ({"tiny": {"width": 130}}, "tiny: `width` 130 is no multiple of twice `heads` 4"),
    ({"xmrc": None}, "xmrc: Input should be a valid dictionary"),
    # One of few values
    ({"xmrc": {"settings": ["en-en", "x-en"]}}, "xmrc.settings.1: 'x-en' is not valid (did you"),
    ({"xmrc": {"too_long": "exclud"}}, "too_long: 'exclud' is not valid (did you mean 'exclude'?)"),
    (
        {"xmrc": {"controls": ["golden"]}},
        "controls.0: 'golden' is not valid (did you mean 'gold'?)",
    ),
    # Lists
    ({"xmrc": {"languages": ["en", "de", "de"]}}, "xmrc: `languages` lists 'de' twice"),
    ({"xmrc": {"models": ["llama-2-7b"] * 2}}, "xmrc: `models` lists 'llama-2-7b' twice"),
    ({"xmrc": {"shots": [2, 2]}}, "xmrc: `shots` lists '2' twice"),
    ({"xmrc": {"settings": []}}, "xmrc: `settings` is empty: give at least one"),
    ({"xmrc": {"templates": []}}, "xmrc: `templates` is empty: give at least one"),
    ({"xmrc": {"models": [], "controls": []}}, "`models` and `controls` are both empty"),
    ({"xmrc": {"languages": ["de", "ru"]}}, "xmrc: `languages` must include en"),
    ({"xmrc": {"languages": []}}, "xmrc: `languages` must include en"),
    ({"xmrc": {"languages": ["en"]}}, "`languages` has only en, so `settings` can only be en-en"),
    # Names of things elsewhere
    ({"xmrc": {"models": ["llama2-7b"]}}, "xmrc.models: no model 'llama2-7b' (did you mean 'llama"),
    ({"xmrc": {"tables": {"tuned": ["x"]}}}, "xmrc.tables.tuned: no model 'x' (valid: aya-23-8b,"),
    ({"xmrc": {"languages": ["en", "fr"]}}, "xmrc.languages: 'fr' is not a language of xquad"),
    (
        {"tiny": {"languages": ["en", "rum"]}},
        "tiny.languages: 'rum' is not a language of xquad-demo",
    ),
    (
        {"xmrc": {"detection_languages": ["xx"]}},
        "xmrc.detection_languages: 'xx' is not in isogloss",
    ),
    ({"xmrc": {"dataset": "xqaud"}}, "xmrc.dataset: 'xqaud' is not in resources/sources.yaml (did"),
    ({"tiny": {"dataset": "demo"}}, "tiny.dataset: 'demo' is not in resources/sources.yaml ("),
    (
        {"xmrc": {"templates": ["v3"]}},
        "xmrc.templates: 'v3' is not in config/prompts/xmrc.yaml (valid: v1",
    ),
    (
        {"barrier": {"corpora": {"wikitext-2": {"source": "wikitxt-2"}}}},
        "barrier.corpora.wikitext-2.source: 'wikitxt-2' is not in resources/sources.yaml (did you",
    ),
    (
        {"barrier": {"corpora": {"tofu": {"file": "ful.json"}}}},
        "barrier.corpora.tofu.file: 'ful.json' is no file of tofu (did you mean 'full.json'?)",
    ),
    (
        {"barrier": {"selection": {"query": {"file": "pasages.txt"}}}},
        "barrier.selection.query.file: 'pasages.txt' is no file of hp-wiki (did you mean 'passages",
    ),
    (
        {"barrier": {"selection": {"published": {"source": "hp"}}}},
        "barrier.selection.published.source: 'hp' is not in resources/sources.yaml",
    ),
    ({"sources": {"unpinned": "yes"}}, "sources.unpinned: 'yes' is not valid (valid: accept, refu"),
    # Languages and translation
    ({"barrier": {"languages": ["en", "ger"]}}, "barrier.languages: 'ger' is not in isogloss/lang"),
    ({"barrier": {"languages": ["de", "fr"]}}, "barrier.languages: is ['de', 'fr']; give each"),
    (
        {"barrier": {"corpora": {"x": {"source": "tofu", "file": "a", "mixes": ["word"]}}}},
        "barrier.corpora.x.mixes.0: 'word' is not valid (did you mean 'words'?)",
    ),
    (
        {"translation": {"provider": "apertium"}},
        "barrier.languages: the provider 'apertium' does not translate into 'de', only into es, fr",
    ),
    (
        {"translation": {"provider": "glossary"}, "barrier": {"languages": ["en", "th"]}},
        "the provider 'glossary' does not translate into 'th', only into de, es, fr, it;",
    ),
    (
        {"translation": {"provider": "glossary", "glossary": {"file": "none.tsv"}}},
        "translation.glossary.file: 'none.tsv': ",
    ),
    # Files
    ({"model_tables": ["config/none.yaml"]}, "config/none.yaml: no such file"),
    ({"model_tables": ["config"]}, "config: cannot be read"),
    ({"model_tables": ["resources/sources.yaml"]}, "resources/sources.yaml: "),
    ({"model_tables": ["config/models.yaml"] * 2}, "model 'llama-2-7b' is defined in an earlier"),
    ({"xmrc": {"prompts": "config/none.yaml"}}, "config/none.yaml: no such file"),
    ({"sources": {"manifest": "none.yaml"}}, "none.yaml: the manifest of sources cannot be read"),
]


@pytest.mark.parametrize(("change", "message"), MISTAKES, ids=[message for _, message in MISTAKES])
def test_a_mistake_is_explained(change, message):
    assert message in message_of(merged(change))


def test_every_mistake_is_named_at_once():
    config = merged({"stoer": "x", "bootstrap": {"samples": -1}})
    del config["xmrc"]["dataset"]
    lines = message_of(config).splitlines()
    assert lines[0] == "config: 3 mistake(s)"
    assert sorted(line.split(":")[0].strip() for line in lines[1:]) == [
        "bootstrap.samples",
        "stoer",
        "xmrc.dataset",
    ]
    assert "  xmrc.dataset: missing, and it has no default" in lines


SERVED = {"source": {"api": "x"}, "engine": "openai", "dtype": None, "gpus": 0}
PRICE = {"read": 1.0, "written": 2.0, "date": "2024-01-25", "source": "https://example.org"}
MODEL_MISTAKES = [
    ({"labell": "x"}, "models.mine.labell: unknown key (did you mean 'label'?)"),
    ({"source": {"hubb": "a/b"}}, "models.mine.source.hubb: unknown key (did you mean 'hub'?)"),
    ({"source": {"hub": "a/b"}}, "models.mine.source: `revision` belongs to `hub`: give both"),
    ({"source": {}}, "needs exactly one of hub, folder, trained, finetuned, api; has []"),
    ({"source": {"trained": "base", "folder": "x"}}, "needs exactly one of hub, folder, trained"),
    ({"source": {"trained": "chatt"}}, "'chatt' is not valid (did you mean 'chat'?)"),
    ({"source": {"api": "x"}}, "`engine: openai` belongs to a `source` with `api`"),
    ({"dtype": "bf16"}, "models.mine.dtype: 'bf16' is not valid (did you mean 'bfloat16'?)"),
    ({"dtype": None}, "models.mine: `dtype` is null, which only models of the engine openai"),
    ({"engine": "vlm"}, "models.mine.engine: 'vlm' is not valid (did you mean 'vllm'?)"),
    ({"gpus": -1}, "models.mine.gpus: Input should be greater than or equal to 0 (got -1)"),
    ({"base": "llama-2-7b"}, "models.mine: a model of stage base cannot have a base"),
    ({"base": "llama2-7b", "stage": "post-trained"}, "models.mine.base: no model 'llama2-7b' (did"),
    ({"label": "LLaMA-2-7B"}, "models.mine.label: 'LLaMA-2-7B' is the label of 'llama-2-7b', too"),
    ({"source": {"folder": "x", "url": "http://x/v1"}}, "`url` belongs to `api`: give both or nei"),
    (
        {"source": {"api": "x", "url": "x/v1"}},
        "models.mine.source.url: String should match pattern",
    ),
    ({"price": PRICE}, "`price` and `retired` belong to models of the engine openai"),
    ({**SERVED, "gpus": 1}, "`gpus` is 1: a model of the engine openai runs elsewhere"),
    (
        {**SERVED, "price": PRICE | {"date": "now"}},
        "models.mine.price.date: String should match pat",
    ),
    ({"template": "v9"}, "models.mine.template: 'v9' is not in config/prompts/xmrc.yaml"),
]


@pytest.mark.parametrize(
    ("change", "message"), MODEL_MISTAKES, ids=[message for _, message in MODEL_MISTAKES]
)
def test_a_mistake_in_a_model_is_explained(tmp_path, change, message):
    config = with_table(tmp_path, {"mine": MODEL | change}, models=["mine"])
    assert message in message_of(config)


@pytest.mark.parametrize(
    ("table", "message"),
    [
        ({"llama-2-7b": MODEL}, "model 'llama-2-7b' is defined in an earlier table already"),
        ({"control-x": MODEL}, "models.control-x: control-... is how controls are called"),
        ({"My Model": MODEL}, "models.My Model.[key]: String should match pattern"),
        ({"mine": {}}, "models.mine.label: missing, and it has no default"),
        ("models: {mine: [", "mine.yaml: not valid YAML: while parsing"),
        ("models: {mine: {}, mine: {}}", "mine.yaml: not valid YAML: key 'mine' is given twice"),
        ("- a", "mine.yaml: 1 mistake(s)\n  (top level): Input should be a valid dictionary"),
        ("", "mine.yaml: 1 mistake(s)\n  (top level): Input should be a valid dictionary"),
    ],
)
def test_a_mistake_in_a_table_is_explained(tmp_path, table, message):
    assert message in message_of(with_table(tmp_path, table))


def test_a_table_may_add_a_model_whose_base_is_in_another(tmp_path):
    tuned = MODEL | {"stage": "post-trained", "base": "llama-2-7b"}
    settings = load(with_table(tmp_path, {"mine": tuned}, models=["mine"]), ROOT)
    assert settings.xmrc_models("transformers") == ["mine"]
    assert settings.model_info(["mine"])[0]["base"] == "llama-2-7b"


@pytest.mark.parametrize("content", ["[a, b]", "", "text"])
def test_a_file_of_prompts_without_templates_is_explained(tmp_path, content):
    path = tmp_path / "prompts.yaml"
    path.write_text(content)
    assert "holds no templates" in message_of(merged({"xmrc": {"prompts": str(path)}}))


def test_the_shipped_table_has_what_the_study_needs():
    table = yaml.safe_load((ROOT / "config/models.yaml").read_text(encoding="utf-8"))
    models = ModelTable.model_validate(table).models
    assert all(models[key].engine != "openai" for key in CONFIG["xmrc"]["models"])


@pytest.mark.parametrize("name", files())
def test_docs_are_as_the_models_say(name):
    written = (ROOT / "docs" / name).read_text(encoding="utf-8")
    assert written == files()[name], "run `make docs`"


def test_reading_the_configuration_imports_nothing_heavy():
    # Snakemake reads it at every start, on a cluster twice for each job.
    code = (
        "import sys; import isogloss.config.load; "
        "print([m for m in ('numpy', 'polars', 'scipy', 'torch') if m in sys.modules])"
    )
    ran = subprocess.run(
        [sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True
    )
    assert ran.stdout == "[]\n"


def test_snakemake_shows_the_mistake_and_makes_no_job(tmp_path):
    mine = tmp_path / "mine.yaml"
    mine.write_text("xmrc: {langauges: [en, de], too_long: exclud}\n")
    dry_run = [sys.executable, "-m", "snakemake", "-n", "--snakefile", ROOT / "Snakefile"]
    process = subprocess.run(
        [*dry_run, "--directory", tmp_path, "--configfile", ROOT / "config/demo.yaml", mine],
        cwd=ROOT,
        env=os.environ | {"XDG_CACHE_HOME": str(tmp_path / "cache")},
        capture_output=True,
        text=True,
    )
    output = process.stdout + process.stderr
    assert process.returncode != 0
    assert "xmrc.langauges: unknown key (did you mean 'languages'?)" in output
    assert "xmrc.too_long: 'exclud' is not valid (did you mean 'exclude'?)" in output
    assert "Traceback" not in output
    assert "rule " not in output
    assert not (tmp_path / "results").exists()
