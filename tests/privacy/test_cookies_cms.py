"""Cookies in the CMS, as the people who look after them."""

import pytest
from cookie_consent.models import Cookie, CookieGroup
from django.contrib.auth.models import Group, User
from django.test import Client
from django.urls import reverse

from privacy.models import AnalyticsSettings, ConsentCount, DeclaredCookie

pytestmark = pytest.mark.django_db


def signed_in(*groups: str) -> Client:
    user = User.objects.create_user("somebody", password="-")
    user.groups.set(Group.objects.filter(name__in=groups))
    client = Client()
    client.force_login(user)
    return client


@pytest.fixture
def lead() -> Client:
    return signed_in("Data protection leads")


@pytest.fixture
def publisher() -> Client:
    return signed_in("Publishers")


def version(name: str) -> str:
    return CookieGroup.objects.get(varname=name).get_version()


def words(**changes: str) -> dict[str, str]:
    return {"name": "Video cookies", "description": "New words.", **changes}


def test_a_publisher_changes_words_and_nobody_is_asked_again(publisher: Client) -> None:
    video, before = CookieGroup.objects.get(varname="video"), version("video")

    publisher.post(reverse("cookie_groups:edit", args=[video.pk]), words())

    assert CookieGroup.objects.get(varname="video").description == "New words."
    assert version("video") == before
    assert "New words." in Client().get("/cookies/").content.decode()


def test_words_that_say_something_new_ask_everyone_again(lead: Client) -> None:
    video, before = CookieGroup.objects.get(varname="video"), version("video")

    lead.post(reverse("cookie_groups:edit", args=[video.pk]), words(ask_again="on"))

    assert version("video") > before


def test_a_group_keeps_a_name_and_a_description(publisher: Client) -> None:
    video = CookieGroup.objects.get(varname="video")

    publisher.post(reverse("cookie_groups:edit", args=[video.pk]), words(name="", description=""))

    video.refresh_from_db()
    assert video.name == "Video cookies"
    assert video.description


@pytest.mark.parametrize("view", ["add", "delete"])
def test_nobody_adds_or_deletes_a_group(admin_client: Client, view: str) -> None:
    video = CookieGroup.objects.get(varname="video")
    args = [] if view == "add" else [video.pk]
    try:
        address = reverse(f"cookie_groups:{view}", args=args)
    except LookupError:
        return

    admin_client.post(address, words(varname="extra"))

    assert CookieGroup.objects.count() == 3


def cookie_facts(**changes: str) -> dict[str, str]:
    return {
        "cookiegroup": str(CookieGroup.objects.get(varname="analytics").pk),
        "name": "_ga_extra",
        "kind": "cookie",
        "description": "Counts",
        "duration": "1 day",
        "provider": "Google Analytics",
        "party": "first",
        **changes,
    }


def test_a_lead_adds_a_cookie_and_takes_it_away(lead: Client) -> None:
    before = version("analytics")

    lead.post(reverse("declared_cookies:add"), cookie_facts())
    added = DeclaredCookie.objects.get(name="_ga_extra")
    assert version("analytics") > before

    lead.post(reverse("declared_cookies:delete", args=[added.pk]))
    assert not Cookie.objects.filter(name="_ga_extra").exists()


def test_a_cookies_name_cannot_be_changed_into_another(lead: Client) -> None:
    cookie = DeclaredCookie.objects.get(name="_ga")

    lead.post(
        reverse("declared_cookies:edit", args=[cookie.pk]),
        cookie_facts(name="other", duration="2 days"),
    )

    cookie.refresh_from_db()
    assert (cookie.name, cookie.duration) == ("_ga", "2 days")


@pytest.mark.parametrize("who", ["admin", "lead"])
def test_a_cookie_in_use_stays(who: str, request) -> None:
    client = request.getfixturevalue("admin_client" if who == "admin" else "lead")
    cookie = DeclaredCookie.objects.get(name="_ga")
    address = reverse("declared_cookies:delete", args=[cookie.pk])

    assert client.get(address).status_code == 302
    assert client.post(address).status_code == 302
    assert DeclaredCookie.objects.filter(name="_ga").exists()


def test_the_same_cookie_twice_is_refused_in_words(lead: Client) -> None:
    response = lead.post(reverse("declared_cookies:add"), cookie_facts(name="_ga"))

    assert response.status_code == 200
    assert "could not be created" in response.content.decode()


def test_a_publisher_may_not_add_cookies_or_turn_analytics_on(publisher: Client) -> None:
    publisher.post(reverse("declared_cookies:add"), cookie_facts())
    publisher.post("/cms/settings/privacy/analyticssettings/", {"ga_measurement_id": "G-ABCD1234"})

    assert not Cookie.objects.filter(name="_ga_extra").exists()
    assert AnalyticsSettings.objects.get().ga_measurement_id == ""


def test_a_lead_turns_analytics_on_and_visitors_are_asked(lead: Client) -> None:
    settings = AnalyticsSettings.objects.get()
    lead.post(
        f"/cms/settings/privacy/analyticssettings/{settings.site_id}/",
        {"ga_measurement_id": "G-ABCD1234"},
    )

    html = Client().get("/").content.decode()
    assert 'data-analytics="G-ABCD1234"' in html
    assert "Google Analytics" in html


@pytest.mark.parametrize("group", ["Authors", "Editors"])
def test_others_see_nothing_of_it(group: str) -> None:
    client = signed_in(group)

    assert "Answers by day" not in client.get("/cms/").content.decode()
    assert client.get(reverse("declared_cookies:index")).status_code == 302


def test_the_answers_of_each_day_can_be_read_and_downloaded_but_not_changed(lead: Client) -> None:
    count = ConsentCount.objects.create(day="2026-11-23", group="video", accepted=12, rejected=34)

    assert "34" in lead.get(reverse("consent_counts:index")).content.decode()
    sheet = lead.get(reverse("consent_counts:index"), {"export": "csv"})
    assert b"".join(sheet.streaming_content).endswith(b"2026-11-23,video,12,34\r\n")
    lead.post(reverse("consent_counts:delete", args=[count.pk]))
    lead.post(reverse("consent_counts:edit", args=[count.pk]), {"day": "2020-01-01"})
    count.refresh_from_db()
    assert str(count.day) == "2026-11-23"


def test_every_list_and_form_opens(lead: Client) -> None:
    for name in ("cookie_groups", "declared_cookies", "consent_counts"):
        assert lead.get(reverse(f"{name}:index")).status_code == 200
    for group in CookieGroup.objects.all():
        response = lead.get(reverse("cookie_groups:edit", args=[group.pk]))
        assert "Ask every visitor again" in response.content.decode()
    for cookie in DeclaredCookie.objects.all():
        address = reverse("declared_cookies:edit", args=[cookie.pk])
        assert lead.get(address).status_code == 200
