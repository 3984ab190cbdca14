"""People who decide: what they do, on which committees they sit, and what interests they have."""

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import groupby
from typing import Any

from django.core.exceptions import ValidationError
from django.db import models
from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.utils.functional import cached_property
from modelcluster.fields import ParentalKey
from wagtail.admin.panels import FieldPanel, FieldRowPanel, InlinePanel, MultiFieldPanel
from wagtail.contrib.routable_page.models import re_path
from wagtail.models import Orderable, Page, PageManager, PageQuerySet
from wagtail.search import index

from pages.blocks import BodyBlock
from pages.feeds import FollowedPage
from pages.fields import StreamField
from pages.models.base import BasePage, PageForm
from pages.models.interests import REGISTER, Interest, register_table
from pages.models.listing_text import ListText
from pages.parts import Part, parts_of
from pages.public import public_only, public_pages
from pages.row_forms import rows_that_stay
from pages.times import has_passed
from pages.validators import validate_year


class PersonGroup(models.TextChoices):
    """Readers look for a role rather than a name, so people are grouped by that."""

    LEADERS = "1-leaders", "Chair and chief officers"
    CLINICAL = "2-clinical", "Clinical members"
    LAY = "3-lay", "Lay members"
    OFFICERS = "4-officers", "Directors and managers"
    OTHERS = "5-others", "Others who attend"


FORMER = "Former members"


class PersonQuerySet(PageQuerySet):
    def in_groups(self) -> "PersonQuerySet":
        """Return those whom readers may see, by group, and within one in the editors' order."""
        return public_only(self).order_by("group", "path")


class PeopleIndexPage(FollowedPage, ListText, BasePage):
    """Lists the people below it by their roles, and the interests that they declared."""

    parent_page_types = ["pages.HomePage", "pages.SectionPage"]
    subpage_types = ["pages.PersonPage"]
    max_count_per_parent = 1
    page_description = (
        "Who's who. It lists the people below it by their roles, with the register of interests."
    )
    template = "pages/people_index_page.html"

    content_panels = [*BasePage.content_panels, *ListText.text_panels]
    search_fields = [*BasePage.search_fields, *ListText.text_search_fields]

    class Meta:
        verbose_name = "who's who"

    @cached_property
    def people(self) -> list["PersonPage"]:
        """Everybody below it whom readers may see, group by group."""
        return list(PersonPage.objects.child_of(self).in_groups().select_related("photo"))

    @property
    def groups(self) -> list[tuple[str, list["PersonPage"]]]:
        """The people by the name of their group; those who left are the last."""
        present = [person for person in self.people if not person.has_left]
        groups = [
            (str(PersonGroup(group).label), list(people))
            for group, people in groupby(present, lambda person: person.group)
        ]
        former = [person for person in self.people if person.has_left]
        return [*groups, (FORMER, former)] if former else groups

    @cached_property
    def register(self) -> list[Interest]:
        """Every interest that these people declared, person by person."""
        people = {person.pk: person for person in self.people}
        order = {pk: place for place, pk in enumerate(people)}
        rows = list(Interest.objects.filter(page__in=people))
        for row in rows:
            row.page = people[row.page_id]
        return sorted(rows, key=lambda row: (order[row.page_id], row.has_ended, row.sort_order))

    @re_path(rf"^{REGISTER}/?$")  # Wagtail's router adds a slash
    def register_file(self, request: HttpRequest) -> HttpResponse:
        """Give the register of interests as a table for spreadsheets."""
        return HttpResponse(
            register_table(self.register),
            content_type="text/csv; charset=utf-8",
            headers={"Content-Disposition": f'attachment; filename="{REGISTER}"'},
        )

    @property
    def register_address(self) -> str:
        """The address of the register as a file, on this site."""
        return f"{self.url}{REGISTER}"

    def get_route_paths(self) -> list[str]:
        """Return the addresses below the page's own that a move of the page has to redirect."""
        return [*super().get_route_paths(), f"/{REGISTER}"]


@dataclass(frozen=True)
class Seat:
    """A committee on which somebody sits, and as what."""

    committee: Page
    role: str


class PersonForm(PageForm):
    """The edit form: interests go with the day on which they were declared."""

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean()
        declared = rows_that_stay(self, "interests")
        if (
            declared
            and not self.is_deferred_validation
            and not cleaned.get("interests_declared_on")
        ):
            self.add_error("interests_declared_on", "Say when these interests were declared.")
        return cleaned


class PersonPage(BasePage):
    """One person: role, biography, committees and interests."""

    parent_page_types = ["pages.PeopleIndexPage"]
    subpage_types: list[str] = []
    base_form_class = PersonForm
    show_in_menus_default = False
    page_description = "One person: role, biography, committees and declared interests."
    template = "pages/person_page.html"
    kind_for_readers = "Person"

    role = models.CharField(
        max_length=150, help_text="For example: Lay member for patients and the public."
    )
    group = models.CharField(
        max_length=20,
        choices=PersonGroup,
        help_text="Under which heading the list of people has this person.",
    )
    left_on = models.DateField(
        "last day in the role",
        null=True,
        blank=True,
        validators=[validate_year],
        help_text="From the day after, readers see the person among the former members.",
    )
    photo = models.ForeignKey(
        "pages.SiteImage",
        verbose_name="photograph",
        null=True,
        blank=True,
        on_delete=models.SET_NULL,
        related_name="+",
    )
    photo_alt = models.CharField(
        "what the photograph shows",
        max_length=150,
        blank=True,
        help_text="For people who cannot see it. Needed as soon as there is a photograph.",
    )
    body = StreamField(BodyBlock(), blank=True, verbose_name="biography")
    interests_declared_on = models.DateField(
        null=True,
        blank=True,
        validators=[validate_year],
        help_text="When the person last declared interests, or that there are none.",
    )

    objects = PageManager.from_queryset(PersonQuerySet)()

    content_panels = [
        *BasePage.content_panels,
        FieldPanel("role"),
        FieldRowPanel([FieldPanel("group"), FieldPanel("left_on")]),
        MultiFieldPanel([FieldPanel("photo"), FieldPanel("photo_alt")], heading="Photograph"),
        FieldPanel("body"),
        InlinePanel("committees", heading="Committees", label="Committee"),
        MultiFieldPanel(
            [
                FieldPanel("interests_declared_on"),
                InlinePanel("interests", heading="Interests", label="Interest"),
            ],
            heading="Register of interests",
            help_text="Give an interest that ended its last day, and keep it for at least 6 "
            "months after that. With a date and no interests, readers see that there are none.",
        ),
    ]
    search_fields = [
        *BasePage.search_fields,
        index.SearchField("role"),
        index.SearchField("body"),
        index.RelatedFields("interests", [index.SearchField("interest")]),
    ]

    class Meta:
        verbose_name = "person"

    @property
    def has_left(self) -> bool:
        return has_passed(self.left_on)

    @cached_property
    def seats(self) -> list["Seat"]:
        """The committees that readers may see on which the person sits today."""
        rows = [row for row in self.committees.all() if not has_passed(row.until)]
        committees = public_pages().in_bulk([row.committee_id for row in rows])
        return [
            Seat(committees[row.committee_id], row.role)
            for row in rows
            if row.committee_id in committees
        ]

    @cached_property
    def interest_list(self) -> list[Interest]:
        """What the person declared, in the editors' order, what ended last."""
        return sorted(self.interests.all(), key=lambda row: row.has_ended)

    def parts(self) -> Iterator[Part]:
        """Yield role and biography, and the interests by their place on the page."""
        yield Part(self.role)
        yield from parts_of(self.body)
        declared = " ".join(f"{row.interest} {row.action}" for row in self.interest_list)
        yield Part(declared, "Declared interests", "interests")

    def structured_data(self, base_url: str) -> list[dict[str, Any]]:
        """Return the person with the role."""
        return [
            {
                "@context": "https://schema.org",
                "@type": "Person",
                "name": self.heading,
                "jobTitle": self.role,
                "url": f"{base_url}{self.url}",
            }
        ]

    def clean(self) -> None:
        """Refuse a photograph without words, and a declaration that is still to come."""
        super().clean()
        errors = {}
        if self.photo_id and not self.photo_alt:
            errors["photo_alt"] = "Say what the photograph shows, for people who cannot see it."
        if self.interests_declared_on and self.interests_declared_on > timezone.localdate():
            errors["interests_declared_on"] = "This day is still to come. Check the date."
        if errors:
            raise ValidationError(errors)


class Membership(Orderable):
    """A person sits on a committee."""

    page = ParentalKey(PersonPage, on_delete=models.CASCADE, related_name="committees")
    committee = models.ForeignKey(
        "pages.CommitteePage", on_delete=models.CASCADE, related_name="memberships"
    )
    role = models.CharField(
        "role on the committee", max_length=100, blank=True, help_text="For example: Chair."
    )
    until = models.DateField(
        "last day",
        null=True,
        blank=True,
        validators=[validate_year],
        help_text="From the day after, readers see the person on this committee no more.",
    )

    panels = [
        FieldPanel("committee"),
        FieldRowPanel([FieldPanel("role"), FieldPanel("until")]),
    ]

    def __str__(self) -> str:
        return self.role or "Member"
