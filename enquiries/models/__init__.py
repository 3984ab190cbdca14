"""The map of what visitors send us."""

from enquiries.models.enquiry import Enquiry, State
from enquiries.models.history import Action, Deletion, HistoryEntry
from enquiries.models.holidays import BankHoliday
from enquiries.models.kinds import EnquiryKind, Subject
from enquiries.models.letters import Letter, LetterKind
from enquiries.models.marks import Mark

__all__ = [
    "Action",
    "BankHoliday",
    "Deletion",
    "Enquiry",
    "EnquiryKind",
    "HistoryEntry",
    "Letter",
    "LetterKind",
    "Mark",
    "State",
    "Subject",
]
