"""The cookies page: choices made, kept, shown and taken back, with and without JavaScript."""

import json
import re
from datetime import UTC, datetime

import pytest
from axe_playwright_python.sync_playwright import Axe
from bs4 import BeautifulSoup
from playwright.sync_api import Browser, Page, Route, expect

from privacy.gates import ANALYTICS, VIDEO
from tests.browser.addresses import KINDS
from tests.browser.consent_audit import Audit, stand_in_for_google
from tests.browser.consent_steps import GPC, answer_banner, choose, let_run, open_as

pytestmark = pytest.mark.browser

AXE = Axe()
WIDTHS = (320, 1280)
SAVED = "Your cookie choices are saved"


def receipt(page: Page) -> list[str]:
    """Return what the receipt says of each group."""
    return page.locator("#cookie-receipt dd").all_inner_texts()


def ticked(page: Page) -> list[str]:
    return page.eval_on_selector_all(
        "main input:checked", "found => found.map(input => `${input.name} ${input.value}`)"
    )


def test_nothing_is_ticked_before_an_answer(page: Page) -> None:
    for address in ("/cookies/", "/cookie-consent/"):
        page.goto(address)
        assert page.locator("main input[type=radio]").count() == 4
        assert ticked(page) == []
        assert receipt(page) == []


def test_every_footer_leads_to_the_choices(page: Page) -> None:
    for kind, address in KINDS.items():
        soup = BeautifulSoup(page.request.get(address).text(), "html.parser")
        link = soup.find("footer").find("a", string=re.compile("^\\s*Manage cookies\\s*$"))
        assert link, kind
        assert link["href"] == "/cookies/#cookie-choices", kind


def test_choices_are_saved_shown_and_led_back_from(page: Page) -> None:
    page.goto("/your-health/self-care/")
    page.locator("footer").get_by_role("link", name="Manage cookies").click()
    page.get_by_role("group", name="analytics").get_by_label("No", exact=True).check(force=True)
    page.get_by_role("group", name="video").get_by_label("Yes", exact=True).check(force=True)
    page.get_by_role("button", name="Save cookie choices").click()

    expect(page.get_by_role("heading", name=SAVED)).to_be_visible()
    assert page.evaluate("document.activeElement.textContent").strip().startswith(SAVED)
    rejected, accepted = receipt(page)
    assert rejected.startswith("Rejected (list of cookies from ")
    assert accepted.startswith("Accepted (list of cookies from ")
    today = datetime.now(UTC)
    said = page.locator("#cookie-receipt").inner_text()
    assert f"You chose this on {today.day} {today:%B %Y} at " in said
    assert ticked(page) == ["analytics decline", "video accept"]
    page.get_by_role("link", name="Go back to the page you were looking at").click()
    expect(page).to_have_url("/your-health/self-care/")

    page.goto("/cookies/")
    expect(page.locator("#cookie-receipt dd")).to_have_count(2)
    assert receipt(page) == [rejected, accepted]
    assert ticked(page) == ["analytics decline", "video accept"]


def test_a_no_is_not_undone_by_the_earlier_yes_that_is_still_on_its_way(page: Page) -> None:
    answer_banner(page, "Accept")
    waiting: list[Route] = []

    def hold(route: Route) -> None:
        waiting.append(route)

    page.route("**/cookie-consent/?back=*", hold)
    page.goto("/cookies/")
    page.locator(f"#{ANALYTICS}-2").check(force=True)
    let_run(page, lambda: waiting)
    with page.expect_response("**/cookie-consent/?back=*"):
        waiting[0].continue_()
    expect(page.locator("#cookie-receipt dd")).to_have_count(2)

    assert ticked(page) == ["analytics decline", "video accept"]


def test_a_form_that_needs_an_answer_keeps_the_one_that_was_given(page: Page) -> None:
    """Also over an answer that was recorded before."""
    page.goto("/your-health/self-care/")
    page.get_by_role("link", name="Manage cookies").click()
    versions = page.locator("script[data-groups]").get_attribute("data-groups")
    pairs = versions.partition("|")[0]
    page.evaluate("pairs => document.cookie = `cookie_consent=${pairs}; path=/`", pairs)
    page.locator(f"#{ANALYTICS}-2").check(force=True)
    page.get_by_role("button", name="Save cookie choices").click()

    expect(page.get_by_role("link", name="Choose yes or no for video cookies")).to_be_visible()
    expect(page).to_have_title(re.compile("^Error: "))
    page.wait_for_load_state("networkidle")
    assert ticked(page) == ["analytics decline"]
    page.get_by_role("link", name="Choose yes or no for video cookies").click()
    expect(page.locator(f"#{VIDEO}")).to_be_focused()
    page.keyboard.press("Space")
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", name=SAVED)).to_be_visible()
    assert [text.split()[0] for text in receipt(page)] == ["Rejected", "Accepted"]
    page.get_by_role("link", name="Go back to the page you were looking at").click()
    expect(page).to_have_url("/your-health/self-care/")


@pytest.mark.parametrize("width", WIDTHS)
def test_receipt_and_error_are_for_everyone(page: Page, width: int) -> None:
    page.set_viewport_size({"width": width, "height": 900})
    page.goto("/cookie-consent/")
    page.get_by_role("button", name="Save cookie choices").click()
    expect(page.get_by_role("alert")).to_be_visible()
    check_for_everyone(page, width)

    choose(page, {ANALYTICS: False, VIDEO: True})
    check_for_everyone(page, width)

    page.goto("/cookies/")
    expect(page.locator("#cookie-receipt dd")).to_have_count(2)
    check_for_everyone(page, width)


def test_a_page_with_a_player_is_for_everyone(page: Page) -> None:
    page.context.route(
        "https://www.youtube-nocookie.com/**",
        lambda route: route.fulfill(
            body="<!doctype html><html lang=en><title>Video</title><main><h1>Video</h1></main>",
            content_type="text/html",
        ),
    )
    choose(page, {ANALYTICS: False, VIDEO: True})
    page.goto(KINDS["every block"])
    expect(page.locator("iframe.site-video__player")).to_be_visible()

    check_for_everyone(page, 1280)


def check_for_everyone(page: Page, width: int) -> None:
    violations = AXE.run(page).response["violations"]
    assert violations == [], json.dumps(violations, indent=2)[:3000]
    assert page.evaluate("document.documentElement.scrollWidth") <= width


def test_without_javascript_from_start_to_finish(browser: Browser, site_url: str) -> None:
    page = open_as(browser, site_url, {"java_script_enabled": False})
    audit = Audit(page.context, site_url)
    page.goto("/news/")
    page.locator("footer").get_by_role("link", name="Manage cookies").click()
    page.get_by_role("button", name="Save cookie choices").click()
    expect(page.get_by_role("alert")).to_contain_text("Choose yes or no for analytics cookies")
    assert page.context.cookies() == []

    page.locator(f"#{ANALYTICS}").check(force=True)
    page.locator(f"#{VIDEO}").check(force=True)
    page.get_by_role("button", name="Save cookie choices").click()
    expect(page.get_by_role("heading", name=SAVED)).to_be_visible()
    assert [text.split()[0] for text in receipt(page)] == ["Accepted", "Accepted"]
    page.get_by_role("link", name=re.compile("Go (back )?to the")).click()
    expect(page.locator("h1")).to_be_visible()
    assert "/cookie" not in page.url

    page.context.add_cookies([{"name": "_ga", "value": "1", "url": site_url}])
    page.goto("/cookie-consent/")
    assert ticked(page) == ["analytics accept", "video accept"]
    choose(page, {ANALYTICS: False, VIDEO: False})
    assert [text.split()[0] for text in receipt(page)] == ["Rejected", "Rejected"]
    assert {cookie["name"] for cookie in page.context.cookies()} == {"cookie_consent"}
    assert audit.asked == []
    page.context.close()


def test_taking_a_yes_back_takes_no_more_steps_than_giving_it(
    browser: Browser, site_url: str
) -> None:
    page = open_as(browser, site_url)
    told = stand_in_for_google(page.context)
    for answer in (True, False):
        choose(page, {ANALYTICS: answer, VIDEO: answer})
    told.clear()
    for address in ("/", "/news/"):
        page.goto(address, wait_until="networkidle")

    assert told == []
    assert {cookie["name"] for cookie in page.context.cookies()} == {"cookie_consent"}
    page.context.close()


def test_global_privacy_control_is_a_no_until_the_visitor_says_otherwise(
    browser: Browser, site_url: str
) -> None:
    page = open_as(browser, site_url, GPC)
    audit = Audit(page.context, site_url)
    for address in ("/cookies/", "/cookie-consent/"):
        page.goto(address)
        expect(page.locator("#cookie-receipt")).to_contain_text(
            "Your browser sends Global Privacy Control. We take it as a no"
        )
        assert ticked(page) == ["analytics decline", "video decline"]
    assert audit.asked == []

    choose(page, {ANALYTICS: True, VIDEO: True})
    expect(page.locator("#cookie-receipt")).to_contain_text("so we follow your choice")
    assert [text.split()[0] for text in receipt(page)] == ["Accepted", "Accepted"]
    page.goto("/news/")
    page.wait_for_load_state("networkidle")
    assert audit.asked
    page.context.close()
