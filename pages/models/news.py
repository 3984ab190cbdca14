"""News."""

from datetime import date
from typing import Any

from django.core.paginator import Page as PageOfResults
from django.core.paginator import Paginator
from django.db import models
from django.http import HttpRequest
from django.utils import timezone
from wagtail.admin.panels import FieldPanel
from wagtail.fields import StreamField
from wagtail.models import PageManager, PageQuerySet
from wagtail.search import index

from pages.blocks import BodyBlock
from pages.models.base import BasePage
from pages.public import public_only


class NewsQuerySet(PageQuerySet):
    def newest_first(self) -> "NewsQuerySet":
        """Return the news that readers may see, newest first."""
        return public_only(self).order_by("-published_on", "-pk")


class NewsIndexPage(BasePage):
    """Lists the news below it."""

    parent_page_types = ["pages.HomePage", "pages.SectionPage"]
    subpage_types = ["pages.NewsPage"]
    max_count_per_parent = 1
    page_description = "The list of news. It lists the news pages below it, newest first."
    template = "pages/news_index_page.html"
    news_per_page = 10

    body = StreamField(
        BodyBlock(), blank=True, help_text="Shown while there is no news, so that readers know why."
    )

    content_panels = [*BasePage.content_panels, FieldPanel("body")]
    search_fields = [*BasePage.search_fields, index.SearchField("body")]

    class Meta:
        verbose_name = "news index"

    def news(self, page_number: str | None) -> PageOfResults:
        """Return one page of the news below; a number that does not exist gives the nearest."""
        queryset = NewsPage.objects.child_of(self).newest_first()
        return Paginator(queryset, self.news_per_page).get_page(page_number)

    def get_context(self, request: HttpRequest, *args: Any, **kwargs: Any) -> dict[str, Any]:
        context = super().get_context(request, *args, **kwargs)
        context["news"] = self.news(request.GET.get("page"))
        return context


class NewsPage(BasePage):
    """One piece of news."""

    parent_page_types = ["pages.NewsIndexPage"]
    subpage_types: list[str] = []
    show_in_menus_default = False
    page_description = "One piece of news."
    template = "pages/news_page.html"
    kind_for_readers = "News"
    ages = True

    published_on = models.DateField("date of the news", default=timezone.localdate)
    body = StreamField(BodyBlock())

    objects = PageManager.from_queryset(NewsQuerySet)()

    content_panels = [*BasePage.content_panels, FieldPanel("published_on"), FieldPanel("body")]
    search_fields = [
        *BasePage.search_fields,
        index.SearchField("body"),
        index.FilterField("published_on"),
    ]

    class Meta:
        verbose_name = "news page"

    @property
    def date_for_readers(self) -> date:
        return self.published_on
