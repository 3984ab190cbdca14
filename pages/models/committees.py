"""Committees: what each decides, who sits on it, and when it meets."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from django.db import models
from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.utils.functional import cached_property
from modelcluster.fields import ParentalKey
from wagtail.admin.panels import FieldPanel, InlinePanel, MultiFieldPanel
from wagtail.contrib.routable_page.models import re_path
from wagtail.models import PageQuerySet
from wagtail.search import index

from pages.blocks import BodyBlock
from pages.calendars import calendar_file
from pages.feeds import FollowedPage
from pages.fields import StreamField
from pages.models.base import BasePage
from pages.models.files import OfferedFile, OffersFiles
from pages.models.meeting_index import MeetingIndexPage
from pages.models.meeting_states import to_come
from pages.models.meetings import CALENDAR, MeetingPage
from pages.models.people import Membership, PersonPage
from pages.parts import Part, parts_of
from pages.public import public_only
from pages.times import has_passed

TERMS = "terms-of-reference"
MEETINGS_SHOWN = 3


@dataclass(frozen=True)
class Member:
    """Somebody who sits on a committee, and as what."""

    person: PersonPage
    role: str


class CommitteePage(OffersFiles, FollowedPage, BasePage):
    """One committee, or the board. Its feed and its calendar are of its meetings."""

    parent_page_types = ["pages.SectionPage"]
    subpage_types: list[str] = []
    show_in_menus_default = False
    page_description = "A committee or a board: what it decides, its members and its meetings."
    template = "pages/committee_page.html"
    read_with = ("format_contact",)
    kind_for_readers = "Committee"

    body = StreamField(BodyBlock(), help_text="What it decides, and on whose behalf.")
    terms = StreamField(
        BodyBlock(),
        blank=True,
        verbose_name="terms of reference",
        help_text="As text, as a file, or both.",
    )

    content_panels = [
        *BasePage.content_panels,
        FieldPanel("body"),
        MultiFieldPanel(
            [
                FieldPanel("terms"),
                InlinePanel("terms_files", heading="As a file", label="File"),
                FieldPanel("format_contact"),
            ],
            heading="Terms of reference",
        ),
    ]
    search_fields = [
        *BasePage.search_fields,
        index.SearchField("body"),
        index.SearchField("terms"),
    ]

    class Meta:
        verbose_name = "committee"

    @cached_property
    def members(self) -> list[Member]:
        """The people who sit on it today and whom readers may see, in the editors' order."""
        people = {
            person.pk: person for person in PersonPage.objects.in_groups() if not person.has_left
        }
        order = {pk: place for place, pk in enumerate(people)}
        rows = [
            row
            for row in Membership.objects.filter(committee=self, page__in=people)
            if not has_passed(row.until)
        ]
        rows.sort(key=lambda row: order[row.page_id])
        return [Member(people[row.page_id], row.role) for row in rows]

    @property
    def meetings_in_order(self) -> PageQuerySet:
        """Its meetings that readers may see, the next first."""
        return MeetingPage.objects.filter(committee=self).in_reading_order()

    @property
    def next_meetings(self) -> list[MeetingPage]:
        return list(self.meetings_in_order.filter(to_come(timezone.now()))[:MEETINGS_SHOWN])

    @property
    def last_meetings(self) -> list[MeetingPage]:
        return list(self.meetings_in_order.exclude(to_come(timezone.now()))[:MEETINGS_SHOWN])

    @property
    def all_meetings(self) -> str:
        """The address of the list of its meetings, if there is a list."""
        page = public_only(MeetingIndexPage.objects.all()).first()
        return f"{page.url}?committee={self.slug}" if page else ""

    @property
    def calendar_address(self) -> str:
        return f"{self.url}{CALENDAR}"

    @re_path(rf"^{CALENDAR}/?$")  # Wagtail's router adds a slash
    def calendar(self, request: HttpRequest) -> HttpResponse:
        """Give its meetings as a calendar to subscribe to."""
        meetings = MeetingPage.objects.filter(committee=self).for_calendars()
        return calendar_file(request, self.heading, meetings)

    def feed_pages(self) -> PageQuerySet:
        """Return its meetings, what changed last first."""
        meetings = public_only(MeetingPage.objects.filter(committee=self))
        return meetings.exclude(last_published_at=None).order_by("-last_published_at", "-pk")

    def get_route_paths(self) -> list[str]:
        """Return the addresses below the page's own that a move of the page has to redirect."""
        return [*super().get_route_paths(), f"/{CALENDAR}"]

    def parts(self) -> Iterator[Part]:
        """Yield what it decides, and its terms of reference by their place on the page."""
        yield from parts_of(self.body)
        yield from parts_of(self.terms, "Terms of reference", TERMS, f"{TERMS}-")

    def get_context(self, request: HttpRequest, *args: Any, **kwargs: Any) -> dict[str, Any]:
        context = super().get_context(request, *args, **kwargs)
        context["next_meetings"] = self.next_meetings
        context["last_meetings"] = self.last_meetings
        context["all_meetings"] = self.all_meetings
        return context


class TermsFile(OfferedFile):
    """The terms of reference of a committee as a file."""

    page = ParentalKey(CommitteePage, on_delete=models.CASCADE, related_name="terms_files")
