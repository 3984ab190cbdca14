"""What the page editor's template may ask about enquiries."""

from django import template
from django.http import HttpRequest
from wagtail.models import Page

from enquiries.models import Enquiry
from enquiries.nhs_numbers import masked
from enquiries.page_reports import is_ticked, open_reports

register = template.Library()
register.filter("without_nhs_numbers", masked)


@register.simple_tag
def open_reports_about(page: Page, request: HttpRequest) -> list[tuple[Enquiry, bool]]:
    """Return the open reports about a page that the user may see, and whether each is ticked."""
    if not page.pk:  # it is new
        return []
    return [(report, is_ticked(report, request)) for report in open_reports(page, request.user)]
