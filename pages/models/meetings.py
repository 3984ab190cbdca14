"""Meetings: when and where, what is on the agenda, and what came of it."""

from collections.abc import Iterator
from datetime import date, timedelta
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.db import models
from django.db.models import Case, F, OuterRef, Subquery, When
from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.utils.functional import cached_property
from modelcluster.fields import ParentalKey
from wagtail.admin.panels import FieldPanel, FieldRowPanel, InlinePanel, MultiFieldPanel
from wagtail.contrib.routable_page.models import re_path
from wagtail.models import Page, PageManager, PageQuerySet
from wagtail.search import index

from pages.calendars import calendar_file
from pages.event_data import event_data
from pages.links import public_page
from pages.meeting_forms import MeetingForm
from pages.meeting_panels import AgendaPanel, PapersPanel
from pages.models.agenda import ShownItem
from pages.models.base import BasePage
from pages.models.files import OfferedFile, OffersFiles
from pages.models.meeting_states import MeetingStatus, MinutesState, to_come
from pages.models.papers import PaperPage
from pages.models.publishing import PublishesPapers
from pages.parts import Part
from pages.public import PublicPage, public_only, public_pages
from pages.routing import RoutedPage
from pages.times import end_of_day, span_in_words
from pages.validators import validate_year

CALENDAR = "meetings.ics"
CALENDAR_OF_ONE = "meeting.ics"
IN_CALENDARS = timedelta(days=366)  # so long after it is over


class MeetingQuerySet(PageQuerySet):
    def in_reading_order(self) -> "MeetingQuerySet":
        """Return those that readers may see: the next first, then those that are over, backwards.

        Each has `committee_title`, empty if the committee's own page is not public.
        """
        soon = to_come(timezone.now())
        committees = public_pages().filter(pk=OuterRef("committee_id"))
        return (
            public_only(self)
            .annotate(
                committee_slug=Subquery(committees.values("slug")[:1]),
                committee_title=Subquery(committees.values("title")[:1]),
            )
            .order_by(
                Case(When(soon, then=0), default=1),
                Case(When(soon, then=F("starts_at"))),
                "-starts_at",
                "pk",
            )
        )

    def for_calendars(self) -> "MeetingQuerySet":
        """Return those that readers may see and that are to come or were within a year."""
        since = timezone.now() - IN_CALENDARS
        return self.in_reading_order().filter(starts_at__gte=since)


class MeetingPage(OffersFiles, PublishesPapers, RoutedPage, BasePage):
    """One meeting of a committee, with agenda, papers and minutes."""

    parent_page_types = ["pages.MeetingIndexPage"]
    subpage_types = ["pages.PaperPage"]
    base_form_class = MeetingForm
    show_in_menus_default = False
    page_description = "One meeting of a committee: agenda, papers, decisions and minutes."
    template = "pages/meeting_page.html"
    read_with = ("questions_contact",)
    leads_to = ("committee",)
    kind_for_readers = "Meeting"
    ages = True

    committee = models.ForeignKey(
        "pages.CommitteePage", on_delete=models.PROTECT, related_name="meetings"
    )
    starts_at = models.DateTimeField("begins", validators=[validate_year])
    ends_at = models.DateTimeField(
        "ends",
        null=True,
        blank=True,
        validators=[validate_year],
        help_text="If it is not known, the meeting counts as over when its day is.",
    )
    status = models.CharField(
        max_length=10,
        choices=MeetingStatus,
        default=MeetingStatus.PLANNED,
        help_text="That it is over follows from its time.",
    )
    status_note = models.CharField(
        "why, and what now",
        max_length=300,
        blank=True,
        help_text="Needed if the meeting is cancelled or postponed. Readers see it at the top.",
    )
    place = models.TextField(blank=True, help_text="The building with its address.")
    how_to_join = models.TextField(blank=True, help_text="How to come, or to join online.")
    online_link = models.URLField("link to join online", blank=True)
    is_in_public = models.BooleanField(
        "held in public", default=True, help_text="Anybody may come and listen."
    )
    questions_by = models.DateTimeField(
        "deadline for questions from the public",
        null=True,
        blank=True,
        validators=[validate_year],
        help_text="Leave it empty if there are none. From that minute on, readers are told that "
        "it has passed.",
    )
    questions_contact = models.ForeignKey(
        "pages.Contact",
        verbose_name="contact for questions",
        null=True,
        blank=True,
        on_delete=models.SET_NULL,
        related_name="+",
        help_text="To whom questions are sent.",
    )
    minutes_state = models.CharField(
        "state of the minutes", max_length=10, choices=MinutesState, blank=True
    )
    minutes_page = models.ForeignKey(
        "pages.PaperPage",
        verbose_name="minutes as a page",
        null=True,
        blank=True,
        on_delete=models.SET_NULL,
        related_name="+",
        help_text="A page below this meeting.",
    )
    objects = PageManager.from_queryset(MeetingQuerySet)()

    content_panels = [
        *BasePage.content_panels,
        FieldPanel("committee"),
        MultiFieldPanel(
            [
                FieldRowPanel([FieldPanel("starts_at"), FieldPanel("ends_at")]),
                FieldRowPanel([FieldPanel("status"), FieldPanel("status_note")]),
                FieldPanel("is_in_public"),
                FieldRowPanel([FieldPanel("place"), FieldPanel("how_to_join")]),
                FieldPanel("online_link"),
            ],
            heading="When and where",
        ),
        MultiFieldPanel(
            [FieldPanel("questions_by"), FieldPanel("questions_contact")],
            heading="Questions from the public",
        ),
        AgendaPanel("agenda", heading="Agenda", label="Item"),
        MultiFieldPanel(
            [PapersPanel(), FieldPanel("publish_papers")], heading="Papers that are pages"
        ),
        MultiFieldPanel(
            [
                FieldPanel("minutes_state"),
                FieldPanel("minutes_page", widget=forms.Select),
                InlinePanel("minutes_files", heading="Minutes as a file", label="File"),
            ],
            heading="Minutes",
        ),
        FieldPanel("format_contact"),
    ]
    search_fields = [
        *BasePage.search_fields,
        index.SearchField("place"),
        index.SearchField("how_to_join"),
        index.SearchField("status_note"),
        index.RelatedFields(
            "agenda", [index.SearchField(x) for x in ("title", "decision", "actions")]
        ),
        index.FilterField("starts_at"),
    ]

    class Meta:
        verbose_name = "meeting"

    # --- What follows from the time -------------------------------------------------------------

    @property
    def is_over(self) -> bool:
        return timezone.now() >= (self.ends_at or end_of_day(self.starts_at))

    @property
    def takes_place(self) -> bool:
        """Whether it is neither cancelled nor postponed."""
        return self.status == MeetingStatus.PLANNED

    @property
    def takes_questions(self) -> bool:
        """Whether the public may still send questions."""
        return bool(self.takes_place and self.questions_by and timezone.now() < self.questions_by)

    @property
    def when(self) -> str:
        return span_in_words(self.starts_at, self.ends_at)

    @property
    def date_for_readers(self) -> date:
        return timezone.localdate(self.starts_at)

    # --- What readers see -----------------------------------------------------------------------

    @cached_property
    def public_committee(self) -> PublicPage | None:
        """The committee, if readers may see its page."""
        return public_page(self.committee_id)

    @cached_property
    def public_papers(self) -> dict[int, Page]:
        """The pages below that readers may see, by their keys."""
        papers = public_only(PaperPage.objects.child_of(self)) if self.pk else []
        return {paper.pk: paper for paper in papers}

    @cached_property
    def shown_agenda(self) -> list[ShownItem]:
        """The agenda with what readers may see of each item: three queries, however long it is."""
        rows = list(
            self.agenda.select_related("document__reading").defer("document__reading__pages")
        )
        leads = public_pages().in_bulk([row.lead_id for row in rows if row.lead_id])
        return [
            ShownItem(row, self.public_papers.get(row.paper_id), leads.get(row.lead_id))
            for row in rows
        ]

    @property
    def public_minutes(self) -> Page | None:
        return self.public_papers.get(self.minutes_page_id)

    @property
    def further_papers(self) -> list[Page]:
        """Public pages below that neither the agenda nor the minutes name."""
        named = {item.row.paper_id for item in self.shown_agenda} | {self.minutes_page_id}
        return [paper for pk, paper in self.public_papers.items() if pk not in named]

    @property
    def has_files(self) -> bool:
        return bool(
            self.offered_files["minutes_files"]
            or any(item.row.document_id for item in self.shown_agenda)
        )

    @property
    def calendar_address(self) -> str:
        return f"{self.url}{CALENDAR_OF_ONE}"

    @re_path(rf"^{CALENDAR_OF_ONE}/?$")  # Wagtail's router adds a slash
    def calendar(self, request: HttpRequest) -> HttpResponse:
        """Give this meeting for a calendar."""
        return calendar_file(request, self.heading, [self])

    def get_route_paths(self) -> list[str]:
        """Return the addresses below the page's own that a move of the page has to redirect."""
        return [*super().get_route_paths(), f"/{CALENDAR_OF_ONE}"]

    def parts(self) -> Iterator[Part]:
        """Yield the facts of the meeting, and each agenda item by its address."""
        yield Part(f"{self.status_note} {self.place} {self.how_to_join}")
        for row in self.agenda.all():
            yield Part(row.words, str(row), row.html_id)

    def structured_data(self, base_url: str) -> list[dict[str, Any]]:
        """Return the meeting as an event."""
        return [event_data(self, base_url)]

    def clean(self) -> None:
        """Refuse times in the wrong order, and a state or a deadline without its explanation."""
        super().clean()
        errors = {}
        if self.starts_at and self.ends_at and self.ends_at <= self.starts_at:
            errors["ends_at"] = "The meeting has to end after it begins. Check both times."
        if self.starts_at and self.questions_by and self.questions_by >= self.starts_at:
            errors["questions_by"] = "The deadline has to be before the meeting begins."
        if bool(self.questions_by) != bool(self.questions_contact_id):
            name = "questions_contact" if self.questions_by else "questions_by"
            errors[name] = "Give both the deadline and the contact for questions, or neither."
        if self.status != MeetingStatus.PLANNED and not self.status_note:
            errors["status_note"] = "Say why it does not take place then, and what happens now."
        if not (self.place or self.how_to_join or self.online_link):
            errors["place"] = "Say where the meeting is, or how to join it."
        if errors:
            raise ValidationError(errors)


class MinutesFile(OfferedFile):
    """The minutes of a meeting as a file."""

    page = ParentalKey(MeetingPage, on_delete=models.CASCADE, related_name="minutes_files")
