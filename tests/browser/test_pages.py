"""Every kind of page, in a real browser: for everyone, on any screen."""

import itertools
import json
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import cache

import pytest
from axe_playwright_python.sync_playwright import Axe
from django.template.loader import render_to_string
from playwright.sync_api import Browser, Page, expect

from tests.browser.addresses import KINDS
from tests.browser.html_checker import check_html

pytestmark = pytest.mark.browser

AXE = Axe()
WIDTHS = (320, 1280)
HEADINGS = "found => found.map(h => Number(h.ariaLevel ?? h.tagName[1]))"


@dataclass
class Seen:
    """What there is to know of a page that was opened on a small phone and on a wide screen."""

    violations: dict[int, list] = field(default_factory=dict)  # by the width of the window
    width_on_a_phone: int = 0
    parts: dict[str, int] = field(default_factory=dict)  # how often it has each
    language: str = ""
    title: str = ""
    levels: list[int] = field(default_factory=list)  # of headings
    asked: list[str] = field(default_factory=list)
    problems: list[str] = field(default_factory=list)
    cookies: list = field(default_factory=list)
    stored: int = 0
    printed: dict[str, bool] = field(default_factory=dict)


@pytest.fixture(scope="module")
def look(browser: Browser, site_url: str) -> Callable[[str], Seen]:
    """Return what opens a kind of page, once for all tests that ask about it."""

    @cache
    def look(kind: str) -> Seen:
        context = browser.new_context(base_url=site_url)
        page, seen = context.new_page(), Seen()
        page.on("request", lambda request: seen.asked.append(request.url))
        page.on("console", lambda message: seen.problems.append(message.text))
        page.on("pageerror", lambda error: seen.problems.append(str(error)))
        for width in WIDTHS:
            page.set_viewport_size({"width": width, "height": 900})
            page.goto(KINDS[kind], wait_until="networkidle")
            seen.violations[width] = AXE.run(page).response["violations"]
            if width == WIDTHS[0]:
                seen.width_on_a_phone = page.evaluate("document.documentElement.scrollWidth")
        for part in ("h1", "main", "header nav"):
            seen.parts[part] = page.locator(part).count()
        seen.language = page.evaluate("document.documentElement.lang")
        seen.title = page.title()
        seen.levels = page.eval_on_selector_all("h1,h2,h3,h4,h5,h6,[role=heading]", HEADINGS)
        seen.cookies = context.cookies()
        seen.stored = page.evaluate("localStorage.length + sessionStorage.length")
        page.emulate_media(media="print")
        for part in ("h1", "#site-navigation"):
            seen.printed[part] = page.locator(part).is_visible()
        context.close()
        return seen

    return look


@pytest.fixture(params=KINDS)
def seen(request, look: Callable[[str], Seen]) -> Seen:
    return look(request.param)


@pytest.mark.parametrize("width", WIDTHS)
def test_axe_finds_nothing(seen: Seen, width: int) -> None:
    assert seen.violations[width] == [], json.dumps(seen.violations[width], indent=2)[:3000]


def test_nothing_scrolls_sideways_on_a_small_phone(seen: Seen) -> None:
    assert seen.width_on_a_phone <= 320


def test_the_page_is_one_document_with_its_parts_named(seen: Seen) -> None:
    assert seen.parts == {"h1": 1, "main": 1, "header nav": 1}
    assert seen.language == "en-GB"
    assert seen.title
    main = seen.levels[seen.levels.index(1) :]
    assert all(after - before <= 1 for before, after in itertools.pairwise(main))


def test_nothing_is_asked_of_anyone_else(seen: Seen, site_url: str) -> None:
    assert all(url.startswith(site_url) for url in seen.asked), seen.asked
    assert seen.cookies == []
    assert seen.stored == 0
    # Chromium reports the status of an error page as a problem of its own.
    assert [text for text in seen.problems if "Failed to load resource" not in text] == []


def test_print_hides_what_paper_cannot_use(seen: Seen) -> None:
    assert seen.printed == {"h1": True, "#site-navigation": False}


def test_forced_colours_and_reduced_motion_keep_the_page_whole(page: Page, site_url: str) -> None:
    page.emulate_media(forced_colors="active", reduced_motion="reduce")
    page.goto(site_url + KINDS["every block"])

    expect(page.locator("h1")).to_be_visible()
    assert AXE.run(page, options={"runOnly": ["wcag2aa"]}).violations_count == 0


@pytest.mark.parametrize("width", WIDTHS)
def test_targets_are_large_enough(page: Page, site_url: str, width: int) -> None:
    """WCAG 2.2, 2.5.8: 24 by 24 CSS pixels, but for links within sentences."""
    page.set_viewport_size({"width": width, "height": 900})
    page.goto(site_url)

    small = page.eval_on_selector_all(
        "header a, header button, header input, footer a",
        """found => found
            .filter(e => e.checkVisibility() && !e.matches(".nhsuk-skip-link"))
            .map(e => [e.textContent.trim(), e.getBoundingClientRect()])
            .filter(([, box]) => box.height < 24 || box.width < 24)
            .map(([text, box]) => `${text} ${box.width}x${box.height}`)""",
    )

    assert small == []


@pytest.mark.parametrize("width", WIDTHS)
@pytest.mark.parametrize(("posted_to", "status"), [("/search/", 405), ("/sitemap.xml", 403)])
def test_pages_that_refuse_a_form_are_for_everyone_too(
    page: Page, site_url: str, posted_to: str, status: int, width: int
) -> None:
    page.set_viewport_size({"width": width, "height": 900})
    page.goto(site_url)
    with page.expect_response(lambda answer: answer.request.method == "POST") as answer:
        page.evaluate(
            """address => {
                const form = document.createElement("form");
                form.method = "post";
                form.action = address;
                document.body.append(form);
                form.submit();
            }""",
            posted_to,
        )
    page.wait_for_load_state()

    assert answer.value.status == status
    check_for_everyone(page, width)


@pytest.mark.parametrize("width", WIDTHS)
def test_the_page_for_our_own_errors_is_for_everyone_too(
    page: Page, site_url: str, width: int
) -> None:
    page.set_viewport_size({"width": width, "height": 900})
    html = render_to_string("500.html")
    page.route("**/server-error/", lambda route: route.fulfill(status=500, body=html))
    page.goto(f"{site_url}/server-error/")

    check_for_everyone(page, width)


def check_for_everyone(page: Page, width: int) -> None:
    expect(page.locator("h1")).to_have_count(1)
    expect(page.locator("header")).to_be_visible()
    assert AXE.run(page).response["violations"] == []
    assert page.evaluate("document.documentElement.scrollWidth") <= width


def test_the_html_checker_finds_nothing(page: Page, site_url: str) -> None:
    pages = {name: page.request.get(site_url + path).text() for name, path in KINDS.items()}
    pages["not allowed"] = page.request.post(site_url).text()
    pages["server error"] = render_to_string("500.html")
    choices = f"{site_url}/cookie-consent/"
    pages["cookie choices missing"] = page.request.post(choices).text()
    answers = {"analytics": "accept", "video": "decline"}
    pages["cookie choices saved"] = page.request.post(choices, form=answers).text()
    pages["cookie choices and a control"] = page.request.get(
        choices, headers={"Sec-GPC": "1"}
    ).text()
    assert "What you chose" in pages["cookie choices saved"]
    assert "There is a problem" in pages["cookie choices missing"]

    assert check_html(pages) == []
