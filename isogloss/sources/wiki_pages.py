"""The texts of a wiki's pages, at the revisions that a list pins."""

import hashlib
import logging
from collections.abc import Iterable, Sequence
from pathlib import Path

import polars as pl

from isogloss.errors import IsoglossError
from isogloss.frames import Column, Frame
from isogloss.sources.access import Access, check_mirror
from isogloss.sources.manifest import Manifest
from isogloss.sources.mediawiki import Api, Revision
from isogloss.sources.wiki_list import Page, read_pages

log = logging.getLogger(__name__)

WIKI_PAGES = Frame(
    name="pages of a wiki",
    columns={
        "title": Column(pl.String(), "title of the page"),
        "listed": Column(pl.List(pl.String()), "titles of the list that lead to it"),
        "page": Column(pl.UInt64(), "the wiki's number of the page"),
        "revision": Column(pl.UInt64(), "the wiki's number of the revision"),
        "wikitext": Column(pl.String(), "its text, in the wiki's markup"),
    },
    key=("revision",),
)


def fetch_pages(manifest: Manifest, source: str, target: Path, access: Access) -> pl.DataFrame:
    """Fetch the pages of a data set, write them to `target` as WIKI_PAGES and return them.

    They come from a mirror, as such a file, or from the wiki's API. Raises IsoglossError where
    pages are missing, with their number, or have another content than the list says, and for pages
    that are not pinned unless `access.unpinned` accepts what the wiki has now.
    """
    wiki = manifest.data_set(source).wiki
    if wiki is None:
        raise IsoglossError(f"data source {source!r} is no wiki; its files are fetched one by one")
    check_mirror(access.mirror)
    pages = read_pages(access.root / wiki.pages)
    loose = [page for page in pages if not page.pinned]
    if loose:
        access.permit(f"{len(loose)} of {len(pages)} pages in {wiki.pages}", source)
    mirrored = access.in_mirror(wiki.mirror)
    if mirrored:
        found = _of_mirror(mirrored, pages)
        origin = str(mirrored)
    else:
        if access.mirror:
            log.warning("%s: not in the mirror %s, asking the wiki", wiki.mirror, access.mirror)
        api = Api(wiki.api, access.retry)
        found = of_wiki(api, pages)
        origin = wiki.api
    _check(pages, found, origin)
    frame = _frame(pages, found)
    WIKI_PAGES.write(frame, target)
    log.info("%s: %d titles lead to %d pages", origin, len(pages), len(frame))
    for page in loose:
        log.warning("not pinned: %s is revision %d", page.title, found[page.title].number)
    return frame


def of_wiki(api: Api, pages: Sequence[Page]) -> dict[str, Revision]:
    """Return title -> revision, the newest one of pages without a pin; missing ones left out."""
    pinned = {page.title: page.revision for page in pages if page.revision}
    revisions = api.revisions(sorted(set(pinned.values())))
    newest = api.newest([page.title for page in pages if page.title not in pinned])
    held = {title: revisions[n] for title, n in pinned.items() if n in revisions}
    return {**held, **newest}


def sha256_of_text(text: str) -> str:
    """Return the sha256 of a page's text in UTF-8."""
    return hashlib.sha256(text.encode("utf-8")).hexdigest()


def check_present(titles: Iterable[str], found: dict[str, Revision], origin: str) -> None:
    """Raise IsoglossError where pages are missing or their text is hidden."""
    titles = list(titles)
    missing = [t for t in titles if t not in found or found[t].text is None]
    if missing:
        raise IsoglossError(
            f"{origin}: {len(missing)} of {len(titles)} pages are missing or hidden: "
            f"{', '.join(map(repr, missing))}; correct their titles in the list, or delete them"
        )


def _check(pages: Sequence[Page], found: dict[str, Revision], origin: str) -> None:
    check_present((page.title for page in pages), found, origin)
    for page in pages:
        sha256 = sha256_of_text(found[page.title].text or "")
        if sha256 != (page.sha256 or sha256):
            raise IsoglossError(
                f"{origin}: {page.title!r}, revision {page.revision}: wrong content: expected "
                f"sha256 {page.sha256}, found {sha256}; set both to null in the list and lock it "
                "again"
            )


def _of_mirror(path: Path, pages: Sequence[Page]) -> dict[str, Revision]:
    """Return title -> revision of a mirror's file; of pinned pages in no other revision."""
    rows = WIKI_PAGES.read(path).iter_rows(named=True)
    found = {
        title: Revision(row["page"], row["title"], row["revision"], row["wikitext"])
        for row in rows
        for title in row["listed"]
    }
    return {
        page.title: found[page.title]
        for page in pages
        if page.title in found
        and found[page.title].number == (page.revision or found[page.title].number)
    }


def _frame(pages: Sequence[Page], found: dict[str, Revision]) -> pl.DataFrame:
    """Return WIKI_PAGES, in the order of the list; a page that several titles lead to, once."""
    listed: dict[int, list[str]] = {}
    for page in pages:
        listed.setdefault(found[page.title].number, []).append(page.title)
    revisions = {revision.number: revision for revision in found.values()}
    rows = [
        (revisions[n].title, titles, revisions[n].page, n, revisions[n].text)
        for n, titles in listed.items()
    ]
    schema = {name: column.dtype for name, column in WIKI_PAGES.columns.items()}
    return WIKI_PAGES.check(pl.DataFrame(rows, schema=schema, orient="row"))
