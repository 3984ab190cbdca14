"""Versions of the privacy notice: what readers could read, and when."""

from functools import cached_property
from typing import TYPE_CHECKING

from django.db import models, transaction
from django.utils import timezone
from wagtail.models import Page

from privacy.versions import Part, parts_of, snapshot

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
    content = models.JSONField(help_text="The words by section and activity: versions.snapshot.")

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
        """Add a version with the words that readers see now, unless the last one has the same.

        The notice is locked and read afresh, so two people who publish at once get two
        versions, the last of them with the words that are live.
        """
        with transaction.atomic():
            # Its row as a page is what a save locks first too, so neither waits for the other.
            Page.objects.select_for_update(no_key=True).filter(pk=page.pk).first()
            live = type(page).objects.filter(pk=page.pk, live=True).first()
            if live is None:  # to be published later
                return
            content = snapshot(live)
            last = cls.of(live).first()
            if last is None or last.content != content:
                cls.objects.create(
                    page_id=live.pk,
                    number=last.number + 1 if last else 1,
                    change_note=live.change_note,
                    content=content,
                )

    @cached_property
    def parts(self) -> list[Part]:
        return parts_of(self.content)

    @property
    def previous_number(self) -> int:
        """The number of the version before; 0 for the first."""
        return self.number - 1
