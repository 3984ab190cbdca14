"""Every kind of page, in a real browser: for everyone, on any screen."""

import itertools
import json

import pytest
from axe_playwright_python.sync_playwright import Axe
from django.template.loader import render_to_string
from playwright.sync_api import Page, expect

from tests.browser.addresses import KINDS
from tests.browser.html_checker import check_html

pytestmark = pytest.mark.browser

AXE = Axe()
WIDTHS = (320, 1280)


@pytest.fixture(params=KINDS.values(), ids=KINDS)
def address(request, site_url: str) -> str:
    return site_url + request.param


@pytest.mark.parametrize("width", WIDTHS)
def test_axe_finds_nothing(page: Page, address: str, width: int) -> None:
    page.set_viewport_size({"width": width, "height": 900})
    page.goto(address)

    violations = AXE.run(page).response["violations"]

    assert violations == [], json.dumps(violations, indent=2)[:3000]


def test_nothing_scrolls_sideways_on_a_small_phone(page: Page, address: str) -> None:
    page.set_viewport_size({"width": 320, "height": 640})
    page.goto(address)

    assert page.evaluate("document.documentElement.scrollWidth") <= 320


def test_the_page_is_one_document_with_its_parts_named(page: Page, address: str) -> None:
    page.goto(address)

    expect(page.locator("h1")).to_have_count(1)
    expect(page.locator("main")).to_have_count(1)
    expect(page.locator("header nav")).to_have_count(1)
    assert page.evaluate("document.documentElement.lang") == "en-GB"
    assert page.title()
    levels = page.eval_on_selector_all(
        "h1, h2, h3, h4, h5, h6, [role=heading]",
        "found => found.map(h => Number(h.ariaLevel ?? h.tagName[1]))",
    )
    main = levels[levels.index(1) :]
    assert all(after - before <= 1 for before, after in itertools.pairwise(main))


def test_nothing_is_asked_of_anyone_else(page: Page, address: str, site_url: str) -> None:
    asked: list[str] = []
    problems: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    page.on("console", lambda message: problems.append(message.text))
    page.on("pageerror", lambda error: problems.append(str(error)))

    page.goto(address, wait_until="networkidle")

    assert all(url.startswith(site_url) for url in asked), asked
    assert page.context.cookies() == []
    assert page.evaluate("localStorage.length + sessionStorage.length") == 0
    # Chromium reports the status of an error page as a problem of its own.
    assert [text for text in problems if "Failed to load resource" not in text] == []


def test_print_hides_what_paper_cannot_use(page: Page, address: str) -> None:
    page.goto(address)
    page.emulate_media(media="print")

    expect(page.locator("h1")).to_be_visible()
    expect(page.locator("#site-navigation")).to_be_hidden()


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
