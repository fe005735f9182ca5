"""Models that translate, from the model table to a table of translations, by the real workflow."""

import hashlib
from pathlib import Path
from typing import Any

import polars as pl
import pytest
import yaml

from tests.seq2seq_models import LOOPING, SHORT, SILENT, nllb, opus, pairs
from tests.workflow.project import Project, changed

GOOD = {en: row for en, row in pairs().items() if en not in (LOOPING, SILENT, SHORT)}
TABLE = "results/corpora/questions/document/translations.parquet"
RUNNING = {"fetch_source", "fetch_model", "translate_corpus"}


def entry(label: str, folder: Path) -> dict[str, Any]:
    return {
        "label": label,
        "source": {"folder": str(folder)},
        "family": "Tiny",
        "stage": "base",
        "base": None,
        "parameters": 0.001,
        "gpus": 0,
        "dtype": "float32",
        "context_length": 256,
        "engine": "seq2seq",
        "gated": False,
        "papers": [],
    }


@pytest.fixture(scope="module")
def project(tmp_path_factory: pytest.TempPathFactory) -> Project:
    weights = tmp_path_factory.mktemp("weights")
    models = {
        "tiny-opus": entry("Tiny OPUS-MT", opus(weights / "opus")),
        "tiny-nllb": entry("Tiny NLLB", nllb(weights / "nllb")),
    }
    corpus = {"source": "questions", "file": "questions.txt", "mixes": ["document"]}
    made = Project(
        tmp_path_factory.mktemp("translators") / "project",
        {
            "model_tables": ["config/models.yaml", "more.yaml"],
            "sources": {"manifest": "sources.yaml"},
            "translation": {
                "provider": "seq2seq",
                "seq2seq": {"models": {"de": "tiny-opus"}, "beams": 2, "max_new_tokens": 100},
            },
            "barrier": {
                "languages": ["en", "de"],
                "corpora": {"questions": corpus},
                "mixed": ["questions"],
                "selection": None,
                "mmlu": None,
                "evaluate": [],
            },
        },
    )
    (made.folder / "more.yaml").write_text(yaml.safe_dump({"models": models}))
    # Many times each question, so that every one is drawn for every language.
    text = "".join(f"{english}\n" for english in GOOD for _ in range(12))
    (made.folder / "resources/questions.txt").write_text(text)
    manifest = yaml.safe_load((made.folder / "resources/sources.yaml").read_text())
    sha256 = hashlib.sha256(text.encode()).hexdigest()
    file = {"path": "resources/questions.txt", "sha256": sha256, "bytes": len(text.encode())}
    manifest["questions"] = {"title": "Q", "licence": "CC0-1.0", "files": {"questions.txt": file}}
    (made.folder / "sources.yaml").write_text(yaml.safe_dump(manifest))
    return made


def translations(project: Project, language: str) -> dict[str, str]:
    table = pl.read_parquet(project.folder / TABLE).filter(pl.col("target") == language)
    return dict(table.select("text", "translation").iter_rows())


def test_a_model_for_each_language_and_an_added_one(project):
    config = yaml.safe_load((project.folder / "small.yaml").read_text())
    project.run(target=TABLE)
    german = {english: row["de"] for english, row in GOOD.items()}
    assert translations(project, "de") == german
    assert project.planned(TABLE) == {}
    # What is computed at once is no parameter, nor is where the weights are.
    project.configure(changed(config, ["generation"], {"batch_size": 1, "threads": 1}))
    assert project.planned(TABLE) == {}
    config = changed(config, ["translation", "seq2seq", "models", "es"], "tiny-nllb")
    project.configure(changed(config, ["barrier", "languages"], ["en", "de", "es"]))
    assert project.planned(TABLE) == {"fetch_model": 1, "translate_corpus": 1}
    project.run(target=TABLE)
    assert translations(project, "es") == {english: row["es"] for english, row in GOOD.items()}
    log = project.log("translate_corpus/questions/document.log")
    assert f"en to de: {len(GOOD)} units, {len(GOOD)} in the memory, 0 to translate" in log
    assert f"en to es: {len(GOOD)} units, 0 in the memory, {len(GOOD)} to translate" in log


def test_a_language_model_asks_for_what_its_engine_needs(project):
    config = yaml.safe_load((project.folder / "small.yaml").read_text())
    llm = {"provider": "llm", "llm": {"model": "llama-2-70b"}}
    project.configure(config | {"translation": llm})
    output = project.run("--dry-run", "--printshellcmds", target=TABLE).stdout
    assert "$ISOGLOSS_VLLM_PYTHON workflow/scripts/translate_corpus.py" in output
    assert "results/models/llama-2-70b.json, config/prompts/translation.yaml" in output
    assert "gpu=4" in output
    wrong = {"provider": "llm", "llm": {"model": "tiny-nllb"}}
    project.configure(config | {"translation": wrong})
    done = project.run("--dry-run", target=TABLE, check=False)
    assert done.returncode != 0
    assert "translation.llm.model: 'tiny-nllb' has the engine 'seq2seq'" in done.stdout
