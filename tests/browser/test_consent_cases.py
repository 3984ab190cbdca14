"""The script reads a visitor's choice as privacy/consent.py and deploy/nginx do."""

import pytest
from playwright.sync_api import Browser, Page

from privacy.gates import ANALYTICS, VIDEO
from tests.browser.addresses import KINDS
from tests.browser.consent_audit import Audit
from tests.browser.consent_steps import GPC, let_run, open_as
from tests.privacy.consent_cases import CASES, Case

pytestmark = pytest.mark.browser


@pytest.mark.parametrize("gpc", [False, True], ids=["no control", "Global Privacy Control"])
def test_the_script_decides_as_the_server_does(browser: Browser, site_url: str, gpc: bool) -> None:
    cases = [case for case in CASES if case.in_browser and case.gpc == gpc]
    page = open_as(browser, site_url, GPC if gpc else {})
    audit = Audit(page.context, site_url)
    page.goto("/")
    versions = dict(
        pair.split("=")
        for pair in page.locator("script[data-groups]").get_attribute("data-groups").split("|")
    )

    expected = {case.name: (case.allowed, "ask" if case.asks else "answered") for case in cases}
    found = {case.name: decided(page, audit, case, versions) for case in cases}

    assert len(cases) > 5
    assert found == expected
    page.context.close()


def decided(
    page: Page, audit: Audit, case: Case, versions: dict[str, str]
) -> tuple[set[str], str | None]:
    """Return which groups' services the page asked for with these cookies, and if it asks."""
    page.context.clear_cookies()
    cookies = case.cookies(versions).split("; ")
    page.evaluate("cookies => cookies.forEach(cookie => document.cookie = cookie)", cookies)
    audit.forget()
    page.goto(KINDS["every block"])
    let_run(page, lambda: len(audit.asked) >= len(case.allowed))
    allowed = {
        group
        for group in (ANALYTICS, VIDEO)
        if any(asked.is_let_in_by(group) for asked in audit.asked)
    }
    assert audit.refused == []
    return allowed, page.evaluate("document.documentElement.dataset.consent")
