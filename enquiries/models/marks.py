"""What messages have in common, for a day: enquiries/crowds.py says why."""

from django.db import models
from django.utils import timezone

from enquiries.models.enquiry import Enquiry


class Mark(models.Model):
    """One thing that a message may share with others, such as the address that it came from.

    `key` says what it is, and holds it as a hash whose key changes each day.
    """

    enquiry = models.ForeignKey(Enquiry, on_delete=models.CASCADE, related_name="marks")
    key = models.CharField(max_length=50)
    at = models.DateTimeField(default=timezone.now, db_index=True)
    of_crowd = models.BooleanField(default=False)

    class Meta:
        indexes = [models.Index(fields=["key", "of_crowd"], name="marks_of_a_crowd")]

    def __str__(self) -> str:
        return self.key
