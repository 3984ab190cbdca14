"""The search index follows whatever changes the site, and nothing else."""

from datetime import timedelta

import pytest
from django.contrib.auth.models import Group
from django.core.files.base import ContentFile
from django.core.management import call_command
from django.urls import reverse
from django.utils import timezone
from wagtail.models import (
    Collection,
    CollectionViewRestriction,
    Page,
    PageViewRestriction,
    Site,
    Workflow,
)

from pages.models import ContentPage, DocumentOffer, Passage, SiteDocument, SiteSettings
from privacy.models import NoticeSection
from tests import builders
from tests.canaries import canary, document, everything, is_indexed, offering, text

pytestmark = pytest.mark.django_db


@pytest.fixture
def word(site_home) -> str:
    return canary()


@pytest.fixture
def an_hour_later(monkeypatch):
    """Return what lets an hour go by."""
    later = timezone.now() + timedelta(hours=1, minutes=1)
    return lambda: monkeypatch.setattr(timezone, "now", lambda: later)


def in_an_hour():
    return timezone.now() + timedelta(hours=1)


def private_collection() -> Collection:
    made = Collection.get_first_root_node().add_child(name=f"Private {canary()}")
    CollectionViewRestriction.objects.create(collection=made, restriction_type="login")
    return made


# --- Pages ------------------------------------------------------------------------------------


def test_a_published_page_is_indexed_and_an_unpublished_one_forgotten(word: str) -> None:
    page = builders.content_page(body=text(word))
    assert is_indexed(word)

    page.unpublish()

    assert not is_indexed(word)


def test_a_page_saved_by_a_script_is_followed(word: str) -> None:
    facts = {"title": "By a script", "search_description": "A page.", "body": text(word)}
    page = Page.objects.get(pk=builders.section().pk).add_child(instance=ContentPage(**facts))
    assert is_indexed(word)

    page.body = text(canary())
    page.save()

    assert not is_indexed(word)


@pytest.mark.parametrize("fields", [["title"], ["live"], ["live", "latest_revision"]])
def test_a_page_saved_in_part_is_followed(word: str, fields: list[str]) -> None:
    page = builders.content_page(title=word, search_description="A page.")
    page.title = "Nothing"
    page.live = False
    page.save(update_fields=fields, clean=False)

    assert not is_indexed(word)


def test_a_page_saved_without_its_type_is_followed(word: str) -> None:
    made = builders.content_page(title=word, search_description="A page.")
    page = Page.objects.get(pk=made.pk)
    page.title = canary()
    page.save()

    assert is_indexed(page.title)
    assert not is_indexed(word)


def test_a_draft_changes_nothing(word: str) -> None:
    page = builders.content_page()
    new = document(said=word)
    before = everything()

    page.title = word
    page.body = [*text(word), *offering(new)]
    page.save_revision()

    assert everything() == before
    assert not is_indexed(word)


def test_going_back_to_an_old_revision_is_followed(word: str) -> None:
    page = builders.content_page(body=text(word))
    old = page.latest_revision
    page.body = text(canary())
    page.save_revision().publish()
    assert not is_indexed(word)

    old.publish(previous_revision=page.latest_revision)

    assert is_indexed(word)


def test_approval_publishes_into_the_index(word: str, admin_user) -> None:
    page = builders.content_page()
    page.body = text(word)
    page.save_revision()
    state = Workflow.objects.filter(active=True).first().start(page, admin_user)
    assert not is_indexed(word)

    while state.status == state.STATUS_IN_PROGRESS:
        state.current_task_state.approve(user=admin_user)
        state.refresh_from_db()

    assert is_indexed(word)


def test_what_is_scheduled_is_indexed_when_the_job_runs(word: str, an_hour_later) -> None:
    changed, new = canary(), canary()
    page = builders.content_page(body=text(word))
    page.body = text(changed)
    page.go_live_at = in_an_hour()
    page.save_revision().publish()
    builders.content_page(body=text(new), go_live_at=in_an_hour())
    assert [is_indexed(x) for x in (word, changed, new)] == [True, False, False]

    an_hour_later()
    call_command("publish_scheduled")

    assert [is_indexed(x) for x in (word, changed, new)] == [False, True, True]


def test_what_expires_is_forgotten_when_the_job_runs(word: str, an_hour_later) -> None:
    only_there = document(said=canary())
    builders.content_page(body=[*text(word), *offering(only_there)], expire_at=in_an_hour())
    assert Passage.objects.filter(document=only_there).exists()

    an_hour_later()
    call_command("publish_scheduled")

    assert not is_indexed(word)
    assert not Passage.objects.filter(document=only_there).exists()


def test_a_copy_is_a_page_of_its_own(word: str) -> None:
    section = builders.section()
    builders.content_page(section, body=text(word))
    section.refresh_from_db()
    live, kept_back = {"slug": f"{word}-1"}, {"slug": f"{word}-2"}
    section.copy(recursive=True, update_attrs=live)
    section.copy(recursive=True, update_attrs=kept_back, keep_live=False)

    found = Passage.objects.filter(text__contains=word).values_list("page__url_path", flat=True)

    assert len(found) == 2
    assert any(live["slug"] in path for path in found)
    assert is_indexed(word)


def test_a_copy_of_a_private_page_is_private(word: str) -> None:
    page = builders.content_page(title=word)
    PageViewRestriction.objects.create(page=page, restriction_type="login")

    page.copy(update_attrs={"slug": f"{word}-copy"})

    assert Page.objects.filter(title=word, live=True).count() == 2
    assert not is_indexed(word)


def test_an_alias_follows_its_page(word: str) -> None:
    page = builders.content_page(body=text(word))
    alias = page.create_alias(parent=builders.section(), update_slug=f"{word}-alias")
    assert Passage.objects.filter(page=alias, text__contains=word).exists()

    changed = canary()
    page.body = text(changed)
    page.save_revision().publish()
    assert Passage.objects.filter(page=alias, text__contains=changed).exists()
    assert not is_indexed(word)

    page.delete()
    assert not is_indexed(changed)


def test_a_page_has_moved_between_public_and_private(word: str) -> None:
    private, public = builders.section(), builders.section()
    PageViewRestriction.objects.create(page=private, restriction_type="login")
    moved = builders.section(public)
    builders.content_page(moved, body=text(word))
    assert is_indexed(word)

    Page.objects.get(pk=moved.pk).move(Page.objects.get(pk=private.pk), pos="last-child")
    assert not is_indexed(word)

    Page.objects.get(pk=moved.pk).move(Page.objects.get(pk=public.pk), pos="last-child")
    assert is_indexed(word)


def test_reordering_reads_nothing_again(word: str, monkeypatch) -> None:
    section = builders.section()
    first, _ = builders.content_page(section), builders.content_page(section)
    monkeypatch.setattr("pages.search_following.index_pages_below", pytest.fail)

    Page.objects.get(pk=first.pk).move(Page.objects.get(pk=section.pk), pos="last-child")


def test_a_deleted_page_is_forgotten_with_all_below(word: str) -> None:
    before = everything()
    section = builders.section(title=canary())
    only_there = document(said=word)
    builders.content_page(section, body=[*text(word), *offering(only_there)])
    assert everything() != before

    Page.objects.get(pk=section.pk).delete()

    assert everything() == before
    assert not DocumentOffer.objects.filter(document=only_there).exists()


def test_a_document_that_another_page_offers_stays(word: str) -> None:
    shared = document(said=word)
    first = builders.content_page(body=offering(shared))
    builders.content_page(body=offering(shared))

    first.delete()

    assert is_indexed(word)


@pytest.mark.parametrize("kind", ["login", "groups", "password"])
def test_privacy_hides_all_below_until_it_is_lifted(word: str, kind: str) -> None:
    section = builders.section()
    builders.content_page(section, body=[*text(word), *offering(document(said=canary()))])
    before = everything()

    restriction = PageViewRestriction(page=section, restriction_type=kind, password="x")
    restriction.save()
    restriction.groups.set(Group.objects.all()[:1])
    assert not is_indexed(word)

    restriction.delete()
    assert everything() == before


def test_a_private_page_that_is_deleted_leaves_nothing(word: str) -> None:
    page = builders.content_page(title=word)
    PageViewRestriction.objects.create(page=page, restriction_type="login")

    page.delete()

    assert not is_indexed(word)


def test_a_row_saved_without_its_page_is_followed(word: str) -> None:
    section = builders.privacy_notice().sections.get()
    section = NoticeSection.objects.get(pk=section.pk)
    section.title = word
    section.save()
    assert is_indexed(word)

    section.delete()
    assert not is_indexed(word)


def test_a_page_saved_with_its_rows_is_read_once(word: str, monkeypatch) -> None:
    notice = builders.privacy_notice()
    monkeypatch.setattr("pages.search_following.index_pages", pytest.fail)

    notice.sections = [builders.notice_section(title=word), builders.notice_section()]
    notice.save_revision().publish()

    assert is_indexed(word)


# --- Documents --------------------------------------------------------------------------------


def test_a_document_is_indexed_while_a_public_page_offers_it(word: str) -> None:
    made = document(said=word)
    assert not is_indexed(word)
    assert made.found_by().endswith("Visitors can find it once a public page links to it.")

    page = builders.content_page(body=offering(made))
    assert is_indexed(word)
    assert "Visitors" not in made.found_by()

    page.unpublish()
    assert not is_indexed(word)


def test_a_link_in_a_text_offers_a_document(word: str) -> None:
    made = document(said=word)
    link = f'<p><a linktype="document" id="{made.pk}">Minutes</a></p>'

    builders.content_page(body=[("text", link)])

    assert is_indexed(word)


def test_a_replaced_document_is_found_by_its_new_text_alone(word: str) -> None:
    made = document(said=word)
    builders.content_page(body=offering(made))
    new = canary()

    made.file = ContentFile(new.encode(), "minutes.txt")
    made.save()
    assert not is_indexed(word)

    made.read()
    assert is_indexed(new)


def test_a_renamed_document_is_found_by_its_new_name_alone(word: str) -> None:
    made = document(title=word)
    builders.content_page(body=offering(made))
    assert is_indexed(word)

    made.title = canary()
    made.save(update_fields=["title"])

    assert is_indexed(made.title)
    assert not is_indexed(word)


def test_what_wagtail_notes_of_a_file_reads_nothing_again(word: str, monkeypatch) -> None:
    made = document(said=word)
    SiteDocument.objects.filter(pk=made.pk).update(file_size=None)
    made.refresh_from_db()
    monkeypatch.setattr("pages.models.media.index_documents", pytest.fail)

    assert made.get_file_size()


@pytest.mark.parametrize("by", ["a save", "an update of many"])
def test_a_document_moved_into_a_private_collection_is_forgotten(word: str, by: str) -> None:
    made = document(said=word)
    builders.content_page(body=offering(made))
    assert is_indexed(word)

    made.collection = private_collection()
    if by == "a save":
        made.save()
    else:
        SiteDocument.objects.filter(pk=made.pk).update(collection=made.collection)

    assert not is_indexed(word)
    assert made.found_by().endswith("Visitors cannot find it: its collection is private.")


def test_a_collection_made_private_hides_all_in_it_until_that_is_lifted(word: str) -> None:
    outer = Collection.get_first_root_node().add_child(name="Board")
    made = document(said=word, collection=outer.add_child(name="Part two"))
    builders.content_page(body=offering(made))
    assert is_indexed(word)

    restriction = CollectionViewRestriction(collection=outer, restriction_type="groups")
    restriction.save()
    assert not is_indexed(word)

    restriction.delete()
    assert is_indexed(word)


def test_a_collection_moved_into_a_private_one_is_followed(word: str) -> None:
    root = Collection.get_first_root_node()
    moved = root.add_child(name="Board")
    made = document(said=word, collection=moved.add_child(name="Minutes"))
    builders.content_page(body=offering(made))

    private = private_collection()
    Collection.objects.get(pk=moved.pk).move(private, "sorted-child")
    assert not is_indexed(word)

    Collection.objects.get(pk=moved.pk).move(root, "sorted-child")
    assert is_indexed(word)


@pytest.mark.parametrize("private", [False, True])
def test_a_deleted_collection_is_forgotten_with_its_documents(word: str, private: bool) -> None:
    before = everything()
    collection = Collection.get_first_root_node().add_child(name="Board")
    made = document(said=word, collection=collection)
    page = builders.content_page(body=offering(made))
    if private:
        CollectionViewRestriction.objects.create(collection=collection, restriction_type="login")

    Collection.objects.get(pk=collection.pk).delete()
    assert not is_indexed(word)

    page.delete()
    assert everything() == before


@pytest.mark.parametrize("all_at_once", [False, True])
def test_a_deleted_document_is_forgotten(word: str, all_at_once: bool) -> None:
    made = document(said=word)
    builders.content_page(body=offering(made))

    SiteDocument.objects.filter(pk=made.pk).delete() if all_at_once else made.delete()

    assert not is_indexed(word)
    assert not DocumentOffer.objects.filter(document=made.pk).exists()


# --- Contacts ---------------------------------------------------------------------------------


def test_pages_follow_the_contacts_that_they_show(word: str) -> None:
    contact = builders.contact(who=word)
    builders.content_page(body=[("contact", contact)])
    assert is_indexed(word)

    contact.who = canary()
    contact.save()
    assert is_indexed(contact.who)
    assert not is_indexed(word)

    contact.delete()
    assert not is_indexed(contact.who)


def test_a_contact_in_a_section_of_the_notice_is_followed(word: str) -> None:
    contact = builders.contact(who=canary())
    section = builders.notice_section(body=[("contact", contact)])
    builders.privacy_notice(sections=[section])

    contact.who = word
    contact.save()

    assert is_indexed(word)


@pytest.mark.parametrize("by", ["the settings", "the default site"])
def test_pages_follow_the_organisations_own_details(word: str, by: str) -> None:
    builders.content_page(body=[("contact", builders.contact(email="", main_email=True))])
    site = Site.objects.get(is_default_site=True)
    settings = SiteSettings.for_site(site)
    settings.email = f"{word}@example.org"
    settings.save()
    assert is_indexed(word)

    if by == "the settings":
        settings.email = "team@example.org"
        settings.save()
    else:
        site.is_default_site = False
        site.save()

    assert not is_indexed(word)


# --- The CMS ----------------------------------------------------------------------------------


def bulk(client, model: str, action: str, *ids: int, **answers) -> None:
    """Do a bulk action of the CMS."""
    address = reverse("wagtail_bulk_action", args=[*model.split("."), action])
    query = "&".join(f"id={pk}" for pk in ids)
    assert client.post(f"{address}?{query}", answers).status_code == 302


def test_unpublishing_with_all_below_in_the_cms(word: str, admin_client) -> None:
    section = builders.section()
    builders.content_page(section, body=text(word))

    admin_client.post(
        reverse("wagtailadmin_pages:unpublish", args=[section.pk]), {"include_descendants": "on"}
    )

    assert not is_indexed(word)


def test_bulk_actions_on_pages(word: str, admin_client) -> None:
    pages = [builders.content_page(body=text(word)) for _ in range(2)]
    ids = [page.pk for page in pages]
    private = builders.section()
    PageViewRestriction.objects.create(page=private, restriction_type="login")
    assert is_indexed(word)

    bulk(admin_client, "wagtailcore.page", "unpublish", *ids)
    assert not is_indexed(word)

    bulk(admin_client, "wagtailcore.page", "publish", *ids)
    assert is_indexed(word)

    bulk(admin_client, "wagtailcore.page", "move", *ids, chooser=private.pk)
    assert not is_indexed(word)

    bulk(admin_client, "wagtailcore.page", "move", *ids, chooser=builders.section().pk)
    assert is_indexed(word)

    bulk(admin_client, "wagtailcore.page", "delete", *ids)
    assert not is_indexed(word)


def test_bulk_actions_on_documents(word: str, admin_client) -> None:
    made = document(said=word)
    builders.content_page(body=offering(made))
    root = Collection.get_first_root_node()

    for collection, is_found in ((private_collection(), False), (root, True)):
        facts = {"collection": collection.pk}
        bulk(admin_client, "pages.sitedocument", "add_to_collection", made.pk, **facts)
        assert is_indexed(word) == is_found

    bulk(admin_client, "pages.sitedocument", "delete", made.pk)
    assert not is_indexed(word)


def test_a_collection_moved_in_the_cms(word: str, admin_client) -> None:
    moved = Collection.get_first_root_node().add_child(name="Board")
    builders.content_page(body=offering(document(said=word, collection=moved)))
    facts = {"name": "Board", "parent": private_collection().pk}

    admin_client.post(reverse("wagtailadmin_collections:edit", args=[moved.pk]), facts)

    assert not is_indexed(word)


def test_the_cms_says_that_a_document_is_not_offered(word: str, admin_client) -> None:
    made = document(said=word)
    address = reverse("wagtaildocs:edit", args=[made.pk])

    assert "once a public page links to it" in admin_client.get(address).content.decode()
