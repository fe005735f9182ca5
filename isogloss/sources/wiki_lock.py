"""Pin the pages of a wiki: find out where each title leads now, and write it into the list."""

import json
from pathlib import Path

from isogloss.retry import Retry
from isogloss.sources.mediawiki import Api
from isogloss.sources.wiki_list import read_pages
from isogloss.sources.wiki_pages import check_present, of_wiki, sha256_of_text


def lock_pages(url: str, path: Path, retry: Retry) -> int:
    """Write revision and sha256 of the pages that lack one into the list; return how many they are.

    Pinned pages stay as they are, and so does the comment at the top. Raises IsoglossError, with
    nothing written, where the wiki has no such page.
    """
    pages = read_pages(path)
    loose = [page for page in pages if not page.pinned]
    if not loose:
        return 0
    api = Api(url, retry)
    found = of_wiki(api, loose)
    check_present((page.title for page in loose), found, url)
    pins = {title: (one.number, sha256_of_text(one.text or "")) for title, one in found.items()}
    rows = []
    for page in pages:
        # JSON strings are YAML strings, whatever is in a title.
        title = json.dumps(page.title, ensure_ascii=False)
        revision, sha256 = pins.get(page.title, (page.revision, page.sha256))
        rows.append(f"  - {{title: {title}, revision: {revision}, sha256: {sha256}}}\n")
    lines = path.read_text(encoding="utf-8").splitlines(keepends=True)
    heading = [line for line in lines if line.startswith("#")]
    temporary = path.with_name(path.name + ".part")
    temporary.write_text("".join([*heading, "pages:\n", *rows]), encoding="utf-8")
    temporary.replace(path)
    return len(loose)
