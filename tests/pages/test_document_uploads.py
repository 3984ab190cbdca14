"""Uploads: a file that is not what it says is refused, in words that say what to do."""

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse
from wagtail.models import Collection

from pages.models import EarlierFile, SiteDocument
from tests.documents import archive, docx, opendocument, pdf, pptx, xlsx

pytestmark = pytest.mark.django_db

EXE = b"MZ\x90\x00" + b"\0" * 200
REFUSED = {
    "a program": ("report.exe", EXE, "its name ends in .exe"),
    "a name without an ending": ("report", b"text", "has no ending"),
    "a web page": ("report.html", b"<script>alert(1)</script>", "its name ends in .html"),
    "an empty file": ("report.pdf", b"", "This file is empty"),
    "a program named PDF": ("report.pdf", EXE, "not a PDF"),
    "a page named PDF": ("report.pdf", b"<html>%PDF-1.4", "not a PDF"),
    "a program named Word": ("report.docx", EXE, "not a Word document"),
    "another archive": ("report.docx", archive({"run.exe": EXE}), "not a Word document"),
    "a sheet named Word": ("report.docx", xlsx(["x"]), "not a Word document"),
    "half of a Word file": ("report.docx", docx("x")[:60], "not a Word document"),
    "a program named Excel": ("report.xlsx", EXE, "not an Excel workbook"),
    "a program named PowerPoint": ("report.pptx", EXE, "not a PowerPoint presentation"),
    "a program named OpenDocument": ("report.odt", EXE, "not an OpenDocument text"),
    "an old or locked Word file": (
        "report.docx",
        bytes.fromhex("d0cf11e0a1b11ae1") + b"\0" * 600,
        "needs a password, or is of an older kind",
    ),
    "a program named Rich Text": ("report.rtf", EXE, "not Rich Text"),
    "a program named text": ("report.txt", EXE, "not plain text"),
    "a PDF named text": ("report.txt", pdf("x"), "not plain text"),
    "a sheet named CSV": ("report.csv", xlsx(["x"]), "not plain text"),
    "what is no text after its beginning": ("report.csv", b"a,b\n" * 99_999 + b"\1", "not plain"),
    "half a character": ("report.txt", b"\xff\xfea", "not plain text"),
}
TAKEN = {
    "report.pdf": pdf("x"),
    "report.PDF": pdf("x"),
    "report.docx": docx("x"),
    "report.xlsx": xlsx(["x"]),
    "report.pptx": pptx("x"),
    "report.odt": opendocument("x"),
    "report.ods": opendocument("x"),
    "report.rtf": b"{\\rtf1 x}",
    "report.txt": "Grüße\r\n\tund mehr\f".encode("cp1252"),
    "report.csv": "Name,£\nx,1\n".encode(),
    "from-excel.csv": "Name\t£\nx\t1\n".encode("utf-16"),
    "utf-8-with-a-mark.csv": "Name,£\n".encode("utf-8-sig"),
}


def form(name: str, data: bytes) -> dict:
    return {
        "title": "Report",
        "collection": Collection.get_first_root_node().pk,
        "tags": "",
        "file": SimpleUploadedFile(name, data),
    }


def on_disk(kept: SiteDocument | EarlierFile) -> bytes:
    with kept.file.storage.open(kept.file.name) as file:
        return file.read()


@pytest.fixture(params=REFUSED.values(), ids=REFUSED)
def refused(request) -> tuple[str, bytes, str]:
    return request.param


def test_what_is_refused_is_not_stored_and_said_why(admin_client, refused, tmp_path, settings):
    settings.MEDIA_ROOT = tmp_path
    name, data, why = refused

    page = admin_client.post(reverse("wagtaildocs:add"), form(name, data))

    assert page.status_code == 200
    assert why in page.content.decode().replace("&#x27;", "'")
    assert not SiteDocument.objects.exists()
    assert list(tmp_path.rglob("*.*")) == []


def test_it_is_refused_among_several_too(admin_client, refused, tmp_path, settings) -> None:
    settings.MEDIA_ROOT = tmp_path
    name, data, why = refused
    posted = form(name, data)
    posted["files[]"] = posted.pop("file")

    told = admin_client.post(reverse("wagtaildocs:add_multiple"), posted).json()

    assert not told["success"]
    assert why in told["error_message"]
    assert not SiteDocument.objects.exists()
    assert list(tmp_path.rglob("*.*")) == []


def test_it_is_refused_in_the_chooser_too(admin_client, refused) -> None:
    name, data, why = refused
    posted = {f"document-chooser-upload-{k}": v for k, v in form(name, data).items()}

    told = admin_client.post(reverse("wagtaildocs_chooser:create"), posted).json()

    assert why in str(told)
    assert not SiteDocument.objects.exists()


def test_a_refused_file_leaves_the_one_that_is_there(admin_client, refused) -> None:
    admin_client.post(reverse("wagtaildocs:add"), form("report.txt", b"Right"))
    document = SiteDocument.objects.get()

    name, data, _ = refused
    page = admin_client.post(
        reverse("wagtaildocs:edit", args=[document.pk]), form(name, data)
    ).content.decode()

    stored = SiteDocument.objects.get()
    assert "could not be saved due to errors" in page
    assert "could not be found" not in page
    assert f">{document.filename}" in page.replace("</svg>", ">")
    assert on_disk(stored) == b"Right"
    assert stored.file.name == document.file.name
    assert not EarlierFile.objects.exists()


def test_a_file_that_is_too_large_is_said_to_be(admin_client, settings) -> None:
    settings.WAGTAILDOCS_MAX_UPLOAD_SIZE = 10
    page = admin_client.post(reverse("wagtaildocs:add"), form("report.txt", b"x" * 11))

    assert "This file is too large: the most is 10" in page.content.decode()
    assert not SiteDocument.objects.exists()


@pytest.mark.parametrize("name", TAKEN)
def test_what_is_what_it_says_is_taken(admin_client, name: str) -> None:
    response = admin_client.post(reverse("wagtaildocs:add"), form(name, TAKEN[name]))

    assert response.status_code == 302
    stored = SiteDocument.objects.get()
    assert on_disk(stored) == TAKEN[name]
    assert stored.filename == name
    assert stored.file_size == len(TAKEN[name])


def test_the_form_for_a_title_alone_does_not_ask_for_the_file_again(admin_client) -> None:
    admin_client.post(reverse("wagtaildocs:add"), form("report.txt", b"x"))
    document = SiteDocument.objects.get()
    posted = form("x.txt", b"") | {"title": "Better"}
    del posted["file"]

    response = admin_client.post(reverse("wagtaildocs:edit", args=[document.pk]), posted)

    assert response.status_code == 302
    assert SiteDocument.objects.get().title == "Better"


def test_a_file_replaced_in_the_cms_is_kept(admin_client) -> None:
    admin_client.post(reverse("wagtaildocs:add"), form("report.txt", b"First"))
    document = SiteDocument.objects.get()
    edit = reverse("wagtaildocs:edit", args=[document.pk])

    admin_client.post(edit, form("report.txt", b"Second"))
    admin_client.post(edit, form("report.txt", b"Second"))  # pressed twice

    stored = SiteDocument.objects.get()
    assert (stored.key, on_disk(stored)) == (document.key, b"Second")
    [earlier] = stored.earlier_files.all()
    assert on_disk(earlier) == b"First"
    assert stored.filename == "report.txt"
