"""The menu by mouse, by keyboard, on a phone and without JavaScript."""

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.browser.consent_steps import answer_banner
from tests.browser.layout_shift import shifts

pytestmark = pytest.mark.browser

WIDE = {"width": 1280, "height": 900}
NARROW = {"width": 320, "height": 640}


def test_a_button_opens_its_group_and_escape_closes_it(page: Page, site_url: str) -> None:
    page.set_viewport_size(WIDE)
    page.goto(site_url)
    button = page.get_by_role("button", name="Show pages in About Us")
    child = page.get_by_role("navigation", name="Main").get_by_role("link", name="Our Priorities")
    expect(child).to_be_hidden()

    button.focus()
    page.keyboard.press("Enter")
    expect(button).to_have_attribute("aria-expanded", "true")
    expect(child).to_be_visible()

    page.keyboard.press("Tab")
    page.keyboard.press("Escape")
    expect(child).to_be_hidden()
    expect(button).to_be_focused()


def test_one_group_is_open_at_a_time(page: Page, site_url: str) -> None:
    page.set_viewport_size(WIDE)
    page.goto(site_url)
    first = page.get_by_role("button", name="Show pages in About Us")
    second = page.get_by_role("button", name="Show pages in Your Health")

    first.click()
    second.click()

    expect(first).to_have_attribute("aria-expanded", "false")
    expect(second).to_have_attribute("aria-expanded", "true")


def test_pointing_alone_opens_nothing(page: Page, site_url: str) -> None:
    page.set_viewport_size(WIDE)
    page.goto(site_url)

    page.get_by_role("navigation", name="Main").get_by_role("link", name="About Us").hover()

    expect(page.get_by_role("link", name="Our Priorities")).to_be_hidden()


def test_the_menu_button_of_a_phone_opens_the_same_list(page: Page, site_url: str) -> None:
    page.set_viewport_size(NARROW)
    page.goto(site_url)
    menu = page.get_by_role("button", name="Menu", exact=True)
    news = page.get_by_role("navigation", name="Main").get_by_role("link", name="News")
    expect(news).to_be_hidden()

    menu.click()
    expect(news).to_be_visible()
    page.get_by_role("button", name="Show pages in Your Health").click()
    expect(page.get_by_role("link", name="Winter flu vaccine").first).to_be_visible()

    page.keyboard.press("Escape")
    page.keyboard.press("Escape")
    expect(news).to_be_hidden()
    expect(menu).to_be_focused()


@pytest.mark.parametrize("size", [WIDE, NARROW], ids=["wide", "narrow"])
def test_without_javascript_every_page_can_be_reached_by_links(
    browser: Browser, site_url: str, size: dict[str, int]
) -> None:
    context = browser.new_context(java_script_enabled=False, viewport=size)
    page = context.new_page()
    page.goto(site_url)
    expect(page.get_by_role("button", name="Menu", exact=True)).to_be_hidden()

    for step in ("Your Health", "The flu", "Winter flu vaccine"):
        page.get_by_role("link", name=step, exact=True).locator("visible=true").first.click()

    expect(page.get_by_role("heading", level=1)).to_contain_text("flu vaccine")
    context.close()


def test_without_javascript_search_finds_the_flu_jab(browser: Browser, site_url: str) -> None:
    context = browser.new_context(java_script_enabled=False, viewport=NARROW)
    page = context.new_page()
    page.goto(site_url)

    page.get_by_role("searchbox").fill("flu jab")
    page.keyboard.press("Enter")
    page.locator("main").get_by_role("link", name="Winter flu vaccine").click()

    expect(page.get_by_role("heading", level=1)).to_contain_text("flu vaccine")
    context.close()


def test_skip_links_show_on_focus_and_really_move_it(page: Page, site_url: str) -> None:
    answer_banner(page, "Reject")  # which comes first until it has an answer
    page.goto(f"{site_url}/your-health/self-care/")

    page.keyboard.press("Tab")
    skip = page.get_by_role("link", name="Skip to main content")
    expect(skip).to_be_focused()
    expect(skip).to_be_in_viewport()
    page.keyboard.press("Enter")
    expect(page.locator("main")).to_be_focused()

    page.reload()
    page.keyboard.press("Tab")
    page.keyboard.press("Tab")
    expect(page.get_by_role("link", name="Skip to navigation")).to_be_in_viewport()
    page.keyboard.press("Enter")
    expect(page.locator("#site-navigation")).to_be_focused()


def test_every_stop_of_the_keyboard_can_be_seen(page: Page, site_url: str) -> None:
    page.set_viewport_size(WIDE)
    page.goto(f"{site_url}/your-health/self-care/")
    stops: list[str] = []
    for _ in range(120):
        page.keyboard.press("Tab")
        stop = page.evaluate(
            """() => {
                const e = document.activeElement;
                if (e === document.body) return null;
                const style = getComputedStyle(e);
                const shown = style.outlineStyle !== "none" || style.boxShadow !== "none";
                return [e.outerHTML.slice(0, 100), shown && e.checkVisibility()];
            }"""
        )
        if stop is None:
            break
        html, visible = stop
        assert visible, html
        stops.append(html)

    assert len(stops) > 20


def test_the_current_page_and_section_are_marked(page: Page, site_url: str) -> None:
    page.set_viewport_size(WIDE)
    page.goto(f"{site_url}/your-health/flu/winter-flu-vaccine/")
    navigation = page.get_by_role("navigation", name="Main")

    expect(navigation.locator('[aria-current="page"]')).to_have_text("Winter flu vaccine")
    expect(navigation.locator('[aria-current="true"]').first).to_have_text("Your Health")


def test_the_page_does_not_jump_while_it_loads(page: Page, site_url: str) -> None:
    for size in (WIDE, NARROW):
        page.set_viewport_size(size)
        page.goto(site_url, wait_until="networkidle")
        assert shifts(page) < 0.01
