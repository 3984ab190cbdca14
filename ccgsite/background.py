"""What the serving processes do by themselves, beside answering visitors: one process each."""

import fcntl
import logging
from collections.abc import Callable
from pathlib import Path
from threading import Event
from typing import IO

from django.db import connections

SECONDS_BETWEEN = 5

log = logging.getLogger(__name__)


def keep_doing(turn: Callable[[], object], what: str, lock: Path, stop: Event) -> None:
    """Take a turn every few seconds, until told to stop, and whatever happens meanwhile.

    Of all processes that know a lock file, one takes the turns: the first to lock it. The system
    gives the lock back when that process ends, however it ends, and another takes over. The lock
    saves asking the database twice; that nothing is done twice must not depend on it. `what` is
    what the log says does not work.
    """
    file: IO[str] | None = None
    problem = ""
    while True:
        try:
            file = file or _locked(lock)
            if file:
                turn()
            problem = ""
        except Exception as error:  # the database may be away, and comes back
            if repr(error) != problem:  # and says so once
                problem = repr(error)
                log.exception("%s does not work just now; it is tried again", what)
        finally:
            connections.close_all()  # this thread's own
        if stop.wait(SECONDS_BETWEEN):
            break
    if file:
        file.close()


def _locked(path: Path) -> IO[str] | None:
    """Return a file that this process has locked, or None if another one has."""
    file = path.open("w")
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        file.close()
        return None
    return file
