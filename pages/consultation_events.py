"""What happened to consultations, for feeds: derived from their dates, nothing still to come."""

from collections.abc import Callable, Collection, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from django.db.models import F, Q
from django.utils import timezone

from pages.consultation_states import CLOSING_MINUTE, State, state_at
from pages.feeds import MOST_ENTRIES, FeedEntry
from pages.moments import local_day, start_of

if TYPE_CHECKING:
    from pages.models.consultations import ConsultationPage, ConsultationQuerySet


@dataclass(frozen=True)
class Event:
    """A kind of event: its words before the title, when it was, and where to look for it.

    `when` gives nothing if a consultation has no such event. `having` and `newest` are for the
    database: which consultations may have one, and the field by which they come newest first.
    """

    words: str
    when: Callable[["ConsultationPage"], datetime | None]
    having: Q
    newest: str


def _announced(page: "ConsultationPage") -> datetime | None:
    """Return when a page came that was there before the consultation opened."""
    came, opens = page.first_published_at, page.opens_at
    return came if came and opens and came < opens else None


def _added(page: "ConsultationPage") -> datetime | None:
    return page.first_published_at if page.dates_unknown else None


def _closed(page: "ConsultationPage") -> datetime | None:
    return page.closes_at and page.closes_at + CLOSING_MINUTE


def _answered(page: "ConsultationPage") -> datetime | None:
    """Return when the answer came: its day began, and the consultation was over."""
    if page.answered_on is None:
        return None
    return max(filter(None, [start_of(page.answered_on), _closed(page)]))


def _changed(page: "ConsultationPage") -> datetime | None:
    """Return when the page was last published again."""
    last = page.last_published_at
    return last if last != page.first_published_at else None


DATED = Q(dates_unknown=False)
EVENTS = {
    "announced": Event(
        "Announced",
        _announced,
        DATED & Q(first_published_at__lt=F("opens_at")),
        "first_published_at",
    ),
    "added": Event("Added", _added, Q(dates_unknown=True), "first_published_at"),
    "opened": Event("Open", lambda page: page.opens_at, DATED, "opens_at"),
    "closed": Event("Closed", _closed, DATED, "closes_at"),
    "answered": Event("Answered", _answered, Q(), "answered_on"),
    "changed": Event("Changed", _changed, Q(), "last_published_at"),
}


def events_of(
    page: "ConsultationPage", now: datetime, kinds: Collection[str] = tuple(EVENTS)
) -> Iterator[FeedEntry]:
    """Yield those of a consultation's events that have come."""
    for kind in kinds:
        event = EVENTS[kind]
        moment = event.when(page)
        if moment is None or moment > now:
            continue
        if kind == "answered" and state_at(page, now) != State.ANSWERED:
            continue
        # Each change is an event of its own; the others come once.
        once = kind if kind != "changed" else f"{kind}-{moment.astimezone(UTC):%Y%m%dT%H%M%SZ}"
        yield FeedEntry(
            title=f"{event.words}: {page.heading}",
            url=page.url,
            summary=page.summary,
            updated=moment,
            published=moment,
            key=f"#{once}",
        )


def newest_events(
    consultations: "ConsultationQuerySet", kinds: Collection[str], now: datetime | None = None
) -> list[FeedEntry]:
    """Return the newest events of these kinds of many consultations, a query for each kind."""
    now = now or timezone.now()
    entries: list[FeedEntry] = []
    for kind in kinds:
        event = EVENTS[kind]
        limit = local_day(now) if event.newest == "answered_on" else now
        found = consultations.filter(event.having, **{f"{event.newest}__lte": limit})
        for page in found.order_by(f"-{event.newest}", "-pk")[:MOST_ENTRIES]:
            entries += events_of(page, now, [kind])
    return newest_first(entries)


def newest_first(entries: list[FeedEntry]) -> list[FeedEntry]:
    """Return entries as a feed has them."""
    ordered = sorted(entries, key=lambda entry: (entry.updated, entry.url), reverse=True)
    return ordered[:MOST_ENTRIES]
