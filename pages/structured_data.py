"""The site's facts for machines, as schema.org describes them (https://schema.org)."""

from typing import Any

from pages.models import SiteSettings
from pages.navigation import Navigation


def organisation_data(site: SiteSettings, base_url: str) -> dict[str, Any]:
    """Return the organisation; only facts that the settings hold."""
    data: dict[str, Any] = {
        "@context": "https://schema.org",
        "@type": "GovernmentOrganization",
        "@id": f"{base_url}/#organisation",  # by which other data name it
        "name": site.name,
        "alternateName": site.short_name,
        "url": f"{base_url}/",
        "telephone": site.phone,
        "email": site.email,
        "address": ", ".join(site.address.splitlines()),
    }
    if site.successor_date:
        data["dissolutionDate"] = site.successor_date.isoformat()
    return {name: value for name, value in data.items() if value}


def breadcrumb_list(navigation: Navigation, base_url: str) -> dict[str, Any]:
    """Return the way from the home page to the page being read."""
    return {
        "@context": "https://schema.org",
        "@type": "BreadcrumbList",
        "itemListElement": [
            {
                "@type": "ListItem",
                "position": number,
                "name": step.title,
                "item": base_url + step.url,
            }
            for number, step in enumerate(navigation.breadcrumbs_with_page, start=1)
        ],
    }
