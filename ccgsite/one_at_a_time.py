"""Set-up by one process at a time, on however many machines: the others wait and find it done."""

import fcntl
from collections.abc import Iterator
from contextlib import closing, contextmanager

from django.conf import settings
from django.db import connection

LOCK = "set-up.lock"
KEY = 0x63636773  # any number that no other program locks in this database


@contextmanager
def one_at_a_time() -> Iterator[None]:
    """Hold a lock of the database, or on a file where the database is one.

    PostgreSQL gives its lock back when the connection ends, the system that of a file, so nothing
    has to be cleared away after a crash.
    """
    if connection.vendor == "postgresql":
        with closing(connection.copy()) as own, own.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_lock(%s)", [KEY])
            yield
    else:
        with (settings.VAR_DIR / LOCK).open("w") as file:
            fcntl.flock(file, fcntl.LOCK_EX)
            yield
