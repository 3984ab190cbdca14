"""The search index is whole whatever happens: at once, half done, damaged, or on a large site."""

import logging
from collections.abc import Callable
from random import Random
from threading import Event, Thread

import pytest
from django.contrib.contenttypes.models import ContentType
from django.core.files.base import ContentFile
from django.core.management import call_command
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext
from wagtail.models import Collection, CollectionViewRestriction, Page, PageViewRestriction
from wagtail.search.backends.base import BaseSearchBackend
from wagtail.search.models import IndexEntry

from ccgsite.management.commands.serve import Command as Serve
from pages.models import (
    BasePage,
    DocumentOffer,
    IndexedWord,
    IndexState,
    Passage,
    SiteDocument,
)
from pages.public import public_pages
from pages.search_index import LONGEST_PASSAGE, index_everything
from tests import builders
from tests.canaries import canary, document, everything, is_indexed, offering, recounted, text

pytestmark = pytest.mark.django_db
at_once = pytest.mark.django_db(transaction=True, serialized_rollback=True)


@pytest.fixture
def word(site_home) -> str:
    return canary()


def told() -> set[int]:
    """Return the keys of the passages that the search engine in the database knows."""
    passages = ContentType.objects.get_for_model(Passage)
    entries = IndexEntry.objects.filter(content_type=passages)
    return {int(key) for key in entries.values_list("object_id", flat=True)}


def is_sound() -> bool:
    """Return whether words and engine say what the passages say."""
    assert dict(IndexedWord.objects.values_list("word", "passages")) == recounted()
    assert told() == set(Passage.objects.values_list("pk", flat=True))
    return True


# --- Passages ---------------------------------------------------------------------------------


def test_the_starter_site_is_indexed(word: str) -> None:
    indexed = Passage.objects.filter(number=0).values_list("page", flat=True)

    assert set(indexed) == set(public_pages().filter(depth__gt=1).values_list("pk", flat=True))
    assert is_sound()


def test_a_long_text_is_cut_between_words(word: str) -> None:
    builders.content_page(body=text(*[f"{word}{number:05}" for number in range(1_000)]))

    passages = [x for x in Passage.objects.order_by("number") if word in x.text]

    assert len(passages) > 3
    assert all(len(passage.text) <= LONGEST_PASSAGE for passage in passages)
    said = " ".join(passage.text for passage in passages).split()
    assert [x for x in said if word in x] == [f"{word}{number:05}" for number in range(1_000)]


def test_an_anchor_of_any_length_can_be_published(word: str) -> None:
    body = [("heading", {"text": word, "anchor": "b" * 80}), *text("x")]
    section = builders.notice_section(anchor="a" * 60, body=body)

    builders.privacy_notice(sections=[section])

    assert is_indexed(word)


def test_an_unchanged_page_keeps_its_passages_and_the_mark(word: str) -> None:
    page = builders.content_page(body=text(word))
    before = set(Passage.objects.values_list("pk", flat=True)), IndexState.current_mark()

    page.save_revision().publish()

    assert before == (set(Passage.objects.values_list("pk", flat=True)), IndexState.current_mark())


def test_a_change_renews_the_mark(word: str) -> None:
    before = IndexState.current_mark()
    builders.content_page(body=text(word))

    assert IndexState.current_mark() != before


# --- A site over time -------------------------------------------------------------------------


class Walk:
    """Changes to a small part of a site, one after the other, as editors may make them."""

    def __init__(self, seed: int) -> None:
        self.random = Random(seed)
        self.words = [canary() for _ in range(12)]
        self.root = builders.section()
        self.sections = [builders.section(self.root) for _ in range(3)]
        self.collections = [
            Collection.get_first_root_node().add_child(name=canary()) for _ in range(2)
        ]
        self.contact = builders.contact(who=self.any_words())

    def any_words(self) -> str:
        return " ".join(self.random.sample(self.words, 3))

    def step(self) -> str:
        """Make one change. Returns which."""
        steps = [name for name in dir(self) if name.startswith("do_")]
        name = self.random.choice(steps)
        getattr(self, name)()
        return name

    def page(self) -> BasePage | None:
        below = Page.objects.descendant_of(self.root).not_type(type(self.root)).specific()
        return self.random.choice(below) if below else None

    def document(self) -> SiteDocument | None:
        documents = SiteDocument.objects.order_by("pk")  # a walk is the same on every database
        return self.random.choice(documents) if documents else None

    def body(self) -> list:
        offered = [self.document()] if self.random.random() < 0.6 else []
        shown = [("contact", self.contact)] if self.random.random() < 0.4 else []
        return [*text(self.any_words()), *offering(*filter(None, offered)), *shown]

    def do_make_page(self) -> None:
        section = self.random.choice(self.sections)
        builders.content_page(section, title=self.any_words(), slug=canary(), body=self.body())

    do_make_another_page = do_make_page

    def do_change_page(self) -> None:
        if page := self.page():
            page.title, page.body = self.any_words(), self.body()
            revision = page.save_revision()
            if self.random.random() < 0.7:
                revision.publish()

    def do_unpublish_page(self) -> None:
        if page := self.page():
            page.unpublish()

    def do_move_page(self) -> None:
        if page := self.page():
            section = Page.objects.get(pk=self.random.choice(self.sections).pk)
            Page.objects.get(pk=page.pk).move(section, pos="last-child")

    def do_delete_page(self) -> None:
        if page := self.page():
            Page.objects.get(pk=page.pk).delete()

    def do_change_privacy(self) -> None:
        section = self.random.choice(self.sections)
        for restriction in section.view_restrictions.all():
            restriction.delete()
            return
        PageViewRestriction.objects.create(page=section, restriction_type="login")

    def do_change_privacy_of_collection(self) -> None:
        collection = self.random.choice(self.collections)
        for restriction in collection.view_restrictions.all():
            restriction.delete()
            return
        CollectionViewRestriction.objects.create(collection=collection, restriction_type="login")

    def do_make_document(self) -> None:
        collection = self.random.choice(self.collections)
        document(title=self.any_words(), said=self.any_words(), collection=collection)

    do_make_another_document = do_make_document

    def do_change_document(self) -> None:
        if made := self.document():
            made.collection = self.random.choice(self.collections)
            made.file = ContentFile(self.any_words().encode(), "new.txt")
            made.save()
            made.read()

    def do_delete_document(self) -> None:
        if made := self.document():
            made.delete()

    def do_change_contact(self) -> None:
        self.contact.who = self.any_words()
        self.contact.save()


def test_a_collection_is_followed_that_another_has_come_before(word: str) -> None:
    root = Collection.get_first_root_node()
    second = root.add_child(name="B")
    offered = document(said=word, collection=second)
    builders.content_page(body=offering(offered))
    assert is_indexed(word)
    root.add_child(name="A")  # takes its place in the tree, which `second` does not know

    private = CollectionViewRestriction.objects.create(collection=second, restriction_type="login")
    assert not is_indexed(word)

    private.delete()
    assert is_indexed(word)


@pytest.mark.parametrize("seed", [1, 2])
def test_after_any_changes_the_index_is_what_reading_anew_would_make(word: str, seed: int) -> None:
    walk = Walk(seed)
    done = [walk.step() for _ in range(60)]
    assert len(set(done)) > 8
    assert is_sound()
    before = everything()

    index_everything()

    assert everything() == before
    assert is_sound()


# --- Half done, damaged -----------------------------------------------------------------------


def test_what_is_rolled_back_leaves_the_index_as_it_was(word: str) -> None:
    page = builders.content_page(body=text(canary()))
    before = everything(), told(), IndexState.current_mark()

    def change_and_fail() -> None:
        builders.content_page(body=text(word))
        page.delete()
        assert is_indexed(word)
        raise InterruptedError

    with pytest.raises(InterruptedError), transaction.atomic():
        change_and_fail()

    assert (everything(), told(), IndexState.current_mark()) == before


def test_a_save_that_fails_in_the_index_is_no_save(word: str, monkeypatch) -> None:
    page = builders.content_page()
    monkeypatch.setattr("pages.search_index._count", lambda *_: 1 / 0)
    page.title = word

    with pytest.raises(ZeroDivisionError):
        page.save()

    assert not Page.objects.filter(title=word).exists()
    assert not is_indexed(word)


@pytest.mark.parametrize("damage", ["emptied", "damaged", "engine emptied"])
def test_reading_everything_anew_repairs_the_index(word: str, damage: str) -> None:
    page = builders.content_page(body=offering(document(said=word)))
    private = builders.draft(builders.content_page(title=canary()))
    before = everything()
    if damage == "emptied":
        for model in (Passage, DocumentOffer, IndexedWord, IndexState):
            model.objects.all().delete()
    elif damage == "damaged":
        Passage.objects.filter(page=page).update(text="wrong", stems="wrong")
        Passage.objects.filter(number=1).delete()
        again = Passage.objects.filter(number=0).first()
        Passage.objects.bulk_create(
            [
                Passage(number=0, names=private.title, kind="Page", page=private),
                Passage(number=7, names="nobody's", kind="Page"),
                Passage(number=0, names=again.names, kind="Page", page=again.page),
            ]
        )
        DocumentOffer.objects.create(page=private, document=SiteDocument.objects.get())
        IndexedWord.objects.filter(word__lt="m").update(passages=99)
        IndexedWord.objects.create(word=canary(), passages=1)
    else:
        IndexEntry.objects.all().delete()

    index_everything()

    assert everything() == before
    assert is_sound()


def test_the_command_says_what_can_be_found(word: str, capsys) -> None:
    builders.content_page(body=offering(document(said=word)))
    Passage.objects.all().delete()

    call_command("rebuild_search")

    passages, words = Passage.objects.count(), IndexedWord.objects.count()
    pages = Passage.objects.filter(number=0, document=None).count()
    said = f"{pages} pages, 1 document, {passages:,} passages and {words:,} words"
    assert capsys.readouterr().out == f"Search: {said}.\n"
    assert is_indexed(word)


def test_a_site_from_before_the_index_is_read_at_the_first_start(word: str, capsys) -> None:
    builders.content_page(body=text(word))
    before = everything()
    for model in (Passage, DocumentOffer, IndexedWord, IndexState):
        model.objects.all().delete()

    Serve().fill_search()

    assert everything() == before
    assert "reading all pages" in capsys.readouterr().out


def test_a_site_that_has_an_index_starts_without_reading_it_again(word: str, monkeypatch) -> None:
    monkeypatch.setattr("ccgsite.management.commands.serve.index_everything", pytest.fail)

    Serve().fill_search()


# --- Search engines ---------------------------------------------------------------------------


class BrokenEngine(BaseSearchBackend):
    """An engine that does not answer, outside the database unless it is told otherwise."""

    catch_indexing_errors = True

    def __init__(self, params: dict) -> None:
        super().__init__(params)
        self.asked: list[str] = []

    def add_bulk(self, model: type, obj_list: list) -> None:
        self.asked.append("add")
        raise ConnectionError

    def delete_bulk(self, model: type, gone: list) -> None:
        self.asked.append("delete")
        raise ConnectionError


@pytest.fixture
def broken_engine(monkeypatch) -> BrokenEngine:
    engine = BrokenEngine({})
    ours = [("broken", engine)]
    monkeypatch.setattr("pages.search_engines.get_search_backends_with_name", lambda **_: ours)
    return engine


def test_an_engine_that_fails_outside_the_database_stops_no_publishing(
    word: str, broken_engine, caplog, django_capture_on_commit_callbacks
) -> None:
    with django_capture_on_commit_callbacks(execute=True), caplog.at_level(logging.ERROR):
        page = builders.content_page(body=text(word))
    assert is_indexed(word)
    assert broken_engine.asked == ["add"]
    assert "rebuild_search" in caplog.text

    with django_capture_on_commit_callbacks(execute=True):
        page.delete()
    assert not is_indexed(word)
    assert broken_engine.asked == ["add", "delete"]


def test_an_engine_outside_hears_nothing_of_what_is_rolled_back(
    word: str, broken_engine, django_capture_on_commit_callbacks
) -> None:
    def change_and_fail() -> None:
        builders.content_page(body=text(word))
        raise InterruptedError

    with (
        django_capture_on_commit_callbacks(execute=True),
        pytest.raises(InterruptedError),
        transaction.atomic(),
    ):
        change_and_fail()

    assert broken_engine.asked == []


def test_an_engine_in_the_database_that_fails_stops_publishing(word: str, broken_engine) -> None:
    broken_engine.catch_indexing_errors = False

    with pytest.raises(ConnectionError):
        builders.content_page(body=text(word))

    assert not is_indexed(word)


# --- A large site -----------------------------------------------------------------------------


def queries_of(change: Callable[[], object]) -> int:
    with CaptureQueriesContext(connection) as queries:
        change()
    return len(queries)


def test_saving_costs_no_more_on_a_larger_site(word: str) -> None:
    section = builders.section()
    shared = document(said=word)
    page = builders.content_page(section, body=offering(shared))

    def save() -> None:
        page.title = canary()
        page.save()

    save()
    small = queries_of(save)
    for _ in range(20):
        builders.content_page(section, body=[*text(canary()), *offering(shared)])

    assert queries_of(save) == small


# --- Two at once, where the database allows it ------------------------------------------------


def in_another_thread(work: Callable[[], object]) -> Thread:
    """Start work on a database connection of its own."""

    def work_and_close() -> None:
        try:
            work()
        finally:
            connection.close()

    thread = Thread(target=work_and_close)
    thread.start()
    return thread


@pytest.fixture
def several_connections():
    if connection.vendor == "sqlite":
        pytest.skip("SQLite in memory has one connection")


@at_once
def test_two_saves_at_once_are_both_counted(several_connections, word: str) -> None:
    pages = [builders.content_page() for _ in range(4)]
    go = Event()

    def save(page: BasePage) -> None:
        go.wait()
        for _ in range(3):
            page.body = text(word, canary())
            page.save_revision().publish()

    threads = [in_another_thread(lambda page=page: save(page)) for page in pages]
    go.set()
    for thread in threads:
        thread.join()

    assert IndexedWord.objects.get(word=word).passages == len(pages)
    assert is_sound()


@at_once
@pytest.mark.parametrize("first", ["privacy", "publishing"])
def test_a_page_published_while_its_section_turns_private_is_not_indexed(
    several_connections, word: str, first: str
) -> None:
    section = builders.section()
    page = builders.draft(builders.content_page(section, body=text(word)))
    begun = Event()

    def restrict() -> None:
        PageViewRestriction.objects.create(page=section, restriction_type="login")

    def publish() -> None:
        page.get_latest_revision().publish()

    works = [restrict, publish] if first == "privacy" else [publish, restrict]

    def other() -> None:
        begun.wait()
        works[1]()

    thread = in_another_thread(other)
    with transaction.atomic():
        works[0]()
        begun.set()
        thread.join(timeout=1)
        assert thread.is_alive()
    thread.join()

    assert Page.objects.get(pk=page.pk).live
    assert not is_indexed(word)
    assert is_sound()


@at_once
def test_a_move_and_a_change_of_a_contact_do_not_wait_for_each_other(
    several_connections, word: str
) -> None:
    contact = builders.contact()
    page = builders.content_page(builders.section(), body=[("contact", contact)])
    elsewhere = Page.objects.get(pk=builders.section().pk)
    begun = Event()

    def move() -> None:
        begun.wait()
        with transaction.atomic():  # as the CMS moves many at once
            Page.objects.get(pk=page.pk).move(elsewhere, pos="last-child")

    thread = in_another_thread(move)
    with transaction.atomic():
        IndexState.lock()
        begun.set()
        thread.join(timeout=1)
        assert thread.is_alive()
        contact.who = word
        contact.save()
    thread.join()

    assert Page.objects.get(pk=page.pk).is_child_of(elsewhere)
    assert is_indexed(word)
    assert is_sound()
