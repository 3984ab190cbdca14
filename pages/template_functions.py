"""What templates may ask of pages. A function looks up or formats; it decides nothing."""

import json
import re
from datetime import datetime
from functools import lru_cache
from typing import Any

from django.template.loader import render_to_string
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from jinja2 import pass_context
from jinja2.runtime import Context
from wagtail.models import Page, Site

from pages.dates import moment_in_words
from pages.models import AlertPage, BasePage, Contact, SiteSettings
from pages.models.alerts import alerts_shown_on
from pages.navigation import MenuItem, Navigation
from pages.public import is_live_now
from pages.structured_data import breadcrumb_list, organisation_data
from pages.times import day_and_time
from pages.validators import SHORT_CODES, phone_digits

SHORT_CODE = re.compile(rf"\b({'|'.join(sorted(SHORT_CODES))})\b")
# The characters that could end a data block, written so that JSON reads them the same.
JSON_ESCAPES = {ord(character): f"\\u{ord(character):04x}" for character in "<>&"}


@pass_context
def organisation(context: Context) -> SiteSettings:
    """Return the organisation's settings, also for a text that answers no request: an e-mail."""
    if "request" in context:
        return SiteSettings.for_request(context["request"])
    return SiteSettings.for_site(Site.objects.get(is_default_site=True))


@pass_context
def navigation(context: Context) -> Navigation:
    """Return the menu, breadcrumbs and section navigation for the page being rendered.

    A view that has read them already gives them as `nav`.
    """
    known = context.get("nav")
    if isinstance(known, Navigation):
        return known
    page = context.get("page")
    return Navigation.of(context["request"], page if isinstance(page, Page) else None)


def menu_entry(item: MenuItem, number: int) -> SafeString:
    """Return an entry of the menu. One that is closed is the same on every page, and is kept."""
    return (_menu_entry if item.is_open else _closed_entry)(item, number)


def _menu_entry(item: MenuItem, number: int) -> SafeString:
    return SafeString(render_to_string("layout/menu_entry.html", {"item": item, "number": number}))


_closed_entry = lru_cache(maxsize=100)(_menu_entry)


def alerts_shown(trail: Navigation) -> list[AlertPage]:
    """Return the alerts for the page being rendered, the most urgent first."""
    return alerts_shown_on(trail.page)


def in_words(moment: datetime) -> str:
    """Return a moment in words, such as "5.30pm on 6 August 2018"."""
    return moment_in_words(moment)


@pass_context
def contact_details(context: Context, contact: Contact) -> dict[str, str]:
    """Return a contact's e-mail, phone and address, its own or the organisation's."""
    return contact.details(organisation(context))


def tel(number: str) -> str:
    """Return a phone number as a link's address: "023 9289 9500" to "tel:02392899500"."""
    return f"tel:{phone_digits(number)}"


def link_short_codes(text: str) -> SafeString:
    """Turn 111, 999 and the like in a line of plain text into telephone links."""
    parts = SHORT_CODE.split(text)
    return format_html_join(
        "",
        "{}",
        (
            (format_html('<a href="tel:{0}">{0}</a>', part) if index % 2 else part,)
            for index, part in enumerate(parts)
        ),
    )


def lines(text: str) -> SafeString:
    """Return text with a line break after each of its lines but the last."""
    return format_html_join(SafeString("<br>"), "{}", ((line,) for line in text.splitlines()))


def _data_block(data: dict[str, Any]) -> SafeString:
    # Escaped as Django's json_script does it, so nothing that was typed can end the block.
    text = SafeString(json.dumps(data, ensure_ascii=False).translate(JSON_ESCAPES))
    return format_html('<script type="application/ld+json">{}</script>', text)


@pass_context
def structured_data(context: Context, organisation: SiteSettings, trail: Navigation) -> SafeString:
    """Return the organisation, the way to this page and what it is, as schema.org data blocks."""
    base_url = Site.find_for_request(context["request"]).root_url
    blocks = [organisation_data(organisation, base_url)]
    if trail.breadcrumbs:
        blocks.append(breadcrumb_list(trail, base_url))
    if isinstance(trail.page, BasePage):
        blocks += trail.page.structured_data(base_url)
    return format_html_join("", "{}", ((_data_block(data),) for data in blocks))


@pass_context
def canonical_url(context: Context) -> str:
    """Return the one address of what is being shown, without its query."""
    request = context["request"]
    return f"{Site.find_for_request(request).root_url}{request.path}"


FUNCTIONS = [
    alerts_shown,
    canonical_url,
    contact_details,
    menu_entry,
    navigation,
    organisation,
    structured_data,
]
FILTERS = [day_and_time, in_words, is_live_now, lines, link_short_codes, tel]
