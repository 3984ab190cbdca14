"""Consultations in the CMS: what a draft may lack, what is refused, and in which words."""

from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from bs4 import BeautifulSoup
from django.contrib.auth.models import Group, User
from django.core.exceptions import ValidationError
from django.core.files.base import ContentFile
from django.urls import reverse
from django.utils import timezone
from wagtail.models import Page
from wagtail.test.utils.form_data import inline_formset, nested_form_data, rich_text, streamfield

from pages.models import (
    ConsultationIndexPage,
    ConsultationPage,
    OutcomeRow,
    SiteDocument,
    WayToTakePart,
)
from tests import builders

pytestmark = pytest.mark.django_db

POST = {"kind": "post", "address": "1 Example Road"}
PHONE = {"kind": "phone", "phone": "01632 960 001"}
EVENT = {
    "kind": "event",
    "name": "Open evening",
    "address": "Example Hall",
    "starts_at": "2027-03-02 18:00",
    "ends_at": "2027-03-02 19:30",
}
POINT = {"you_said": "Open until 8pm.", "we_did": "We do.", "why_not": ""}
SOME_TEXT = [("text", rich_text("<p>Some text.</p>"))]


def at(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=ZoneInfo("Europe/London"))


@pytest.fixture
def index(site_home) -> ConsultationIndexPage:
    return ConsultationIndexPage.objects.get(slug="current-consultations")


@pytest.fixture
def clock(client, site_home, monkeypatch):
    """Return what sets the clock, and signs a publisher in who would be signed out by then."""
    user = User.objects.create_user("publisher", "publisher@example.org", "a-password")
    user.groups.add(Group.objects.get(name="Publishers"))

    def set_clock(text: str) -> None:
        monkeypatch.setattr(timezone, "now", lambda: at(text))
        client.force_login(user)

    return set_clock


@pytest.fixture(autouse=True)
def cms(client, clock):
    """Return a publisher's browser; it is 1 February 2027."""
    clock("2027-02-01T09:00")
    return client


def way(**facts: Any) -> dict[str, Any]:
    empty = dict.fromkeys(
        ("kind", "name", "url", "email", "phone", "address", "starts_at", "ends_at", "note"), ""
    )
    return {**empty, **facts}


def post(cms, parent: Page, *, page=None, publish=True, ways=(POST,), points=(), files=(), **facts):
    """Send the form as a browser would; the answer is a page only if it was refused."""
    data = {
        "title": "Evening opening",
        "slug": "evening-opening",
        "seo_title": "",
        "search_description": "About evening opening.",
        "opens_at": "2027-03-01 09:00",
        "closes_at": "2027-03-03 17:00",
        "year": "",
        "topic": "",
        "status_note": "",
        "body": streamfield(SOME_TEXT),
        "ways": inline_formset([way(**facts) for facts in ways]),
        "files": inline_formset(files),
        "format_contact": "",
        "answer_due_on": "",
        "answered_on": "",
        "participants": "",
        "outcome_rows": inline_formset(points),
        "outcome": streamfield([]),
        "decision_page": "",
        "decision_url": "",
        "decision_text": "",
        "updated_on": "2027-02-01",
        "review_due_on": "",
        "content_owner": "",
        "content_status": "source",
        "corrections": streamfield([]),
        "also_known_as": "",
        "comments": inline_formset([]),
        **facts,
    }
    if publish:
        data["action-publish"] = "action-publish"
    if page:
        address = reverse("wagtailadmin_pages:edit", args=[page.pk])
    else:
        address = reverse("wagtailadmin_pages:add", args=["pages", "consultationpage", parent.pk])
    return cms.post(address, nested_form_data(data))


def errors(response) -> str:
    """Return what the form says is wrong, if it was refused."""
    assert response.status_code == 200
    page = BeautifulSoup(response.content, "html.parser")
    return " ".join(error.get_text(" ", strip=True) for error in page.select(".error-message"))


def made() -> ConsultationPage:
    return ConsultationPage.objects.get(slug="evening-opening")


def nothing_made() -> bool:
    return not ConsultationPage.objects.filter(slug="evening-opening").exists()


# --- What is accepted ---------------------------------------------------------------------------


def test_a_publisher_publishes_one_with_every_way(cms, index) -> None:
    ways = [
        {"kind": "online", "url": "https://example.org/survey", "name": "Answer the survey"},
        {"kind": "email", "email": "say@example.org"},
        POST,
        PHONE,
        EVENT,
    ]

    response = post(cms, index, ways=ways, answer_due_on="2027-06-01")

    assert response.status_code == 302
    page = made()
    assert page.live
    assert [row.kind for row in page.ways.all()] == ["online", "email", "post", "phone", "event"]
    assert page.closes_at == at("2027-03-03T17:00")


def test_a_draft_may_be_incomplete(cms, index) -> None:
    response = post(
        cms,
        index,
        publish=False,
        opens_at="",
        closes_at="",
        search_description="",
        body=streamfield([]),
        ways=[{"kind": "event"}, {"kind": ""}],
        points=[{"you_said": "", "we_did": "", "why_not": ""}],
        decision_text="Minutes",
    )

    assert response.status_code == 302, errors(response)
    page = made()
    assert not page.live
    draft = page.get_latest_revision_as_object()
    assert [row.kind for row in draft.ways.all()] == ["event", ""]

    preview = page.make_preview_request()
    assert preview.status_code == 200
    assert b"It has no opening date yet." in preview.content

    refused = post(cms, index, page=page, opens_at="", ways=[{"kind": "event"}])
    assert "Give the day and the time" in errors(refused)
    assert "Say where it is." in errors(refused)
    assert not made().live


def test_a_draft_may_not_say_what_cannot_be(cms, index) -> None:
    response = post(cms, index, publish=False, opens_at="2027-03-04 09:00")

    assert "It has to close after it opens." in errors(response)
    assert nothing_made()


def test_a_past_one_needs_no_dates_and_no_ways(cms, index) -> None:
    response = post(cms, index, ways=[], opens_at="", closes_at="", dates_unknown="on", year="2014")

    assert response.status_code == 302, errors(response)
    assert made().year == 2014


def test_an_answer_is_added_after_closing(cms, index, clock) -> None:
    assert post(cms, index).status_code == 302
    clock("2027-05-01T09:00")

    response = post(
        cms, index, page=made(), answered_on="2027-05-01", points=[POINT], participants="12"
    )

    assert response.status_code == 302, errors(response)
    assert made().status.is_answered
    assert made().outcome_rows.get().we_did == "We do."


def test_an_answer_can_be_set_to_go_live_on_its_day(cms, index, clock) -> None:
    assert post(cms, index).status_code == 302
    clock("2027-04-01T09:00")

    response = post(
        cms,
        index,
        page=made(),
        answered_on="2027-05-01",
        points=[POINT],
        go_live_at="2027-05-01 09:00",
    )

    assert response.status_code == 302, errors(response)
    assert not made().outcome_rows.exists()


# --- What is refused ----------------------------------------------------------------------------

REFUSED = {
    "closes before it opens": (
        {"closes_at": "2027-02-28 17:00"},
        "It has to close after it opens. It opens at 9am on 1 March 2027.",
    ),
    "no dates": ({"opens_at": "", "closes_at": ""}, "Give the day and the time, or tick the box"),
    "dates and none known": (
        {"dates_unknown": "on"},
        "Empty this, or untick the box that says that the dates are not known.",
    ),
    "a year beside dates": ({"year": "2027"}, "Empty this, or tick the box"),
    "a year to come": (
        {"opens_at": "", "closes_at": "", "dates_unknown": "on", "year": "2028"},
        "It is a past consultation, so its year cannot be one to come.",
    ),
    "a year long ago": (
        {"opens_at": "", "closes_at": "", "dates_unknown": "on", "year": "214"},
        "Check the year: it has to be from 2000 to 2037.",
    ),
    "a slip in a year": ({"closes_at": "20270-03-03 17:00"}, "Enter a valid date/time."),
    "a year far away": ({"closes_at": "9999-12-31 23:59"}, "from 2000 to 2037"),
    "the first year": ({"opens_at": "0001-01-01 00:00"}, "from 2000 to 2037"),
    "no such day": ({"closes_at": "2027-02-29 17:00"}, "Enter a valid date/time."),
    "a time that the clocks leave out": (
        {"closes_at": "2027-03-28 01:30"},
        "The clocks change at this time, so it is not clear which is meant. Choose another.",
    ),
    "a time that comes twice": (
        {"closes_at": "2027-10-31 01:30"},
        "The clocks change at this time",
    ),
    "a promise before the closing": (
        {"answer_due_on": "2027-03-02"},
        "It closes at 5pm on 3 March 2027. Promise a later day.",
    ),
    "a promise without a closing date": (
        {"opens_at": "", "closes_at": "", "dates_unknown": "on", "answer_due_on": "2027-03-02"},
        "A promise needs a closing date.",
    ),
    "an answer before the closing": (
        {"answered_on": "2027-02-01", "points": [POINT]},
        "It closes at 5pm on 3 March 2027. The answer comes after that.",
    ),
    "an answer on a day to come": (
        {"answered_on": "2027-05-01", "points": [POINT]},
        "1 May 2027 is still to come.",
    ),
    "points without the day of the answer": (
        {"points": [POINT]},
        "Give the day of the answer: readers see it from then.",
    ),
    "an outcome without the day of the answer": (
        {"outcome": streamfield(SOME_TEXT)},
        "Give the day of the answer",
    ),
    "a point that nobody answered": (
        {"points": [{**POINT, "we_did": " "}]},
        "Say what you did, or under “If not, why” why you did not.",
    ),
    "two links to the decision": (
        {"decision_page": "HOME", "decision_url": "https://example.org/d"},
        "Choose a page or give an address: one of the two.",
    ),
    "a decision's link without words": (
        {"decision_url": "https://example.org/d"},
        "Say where the link to the decision goes.",
    ),
    "words of a link that leads nowhere": (
        {"decision_text": "The decision"},
        "Choose a page or give an address above, or empty this.",
    ),
    "too many people": ({"participants": "99999999999"}, "less than or equal to 10000000"),
    "fewer than none": ({"participants": "-1"}, "greater than or equal to 0"),
    "only digital ways": (
        {"ways": [{"kind": "online", "url": "https://example.org"}]},
        "Add a way to take part without the internet: post, phone or an event.",
    ),
    "no ways": ({"ways": []}, "Add a way to take part without the internet"),
    "an address without https": (
        {"ways": [POST, {"kind": "online", "url": "http://example.org"}]},
        "Enter an address that starts with https://.",
    ),
    "a script for an address": (
        {"ways": [POST, {"kind": "online", "url": "javascript:alert(1)"}]},
        "Enter a valid URL.",
    ),
    "no online address": ({"ways": [POST, {"kind": "online"}]}, "Give the address of the page"),
    "no e-mail address": (
        {"ways": [POST, {"kind": "email", "email": "say@"}]},
        "Enter a valid email address.",
    ),
    "no phone number": (
        {"ways": [POST, {"kind": "phone", "phone": "12"}]},
        "Enter a UK phone number with its area code",
    ),
    "no postal address": ({"ways": [{"kind": "post"}]}, "Give the postal address."),
    "what would not be seen": (
        {"ways": [{**POST, "email": "say@example.org"}]},
        "Readers would not see this: the way is “Post”.",
    ),
    "an event without a place": ({"ways": [{**EVENT, "address": ""}]}, "Say where it is."),
    "an event without its time": (
        {"ways": [{**EVENT, "starts_at": "", "ends_at": ""}]},
        "Say when it starts.",
    ),
    "an event that ends before it starts": (
        {"ways": [{**EVENT, "ends_at": "2027-03-02 17:00"}]},
        "An event ends after it starts. It starts at 6pm on 2 March 2027.",
    ),
    "an event before the opening": (
        {"ways": [{**EVENT, "starts_at": "2027-02-02 18:00"}]},
        "This is before the consultation opens, at 9am on 1 March 2027.",
    ),
    "an event after the closing": (
        {"ways": [{**EVENT, "starts_at": "2027-03-03 18:00", "ends_at": "2027-03-03 19:00"}]},
        "This is after the consultation closes, at 5pm on 3 March 2027.",
    ),
    "an event in a year far away": (
        {"ways": [{**EVENT, "ends_at": "2072-03-02 19:30"}]},
        "Check the year",
    ),
    "an event while the clocks change": (
        {"ways": [{**EVENT, "starts_at": "2027-03-28 01:30"}]},
        "The clocks change at this time",
    ),
}


@pytest.mark.parametrize(("facts", "words"), REFUSED.values(), ids=REFUSED)
def test_what_cannot_be_is_refused_in_words_that_help(cms, index, site_home, facts, words) -> None:
    facts = {name: site_home.pk if fact == "HOME" else fact for name, fact in facts.items()}

    response = post(cms, index, **facts)

    assert words in errors(response)
    assert nothing_made()


def test_a_refusal_keeps_what_was_typed_and_can_be_mended(cms, index) -> None:
    refused = post(cms, index, closes_at="2027-02-28 17:00", ways=[POST, PHONE])
    form = BeautifulSoup(refused.content, "html.parser")
    assert form.find("input", attrs={"name": "closes_at"})["value"] == "2027-02-28 17:00"
    assert form.find("input", attrs={"name": "ways-1-phone"})["value"] == "01632 960 001"

    assert post(cms, index, ways=[POST, PHONE]).status_code == 302
    assert made().ways.count() == 2


def test_it_needs_a_text(cms, index) -> None:
    assert post(cms, index, body=streamfield([])).status_code == 200
    assert nothing_made()


def test_a_file_needs_somebody_to_ask_for_other_formats(cms, index) -> None:
    paper = SiteDocument.objects.create(title="Plan", file=ContentFile(b"%PDF-1.4\n", "plan.pdf"))
    files = [{"document": paper.pk, "title": "", "language": "en"}]

    assert "Say who can be asked for another format" in errors(post(cms, index, files=files))

    contact = builders.contact()
    assert post(cms, index, files=files, format_contact=contact.pk).status_code == 302
    assert made().files.get().document == paper


def test_an_answer_waits_until_it_has_closed(cms, index, clock) -> None:
    assert post(cms, index).status_code == 302
    facts = {"page": made(), "answered_on": "2027-03-03", "points": [POINT]}

    clock("2027-03-03T17:00")
    assert "It is open until 5pm on 3 March 2027." in errors(post(cms, index, **facts))
    clock("2027-03-03T17:01")
    assert post(cms, index, **facts).status_code == 302


def test_a_day_without_an_answer_is_refused(cms, index, clock) -> None:
    clock("2027-05-01T09:00")

    assert "Say below what the answer is" in errors(post(cms, index, answered_on="2027-05-01"))


def test_a_second_press_makes_no_second_page(cms, index) -> None:
    assert post(cms, index).status_code == 302

    again = post(cms, index)

    assert "already in use" in errors(again)
    assert ConsultationPage.objects.filter(title="Evening opening").count() == 1


def test_two_editors_who_publish_in_one_list_lose_nothing(cms, index, client) -> None:
    address = reverse("wagtailadmin_pages:add", args=["pages", "consultationpage", index.pk])
    assert cms.get(address).status_code == cms.get(address).status_code == 200

    post(cms, index, title="One", slug="one")
    post(cms, index, title="Other", slug="other")

    page = client.get(index.url).content.decode()
    assert ">One</a>" in page
    assert ">Other</a>" in page
    assert {"one", "other"} <= set(index.get_children().values_list("slug", flat=True))


# --- The same rules for code and for files ------------------------------------------------------


def test_the_models_refuse_it_too(index) -> None:
    page = builders.consultation(index)
    page.closes_at = page.opens_at - timedelta(days=1)

    with pytest.raises(ValidationError, match="It has to close after it opens"):
        page.full_clean()
    with pytest.raises(ValidationError, match="Give the phone number"):
        WayToTakePart(kind="phone").full_clean(exclude={"page"})
    with pytest.raises(ValidationError, match="Say what you did"):
        OutcomeRow(you_said="Something.").full_clean(exclude={"page"})


def test_what_was_right_stays_right(index, clock) -> None:
    page = builders.consultation(index, opens_at=at("2026-03-01T09:00"), closes_at=at("2026-03-02"))
    page.answered_on = at("2027-02-01").date()
    page.full_clean()

    for now in ("2028-02-29T00:00", "2090-01-01T00:00"):
        clock(now)
        page.full_clean()


def test_seconds_do_not_count(index) -> None:
    page = builders.consultation(index)
    page.closes_at = page.closes_at.replace(second=59)

    page.full_clean()

    assert page.closes_at.second == 0
