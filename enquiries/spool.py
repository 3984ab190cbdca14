"""Messages that came while the database was away: kept as files, and stored when it is back.

A file is there whole or not at all, and survives a power cut: it is written under another name,
flushed to the disk, and renamed. There is one for each submission, however often it is sent.
"""

import errno
import json
import logging
import os
from dataclasses import asdict
from datetime import datetime
from pathlib import Path
from uuid import UUID, uuid4

from django.conf import settings
from django.db import DataError, Error, IntegrityError

from enquiries.receiving import Message, receive

MOST_FILES = 5_000
MOST_BYTES = 200 * 1024 * 1024
WAITING, UNFINISHED, BROKEN = ".json", ".unfinished", ".broken"

log = logging.getLogger(__name__)


def put(message: Message) -> None:
    """Keep a message until the database is back. Raises OSError if it cannot be kept."""
    folder = _folder()
    folder.mkdir(mode=0o700, exist_ok=True)
    path = folder / f"{message.submission}{WAITING}"
    if path.exists():
        return
    _check_room(folder)
    unfinished = folder / f"{uuid4()}{UNFINISHED}"
    try:
        _write(unfinished, json.dumps(asdict(message), default=str))
        unfinished.replace(path)
        _flush(folder)
    finally:
        unfinished.unlink(missing_ok=True)


def deliver() -> int:
    """Store what waits, and remove each file once its message is stored. Returns how many were.

    Several processes may do it at once: a message is stored once. A file that cannot be read or
    stored is set aside, and logged. Raises django.db.Error while the database is away.
    """
    return sum(_is_delivered(path) for path in sorted(_folder().glob(f"*{WAITING}")))


def waiting() -> int:
    """Return how many messages wait to be stored."""
    return len(list(_folder().glob(f"*{WAITING}")))


def set_aside() -> int:
    """Return how many files could not be stored, and need somebody who looks at them."""
    return len(list(_folder().glob(f"*{BROKEN}")))


def _folder() -> Path:
    return Path(settings.SPOOL_DIR)


def _check_room(folder: Path) -> None:
    sizes = [_size(path) for path in folder.iterdir()]
    if len(sizes) >= MOST_FILES or sum(sizes) >= MOST_BYTES:
        raise OSError(errno.ENOSPC, "the spool is full", str(folder))


def _size(path: Path) -> int:
    """Return how many bytes a file has: none if another process has just taken it away."""
    try:
        return path.stat().st_size
    except FileNotFoundError:
        return 0


def _write(path: Path, text: str) -> None:
    path.touch(mode=0o600, exist_ok=False)
    with path.open("w") as file:
        file.write(text)
        file.flush()
        os.fsync(file.fileno())


def _flush(folder: Path) -> None:
    """Make the names of a folder's files survive a power cut."""
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _is_delivered(path: Path) -> bool:
    try:
        receive(_message(path.read_text()))
    except FileNotFoundError:  # another process was faster
        return False
    except Exception as error:
        if isinstance(error, Error) and not isinstance(error, DataError | IntegrityError):
            raise  # the database is away, or not ready
        log.exception("A message in the spool cannot be stored, and is set aside: %s", path.name)
        path.rename(path.with_suffix(BROKEN))
        return False
    path.unlink(missing_ok=True)
    return True


def _message(text: str) -> Message:
    facts = json.loads(text)
    facts["submission"] = UUID(facts["submission"])
    facts["received_at"] = datetime.fromisoformat(facts["received_at"])
    return Message(**facts)
