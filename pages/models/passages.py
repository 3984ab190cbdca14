"""What search can find: the parts of public pages and documents, as they were last published."""

from collections import Counter
from typing import Any
from uuid import UUID, uuid4

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils import timezone
from wagtail.models import Page, PageQuerySet
from wagtail.search import index
from wagtail.search.backends.base import BaseSearchResults
from wagtail.search.query import SearchQuery
from wagtail.search.queryset import SearchableQuerySetMixin

from pages.public import public_pages
from pages.words import stems, words


def expired_pages() -> PageQuerySet:
    """Return the pages whose time has run out and that the job has not unpublished yet."""
    return Page.objects.filter(live=True, expire_at__lte=timezone.now())


ENGINE_FOR_PASSAGES = "passages"  # in WAGTAILSEARCH_BACKENDS, if they have one to themselves


# What search reads of a passage, to rate it and to show its words.
READ_BY_SEARCH = (
    *("pk", "page_id", "document_id", "number", "anchor"),
    *("heading", "names", "stems", "text", "kind", "dated", "ages"),
)


class PassageQuerySet(SearchableQuerySetMixin, models.QuerySet):
    def as_rows(self) -> "PassageQuerySet":
        """Return them as rows of what search needs of them, which are made faster than models."""
        return self.values_list(*READ_BY_SEARCH, named=True)

    def search(self, query: SearchQuery | str, **options: Any) -> BaseSearchResults:
        """Return those that have the words."""
        return super().search(query, backend=_engine(), **options)

    def autocomplete(self, query: SearchQuery | str, **options: Any) -> BaseSearchResults:
        """Return those whose names have words that begin so."""
        return super().autocomplete(query, backend=_engine(), **options)

    def withdrawn(self) -> "PassageQuerySet":
        """Return those of pages whose time has run out, and of documents that no other page offers.

        Time passes without a save, so they stay until the job has run that unpublishes the pages.
        """
        expired = expired_pages()
        if not expired.exists():
            return self.none()
        offered = DocumentOffer.objects.filter(page__in=public_pages()).values("document")
        return self.filter(
            Q(page__in=expired) | Q(document__isnull=False) & ~Q(document__in=offered)
        )


def _engine() -> str:
    """Return which search engine is asked for passages."""
    theirs = ENGINE_FOR_PASSAGES in settings.WAGTAILSEARCH_BACKENDS
    return ENGINE_FOR_PASSAGES if theirs else "default"


class Passage(index.Indexed, models.Model):
    """A part of a page or of a document, with the address that leads to it.

    It is a copy for search, made anew whenever its source changes; it decides nothing about
    who may see what.
    """

    page = models.ForeignKey(
        "wagtailcore.Page", null=True, on_delete=models.CASCADE, related_name="passages"
    )
    document = models.ForeignKey(
        "pages.SiteDocument", null=True, on_delete=models.CASCADE, related_name="passages"
    )
    page.wagtail_reference_index_ignore = True  # neither is a use of the page or the document
    document.wagtail_reference_index_ignore = True
    number = models.PositiveIntegerField()  # its place in the source, from 0
    anchor = models.CharField(max_length=150, blank=True)  # what follows # in its address
    heading = models.TextField(blank=True)
    text = models.TextField(blank=True)
    names = models.TextField()  # what the source is called, in plain words, one name a line
    stems = models.TextField(blank=True)  # of heading and text
    kind = models.CharField(max_length=40)  # "Page", "News", "Document" ...
    dated = models.DateField(null=True)
    ages = models.BooleanField(default=False)  # an old one matters less than a new one

    objects = PassageQuerySet.as_manager()

    search_auto_update = False  # pages/search_index.py tells the engines, many passages at once

    # Engines know a field for titles, which counts for more. All get stems, so all find the same.
    search_fields = [
        index.SearchField("title", boost=10),
        index.SearchField("stems"),
        index.AutocompleteField("names_and_stems"),
        index.FilterField("number"),
        index.FilterField("page"),
        index.FilterField("document"),
    ]

    class Meta:
        indexes = [models.Index(fields=["number"])]

    def __str__(self) -> str:
        return f"{self.names.partition(chr(10))[0]} {self.number}"

    @property
    def own_names(self) -> str:
        """The names of the source, with its first passage alone: the others would crowd it out."""
        return self.names if self.number == 0 else ""

    @property
    def title(self) -> str:
        """The stems of the names."""
        return " ".join(stems(self.own_names.split()))

    @property
    def names_and_stems(self) -> str:
        """The names as they are typed, letter by letter, and as they are looked for."""
        return f"{self.own_names} {self.title}"

    def words(self) -> set[str]:
        """Return every word of it; those of the names with the first passage alone."""
        return {*self.own_names.split(), *words(f"{self.heading} {self.text}")}


class DocumentOffer(models.Model):
    """A public page offers a document for download. A document that none offers is not found."""

    page = models.ForeignKey(
        "wagtailcore.Page", on_delete=models.CASCADE, related_name="document_offers"
    )
    document = models.ForeignKey(
        "pages.SiteDocument", on_delete=models.CASCADE, related_name="offers"
    )
    page.wagtail_reference_index_ignore = True
    document.wagtail_reference_index_ignore = True

    class Meta:
        unique_together = [("page", "document")]

    def __str__(self) -> str:
        return f"{self.page_id} offers {self.document_id}"


class IndexedWord(models.Model):
    """A word of the passages, and in how many of them it stands: what spelling is held against."""

    word = models.CharField(max_length=60, primary_key=True)
    passages = models.PositiveIntegerField()

    def __str__(self) -> str:
        return self.word

    @classmethod
    def counts(cls) -> dict[str, int]:
        """Return in how many passages each word stands, without those that are withdrawn."""
        counts = Counter(dict(cls.objects.values_list("word", "passages")))
        for passage in Passage.objects.withdrawn().iterator(chunk_size=100):
            counts.subtract(passage.words())
        return {word: number for word, number in counts.items() if number > 0}


class IndexState(models.Model):
    """One row: a mark that changes whenever the passages do. Who changes them holds its lock.

    There is none before anything was ever indexed.
    """

    mark = models.UUIDField(default=uuid4)

    def __str__(self) -> str:
        return str(self.mark)

    @classmethod
    def lock(cls) -> None:
        """Wait until nobody else changes the passages; they wait until this transaction ends.

        Take it before you read who may see what: two that change that at once would otherwise
        each miss what the other did.
        """
        cls.objects.select_for_update().get_or_create(pk=1)

    @classmethod
    def renew(cls) -> None:
        """Set a new mark."""
        cls.objects.filter(pk=1).update(mark=uuid4())

    @classmethod
    def current_mark(cls) -> tuple[UUID, tuple[int, ...]] | None:
        """Return what changes whenever a word may come or go, or None before anything was indexed.

        It is the mark, with the pages that are still live though their time has run out.
        """
        mark = cls.objects.values_list("mark", flat=True).first()
        if mark is None:
            return None
        return mark, tuple(expired_pages().order_by("pk").values_list("pk", flat=True))
