"""A publisher's whole job in the CMS, in a real browser."""

import re

import pytest
from playwright.sync_api import Page, expect

from tests.browser.addresses import NOTICE
from tests.browser.sample_pages import PASSWORD, PUBLISHER
from tests.running import SECONDS_UNTIL_SEEN

pytestmark = pytest.mark.browser


@pytest.fixture(scope="session")
def publisher_state(browser, site_url: str):
    context = browser.new_context(base_url=site_url)
    page = context.new_page()
    page.goto("/cms/login/")
    page.get_by_placeholder("Enter your username").fill(PUBLISHER)
    page.get_by_placeholder("Enter password").fill(PASSWORD)
    page.get_by_role("button", name="Sign in").click()
    page.wait_for_url("**/cms/")
    yield context.storage_state()
    context.close()


@pytest.fixture
def publisher(new_context, publisher_state) -> Page:
    """Return a page of the CMS, signed in as a publisher."""
    return new_context(
        storage_state=publisher_state, viewport={"width": 1280, "height": 1000}
    ).new_page()


def open_in_cms(cms: Page, *titles: str) -> None:
    """Go down the tree of pages to the one with the last title."""
    cms.goto("/cms/pages/")
    for title in titles:
        cms.get_by_role("link", name=f"Explore child pages of '{title}'").click()


def publish(cms: Page) -> None:
    cms.get_by_role("button", name="More actions").click()
    cms.get_by_role("button", name="Publish", exact=True).click()
    expect(cms.get_by_text(re.compile("published\\.")).first).to_be_visible()


def add_text(cms: Page, text: str) -> None:
    cms.get_by_role("button", name="Insert a block").last.click()
    cms.get_by_role("option", name="Text", exact=True).click()
    editor = cms.locator(".public-DraftEditor-content").last
    editor.press_sequentially(text)
    # The editor hands over what was typed a quarter of a second later.
    cms.wait_for_function(
        """text => [...document.querySelectorAll("input, textarea")]
            .some(input => input.value.includes(text))""",
        arg=text,
    )


def test_a_publisher_adds_a_page_and_readers_see_it(publisher: Page, page: Page) -> None:
    open_in_cms(publisher, "Your Health")
    publisher.get_by_role("link", name="Add child page").first.click()
    publisher.get_by_role("link", name="Content page").first.click()
    publisher.get_by_role("textbox", name="Title").fill("Hay fever")
    publisher.get_by_role("textbox", name="Summary").fill(
        "For anyone with hay fever. It says what helps."
    )
    add_text(publisher, "A pharmacist can advise you.")
    publish(publisher)

    page.goto("/your-health/hay-fever/")

    expect(page.get_by_role("heading", level=1)).to_have_text("Hay fever")
    expect(page.get_by_text("A pharmacist can advise you.")).to_be_visible()
    page.wait_for_timeout(1000 * SECONDS_UNTIL_SEEN)
    page.goto("/your-health/")
    expect(page.locator("main").get_by_role("link", name="Hay fever")).to_be_visible()
    expect(page.locator("#site-navigation").get_by_text("Hay fever")).to_be_attached()


def test_a_page_without_a_summary_is_not_published(publisher: Page, page: Page) -> None:
    open_in_cms(publisher, "Your Health")
    publisher.get_by_role("link", name="Add child page").first.click()
    publisher.get_by_role("link", name="Content page").first.click()
    publisher.get_by_role("textbox", name="Title").fill("No summary")
    publisher.get_by_role("button", name="More actions").click()
    publisher.get_by_role("button", name="Publish", exact=True).click()

    expect(publisher.get_by_text("could not be", exact=False).first).to_be_visible()
    assert page.goto("/your-health/no-summary/").status == 404


def test_the_preview_shows_what_readers_would_see(publisher: Page) -> None:
    open_in_cms(publisher, "Your Health")
    publisher.get_by_role("link", name="Self-care", exact=True).click()
    publisher.get_by_role("button", name="Toggle preview").click()

    preview = publisher.frame_locator("#w-preview-iframe")

    expect(preview.get_by_role("heading", level=1)).to_be_visible()
    expect(preview.locator("header nav")).to_be_attached()


def test_the_phone_number_is_changed_once_and_everywhere(publisher: Page, page: Page) -> None:
    publisher.goto("/cms/settings/pages/sitesettings/")
    publisher.get_by_role("tab", name="Contacts and urgent help").click()
    number = publisher.get_by_role("textbox", name="Phone", exact=True)
    before = number.input_value()
    try:
        number.fill("01632 960001")
        publisher.get_by_role("button", name="Save").click()
        expect(publisher.get_by_text("updated", exact=False).first).to_be_visible()

        for address in ("/", "/contact-us/", NOTICE):
            page.goto(address)
            assert page.locator('a[href="tel:01632960001"]').count() > 0, address
            assert before not in page.content(), address
    finally:
        publisher.goto("/cms/settings/pages/sitesettings/")
        publisher.get_by_role("tab", name="Contacts and urgent help").click()
        publisher.get_by_role("textbox", name="Phone", exact=True).fill(before)
        publisher.get_by_role("button", name="Save").click()
        expect(publisher.get_by_text("updated", exact=False).first).to_be_visible()


def test_a_wrong_phone_number_is_refused_in_plain_words(publisher: Page) -> None:
    publisher.goto("/cms/settings/pages/sitesettings/")
    publisher.get_by_role("tab", name="Contacts and urgent help").click()
    publisher.get_by_role("textbox", name="Phone", exact=True).fill("023 928 9500")
    publisher.get_by_role("button", name="Save").click()

    expect(publisher.get_by_text(re.compile("Enter a UK phone number"))).to_be_attached()


def test_an_author_cannot_publish(new_context) -> None:
    author = new_context().new_page()
    author.goto("/cms/login/")
    author.get_by_placeholder("Enter your username").fill("author")
    author.get_by_placeholder("Enter password").fill(PASSWORD)
    author.get_by_role("button", name="Sign in").click()
    author.wait_for_url("**/cms/")
    open_in_cms(author, "Your Health")
    author.get_by_role("link", name="Add child page").first.click()
    author.get_by_role("link", name="Content page").first.click()

    expect(author.get_by_role("button", name="Save draft")).to_be_visible()
    author.get_by_role("button", name="More actions").click()
    expect(author.get_by_role("button", name=re.compile("^Submit"))).to_be_visible()
    expect(author.get_by_role("button", name="Publish", exact=True)).to_have_count(0)
