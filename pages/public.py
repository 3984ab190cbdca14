"""What the public may see: the one place that says so."""

from wagtail.models import Page, PageQuerySet


def public_pages() -> PageQuerySet:
    """Return every page that a visitor may see, of any type, as plain pages."""
    return Page.objects.live().public()
