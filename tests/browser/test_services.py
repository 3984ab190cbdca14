"""What a yes lets in, and how a no stops it: Google Analytics and YouTube."""

import json
import re

import pytest
from playwright.sync_api import Browser, BrowserContext, expect

from privacy.gates import ANALYTICS, VIDEO
from tests.browser.addresses import KINDS, MEASUREMENT_ID, NAMED_HOST
from tests.browser.consent_audit import PLAYER, Audit, Declared, stand_in_for_google
from tests.browser.consent_steps import (
    WITHOUT_SCRIPT,
    YES_TO_ALL,
    answer_banner,
    choose,
    let_run,
    open_as,
)

pytestmark = pytest.mark.browser


# --- What Google Analytics is told --------------------------------------------------------------


def test_analytics_is_told_addresses_without_what_follows_a_question_mark(
    browser: Browser, site_url: str
) -> None:
    page = open_as(browser, site_url)
    told = stand_in_for_google(page.context)
    page.goto("/search/?q=secret+words")
    page.get_by_role("button", name="Accept additional cookies").click()
    expect(page.locator("[data-consent-told=accepted]")).to_be_focused()
    page.get_by_label("Search this website").last.fill("secret flu")
    page.keyboard.press("Enter")
    page.wait_for_url("**/search/?q=secret+flu")
    let_run(page)
    assert told == []

    page.goto("/search/?q=flu")
    page.locator("main").get_by_role("link", name="Winter flu vaccine").click()
    page.wait_for_url("**/winter-flu-vaccine/**")
    let_run(page, lambda: told)
    page.goto("/news/?email=secret@example.org#part")
    let_run(page, lambda: len(told) > 1)

    flu = "/your-health/flu/winter-flu-vaccine/"
    assert [(view["dl"], view["dr"]) for view in told] == [
        (f"{site_url}{flu}", f"{site_url}/search/"),
        (f"{site_url}/news/", ""),
    ]
    assert "secret" not in json.dumps(told)
    settings = page.evaluate("JSON.stringify(window.dataLayer.map(entry => [...entry]))")
    consent, _, (command, measurement_id, config) = json.loads(settings)
    assert consent[:2] == ["consent", "default"]
    assert {name: consent[2][name] for name in consent[2] if name != "analytics_storage"} == {
        "ad_storage": "denied",
        "ad_user_data": "denied",
        "ad_personalization": "denied",
    }
    assert (command, measurement_id) == ("config", MEASUREMENT_ID)
    assert config["allow_google_signals"] is False
    assert config["allow_ad_personalization_signals"] is False
    assert "secret" not in settings
    page.context.close()


# --- Withdrawal ---------------------------------------------------------------------------------


@pytest.mark.parametrize("runs_scripts", [True, False], ids=["script", "no script"])
def test_a_no_deletes_cookies_of_the_host_and_of_the_domain_above_it(
    browser: Browser, site_url: str, runs_scripts: bool
) -> None:
    url = site_url.replace("127.0.0.1", NAMED_HOST)
    page = open_as(browser, url, {"java_script_enabled": runs_scripts})
    choose(page, YES_TO_ALL)
    plant_cookies(page.context)
    choose(page, {ANALYTICS: False, VIDEO: True})

    assert {cookie["name"] for cookie in page.context.cookies()} == {"cookie_consent", "other"}
    page.context.close()


def test_cookies_go_when_the_choice_has_run_out(browser: Browser, site_url: str) -> None:
    """By the script alone: no answer is recorded any more, and none is sent to the server."""
    page = open_as(browser, site_url.replace("127.0.0.1", NAMED_HOST))
    plant_cookies(page.context)
    page.goto("/")

    assert {cookie["name"] for cookie in page.context.cookies()} == {"other"}
    page.context.close()


def plant_cookies(context: BrowserContext) -> None:
    above = NAMED_HOST.partition(".")[2]
    context.add_cookies(
        [
            {"name": name, "value": "1", "domain": domain, "path": "/"}
            for name in ("_ga", "_ga_TEST12345", "_ga_OLD1")
            for domain in (NAMED_HOST, f".{above}")
        ]
        + [{"name": "other", "value": "1", "domain": NAMED_HOST, "path": "/"}]
    )
    assert len(context.cookies()) in {7, 8}


def test_a_page_left_open_in_another_tab_stops_too(browser: Browser, site_url: str) -> None:
    page = open_as(browser, site_url)
    answer_banner(page, "Accept")
    page.goto(KINDS["every block"])
    player = page.locator("iframe.site-video__player")
    expect(player).to_have_count(1)
    other = page.context.new_page()
    choose(other, {ANALYTICS: False, VIDEO: False})

    expect(player).to_have_count(0)
    expect(page.get_by_role("button", name="Allow YouTube videos on this site")).to_be_visible()
    assert page.evaluate(f"window['ga-disable-{MEASUREMENT_ID}']") is True
    with page.expect_navigation():
        page.evaluate(
            "window.dispatchEvent(new PageTransitionEvent('pageshow', {persisted: true}))"
        )
    page.context.close()


# --- Videos -------------------------------------------------------------------------------------


def test_a_video_is_words_and_a_link_until_its_button_is_pressed(
    browser: Browser, site_url: str, declared: list[Declared]
) -> None:
    page = open_as(browser, site_url)
    audit = Audit(page.context, site_url)
    page.goto(KINDS["every block"])
    video = page.locator("[data-video]")
    title = video.get_attribute("data-title")
    expect(video.get_by_role("heading", name=title)).to_be_visible()
    expect(video.get_by_role("link", name=re.compile("YouTube"))).to_be_visible()
    video.locator("summary").click()
    expect(video.locator(".nhsuk-details__text")).to_be_visible()
    expect(video.locator("iframe")).to_have_count(0)
    assert audit.asked == []

    video.get_by_role("button", name="Allow YouTube videos on this site").click()
    page.wait_for_url(f"**{KINDS['every block']}#*")

    expect(video.locator("iframe")).to_have_attribute("title", re.compile(re.escape(title)))
    expect(video).to_be_focused()
    expect(video).to_be_in_viewport()
    expect(video.get_by_role("button", name="Allow YouTube")).to_be_hidden()
    let_run(page, lambda: audit.asked)
    audit.look(page)
    audit.check(declared, {VIDEO})
    assert [asked.url for asked in audit.asked] == [PLAYER]
    page.context.close()


def test_without_javascript_a_video_has_no_button_that_would_do_nothing(
    browser: Browser, site_url: str
) -> None:
    page = open_as(browser, site_url, WITHOUT_SCRIPT)
    page.goto(KINDS["every block"])
    video = page.locator("[data-video]")

    expect(video.get_by_role("link", name=re.compile("Watch on YouTube"))).to_be_visible()
    expect(video.get_by_role("button")).to_have_count(0)
    page.context.close()
