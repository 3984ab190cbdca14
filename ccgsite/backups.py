"""Back-ups: the database and the uploads that it names, of one moment, in one file.

How they agree while editors are at work: a file is there before the row that names it is committed,
and is deleted after that row is gone for good. So we look at the database as it is at one moment,
and put into the archive each upload that it names then. If one is gone or has changed since, we
look again, and add what is new, which takes no time. When nothing is amiss, the database of that
moment is written. What is missing twice is missing on the site itself, and is said to be.

The file is a tar archive: `tar -xf` opens it, `sha256sum -c SHA256SUMS` checks it. It gets its name
when it is whole and on the disk. SHA256SUMS comes last, so a part of a back-up can never pass for
one. Settings and the secret key are not in it.
"""

import fcntl
import hashlib
import json
import os
import re
import shutil
import tarfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from io import BytesIO
from pathlib import Path
from tempfile import mkdtemp
from typing import IO, Any

from django.conf import settings
from django.db import connection

from ccgsite.database_copies import NAMES, DatabaseCopyError, snapshot, uploads_are_here

FORMAT = 1
FACTS, SUMS, MEDIA = "facts.json", "SHA256SUMS", "media/"
TIME = "%Y-%m-%dT%H%M%S.%fZ"
STAMP = re.compile(r"-(\d{4}-\d\d-\d\dT\d{6}\.\d{6}Z)\.tar$")
UNFINISHED = ".unfinished-"
MOST_TRIES = 50
# A file's time may be that of the clock's last tick.
CLOCK_SECONDS = 0.05


class BackUpError(Exception):
    """A back-up cannot be made; the message says why."""


@dataclass(frozen=True)
class BackUp:
    """One that was made."""

    path: Path
    uploads: int
    missing: list[str]  # uploads that the site itself lacks


def back_up(folder: Path) -> BackUp:
    """Write a back-up to a folder. Raises BackUpError, and then leaves nothing behind."""
    try:
        with _working_in(folder) as work:
            unfinished = work / "back-up.tar"
            made_at = datetime.now(UTC)
            unfinished.touch(mode=0o600)
            with unfinished.open("wb") as file:
                uploads, missing = _write(file, work, made_at)
                file.flush()
                os.fsync(file.fileno())
            host = re.sub(r"[^a-z0-9.]+", "-", settings.SITE_HOST)
            path = unfinished.rename(folder / f"{host}-{made_at.strftime(TIME)}.tar")
            _sync(folder)
    except (DatabaseCopyError, OSError) as error:
        raise BackUpError(str(error)) from error
    return BackUp(path, uploads, missing)


def finished(folder: Path) -> list[tuple[datetime, Path]]:
    """Return the back-ups in a folder with their times, oldest first."""
    named = [(STAMP.search(path.name), path) for path in folder.glob("*.tar")]
    return sorted(
        (datetime.strptime(stamp[1], TIME).replace(tzinfo=UTC), path)
        for stamp, path in named
        if stamp
    )


def forget_older(folder: Path, keep: int) -> int:
    """Delete all but the newest. Returns how many were deleted."""
    old = finished(folder)[:-keep]
    for _, path in old:
        path.unlink()
    return len(old)


@contextmanager
def locked(folder: Path) -> Iterator[None]:
    """Be the only one that makes or restores a back-up in a folder. Raises BackUpError."""
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    with (folder / ".lock").open("w") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            message = "another back-up or restore is at work"
            raise BackUpError(message) from None
        yield


@contextmanager
def _working_in(folder: Path) -> Iterator[Path]:
    """Yield a folder for what is unfinished; it goes, with those that were left there before."""
    with locked(folder):
        work = Path(mkdtemp(prefix=UNFINISHED, dir=folder))
        try:
            yield work
        finally:
            for path in folder.glob(f"{UNFINISHED}*"):
                shutil.rmtree(path)


def _write(file: IO[bytes], work: Path, made_at: datetime) -> tuple[int, list[str]]:
    copy = work / NAMES[connection.vendor]
    with tarfile.open(fileobj=file, mode="w", format=tarfile.PAX_FORMAT) as tar:
        archive = Archive(tar)
        missing: set[str] = set()
        for _ in range(MOST_TRIES):
            moment = time.time()
            with snapshot() as database:
                uploads = database.uploads()
                missing_before, missing = missing, set()
                changed = [x for x in uploads if not archive.has_upload(x, moment, missing)]
                if not changed and missing <= missing_before:
                    database.write(copy)
                    migrations = database.migrations()
                    break
            time.sleep(2 * CLOCK_SECONDS)
        else:
            message = "uploads were replaced faster than they could be copied: try again"
            raise BackUpError(message)
        with copy.open("rb") as whole:
            archive.add_file(copy.name, whole)
        facts = {
            "format": FORMAT,
            "site": settings.SITE_URL,
            "made_at": made_at.isoformat(timespec="seconds"),
            "database": connection.vendor,
            "migrations": migrations,
            "uploads": len(uploads - missing) if uploads_are_here() else "elsewhere",
            "uploads_missing_on_the_site": sorted(missing),
        }
        archive.add_text(FACTS, json.dumps(facts, indent=2))
        archive.add_text(SUMS, "".join(f"{s}  {name}\n" for name, s in archive.sums.items()))
    return len(uploads - missing), sorted(missing)


@dataclass
class Archive:
    """The archive while it is written, with what was put into it so far."""

    tar: tarfile.TarFile
    sums: dict[str, str] = field(default_factory=dict)  # SHA-256 by name
    states: dict[str, tuple[int, ...]] = field(default_factory=dict)  # of uploads when copied

    def has_upload(self, name: str, moment: float, missing: set[str]) -> bool:
        """Put an upload in, as it was at a moment. Returns False if it has changed since then.

        One that is not there is added to `missing`.
        """
        try:
            with Path(settings.MEDIA_ROOT, name).open("rb") as file:
                state = os.fstat(file.fileno())
                if state.st_ctime > moment - CLOCK_SECONDS:
                    return False
                now = (state.st_ino, state.st_size, state.st_ctime_ns)
                if self.states.get(name) != now:
                    self.add_file(MEDIA + name, file)  # again, if it changed: the last one counts
                    self.states[name] = now
        except FileNotFoundError:
            missing.add(name)
        return True

    def add_file(self, name: str, file: IO[bytes]) -> None:
        state = os.fstat(file.fileno())
        self._add(name, file, state.st_size, state.st_mtime)

    def add_text(self, name: str, text: str) -> None:
        data = text.encode()
        self._add(name, BytesIO(data), len(data), time.time())

    def _add(self, name: str, file: IO[bytes], size: int, changed_at: float) -> None:
        entry = tarfile.TarInfo(name)
        entry.size, entry.mtime, entry.mode = size, int(changed_at), 0o600
        reader = Summing(file)
        self.tar.addfile(entry, reader)
        self.sums[name] = reader.digest.hexdigest()


class Summing:
    """A file that works out the SHA-256 of what is read from it."""

    def __init__(self, file: IO[bytes]) -> None:
        self.file = file
        self.digest = hashlib.sha256()

    def read(self, size: int = -1) -> bytes:
        data = self.file.read(size)
        self.digest.update(data)
        return data


def _sync(folder: Path) -> None:
    """Wait until the disk has the names in a folder."""
    number = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(number)
    finally:
        os.close(number)


def facts_of(text: bytes) -> dict[str, Any]:
    """Read a back-up's facts. Raises ValueError if they are none of a form that we know."""
    facts = json.loads(text)
    if facts["format"] != FORMAT:
        message = (
            "it was made by another version of the site, in a form that this one does not know"
        )
        raise ValueError(message)
    return facts
