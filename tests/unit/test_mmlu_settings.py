"""The settings of MMLU: what is built and what is taken as published, and every mistake."""

from pathlib import Path
from typing import Any

import pytest
import yaml

from isogloss.config.load import load
from isogloss.config.mmlu import MmluSettings
from isogloss.corpora.mmlu_build import Plan
from isogloss.errors import IsoglossError

ROOT = Path(__file__).parents[2]
MAIN = ["en", "fr", "de", "es", "it"]


def raw(mmlu: Any, **barrier: Any) -> dict[str, Any]:
    config = yaml.safe_load((ROOT / "config/config.yaml").read_text())
    config["barrier"] |= {"mmlu": mmlu, "evaluate": []} | barrier
    return config


def settings(mmlu: dict[str, Any], **barrier: Any) -> MmluSettings:
    return load(raw(mmlu, **barrier), ROOT).mmlu


def test_the_papers_mmlu_is_built_whole():
    made = settings({})
    assert made.english_files() == [
        f"results/sources/mmlu/{split}.json" for split in ("test", "dev")
    ]
    assert made.published_files() == []
    assert made.translations() == ["results/barrier/mmlu/translations.parquet"]
    assert len(made.parts(published=False)) == 2 * (1 + 6 * 4)
    assert "test_gt_question_it" in made.parts(published=False)
    assert made.build_options().endswith("--unchanged accept --missing raise")
    assert "--published" not in made.build_options()


def test_the_plan_is_one_of_the_library():
    plan = Plan(**settings({"languages": ["fi", "en"], "questions": 3}).plan())
    assert plan.languages == ["fi"]
    assert plan.mixup_languages == MAIN
    parts = plan.parts(published=False)
    assert {part.folder for part in parts} == set(
        settings({"languages": ["fi"]}).parts(published=False)
    )


def test_the_authors_mixup_beside_our_variants():
    made = settings({"take": "published", "dataset": "mmlu-mixup", "published": ["mixup"]})
    assert made.english_files() == [
        f"results/sources/mmlu/{split}.json" for split in ("test", "dev")
    ]
    assert made.published_files() == [
        f"results/sources/mmlu-mixup/{split}_mixup.json" for split in ("test", "dev")
    ]
    assert "--published results/sources/mmlu-mixup" in made.build_options()
    assert "test_mixup" not in made.parts(published=False)
    assert made.translations()


def test_a_folder_of_everything_needs_neither_sources_nor_translations(tmp_path):
    names = ["test", "test_mixup", "test_gt_de"]
    for name in names:
        (tmp_path / name).mkdir()
        (tmp_path / name / "anatomy_test.csv").write_text("")
    entry = {"take": "published", "folder": str(tmp_path), "splits": ["test"]}
    made = settings(entry | {"variants": ["mixup", "gt"], "languages": ["de"]})
    assert made.english_files() == [str(tmp_path / "test/anatomy_test.csv")]
    assert made.published_files() == [
        str(tmp_path / f"{name}/anatomy_test.csv") for name in names[1:]
    ]
    assert made.translations() == []
    assert made.english_folder() == str(tmp_path)
    assert made.build_options() == f"--published {tmp_path}"


def test_leaving_out_is_told_to_the_build():
    config = raw({}) | {"translation": {"on_failure": "leave-out"}}
    assert "--missing drop" in load(config, ROOT).mmlu.build_options()
    config = raw({}) | {"translation": {"unchanged": "leave-out"}}
    assert "--unchanged leave-out --missing drop" in load(config, ROOT).mmlu.build_options()


def test_without_mmlu():
    loaded = load(raw(None), ROOT)
    with pytest.raises(IsoglossError, match=r"barrier\.mmlu is null"):
        loaded.mmlu.plan()


PUBLISHED = {"take": "published"}


@pytest.mark.parametrize(
    ("mmlu", "words"),
    [
        ({"folder": "x"}, "needs one of `folder` and `dataset`; others, none"),
        (PUBLISHED, "needs one of `folder` and `dataset`"),
        (PUBLISHED | {"folder": "x", "dataset": "mmlu"}, "needs one of `folder` and `dataset`"),
        ({"published": ["mixup"]}, "`published` belongs to `take: published`"),
        (
            PUBLISHED | {"folder": "x", "variants": ["gt"], "published": ["mixup"]},
            "`published` has 'mixup', which `variants` has not",
        ),
        ({"variants": ["gt", "gt"]}, "`variants` is .*: give each one once"),
        ({"splits": ["dev"]}, "the questions asked are those of test"),
        ({"variants": ["gtt"]}, "'gtt' is not valid .*did you mean 'gt'"),
        ({"subjects": ["anatomie"]}, r"mmlu\.subjects: no 'anatomie' .*did you mean 'anatomy'"),
        ({"languages": ["xx"]}, r"mmlu\.languages: no 'xx'"),
        ({"languages": ["en"]}, "has English alone"),
        ({"source": "mmlo"}, r"mmlu\.source: no data set 'mmlo' .*did you mean 'mmlu'"),
        ({"source": "xquad"}, "the data set 'xquad' has no folder 'test'"),
        (
            PUBLISHED | {"dataset": "mmlu-mixup"},
            "'mmlu-mixup' has no folder 'test'; .* say in its `published`",
        ),
        (PUBLISHED | {"folder": "no/such", "published": ["gt"]}, "'no/such' is no folder"),
        (
            PUBLISHED | {"folder": "tests", "published": ["gt"], "variants": ["gt"]},
            "'tests' has no folder 'test_gt_fr'",
        ),
    ],
)
def test_mistakes(mmlu, words, monkeypatch):
    monkeypatch.chdir(ROOT)
    with pytest.raises(IsoglossError, match=words):
        load(raw(mmlu), ROOT)


def test_mixup_needs_five_languages():
    few = {"languages": ["en", "fr", "de"]}
    with pytest.raises(
        IsoglossError, match=r"mixup needs 5 languages, and barrier.languages has 3"
    ):
        load(raw({}, **few), ROOT)
    assert settings({"variants": ["gt"]}, **few).parts(published=False)
