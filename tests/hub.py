"""A model hub on loopback: as much of its protocol as downloading models and data sets needs."""

import hashlib
import json
import socket
import struct
import sys
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer


@dataclass
class Repository:
    """A model: its files at each commit, and the branches that name commits."""

    commits: dict[str, dict[str, bytes]]
    branches: dict[str, str]


@dataclass
class Fault:
    """What happens at a path: another status, or a connection that breaks off."""

    status: int = 0
    headers: dict[str, str] = field(default_factory=dict)
    breaks_after: int | None = None  # bytes of the body
    reset: bool = False  # break off with a TCP reset, not with an orderly end
    times: int = 1_000_000


class Hub(ThreadingHTTPServer):
    """Serves `repositories`; `faults` maps the end of a path to what goes wrong there."""

    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), Handler)
        self.repositories: dict[str, Repository] = {}
        self.faults: dict[str, Fault] = {}
        self.seen: list[tuple[str, str, str | None]] = []

    def handle_error(self, request: object, client_address: object) -> None:
        if not isinstance(sys.exc_info()[1], ConnectionError):  # clients may hang up
            raise

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_address[1]}"

    def downloads(self) -> list[str]:
        """Return the files whose content was asked for, as paths in their repository."""
        paths = (path.split("/resolve/") for method, path, _ in self.seen if method == "GET")
        return sorted(parts[1].split("/", 1)[1] for parts in paths if len(parts) == 2)


class Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    server: Hub

    def log_message(self, format: str, *args: object) -> None:
        pass

    def do_HEAD(self) -> None:
        self.do_GET()

    def do_GET(self) -> None:
        path = self.path.partition("?")[0]
        self.server.seen.append((self.command, path, self.headers["Range"]))
        for end, fault in self.server.faults.items():
            if path.endswith(end) and fault.times > 0:
                fault.times -= 1
                if fault.breaks_after is None:
                    return self.answer(fault.status, b"{}", fault.headers)
                return self.route(path, fault)
        return self.route(path, None)

    def route(self, path: str, fault: Fault | None) -> None:
        parts = path.strip("/").removeprefix("datasets/").split("/")
        name = "/".join(parts[2:4] if parts[0] == "api" else parts[:2])
        repository = self.server.repositories.get(name)
        if repository is None:
            return self.answer(404, b"{}", {"X-Error-Code": "RepoNotFound"})
        revision = parts[5] if parts[0] == "api" else parts[3]
        commit = repository.branches.get(revision, revision)
        if commit not in repository.commits:
            return self.answer(404, b"{}", {"X-Error-Code": "RevisionNotFound"})
        files = repository.commits[commit]
        if parts[0] != "api":
            content = files["/".join(parts[4:])]
            etag = hashlib.sha256(content).hexdigest()
            headers = {"X-Repo-Commit": commit, "ETag": f'"{etag}"', "Accept-Ranges": "bytes"}
            return self.answer(200, content, headers, fault)
        if parts[4] == "revision":
            siblings = [{"rfilename": path} for path in files]
            return self.json({"id": name, "sha": commit, "siblings": siblings}, fault)
        return self.json(
            [
                {"type": "file", "path": path, "size": len(content), "oid": "0" * 40}
                for path, content in files.items()
            ],
            fault,
        )

    def json(self, value: object, fault: Fault | None) -> None:
        kind = {"Content-Type": "application/json"}
        self.answer(200, json.dumps(value).encode(), kind, fault)

    def answer(
        self, status: int, body: bytes, headers: dict[str, str], fault: Fault | None = None
    ) -> None:
        if self.headers["Range"] and status == 200:
            start = int(self.headers["Range"].removeprefix("bytes=").removesuffix("-"))
            headers = headers | {"Content-Range": f"bytes {start}-{len(body) - 1}/{len(body)}"}
            status, body = 206, body[start:]
        self.send_response(status)
        for name, value in {**headers, "Content-Length": str(len(body))}.items():
            self.send_header(name, value)
        self.end_headers()
        if self.command == "HEAD":
            return
        self.wfile.write(body[: fault.breaks_after if fault else None])
        if fault:
            self.wfile.flush()
            if fault.reset:
                linger = struct.pack("ii", 1, 0)  # closing then sends a reset
                self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, linger)
                self.connection.close()
            self.close_connection = True
