"""Enquiries are kept as long as was promised, then deleted for good; a count is left."""

from collections.abc import Iterator
from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import F, Q, QuerySet
from django.utils import timezone

from enquiries.models import Deletion, Enquiry, EnquiryKind
from enquiries.models.enquiry import EnquiryQuerySet
from enquiries.models.history import DeletionReason

KEEP_APART_FOR = timedelta(days=30)  # long enough to find what is genuine among it
A_DAY = timedelta(days=1)


def delete_kept_long_enough(now: datetime | None = None) -> int:
    """Delete what was kept as long as its form says. Returns how many enquiries that were."""
    return sum(
        delete_for_good(enquiries, kind, reason)
        for kind, reason, enquiries in _kept_long_enough(now or timezone.now())
    )


@transaction.atomic
def delete_for_good(enquiries: QuerySet, kind: EnquiryKind, reason: str) -> int:
    """Delete enquiries of one kind, with their history and letters, and count them."""
    _, deleted = enquiries.delete()
    number = deleted.get(Enquiry._meta.label, 0)
    if number:
        count, _ = Deletion.objects.get_or_create(
            kind=kind, day=timezone.localdate(), reason=reason
        )
        Deletion.objects.filter(pk=count.pk).update(count=F("count") + number)
    return number


def overdue_deletions(now: datetime | None = None) -> EnquiryQuerySet:
    """Return what should have been deleted a day ago at least, and is still there."""
    due = Q(pk__in=[])
    for kind, reason in _kinds_and_reasons():
        due |= _is_due(kind, reason, (now or timezone.now()) - A_DAY)
    return Enquiry.objects.filter(due)


def never_closed(now: datetime | None = None) -> EnquiryQuerySet:
    """Return what is not closed although it came longer ago than its form says to keep it.

    The days count from closing, so that these would stay for ever.
    """
    now = now or timezone.now()
    old = Q(pk__in=[])
    for kind in EnquiryKind.objects.all():
        old |= Q(kind=kind, received_at__lt=now - timedelta(days=kind.keep_days))
    return Enquiry.objects.genuine().filter(old, closed_at=None)


def _kinds_and_reasons() -> Iterator[tuple[EnquiryKind, str]]:
    for kind in EnquiryKind.objects.all():
        yield kind, DeletionReason.KEPT_LONG_ENOUGH
        yield kind, DeletionReason.SPAM


def _kept_long_enough(now: datetime) -> Iterator[tuple[EnquiryKind, str, QuerySet]]:
    for kind, reason in _kinds_and_reasons():
        yield kind, reason, Enquiry.objects.filter(_is_due(kind, reason, now))


def _is_due(kind: EnquiryKind, reason: str, now: datetime) -> Q:
    if reason == DeletionReason.SPAM:
        return Q(kind=kind, received_at__lt=now - KEEP_APART_FOR) & ~Q(suspicion="")
    return Q(kind=kind, closed_at__lt=now - timedelta(days=kind.keep_days))
