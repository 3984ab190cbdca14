"""Adds to a starter site what it has none of: news, documents, every block, a pinned page, a second
version of the notice.

Run as `manage.py shell -c "from tests.browser.sample_pages import add; add()"` in the environment
of the site that the browser tests open.
"""

import io
from datetime import timedelta
from typing import Any
from uuid import uuid4

from django.contrib.auth.models import Group, User
from django.core.files.base import ContentFile
from django.core.files.images import ImageFile
from django.utils import timezone
from PIL import Image
from wagtail.contrib.search_promotions.models import Query, SearchPromotion

from ccgsite.samples.entries import add_entries
from enquiries.models import Enquiry, EnquiryKind
from pages.blocks import BodyBlock
from pages.models import (
    Contact,
    ContentPage,
    HomePage,
    NewsIndexPage,
    NewsPage,
    SiteDocument,
    SiteImage,
)
from privacy.models import PrivacyNoticePage
from tests.documents import pdf

PUBLISHER = "publisher"
PASSWORD = "a-password-for-tests"
ENTRIES_OF_A_KIND = 12


def every_block(image: Any, document: Any, contact: Any, page: Any) -> list[tuple[str, Any]]:
    """Return the body of a page that has every block once, most with their preview's value."""
    own = {
        "contact": contact.pk,
        "image": {"image": {"image": image.pk, "alt_text": "A blue square"}, "caption": "Blue"},
        "document": {"document": document.pk, "text": ""},
        "related_pages": [page.pk],
        "table": {
            "row_headers": True,
            "table": {
                "caption": "Rows by month",
                "columns": [
                    {"type": "text", "heading": "Month"},
                    {"type": "rich_text", "heading": "What is in it"},
                    {"type": "number", "heading": "Rows"},
                ],
                "rows": [{"values": ["April 2021", "<p>Some <b>text</b></p>", 12]}],
            },
        },
    }
    children = BodyBlock().child_blocks
    order = ["heading", *(name for name in children if name != "heading")]
    order.insert(5, "heading")
    items = []
    for name in order:
        value = own.get(name, children[name].get_preview_value())
        stored = value if name in own else children[name].get_prep_value(value)
        if name == "heading":
            stored = {"text": f"Part {len(items)}", "anchor": f"part-{len(items)}"}
        items.append({"type": name, "value": stored})
    return BodyBlock().to_python(items)


def add() -> None:
    picture = io.BytesIO()
    Image.new("RGB", (600, 400), "#005eb8").save(picture, "PNG")
    picture.seek(0)
    image = SiteImage.objects.create(title="Blue", file=ImageFile(picture, name="blue.png"))
    document = SiteDocument.objects.create(
        title="Minutes", file=ContentFile(b"%PDF-1.4\n", name="minutes.pdf")
    )
    home = HomePage.objects.get()
    news = NewsIndexPage.objects.get(slug="news")
    report = SiteDocument.objects.create(
        title="Sample report", file=ContentFile(pdf("First page", "A zebra"), name="report.pdf")
    )
    body = every_block(image, document, Contact.objects.first(), news)
    for parent, page, text in (
        (home, ContentPage(slug="sample-of-every-block", title="Sample of every block"), body),
        (news, NewsPage(slug="sample-news", title="Sample news"), body),
        (
            home,
            ContentPage(slug="sample-reports", title="Sample reports"),
            [("document", {"document": report, "text": ""})],
        ),
    ):
        page.search_description = "A sample page for tests."
        page.show_in_menus = False
        page.body = text
        parent.add_child(instance=page)
        page.save_revision().publish()

    add_entries(home, ENTRIES_OF_A_KIND, timezone.localdate())
    Enquiry.objects.create(
        kind=EnquiryKind.objects.get(slug="contact"),
        submission=uuid4(),
        reference="GEN-0000-0001",
        secret="0000-0000-0000-0001",
        message="A sample message for tests.",
        answer_by=timezone.localdate() - timedelta(days=1),
    )

    phrase = Query.get("sample page")
    SearchPromotion.objects.create(query=phrase, page=page, description="What is in them.")
    SearchPromotion.objects.create(
        query=phrase,
        external_link_url="https://www.example.org/samples",
        external_link_text="Samples elsewhere",
        sort_order=1,
    )

    notice = PrivacyNoticePage.objects.get()
    notice.change_note = "Sample change."
    notice.subtitle += " (sample change)"
    notice.save_revision().publish()

    for name, group in ((PUBLISHER, "Publishers"), ("author", "Authors")):
        user = User.objects.create_user(name, f"{name}@example.org", PASSWORD)
        user.groups.add(Group.objects.get(name=group))
