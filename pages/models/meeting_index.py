"""The list of meetings."""

from collections.abc import Iterable
from itertools import groupby
from typing import Any

from django.db.models import F
from django.db.models.functions import ExtractYear
from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from wagtail.contrib.routable_page.models import re_path

from pages.calendars import calendar_file
from pages.choosing import ListFilter, Listing, by_year
from pages.feeds import FollowedPage
from pages.models.base import BasePage
from pages.models.listing_text import ListText
from pages.models.meetings import CALENDAR, MeetingPage


class MeetingIndexPage(FollowedPage, ListText, BasePage):
    """Lists the meetings below it: those to come, then those that are over, year by year."""

    parent_page_types = ["pages.HomePage", "pages.SectionPage"]
    subpage_types = ["pages.MeetingPage"]
    max_count_per_parent = 1
    page_description = "The list of meetings with their papers. It lists the meetings below it."
    template = "pages/meeting_index_page.html"

    content_panels = [*BasePage.content_panels, *ListText.text_panels]
    search_fields = [*BasePage.search_fields, *ListText.text_search_fields]

    class Meta:
        verbose_name = "list of meetings"

    def listing(self, asked: Any) -> Listing:
        """Return the meetings that a reader chose by what was asked for."""
        return Listing(
            ("meetings", self.path),
            MeetingPage.objects.child_of(self).in_reading_order(),
            [
                ListFilter(
                    "committee",
                    "Committee",
                    "All committees",
                    F("committee_slug"),
                    F("committee_title"),
                ),
                by_year(ExtractYear("starts_at")),
            ],
            asked,
        )

    def get_context(self, request: HttpRequest, *args: Any, **kwargs: Any) -> dict[str, Any]:
        context = super().get_context(request, *args, **kwargs)
        listing = context["listing"] = self.listing(request.GET)
        context["groups"] = in_groups(listing.results)
        context["calendar"] = self.calendar_address(listing.chosen.get("committee"))
        return context

    def calendar_address(self, committee: str | None = None) -> str:
        """Return the address of the calendar of all meetings, or of one committee's."""
        return f"{self.url}{CALENDAR}{f'?committee={committee}' if committee else ''}"

    @re_path(rf"^{CALENDAR}/?$")  # Wagtail's router adds a slash
    def calendar(self, request: HttpRequest) -> HttpResponse:
        """Give the meetings as a calendar to subscribe to; `committee` chooses those of one."""
        meetings = MeetingPage.objects.child_of(self).for_calendars()
        committee = request.GET.get("committee")
        if committee:
            meetings = meetings.filter(committee_slug=committee)
        return calendar_file(request, self.heading, meetings)

    def get_route_paths(self) -> list[str]:
        """Return the addresses below the page's own that a move of the page has to redirect."""
        return [*super().get_route_paths(), f"/{CALENDAR}"]


def in_groups(meetings: Iterable[MeetingPage]) -> list[tuple[str, list[MeetingPage]]]:
    """Return meetings in reading order under headings: those to come, and each year."""
    return [
        (heading, list(group))
        for heading, group in groupby(
            meetings,
            lambda meeting: (
                f"Past meetings in {timezone.localtime(meeting.starts_at).year}"
                if meeting.is_over
                else "Upcoming meetings"
            ),
        )
    ]
