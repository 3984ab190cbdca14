"""Consultations and engagement: each of them, whatever its state."""

from collections.abc import Iterator
from datetime import date
from functools import cached_property
from typing import Any

from django.core.exceptions import ValidationError
from django.core.validators import MaxValueValidator, URLValidator
from django.db import models
from django.db.models import Case, F, When
from django.dispatch import receiver
from django.http import HttpRequest
from django.utils import timezone
from wagtail.admin.panels import (
    FieldPanel,
    FieldRowPanel,
    InlinePanel,
    MultiFieldPanel,
    ObjectList,
    TabbedInterface,
)
from wagtail.models import Page, PageManager, PageQuerySet
from wagtail.search import index
from wagtail.signals import page_published

from pages.blocks import BodyBlock
from pages.consultation_events import events_of, newest_first
from pages.consultation_form import ConsultationForm
from pages.consultation_rules import problems_of
from pages.consultation_states import State, state_in_database
from pages.consultation_status import Status
from pages.feeds import FeedEntry, FollowedPage
from pages.fields import StreamField
from pages.models.base import BasePage
from pages.models.consultation_rows import OutcomeRow, WayToTakePart
from pages.models.files import OffersFiles
from pages.models.topics import Topic
from pages.moments import local_day
from pages.parts import Part, parts_of
from pages.public import is_live_now, public_only

MOST_PEOPLE = 10_000_000


class ConsultationQuerySet(PageQuerySet):
    def seen_by_readers(self) -> "ConsultationQuerySet":
        """Return those that readers may see, with their `state` now."""
        return public_only(self).annotate(state=state_in_database(timezone.now()))

    def in_order(self) -> "ConsultationQuerySet":
        """Put first what closes soonest, then what opens soonest, then what closed last.

        Those whose dates are not known come last, by their year if they have one.
        """
        return self.order_by(
            Case(When(state=State.OPEN, then=0), When(state=State.UPCOMING, then=1), default=2),
            Case(
                When(state=State.OPEN, then=F("closes_at")),
                When(state=State.UPCOMING, then=F("opens_at")),
            ).asc(nulls_last=True),
            F("closes_at").desc(nulls_last=True),
            F("year").desc(nulls_last=True),
            "path",
        )


class ConsultationPage(FollowedPage, OffersFiles, BasePage):
    """A consultation, a survey or another way in which people were asked for their views."""

    parent_page_types = ["pages.ConsultationIndexPage"]
    subpage_types: list[str] = []
    base_form_class = ConsultationForm
    show_in_menus_default = False
    page_description = "A consultation or survey: dates, ways to take part, documents, outcome."
    template = "pages/consultation_page.html"
    read_with = ("topic",)
    kind_for_readers = "Consultation"
    # Anchors of the page's own parts: capital letters, so that no heading in the text has one.
    OUTCOME, DOCUMENTS, TAKE_PART = "Outcome", "Documents", "Take-part"

    opens_at = models.DateTimeField("opens", null=True, blank=True)
    closes_at = models.DateTimeField(
        "closes", null=True, blank=True, help_text="People can take part until this minute is over."
    )
    dates_unknown = models.BooleanField(
        "a past consultation whose dates are not known",
        default=False,
        help_text="Readers see that it is closed, and no dates.",
    )
    year = models.PositiveSmallIntegerField(
        null=True, blank=True, help_text="If the year is all that is known of its dates."
    )
    topic = models.ForeignKey(
        Topic, null=True, blank=True, on_delete=models.SET_NULL, related_name="+"
    )
    status_note = models.CharField(
        "note about its status",
        max_length=300,
        blank=True,
        help_text="A sentence or two beside what its dates say, such as why it was extended.",
    )
    body = StreamField(BodyBlock(), help_text="What is asked, why, and whom it affects.")

    answer_due_on = models.DateField(
        "answer promised by",
        null=True,
        blank=True,
        help_text="Readers see this promise, and by how many days it is late if it is.",
    )
    answered_on = models.DateField(
        "answered on",
        null=True,
        blank=True,
        help_text="The day from which readers see the answer. Leave it empty until there is one.",
    )
    participants = models.PositiveIntegerField(
        "number of people who took part",
        null=True,
        blank=True,
        validators=[MaxValueValidator(MOST_PEOPLE)],
        help_text="If it is known. Readers see it after closing.",
    )
    outcome = StreamField(
        BodyBlock(), blank=True, help_text="The answer in full: what was decided, and why."
    )
    decision_page = models.ForeignKey(
        Page,
        verbose_name="page with the decision",
        null=True,
        blank=True,
        on_delete=models.SET_NULL,
        related_name="+",
        help_text="A page of this site, such as a meeting's minutes,",
    )
    decision_url = models.URLField(
        "address of the decision",
        blank=True,
        validators=[URLValidator(schemes=["https", "http"])],
        help_text="or the address of a page elsewhere.",
    )
    decision_text = models.CharField(
        "words of the link to the decision",
        max_length=120,
        blank=True,
        help_text="Say where the link goes. A page of this site has its title if this is empty.",
    )

    objects = PageManager.from_queryset(ConsultationQuerySet)()

    edit_handler = TabbedInterface(
        [
            ObjectList(
                [
                    *BasePage.content_panels,
                    MultiFieldPanel(
                        [
                            FieldRowPanel([FieldPanel("opens_at"), FieldPanel("closes_at")]),
                            FieldRowPanel([FieldPanel("dates_unknown"), FieldPanel("year")]),
                            FieldPanel("answer_due_on"),
                            FieldPanel("status_note"),
                        ],
                        heading="When",
                    ),
                    FieldPanel("topic"),
                    FieldPanel("body"),
                    InlinePanel(
                        "ways",
                        heading="Ways to take part",
                        label="Way",
                        help_text="At least one that needs no internet: post, phone or an event.",
                    ),
                    InlinePanel("files", heading="Documents", label="Document"),
                    FieldPanel("format_contact"),
                ],
                heading="Consultation",
            ),
            ObjectList(
                [
                    FieldRowPanel([FieldPanel("answered_on"), FieldPanel("participants")]),
                    InlinePanel("outcome_rows", heading="You said, we did", label="Point"),
                    FieldPanel("outcome"),
                    MultiFieldPanel(
                        [
                            FieldPanel("decision_page"),
                            FieldPanel("decision_url"),
                            FieldPanel("decision_text"),
                        ],
                        heading="Link to the decision",
                    ),
                ],
                heading="Outcome",
            ),
            ObjectList(BasePage.promote_panels, heading="Promote"),
            ObjectList(BasePage.settings_panels, heading="Settings"),
        ]
    )
    search_fields = [
        *BasePage.search_fields,
        index.SearchField("status_note"),
        index.SearchField("body"),
        index.SearchField("outcome"),
        index.SearchField("decision_text"),
        index.RelatedFields("ways", WayToTakePart.search_fields),
        index.RelatedFields("files", [index.SearchField("title")]),
        index.RelatedFields("outcome_rows", OutcomeRow.search_fields),
    ]

    class Meta:
        verbose_name = "consultation"

    def clean(self) -> None:
        """Refuse dates that cannot be, and a published page that lacks what it needs."""
        for name in ("opens_at", "closes_at"):
            moment = getattr(self, name)
            if moment:
                setattr(self, name, moment.replace(second=0, microsecond=0))
        super().clean()
        errors = problems_of(self, timezone.now())
        if errors:
            raise ValidationError(errors)

    @property
    def status(self) -> Status:
        """Its state at this moment, in words."""
        return Status(self, timezone.now())

    @property
    def date_for_readers(self) -> date:
        return local_day(self.opens_at) if self.opens_at else self.updated_on

    @cached_property
    def way_list(self) -> list[WayToTakePart]:
        """The ways to take part, read once for the whole page."""
        return list(self.ways.all())

    @cached_property
    def outcome_row_list(self) -> list[OutcomeRow]:
        """What people said and what became of it."""
        return list(self.outcome_rows.all())

    @property
    def decision_address(self) -> str:
        """Where the decision is; nothing if there is no link, or its page is not public."""
        page = self.decision_page
        return (page.url or "" if is_live_now(page) else "") if page else self.decision_url

    @property
    def decision_words(self) -> str:
        return self.decision_text or (self.decision_page.title if self.decision_page else "")

    def structured_data(self, base_url: str) -> list[dict[str, Any]]:
        """Return the events at which people can take part."""
        return [
            way.as_event(f"{base_url}{self.url}")
            for way in self.way_list
            if way.is_event and way.when
        ]

    def feed_entries(self) -> list[FeedEntry]:
        """Return what happened to it."""
        return newest_first(list(events_of(self, timezone.now())))

    def parts(self) -> Iterator[Part]:
        """Yield its note, outcome, text, documents and ways to take part, in the page's order."""
        yield Part(self.status_note)
        if self.answered_on:
            yield Part(self._points(), "Outcome", self.OUTCOME)
            prefix = f"{self.OUTCOME}-"
            yield from parts_of(self.outcome, "Outcome", self.OUTCOME, prefix)
        yield from parts_of(self.body)
        yield Part(" ".join(map(str, self.files.all())), "Documents", self.DOCUMENTS)
        ways = " ".join(way.as_text() for way in self.ways.all())
        yield Part(ways, "How to take part", self.TAKE_PART)

    def _points(self) -> str:
        points = [row.as_text() for row in self.outcome_rows.all()]
        return " ".join([*points, self.decision_words])

    def get_context(self, request: HttpRequest, *args: Any, **kwargs: Any) -> dict[str, Any]:
        context = super().get_context(request, *args, **kwargs)
        context["status"] = self.status
        return context


@receiver(page_published, sender=ConsultationPage)
def find_by_rows(instance: ConsultationPage, **_: Any) -> None:
    """Let the CMS's search read its rows: when the page was saved, they were those of before."""
    index.insert_or_update_object(ConsultationPage.objects.get(pk=instance.pk))
