"""The cookie banner: first on the page, in nobody's way, and gone after an answer."""

import json
from time import sleep, time

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page, Route, expect

from privacy.gates import VIDEO
from tests.browser.addresses import KINDS
from tests.browser.consent_steps import GPC, answer_banner, open_as
from tests.browser.layout_shift import shifts
from tests.running import SECONDS_UNTIL_SEEN, Site

pytestmark = pytest.mark.browser

AXE = Axe()
WIDTHS = (320, 1280)
DAY = 24 * 60 * 60
NEW_COOKIE = "asked_again"
ADD_COOKIE = f"""
from cookie_consent.models import CookieGroup
from privacy.models.cookies import DeclaredCookie
group = CookieGroup.objects.get(varname="{VIDEO}")
DeclaredCookie.objects.create(
    cookiegroup=group, name="{NEW_COOKIE}", description="For a test", provider="YouTube",
    duration="1 day", party="third")
"""
TAKE_COOKIE_AWAY = f"""
from privacy.models.cookies import DeclaredCookie
DeclaredCookie.objects.get(name="{NEW_COOKIE}").delete()
"""


def banner(page: Page):
    return page.get_by_role("region", name="Cookies on this website")


def focused(page: Page) -> str:
    return page.evaluate("document.activeElement.textContent.trim()")


@pytest.mark.parametrize("width", WIDTHS)
def test_the_banner_is_first_on_the_page_and_in_nobodys_way(page: Page, width: int) -> None:
    page.set_viewport_size({"width": width, "height": 800})
    page.goto("/")

    expect(banner(page)).to_be_visible()
    assert page.evaluate("document.body.firstElementChild.id") == "cookie-banner"
    assert page.evaluate("document.activeElement === document.body")
    found = page.evaluate(
        """() => [...document.querySelectorAll("#cookie-banner, #cookie-banner *")].map(e => [
            getComputedStyle(e).position, e.getAttribute("role"), e.hasAttribute("aria-live"),
            e.hasAttribute("autofocus")])"""
    )
    for position, role, is_live, takes_focus in found:
        assert position in {"static", "relative"}
        assert role not in {"dialog", "alertdialog", "alert", "status", "log"}
        assert not is_live
        assert not takes_focus
    assert page.locator("[inert]").count() == 0
    page.mouse.wheel(0, 2000)
    expect(banner(page)).not_to_be_in_viewport()


@pytest.mark.parametrize("width", WIDTHS)
def test_yes_and_no_look_the_same(page: Page, width: int) -> None:
    page.set_viewport_size({"width": width, "height": 800})
    page.goto("/")
    yes, no = (
        banner(page)
        .get_by_role("button", name=f"{answer} additional cookies", exact=True)
        .evaluate(
            """button => {
                // A size in pixels follows from the words, which differ by a letter's width.
                const sized = /^(width|inline-size|perspective-origin|transform-origin)$/;
                const style = [...getComputedStyle(button)]
                    .filter(name => !sized.test(name))
                    .map(name => [name, getComputedStyle(button).getPropertyValue(name)]);
                const {width, height} = button.getBoundingClientRect();
                return [Object.fromEntries(style), height, width];
            }"""
        )
        for answer in ("Accept", "Reject")
    )

    assert yes[:2] == no[:2]
    assert yes == no


@pytest.mark.parametrize("width", WIDTHS)
@pytest.mark.parametrize("slow", ["", "**/site*.js", "**/site*.css"])
def test_nothing_moves_and_only_the_stylesheet_is_waited_for(
    page: Page, width: int, slow: str
) -> None:
    def let_pass_late(route: Route) -> None:
        sleep(0.5)
        route.continue_()

    page.set_viewport_size({"width": width, "height": 800})
    if slow:
        page.route(slow, let_pass_late)
    page.goto("/", wait_until="networkidle")
    expect(banner(page)).to_be_visible()
    assert shifts(page) == 0
    blocking = page.evaluate(
        """() => performance.getEntriesByType("resource")
            .filter(resource => resource.renderBlockingStatus === "blocking")
            .map(resource => resource.name)"""
    )
    assert [address.rpartition(".")[2] for address in blocking] == ["css"]

    answer_banner(page, "Reject", "/")
    for kind in ("section", "news", "home"):
        page.goto(KINDS[kind], wait_until="networkidle")
        expect(banner(page)).to_be_hidden()
        assert shifts(page) == 0


def test_by_keyboard_alone_a_no_is_said_confirmed_and_hidden(page: Page) -> None:
    page.goto("/search/?q=health")
    stops = []
    for _ in range(4):
        page.keyboard.press("Tab")
        stops.append(focused(page))
    assert stops == [
        "Accept additional cookies",
        "Reject additional cookies",
        "View cookies",
        "Skip to main content",
    ]
    page.keyboard.press("Shift+Tab")
    page.keyboard.press("Shift+Tab")
    page.keyboard.press("Enter")

    message = page.locator("[data-consent-told=rejected]")
    expect(message).to_be_focused()
    expect(message).to_contain_text("You've rejected additional cookies.")
    expect(page).to_have_url("/search/?q=health")
    expect(page.get_by_role("button", name="Accept additional cookies")).to_be_hidden()
    page.keyboard.press("Tab")
    assert focused(page) == "change your cookie choices"
    page.keyboard.press("Tab")
    assert focused(page) == "Hide this message"
    page.keyboard.press("Enter")
    expect(banner(page)).to_be_hidden()
    # Where a visitor goes on from: what comes after the banner.
    assert focused(page) == "Skip to main content"


@pytest.mark.parametrize(("answer", "said"), [("Accept", "accepted"), ("Reject", "rejected")])
def test_what_was_chosen_is_said_once_and_the_banner_stays_away(
    page: Page, answer: str, said: str
) -> None:
    answer_banner(page, answer, KINDS["not found"])
    expect(banner(page)).to_contain_text(f"You've {said} additional cookies.")
    assert page.locator("[data-consent-told]").locator("visible=true").count() == 1

    page.reload()
    expect(banner(page)).to_be_hidden()
    for address in KINDS.values():
        page.goto(address)
        assert not page.locator("#cookie-banner").is_visible(), address


@pytest.mark.parametrize("width", WIDTHS)
def test_what_is_said_is_for_everyone(page: Page, width: int) -> None:
    page.set_viewport_size({"width": width, "height": 800})
    answer_banner(page, "Reject")

    violations = AXE.run(page).response["violations"]
    assert violations == [], json.dumps(violations, indent=2)[:3000]
    assert page.evaluate("document.documentElement.scrollWidth") <= width


def test_an_answer_lasts_90_days(page: Page) -> None:
    answer_banner(page, "Accept")
    [cookie] = page.context.cookies()
    assert abs(cookie["expires"] - time() - 90 * DAY) < 60

    page.context.add_cookies([{**cookie, "expires": time() + 1}])
    page.goto("/about-us/")
    expect(banner(page)).to_be_hidden()
    page.wait_for_timeout(1100)
    page.goto("/about-us/")
    expect(banner(page)).to_be_visible()


def test_a_new_cookie_in_the_registry_asks_everyone_again(page: Page, running_site: Site) -> None:
    answer_banner(page, "Reject")
    page.goto("/about-us/")
    expect(banner(page)).to_be_hidden()
    running_site.run("shell", "-c", ADD_COOKIE)
    sleep(SECONDS_UNTIL_SEEN)  # each serving process has its own copies
    try:
        page.goto("/about-us/")
        expect(banner(page)).to_be_visible()
        answer_banner(page, "Accept", "/about-us/")
        page.goto("/about-us/")
        expect(banner(page)).to_be_hidden()
        page.goto("/cookies/")
        expect(page.get_by_role("row").filter(has_text=NEW_COOKIE)).to_be_visible()
    finally:
        running_site.run("shell", "-c", TAKE_COOKIE_AWAY)  # which leaves the version as it is


def test_nobody_is_asked_who_cannot_answer_or_has_answered_already(
    browser: Browser, site_url: str
) -> None:
    for options in ({"java_script_enabled": False}, GPC):
        page = open_as(browser, site_url, options)
        page.goto("/")
        expect(page.locator("#cookie-banner")).to_be_hidden()
        page.context.close()
