"""The privacy notice: sections, and Appendix A."""

from collections import Counter
from dataclasses import dataclass
from itertools import groupby
from typing import Any

from django.core.exceptions import ValidationError
from django.db import models
from django.dispatch import receiver
from django.http import Http404, HttpRequest
from django.template.response import TemplateResponse
from modelcluster.fields import ParentalKey
from wagtail.admin.panels import FieldPanel, FieldRowPanel, InlinePanel, ObjectList, TabbedInterface
from wagtail.contrib.routable_page.models import RoutablePageMixin, path
from wagtail.fields import RichTextField, StreamField
from wagtail.models import Orderable
from wagtail.search import index
from wagtail.signals import page_published

from pages.blocks import SHORT_TEXT, BodyBlock, ContentsEntry
from pages.models.base import BasePage, PageForm
from privacy.models.version import NoticeVersion
from privacy.panels import NotStatedPanel
from privacy.versions import compare

APPENDIX_ANCHOR = "appendix-a"


@dataclass(frozen=True)
class ContentsGroup:
    """A part of "On this page": a name and the sections under it."""

    name: str
    entries: list[ContentsEntry]


class PrivacyNoticeForm(PageForm):
    """The edit form: every section and every activity has an address of its own."""

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean()
        for name, what in (("sections", "section"), ("activities", "activity")):
            formset = self.formsets.get(name)
            if formset is None:
                continue
            kept = [f for f in formset.forms if f.is_valid() and not f.cleaned_data.get("DELETE")]
            anchors = Counter(f.cleaned_data.get("anchor") for f in kept)
            for form in kept:
                if anchors[form.cleaned_data.get("anchor")] > 1:
                    form.add_error("anchor", f"Another {what} has the same link. Change one.")
                    self.add_error(None, f"Two of the notice's parts have the same link ({what}).")
        return cleaned


class PrivacyNoticePage(RoutablePageMixin, BasePage):
    """What is done with people's data, why, and what they can do about it (UK GDPR, Article 13)."""

    parent_page_types = ["pages.HomePage", "pages.SectionPage"]
    subpage_types: list[str] = []
    base_form_class = PrivacyNoticeForm
    page_description = "The privacy notice: sections, and the activities of Appendix A."
    template = "privacy/notice.html"

    subtitle = models.CharField(max_length=150, blank=True)
    introduction = StreamField(BodyBlock(), blank=True, help_text="Before the first section.")
    text_changed = models.CharField(
        "text last changed",
        max_length=40,
        blank=True,
        help_text="As the notice states it, for example: October 2020.",
    )
    appendix_introduction = RichTextField(blank=True, features=SHORT_TEXT)
    change_note = models.CharField(
        "what changed in this version",
        max_length=300,
        blank=True,
        help_text="Readers see it in the list of versions. Write it anew before you publish.",
    )
    editor_flags = models.TextField(
        "review list",
        blank=True,
        help_text="What the controller has to settle, and what was corrected. Never shown.",
    )

    edit_handler = TabbedInterface(
        [
            ObjectList(
                [
                    *BasePage.content_panels,
                    FieldPanel("subtitle"),
                    FieldPanel("introduction"),
                ],
                heading="Notice",
            ),
            ObjectList([InlinePanel("sections", heading="Sections", label="Section")], "Sections"),
            ObjectList(
                [
                    NotStatedPanel(heading="What the activities do not state"),
                    FieldPanel("appendix_introduction"),
                    InlinePanel("activities", heading="Activities", label="Activity"),
                ],
                heading="Appendix A",
            ),
            ObjectList(
                [
                    FieldRowPanel([FieldPanel("change_note"), FieldPanel("text_changed")]),
                    *BasePage.care_panels,
                    FieldPanel("editor_flags"),
                ],
                heading="Review",
            ),
            ObjectList(BasePage.promote_panels, heading="Promote"),
            ObjectList(BasePage.settings_panels[-1:], heading="Settings"),
        ]
    )

    search_fields = [
        *BasePage.search_fields,
        index.SearchField("introduction"),
        index.RelatedFields("sections", [index.SearchField("title"), index.SearchField("body")]),
        index.RelatedFields(
            "activities",
            [
                index.SearchField("title"),
                index.SearchField("plain_summary"),
                index.SearchField("purpose"),
                index.SearchField("legal_basis"),
                index.SearchField("approvals"),
                index.SearchField("processors"),
                index.SearchField("parts"),
            ],
        ),
    ]

    class Meta:
        verbose_name = "privacy notice"

    @property
    def contents(self) -> list[ContentsGroup]:
        """The sections for "On this page", in groups, with Appendix A as the last."""
        groups = [
            ContentsGroup(name, [ContentsEntry(section.title, section.anchor) for section in rows])
            for name, rows in groupby(self.sections.all(), lambda section: section.group)
        ]
        activities = [
            ContentsEntry(activity.title, activity.html_id) for activity in self.activities.all()
        ]
        return [*groups, ContentsGroup("Appendix A", activities)] if activities else groups

    def _rich_text(self) -> str:
        rows = [*self.sections.all(), *self.activities.all()]
        stored = [
            str(field.value_to_string(row))
            for row in rows
            for field in row._meta.get_fields()
            if isinstance(field, StreamField | RichTextField)
        ]
        return "\n".join([super()._rich_text(), *stored])

    # --- Versions: what was published, never a draft -------------------------------------------

    @path("versions/")
    def versions_list(self, request: HttpRequest) -> TemplateResponse:
        return self.render(
            request,
            template="privacy/versions.html",
            context_overrides={"versions": NoticeVersion.of(self)},
        )

    @path("versions/<int:number>/")
    def version(self, request: HttpRequest, number: int) -> TemplateResponse:
        return self.render(
            request,
            template="privacy/version.html",
            context_overrides={"version": self._version(number)},
        )

    @path("versions/<int:older>-to-<int:newer>/")
    def versions_compared(self, request: HttpRequest, older: int, newer: int) -> TemplateResponse:
        if older >= newer:
            raise Http404
        first, second = self._version(older), self._version(newer)
        return self.render(
            request,
            template="privacy/versions_compared.html",
            context_overrides={
                "older": first,
                "newer": second,
                "changes": compare(first.content, second.content),
            },
        )

    def _version(self, number: int) -> NoticeVersion:
        version = NoticeVersion.of(self).filter(number=number).first()
        if version is None:
            raise Http404
        return version


class NoticeSection(Orderable):
    """One section of the notice, with a permanent address."""

    page = ParentalKey(PrivacyNoticePage, on_delete=models.CASCADE, related_name="sections")
    title = models.CharField(max_length=150)
    anchor = models.SlugField(
        max_length=60,
        help_text="The end of the link to this section. Changing it breaks links from elsewhere.",
    )
    group = models.CharField(
        "part of the list “On this page”",
        max_length=80,
        blank=True,
        help_text="Sections that follow one another under the same name are listed together.",
    )
    body = StreamField(BodyBlock())

    panels = [
        FieldPanel("title"),
        FieldRowPanel([FieldPanel("anchor"), FieldPanel("group")]),
        FieldPanel("body"),
    ]

    class Meta(Orderable.Meta):
        verbose_name = "section"

    def __str__(self) -> str:
        return self.title

    def clean(self) -> None:
        """Refuse the address that Appendix A has."""
        if self.anchor == APPENDIX_ANCHOR:
            raise ValidationError({"anchor": "Appendix A has this link. Choose another."})


@receiver(page_published, sender=PrivacyNoticePage)
def keep_version(instance: PrivacyNoticePage, **kwargs: Any) -> None:
    """Keep what was just published, if its words differ from the last version."""
    NoticeVersion.keep(instance)
