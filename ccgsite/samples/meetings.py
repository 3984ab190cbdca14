"""Sample committees, people and meetings with agendas and papers, before and after today."""

from datetime import date, datetime, time, timedelta
from typing import Any, TypeVar

from django.utils import timezone
from wagtail.models import Page

from ccgsite.samples.labels import WARNING, body, labelled, publish, text
from pages.models import (
    AgendaItem,
    BasePage,
    CommitteePage,
    Contact,
    HomePage,
    Interest,
    MeetingIndexPage,
    MeetingPage,
    Membership,
    PaperPage,
    PeopleIndexPage,
    PersonGroup,
    PersonPage,
)

DAYS_BETWEEN = 31
FIRST_AFTER = 40  # days after today; each of the others is a month before
ROLES = [
    ("Clinical chair", PersonGroup.LEADERS),
    ("Chief Finance Officer", PersonGroup.LEADERS),
    ("GP member", PersonGroup.CLINICAL),
    ("Lay member for audit", PersonGroup.LAY),
]
KINDS = ["financial", "professional", "personal", "indirect"]

PageType = TypeVar("PageType", bound=BasePage)


def add(home: HomePage, number: int, today: date) -> list[Page]:
    """Add so many meetings, with what they need, and return the pages that are new.

    There are none where the site has no list of meetings or of people.
    """
    meetings = MeetingIndexPage.objects.descendant_of(home).first()
    people = PeopleIndexPage.objects.descendant_of(home).first()
    if meetings is None or people is None:
        return []
    new: list[Page] = []
    section = meetings.get_parent()
    committees = [
        _added(
            new,
            section,
            CommitteePage(
                title=labelled(f"Committee {letter}"),
                slug=f"sample-committee-{letter.lower()}",
                body=body(text("This committee would decide about made-up things.")),
            ),
        )
        for letter in "AB"
    ]
    for place, (role, group) in enumerate(ROLES):
        _added(new, people, _person(place, role, group, committees, today))
    for place in range(number):
        committee = committees[place % len(committees)]
        meeting = _added(new, meetings, _meeting(place, committee, today))
        if meeting in new:
            _add_paper(new, meeting)
    return new


def _added(new: list[Page], parent: Page, page: PageType) -> PageType:
    """Return a page, published if it was missing, and note it if so."""
    made = publish(parent, page)
    if made is not None:
        new.append(made)
        return made
    return type(page).objects.child_of(parent).get(slug=page.slug)


def _person(
    place: int, role: str, group: str, committees: list[CommitteePage], today: date
) -> PersonPage:
    letter = "ABCD"[place]
    page = PersonPage(
        title=labelled(f"Sample person {letter}"),
        slug=f"sample-person-{letter.lower()}",
        role=role,
        group=group,
        body=body(text("Nobody of this name exists.")),
        interests_declared_on=today - timedelta(days=30 * place),
    )
    page.committees = [
        Membership(committee=committee, role="Chair" if place == 0 else "")
        for committee in committees[: 1 + place % 2]
    ]
    page.interests = [
        Interest(
            interest=f"A made-up interest of sample person {letter}.",
            kind=KINDS[place],
            starts_on=today - timedelta(days=900),
            ends_on=today - timedelta(days=60) if place % 2 else None,
            action="Leaves the room when it is discussed.",
        )
    ]
    return page


def _meeting(place: int, committee: CommitteePage, today: date) -> MeetingPage:
    day = today + timedelta(days=FIRST_AFTER - DAYS_BETWEEN * place)
    start = timezone.make_aware(datetime.combine(day, time(13)))
    is_over = day < today
    page = MeetingPage(
        title=labelled(f"Meeting {place + 1}"),
        slug=f"sample-meeting-{place + 1}",
        committee=committee,
        starts_at=start,
        ends_at=start + timedelta(hours=2, minutes=30),
        place="A made-up room",
        how_to_join=WARNING,
        is_in_public=place % 3 != 2,  # noqa: PLR2004, two out of three
    )
    contact = Contact.objects.order_by("pk").first()
    if not is_over and contact:
        page.questions_by = start - timedelta(days=7, hours=1)
        page.questions_contact = contact
    if place % 7 == 5:  # noqa: PLR2004, a few do not take place
        page.status = "cancelled"
        page.status_note = "A sample of a meeting that was cancelled."
    page.agenda = _agenda(has_outcome=is_over and page.takes_place)
    return page


def _agenda(*, has_outcome: bool) -> list[AgendaItem]:
    after: dict[str, Any] = {
        "decision": "Agreed, for this sample.",
        "actions": "Sample person A to make up another sample.",
    }
    return [
        AgendaItem(number="1", title="Welcome and apologies", is_verbal=True),
        AgendaItem(
            number="2",
            title="A sample report",
            purpose="decision",
            lead_text="Sample person A, Clinical chair",
            **(after if has_outcome else {}),
        ),
        AgendaItem(
            number="3",
            title="A sample of what is still to come",
            purpose="assurance",
            lead_text="Sample person B, Chief Finance Officer",
        ),
    ]


def _add_paper(new: list[Page], meeting: MeetingPage) -> None:
    """Add a paper as a page, and name it in the agenda."""
    paper = PaperPage(
        title=labelled("A sample report"),
        slug="a-sample-report",
        body=body(text("A paper would stand here.")),
    )
    paper = _added(new, meeting, paper)
    meeting = MeetingPage.objects.get(pk=meeting.pk)
    for row in meeting.agenda.all():
        if row.number == "2":
            row.paper = paper
            row.save()
    MeetingPage.objects.get(pk=meeting.pk).save_revision(log_action=True).publish()
