"""Documents: out of reach until a public page offers them, and again as soon as none does.

A budget's PDF was once read before it was published, because somebody guessed its address.
"""

import re
from collections.abc import Callable
from datetime import timedelta

import pytest
from bs4 import BeautifulSoup
from django.contrib.auth.models import Group, User
from django.core.files.base import ContentFile
from django.core.management import call_command
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone
from wagtail.models import Collection, CollectionViewRestriction, Page, PageViewRestriction

from pages.document_addresses import new_key
from pages.models import ContentPage, EarlierFile, PublicationFile, PublicationPage, SiteDocument
from tests import builders
from tests.documents import pdf

pytestmark = pytest.mark.django_db

WORDS = b"The budget is 7 million pounds."


@pytest.fixture
def document(site_home) -> SiteDocument:
    return SiteDocument.objects.create(title="Budget", file=ContentFile(WORDS, "budget.txt"))


def in_a_block(document: SiteDocument) -> list:
    return [("document", {"document": document, "text": ""})]


def in_a_link(document: SiteDocument) -> list:
    return [("text", f'<p>See <a linktype="document" id="{document.pk}">the budget</a>.</p>')]


def offering(document: SiteDocument, parent: Page | None = None) -> ContentPage:
    return builders.content_page(parent, body=in_a_block(document))


def is_found(document: SiteDocument) -> bool:
    """Return whether an outsider gets the file, and not a word of it otherwise."""
    response = Client().get(document.url)
    data = b"".join(response.streaming_content) if response.streaming else response.content
    assert (data == WORDS) == (response.status_code == 200)
    assert response.status_code in {200, 404}
    return response.status_code == 200


# --- Its address ------------------------------------------------------------------------------


def test_its_address_has_128_random_bits_and_says_nothing_of_it(document: SiteDocument) -> None:
    keys = {new_key() for _ in range(1_000)}

    assert len(keys) == 1_000
    assert all(re.fullmatch("[0-9a-f]{32}", key) for key in keys)
    assert document.url == f"/documents/{document.key}/"


def test_its_address_stays_whatever_is_done_to_it(document: SiteDocument) -> None:
    address = document.url
    document.title = "Other"
    document.key = new_key()
    document.file = ContentFile(b"other", "other.txt")
    document.save()

    assert document.url == address == SiteDocument.objects.get().url


@pytest.mark.parametrize("who", ["anybody", "an administrator"])
def test_the_address_that_wagtail_would_give_it_is_not_there(
    client, admin_client, document: SiteDocument, who: str
) -> None:
    offering(document)
    browser = {"anybody": client, "an administrator": admin_client}[who]

    for name in (document.filename, "budget.txt", ""):
        assert browser.get(f"/documents/{document.pk}/{name}").status_code == 404
    assert browser.post("/documents/authenticate_with_password/1/").status_code in {404, 405}


@pytest.mark.long
def test_many_guesses_at_a_document_that_is_to_come_find_nothing(
    client, document: SiteDocument
) -> None:
    """Try what was tried at the Office for Budget Responsibility, and what is nearer still."""
    page = offering(document)
    builders.draft(page)
    names = ["budget", "Budget", "budget-2025", "budget-november", document.filename]
    guesses = [f"{number}/{name}.pdf" for number in range(1, 201) for name in names]
    guesses += [f"{name}.pdf" for name in names]
    guesses += [f"{document.key[:n]}{c}{document.key[n + 1 :]}/" for n in range(32) for c in "0f"]
    guesses += [
        f"{document.key}/{document.filename}",
        f"{document.key.upper()}/",
        document.key[:-1],
    ]
    guesses += [f"{new_key()}/" for _ in range(300)]
    guesses += [f"../media/{document.file.name}", f"{document.key}/"]

    hits = [guess for guess in guesses if client.get(f"/documents/{guess}").status_code == 200]
    hits += [x for x in ("documents/budget.txt", document.file.name) if is_media(client, x)]

    assert hits == []
    page.save_revision().publish()
    assert is_found(document)


def is_media(client: Client, name: str) -> bool:
    return client.get(f"/media/{name}").status_code == 200


# --- Who reaches it ---------------------------------------------------------------------------


def test_nobody_outside_reaches_what_no_page_offers(document: SiteDocument) -> None:
    assert not is_found(document)


@pytest.mark.parametrize("offer", [in_a_block, in_a_link])
def test_a_page_that_goes_live_opens_it(document: SiteDocument, offer: Callable) -> None:
    builders.content_page(body=offer(document))

    assert is_found(document)


def test_a_row_of_a_page_opens_it(document: SiteDocument) -> None:
    page = builders.publication(None, document, body=[])
    assert is_found(document)

    page.files = []
    page.save_revision()
    assert is_found(document)
    page.get_latest_revision().publish()

    assert not is_found(document)


def test_a_row_saved_or_deleted_by_itself_counts_at_once(document: SiteDocument) -> None:
    page = builders.publication()
    row = PublicationFile.objects.create(page=page, document=document)
    assert is_found(document)

    row.delete()

    assert not is_found(document)


def test_a_draft_does_not_open_it(document: SiteDocument) -> None:
    page = builders.content_page()
    page.body = in_a_block(document)
    page.save_revision()
    parent = Page.objects.get(pk=page.pk).get_parent().specific
    draft = ContentPage(title="Draft", slug="draft", body=in_a_block(document), live=False)
    parent.add_child(instance=draft)
    draft.save_revision()

    assert not is_found(document)


def test_a_page_below_an_unpublished_one_is_served_and_so_is_its_document(
    client, document: SiteDocument
) -> None:
    section = builders.section()
    page = offering(document, section)
    builders.draft(section)

    assert status(client, page.url) == 200
    assert is_found(document)


def expired(page: ContentPage, document: SiteDocument) -> None:
    Page.objects.filter(pk=page.pk).update(expire_at=timezone.now() - timedelta(seconds=1))


def unpublished(page: ContentPage, document: SiteDocument) -> None:
    page.unpublish()


def unpublished_by_the_job(page: ContentPage, document: SiteDocument) -> None:
    expired(page, document)
    call_command("publish_scheduled")


def deleted(page: ContentPage, document: SiteDocument) -> None:
    page.delete()


def made_private(page: ContentPage, document: SiteDocument) -> None:
    PageViewRestriction.objects.create(page=page.get_parent(), restriction_type="login")


def moved_below_a_private_page(page: ContentPage, document: SiteDocument) -> None:
    private = builders.section()
    PageViewRestriction.objects.create(page=private, restriction_type="login")
    page.move(Page.objects.get(pk=private.pk), pos="last-child")


def published_without_it(page: ContentPage, document: SiteDocument) -> None:
    page.body = builders.BODY
    page.save_revision().publish()


def put_into_a_private_collection(page: ContentPage, document: SiteDocument) -> None:
    private = Collection.get_first_root_node().add_child(name="Board")
    CollectionViewRestriction.objects.create(collection=private, restriction_type="login")
    document.collection = private
    document.save()


WAYS_OUT = [
    expired,
    unpublished,
    unpublished_by_the_job,
    deleted,
    made_private,
    moved_below_a_private_page,
    published_without_it,
    put_into_a_private_collection,
]


@pytest.mark.parametrize("way_out", WAYS_OUT)
def test_it_is_gone_at_once_with_the_last_page_that_offers_it(
    document: SiteDocument, way_out: Callable
) -> None:
    page = offering(document, builders.section())
    assert is_found(document)

    way_out(page, document)

    assert not is_found(document)


@pytest.mark.parametrize("way_out", WAYS_OUT[:-1])
def test_another_page_that_offers_it_keeps_it_open(
    document: SiteDocument, way_out: Callable
) -> None:
    offering(document)
    page = offering(document, builders.section())

    way_out(page, document)

    assert is_found(document)


# --- What an outsider can tell ----------------------------------------------------------------


def told(client: Client, key: str, method: str, headers: dict, slash: str = "/") -> dict:
    """Return all that an answer tells, but for the address that was asked for."""
    response = client.generic(method, f"/documents/{key}{slash}", headers=headers)
    body = b"".join(response) if response.streaming else response.content
    # The tag is of the page that says "not found", with its own address in it.
    own = {"ETag", "X-Request-ID"}
    said = {name: "" if name in own else value for name, value in response.items()}
    return {
        "status": response.status_code,
        "body": body.decode().replace(key, "KEY"),
        "headers": {name: value.replace(key, "KEY") for name, value in said.items()},
    }


@pytest.mark.parametrize("method", ["GET", "HEAD", "POST", "OPTIONS", "PUT", "DELETE"])
@pytest.mark.parametrize(
    "asked",
    [
        {},
        {"If-None-Match": "HASH"},
        {"If-None-Match": "*"},
        {"If-Match": "HASH"},
        {"If-Modified-Since": "Wed, 01 Jan 2020 00:00:00 GMT"},
        {"If-Unmodified-Since": "Wed, 01 Jan 2020 00:00:00 GMT"},
        {"Range": "bytes=0-3"},
        {"Range": "bytes=0-3", "If-Range": "HASH"},
        {"Cookie": "sessionid=x; csrftoken=y"},
    ],
    ids=str,
)
def test_what_is_hidden_is_like_what_never_was(
    client, document: SiteDocument, method: str, asked: dict
) -> None:
    document.file = ContentFile(b"new", "new.txt")
    document.save()
    earlier = document.earlier_files.get()
    headers = {k: v.replace("HASH", f'"{document.file_hash}"') for k, v in asked.items()}
    never = told(client, "0" * 32, method, headers)
    without_slash = told(client, "0" * 32, method, headers, slash="")

    assert never["status"] in {404, 405}
    for key in (document.key, earlier.key):
        assert told(client, key, method, headers) == never
        assert told(client, key, method, headers, slash="") == without_slash


def test_what_is_hidden_takes_as_many_queries_as_what_never_was(
    client, document: SiteDocument
) -> None:
    counts = []
    for key in ("0" * 32, document.key, "0" * 32, document.key):
        with CaptureQueriesContext(connection) as queries:
            client.get(f"/documents/{key}/")
        counts.append(len(queries))

    assert counts[2] == counts[3]


def test_nothing_keeps_a_copy_without_asking_again(client, document: SiteDocument) -> None:
    page = offering(document)
    first = client.get(document.url)
    assert first["Cache-Control"] == "no-cache"
    known = {"If-None-Match": first["ETag"]}
    assert b"".join(first.streaming_content) == WORDS
    assert client.get(document.url, headers=known).status_code == 304

    page.unpublish()

    assert client.get(document.url, headers=known).status_code == 404


def test_it_comes_with_its_name_and_may_load_nothing(client, site_home) -> None:
    minutes = SiteDocument.objects.create(
        title="Minutes", file=ContentFile(pdf("x"), "Minutes of März.pdf")
    )
    table = SiteDocument.objects.create(title="Table", file=ContentFile(b"a,b", "table.csv"))
    builders.publication(None, minutes, table)

    shown, saved = client.get(minutes.url), client.get(table.url)

    assert shown["Content-Disposition"].startswith("inline; filename")
    assert "M%C3%A4rz.pdf" in shown["Content-Disposition"]
    assert shown["Content-Type"] == "application/pdf"
    assert saved["Content-Disposition"] == 'attachment; filename="table.csv"'
    assert saved["Content-Type"] == "text/csv"
    for response in (shown, saved):
        assert b"".join(response.streaming_content)
        assert response["Content-Security-Policy"] == "default-src 'none'"
        assert response["X-Content-Type-Options"] == "nosniff"
        assert "Set-Cookie" not in response


def test_a_file_that_is_gone_from_the_disk_is_not_found(client, document: SiteDocument) -> None:
    offering(document)
    document.file.storage.delete(document.file.name)

    assert client.get(document.url).status_code == 404


# --- Inside the CMS ---------------------------------------------------------------------------


def member_of(group: str, name: str = "member") -> Client:
    user = User.objects.create_user(name, f"{name}@example.org", "a-password-for-tests")
    user.groups.add(Group.objects.get(name=group))
    client = Client()
    client.force_login(user)
    return client


def content(response) -> bytes:
    return b"".join(response.streaming_content)


def on_disk(kept: SiteDocument | EarlierFile) -> bytes:
    with kept.file.storage.open(kept.file.name) as file:
        return file.read()


def status(client: Client, address: str) -> int:
    response = client.get(address)
    if response.streaming:
        assert content(response)  # and the file is closed
    return response.status_code


@pytest.mark.parametrize("group", ["Authors", "Editors", "Publishers", "Data protection leads"])
def test_staff_open_what_is_not_offered_yet(document: SiteDocument, group: str) -> None:
    response = member_of(group).get(reverse("document_for_editors", args=[document.pk]))

    assert content(response) == WORDS
    assert "no-store" in response["Cache-Control"]
    assert response["Content-Security-Policy"] == "default-src 'none'"


def test_nobody_else_opens_it_there(client, document: SiteDocument) -> None:
    address = reverse("document_for_editors", args=[document.pk])
    missing = reverse("document_for_editors", args=[999_999])
    outsider = User.objects.create_user("outsider", "o@example.org", "a-password-for-tests")
    only_in = Collection.get_first_root_node().add_child(name="Other")
    group = Group.objects.create(name="Other's")
    group.permissions.add(*Group.objects.get(name="Authors").permissions.all())
    for right in Group.objects.get(name="Authors").collection_permissions.all():
        group.collection_permissions.create(collection=only_in, permission=right.permission)
    outsider.groups.add(group)

    assert client.get(address).status_code == client.get(missing).status_code == 302
    assert "/cms/login/" in client.get(address)["Location"]
    client.force_login(outsider)
    assert client.get(address).status_code == 302
    assert client.get(address)["Location"] == "/cms/"


def test_links_inside_the_cms_lead_to_the_address_for_staff(document: SiteDocument) -> None:
    publisher = member_of("Publishers")
    address = reverse("document_for_editors", args=[document.pk])
    places = [
        reverse("wagtaildocs:index"),
        reverse("wagtaildocs:edit", args=[document.pk]),
        reverse("wagtaildocs_chooser:choose"),
        reverse("wagtaildocs_chooser:chosen", args=[document.pk]),
    ]

    for place in places:
        html = publisher.get(place).content.decode()
        assert address in html, place
        assert document.key not in html, place


def test_links_of_a_preview_lead_there_too_and_those_of_the_page_do_not(
    client, document: SiteDocument
) -> None:
    page = builders.content_page(body=in_a_block(document) + in_a_link(document))
    page.save_revision()
    publisher = member_of("Publishers")

    preview = publisher.get(reverse("wagtailadmin_pages:view_draft", args=[page.pk]))
    public = client.get(page.url)

    links = [a["href"] for a in BeautifulSoup(preview.content, "html.parser").main.select("a")]
    assert links.count(reverse("document_for_editors", args=[document.pk])) == 2
    assert document.key.encode() not in preview.content
    links = [a["href"] for a in BeautifulSoup(public.content, "html.parser").main.select("a")]
    assert links.count(document.url) == 2
    assert document.url.startswith("/documents/")


# --- Replaced files ---------------------------------------------------------------------------


def replace(document: SiteDocument, data: bytes = b"Second", name: str = "budget.txt") -> None:
    document.file = ContentFile(data, name)
    document.save()


def test_a_replaced_file_keeps_its_address_and_stays_listed(client, document: SiteDocument) -> None:
    page = builders.publication(None, document)
    address = document.url
    replace(document)

    assert content(client.get(address)) == b"Second"
    html = BeautifulSoup(client.get(page.url).content, "html.parser")
    [earlier] = html.select(".site-files__earlier a")
    today = timezone.localdate()
    assert f"Budget: Version until {today.day} {today:%B %Y} (TXT, 31" in earlier.get_text()
    response = client.get(earlier["href"])
    assert content(response) == WORDS
    assert f"budget-until-{today}.txt" in response["Content-Disposition"]
    assert f"Updated {today.day} {today:%B %Y}" in html.get_text(" ")


@pytest.mark.parametrize("way_out", WAYS_OUT)
def test_an_earlier_file_goes_with_its_document(
    client, document: SiteDocument, way_out: Callable
) -> None:
    page = offering(document, builders.section())
    replace(document)
    earlier = document.earlier_files.get()
    assert status(client, earlier.url) == 200

    way_out(page, document)

    assert status(client, earlier.url) == 404


def test_a_file_that_was_put_right_before_anybody_could_see_it_stays_hidden(
    client, document: SiteDocument
) -> None:
    replace(document)
    earlier = document.earlier_files.get()
    page = builders.publication(None, document)

    assert status(client, earlier.url) == 404
    assert "Earlier versions" not in client.get(page.url).content.decode()
    shown = member_of("Publishers").get(reverse("wagtaildocs:edit", args=[document.pk]))
    assert "budget-until" in shown.content.decode()
    response = member_of("Editors", "e").get(reverse("earlier_file_for_editors", args=[earlier.pk]))
    assert content(response) == WORDS


def test_two_editors_who_replace_a_file_at_once_lose_nothing(document: SiteDocument) -> None:
    offering(document)
    first, second = SiteDocument.objects.get(), SiteDocument.objects.get()
    replace(first, b"From the first")
    replace(second, b"From the second")

    kept = [on_disk(file) for file in EarlierFile.objects.all()]
    assert on_disk(SiteDocument.objects.get()) == b"From the second"
    assert kept == [b"From the first", WORDS]


def test_an_editor_who_changes_the_title_meanwhile_does_not_bring_the_old_file_back(
    document: SiteDocument,
) -> None:
    other = SiteDocument.objects.get()
    replace(document)
    other.title = "Better title"
    other.save()

    stored = SiteDocument.objects.get()
    assert (stored.title, on_disk(stored)) == ("Better title", b"Second")
    assert stored.earlier_files.count() == 1


def test_the_same_file_again_changes_nothing(document: SiteDocument) -> None:
    name = document.file.name
    replace(document, WORDS, "again.txt")

    assert SiteDocument.objects.get().file.name == name
    assert not EarlierFile.objects.exists()


def test_a_new_file_for_one_that_was_lost_is_just_stored(document: SiteDocument) -> None:
    document.file.storage.delete(document.file.name)
    replace(document, WORDS)

    assert on_disk(SiteDocument.objects.get()) == WORDS
    assert not EarlierFile.objects.exists()


def test_publishers_delete_an_earlier_file_that_nobody_should_have(
    client, document: SiteDocument, django_capture_on_commit_callbacks
) -> None:
    offering(document)
    replace(document)
    earlier = document.earlier_files.get()
    address = reverse("delete_earlier_file", args=[earlier.pk])
    publisher = member_of("Publishers")
    edit = reverse("wagtaildocs:edit", args=[document.pk])
    assert address in publisher.get(edit).content.decode()
    assert "cannot be brought back" in publisher.get(address).content.decode()
    assert status(client, earlier.url) == 200

    with django_capture_on_commit_callbacks(execute=True):
        response = publisher.post(address)

    assert response["Location"] == edit
    assert status(client, earlier.url) == 404
    assert not earlier.file.storage.exists(earlier.file.name)
    assert on_disk(SiteDocument.objects.get()) == b"Second"


def test_those_who_may_not_delete_a_document_may_not_delete_an_earlier_file(
    document: SiteDocument,
) -> None:
    replace(document)
    earlier = document.earlier_files.get()

    member_of("Data protection leads").post(reverse("delete_earlier_file", args=[earlier.pk]))

    assert EarlierFile.objects.exists()


def test_all_its_files_go_with_a_document(
    document: SiteDocument, django_capture_on_commit_callbacks
) -> None:
    replace(document)
    files = [document.file, document.earlier_files.get().file]
    with django_capture_on_commit_callbacks(execute=True):
        document.delete()

    assert not any(file.storage.exists(file.name) for file in files)


def test_an_earlier_file_is_no_use_of_the_document(document: SiteDocument) -> None:
    replace(document)

    assert document.get_usage().count() == 0


def test_files_of_a_page_cost_the_same_however_many_versions_they_have(
    client, document: SiteDocument, django_assert_num_queries
) -> None:
    other = SiteDocument.objects.create(title="Other", file=ContentFile(b"x", "x.txt"))
    page = builders.publication(None, document)
    client.get(page.url)
    with CaptureQueriesContext(connection) as before:
        client.get(page.url)
    replace(document, b"2")
    replace(document, b"3")
    replace(other, b"4")
    PublicationPage.objects.get(pk=page.pk).files.create(document=other)

    with django_assert_num_queries(len(before)):
        client.get(page.url)
