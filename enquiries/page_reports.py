"""Reports about a page, in its editor: marked there, and resolved when that version is live."""

from django.contrib.auth.models import AbstractBaseUser
from django.db import transaction
from django.http import HttpRequest
from wagtail.models import Page

from enquiries import steps
from enquiries.models import Enquiry
from enquiries.models.enquiry import EnquiryQuerySet

SHOWN = "reports_shown"
RESOLVED = "resolved_reports"


def open_reports(page: Page, user: AbstractBaseUser) -> EnquiryQuerySet:
    """Return the open reports about a page that the user may see, the oldest first."""
    reports = Enquiry.objects.about_page(page).seen_by(user)
    return reports.select_related("kind").order_by("received_at")


def is_ticked(report: Enquiry, request: HttpRequest) -> bool:
    """Return whether a report is ticked: as it was sent, if the form comes back, or as stored."""
    if request.method == "POST":
        return report.pk in _ids(request, RESOLVED)
    return report.resolved_by_id is not None


def forget_unticked(request: HttpRequest, page: Page) -> None:
    """Unmark the reports whose tick was taken away: before the version can go live with them."""
    shown = open_reports(page, request.user).filter(pk__in=_ids(request, SHOWN))
    shown.exclude(pk__in=_ids(request, RESOLVED)).update(resolved_by=None)


def mark_ticked(request: HttpRequest, page: Page) -> None:
    """Mark the reports that were ticked with the version that was just saved.

    Whatever was posted, only reports about this page count, and of kinds that its sender may see.
    """
    ticked = open_reports(page, request.user).filter(pk__in=_ids(request, RESOLVED))
    ticked.update(resolved_by=page.latest_revision_id)
    resolve_reports(page)


def _ids(request: HttpRequest, name: str) -> list[int]:
    return [int(x) for x in request.POST.getlist(name) if x.isdecimal() and x.isascii()][:1000]


def resolve_reports(page: Page) -> None:
    """Answer the reports that were marked with the version that is live now, or an earlier one."""
    live = Page.objects.filter(pk=page.pk, live=True).values_list("live_revision", flat=True)
    revision = live.first()
    if revision is None:
        return
    with transaction.atomic():
        marked = Enquiry.objects.about_page(page).filter(resolved_by__lte=revision)
        for report in marked.select_for_update(of=("self",)).select_related("resolved_by"):
            by = report.resolved_by.user
            report.resolved_by_id = revision
            report.save(update_fields=["resolved_by"])
            steps.answer(report, by, _thanks(page))


def _thanks(page: Page) -> str:
    return (
        f"Thank you for telling us about “{page.title}”. "
        f"We have corrected the page:\n{page.full_url or page.title}"
    )
