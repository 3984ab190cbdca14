"""Publishing and unpublishing at the time that editors set, and deleting what was kept long enough.

The serving processes do it by themselves, every few seconds (ccgsite/server.py), so that nobody
has to set up a job for it; `manage.py publish_scheduled` does the same once. Being late makes no
page wrong: one whose time has run out is gone at that moment (pages/public.py), and one that is
due comes later. So what was missed while the site stood still is made up for at its next start.
Enquiries that were kept as long as promised are deleted once a day.
"""

import logging
from collections.abc import Iterator
from datetime import date, datetime
from pathlib import Path
from threading import Event
from time import monotonic

from django.apps import apps
from django.db import OperationalError, models, transaction
from django.utils import timezone
from wagtail.models import DraftStateMixin, Page, Revision

from ccgsite.background import keep_doing
from enquiries.retention import delete_kept_long_enough

SECONDS_UNTIL_NEXT_TRY = 60  # of what failed: a log that repeats itself hides the rest
LOCK = "scheduling.lock"

log = logging.getLogger(__name__)


class Schedule:
    """What is due, and when to try again what failed."""

    def __init__(self) -> None:
        self._try_again_at: dict[models.Model, float] = {}
        self._deleted_on: date | None = None

    def turn(self) -> None:
        """Do what is due now. Raises django.db.Error if what is due cannot be read."""
        self.publish_due()
        self.delete_daily()

    def publish_due(self) -> int:
        """Unpublish and publish what is due, one after the other. Returns how many were done.

        Each is a transaction of its own. One that fails is logged and left for later, and the
        others go on. Raises django.db.Error if what is due cannot be read.
        """
        now = timezone.now()
        return sum(self._done(item, now) for item in [*_expired(now), *_due(now)])

    def delete_daily(self) -> None:
        """Delete the enquiries that were kept long enough, once a day.

        Raises django.db.Error if that fails; the next call tries again.
        """
        today = timezone.localdate()
        if self._deleted_on != today:
            delete_kept_long_enough()
            self._deleted_on = today

    def _done(self, item: models.Model, now: datetime) -> bool:
        if self._try_again_at.get(item, 0) > monotonic():
            return False
        try:
            with transaction.atomic():
                done = _publish(item, now) if isinstance(item, Revision) else _unpublish(item, now)
        except Exception as error:  # whatever one page does, the others are due as well
            if not isinstance(error, OperationalError):  # the database was busy, or is away
                self._try_again_at[item] = monotonic() + SECONDS_UNTIL_NEXT_TRY
            log.exception("What is scheduled failed, and is tried again: %r", item)
            return False
        self._try_again_at.pop(item, None)
        return done


def _expired(now: datetime) -> Iterator[models.Model]:
    """Yield what is live and should be no longer: pages, and whatever else can be scheduled."""
    others = (x for x in apps.get_models() if issubclass(x, DraftStateMixin))
    for model in [Page, *(x for x in others if not issubclass(x, Page))]:
        yield from model.objects.filter(live=True, expire_at__lte=now).order_by("expire_at")


def _due(now: datetime) -> models.QuerySet:
    """Return the versions that should be live by now, in the order of their times."""
    due = Revision.objects.filter(approved_go_live_at__lte=now).order_by("approved_go_live_at")
    return due.defer("content")


def overdue_since() -> datetime | None:
    """Return since when the first of what is due has been waiting, or None if nothing is due."""
    now = timezone.now()
    expired = [item.expire_at for item in _expired(now)]
    return min([*expired, *(item.approved_go_live_at for item in _due(now)[:1])], default=None)


# Another process, or an editor, may have been faster: both look again, with the row locked.


def _unpublish(item: models.Model, now: datetime) -> bool:
    locked = type(item).objects.select_for_update()
    expired = locked.filter(pk=item.pk, live=True, expire_at__lte=now).first()
    if expired:
        expired.unpublish(set_expired=True, log_action="wagtail.unpublish.scheduled")
    return bool(expired)


def _publish(item: Revision, now: datetime) -> bool:
    locked = Revision.objects.select_for_update()
    due = locked.filter(pk=item.pk, approved_go_live_at__lte=now).first()
    if due:
        due.publish(log_action="wagtail.publish.scheduled")
    return bool(due)


# --- In the serving processes -----------------------------------------------------------------


def keep_publishing(folder: Path, stop: Event) -> None:
    """Publish and delete what is due, until told to stop, in one process of all."""
    keep_doing(Schedule().turn, "Scheduled publishing", folder / LOCK, stop)
