"""Those who answer enquiries, at their whole job in the CMS in a real browser."""

import re

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page, expect

from tests.browser.sample_pages import PASSWORD

pytestmark = pytest.mark.browser

OURS = {"include": [["main"]]}


@pytest.fixture(scope="module")
def at_the_desk(running_site) -> None:
    running_site.run(
        "shell",
        "-c",
        "from tests.browser.sample_enquiries import add; add()",
    )


@pytest.fixture
def signed_in_as(new_context, at_the_desk):
    """Return a function that signs somebody in, in a window of some width."""

    def sign_in(name: str, width: int = 1280) -> Page:
        page = new_context(viewport={"width": width, "height": 1000}).new_page()
        page.goto("/cms/login/")
        page.get_by_placeholder("Enter your username").fill(name)
        page.get_by_placeholder("Enter password").fill(PASSWORD)
        page.get_by_role("button", name="Sign in").click()
        page.wait_for_url("**/cms/")
        return page

    return sign_in


def open_step(desk: Page, name: str) -> None:
    desk.locator("summary", has_text=name).click()


def findings(page: Page) -> list[str]:
    found = Axe().run(page, context=OURS).response["violations"]
    return [f"{each['id']}: {each['nodes'][0]['html']}" for each in found]


def test_an_enquiry_is_answered_and_closed(signed_in_as) -> None:
    desk = signed_in_as("desk")
    desk.get_by_role("link", name=re.compile(r"^Enquiries \(\d+\)$")).first.click()
    desk.get_by_role("row", name=re.compile("When do you open")).get_by_role("link").click()
    open_step(desk, "Assign")
    desk.get_by_label("Owner").select_option(label="Desk Person")
    desk.get_by_role("button", name="Assign").click()
    expect(desk.get_by_text("To Desk Person.")).to_be_visible()

    open_step(desk, "Answer")
    expect(desk.get_by_text("It is sent by e-mail to visitor@example.org.")).to_be_visible()
    desk.get_by_role("textbox", name="Answer").fill("At 10am on Sundays.")
    desk.get_by_role("button", name="Answer").click()
    expect(desk.get_by_text("At 10am on Sundays.")).to_be_visible()
    expect(desk.get_by_text("Answer to the visitor, to visitor@example.org")).to_be_visible()

    open_step(desk, "Close")
    desk.get_by_role("button", name="Close", exact=True).click()
    expect(desk.get_by_text("was not done")).to_be_visible()
    desk.get_by_label("Nothing more is to be done about this enquiry").check()
    desk.get_by_role("button", name="Close", exact=True).click()
    expect(desk.locator("summary", has_text="Open again")).to_be_visible()


def test_two_at_once_lose_nothing(signed_in_as) -> None:
    first, second = signed_in_as("desk"), signed_in_as("desk")
    for page in (first, second):
        page.goto("/cms/enquiries/?q=&state=waiting")
        page.get_by_role("row", name=re.compile("Two will answer")).get_by_role("link").click()
    first.get_by_role("button", name="Mark as in progress").click()

    open_step(second, "Answer")
    second.get_by_role("textbox", name="Answer").fill("What I typed.")
    second.get_by_role("button", name="Answer").click()

    expect(second.get_by_text("Somebody has changed this enquiry")).to_be_visible()
    expect(second.get_by_role("textbox", name="Answer")).to_have_value("What I typed.")
    second.get_by_role("button", name="Answer").click()
    expect(second.get_by_text("What I typed.")).to_be_visible()


def test_a_report_is_resolved_with_the_version_that_is_published(signed_in_as, page) -> None:
    editor = signed_in_as("both")
    editor.goto("/cms/enquiries/?q=Self-care")
    editor.get_by_role("row", name=re.compile("wrong number")).get_by_role("link").click()
    editor.get_by_role("link", name="Self-care", exact=True).click()
    expect(editor.get_by_text("1 open report about this page stands in the tab")).to_be_visible()
    editor.get_by_role("tab", name="Settings").click()
    editor.get_by_label(re.compile("resolved by this version")).check()
    editor.locator("#panel-child-settings-reports_and_corrections-section").get_by_role(
        "button", name="Insert a block"
    ).click()
    editor.get_by_role("textbox", name="Text").fill("We gave the wrong number.")
    editor.get_by_role("button", name="More actions").click()
    editor.get_by_role("button", name="Publish", exact=True).click()
    expect(editor.get_by_text(re.compile("published\\.")).first).to_be_visible()

    editor.goto("/cms/enquiries/?q=Self-care")
    expect(editor.get_by_role("row", name=re.compile("wrong number"))).to_contain_text("Answered")
    page.goto("/your-health/self-care/")
    expect(page.get_by_text("We gave the wrong number.")).to_be_visible()


ADDRESSES = [
    "/cms/enquiries/",
    "/cms/enquiries/kept-apart/",
    "/cms/enquiries/retention/",
    "/cms/",
]


@pytest.mark.parametrize("width", [320, 1280])
def test_axe_finds_nothing_at_the_desk(signed_in_as, width: int) -> None:
    desk = signed_in_as("desk", width)
    for address in ADDRESSES:
        desk.goto(address)
        assert findings(desk) == [], address
    desk.goto("/cms/enquiries/")
    with desk.expect_navigation():
        desk.get_by_role("row", name=re.compile("My number is")).get_by_role("link").click()
    for summary in desk.locator("main summary").all():
        summary.click()
    assert findings(desk) == []
    assert desk.evaluate("document.documentElement.scrollWidth") <= width


@pytest.mark.parametrize("width", [320, 1280])
def test_axe_finds_nothing_where_data_is_exported(signed_in_as, width: int) -> None:
    lead = signed_in_as("lead", width)
    lead.goto("/cms/enquiries/person/")
    lead.get_by_label("Reference or e-mail address").fill("visitor@example.org")
    lead.get_by_role("button", name="Find").click()
    expect(lead.get_by_role("button", name="Erase")).to_be_visible()
    assert findings(lead) == []
