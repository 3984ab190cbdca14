"""Alerts: on the pages that they are for, at the minutes that they are for, by how they matter."""

from datetime import UTC, datetime, timedelta

import pytest
from bs4 import BeautifulSoup
from django.contrib.auth.models import Group, User
from django.core.exceptions import ValidationError
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from wagtail.models import Page, PageViewRestriction
from wagtail.test.utils.form_data import nested_form_data, streamfield

from ccgsite.samples import alerts as samples
from ccgsite.samples.labels import LABEL
from ccgsite.scheduling import Schedule
from pages.models import AlertIndexPage, AlertLevel, AlertPage, AlertState
from pages.search import search_pages
from tests import builders

pytestmark = pytest.mark.django_db

INDEX = "/service-alerts/"
NOW = datetime(2026, 7, 14, 8, 0, tzinfo=UTC)
MINUTE = timedelta(minutes=1)
EVERYWHERE = ["/", "/your-health/", "/your-health/self-care/", "/contact-us/", INDEX]
OUTSIDE_THE_TREE = ["/search/", "/search/?q=flu", "/nothing-here/", "/%0d/"]


@pytest.fixture
def clock(monkeypatch):
    """Return what sets the time, which stands still. It begins at 9am in London."""

    def set_to(moment: datetime) -> None:
        monkeypatch.setattr("django.utils.timezone.now", lambda: moment)

    set_to(NOW)
    return set_to


@pytest.fixture
def index(site_home) -> AlertIndexPage:
    return AlertIndexPage.objects.get()


def soup(client: Client, address: str) -> BeautifulSoup:
    return BeautifulSoup(client.get(address).content, "html.parser")


def words(element) -> str:
    return " ".join(element.get_text(" ").split())


def banners(client: Client, address: str) -> list[str]:
    return [words(x) for x in soup(client, address).select(".site-alerts li")]


def shown(client: Client, address: str) -> list[str]:
    return [x.get_text() for x in soup(client, address).select(".site-alerts a")]


def page_at(address: str) -> Page:
    return Page.objects.get(url_path=f"/home{address}")


# --- Where --------------------------------------------------------------------------------------


def test_an_alert_for_the_whole_site_is_on_every_page(client, clock, index) -> None:
    builders.alert(title="Burst pipe", search_description="The clinic is closed.")

    for address in [*EVERYWHERE, *OUTSIDE_THE_TREE]:
        assert banners(client, address) == [
            "Information: Burst pipe . The clinic is closed.",
        ], address


def test_an_alert_for_a_part_is_on_its_page_and_those_below(client, clock, index) -> None:
    builders.alert(title="Burst pipe", part_of_site=page_at("/your-health/flu/"))
    having = ["/your-health/flu/", "/your-health/flu/winter-flu-vaccine/"]

    for address in having:
        assert shown(client, address) == ["Burst pipe"], address
    for address in [*EVERYWHERE, *OUTSIDE_THE_TREE]:
        assert shown(client, address) == [], address


def test_the_part_follows_when_the_tree_changes(client, clock, index) -> None:
    part = builders.section(title="Part")
    below = builders.content_page(part)
    builders.alert(title="Burst pipe", part_of_site=part)
    assert shown(client, below.url) == ["Burst pipe"]

    part.move(page_at("/contact-us/"), pos="last-child")
    assert shown(client, "/contact-us/part/") == ["Burst pipe"]
    assert shown(client, f"/contact-us/part/{below.slug}/") == ["Burst pipe"]
    assert shown(client, "/contact-us/") == []

    below.refresh_from_db()
    below.move(page_at("/about-us/"), pos="last-child")
    assert shown(client, f"/about-us/{below.slug}/") == []


def test_a_page_whose_path_begins_alike_is_another_one(client, clock, index) -> None:
    """The tree's paths have four characters for each level, so no path begins inside a level."""
    part, beside = builders.section(), builders.section()
    assert part.path[:-4] == beside.path[:-4]
    builders.alert(title="Burst pipe", part_of_site=part)

    assert shown(client, part.url) == ["Burst pipe"]
    assert shown(client, beside.url) == []


def test_an_alert_does_not_announce_itself_on_its_own_page(client, clock, index) -> None:
    own = builders.alert(title="Burst pipe")
    builders.alert(title="Snow", shown_from=NOW - MINUTE)

    assert shown(client, own.url) == ["Snow"]


def test_the_banner_is_a_named_region_without_heading_or_live_role(client, clock, index) -> None:
    alert = builders.alert(title="Burst pipe", level=AlertLevel.EMERGENCY)

    page = soup(client, "/")

    region = page.select_one(".site-alerts")
    assert region.name == "section"
    assert region["aria-label"] == "Alerts"
    assert region.find(["h1", "h2", "h3", "h4"]) is None
    assert page.select("[role=alert], [aria-live]") == []
    assert words(region).startswith("Emergency: Burst pipe")
    assert region.a["href"] == alert.url
    assert region.find_previous("header") is not None
    assert region.find_next("main") is not None


def test_without_alerts_there_is_no_region(client, site_home) -> None:
    assert soup(client, "/").select(".site-alerts") == []


def test_it_is_there_beside_the_notice_that_the_organisation_closed(client, clock, index) -> None:
    builders.alert(title="Burst pipe", level=AlertLevel.EMERGENCY)

    page = soup(client, "/")

    names = [section.get("aria-label") for section in page.find_all("section")]
    assert names.index("Alerts") < names.index("About this organisation")


# --- When ---------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("moment", "is_shown"),
    [
        (NOW - MINUTE, False),
        (NOW - timedelta(microseconds=1), False),
        (NOW, True),
        (NOW + 60 * MINUTE - timedelta(microseconds=1), True),
        (NOW + 60 * MINUTE, False),
        (datetime(9999, 12, 31, tzinfo=UTC), False),
    ],
)
def test_it_is_shown_from_its_first_minute_to_its_last(client, clock, index, moment, is_shown):
    alert = builders.alert(title="Burst pipe", shown_from=NOW, shown_until=NOW + 60 * MINUTE)

    clock(moment)

    assert bool(shown(client, "/")) is is_shown
    assert (alert.state == AlertState.CURRENT) is is_shown
    listed = AlertPage.objects.current_first().get()
    assert listed.state_now == alert.state


@pytest.mark.parametrize(
    ("until", "last_and_first_without"),
    [
        # The clocks go forward at 1am on 29 March 2026: 2am comes an hour after midnight.
        ("2026-03-29 02:30", [(0, 59), (1, 30)]),
        # They go back at 2am on 25 October 2026: 3am comes four hours after midnight.
        ("2026-10-25 03:00", [(2, 59), (3, 0)]),
    ],
)
def test_its_last_minute_is_one_of_london_when_the_clocks_change(
    cms, clock, index, until, last_and_first_without
) -> None:
    day = datetime.fromisoformat(until)
    begins = datetime(day.year, day.month, day.day - 1, 12, tzinfo=UTC)
    clock(begins)
    response = add(cms, index, shown_from=begins.strftime("%Y-%m-%d %H:%M"), shown_until=until)
    assert response.status_code == 302, response.context["form"].errors

    def shown_at(hour: int, minute: int) -> bool:
        clock(datetime(day.year, day.month, day.day, hour, minute, tzinfo=UTC))
        return bool(shown(Client(), "/"))

    assert [shown_at(*moment) for moment in last_and_first_without] == [True, False]


def test_an_alert_without_an_end_goes_on(client, clock, index) -> None:
    builders.alert(title="Burst pipe", shown_from=datetime(1970, 1, 1, tzinfo=UTC))

    clock(datetime(2999, 1, 1, tzinfo=UTC))

    assert shown(client, "/") == ["Burst pipe"]


def test_an_alert_that_the_public_may_not_see_is_not_shown(client, clock, index) -> None:
    builders.draft(builders.alert(title="Draft"))
    expires = builders.alert(title="Expired", expire_at=NOW + MINUTE)
    builders.alert(title="Embargoed", go_live_at=NOW + MINUTE)
    private = builders.alert(title="Private")
    PageViewRestriction.objects.create(page=private, restriction_type="login")
    assert shown(client, "/") == ["Expired"]

    clock(NOW + MINUTE)
    assert expires.live
    assert shown(client, "/") == []

    assert Schedule().publish_due() == 2
    assert shown(client, "/") == ["Embargoed"]


def test_publishing_shows_it_at_once_and_taking_it_back_hides_it(client, clock, index) -> None:
    assert shown(client, "/") == []
    alert = builders.alert(title="Burst pipe")
    assert shown(client, "/") == ["Burst pipe"]

    alert.unpublish()

    assert shown(client, "/") == []


def test_every_visitor_gets_the_same_page(client, clock, index, admin_client) -> None:
    builders.alert(title="Burst pipe")
    visitor = Client(headers={"Cookie": "cookie_consent=x; sessionid=y", "User-Agent": "other"})

    page = client.get("/")

    assert visitor.get("/").content == page.content == admin_client.get("/").content
    assert not page.cookies


# --- In which order -----------------------------------------------------------------------------


def test_the_most_urgent_comes_first_and_then_the_newest(client, clock, index) -> None:
    for title, level, minutes in (
        ("Flu clinics", AlertLevel.INFORMATION, 1),
        ("Old closure", AlertLevel.IMPORTANT, 50),
        ("New closure", AlertLevel.IMPORTANT, 2),
        ("Do not drink", AlertLevel.EMERGENCY, 90),
    ):
        builders.alert(title=title, level=level, shown_from=NOW - minutes * MINUTE)

    assert shown(client, "/") == ["Do not drink", "New closure", "Old closure", "Flu clinics"]
    assert [text.split(":")[0] for text in banners(client, "/")] == [
        "Emergency",
        "Important",
        "Important",
        "Information",
    ]


# --- Queries ------------------------------------------------------------------------------------


def test_it_costs_one_query_however_many_there_are_or_were(client, clock, index) -> None:
    def alert_queries() -> list[str]:
        with CaptureQueriesContext(connection) as queries:
            client.get("/your-health/self-care/")
        return [x["sql"] for x in queries if "pages_alertpage" in x["sql"]], len(queries)

    client.get("/your-health/self-care/")
    asked, before = alert_queries()
    assert len(asked) == 1

    for _ in range(3):
        builders.alert(shown_from=NOW - 9 * MINUTE, shown_until=NOW - MINUTE)
        builders.alert(part_of_site=page_at("/your-health/"))
    asked, after = alert_queries()

    assert len(asked) == 1
    assert after == before
    assert len(shown(client, "/your-health/self-care/")) == 3


# --- The page and the list ----------------------------------------------------------------------


def test_its_page_says_in_words_since_when_and_until_when(client, clock, index) -> None:
    alert = builders.alert(
        title="Burst pipe",
        shown_from=NOW,
        shown_until=NOW + timedelta(hours=8, minutes=30),
        part_of_site=page_at("/your-health/"),
    )

    def says() -> str:
        return words(soup(client, alert.url).main)

    assert "This alert began at 9am on 14 July 2026 and ends at 5.30pm on 14 July 2026." in says()
    assert "It is about this part of the website: Your Health" in says()
    clock(NOW - MINUTE)
    assert "This alert starts at 9am on 14 July 2026 and ends at 5.30pm on 14 July" in says()
    clock(NOW + timedelta(days=1))
    assert "This alert ended at 5.30pm on 14 July 2026. It began at 9am on 14 July" in says()


def test_its_page_says_that_no_end_is_known(client, clock, index) -> None:
    alert = builders.alert(shown_from=NOW)

    assert "It has no end date yet." in words(soup(client, alert.url).main)


def test_the_list_has_current_alerts_first_and_can_be_chosen_from(client, clock, index) -> None:
    long_ago = NOW - timedelta(days=99)
    builders.alert(title="Ended", shown_from=long_ago, shown_until=NOW, level="emergency")
    builders.alert(title="To come", shown_from=NOW + MINUTE)
    builders.alert(title="Current", shown_from=long_ago, level="important")
    builders.alert(title="Newer", shown_from=NOW)

    def titles(query: str = "") -> list[str]:
        found = soup(client, INDEX + query).select(".site-entries__entry h2 a")
        return [x.get_text() for x in found]

    assert titles() == ["Newer", "Current", "To come", "Ended"]
    assert titles("?state=current") == ["Newer", "Current"]
    assert titles("?state=ended") == ["Ended"]
    assert titles("?level=important") == ["Current"]
    assert titles("?state=ended&level=important") == []
    assert titles("?state=x&level=%00&page=-1") == titles()


def test_an_empty_list_is_honest(client, site_home) -> None:
    page = soup(client, INDEX)

    assert "None has been added to this site yet." in words(page.main)
    assert page.main.form is None


def test_the_list_is_not_in_the_menu(site_home) -> None:
    assert not AlertIndexPage.objects.get().show_in_menus


def test_the_list_can_be_followed(client, clock, index) -> None:
    builders.alert(title="Burst pipe")

    assert b"<title>Burst pipe</title>" in client.get(f"{INDEX}feed.atom").content


def test_search_finds_an_alert_by_its_level_too(clock, index) -> None:
    alert = builders.alert(title="Burst pipe", level=AlertLevel.EMERGENCY)

    (hit,) = search_pages("emergency burst pipe").hits[:1]

    assert hit.page.pk == alert.pk
    assert hit.passage.kind == "Alert"


# --- Editors ------------------------------------------------------------------------------------


@pytest.fixture
def cms(site_home) -> Client:
    user = User.objects.create_user("publisher", "publisher@example.org", "a-password")
    user.groups.add(Group.objects.get(name="Publishers"))
    signed_in = Client()
    signed_in.force_login(user)
    return signed_in


def facts_of(**facts) -> dict:
    data = {
        "title": "Burst pipe",
        "seo_title": "",
        "search_description": "The clinic is closed.",
        "level": "important",
        "shown_from": "2026-07-14 09:00",
        "shown_until": "",
        "part_of_site": "",
        "body": streamfield([]),
        "updated_on": "2026-07-01",
        "review_due_on": "",
        "content_owner": "",
        "content_status": "source",
        "corrections": streamfield([]),
        "slug": "burst-pipe",
        "also_known_as": "",
        "go_live_at": "",
        "expire_at": "",
        "action-publish": "x",
        **facts,
    }
    return nested_form_data(data)


def add(cms: Client, index: Page, **facts):
    address = reverse("wagtailadmin_pages:add", args=["pages", "alertpage", index.pk])
    return cms.post(address, facts_of(**facts))


def test_publishers_publish_an_alert_in_one_form(cms, clock, index) -> None:
    assert add(cms, index).status_code == 302

    assert banners(Client(), "/") == ["Important: Burst pipe . The clinic is closed."]


@pytest.mark.parametrize("until", ["2026-07-14 09:00", "2026-07-14 08:59", "1926-01-01 00:00"])
def test_an_end_that_is_not_after_the_beginning_is_refused(cms, clock, index, until) -> None:
    response = add(cms, index, shown_until=until)

    errors = response.context["form"].errors
    assert "has to be after the alert begins" in " ".join(errors["shown_until"])
    assert not AlertPage.objects.exists()


def test_an_alert_that_began_long_ago_stays_editable(cms, clock, index) -> None:
    add(cms, index)
    alert = AlertPage.objects.get()
    clock(NOW + timedelta(days=400))
    cms.force_login(User.objects.get(username="publisher"))

    response = cms.post(
        reverse("wagtailadmin_pages:edit", args=[alert.pk]),
        facts_of(title="Pipe mended", shown_until="2026-07-15 09:00"),
    )

    assert response.status_code == 302
    alert.refresh_from_db()
    assert alert.title == "Pipe mended"


def test_a_page_that_an_alert_is_about_cannot_be_deleted_unnoticed(
    admin_client, clock, index
) -> None:
    """Without its part the alert would be shown everywhere, or not at all."""
    part = builders.section(title="Part")
    below = builders.section(part)
    builders.alert(title="Burst pipe", part_of_site=below)
    back = reverse("wagtailadmin_explore", args=[part.get_parent().pk])
    many = reverse("wagtail_bulk_action", args=["wagtailcore", "page", "delete"])

    for address in (
        reverse("wagtailadmin_pages:delete", args=[below.pk]),
        reverse("wagtailadmin_pages:delete", args=[part.pk]),
        f"{many}?id={part.pk}&next={back}",
    ):
        response = admin_client.post(address, follow=True)
        assert "alerts for this part of the site: Burst pipe." in response.content.decode()
        assert Page.objects.filter(pk__in=[part.pk, below.pk]).count() == 2

    AlertPage.objects.get().delete()
    admin_client.post(reverse("wagtailadmin_pages:delete", args=[part.pk]))
    assert not Page.objects.filter(pk=part.pk).exists()


def test_an_alert_goes_with_the_part_that_it_stands_in(cms, clock, index) -> None:
    add(cms, index, part_of_site=index.pk)

    AlertIndexPage.objects.get().delete()

    assert not AlertPage.objects.exists()


def test_an_end_before_the_beginning_is_refused_wherever_it_comes_from(index) -> None:
    alert = AlertPage(title="X", slug="x", shown_from=NOW, shown_until=NOW - MINUTE)

    with pytest.raises(ValidationError, match="has to be after"):
        alert.clean()


# --- Samples ------------------------------------------------------------------------------------


def test_samples_are_seen_on_their_own_list_alone(client, clock, index) -> None:
    made = samples.add(index.get_parent().specific, 12, NOW.date())

    assert len(made) == 12
    assert all(page.title.startswith(LABEL) for page in made)
    assert {page.state for page in made} == set(AlertState)
    assert len(banners(client, INDEX)) == 3
    assert banners(client, "/") == []
    assert samples.add(index.get_parent().specific, 12, NOW.date()) == []
