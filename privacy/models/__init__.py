"""The map of the privacy room's models."""

from privacy.models.activity import ProcessingActivity
from privacy.models.notice import NoticeSection, PrivacyNoticePage
from privacy.models.version import NoticeVersion

__all__ = ["NoticeSection", "NoticeVersion", "PrivacyNoticePage", "ProcessingActivity"]
