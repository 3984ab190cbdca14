"""Papers of a meeting that are pages, and what it takes to publish a draft of one."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.apps import apps
from django.core.exceptions import ValidationError
from django.db import models
from django.utils import timezone
from django.utils.functional import cached_property
from wagtail.admin.panels import FieldPanel
from wagtail.blocks import StreamBlockValidationError
from wagtail.locks import BaseLock
from wagtail.models import Page, Revision
from wagtail.search import index

from pages.blocks import BodyBlock, ContentsEntry, contents
from pages.fields import StreamField
from pages.models.base import BasePage
from pages.public import is_live_now
from pages.times import day_and_time

PAPER_TEXT = BodyBlock(required=False)  # of a text that is missing is said just that
WITH_MEETING = "publish_papers"  # the meeting's box, by its name in revisions


class PublishedWithMeetingLock(BaseLock):
    """A paper stays as it was approved until its meeting, which is scheduled, is published."""

    def __init__(self, paper: "PaperPage", meeting: Page, go_live_at: datetime) -> None:
        super().__init__(paper)
        self.meeting = meeting
        self.go_live_at = go_live_at

    def for_user(self, user: Any) -> bool:
        return True

    def get_message(self, user: Any) -> str:
        return (
            f"This paper is published together with “{self.meeting.title}” on "
            f"{day_and_time(self.go_live_at)}. To change it, first cancel the scheduled "
            "publishing of the meeting."
        )

    def get_locked_by(self, user: Any) -> str:
        return "Locked by the schedule of its meeting"


class PaperPage(BasePage):
    """One paper of a meeting, or its minutes, as a page.

    Its purpose and lead are those of the agenda item that names it: they are kept once.
    """

    parent_page_types = ["pages.MeetingPage"]
    subpage_types: list[str] = []
    show_in_menus_default = False
    page_description = "A paper or the minutes of a meeting, as a page that everybody can read."
    template = "pages/paper_page.html"
    kind_for_readers = "Meeting paper"
    ages = True

    body = StreamField(BodyBlock())

    content_panels = [*BasePage.content_panels, FieldPanel("body")]
    search_fields = [*BasePage.search_fields, index.SearchField("body")]

    class Meta:
        verbose_name = "meeting paper"

    @property
    def contents(self) -> list[ContentsEntry]:
        """The headings for "On this page"; empty where there are too few to need a list."""
        return contents(self.body)

    @cached_property
    def meeting(self) -> Page:
        """The meeting that it belongs to."""
        return apps.get_model("pages.MeetingPage").objects.parent_of(self).get()

    @property
    def is_with_public_meeting(self) -> bool:
        """Whether readers may see the meeting."""
        return is_live_now(self.meeting)

    @property
    def items(self) -> list[Any]:
        """The items of the meeting's agenda that name this paper: number, purpose and lead."""
        return [item for item in self.meeting.shown_agenda if item.row.paper_id == self.pk]

    @property
    def date_for_readers(self) -> date:
        return timezone.localdate(self.meeting.starts_at)

    def get_lock(self) -> BaseLock | None:
        """Return what keeps editors from changing it: also its meeting's schedule."""
        lock = super().get_lock()
        revision = None if lock else self.get_parent().scheduled_revision
        if revision and revision.content.get(WITH_MEETING):
            lock = PublishedWithMeetingLock(
                self, revision.as_object(), revision.approved_go_live_at
            )
        return lock


def papers_below(meeting: Page | None) -> models.QuerySet:
    """Return the papers that a meeting has; one that was never saved has none."""
    if meeting is None or meeting.pk is None:
        return PaperPage.objects.none()
    return PaperPage.objects.child_of(meeting).order_by("path")


@dataclass(frozen=True)
class DraftPaper:
    """A paper's newest draft, and what has to be done before it can be published."""

    revision: Revision
    page: PaperPage
    problems: list[str]

    def publish(self) -> None:
        """Publish it now; it has no problems. What its headings were given is kept with it."""
        content = self.page.serializable_data()
        if content["body"] != self.revision.content["body"]:
            self.revision.content = content
            self.revision.save(update_fields=["content"])
        self.revision.publish(skip_permission_checks=True)


def draft_papers(meeting: Page, until: datetime) -> list[DraftPaper]:
    """Return the drafts below a meeting that were saved until then and are not published.

    What was saved later was not there when the meeting's own version was approved, and what was
    withdrawn after it was published is not published again by the way.
    """
    papers = PaperPage.objects.child_of(meeting).order_by("path")
    drafts = ((paper, _newest(paper, until)) for paper in papers)
    return [
        _draft(paper, revision)
        for paper, revision in drafts
        if revision and not _was_published(paper, revision)
    ]


def _newest(paper: PaperPage, until: datetime) -> Revision | None:
    revisions = paper.revisions.filter(created_at__lte=until)
    return revisions.order_by("-created_at", "-pk").first()


def _was_published(paper: PaperPage, revision: Revision) -> bool:
    if paper.live:
        return paper.live_revision_id == revision.pk
    return bool(paper.last_published_at and revision.created_at <= paper.last_published_at)


def _draft(paper: PaperPage, revision: Revision) -> DraftPaper:
    page = revision.as_object()
    return DraftPaper(revision, page, list(_problems(paper, page)))


def _problems(paper: PaperPage, draft: PaperPage) -> Iterator[str]:
    """Yield what has to be done before a draft can be published; it completes its text."""
    if paper.locked:
        yield "it is locked; unlock it first"
    if draft.go_live_at and draft.go_live_at > timezone.now():
        yield "it has a go-live date of its own; take that out"
    if draft.expire_at and draft.expire_at <= timezone.now():
        yield "its expiry date has passed; take that out"
    if not draft.search_description:
        yield "it has no summary"
    try:
        draft.body = PAPER_TEXT.clean(draft.body)
        if not draft.body:
            yield "it has no text"
    except StreamBlockValidationError:
        yield "a block of its text is incomplete; open it and press Publish to see which"
    try:
        draft.full_clean()
    except ValidationError as error:
        for name, messages in error.message_dict.items():
            yield f"{PaperPage._meta.get_field(name).verbose_name}: {' '.join(messages)}"


def ready_or_not(drafts: list[DraftPaper]) -> list[str]:
    """Return for each draft that cannot be published which it is, and why."""
    return [
        f"“{draft.page.title}” cannot be published yet: {'; '.join(draft.problems)}."
        for draft in drafts
        if draft.problems
    ]


class PapersNotReadyError(Exception):
    """A meeting cannot be published together with its papers; nothing of it has been."""

    def __init__(self, meeting: Page, problems: list[str]) -> None:
        super().__init__(" ".join(["Nothing was published.", *problems]))
        self.meeting = meeting
        self.problems = problems
