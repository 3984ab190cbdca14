"""The proof of consent can fail: what is planted is found."""

import re

import pytest
from playwright.sync_api import Browser, BrowserContext, Route

from privacy.gates import ANALYTICS, NECESSARY, VIDEO
from tests.browser.consent_audit import (
    COOKIE,
    GTAG,
    LOCAL_STORAGE,
    Audit,
    Declared,
    stand_in_for_google,
)
from tests.browser.consent_steps import answer_banner, let_run, open_as

pytestmark = pytest.mark.browser

KEPT_BY_SCRIPT = {
    "document.cookie = 'planted-cookie=1; path=/'": "planted-cookie",
    "document.cookie = 'planted-brief=1; path=/; max-age=60'": "planted-brief",
    "localStorage.setItem('planted-local', '1')": "planted-local",
    "sessionStorage.setItem('wagtail:planted-session', '1')": "wagtail:planted-session",
    "indexedDB.open('planted-database')": "planted-database",
    "caches.open('planted-cache')": "planted-cache",
    # Declared, but in a group without a yes, and as lasting less long.
    "document.cookie = '_ga=1; path=/; max-age=7776000'": "_ga",
    "document.cookie = 'wagtail_sidebar_collapsed=1; path=/; max-age=7776000'": (
        "wagtail_sidebar_collapsed"
    ),
}
EVIL = "https://evil.example"
ASKED_BY_SCRIPT = {
    "script": "document.head.append(Object.assign(document.createElement('script'), {src: url}))",
    "image": "new Image().src = url",
    "frame": "document.body.append(Object.assign(document.createElement('iframe'), {src: url}))",
    "request": "fetch(url).catch(() => {})",
    "beacon": "navigator.sendBeacon(url)",
    "socket": "new WebSocket(url.replace('https', 'wss'))",
}


def plant_script(context: BrowserContext, script: str) -> None:
    """Run a script as if it were a part of our own."""

    def answer(route: Route) -> None:
        ours = route.fetch()
        route.fulfill(response=ours, body=f"{ours.text()}\n{script}")

    context.route(re.compile(r"/static/js/site.*\.js"), answer)


def plant_in_page(context: BrowserContext, html: str, **headers: str) -> None:
    """Answer for the news page with more than it has."""

    def add(route: Route) -> None:
        answer = route.fetch()
        route.fulfill(
            response=answer,
            body=answer.text().replace("</main>", f"{html}</main>"),
            headers={**answer.headers, **headers},
        )

    context.route("**/news/", add)


def faults(audit: Audit, declared: list[Declared]) -> str:
    with pytest.raises(AssertionError) as raised:
        audit.check(declared)
    return str(raised.value)


def test_what_a_planted_script_keeps_is_found(
    browser: Browser, site_url: str, declared: list[Declared]
) -> None:
    page = open_as(browser, site_url)
    audit = Audit(page.context, site_url)
    plant_script(page.context, ";\n".join(KEPT_BY_SCRIPT))
    page.goto("/")
    let_run(page)
    audit.look(page)

    found = faults(audit, declared)
    assert [name for name in KEPT_BY_SCRIPT.values() if f"name='{name}'" not in found] == []
    assert len(found.splitlines()) == len(KEPT_BY_SCRIPT)
    page.context.close()


def test_a_planted_cookie_is_found(
    browser: Browser, site_url: str, declared: list[Declared]
) -> None:
    page = open_as(browser, site_url)
    audit = Audit(page.context, site_url)
    plant_in_page(page.context, "", **{"set-cookie": "planted=1; Path=/"})
    page.goto("/news/")
    audit.look(page)

    assert "name='planted'" in faults(audit, declared)
    page.context.close()


def test_a_cookie_that_was_gone_before_anyone_looked_is_found(
    browser: Browser, site_url: str, declared: list[Declared]
) -> None:
    page = open_as(browser, site_url)
    audit = Audit(page.context, site_url)
    page.goto("/cms/login/")
    page.context.clear_cookies()
    audit.look(page)

    audit.check(declared)
    undeclared = [one for one in declared if one.name != "csrftoken"]
    assert "name='csrftoken'" in faults(audit, undeclared)
    page.context.close()


@pytest.mark.parametrize("with_policy", [True, False], ids=["policy", "no policy"])
def test_whom_a_planted_script_asks_is_found(
    browser: Browser, site_url: str, declared: list[Declared], with_policy: bool
) -> None:
    page = open_as(browser, site_url, {"bypass_csp": not with_policy})
    audit = Audit(page.context, site_url)
    planted = [f"{{ const url = '{EVIL}/{n}'; {run} }}" for n, run in ASKED_BY_SCRIPT.items()]
    plant_script(page.context, "\n".join(planted))
    answer_banner(page, "Reject")
    page.wait_for_load_state("networkidle")
    audit.look(page)

    found = faults(audit, declared)
    # A policy's message about a frame names its host alone.
    missed = [name for name in ASKED_BY_SCRIPT if f"evil.example/{name}" not in found]
    assert missed in (["frame"], []) if with_policy else missed == []
    assert ("stopped by the policy alone" in found) == with_policy
    page.context.close()


@pytest.mark.parametrize("runs_scripts", [True, False], ids=["script", "no script"])
def test_planted_tags_are_found(
    browser: Browser, site_url: str, declared: list[Declared], runs_scripts: bool
) -> None:
    page = open_as(browser, site_url, {"java_script_enabled": runs_scripts})
    audit = Audit(page.context, site_url)
    tags = (
        f'<script src="{EVIL}/script"></script><img src="{EVIL}/image" alt="">'
        f'<iframe src="{EVIL}/frame"></iframe><link rel="stylesheet" href="{EVIL}/style">'
    )
    plant_in_page(page.context, tags)
    page.goto("/news/")
    page.wait_for_load_state("networkidle")
    audit.look(page)

    found = faults(audit, declared)
    assert f"{EVIL}/image" in found
    assert f"{EVIL}/style" in found
    assert f"Framing '{EVIL}/'" in found
    assert (f"{EVIL}/script" in found) == runs_scripts
    page.context.close()


def test_the_policy_alone_keeps_google_out_after_a_no(browser: Browser, site_url: str) -> None:
    page = open_as(browser, site_url)
    stand_in_for_google(page.context)
    failed: list[tuple[str, str | None]] = []
    page.on("requestfailed", lambda request: failed.append((request.url, request.failure)))
    answer_banner(page, "Reject")
    plant_script(
        page.context,
        f"window.dataLayer = [['config', 'G-X']];const url = '{GTAG}'; {ASKED_BY_SCRIPT['script']}",
    )
    page.goto("/about-us/")
    let_run(page, lambda: (GTAG, "csp") in failed)

    assert (GTAG, "csp") in failed  # beside what the change of page cut short
    assert {cookie["name"] for cookie in page.context.cookies()} == {"cookie_consent"}
    page.context.close()


def test_the_audit_reads_the_cookies_page_right(declared: list[Declared]) -> None:
    assert Declared(NECESSARY, COOKIE, "cookie_consent", "90 days", is_ours=True) in declared
    assert (LOCAL_STORAGE, "wagtail:*") in {(one.kind, one.name) for one in declared}
    assert {one.name for one in declared if one.group == ANALYTICS} == {"_ga", "_ga_*"}
    assert not any(one.is_ours for one in declared if one.group == VIDEO)
