"""What visitors do in the search box, step by step, and what is seen of it."""

from playwright.sync_api import Locator, Page, Request, Route, expect

PAUSE = 200
LONGEST_WAIT = 3000
ASKED = "**/search/suggestions/**"
ADDRESS = "/your-health/self-care/"


def open_box(page: Page, address: str = ADDRESS) -> Locator:
    """Return the first search box of a page whose clock stands still until a test moves it."""
    page.clock.install()
    page.goto(address)
    page.clock.pause_at(page.evaluate("Date.now() + 1000"))
    return page.get_by_role("combobox", name="Search this website").first


def options(page: Page) -> Locator:
    return page.get_by_role("listbox", name="Suggestions").get_by_role("option")


def type_and_wait(box: Locator, text: str, pause: int = PAUSE) -> None:
    box.press_sequentially(text)
    box.page.clock.run_for(pause)


def answer_with(page: Page, count: int, title: str = "Page") -> None:
    """Stand in for the server: answer every question with so many suggestions."""
    found = [
        {"title": f"{title} {n}", "url": f"/page-{n}/", "within": "Part"}
        for n in range(1, count + 1)
    ]
    page.unroute(ASKED)
    page.route(ASKED, lambda route: route.fulfill(json={"suggestions": found}))


def hold_answers(page: Page) -> list[Route]:
    """Let every question wait for an answer; return them as they come."""
    held: list[Route] = []

    def hold(route: Route) -> None:
        held.append(route)

    page.route(ASKED, hold)
    return held


def asked_by(page: Page) -> list[Request]:
    """Return the requests for suggestions that a page sends, as it sends them."""
    requests: list[Request] = []

    def note(request: Request) -> None:
        if "/suggestions/" in request.url:
            requests.append(request)

    page.on("request", note)
    return requests


def is_current(option: Locator) -> None:
    """Check that the keys are on an option and on no other, and the focus is where it was."""
    page = option.page
    expect(option).to_have_attribute("aria-selected", "true")
    expect(page.locator("[aria-selected=true]")).to_have_count(1)
    box = page.locator("[role=combobox]:focus")
    expect(box).to_have_attribute("aria-activedescendant", option.get_attribute("id"))


def is_on_words(box: Locator) -> None:
    """Check that the keys are on the words, whether or not there is a list below."""
    expect(box.page.locator("[aria-selected=true]")).to_have_count(0)
    assert box.get_attribute("aria-activedescendant") is None
    expect(box).to_be_focused()


def is_closed(box: Locator) -> None:
    expect(box).to_have_attribute("aria-expanded", "false")
    expect(box.page.get_by_role("listbox")).to_be_hidden()
    assert box.get_attribute("aria-activedescendant") is None


def submits(box: Locator, words: str) -> None:
    """Check that the form still does what it does without any script."""
    box.press("Enter")
    box.page.wait_for_url(f"**/search/?q={words}")
