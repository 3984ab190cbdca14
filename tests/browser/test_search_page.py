"""The page of results in a real browser: on a phone, by keyboard, without script."""

import re
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect

from tests.browser.accessibility import accessibility_tree
from tests.browser.consent_steps import WITHOUT_SCRIPT

pytestmark = pytest.mark.browser

NARROW = {"width": 320, "height": 640}
WIDE = {"width": 1280, "height": 900}
MANY = "/search/?q=nhs"


@pytest.fixture
def phone_without_script(browser: Browser, site_url: str) -> Iterator[Page]:
    context: BrowserContext = browser.new_context(
        base_url=site_url, viewport=NARROW, has_touch=True, **WITHOUT_SCRIPT
    )
    yield context.new_page()
    context.close()


def first_result(page: Page) -> str:
    return page.locator(".site-entries h2").first.inner_text()


def test_one_search_on_a_phone_without_script_finds_the_flu_page(
    phone_without_script: Page,
) -> None:
    page = phone_without_script
    page.goto("/")

    page.locator("#site-search").fill("flu jab")
    page.locator("#site-search").press("Enter")
    page.locator(".site-entries a").first.tap()

    expect(page.locator("h1")).to_have_text("Winter flu vaccine (flu jab)")


def test_filters_work_on_a_phone_without_script_and_back_goes_back(
    phone_without_script: Page,
) -> None:
    page = phone_without_script
    page.goto(MANY)
    before = page.get_by_role("status").inner_text()
    # On a phone the results come first; a link leads to the filters.
    results, filters = page.locator(".site-entries"), page.locator(".site-filters")
    assert results.bounding_box()["y"] < filters.bounding_box()["y"]
    page.get_by_role("link", name="Filter these results").tap()
    expect(page.get_by_role("heading", name="Filter results")).to_be_in_viewport()

    filters.get_by_text("Publications (").tap()
    page.get_by_role("button", name="Apply filters").tap()

    expect(page.get_by_text("Part of this website: Publications")).to_be_visible()
    expect(filters.get_by_label("Publications (")).to_be_checked()
    assert page.get_by_role("status").inner_text() != before
    page.get_by_role("link", name="Remove the filter Part of this website: Publications").tap()
    expect(page.get_by_role("status")).to_have_text(before, use_inner_text=True)
    page.go_back()
    expect(page.get_by_text("Part of this website: Publications")).to_be_visible()
    page.go_back()  # to the filters of the first page
    page.go_back()
    expect(page.get_by_role("status")).to_have_text(before, use_inner_text=True)
    expect(filters.get_by_label("All parts")).to_be_checked()


def test_results_can_be_chosen_from_by_keyboard(page: Page) -> None:
    page.set_viewport_size(WIDE)
    page.goto(MANY)
    expect(page.get_by_role("link", name="Filter these results")).to_be_hidden()

    page.locator("#filter-section").focus()
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Tab")  # to the next group
    page.keyboard.press("Enter")

    page.wait_for_url("**section=**")
    expect(page.get_by_text("Filtered by:")).to_be_visible()


def test_the_pages_of_results_keep_the_filters_and_back_leads_through_them(page: Page) -> None:
    page.goto(f"{MANY}&section=your-health")
    first = first_result(page)

    page.get_by_role("link", name="Next page").click()

    expect(page.get_by_role("status")).to_contain_text("Showing 11 to")
    expect(page.get_by_text("Part of this website: Your Health")).to_be_visible()
    assert "page 2" in page.title()
    assert first_result(page) != first
    page.go_back()
    expect(page.get_by_role("status")).to_contain_text("Showing 1 to 10")
    assert first_result(page) == first


@pytest.mark.parametrize(
    ("address", "told"),
    [
        (MANY, "Showing 1 to 10 of"),
        ("/search/?q=xyzzy", "No results for xyzzy"),
        ("/search/?q=nhs&type=other-website", "No results for nhs with these filters"),
    ],
)
def test_the_count_is_the_one_thing_that_is_announced(page: Page, address: str, told: str) -> None:
    page.goto(address)

    expect(page.locator("main [role=status]")).to_have_count(1)
    expect(page.locator("main [aria-live]:not(.nhsuk-u-visually-hidden)")).to_have_count(0)
    expect(page.get_by_role("status")).to_contain_text(told, use_inner_text=True)
    assert len(accessibility_tree(page)["status"]) == 1


def test_marks_can_be_seen_and_read_in_any_colours(page: Page) -> None:
    page.goto(MANY)
    mark = page.locator("mark").first

    assert mark.evaluate("e => getComputedStyle(e).fontWeight") == "600"
    page.emulate_media(forced_colors="active")
    style = mark.evaluate(
        "e => ({...{c: getComputedStyle(e).color, b: getComputedStyle(e).backgroundColor}})"
    )
    assert style["c"] != style["b"]


def test_whom_to_call_comes_right_after_the_search_box(page: Page) -> None:
    page.set_viewport_size(NARROW)
    page.goto("/search/?q=chest+pain")
    heading = page.get_by_role("heading", level=2).filter(has_text="Call 999").first
    expect(heading).to_be_visible()
    assert heading.bounding_box()["y"] < page.get_by_role("status").bounding_box()["y"]

    page.locator("form.site-search button").focus()
    page.keyboard.press("Tab")

    expect(page.get_by_role("link", name="999").last).to_be_focused()


@pytest.mark.parametrize("viewport", [NARROW, WIDE])
def test_what_can_be_pressed_is_large_enough(page: Page, viewport: dict[str, int]) -> None:
    """WCAG 2.2, 2.5.8: 24 by 24 CSS pixels, but for links within sentences."""
    page.set_viewport_size(viewport)
    page.goto(f"{MANY}&section=your-health")

    small = page.eval_on_selector_all(
        "main button, main label.nhsuk-radios__label, .site-entries h2 a, .site-chosen a, "
        ".site-to-filters a, .nhsuk-pagination a, .site-filters p a",
        """found => found
            .filter(e => e.checkVisibility())
            .map(e => [e.textContent.trim(), e.getBoundingClientRect()])
            .filter(([, box]) => box.height < 24 || box.width < 24)
            .map(([text, box]) => `${text} ${box.width}x${box.height}`)""",
    )

    assert small == []


def test_a_document_opens_at_its_page(page: Page) -> None:
    page.goto("/search/?q=zebra")
    link = page.get_by_role("link", name="Sample report: page 2 of the document (PDF")

    assert re.fullmatch(r"/documents/[0-9a-f]{32}/#page=2", link.get_attribute("href"))
    expect(page.get_by_role("link", name="Sample reports")).to_have_attribute(
        "href", "/sample-reports/"
    )
