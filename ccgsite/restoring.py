"""Restoring a back-up: first all of it is checked, then it takes the place of what there is.

In this order nothing can be half restored: uploads that are not there yet are added; the database
is replaced in one transaction, and if that fails they are taken away again; then uploads that
differ are replaced, and those that are in no back-up deleted. Whoever is interrupted in between
does the same once more.
"""

import os
import tarfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from hashlib import file_digest
from pathlib import Path, PurePosixPath
from shutil import copyfileobj, rmtree
from tempfile import TemporaryDirectory
from typing import Any

from django.conf import settings
from django.db import connection

from ccgsite.backups import FACTS, MEDIA, SUMS, Summing, facts_of, locked
from ccgsite.database_copies import (
    NAMES,
    DatabaseCopyError,
    check_copy,
    is_empty,
    migrations_known,
    replace_database,
)

WORK = ".restoring-"


class RestoreError(Exception):
    """A back-up cannot be restored; the message says why."""


@dataclass(frozen=True)
class Opened:
    """A back-up that was checked, unpacked in a folder on the disk with the uploads."""

    folder: Path
    facts: dict[str, Any]
    sums: dict[str, str]

    @property
    def database(self) -> Path:
        return self.folder / NAMES[self.facts["database"]]

    @property
    def uploads(self) -> list[str]:
        return [name.removeprefix(MEDIA) for name in self.sums if name.startswith(MEDIA)]


def there_is_a_site() -> bool:
    """Return whether the database or the folder for uploads has anything in it."""
    return not is_empty() or any(_uploads_there())


@contextmanager
def opened(path: Path) -> Iterator[Opened]:
    """Check a back-up and unpack it for the block. Raises RestoreError if it is not sound."""
    media = Path(settings.MEDIA_ROOT)
    media.mkdir(parents=True, exist_ok=True)
    with TemporaryDirectory(prefix=WORK, dir=media) as work:
        folder = Path(work)
        try:
            found = _unpack(path, folder)
            sums = _sums(folder / SUMS)
            _compare(found, sums)
            facts = facts_of((folder / FACTS).read_bytes())
            back_up = Opened(folder, facts, sums)
            _check_it_fits(back_up)
            check_copy(back_up.database)
        except tarfile.TarError as error:
            message = f"it is no back-up, or damaged: {error}"
            raise RestoreError(message) from error
        except (DatabaseCopyError, KeyError, OSError, ValueError) as error:
            raise RestoreError(str(error)) from error
        yield back_up


def _unpack(path: Path, folder: Path) -> dict[str, str]:
    """Write a back-up's files to a folder. Returns their SHA-256 by name."""
    found = {}
    with tarfile.open(path, "r:", errorlevel=2) as tar:
        for entry in tar:
            name = PurePosixPath(entry.name)
            if not entry.isreg() or name.is_absolute() or ".." in name.parts:
                message = f"it holds {entry.name!r}, which no back-up of a site does"
                raise RestoreError(message)
            target = folder / name
            target.parent.mkdir(parents=True, exist_ok=True)
            reader = Summing(tar.extractfile(entry))
            with target.open("wb") as file:
                copyfileobj(reader, file)
            os.utime(target, (entry.mtime, entry.mtime))
            found[entry.name] = reader.digest.hexdigest()
    return found


def _sums(path: Path) -> dict[str, str]:
    if not path.is_file():
        message = f"it is not whole: its end, with the list {SUMS}, is missing"
        raise RestoreError(message)
    lines = path.read_text(encoding="utf-8").splitlines()
    return {name: digest for digest, _, name in (line.partition("  ") for line in lines)}


def _compare(found: dict[str, str], sums: dict[str, str]) -> None:
    there = found.keys() - {SUMS}
    for problem, names in (
        ("it lacks", sums.keys() - there),
        (f"it holds what is not in its list {SUMS}:", there - sums.keys()),
        ("it is damaged in", {name for name in there & sums.keys() if found[name] != sums[name]}),
    ):
        if names:
            others = f" and {len(names) - 1} more" if len(names) > 1 else ""
            message = f"{problem} {min(names)}{others}"
            raise RestoreError(message)


def _check_it_fits(back_up: Opened) -> None:
    """Raise RestoreError where the back-up is sound, but not for a site such as this one."""
    vendor = back_up.facts["database"]
    if vendor != connection.vendor:
        message = f"its database is {vendor}, and that of this site {connection.vendor}"
        raise RestoreError(message)
    if newer := sorted({*back_up.facts["migrations"]} - migrations_known()):
        message = f"a newer version of the site made it, with {newer[-1]}: update the site first"
        raise RestoreError(message)


def put_in_place(back_up: Opened, lock_folder: Path) -> None:
    """Make a back-up the site. Raises RestoreError, BackUpError if another one is at work."""
    with locked(lock_folder):
        added: list[Path] = []
        try:
            _add_uploads(back_up, added)
            replace_database(back_up.database)
        except BaseException as error:
            for path in added:
                path.unlink()
            if isinstance(error, DatabaseCopyError | OSError):
                raise RestoreError(str(error)) from error
            raise
        if back_up.facts["uploads"] != "elsewhere":
            _replace_uploads(back_up)


def _add_uploads(back_up: Opened, added: list[Path]) -> None:
    for name in back_up.uploads:
        target = Path(settings.MEDIA_ROOT, name)
        if not target.exists():
            _move(back_up.folder / MEDIA / name, target)
            added.append(target)


def _replace_uploads(back_up: Opened) -> None:
    """Let the uploads that were there already be those of the back-up, and no others."""
    media, unpacked = Path(settings.MEDIA_ROOT), back_up.folder / MEDIA
    for name in back_up.uploads:
        if (unpacked / name).exists() and _digest(media / name) != back_up.sums[MEDIA + name]:
            _move(unpacked / name, media / name)
    for name in {*_uploads_there()} - {*back_up.uploads}:
        (media / name).unlink()
    for folder in {*media.glob(f"{WORK}*")} - {back_up.folder}:
        rmtree(folder)  # of a restore that was killed


def _move(source: Path, target: Path) -> None:
    target.parent.mkdir(parents=True, exist_ok=True)
    source.chmod(settings.FILE_UPLOAD_PERMISSIONS)
    source.replace(target)


def _digest(path: Path) -> str:
    with path.open("rb") as file:
        return file_digest(file, "sha256").hexdigest()


def _uploads_there() -> Iterator[str]:
    """Yield the names of all uploads; what begins with a dot is no upload."""
    media = Path(settings.MEDIA_ROOT)
    for path in media.rglob("*"):
        name = path.relative_to(media)
        if not name.parts[0].startswith(".") and path.is_file():
            yield name.as_posix()
