"""The site's server, as it is set up, answering a constant: `python -m tests.speed.constant PORT`.

At the path "/12000" it says 12,000 bytes. Nothing behind this server can be faster.
"""

import sys
from collections.abc import Callable
from functools import cache
from typing import Any

from granian import Granian
from granian.constants import Interfaces
from granian.log import LogLevels

from ccgsite.server import PROCESSES, THREADS


@cache
def answer(path: str) -> tuple[list[tuple[str, str]], list[bytes]]:
    body = b"x" * int(path[1:])
    return [("Content-Type", "text/html"), ("Content-Length", str(len(body)))], [body]


def application(environ: dict[str, Any], start_response: Callable[..., Any]) -> list[bytes]:
    headers, body = answer(environ["PATH_INFO"])
    start_response("200 OK", headers)
    return body


if __name__ == "__main__":
    Granian(
        "tests.speed.constant:application",
        port=int(sys.argv[1]),
        interface=Interfaces.WSGI,
        workers=PROCESSES,
        blocking_threads=THREADS,
        websockets=False,
        log_level=LogLevels.warning,
    ).serve()
