"""A wiki on loopback: MediaWiki's API as far as reading revisions goes, which fails as planned.

Answers have the form that MediaWiki gives with `formatversion=2`; see its manual, API:Query,
API:Revisions, API:Etiquette and Manual:Maxlag parameter.
"""

import json
import socket
import struct
import sys
import threading
import time
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, urlsplit

LIMIT = 50
DOCREF = "See http://wiki.example/api.php for API usage."


@dataclass
class WikiPage:
    """A page's number, and its texts by number of the revision, oldest first."""

    number: int
    revisions: dict[int, str]
    hidden: set[int] = field(default_factory=set)


@dataclass
class Asked:
    """One request, as the wiki saw it."""

    time: float
    agent: str | None
    values: dict[str, str]


class Wiki(ThreadingHTTPServer):
    """Serves `pages` by title; `redirects` leads titles to others.

    `faults` are what goes wrong with the next requests, "" for nothing. An answer holds the texts
    of at most `most` revisions, as a real one holds no more than some megabytes.
    """

    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.pages: dict[str, WikiPage] = {}
        self.redirects: dict[str, str] = {}
        self.faults: list[str] = []
        self.retry_after = "0"
        self.most = 1000
        self.asked: list[Asked] = []
        self.thread = threading.Thread(target=self.serve_forever, args=(0.01,), daemon=True)
        self.thread.start()

    def stop(self) -> None:
        self.shutdown()
        self.server_close()
        self.thread.join()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_address[1]}/api.php"

    def handle_error(self, request: object, client_address: object) -> None:
        if not isinstance(sys.exc_info()[1], ConnectionError):  # clients may hang up
            raise

    def page(self, title: str, *texts: str) -> None:
        """Add a page; revisions are numbered on from those of the pages before it."""
        number = len(self.pages) + 1
        self.pages[title] = WikiPage(
            number, {1000 * number + i: text for i, text in enumerate(texts)}
        )

    # What the API does

    def query(self, values: dict[str, str]) -> dict[str, Any]:
        for name in ("titles", "revids"):
            if len(values.get(name, "").split("|")) > LIMIT:
                return _error(
                    "toomanyvalues",
                    f'Too many values supplied for parameter "{name}". The limit is {LIMIT}.',
                )
        if values.get("action") != "query" or values.get("prop") != "revisions":
            return _error("badvalue", 'Unrecognized value for parameter "action".')
        if "revids" in values:
            return self._by_revision(values)
        return self._by_title(values)

    def _by_revision(self, values: dict[str, str]) -> dict[str, Any]:
        known = {
            revision: (title, page)
            for title, page in self.pages.items()
            for revision in page.revisions
        }
        asked = [int(number) for number in values["revids"].split("|")]
        found = sorted(number for number in asked if number in known)
        start = int(values.get("rvcontinue", "0"))
        shown, rest = self._cut([number for number in found if number >= start])
        answer: dict[str, Any] = {"batchcomplete": True}
        if rest:
            answer = {"continue": {"rvcontinue": str(rest[0]), "continue": "||"}}
        pages: dict[int, dict[str, Any]] = {}
        for number in found:
            title, page = known[number]
            entry = pages.setdefault(page.number, _page(title, page))
            if number in shown:
                entry.setdefault("revisions", []).append(_revision(page, number))
        answer["query"] = {"pages": list(pages.values())}
        bad = [number for number in asked if number not in known]
        if bad:
            missing = {str(number): {"revid": number, "missing": True} for number in bad}
            answer["query"] = {"badrevids": missing, **answer["query"]}
        return answer

    def _by_title(self, values: dict[str, str]) -> dict[str, Any]:
        query: dict[str, Any] = {}
        pages: list[dict[str, Any]] = []
        found: dict[str, int] = {}
        for asked in values["titles"].split("|"):
            title = asked.replace("_", " ").strip()
            title = title[:1].upper() + title[1:]
            if any(character in title for character in "[]{}<>#"):
                reason = "The requested page title contains invalid characters."
                pages.append({"title": asked, "invalidreason": reason, "invalid": True})
                continue
            if title != asked:
                step = {"fromencoded": False, "from": asked, "to": title}
                query.setdefault("normalized", []).append(step)
            passed: set[str] = set()
            while "redirects" in values and title in self.redirects and title not in passed:
                passed.add(title)
                step = {"from": title, "to": self.redirects[title]}
                query.setdefault("redirects", []).append(step)
                title = self.redirects[title]
            if title in passed:
                continue  # led round in a circle
            if title in self.pages:
                found[title] = self.pages[title].number
            else:
                pages.append({"ns": 0, "title": title, "missing": True})
        start = int(values.get("rvcontinue", "0|0").split("|")[0])
        order = sorted(found, key=lambda title: found[title])
        shown, rest = self._cut([title for title in order if found[title] >= start])
        answer: dict[str, Any] = {"batchcomplete": True}
        if rest:
            page = self.pages[rest[0]]
            more = f"{page.number}|{max(page.revisions)}"
            answer = {"continue": {"rvcontinue": more, "continue": "||"}}
        for title in order:
            page = self.pages[title]
            entry = _page(title, page)
            if title in shown:
                entry["revisions"] = [_revision(page, max(page.revisions))]
            pages.append(entry)
        answer["query"] = {**query, "pages": pages}
        return answer

    def _cut(self, values: list[Any]) -> tuple[list[Any], list[Any]]:
        return values[: self.most], values[self.most :]


def _page(title: str, page: WikiPage) -> dict[str, Any]:
    return {"pageid": page.number, "ns": 0, "title": title}


def _revision(page: WikiPage, number: int) -> dict[str, Any]:
    entry: dict[str, Any] = {"revid": number, "parentid": 0}
    if number in page.hidden:
        return {**entry, "slots": {"main": {"texthidden": True}}}
    model = {"contentmodel": "wikitext", "contentformat": "text/x-wiki"}
    return {**entry, "slots": {"main": {**model, "content": page.revisions[number]}}}


def _error(code: str, info: str, **more: object) -> dict[str, Any]:
    return {
        "error": {"code": code, "info": info, **more, "docref": DOCREF},
        "servedby": "wiki-1",
    }


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    wbufsize = 1 << 16  # header and body in one packet, or each answer waits for the client's ACK
    server: Wiki

    def log_message(self, format: str, *args: object) -> None:
        pass

    def do_GET(self) -> None:
        parts = urlsplit(self.path)
        values = {name: given[-1] for name, given in parse_qs(parts.query).items()}
        asked = Asked(time.monotonic(), self.headers["User-Agent"], values)
        self.server.asked.append(asked)
        fault = self.server.faults.pop(0) if self.server.faults else ""
        later = {"Retry-After": self.server.retry_after}
        if fault == "reset":
            linger = struct.pack("ii", 1, 0)
            self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, linger)
            self.connection.close()
            self.close_connection = True
        elif fault == "page":
            self.answer(200, b"<!DOCTYPE html><title>Busy</title>", {}, "text/html")
        elif fault == "list":
            self.answer(200, b"[]", {})
        elif fault.isdigit():
            self.answer(int(fault), b"<title>Sorry</title>", later, "text/html")
        elif fault == "maxlag":
            body = _error(
                "maxlag",
                "Waiting for db-1: 7.5 seconds lagged.",
                **{"host": "db-1", "lag": 7.5, "type": "db"},
            )
            self.json(body, {**later, "X-Database-Lag": "7", "MediaWiki-API-Error": "maxlag"})
        elif fault:
            self.json(_error(fault, "Not now."), {"MediaWiki-API-Error": fault})
        elif parts.path != "/api.php":
            self.answer(404, b"<title>Not found</title>", {}, "text/html")
        else:
            self.json(self.server.query(values), {})

    def json(self, value: object, headers: dict[str, str]) -> None:
        self.answer(200, json.dumps(value, ensure_ascii=False).encode(), headers)

    def answer(
        self, status: int, body: bytes, headers: dict[str, str], kind: str = "application/json"
    ) -> None:
        self.send_response(status)
        self.send_header("Content-Type", f"{kind}; charset=utf-8")
        self.send_header("Content-Length", str(len(body)))
        for name, value in headers.items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(body)
