"""Lists of consultations: each shows those that are in certain states at this moment."""

from collections.abc import Mapping
from typing import Any

from django.db import models
from django.db.models import F, IntegerField
from django.db.models.functions import Coalesce, ExtractYear
from django.http import HttpRequest
from wagtail.admin.panels import FieldPanel
from wagtail.search import index

from pages.blocks import BodyBlock
from pages.choosing import ListFilter, Listing, by_year
from pages.consultation_events import newest_events
from pages.consultation_states import OVER, TO_COME, State
from pages.feeds import FeedEntry, FollowedPage
from pages.fields import StreamField
from pages.models.base import BasePage
from pages.models.consultations import ConsultationPage
from pages.public import public_only

ORDER_OF_STATES = list(State.values)


class Lists(models.TextChoices):
    CURRENT = "current", "Open now, and opening later"
    PREVIOUS = "previous", "Closed"
    ANSWERED = "answered", "Closed, with an answer"
    ALL = "all", "All"


STATES_LISTED = {
    Lists.CURRENT: TO_COME,
    Lists.PREVIOUS: OVER,
    Lists.ANSWERED: (State.ANSWERED,),
    Lists.ALL: tuple(State),
}
EVENTS_LISTED = {
    Lists.CURRENT: ("announced", "opened"),
    Lists.PREVIOUS: ("added", "closed", "answered"),
    Lists.ANSWERED: ("answered",),
    Lists.ALL: ("announced", "added", "opened", "closed", "answered"),
}
HEADINGS = {
    Lists.CURRENT: "Open now or opening later",
    Lists.PREVIOUS: "Closed consultations and engagement",
    Lists.ANSWERED: "What people said and what we did",
    Lists.ALL: "All consultations and engagement",
}
NOTHING_LISTED = {
    Lists.CURRENT: "No consultation is open now, and none is planned.",
    Lists.PREVIOUS: "No consultation has closed yet.",
    Lists.ANSWERED: "No answers have been published yet.",
    Lists.ALL: "No consultations have been added yet.",
}
FILTERS = [
    ListFilter(
        "state",
        "Status",
        "All",
        F("state"),
        labels=dict(State.choices),
        order=lambda choice: ORDER_OF_STATES.index(choice[0]),
    ),
    by_year(Coalesce(ExtractYear("closes_at"), F("year"), output_field=IntegerField())),
    ListFilter("topic", "Topic", "All topics", F("topic__slug"), F("topic__name")),
]
FULL_TEXT = ("body", "outcome")  # what no list shows


class ConsultationIndexPage(FollowedPage, BasePage):
    """Lists the consultations of the whole site that are in certain states at this moment.

    So one that closes goes from one list to the other by itself, and keeps its address.
    """

    parent_page_types = ["pages.HomePage", "pages.SectionPage"]
    subpage_types = ["pages.ConsultationPage"]
    page_description = "A list of consultations by their dates, wherever they are on the site."
    template = "pages/consultation_index_page.html"

    lists = models.CharField(
        "which to list",
        max_length=10,
        choices=Lists.choices,
        default=Lists.ALL,
        help_text="Consultations come to this list and leave it by their own dates.",
    )
    introduction = StreamField(BodyBlock(), blank=True, help_text="Shown above the list.")
    body = StreamField(BodyBlock(), blank=True, help_text="Shown below the list.")

    content_panels = [
        *BasePage.content_panels,
        FieldPanel("lists"),
        FieldPanel("introduction"),
        FieldPanel("body"),
    ]
    search_fields = [
        *BasePage.search_fields,
        index.SearchField("introduction"),
        index.SearchField("body"),
    ]

    class Meta:
        verbose_name = "list of consultations"
        verbose_name_plural = "lists of consultations"

    @property
    def list_heading(self) -> str:
        return HEADINGS[Lists(self.lists)]

    @property
    def nothing_listed(self) -> str:
        return NOTHING_LISTED[Lists(self.lists)]

    def listing(self, asked: Mapping[str, str]) -> Listing:
        """Return the consultations that are in the list now, as a reader chose among them."""
        pages = ConsultationPage.objects.seen_by_readers().in_order().defer(*FULL_TEXT)
        pages = pages.filter(state__in=STATES_LISTED[Lists(self.lists)])
        return Listing(("consultations", self.lists), pages, FILTERS, asked)

    def feed_entries(self) -> list[FeedEntry]:
        """Return what happened to consultations, as far as it belongs to this list."""
        pages = public_only(ConsultationPage.objects.all()).defer(*FULL_TEXT)
        return newest_events(pages, EVENTS_LISTED[Lists(self.lists)])

    def get_context(self, request: HttpRequest, *args: Any, **kwargs: Any) -> dict[str, Any]:
        context = super().get_context(request, *args, **kwargs)
        context["listing"] = self.listing(request.GET)
        return context
