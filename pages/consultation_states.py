"""The state of a consultation at a moment: derived from its dates, in Python and in the database.

Both give the same answer: tests/pages/test_consultation_states.py tries one table of cases on both.
"""

from datetime import UTC, date, datetime, timedelta
from typing import Protocol

from django.db import models
from django.db.models import Case, Q, Value, When
from django.utils import timezone

# The closing minute itself is open: "until 5pm" means until the clock leaves 5pm.
CLOSING_MINUTE = timedelta(minutes=1)


class State(models.TextChoices):
    OPEN = "open", "Open"
    UPCOMING = "upcoming", "Not open yet"
    WAITING = "waiting", "Waiting for the answer"
    ANSWERED = "answered", "Answered"
    CLOSED = "closed", "Closed"  # of those whose dates are not known


TO_COME = (State.OPEN, State.UPCOMING)
OVER = (State.WAITING, State.ANSWERED, State.CLOSED)


class Dated(Protocol):
    """The facts from which the state comes."""

    dates_unknown: bool
    opens_at: datetime | None
    closes_at: datetime | None
    answered_on: date | None


def state_at(record: Dated, now: datetime) -> State:
    """Return the state of a consultation at a moment. A draft without its dates is not open yet."""
    now = now.astimezone(UTC)  # two moments of one zone are compared by its clock, which goes back
    if not record.dates_unknown:
        if not (record.opens_at and record.closes_at) or record.opens_at > now:
            return State.UPCOMING
        if record.closes_at > now - CLOSING_MINUTE:
            return State.OPEN
    if record.answered_on and record.answered_on <= timezone.localdate(now):
        return State.ANSWERED
    return State.CLOSED if record.dates_unknown else State.WAITING


def state_in_database(now: datetime) -> Case:
    """Return the same as an expression of the database."""
    now = now.astimezone(UTC)
    not_yet = Q(opens_at=None) | Q(closes_at=None) | Q(opens_at__gt=now)
    return Case(
        When(not_yet, dates_unknown=False, then=Value(State.UPCOMING)),
        When(dates_unknown=False, closes_at__gt=now - CLOSING_MINUTE, then=Value(State.OPEN)),
        When(answered_on__lte=timezone.localdate(now), then=Value(State.ANSWERED)),
        When(dates_unknown=True, then=Value(State.CLOSED)),
        default=Value(State.WAITING),
        output_field=models.CharField(),
    )
