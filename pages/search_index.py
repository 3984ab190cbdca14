"""What search can find, kept in step with the site.

A page or a document is read anew whenever it is saved or who may see it changes, and forgotten
where the public may no longer see it. pages/search_following.py calls for what is not a save;
`manage.py rebuild_search` reads everything anew.
"""

from collections import Counter
from collections.abc import Callable, Collection, Iterable, Iterator
from functools import partial
from itertools import groupby
from operator import attrgetter

from django.db import models, transaction
from django.utils import timezone
from wagtail.documents import get_document_model
from wagtail.documents.models import AbstractDocument
from wagtail.models import Page

from pages.models.passages import DocumentOffer, IndexedWord, IndexState, Passage
from pages.parts import Part, documents_offered
from pages.public import public_documents, public_pages
from pages.search_engines import tell_engine_inside, tell_engines
from pages.words import stems, words

LONGEST_PASSAGE = 5_000  # characters; a longer part becomes several passages
LONGEST_ANCHOR = Passage._meta.get_field("anchor").max_length
AT_ONCE = 100  # pages or documents read anew in one transaction
ROWS_AT_ONCE = 1_000

# What makes two passages the same.
FACTS = attrgetter(
    "page_id",
    "document_id",
    "number",
    "anchor",
    "heading",
    "text",
    "names",
    "stems",
    "kind",
    "dated",
    "ages",
)


# --- Reading anew -----------------------------------------------------------------------------


@transaction.atomic
def index_pages(page_ids: Collection[int], *, alone: bool = False) -> None:
    """Read these pages anew, and the documents that they offer or offered until now.

    `alone` leaves those documents, and the counting of words, to the caller.
    """
    IndexState.lock()
    found = public_pages().filter(pk__in=page_ids).specific()
    pages = [page for page in found if hasattr(page, "parts")]  # the root of the tree has none
    _write_pages(page_ids, pages, alone=alone)


@transaction.atomic
def forget_pages(page_ids: Collection[int]) -> None:
    """Forget pages that are about to be deleted, and documents that only they offered."""
    IndexState.lock()
    _write_pages(page_ids, [])


@transaction.atomic
def index_documents(document_ids: Collection[int], *, alone: bool = False) -> None:
    """Read these documents anew; forget those that no public page offers.

    `alone` leaves the counting of words to the caller.
    """
    IndexState.lock()
    _write_documents(document_ids, alone=alone)


@transaction.atomic
def forget_documents(document_ids: Collection[int]) -> None:
    """Forget documents that are about to be deleted."""
    IndexState.lock()
    DocumentOffer.objects.filter(document__in=document_ids).delete()
    _write_documents(document_ids)


def index_pages_below(path: str) -> None:
    """Read every page anew that stands at this path of the tree or below it."""
    pages = Page.objects.filter(path__startswith=path).order_by("path")
    _in_batches(index_pages, pages)


def index_documents_below(path: str) -> None:
    """Read every document anew that is in the collection at this path or in one below it."""
    documents = get_document_model().objects.filter(collection__path__startswith=path)
    _in_batches(index_documents, documents.order_by("pk"))


def index_everything() -> None:
    """Read all pages and documents anew, tell the engine in the database of all, count all words.

    It goes on in small steps, beside what editors do. If it is interrupted, do it again: the words
    are counted at the end.
    """
    Passage.objects.filter(page=None, document=None).delete()
    _in_batches(_tell_engine_again, Passage.objects.order_by("pk"))  # of the rest it hears below
    _in_batches(partial(index_pages, alone=True), Page.objects.order_by("path"))
    documents = get_document_model().objects.order_by("pk")
    _in_batches(partial(index_documents, alone=True), documents)
    with transaction.atomic():
        IndexState.lock()
        IndexedWord.objects.all().delete()
        _count((), Passage.objects.iterator(chunk_size=AT_ONCE))
        IndexState.renew()


def _in_batches(work: Callable[[list[int]], None], queryset: models.QuerySet) -> None:
    for ids in _batches(list(queryset.values_list("pk", flat=True)), AT_ONCE):
        work(ids)


def _batches(rows: list, size: int) -> Iterator[list]:
    return (rows[start : start + size] for start in range(0, len(rows), size))


# --- Passages of a source ---------------------------------------------------------------------


def _of_page(page: Page) -> list[Passage]:
    """Return the passages of a page; the first is its beginning, even if that has no text."""
    parts = [Part(page.search_description), *page.parts()]
    return [
        Passage(
            page_id=page.pk,
            names=_names([page.title, page.seo_title, *page.also_known_as.split(",")]),
            kind=page.kind_for_readers,
            dated=page.date_for_readers,
            ages=page.ages,
            **facts,
        )
        for facts in _numbered(parts)
    ]


def _of_document(document: AbstractDocument) -> list[Passage]:
    """Return the passages of a document, by its pages where these are known."""
    return [
        Passage(
            document_id=document.pk,
            names=_names([document.title]),
            kind="Document",
            dated=timezone.localdate(document.created_at),
            **facts,
        )
        for facts in _numbered([Part(""), *document.parts()])
    ]


def _names(names: Iterable[str]) -> str:
    """Return the names in plain words, each once, one a line."""
    return "\n".join(dict.fromkeys(filter(None, (" ".join(words(name)) for name in names))))


def _numbered(parts: Iterable[Part]) -> Iterator[dict[str, str | int]]:
    """Yield the facts of one passage after the other.

    Neighbours of one place are joined, long texts cut; parts without text or heading are left
    out, but for the first.
    """
    number = 0
    for (anchor, heading), same in groupby(parts, attrgetter("anchor", "heading")):
        for text in _pieces(" ".join(part.text for part in same)):
            if text or heading or not number:
                yield {
                    "number": number,
                    "anchor": anchor if len(anchor) <= LONGEST_ANCHOR else "",
                    "heading": heading,
                    "text": text,
                    "stems": " ".join(stems(words(f"{heading} {text}"))),
                }
                number += 1


def _pieces(text: str) -> Iterator[str]:
    """Yield a text with single spaces, in pieces that end between words wherever they can."""
    text = " ".join(text.replace("\0", " ").split())
    while len(text) > LONGEST_PASSAGE:
        end = text.rfind(" ", 1, LONGEST_PASSAGE)
        end = LONGEST_PASSAGE if end < 0 else end
        yield text[:end]
        text = text[end:].lstrip()
    yield text


# --- Writing, under the lock ------------------------------------------------------------------


def _write_pages(page_ids: Collection[int], pages: list[Page], *, alone: bool = False) -> None:
    """Have these pages found, of those with the ids, and note which documents they offer."""
    before = set(
        DocumentOffer.objects.filter(page__in=page_ids).values_list("page_id", "document_id")
    )
    named = {(page.pk, document) for page in pages for document in documents_offered(page)}
    documents = get_document_model().objects.filter(pk__in={document for _, document in named})
    there = set(documents.values_list("pk", flat=True))
    now = {(page, document) for page, document in named if document in there}
    for page, document in before - now:
        DocumentOffer.objects.filter(page=page, document=document).delete()
    DocumentOffer.objects.bulk_create(
        [DocumentOffer(page_id=page, document_id=document) for page, document in now - before]
    )
    _replace(
        Passage.objects.filter(page__in=page_ids),
        [passage for page in pages for passage in _of_page(page)],
        alone=alone,
    )
    changed = {document for _, document in before ^ now}
    if changed and not alone:
        _write_documents(changed)


def _write_documents(document_ids: Collection[int], *, alone: bool = False) -> None:
    documents = public_documents().filter(pk__in=document_ids)
    _replace(
        Passage.objects.filter(document__in=document_ids),
        [passage for document in documents for passage in _of_document(document)],
        alone=alone,
    )


def _replace(found: models.QuerySet, wanted: list[Passage], *, alone: bool) -> None:
    """Make passages those that are wanted, touching only what differs; count words unless alone."""
    new = {FACTS(passage): passage for passage in wanted}
    gone = [passage for passage in found if new.pop(FACTS(passage), None) is None]
    fresh = list(new.values())
    if not (gone or fresh):
        return
    for some in _batches([passage.pk for passage in gone], ROWS_AT_ONCE):
        Passage.objects.filter(pk__in=some).delete()
    Passage.objects.bulk_create(fresh)
    if not alone:
        _count(gone, fresh)
    tell_engines(gone, fresh)
    IndexState.renew()


def _count(gone: Iterable[Passage], fresh: Iterable[Passage]) -> None:
    """Take the words of some passages off the counts and add those of others."""
    change = Counter(word for passage in fresh for word in passage.words())
    change.subtract(word for passage in gone for word in passage.words())
    for changed in _batches([word for word, number in change.items() if number], ROWS_AT_ONCE):
        known = IndexedWord.objects.in_bulk(changed)
        for word in changed:
            row = known.setdefault(word, IndexedWord(word=word, passages=0))
            row.passages = max(0, row.passages + change[word])
        IndexedWord.objects.bulk_create(
            [row for row in known.values() if row.passages],
            update_conflicts=True,
            unique_fields=["word"],
            update_fields=["passages"],
        )
        unused = [word for word, row in known.items() if not row.passages]
        IndexedWord.objects.filter(pk__in=unused).delete()


@transaction.atomic
def _tell_engine_again(passage_ids: list[int]) -> None:
    IndexState.lock()
    tell_engine_inside(list(Passage.objects.filter(pk__in=passage_ids)))
