"""Uploaded documents are found by their text, and no file does harm."""

import os
import subprocess
import sys
import time
from io import BytesIO, StringIO
from pathlib import Path
from zipfile import ZIP_DEFLATED, ZipFile

import pytest
from django.core.files.base import ContentFile
from django.core.files.uploadedfile import SimpleUploadedFile
from django.core.management import call_command
from django.urls import reverse
from wagtail.models import Collection, ReferenceIndex

from pages import document_text
from pages.document_reader import MOST_CHARACTERS, MOST_UNPACKED, READERS
from pages.document_text import Outcome, ReaderError, text_of
from pages.models import DocumentReading, SiteDocument
from pages.models.media import MOST_INDEXED
from tests.documents import archive, docx, encrypted_pdf, opendocument, pdf, pptx, xlsx

SECONDS = 20
BOMB = '<!DOCTYPE x [<!ENTITY a "ha"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;&a;&a;">]>'
OLD_OFFICE = bytes.fromhex("d0cf11e0a1b11ae1") + bytes(500)


def read(data: bytes, kind: str, seconds: int = SECONDS) -> tuple[Outcome, list[str]]:
    return text_of(BytesIO(data), kind, seconds)


# --- What is read -----------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("kind", "data", "pages"),
    [
        ("pdf", pdf("Flu jab", "", "Asthma clinic"), ["Flu jab", "", "Asthma clinic"]),
        ("PDF", pdf("Flu jab"), ["Flu jab"]),
        ("pdf", encrypted_pdf("Flu jab", password=""), ["Flu jab"]),
        ("docx", docx("Flu jab", "Asthma clinic"), ["Flu jab\nAsthma clinic"]),
        ("docx", docx("Flu</w:t><w:tab/><w:t>jab"), ["Flu jab"]),
        ("docx", docx("Flu</w:t><w:delText>gone</w:delText><w:t> jab"), ["Flu jab"]),
        ("pptx", pptx(*"abcdefghij"), ["\n".join("abcdefghij")]),
        ("odt", opendocument("Flu<text:s/>jab", "<text:span>Asthma</text:span> clinic"),
         ["Flu jab\nAsthma clinic"]),
        ("ods", opendocument("Flu jab", "2024"), ["Flu jab\n2024"]),
        ("xlsx", xlsx(["Flu jab", 25000], [None, 1.5]), ["Sheet\nFlu jab 25000\n1.5"]),
        ("rtf", rb"{\rtf1\ansi Flu jab caf\'e9\par Asthma \u8364?}", ["Flu jab café\nAsthma €"]),
        ("txt", b"Flu jab\r\nAsthma", ["Flu jab\nAsthma"]),
        ("csv", "Café,£25\n".encode("cp1252"), ["Café,£25"]),
        ("csv", "\ufeffCafé,£25\n".encode(), ["Café,£25"]),
        ("csv", "Café,£25\n".encode("utf-16"), ["Café,£25"]),
        ("txt", "ﬁnd\u00ad ing\u202e".encode(), ["find ing"]),
        ("txt", b"Flu\0jab, and more than nineteen other letters",
         ["Flu jab, and more than nineteen other letters"]),
        ("rtf", rb"{\rtf1\ansi Flu \u-10179?jab}", ["Flu jab"]),
        ("txt", b"\xff\xfeF\0\x3d\xd8j\0", ["F�j"]),
    ],
)  # fmt: skip
def test_the_text_of_each_kind_is_read(kind: str, data: bytes, pages: list[str]) -> None:
    assert read(data, kind) == (Outcome.READ, pages)


def test_a_sheet_that_is_hidden_stays_hidden() -> None:
    _, pages = read(xlsx(["Flu jab"], hidden="Secret"), "xlsx")

    assert "Flu jab" in pages[0]
    assert "Secret" not in pages[0]


def test_every_kind_that_may_be_uploaded_can_be_read(settings) -> None:
    assert set(settings.WAGTAILDOCS_EXTENSIONS) == set(READERS)


# --- What cannot be read ----------------------------------------------------------------------


@pytest.mark.parametrize(
    ("outcome", "kind", "data"),
    [
        (Outcome.LOCKED, "pdf", encrypted_pdf("Flu jab", password="secret")),
        (Outcome.LOCKED, "docx", OLD_OFFICE + "EncryptedPackage".encode("utf-16-le")),
        (Outcome.LOCKED, "odt", opendocument("x", manifest="<m><encryption-data/></m>")),
        (Outcome.DAMAGED, "docx", OLD_OFFICE),
        (Outcome.DAMAGED, "docx", pdf("Flu jab")),
        (Outcome.DAMAGED, "docx", docx("Flu jab")[:-60]),
        (Outcome.DAMAGED, "docx", opendocument("Flu jab")),
        (Outcome.DAMAGED, "docx", archive({"inner.docx": docx("Flu jab")})),
        (Outcome.DAMAGED, "docx", docx("&b;", before=BOMB)),
        (Outcome.DAMAGED, "xlsx", docx("Flu jab")),
        (Outcome.DAMAGED, "pdf", docx("Flu jab")),
        (Outcome.DAMAGED, "pdf", b"%PDF-1.4 and no more"),
        (Outcome.DAMAGED, "rtf", b"Flu jab"),
        (Outcome.DAMAGED, "txt", bytes(range(256)) * 4),
        (Outcome.NO_TEXT, "pdf", pdf("", "")),
        (Outcome.NO_TEXT, "csv", b" \n\n"),
        *((Outcome.NO_TEXT, kind, b"") for kind in READERS),
        (Outcome.UNKNOWN, "exe", b"MZ"),
    ],
)
def test_a_file_that_cannot_be_read_says_why(outcome: Outcome, kind: str, data: bytes) -> None:
    assert read(data, kind) == (outcome, [])


def test_of_a_very_long_text_the_beginning_is_read() -> None:
    outcome, pages = read(b"flu jab\n" * (MOST_CHARACTERS // 4), "txt")

    assert outcome == Outcome.PART
    assert MOST_CHARACTERS - 10 < len(pages[0]) <= MOST_CHARACTERS


# --- No file does harm ------------------------------------------------------------------------


def zipped_spaces(size: int) -> bytes:
    """Return a Word file whose text is this many spaces."""
    data = BytesIO()
    with ZipFile(data, "w", ZIP_DEFLATED) as file, file.open("word/document.xml", "w") as part:
        part.write(b"<p><t>")
        for _ in range(size // 2**20):
            part.write(b" " * 2**20)
        part.write(b"</t></p>")
    return data.getvalue()


def test_a_file_that_unpacks_to_too_much_is_not_unpacked() -> None:
    bomb = zipped_spaces(MOST_UNPACKED + 2**20)
    started = time.monotonic()

    assert len(bomb) < 2**20
    assert read(bomb, "docx", 300) == (Outcome.TOO_LARGE, [])
    assert time.monotonic() - started < SECONDS


def test_a_file_that_says_less_than_it_unpacks_to_is_damaged() -> None:
    data = docx("flu " * 10_000)
    size = len(ZipFile(BytesIO(data)).read("word/document.xml"))
    lie = data.replace(size.to_bytes(4, "little"), (200).to_bytes(4, "little"))

    assert data != lie
    assert read(lie, "docx") == (Outcome.DAMAGED, [])


def reader_that(does: str, tmp_path, monkeypatch) -> None:
    """Put a program that does something else in place of the one that reads."""
    script = tmp_path / "reader.py"
    script.write_text(f"import json, os, subprocess, sys, time\nprint('ready', flush=True)\n{does}")
    monkeypatch.setattr(document_text, "READER", script)


def test_reading_that_hangs_is_ended_with_all_that_it_started(tmp_path, monkeypatch) -> None:
    hang = f"p = subprocess.Popen(['/bin/sleep', '60']); open({str(tmp_path / 'pid')!r}, 'w')"
    reader_that(f"{hang}.write(str(p.pid))\ntime.sleep(60)", tmp_path, monkeypatch)
    started = time.monotonic()

    assert read(b"", "txt", 2) == (Outcome.TOO_LARGE, [])

    assert time.monotonic() - started < 10
    pid = (tmp_path / "pid").read_text()
    for _ in range(50):
        if not is_running(pid):
            break
        time.sleep(0.1)
    assert not is_running(pid)


def is_running(pid: str) -> bool:
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except FileNotFoundError:
        return False


def test_reading_that_crashes_is_a_damaged_file(tmp_path, monkeypatch) -> None:
    reader_that("os.abort()", tmp_path, monkeypatch)

    assert read(b"", "txt") == (Outcome.DAMAGED, [])


def test_a_reader_that_cannot_start_blames_no_file(tmp_path, monkeypatch) -> None:
    (tmp_path / "reader.py").write_text("import no_such_package")
    monkeypatch.setattr(document_text, "READER", tmp_path / "reader.py")

    with pytest.raises(ReaderError, match="cannot start"):
        read(b"", "txt")


def test_the_reader_is_told_no_secret(tmp_path, monkeypatch) -> None:
    monkeypatch.setenv("SECRET_KEY", "do not tell")
    reader_that(
        "print(json.dumps({'outcome': 'read', 'pages': list(os.environ)}))", tmp_path, monkeypatch
    )

    _, names = read(b"", "txt")

    assert "SECRET_KEY" in os.environ
    assert set(names) <= {"LC_CTYPE"}  # Python's own


@pytest.mark.parametrize(
    ("attempt", "end"),
    [
        ("bytearray(2**30)", "MemoryError"),
        ("subprocess.run(['/bin/true'])", "PermissionError"),
        ("os.fork() or os._exit(0)", "PermissionError"),
        ("socket.socket().close()", "PermissionError"),
        ("tempfile.TemporaryFile().write(bytes(2**25))", "OSError"),
        ("sum(range(10**8))", ""),
    ],
)
def test_each_limit_holds(attempt: str, end: str) -> None:
    imports = "import os, socket, subprocess, sys, tempfile; sys.path.insert(0, '.')"
    limits = "from pages.document_reader import set_limits; set_limits(1)"
    folder = Path(document_text.__file__).parents[1]

    free = subprocess.run([sys.executable, "-c", f"{imports}; {attempt}"], cwd=folder, check=False)
    bound = subprocess.run(
        [sys.executable, "-c", f"{imports}; {limits}; {attempt}"],
        check=False,
        cwd=folder,
        capture_output=True,
        text=True,
    )

    assert free.returncode == 0
    assert bound.returncode != 0
    assert end in bound.stderr


# --- Documents --------------------------------------------------------------------------------

pytestmark = [pytest.mark.django_db, pytest.mark.long]


@pytest.fixture
def upload(django_capture_on_commit_callbacks):
    """Return what makes a document of a file, or puts a file in the place of a document's."""

    def put(name: str, data: bytes, document: SiteDocument | None = None) -> SiteDocument:
        document = document or SiteDocument(title="Minutes")
        with django_capture_on_commit_callbacks(execute=True):
            document.file = ContentFile(data, name)
            document.save()
        return SiteDocument.objects.get(pk=document.pk)

    return put


def found(words: str) -> list[SiteDocument]:
    return list(SiteDocument.objects.search(words))


def test_a_document_is_found_by_its_text_and_its_title(upload) -> None:
    document = upload("minutes.pdf", pdf("Nothing", "The podiatry contract"))

    assert found("podiatry contract") == [document]
    assert found("minutes podiatry") == [document]
    assert document.reading.pages[1] == "The podiatry contract"
    assert document.reading.has_page_numbers


def test_a_document_that_cannot_be_read_is_found_by_its_title(upload) -> None:
    document = upload("minutes.pdf", encrypted_pdf("podiatry", "secret"))

    assert found("minutes") == [document]
    assert found("podiatry") == []
    assert document.found_by().startswith("Search finds its title only. It needs a password.")


def test_a_replaced_document_is_found_by_its_new_text_alone(upload) -> None:
    document = upload("minutes.txt", b"podiatry")
    upload("minutes.txt", b"dentistry", document)

    assert found("podiatry") == []
    assert found("dentistry") == [document]


def test_the_old_text_is_gone_before_the_new_file_is_read(upload) -> None:
    document = upload("minutes.txt", b"podiatry")
    document.file = ContentFile(b"dentistry", "minutes.txt")
    document.save()  # and nothing is read until the transaction ends

    assert found("podiatry") == []
    assert "has not been read yet" in document.found_by()


def test_a_deleted_document_is_not_found(upload) -> None:
    upload("minutes.txt", b"podiatry").delete()

    assert found("podiatry") == []
    assert not DocumentReading.objects.exists()


def test_a_new_title_or_collection_does_not_read_again(
    upload, django_capture_on_commit_callbacks
) -> None:
    document = upload("minutes.txt", b"podiatry")
    document.title = "Decisions"
    document.collection = Collection.get_first_root_node().add_child(name="Board")
    with django_capture_on_commit_callbacks() as callbacks:
        document.save()

    assert callbacks == []
    assert found("decisions podiatry") == [document]


def test_what_was_read_of_a_file_replaced_meanwhile_is_dropped(upload, monkeypatch) -> None:
    document = upload("minutes.txt", b"podiatry")

    def replaced_meanwhile(*args) -> tuple[Outcome, list[str]]:
        SiteDocument.objects.update(file="documents/another.txt")
        return Outcome.READ, ["too late"]

    monkeypatch.setattr("pages.models.media.text_of", replaced_meanwhile)
    document.read()

    assert document.reading.pages == ["podiatry"]
    assert found("late") == []


def test_the_words_of_a_document_of_any_length_fit_into_the_index(upload) -> None:
    words = [f"w{number:x}-word" for number in range(150_000)]
    document = upload("long.txt", " ".join(words).encode())

    assert len(document.text()) <= MOST_INDEXED
    assert found("w1f") == [document]


def test_reading_is_not_a_use_of_the_document(upload) -> None:
    document = upload("minutes.txt", b"podiatry")
    ReferenceIndex.create_or_update_for_object(document.reading)

    assert document.get_usage().count() == 0


def test_a_file_that_is_gone_is_said_to_be(upload) -> None:
    document = upload("minutes.txt", b"podiatry")
    document.file.storage.delete(document.file.name)
    document.read()

    assert found("podiatry") == []
    assert "The file is gone" in document.found_by()


# --- The CMS and the command ------------------------------------------------------------------


def test_a_bulk_upload_says_at_once_what_was_read(
    admin_client, django_capture_on_commit_callbacks
) -> None:
    with django_capture_on_commit_callbacks(execute=True):
        response = admin_client.post(
            reverse("wagtaildocs:add_multiple"),
            {
                "title": "Minutes",
                "collection": Collection.get_first_root_node().pk,
                "files[]": SimpleUploadedFile("minutes.pdf", pdf("The podiatry contract")),
            },
        )

    assert response.json()["success"]
    document = SiteDocument.objects.get()
    assert found("podiatry") == [document]
    page = admin_client.get(reverse("wagtaildocs:edit", args=[document.pk])).content.decode()
    assert "Search finds its text: 1 page, 3 words." in page


@pytest.mark.parametrize(
    ("name", "data"), [("b.docx", docx("&b;", before=BOMB)), ("b.pdf", pdf("x")[:99])]
)
def test_a_file_that_cannot_be_read_can_be_uploaded_and_replaced(
    admin_client, django_capture_on_commit_callbacks, name: str, data: bytes
) -> None:
    facts = {"title": "Minutes", "collection": Collection.get_first_root_node().pk, "tags": ""}
    with django_capture_on_commit_callbacks(execute=True):
        first = {**facts, "file": SimpleUploadedFile("a.txt", b"podiatry")}
        assert admin_client.post(reverse("wagtaildocs:add"), first).status_code == 302
    document = SiteDocument.objects.get()
    address = reverse("wagtaildocs:edit", args=[document.pk])
    with django_capture_on_commit_callbacks(execute=True):
        second = {**facts, "file": SimpleUploadedFile(name, data)}
        assert admin_client.post(address, second).status_code == 302

    assert found("podiatry") == []
    assert "not the kind of file that its name says" in admin_client.get(address).content.decode()


def test_the_report_lists_what_search_does_not_find(admin_client, upload) -> None:
    upload("in-full.txt", b"podiatry")
    upload("locked.pdf", encrypted_pdf("podiatry", "secret"))
    SiteDocument.objects.create(title="Unread", file=ContentFile(b"x", "unread.txt"))

    page = admin_client.get(reverse("documents_not_searched")).content.decode()

    assert "in-full" not in page
    assert "locked" in page
    assert "It needs a password" in page
    assert "unread" in page
    table = admin_client.get(reverse("documents_not_searched"), {"export": "csv"}).getvalue()
    assert b"It needs a password" in table


def test_the_command_reads_what_has_not_been_read(upload) -> None:
    upload("minutes.txt", b"podiatry")
    unread = SiteDocument.objects.create(title="New", file=ContentFile(b"chiropody", "new.txt"))
    told = StringIO()

    call_command("read_documents", stdout=told)

    read_now = "New: Search finds its text: 1 word. All of its text can be found."
    assert told.getvalue().startswith(read_now)
    assert told.getvalue().count("\n") == 1
    assert found("chiropody") == [unread]

    call_command("read_documents", "--all", stdout=told)

    assert "Minutes: Search finds its text" in told.getvalue()
