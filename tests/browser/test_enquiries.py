"""Writing to us: with a keyboard, on a phone, without JavaScript, and by way of the Back button."""

import json
import re

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page, expect

from tests.browser.html_checker import check_html

pytestmark = pytest.mark.browser

AXE = Axe()
FOI = "/enquiries/freedom-of-information/"
REFERENCE = re.compile(r"FOI-[0-9A-Z]{4}-[0-9A-Z]{4}")


def fill_in(page: Page, question: str = "The minutes of May.") -> None:
    page.get_by_label("What information do you want?").fill(question)
    page.get_by_label("Your name").fill("Sam Example")
    page.get_by_label("Email address").fill("sam@example.org")
    page.wait_for_timeout(3100)  # nobody is quicker


def send(page: Page) -> str:
    """Send the form that is open, and return the reference that is shown."""
    page.get_by_role("button", name="Send").click()
    expect(page.get_by_role("heading", name="We have your message")).to_be_visible()
    return REFERENCE.search(page.locator("main").inner_text())[0]


@pytest.mark.parametrize("width", [320, 1280])
def test_axe_finds_nothing_in_a_form_with_problems_nor_after_it_is_sent(
    page: Page, width: int
) -> None:
    page.set_viewport_size({"width": width, "height": 900})
    page.goto("/enquiries/feedback/")
    page.get_by_label("What do you want to tell us?").fill("My number is 943 476 5919.")
    with page.expect_navigation() as problems:
        page.get_by_role("button", name="Send").click()
    seen = {"problems": problems.value.text()}
    expect(page.get_by_role("heading", name="There is a problem")).to_be_visible()
    violations = AXE.run(page).response["violations"]
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    page.get_by_label("What do you want to tell us?").fill("The nurse was kind.")
    page.get_by_label("A thank you").check(force=True)
    page.wait_for_timeout(3100)
    page.get_by_role("button", name="Send").click()
    expect(page.get_by_role("heading", name="We have your message")).to_be_visible()
    violations += AXE.run(page).response["violations"]
    assert violations == [], json.dumps(violations, indent=2)[:3000]
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    seen["sent"] = page.request.get(page.url).text()
    assert check_html(seen) == []


def test_everything_works_without_javascript_on_a_phone(browser: Browser, site_url: str) -> None:
    context = browser.new_context(
        java_script_enabled=False, viewport={"width": 320, "height": 640}, base_url=site_url
    )
    page = context.new_page()
    page.goto("/contact-us/freedom-of-information/")
    page.get_by_role("link", name="make a freedom of information request").click()
    page.get_by_role("button", name="Send").click()
    page.get_by_role("link", name="Enter your name").click()
    fill_in(page)
    reference = send(page)
    code = page.locator("dd").last.inner_text()
    page.goto("/enquiries/state/")
    page.get_by_label("Reference").fill(reference.lower())
    page.get_by_label("Code").fill(code)
    page.get_by_role("button", name="Continue").click()
    expect(page.get_by_role("heading", name=reference)).to_be_visible()
    assert page.context.cookies() == []
    context.close()


def test_a_keyboard_is_enough(page: Page) -> None:
    page.goto(FOI)
    page.get_by_label("What information do you want?").focus()
    page.keyboard.type("The minutes of June.")
    page.keyboard.press("Tab")
    page.keyboard.type("Sam Example")
    page.keyboard.press("Tab")
    page.keyboard.type("sam@example.org")
    for _ in range(2):
        page.keyboard.press("Tab")
    expect(page.get_by_role("link", name=re.compile("How we use your information"))).to_be_focused()
    page.wait_for_timeout(3100)
    page.keyboard.press("Tab")
    expect(page.get_by_role("button", name="Send")).to_be_focused()
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", name="We have your message")).to_be_visible()


def test_going_back_and_sending_again_is_one_message(page: Page) -> None:
    page.goto(FOI)
    fill_in(page, "Sent twice by mistake.")
    first = send(page)
    page.go_back()
    fill_in(page, "Sent twice by mistake.")
    assert send(page) == first


def test_two_tabs_are_two_messages(page: Page) -> None:
    page.goto(FOI)
    other = page.context.new_page()
    other.goto(FOI)
    fill_in(page, "From the first tab.")
    fill_in(other, "From the second tab.")
    assert send(page) != send(other)


def test_a_report_takes_along_the_heading_that_its_reader_came_to(page: Page) -> None:
    page.goto("/contact-us/freedom-of-information/#what-happens-next")
    page.get_by_role("link", name="Report an error on this page").click()
    expect(page.locator("main")).to_contain_text(
        "This is about the page Freedom of Information, part “What happens next”"
    )
