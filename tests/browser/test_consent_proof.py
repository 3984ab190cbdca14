"""Proof, for every kind of page, that nobody is let in and nothing is kept without a yes.

Other hosts cannot be reached, but that a page tries to is seen all the same.
"""

import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, expect

from privacy.gates import ANALYTICS, NECESSARY, VIDEO
from tests.browser.addresses import KINDS
from tests.browser.consent_audit import GTAG, PLAYER, Audit, Declared, stand_in_for_google
from tests.browser.consent_steps import (
    GPC,
    WITHOUT_SCRIPT,
    YES_TO_ALL,
    answer_banner,
    choose,
    let_run,
    open_as,
)
from tests.browser.sample_pages import PASSWORD, PUBLISHER

pytestmark = pytest.mark.browser

# What people search for and write to us is nobody else's business.
WITHOUT_ANALYTICS = {
    kind for kind, address in KINDS.items() if address.startswith(("/search/", "/enquiries/"))
}
WITH_VIDEO = {"every block", "news"}


@dataclass(frozen=True)
class State:
    """What a visitor's browser is like, and what the visitor does before reading pages."""

    prepare: Callable[[Page], None] | None = None
    groups: frozenset[str] = frozenset()  # that have a yes
    answered: bool = True
    options: dict[str, Any] = field(default_factory=dict)
    runs_scripts: bool = True


def wait_for_googles_cookies(page: Page) -> None:
    """Wait without a script in the page: the policy would refuse one that has to look twice."""
    deadline = time.monotonic() + 10
    while not any(cookie["name"].startswith("_ga_") for cookie in page.context.cookies()):
        assert time.monotonic() < deadline, page.context.cookies()
        page.wait_for_timeout(50)


def withdraw(page: Page) -> None:
    """Say yes, have Google's cookies set, then say no."""
    stand_in_for_google(page.context)
    answer_banner(page, "Accept")
    wait_for_googles_cookies(page)
    page.context.unroute_all()
    choose(page, {ANALYTICS: False, VIDEO: False})


STATES = {
    "no choice": State(answered=False),
    # The first lock alone: a page must not even try.
    "no choice, and no policy": State(answered=False, options={"bypass_csp": True}),
    "after accepting": State(lambda page: answer_banner(page, "Accept"), frozenset(YES_TO_ALL)),
    "after rejecting": State(lambda page: answer_banner(page, "Reject")),
    "analytics alone": State(
        lambda page: choose(page, {ANALYTICS: True, VIDEO: False}), frozenset({ANALYTICS})
    ),
    "video alone": State(
        lambda page: choose(page, {ANALYTICS: False, VIDEO: True}), frozenset({VIDEO})
    ),
    "after withdrawing": State(withdraw),
    "Global Privacy Control": State(answered=False, options=GPC),
    "a yes against Global Privacy Control": State(
        lambda page: choose(page, YES_TO_ALL), frozenset(YES_TO_ALL), options=GPC
    ),
    "without JavaScript": State(answered=False, options=WITHOUT_SCRIPT, runs_scripts=False),
    "a yes without JavaScript": State(
        lambda page: choose(page, YES_TO_ALL),
        frozenset(YES_TO_ALL),
        options=WITHOUT_SCRIPT,
        runs_scripts=False,
    ),
}


@pytest.mark.parametrize("state", STATES.values(), ids=STATES)
def test_a_browser_keeps_and_asks_what_was_agreed_to_and_nothing_else(
    browser: Browser, site_url: str, declared: list[Declared], state: State
) -> None:
    page = open_as(browser, site_url, state.options)
    audit = Audit(page.context, site_url)
    if state.prepare:
        state.prepare(page)
    if state.prepare is withdraw:
        assert {cookie["name"] for cookie in page.context.cookies()} == {"cookie_consent"}
        audit.forget()

    expected = {kind: wanted(kind, state) for kind in KINDS}
    asked = {kind: visit(page, audit, KINDS[kind], len(expected[kind])) for kind in KINDS}

    assert asked == expected
    audit.check(declared, state.groups)
    names = {kept.name for kept in audit.kept}
    assert names == ({"cookie_consent"} if state.answered else set())
    page.context.close()


def wanted(kind: str, state: State) -> list[str]:
    """Return whom a page asks, in order."""
    if not state.runs_scripts:
        return []
    analytics = ANALYTICS in state.groups and kind not in WITHOUT_ANALYTICS
    video = VIDEO in state.groups and kind in WITH_VIDEO
    return [GTAG] * analytics + [PLAYER] * video


def visit(page: Page, audit: Audit, address: str, at_least: int) -> list[str]:
    """Read a page. Returns whom it asked, in order."""
    before = len(audit.asked)
    page.goto(address)
    let_run(page, lambda: len(audit.asked) - before >= at_least)
    audit.look(page)
    return [asked.url for asked in audit.asked[before:]]


# --- The registry and reality -------------------------------------------------------------------


def test_the_registry_says_all_that_is_kept_and_all_it_says_is_kept(
    browser: Browser, site_url: str, declared: list[Declared]
) -> None:
    visitor = open_as(browser, site_url)
    stand_in_for_google(visitor.context)
    reading = Audit(visitor.context, site_url)
    answer_banner(visitor, "Accept")
    visitor.goto("/about-us/")
    wait_for_googles_cookies(visitor)
    reading.look(visitor)
    reading.check(declared, YES_TO_ALL)

    editor = open_as(browser, site_url, {"viewport": {"width": 1280, "height": 1000}})
    editing = Audit(editor.context, site_url)
    for _ in use_the_cms(editor):
        editing.look(editor)
    editing.check(declared)

    kept = reading.kept | editing.kept
    unseen = [
        one for one in declared if one.is_ours and not any(has.is_as_said(one) for has in kept)
    ]
    assert unseen == []
    assert {one.group for one in declared} == {NECESSARY, ANALYTICS, VIDEO}
    visitor.context.close()
    editor.context.close()


def use_the_cms(page: Page) -> Iterator[None]:
    """Sign in, and use what remembers something, with a stop after each step."""
    page.goto("/cms/login/")
    yield
    page.get_by_placeholder("Enter your username").fill(PUBLISHER)
    page.get_by_placeholder("Enter password").fill(PASSWORD)
    page.get_by_text("Remember me").click()
    page.get_by_role("button", name="Sign in").click()
    page.wait_for_url("**/cms/")
    yield
    page.get_by_role("button", name="Toggle sidebar").click()
    page.goto("/cms/pages/")
    page.get_by_role("link", name="Sample of every block", exact=True).click()
    page.get_by_role("button", name="Toggle status").click()
    yield
    page.get_by_role("button", name="Toggle preview").click()
    expect(page.frame_locator("#w-preview-iframe").locator("h1")).to_be_visible()
    yield
    page.get_by_role("button", name="Save draft").click()
    expect(page.get_by_text("has been updated")).to_be_visible()
    yield
    for address in ("/cms/images/", "/cms/documents/", "/cms/reports/", "/about-us/"):
        page.goto(address)
    yield
