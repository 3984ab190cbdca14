"""What templates may ask of the cookie registry and of the privacy notice."""

from collections.abc import Iterable
from dataclasses import dataclass
from itertools import groupby
from operator import attrgetter

from cookie_consent.models import CookieGroup
from django.contrib.contenttypes.models import ContentType
from django.urls import reverse

from pages.navigation import Navigation
from privacy.gates import GATES, Gate
from privacy.models import CookiesPage
from privacy.plain_text import Line
from privacy.registry import Registry, groups_in_use, versions


@dataclass(frozen=True)
class Asked:
    """A group that visitors are asked about, and what a yes to it lets in."""

    group: CookieGroup
    gate: Gate


def cookies_asked_about() -> list[Asked]:
    """Return the groups in use, for the banner."""
    return [Asked(group, GATES[name]) for name, group in groups_in_use().items()]


def consent_attributes() -> dict[str, str]:
    """Return what static/js/consent.js has to know: versions, cookies to delete, analytics."""
    registry = Registry.current()
    return {
        "groups": registry.versions,
        "cookies": registry.cookies,
        "analytics": registry.analytics,
    }


def cookie_versions() -> str:
    """Return what a form shows, so that a yes to it can be told from a yes to something else."""
    return versions()


def cookies_address(navigation: Navigation) -> str:
    """Return where choices are made: the cookies page, or the form alone where there is none."""
    page = navigation.named.get("cookies")
    has_form = page and page.type_id == ContentType.objects.get_for_model(CookiesPage).pk
    return page.url if page and has_form else reverse("cookie_choices")


def in_runs(lines: Iterable[Line]) -> list[tuple[str, list[Line]]]:
    """Return lines of one kind that follow one another together, with their kind."""
    return [(kind, list(run)) for kind, run in groupby(lines, attrgetter("kind"))]


FUNCTIONS = [consent_attributes, cookie_versions, cookies_address, cookies_asked_about]
FILTERS = [in_runs]
