"""Alerts: what readers must know now, on every page or on those of one part of the site.

The first minute is part of an alert's time, the last is not.
"""

from collections.abc import Iterable, Iterator
from datetime import date
from typing import Any

from django.core.exceptions import ValidationError
from django.db import models
from django.db.models import Case, F, Q, Value, When
from django.http import HttpRequest
from django.utils import timezone
from wagtail.admin.panels import FieldPanel, FieldRowPanel, PageChooserPanel
from wagtail.models import Page, PageManager, PageQuerySet
from wagtail.search import index

from pages.blocks import BodyBlock
from pages.choosing import ListFilter, Listing
from pages.feeds import FollowedPage
from pages.fields import StreamField
from pages.kept import kept_for_a_second
from pages.models.base import BasePage
from pages.parts import Part
from pages.public import SHOWN_IN_LISTS, public_only


class AlertLevel(models.TextChoices):
    """How much an alert matters, the most urgent first."""

    EMERGENCY = "emergency", "Emergency"
    IMPORTANT = "important", "Important"
    INFORMATION = "information", "Information"


class AlertState(models.TextChoices):
    """Where an alert stands in time, in the order of the list."""

    CURRENT = "current", "Current"
    UPCOMING = "upcoming", "Starts later"
    ENDED = "ended", "Ended"


MOST_URGENT_FIRST = AlertLevel.values
IN_ORDER_OF_THE_LIST = AlertState.values


class AlertQuerySet(PageQuerySet):
    def shown_now(self) -> list["AlertPage"]:
        """Return the alerts of this moment, the most urgent first, then the newest.

        Each has `part_path`, the tree path of its part of the site; None if that is all of it.
        """
        now = timezone.now()
        shown = (
            public_only(self)
            .filter(Q(shown_until=None) | Q(shown_until__gt=now), shown_from__lte=now)
            .annotate(part_path=F("part_of_site__path"))
            .order_by("-shown_from", "-pk")
            .only(*SHOWN_IN_LISTS, "level")
        )
        return sorted(shown, key=lambda alert: MOST_URGENT_FIRST.index(alert.level))

    def about(self, pages: Iterable[Page]) -> "AlertQuerySet":
        """Return the alerts, drafts too, for parts that begin at these pages or below them.

        Those that stand there themselves are left out: they go when the pages go.
        """
        for_them, among_them = Q(pk=None), Q(pk=None)
        for page in pages:
            for_them |= Q(part_of_site__path__startswith=page.path)
            among_them |= Q(path__startswith=page.path)
        return self.filter(for_them).exclude(among_them)

    def current_first(self) -> "AlertQuerySet":
        """Return all that readers may see, each with its `state_now`: current, later, ended."""
        now = timezone.now()
        states = Case(
            When(shown_until__lte=now, then=Value(AlertState.ENDED)),
            When(shown_from__lte=now, then=Value(AlertState.CURRENT)),
            default=Value(AlertState.UPCOMING),
            output_field=models.CharField(),
        )
        place = Case(
            *(When(state_now=state, then=n) for n, state in enumerate(IN_ORDER_OF_THE_LIST)),
            output_field=models.IntegerField(),
        )
        alerts = public_only(self).annotate(state_now=states).defer("body")
        return alerts.order_by(place, "-shown_from", "-pk")


class AlertIndexPage(FollowedPage, BasePage):
    """Lists the alerts below it: those of now, and what was."""

    parent_page_types = ["pages.HomePage"]
    subpage_types = ["pages.AlertPage"]
    max_count = 1
    show_in_menus_default = False
    page_description = "The list of alerts, current and past. It lists the alerts below it."
    template = "pages/alert_index_page.html"

    body = StreamField(
        BodyBlock(),
        blank=True,
        help_text="Shown while the list is empty, so that readers know why.",
    )

    content_panels = [*BasePage.content_panels, FieldPanel("body")]
    search_fields = [*BasePage.search_fields, index.SearchField("body")]

    class Meta:
        verbose_name = "list of alerts"
        verbose_name_plural = "lists of alerts"

    def get_context(self, request: HttpRequest, *args: Any, **kwargs: Any) -> dict[str, Any]:
        context = super().get_context(request, *args, **kwargs)
        filters = [
            ListFilter(
                "state",
                "Current or past",
                "All",
                F("state_now"),
                labels=dict(AlertState.choices),
                order=lambda choice: IN_ORDER_OF_THE_LIST.index(choice[0]),
            ),
            ListFilter(
                "level",
                "Level",
                "All levels",
                F("level"),
                labels=dict(AlertLevel.choices),
                order=lambda choice: MOST_URGENT_FIRST.index(choice[0]),
            ),
        ]
        alerts = AlertPage.objects.child_of(self).current_first()
        context["listing"] = Listing(("alerts", self.path), alerts, filters, request.GET)
        return context


class AlertPage(BasePage):
    """One alert: a sentence at the top of pages, and this page with the details."""

    parent_page_types = ["pages.AlertIndexPage"]
    subpage_types: list[str] = []
    show_in_menus_default = False
    page_description = "What readers must know now. It is shown at the top of pages while it lasts."
    template = "pages/alert_page.html"
    kind_for_readers = "Alert"
    ages = True

    level = models.CharField(
        max_length=20,
        choices=AlertLevel.choices,
        default=AlertLevel.INFORMATION,
        help_text="Readers see the word. Emergency: act now. Important: it may change what you do.",
    )
    shown_from = models.DateTimeField(
        default=timezone.now,
        help_text="From this minute pages show it, if it is published by then.",
    )
    shown_until = models.DateTimeField(
        null=True,
        blank=True,
        db_index=True,
        help_text="From this minute pages show it no longer; it stays in the list of alerts. "
        "Empty: until you fill this in.",
    )
    part_of_site = models.ForeignKey(
        "wagtailcore.Page",
        null=True,
        blank=True,
        on_delete=models.RESTRICT,  # without its part it would be shown everywhere
        related_name="+",
        help_text="Shown on this page and all below it. Empty: on every page of the site.",
    )
    body = StreamField(
        BodyBlock(),
        blank=True,
        help_text="The details, for readers who follow the link. The summary is the sentence "
        "that they follow it from.",
    )

    objects = PageManager.from_queryset(AlertQuerySet)()

    content_panels = [
        *BasePage.content_panels,
        FieldPanel("level"),
        FieldRowPanel([FieldPanel("shown_from"), FieldPanel("shown_until")]),
        PageChooserPanel("part_of_site"),
        FieldPanel("body"),
    ]
    search_fields = [*BasePage.search_fields, index.SearchField("body")]

    class Meta:
        verbose_name = "alert"

    @property
    def date_for_readers(self) -> date:
        return timezone.localdate(self.shown_from)

    def parts(self) -> Iterator[Part]:
        yield from super().parts()
        yield Part(self.get_level_display())

    @property
    def state(self) -> AlertState:
        """Where it stands at this moment."""
        now = timezone.now()
        if self.shown_until and self.shown_until <= now:
            return AlertState.ENDED
        return AlertState.CURRENT if self.shown_from <= now else AlertState.UPCOMING

    def clean(self) -> None:
        """Refuse an end that is not after the beginning. Both may be past: alerts stay editable."""
        super().clean()
        if self.shown_from and self.shown_until and self.shown_until <= self.shown_from:
            message = "This has to be after the alert begins. Change it, or leave it empty."
            raise ValidationError({"shown_until": message})


@kept_for_a_second
def _shown_now() -> list[AlertPage]:
    return AlertPage.objects.shown_now()


def alerts_shown_on(page: Page | None) -> list[AlertPage]:
    """Return the alerts that a page shows now, the most urgent first, then the newest.

    A page outside the tree (None) shows what is for the whole site; an alert's own page does not
    show it again.
    """
    path, key = (page.path, page.pk) if page else ("", None)
    return [
        alert
        for alert in _shown_now()
        if path.startswith(alert.part_path or "") and alert.pk != key
    ]
