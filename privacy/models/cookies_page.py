"""The page about cookies: the same for everyone, like every page of the tree."""

from collections.abc import Iterator
from typing import Any, ClassVar

from django.http import HttpRequest
from wagtail.admin.panels import FieldPanel
from wagtail.search import index

from pages.blocks import BodyBlock
from pages.fields import StreamField
from pages.models import BasePage
from pages.parts import Part, parts_of
from privacy.cookie_sections import sections


class CookiesPage(BasePage):
    """What cookies are, which ones are set, and the form that says yes or no to them."""

    parent_page_types = ["pages.HomePage"]
    subpage_types: list[str] = []
    max_count = 1
    page_description = "What cookies are set, with the form to accept or reject them."
    template = "privacy/cookies_page.html"

    RECORD_ANCHOR_PREFIX: ClassVar[str] = "record-"

    body = StreamField(BodyBlock(), blank=True, help_text="Before the groups of cookies.")
    record = StreamField(
        BodyBlock(), blank=True, help_text="After them: for example, what an earlier website used."
    )

    content_panels = [*BasePage.content_panels, FieldPanel("body"), FieldPanel("record")]
    search_fields = [
        *BasePage.search_fields,
        index.SearchField("body"),
        index.SearchField("record"),
    ]

    class Meta:
        verbose_name = "cookies page"

    def parts(self) -> Iterator[Part]:
        yield from parts_of(self.body)
        yield from parts_of(self.record, anchor_prefix=self.RECORD_ANCHOR_PREFIX)

    def get_context(self, request: HttpRequest, *args: Any, **kwargs: Any) -> dict[str, Any]:
        context = super().get_context(request, *args, **kwargs)
        context["sections"] = sections()
        return context
