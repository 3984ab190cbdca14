"""The map of the privacy room's models."""

from privacy.models.activity import ProcessingActivity
from privacy.models.cookies import (
    AnalyticsSettings,
    ConsentCount,
    DeclaredCookie,
    GateRecord,
)
from privacy.models.cookies_page import CookiesPage
from privacy.models.notice import PrivacyNoticePage
from privacy.models.notice_section import NoticeSection
from privacy.models.version import NoticeVersion

__all__ = [
    "AnalyticsSettings",
    "ConsentCount",
    "CookiesPage",
    "DeclaredCookie",
    "GateRecord",
    "NoticeSection",
    "NoticeVersion",
    "PrivacyNoticePage",
    "ProcessingActivity",
]
