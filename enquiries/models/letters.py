"""E-mails about enquiries: stored with them, sent afterwards, kept until they are deleted."""

from datetime import datetime, timedelta

from django.db import models
from django.utils import timezone

from enquiries.models.enquiry import Enquiry, State

KEEP_TRYING = timedelta(days=5)


def last_try() -> datetime:
    """Return until when a letter that is written now may be sent."""
    return timezone.now() + KEEP_TRYING


class LetterKind(models.TextChoices):
    NOTICE = "notice", "Note to the team"
    RECEIPT = "receipt", "Acknowledgement to the visitor"
    ANSWER = "answer", "Answer to the visitor"


class LetterQuerySet(models.QuerySet):
    def waiting(self) -> "LetterQuerySet":
        """Return those that are still to be sent."""
        return self.filter(sent_at=None, next_attempt_at__isnull=False)

    def due(self) -> "LetterQuerySet":
        """Return those whose turn has come, and that nobody is sending just now."""
        return self.waiting().filter(next_attempt_at__lte=timezone.now())

    def given_up(self) -> "LetterQuerySet":
        """Return those that were not sent and are no longer tried."""
        return self.filter(sent_at=None, next_attempt_at=None)

    def failed(self) -> "LetterQuerySet":
        """Return those that were given up, of enquiries that staff still deal with."""
        return self.given_up().exclude(enquiry__state=State.CLOSED)


class Letter(models.Model):
    """An e-mail that has been sent or is waiting to be.

    Subject and body are empty until it is sent for the first time; then they are what was sent.
    `next_attempt_at` is empty once it is sent or given up. Until then it is the claim as well: who
    sends a letter moves it into the future first (enquiries/sending.py).
    """

    enquiry = models.ForeignKey(Enquiry, on_delete=models.CASCADE, related_name="letters")
    kind = models.CharField(max_length=10, choices=LetterKind.choices)
    to = models.EmailField()
    subject = models.CharField(max_length=200, blank=True)
    body = models.TextField(blank=True)
    created_at = models.DateTimeField(default=timezone.now)
    sent_at = models.DateTimeField(null=True, blank=True)
    attempts = models.PositiveSmallIntegerField(default=0)
    next_attempt_at = models.DateTimeField(default=timezone.now, null=True, blank=True)
    try_until = models.DateTimeField(default=last_try)
    last_error = models.CharField(max_length=300, blank=True)

    objects = LetterQuerySet.as_manager()

    class Meta:
        ordering = ["created_at", "pk"]
        constraints = [
            # Whatever is tried again, a visitor gets one receipt and the team one note.
            models.UniqueConstraint(
                fields=["enquiry", "kind"],
                condition=models.Q(kind__in=["notice", "receipt"]),
                name="one_notice_and_one_receipt",
            )
        ]
        indexes = [
            models.Index(
                fields=["next_attempt_at"],
                condition=models.Q(next_attempt_at__isnull=False),
                name="letters_waiting",
            )
        ]

    def __str__(self) -> str:
        return f"{self.get_kind_display()}: {self.enquiry}"

    @property
    def has_failed(self) -> bool:
        """Whether it was not sent and is no longer tried."""
        return self.sent_at is None and self.next_attempt_at is None
