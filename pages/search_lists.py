"""The editors' lists as search reads them: synonyms, emergency phrases and pinned pages."""

from dataclasses import dataclass, replace
from datetime import date
from functools import lru_cache
from itertools import starmap

from django.db.models import QuerySet
from wagtail.contrib.search_promotions.models import SearchPromotion

from pages.kept import kept_for_a_second
from pages.models.searching import EmergencyPhrases, Synonym, phrases_of
from pages.models.site import SiteSettings

KEPT = 2000  # entries that a process remembers as rules


@dataclass(frozen=True)
class SynonymRule:
    """Phrases that people type, and phrases to search for besides."""

    typed: tuple[str, ...]
    means: tuple[str, ...]


@dataclass(frozen=True)
class EmergencyRule:
    """Phrases that show a card, by its name in `EmergencyPhrases.Card`."""

    card: str
    phrases: tuple[str, ...]


@dataclass(frozen=True)
class Pin:
    """What editors put first for a phrase: a page, by its id, or the address of another site.

    `title` is empty for a page, which has its own; so is `url`. Whether the page is public is for
    search to see. `phrase` is in small letters, with single spaces.
    """

    phrase: str
    page_id: int | None
    url: str
    title: str
    description: str


@dataclass(frozen=True)
class SearchLists:
    """What editors say about search. Emergencies: the most urgent first; pins: in their order.

    What ages, and is of before `old_before`, counts less.
    """

    synonyms: tuple[SynonymRule, ...] = ()
    emergencies: tuple[EmergencyRule, ...] = ()
    pins: tuple[Pin, ...] = ()
    old_before: date | None = None

    @classmethod
    def load(cls) -> "SearchLists":
        """Read the lists as they are now, in four queries."""
        organisation = SiteSettings.objects.filter(site__is_default_site=True).first()
        return cls(
            _synonyms(Synonym.objects.all()),
            _emergencies(),
            _pins(),
            organisation.old_before if organisation else None,
        )

    @classmethod
    def current(cls) -> "SearchLists":
        """Return the lists as every search uses them, read once in a second."""
        return _current()

    def with_synonym(self, synonym: Synonym) -> "SearchLists":
        """Return the lists as they would be if this entry, new or changed, were saved."""
        others = _synonyms(Synonym.objects.exclude(pk=synonym.pk))
        return replace(self, synonyms=(*others, _synonym(synonym.typed, synonym.means)))


@kept_for_a_second
def _current() -> SearchLists:
    return SearchLists.load()


def _synonyms(entries: QuerySet) -> tuple[SynonymRule, ...]:
    return tuple(starmap(_synonym, entries.values_list("typed", "means")))


# Every search reads the lists. An entry that has not changed is the rule that it was before.
@lru_cache(maxsize=KEPT)
def _synonym(typed: str, means: str) -> SynonymRule:
    return SynonymRule(phrases_of(typed), phrases_of(means))


def _emergencies() -> tuple[EmergencyRule, ...]:
    urgency = EmergencyPhrases.Card.values
    entries = EmergencyPhrases.objects.values_list("card", "phrases")
    return tuple(starmap(_emergency, sorted(entries, key=lambda entry: urgency.index(entry[0]))))


@lru_cache(maxsize=KEPT)
def _emergency(card: str, phrases: str) -> EmergencyRule:
    return EmergencyRule(card, phrases_of(phrases, between="\n"))


def _pins() -> tuple[Pin, ...]:
    promotions = SearchPromotion.objects.order_by("query", "sort_order", "pk").values_list(
        "query__query_string", "page", "external_link_url", "external_link_text", "description"
    )
    return tuple(
        Pin(phrase, page_id, url, title or "", description)
        for phrase, page_id, url, title, description in promotions
    )
