"""When the search box asks for suggestions, and what comes of it if no good answer does."""

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.browser.suggestion_steps import (
    ADDRESS,
    ASKED,
    LONGEST_WAIT,
    PAUSE,
    answer_with,
    asked_by,
    hold_answers,
    is_closed,
    open_box,
    options,
    submits,
    type_and_wait,
)

pytestmark = pytest.mark.browser


def test_a_word_typed_quickly_is_asked_about_once(page: Page) -> None:
    asked = asked_by(page)
    box = open_box(page)

    for letter in "vaccin":
        type_and_wait(box, letter, PAUSE - 1)
    assert asked == []
    type_and_wait(box, "e")
    expect(options(page).first).to_be_visible()

    assert [request.url.partition("?")[2] for request in asked] == ["q=vaccine"]


@pytest.mark.parametrize("text", ["fl", " fl ", "f l", "f-l.", "    "])
def test_fewer_than_three_letters_are_not_asked_about(page: Page, text: str) -> None:
    asked = asked_by(page)
    box = open_box(page)

    type_and_wait(box, text, 10 * PAUSE)

    assert asked == []
    is_closed(box)


def test_three_digits_are_asked_about(page: Page) -> None:
    asked = asked_by(page)
    box = open_box(page)

    with page.expect_response(ASKED):
        type_and_wait(box, "111")

    assert len(asked) == 1


def test_taking_letters_away_closes_the_list_and_asks_nothing(page: Page) -> None:
    asked = asked_by(page)
    box = open_box(page)
    answer_with(page, 3)
    type_and_wait(box, "flu")
    expect(options(page)).to_have_count(3)

    box.press("Backspace")
    is_closed(box)
    type_and_wait(box, "u")
    expect(options(page)).to_have_count(3)

    assert len(asked) == 1  # the same words were remembered


def test_any_text_at_all_is_asked_about_as_typed(page: Page) -> None:
    asked = asked_by(page)
    box = open_box(page)

    box.evaluate("box => { box.value = 'a&b=c %00 \\ud800 #\u202e\\u{1f637} xyz'; }")
    with page.expect_response(ASKED) as answer:
        type_and_wait(box, ".")

    assert answer.value.status == 200
    assert len(asked) == 1
    submits(box, "*")


def test_each_question_ends_the_one_before_and_late_answers_are_dropped(page: Page) -> None:
    held = hold_answers(page)
    failed: list[str] = []
    page.on("requestfailed", lambda request: failed.append(request.url))
    box = open_box(page)
    with page.expect_request(ASKED):
        type_and_wait(box, "flu")

    with page.expect_event("requestfailed"):
        box.press("Space")
    answer_with(page, 2)
    type_and_wait(box, "vaccine")

    expect(options(page)).to_have_count(2)
    assert [url.partition("?")[2] for url in failed] == ["q=flu"]
    assert len(held) == 1


@pytest.mark.parametrize("by", ["keys", "pointer"])
def test_the_list_does_not_change_under_a_visitor_who_is_choosing(page: Page, by: str) -> None:
    box = open_box(page)
    answer_with(page, 2)
    type_and_wait(box, "flu")
    expect(options(page)).to_have_count(2)
    hold_answers(page)
    with page.expect_request(ASKED):
        type_and_wait(box, "s")

    with page.expect_event("requestfailed"):
        if by == "keys":
            box.press("ArrowDown")
        else:
            options(page).first.hover()
            page.mouse.down()

    expect(options(page)).to_have_count(2)


def test_words_that_come_while_the_visitor_is_elsewhere_open_nothing(page: Page) -> None:
    box = open_box(page)
    answer_with(page, 2)

    with page.expect_response(ASKED):
        box.evaluate("box => { box.value = 'flu'; box.dispatchEvent(new Event('input')); }")
        page.clock.run_for(PAUSE)

    is_closed(box)


def test_an_answer_that_comes_after_the_visitor_left_the_box_opens_nothing(page: Page) -> None:
    hold_answers(page)
    box = open_box(page)
    with page.expect_request(ASKED):
        type_and_wait(box, "flu")

    with page.expect_event("requestfailed"):
        box.press("Tab")

    is_closed(box)


BAD_ANSWERS = {
    "an error": {"status": 500, "json": {"suggestions": [{"title": "Page", "url": "/page/"}]}},
    "an error page": {"status": 503, "content_type": "text/html", "body": "<h1>Sorry</h1>"},
    "no JSON": {"content_type": "application/json", "body": '{"suggestions": ['},
    "other JSON": {"json": ["flu"]},
    "nothing": {"json": None},
    "no list": {"json": {"suggestions": None}},
    "no suggestions": {"json": {"suggestions": [None, "flu", {"title": "", "url": ""}]}},
    "an empty list": {"json": {"suggestions": []}},
}


@pytest.mark.parametrize("answer", BAD_ANSWERS.values(), ids=BAD_ANSWERS)
def test_a_bad_answer_leaves_the_form_as_it_was(page: Page, answer: dict) -> None:
    problems: list[str] = []
    page.on("pageerror", lambda error: problems.append(str(error)))
    box = open_box(page)
    page.route(ASKED, lambda route: route.fulfill(**answer))

    with page.expect_response(ASKED):
        type_and_wait(box, "flu")

    is_closed(box)
    expect(box).to_be_focused()
    expect(page.locator("header [aria-live=polite]")).to_have_text("")
    submits(box, "flu")
    assert problems == []


def test_no_answer_at_all_leaves_the_form_as_it_was(page: Page) -> None:
    problems: list[str] = []
    page.on("pageerror", lambda error: problems.append(str(error)))
    box = open_box(page)
    page.route(ASKED, lambda route: route.abort())

    with page.expect_event("requestfailed"):
        type_and_wait(box, "flu")

    is_closed(box)
    submits(box, "flu")
    assert problems == []


def test_a_slow_answer_is_not_waited_for(page: Page) -> None:
    held = hold_answers(page)
    box = open_box(page)
    with page.expect_request(ASKED):
        type_and_wait(box, "flu")

    page.clock.run_for(LONGEST_WAIT - 1)
    assert held[0].request.failure is None
    with page.expect_event("requestfailed"):
        page.clock.run_for(1)

    is_closed(box)
    submits(box, "flu")


def test_after_a_bad_answer_the_same_words_are_asked_about_again(page: Page) -> None:
    box = open_box(page)
    page.route(ASKED, lambda route: route.abort())
    with page.expect_event("requestfailed"):
        type_and_wait(box, "flu")

    answer_with(page, 2)
    box.press("Backspace")
    type_and_wait(box, "u")

    expect(options(page)).to_have_count(2)


def test_a_page_that_is_left_is_kept_closed_for_coming_back(page: Page) -> None:
    box = open_box(page)
    answer_with(page, 3)
    type_and_wait(box, "flu")
    expect(options(page)).to_have_count(3)

    page.evaluate("dispatchEvent(new PageTransitionEvent('pagehide', { persisted: true }))")

    is_closed(box)
    expect(box).to_have_value("flu")


def test_without_javascript_the_box_is_the_plain_form(browser: Browser, site_url: str) -> None:
    context = browser.new_context(base_url=site_url, java_script_enabled=False)
    page = context.new_page()
    page.goto(ADDRESS)

    box = page.get_by_role("searchbox", name="Search this website")
    box.press_sequentially("flu")
    submits(box, "flu")

    expect(page.get_by_role("listbox")).to_have_count(0)
    context.close()
