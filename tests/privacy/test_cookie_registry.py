"""The registry: loaded again and again, described by editors, never lost."""

from collections.abc import Callable, Iterator

import pytest
from cookie_consent.models import Cookie, CookieGroup
from django.core.exceptions import ValidationError
from django.core.management import CommandError, call_command
from django.db import OperationalError, transaction
from django.db.models import ProtectedError

from privacy import gates, registry
from privacy.models import AnalyticsSettings, DeclaredCookie
from privacy.registry import KeptCopies, analytics_id, groups_in_use, load

pytestmark = pytest.mark.django_db


def group(name: str) -> CookieGroup:
    return CookieGroup.objects.get(varname=name)


def version(name: str) -> str:
    return group(name).get_version()


@pytest.fixture
def analytics_on() -> Iterator[None]:
    AnalyticsSettings.objects.update(ga_measurement_id="G-TEST12345")
    KeptCopies("", {}).clear()


def test_set_up_declares_every_group_and_cookie() -> None:
    assert list(CookieGroup.objects.values_list("varname", flat=True)) == [
        "necessary",
        "analytics",
        "video",
    ]
    assert set(gates.GATES) == {"analytics", "video"}
    for cookie in DeclaredCookie.objects.all():
        assert all((cookie.name, cookie.description, cookie.duration, cookie.provider))
    assert not Cookie.objects.filter(declaredcookie=None).exists()


def test_loading_again_changes_nothing_and_asks_nobody() -> None:
    before = list(Cookie.objects.order_by("pk").values())

    call_command("load_cookies")

    assert list(Cookie.objects.order_by("pk").values()) == before


def test_loading_again_keeps_the_words_of_editors() -> None:
    CookieGroup.objects.filter(varname="video").update(description="Our words.")
    DeclaredCookie.objects.filter(name="_ga").update(duration="3 months")
    before = version("video"), version("analytics")

    call_command("load_cookies")

    assert group("video").description == "Our words."
    assert DeclaredCookie.objects.get(name="_ga").duration == "3 months"
    assert (version("video"), version("analytics")) == before


def test_better_words_ask_nobody_again() -> None:
    before = version("analytics")
    analytics = group("analytics")
    analytics.description = "Better words."
    analytics.save()
    cookie = DeclaredCookie.objects.get(name="_ga")
    cookie.description = "Better words."
    cookie.save()

    assert version("analytics") == before


def test_a_new_cookie_asks_again_about_its_group_alone() -> None:
    before = version("analytics"), version("video")

    DeclaredCookie.objects.create(
        cookiegroup=group("analytics"), name="_new", provider="Google", duration="1 day"
    )

    assert version("analytics") > before[0]
    assert version("video") == before[1]


@pytest.mark.parametrize(
    "change",
    [
        {"hosts": {"frame-src": ("https://www.youtube-nocookie.com", "https://other.example")}},
        {"hosts": {"img-src": ("https://www.youtube-nocookie.com",)}},
        {"purposes": ("videos shown within pages", "advertising")},
        {"services": ("YouTube", "Vimeo")},
    ],
    ids=["host", "directive", "purpose", "service"],
)
def test_what_is_new_in_a_gate_asks_again(monkeypatch, change: dict) -> None:
    old = gates.GATES["video"]
    facts = {"services": old.services, "purposes": old.purposes, "hosts": old.hosts}
    before = version("video"), version("analytics")
    monkeypatch.setitem(gates.GATES, "video", gates.Gate(**{**facts, **change}))

    call_command("load_cookies")
    after = version("video")
    call_command("load_cookies")

    assert after > before[0]
    assert version("video") == after
    assert version("analytics") == before[1]


def test_what_left_a_gate_needs_no_new_answer(monkeypatch) -> None:
    before = version("analytics")
    old = gates.GATES["analytics"]
    fewer = gates.Gate(old.services, old.purposes, {"script-src": old.hosts["script-src"]})
    monkeypatch.setitem(gates.GATES, "analytics", fewer)

    call_command("load_cookies")

    assert version("analytics") == before


def test_a_cookie_that_left_the_software_leaves_the_registry_without_a_question() -> None:
    groups = [
        {
            "group": g.varname,
            "name": g.name,
            "description": g.description,
            "cookies": [
                {"name": c.name, "duration": "-", "provider": "-", "description": "-"}
                for c in g.cookie_set.all()
                if c.name != "YSC"
            ],
        }
        for g in CookieGroup.objects.all()
    ]
    before = version("video")

    load(groups)

    assert not Cookie.objects.filter(name="YSC").exists()
    assert version("video") == before


@pytest.mark.parametrize("name", ["*", "a b", "_ga;", "ä1", "_*ga", "", "x"])
def test_what_is_no_cookies_name_is_refused(name: str) -> None:
    cookie = DeclaredCookie(
        cookiegroup=group("video"), name=name, provider="-", duration="-", description="-"
    )

    with pytest.raises(ValidationError):
        cookie.full_clean()


@pytest.mark.parametrize("name", ["cook*", "csrf*", "se*", "wagtail_*"])
def test_a_no_can_never_delete_a_necessary_cookie(name: str) -> None:
    cookie = DeclaredCookie(
        cookiegroup=group("video"), name=name, provider="-", duration="-", description="-"
    )

    with pytest.raises(ValidationError, match="necessary"):
        cookie.full_clean()


@pytest.mark.parametrize(
    "in_use",
    [
        lambda: group("video"),
        lambda: DeclaredCookie.objects.get(name="_ga"),
        lambda: Cookie.objects.filter(name="_ga"),
    ],
    ids=["group", "cookie", "query"],
)
def test_what_is_in_use_cannot_be_deleted(in_use: Callable) -> None:
    found = in_use()

    with pytest.raises(ProtectedError), transaction.atomic():
        found.delete()


def test_a_cookie_that_staff_added_can_be_deleted_and_nobody_is_asked_again() -> None:
    added = DeclaredCookie.objects.create(
        cookiegroup=group("video"), name="_mine", provider="-", duration="-"
    )
    before = version("video")

    added.delete()

    assert version("video") == before


def test_local_storage_of_ours_needs_no_yes_as_a_no_could_not_delete_it() -> None:
    facts = {"provider": "-", "duration": "-", "description": "-", "kind": "storage"}
    ours = DeclaredCookie(cookiegroup=group("analytics"), name="kept", party="first", **facts)
    theirs = DeclaredCookie(cookiegroup=group("video"), name="kept", party="third", **facts)

    theirs.full_clean()
    with pytest.raises(ValidationError, match="deletes cookies alone"):
        ours.full_clean()


def test_necessary_cookies_cannot_take_in_those_of_another_group() -> None:
    facts = {"provider": "-", "duration": "-", "description": "-"}

    with pytest.raises(ValidationError, match="of the analytics cookies"):
        DeclaredCookie(cookiegroup=group("necessary"), name="_g*", **facts).full_clean()


# --- Analytics --------------------------------------------------------------------------------


def test_analytics_is_off_until_there_is_an_id() -> None:
    assert analytics_id() == ""
    assert list(groups_in_use()) == ["video"]


def test_an_id_turns_analytics_on(analytics_on) -> None:
    assert analytics_id() == "G-TEST12345"
    assert list(groups_in_use()) == ["analytics", "video"]


def test_the_environment_gives_the_id_at_first_set_up_alone() -> None:
    load([], "G-LATER1234")
    assert analytics_id() == ""

    AnalyticsSettings.objects.all().delete()
    load([], "G-FIRST1234")
    assert analytics_id() == "G-FIRST1234"


@pytest.mark.parametrize("wrong", ["UA-193552407-1", "G-", "G-<script>", "g-abc12345", "G-ABC 1"])
def test_what_is_no_measurement_id_is_refused(wrong: str) -> None:
    with pytest.raises(ValidationError):
        AnalyticsSettings(ga_measurement_id=wrong).clean_fields(exclude=["site"])


def test_a_wrong_id_in_the_environment_is_named(settings) -> None:
    settings.GA_MEASUREMENT_ID = "UA-123"
    AnalyticsSettings.objects.all().delete()

    with pytest.raises(CommandError, match="GA_MEASUREMENT_ID is 'UA-123'"):
        call_command("load_cookies")


# --- Failing ----------------------------------------------------------------------------------


def fail() -> None:
    raise OperationalError("gone")


def test_the_last_copy_outlives_the_database(monkeypatch) -> None:
    kept = KeptCopies("", {})
    monkeypatch.setattr(KeptCopies, "SECONDS", 0)

    assert kept.get_or_set("key", lambda: "read") == "read"
    assert kept.get_or_set("key", fail) == "read"
    assert kept.get_or_set("key", lambda: "again") == "again"


def test_without_any_copy_no_group_is_in_use(monkeypatch) -> None:
    monkeypatch.setattr(
        registry, "all_cookie_groups", lambda: KeptCopies("", {}).get_or_set("k", fail)
    )

    assert groups_in_use() == {}


def test_a_change_is_seen_at_once_where_it_was_made() -> None:
    assert "video" in groups_in_use()

    Cookie.objects.filter(cookiegroup__varname="video", declaredcookie=None).delete()
    DeclaredCookie.objects.create(
        cookiegroup=group("video"), name="_more", provider="-", duration="-"
    )

    assert groups_in_use()["video"].get_version() == version("video")


def test_a_file_that_is_wrong_says_what_is(tmp_path) -> None:
    wrong = tmp_path / "cookies.yaml"
    wrong.write_text("- group: video\n  name: Video\n  description: x\n  cookies: [{name: YSC2}]\n")

    with pytest.raises(CommandError, match="duration"):
        call_command("load_cookies", wrong)
    assert Cookie.objects.filter(name="YSC").exists()
