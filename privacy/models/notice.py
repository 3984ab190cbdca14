"""The privacy notice: sections, Appendix A, and the versions that were published."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from http import HTTPStatus
from itertools import groupby
from typing import Any, ClassVar

from django.db import models
from django.db.models import OuterRef, Subquery
from django.dispatch import receiver
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.utils.functional import cached_property
from wagtail.admin.panels import FieldPanel, FieldRowPanel, ObjectList, TabbedInterface
from wagtail.contrib.routable_page.models import path, re_path
from wagtail.fields import RichTextField
from wagtail.models import PageQuerySet
from wagtail.rich_text import get_text_for_indexing
from wagtail.search import index
from wagtail.signals import page_published

from pages.blocks import SHORT_TEXT, BodyBlock, ContentsEntry
from pages.fields import StreamField
from pages.models.base import BasePage
from pages.parts import Part, parts_of, parts_of_fields
from pages.routing import RoutedPage
from privacy.forms import PrivacyNoticeForm, VersionsForm
from privacy.models.activity import ProcessingActivity
from privacy.models.version import NoticeVersion
from privacy.panels import NotStatedPanel, RowsPanel, WordsPanel
from privacy.register import REGISTER_FILES, register_file
from privacy.versions import compare

NUMBER = "[1-9][0-9]{0,5}"


@dataclass(frozen=True)
class ContentsGroup:
    """A part of "On this page": a name and the sections under it."""

    name: str
    entries: list[ContentsEntry]


class PrivacyNoticePage(RoutedPage, BasePage):
    """What is done with people's data, why, and what they can do about it (UK GDPR, Article 13)."""

    parent_page_types = ["pages.HomePage", "pages.SectionPage"]
    subpage_types: list[str] = []
    base_form_class = PrivacyNoticeForm
    page_description = "The privacy notice: sections, and the activities of Appendix A."
    template = "privacy/notice.html"

    APPENDIX_ANCHOR: ClassVar[str] = "appendix-a"

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
                    WordsPanel("introduction"),
                ],
                heading="Notice",
            ),
            ObjectList(
                [RowsPanel("sections", heading="Sections", label="Section")], heading="Sections"
            ),
            ObjectList(
                [
                    NotStatedPanel(heading="What the activities do not state"),
                    WordsPanel("appendix_introduction"),
                    RowsPanel("activities", heading="Activities", label="Activity"),
                ],
                heading="Appendix A",
            ),
            ObjectList(
                [
                    FieldRowPanel([FieldPanel("change_note"), FieldPanel("text_changed")]),
                    *BasePage.care_panels,
                    WordsPanel("editor_flags"),
                ],
                heading="Review",
            ),
            ObjectList(BasePage.promote_panels, heading="Promote"),
            ObjectList(BasePage.settings_panels[-2:], heading="Settings"),
        ]
    )

    search_fields = [
        *BasePage.search_fields,
        index.SearchField("introduction"),
        index.SearchField("appendix_introduction"),
        index.RelatedFields("sections", [index.SearchField("title"), index.SearchField("body")]),
        index.RelatedFields("activities", ProcessingActivity.search_fields),
    ]

    class Meta:
        verbose_name = "privacy notice"

    @property
    def contents(self) -> list[ContentsGroup]:
        """The sections for "On this page", in groups; Appendix A is the last of the last."""
        groups = [
            ContentsGroup(name, [ContentsEntry(row.title, row.html_id) for row in rows])
            for name, rows in groupby(self.section_list, lambda section: section.group)
        ]
        if self.activity_list:
            groups = groups or [ContentsGroup("", [])]
            groups[-1].entries.append(ContentsEntry("Appendix A", self.APPENDIX_ANCHOR))
        return groups

    def parts(self) -> Iterator[Part]:
        """Yield the introduction, each section and each activity, by their addresses."""
        yield from parts_of(self.introduction)
        for section in self.sections.all():
            yield from parts_of(section.body, section.title, section.html_id, section.anchor_prefix)
        yield Part(
            get_text_for_indexing(self.appendix_introduction), "Appendix A", self.APPENDIX_ANCHOR
        )
        for activity in self.activities.all():
            fields = parts_of_fields(activity, activity.search_fields)
            yield Part(" ".join(x.text for x in fields), activity.title, activity.html_id)

    def get_context(self, request: HttpRequest, *args: Any, **kwargs: Any) -> dict[str, Any]:
        context = super().get_context(request, *args, **kwargs)
        context["latest_version"] = self.latest_version
        return context

    @classmethod
    def as_read(cls) -> PageQuerySet:
        versions = NoticeVersion.objects.filter(page=OuterRef("pk"))
        latest = {
            f"latest_{name}": Subquery(versions.values(name)[:1])
            for name in ("number", "published_at")
        }
        return super().as_read().annotate(**latest)

    @cached_property
    def latest_version(self) -> NoticeVersion | None:
        """The version of now with its number and day, as far as it was read with the page."""
        number = getattr(self, "latest_number", None)
        if number is None:
            return NoticeVersion.of(self).defer("content").first()
        return NoticeVersion(number=number, published_at=self.latest_published_at)

    @cached_property
    def section_list(self) -> list[models.Model]:
        """The sections, read once for the whole page."""
        return list(self.sections.all())

    @cached_property
    def activity_list(self) -> list[ProcessingActivity]:
        """Appendix A, read once for the whole page."""
        return list(self.activities.all())

    def _rows(self) -> list[models.Model]:
        return [self, *self.section_list, *self.activity_list]

    @re_path(rf"^({'|'.join(map(re.escape, REGISTER_FILES))})/?$")  # Wagtail's router adds a slash
    def register(self, request: HttpRequest, name: str) -> HttpResponse:
        """Give Appendix A as a file."""
        return register_file(self, name)

    # --- Versions: what was published, never a draft -------------------------------------------

    @path("versions/")
    def versions_list(self, request: HttpRequest) -> HttpResponse:
        """List the versions; `from` and `to` lead on to the address that compares the two."""
        versions = list(NoticeVersion.of(self))
        form = VersionsForm(versions, request.GET if "to" in request.GET else None)
        if form.is_valid():
            pair = "{older}-to-{newer}".format_map(form.cleaned_data)
            return HttpResponseRedirect(f"{self.get_url(request)}versions/{pair}/")
        response = self.render(
            request,
            template="privacy/versions.html",
            context_overrides={"versions": versions, "form": form},
        )
        if form.is_bound:
            response.status_code = HTTPStatus.UNPROCESSABLE_ENTITY
        return response

    @re_path(rf"^versions/({NUMBER})/$")
    def version(self, request: HttpRequest, number: str) -> TemplateResponse:
        return self.render(
            request,
            template="privacy/version.html",
            context_overrides={"version": self._version(number)},
        )

    @re_path(rf"^versions/({NUMBER})-to-({NUMBER})/$")
    def versions_compared(self, request: HttpRequest, older: str, newer: str) -> TemplateResponse:
        if int(older) >= int(newer):
            raise Http404
        first, second = self._version(older), self._version(newer)
        return self.render(
            request,
            template="privacy/versions_compared.html",
            context_overrides={
                "older": first,
                "newer": second,
                "changes": compare(first.parts, second.parts),
            },
        )

    def _version(self, number: str) -> NoticeVersion:
        version = NoticeVersion.of(self).filter(number=int(number)).first()
        if version is None:
            raise Http404
        return version

    def get_route_paths(self) -> list[str]:
        """Return the addresses below the page's own that a move of the page has to redirect."""
        numbers = NoticeVersion.of(self).order_by("number").values_list("number", flat=True)
        return [
            *super().get_route_paths(),
            *(f"/{name}" for name in REGISTER_FILES),
            "/versions/",
            *(f"/versions/{number}/" for number in numbers),
        ]


@receiver(page_published, sender=PrivacyNoticePage)
def keep_version(instance: PrivacyNoticePage, **_: Any) -> None:
    """Keep what was just published, if its words differ from the last version.

    Search reads the notice again: when the page was saved, its sections and activities were
    still those of before.
    """
    NoticeVersion.keep(instance)
    index.insert_or_update_object(PrivacyNoticePage.objects.get(pk=instance.pk))
