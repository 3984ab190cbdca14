"""A site of the simplest kind behind nginx, that can be told what to say and how to fail."""

import gzip
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from email.message import Message
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Lock, Thread

KEPT = "public, max-age=0, s-maxage=3, stale-if-error=86400"
HANGS, HANGS_UP = -1, -2


@dataclass
class Said:
    """What it says at a path: a status, or HANGS or HANGS_UP."""

    body: str = "a page"
    status: int = 200
    headers: dict[str, str] = field(default_factory=lambda: {"Cache-Control": KEPT})
    seconds: float = 0


class Upstream:
    """It says "a page" at any path, unless `says` has another answer for it."""

    def __init__(self) -> None:
        self.says: dict[str, Said] = {}
        self.asked: Counter[str] = Counter()
        self.heard: list[Message] = []
        self._lock = Lock()
        self._server: ThreadingHTTPServer | None = None
        self.port = 0

    @property
    def address(self) -> str:
        return f"127.0.0.1:{self.port}"

    def start(self) -> None:
        upstream = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                upstream._answer(self)

            do_POST = do_HEAD = do_GET  # noqa: N815, the names that http.server calls

            def log_message(self, *_: object) -> None:
                pass

        class Server(ThreadingHTTPServer):
            request_queue_size = 128

            def handle_error(self, *_: object) -> None:
                """Whoever asked may have gone."""

        self._server = Server(("127.0.0.1", self.port), Handler)
        self.port = self._server.server_port
        Thread(target=self._server.serve_forever, args=[0.05]).start()

    def stop(self) -> None:
        if self._server:
            self._server.shutdown()
            self._server.server_close()
            self._server = None

    def _answer(self, handler: BaseHTTPRequestHandler) -> None:
        with self._lock:
            self.asked[handler.path] += 1
            self.heard.append(handler.headers)
        handler.rfile.read(int(handler.headers.get("Content-Length") or 0))
        said = self.says.get(handler.path) or self.says.get(handler.path.partition("?")[0], Said())
        time.sleep(20 if said.status == HANGS else said.seconds)
        if said.status < 0:
            return
        body, headers = said.body.encode(), dict(said.headers)
        if "gzip" in handler.headers.get("Accept-Encoding", ""):
            body, headers["Content-Encoding"] = gzip.compress(body), "gzip"
        handler.send_response(said.status)
        for name, value in {"ETag": f'W/"{hash(said.body)}"', **headers}.items():
            handler.send_header(name, value)
        handler.send_header("Content-Length", str(len(body)))
        handler.send_header("Connection", "close")
        handler.end_headers()
        handler.wfile.write(body)


@contextmanager
def running() -> Iterator[Upstream]:
    upstream = Upstream()
    upstream.start()
    try:
        yield upstream
    finally:
        upstream.stop()
