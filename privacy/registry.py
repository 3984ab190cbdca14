"""The cookie registry as every page needs it: which groups are in use, and in which version."""

import time
from collections.abc import Callable, Iterable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from functools import cached_property
from typing import Any, ClassVar

from cookie_consent.cache import all_cookie_groups
from cookie_consent.models import CookieGroup
from django.conf import settings
from django.core.cache import caches
from django.core.cache.backends.base import BaseCache
from django.db import Error as DatabaseFailure
from django.db import transaction
from django.db.models.signals import post_delete, post_save
from django.dispatch import receiver
from wagtail.models import Site

from privacy.gates import ANALYTICS, GATES, Gate
from privacy.models.cookies import AnalyticsSettings, DeclaredCookie, GateRecord, ask_again

ANALYTICS_KEY = "ga_measurement_id"


class KeptCopies(BaseCache):
    """What a process read last: read again after a second, kept for as long as it cannot be.

    django-cookie-consent reads its groups through a cache (`COOKIE_CONSENT_CACHE_BACKEND`). This
    one outlives the database. A page that is kept adds its own age.
    """

    SECONDS = 1
    _copies: ClassVar[dict[str, tuple[float, Any]]] = {}  # of all threads, as Django makes one each

    def __init__(self, server: str, params: dict[str, Any]) -> None:
        super().__init__(params)

    def get_or_set(
        self,
        key: str,
        default: Callable[[], Any],
        timeout: float | None = None,
        version: Any = None,
    ) -> Any:
        """Return the copy, or what the function reads; nothing could be read yet: nothing."""
        now = time.monotonic()
        read_at, copy = self._copies.get(key, (-self.SECONDS, {}))
        if now - read_at < self.SECONDS:
            return copy
        # Otherwise the last copy, or none: then no group may load.
        with suppress(DatabaseFailure):
            copy = default()
        self._copies[key] = (now, copy)
        return copy

    def delete(self, key: str, version: Any = None) -> bool:
        """Read again at the next use; keep the copy in case that fails."""
        if key not in self._copies:
            return False
        self._copies[key] = (-self.SECONDS, self._copies[key][1])
        return True

    def clear(self) -> None:
        self._copies.clear()


def _kept() -> KeptCopies:
    return caches[settings.COOKIE_CONSENT_CACHE_BACKEND]


def analytics_id() -> str:
    """Return the site's Google Analytics measurement id, or nothing where analytics is off."""
    return _kept().get_or_set(ANALYTICS_KEY, _read_analytics_id) or ""


def _read_analytics_id() -> str:
    ids = AnalyticsSettings.objects.filter(site__is_default_site=True)
    return ids.values_list("ga_measurement_id", flat=True).first() or ""


@receiver([post_save, post_delete], sender=AnalyticsSettings)
def read_analytics_again(**_: Any) -> None:
    _kept().delete(ANALYTICS_KEY)


@dataclass(frozen=True, eq=False)
class Registry:
    """What follows from one reading of the groups and of the analytics id."""

    _latest: "ClassVar[Registry | None]" = None

    all_groups: Mapping[str, CookieGroup]
    analytics: str

    @classmethod
    def current(cls) -> "Registry":
        """Return the registry as it is now, the same one until it is read again."""
        groups, analytics = all_cookie_groups(), analytics_id()
        latest = cls._latest
        if latest is None or latest.all_groups is not groups or latest.analytics != analytics:
            latest = cls._latest = cls(groups, analytics)
        return latest

    @cached_property
    def in_use(self) -> dict[str, CookieGroup]:
        """The groups that visitors are asked about: those that something can load."""
        return {
            name: group
            for name, group in self.all_groups.items()
            if name in GATES and group.get_version() and (name != ANALYTICS or self.analytics)
        }

    @cached_property
    def versions(self) -> str:
        """The groups in use with their versions, as the consent cookie writes them."""
        return as_pairs({name: group.get_version() for name, group in self.in_use.items()})

    @cached_property
    def cookies(self) -> str:
        """All groups with the names of their cookies."""
        names = {
            name: sorted(cookie.name for cookie in group.cookie_set.all())
            for name, group in self.all_groups.items()
        }
        return as_pairs({name: ",".join(found) for name, found in names.items()})


def groups_in_use() -> dict[str, CookieGroup]:
    """Return the groups that visitors are asked about, by name: those that something can load."""
    return Registry.current().in_use


def versions() -> str:
    """Return the groups in use with their versions, as the consent cookie writes them."""
    return Registry.current().versions


def as_pairs(values: Mapping[str, str]) -> str:
    """Return `name=value` for each, with bars between."""
    return "|".join(f"{name}={value}" for name, value in values.items())


def load(groups: Iterable[Mapping[str, Any]], measurement_id: str = "") -> None:
    """Add what a list of groups has and the database lacks; editors' words stay as they are.

    `groups` is what fixtures/cookies.yaml holds. A cookie that left it goes. A new cookie gives
    its group a new version, and so does a service, purpose or host that is new in the group's
    gate: every visitor is asked again. `measurement_id` is taken at the first set-up alone.

    Raises ValidationError for a cookie or id that is not one, KeyError for a fact that is missing.
    """
    with transaction.atomic():
        kept = [
            cookie.pk
            for position, facts in enumerate(groups)
            for cookie in _load_group(position, facts)
        ]
        for cookie in DeclaredCookie.objects.filter(from_software=True).exclude(pk__in=kept):
            DeclaredCookie.objects.filter(pk=cookie.pk).update(from_software=False)
            cookie.delete()
        for site in Site.objects.filter(is_default_site=True, analyticssettings=None):
            analytics = AnalyticsSettings(site=site, ga_measurement_id=measurement_id)
            analytics.full_clean()
            analytics.save()


def _load_group(position: int, facts: Mapping[str, Any]) -> list[DeclaredCookie]:
    gate = GATES.get(facts["group"])
    words = {"name": facts["name"], "description": facts["description"].strip()}
    group, _ = CookieGroup.objects.get_or_create(
        varname=facts["group"],
        defaults={**words, "ordering": position, "is_required": gate is None},
    )
    cookies = [_load_cookie(group, cookie) for cookie in facts["cookies"]]
    if gate:
        _renew(group, gate)
    return cookies


def _load_cookie(group: CookieGroup, facts: Mapping[str, Any]) -> DeclaredCookie:
    cookie = DeclaredCookie.objects.filter(cookiegroup=group, name=facts["name"]).first()
    if cookie is None:
        cookie = DeclaredCookie(cookiegroup=group, **facts)
        cookie.full_clean()
    if not cookie.from_software:
        cookie.from_software = True
        cookie.save()
    return cookie


def _renew(group: CookieGroup, gate: Gate) -> None:
    """Give a group a new version if its gate lets in more than visitors were asked about."""
    record, is_new = GateRecord.objects.get_or_create(
        cookiegroup=group, defaults={"lets_in": gate.lets_in}
    )
    if is_new or record.lets_in == gate.lets_in:
        return
    if not set(gate.lets_in) <= set(record.lets_in):
        ask_again(group)
    record.lets_in = gate.lets_in
    record.save()
