"""One answer of the site, ready to be sent to anyone: compressed, and named by its content."""

import gzip
from collections.abc import Callable, Iterable
from functools import lru_cache, partial
from http import HTTPStatus
from typing import Any

import brotli
from cookie_consent.util import parse_cookie_str
from django.conf import settings

from ccgsite.keeping import BY_AN_EDGE, BY_NOBODY
from privacy.consent import Choice
from privacy.policy import policy

Environ = dict[str, Any]
Headers = list[tuple[str, str]]
StartResponse = Callable[..., Any]
Application = Callable[[Environ, StartResponse], Iterable[bytes]]

POLICY = "Content-Security-Policy"
VARY = "Accept-Encoding"
CONSENT = settings.COOKIE_CONSENT_NAME

# A publish may change every page, and then each is compressed as it is asked for: on a long page
# this takes 7 ms. The slowest settings save a tenth more and take thirty times as long.
COMPRESS: dict[str, Callable[[bytes], bytes]] = {
    "": bytes,
    "br": partial(brotli.compress, quality=7, lgwin=17),
    "gzip": partial(gzip.compress, compresslevel=6, mtime=0),
}
CODINGS = ("br", "gzip")  # the best first
WORTH_COMPRESSING = 200  # bytes
OVERHEAD = 4096  # bytes that an answer takes beside its forms, generously

# What is not shared by all forms and visitors: set anew for each.
SET_HERE = {
    "cache-control",
    "content-encoding",
    "content-length",
    "content-security-policy",
    "etag",
    "vary",
}
OF_UNCHANGED = {"cache-control", "consent-versions", "content-security-policy", "etag", "vary"}

policy_of = lru_cache(maxsize=16)(policy)


@lru_cache(maxsize=256)
def coding_of(accepted: str) -> str:
    """Return the best coding that an Accept-Encoding header takes: br, gzip or none."""
    weights: dict[str, float] = {}
    for part in accepted.lower().split(","):
        name, _, weight = part.partition(";")
        try:
            weights[name.strip()] = float(weight.replace("q=", "") or 1)
        except ValueError:
            weights[name.strip()] = 0
    taken = (coding for coding in CODINGS if weights.get(coding, weights.get("*", 0)) > 0)
    return next(taken, "")


class Answer:
    """What the site said once, ready to be sent to anyone in any of our codings."""

    def __init__(self, status: str, headers: Headers, body: bytes, asked_at: float) -> None:
        named = {name.lower(): value for name, value in headers}
        self.status, self.body = status, body
        self.asked_at = self.used_at = asked_at
        self.headers = headers
        self.retry_at = 0.0  # when the site may be asked again, if it failed at the last time
        self.has_failed = int(status[:3]) >= HTTPStatus.INTERNAL_SERVER_ERROR
        # Neither should ever be: what the site is asked has nothing of any visitor's.
        self.is_personal = "set-cookie" in named or named.get("vary", VARY).lower() != VARY.lower()
        self.may_be_kept = not self.is_personal and named.get("cache-control") == BY_AN_EDGE
        self._policy = named.get("content-security-policy", "")
        self._digest = named.get("etag", "").removeprefix("W/").strip('"')
        self._versions = parse_cookie_str(named.get("consent-versions", ""))
        if sorted(self._policy.split("; ")) != policy_of(()).split("; "):
            self._versions = {}  # a policy of its own, which no choice changes
        shared = [(name, value) for name, value in headers if name.lower() not in SET_HERE]
        shared += [("Vary", VARY), ("Cache-Control", named.get("cache-control", BY_NOBODY))]
        if self._policy:
            shared.append((POLICY, self._policy))
        self._shared = shared
        self._forms: dict[str, tuple[Headers, list[bytes]]] = {}
        if self.may_be_kept:
            for coding in ("", *CODINGS):
                self._make(coding)

    def _make(self, coding: str) -> tuple[Headers, list[bytes]]:
        """Return the headers and the content in a coding, and have them ready from now on."""
        content = COMPRESS[coding](self.body) if len(self.body) >= WORTH_COMPRESSING else self.body
        headers = [*self._shared, ("Content-Length", str(len(content)))]
        name = self._digest
        if content is not self.body:
            headers.append(("Content-Encoding", coding))
            name = f"{name}-{coding}"
        if self._digest:
            headers.append(("ETag", f'"{name}"'))
        form = self._forms[coding] = headers, [content]
        return form

    @property
    def size(self) -> int:
        """The bytes that it takes in memory, about."""
        return sum(len(content) for _, [content] in self._forms.values()) + OVERHEAD

    def send(self, environ: Environ, start_response: StartResponse) -> list[bytes]:
        """Answer one visitor: in a coding and under the policy that are theirs, or with a 304."""
        get = environ.get
        coding = coding_of(get("HTTP_ACCEPT_ENCODING", ""))
        headers, content = self._forms.get(coding) or self._make(coding)
        if CONSENT in get("HTTP_COOKIE", ""):
            headers = self._for_choice(environ, headers)
        known = get("HTTP_IF_NONE_MATCH")
        if known and self._is_called(known):
            unchanged = [header for header in headers if header[0].lower() in OF_UNCHANGED]
            start_response("304 Not Modified", unchanged)
            return []
        start_response(self.status, headers)
        return content

    def _is_called(self, tags: str) -> bool:
        """Return whether one of these tags names this page, in whatever coding."""
        return self.may_be_kept and bool(self._digest) and (self._digest in tags or tags == "*")

    def _for_choice(self, environ: Environ, headers: Headers) -> Headers:
        """Return the headers with the policy of this visitor's choice, which nobody may keep."""
        allowed = Choice.sent(environ).allowed_in(self._versions)
        if not allowed:
            return headers
        own = {POLICY: policy_of(tuple(allowed)), "Cache-Control": BY_NOBODY}
        return [(name, own.get(name, value)) for name, value in headers]
