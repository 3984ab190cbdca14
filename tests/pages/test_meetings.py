"""Meetings: what is to come and what is over, agenda and papers, minutes, calendars."""

import json
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import icalendar
import pytest
from bs4 import BeautifulSoup
from django.core.exceptions import ValidationError
from django.utils import timezone
from wagtail.models import Page

from ccgsite.samples import meetings as samples
from pages.models import MeetingIndexPage, MeetingPage, MinutesFile, TermsFile
from pages.moments import time_in_words
from pages.search import search_pages
from pages.times import span_in_words
from tests import builders
from tests.canaries import canary, document

pytestmark = pytest.mark.django_db

LONDON = ZoneInfo("Europe/London")
DAY = datetime(2021, 5, 19, 13, tzinfo=LONDON)


@pytest.fixture
def at(monkeypatch):
    """Return what sets the clock, to a moment in London unless it says otherwise."""

    def set_clock(*moment: int, tz=LONDON) -> None:
        now = datetime(*moment, tzinfo=tz)
        monkeypatch.setattr(timezone, "now", lambda: now)

    return set_clock


@pytest.fixture
def meetings(site_home) -> MeetingIndexPage:
    return builders.meeting_index(title="Meetings")


def seen(client, address: str) -> str:
    response = client.get(address)
    assert response.status_code == 200
    return " ".join(BeautifulSoup(response.content, "html.parser").main.get_text(" ").split())


def soup(client, address: str) -> BeautifulSoup:
    return BeautifulSoup(client.get(address).content, "html.parser")


def events(client, address: str) -> list[icalendar.Event]:
    response = client.get(address)
    assert response.status_code == 200
    assert response["Content-Type"] == "text/calendar; charset=utf-8"
    return list(icalendar.Calendar.from_ical(response.content).walk("VEVENT"))


# --- Times ------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("hour", "minute", "words"),
    [(0, 0, "midnight"), (0, 5, "12.05am"), (9, 0, "9am"), (12, 0, "midday"), (13, 30, "1.30pm")],
)
def test_times_are_written_as_the_nhs_writes_them(hour: int, minute: int, words: str) -> None:
    assert time_in_words(datetime(2021, 5, 19, hour, minute, tzinfo=LONDON)) == words


def test_a_span_says_the_day_once() -> None:
    assert span_in_words(DAY, DAY + timedelta(hours=2, minutes=30)) == (
        "Wednesday 19 May 2021, 1pm to 3.30pm"
    )
    assert span_in_words(DAY, DAY + timedelta(days=1)).endswith("to Thursday 20 May 2021, 1pm")


def test_a_meeting_is_over_at_the_minute_it_ends(at, client, meetings) -> None:
    builders.meeting(meetings, title="May", starts_at=DAY, ends_at=DAY + timedelta(hours=2))

    at(2021, 5, 19, 14, 59, 59)
    assert "Upcoming meetings" in seen(client, meetings.url)

    at(2021, 5, 19, 15)
    assert "Past meetings in 2021" in seen(client, meetings.url)


def test_a_meeting_without_an_end_is_over_when_its_day_is(at, client, meetings) -> None:
    page = builders.meeting(meetings, starts_at=DAY)

    at(2021, 5, 19, 23, 59, 59)
    assert not page.is_over
    assert "Upcoming meetings" in seen(client, meetings.url)

    at(2021, 5, 20)
    assert page.is_over
    assert "Past meetings in 2021" in seen(client, meetings.url)


@pytest.mark.parametrize(("month", "day"), [(3, 28), (10, 31)])
def test_the_day_on_which_the_clocks_change_ends_at_midnight(at, meetings, month, day) -> None:
    page = builders.meeting(meetings, starts_at=datetime(2021, month, day, 13, tzinfo=LONDON))

    at(2021, month, day, 23, 59)
    assert not page.is_over
    at(2021, *((11, 1) if month == 10 else (3, 29)))
    assert page.is_over


def test_a_meeting_on_a_leap_day_has_its_day(at, client, meetings) -> None:
    page = builders.meeting(meetings, starts_at=datetime(2024, 2, 29, 13, tzinfo=LONDON))

    at(2024, 2, 29, 20)
    assert "Thursday 29 February 2024" in seen(client, page.url)
    assert not page.is_over


def test_the_year_of_a_meeting_is_that_of_london(at, client, meetings) -> None:
    at(2022, 1, 1, 12)
    start = datetime(2021, 7, 1, 0, 30, tzinfo=LONDON)  # still June in UTC
    builders.meeting(meetings, starts_at=start)
    builders.meeting(meetings, starts_at=datetime(2020, 12, 31, 23, 30, tzinfo=LONDON))

    assert "Past meetings in 2021" in seen(client, meetings.url)
    assert "Past meetings in 2020" in seen(client, meetings.url)


# --- The list ---------------------------------------------------------------------------------


def test_the_next_meeting_is_first_and_the_last_one_leads_the_past(at, client, meetings) -> None:
    at(2021, 5, 19, 12)
    for title, days in [("Old", -400), ("Later", 40), ("Next", 1), ("Last", -1)]:
        builders.meeting(meetings, title=title, starts_at=DAY + timedelta(days=days))

    headings = [h.get_text(strip=True) for h in soup(client, meetings.url).main.select("h2, h3")]

    assert headings[:7] == [
        "Upcoming meetings",
        "Next",
        "Later",
        "Past meetings in 2021",
        "Last",
        "Past meetings in 2020",
        "Old",
    ]


def test_readers_choose_by_committee_and_year(client, meetings) -> None:
    board = builders.committee(title="The board", slug="board")
    other = builders.committee(title="The other", slug="other")
    builders.meeting(meetings, title="Ours", committee=board)
    builders.meeting(meetings, title="Older", committee=board, starts_at=DAY - timedelta(days=400))
    builders.meeting(meetings, title="Theirs", committee=other)

    page = soup(client, f"{meetings.url}?committee=board&year=2021").main

    assert [h.get_text(strip=True) for h in page.select("h3")] == ["Ours"]
    assert "The board, 2021" in " ".join(page.get_text(" ").split()).replace(" ,", ",")
    assert page.find("a", string=lambda s: s and "calendar" in s)["href"].endswith("=board")


def test_an_empty_list_says_so(client, site_home) -> None:
    text = seen(client, "/about-us/governing-board/meetings-and-past-papers/")

    assert "No papers have been added yet" in text
    assert "What each meeting entry shows" in text
    assert "Show" not in [b.get_text() for b in soup(client, "/").main.select("button")]


def test_the_words_for_an_empty_list_go_when_there_is_a_meeting(client, site_home) -> None:
    meetings = MeetingIndexPage.objects.get()
    builders.meeting(meetings, title="First")

    text = seen(client, meetings.url)

    assert "First" in text
    assert "No papers have been added yet" not in text


def test_a_committee_that_readers_may_not_see_is_not_named(client, meetings) -> None:
    secret = canary()
    page = builders.meeting(meetings, committee=builders.committee(title=secret))
    assert secret in seen(client, meetings.url)

    builders.draft(page.committee)

    for address in (meetings.url, page.url, f"{meetings.url}meetings.ics"):
        assert secret not in client.get(address).content.decode()


def test_queries_do_not_grow_with_the_meetings(
    client, meetings, django_assert_max_num_queries, nothing_shows_at_once
) -> None:
    def add(number: int) -> None:
        for _ in range(number):
            rows = [builders.agenda_item() for _ in range(number)]
            builders.meeting(meetings, agenda=rows)

    add(2)
    page = MeetingPage.objects.first()
    for address, most in [
        (meetings.url, 4),
        (page.url, 7),
        (page.committee.url, 8),
        (f"{meetings.url}meetings.ics", 10),
        (f"{meetings.url}feed.atom", 10),
    ]:
        client.get(address)
        with django_assert_max_num_queries(most):
            client.get(address)
    add(6)
    with django_assert_max_num_queries(8):
        client.get(meetings.url)
    with django_assert_max_num_queries(9):
        client.get(MeetingPage.objects.last().url)


# --- One meeting ------------------------------------------------------------------------------


def test_an_item_says_which_paper_there_is(at, client, meetings) -> None:
    at(2021, 5, 1)
    file = document(title="The report", said="Words")
    file.get_file_size()
    rows = [
        builders.agenda_item(number="1", title="Welcome", is_verbal=True),
        builders.agenda_item(number="2", title="Report", document=file, language="pl"),
        builders.agenda_item(number="3", title="Budget"),
    ]
    contact = builders.contact()
    page = builders.meeting(meetings, agenda=rows, format_contact=contact)
    paper = builders.paper(page, title="Budget paper")
    page.agenda.filter(number="3").update(paper=paper)

    items = [
        " ".join(li.get_text(" ").split()) for li in soup(client, page.url).select("ol > li[class]")
    ][-3:]

    assert "Verbal: there is no paper" in items[0]
    assert "Paper: TXT" in items[1]
    assert "(5 bytes, Polish)" in items[1]
    assert "Paper: HTML" in items[2]
    assert "Ask for an accessible format" in seen(client, page.url)

    builders.draft(paper)
    assert "Paper to follow" in seen(client, page.url)
    at(2021, 5, 20)
    assert "No paper has been published" in seen(client, page.url)


def test_items_have_addresses_and_search_leads_there(client, meetings) -> None:
    word = canary()
    rows = [
        builders.agenda_item(number="4.2", title="Beds"),
        builders.agenda_item(number="5", title="Wards", decision=f"We close {word}."),
    ]
    page = builders.meeting(meetings, agenda=rows)

    assert soup(client, page.url).find(id="item-4-2").get_text() == "4.2. Beds"
    (hit,) = search_pages(word).hits
    assert hit.page.pk == page.pk
    assert "#item-5" in seen_address(client, word)


def seen_address(client, word: str) -> str:
    links = soup(client, f"/search/?q={word}").main.select("a[href*='#item-']")
    return links[0]["href"]


def test_a_person_who_is_not_public_is_not_named_as_lead(client, meetings) -> None:
    person = builders.person(title=canary())
    page = builders.meeting(meetings, agenda=[builders.agenda_item(lead=person)])
    assert person.title in seen(client, page.url)

    builders.draft(person)

    assert person.title not in client.get(page.url).content.decode()


def test_a_paper_shows_the_facts_of_its_item(client, meetings) -> None:
    page = builders.meeting(meetings)
    paper = builders.paper(page, title="Beds paper")
    page.agenda = [
        builders.agenda_item(
            number="7", title="Beds", purpose="decision", lead_text="The chair", paper=paper
        )
    ]
    page.save_revision().publish()

    text = seen(client, paper.url)
    for words in ("7. Beds", "For decision", "The chair", "Wednesday 19 May 2021, 1pm"):
        assert words in text

    builders.draft(MeetingPage.objects.get(pk=page.pk))
    assert "7. Beds" not in seen(client, paper.url)


def test_a_public_paper_that_no_item_names_is_listed(client, meetings) -> None:
    page = builders.meeting(meetings)
    builders.paper(page, title="A late paper")

    assert "Further papers A late paper" in seen(client, page.url)


def test_questions_are_taken_until_the_minute(at, client, meetings) -> None:
    contact = builders.contact(email="ask@example.org")
    by = datetime(2021, 5, 12, 12, tzinfo=LONDON)
    page = builders.meeting(meetings, questions_by=by, questions_contact=contact)

    at(2021, 5, 12, 11, 59, 59)
    assert "until Wednesday 12 May 2021, midday" in seen(client, page.url)
    assert "ask@example.org" in seen(client, page.url)

    at(2021, 5, 12, 12)
    assert "It has passed" in seen(client, page.url)
    assert "ask@example.org" not in seen(client, page.url)


@pytest.mark.parametrize("state", ["cancelled", "postponed"])
def test_a_meeting_that_does_not_take_place_says_so_first(at, client, meetings, state) -> None:
    at(2021, 5, 1)
    page = builders.meeting(meetings, status=state, status_note="The room is flooded.")

    for address in (page.url, meetings.url):
        text = seen(client, address)
        assert state.capitalize() in text
        assert "The room is flooded." in text
    (event,) = events(client, f"{meetings.url}meetings.ics")
    assert event["STATUS"] == "CANCELLED"
    assert event["SUMMARY"].startswith(state.capitalize())


def test_minutes_are_missing_drafts_or_approved(at, client, meetings) -> None:
    page = builders.meeting(meetings)

    at(2021, 5, 19, 12)
    assert "Minutes" not in seen(client, page.url)
    at(2021, 5, 21)
    assert "Minutes not published yet" in seen(client, page.url)

    page.minutes_state = "draft"
    page.format_contact = builders.contact()
    page.minutes_files = [MinutesFile(document=document(title="Minutes of May"))]
    page.save_revision().publish()
    assert "Draft, not approved yet" in seen(client, page.url)
    assert "Minutes of May (TXT" in seen(client, page.url)


def test_a_meeting_is_an_event_for_machines(client, meetings) -> None:
    page = builders.meeting(
        meetings, online_link="https://example.org/join", ends_at=DAY + timedelta(hours=1)
    )

    blocks = [json.loads(x.string) for x in soup(client, page.url).select("[type*=ld]")]

    (event,) = [block for block in blocks if block["@type"] == "Event"]
    assert event["startDate"] == "2021-05-19T13:00:00+01:00"
    assert event["eventStatus"].endswith("EventScheduled")
    assert event["eventAttendanceMode"].endswith("MixedEventAttendanceMode")
    assert [x["@type"] for x in event["location"]] == ["Place", "VirtualLocation"]


# --- Calendars --------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("month", "utc_hour"), [(1, 13), (5, 12), (3, 13)], ids=["winter", "summer", "before change"]
)
def test_calendars_have_the_right_time_on_both_sides_of_daylight_saving(
    at, client, meetings, month, utc_hour
) -> None:
    at(2021, 1, 1)
    page = builders.meeting(meetings, starts_at=datetime(2021, month, 19, 13, tzinfo=LONDON))

    (event,) = events(client, f"{page.url}meeting.ics")

    assert event["DTSTART"].dt == datetime(2021, month, 19, utc_hour, tzinfo=UTC)
    assert "TZID" not in event["DTSTART"].params


def test_an_event_keeps_its_name_and_counts_its_changes(at, client, meetings) -> None:
    at(2021, 4, 1)
    page = builders.meeting(meetings)
    address = f"{meetings.url}meetings.ics"
    (before,) = events(client, address)
    assert client.get(address).content == client.get(address).content

    at(2021, 4, 2)
    page.place = "Elsewhere; floor 2, room 3\nMain Street \\ corner"
    page.save_revision().publish()
    (after,) = events(client, address)

    assert after["UID"] == before["UID"]
    assert after["SEQUENCE"] > before["SEQUENCE"]
    assert after["LAST-MODIFIED"].dt > before["LAST-MODIFIED"].dt
    assert after["LOCATION"] == "Elsewhere; floor 2, room 3, Main Street \\ corner"


def test_what_is_typed_cannot_break_a_calendar(at, client, meetings) -> None:
    at(2021, 4, 1)
    title = "A; B, C \\ \x0b" + "ä" * 100
    builders.meeting(
        meetings,
        title=title,
        slug="odd",
        how_to_join="END:VEVENT\r\nBEGIN:VEVENT\r\nSUMMARY:Forged",
    )

    content = client.get(f"{meetings.url}meetings.ics").content
    (event,) = icalendar.Calendar.from_ical(content).walk("VEVENT")

    assert event["SUMMARY"] == title.replace("\x0b", "")
    assert all(len(line) <= 75 for line in content.split(b"\r\n"))


def test_a_calendar_is_of_one_committee_or_of_all(at, client, meetings) -> None:
    at(2021, 5, 1)
    board = builders.committee(slug="board")
    builders.meeting(meetings, title="Ours", committee=board)
    builders.meeting(meetings, title="Theirs")
    builders.meeting(meetings, title="Long ago", starts_at=datetime(2019, 1, 1, 9, tzinfo=LONDON))

    def titles(address: str) -> list[str]:
        return sorted(str(event["SUMMARY"]) for event in events(client, address))

    assert titles(f"{meetings.url}meetings.ics") == ["Ours", "Theirs"]
    assert titles(f"{meetings.url}meetings.ics?committee=board") == ["Ours"]
    assert titles(f"{board.url}meetings.ics") == ["Ours"]
    assert titles(f"{meetings.url}meetings.ics?committee=none") == []


def test_a_meeting_that_is_not_public_is_in_no_calendar_or_feed(at, client, meetings) -> None:
    at(2021, 5, 1)
    page = builders.meeting(meetings, title=canary())
    board = page.committee
    addresses = [
        f"{parent}{name}"
        for parent in (meetings.url, board.url)
        for name in ("meetings.ics", "feed.atom", "")
    ]
    assert all(page.title in client.get(x).content.decode() for x in addresses)

    builders.draft(page)

    assert not any(page.title in client.get(x).content.decode() for x in addresses)
    assert client.get(f"{page.url}meeting.ics").status_code == 404


# --- Committees -------------------------------------------------------------------------------


def test_a_committee_shows_its_next_and_last_meetings(at, client, meetings) -> None:
    at(2021, 5, 19, 12)
    board = builders.committee(title="Board")
    for days in range(-5, 5):
        start = DAY + timedelta(days=days)
        title, slug = f"On day {days}.", f"day-{days + 5}"
        builders.meeting(meetings, title=title, slug=slug, starts_at=start, committee=board)

    text = seen(client, board.url)

    shown = [days for days in range(-5, 5) if f"On day {days}." in text]
    assert shown == [-3, -2, -1, 0, 1, 2]
    assert "All meetings of this committee" in text


def test_terms_of_reference_are_text_a_file_or_both(client, site_home) -> None:
    word = canary()
    page = builders.committee(
        terms=[("heading", {"text": "Quorum", "anchor": "quorum"}), ("text", f"<p>{word}</p>")],
        terms_files=[TermsFile(document=document(title="Terms"))],
        format_contact=builders.contact(),
    )

    assert "Terms (TXT" in seen(client, page.url)
    assert soup(client, page.url).find(id="terms-of-reference-quorum").name == "h3"
    assert "#terms-of-reference-quorum" in str(soup(client, f"/search/?q={word}"))


# --- What is refused --------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("facts", "words"),
    [
        ({"ends_at": DAY}, "has to end after it begins"),
        ({"ends_at": DAY - timedelta(hours=1)}, "has to end after it begins"),
        ({"questions_by": DAY, "questions_contact": True}, "before the meeting begins"),
        ({"questions_by": DAY - timedelta(days=1)}, "both the deadline and the contact"),
        ({"questions_contact": True}, "both the deadline and the contact"),
        ({"status": "cancelled"}, "Say why it does not take place"),
        ({"place": ""}, "Say where the meeting is"),
        ({"starts_at": datetime(1, 1, 2, tzinfo=UTC)}, "Check the year"),
        ({"ends_at": datetime(9999, 12, 30, tzinfo=UTC)}, "Check the year"),
    ],
)
def test_a_meeting_that_cannot_be_is_refused(meetings, facts, words) -> None:
    if facts.get("questions_contact"):
        facts = {**facts, "questions_contact": builders.contact()}
    page = builders.meeting(meetings)
    for name, value in facts.items():
        setattr(page, name, value)

    with pytest.raises(ValidationError, match=words):
        page.full_clean()


def test_an_agenda_item_states_one_thing(meetings) -> None:
    page = builders.meeting(meetings)
    elsewhere = builders.paper()
    for facts, words in [
        ({"is_verbal": True, "document": document()}, "There is a paper as well"),
        ({"lead": builders.person(), "lead_text": "The chair"}, "only be one"),
        ({"paper": elsewhere, "page": page}, "a paper of this meeting"),
        ({"number": "4#2"}, "Use digits and letters"),
    ]:
        with pytest.raises(ValidationError, match=words):
            builders.agenda_item(**facts).full_clean(exclude={"page"})


# --- Samples ----------------------------------------------------------------------------------


def test_samples_come_once_and_say_what_they_are(client, site_home) -> None:
    today = date(2026, 11, 23)

    new = samples.add(site_home, 8, today)

    assert samples.add(site_home, 8, today) == []
    assert len(new) == 2 + 4 + 8 * 2
    assert all(page.title.startswith("Sample entry") for page in new)
    for page in new:
        assert "made up" in seen(client, page.url) or "made-up" in seen(client, page.url)
    menu = Page.objects.filter(pk__in=[page.pk for page in new], show_in_menus=True)
    assert not menu.exists()
