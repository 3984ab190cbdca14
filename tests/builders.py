"""The smallest valid page of each type, published below its parent.

Every argument can be given as the model's field; what is left out gets a value that is valid
and not worth reading. `body` is a list of `("block type", value)` as the models take it.
"""

from datetime import datetime, timedelta
from itertools import count
from typing import Any, TypeVar
from uuid import uuid4
from zoneinfo import ZoneInfo

from django.contrib.auth.models import Group
from django.utils import timezone
from django.utils.text import slugify
from wagtail.models import Page
from wagtail.rich_text import RichText

from enquiries.models import Enquiry, EnquiryKind, Subject
from enquiries.receiving import Message, receive
from pages.models import (
    AgendaItem,
    AlertIndexPage,
    AlertPage,
    BasePage,
    CommitteePage,
    ConsultationIndexPage,
    ConsultationPage,
    Contact,
    ContentPage,
    HomePage,
    Interest,
    MeetingIndexPage,
    MeetingPage,
    NewsIndexPage,
    NewsPage,
    PaperPage,
    PeopleIndexPage,
    PersonGroup,
    PersonPage,
    PublicationFile,
    PublicationIndexPage,
    PublicationPage,
    SectionPage,
    SiteDocument,
    Topic,
    WayToTakePart,
)
from privacy.models import CookiesPage, NoticeSection, PrivacyNoticePage, ProcessingActivity

BODY = [("text", "<p>Some text.</p>")]
FACTS_OF_THE_REGISTER = {
    "people": "Patients.\nCarers.",
    "data": "Names.",
    "source": "Your GP surgery.",
    "rights": "access, rectification",
    "opt_outs": [
        ("opt_out", {"kind": "Type 1 opt-out", "text": RichText("<p>Ask your GP surgery.</p>")})
    ],
    "recipients": "The council.",
    "transfers": "None.",
    "retention": "Two years.",
    "safeguards": "Locked rooms.",
}
LONDON = ZoneInfo("Europe/London")
NUMBERS = count(1)
PageType = TypeVar("PageType", bound=BasePage)


def section(parent: Page | None = None, **facts: Any) -> SectionPage:
    return _publish(SectionPage, parent, facts)


def content_page(parent: Page | None = None, **facts: Any) -> ContentPage:
    return _publish(ContentPage, parent, {"body": BODY, **facts})


def news_index(parent: Page | None = None, **facts: Any) -> NewsIndexPage:
    """Return a news index in a section of its own, as a parent has one at most."""
    return _publish(NewsIndexPage, parent or section(), facts)


def news_page(parent: Page | None = None, **facts: Any) -> NewsPage:
    return _publish(NewsPage, parent or news_index(), {"body": BODY, **facts})


def consultation_index(parent: Page | None = None, **facts: Any) -> ConsultationIndexPage:
    return _publish(ConsultationIndexPage, parent, facts)


def consultation(parent: Page | None = None, **facts: Any) -> ConsultationPage:
    """Return a consultation in the starter site's first list, open for a week on either side.

    Its one way to take part is by post, unless `ways` says; the week holds unless a date is given.
    """
    dates = {"opens_at", "closes_at", "dates_unknown"} & facts.keys()
    now = timezone.now().replace(second=0, microsecond=0)
    week = timedelta(days=7)
    open_now = {} if dates else {"opens_at": now - week, "closes_at": now + week}
    parent = parent or ConsultationIndexPage.objects.order_by("path").first()
    ways = [way(kind="post", address="1 Example Road\nExampletown")]
    return _publish(ConsultationPage, parent, {"body": BODY, "ways": ways, **open_now, **facts})


def way(**facts: Any) -> WayToTakePart:
    """Return a way to take part that belongs to no consultation yet."""
    return WayToTakePart(**facts)


def publication_index(parent: Page | None = None, **facts: Any) -> PublicationIndexPage:
    return _publish(PublicationIndexPage, parent, facts)


def publication(
    parent: Page | None = None, *documents: SiteDocument, **facts: Any
) -> PublicationPage:
    """Return a report that offers the documents, with a contact for other formats if it does."""
    if documents:
        files = [PublicationFile(document=document) for document in documents]
        facts = {"format_contact": contact(), "files": files, **facts}
    parent = parent or publication_index()
    return _publish(PublicationPage, parent, {"kind": "report", "body": BODY, **facts})


def committee(parent: Page | None = None, **facts: Any) -> CommitteePage:
    return _publish(CommitteePage, parent or section(), {"body": BODY, **facts})


def people_index(parent: Page | None = None, **facts: Any) -> PeopleIndexPage:
    """Return a list of people in a section of its own, as a parent has one at most."""
    return _publish(PeopleIndexPage, parent or section(), facts)


def person(parent: Page | None = None, **facts: Any) -> PersonPage:
    usual = {"role": "Lay member", "group": PersonGroup.LAY}
    return _publish(PersonPage, parent or people_index(), {**usual, **facts})


def interest(**facts: Any) -> Interest:
    """Return an interest that belongs to no person yet."""
    return Interest(**{"interest": "Owns a shop.", "kind": "financial", **facts})


def meeting_index(parent: Page | None = None, **facts: Any) -> MeetingIndexPage:
    """Return a list of meetings in a section of its own, as a parent has one at most."""
    return _publish(MeetingIndexPage, parent or section(), facts)


def meeting(parent: Page | None = None, **facts: Any) -> MeetingPage:
    """Return a meeting in May 2021 of a committee of its own, unless it is said which."""
    start = datetime(2021, 5, 19, 13, tzinfo=LONDON)
    usual = {"starts_at": start, "ends_at": None, "place": "Room 1, Some Street"}
    facts = {"committee": facts.get("committee") or committee(), **usual, **facts}
    for place, item in enumerate(facts.get("agenda", [])):
        item.sort_order = place
    return _publish(MeetingPage, parent or meeting_index(), facts)


def agenda_item(**facts: Any) -> AgendaItem:
    """Return an item that belongs to no meeting yet."""
    number = next(NUMBERS)
    return AgendaItem(**{"number": str(number), "title": f"Item {number}", **facts})


def paper(parent: Page | None = None, **facts: Any) -> PaperPage:
    return _publish(PaperPage, parent or meeting(), {"body": BODY, **facts})


def alert_index(**facts: Any) -> AlertIndexPage:
    """Return the site's list of alerts, which it has one of."""
    index = AlertIndexPage.objects.get()
    for name, fact in facts.items():
        setattr(index, name, fact)
    index.save_revision().publish()
    return AlertIndexPage.objects.get()


def alert(**facts: Any) -> AlertPage:
    """Return an alert that is shown from now on everywhere, unless the facts say otherwise."""
    facts = {"body": BODY, "shown_from": timezone.now(), **facts}
    return _publish(AlertPage, AlertIndexPage.objects.get(), facts)


def topic(**facts: Any) -> Topic:
    return Topic.objects.create(**_named("Topic", "slug", facts, title="name"))


def cookies_page(parent: Page | None = None, **facts: Any) -> CookiesPage:
    return _publish(CookiesPage, parent, {"body": BODY, **facts})


def privacy_notice(parent: Page | None = None, **facts: Any) -> PrivacyNoticePage:
    """Return a notice with one section and one activity, unless `sections` or `activities` say."""
    rows = {
        "sections": [notice_section()],
        "activities": [activity()],
    }
    return _publish(PrivacyNoticePage, parent, {**rows, **facts})


def notice_section(**facts: Any) -> NoticeSection:
    """Return a section that belongs to no notice yet."""
    return NoticeSection(**_named("Section", "anchor", {"body": BODY, **facts}))


def activity(**facts: Any) -> ProcessingActivity:
    """Return a row of Appendix A that belongs to no notice yet."""
    return ProcessingActivity(**_named("Activity", "anchor", facts))


def contact(**facts: Any) -> Contact:
    return Contact.objects.create(
        **_named("Contact", "key", {"email": "team@example.org", **facts}, title="name")
    )


def enquiry_kind(*groups: Group, **facts: Any) -> EnquiryKind:
    """Return a form whose enquiries these groups see, to be answered within 20 working days."""
    number = next(NUMBERS)
    usual = {
        "code": "".join(chr(ord("A") + number // 26**place % 26) for place in range(4)),
        "subject": Subject.GENERAL,
        "message_label": "What do you want to tell us?",
        "answer_within": 20,
        "contact": facts.get("contact") or contact(phone="01632 960000", address="1 Some Street"),
    }
    kind = EnquiryKind.objects.create(**_named("Form", "slug", {**usual, **facts}, title="name"))
    kind.groups.set(groups)
    return kind


def enquiry(kind: EnquiryKind | None = None, **facts: Any) -> Enquiry:
    """Return what came in just now, or at `received_at`; other facts are set as they are."""
    kind = kind or enquiry_kind()
    when = {"received_at": facts.pop("received_at")} if "received_at" in facts else {}
    suspicion = facts.pop("suspicion", "")
    sent = {"message": "Something is wrong.", "email": "visitor@example.org"}
    message = Message(kind.pk, kind.code, uuid4(), sent, suspicion, **when)
    received = receive(message)
    for name, fact in facts.items():
        setattr(received, name, fact)
    received.save()
    return received


def draft(page: PageType) -> PageType:
    """Take a page back from the public. Returns it as it is stored now."""
    page.unpublish()
    page.refresh_from_db()
    return page


def _publish(model: type[PageType], parent: Page | None, facts: dict[str, Any]) -> PageType:
    facts = _named(model._meta.verbose_name.capitalize(), "slug", facts)
    facts.setdefault("search_description", f"About {facts['title']}.")
    parent = Page.objects.get(pk=parent.pk) if parent else HomePage.objects.get()
    page = parent.specific.add_child(instance=model(live=False, **facts))
    page.save_revision().publish()
    return model.objects.get(pk=page.pk)


def _named(noun: str, key: str, facts: dict[str, Any], title: str = "title") -> dict[str, Any]:
    """Add a name and a short name of which there is only one."""
    facts = {title: f"{noun} {next(NUMBERS)}", **facts}
    return {key: slugify(facts[title]), **facts}
