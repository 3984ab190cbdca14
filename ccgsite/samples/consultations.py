"""Sample consultations in every state, below the list of current ones."""

from datetime import date, datetime, time, timedelta
from typing import Any

from django.utils import timezone
from wagtail.models import Page
from wagtail.rich_text import RichText

from ccgsite.samples.labels import body, labelled, publish, text
from pages.models import ConsultationIndexPage, ConsultationPage, OutcomeRow, WayToTakePart

STEP = 45  # days between one entry and the next older one
LENGTH = 42  # days that each is open
FIRST_OPENS_IN = 30  # days
ANSWER_IN = 60  # days after closing
SUBJECTS = ["evening opening", "a walk-in clinic", "patient transport", "a new leaflet"]


def add(home: Page, number: int, today: date) -> list[Page]:
    """Add so many consultations that are not there yet, the newest still to open.

    Returns the new ones; none if the site has no list of consultations.
    """
    lists = ConsultationIndexPage.objects.descendant_of(home)
    index = lists.filter(lists="current").order_by("path").first() or lists.first()
    if index is None:
        return []
    pages = (publish(index, _consultation(place, today)) for place in range(number))
    return [page for page in pages if page]


def _consultation(place: int, today: date) -> ConsultationPage:
    opens = today + timedelta(days=FIRST_OPENS_IN - place * STEP)
    closes = opens + timedelta(days=LENGTH)
    due = closes + timedelta(days=ANSWER_IN)
    subject = SUBJECTS[place % len(SUBJECTS)]
    is_answered = due < today and place % 2 == 0  # the others are late
    page = ConsultationPage(
        title=labelled(f"Consultation {place + 1} on {subject}"),
        slug=f"sample-consultation-{place + 1}",
        opens_at=_at(opens, time(9)),
        closes_at=_at(closes, time(23, 59)),
        answer_due_on=due,
        body=body(text(f"This made-up consultation asks what people think of {subject}.")),
    )
    page.ways = _ways(opens)
    if is_answered:
        page.answered_on = due
        page.participants = 10 * (place + 1)
        page.outcome = [("text", RichText("<p>This is a made-up decision.</p>"))]
        page.outcome_rows = [
            OutcomeRow(you_said="A made-up point.", we_did="A made-up change."),
            OutcomeRow(you_said="Another made-up point.", why_not="A made-up reason."),
        ]
    return page


def _ways(opens: date) -> list[WayToTakePart]:
    day = opens + timedelta(days=LENGTH // 2)
    rows: list[dict[str, Any]] = [
        {"kind": "online", "name": "Answer the sample survey", "url": "https://www.example.org/"},
        {"kind": "email", "email": "sample@example.org"},
        {"kind": "post", "address": "Sample team\n1 Example Street\nExampletown"},
        {
            "kind": "phone",
            "phone": "01632 960 001",
            "note": "A number for samples.",
        },
        {
            "kind": "event",
            "name": "Sample meeting",
            "address": "Example Hall\n2 Example Street",
            "starts_at": _at(day, time(18)),
            "ends_at": _at(day, time(19, 30)),
        },
    ]
    return [WayToTakePart(**row) for row in rows]


def _at(day: date, hour: time) -> datetime:
    return timezone.make_aware(datetime.combine(day, hour))
