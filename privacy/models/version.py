"""Versions of the privacy notice: what readers could read, and when."""

from typing import TYPE_CHECKING

from django.db import models, transaction
from django.utils import timezone

from privacy.versions import snapshot

if TYPE_CHECKING:
    from privacy.models.notice import PrivacyNoticePage


class NoticeVersion(models.Model):
    """The words of a published notice, kept for good.

    Page revisions hold drafts too and may be cleared away, so a published version is a record
    of its own.
    """

    page = models.ForeignKey(
        "privacy.PrivacyNoticePage", on_delete=models.CASCADE, related_name="versions"
    )
    number = models.PositiveIntegerField()
    published_at = models.DateTimeField(default=timezone.now)
    change_note = models.CharField(max_length=300, blank=True)
    content = models.JSONField(help_text="The text by section and activity: see versions.snapshot.")

    class Meta:
        ordering = ["-number"]
        constraints = [
            models.UniqueConstraint(fields=["page", "number"], name="one_number_per_notice")
        ]

    def __str__(self) -> str:
        return f"Version {self.number} of {self.page}"

    @classmethod
    def of(cls, page: "PrivacyNoticePage") -> models.QuerySet["NoticeVersion"]:
        """Return a notice's versions, newest first."""
        return cls.objects.filter(page_id=page.pk)

    @classmethod
    def keep(cls, page: "PrivacyNoticePage") -> None:
        """Add a version with the notice's present words, unless the last one has the same."""
        content = snapshot(page)
        with transaction.atomic():
            last = cls.of(page).select_for_update().first()
            if last is None or last.content != content:
                cls.objects.create(
                    page_id=page.pk,
                    number=last.number + 1 if last else 1,
                    change_note=page.change_note,
                    content=content,
                )

    @property
    def previous_number(self) -> int:
        """The number of the version before; 0 for the first."""
        return self.number - 1
