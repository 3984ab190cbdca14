"""One message from a visitor, from its arrival until it is deleted."""

from datetime import date

from django.conf import settings
from django.contrib.auth.models import AbstractBaseUser
from django.db import models
from django.db.models.functions import Coalesce, Least
from django.utils import timezone

from enquiries.models.kinds import EnquiryKind, Subject

LONGEST_MESSAGE = 20_000
LONGEST_LINE = 250


class State(models.TextChoices):
    RECEIVED = "received", "Received"
    ACKNOWLEDGED = "acknowledged", "Acknowledged"
    IN_PROGRESS = "in progress", "In progress"
    ANSWERED = "answered", "Answered"
    CLOSED = "closed", "Closed"


WAITING = [State.RECEIVED, State.ACKNOWLEDGED, State.IN_PROGRESS]


class EnquiryQuerySet(models.QuerySet):
    def seen_by(self, user: AbstractBaseUser) -> "EnquiryQuerySet":
        """Return those that a member of staff may see: of the kinds of their groups."""
        return self.filter(kind__in=EnquiryKind.objects.seen_by(user))

    def waiting(self) -> "EnquiryQuerySet":
        """Return those that are not answered yet."""
        return self.filter(state__in=WAITING)

    def genuine(self) -> "EnquiryQuerySet":
        """Leave out what was kept apart because it looked like spam."""
        return self.filter(suspicion="")

    def kept_apart(self) -> "EnquiryQuerySet":
        """Return what looked like spam."""
        return self.exclude(suspicion="")

    def about_page(self, page: models.Model) -> "EnquiryQuerySet":
        """Return the reports about a page that are still open."""
        reports = self.genuine().waiting()
        return reports.filter(page=page.pk, kind__subject__in=[Subject.PAGE, Subject.ACCESSIBILITY])

    def with_next_day(self) -> "EnquiryQuerySet":
        """Add `next_day`: what `Enquiry.due_on` says."""
        first = Least(
            Coalesce("acknowledge_by", "answer_by"), Coalesce("answer_by", "acknowledge_by")
        )
        return self.annotate(
            next_day=models.Case(
                models.When(state=State.RECEIVED, then=first),
                models.When(state__in=WAITING, then="answer_by"),
                output_field=models.DateField(),
            )
        )

    def late(self, today: date) -> "EnquiryQuerySet":
        """Return those of which something that was promised has not been done in time."""
        return self.with_next_day().filter(next_day__lt=today)

    def in_order_of_work(self) -> "EnquiryQuerySet":
        """Put first what is late, then what is due next, then what else waits; the rest last."""
        is_done = models.Case(models.When(state__in=WAITING, then=0), default=1)
        next_day = models.F("next_day").asc(nulls_last=True)
        return self.with_next_day().order_by(next_day, is_done, "-received_at", "-pk")


class Enquiry(models.Model):
    """What a visitor sent, where it came from, and how far we are with it.

    `submission` is the number of the form that was filled in: however often it is sent, it is
    one enquiry. Whoever knows the reference and the secret may see its state, and nothing else.
    """

    kind = models.ForeignKey(EnquiryKind, on_delete=models.PROTECT, related_name="enquiries")
    submission = models.UUIDField(unique=True, editable=False)
    reference = models.CharField(max_length=20, unique=True)
    secret = models.CharField(max_length=40)
    received_at = models.DateTimeField(default=timezone.now, db_index=True)
    suspicion = models.CharField(
        "why it was kept apart", max_length=120, blank=True, help_text="Empty: nothing suspicious."
    )

    name = models.CharField(max_length=LONGEST_LINE, blank=True)
    email = models.EmailField("e-mail", blank=True, db_index=True)
    phone = models.CharField(max_length=40, blank=True)
    address = models.TextField("postal address", blank=True)
    message = models.TextField(max_length=LONGEST_MESSAGE)
    # What else its form asked: questions and answers, in their order, as readers saw them.
    answers = models.JSONField(default=list, blank=True)

    page = models.ForeignKey(
        "wagtailcore.Page", null=True, blank=True, on_delete=models.SET_NULL, related_name="+"
    )
    page_version = models.ForeignKey(
        "wagtailcore.Revision", null=True, blank=True, on_delete=models.SET_NULL, related_name="+"
    )
    # As they were when it came: the page may have been moved, renamed or deleted since.
    page_title = models.CharField(max_length=255, blank=True)
    page_address = models.CharField(max_length=500, blank=True)
    section = models.CharField(max_length=LONGEST_LINE, blank=True)
    document = models.ForeignKey(
        settings.WAGTAILDOCS_DOCUMENT_MODEL,
        null=True,
        blank=True,
        on_delete=models.SET_NULL,
        related_name="+",
    )

    state = models.CharField(
        max_length=20, choices=State.choices, default=State.RECEIVED, db_index=True
    )
    owner = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.SET_NULL, related_name="+"
    )
    acknowledge_by = models.DateField(null=True, blank=True)
    answer_by = models.DateField(null=True, blank=True, db_index=True)
    acknowledged_at = models.DateTimeField(null=True, blank=True)
    answered_at = models.DateTimeField(null=True, blank=True)
    closed_at = models.DateTimeField(null=True, blank=True, db_index=True)
    resolved_by = models.ForeignKey(
        "wagtailcore.Revision",
        verbose_name="version that resolved it",
        null=True,
        blank=True,
        on_delete=models.SET_NULL,
        related_name="+",
    )

    wagtail_reference_index_ignore = True  # staff without rights to it see where pages are used
    objects = EnquiryQuerySet.as_manager()

    class Meta:
        ordering = ["-received_at"]
        verbose_name_plural = "enquiries"
        # Groups of a kind see and answer its enquiries; this one right goes across all kinds.
        default_permissions = ()
        permissions = [("handle_personal_data", "Can export and erase what we hold of a person")]

    def __str__(self) -> str:
        return self.reference

    @property
    def is_waiting(self) -> bool:
        """Whether it has not been answered yet."""
        return self.state in WAITING

    @property
    def answers_in_words(self) -> str:
        """What else its form asked, and what was answered."""
        return "\n".join(f"{question}: {answer}" for question, answer in self.answers)

    @property
    def due_on(self) -> date | None:
        """The next day by which something was promised: to acknowledge it, or to answer."""
        days = [self.answer_by] if self.is_waiting else []
        if self.state == State.RECEIVED:
            days.append(self.acknowledge_by)
        return min((day for day in days if day), default=None)

    def is_late(self, today: date | None = None) -> bool:
        """Return whether something that was promised has not been done in time."""
        return bool(self.due_on and self.due_on < (today or timezone.localdate()))

    def due_in_words(self, today: date | None = None) -> str:
        """Return what is due when, such as "3 days late to answer", or nothing."""
        day = self.due_on
        if not day:
            return ""
        what = "answer" if day == self.answer_by else "acknowledge"
        days = (day - (today or timezone.localdate())).days
        if days < 0:
            return f"{-days} day{'s' if days < -1 else ''} late to {what}"
        if days == 0:
            return f"{what.capitalize()} today"
        return f"{what.capitalize()} by {day:%-d %B %Y}"
