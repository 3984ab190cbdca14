"""What the public may not see is found nowhere, whatever made it so; what it may see is found.

Each case is a story: a page, document or contact with a word that stands nowhere else goes from
one state to another, and after each step every way out of the site either has it or has not.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import timedelta

import pytest
from django.core.files.base import ContentFile
from django.core.management import call_command
from django.utils import timezone
from wagtail.contrib.search_promotions.models import Query, SearchPromotion
from wagtail.models import Collection, CollectionViewRestriction, Page, PageViewRestriction

from pages.models import BasePage, IndexedWord, Passage, SectionPage, SiteDocument
from pages.search import search_pages, suggest
from tests import builders
from tests.canaries import canary, document, offering, text

pytestmark = pytest.mark.django_db

INDEX = {"passages", "words"}
TEXT = INDEX | {"results", "page of results", "spelling", "address"}
DOCUMENT = TEXT | {"suggestions", "offered suggestions"}
PAGE = DOCUMENT | {"sitemap", "lists"}
NOWHERE: set[str] = set()


@dataclass
class Story:
    """What is told, and how to look for it: `word` is typed, `secret` must not be answered."""

    word: str
    secret: str
    client: object
    wait: Callable[[], None]
    address: str = ""
    lists: list[str] = field(default_factory=list)
    parent: SectionPage | None = None

    def __post_init__(self) -> None:
        self.parent = builders.section()
        self.lists = ["/", self.parent.url]

    @property
    def told(self) -> str:
        return f"{self.word} {self.secret}"

    def page(self, build: Callable = builders.content_page, **facts) -> BasePage:
        """Publish the page that is told of."""
        usual = {"title": self.secret, "slug": canary(), "body": text(self.told)}
        page = build(**{**usual, "parent": self.parent, **facts})
        self.address = page.url
        self.lists.append(builders.content_page(body=[("related_pages", [page])]).url)
        return page

    def document(self, **facts) -> SiteDocument:
        """Upload the document that is told of; no page offers it yet."""
        made = document(**{"title": self.secret, "said": self.told, **facts})
        self.address = made.url
        return made

    def found(self) -> set[str]:
        """Return every way out that has it."""
        mistyped = self.word[:5] + self.word[6:]
        hits = [hit.passage.pk for hit in search_pages(self.word).hits]
        suggested = [hit.title for hit in suggest(self.secret[:8])]
        ways = {
            "passages": any(self.secret in said(passage) for passage in Passage.objects.all()),
            "words": IndexedWord.objects.filter(word__in=[self.word, self.secret]).exists(),
            "results": any(
                self.secret in said(passage) for passage in Passage.objects.filter(pk__in=hits)
            ),
            "page of results": self.secret in self.get("/search/", q=self.word),
            "suggestions": self.secret in suggested,
            "offered suggestions": self.secret
            in self.get("/search/suggestions/", q=self.secret[:8]),
            "spelling": self.word in search_pages(mistyped).query.corrected
            or any(x in self.get("/search/", q=mistyped) for x in (self.word, self.secret)),
            "sitemap": f"{self.address}<" in self.get("/sitemap.xml"),
            "lists": any(self.secret in self.get(address) for address in self.lists),
            "address": self.secret in self.get(self.address),
        }
        return {way for way, has_it in ways.items() if has_it}

    def get(self, address: str, **query: str) -> str:
        """Return what an address answers, if it answers at all."""
        response = self.client.get(address, query, follow=True)
        assert response.status_code in {200, 404}, (address, response)
        if response.status_code == 404:
            return ""
        body = b"".join(response.streaming_content) if response.streaming else response.content
        return body.decode()


def said(passage: Passage) -> str:
    return f"{passage.names} {passage.heading} {passage.text}"


def private(page: Page, kind: str = "login") -> PageViewRestriction:
    return PageViewRestriction.objects.create(page=page, restriction_type=kind)


def private_collection() -> Collection:
    made = Collection.get_first_root_node().add_child(name=canary())
    CollectionViewRestriction.objects.create(collection=made, restriction_type="login")
    return made


def in_an_hour():
    return timezone.now() + timedelta(hours=1)


Steps = Iterator[set[str]]

# --- Pages ------------------------------------------------------------------------------------


def a_draft_that_was_never_published(story: Story) -> Steps:
    facts = {"title": story.secret, "search_description": "A page.", "body": text(story.told)}
    parent = Page.objects.get(pk=story.parent.pk).specific
    page = parent.add_child(instance=builders.ContentPage(live=False, slug=story.word, **facts))
    story.address = page.url
    revision = page.save_revision()
    yield NOWHERE
    revision.publish()
    yield PAGE


def a_draft_over_a_live_page(story: Story) -> Steps:
    page = story.page(title="Nothing", body=text("nothing"))
    offered = document(title=story.secret, said=story.told)
    page.title = story.secret
    page.body = [*text(story.told), *offering(offered)]
    revision = page.save_revision()
    yield {"sitemap"}  # the live page's own address
    revision.publish()
    yield PAGE


def an_unpublished_page(story: Story) -> Steps:
    page = story.page()
    yield PAGE
    page.unpublish()
    yield NOWHERE


def a_page_that_expires(story: Story) -> Steps:
    story.page(expire_at=in_an_hour())
    yield PAGE
    story.wait()
    yield INDEX  # which nobody sees, until the job has run
    call_command("publish_scheduled")
    yield NOWHERE


def a_piece_of_news_that_expires(story: Story) -> Steps:
    index = builders.news_index()
    story.lists.append(index.url)
    story.page(builders.news_page, parent=index, expire_at=in_an_hour())
    yield PAGE
    story.wait()
    yield INDEX
    call_command("publish_scheduled")
    yield NOWHERE


def a_scheduled_page(story: Story) -> Steps:
    story.page(go_live_at=in_an_hour())
    yield NOWHERE
    story.wait()
    yield NOWHERE
    call_command("publish_scheduled")
    yield PAGE


def a_page_for_those_who_sign_in(story: Story) -> Steps:
    restriction = private(story.page())
    yield NOWHERE
    restriction.delete()
    yield PAGE


def a_page_for_a_group(story: Story) -> Steps:
    page = story.page()
    yield PAGE
    private(page, "groups")
    yield NOWHERE


def a_page_below_a_private_one(story: Story) -> Steps:
    outer = builders.section()
    story.page(parent=builders.section(outer))
    yield PAGE
    private(outer)
    yield NOWHERE


def a_page_made_below_a_private_one(story: Story) -> Steps:
    restriction = private(story.parent)
    story.page()
    yield NOWHERE
    restriction.delete()
    yield PAGE


def a_page_moved_below_a_private_one(story: Story) -> Steps:
    page = story.page()
    yield PAGE
    below = builders.section()
    private(below)
    Page.objects.get(pk=page.pk).move(Page.objects.get(pk=below.pk), pos="last-child")
    yield NOWHERE
    story.address = Page.objects.get(pk=page.pk).url
    story.lists.append(below.url)
    yield NOWHERE


def a_deleted_page(story: Story) -> Steps:
    page = story.page()
    yield PAGE
    page.delete()
    yield NOWHERE


def a_page_below_a_deleted_one(story: Story) -> Steps:
    story.page()
    yield PAGE
    Page.objects.get(pk=story.parent.pk).delete()
    yield NOWHERE


def a_page_below_an_unpublished_one(story: Story) -> Steps:
    story.page()
    yield PAGE
    story.parent.unpublish()
    yield PAGE  # it is served, so it is found


def a_pinned_page(story: Story) -> Steps:
    page = story.page()
    phrase = Query.objects.create(query_string=story.word)
    SearchPromotion.objects.create(query=phrase, page_id=page.pk, sort_order=0)
    pinned = PAGE - {"results"}  # it stands before them
    yield pinned
    restriction = private(page)
    yield NOWHERE
    restriction.delete()
    yield pinned
    page.refresh_from_db()
    page.expire_at = in_an_hour()
    page.save()
    story.wait()
    yield INDEX
    page.unpublish()
    yield NOWHERE


def a_page_with_other_words_now(story: Story) -> Steps:
    page = story.page()
    yield PAGE
    page.title, page.search_description, page.body = "Nothing", "A page.", text("nothing")
    page.save_revision().publish()
    yield {"sitemap"}


# --- Documents --------------------------------------------------------------------------------


def a_document_that_only_a_draft_offers(story: Story) -> Steps:
    page = story.page(title="Nothing", body=text("nothing"))
    page.body = offering(story.document())
    revision = page.save_revision()
    yield set()
    revision.publish()
    yield DOCUMENT


def a_document_that_no_page_offers_any_more(story: Story) -> Steps:
    page = builders.content_page(body=offering(story.document()))
    yield DOCUMENT
    page.body = text("nothing")
    page.save_revision().publish()
    yield set()


def a_document_that_an_unpublished_page_offers(story: Story) -> Steps:
    page = builders.content_page(body=offering(story.document()))
    yield DOCUMENT
    page.unpublish()
    yield set()


def a_document_that_an_expired_page_offers(story: Story) -> Steps:
    builders.content_page(body=offering(story.document()), expire_at=in_an_hour())
    yield DOCUMENT
    story.wait()
    yield {*INDEX}
    call_command("publish_scheduled")
    yield set()


def a_document_that_a_private_page_offers(story: Story) -> Steps:
    page = builders.content_page(body=offering(story.document()))
    yield DOCUMENT
    private(page)
    yield set()


def a_document_that_a_deleted_page_offered(story: Story) -> Steps:
    page = builders.content_page(body=offering(story.document()))
    yield DOCUMENT
    page.delete()
    yield set()


def a_document_in_a_private_collection(story: Story) -> Steps:
    made = story.document(collection=private_collection())
    builders.content_page(body=offering(made))
    yield NOWHERE
    made.collection = Collection.get_first_root_node()
    made.save()
    yield DOCUMENT


def a_document_in_a_collection_inside_a_private_one(story: Story) -> Steps:
    outer = Collection.get_first_root_node().add_child(name=canary())
    made = story.document(collection=outer.add_child(name=canary()))
    builders.content_page(body=offering(made))
    yield DOCUMENT
    CollectionViewRestriction.objects.create(collection=outer, restriction_type="groups")
    yield NOWHERE


def a_document_in_a_collection_that_moves(story: Story) -> Steps:
    moved = Collection.get_first_root_node().add_child(name=canary())
    builders.content_page(body=offering(story.document(collection=moved)))
    yield DOCUMENT
    below = private_collection()
    Collection.objects.get(pk=moved.pk).move(below, "sorted-child")
    yield NOWHERE


def a_replaced_document(story: Story) -> Steps:
    made = story.document(title="Minutes")
    builders.content_page(body=offering(made))
    yield TEXT
    made.file = ContentFile(b"nothing", "other.txt")
    made.save()
    yield NOWHERE
    made.read()
    story.address = made.url
    yield NOWHERE


def a_deleted_document(story: Story) -> Steps:
    made = story.document()
    builders.content_page(body=offering(made))
    yield DOCUMENT
    made.delete()
    yield NOWHERE


# --- Contacts ---------------------------------------------------------------------------------


def a_contact_with_other_details_now(story: Story) -> Steps:
    contact = builders.contact(who=story.told)
    story.address = builders.content_page(body=[("contact", contact)]).url
    yield TEXT | {"sitemap"}
    contact.who = "Somebody else"
    contact.save()
    yield {"sitemap"}


CASES = [
    a_draft_that_was_never_published,
    a_draft_over_a_live_page,
    an_unpublished_page,
    a_page_that_expires,
    a_piece_of_news_that_expires,
    a_scheduled_page,
    a_page_for_those_who_sign_in,
    a_page_for_a_group,
    a_page_below_a_private_one,
    a_page_made_below_a_private_one,
    a_page_moved_below_a_private_one,
    a_deleted_page,
    a_page_below_a_deleted_one,
    a_page_below_an_unpublished_one,
    a_pinned_page,
    a_page_with_other_words_now,
    a_document_that_only_a_draft_offers,
    a_document_that_no_page_offers_any_more,
    a_document_that_an_unpublished_page_offers,
    a_document_that_an_expired_page_offers,
    a_document_that_a_private_page_offers,
    a_document_that_a_deleted_page_offered,
    a_document_in_a_private_collection,
    a_document_in_a_collection_inside_a_private_one,
    a_document_in_a_collection_that_moves,
    a_replaced_document,
    a_deleted_document,
    a_contact_with_other_details_now,
]


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.__name__)
def test_it_is_found_where_it_may_be_and_nowhere_else(
    client, site_home, monkeypatch, case: Callable[[Story], Steps]
) -> None:
    def wait() -> None:
        later = timezone.now() + timedelta(hours=2)
        monkeypatch.setattr(timezone, "now", lambda: later)

    story = Story(canary(), canary(), client, wait)
    steps = []
    for expected in case(story):
        assert story.found() == expected, f"step {len(steps) + 1}"
        steps.append(bool(expected & {"results", "page of results"}))
    assert set(steps) == {True, False} or case is a_page_below_an_unpublished_one
