"""A server on loopback that speaks as LibreTranslate and as Google's page, and misbehaves by plan.

A translation is each word with its letters turned round, after the target language in brackets: it
is never the source, and a test can tell whether it is whole.
"""

import html
import json
import random
import socket
import struct
import sys
import threading
import time
from collections import Counter
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qs, urlsplit

FAULTS = ("delay", "429", "500", "page", "empty", "truncated", "reset")
ERROR_PAGE = "<!DOCTYPE html><html><head><title>Sorry</title></head><body>Busy</body></html>"
CODES = ("en", "de", "es", "fr", "it", "zh-Hans")
LANGUAGES = [{"code": code, "name": code, "targets": list(CODES)} for code in CODES]


def translation(text: str, target: str) -> str:
    return f"[{target}] " + " ".join(word[::-1] for word in text.split())


class TranslationServer(ThreadingHTTPServer):
    """faults: share of requests that go wrong. always: texts that meet this fault every time.

    answers: translations to give in place of the usual. seen: how often each text was asked for.
    """

    daemon_threads = True
    request_queue_size = 128

    def __init__(self, faults: float = 0.0, seed: int = 1) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.faults = faults
        self.random = random.Random(seed)
        self.always: dict[str, str] = {}
        self.answers: dict[str, str] = {}
        self.key = ""
        self.limit = -1
        self.retry_after = "0"
        self.seen: Counter[str] = Counter()
        self.made: Counter[str] = Counter()
        self.at_once = self.most_at_once = 0
        self.lock = threading.Lock()
        self.thread = threading.Thread(target=self.serve_forever, args=(0.05,), daemon=True)
        self.thread.start()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_address[1]}"

    def handle_error(self, request: object, client_address: object) -> None:
        if not isinstance(sys.exc_info()[1], ConnectionError):
            raise

    def fault_of(self, text: str) -> str | None:
        with self.lock:
            self.seen[text] += 1
            fault = self.always.get(text)
            if fault is None and self.random.random() < self.faults:
                fault = self.random.choice(FAULTS)
            self.made[fault or "good"] += 1
            return fault

    def close(self) -> None:
        self.shutdown()
        self.server_close()


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    # Else the last bytes of a small answer wait for the client's delayed acknowledgement.
    disable_nagle_algorithm = True
    wbufsize = 1 << 16
    server: TranslationServer

    def log_message(self, format: str, *args: object) -> None:
        pass

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
        length = int(self.headers["Content-Length"])
        data = self.rfile.read(length)
        if len(data) < length:
            raise ConnectionResetError("the client was killed while it asked")
        body = json.loads(data)
        if self.server.key and body.get("api_key") != self.server.key:
            self.json(403, {"error": "Invalid API key"})
        elif 0 < self.server.limit < len(body["q"]):
            self.json(400, {"error": "request exceeds text limit"})
        else:
            self.answer(body["q"], body["target"], as_page=False)

    def answer(self, text: str, target: str, *, as_page: bool) -> None:
        server = self.server
        with server.lock:
            server.at_once += 1
            server.most_at_once = max(server.most_at_once, server.at_once)
        try:
            self.answer_with(server.fault_of(text), text, target, as_page)
        finally:
            with server.lock:
                server.at_once -= 1

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

    def send(
        self, status: int, kind: str, content: str, promised: str | None = None, **headers: str
    ) -> None:
        data = content.encode()
        self.send_response(status)
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(len((promised or content).encode())))
        for name, value in headers.items():
            self.send_header(name.replace("_", "-"), value)
        self.end_headers()
        self.wfile.write(data)
        self.wfile.flush()
        if promised is not None:
            self.close_connection = True

    def reset(self) -> None:
        self.close_connection = True
        self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        self.connection.close()
