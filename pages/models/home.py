"""The home page, where every address of the page tree is looked up."""

from typing import Any

from django.http import HttpRequest
from wagtail.admin.panels import FieldPanel
from wagtail.search import index
from wagtail.url_routing import RouteResult

from pages.blocks import BodyBlock, TasksBlock
from pages.feeds import FollowedPage
from pages.fields import StreamField
from pages.models.base import BasePage
from pages.models.news import NewsPage
from pages.routing import page_at


class HomePage(FollowedPage, BasePage):
    """The front door: what most people come for, and everything else below it."""

    parent_page_types = ["wagtailcore.Page"]
    max_count = 1
    page_description = "The front door of the site."
    template = "pages/home_page.html"
    news_shown = 3

    tasks = StreamField(
        TasksBlock(),
        blank=True,
        help_text="What most people come for, most wanted first.",
    )
    body = StreamField(BodyBlock(), blank=True)

    content_panels = [*BasePage.content_panels, FieldPanel("tasks"), FieldPanel("body")]
    search_fields = [*BasePage.search_fields, index.SearchField("body")]

    class Meta:
        verbose_name = "home page"

    def route(self, request: HttpRequest, path_components: list[str]) -> RouteResult:
        """Find the page for an address, whatever its depth. Raises Http404 where there is none."""
        page, rest = page_at(self, path_components)
        return super().route(request, rest) if page.pk == self.pk else page.route(request, rest)

    def get_context(self, request: HttpRequest, *args: Any, **kwargs: Any) -> dict[str, Any]:
        context = super().get_context(request, *args, **kwargs)
        context["news"] = NewsPage.objects.descendant_of(self).for_home_page()[: self.news_shown]
        return context
