"""What comes while the database is away is kept, and stored once when it is back."""

import errno
import json
import os
import stat
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from pathlib import Path
from uuid import uuid4

import pytest
from django.db import DataError, InterfaceError, OperationalError

from ccgsite import posting
from enquiries import spool
from enquiries.models import Enquiry, EnquiryKind
from enquiries.receiving import Message
from tests import builders


@pytest.fixture(autouse=True)
def folder(tmp_path, settings) -> Path:
    settings.SPOOL_DIR = tmp_path / "spool"
    return settings.SPOOL_DIR


@pytest.fixture
def kind(site_home):
    return builders.enquiry_kind(code="SPL")


@pytest.fixture
def database(monkeypatch):
    """Return where to say what the database answers, and the list of what it has stored."""
    answers: list[Exception | None] = []
    stored: list[Message] = []

    def receive(message: Message) -> None:
        if answers and (answer := answers.pop(0)):
            raise answer
        stored.append(message)

    monkeypatch.setattr(spool, "receive", receive)
    return answers, stored


def a_message(kind: int = 1, **facts) -> Message:
    facts = {"message": "The lift is broken — ünïcödé\nand a second line", **facts}
    return Message(kind, "SPL", uuid4(), facts, "Too fast", ["wording:1"])


def files(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir())


# --- Kept ---------------------------------------------------------------------------------------


def test_a_message_comes_back_as_it_was(database):
    message = a_message(answers=[["Which?", "This one"]], page_id=7, page_version_id=None)

    spool.put(message)
    assert spool.waiting() == 1

    assert spool.deliver() == 1
    assert database[1] == [message]
    assert spool.waiting() == 0


def test_nobody_else_can_read_it(folder):
    previous = os.umask(0)
    try:
        spool.put(a_message())
    finally:
        os.umask(previous)

    (path,) = folder.iterdir()
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert stat.S_IMODE(folder.stat().st_mode) == 0o700


def test_it_is_flushed_before_it_has_its_name_and_the_folder_after(folder, monkeypatch):
    flushed = []
    flush = os.fsync

    def note(descriptor: int) -> None:
        flushed.append((Path(f"/proc/self/fd/{descriptor}").resolve().suffix, files(folder)))
        flush(descriptor)

    monkeypatch.setattr(os, "fsync", note)
    message = a_message()
    spool.put(message)

    (file, names_before), (directory, names_after) = flushed
    assert (file, directory) == (".unfinished", "")
    assert f"{message.submission}.json" not in names_before
    assert names_after == [f"{message.submission}.json"]


def test_sent_again_it_is_one_file_with_the_time_of_the_first(database):
    message = a_message()
    again = Message(1, "SPL", message.submission, message.facts, received_at=datetime.now(UTC))
    spool.put(message)
    spool.put(again)

    assert spool.deliver() == 1
    assert database[1] == [message]


def test_sent_at_once_it_is_one_file(folder):
    message = a_message()
    with ThreadPoolExecutor(8) as pool:
        list(pool.map(spool.put, [message] * 40))

    assert files(folder) == [f"{message.submission}.json"]


@pytest.mark.parametrize("step", ["fsync", "replace"])
def test_what_cannot_be_written_says_so_and_leaves_nothing(folder, monkeypatch, step):
    def fail(*args: object) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(*((os, "fsync", fail) if step == "fsync" else (Path, "replace", fail)))

    with pytest.raises(OSError, match="No space left"):
        spool.put(a_message())
    assert files(folder) == []


def test_a_folder_that_cannot_be_made_says_so(tmp_path, settings):
    (tmp_path / "spool").write_text("a file in its place")

    with pytest.raises(OSError, match="spool"):
        spool.put(a_message())


@pytest.mark.parametrize(("bound", "most"), [("MOST_FILES", 3), ("MOST_BYTES", 700)])
def test_it_has_bounds(monkeypatch, bound, most):
    monkeypatch.setattr(spool, bound, most)

    for _ in range(3):
        spool.put(a_message())

    with pytest.raises(OSError, match="the spool is full"):
        spool.put(a_message())
    assert spool.waiting() == 3


# --- Stored -------------------------------------------------------------------------------------


@pytest.mark.django_db
def test_it_is_stored_with_the_reference_and_the_time_it_had(kind):
    message = a_message(kind.pk)
    message = Message(**{**vars(message), "received_at": datetime.now(UTC) - timedelta(days=2)})
    spool.put(message)

    spool.deliver()

    (enquiry,) = Enquiry.objects.filter(kind=kind)
    assert enquiry.reference == message.reference
    assert enquiry.received_at == message.received_at
    assert enquiry.message == message.facts["message"]
    assert enquiry.suspicion == "Too fast"


@pytest.mark.django_db
def test_what_was_stored_before_its_file_was_removed_is_stored_once(kind, monkeypatch):
    spool.put(a_message(kind.pk))
    with monkeypatch.context() as patch:
        patch.setattr(Path, "unlink", lambda *_, **__: None)
        spool.deliver()
    assert spool.waiting() == 1

    spool.deliver()

    assert spool.waiting() == 0
    assert Enquiry.objects.filter(kind=kind).count() == 1


@pytest.mark.parametrize("error", [OperationalError("gone"), InterfaceError("closed")])
def test_while_the_database_is_away_everything_stays(database, error):
    answers, stored = database
    for _ in range(3):
        spool.put(a_message())
    answers += [None, error]

    with pytest.raises(type(error)):
        spool.deliver()

    assert len(stored) == 1
    assert spool.waiting() == 2
    assert spool.deliver() == 2


BROKEN = {
    "empty": "",
    "half": '{"kind": 1, "code": "SPL", "subm',
    "list": "[]",
    "null": "null",
    "strange": json.dumps({"kind": 1, "colour": "red", "submission": str(uuid4())}),
    "number": json.dumps({"kind": 1, "submission": "7", "received_at": "now"}),
}


def test_a_broken_file_is_set_aside_and_blocks_no_other(folder, database, caplog):
    spool.put(a_message())
    for name, text in BROKEN.items():
        (folder / f"{name}.json").write_text(text)
    (folder / "bytes.json").write_bytes(b"\xff\xfe\0")
    spool.put(a_message())

    assert spool.deliver() == 2

    assert spool.waiting() == 0
    assert spool.set_aside() == len(BROKEN) + 1
    assert len(caplog.records) == len(BROKEN) + 1
    assert spool.deliver() == 0
    assert len(caplog.records) == len(BROKEN) + 1, "it is logged once"


@pytest.mark.parametrize("error", [EnquiryKind.DoesNotExist(), DataError("too long")])
def test_what_can_never_be_stored_is_set_aside(database, caplog, error):
    for _ in range(2):
        spool.put(a_message())
    database[0].append(error)

    assert spool.deliver() == 1
    assert spool.set_aside() == 1
    assert "set aside" in caplog.text


def test_another_process_may_be_faster(folder, monkeypatch):
    spool.put(a_message())

    def receive(message: Message) -> None:
        (folder / f"{message.submission}.json").unlink()

    monkeypatch.setattr(spool, "receive", receive)
    spool.deliver()

    assert spool.waiting() == spool.set_aside() == 0


def test_without_a_folder_nothing_waits():
    assert spool.deliver() == spool.waiting() == spool.set_aside() == 0


def test_the_serving_processes_do_it(tmp_path, database, monkeypatch):
    monkeypatch.setattr(posting, "forget", lambda: None)
    spool.put(a_message())

    class Stop:
        def wait(self, seconds: int) -> bool:
            return True

    posting.keep_taking_in(tmp_path, Stop())

    assert len(database[1]) == 1
