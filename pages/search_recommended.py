"""What editors put first for the words that somebody typed."""

from collections.abc import Iterable
from dataclasses import dataclass
from urllib.parse import urlsplit

from wagtail.models import Page

from pages.models.passages import Passage
from pages.public import public_pages
from pages.search_lists import Pin, SearchLists
from pages.search_query import Query, stems_of


@dataclass(frozen=True)
class Recommended:
    """A page, with its beginning as search knows it, or an address on another site."""

    title: str
    url: str
    description: str
    page: Page | None = None
    passage: Passage | None = None

    @property
    def host(self) -> str:
        """The site that it leads to; nothing for a page of this one."""
        return "" if self.page else urlsplit(self.url).hostname or ""


def pins_for(query: Query, lists: SearchLists) -> list[Recommended]:
    """Return what editors pinned for these words, in any form, in their order.

    A page that a visitor may not see is left out.
    """
    looked_for = {tuple(reading) for reading in query.readings if reading}
    pins = [pin for pin in lists.pins if stems_of(pin.phrase) in looked_for]
    if not pins:
        return []
    pages = public_pages().in_bulk({pin.page_id for pin in pins if pin.page_id})
    beginnings = {
        passage.page_id: passage
        for passage in Passage.objects.defer("text", "stems").filter(page__in=pages, number=0)
    }
    found = (_recommended(pin, pages, beginnings) for pin in pins)
    return _each_once(one for one in found if one)


def _recommended(
    pin: Pin, pages: dict[int, Page], beginnings: dict[int, Passage]
) -> Recommended | None:
    if not pin.page_id:
        return Recommended(pin.title or pin.url, pin.url, pin.description)
    page = pages.get(pin.page_id)
    if page is None:
        return None
    title = page.seo_title or page.title
    return Recommended(title, page.url or "", pin.description, page, beginnings.get(page.pk))


def _each_once(pins: Iterable[Recommended]) -> list[Recommended]:
    first: dict[str, Recommended] = {}
    for pin in pins:
        first.setdefault(pin.url, pin)
    return list(first.values())
