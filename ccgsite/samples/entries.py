"""Sample entries of every kind at once."""

from datetime import date

from django.db import transaction
from wagtail.models import Page

from ccgsite.samples import alerts, consultations, meetings, news, publications
from pages.models import HomePage

KINDS = (news, alerts, consultations, publications, meetings)


@transaction.atomic
def add_entries(home: HomePage, number: int, today: date) -> list[Page]:
    """Add so many sample entries of each kind, with what they need, all or none.

    Returns the pages that are new; what is there already is left alone.
    """
    return [page for kind in KINDS for page in kind.add(home, number, today)]
