"""Every page type: routable, renderable, editable, previewable, findable, rightly placed."""

import json

import pytest
from bs4 import BeautifulSoup
from django.apps import apps
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from wagtail.models import Page
from wagtail.rich_text import RichText

from pages.models import (
    AlertIndexPage,
    AlertPage,
    BasePage,
    CommitteePage,
    ConsultationIndexPage,
    ConsultationPage,
    ContentPage,
    HomePage,
    MeetingIndexPage,
    MeetingPage,
    NewsIndexPage,
    NewsPage,
    PaperPage,
    PeopleIndexPage,
    PersonPage,
    PublicationIndexPage,
    PublicationPage,
    SectionPage,
)
from pages.search import search_pages
from privacy.models import CookiesPage, PrivacyNoticePage
from tests import builders

pytestmark = pytest.mark.django_db

BUILDERS = {
    SectionPage: builders.section,
    ContentPage: builders.content_page,
    ConsultationIndexPage: builders.consultation_index,
    ConsultationPage: builders.consultation,
    NewsIndexPage: builders.news_index,
    NewsPage: builders.news_page,
    PublicationIndexPage: builders.publication_index,
    PublicationPage: builders.publication,
    CommitteePage: builders.committee,
    PeopleIndexPage: builders.people_index,
    PersonPage: builders.person,
    MeetingIndexPage: builders.meeting_index,
    MeetingPage: builders.meeting,
    PaperPage: builders.paper,
    AlertIndexPage: builders.alert_index,
    AlertPage: builders.alert,
    CookiesPage: builders.cookies_page,
    PrivacyNoticePage: builders.privacy_notice,
}
PARENTS = {
    HomePage: {Page},
    ConsultationIndexPage: {HomePage, SectionPage},
    ConsultationPage: {ConsultationIndexPage},
    SectionPage: {HomePage, SectionPage, PublicationIndexPage},
    ContentPage: {HomePage, SectionPage, PublicationIndexPage},
    NewsIndexPage: {HomePage, SectionPage},
    NewsPage: {NewsIndexPage},
    PublicationIndexPage: {HomePage, SectionPage, PublicationIndexPage},
    PublicationPage: {PublicationIndexPage},
    CommitteePage: {SectionPage},
    PeopleIndexPage: {HomePage, SectionPage},
    PersonPage: {PeopleIndexPage},
    MeetingIndexPage: {HomePage, SectionPage},
    MeetingPage: {MeetingIndexPage},
    PaperPage: {MeetingPage},
    AlertIndexPage: {HomePage},
    AlertPage: {AlertIndexPage},
    CookiesPage: {HomePage},
    PrivacyNoticePage: {HomePage, SectionPage},
}
# What a page type is to machines, beside the organisation and the place in the site.
# What else each type is to machines.
DATA = {
    MeetingPage: ["Event"],
    NewsPage: ["NewsArticle"],
    PersonPage: ["Person"],
    PublicationPage: ["Report"],
}
# Pages, and what stands around them: site, settings, menu. None grows with the tree.
MOST_QUERIES = {
    **dict.fromkeys(
        [
            "/",
            "/your-health/",
            "/your-health/self-care/",
            "/news/",
            "/hearing-from-you/previous-consultations/",
            "/hearing-from-you/previous-consultations/mental-health-rehabilitation/",
            "/publications/publication-scheme/policies-and-procedures/",
            "/about-us/governing-board/whos-who/",
            "/about-us/governing-board/meetings-and-past-papers/",
            "/cookies/",
            "/nothing-here/",
            "/contact-us/using-your-information/fair-processing-notice-privacy-notice/",
        ],
        8,
    ),
    "/search/?q=flu": 14,
    "/search/?q=xyzzy": 16,
    "/search/suggestions/?q=flu": 15,
}


def page_types() -> list[type[BasePage]]:
    return [model for model in apps.get_models() if issubclass(model, BasePage)]


@pytest.fixture(params=BUILDERS, ids=lambda model: model.__name__)
def new_page(request, site_home: HomePage) -> BasePage:
    return BUILDERS[request.param](title="Zebra crossings", slug="zebra-crossings")


def test_every_page_type_has_a_builder_and_a_place() -> None:
    assert set(page_types()) == {HomePage, *BUILDERS} == set(PARENTS)


@pytest.mark.parametrize("model", PARENTS, ids=lambda model: model.__name__)
def test_a_page_type_is_offered_only_where_it_may_be(model: type[BasePage]) -> None:
    assert set(model.allowed_parent_page_models()) == PARENTS[model]


def test_there_is_one_home_page(site_home: HomePage) -> None:
    assert not HomePage.can_create_at(Page.get_first_root_node())


def test_readers_can_read_it(client, new_page: BasePage) -> None:
    response = client.get(new_page.url)

    assert response.status_code == 200
    page = BeautifulSoup(response.content, "html.parser")
    assert page.h1.get_text(strip=True) == "Zebra crossings"
    assert page.find("link", rel="canonical")["href"].endswith(new_page.url)
    assert page.find("meta", attrs={"name": "description"})["content"] == new_page.summary
    assert page.find("meta", property="og:title")["content"] == "Zebra crossings"


def test_its_data_for_machines_can_be_read(client, new_page: BasePage) -> None:
    page = BeautifulSoup(client.get(new_page.url).content, "html.parser")

    blocks = [json.loads(block.string) for block in page.select('[type="application/ld+json"]')]

    assert all(block["@context"] == "https://schema.org" for block in blocks)
    around = ["GovernmentOrganization", "BreadcrumbList"]
    assert [block["@type"] for block in blocks] == around + DATA.get(type(new_page), [])
    steps = blocks[1]["itemListElement"]
    assert steps[0]["name"] == "Home"
    assert steps[-1]["item"].endswith(new_page.url)


def test_a_page_that_answers_questions_says_so_to_machines(client, site_home: HomePage) -> None:
    def asked(summary: str) -> tuple[str, dict]:
        return ("details", {"summary": summary, "text": RichText("<p>At 5pm.</p>")})

    def types(*summaries: str) -> list[str]:
        page = builders.content_page(body=[asked(summary) for summary in summaries])
        soup = BeautifulSoup(client.get(page.url).content, "html.parser")
        found = soup.select('[type="application/ld+json"]')
        return [json.loads(block.string)["@type"] for block in found]

    assert "FAQPage" in types("When does it close?", "How do I get there?", "A note")
    assert "FAQPage" not in types("When does it close?", "A note", "Another")


def test_what_is_typed_cannot_end_a_data_block(client, site_home: HomePage) -> None:
    page = builders.content_page(title="</script><script>alert(1)</script>", slug="x")

    html = client.get(page.url).content

    assert b"<script>alert" not in html


def test_editors_can_edit_it(admin_client, new_page: BasePage) -> None:
    response = admin_client.get(reverse("wagtailadmin_pages:edit", args=[new_page.pk]))

    assert response.status_code == 200
    assert b"Summary" in response.content


def test_editors_can_preview_it(rf, new_page: BasePage) -> None:
    response = new_page.make_preview_request(original_request=rf.get("/", HTTP_HOST="localhost"))

    assert response.status_code == 200
    assert b"noindex" in response.content


def test_search_finds_it(new_page: BasePage) -> None:
    assert new_page.pk in {hit.page.pk for hit in search_pages("zebra").hits}


def test_a_draft_is_nowhere(client, new_page: BasePage) -> None:
    address = new_page.url
    builders.draft(new_page)

    assert client.get(address).status_code == 404
    assert search_pages("zebra").hits == []
    assert b"zebra-crossings" not in client.get("/sitemap.xml").content


def test_a_page_past_its_review_says_so(client, site_home: HomePage) -> None:
    page = builders.content_page(review_due_on="2020-01-31")

    text = BeautifulSoup(client.get(page.url).content, "html.parser").main.get_text(" ")

    assert "due for review by 31 January 2020" in text


def test_a_link_to_a_page_that_is_gone_is_plain_text(client, site_home: HomePage) -> None:
    gone = builders.content_page(title="Gone")
    body = [("text", f'<p>See <a linktype="page" id="{gone.pk}">the page</a>.</p>')]
    page = builders.content_page(body=body)
    assert f'href="{gone.url}"' in client.get(page.url).content.decode()

    builders.draft(gone)

    html = client.get(page.url).content.decode()
    assert "the page" in html
    assert f'href="{gone.url}"' not in html


@pytest.mark.parametrize("kind", ["page", "document"])
@pytest.mark.parametrize("forged", ["²", "abc", "9" * 23, "-1", ""])
def test_a_forged_link_is_plain_text(client, site_home: HomePage, kind: str, forged: str) -> None:
    body = [("text", f'<p>See <a linktype="{kind}" id="{forged}">this</a>.</p>')]
    page = builders.content_page(body=body)

    assert "See <a>this</a>." in client.get(page.url).content.decode()


@pytest.mark.parametrize("address", MOST_QUERIES)
def test_queries_stay_within_their_budget(
    client, site_home: HomePage, django_assert_max_num_queries, address: str
) -> None:
    client.get(address)
    with django_assert_max_num_queries(MOST_QUERIES[address]):
        client.get(address)


def test_queries_do_not_grow_with_the_tree(
    client, site_home: HomePage, django_assert_num_queries
) -> None:
    client.get("/your-health/")  # what a process reads now and then is read
    with CaptureQueriesContext(connection) as before:
        client.get("/your-health/")
    for _ in range(5):
        builders.content_page(Page.objects.get(slug="your-health", depth=3))

    with django_assert_num_queries(len(before)):
        client.get("/your-health/")
