"""What every sample entry says of itself, and how one comes into the tree."""

from typing import Any, TypeVar

from wagtail.models import Page
from wagtail.rich_text import RichText

from pages.models import BasePage

LABEL = "Sample entry"
SUMMARY = "A made-up entry for the people who run this website. It gives no advice."
WARNING = (
    "It is made up, to try things with. Nothing here is advice or information about health "
    "services. Delete the page when you no longer need it."
)

PageType = TypeVar("PageType", bound=BasePage)


def labelled(title: str) -> str:
    """Return a title that says that it is of a sample."""
    return f"{LABEL}: {title}"


def body(*blocks: tuple[str, Any]) -> list[tuple[str, Any]]:
    """Return a page's body of these blocks, with what it is said first."""
    warning = {"heading": f"This is a {LABEL.lower()}", "text": RichText(f"<p>{WARNING}</p>")}
    return [("warning", warning), *blocks]


def text(*paragraphs: str) -> tuple[str, RichText]:
    """Return a block of plain paragraphs."""
    return "text", RichText("".join(f"<p>{paragraph}</p>" for paragraph in paragraphs))


def publish(parent: Page, page: PageType) -> PageType | None:
    """Publish a new page below another, in no menu. Returns it, or None if it is there already.

    It is the same page if its slug is the same.
    """
    if parent.get_children().filter(slug=page.slug).exists():
        return None
    page.show_in_menus = False
    page.search_description = page.search_description or SUMMARY
    page.live = False
    # A parent that was read before its children came does not know how many it has.
    Page.objects.get(pk=parent.pk).specific.add_child(instance=page)
    page.full_clean()
    page.save_revision(log_action=True).publish()
    page.refresh_from_db()
    return page
