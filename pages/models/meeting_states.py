"""What may become of a meeting. That it is over is no state: it follows from the time."""

from datetime import datetime

from django.db import models
from django.db.models import Q
from django.utils import timezone

from pages.moments import start_of


class MeetingStatus(models.TextChoices):
    PLANNED = "planned", "Takes place, or took place"
    CANCELLED = "cancelled", "Cancelled"
    POSTPONED = "postponed", "Postponed"


class MinutesState(models.TextChoices):
    DRAFT = "draft", "Draft, not approved yet"
    APPROVED = "approved", "Approved"


def to_come(now: datetime) -> Q:
    """Return which meetings are not over: one without an end is over when its day is."""
    return Q(ends_at__gt=now) | Q(ends_at=None, starts_at__gte=start_of(timezone.localdate(now)))
