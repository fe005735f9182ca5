"""A server on loopback that speaks as LibreTranslate and as Google's page, and misbehaves by plan.

A translation is each word with its letters turned round, after the target language in brackets: it
is never the source, and a test can tell whether it is whole.
"""

import html
import json
import random
import time
from collections import Counter
from urllib.parse import parse_qs, urlsplit

from tests.fault_server import FaultHandler, FaultServer

FAULTS = ("delay", "429", "500", "page", "empty", "truncated", "reset")
ERROR_PAGE = "<!DOCTYPE html><html><head><title>Sorry</title></head><body>Busy</body></html>"
CODES = ("en", "de", "es", "fr", "it", "zh-Hans")
LANGUAGES = [{"code": code, "name": code, "targets": list(CODES)} for code in CODES]


def translation(text: str, target: str) -> str:
    return f"[{target}] " + " ".join(word[::-1] for word in text.split())


class TranslationServer(FaultServer):
    """faults: share of requests that go wrong. always: texts that meet this fault every time.

    answers: translations to give in place of the usual.
    """

    def __init__(self, faults: float = 0.0, seed: int = 1) -> None:
        self.faults = faults
        self.random = random.Random(seed)
        self.always: dict[str, str] = {}
        self.answers: dict[str, str] = {}
        self.key = ""
        self.limit = -1
        self.made: Counter[str] = Counter()
        super().__init__(_Handler)

    def fault_of(self, text: str) -> str | None:
        with self.lock:
            self.seen[text] += 1
            fault = self.always.get(text)
            if fault is None and self.random.random() < self.faults:
                fault = self.random.choice(FAULTS)
            self.made[fault or "good"] += 1
            return fault


class _Handler(FaultHandler):
    server: TranslationServer

    def do_GET(self) -> None:
        url = urlsplit(self.path)
        if url.path == "/m":
            query = {name: values[0] for name, values in parse_qs(url.query).items()}
            self.answer(query["q"], query["tl"], as_page=True)
        elif url.path == "/languages":
            self.json(200, LANGUAGES)
        elif url.path == "/spec":
            self.json(200, {"info": {"version": "1.6.5"}})
        elif url.path == "/frontend/settings":
            self.json(200, {"charLimit": self.server.limit})
        else:
            self.json(404, {"error": "Not found"})

    def do_POST(self) -> None:
        body = self.read_json()
        if self.server.key and body.get("api_key") != self.server.key:
            self.json(403, {"error": "Invalid API key"})
        elif 0 < self.server.limit < len(body["q"]):
            self.json(400, {"error": "request exceeds text limit"})
        else:
            self.answer(body["q"], body["target"], as_page=False)

    def answer(self, text: str, target: str, *, as_page: bool) -> None:
        with self.server.open_request():
            self.answer_with(self.server.fault_of(text), text, target, as_page)

    def answer_with(self, fault: str | None, text: str, target: str, as_page: bool) -> None:
        translated = self.server.answers.get(text, translation(text, target))
        if fault == "delay":
            time.sleep(0.03)
        elif fault == "slow":
            time.sleep(1.5)
        elif fault in ("429", "500", "400"):
            headers = {"Retry-After": self.server.retry_after} if fault == "429" else {}
            return self.json(int(fault), {"error": f"planned {fault}"}, **headers)
        elif fault == "page":
            return self.send(200, "text/html; charset=utf-8", ERROR_PAGE)
        elif fault == "empty":
            translated = ""
        elif fault == "page-as-translation":
            translated = ERROR_PAGE
        elif fault == "reset":
            return self.reset()
        if as_page:
            page = (
                '<!DOCTYPE html><html><body><div class="header">Translate</div>'
                f'<div class="result-container">{html.escape(translated)}</div>'
                "</body></html>"
            )
            kind, cut = "text/html; charset=utf-8", page.index("</div></body>") - 3
        else:
            page = json.dumps({"translatedText": translated}, ensure_ascii=False)
            kind, cut = "application/json", len(page) - 4
        if fault == "truncated":
            # By turns whole by its header, or cut off on the wire.
            cut_by_header = self.server.made["truncated"] % 2 == 0
            return self.send(200, kind, page[:cut], None if cut_by_header else page)
        return self.send(200, kind, page)

    def json(self, status: int, content: object, **headers: str) -> None:
        self.send(status, "application/json", json.dumps(content), **headers)
