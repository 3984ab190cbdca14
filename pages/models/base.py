"""What every page has. If some need it, it is a mixin; if one needs it, it is in that page."""

from collections.abc import Iterable, Iterator
from datetime import date
from operator import itemgetter
from typing import Any

from django.core.validators import MaxLengthValidator
from django.db import models, transaction
from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from wagtail.admin.forms import WagtailAdminPageForm
from wagtail.admin.panels import (
    FieldPanel,
    FieldRowPanel,
    MultiFieldPanel,
    Panel,
    PublishingPanel,
    TitleFieldPanel,
)
from wagtail.blocks import StructValue
from wagtail.models import COMMENTS_RELATION_NAME, Page, PageQuerySet, Site
from wagtail.search import index

from pages.addresses import address_of
from pages.corrections import CorrectionsBlock, reports_and_corrections
from pages.fields import StreamField
from pages.links import keys_in, knowing, stored_text
from pages.navigation import Navigation
from pages.parts import Part, parts_of_fields
from pages.search_index import index_pages

SUMMARY_MAX_LENGTH = 250
# What Wagtail saves with a draft, a lock or a copy, none of which a reader sees.
BOOKKEEPING = {
    COMMENTS_RELATION_NAME,
    "draft_title",
    "first_published_at",
    "has_unpublished_changes",
    "last_published_at",
    "latest_revision",
    "latest_revision_created_at",
    "live_revision",
    "locked",
    "locked_at",
    "locked_by",
    "numchild",
}


def is_bookkeeping(saved_fields: Iterable[str] | None) -> bool:
    """Return whether a save of these fields, or of all if None, changes nothing that is public."""
    return saved_fields is not None and BOOKKEEPING.issuperset(saved_fields)


class PageForm(WagtailAdminPageForm):
    """The edit form: a page cannot be published without a summary."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        summary = self.fields.get("search_description")
        if summary:
            summary.required = True
            summary.validators.append(MaxLengthValidator(SUMMARY_MAX_LENGTH))
            summary.widget.attrs.update(maxlength=SUMMARY_MAX_LENGTH, rows=3)


class ContentStatus(models.TextChoices):
    SOURCE = "source", "Facts checked against the former site"
    NATIONAL = "national", "National advice, checked on the date above"
    PLACEHOLDER = "placeholder", "Incomplete: needs facts from the publisher"


class BasePage(Page):
    """A page of this site.

    Wagtail's own fields carry two of its facts, so that lists of pages need one query:
    `seo_title` is the heading and `search_description` the summary.
    """

    allowed_http_methods = ["GET", "HEAD", "OPTIONS"]
    base_form_class = PageForm
    admin_default_ordering = "ord"  # the order of the menu, so that editors see and drag that
    show_in_menus_default = True
    private_page_options: list[str] = []  # a page is public or it is not live
    kind_for_readers = "Page"  # what search calls a page of this type
    read_with: tuple[str, ...] = ()  # fields whose rows its template shows, for the same query
    leads_to: tuple[str, ...] = ()  # fields whose pages its template links to
    ages = False  # whether an old page of this type matters less than a new one
    is_being_saved = False

    updated_on = models.DateField(
        "last updated",
        default=date.today,
        help_text="The day a person last checked the whole page. Readers see it. "
        "Do not change it for a small edit.",
    )
    review_due_on = models.DateField(
        "next review due",
        null=True,
        blank=True,
        help_text="Readers see it, and are told when the date has passed.",
    )
    content_owner = models.CharField(
        "owner",
        max_length=100,
        blank=True,
        help_text="The team that keeps this page right. Not shown.",
    )
    content_status = models.CharField(
        max_length=20,
        choices=ContentStatus.choices,
        default=ContentStatus.SOURCE,
        help_text="How far this page can be relied on. Not shown.",
    )
    also_known_as = models.TextField(
        "words people use for this",
        blank=True,
        help_text="Everyday words, common names and abbreviations, separated by commas, "
        "so that search finds the page. Not shown.",
    )

    corrections = StreamField(
        CorrectionsBlock(),
        blank=True,
        help_text="Only where readers may have relied on what was wrong: they see these, with "
        "the day, at the end of the page.",
    )

    content_panels: list[Panel] = [
        TitleFieldPanel(
            "title",
            help_text="The words in the menu and in the trail of links above the page.",
        ),
        FieldPanel(
            "seo_title",
            heading="Heading",
            help_text="Only if the title alone says too little: "
            "the heading of the page, in search results and in browser tabs.",
        ),
        FieldPanel(
            "search_description",
            heading="Summary",
            help_text="Who the page is for and what it gives, in 1 or 2 sentences. "
            "Shown under the heading, in lists of pages and in search results.",
        ),
    ]
    care_panels: list[Panel] = [
        MultiFieldPanel(
            [
                FieldRowPanel([FieldPanel("updated_on"), FieldPanel("review_due_on")]),
                FieldPanel("content_owner"),
                FieldPanel("content_status"),
            ],
            heading="Keeping this page right",
        ),
    ]
    promote_panels: list[Panel] = [
        MultiFieldPanel(
            [
                FieldPanel("slug", help_text="The last part of the page's address."),
                FieldPanel("show_in_menus"),
                FieldPanel("also_known_as"),
            ],
            heading="Finding this page",
        ),
    ]
    settings_panels: list[Panel] = [*care_panels, reports_and_corrections(), PublishingPanel()]

    search_fields = [
        *Page.search_fields,
        index.SearchField("seo_title", boost=2),
        index.AutocompleteField("seo_title"),
        index.SearchField("search_description", boost=1.5),
        index.SearchField("also_known_as", boost=1.5),
    ]

    class Meta:
        abstract = True

    @classmethod
    def as_read(cls) -> PageQuerySet:
        """Return the pages of this type with all that one query can bring for reading one."""
        pages = cls._default_manager.all()
        return pages.select_related(*cls.read_with) if cls.read_with else pages

    @property
    def heading(self) -> str:
        """The page's own heading: the title, unless that says too little."""
        return self.seo_title or self.title

    @property
    def summary(self) -> str:
        return self.search_description

    @classmethod
    def kinds_for_readers(cls) -> list[str]:
        """Return what search may call pages of this type: one name, unless they differ."""
        return [cls.kind_for_readers]

    @property
    def date_for_readers(self) -> date:
        """The date that search shows, and by which readers may choose."""
        return self.updated_on

    def structured_data(self, base_url: str) -> list[dict[str, Any]]:
        """Return what the page is to machines, as schema.org describes it, beside its place.

        `base_url` is the site's address without a slash at the end.
        """
        return []

    def parts(self) -> Iterator[Part]:
        """Yield what search may find of the page beside its names, in the order of the page.

        It is what the type's `search_fields` name; headings begin parts of their own.
        """
        names = {field.field_name for field in BasePage.search_fields}
        yield from parts_of_fields(
            self,
            [x for x in self.get_searchable_search_fields() if x.field_name not in names],
        )

    @transaction.atomic
    def save(self, *args: Any, **kwargs: Any) -> Any:
        """Save, and let search read the page anew, unless nothing changed that it reads."""
        self.is_being_saved = True
        try:
            saved = super().save(*args, **kwargs)
        finally:
            self.is_being_saved = False
        if not is_bookkeeping(kwargs.get("update_fields")):
            index_pages([self.pk])
        return saved

    @property
    def corrections_newest_first(self) -> list[StructValue]:
        """The corrections that readers are told about."""
        return sorted((x.value for x in self.corrections), key=itemgetter("day"), reverse=True)

    @property
    def review_is_overdue(self) -> bool:
        """Whether the review date has passed, today in the site's time zone."""
        return bool(self.review_due_on and self.review_due_on < timezone.localdate())

    def get_url(
        self, request: HttpRequest | None = None, current_site: Site | None = None
    ) -> str | None:
        """Return the page's address: Wagtail asks for that of its view each time."""
        if request or current_site:
            return super().get_url(request, current_site)
        return address_of(self.url_path)

    url = property(get_url)

    def serve(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        return self.rendered(request, super().serve(request, *args, **kwargs))

    def rendered(self, request: HttpRequest, response: HttpResponse) -> HttpResponse:
        """Render at once, with all that the text leads to looked up beforehand."""
        if hasattr(response, "render"):
            text = stored_text(self._rows())
            keys = keys_in(text) | {getattr(self, f"{name}_id") for name in self.leads_to}
            navigation = Navigation.of(request, self, keys - {None})
            response.context_data["nav"] = navigation
            with knowing(navigation.pages_by_key(), text):
                response.render()
        return response

    def _rows(self) -> list[models.Model]:
        """Return the page and what belongs to it, as far as its text may lead to pages."""
        return [self]
