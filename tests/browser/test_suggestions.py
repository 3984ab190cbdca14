"""Suggestions under the search box: by keyboard, mouse and touch, and to a screen reader."""

import json

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Locator, Page, expect

from tests.browser.accessibility import accessibility_tree
from tests.browser.suggestion_steps import (
    ADDRESS,
    answer_with,
    asked_by,
    is_closed,
    is_current,
    is_on_words,
    open_box,
    options,
    submits,
    type_and_wait,
)

pytestmark = pytest.mark.browser

AXE = Axe()
IS_ON_TOP = """e => {
    const { x, y, width, height } = e.getBoundingClientRect();
    return e.contains(document.elementFromPoint(x + width / 2, y + height / 2));
}"""


# --- The site's own suggestions -----------------------------------------------------------------


def test_three_letters_open_a_list_of_pages_and_a_click_goes_to_one(page: Page) -> None:
    box = open_box(page)
    type_and_wait(box, "flu")
    option = options(page).filter(has_text="Winter flu vaccine").first
    expect(option).to_be_visible()
    is_on_words(box)

    option.click()

    page.wait_for_url("**/winter-flu-vaccine/**")


def test_enter_on_a_suggestion_goes_to_its_page(page: Page) -> None:
    box = open_box(page)
    type_and_wait(box, "flu")
    option = options(page).filter(has_text="Winter flu vaccine").first
    expect(option).to_be_visible()

    while option.get_attribute("aria-selected") != "true":
        box.press("ArrowDown")
    box.press("Enter")

    page.wait_for_url("**/winter-flu-vaccine/**")


def test_enter_without_a_suggestion_searches_for_the_words_as_typed(page: Page) -> None:
    box = open_box(page)
    type_and_wait(box, "flu")
    expect(options(page).first).to_be_visible()

    submits(box, "flu")


def test_a_tap_goes_to_a_page(browser: Browser, site_url: str) -> None:
    context = browser.new_context(has_touch=True, viewport={"width": 320, "height": 640})
    page = context.new_page()
    page.goto(site_url + ADDRESS)

    page.get_by_role("combobox").press_sequentially("flu")
    page.get_by_role("option", name="Winter flu vaccine").first.tap()

    page.wait_for_url("**/winter-flu-vaccine/**")
    context.close()


@pytest.mark.parametrize("width", [320, 1280])
@pytest.mark.parametrize("address", [ADDRESS, "/search/?q=health"])
def test_an_open_list_is_for_everyone(page: Page, address: str, width: int) -> None:
    page.set_viewport_size({"width": width, "height": 900})
    page.goto(address)
    box = page.get_by_role("combobox").last
    box.fill("flu")
    expect(options(page).first).to_be_visible()
    box.press("ArrowDown")
    is_current(options(page).first)

    violations = AXE.run(page).response["violations"]

    assert violations == [], json.dumps(violations, indent=2)[:3000]
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    targets = [option.bounding_box() for option in options(page).all()]
    assert all(target["height"] >= 44 for target in targets)
    assert all(target["x"] >= 0 and target["x"] + target["width"] <= width for target in targets)
    assert options(page).first.evaluate(IS_ON_TOP)


@pytest.mark.parametrize(("width", "button"), [(320, "Menu"), (1280, "Show pages in Contact Us")])
def test_the_open_menu_does_not_hide_the_list(page: Page, width: int, button: str) -> None:
    page.set_viewport_size({"width": width, "height": 900})
    page.goto(ADDRESS)
    page.get_by_role("button", name=button, exact=True).click()

    page.get_by_role("combobox").press_sequentially("flu")
    expect(options(page).first).to_be_visible()

    assert all(option.evaluate(IS_ON_TOP) for option in options(page).all())


def test_forced_colours_show_which_option_the_keys_are_on(page: Page) -> None:
    page.emulate_media(forced_colors="active")
    box = open_box(page)
    answer_with(page, 2)
    type_and_wait(box, "flu")
    expect(options(page).first).to_be_visible()
    box.press("ArrowDown")

    outlines = options(page).evaluate_all(
        """found => found
            .map(e => getComputedStyle(e))
            .map(style => `${style.outlineStyle} ${style.outlineColor}`)"""
    )

    assert outlines[0].startswith("solid rgb(")
    assert outlines[1].startswith("none")


# --- What a screen reader is told ---------------------------------------------------------------


def test_a_screen_reader_is_told_what_the_eye_sees(page: Page) -> None:
    box = open_box(page)
    type_and_wait(box, "flu")
    expect(options(page).first).to_be_visible()
    box.press("ArrowDown")

    nodes = accessibility_tree(page)

    [combobox], [listbox] = nodes["combobox"], nodes["listbox"]
    first, *others = nodes["option"]
    assert (combobox["name"], listbox["name"]) == ("Search this website", "Suggestions")
    assert (combobox["expanded"], combobox["focused"]) == (True, True)
    assert combobox["autocomplete"] == "list"
    assert combobox["controls"] == [listbox["node"]]
    assert combobox["activedescendant"] == [first["node"]]
    assert first["selected"] is True
    assert all(option["selected"] is False for option in others)
    assert first["name"] == " ".join(options(page).first.inner_text().split())

    box.press("Escape")
    [combobox] = accessibility_tree(page)["combobox"]
    assert combobox["expanded"] is False
    assert "activedescendant" not in combobox


def test_how_many_there_are_is_said_once(page: Page) -> None:
    box = open_box(page)
    page.evaluate(
        """() => {
            window.said = [];
            const region = document.querySelector("header [aria-live=polite]");
            const note = () => said.push(region.textContent);
            new MutationObserver(note).observe(region, { childList: true, characterData: true });
        }"""
    )

    for letters, count in (("flu", 3), (" ", 3), ("v", 3), ("a", 1), ("x", 0)):
        answer_with(page, count, f"Found with {letters!r}")
        type_and_wait(box, letters)
        if count and letters.strip():
            expect(options(page).first).to_contain_text(f"Found with {letters!r}")
    is_closed(box)

    three, one = "3 suggestions. Use up and down arrows.", "1 suggestion. Use up and down arrows."
    assert page.evaluate("said") == [three, one, ""]


# --- Keys and pointer ---------------------------------------------------------------------------


def open_list(page: Page, count: int = 3) -> Locator:
    """Return a search box with a list of suggestions below it."""
    box = open_box(page)
    answer_with(page, count)
    type_and_wait(box, "flu")
    expect(options(page)).to_have_count(count)
    return box


def test_the_arrows_go_round_and_typing_goes_back_to_the_words(page: Page) -> None:
    box = open_list(page)

    for key, number in (("ArrowUp", 2), ("ArrowDown", 0), ("ArrowDown", 1), ("ArrowUp", 0)):
        box.press(key)
        is_current(options(page).nth(number))
    expect(box).to_have_value("flu")

    box.press("s")
    is_on_words(box)
    expect(box).to_have_value("flus")


@pytest.mark.parametrize(
    ("key", "caret"), [("Home", 0), ("End", 3), ("ArrowLeft", 1), ("ArrowRight", 3)]
)
def test_keys_that_move_in_the_words_do_so(page: Page, key: str, caret: int) -> None:
    box = open_list(page)
    box.evaluate("box => box.setSelectionRange(2, 2)")
    box.press("ArrowDown")
    is_current(options(page).first)

    box.press(key)

    is_on_words(box)
    assert box.evaluate("box => [box.selectionStart, box.selectionEnd]") == [caret, caret]
    expect(options(page).first).to_be_visible()


def test_escape_closes_the_list_and_then_clears_the_words(page: Page) -> None:
    box = open_list(page)
    box.press("ArrowDown")

    box.press("Escape")
    is_closed(box)
    is_on_words(box)
    expect(box).to_have_value("flu")

    box.press("Escape")
    expect(box).to_have_value("")


def test_the_down_arrow_opens_the_list_again_and_alt_goes_nowhere(page: Page) -> None:
    asked = asked_by(page)
    box = open_list(page)
    box.press("Escape")

    box.press("Alt+ArrowDown")
    expect(options(page).first).to_be_visible()
    is_on_words(box)
    box.press("Alt+ArrowUp")
    is_closed(box)
    box.press("ArrowDown")
    is_current(options(page).first)
    assert len(asked) == 1  # the rest was remembered


def test_tab_closes_the_list_and_goes_on_to_the_button(page: Page) -> None:
    box = open_list(page)
    box.press("ArrowDown")

    box.press("Tab")

    expect(page.get_by_role("button", name="Search", exact=True)).to_be_focused()
    is_closed(box)
    expect(box).to_have_value("flu")


def test_pointing_at_a_suggestion_takes_nothing_from_the_keys(page: Page) -> None:
    box = open_list(page)
    box.press("ArrowDown")

    options(page).nth(1).hover()
    is_current(options(page).first)

    page.mouse.down()
    expect(box).to_be_focused()


def test_the_keys_of_an_input_method_are_its_own(page: Page) -> None:
    box = open_list(page)

    for key in ("ArrowDown", "Enter", "Escape"):
        left_alone = box.evaluate(
            """(box, key) => box.dispatchEvent(new KeyboardEvent(
                "keydown", { key, isComposing: true, bubbles: true, cancelable: true }
            ))""",
            key,
        )
        assert left_alone

    is_on_words(box)
    expect(options(page).first).to_be_visible()


def test_the_clear_button_of_the_box_closes_the_list(page: Page) -> None:
    page.goto("/search/")
    box = page.get_by_role("combobox").last
    box.press_sequentially("flu")
    expect(options(page).first).to_be_visible()

    size = box.bounding_box()
    box.click(position={"x": size["width"] - 14, "y": size["height"] / 2})

    expect(box).to_have_value("")
    is_closed(box)
