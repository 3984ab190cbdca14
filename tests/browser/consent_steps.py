"""What visitors do about cookies, step by step."""

from collections.abc import Callable, Mapping
from time import monotonic
from typing import Any

from playwright.sync_api import Browser, Page, expect

from privacy.gates import ANALYTICS, VIDEO

LONGEST = 5
YES_TO_ALL = {ANALYTICS: True, VIDEO: True}
WITHOUT_SCRIPT = {"java_script_enabled": False}
GPC = {"extra_http_headers": {"Sec-GPC": "1"}}
SEND_GPC = "Object.defineProperty(Navigator.prototype, 'globalPrivacyControl', {get: () => true})"


def open_as(browser: Browser, url: str, options: Mapping[str, Any] = {}) -> Page:
    """Return a page of a browser that has never been here."""
    context = browser.new_context(base_url=url, **options)
    if options == GPC:
        context.add_init_script(SEND_GPC)
    return context.new_page()


def answer_banner(page: Page, answer: str, address: str = "/") -> None:
    """Press the banner's "Accept" or "Reject"."""
    page.goto(address)
    page.get_by_role("button", name=f"{answer} additional cookies").click()
    expect(page.locator(f"[data-consent-told={answer.lower()}ed]")).to_be_visible()


def choose(page: Page, answers: Mapping[str, bool]) -> None:
    """Save answers on the cookies page, by group."""
    page.goto("/cookies/")
    for group, answer in answers.items():
        page.locator(f"#{group}" if answer else f"#{group}-2").check(force=True)
    page.get_by_role("button", name="Save cookie choices").click()
    expect(page.get_by_role("heading", name="Your cookie choices are saved")).to_be_visible()


def let_run(page: Page, is_done: Callable[[], Any] = lambda: True) -> None:
    """Bring what loads late into view, and give the page time for what it does by itself."""
    page.evaluate("document.querySelector('[data-video]')?.scrollIntoView()")
    deadline = monotonic() + LONGEST
    page.wait_for_timeout(50)
    while not is_done() and monotonic() < deadline:
        page.wait_for_timeout(20)
