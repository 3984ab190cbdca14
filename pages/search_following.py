"""What search follows besides the saving of a page or a document.

Wagtail and Django tell of these as signals; each is answered in the transaction that it comes in.
What changes rows without a word, such as `QuerySet.update()` on pages, needs
`manage.py rebuild_search`.
"""

from collections.abc import Callable, Iterable
from functools import wraps
from typing import Any

from django.apps import apps
from django.contrib.contenttypes.models import ContentType
from django.db import connection, models, transaction
from django.db.models import Q
from django.db.models.signals import post_delete, post_save, pre_delete
from django.dispatch import receiver
from modelcluster.fields import ParentalKey
from modelcluster.models import get_all_child_relations
from wagtail.models import (
    Collection,
    CollectionViewRestriction,
    Page,
    PageViewRestriction,
    ReferenceIndex,
    Site,
)
from wagtail.signals import post_page_move, pre_page_move

from pages.models import BasePage, Contact, IndexState, SiteDocument, SiteSettings, Topic
from pages.models.base import is_bookkeeping
from pages.search_index import (
    forget_documents,
    forget_pages,
    index_documents_below,
    index_pages,
    index_pages_below,
)

# --- Pages ------------------------------------------------------------------------------------


@receiver(post_save, sender=Page)
def page_saved_as_plain(
    instance: Page, raw: bool = False, update_fields: Iterable[str] | None = None, **_: Any
) -> None:
    """Follow what does not come past `BasePage.save`, such as the job that unpublishes."""
    if not raw and not is_bookkeeping(update_fields):
        index_pages([instance.pk])


@receiver(pre_page_move)
def page_is_to_move(**_: Any) -> None:
    """Wait for others before the rows of the pages are locked: they may need those."""
    if connection.in_atomic_block:
        IndexState.lock()


@receiver(post_page_move)
def page_moved(instance: Page, parent_page_before: Page, parent_page_after: Page, **_: Any) -> None:
    """Follow a page to another place; one that stays below its parent is as public as before."""
    if parent_page_before.pk != parent_page_after.pk:
        index_pages_below(instance.path)


@receiver(pre_delete, sender=Page)
def page_is_to_go(instance: Page, **_: Any) -> None:
    forget_pages([instance.pk])


@receiver(post_save, sender=PageViewRestriction)
def page_made_private(instance: PageViewRestriction, raw: bool = False, **_: Any) -> None:
    if not raw:
        index_pages_below(_path_now(Page, instance.page_id))


@receiver(post_delete, sender=PageViewRestriction)
def page_made_public(instance: PageViewRestriction, origin: object, **_: Any) -> None:
    if _is_about(origin, PageViewRestriction):
        index_pages_below(_path_now(Page, instance.page_id))


def _path_now(model: type[Page | Collection], pk: int) -> str:
    """Return where a node stands: others may have come before it since it was read."""
    return model.objects.values_list("path", flat=True).get(pk=pk)


def _is_about(origin: object, model: type[models.Model]) -> bool:
    """Return whether a deletion began with rows of this model, and not with what they belong to."""
    return issubclass(getattr(origin, "model", type(origin)), model)


# --- Rows of pages, saved without their page --------------------------------------------------


def row_saved(instance: models.Model, raw: bool = False, **_: Any) -> None:
    if not raw:
        _index_pages_of(instance)


def row_deleted(instance: models.Model, origin: object, **_: Any) -> None:
    if _is_about(origin, type(instance)):
        _index_pages_of(instance)


def _index_pages_of(row: models.Model) -> None:
    """Read the page that a row belongs to anew, unless that is being saved and will be read."""
    for field in row._meta.concrete_fields:
        page = getattr(row, field.name) if isinstance(field, ParentalKey) else None
        if isinstance(page, BasePage) and not page.is_being_saved:
            index_pages([page.pk])


for page_type in apps.get_models():
    if issubclass(page_type, BasePage):
        for relation in get_all_child_relations(page_type):
            if issubclass(relation.model, BasePage):
                post_save.connect(row_saved, sender=relation.related_model)
                post_delete.connect(row_deleted, sender=relation.related_model)


# --- Documents --------------------------------------------------------------------------------


@receiver(pre_delete, sender=SiteDocument)
def document_is_to_go(instance: SiteDocument, **_: Any) -> None:
    forget_documents([instance.pk])


@receiver(post_save, sender=CollectionViewRestriction)
def collection_made_private(
    instance: CollectionViewRestriction, raw: bool = False, **_: Any
) -> None:
    if not raw:
        index_documents_below(_path_now(Collection, instance.collection_id))


@receiver(post_delete, sender=CollectionViewRestriction)
def collection_made_public(instance: CollectionViewRestriction, origin: object, **_: Any) -> None:
    if _is_about(origin, CollectionViewRestriction):
        index_documents_below(_path_now(Collection, instance.collection_id))


def _followed(move: Callable[..., None]) -> Callable[..., None]:
    @wraps(move)
    @transaction.atomic
    def move_and_follow(collection: Collection, *args: Any, **kwargs: Any) -> None:
        move(collection, *args, **kwargs)
        index_documents_below(_path_now(Collection, collection.pk))

    return move_and_follow


# A collection moves without a signal, in the CMS too.
Collection.move = _followed(Collection.move)


# --- Contacts and topics ----------------------------------------------------------------------


@receiver(post_save, sender=Contact)
def contact_saved(instance: Contact, raw: bool = False, **_: Any) -> None:
    if not raw:
        _index_some(_pages_that_show(Contact, [instance.pk]))


@receiver(pre_delete, sender=Contact)
def contact_is_to_go(instance: Contact, **_: Any) -> None:
    instance.shown_by = _pages_that_show(Contact, [instance.pk])


@receiver(post_delete, sender=Contact)
def contact_is_gone(instance: Contact, **_: Any) -> None:
    _index_some(instance.shown_by)


@receiver(post_save, sender=Topic)
def topic_saved(instance: Topic, raw: bool = False, **_: Any) -> None:
    """Follow a topic's name to its pages. One that has pages cannot be deleted."""
    if not raw:
        _index_some(_pages_that_show(Topic, [instance.pk]))


@receiver([post_save, post_delete], sender=SiteSettings)
@receiver([post_save, post_delete], sender=Site)
def organisation_saved(raw: bool = False, **_: Any) -> None:
    """Follow the organisation's own details to the contacts that use them."""
    if not raw:
        uses_them = Q(main_email=True) | Q(main_phone=True) | Q(main_address=True)
        contacts = Contact.objects.filter(uses_them).values_list("pk", flat=True)
        _index_some(_pages_that_show(Contact, contacts))


def _pages_that_show(model: type[models.Model], keys: Iterable[int]) -> list[int]:
    """Return the ids of the pages that hold any of these records, as Wagtail keeps note of it."""
    references = ReferenceIndex.objects.filter(
        base_content_type=ContentType.objects.get_for_model(Page),
        to_content_type=ContentType.objects.get_for_model(model),
        to_object_id__in=[str(key) for key in keys],
    )
    return sorted({int(pk) for pk in references.values_list("object_id", flat=True)})


def _index_some(page_ids: list[int]) -> None:
    if page_ids:
        index_pages(page_ids)
