"""The sections of the privacy notice."""

from django.core.exceptions import ValidationError
from django.db import models
from django.utils.text import slugify
from modelcluster.fields import ParentalKey
from wagtail.admin.panels import FieldPanel, FieldRowPanel
from wagtail.models import Orderable

from pages.blocks import BodyBlock, anchor_of
from pages.fields import StreamField
from privacy.forms import RowForm
from privacy.models.notice import PrivacyNoticePage
from privacy.panels import WordsPanel

PAGE_FURNITURE = ("site-", "search")  # how the ids of menu, contents list and search begin


class NoticeSection(Orderable):
    """One section of the notice, with a permanent address."""

    base_form_class = RowForm

    page = ParentalKey(PrivacyNoticePage, on_delete=models.CASCADE, related_name="sections")
    title = models.CharField(max_length=150)
    anchor = models.SlugField(
        "link",
        max_length=60,
        blank=True,
        help_text="The end of the link to this section. Filled in for you; changing it breaks "
        "links from elsewhere.",
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
        WordsPanel("body"),
    ]

    class Meta(Orderable.Meta):
        verbose_name = "section"

    def __str__(self) -> str:
        return self.title

    def clean(self) -> None:
        """Refuse the address that Appendix A has, and those of the page around the notice."""
        if self.anchor == PrivacyNoticePage.APPENDIX_ANCHOR:
            raise ValidationError({"anchor": "Appendix A has this link. Choose another."})
        if self.anchor.startswith(PAGE_FURNITURE):
            raise ValidationError({"anchor": "Begin the link with another word."})

    @property
    def html_id(self) -> str:
        """The section's permanent address within the page; a draft may not have one yet."""
        return self.anchor or slugify(self.title)

    @property
    def anchor_prefix(self) -> str:
        """What stands before the ids of the headings inside the section."""
        return f"{self.html_id}-"

    @property
    def html_ids(self) -> list[str]:
        """Every id that the section has on the page."""
        headings = (child for child in self.body if child.block_type in {"heading", "subheading"})
        return [self.html_id, *(self.anchor_prefix + anchor_of(x.value) for x in headings)]
