"""Publications: the text first, files with what a reader has to know, lists to choose from."""

import json
from contextlib import closing
from datetime import UTC, date, datetime, timedelta
from xml.etree import ElementTree as ET

import pytest
from bs4 import BeautifulSoup
from django.contrib.auth.models import Group, User
from django.core.exceptions import ValidationError
from django.core.files.base import ContentFile
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone
from wagtail.models import Page

from ccgsite.samples import publications as samples
from pages.models import (
    ContentPage,
    HomePage,
    PublicationIndexPage,
    PublicationKind,
    PublicationPage,
    SiteDocument,
    Topic,
)
from pages.search import search_pages
from tests import builders
from tests.documents import pdf

pytestmark = pytest.mark.django_db

ATOM = {"a": "http://www.w3.org/2005/Atom"}


@pytest.fixture
def index(site_home) -> PublicationIndexPage:
    return builders.publication_index(title="Policies", while_empty="<p>None yet.</p>")


def file_named(name: str, data: bytes = b"x", title: str = "Annex") -> SiteDocument:
    return SiteDocument.objects.create(title=title, file=ContentFile(data, name))


def main_of(client: Client, address: str) -> BeautifulSoup:
    response = client.get(address)
    assert response.status_code == 200
    return BeautifulSoup(response.content, "html.parser").main


def text_of(soup: BeautifulSoup) -> str:
    return " ".join(soup.get_text(" ").split())


def titles(client: Client, address: str) -> list[str]:
    return [x.get_text(strip=True) for x in main_of(client, address).select(".site-entries h3")]


# --- A publication ----------------------------------------------------------------------------


def test_it_says_what_it_is_and_gives_its_text_before_its_files(client, index) -> None:
    topic = Topic.objects.create(name="Winter", slug="winter")
    page = builders.publication(
        index,
        file_named("annex.csv", b"a,b\n"),
        title="Winter plan",
        kind="strategy",
        topic=topic,
        published_on=date(2021, 10, 4),
        body=[("text", "<p>We will be ready.</p>")],
    )

    text = text_of(main_of(client, page.url))

    assert "Strategy or plan, published 4 October 2021 , Winter" in text
    assert text.index("We will be ready.") < text.index("Annex (CSV, 4")
    assert "Ask for an accessible format" in text
    assert "all of it is in" not in text


def test_one_that_is_a_file_only_says_so_and_how_to_ask(client, index) -> None:
    page = builders.publication(index, file_named("a.pdf", pdf("x")), body=[])

    text = text_of(main_of(client, page.url))

    assert "not a web page yet: all of it is in the file below" in text
    assert "If you cannot read it, ask for another format" in text


def test_one_that_was_replaced_sends_readers_on(client, index) -> None:
    newer = builders.publication(index, title="Rules of 2022")
    page = builders.publication(index, replaced_by=newer)
    notice = "This publication has been replaced. Read Rules of 2022 instead."
    assert notice in text_of(main_of(client, page.url))

    builders.draft(newer)

    assert "has been replaced" not in text_of(main_of(client, page.url))


def test_one_cannot_be_replaced_by_itself(index) -> None:
    page = builders.publication(index)
    page.replaced_by = page

    with pytest.raises(ValidationError, match="Choose the newer one"):
        page.full_clean()


def test_a_file_in_another_language_says_so(client, index) -> None:
    page = builders.publication(index, file_named("a.txt"))
    page.files = [builders.PublicationFile(document=file_named("b.txt"), language="pl")]
    page.save_revision().publish()

    link = main_of(client, page.url).select_one("a[hreflang=pl]")

    assert link.span["lang"] == "pl"
    assert "Polish" in link.get_text()


def test_search_finds_its_text_its_files_type_and_topic(index) -> None:
    page = builders.publication(
        index,
        file_named("a.txt", title="Xylophones"),
        body=[("heading", {"text": "Zebras", "anchor": "zebras"}), ("text", "<p>Quaggas</p>")],
        kind="register",
        topic=Topic.objects.create(name="Okapis", slug="okapis"),
    )

    for words in ("xylophones", "zebras", "quaggas", "okapis"):
        assert [hit.page.pk for hit in search_pages(words).hits] == [page.pk], words
    assert search_pages("okapis register").hits[0].page.pk == page.pk
    [hit] = search_pages("quaggas").hits
    assert hit.url == f"{page.url}#zebras"
    assert hit.passage.kind == "Publication"


def data_of(client: Client, page: PublicationPage) -> dict:
    soup = BeautifulSoup(client.get(page.url).content, "html.parser")
    return json.loads(soup.select('[type="application/ld+json"]')[2].string)


def test_a_dataset_is_described_with_its_files(client, index) -> None:
    document = file_named("spend.csv", b"a,b\n", title="April")
    page = builders.publication(
        index, document, title="Spending", kind="dataset", published_on=date(2021, 5, 1)
    )

    data = data_of(client, page)

    assert data["@type"] == "Dataset"
    assert data["name"] == "Spending"
    assert data["datePublished"] == "2021-05-01"
    [download] = data["distribution"]
    assert download["@type"] == "DataDownload"
    assert download["contentUrl"].endswith(document.url)
    assert download["encodingFormat"] == "text/csv"
    assert not {"author", "creator", "contactPoint"} & data.keys()


@pytest.mark.parametrize(("kind", "called"), [("report", "Report"), ("policy", "DigitalDocument")])
def test_others_are_described_as_what_they_are(client, index, kind: str, called: str) -> None:
    data = data_of(client, builders.publication(index, file_named("a.pdf", pdf("x")), kind=kind))

    assert data["@type"] == called
    assert data["associatedMedia"][0]["encodingFormat"] == "application/pdf"


# --- The list ---------------------------------------------------------------------------------


def test_an_empty_list_says_why(client, index) -> None:
    main = main_of(client, index.url)

    assert "None yet." in text_of(main)
    assert not main.select("form")


def test_a_list_has_what_is_below_it_newest_first(client, index) -> None:
    nested = builders.publication_index(index, title="Old policies")
    builders.publication(index, title="Middle", published_on=date(2020, 5, 1))
    builders.publication(nested, title="Oldest", published_on=date(2019, 5, 1))
    builders.publication(index, title="Newest", published_on=date(2021, 5, 1))
    builders.publication(title="Elsewhere")
    builders.draft(builders.publication(index, title="Draft"))

    main = main_of(client, index.url)

    assert titles(client, index.url) == ["Newest", "Middle", "Oldest"]
    assert "None yet." not in text_of(main)
    assert [a.get_text() for a in main.select(".site-listed a")] == ["Old policies"]


def test_a_list_of_the_whole_section_has_those_beside_it_too(client, site_home) -> None:
    section = builders.section()
    everything = builders.publication_index(section, lists_section=True)
    builders.publication(builders.publication_index(section), title="Beside")
    builders.publication(everything, title="Below")
    builders.publication(title="Elsewhere")

    assert sorted(titles(client, everything.url)) == ["Below", "Beside"]


def test_readers_choose_by_type_topic_and_year(client, index) -> None:
    winter = Topic.objects.create(name="Winter", slug="winter")
    builders.publication(index, title="A", kind="policy", published_on=date(2020, 12, 31))
    builders.publication(index, title="B", kind="report", published_on=date(2021, 1, 1))
    builders.publication(
        index, title="C", kind="policy", topic=winter, published_on=date(2021, 2, 28)
    )

    assert titles(client, f"{index.url}?type=policy") == ["C", "A"]
    assert titles(client, f"{index.url}?year=2021") == ["C", "B"]
    assert titles(client, f"{index.url}?topic=winter") == ["C"]
    assert titles(client, f"{index.url}?type=policy&year=2020") == ["A"]
    assert titles(client, f"{index.url}?type=nonsense&year=x&page=99") == ["C", "B", "A"]
    text = text_of(main_of(client, f"{index.url}?type=policy&year=2021"))
    assert "1 publication for Policy or procedure, 2021" in text
    assert "Clear filters" in text


def test_the_pages_of_a_long_list_keep_what_was_chosen(client, index) -> None:
    for number in range(12):
        builders.publication(index, title=f"N{number}", kind="policy")
    builders.publication(index, title="Report")

    main = main_of(client, f"{index.url}?type=policy")

    assert main.select_one("a[rel=next]")["href"] == "?type=policy&page=2"
    assert len(titles(client, f"{index.url}?type=policy&page=2")) == 2


def test_a_list_costs_the_same_however_long_it_is(client, index, django_assert_num_queries) -> None:
    topic = Topic.objects.create(name="Winter", slug="winter")
    builders.publication(index, topic=topic)
    client.get(index.url)
    with CaptureQueriesContext(connection) as before:
        client.get(index.url)
    for _ in range(4):
        builders.publication(index, file_named("a.txt"), topic=topic)

    with django_assert_num_queries(len(before)):
        client.get(index.url)


def test_a_list_can_be_followed(client, index) -> None:
    builders.publication(index, title="First")
    builders.publication(index, title="Second")
    builders.content_page(index, title="No publication")

    root = ET.fromstring(client.get(f"{index.url}feed.atom").content)

    found = [x.text for x in root.findall("a:entry/a:title", ATOM)]
    assert found == ["Second", "First"]


def test_it_is_in_the_sitemap(client, index) -> None:
    page = builders.publication(index)

    assert f"{page.url}</loc>" in client.get("/sitemap.xml").content.decode()


# --- In the CMS -------------------------------------------------------------------------------


@pytest.fixture
def publisher(client) -> Client:
    user = User.objects.create_user("publisher", "p@example.org", "a-password-for-tests")
    user.groups.add(Group.objects.get(name="Publishers"))
    client.force_login(user)
    return client


def form(**facts) -> dict:
    """Return what the CMS's form posts for a publication with a text and no file."""
    files = facts.pop("files", [])
    posted = {
        "title": "Rules",
        "seo_title": "",
        "slug": "rules",
        "search_description": "What the rules are.",
        "kind": "policy",
        "published_on": timezone.localdate().isoformat(),
        "topic": "",
        "format_contact": "",
        "replaced_by": "",
        "updated_on": "2021-01-01",
        "content_status": "source",
        "corrections-count": "0",
        "body-count": "1",
        "body-0-deleted": "",
        "body-0-order": "0",
        "body-0-type": "text",
        "body-0-id": "",
        "body-0-value": json.dumps(
            {
                "blocks": [{"key": "a", "type": "unstyled", "text": "Do this.", "depth": 0}],
                "entityMap": {},
            }
        ),
        "files-TOTAL_FORMS": str(len(files)),
        "files-INITIAL_FORMS": "0",
        "files-MIN_NUM_FORMS": "0",
        "files-MAX_NUM_FORMS": "1000",
        "comments-TOTAL_FORMS": "0",
        "comments-INITIAL_FORMS": "0",
        "comments-MIN_NUM_FORMS": "0",
        "comments-MAX_NUM_FORMS": "1000",
        "action-publish": "publish",
    }
    for number, document in enumerate(files):
        row = {"document": document.pk, "title": "", "language": "en", "ORDER": number + 1}
        posted |= {f"files-{number}-{name}": value for name, value in row.items()}
        posted |= {f"files-{number}-id": "", f"files-{number}-DELETE": ""}
    return posted | facts


def post(client: Client, index: Page, posted: dict) -> str:
    address = reverse("wagtailadmin_pages:add", args=["pages", "publicationpage", index.pk])
    response = client.post(address, posted)
    return response.content.decode().replace("&#x27;", "'") if response.status_code == 200 else ""


def test_a_publisher_publishes_one(publisher, index) -> None:
    document = file_named("annex.txt")
    posted = form(files=[document], format_contact=builders.contact().pk)

    assert post(publisher, index, posted) == ""

    page = PublicationPage.objects.get(slug="rules")
    assert page.live
    assert Client().get(page.url).status_code == 200
    with closing(Client().get(document.url)) as response:
        assert response.status_code == 200


def test_one_without_text_and_files_is_refused(publisher, index) -> None:
    page = post(publisher, index, form(**{"body-count": "0"}))

    assert "Write the publication here, or add a file below." in page
    assert not PublicationPage.objects.exists()


def test_one_may_be_a_file_alone(publisher, index) -> None:
    posted = form(files=[file_named("annex.txt")], format_contact=builders.contact().pk)

    assert post(publisher, index, posted | {"body-count": "0"}) == ""
    assert PublicationPage.objects.get().live


def test_a_file_needs_somebody_to_ask_for_other_formats(publisher, index) -> None:
    page = post(publisher, index, form(files=[file_named("annex.txt")]))

    assert "Say who can be asked for another format" in page
    assert not PublicationPage.objects.exists()


@pytest.fixture
def just_before_midnight(monkeypatch) -> datetime:
    """Let it be 23:59 on the last day of March 2021 in London, where summer time has begun."""
    now = datetime(2021, 3, 31, 22, 59, tzinfo=UTC)
    monkeypatch.setattr("django.utils.timezone.now", lambda: now)
    return now


@pytest.mark.usefixtures("just_before_midnight")
@pytest.mark.parametrize(
    ("published_on", "go_live_at", "is_taken"),
    [
        ("2021-03-31", "", True),
        ("2021-04-01", "", False),
        ("2021-04-01", "2021-04-01 00:00", True),
        ("2021-04-02", "2021-04-01 23:59", False),
        ("2020-02-29", "", True),
        ("2021-02-29", "", False),
        ("9999-12-31", "", False),
    ],
)
def test_a_date_that_is_still_to_come_needs_a_schedule(
    publisher, index, published_on: str, go_live_at: str, is_taken: bool
) -> None:
    page = post(publisher, index, form(published_on=published_on, go_live_at=go_live_at))

    assert PublicationPage.objects.exists() == is_taken
    if published_on in {"2021-04-01", "2021-04-02", "9999-12-31"} and not is_taken:
        assert "This date is still to come." in page


def test_a_draft_may_be_unfinished(publisher, index) -> None:
    later = (timezone.localdate() + timedelta(days=9)).isoformat()
    posted = form(published_on=later, **{"body-count": "0"})
    del posted["action-publish"]

    assert post(publisher, index, posted) == ""
    assert not PublicationPage.objects.get().live


def test_two_editors_publish_in_the_same_list(publisher, index) -> None:
    first = form(slug="first")
    second = form(slug="second")
    for posted in (first, second, second):  # the last is a second press
        post(publisher, index, posted)

    assert sorted(PublicationPage.objects.values_list("slug", flat=True)) == ["first", "second"]


def test_the_report_lists_publications_that_are_files_only(publisher, index) -> None:
    builders.publication(index, file_named("a.txt"), title="File alone", body=[])
    builders.publication(index, file_named("b.txt"), title="With a text")
    builders.draft(builders.publication(index, file_named("c.txt"), title="Draft", body=[]))

    page = publisher.get(reverse("publications_files_only")).content.decode()

    assert "File alone" in page
    assert "With a text" not in page
    assert ">Draft<" not in page


# --- Starter content and samples --------------------------------------------------------------

STARTER = [
    "/publications/key-information/lists-and-registers/",
    "/publications/key-information/spending-over-25000/",
    "/publications/priorities-committee-statements/",
    "/publications/publication-scheme/policies-and-procedures/",
    "/publications/publication-scheme/what-our-priorities-are-and-how-we-are-doing/",
    "/publications/publication-scheme/what-we-spend-and-how-we-spend-it/",
]


@pytest.mark.parametrize("address", STARTER)
def test_the_starter_lists_say_that_nothing_has_been_moved_and_what_to_do(
    client, site_home, address: str
) -> None:
    text = text_of(main_of(client, address))

    assert "moved" in text or "were not part of the pages" in text
    assert "Freedom of Information" in text


def test_a_list_keeps_the_page_that_was_below_it(client, site_home) -> None:
    links = main_of(client, STARTER[2]).select(".site-listed a")

    assert [a.get_text() for a in links] == ["Area Prescribing Committee"]
    below = ContentPage.objects.get(slug="area-prescribing-committee")
    assert below.url == f"{STARTER[2]}area-prescribing-committee/"


def test_samples_say_that_they_are_samples_and_come_once(client, site_home) -> None:
    home, today = HomePage.objects.get(), date(2026, 2, 28)
    pages = samples.add(home, 12, today)
    again = samples.add(home, 12, today)

    assert len(pages) == 12
    assert again == []
    assert {page.kind for page in pages} == set(PublicationKind.values)
    assert max(page.published_on for page in pages) == today
    for page in pages:
        text = text_of(main_of(client, page.url))
        assert page.title.startswith("Sample entry: ")
        assert "Sample entry" in text
    [with_two_versions] = SiteDocument.objects.exclude(replaced_at=None)
    with closing(client.get(with_two_versions.earlier_files.get().url)) as response:
        assert response.status_code == 200


def test_there_are_no_samples_without_a_list(site_home) -> None:
    PublicationIndexPage.objects.filter(depth__gt=0).delete()

    assert samples.add(HomePage.objects.get(), 3, date(2026, 1, 1)) == []
