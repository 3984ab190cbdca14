"""The site's facts for machines, as schema.org describes them (https://schema.org)."""

from typing import Any

from wagtail.blocks import StreamValue
from wagtail.rich_text import get_text_for_indexing

from pages.models.site import SiteSettings
from pages.navigation import Navigation

QUESTIONS_OF_A_PAGE_OF_THEM = 2


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


def questions(body: StreamValue) -> list[dict[str, Any]]:
    """Return the questions that a text answers, if it has more than one.

    A question is what readers press to see more, if it ends with a question mark.
    """
    asked = [
        child.value
        for child in body
        if child.block_type in {"details", "expander"}
        and child.value["summary"].rstrip().endswith("?")
    ]
    if len(asked) < QUESTIONS_OF_A_PAGE_OF_THEM:
        return []
    return [
        {
            "@context": "https://schema.org",
            "@type": "FAQPage",
            "mainEntity": [
                {
                    "@type": "Question",
                    "name": value["summary"],
                    "acceptedAnswer": {
                        "@type": "Answer",
                        "text": get_text_for_indexing(value["text"].source),
                    },
                }
                for value in asked
            ],
        }
    ]
