"""Landing pages: what is in a part of the site."""

from typing import Any

from django.http import HttpRequest
from wagtail.admin.panels import FieldPanel
from wagtail.search import index

from pages.blocks import BodyBlock
from pages.feeds import FollowedPage
from pages.fields import StreamField
from pages.models.base import BasePage
from pages.navigation import listed_children


class SectionPage(FollowedPage, BasePage):
    """Introduces a part of the site and lists the pages in it."""

    parent_page_types = ["pages.HomePage", "pages.SectionPage", "pages.PublicationIndexPage"]
    page_description = "A landing page. It lists the pages below it by itself."
    template = "pages/section_page.html"

    body = StreamField(
        BodyBlock(),
        blank=True,
        help_text="Optional. Shown above the list of pages, which is made by itself.",
    )

    content_panels = [*BasePage.content_panels, FieldPanel("body")]
    search_fields = [*BasePage.search_fields, index.SearchField("body")]

    class Meta:
        verbose_name = "section"

    def get_context(self, request: HttpRequest, *args: Any, **kwargs: Any) -> dict[str, Any]:
        context = super().get_context(request, *args, **kwargs)
        context["children"] = listed_children(self)
        return context
