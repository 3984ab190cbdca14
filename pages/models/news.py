"""News and media releases."""

from collections.abc import Iterable, Iterator
from dataclasses import replace
from datetime import date
from typing import Any

from django.db import models
from django.db.models import F
from django.http import HttpRequest
from django.utils import timezone
from wagtail.admin.panels import FieldPanel, FieldRowPanel
from wagtail.models import PageManager, PageQuerySet
from wagtail.search import index

from pages.blocks import BodyBlock
from pages.choosing import ListFilter, Listing, YearOfDate, by_year
from pages.feeds import MOST_ENTRIES, FeedEntry, FollowedPage, entry_of
from pages.fields import StreamField
from pages.models.base import BasePage, PageForm
from pages.models.contacts import Contact
from pages.models.site import SiteSettings
from pages.parts import Part
from pages.public import SHOWN_IN_LISTS, public_only


class NewsKind(models.TextChoices):
    NEWS = "news", "News"
    RELEASE = "media-release", "Media release"


class Listed(models.TextChoices):
    """What a news index lists, of the whole site: all, or one kind, by that kind's value."""

    EVERYTHING = "everything", "News and media releases"
    NEWS = NewsKind.NEWS.value, "News alone"
    RELEASES = NewsKind.RELEASE.value, "Media releases alone"

    @property
    def nouns(self) -> tuple[str, str]:
        """What one entry is called, and several."""
        if self is Listed.RELEASES:
            return "media release", "media releases"
        return "news item", "news items"


class NewsQuerySet(PageQuerySet):
    def newest_first(self) -> "NewsQuerySet":
        """Return the news that readers may see, newest first."""
        return self._for_a_list().order_by("-published_on", "-pk")

    def for_home_page(self) -> "NewsQuerySet":
        """Return the news that readers may see, what is featured before the rest."""
        return self._for_a_list().order_by("-is_featured", "-published_on", "-pk")

    def _for_a_list(self) -> "NewsQuerySet":
        listed = public_only(self).select_related("topic")
        return listed.only(*SHOWN_IN_LISTS, "kind", "published_on", "topic__name")

    def listed_as(self, listed: str) -> "NewsQuerySet":
        """Return what an index that lists this shows, in no order: one of `Listed`."""
        return self.all() if listed == Listed.EVERYTHING else self.filter(kind=listed)


class NewsIndexPage(FollowedPage, BasePage):
    """Lists the news of the whole site, or one kind of it."""

    parent_page_types = ["pages.HomePage", "pages.SectionPage"]
    subpage_types = ["pages.NewsPage"]
    max_count_per_parent = 1
    page_description = "A list of news, of media releases or of both, from the whole site."
    template = "pages/news_index_page.html"

    lists = models.CharField(
        max_length=20,
        choices=Listed.choices,
        default=Listed.EVERYTHING,
        help_text="Wherever in the site the pages are.",
    )
    body = StreamField(
        BodyBlock(),
        blank=True,
        help_text="Shown while the list is empty, so that readers know why.",
    )

    content_panels = [*BasePage.content_panels, FieldPanel("lists"), FieldPanel("body")]
    search_fields = [*BasePage.search_fields, index.SearchField("body")]

    class Meta:
        verbose_name = "news index"

    @property
    def nouns(self) -> tuple[str, str]:
        """What one entry of the list is called, and several."""
        return Listed(self.lists).nouns

    def filters(self) -> list[ListFilter]:
        """Return by what readers may choose: year, topic, and kind where there is more than one."""
        filters = [
            by_year(YearOfDate("published_on")),
            ListFilter("topic", "Topic", "All topics", F("topic__slug"), F("topic__name")),
        ]
        if self.lists == Listed.EVERYTHING:
            kinds = dict(NewsKind.choices)
            filters.append(ListFilter("kind", "Type", "All types", F("kind"), labels=kinds))
        return filters

    def feed_pages(self) -> NewsQuerySet:
        """Return what the index lists, what came to the site last first: so old news moves none."""
        listed = public_only(NewsPage.objects.listed_as(self.lists))
        return listed.exclude(last_published_at=None).order_by("-first_published_at", "-pk")

    def feed_entries(self) -> Iterable[FeedEntry]:
        """Return what is in the feed; a media release among other news is called one."""
        for page in self.feed_pages()[:MOST_ENTRIES]:
            entry = entry_of(page)
            if page.is_release and self.lists == Listed.EVERYTHING:
                entry = replace(entry, title=f"{page.kind_for_readers}: {entry.title}")
            yield entry

    def get_context(self, request: HttpRequest, *args: Any, **kwargs: Any) -> dict[str, Any]:
        context = super().get_context(request, *args, **kwargs)
        news = NewsPage.objects.listed_as(self.lists).newest_first()
        context["listing"] = Listing(("news", self.lists), news, self.filters(), request.GET)
        return context


class NewsForm(PageForm):
    """The edit form of news: what could not be shown, or would say something untrue, is refused."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        listed = getattr(getattr(self.parent_page, "specific", None), "lists", "")
        self.kind_of_list = "" if listed == Listed.EVERYTHING else listed
        if self.kind_of_list and self.instance.pk is None:
            self.initial["kind"] = self.kind_of_list

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean()
        if self.is_deferred_validation:
            return cleaned
        self._check_date(cleaned.get("published_on"), cleaned.get("go_live_at"))
        self._check_kind(cleaned.get("kind"))
        if "media_contact" in cleaned:
            self._check_contact(cleaned.get("kind"), cleaned["media_contact"])
        return cleaned

    def _check_date(self, published_on: date | None, go_live_at: Any) -> None:
        today = timezone.localdate()
        goes_live_on = max(today, timezone.localdate(go_live_at)) if go_live_at else today
        if published_on and published_on > goes_live_on:
            self.add_error(
                "published_on",
                "The date of the news cannot be after the day it goes live, which is "
                f"{goes_live_on.day} {goes_live_on:%B %Y}. Change it, or set the day it goes live "
                "under “Set schedule”.",
            )

    def _check_kind(self, kind: str | None) -> None:
        if kind and self.kind_of_list and kind != self.kind_of_list:
            only, other = NewsKind(self.kind_of_list).label, NewsKind(kind).label
            self.add_error(
                "kind",
                f"The page above this one lists “{only}” alone. Choose that, or add the page below "
                f"a list that shows “{other}”.",
            )

    def _check_contact(self, kind: str | None, contact: Contact | None) -> None:
        if kind == NewsKind.NEWS and contact:
            message = "Only a media release shows this contact. Choose that type, or take it away."
            self.add_error("media_contact", message)
        organisation = SiteSettings.objects.filter(site__is_default_site=True).first()
        if kind == NewsKind.RELEASE and not (
            contact or (organisation and organisation.media_contact_id)
        ):
            message = (
                "Say whom the media can ask. It is needed because Settings, Organisation and site "
                "names no contact for the media."
            )
            self.add_error("media_contact", message)


class NewsPage(BasePage):
    """One piece of news, or one media release."""

    parent_page_types = ["pages.NewsIndexPage"]
    subpage_types: list[str] = []
    base_form_class = NewsForm
    show_in_menus_default = False
    page_description = "One piece of news, or one media release."
    template = "pages/news_page.html"
    read_with = ("topic", "media_contact")
    ages = True

    kind = models.CharField(
        "type", max_length=20, choices=NewsKind.choices, default=NewsKind.NEWS, db_index=True
    )
    published_on = models.DateField(
        "date of the news",
        default=timezone.localdate,
        help_text="Readers see it. For what is to go live later, give the day on which it does.",
    )
    topic = models.ForeignKey(
        "pages.Topic",
        null=True,
        blank=True,
        on_delete=models.SET_NULL,
        related_name="+",
        help_text="What it is about, so that readers can choose by it.",
    )
    is_featured = models.BooleanField(
        "featured on the home page",
        default=False,
        help_text="Shown there before newer news, until you take the tick away.",
    )
    media_contact = models.ForeignKey(
        "pages.Contact",
        verbose_name="contact for the media",
        null=True,
        blank=True,
        on_delete=models.SET_NULL,
        related_name="+",
        help_text="For a media release alone. Empty: the organisation's own contact for the media.",
    )
    body = StreamField(BodyBlock())

    objects = PageManager.from_queryset(NewsQuerySet)()

    content_panels = [
        *BasePage.content_panels,
        FieldRowPanel([FieldPanel("kind"), FieldPanel("published_on")]),
        FieldPanel("topic"),
        FieldPanel("is_featured"),
        FieldPanel("body"),
        FieldPanel("media_contact"),
    ]
    search_fields = [
        *BasePage.search_fields,
        index.SearchField("body"),
        index.FilterField("published_on"),
    ]

    class Meta:
        verbose_name = "news page"
        indexes = [  # in the orders of the lists, each of which shows a few of many
            models.Index(fields=["-published_on", "-page_ptr"], name="news_newest_first"),
            models.Index(
                fields=["-is_featured", "-published_on", "-page_ptr"], name="news_featured_first"
            ),
        ]

    @classmethod
    def kinds_for_readers(cls) -> list[str]:
        return [kind.label for kind in NewsKind]

    @property
    def kind_for_readers(self) -> str:
        """What search, lists and the page call it."""
        return NewsKind(self.kind).label

    @property
    def is_release(self) -> bool:
        return self.kind == NewsKind.RELEASE

    @property
    def date_for_readers(self) -> date:
        return self.published_on

    def parts(self) -> Iterator[Part]:
        """Yield the text, the topic, and a contact that is the page's own.

        The organisation's contact for the media is found where it stands, not with each release.
        """
        yield from super().parts()
        if self.topic:
            yield Part(self.topic.name)
        if self.is_release and self.media_contact:
            yield Part(self.media_contact.as_text())

    def structured_data(self, base_url: str) -> list[dict[str, Any]]:
        """Return the article, with the organisation as publisher: no author is known of."""
        data = {
            "@context": "https://schema.org",
            "@type": "NewsArticle",
            "headline": self.heading,
            "description": self.summary,
            "url": f"{base_url}{self.url}",
            "datePublished": self.published_on.isoformat(),
            "publisher": {"@id": f"{base_url}/#organisation"},
        }
        if self.last_published_at:
            data["dateModified"] = timezone.localtime(self.last_published_at).isoformat()
        return [data]
