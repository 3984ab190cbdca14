"""Sample publications: of every type, with text, with files and with both."""

from datetime import date, timedelta
from itertools import count, cycle, islice

from django.core.files.base import ContentFile
from wagtail.models import Page

from ccgsite.samples.files import pdf
from ccgsite.samples.labels import LABEL, SUMMARY, WARNING, body, labelled, publish, text
from pages.models import (
    Contact,
    HomePage,
    PublicationFile,
    PublicationIndexPage,
    PublicationKind,
    PublicationPage,
    SiteDocument,
    Topic,
)

DAYS_BETWEEN = 41  # so that a dozen entries stand in two years
SUBJECTS = ("Winter health", "Getting about", "Feedback", "Spending")
NOTE = f"{LABEL}. {WARNING}"
FILES = {
    "Sample entry: report": ("sample-report.pdf", pdf(f"{LABEL}: page 1", "Page 2", "Page 3")),
    "Sample entry: table": ("sample-table.csv", b"Sample entry,Number\nMade up,1\nMade up,2\n"),
    "Sample entry: notes": ("sample-notes.txt", f"{NOTE}\n".encode()),
}
EARLIER = ("sample-report.pdf", pdf(f"{LABEL}: the first version"))
# Which files an entry has, and whether it has a text as well.
FORMS = (
    (("report",), True),
    ((), True),
    (("table", "notes"), True),
    (("report",), False),
)


def add(home: HomePage, number: int, today: date) -> list[Page]:
    """Add so many sample publications below the lists of publications, the newest of today.

    Returns the new pages: none where they are there already, or where the site has no such list.
    """
    indexes = list(PublicationIndexPage.objects.descendant_of(home).order_by("path"))
    if not indexes or not number:
        return []
    documents = {title.rpartition(" ")[2]: _document(title) for title in FILES}
    topics = [_topic(name) for name in SUBJECTS]
    facts = zip(
        count(1), cycle(PublicationKind), cycle(topics), cycle(FORMS), cycle(indexes), strict=False
    )
    added = []
    for position, kind, topic, (files, has_text), index in islice(facts, number):
        own_text = text(f"This would be the text of a {kind.label.lower()}.")
        label = f"{kind.label} {position} about {topic.name.lower().removeprefix('sample entry: ')}"
        page = PublicationPage(
            title=labelled(label),
            slug=f"sample-publication-{position}",
            search_description=SUMMARY,
            kind=kind,
            topic=topic,
            published_on=today - timedelta(days=DAYS_BETWEEN * (position - 1)),
            body=body(own_text) if has_text else [],
            files=[PublicationFile(document=documents[name]) for name in files],
            format_contact=_contact() if files else None,
        )
        added.append(publish(index, page))
    report = documents["report"]
    if any(added) and not report.earlier_files.exists():
        report.file = ContentFile(FILES[report.title][1], EARLIER[0])
        report.save()
    return [page for page in added if page]


def _document(title: str) -> SiteDocument:
    """Return the document of this title, made if it is missing; one begins with another file."""
    name, data = FILES[title]
    if name == EARLIER[0]:
        name, data = EARLIER
    found = SiteDocument.objects.filter(title=title).first()
    return found or SiteDocument.objects.create(title=title, file=ContentFile(data, name))


def _topic(name: str) -> Topic:
    slug = f"sample-{name.lower().replace(' ', '-')}"
    return Topic.objects.get_or_create(slug=slug, defaults={"name": labelled(name)})[0]


def _contact() -> Contact:
    """Return a contact at a name that belongs to nobody (RFC 2606)."""
    return Contact.objects.get_or_create(
        key="sample-contact",
        defaults={"name": labelled("contact"), "email": "sample@example.org"},
    )[0]
