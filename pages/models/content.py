"""The page that most pages are."""

from typing import Any

from wagtail.admin.panels import FieldPanel
from wagtail.search import index

from pages.blocks import BodyBlock, ContentsEntry, contents
from pages.fields import StreamField
from pages.models.base import BasePage
from pages.structured_data import questions


class ContentPage(BasePage):
    """Text on one subject."""

    parent_page_types = ["pages.HomePage", "pages.SectionPage", "pages.PublicationIndexPage"]
    subpage_types: list[str] = []
    page_description = "Text on one subject: advice, a list, a policy."
    template = "pages/content_page.html"

    body = StreamField(BodyBlock())

    content_panels = [*BasePage.content_panels, FieldPanel("body")]
    search_fields = [*BasePage.search_fields, index.SearchField("body")]

    class Meta:
        verbose_name = "content page"

    @property
    def contents(self) -> list[ContentsEntry]:
        """The headings for "On this page"; empty where there are too few to need a list."""
        return contents(self.body)

    def structured_data(self, base_url: str) -> list[dict[str, Any]]:
        return questions(self.body)
