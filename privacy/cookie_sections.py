"""What the cookies page says of each group: its words, its cookies, and a visitor's answer."""

from dataclasses import dataclass
from datetime import datetime
from itertools import groupby
from operator import attrgetter

from cookie_consent.models import Cookie, CookieGroup

from privacy.consent import Choice
from privacy.cookie_forms import NO, YES, CookieChoicesForm
from privacy.gates import GATES, Gate
from privacy.registry import groups_in_use


@dataclass(frozen=True)
class CookieSection:
    """One group: necessary, asked about, or not in use."""

    group: CookieGroup
    cookies: list[Cookie]
    gate: Gate | None
    in_use: bool
    answer: str  # YES, NO or nothing yet
    error: str

    @property
    def version(self) -> datetime:
        """When what visitors are asked about last changed."""
        return max(cookie.created for cookie in self.cookies)


def sections(
    choice: Choice | None = None, form: CookieChoicesForm | None = None
) -> list[CookieSection]:
    """Return every group, with the answers of a visitor's choice or of a form to put right."""
    cookies = Cookie.objects.select_related("cookiegroup", "declaredcookie").order_by(
        "cookiegroup__ordering", "cookiegroup", "name"
    )
    in_use = groups_in_use()
    return [
        CookieSection(
            group,
            list(found),
            gate := GATES.get(group.varname),
            gate is None or group.varname in in_use,
            _answer(group, choice, form),
            form.errors.get(group.varname, [""])[0] if form else "",
        )
        for group, found in groupby(cookies, attrgetter("cookiegroup"))
    ]


def _answer(group: CookieGroup, choice: Choice | None, form: CookieChoicesForm | None) -> str:
    if form:
        return "" if group in form.changed else form.data.get(group.varname, "")
    return {True: YES, False: NO, None: ""}[choice.answer(group) if choice else None]
