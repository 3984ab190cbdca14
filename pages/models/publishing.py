"""A meeting is published together with its papers, in one transaction, or not at all."""

from typing import Any

from django.db import models, transaction
from wagtail.models import Page

from pages.models.papers import PapersNotReadyError, draft_papers, ready_or_not


class PublishesPapers(models.Model):
    """What a page has that is published with the papers below it. It comes before BasePage."""

    publish_papers = models.BooleanField(
        "publish all papers of this meeting with it",
        default=False,
        help_text="When this meeting is published, now or on its go-live date, every draft below "
        "it is too, in the same instant, as it was when this version of the meeting was saved. "
        "If one cannot be published, nothing is. Tick it again for the next time.",
    )

    class Meta:
        abstract = True

    @transaction.atomic
    def save(self, *args: Any, **kwargs: Any) -> Any:
        """Save; where that publishes the meeting, its papers are published with it if it says so.

        Every way to publish saves the page with the revision that is live from then on, so this
        is the one place where both are in one transaction. Raises PapersNotReadyError.
        """
        drafts = []
        if self.publish_papers and self.pk and kwargs.get("update_fields") is None:
            is_new = self._locked_with_papers() != self.live_revision_id
            if self.live and self.live_revision_id and is_new:
                drafts = draft_papers(self, self.live_revision.created_at)
                if problems := ready_or_not(drafts):
                    raise PapersNotReadyError(self, problems)
                self.publish_papers = False  # the tick is for this once
        saved = super().save(*args, **kwargs)
        for draft in drafts:
            draft.publish()
        return saved

    @transaction.atomic
    def publish(self, *args: Any, **options: Any) -> None:
        """Publish all or nothing, the end of its schedule as well. Raises PapersNotReadyError."""
        super().publish(*args, **options)

    def _locked_with_papers(self) -> int | None:
        """Let no one else publish this or a page below until it is done.

        Returns which revision is live so far.
        """
        pages = Page.objects.filter(path__startswith=self.path).order_by("path")
        rows = dict(pages.select_for_update(no_key=True).values_list("pk", "live_revision_id"))
        return rows.get(self.pk)
