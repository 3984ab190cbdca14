"""The map of the site's models."""

from pages.models.agenda import AgendaItem
from pages.models.alerts import AlertIndexPage, AlertLevel, AlertPage, AlertState
from pages.models.base import BasePage, ContentStatus
from pages.models.committees import CommitteePage, TermsFile
from pages.models.consultation_lists import ConsultationIndexPage
from pages.models.consultation_rows import ConsultationFile, OutcomeRow, WayToTakePart
from pages.models.consultations import ConsultationPage
from pages.models.contacts import Contact
from pages.models.content import ContentPage
from pages.models.earlier_files import EarlierFile
from pages.models.files import OfferedFile, OffersFiles
from pages.models.home import HomePage
from pages.models.interests import Interest
from pages.models.media import DocumentReading, SiteDocument, SiteImage, SiteRendition
from pages.models.meeting_index import MeetingIndexPage
from pages.models.meetings import MeetingPage, MinutesFile
from pages.models.news import Listed, NewsIndexPage, NewsKind, NewsPage
from pages.models.papers import PaperPage
from pages.models.passages import DocumentOffer, IndexedWord, IndexState, Passage
from pages.models.people import Membership, PeopleIndexPage, PersonGroup, PersonPage
from pages.models.publications import (
    PublicationFile,
    PublicationIndexPage,
    PublicationKind,
    PublicationPage,
)
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
    "AgendaItem",
    "AlertIndexPage",
    "AlertLevel",
    "AlertPage",
    "AlertState",
    "BasePage",
    "CommitteePage",
    "ConsultationFile",
    "ConsultationIndexPage",
    "ConsultationPage",
    "Contact",
    "ContentPage",
    "ContentStatus",
    "DocumentOffer",
    "DocumentReading",
    "EarlierFile",
    "EmergencyPhrases",
    "HomePage",
    "IndexState",
    "IndexedWord",
    "Interest",
    "Listed",
    "LoadedList",
    "MeetingIndexPage",
    "MeetingPage",
    "Membership",
    "MinutesFile",
    "NewsIndexPage",
    "NewsKind",
    "NewsPage",
    "OfferedFile",
    "OffersFiles",
    "OutcomeRow",
    "PaperPage",
    "Passage",
    "PeopleIndexPage",
    "PersonGroup",
    "PersonPage",
    "PublicationFile",
    "PublicationIndexPage",
    "PublicationKind",
    "PublicationPage",
    "SearchWithoutResults",
    "SectionPage",
    "SiteDocument",
    "SiteImage",
    "SiteRendition",
    "SiteSettings",
    "Synonym",
    "TermsFile",
    "Topic",
    "WayToTakePart",
]
