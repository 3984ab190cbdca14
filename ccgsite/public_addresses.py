"""All that anybody can read of the site, address by address, as a stranger without cookies."""

import re
from collections import deque
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from html.parser import HTMLParser
from http import HTTPStatus
from http.client import HTTPConnection, HTTPException, HTTPSConnection
from io import BytesIO
from typing import Any
from urllib.parse import unquote, urljoin, urlsplit

from django.conf import settings
from django.contrib.staticfiles.finders import FileSystemFinder
from django.core.handlers.wsgi import WSGIHandler
from django.templatetags.static import static
from django.utils.encoding import iri_to_uri

from pages.public import public_pages
from pages.sitemap import PublicPagesSitemap

FILES = ("/sitemap.xml", "/robots.txt", "/favicon.ico")
# What answers each visitor, or each question, in its own way.
NOT_FOR_COPIES = ("/cms/", "/cookie-consent/", "/enquiries/", "/search/")
PAGE_OF_A_LIST = re.compile(r"page=[1-9][0-9]{0,3}")
LINKING = {"href", "src", "srcset", "poster"}
TIMEOUT = 30  # seconds


@dataclass
class Answer:
    """What the site says at an address; the names of headers are in small letters."""

    status: int
    headers: dict[str, str]
    body: bytes

    @property
    def is_page(self) -> bool:
        return self.headers.get("content-type", "").startswith("text/html")

    @property
    def is_whole(self) -> bool:
        return not self.is_page or self.body.rstrip().endswith(b"</html>")

    @property
    def may_be_copied(self) -> bool:
        """Whether it is a good answer that is the same for everyone."""
        keeping = set(re.split(r"[\s,=]+", self.headers.get("cache-control", "").lower()))
        is_ours_alone = keeping & {"no-store", "private"} or "set-cookie" in self.headers
        return self.status == HTTPStatus.OK and self.is_whole and not is_ours_alone

    @property
    def is_failure(self) -> bool:
        """Whether the site failed, so that nothing is known of the address."""
        is_cut_off = self.status == HTTPStatus.OK and not self.is_whole
        return self.status >= HTTPStatus.INTERNAL_SERVER_ERROR or is_cut_off


Ask = Callable[[str, Mapping[str, str]], Answer]


def environ(address: str = "/", headers: Mapping[str, str] = {}) -> dict[str, Any]:
    """Return what a WSGI server makes of a visitor's GET at the public host."""
    parts, site = urlsplit(address), urlsplit(settings.SITE_URL)
    return {
        "REQUEST_METHOD": "GET",
        "SCRIPT_NAME": "",
        "PATH_INFO": unquote(parts.path, "latin-1"),
        "QUERY_STRING": parts.query,
        "REMOTE_ADDR": "127.0.0.1",
        "SERVER_NAME": site.hostname,
        "SERVER_PORT": str(site.port or {"http": 80, "https": 443}[site.scheme]),
        "SERVER_PROTOCOL": "HTTP/1.1",
        "wsgi.version": (1, 0),
        "wsgi.url_scheme": site.scheme,
        "wsgi.input": BytesIO(),
        "wsgi.errors": BytesIO(),
        "wsgi.multithread": False,
        "wsgi.multiprocess": True,
        "wsgi.run_once": False,
        **{
            f"HTTP_{name.upper().replace('-', '_')}": value
            for name, value in {**_as_visited(), **headers}.items()
        },
    }


def in_process() -> Ask:
    """Return a way to ask the site in this process, through all that a request passes."""
    application = WSGIHandler()

    def ask(address: str, headers: Mapping[str, str]) -> Answer:
        started: list[Any] = []
        response = application(environ(address, headers), lambda *given: started.extend(given[:2]))
        try:
            body = b"".join(response)
        finally:
            response.close()
        status, given = started
        return Answer(int(status.split()[0]), {k.lower(): v for k, v in given}, body)

    return ask


def over_http(base: str) -> Ask:
    """Return a way to ask the site at an address such as `http://127.0.0.1:8000`.

    It is asked under the public host's name. What cannot be reached answers 502.
    """
    parts = urlsplit(base)
    kind = HTTPSConnection if parts.scheme == "https" else HTTPConnection

    def ask(address: str, headers: Mapping[str, str]) -> Answer:
        connection = kind(parts.netloc, timeout=TIMEOUT)
        try:
            connection.request("GET", address, headers={**_as_visited(), **headers})
            response = connection.getresponse()
            names = {name.lower(): value for name, value in response.getheaders()}
            return Answer(response.status, names, response.read())
        except (OSError, HTTPException) as error:
            return Answer(HTTPStatus.BAD_GATEWAY, {}, str(error).encode())
        finally:
            connection.close()

    return ask


def _as_visited() -> dict[str, str]:
    scheme, _, host = settings.SITE_URL.partition("://")
    return {"Host": host, "X-Forwarded-Proto": scheme}


def read_site(
    ask: Ask, headers: Callable[[str], Mapping[str, str]]
) -> Iterator[tuple[str, Answer]]:
    """Yield every address that a visitor can come to, each once, and what it answers.

    They are those of `addresses`, and whatever these link to, with the further pages of a list.
    `headers` says what else to send to an address.
    """
    waiting = deque(addresses())
    known = set(waiting)
    while waiting:
        address = waiting.popleft()
        answer = ask(address, headers(address))
        yield address, answer
        for link in _links(address, answer):
            if link not in known:
                known.add(link)
                waiting.append(link)


def addresses() -> list[str]:
    """Return the addresses of all public pages, of our own static files and of what robots read.

    Not every page is in the sitemap, and not every one is linked to.
    """
    pages = [page.url for page in public_pages().filter(depth__gt=1) if page.url]
    ours = [static(name) for name, _ in FileSystemFinder().list([])]
    return [*pages, *FILES, *PublicPagesSitemap().addresses_of_parts(), *ours]


def _links(address: str, answer: Answer) -> Iterator[str]:
    found: list[str] = []
    if "location" in answer.headers:
        found = [answer.headers["location"]]
    elif answer.status == HTTPStatus.OK and answer.is_page:
        reader = _Links()
        reader.feed(answer.body.decode())
        found = reader.found
    for link in found:
        try:
            parts = urlsplit(urljoin(f"{settings.SITE_URL}{address}", link.strip()))
        except ValueError:
            continue  # an editor may have typed anything
        ours = f"{parts.scheme}://{parts.netloc}" == settings.SITE_URL
        if ours and parts.path.startswith("/") and not parts.path.startswith(NOT_FOR_COPIES):
            if PAGE_OF_A_LIST.fullmatch(parts.query):
                yield iri_to_uri(f"{parts.path}?{parts.query}")
            elif not parts.query:
                yield iri_to_uri(parts.path)


class _Links(HTMLParser):
    """The addresses that a page names."""

    def __init__(self) -> None:
        super().__init__()
        self.found: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        for name, value in attrs:
            if name == "srcset" and value:
                self.found += [part.split()[0] for part in value.split(",") if part.strip()]
            elif name in LINKING and value:
                self.found.append(value)
