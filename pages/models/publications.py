"""Publications: what the organisation publishes of its work, as web pages with or without files."""

from collections.abc import Iterator
from datetime import date
from typing import Any

from django.core.exceptions import ValidationError
from django.db import models
from django.db.models import F
from django.http import HttpRequest
from django.utils import timezone
from modelcluster.fields import ParentalKey
from wagtail.admin.panels import FieldPanel, FieldRowPanel, InlinePanel
from wagtail.fields import RichTextField
from wagtail.models import PageManager, PageQuerySet
from wagtail.search import index

from pages.blocks import BodyBlock, ContentsEntry, contents
from pages.choosing import ListFilter, Listing, YearOfDate, by_year
from pages.feeds import FollowedPage
from pages.fields import StreamField
from pages.models.base import BasePage
from pages.models.files import OfferedFile, OfferingForm, OffersFiles
from pages.navigation import listed_children
from pages.parts import Part, parts_of
from pages.public import public_only

FILES = "files"  # the anchor of the heading above a publication's files


class PublicationKind(models.TextChoices):
    ANNUAL_REPORT = "annual-report", "Annual report or accounts"
    DATASET = "dataset", "Dataset"
    GUIDANCE = "guidance", "Guidance"
    MINUTES = "minutes", "Minutes"
    POLICY = "policy", "Policy or procedure"
    REGISTER = "register", "Register or list"
    REPORT = "report", "Report"
    STATEMENT = "statement", "Statement"
    STRATEGY = "strategy", "Strategy or plan"


# What schema.org calls each; what is not among them is a digital document and no more.
SCHEMA_TYPES = {
    PublicationKind.ANNUAL_REPORT: "Report",
    PublicationKind.DATASET: "Dataset",
    PublicationKind.REPORT: "Report",
}


class PublicationQuerySet(PageQuerySet):
    def for_lists(self) -> "PublicationQuerySet":
        """Return those that readers may see, newest first, with what lists show of them."""
        found = public_only(self).select_related("topic").defer("body")
        return found.order_by("-published_on", "-pk")

    def files_only(self) -> "PublicationQuerySet":
        """Return those that say what they say in files alone."""
        without_text = models.functions.Cast("body", models.TextField())
        return self.annotate(text=without_text).filter(text="[]", files__isnull=False).distinct()


class PublicationIndexPage(FollowedPage, BasePage):
    """Lists the publications below it, and says what they are or why there are none."""

    parent_page_types = ["pages.HomePage", "pages.SectionPage", "pages.PublicationIndexPage"]
    subpage_types = [
        "pages.PublicationPage",
        "pages.PublicationIndexPage",
        "pages.ContentPage",
        "pages.SectionPage",
    ]
    page_description = "A list of publications. It lists those below it, newest first."
    template = "pages/publication_index_page.html"

    introduction = RichTextField(blank=True, help_text="Before the list.")
    while_empty = RichTextField(
        "while there are none",
        blank=True,
        help_text="In the place of the list while it is empty: what is missing, why, "
        "and what readers can do.",
    )
    body = StreamField(BodyBlock(), blank=True, help_text="After the list.")
    lists_section = models.BooleanField(
        "list the whole section",
        default=False,
        help_text="List every publication in the section that this page is in, "
        "not only those below this page.",
    )

    content_panels = [
        *BasePage.content_panels,
        FieldPanel("introduction"),
        FieldPanel("while_empty"),
        FieldPanel("body"),
        FieldPanel("lists_section"),
    ]
    search_fields = [
        *BasePage.search_fields,
        index.SearchField("introduction"),
        index.SearchField("while_empty"),
        index.SearchField("body"),
    ]

    class Meta:
        verbose_name = "publication index"

    @property
    def contents(self) -> list[ContentsEntry]:
        """The headings for "On this page"; empty where there are too few to need a list."""
        return contents(self.body)

    def publications(self) -> PublicationQuerySet:
        """Return the publications that are listed here, newest first."""
        top = self.path[: -self.steplen] if self.lists_section else self.path
        return PublicationPage.objects.filter(path__startswith=top).for_lists()

    def listing(self, asked: dict[str, str]) -> Listing:
        """Return the list, with what was asked for of it."""
        return Listing(
            ("publications", self.path, self.lists_section),
            self.publications(),
            [
                ListFilter(
                    "type", "Type", "All types", F("kind"), labels=dict(PublicationKind.choices)
                ),
                ListFilter("topic", "Topic", "All topics", F("topic__slug"), F("topic__name")),
                by_year(YearOfDate("published_on")),
            ],
            asked,
        )

    def feed_pages(self) -> PageQuerySet:
        """Return the publications that are listed here, by when they changed."""
        changed = self.publications().exclude(last_published_at=None)
        return changed.order_by("-last_published_at", "-pk")

    def get_context(self, request: HttpRequest, *args: Any, **kwargs: Any) -> dict[str, Any]:
        context = super().get_context(request, *args, **kwargs)
        context["listing"] = self.listing(request.GET)
        context["children"] = listed_children(self, besides=PublicationPage)
        return context


class PublicationForm(OfferingForm):
    """The edit form: a publication has a text or a file, and no date that is still to come."""

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean()
        if self.is_deferred_validation:
            return cleaned
        if not cleaned.get("body") and not any(self._rows_with_a_file()):
            self.add_error("body", "Write the publication here, or add a file below.")
        published_on = cleaned.get("published_on")
        if published_on and published_on > self._goes_live_on(cleaned):
            self.add_error(
                "published_on",
                "This date is still to come. Give the day of publication, today at the latest, "
                "or set a schedule so that the page goes live on that day.",
            )
        return cleaned

    def _goes_live_on(self, cleaned: dict[str, Any]) -> date:
        """Return the day on which readers first see what is being saved."""
        now = timezone.now()
        scheduled = cleaned.get("go_live_at") or self.instance.go_live_at
        return timezone.localdate(max(scheduled or now, now))


class PublicationPage(OffersFiles, BasePage):
    """One publication: its text, the files that go with it, or both."""

    parent_page_types = ["pages.PublicationIndexPage"]
    subpage_types: list[str] = []
    base_form_class = PublicationForm
    show_in_menus_default = False
    page_description = "A report, policy, plan, register or dataset, as text, as files or both."
    template = "pages/publication_page.html"
    kind_for_readers = "Publication"
    read_with = ("topic", "format_contact")

    kind = models.CharField("type", max_length=20, choices=PublicationKind.choices)
    published_on = models.DateField(
        "date of publication", default=timezone.localdate, help_text="Readers see it."
    )
    topic = models.ForeignKey(
        "pages.Topic", null=True, blank=True, on_delete=models.SET_NULL, related_name="+"
    )
    body = StreamField(
        BodyBlock(),
        blank=True,
        help_text="The publication itself, as far as it can be a web page: everyone can read that, "
        "on any device. Without it, readers are told that there is only a file.",
    )
    replaced_by = models.ForeignKey(
        "self",
        null=True,
        blank=True,
        on_delete=models.SET_NULL,
        related_name="+",
        help_text="Only if another publication takes its place: readers are sent there. "
        "For a new version of a file, replace the document's file instead.",
    )

    objects = PageManager.from_queryset(PublicationQuerySet)()

    content_panels = [
        *BasePage.content_panels,
        FieldRowPanel([FieldPanel("kind"), FieldPanel("published_on"), FieldPanel("topic")]),
        FieldPanel("body"),
        InlinePanel("files", heading="Files", label="File"),
        FieldPanel("format_contact"),
        FieldPanel("replaced_by"),
    ]
    search_fields = [
        *BasePage.search_fields,
        index.SearchField("body"),
        index.FilterField("kind"),
        index.FilterField("published_on"),
    ]

    class Meta:
        verbose_name = "publication"
        indexes = [
            models.Index(fields=["-published_on", "-page_ptr"], name="publications_newest_first")
        ]

    @property
    def date_for_readers(self) -> date:
        return self.published_on

    @property
    def contents(self) -> list[ContentsEntry]:
        """The headings for "On this page", the files last; empty where there are too few."""
        listed = contents(self.body)
        return [*listed, ContentsEntry("Files", FILES)] if listed and self.file_list else listed

    @property
    def file_list(self) -> list["PublicationFile"]:
        """The files, read once for the whole page."""
        return self.offered_files["files"]

    @property
    def replacement(self) -> "PublicationPage | None":
        """The publication that took its place, if readers may see it."""
        if self.replaced_by_id is None:
            return None
        return public_only(PublicationPage.objects.filter(pk=self.replaced_by_id)).first()

    def parts(self) -> Iterator[Part]:
        """Yield what it is, its text, and what its files are called."""
        topic = [self.topic.name] if self.topic else []
        yield Part(" ".join([self.get_kind_display(), *topic]))
        yield from parts_of(self.body)
        files = [str(file) for file in self.files.all()]
        if files:
            yield Part(" ".join(files), "Files", FILES)

    def structured_data(self, base_url: str) -> list[dict[str, Any]]:
        """Return the publication with its files, as schema.org describes it."""
        kind = SCHEMA_TYPES.get(self.kind, "DigitalDocument")
        is_data = kind == "Dataset"
        files = [
            {
                "@type": "DataDownload" if is_data else "MediaObject",
                "name": str(file),
                "contentUrl": f"{base_url}{file.document.url}",
                "encodingFormat": file.document.content_type,
                "inLanguage": file.language,
            }
            for file in self.file_list
        ]
        facts = {
            "@context": "https://schema.org",
            "@type": kind,
            "name": self.heading,
            "description": self.summary,
            "url": f"{base_url}{self.url}",
            "datePublished": self.published_on.isoformat(),
            "inLanguage": "en-GB",
            "isAccessibleForFree": True,
            "about": self.topic.name if self.topic else "",
            "distribution" if is_data else "associatedMedia": files,
        }
        return [{name: value for name, value in facts.items() if value}]

    def clean(self) -> None:
        """Refuse a publication that takes its own place."""
        super().clean()
        if self.pk and self.replaced_by_id == self.pk:
            message = "A publication cannot be replaced by itself. Choose the newer one."
            raise ValidationError({"replaced_by": message})


class PublicationFile(OfferedFile):
    """A file of a publication."""

    page = ParentalKey(PublicationPage, on_delete=models.CASCADE, related_name="files")
