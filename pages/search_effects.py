"""What a change of the editors' lists would do to searches, before it is saved."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import zip_longest

from pages.models.searching import Synonym, as_searched
from pages.search import Hit, search_pages
from pages.search_lists import SearchLists

SHOWN = 5


@dataclass(frozen=True)
class Place:
    """A result with what becomes of it, in words."""

    number: int
    title: str
    url: str
    change: str


@dataclass(frozen=True)
class Effect:
    """The first results for a phrase, row by row: now, and with the change."""

    phrase: str
    rows: list[tuple[Place | None, Place | None]]
    found: tuple[int, int]  # how many results there are, now and then

    @property
    def is_none(self) -> bool:
        """Whether the first results stay as they are."""
        return not any(place and place.change for row in self.rows for place in row)


def effects_of(synonym: Synonym) -> list[Effect]:
    """Return what saving an entry does to each phrase of it, and to those that it had before."""
    lists = SearchLists.load()
    changed = lists.with_synonym(synonym)
    saved = Synonym.objects.filter(pk=synonym.pk).first()
    phrases = {as_searched(phrase): phrase for phrase in saved.typed_phrases} if saved else {}
    phrases |= {as_searched(phrase): phrase for phrase in synonym.typed_phrases}
    return [effect_on(phrase, lists, changed) for phrase in phrases.values()]


def effect_on(phrase: str, lists: SearchLists, changed: SearchLists) -> Effect:
    """Return what changed lists do to the search for a phrase."""
    now = search_pages(phrase, lists=lists).hits
    then = search_pages(phrase, lists=changed).hits
    places_now, places_then = _places(now), _places(then)
    left = [
        _place(hit, number, _leaving(number, places_then.get(hit.address)))
        for number, hit in enumerate(now[:SHOWN], 1)
    ]
    right = [
        _place(hit, number, _coming(number, places_now.get(hit.address)))
        for number, hit in enumerate(then[:SHOWN], 1)
    ]
    return Effect(phrase, list(zip_longest(left, right)), (len(now), len(then)))


def _places(hits: Sequence[Hit]) -> dict[str, int]:
    return {hit.address: number for number, hit in enumerate(hits, 1)}


def _place(hit: Hit, number: int, change: str) -> Place:
    return Place(number, hit.title, hit.url, change)


def _leaving(now: int, then: int | None) -> str:
    """Return what to say of a present result that would leave the first ones."""
    if then is None:
        return "Gone"
    return f"Moved down to {then}" if then > SHOWN else ""


def _coming(then: int, now: int | None) -> str:
    """Return what to say of a result by where it is now."""
    if now is None:
        return "New"
    if now == then:
        return ""
    return f"Moved {'up' if then < now else 'down'} from {now}"
