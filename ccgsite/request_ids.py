"""A name for each request, in the answer and in every line that is logged on the way to it.

An answer that a cache keeps keeps the name of the request that made it.
"""

import logging
import re
from collections.abc import Callable
from contextvars import ContextVar
from dataclasses import dataclass
from time import monotonic
from uuid import uuid4

from django.conf import settings
from django.http import HttpRequest, HttpResponse

HEADER = "X-Request-ID"
WELL_FORMED = re.compile(r"[A-Za-z0-9_-]{8,64}")

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Current:
    """The request that this thread works on."""

    name: str
    has_words: bool  # of the visitor's: a query string, a form or a cookie


current: ContextVar[Current | None] = ContextVar("current request", default=None)


def request_of(record: logging.LogRecord) -> Current | None:
    """Return the request that a line is about, if it is about one."""
    return current.get() or getattr(getattr(record, "request", None), "log_facts", None)


class RequestIds:
    """Names requests. It takes the name that a proxy gives, if that is trusted to give one."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        facts = request.META  # request.headers would keep the cookies that are taken away later
        given = facts.get("HTTP_X_REQUEST_ID", "") if settings.TRUST_REQUEST_ID else ""
        name = given if WELL_FORMED.fullmatch(given) else uuid4().hex
        sent = facts.get("QUERY_STRING") or facts.get("HTTP_COOKIE")
        has_words = bool(sent) or request.method not in {"GET", "HEAD"}
        # With the request too: Django logs what was not found when all middleware has ended.
        request.log_facts = Current(name, has_words)
        token = current.set(request.log_facts)
        started = monotonic()
        try:
            response = self.get_response(request)
            seconds = monotonic() - started
            if settings.LOG_SLOW_SECONDS and seconds > settings.LOG_SLOW_SECONDS:
                answer = request.method, request.path, response.status_code, seconds
                log.warning("Slow: %s %s %d in %.1f s", *answer)
        finally:
            current.reset(token)
        if not request.path.startswith(settings.STATIC_URL):  # nobody reports a stylesheet
            response.headers[HEADER] = name
        return response
