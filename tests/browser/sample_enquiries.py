"""Adds staff and enquiries to a starter site, for those who answer them in the browser tests.

Run as `manage.py shell -c "from tests.browser.sample_enquiries import add; add()"` in the
environment of the site.
"""

from datetime import timedelta

from django.contrib.auth.models import Group, User
from django.utils import timezone

from enquiries.models import Subject
from pages.models import BasePage, ContentPage
from tests import builders
from tests.browser.sample_pages import PASSWORD

STAFF = {
    "desk": ["Enquiries team"],
    "both": ["Enquiries team", "Publishers"],
    "lead": ["Data protection leads"],
}


def add() -> None:
    for name, groups in STAFF.items():
        user = User.objects.create_user(
            name, f"{name}@example.org", PASSWORD, first_name=name.title(), last_name="Person"
        )
        user.groups.set(Group.objects.filter(name__in=groups))
    team = Group.objects.get(name="Enquiries team")
    general = builders.enquiry_kind(team, name="Sample questions")
    reports = builders.enquiry_kind(team, name="Sample reports", subject=Subject.PAGE)
    ago = timezone.now() - timedelta(days=60)
    builders.enquiry(general, message="When do you open on Sundays?", received_at=ago)
    builders.enquiry(general, message="Two will answer this.")
    builders.enquiry(general, message="My number is 943 476 5919.", name="Sam Smith")
    builders.enquiry(general, message="Buy this now.", suspicion="Too many links")
    page: BasePage = ContentPage.objects.get(slug="self-care")
    builders.enquiry(
        reports,
        message="This has the wrong number.",
        page=page,
        page_version=page.live_revision,
        page_title=page.title,
        page_address=page.url,
    )
