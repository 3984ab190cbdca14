import pytest
from playwright.sync_api import Error, expect

pytestmark = pytest.mark.browser


def test_the_home_page_opens(page):
    page.goto("/")

    assert page.locator("h1").count() == 1


def test_an_administrator_can_sign_in(cms):
    expect(cms).to_have_url("/cms/")
    expect(cms.get_by_role("link", name="Contacts")).to_be_attached()


def test_the_browser_cannot_leave_this_machine(page):
    with pytest.raises(Error, match="ERR_NAME_NOT_RESOLVED"):
        page.goto("https://www.example.org/")
