"""The home page, where every address of the page tree is looked up."""

from typing import Any

from django.http import Http404, HttpRequest
from wagtail.admin.panels import FieldPanel
from wagtail.fields import StreamField
from wagtail.search import index
from wagtail.url_routing import RouteResult

from pages.blocks import BodyBlock, TasksBlock
from pages.feeds import FollowedPage
from pages.models.base import BasePage
from pages.models.news import NewsPage
from pages.navigation import listed_children
from pages.public import public_pages


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
        """Find the page for an address in one query, whatever its depth in the tree.

        Wagtail asks once for every part of the address; the stored `url_path` answers for
        all parts at once. The deepest page on the way takes what is left of the address.
        Raises Http404 where no page that readers may see has the address.
        """
        addresses = [self.url_path]
        for component in path_components:
            addresses.append(f"{addresses[-1]}{component}/")
        deepest = public_pages().filter(url_path__in=addresses).order_by("-depth").first()
        if deepest is None:
            raise Http404
        rest = path_components[addresses.index(deepest.url_path) :]
        page = self if deepest.pk == self.pk else deepest.specific
        if rest and not hasattr(page, "resolve_subpage"):
            raise Http404
        return super().route(request, rest) if page is self else page.route(request, rest)

    def get_context(self, request: HttpRequest, *args: Any, **kwargs: Any) -> dict[str, Any]:
        context = super().get_context(request, *args, **kwargs)
        context["children"] = listed_children(self, menu_only=True)
        context["news"] = NewsPage.objects.descendant_of(self).for_home_page()[: self.news_shown]
        return context
