"""Ready pages in front of Django, in one serving process: compressed bytes, with what names them.

A page is asked of the site without anything that a visitor sent of their own, so a copy is the same
for everyone; the policy alone follows each visitor's cookie choice, and is put in here.

A copy is served for 3 seconds, and for one more while a thread of the store asks for the next; then
whoever comes waits for that. So no copy is older while the site works, however seldom a page is
read. While the site fails, its last good answers are served, for up to a day.
"""

import logging
import time
from collections.abc import Iterable
from concurrent.futures import Future, ThreadPoolExecutor
from io import BytesIO
from threading import Event, Lock
from typing import Any

from django.conf import settings

from ccgsite.keeping import NEVER, SECONDS, SECONDS_IF_WE_FAIL, known_query
from ccgsite.ready_answer import Answer, Application, Environ, StartResponse

Key = tuple[str, str, str]  # Host header, path, query

SAFE = frozenset({"GET", "HEAD"})
SECONDS_WHILE_ASKING = 1  # a copy is served for so long beyond SECONDS while the next is made
PATIENCE = 5  # seconds until a site that does not answer counts as failing
PATIENCE_AFTER_A_FAILURE = 0.5
SECONDS_AFTER_A_FAILURE = 1  # until a page is asked for again
THREADS = 2  # that make the next copies
LEFT_WHEN_FULL = 0.9  # of the bytes, so that not every new page has to look for the oldest

OF_THE_REQUEST = {"HTTP_HOST", "HTTP_X_FORWARDED_PROTO"}  # all that the site is told of it
OF_ONE_ANSWER = {"date", "server-timing", "x-request-id"}

log = logging.getLogger(__name__)


class Shelf:
    """Answers by what was asked, up to a number of bytes; what was used longest ago goes first."""

    def __init__(self, most_bytes: int) -> None:
        self.most_bytes = most_bytes
        self.answers: dict[Key, Answer] = {}  # read without the lock
        self.bytes = 0
        self._lock = Lock()

    def put(self, key: Key, answer: Answer | None) -> None:
        """Keep an answer in place of the one before; None takes that away."""
        with self._lock:
            self._take(key)
            if answer and answer.size <= self.most_bytes:
                self.answers[key] = answer
                self.bytes += answer.size
            if self.bytes > self.most_bytes:
                for oldest in sorted(self.answers, key=lambda key: self.answers[key].used_at):
                    if self.bytes <= self.most_bytes * LEFT_WHEN_FULL:
                        break
                    self._take(oldest)

    def _take(self, key: Key) -> None:
        before = self.answers.pop(key, None)
        self.bytes -= before.size if before else 0


class Asking:
    """A question to the site that is under way, for which others may wait too."""

    def __init__(self) -> None:
        self.began = time.monotonic()
        self.done = Event()
        self.answer: Answer | None = None  # stays so if the site fails while there is a copy


class PageStore:
    """A WSGI application that answers from its copies, and asks the site for what it lacks."""

    def __init__(
        self, site: Application, most_bytes: int, hosts: Iterable[str], https_only: bool = False
    ) -> None:
        """Take the site, and the Host headers, as sent, under which its pages are kept.

        A quarter of the bytes is for addresses with a query, so that these cannot push out pages.
        """
        self._site = site
        self._hosts = frozenset(hosts)
        self._https_only = https_only
        self.with_query = Shelf(most_bytes // 4)
        self.pages = Shelf(most_bytes - self.with_query.most_bytes)
        self._under_way: dict[Key, Asking] = {}
        self._lock = Lock()
        self._pool = ThreadPoolExecutor(THREADS, "page-store")

    def __call__(self, environ: Environ, start_response: StartResponse) -> Iterable[bytes]:
        now = time.monotonic()
        key = self._key(environ)
        answer = self._answer(key, environ, now) if key else None
        if answer is None:
            return self._site(environ, start_response)
        answer.used_at = now
        return answer.send(environ, start_response)

    def _key(self, environ: Environ) -> Key | None:
        """Return what a copy is kept by, or None if there can be none."""
        get = environ.get
        host, path = get("HTTP_HOST", ""), environ["PATH_INFO"]
        if (
            environ["REQUEST_METHOD"] not in SAFE
            or host not in self._hosts
            or path.startswith(NEVER)
            or (self._https_only and get("HTTP_X_FORWARDED_PROTO") != "https")
        ):
            return None
        query: str | None = environ["QUERY_STRING"]
        if query:
            query = known_query(query)
        return None if query is None else (host, path, query)

    def _shelf(self, key: Key) -> Shelf:
        return self.with_query if key[2] else self.pages

    def _answer(self, key: Key, environ: Environ, now: float) -> Answer | None:
        """Return what to answer, from the copies or from the site; None: it has to be asked."""
        copy = self._shelf(key).answers.get(key)
        if copy and now < copy.asked_at + SECONDS:
            return copy
        if copy and now < copy.retry_at:
            return self._last_good(key, copy)
        asking, is_first = self._question(key)
        if copy is None:
            if is_first:
                self._ask(key, asking, environ)
            asking.done.wait(PATIENCE)
            return asking.answer
        if is_first:
            self._pool.submit(self._ask, key, asking, environ).add_done_callback(say_why)
        if now < copy.asked_at + SECONDS + SECONDS_WHILE_ASKING:
            return copy
        patience = PATIENCE_AFTER_A_FAILURE if copy.retry_at else PATIENCE
        is_done = asking.done.wait(max(0, asking.began + patience - now))
        if is_done and asking.answer is None and not copy.retry_at:
            return None  # the answer was personal
        return asking.answer or self._last_good(key, copy)

    def _last_good(self, key: Key, copy: Answer) -> Answer | None:
        if time.monotonic() < copy.asked_at + SECONDS_IF_WE_FAIL:
            return copy
        self._shelf(key).put(key, None)
        return None

    def _question(self, key: Key) -> tuple[Asking, bool]:
        """Return the question that is under way for a key, and whether the caller has to ask it."""
        with self._lock:
            if key in self._under_way:
                return self._under_way[key], False
            asking = self._under_way[key] = Asking()
            return asking, True

    def _ask(self, key: Key, asking: Asking, environ: Environ) -> None:
        """Ask the site. What it says is kept if it may be; if it fails, the copy stays."""
        shelf = self._shelf(key)
        copy = shelf.answers.get(key)
        has_failed = True
        try:
            if copy and time.monotonic() < copy.asked_at + SECONDS:
                asking.answer, has_failed = copy, False  # somebody asked just before
                return
            answer = self._said(key, environ, copy)
            has_failed = answer.has_failed
            if not has_failed:
                shelf.put(key, answer if answer.may_be_kept else None)
            if not answer.is_personal and not (has_failed and copy):
                asking.answer = answer
        finally:
            if has_failed and copy:
                copy.retry_at = time.monotonic() + SECONDS_AFTER_A_FAILURE
            with self._lock:
                del self._under_way[key]
            asking.done.set()

    def _said(self, key: Key, environ: Environ, copy: Answer | None) -> Answer:
        """Return what the site says to a visitor of whom it knows nothing."""
        asked_at = time.monotonic()
        anonymous = {
            name: value
            for name, value in environ.items()
            if not name.startswith(("HTTP_", "CONTENT_")) or name in OF_THE_REQUEST
        }
        anonymous |= {"REQUEST_METHOD": "GET", "QUERY_STRING": key[2], "wsgi.input": BytesIO()}
        said: list[Any] = []
        body = self._site(anonymous, lambda *status_and_headers: said.extend(status_and_headers))
        try:
            content = b"".join(body)
        finally:
            if hasattr(body, "close"):
                body.close()
        status, headers = said[0], [x for x in said[1] if x[0].lower() not in OF_ONE_ANSWER]
        if copy and (status, headers, content) == (copy.status, copy.headers, copy.body):
            copy.asked_at, copy.retry_at = asked_at, 0
            return copy
        return Answer(status, headers, content, asked_at)


def say_why(asked: Future[None]) -> None:
    """Log an error that Django did not catch, as there is no server to do so."""
    error = asked.exception()
    if error:
        log.error("A page could not be made", exc_info=error)


def in_front_of(site: Application) -> Application:
    """Return the site with a store in front of it, as the settings have it."""
    most_bytes = settings.PAGE_STORE_MB * 1024 * 1024
    if not most_bytes:
        return site
    names = [name for name in settings.ALLOWED_HOSTS if name[0] not in "*."]
    hosts = [*names, *(f"{name}:{settings.SITE_PORT}" for name in names)]
    return PageStore(site, most_bytes, hosts, https_only=settings.SERVED_OVER_HTTPS)
