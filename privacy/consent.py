"""May this group load? A visitor's choice, as read from and written to the consent cookie.

The cookie is django-cookie-consent's: `analytics=<the group's version>|video=-1`, with two more
pairs: `chosen` (when) and `gpc=1` (chosen although the browser sends Global Privacy Control).
static/js/consent.js and deploy/nginx read it by the same rules; tests hold the three together.
"""

import logging
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from fnmatch import fnmatchcase
from http.cookies import Morsel
from typing import Any

from cookie_consent.cache import all_cookie_groups
from cookie_consent.models import CookieGroup
from cookie_consent.util import parse_cookie_str, set_cookie_dict_to_response
from django.conf import settings
from django.db import Error as DatabaseFailure
from django.db import connection, transaction
from django.db.models import F
from django.http import HttpRequest, HttpResponse, parse_cookie
from django.utils import timezone

from privacy.models.cookies import NAME, ConsentCount
from privacy.registry import groups_in_use

CHOSEN = "chosen"
DESPITE_GPC = "gpc"

LONG_AGO = "Thu, 01 Jan 1970 00:00:00 GMT"
MOST_DELETED = 50  # a browser has a handful; no request may ask for thousands of headers
LONGEST_WAIT_MS = 300

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Choice:
    """What a visitor has answered, as far as it stands.

    An answer stands until its group's version changes, as a yes is to what was asked. A yes stands
    against the browser's Global Privacy Control only if it was given while that was on
    (https://www.w3.org/TR/gpc/).
    """

    recorded: Mapping[str, str] = field(default_factory=dict)
    sends_gpc: bool = False

    @classmethod
    def of(cls, request: HttpRequest) -> "Choice":
        """Read the choice that a request carries."""
        return cls.sent(request.META)

    @classmethod
    def sent(cls, environ: Mapping[str, Any]) -> "Choice":
        """Read the choice from a request's headers, as WSGI names them; they alone are read."""
        header = environ.get("HTTP_COOKIE", "")
        cookie = ""
        if settings.COOKIE_CONSENT_NAME in header:
            cookie = parse_cookie(header).get(settings.COOKIE_CONSENT_NAME, "")
        return cls(parse_cookie_str(cookie), environ.get("HTTP_SEC_GPC") == "1")

    def answer(self, group: CookieGroup) -> bool | None:
        """Return the answer that stands for a group: yes, no or none yet."""
        return self._answer(group.varname, group.get_version())

    def _answer(self, name: str, version: str) -> bool | None:
        recorded = self.recorded.get(name, "")
        overruled = self.sends_gpc and not self.despite_gpc
        if version and recorded == version:
            return not overruled
        declined = recorded == settings.COOKIE_CONSENT_DECLINE
        if overruled or (declined and self.recorded.get(CHOSEN, "") >= version):
            return False
        return None

    @property
    def allowed(self) -> list[str]:
        """The groups that may load, by name: those in use, after a yes."""
        if not self.recorded:
            return []
        return [name for name, group in groups_in_use().items() if self.answer(group)]

    def allowed_in(self, versions: Mapping[str, str]) -> list[str]:
        """Return the groups that may load in a page that was made with these versions of them."""
        return [name for name, version in versions.items() if self._answer(name, version)]

    @property
    def despite_gpc(self) -> bool:
        """Whether the choice was made while the browser sent Global Privacy Control."""
        return self.recorded.get(DESPITE_GPC) == "1"

    @property
    def chosen_at(self) -> datetime | None:
        """When the visitor last answered, if that can be read."""
        try:
            return datetime.fromisoformat(self.recorded.get(CHOSEN, ""))
        except ValueError:
            return None


def is_current(request: HttpRequest, group: CookieGroup) -> bool:
    """Return whether the form that was sent showed what the group is now.

    A page may have been open, or kept, since before the group changed; then a yes is to something
    else. Every form of ours names the versions that it shows, as the consent cookie does.
    """
    shown = parse_cookie_str(request.POST.get("versions", ""))
    return shown.get(group.varname, group.get_version()) == group.get_version()


def record(request: HttpRequest, response: HttpResponse, answers: Mapping[str, bool]) -> None:
    """Set the consent cookie to a visitor's answers, by the names of groups in use; count them.

    Answers that stand for other groups stay. The cookies of every group without a yes go.
    """
    before, groups = Choice.of(request), all_cookie_groups()
    answers = {name: answer for name, answer in answers.items() if name in groups_in_use()}
    standing = {
        name: answer
        for name, group in groups.items()
        if name in before.recorded and (answer := before.answer(group)) is not None
    }
    answered = standing | answers
    pairs = {
        name: groups[name].get_version() if answer else settings.COOKIE_CONSENT_DECLINE
        for name, answer in answered.items()
    }
    pairs[CHOSEN] = datetime.now(UTC).isoformat(timespec="microseconds")
    if before.sends_gpc:
        pairs[DESPITE_GPC] = "1"
    set_cookie_dict_to_response(response, pairs)
    _delete_cookies(request, response, [g for name, g in groups.items() if not answered.get(name)])
    _count(answers)


def _delete_cookies(
    request: HttpRequest, response: HttpResponse, groups: list[CookieGroup]
) -> None:
    """Delete what the browser sent of some groups' cookies, on this host and those above it.

    Google Analytics names a cookie after the measurement id and may set it on the widest domain
    that a browser allows, so names are patterns and every domain is tried.
    """
    patterns = [cookie.name for group in groups for cookie in group.cookie_set.all()]
    sent = parse_cookie(request.META.get("HTTP_COOKIE", ""))
    names = [
        name
        for name in sent
        if NAME.fullmatch(name) and any(fnmatchcase(name, pattern) for pattern in patterns)
    ]
    labels = request.get_host().partition(":")[0].split(".")
    parents = [".".join(labels[start:]) for start in range(len(labels) - 1)]
    for name in names[:MOST_DELETED]:
        for domain in ("", *parents):
            expired: Morsel[str] = Morsel()
            expired.set(name, "", "")
            expired.update({"path": "/", "max-age": 0, "expires": LONG_AGO, "domain": domain})
            # Django keeps one cookie of a name; these differ by domain.
            dict.__setitem__(response.cookies, f"{name} of {domain}", expired)


def _count(answers: Mapping[str, bool]) -> None:
    """Add to the day's numbers. A choice stands even if it cannot be counted."""
    day = timezone.localdate()
    try:
        with _hardly_waiting():
            for group, accepted in answers.items():
                ConsentCount.objects.get_or_create(day=day, group=group)
                name = "accepted" if accepted else "rejected"
                ConsentCount.objects.filter(day=day, group=group).update(**{name: F(name) + 1})
    except DatabaseFailure as error:
        log.warning("A cookie choice was not counted: %s", error)


@contextmanager
def _hardly_waiting() -> Iterator[None]:
    """Open a transaction that gives up soon where another one holds what it needs."""
    with connection.cursor() as cursor:
        if connection.vendor == "sqlite":
            (usual,) = cursor.execute("PRAGMA busy_timeout").fetchone()
            cursor.execute(f"PRAGMA busy_timeout = {LONGEST_WAIT_MS}")
        try:
            with transaction.atomic():
                if connection.vendor == "postgresql":
                    cursor.execute(f"SET LOCAL lock_timeout = {LONGEST_WAIT_MS}")
                yield
        finally:
            if connection.vendor == "sqlite":
                cursor.execute(f"PRAGMA busy_timeout = {usual}")
