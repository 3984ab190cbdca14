"""What forms for visitors may look up in the site: nothing that is not public."""

from django.http import HttpRequest
from wagtail.models import Page

from enquiries.about import PublicSite
from pages.models import Contact, SiteDocument, SiteSettings
from pages.public import public_documents, public_pages


def page(pk: int) -> Page | None:
    return public_pages().filter(pk=pk).first()


def heading(page: Page, anchor: str) -> str:
    """Return the heading that a page has at a place, such as "Opening times"; else nothing."""
    parts = getattr(page.specific, "parts", list)()
    return next((part.heading for part in parts if part.anchor == anchor), "")


def document(pk: int) -> SiteDocument | None:
    return public_documents().filter(pk=pk).first()


def ways(request: HttpRequest, contact: Contact) -> dict[str, str]:
    """Return a contact's e-mail, phone and address, with the organisation's where it has none."""
    organisation = SiteSettings.for_request(request)
    own = contact.details(organisation)
    return {name: own[name] or getattr(organisation, name) for name in own}


PUBLIC_SITE = PublicSite(page, heading, document, ways)
