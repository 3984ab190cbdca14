"""What was done with enquiries, by whom and when: never changed, and gone with the enquiry."""

from django.conf import settings
from django.db import models
from django.utils import timezone

from enquiries.models.enquiry import Enquiry
from enquiries.models.kinds import EnquiryKind


class Action(models.TextChoices):
    RECEIVED = "received", "Received"
    ASSIGNED = "assigned", "Assigned"
    ACKNOWLEDGED = "acknowledged", "Acknowledged"
    STARTED = "started", "Work began"
    NOTED = "noted", "Note"
    ANSWERED = "answered", "Answered"
    CLOSED = "closed", "Closed"
    REOPENED = "reopened", "Opened again"
    KEPT_APART = "kept apart", "Kept apart as suspicious"
    LET_IN = "let in", "Found genuine"
    EXPORTED = "exported", "Exported"
    SHOWN = "shown", "NHS number looked at"
    LETTER_FAILED = "letter failed", "E-mail could not be sent"
    SENT_AGAIN = "sent again", "E-mail to be tried again"


class HistoryEntry(models.Model):
    """One thing that happened to an enquiry. Staff alone see it."""

    enquiry = models.ForeignKey(Enquiry, on_delete=models.CASCADE, related_name="history")
    at = models.DateTimeField(default=timezone.now)
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.SET_NULL, related_name="+"
    )
    action = models.CharField(max_length=20, choices=Action.choices)
    text = models.TextField(blank=True)

    class Meta:
        ordering = ["at", "pk"]
        verbose_name_plural = "history entries"

    def __str__(self) -> str:
        return f"{self.enquiry}: {self.get_action_display()}"


class DeletionReason(models.TextChoices):
    KEPT_LONG_ENOUGH = "kept long enough", "Kept as long as promised"
    ERASED = "erased", "Erased at the request of the person"
    SPAM = "spam", "Kept apart, and not found genuine"


class Deletion(models.Model):
    """How many enquiries were deleted on a day: all that is left of them."""

    kind = models.ForeignKey(EnquiryKind, on_delete=models.CASCADE, related_name="deletions")
    day = models.DateField(default=timezone.localdate)
    reason = models.CharField(max_length=20, choices=DeletionReason.choices)
    count = models.PositiveIntegerField(default=0)

    class Meta:
        ordering = ["-day"]
        constraints = [
            models.UniqueConstraint(
                fields=["kind", "day", "reason"], name="one_deletion_count_a_day"
            )
        ]

    def __str__(self) -> str:
        return f"{self.day}: {self.count} of {self.kind}"
