"""The real data sets, fetched through the manifest from a mirror, and read."""

import hashlib
import os
import shutil
import tarfile
from pathlib import Path

import polars as pl
import pytest

from isogloss.corpora.flores import CODES, read_parallel
from isogloss.corpora.mmlu import english, read_part
from isogloss.corpora.selection import read_published, wikitext_documents
from isogloss.corpora.tofu import read_tofu, with_paraphrases
from isogloss.errors import IsoglossError
from isogloss.sources.access import Access
from isogloss.sources.entries import Member
from isogloss.sources.fetch import fetch_file
from isogloss.sources.folders import fetch_folder, folder_files
from isogloss.sources.manifest import Manifest, load_manifest

pytestmark = pytest.mark.mirror

ROOT = Path(__file__).resolve().parents[2]
TOFU_ROWS = {
    **{"full": 4000, "retain90": 3600, "retain_perturbed": 400, "holdout10": 400},
    **{"forget01": 40, "forget01_perturbed": 40, "forget05": 200, "forget05_perturbed": 200},
    **{"forget10": 400, "forget10_perturbed": 400},
    **{"real_authors": 100, "real_authors_perturbed": 100},
    **{"world_facts": 117, "world_facts_perturbed": 117},
}


@pytest.fixture(scope="module")
def manifest() -> Manifest:
    return load_manifest(ROOT / "resources/sources.yaml")


@pytest.fixture(scope="module")
def mirror() -> Path:
    return Path(os.environ["ISOGLOSS_MIRROR"])


@pytest.fixture(scope="module")
def fetched(manifest, mirror, tmp_path_factory) -> Path:
    """A folder with all that the mirror has of what the manifest names; nothing is downloaded."""
    out = tmp_path_factory.mktemp("sources")
    access = Access(ROOT, mirror, out / "kept")
    for source, data_set in manifest.root.items():
        for file, entry in data_set.files.items():
            path = getattr(entry, "mirror", None)
            if (
                path
                and (mirror / path).is_file()
                and (entry.sha256 or not isinstance(entry, Member))
            ):
                fetch_file(manifest, source, file, out / source / file, access)
        for name, folder in data_set.folders.items():
            if (mirror / folder.mirror).is_dir():
                fetch_folder(manifest, source, name, out / source / f"{name}.json", access)
    assert not (out / "kept").exists()
    return out


def sha256(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()


def test_every_file_of_the_mirror_is_one_that_the_manifest_names(fetched, mirror):
    listed = {}
    for line in (mirror / "SHA256SUMS").read_text().splitlines():
        digest, name = line.split("  ", 1)
        listed[name] = digest
    kept = sorted(
        sha256(path)
        for path in fetched.rglob("*")
        if path.is_file() and not (path.suffix == ".json" and path.with_suffix("").is_dir())
    )
    wanted = [digest for name, digest in listed.items() if "LICENSE" not in name]
    assert len(wanted) == 282
    assert kept == sorted(wanted)


def test_mmlu(fetched):
    for split, rows in {"test": 14042, "dev": 285}.items():
        assert len(folder_files(fetched / f"mmlu/{split}.json")) == 57
        questions = read_part(fetched / "mmlu", english(split))
        assert len(questions) == rows
        assert questions["subject"].n_unique() == 57


def test_tofu(fetched):
    tables = {name: read_tofu(fetched / f"tofu/{name}.json") for name in TOFU_ROWS}
    assert {name: len(table) for name, table in tables.items()} == TOFU_ROWS
    paraphrased = with_paraphrases([tables["retain_perturbed"], tables["forget10_perturbed"]])
    assert len(paraphrased) == 800
    full = set(tables["full"].select("question", "answer").rows())
    assert set(paraphrased.select("question", "answer").rows()) <= full
    pairs = pl.concat([tables["retain90"], tables["forget10"]]).select("question", "answer")
    assert pairs.equals(tables["full"].select("question", "answer"))


def test_flores(fetched):
    folder = fetched / "flores-101"
    files = {language: folder / f"{code}.devtest" for language, code in CODES.items()}
    sentences = read_parallel(files)
    assert sentences.group_by("language").len()["len"].to_list() == [1012] * 5
    # The authors' subset is the start of the set.
    paper = fetched / "flores-paper/subset"
    subset = read_parallel({language: paper / f"{language}.devtest" for language in CODES})
    assert subset.equals(sentences.filter(pl.col("number") < 100))


def test_the_published_translations(fetched):
    files = folder_files(fetched / "flores-paper/outputs.json")
    assert len(files) == 128
    empty = set()
    for name, path in files.items():
        lines = path.read_text(encoding="utf-8").splitlines()
        segments = 100 if name.startswith("google-translate/") else 50
        if path.suffix != ".comet":
            assert len(lines) == segments
        elif lines:
            assert sum("\tSegment " in line for line in lines) == segments == len(lines) - 1
        else:
            empty.add(name)
    assert empty == {"llama2-13b/test-es-en.comet", "llama2-13b/test-en-de.comet"}


@pytest.mark.parametrize(("file", "lines"), [("valid.txt", 2461), ("test.txt", 2891)])
def test_wikitext_2(fetched, file, lines):
    path = fetched / "wikitext-2" / file
    assert path.read_bytes().count(b"\n") == {"valid.txt": 3760, "test.txt": 4358}[file]
    assert sum(1 for _ in wikitext_documents(path)) == lines


def test_wikitext_2_shuffled(fetched):
    path = fetched / "wikitext-2-shuffled/train.shuffled.txt"
    content = path.read_bytes()
    assert (len(content), content.count(b"\n")) == (10797148, 36718)
    # White-space tokens and line ends: 2 088 628, as published for the train split.
    assert len(content.split()) + content.count(b"\n") == 2088628
    vocabulary = set(content.split()) | {b"<eos>"}
    assert len(vocabulary) == 33278


def test_the_authors_document_numbers(fetched):
    numbers = read_published(fetched / "hp-selection/HP_related_index_for_wikitext-103.json")
    assert len(numbers) == 4358
    assert (min(numbers), max(numbers)) == (30, 1165013)


def test_flores_out_of_an_archive(manifest, mirror, tmp_path):
    """The archive as published has more languages and splits; its members are pinned by file."""
    (tmp_path / "mirror/flores").mkdir(parents=True)
    with tarfile.open(tmp_path / "mirror/flores/flores101_dataset.tar.gz", "w:gz") as tar:
        tar.add(mirror / "flores/devtest", "flores101_dataset/devtest")
        tar.add(mirror / "flores/paper_subset", "flores101_dataset/dev")
    access = Access(ROOT, tmp_path / "mirror", tmp_path / "kept")
    for file in manifest.data_set("flores-101").files:
        fetch_file(manifest, "flores-101", file, tmp_path / "out" / file, access)
        assert sha256(tmp_path / "out" / file) == sha256(mirror / "flores/devtest" / file)


def test_one_changed_byte_in_the_mirror_is_noticed(manifest, mirror, tmp_path):
    shutil.copytree(mirror / "mmlu", tmp_path / "mirror/mmlu")
    path = tmp_path / "mirror/mmlu/test/anatomy_test.csv"
    path.write_bytes(path.read_bytes()[:-1] + b" ")
    access = Access(ROOT, tmp_path / "mirror", tmp_path / "kept")
    with pytest.raises(IsoglossError, match=r"mmlu/test/anatomy_test\.csv: wrong content"):
        fetch_folder(manifest, "mmlu", "test", tmp_path / "out/test.json", access)
