"""News: lists of the whole site, media releases with their contact, featured, old, embargoed."""

import json
from datetime import UTC, date, datetime, timedelta
from xml.etree import ElementTree as ET

import pytest
from bs4 import BeautifulSoup
from django.contrib.auth.models import Group, User
from django.core.exceptions import ValidationError
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from wagtail.models import Page
from wagtail.test.utils.form_data import nested_form_data, rich_text, streamfield

from ccgsite.samples import news as samples
from ccgsite.samples.labels import LABEL
from ccgsite.scheduling import Schedule
from pages.models import Listed, NewsIndexPage, NewsKind, NewsPage, SiteSettings
from pages.search import search_pages, suggest
from tests import builders
from tests.canaries import canary, document, offering, text
from tests.pages.test_feeds import ATOM

pytestmark = pytest.mark.django_db

RELEASES = "/contact-us/media-enquiries/media-releases/"
NOW = datetime(2026, 7, 14, 8, 0, tzinfo=UTC)
TODAY = NOW.date()


@pytest.fixture
def clock(monkeypatch):
    """Return what sets the time, which stands still. It begins at 9am in London."""

    def set_to(moment: datetime) -> None:
        monkeypatch.setattr("django.utils.timezone.now", lambda: moment)

    set_to(NOW)
    return set_to


@pytest.fixture
def releases(site_home) -> NewsIndexPage:
    return NewsIndexPage.objects.get(slug="media-releases")


@pytest.fixture
def news(site_home) -> NewsIndexPage:
    return NewsIndexPage.objects.get(slug="news")


def release(parent: Page | None = None, **facts) -> NewsPage:
    return builders.news_page(parent, **{"kind": NewsKind.RELEASE, **facts})


def soup(client: Client, address: str) -> BeautifulSoup:
    response = client.get(address)
    assert response.status_code == 200, address
    return BeautifulSoup(response.content, "html.parser")


def words(element) -> str:
    return " ".join(element.get_text(" ").split())


def listed(client: Client, address: str) -> list[str]:
    return [x.get_text() for x in soup(client, address).select(".site-entries__entry h2 a")]


def settings(**facts) -> SiteSettings:
    organisation = SiteSettings.objects.get()
    for name, fact in facts.items():
        setattr(organisation, name, fact)
    organisation.full_clean()
    organisation.save()
    return organisation


# --- Lists --------------------------------------------------------------------------------------


def test_an_index_lists_what_it_is_for_wherever_that_is(client, news, releases) -> None:
    elsewhere = builders.news_index()
    builders.news_page(elsewhere, title="A story", published_on="2026-05-01")
    release(elsewhere, title="Release elsewhere", published_on="2026-05-02")
    release(releases, title="Release here", published_on="2026-05-03")

    assert listed(client, "/news/") == ["Release here", "Release elsewhere", "A story"]
    assert listed(client, RELEASES) == ["Release here", "Release elsewhere"]

    news.lists = Listed.NEWS
    news.save_revision().publish()
    assert listed(client, "/news/") == ["A story"]


def test_an_empty_list_says_why_and_where_to_look(client, site_home) -> None:
    page = soup(client, RELEASES)

    assert "No media releases have been added to this site yet." in words(page.main)
    assert page.main.form is None
    assert "There is no news on this site yet." in words(soup(client, "/news/").main)


def test_readers_choose_by_year_topic_and_type(client, news) -> None:
    winter = builders.topic(name="Winter health")
    builders.news_page(news, title="Old", published_on="2024-12-31")
    builders.news_page(news, title="New", published_on="2025-01-01", topic=winter)
    release(news, title="Told", published_on="2025-06-01", topic=winter)

    assert listed(client, "/news/?year=2025") == ["Told", "New"]
    assert listed(client, "/news/?year=2024") == ["Old"]
    assert listed(client, "/news/?topic=winter-health&kind=news") == ["New"]
    assert listed(client, "/news/?kind=media-release") == ["Told"]
    assert listed(client, "/news/?kind=nonsense&year=&topic=%00&page=zz") == ["Told", "New", "Old"]

    page = soup(client, "/news/?year=2024&topic=winter-health")
    assert "No news items for 2024, Winter health" in words(page.find(role="status"))
    assert page.find("a", string="Clear filters")["href"] == "./"


def test_a_list_of_one_type_has_no_choice_of_types(client, releases) -> None:
    release(published_on="2025-06-01")
    release(published_on="2024-06-01")

    page = soup(client, RELEASES)

    assert [x["name"] for x in page.main.find_all("select")] == ["year"]
    assert words(page.find(role="status")) == "2 media releases"


def test_a_media_release_is_marked_as_one(client, news) -> None:
    page = release(news, title="Told", topic=builders.topic(name="Flu"))

    assert "Media release" in words(soup(client, "/news/").select_one(".site-entries__entry"))
    assert "Media release" in words(soup(client, "/").select_one(".site-entries__entry"))
    text_of_page = words(soup(client, page.url).article)
    assert "Media release Published:" in text_of_page
    assert "Topic: Flu" in text_of_page
    (hit,) = search_pages("told").hits
    assert hit.passage.kind == "Media release"


def test_search_can_be_narrowed_to_media_releases(client, news) -> None:
    release(news, title="Zebra told")
    builders.news_page(news, title="Zebra seen")

    page = soup(client, "/search/?q=zebra&type=media-release")

    assert "Zebra told" in words(page.main)
    assert "Zebra seen" not in words(page.main)


def test_queries_do_not_grow_with_the_news(client, news, django_assert_num_queries) -> None:
    builders.news_page(news, topic=builders.topic())
    for address in ("/news/", "/"):
        client.get(address)
        with CaptureQueriesContext(connection) as before:
            client.get(address)
        for _ in range(4):
            release(news, topic=builders.topic())

        with django_assert_num_queries(len(before)):
            client.get(address)


# --- The media's contact --------------------------------------------------------------------------


def test_a_release_shows_its_own_contact_or_the_organisations(client, news) -> None:
    ours = SiteSettings.objects.get().media_contact
    contact = builders.contact(name="Winter press desk", email="winter@example.org")

    with_own = words(soup(client, release(news, media_contact=contact).url).article)
    without = words(soup(client, release(news).url).article)
    story = words(soup(client, builders.news_page(news).url).article)

    assert "Contact for the media Winter press desk" in with_own
    assert f"Contact for the media {ours.name}" in without
    assert "Contact for the media" not in story


def test_a_release_shows_no_contact_where_there_is_none(client, news) -> None:
    settings(media_contact=None)

    assert "Contact for the media" not in words(soup(client, release(news).url).article)


def test_search_follows_the_contact_and_the_topic_of_news(news) -> None:
    desk, subject = canary(), canary()
    contact = builders.contact(name="Press desk", who=desk)
    topic = builders.topic(name=f"About {subject}")
    page = release(news, media_contact=contact, topic=topic)
    assert [hit.page.pk for hit in search_pages(desk).hits] == [page.pk]
    assert [hit.page.pk for hit in search_pages(subject).hits] == [page.pk]

    other = canary()
    topic.name = f"About {other}"
    topic.save()

    assert [hit.page.pk for hit in search_pages(other).hits] == [page.pk]
    assert search_pages(subject).hits == []


# --- Home page, feed, machines ------------------------------------------------------------------


def test_the_home_page_shows_what_is_featured_before_the_newest(client, news) -> None:
    for day in (1, 2, 3):
        builders.news_page(news, title=f"Story {day}", published_on=f"2026-05-0{day}")
    builders.news_page(news, title="Kept on top", published_on="2020-01-01", is_featured=True)

    shown = [x.get_text() for x in soup(client, "/").select(".site-entries__entry h3 a")]

    assert shown == ["Kept on top", "Story 3", "Story 2"]


def test_each_index_has_a_feed_of_what_it_lists(client, news, releases) -> None:
    builders.news_page(news, title="A story")
    release(news, title="A release")

    def titles(address: str) -> list[str]:
        root = ET.fromstring(client.get(f"{address}feed.atom").content)
        return [title.text for title in root.findall("a:entry/a:title", ATOM)]

    assert titles("/news/") == ["Media release: A release", "A story"]
    assert titles(RELEASES) == ["A release"]


def test_a_correction_of_old_news_does_not_push_new_news_out_of_the_feed(client, news) -> None:
    first = builders.news_page(news, title="First")
    builders.news_page(news, title="Second")
    first.save_revision().publish()

    feed = client.get("/news/feed.atom").content.decode()

    assert feed.index("<title>Second") < feed.index("<title>First")


def test_machines_learn_what_the_article_is_and_of_no_author(client, news) -> None:
    page = builders.news_page(news, title="A story", published_on="2026-03-02")

    blocks = [
        json.loads(x.string) for x in soup(client, page.url).select('[type="application/ld+json"]')
    ]

    article = next(x for x in blocks if x["@type"] == "NewsArticle")
    organisation = next(x for x in blocks if x["@type"] == "GovernmentOrganization")
    assert article["headline"] == "A story"
    assert article["datePublished"] == "2026-03-02"
    assert datetime.fromisoformat(article["dateModified"]) == page.last_published_at
    assert article["publisher"] == {"@id": organisation["@id"]}
    assert "author" not in article


# --- Old news -----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("today", "is_old"),
    [
        (datetime(2028, 2, 28, 12, tzinfo=UTC), False),
        # Midnight in London is 11pm in summer, by the clocks of computers.
        (datetime(2028, 7, 1, 22, 59, tzinfo=UTC), False),
        (datetime(2028, 7, 1, 23, 0, tzinfo=UTC), True),
    ],
)
def test_news_says_that_it_is_old_from_the_day_it_is(client, clock, news, today, is_old) -> None:
    page = builders.news_page(news, published_on=date(2026, 7, 1))
    clock(today)

    on_the_page = "published more than 2 years ago" in words(soup(client, page.url).article)
    in_the_list = "More than 2 years old" in words(soup(client, "/news/").main)

    assert (on_the_page, in_the_list) == (is_old, is_old)


def test_the_age_is_a_setting_and_empty_means_never(client, clock, news) -> None:
    page = builders.news_page(news, published_on=date(1999, 1, 1))
    settings(old_after_months=18)
    assert "published more than 18 months ago" in words(soup(client, page.url).article)

    settings(old_after_months=None)

    assert "more than" not in words(soup(client, page.url).article)


@pytest.mark.parametrize("months", [0, 1201])
def test_an_age_that_makes_no_sense_is_refused(site_home, months: int) -> None:
    with pytest.raises(ValidationError):
        settings(old_after_months=months)


def test_old_news_ranks_lower(clock, news) -> None:
    for title, day in (("first", "2024-07-01"), ("second", "2024-08-01")):
        builders.news_page(news, title=f"Zebra {title}", published_on=day)

    def scores() -> dict[str, int]:
        return {hit.title: n for n, hit in enumerate(search_pages("zebra").hits)}

    assert list(scores()) == ["Zebra second", "Zebra first"]
    advice = builders.content_page(news.get_parent(), title="Zebra third")
    assert next(iter(scores())) == advice.title


def test_the_set_age_counts_in_search_without_a_query_for_each_result(
    clock, news, django_assert_num_queries
) -> None:
    body = text("About a zebra.", *["Other words."] * 3)
    weaker = builders.news_page(news, title="News", body=body, published_on="2024-08-01")
    old = builders.news_page(news, title="Zoo", body=body, published_on="2024-07-01")
    settings(old_after_months=None)
    search_pages("zebra")  # what a process reads now and then is read
    with CaptureQueriesContext(connection) as before:
        unaged = [hit.page.pk for hit in search_pages("zebra").hits]
    assert set(unaged) == {weaker.pk, old.pk}

    settings(old_after_months=24)
    with django_assert_num_queries(len(before)):
        aged = [hit.page.pk for hit in search_pages("zebra").hits]

    assert aged == [weaker.pk, old.pk]


# --- Embargo ------------------------------------------------------------------------------------


def test_nothing_of_an_embargoed_release_is_anywhere_before_its_minute(
    client, clock, releases
) -> None:
    word, said = canary(), canary()
    paper = document(f"Paper {canary()}", said)
    now = datetime(2031, 7, 14, 8, 0, tzinfo=UTC)  # newer than the starter pages, for feeds
    clock(now)
    goes_live = now + timedelta(minutes=30)
    page = release(
        releases,
        title=f"About {word}",
        slug=word,
        body=offering(paper),
        go_live_at=goes_live,
        published_on=now.date(),
        is_featured=True,
    )
    assert not page.live
    address = f"{RELEASES}{word}/"
    places = [
        "/",
        "/news/",
        RELEASES,
        "/feed.atom",
        "/news/feed.atom",
        f"{RELEASES}feed.atom",
        "/contact-us/media-enquiries/feed.atom",
        "/sitemap.xml",
        f"/search/suggestions/?q={word}",
    ]

    def seen() -> set[str]:
        return {x for x in places if f"{word}/".encode() in client.get(x).content}

    def found() -> set[str]:
        searched = {x for x in (word, said) if search_pages(x).hits}
        return searched | ({"suggested"} if suggest(word) else set())

    for moment in (now, goes_live - timedelta(microseconds=1)):
        clock(moment)
        Schedule().publish_due()
        assert client.get(address).status_code == 404
        assert seen() == set()
        assert found() == set()

    clock(goes_live)
    assert Schedule().publish_due() == 1

    assert client.get(address).status_code == 200
    assert seen() == set(places)
    assert found() == {word, said, "suggested"}


def test_an_embargoed_change_of_a_live_page_waits_too(client, clock, news) -> None:
    before, after = canary(), canary()
    page = builders.news_page(news, body=text(before))
    page.body = text(after)
    page.go_live_at = NOW + timedelta(minutes=1)
    page.save_revision().publish()

    html = client.get(page.url).content.decode()
    assert before in html
    assert after not in html
    assert search_pages(after).hits == []

    clock(NOW + timedelta(minutes=1))
    Schedule().publish_due()
    assert after in client.get(page.url).content.decode()
    assert search_pages(before).hits == []


# --- Editors ------------------------------------------------------------------------------------


@pytest.fixture
def cms(client, site_home) -> Client:
    user = User.objects.create_user("publisher", "publisher@example.org", "a-password")
    user.groups.add(Group.objects.get(name="Publishers"))
    client.force_login(user)
    return client


def add(cms: Client, parent: Page, *, publish: bool = True, **facts):
    """Send the form for a new page; the answer is a page only if it was refused."""
    data = {
        "title": "A story",
        "seo_title": "",
        "search_description": "About it.",
        "kind": "news",
        "published_on": TODAY.isoformat(),
        "topic": "",
        "media_contact": "",
        "body": streamfield([("text", rich_text("<p>Some text.</p>"))]),
        "updated_on": "2026-07-01",
        "review_due_on": "",
        "content_owner": "",
        "content_status": "source",
        "corrections": streamfield([]),
        "slug": "a-story",
        "also_known_as": "",
        "go_live_at": "",
        "expire_at": "",
        **facts,
    }
    data |= {"action-publish": "x"} if publish else {}
    return cms.post(
        reverse("wagtailadmin_pages:add", args=["pages", "newspage", parent.pk]),
        nested_form_data(data),
    )


def errors(response) -> dict[str, str]:
    assert response.status_code == 200
    return {name: " ".join(found) for name, found in response.context["form"].errors.items()}


def test_publishers_publish_news(cms, clock, news) -> None:
    assert add(cms, news).status_code == 302

    assert listed(Client(), "/news/") == ["A story"]


def test_news_cannot_be_of_a_day_after_it_goes_live(cms, clock, news) -> None:
    tomorrow = (TODAY + timedelta(days=1)).isoformat()

    refused = errors(add(cms, news, published_on=tomorrow))

    assert "cannot be after the day it goes live, which is 14 July 2026" in refused["published_on"]
    assert not NewsPage.objects.exists()

    later = f"{tomorrow} 09:00"
    assert add(cms, news, published_on=tomorrow, go_live_at=later).status_code == 302
    assert not NewsPage.objects.get().live


def test_the_day_it_goes_live_is_one_of_london(cms, clock, news) -> None:
    clock(datetime(2026, 7, 14, 23, 30, tzinfo=UTC))  # half past midnight of the 15th

    assert add(cms, news, published_on="2026-07-15").status_code == 302


def test_a_draft_may_be_of_any_day(cms, clock, news) -> None:
    assert add(cms, news, publish=False, published_on="2031-01-01").status_code == 302


def test_a_list_of_releases_takes_releases_alone(cms, clock, releases) -> None:
    address = reverse("wagtailadmin_pages:add", args=["pages", "newspage", releases.pk])
    assert cms.get(address).context["form"]["kind"].value() == NewsKind.RELEASE

    refused = errors(add(cms, releases))

    assert "lists “Media release” alone" in refused["kind"]
    assert add(cms, releases, kind="media-release").status_code == 302


def test_a_release_needs_somebody_whom_the_media_can_ask(cms, clock, news) -> None:
    settings(media_contact=None)

    refused = errors(add(cms, news, kind="media-release"))

    assert "Say whom the media can ask" in refused["media_contact"]
    contact = builders.contact()
    assert add(cms, news, kind="media-release", media_contact=contact.pk).status_code == 302


def test_news_has_no_contact_that_nobody_would_see(cms, clock, news) -> None:
    refused = errors(add(cms, news, media_contact=builders.contact().pk))

    assert "Only a media release shows this contact" in refused["media_contact"]


def test_a_second_submit_of_the_same_form_says_that_the_address_is_taken(cms, clock, news) -> None:
    add(cms, news)

    refused = errors(add(cms, news))

    assert "slug" in refused
    assert NewsPage.objects.count() == 1


# --- Samples ------------------------------------------------------------------------------------


def test_samples_say_that_they_are_samples_and_come_once(client, site_home) -> None:
    made = samples.add(site_home, 24, TODAY)

    assert len(made) == 24
    assert all(page.title.startswith(LABEL) for page in made)
    assert {page.kind for page in made} == set(NewsKind.values)
    assert len({page.published_on.year for page in made}) > 3
    assert max(page.published_on for page in made) <= TODAY
    assert samples.add(site_home, 24, TODAY) == []
    assert "1 to 10 of 24" in words(soup(client, "/news/").find(role="status"))
