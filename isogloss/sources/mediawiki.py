"""Texts of pages from the API of a MediaWiki, at the rate that such sites ask of programs.

https://www.mediawiki.org/wiki/API:Etiquette: one request at a time, `maxlag`, a User-Agent that
names the program, Retry-After. Answers are taken with `formatversion=2`.
"""

import logging
import time
from collections.abc import Iterable, Iterator, Sequence
from typing import Any, NamedTuple, TypeVar

from isogloss.errors import IsoglossError
from isogloss.retry import Interrupted, Retry, reason_of, retry_after
from isogloss.sources.download import USER_AGENT

log = logging.getLogger(__name__)

T = TypeVar("T")

# Titles or revisions of one request, the API's limit for those without special rights.
BATCH = 50
# Seconds of replication lag from which the server is to refuse; the value that the manual advises.
MAX_LAG = 5
# Errors that pass; others are mistakes in the request.
_PASSING = ("maxlag", "ratelimited", "readonly", "internal_api_error_")


class Revision(NamedTuple):
    """The text of a page at one time. `text` is None where the wiki hides it."""

    page: int
    title: str
    number: int
    text: str | None


class Api:
    """One wiki. Requests start at least `interval` seconds apart, 1 by default."""

    def __init__(self, url: str, retry: Retry | None = None, interval: float = 1.0) -> None:
        import requests

        self.url, self.retry, self.interval = url, retry or Retry(), interval
        self.requests = 0
        self._session = requests.Session()
        self._session.headers["User-Agent"] = USER_AGENT
        self._next = 0.0

    def revisions(self, numbers: Sequence[int]) -> dict[int, Revision]:
        """Return the revisions with these numbers; those that the wiki lacks are left out."""
        found: dict[int, Revision] = {}
        for batch in _batches(numbers):
            for answer in self._query(revids=_joined(batch)):
                found |= {revision.number: revision for revision in _revisions(answer)}
        return found

    def newest(self, titles: Sequence[str]) -> dict[str, Revision]:
        """Return the newest revision of each page, by the title asked for; missing ones left out.

        Titles are followed through the wiki's spelling rules and through redirects.
        """
        found: dict[str, Revision] = {}
        for batch in _batches(titles):
            pages: dict[str, Revision] = {}
            leads: dict[str, str] = {}
            for answer in self._query(titles=_joined(batch), redirects="1"):
                pages |= {revision.title: revision for revision in _revisions(answer)}
                for step in (*answer.get("normalized", ()), *answer.get("redirects", ())):
                    leads[step["from"]] = step["to"]
            for title in batch:
                end = _end(title, leads)
                if end in pages:
                    found[title] = pages[end]
        return found

    def _query(self, **parameters: str) -> Iterator[dict[str, Any]]:
        """Yield the query part of the answer, and of those that continue it."""
        wanted = {"action": "query", "prop": "revisions", "rvprop": "ids|content"}
        form = {"rvslots": "main", "format": "json", "formatversion": "2", "maxlag": str(MAX_LAG)}
        more: dict[str, str] = {}
        while True:
            answer = self._ask({**wanted, **form, **parameters, **more})
            for module, warning in answer.get("warnings", {}).items():
                log.warning("%s: %s: %s", self.url, module, warning.get("warnings", warning))
            yield answer.get("query", {})
            if "continue" not in answer:
                return
            more = answer["continue"]

    def _ask(self, parameters: dict[str, str]) -> dict[str, Any]:
        """Make one request, tried again while what is wrong with it may pass."""
        reason = ""
        for attempt in range(1, self.retry.tries + 1):
            try:
                return self._once(parameters)
            except Interrupted as interruption:
                reason, asked = str(interruption), interruption.pause
            if asked > self.retry.longest_wait:
                raise IsoglossError(
                    f"{self.url}: {reason}; the server asks to wait {asked:.0f} s, longer than "
                    f"the {self.retry.longest_wait:.0f} s allowed; run again later"
                )
            if attempt < self.retry.tries:
                pause = self.retry.pause(attempt, asked)
                log.warning("%s: %s; trying again in %.1f s", self.url, reason, pause)
                time.sleep(pause)
        raise IsoglossError(
            f"{self.url}: no answer after {self.retry.tries} tries, at the last: {reason}; run "
            "again later"
        )

    def _once(self, parameters: dict[str, str]) -> dict[str, Any]:
        import requests

        time.sleep(max(0.0, self._next - time.monotonic()))
        self._next = time.monotonic() + self.interval
        self.requests += 1
        try:
            response = self._session.get(
                self.url,
                params=parameters,
                timeout=(self.retry.connect_timeout, self.retry.read_timeout),
            )
        except (
            requests.ConnectionError,
            requests.Timeout,
            requests.exceptions.ChunkedEncodingError,
        ) as error:
            raise Interrupted(reason_of(error)) from error
        except requests.RequestException as error:
            raise IsoglossError(f"{self.url}: cannot be asked: {error}") from error
        asked = retry_after(response.headers.get("Retry-After", ""))
        status = f"HTTP status {response.status_code} {response.reason}"
        if response.status_code == 429 or response.status_code >= 500:
            raise Interrupted(status, asked)
        if response.status_code != 200:
            raise IsoglossError(f"{self.url}: {status}; check the api in the manifest")
        try:
            answer = response.json()
        except ValueError:
            raise Interrupted("the answer is no JSON", asked) from None
        if not isinstance(answer, dict):
            raise Interrupted("the answer is no JSON object", asked)
        if "error" in answer:
            code, text = answer["error"].get("code", ""), answer["error"].get("info", "")
            if code.startswith(_PASSING):
                raise Interrupted(f"{code}: {text}", asked)
            raise IsoglossError(f"{self.url}: the wiki refuses the request: {code}: {text}")
        return answer


def _batches(values: Sequence[T]) -> Iterator[Sequence[T]]:
    return (values[start : start + BATCH] for start in range(0, len(values), BATCH))


def _joined(values: Iterable[object]) -> str:
    return "|".join(map(str, values))


def _revisions(answer: dict[str, Any]) -> Iterator[Revision]:
    for page in answer.get("pages", ()):
        for revision in page.get("revisions", ()):
            text = revision.get("slots", {}).get("main", {}).get("content")
            yield Revision(page["pageid"], page["title"], revision["revid"], text)


def _end(title: str, leads: dict[str, str]) -> str:
    """Return where a title leads; redirects in a circle end anywhere in it."""
    seen = {title}
    while (title := leads.get(title, title)) not in seen:
        seen.add(title)
    return title
