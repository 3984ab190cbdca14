"""What a browser kept and whom it asked, held against what the cookies page tells people."""

import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from fnmatch import fnmatchcase
from pathlib import Path
from time import time
from urllib.parse import parse_qs, urlsplit

from bs4 import BeautifulSoup
from playwright.sync_api import (
    BrowserContext,
    ConsoleMessage,
    Page,
    Request,
    Response,
    Route,
    WebSocket,
)

from privacy.gates import GATES, NECESSARY
from tests.browser.addresses import MEASUREMENT_ID

GTAG = f"https://www.googletagmanager.com/gtag/js?id={MEASUREMENT_ID}"
PLAYER = "https://www.youtube-nocookie.com/embed/M7lc1UVf-VE?rel=0"
STAND_IN = Path(__file__).with_name("gtag.js")

COOKIE = "cookie"
LOCAL_STORAGE = "local storage"
STORED = """async () => ({
    "local storage": Object.keys(localStorage),
    "session storage": Object.keys(sessionStorage),
    "database": (await indexedDB.databases()).map(database => database.name),
    "cache": window.caches ? await caches.keys() : [],
    "service worker": (await navigator.serviceWorker?.getRegistrations() ?? []).map(w => w.scope),
})"""
DIRECTIVES = {"script": "script-src", "document": "frame-src", "image": "img-src"}
SECONDS = {"hours": 60 * 60, "days": 24 * 60 * 60, "months": 30 * 24 * 60 * 60}


@dataclass(frozen=True)
class Declared:
    """A cookie or stored entry as the cookies page lists it. Its name may end in a star."""

    group: str
    kind: str
    name: str
    lasts: str
    is_ours: bool

    @property
    def seconds(self) -> float | None:
        """How long it may last at most; None is until the browser closes, or without an end."""
        found = re.search(r"(\d+) (hours|days|months)", self.lasts)
        return int(found[1]) * SECONDS[found[2]] if found else None


@dataclass(frozen=True)
class Kept:
    """What a browser was found to keep."""

    kind: str
    name: str
    is_ours: bool
    seconds: float | None = field(default=None, compare=False)

    def is_as_said(self, declared: Declared) -> bool:
        """Return whether the cookies page says this of it, name, place and time."""
        return (
            (declared.kind, declared.is_ours) == (self.kind, self.is_ours)
            and fnmatchcase(self.name, declared.name)
            and (declared.seconds is None) == (self.seconds is None)
            and abs((declared.seconds or 0) - (self.seconds or 0)) < SECONDS["hours"]
        )


@dataclass(frozen=True)
class Asked:
    """A request to another host, as it was tried."""

    directive: str
    url: str
    referrer: str = ""

    def is_let_in_by(self, group: str) -> bool:
        parts = urlsplit(self.url)
        hosts = GATES[group].hosts.get(self.directive, ())
        return any(fnmatchcase(f"{parts.scheme}://{parts.netloc}", host) for host in hosts)


class Audit:
    """Watches all pages of a browser's context from now on."""

    def __init__(self, context: BrowserContext, site_url: str) -> None:
        self.context = context
        self.site_url = site_url
        self.forget()
        context.on("request", self._requested)
        context.on("response", self._answered)
        context.on("console", self._said)
        context.on("weberror", lambda error: self.problems.append(str(error.error)))
        for page in context.pages:
            page.on("websocket", self._connected)
        context.on("page", lambda page: page.on("websocket", self._connected))

    def forget(self) -> None:
        """Begin again with nothing seen."""
        self.kept: set[Kept] = set()
        self.asked: list[Asked] = []
        self.refused: list[str] = []  # what the page's policy stopped
        self.problems: list[str] = []
        self._answers: list[Response] = []

    def look(self, page: Page) -> None:
        """Note what the browser keeps now, and which cookies it was sent on the way."""
        for cookie in self.context.cookies():
            seconds = None if cookie["expires"] == -1 else cookie["expires"] - time()
            self.kept.add(Kept(COOKIE, cookie["name"], self._is_ours(cookie["domain"]), seconds))
        for kind, names in page.evaluate(STORED).items():
            self.kept |= {Kept(kind, name, is_ours=True) for name in names}
        # A cookie that was gone again before anyone looked was set all the same.
        seen = {kept.name for kept in self.kept}
        for answer in self._answers:
            for header in (answer.header_value("set-cookie") or "").splitlines():
                name, max_age = header.partition("=")[0], re.search(r"(?i)max-age=(\d+)", header)
                seconds = float(max_age[1]) if max_age else None
                if name not in seen and seconds != 0:
                    self.kept.add(Kept(COOKIE, name, is_ours=True, seconds=seconds))
        self._answers.clear()

    def check(self, declared: Iterable[Declared], groups: Iterable[str] = ()) -> None:
        """Raise AssertionError for what the registry forbids, with a yes to these groups."""
        groups = set(groups)
        allowed = [one for one in declared if one.group in {NECESSARY, *groups}]
        faults = [
            f"kept, but not declared: {kept}"
            for kept in self.kept
            if not any(kept.is_as_said(one) for one in allowed)
        ]
        for asked in self.asked:
            if not any(asked.is_let_in_by(group) for group in groups):
                faults.append(f"asked without a yes: {asked}")
            if urlsplit(asked.referrer).path.strip("/"):
                faults.append(f"told which page is read: {asked}")
        faults += [f"stopped by the policy alone: {refused}" for refused in self.refused]
        faults += [f"went wrong: {problem}" for problem in self.problems]
        assert not faults, "\n".join(faults)

    def _is_ours(self, host: str | None) -> bool:
        return urlsplit(self.site_url).hostname == host

    def _requested(self, request: Request) -> None:
        parts = urlsplit(request.url)
        if parts.scheme not in {"data", "blob"} and not self._is_ours(parts.hostname):
            directive = DIRECTIVES.get(request.resource_type, "connect-src")
            referrer = request.headers.get("referer", "")
            self.asked.append(Asked(directive, request.url, referrer))

    def _connected(self, socket: WebSocket) -> None:
        if not self._is_ours(urlsplit(socket.url).hostname):
            self.asked.append(Asked("connect-src", socket.url))

    def _answered(self, response: Response) -> None:
        if response.request.resource_type in {"document", "fetch", "xhr"}:
            self._answers.append(response)

    def _said(self, message: ConsoleMessage) -> None:
        # Some of what a policy stops, such as a frame, is never seen as a request.
        if "Content Security Policy" in message.text:
            self.refused.append(message.text)
        elif message.type == "error" and "Failed to load resource" not in message.text:
            self.problems.append(message.text)


def declared_cookies(html: str) -> list[Declared]:
    """Return what the cookies page's tables say."""
    soup = BeautifulSoup(html, "html.parser")
    return [
        _declared(group, row)
        for group in (NECESSARY, *GATES)
        for row in soup.find(id=f"cookies-{group}").find_next("table").select("tbody tr")
    ]


def _declared(group: str, row: BeautifulSoup) -> Declared:
    name, _, lasts, set_by = (cell.get_text(" ", strip=True) for cell in row.select(".site-cell"))
    return Declared(
        group=group,
        kind=LOCAL_STORAGE if f"({LOCAL_STORAGE})" in name else COOKIE,
        name=row.code.get_text(strip=True),
        lasts=lasts,
        is_ours="first party" in set_by,
    )


def stand_in_for_google(context: BrowserContext) -> list[dict[str, str]]:
    """Answer for Google Analytics. Returns the list that what it is told will be added to."""
    told: list[dict[str, str]] = []

    def collect(route: Route) -> None:
        query = parse_qs(urlsplit(route.request.url).query, keep_blank_values=True)
        told.append({name: values[0] for name, values in query.items()})
        route.fulfill(status=204)

    context.route("https://www.googletagmanager.com/**", lambda route: route.fulfill(path=STAND_IN))
    context.route("https://*.google-analytics.com/**", collect)
    return told
