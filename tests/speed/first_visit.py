"""What a first visit to a page sends over the wire: the page, and what it names to be loaded."""

import gzip
import http.client
import re
from collections.abc import Iterator
from dataclasses import dataclass
from urllib.parse import urljoin, urlsplit

import brotli
from bs4 import BeautifulSoup

LOADED = {"stylesheet", "icon", "preload", "modulepreload", "manifest"}
AS_BROWSERS_SAY = "gzip, deflate, br"
UNPACK = {"br": brotli.decompress, "gzip": gzip.decompress}
IN_A_STYLESHEET = re.compile(rb"url\(\s*[\"']?(?!data:)([^\"')]+)")


@dataclass(frozen=True)
class Sent:
    """An answer: its bytes with and without its headers, as sent, and its content."""

    whole: int
    content: int
    body: bytes
    headers: http.client.HTTPMessage


@dataclass(frozen=True)
class Visit:
    """How many requests a first visit makes to us, the bytes of all answers, and what holds it up.

    Images among the content count as none.
    """

    requests: int
    sent: int
    blocking: int  # stylesheets and scripts without which nothing of the page is drawn
    elsewhere: list[str]  # addresses of third parties


def ask(port: int, path: str, coding: str, host: str = "localhost") -> Sent:
    """Ask for a path in a coding, "identity" for none. Raises AssertionError if it is refused."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=60)
    connection.request("GET", path, headers={"Accept-Encoding": coding, "Host": host})
    response = connection.getresponse()
    sent = response.read()
    connection.close()
    assert response.status == 200, f"{path}: {response.status}"
    headers = sum(len(f"{name}: {value}\r\n") for name, value in response.getheaders())
    body = UNPACK.get(response.headers["Content-Encoding"], bytes)(sent)
    return Sent(
        len("HTTP/1.1 200 OK\r\n\r\n") + headers + len(sent), len(sent), body, response.headers
    )


def is_unchanged(port: int, path: str, host: str) -> bool:
    """Return whether who has the page already is told so, with a 304."""
    tag = ask(port, path, "br", host).headers["ETag"]
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=60)
    connection.request("GET", path, headers={"Host": host, "If-None-Match": tag or ""})
    status = connection.getresponse().status
    connection.close()
    return status == 304


def visit(port: int, path: str, host: str = "localhost") -> Visit:
    """Load a page with all that it names, as a browser does."""
    page = ask(port, path, AS_BROWSERS_SAY, host)
    soup = BeautifulSoup(page.body, "html.parser")
    named = [(urljoin(path, address), blocks) for address, blocks in _named(soup)]
    ours = {address for address, _ in named if not urlsplit(address).netloc}
    answers = {address: ask(port, address, AS_BROWSERS_SAY, host) for address in ours}
    for address, answer in list(answers.items()):
        if address.endswith(".css"):
            for inner in IN_A_STYLESHEET.findall(answer.body):
                below = urljoin(address, inner.decode())
                answers[below] = ask(port, below, AS_BROWSERS_SAY, host)
    return Visit(
        requests=1 + len(answers),
        sent=page.whole + sum(answer.whole for answer in answers.values()),
        blocking=len({address for address, blocks in named if blocks}),
        elsewhere=[address for address, _ in named if urlsplit(address).netloc],
    )


def _named(page: BeautifulSoup) -> Iterator[tuple[str, bool]]:
    """Yield each address that a page loads by itself, and whether the page waits for it."""
    for link in page.select("link[href]"):
        rels = set(link["rel"])
        if rels & LOADED:
            is_for_screen = link.get("media", "all") != "print"
            yield link["href"], "stylesheet" in rels and is_for_screen
    for script in page.select("script[src]"):
        waits = not (script.has_attr("defer") or script.has_attr("async"))
        in_head = script.find_parent("head") is not None
        yield script["src"], in_head and waits and script.get("type") != "module"
    for image in page.select("header img[src], footer img[src]"):
        yield image["src"], False
    for frame in page.select("iframe[src]"):
        yield frame["src"], False
