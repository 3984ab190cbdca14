"""The map of the site's models."""

from pages.models.alerts import AlertIndexPage, AlertLevel, AlertPage, AlertState
from pages.models.base import BasePage, ContentStatus
from pages.models.contacts import Contact
from pages.models.content import ContentPage
from pages.models.files import OfferedFile, OffersFiles
from pages.models.home import HomePage
from pages.models.media import DocumentReading, SiteDocument, SiteImage, SiteRendition
from pages.models.news import Listed, NewsIndexPage, NewsKind, NewsPage
from pages.models.passages import DocumentOffer, IndexedWord, IndexState, Passage
from pages.models.searching import (
    EmergencyPhrases,
    LoadedList,
    SearchWithoutResults,
    Synonym,
)
from pages.models.sections import SectionPage
from pages.models.site import SiteSettings
from pages.models.topics import Topic

__all__ = [
    "AlertIndexPage",
    "AlertLevel",
    "AlertPage",
    "AlertState",
    "BasePage",
    "Contact",
    "ContentPage",
    "ContentStatus",
    "DocumentOffer",
    "DocumentReading",
    "EmergencyPhrases",
    "HomePage",
    "IndexState",
    "IndexedWord",
    "Listed",
    "LoadedList",
    "NewsIndexPage",
    "NewsKind",
    "NewsPage",
    "OfferedFile",
    "OffersFiles",
    "Passage",
    "SearchWithoutResults",
    "SectionPage",
    "SiteDocument",
    "SiteImage",
    "SiteRendition",
    "SiteSettings",
    "Synonym",
    "Topic",
]
