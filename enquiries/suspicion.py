"""What makes a message look as if a program had sent it.

Whatever looks so is stored and kept apart, where staff see it; its sender gets the same answer as
everybody. No visitor is set a puzzle.
"""

import logging
from datetime import timedelta

from django.db import Error
from django.http import HttpRequest

from enquiries.crowds import is_flood
from enquiries.form_numbers import FormNumber
from enquiries.forms import EnquiryForm
from enquiries.links import LINK, links_elsewhere
from enquiries.models import Subject

QUICKEST = timedelta(seconds=3)
# Links to other sites: who reports an error or asks for a document may have to give some.
MOST_LINKS = {Subject.PAGE: 5, Subject.ACCESSIBILITY: 5, Subject.INFORMATION: 5, Subject.MEDIA: 5}
USUAL_LINKS = 3

log = logging.getLogger(__name__)


class TooMany(Exception):  # noqa: N818, it is no error of ours
    """More came from an address than we can keep: its sender has to wait."""


def suspicion(request: HttpRequest, number: FormNumber, form: EnquiryForm) -> str:
    """Return why a valid form looks as if a program had sent it, in words for staff, or nothing.

    Raises TooMany if it must not be stored at all.
    """
    if _is_flood(request):
        raise TooMany
    if form.is_trapped:
        return "A field that people do not see was filled in"
    # If the clock was put back meanwhile, nobody knows how long it took.
    if timedelta(0) <= number.age < QUICKEST:
        return "Sent within 3 seconds after the form was opened"
    answers = {name: text for name, text in form.cleaned_data.items() if isinstance(text, str)}
    if LINK.search(answers.get("name", "")):
        return "A link stands in place of a name"
    links = len(links_elsewhere("\n".join(answers.values()), request.get_host()))
    if links > MOST_LINKS.get(number.subject, USUAL_LINKS):
        return f"It has {links} links to other sites"
    return ""


def _is_flood(request: HttpRequest) -> bool:
    try:
        return is_flood(request)
    except Error:  # the spool, which takes in what comes now, has bounds of its own
        log.warning("The database is away: how much came from one address is not counted")
        return False
