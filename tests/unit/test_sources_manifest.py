"""The manifest of data sets: the project's own, and wrong ones that are explained."""

import re
from pathlib import Path

import pytest
import yaml

from isogloss.corpora.keywords import read_keywords
from isogloss.errors import IsoglossError
from isogloss.sources.checksums import read_checksums
from isogloss.sources.docs import sources_page
from isogloss.sources.entries import Download, Shipped
from isogloss.sources.manifest import load_manifest
from isogloss.sources.wiki_list import read_pages
from tests.manifests import CONTENT, LOCKED, MANIFEST, ORIGINS, ROOT, SHA256, written

LANGUAGES = ["en", "de", "es", "vi", "zh", "hi", "ar", "el", "ro", "ru", "th", "tr"]

# The project's own manifest


@pytest.mark.parametrize("source", ["xquad", "xquad-demo"])
def test_both_sets_have_every_language(source: str) -> None:
    files = load_manifest(ROOT / "resources/sources.yaml").data_set(source).files
    assert list(files) == [f"xquad.{language}.json" for language in LANGUAGES]


def test_every_url_is_pinned_to_a_commit_or_is_of_a_pinned_archive() -> None:
    manifest = load_manifest(ROOT / "resources/sources.yaml")
    for data_set in manifest.root.values():
        urls = [entry.url for entry in data_set.files.values() if isinstance(entry, Download)]
        for url in [*urls, data_set.base]:
            assert url is None or re.search(r"/[0-9a-f]{40}/", url), url
        archive = data_set.archive
        if archive and not re.search(r"/[0-9a-f]{40}/", archive.url or ""):
            assert archive.sha256 or all(entry.sha256 for entry in data_set.files.values())


def test_what_is_not_pinned_is_what_the_page_says() -> None:
    """The page must not go stale: it is what `python -m isogloss.sources docs` writes."""
    manifest = load_manifest(ROOT / "resources/sources.yaml")
    page = (ROOT / "docs/sources.md").read_text(encoding="utf-8")
    assert page == sources_page(manifest, ROOT)
    rows = [line.split(" | ") for line in page.splitlines() if line.startswith("| `")]
    assert [row[0].strip("| `") for row in rows] == list(manifest.root)
    assert {row[0].strip("| `") for row in rows if "no" in row[5]} <= {
        *("hp-quiz", "hp-wiki", "mmlu-mixup", "tulu-3"),
    }


def test_the_lists_that_ship_hold_what_their_folders_take() -> None:
    manifest = load_manifest(ROOT / "resources/sources.yaml")
    seen = 0
    for data_set in manifest.root.values():
        for folder in data_set.folders.values():
            for name in (folder.checksums, folder.converted):
                if name and (ROOT / name).is_file():
                    paths = read_checksums(ROOT / name)
                    assert sum(bool(folder.place(path)) for path in paths) == folder.count
                    seen += 1
    assert seen >= 4


def test_the_wiki_pages_are_the_characters_and_spells_and_a_few_more() -> None:
    titles = [page.title for page in read_pages(ROOT / "resources/sources/hp-wiki.yaml")]
    files = ("hp_characters.txt", "hp_spells.txt")
    names = read_keywords(ROOT / "resources/keywords" / file for file in files)
    assert titles[: len(names)] == names
    assert len(titles) == 25 + 143 + 5


# Reading a manifest


def test_entries_are_found_by_name(tmp_path: Path) -> None:
    manifest = load_manifest(written(tmp_path, LOCKED))
    assert manifest.entry("published", "one.json") == Download(
        url="https://example.org/0123abc/one.json",
        sha256=SHA256,
        bytes=len(CONTENT),
        mirror="set/one.json",
    )
    assert manifest.entry("shipped", "two.json") == Shipped(
        path="data/two.json", sha256=SHA256, bytes=len(CONTENT)
    )
    with pytest.raises(IsoglossError, match=r"'publishd' \(did you mean 'published'\?\)"):
        manifest.entry("publishd", "one.json")
    with pytest.raises(IsoglossError, match=r"'one.jsn' in data source 'published'.*'one.json'"):
        manifest.entry("published", "one.jsn")


@pytest.mark.parametrize(
    ("old", "new", "complaint"),
    [
        ("licence: MIT", "license: MIT", "shipped.license: unknown key, with value 'MIT'"),
        ("licence: MIT\n", "\n", "shipped.licence: this key is missing"),
        ("title: A published set", "title: 7", "published.title: value 7: "),
        ("https://example.org/0123abc", "ftp://x", "one.json.url: value 'ftp://x/one.json': "),
        (f"bytes: {len(CONTENT)}", "bytes: 0", "published.files.one.json.bytes: value 0: "),
        (f"bytes: {len(CONTENT)}", "bytes: '41'", "one.json.bytes: value '41': "),
        (SHA256, SHA256[:-1], f"one.json.sha256: value '{SHA256[:-1]}': "),
        (SHA256, SHA256.upper(), "published.files.one.json.sha256: value "),
        ("set/one.json", "../one.json", "one.json.mirror: value '../one.json': give a relative"),
        ("data/two.json", "/etc/two.json", "two.json.path: value '/etc/two.json': give a relative"),
        ("path: data/two.json", "mirror: a", "shipped.files.two.json.url: this key is missing"),
        ("path: data/two.json", "path: a\n      url: b", "two.json.url: unknown key, with value"),
        ("  revision: 0123abc\n", "", "published: revision is missing"),
        ("  homepage: https://example.org/set\n", "", "published: homepage is missing"),
        ("    one.json:", "    a/one.json:", "published.files.a/one.json"),
        ("shipped:", "published:", "key 'published' is given twice"),
        ("shipped:", "shipped: [", "not valid YAML"),
        ("published:", "- published:", "not valid YAML"),
    ],
)
def test_a_wrong_manifest_is_explained(tmp_path: Path, old: str, new: str, complaint: str) -> None:
    assert old in LOCKED
    path = written(tmp_path, LOCKED.replace(old, new, 1))
    with pytest.raises(IsoglossError) as caught:
        load_manifest(path)
    assert str(caught.value).startswith(f"{path}: ")
    assert complaint in str(caught.value)


@pytest.mark.parametrize(
    ("old", "new", "complaint"),
    [
        (
            "mirror: taken/x.zip",
            "mirror: taken/x.rar",
            "archive.mirror: value 'taken/x.rar': the name",
        ),
        ("  archive:\n", "  base: https://e.org/x\n  archive:\n", "archive and base exclude each"),
        ("x/five/*.csv", "x/five.csv", "five.take: value 'x/five.csv': give a path with '*'"),
        ("x/five/*.csv", "../*", "five.take: value '../*': give a relative path"),
        ("    five:", "    four.txt:", "the folder four.txt and a file have the same name"),
        ("member: x/four.txt", "member: /x", "four.txt.member: value '/x': give a relative path"),
        (
            "  archive:\n    url: https://example.org/x.zip",
            "  hub: no-slash\n  archive:\n    url: null",
            "taken.hub: value 'no-slash'",
        ),
        ("  wiki:\n", "  hub: a/b\n  wiki:\n", "hub and wiki exclude each other"),
        ("  wiki:\n", "  folders: {x: {take: '*', mirror: x}}\n  wiki:\n", "a wiki has no other"),
        ("  wiki:\n", "  wiky:\n", "wiki.wiky: unknown key"),
        ("homepage: https://example.org/wiki", "revision: v1", "wiki: homepage is missing"),
    ],
)
def test_wrong_origins_are_explained(tmp_path: Path, old: str, new: str, complaint: str) -> None:
    load_manifest(written(tmp_path, ORIGINS))
    assert old in ORIGINS
    with pytest.raises(IsoglossError) as caught:
        load_manifest(written(tmp_path, ORIGINS.replace(old, new, 1)))
    assert complaint in str(caught.value)


@pytest.mark.parametrize(
    ("gone", "complaint"),
    [
        (["archive", "folders"], "taken: archive is missing; files with a member need it"),
        (["archive", "files"], "taken: folders need an archive, a base or a hub"),
        (["files", "folders"], "taken: there are no files; give files, folders or a wiki"),
        (["revision"], "taken: revision is missing"),
    ],
)
def test_missing_origins_are_explained(tmp_path: Path, gone: list[str], complaint: str) -> None:
    data_set = yaml.safe_load(ORIGINS)["taken"]
    kept = {key: value for key, value in data_set.items() if key not in gone}
    with pytest.raises(IsoglossError, match=complaint):
        load_manifest(written(tmp_path, yaml.safe_dump({"taken": kept})))


def test_an_archive_of_which_nothing_is_taken_is_explained(tmp_path: Path) -> None:
    data_set = yaml.safe_load(ORIGINS)["taken"] | {"folders": {}}
    data_set["files"] = yaml.safe_load(MANIFEST)["published"]["files"]
    with pytest.raises(IsoglossError, match="taken: nothing is taken out of the archive"):
        load_manifest(written(tmp_path, yaml.safe_dump({"taken": data_set})))


def test_a_list_of_urls_needs_checksums(tmp_path: Path) -> None:
    data_set = yaml.safe_load(ORIGINS)["taken"]
    data_set |= {"archive": None, "files": {}, "base": "https://example.org/x"}
    with pytest.raises(IsoglossError, match=r"folders\.five\.checksums is missing"):
        load_manifest(written(tmp_path, yaml.safe_dump({"taken": data_set})))


def test_all_mistakes_are_named_at_once(tmp_path: Path) -> None:
    path = written(tmp_path, LOCKED.replace("licence: ", "license: "))
    with pytest.raises(IsoglossError) as caught:
        load_manifest(path)
    assert "published.license" in str(caught.value)
    assert "shipped.license" in str(caught.value)


def test_a_missing_or_empty_manifest_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(IsoglossError, match=r"none\.yaml: .*cannot be read"):
        load_manifest(tmp_path / "none.yaml")
    with pytest.raises(IsoglossError, match=r"sources\.yaml: \(whole file\): value None"):
        load_manifest(written(tmp_path, ""))
