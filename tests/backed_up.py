"""What the tests of back-ups do inside a site, as `manage.py shell -c` runs it."""

import hashlib
import json
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from io import StringIO
from pathlib import Path
from threading import Thread

from django.apps import apps
from django.conf import settings
from django.core.files.base import ContentFile
from django.core.management import call_command
from django.core.management.base import CommandError
from django.db import connection, models

from ccgsite import backups, restoring
from ccgsite.database_copies import DatabaseCopyError, Snapshot
from pages.models import ContentPage, SiteDocument
from pages.search import search_pages

EDITED = "Edited number"


def tell() -> None:
    """Print what the site holds: a digest of all its rows, its uploads, and what does not agree."""
    rows = connection.creation.serialize_db_to_string()
    uploads = {
        path.relative_to(settings.MEDIA_ROOT).as_posix(): digest(path.read_bytes())
        for path in Path(settings.MEDIA_ROOT).rglob("*")
        if path.is_file()
    }
    named = {
        name
        for model in apps.get_models()
        for field in model._meta.local_concrete_fields
        if isinstance(field, models.FileField)
        for name in model._base_manager.values_list(field.name, flat=True)
    }
    facts = {
        "rows": digest(rows.encode()),
        "uploads": uploads,
        "absent": sorted(named - uploads.keys()),
        "wrong": [d.file.name for d in SiteDocument.objects.all() if not is_right(d)],
        "documents": SiteDocument.objects.count(),
        "found": len(search_pages("flu").hits),
    }
    print(json.dumps(facts))  # noqa: T201


def digest(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()


def is_right(document: SiteDocument) -> bool:
    try:
        return hashlib.sha1(document.file.read()).hexdigest() == document.file_hash
    except FileNotFoundError:
        return False


def upload(title: str) -> SiteDocument:
    file = ContentFile(f"{title}\n".encode() * 2000, name=f"{title}.txt")
    return SiteDocument.objects.create(title=title, file=file)


def edit(stop: str) -> None:
    """Edit as many editors would, upload, publish and delete, until there is a file `stop`."""
    page = ContentPage.objects.live().public().first()
    documents: list[SiteDocument] = []
    number = 0
    while not Path(stop).exists():
        number += 1
        documents.append(upload(f"note-{number}"))
        page.title = f"{EDITED} {number}"
        page.save_revision().publish()
        if len(documents) > 3:
            documents.pop(0).delete()
        if number == 3:
            print("editing", flush=True)  # noqa: T201


def back_up_while(change: Callable[[], object]) -> list[set[str]]:
    """Back up, with a change after the first look at the database. Returns what each look saw."""
    snapshot, seen = backups.snapshot, []

    @contextmanager
    def watched() -> Iterator[Snapshot]:
        with snapshot() as database:
            seen.append(database.uploads())
            database.uploads = lambda: seen[-1]
            if len(seen) == 1:
                thread = Thread(target=change)  # another connection
                thread.start()
                thread.join()
            yield database

    backups.snapshot = watched
    call_command("back_up")
    return seen


def back_up_while_a_file_is_deleted() -> None:
    document = upload("deleted-meanwhile")
    name = document.file.name
    seen = back_up_while(document.delete)
    print(json.dumps([name in names for names in seen]))  # noqa: T201


def back_up_while_a_name_is_used_again() -> None:
    """Put another file in the place of one after the first look."""
    document = upload("replaced-meanwhile")

    def replace() -> None:
        Path(document.file.path).write_text("another")
        again = SiteDocument.objects.filter(pk=document.pk)
        again.update(file_hash=hashlib.sha1(b"another").hexdigest())

    time.sleep(0.2)
    print(json.dumps(len(back_up_while(replace))))  # noqa: T201


def restore_with_a_failing_database(path: str) -> None:
    """Restore a back-up, when the database refuses after the uploads were added."""

    def fail(copy: Path) -> None:
        added = [p for p in Path(settings.MEDIA_ROOT, "documents").rglob("*") if p.is_file()]
        message = f"the database is away, and {len(added)} uploads are there"
        raise DatabaseCopyError(message)

    restoring.replace_database = fail
    call_command("restore", path, "--replace")


def tell_refusals(paths: list[str]) -> None:
    """Print why each of some back-ups cannot be restored here, and make sure that none was."""
    refusals = []
    for path in paths:
        assert not restoring.there_is_a_site()
        try:
            call_command("restore", path, stdout=StringIO())
            refusals.append("")
        except CommandError as error:
            refusals.append(str(error))
    print(json.dumps(refusals))  # noqa: T201
