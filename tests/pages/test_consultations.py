"""Consultations as readers meet them: lists by state, each page, search and feeds."""

import json
from datetime import date, datetime, timedelta
from xml.etree import ElementTree as ET
from zoneinfo import ZoneInfo

import pytest
from bs4 import BeautifulSoup
from django.core.files.base import ContentFile
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from wagtail.models import Page
from wagtail.rich_text import RichText

from ccgsite.samples import consultations as samples
from pages.consultation_states import State
from pages.models import (
    ConsultationFile,
    ConsultationIndexPage,
    ConsultationPage,
    OutcomeRow,
    SiteDocument,
    Topic,
)
from pages.search import search_pages
from tests import builders

pytestmark = pytest.mark.django_db

ATOM = {"a": "http://www.w3.org/2005/Atom"}
CURRENT = "/hearing-from-you/current-consultations/"
PREVIOUS = "/hearing-from-you/previous-consultations/"
ANSWERED = "/hearing-from-you/you-said-we-did/"
LISTS = (CURRENT, PREVIOUS, ANSWERED)


def at(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=ZoneInfo("Europe/London"))


@pytest.fixture
def clock(monkeypatch):
    """Return what sets the clock to a moment in London."""
    return lambda text: monkeypatch.setattr(timezone, "now", lambda: at(text))


@pytest.fixture
def consultation(site_home, clock) -> ConsultationPage:
    """Return one that is open from 9am on 1 March to 5pm on 3 March 2027; it is 2 March."""
    clock("2027-02-01T09:00")
    page = builders.consultation(
        title="Evening opening",
        opens_at=at("2027-03-01T09:00"),
        closes_at=at("2027-03-03T17:00"),
        answer_due_on=date(2027, 6, 1),
        ways=[
            builders.way(kind="online", name="Answer the survey", url="https://example.org/s"),
            builders.way(kind="email", email="say@example.org"),
            builders.way(kind="post", address="1 Example Road\nExampletown"),
            builders.way(kind="phone", phone="01632 960 001"),
            builders.way(
                kind="event",
                name="Open evening",
                address="Example Hall",
                starts_at=at("2027-03-02T18:00"),
                ends_at=at("2027-03-02T19:30"),
                url="https://example.org/book",
            ),
        ],
    )
    clock("2027-03-02T09:00")
    return page


def answer(page: ConsultationPage, clock, now: str = "2027-05-01T10:00", **facts) -> None:
    clock(now)
    page.refresh_from_db()
    page.answered_on = at(now).date()
    page.outcome = [
        ("heading", {"text": "Documents", "anchor": "documents"}),
        ("text", RichText("<p>We decided to open later.</p>")),
    ]
    page.outcome_rows = [
        OutcomeRow(you_said="Open until 8pm.", we_did="We open until 8pm."),
        OutcomeRow(you_said="Open on Sundays.", why_not="Nobody can staff it."),
    ]
    for name, value in facts.items():
        setattr(page, name, value)
    page.full_clean()
    page.save_revision().publish()


def soup(client, address: str) -> BeautifulSoup:
    response = client.get(address)
    assert response.status_code == 200
    assert not response.cookies
    return BeautifulSoup(response.content, "html.parser")


def words(client, address: str) -> str:
    return " ".join(soup(client, address).main.get_text(" ").split())


def listed(client, address: str) -> list[str]:
    return [link.get_text(strip=True) for link in soup(client, address).select(".site-entries a")]


# --- Lists --------------------------------------------------------------------------------------


def test_a_consultation_moves_from_list_to_list_and_keeps_its_address(
    client, consultation, clock
) -> None:
    def lists_with_it() -> list[str]:
        assert client.get(consultation.url).status_code == 200
        return [name for name in LISTS if "Evening opening" in listed(client, name)]

    for now, expected in (
        ("2027-02-01T09:00", [CURRENT]),
        ("2027-03-01T09:00", [CURRENT]),
        ("2027-03-03T17:00:59", [CURRENT]),
        ("2027-03-03T17:01", [PREVIOUS]),
        ("2099-01-01T00:00", [PREVIOUS]),
    ):
        clock(now)
        assert lists_with_it() == expected, now
    answer(consultation, clock)
    assert lists_with_it() == [PREVIOUS, ANSWERED]


def test_a_list_says_of_each_what_its_page_says(client, consultation, clock) -> None:
    for now in ("2027-02-01T09:00", "2027-03-02T09:00", "2027-03-03T17:01", "2027-07-01T09:00"):
        clock(now)
        status = ConsultationPage.objects.get(pk=consultation.pk).status
        (address,) = [x for x in LISTS[:2] if "Evening opening" in listed(client, x)]
        assert status.sentence in words(client, address)
        assert status.sentence in words(client, consultation.url)
        tags = {tag.get_text(strip=True) for tag in soup(client, address).select(".nhsuk-tag")}
        assert status.label in tags


def test_a_list_of_all_has_them_in_the_order_in_which_they_matter(client, site_home) -> None:
    everything = builders.consultation_index(lists="all")
    now = timezone.now().replace(second=0, microsecond=0)

    def of(title: str, opens: int, closes: int) -> None:
        builders.consultation(
            title=title,
            opens_at=now + timedelta(days=opens),
            closes_at=now + timedelta(days=closes),
        )

    of("Closed long ago", -90, -60)
    of("Closed lately", -30, -3)
    of("Opens late", 20, 30)
    of("Opens soon", 5, 40)
    of("Closes late", -2, 20)
    of("Closes soon", -1, 2)

    shown = listed(client, everything.url)

    assert shown[:6] == [
        "Closes soon",
        "Closes late",
        "Opens soon",
        "Opens late",
        "Closed lately",
        "Closed long ago",
    ]
    assert shown[6] == "Helping shape IVF services (2014)"


def test_empty_lists_say_so_and_say_what_to_do(client, site_home) -> None:
    assert "No consultation is open now, and none is planned." in words(client, CURRENT)
    assert "You cannot respond to a CCG consultation now." in words(client, CURRENT)
    assert "No answers have been published yet." in words(client, ANSWERED)
    assert not soup(client, CURRENT).select("form.site-choose")


def test_the_former_sites_work_is_listed_as_closed_without_dates(client, site_home) -> None:
    titles = listed(client, PREVIOUS)

    assert len(titles) == 8
    assert titles[0] == "Helping shape IVF services (2014)"
    assert "Getting end of life care right" in titles
    page = words(client, f"{CURRENT}getting-end-of-life-care-right/")
    assert "Listed as current on the former website." in page
    assert "Closed We do not know its dates." in page
    assert "The papers have not been added to this site yet" in page
    assert "We do not have the outcome" in page
    ivf = words(client, f"{PREVIOUS}helping-shape-ivf-services/")
    assert "Closed This was in 2014." in ivf
    for name in ("Opens", "Opened", "Closes"):
        assert f"{name} " not in ivf


def test_readers_choose_by_state_year_and_topic(client, site_home) -> None:
    winter = Topic.objects.create(name="Winter", slug="winter")
    builders.consultation(
        title="Old", opens_at=at("2020-12-01T09:00"), closes_at=at("2021-01-10T09:00"), topic=winter
    )

    assert listed(client, f"{PREVIOUS}?year=2021") == ["Old"]
    assert listed(client, f"{PREVIOUS}?year=2014") == ["Helping shape IVF services (2014)"]
    assert listed(client, f"{PREVIOUS}?state=waiting") == ["Old"]
    assert listed(client, f"{PREVIOUS}?topic=winter") == ["Old"]
    assert "1 consultation for 2021" in words(client, f"{PREVIOUS}?year=2021")
    assert len(listed(client, f"{PREVIOUS}?state=nonsense&year=%00&topic=x&page=-1")) == 9
    assert listed(client, f"{PREVIOUS}?state=closed&year=2021") == []
    assert "No consultations for Closed, 2021" in words(
        client, f"{PREVIOUS}?state=closed&year=2021"
    )


def test_a_list_shows_nothing_that_is_not_public(client, site_home) -> None:
    builders.draft(builders.consultation(title="Draft"))
    gone = builders.consultation(title="Expired")
    Page.objects.filter(pk=gone.pk).update(expire_at=timezone.now() - timedelta(seconds=1))

    assert listed(client, CURRENT) == []


def test_queries_do_not_grow_with_the_list(client, site_home) -> None:
    def queries(address: str) -> int:
        client.get(address)
        with CaptureQueriesContext(connection) as asked:
            client.get(address)
        return len(asked)

    samples.add(site_home, 4, timezone.localdate())
    some = {address: queries(address) for address in (CURRENT, PREVIOUS, f"{PREVIOUS}feed.atom")}
    samples.add(site_home, 12, timezone.localdate())

    assert {address: queries(address) for address in some} == some
    assert max(some.values()) <= 18


# --- One page -----------------------------------------------------------------------------------


CLOSED_AT = "Closed at 5pm on 3 March 2027."
PROMISED = f"{CLOSED_AT} We said that we would answer by 1 June 2027."
SENTENCES = {
    "2027-02-01T09:00": (State.UPCOMING, "Opens at 9am on 1 March 2027."),
    "2027-03-01T09:00": (State.OPEN, "Open until 5pm on 3 March 2027 (2 days left)."),
    "2027-03-02T23:59": (State.OPEN, "Open until 5pm on 3 March 2027 (1 day left)."),
    "2027-03-03T17:00": (State.OPEN, "Open until 5pm on 3 March 2027 (closes today)."),
    "2027-06-01T23:59": (
        State.WAITING,
        f"{CLOSED_AT} We will say by 1 June 2027 what we decided.",
    ),
    "2027-06-02T00:00": (State.WAITING, f"{PROMISED} The answer is 1 day late."),
    "2030-06-01T12:00": (State.WAITING, f"{PROMISED} The answer is 1,096 days late."),
}


@pytest.mark.parametrize("now", SENTENCES)
def test_it_says_where_it_stands(client, consultation, clock, now: str) -> None:
    clock(now)
    state, sentence = SENTENCES[now]

    page = soup(client, consultation.url)

    assert page.select_one("main .nhsuk-tag").get_text(strip=True) == state.label
    assert sentence in " ".join(page.main.get_text(" ").split())


def test_the_ways_to_take_part_are_links_only_while_it_is_open(client, consultation, clock) -> None:
    links = {"https://example.org/s", "mailto:say@example.org", "tel:01632960001"}

    def found() -> set[str]:
        return {a["href"] for a in soup(client, consultation.url).select("main a[href]")} & links

    assert found() == links
    clock("2027-02-01T09:00")
    assert found() == set()
    assert "You can take part from 9am on 1 March 2027." in words(client, consultation.url)
    clock("2027-03-03T17:01")
    assert found() == set()
    text = words(client, consultation.url)
    assert "It is closed. You can no longer take part." in text
    assert "1 Example Road" in text
    assert "01632 960 001" in text


def test_an_event_that_is_over_can_no_longer_be_booked(client, consultation, clock) -> None:
    book = "https://example.org/book"
    assert soup(client, consultation.url).find("a", href=book)

    clock("2027-03-02T19:30")

    assert not soup(client, consultation.url).find("a", href=book)
    assert "This event is over." in words(client, consultation.url)


def test_machines_learn_of_its_events(client, consultation) -> None:
    blocks = [
        json.loads(block.string)
        for block in soup(client, consultation.url).select('[type="application/ld+json"]')
    ]

    (event,) = [block for block in blocks if block["@type"] == "Event"]
    assert event["name"] == "Open evening"
    assert event["startDate"] == "2027-03-02T18:00:00+00:00"
    assert event["location"] == {"@type": "Place", "address": "Example Hall"}
    assert event["url"].endswith(consultation.url)


def test_the_outcome_comes_before_the_text(client, consultation, clock, site_home) -> None:
    minutes = builders.content_page(title="Minutes of May")
    answer(consultation, clock, participants=1204, decision_page_id=minutes.pk)

    page = soup(client, consultation.url)
    text = " ".join(page.main.get_text(" ").split())

    assert "Answered on 1 May 2027." in text
    assert "People who took part 1,204" in text
    assert text.index("You said Open until 8pm. We did We open until 8pm.") < text.index(
        "Some text."
    )
    assert "If not, why Nobody can staff it." in text
    assert page.find("a", href=minutes.url).get_text(strip=True) == "Minutes of May"
    ids = [tag["id"] for tag in page.select("[id]")]
    assert len(ids) == len(set(ids))
    assert {"Outcome", "Outcome-documents", "Take-part"} <= set(ids)

    builders.draft(minutes)
    assert "Read the decision" not in words(client, consultation.url)


def test_an_answer_that_came_late_says_so(client, consultation, clock) -> None:
    answer(consultation, clock, now="2027-06-03T10:00")

    assert "Answered on 3 June 2027, 2 days later than we promised." in words(
        client, consultation.url
    )


def test_the_number_who_took_part_waits_for_the_end(client, consultation, clock) -> None:
    ConsultationPage.objects.filter(pk=consultation.pk).update(participants=12)

    assert "People who took part" not in words(client, consultation.url)
    clock("2027-03-03T17:01")
    assert "People who took part 12" in words(client, consultation.url)


def test_without_a_promise_it_says_that_there_is_none(client, consultation, clock) -> None:
    ConsultationPage.objects.filter(pk=consultation.pk).update(answer_due_on=None)

    assert "We have not said when we will answer" in words(client, consultation.url)


def test_its_documents_come_with_somebody_to_ask(client, consultation) -> None:
    paper = SiteDocument.objects.create(title="Plan", file=ContentFile(b"%PDF-1.4\n", "plan.pdf"))
    consultation.files = [ConsultationFile(document=paper)]
    consultation.format_contact = builders.contact(email="formats@example.org")
    consultation.save_revision().publish()

    page = soup(client, consultation.url)

    assert page.find(id="Documents")
    assert "Plan (PDF" in page.main.get_text()
    assert "formats@example.org" in page.main.get_text()


# --- Search -------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("query", "anchor"),
    [
        ("exampletown", "Take-part"),
        ("sundays staff", "Outcome"),
        ("decided later", "Outcome-documents"),
    ],
)
def test_search_finds_every_word_of_it(consultation, clock, query: str, anchor: str) -> None:
    answer(consultation, clock)

    hit = next(hit for hit in search_pages(query).hits if hit.page.pk == consultation.pk)

    assert hit.passage.anchor == anchor
    assert hit.passage.kind == "Consultation"


def test_search_does_not_age_consultations(consultation) -> None:
    assert not ConsultationPage.ages
    assert consultation.date_for_readers == date(2027, 3, 1)


# --- Feeds --------------------------------------------------------------------------------------


def feed(client, address: str) -> list[tuple[str, str, str]]:
    """Return a feed's entries: title, the end of the id, and when it was."""
    response = client.get(f"{address}feed.atom")
    assert response.status_code == 200
    return [
        (
            entry.find("a:title", ATOM).text,
            entry.find("a:id", ATOM).text.rpartition("#")[2],
            entry.find("a:updated", ATOM).text[:16],
        )
        for entry in ET.fromstring(response.content).findall("a:entry", ATOM)
    ]


ANNOUNCED = ("Announced: Evening opening", "announced", "2027-02-01T09:00")
OPENED = ("Open: Evening opening", "opened", "2027-03-01T09:00")
CLOSED = ("Closed: Evening opening", "closed", "2027-03-03T17:01")


def test_its_feed_says_what_has_happened_and_nothing_to_come(client, consultation, clock) -> None:
    clock("2027-03-01T08:59")
    assert feed(client, consultation.url) == [ANNOUNCED]
    clock("2027-03-01T09:00")
    assert feed(client, consultation.url) == [OPENED, ANNOUNCED]
    clock("2027-03-03T17:00:59")
    assert feed(client, consultation.url) == [OPENED, ANNOUNCED]
    clock("2027-03-03T17:01")
    assert feed(client, consultation.url) == [CLOSED, OPENED, ANNOUNCED]


def test_its_feed_says_that_it_was_answered_and_changed(client, consultation, clock) -> None:
    answer(consultation, clock)

    titles = [title for title, _, _ in feed(client, consultation.url)]
    assert titles[:2] == ["Changed: Evening opening", "Answered: Evening opening"]
    first = feed(client, consultation.url)[0][1]
    clock("2027-05-02T10:00")
    assert feed(client, consultation.url)[0][1] == first
    consultation.refresh_from_db()
    consultation.save_revision().publish()
    assert feed(client, consultation.url)[0][1] != first


def test_each_list_has_the_events_that_belong_to_it(client, consultation, clock) -> None:
    def mine(address: str) -> list[str]:
        return [key for title, key, _ in feed(client, address) if "Evening" in title]

    assert mine(CURRENT) == ["opened", "announced"]
    assert mine(PREVIOUS) == []
    clock("2027-03-03T17:01")
    assert mine(PREVIOUS) == ["closed"]
    answer(consultation, clock)
    assert mine(PREVIOUS) == ["answered", "closed"]
    assert mine(ANSWERED) == ["answered"]


def test_a_list_has_what_was_added_without_dates(client, site_home) -> None:
    titles = [title for title, _, _ in feed(client, PREVIOUS)]

    assert len(titles) == 8
    assert "Added: Mental health rehabilitation" in titles
    assert feed(client, CURRENT) == []


# --- Samples ------------------------------------------------------------------------------------


def test_samples_say_that_they_are_and_come_once(client, site_home) -> None:
    today = timezone.localdate()

    made = samples.add(site_home, 8, today)

    assert len(made) == 8
    assert samples.add(site_home, 8, today) == []
    states = {page.specific.status.state for page in made}
    assert states == {State.UPCOMING, State.OPEN, State.WAITING, State.ANSWERED}
    for page in made:
        assert page.title.startswith("Sample entry: ")
        assert "This is a sample entry" in words(client, page.url)


def test_there_are_no_samples_without_a_list(site_home) -> None:
    for page in ConsultationIndexPage.objects.all():
        page.delete()

    assert samples.add(site_home, 3, timezone.localdate()) == []
