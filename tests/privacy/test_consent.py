"""Saying yes and no: the endpoints, the cookie, and what is deleted."""

import re
from http.cookies import SimpleCookie

import pytest
from bs4 import BeautifulSoup
from cookie_consent.models import CookieGroup
from django.db import DatabaseError, connection
from django.test import Client
from django.utils import timezone
from wagtail.models import Page

from pages.models import SiteSettings
from privacy import consent
from privacy.models import AnalyticsSettings, ConsentCount, DeclaredCookie
from privacy.models.cookies import ask_again
from privacy.registry import groups_in_use

pytestmark = pytest.mark.django_db

ACCEPT = "/cookie-consent/accept/"
DECLINE = "/cookie-consent/decline/"
CHOICES = "/cookie-consent/"
ALL = {"cookie_groups": ["analytics", "video"]}


@pytest.fixture(autouse=True)
def _analytics_on() -> None:
    settings = AnalyticsSettings.objects.get()
    settings.ga_measurement_id = "G-TEST12345"
    settings.save()


@pytest.fixture
def visitor() -> Client:
    """Return a browser that would notice a missing token."""
    return Client(enforce_csrf_checks=True)


def recorded(visitor: Client) -> dict[str, str]:
    """Return the pairs in the visitor's consent cookie."""
    value = visitor.cookies["cookie_consent"].value
    return dict(pair.split("=") for pair in value.split("|"))


def versions() -> dict[str, str]:
    return {name: group.get_version() for name, group in groups_in_use().items()}


# --- Answers ----------------------------------------------------------------------------------


def test_accepting_records_the_version_that_was_accepted(visitor: Client) -> None:
    response = visitor.post(ACCEPT, {**ALL, "next": "/about-us/"})

    assert response.status_code == 302
    assert response.url == "/about-us/#cookies-accepted"
    assert {name: recorded(visitor)[name] for name in versions()} == versions()


def test_rejecting_is_recorded_too(visitor: Client) -> None:
    response = visitor.post(DECLINE, {**ALL, "next": "/about-us/"})

    assert response.url == "/about-us/#cookies-rejected"
    assert recorded(visitor)["analytics"] == recorded(visitor)["video"] == "-1"


def test_one_group_alone_leaves_the_other_answer_as_it_was(visitor: Client) -> None:
    visitor.post(DECLINE, ALL)
    visitor.post(ACCEPT, {"cookie_groups": "video", "next": "/about-us/#video-abc"})

    assert recorded(visitor)["analytics"] == "-1"
    assert recorded(visitor)["video"] == versions()["video"]


def test_a_place_on_the_page_is_kept(visitor: Client) -> None:
    response = visitor.post(ACCEPT, {"cookie_groups": "video", "next": "/about-us/#video-abc"})

    assert response.url == "/about-us/#video-abc"


def test_an_old_answer_is_not_renewed_by_another(visitor: Client) -> None:
    visitor.post(DECLINE, ALL)
    DeclaredCookie.objects.create(
        cookiegroup=CookieGroup.objects.get(varname="analytics"),
        name="_new",
        provider="-",
        duration="-",
    )

    visitor.post(ACCEPT, {"cookie_groups": "video"})

    assert "analytics" not in recorded(visitor)


def test_a_group_that_is_not_in_use_cannot_be_accepted(visitor: Client) -> None:
    settings = AnalyticsSettings.objects.get()
    settings.ga_measurement_id = ""
    settings.save()

    visitor.post(ACCEPT, {"all_groups": "on"})

    assert set(recorded(visitor)) == {"video", "chosen"}


def test_global_privacy_control_is_written_down_with_the_choice(visitor: Client) -> None:
    visitor.post(ACCEPT, ALL, headers={"Sec-GPC": "1"})

    assert recorded(visitor)["gpc"] == "1"


@pytest.mark.parametrize(
    "data", [{}, {"cookie_groups": "nonsense"}, {"cookie_groups": "necessary"}]
)
@pytest.mark.parametrize("address", [ACCEPT, DECLINE])
def test_an_answer_to_nothing_leads_to_the_form(visitor: Client, address: str, data: dict) -> None:
    response = visitor.post(address, data)

    assert response.url == CHOICES
    assert not response.cookies


def form_versions(visitor: Client, address: str) -> str:
    """Return the versions that the forms of a page show."""
    page = BeautifulSoup(visitor.get(address).content, "html.parser")
    (shown,) = {field["value"] for field in page.select("[name=versions]")}
    assert shown == "|".join(f"{name}={version}" for name, version in versions().items())
    return shown


def change(name: str) -> None:
    ask_again(CookieGroup.objects.get(varname=name))


@pytest.mark.parametrize("address", ["/", "/cookies/"])
def test_a_yes_is_to_what_the_page_showed(visitor: Client, address: str) -> None:
    shown = form_versions(visitor, address)
    change("analytics")

    accepted = visitor.post(ACCEPT, {**ALL, "versions": shown, "next": "/about-us/"})
    chosen = visitor.post(CHOICES, {"analytics": "accept", "video": "decline", "versions": shown})

    assert accepted.url == "/about-us/"  # where the banner asks again
    assert chosen.status_code == 422
    assert "The list of analytics cookies has changed" in chosen.content.decode()
    assert "cookie_consent" not in visitor.cookies


def test_a_no_needs_no_current_page(visitor: Client) -> None:
    shown = form_versions(visitor, "/")
    change("analytics")

    visitor.post(DECLINE, {**ALL, "versions": shown})

    assert recorded(visitor)["analytics"] == "-1"


def test_what_did_not_change_can_still_be_accepted(visitor: Client) -> None:
    shown = form_versions(visitor, "/")
    change("analytics")

    visitor.post(ACCEPT, {"cookie_groups": "video", "versions": shown})

    assert recorded(visitor)["video"] == versions()["video"]


# --- The cookie -------------------------------------------------------------------------------


def test_the_cookie_lives_ninety_days_and_stays_with_this_site(visitor: Client) -> None:
    cookie = visitor.post(ACCEPT, ALL).cookies["cookie_consent"]

    assert cookie["max-age"] == 90 * 24 * 60 * 60
    assert cookie["samesite"] == "Lax"
    assert cookie["path"] == "/"
    assert not cookie["domain"]


def test_over_https_the_cookie_is_secure(visitor: Client, settings) -> None:
    settings.COOKIE_CONSENT_SECURE = True

    assert visitor.post(ACCEPT, ALL).cookies["cookie_consent"]["secure"]


@pytest.mark.parametrize("address", [ACCEPT, DECLINE, CHOICES])
def test_nothing_may_keep_an_answer(visitor: Client, address: str) -> None:
    response = visitor.post(address, ALL)

    assert "no-store" in response["Cache-Control"]
    assert "private" in response["Cache-Control"]
    assert "no-store" in visitor.get(CHOICES)["Cache-Control"]


def set_cookies(response) -> list[str]:
    return [cookie.OutputString() for cookie in response.cookies.values()]


@pytest.mark.parametrize(
    ("address", "data"), [(DECLINE, ALL), (CHOICES, {"analytics": "decline", "video": "decline"})]
)
def test_a_no_deletes_the_groups_cookies_on_every_domain(
    visitor: Client, settings, address: str, data: dict
) -> None:
    settings.ALLOWED_HOSTS = ["www.example.nhs.uk"]
    sent = "_ga=1; _ga_TEST12345=2; _gat=3; other=4; csrftoken=5; _ga_%20bad=6"

    response = visitor.post(address, data, headers={"Cookie": sent, "Host": "www.example.nhs.uk"})

    deleted = [text for text in set_cookies(response) if "Max-Age=0" in text]
    names = {text.partition("=")[0] for text in deleted}
    assert names == {"_ga", "_ga_TEST12345"}
    for name in names:
        ways = [text for text in deleted if text.startswith(f"{name}=")]
        domains = {SimpleCookie(text)[name]["domain"] for text in ways}
        assert domains == {"", "www.example.nhs.uk", "example.nhs.uk", "nhs.uk"}


def test_a_yes_deletes_nothing_of_its_own_group(visitor: Client) -> None:
    response = visitor.post(ACCEPT, ALL, headers={"Cookie": "_ga=1"})

    assert [text.partition("=")[0] for text in set_cookies(response)] == ["cookie_consent"]


def test_thousands_of_cookies_get_no_thousands_of_answers(visitor: Client) -> None:
    sent = "; ".join(f"_ga_{n}=1" for n in range(5000))

    response = visitor.post(DECLINE, ALL, headers={"Cookie": sent})

    assert len(response.cookies) < 300


@pytest.mark.parametrize(
    "cookie",
    [
        'cookie_consent="',
        "cookie_consent==|=|",
        "cookie_consent=" + "a=b|" * 5000,
        'cookie_consent="\\777\\000"',
        "cookie_consent=chosen=yesterday|video=1",
        "cookie_consent=chosen=9999-99-99|video=-1",
        "\xff\xfe=\x00; cookie_consent=\xe9",
    ],
)
def test_no_cookie_is_too_strange(visitor: Client, cookie: str) -> None:
    for response in (
        visitor.get(CHOICES, headers={"Cookie": cookie}),
        visitor.post(ACCEPT, ALL, headers={"Cookie": cookie}),
        visitor.get("/about-us/", headers={"Cookie": cookie}),
    ):
        assert response.status_code in {200, 302}


# --- Where a form may come from -----------------------------------------------------------------


@pytest.mark.parametrize("address", [ACCEPT, DECLINE, CHOICES])
@pytest.mark.parametrize(
    "headers",
    [
        {"Sec-Fetch-Site": "cross-site"},
        {"Sec-Fetch-Site": "same-site"},
        {"Sec-Fetch-Site": "cross-site", "Origin": "http://testserver"},
        {"Origin": "https://evil.example"},
        {"Origin": "null"},
        {"Origin": "http://testserver.evil.example"},
        {"Origin": "http://testserver:81"},
    ],
)
def test_another_sites_form_is_refused(visitor: Client, address: str, headers: dict) -> None:
    response = visitor.post(address, ALL, headers=headers)

    assert response.status_code == 403
    assert not response.cookies
    assert not ConsentCount.objects.exists()


@pytest.mark.parametrize(
    "headers",
    [
        {"Sec-Fetch-Site": "same-origin", "Origin": "http://testserver"},
        {"Origin": "http://testserver"},
    ],
)
def test_our_own_form_is_taken(visitor: Client, headers: dict) -> None:
    assert visitor.post(ACCEPT, ALL, headers=headers).status_code == 302


@pytest.mark.parametrize("address", [ACCEPT, DECLINE])
@pytest.mark.parametrize("method", ["get", "head", "put", "patch", "delete"])
def test_only_a_post_answers(visitor: Client, address: str, method: str) -> None:
    response = getattr(visitor, method)(address)

    assert response.status_code == 405
    assert not response.cookies


@pytest.mark.parametrize(
    "elsewhere",
    [
        "https://evil.example/",
        "//evil.example/",
        "/\\evil.example/",
        "\\\\evil.example",
        "javascript:alert(1)",
        "https:evil.example",
        "http://testserver@evil.example/",
        "#cookies-accepted",
        "about-us/",
        "/%0d%0aLocation:%20https://evil.example",
        "/\r\nSet-Cookie: a=b",
    ],
)
def test_nobody_is_sent_elsewhere(visitor: Client, elsewhere: str) -> None:
    both = {"analytics": "accept", "video": "accept", "back": elsewhere}

    for response in (
        visitor.post(ACCEPT, {**ALL, "next": elsewhere}),
        visitor.post(DECLINE, {**ALL, "next": elsewhere}),
        visitor.post(CHOICES, both),
        visitor.get(CHOICES, {"saved": "yes", "back": elsewhere}),
    ):
        address = response.get("Location", "")
        assert address.startswith("/") or response.status_code == 200
        assert not address.startswith(("//", "/\\"))
        assert b'href="javascript' not in response.content
        assert b"evil.example" not in response.content or b'href="/' in response.content


# --- The form -----------------------------------------------------------------------------------


def test_the_form_saves_an_answer_for_each_group(visitor: Client) -> None:
    response = visitor.post(
        CHOICES, {"analytics": "accept", "video": "decline", "back": "/about-us/?a=1"}, follow=True
    )

    html = response.content.decode()
    assert recorded(visitor)["analytics"] == versions()["analytics"]
    assert recorded(visitor)["video"] == "-1"
    assert "Your cookie choices are saved" in html
    assert 'href="/about-us/?a=1"' in html
    assert "You chose this on" in html


def test_an_unanswered_group_is_asked_about_again_and_nothing_is_lost(visitor: Client) -> None:
    response = visitor.post(CHOICES, {"analytics": "accept", "back": "/about-us/"})

    html = response.content.decode()
    assert response.status_code == 422
    assert "Choose yes or no for video cookies" in html
    assert "<title>Error:" in html
    assert re.search(r'value="accept"\s+checked', html)
    assert 'value="/about-us/"' in html
    assert not response.cookies


def test_a_first_visit_finds_nothing_ticked(visitor: Client) -> None:
    for address in (CHOICES, "/cookies/"):
        assert "checked" not in visitor.get(address).content.decode()


def test_the_page_visitors_came_from_is_the_way_back(visitor: Client) -> None:
    ours = visitor.get(CHOICES, headers={"Referer": "http://testserver/your-health/?x=1#y"})
    others = visitor.get(CHOICES, headers={"Referer": "https://evil.example/path"})

    assert 'name="back" value="/your-health/?x=1"' in ours.content.decode()
    assert 'name="back" value="/"' in others.content.decode()


def test_the_page_says_what_global_privacy_control_does(visitor: Client) -> None:
    gpc = {"Sec-GPC": "1"}
    before = visitor.get(CHOICES, headers=gpc).content.decode()
    visitor.post(CHOICES, {"analytics": "accept", "video": "decline"}, headers=gpc)
    after = visitor.get(CHOICES, headers=gpc).content.decode()

    assert "We take it as a no to all additional cookies" in before
    assert "we follow your choice" in after


def test_a_group_that_is_not_in_use_is_said_not_to_be(visitor: Client) -> None:
    settings = AnalyticsSettings.objects.get()
    settings.ga_measurement_id = ""
    settings.save()

    html = visitor.get("/cookies/").content.decode()

    assert "We do not use analytics cookies on this website now" in html
    assert 'name="analytics"' not in html
    assert (
        "_ga" not in html.partition("Cookies used by the previous website")[0].partition("<h1")[2]
    )


# --- Counts -------------------------------------------------------------------------------------


def test_answers_are_counted_by_day_and_nothing_else_is_kept(visitor: Client) -> None:
    visitor.post(ACCEPT, ALL)
    visitor.post(ACCEPT, {"cookie_groups": "video"})
    visitor.post(DECLINE, ALL)

    today = timezone.localdate()
    assert list(ConsentCount.objects.values_list("day", "group", "accepted", "rejected")) == [
        (today, "analytics", 1, 1),
        (today, "video", 2, 1),
    ]
    assert {field.name for field in ConsentCount._meta.get_fields()} == {
        "id",
        "day",
        "group",
        "accepted",
        "rejected",
    }


def test_an_answer_that_cannot_be_counted_stands(visitor: Client, monkeypatch, caplog) -> None:
    def fail(**_: object) -> None:
        raise DatabaseError("the database is gone")

    monkeypatch.setattr(consent.ConsentCount.objects, "get_or_create", fail)

    visitor.post(ACCEPT, ALL)

    assert recorded(visitor)["video"] == versions()["video"]
    assert "was not counted" in caplog.text


def test_an_answer_does_not_wait_for_the_count() -> None:
    def limit() -> str:
        with connection.cursor() as cursor:
            cursor.execute(
                "PRAGMA busy_timeout" if connection.vendor == "sqlite" else "SHOW lock_timeout"
            )
            return str(cursor.fetchone()[0])

    usual = limit()
    with consent._hardly_waiting():
        assert limit().removesuffix("ms") == str(consent.LONGEST_WAIT_MS)
    if connection.vendor == "sqlite":  # PostgreSQL forgets it with the transaction
        assert limit() == usual


def test_the_footer_leads_to_a_form_whatever_page_is_chosen(visitor: Client) -> None:
    settings = SiteSettings.objects.get()
    settings.cookies_page = Page.objects.get(slug="about-us")
    settings.save()

    assert 'href="/cookie-consent/#cookie-choices"' in visitor.get("/").content.decode()
