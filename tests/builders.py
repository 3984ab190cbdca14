"""The smallest valid page of each type, published below its parent.

Every argument can be given as the model's field; what is left out gets a value that is valid
and not worth reading. `body` is a list of `("block type", value)` as the models take it.
"""

from itertools import count
from typing import Any, TypeVar

from django.utils import timezone
from django.utils.text import slugify
from wagtail.models import Page
from wagtail.rich_text import RichText

from pages.models import (
    AlertIndexPage,
    AlertPage,
    BasePage,
    Contact,
    ContentPage,
    HomePage,
    NewsIndexPage,
    NewsPage,
    SectionPage,
    Topic,
)
from privacy.models import CookiesPage, NoticeSection, PrivacyNoticePage, ProcessingActivity

BODY = [("text", "<p>Some text.</p>")]
FACTS_OF_THE_REGISTER = {
    "people": "Patients.\nCarers.",
    "data": "Names.",
    "source": "Your GP surgery.",
    "rights": "access, rectification",
    "opt_outs": [
        ("opt_out", {"kind": "Type 1 opt-out", "text": RichText("<p>Ask your GP surgery.</p>")})
    ],
    "recipients": "The council.",
    "transfers": "None.",
    "retention": "Two years.",
    "safeguards": "Locked rooms.",
}
NUMBERS = count(1)
PageType = TypeVar("PageType", bound=BasePage)


def section(parent: Page | None = None, **facts: Any) -> SectionPage:
    return _publish(SectionPage, parent, facts)


def content_page(parent: Page | None = None, **facts: Any) -> ContentPage:
    return _publish(ContentPage, parent, {"body": BODY, **facts})


def news_index(parent: Page | None = None, **facts: Any) -> NewsIndexPage:
    """Return a news index in a section of its own, as a parent has one at most."""
    return _publish(NewsIndexPage, parent or section(), facts)


def news_page(parent: Page | None = None, **facts: Any) -> NewsPage:
    return _publish(NewsPage, parent or news_index(), {"body": BODY, **facts})


def alert_index(**facts: Any) -> AlertIndexPage:
    """Return the site's list of alerts, which it has one of."""
    index = AlertIndexPage.objects.get()
    for name, fact in facts.items():
        setattr(index, name, fact)
    index.save_revision().publish()
    return AlertIndexPage.objects.get()


def alert(**facts: Any) -> AlertPage:
    """Return an alert that is shown from now on everywhere, unless the facts say otherwise."""
    facts = {"body": BODY, "shown_from": timezone.now(), **facts}
    return _publish(AlertPage, AlertIndexPage.objects.get(), facts)


def topic(**facts: Any) -> Topic:
    return Topic.objects.create(**_named("Topic", "slug", facts, title="name"))


def cookies_page(parent: Page | None = None, **facts: Any) -> CookiesPage:
    return _publish(CookiesPage, parent, {"body": BODY, **facts})


def privacy_notice(parent: Page | None = None, **facts: Any) -> PrivacyNoticePage:
    """Return a notice with one section and one activity, unless `sections` or `activities` say."""
    rows = {
        "sections": [notice_section()],
        "activities": [activity()],
    }
    return _publish(PrivacyNoticePage, parent, {**rows, **facts})


def notice_section(**facts: Any) -> NoticeSection:
    """Return a section that belongs to no notice yet."""
    return NoticeSection(**_named("Section", "anchor", {"body": BODY, **facts}))


def activity(**facts: Any) -> ProcessingActivity:
    """Return a row of Appendix A that belongs to no notice yet."""
    return ProcessingActivity(**_named("Activity", "anchor", facts))


def contact(**facts: Any) -> Contact:
    return Contact.objects.create(
        **_named("Contact", "key", {"email": "team@example.org", **facts}, title="name")
    )


def draft(page: PageType) -> PageType:
    """Take a page back from the public. Returns it as it is stored now."""
    page.unpublish()
    page.refresh_from_db()
    return page


def _publish(model: type[PageType], parent: Page | None, facts: dict[str, Any]) -> PageType:
    facts = _named(model._meta.verbose_name.capitalize(), "slug", facts)
    facts.setdefault("search_description", f"About {facts['title']}.")
    parent = Page.objects.get(pk=parent.pk) if parent else HomePage.objects.get()
    page = parent.specific.add_child(instance=model(live=False, **facts))
    page.save_revision().publish()
    return model.objects.get(pk=page.pk)


def _named(noun: str, key: str, facts: dict[str, Any], title: str = "title") -> dict[str, Any]:
    """Add a name and a short name of which there is only one."""
    facts = {title: f"{noun} {next(NUMBERS)}", **facts}
    return {key: slugify(facts[title]), **facts}
