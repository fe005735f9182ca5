"""A real HTTP server on loopback that treats each request as it was told to."""

import random
import socket
import struct
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

from isogloss.sources.download import CHUNK

CONTENT = random.Random(1).randbytes(10 * CHUNK + 123)


@dataclass
class Answer:
    """How the server treats one request. The default is a good server's answer."""

    status: int = 0  # 0: 200 or 206, as asked
    headers: dict[str, str] = field(default_factory=dict)
    content: bytes | None = None  # instead of what is at the path
    etag: str | None = '"v1"'
    length: bool = (
        True  # whether Content-Length is sent; without, the body ends with the connection
    )
    ranges: bool = True  # whether Range is understood
    if_range: bool = True  # whether If-Range is understood
    stop_after: int | None = None  # body bytes after which the answer breaks off
    before_stop: Callable[[], object] = lambda: None
    reset: bool = False  # break off with a TCP reset, not an orderly end


@dataclass
class Seen:
    """One request, as the server saw it."""

    time: float
    range: str | None
    if_range: str | None
    path: str = ""
    agent: str | None = None
    sent: int = 0


class Server(ThreadingHTTPServer):
    """Gives the planned answers in turn, then good ones: of `files` by path, or CONTENT."""

    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), Handler)
        self.plan: list[Answer] = []
        self.files: dict[str, bytes] = {}
        self.seen: list[Seen] = []

    def handle_error(self, request: object, client_address: object) -> None:
        if not isinstance(sys.exc_info()[1], ConnectionError):  # clients may hang up
            raise

    @property
    def root(self) -> str:
        return f"http://127.0.0.1:{self.server_address[1]}"

    @property
    def url(self) -> str:
        return f"{self.root}/v1/data.bin"


class Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    server: Server

    def log_message(self, format: str, *args: object) -> None:
        pass

    def do_GET(self) -> None:
        answer = self.server.plan.pop(0) if self.server.plan else Answer()
        seen = Seen(
            *(time.monotonic(), self.headers["Range"], self.headers["If-Range"]),
            *(self.path, self.headers["User-Agent"]),
        )
        self.server.seen.append(seen)
        content = answer.content
        if content is None and self.server.files:
            content = self.server.files.get(self.path)
            answer.status = answer.status or (0 if content is not None else 404)
        content = CONTENT if content is None else content
        start = 0
        if seen.range and answer.ranges and not answer.status:
            changed = answer.if_range and seen.if_range not in (None, answer.etag)
            start = 0 if changed else int(seen.range.removeprefix("bytes=").removesuffix("-"))
        body = content[start:]
        status = answer.status or (206 if start else 200)
        if seen.range and not answer.status and start >= len(content):
            status, body = 416, b""
        self.send_response(status)
        total = len(content)
        if status == 206:
            self.send_header("Content-Range", f"bytes {start}-{total - 1}/{total}")
        if status == 416:
            self.send_header("Content-Range", f"bytes */{total}")
        if answer.etag:
            self.send_header("ETag", answer.etag)
        if answer.length:
            self.send_header("Content-Length", str(len(body)))
        else:
            self.close_connection = True
        for name, value in answer.headers.items():
            self.send_header(name, value)
        self.end_headers()
        part = body[: answer.stop_after]
        # Noted before it is sent: the client may look as soon as it has the bytes.
        seen.sent = len(part)
        self.wfile.write(part)
        self.wfile.flush()
        if answer.stop_after is not None:
            answer.before_stop()
            self.close_connection = True
            if answer.reset:
                linger = struct.pack("ii", 1, 0)
                self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, linger)
                self.connection.close()
