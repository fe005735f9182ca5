"""Pages of a wiki, from a server on loopback that speaks MediaWiki's API."""

import logging
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from isogloss.errors import IsoglossError
from isogloss.retry import Retry
from isogloss.sources.access import Access
from isogloss.sources.lock import lock
from isogloss.sources.manifest import load_manifest
from isogloss.sources.mediawiki import Api
from isogloss.sources.wiki_list import read_pages
from isogloss.sources.wiki_pages import WIKI_PAGES, fetch_pages
from tests.archives import sha256
from tests.wiki_server import Wiki

QUICK = Retry(tries=4, base=0.01, connect_timeout=5, read_timeout=5)
HEADING = "# Pages of a wiki.\n# More about them.\n"
TITLES = ["Harry Potter", "Lumos", "wand-Lighting Charm", 'A "quoted" title: é']
MANIFEST = """\
wiki:
  title: A wiki
  licence: CC-BY-SA-3.0
  homepage: https://wiki.example/wiki/Main_Page
  wiki:
    api: URL
    pages: pages.yaml
    mirror: wiki/pages.parquet
"""


@pytest.fixture
def wiki(monkeypatch: pytest.MonkeyPatch) -> Iterator[Wiki]:
    monkeypatch.setenv("NO_PROXY", "127.0.0.1")
    server = Wiki()
    server.page("Harry Potter", "old", "'''Harry''' is a wizard.")
    server.page("Wand-Lighting Charm", "It lights a wand – hell.")
    server.page('A "quoted" title: é', "x")
    server.redirects["Lumos"] = "Wand-Lighting Charm"
    yield server
    server.stop()


@pytest.fixture
def project(tmp_path: Path, wiki: Wiki, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder with a manifest and a list of pages without pins; requests need not wait."""
    (tmp_path / "sources.yaml").write_text(MANIFEST.replace("URL", wiki.url))
    listed(tmp_path, dict.fromkeys(TITLES))
    monkeypatch.setattr(Api.__init__, "__defaults__", (None, 0.0))
    return tmp_path


def listed(folder: Path, pages: dict[str, tuple[int, str] | None]) -> None:
    rows = []
    for title, pin in pages.items():
        revision, digest = pin or ("null", "null")
        escaped = title.replace('"', '\\"')
        rows.append(f'  - {{title: "{escaped}", revision: {revision}, sha256: {digest}}}\n')
    (folder / "pages.yaml").write_text(HEADING + "pages:\n" + "".join(rows))


@pytest.fixture
def access(project: Path) -> Callable[..., Access]:
    def make(mirror: Path | None = None, unpinned: bool = False) -> Access:
        return Access(project, mirror, project / "kept", unpinned, QUICK)

    return make


def fetched(project: Path, access: Access) -> list[dict[str, Any]]:
    manifest = load_manifest(project / "sources.yaml")
    fetch_pages(manifest, "wiki", project / "out/pages.parquet", access)
    return WIKI_PAGES.read(project / "out/pages.parquet").to_dicts()


def api(wiki: Wiki) -> Api:
    return Api(wiki.url, QUICK, interval=0)


# The API


def test_a_polite_client(wiki: Wiki) -> None:
    wiki.most = 1
    assert set(Api(wiki.url, QUICK).newest(["Harry Potter", "Lumos"])) == {"Harry Potter", "Lumos"}
    first, second = wiki.asked
    assert second.time - first.time >= 0.99
    assert (first.agent or "").startswith("Isogloss/")
    wanted = {"action": "query", "prop": "revisions", "maxlag": "5", "formatversion": "2"}
    assert wanted.items() <= first.values.items()


def test_titles_lead_through_spelling_and_redirects(wiki: Wiki) -> None:
    found = api(wiki).newest([*TITLES, "harry_Potter", "No such page", "Bad[title]"])
    assert {title: (page.title, page.number, page.text) for title, page in found.items()} == {
        "Harry Potter": ("Harry Potter", 1001, "'''Harry''' is a wizard."),
        "harry_Potter": ("Harry Potter", 1001, "'''Harry''' is a wizard."),
        "Lumos": ("Wand-Lighting Charm", 2000, "It lights a wand – hell."),
        "wand-Lighting Charm": ("Wand-Lighting Charm", 2000, "It lights a wand – hell."),
        'A "quoted" title: é': ('A "quoted" title: é', 3000, "x"),
    }


def test_redirects_in_a_circle_lead_nowhere(wiki: Wiki) -> None:
    wiki.redirects |= {"A": "B", "B": "A", "Nox": "Lumos"}
    found = api(wiki).newest(["A", "Nox"])
    assert {title: page.title for title, page in found.items()} == {"Nox": "Wand-Lighting Charm"}


def test_old_revisions_are_had_by_number(wiki: Wiki) -> None:
    found = api(wiki).revisions([1000, 2000, 999])
    assert {number: page.text for number, page in found.items()} == {
        1000: "old",
        2000: "It lights a wand – hell.",
    }


@pytest.mark.parametrize("most", [1, 7, 1000])
def test_batches_and_continuation(wiki: Wiki, most: int) -> None:
    for number in range(4, 124):
        wiki.page(f"Page {number}", f"text {number}")
    wiki.most = most
    titles = [f"Page {number}" for number in range(4, 124)]
    found = api(wiki).newest(titles)
    assert {title: page.text for title, page in found.items()} == {
        title: title.replace("Page", "text") for title in titles
    }
    numbers = [page.number for page in found.values()]
    again = api(wiki).revisions(numbers)
    assert {page.title: page.text for page in again.values()} == {
        page.title: page.text for page in found.values()
    }
    per_batch = [-(-size // most) for size in (50, 50, 20)]
    assert len(wiki.asked) == 2 * sum(per_batch)
    sizes = [len(asked.values.get("titles", "").split("|")) for asked in wiki.asked]
    assert max(sizes) == 50


@pytest.mark.parametrize(
    "fault",
    [
        *("maxlag", "ratelimited", "readonly", "internal_api_error_DBQueryError"),
        *("429", "500", "503", "page", "list", "reset"),
    ],
)
def test_what_passes_is_tried_again(
    wiki: Wiki, fault: str, caplog: pytest.LogCaptureFixture
) -> None:
    wiki.faults = [fault, fault]
    assert api(wiki).newest(["Harry Potter"])["Harry Potter"].number == 1001
    assert len(wiki.asked) == 3
    assert caplog.text.count("trying again") == 2


@pytest.mark.parametrize("fault", ["maxlag", "429", "503"])
def test_the_server_says_how_long_to_wait(wiki: Wiki, fault: str) -> None:
    wiki.faults, wiki.retry_after = [fault], "1"
    api(wiki).newest(["Harry Potter"])
    first, second = wiki.asked
    assert second.time - first.time >= 0.99


def test_but_not_too_long(wiki: Wiki) -> None:
    wiki.faults, wiki.retry_after = ["maxlag"], "86400"
    with pytest.raises(IsoglossError, match=r"asks to wait 86400 s, longer than the 600 s"):
        api(wiki).newest(["Harry Potter"])
    assert len(wiki.asked) == 1


def test_tries_are_bounded(wiki: Wiki) -> None:
    wiki.faults = ["maxlag"] * 10
    with pytest.raises(IsoglossError, match=r"no answer after 4 tries, at the last: maxlag: Wait"):
        api(wiki).newest(["Harry Potter"])
    assert len(wiki.asked) == 4


@pytest.mark.parametrize(
    ("fault", "message"),
    [
        ("403", r"HTTP status 403 .*check the api in the manifest"),
        ("404", r"HTTP status 404"),
        ("badvalue", r"the wiki refuses the request: badvalue: Not now"),
    ],
)
def test_what_does_not_pass_is_an_error_at_once(wiki: Wiki, fault: str, message: str) -> None:
    wiki.faults = [fault]
    with pytest.raises(IsoglossError, match=message):
        api(wiki).newest(["Harry Potter"])
    assert len(wiki.asked) == 1


# Pinned pages


def test_pages_are_refused_until_they_are_pinned(wiki: Wiki, project: Path, access: Any) -> None:
    with pytest.raises(IsoglossError, match=r"^4 of 4 pages in pages\.yaml: .*lock wiki`"):
        fetched(project, access())
    assert wiki.asked == []
    assert not (project / "out").exists()


def test_or_taken_as_they_are_now(
    wiki: Wiki, project: Path, access: Any, caplog: pytest.LogCaptureFixture
) -> None:
    rows = fetched(project, access(unpinned=True))
    assert [(row["title"], row["listed"], row["page"], row["revision"]) for row in rows] == [
        ("Harry Potter", ["Harry Potter"], 1, 1001),
        ("Wand-Lighting Charm", ["Lumos", "wand-Lighting Charm"], 2, 2000),
        ('A "quoted" title: é', ['A "quoted" title: é'], 3, 3000),
    ]
    assert "not pinned: Lumos is revision 2000" in caplog.text


def test_locking_pins_each_page(
    wiki: Wiki, project: Path, access: Any, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO)
    assert lock(project / "sources.yaml", "wiki", root=project, access=access()) == 4
    text = (project / "pages.yaml").read_text()
    assert text.startswith(HEADING + "pages:\n")
    assert {
        page.title: (page.revision, page.sha256) for page in read_pages(project / "pages.yaml")
    } == {
        "Harry Potter": (1001, sha256(b"'''Harry''' is a wizard.")),
        "Lumos": (2000, sha256("It lights a wand – hell.".encode())),
        "wand-Lighting Charm": (2000, sha256("It lights a wand – hell.".encode())),
        'A "quoted" title: é': (3000, sha256(b"x")),
    }
    first = fetched(project, access())
    # The wiki goes on; what is pinned does not.
    wiki.pages["Harry Potter"].revisions[1002] = "Harry is a toad."
    wiki.redirects["Lumos"] = "Harry Potter"
    bytes_before = (project / "out/pages.parquet").read_bytes()
    assert fetched(project, access()) == first
    assert (project / "out/pages.parquet").read_bytes() == bytes_before
    with pytest.raises(IsoglossError, match="nothing else that is not pinned"):
        lock(project / "sources.yaml", "wiki", root=project, access=access())


def test_locking_leaves_pinned_pages(wiki: Wiki, project: Path, access: Any) -> None:
    listed(project, {"Harry Potter": (1000, sha256(b"old")), "Lumos": None})
    assert lock(project / "sources.yaml", "wiki", root=project, access=access()) == 1
    pages = read_pages(project / "pages.yaml")
    assert [page.revision for page in pages] == [1000, 2000]
    assert fetched(project, access())[0]["wikitext"] == "old"


def test_missing_pages_are_counted_and_nothing_is_locked(
    wiki: Wiki, project: Path, access: Any
) -> None:
    listed(project, dict.fromkeys([*TITLES, "No such page", "Bad[title]"]))
    before = (project / "pages.yaml").read_text()
    message = r"2 of 6 pages are missing or hidden: 'No such page', 'Bad\[title\]'; correct"
    with pytest.raises(IsoglossError, match=message):
        lock(project / "sources.yaml", "wiki", root=project, access=access())
    with pytest.raises(IsoglossError, match=message):
        fetched(project, access(unpinned=True))
    assert (project / "pages.yaml").read_text() == before
    assert not (project / "out").exists()


@pytest.mark.parametrize("hidden", [True, False])
def test_a_pinned_revision_that_is_gone_is_an_error(
    wiki: Wiki, project: Path, access: Any, hidden: bool
) -> None:
    lock(project / "sources.yaml", "wiki", root=project, access=access())
    if hidden:
        wiki.pages["Harry Potter"].hidden.add(1001)
    else:
        del wiki.pages["Harry Potter"]
    with pytest.raises(IsoglossError, match=r"1 of 4 pages are missing or hidden: 'Harry Potter'"):
        fetched(project, access())


def test_another_text_under_the_same_number_is_an_error(
    wiki: Wiki, project: Path, access: Any
) -> None:
    lock(project / "sources.yaml", "wiki", root=project, access=access())
    wiki.pages["Harry Potter"].revisions[1001] = "forged"
    with pytest.raises(IsoglossError, match=r"'Harry Potter', revision 1001: wrong content"):
        fetched(project, access())


def test_a_mirror_is_used_before_the_wiki(wiki: Wiki, project: Path, access: Any) -> None:
    lock(project / "sources.yaml", "wiki", root=project, access=access())
    rows = fetched(project, access())
    (project / "mirror/wiki").mkdir(parents=True)
    (project / "out/pages.parquet").rename(project / "mirror/wiki/pages.parquet")
    asked = len(wiki.asked)
    assert fetched(project, access(project / "mirror")) == rows
    assert len(wiki.asked) == asked
    # A page that is pinned to another revision than the mirror has.
    pins = {page.title: (page.revision, page.sha256) for page in read_pages(project / "pages.yaml")}
    listed(project, pins | {"Harry Potter": (1000, sha256(b"old"))})
    with pytest.raises(IsoglossError, match=r"pages\.parquet: 1 of 4 pages are missing.*'Harry P"):
        fetched(project, access(project / "mirror"))


@pytest.mark.parametrize(
    ("text", "complaint"),
    [
        ("", "pages.yaml: : Input should be"),
        ("pages: []", "pages: List should have at least 1 item"),
        ("pages: [{title: A, revision: 1}]", r"pages\.0\.sha256: Field required"),
        ("pages: [{title: A, revision: x, sha256: null}]", r"pages\.0\.revision: .*got 'x'"),
        ("pages: [{title: A, revision: null, sha256: null, x: 1}]", r"pages\.0\.x: Extra inputs"),
        (
            "pages:\n" + 2 * "  - {title: A, revision: null, sha256: null}\n",
            "the title 'A' is there twice",
        ),
        ("pages: [", "the list of pages cannot be read"),
    ],
)
def test_a_wrong_list_is_explained(tmp_path: Path, text: str, complaint: str) -> None:
    (tmp_path / "pages.yaml").write_text(text)
    with pytest.raises(IsoglossError, match=complaint):
        read_pages(tmp_path / "pages.yaml")
