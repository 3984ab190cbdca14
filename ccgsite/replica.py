"""Reading from a replica of the database: in the public role, with DATABASE_REPLICA_URL.

A page is read from the replica if that has, at this moment, all that the primary has. So what is
read is never older than without a replica, and whatever is kept of it (pages/kept.py,
ccgsite/page_store.py) is as new as its time says. A replica that lags or is away is not read from;
while the primary is away, the replica is read from as it is. All else is for the primary: what is
written, what is read in a transaction or after writing, and whatever is no GET.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any

from django.db import DEFAULT_DB_ALIAS, DatabaseError, InterfaceError, OperationalError, connections
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.models import Model
from django.http import HttpRequest, HttpResponse

from ccgsite.outages import Outage
from ccgsite.settings.databases import REPLICA

# What is on the primary's disk: with "synchronous_commit" on, all that anybody can read there.
MARK = "SELECT pg_current_wal_flush_lsn()::text"
HAS_ALL = "SELECT pg_is_in_recovery() AND pg_last_wal_replay_lsn() >= %s::pg_lsn"
ANSWERS = "SELECT true"
BEHIND = "SELECT greatest(0, %s::pg_lsn - pg_last_wal_replay_lsn())"

primary_outage = Outage("The primary database", "pages are read from the replica as it is")
replica_outage = Outage("The replica of the database", "pages are read from the primary")


class Reading:
    """From which database one request reads; it is decided when something is read first."""

    def __init__(self) -> None:
        self.alias = ""

    def choose(self) -> str:
        """Return the name of the database to read from."""
        if not self.alias:
            self.alias = REPLICA if replica_has_all() else DEFAULT_DB_ALIAS
        return self.alias


_reading: ContextVar[Reading | None] = ContextVar("reading", default=None)


def replica_has_all() -> bool:
    """Return whether the replica has all that the primary has now, or answers while that is away.

    It is the primary's turn first: what the replica has is compared with what was there before.
    """
    if not replica_outage.may_ask():
        return False
    mark = _ask_primary()
    try:
        answer = _ask(REPLICA, HAS_ALL, [mark]) if mark else _ask(REPLICA, ANSWERS)
    except DatabaseError as error:
        replica_outage.began(error)
        return False
    replica_outage.ended()
    return bool(answer)


def _ask_primary() -> str:
    """Return the mark of what the primary has, or nothing while it is away."""
    if not primary_outage.may_ask():
        return ""
    try:
        mark = _ask(DEFAULT_DB_ALIAS, MARK)
    except DatabaseError as error:
        primary_outage.began(error)
        return ""
    primary_outage.ended()
    return mark


def _ask(alias: str, question: str, values: list[str] | None = None) -> Any:
    with connections[alias].cursor() as cursor:
        cursor.execute(question, values)
        return cursor.fetchone()[0]


def connection_for_reading() -> BaseDatabaseWrapper:
    """Return the connection that a page asked for now would be read through."""
    reads_replica = REPLICA in connections.settings and replica_has_all()
    return connections[REPLICA if reads_replica else DEFAULT_DB_ALIAS]


def bytes_behind() -> int | None:
    """Return how many bytes of the primary's log the replica lacks; None without a replica.

    Raises django.db.DatabaseError if either is away, TypeError if it is no replica.
    """
    if REPLICA not in connections.settings:
        return None
    return int(_ask(REPLICA, BEHIND, [_ask(DEFAULT_DB_ALIAS, MARK)]))


class Router:
    """What Django asks which database to use."""

    def db_for_read(self, model: type[Model], **hints: Any) -> str:
        """Return the replica within a visitor's GET that may read from it, else the primary."""
        reading = _reading.get()
        if reading is None or connections[DEFAULT_DB_ALIAS].in_atomic_block:
            return DEFAULT_DB_ALIAS
        return reading.choose()

    def db_for_write(self, model: type[Model], **hints: Any) -> str:
        """Return the primary, from which the rest of the request reads too."""
        if reading := _reading.get():
            reading.alias = DEFAULT_DB_ALIAS
        return DEFAULT_DB_ALIAS

    def allow_relation(self, *instances: Model, **hints: Any) -> bool:
        """Let rows of both belong together: they are the same rows."""
        return True

    def allow_migrate(self, db: str, app_label: str, **hints: Any) -> bool:
        """Let migrations change the primary alone."""
        return db != REPLICA


@contextmanager
def reading() -> Iterator[None]:
    """Let the block read from the replica where that is as good."""
    token = _reading.set(Reading())
    try:
        yield
    finally:
        _reading.reset(token)


class ReadsFromReplica:
    """Let what visitors GET be read from the replica, and from the primary where that fails."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if request.method not in {"GET", "HEAD"}:
            return self.get_response(request)
        with reading():
            return self.get_response(request)

    def process_exception(self, request: HttpRequest, error: Exception) -> HttpResponse | None:
        """Answer from the primary where the replica went away, or gave up, while it was read."""
        now = _reading.get()
        if not (now and now.alias == REPLICA and isinstance(error, DatabaseError | InterfaceError)):
            return None
        if isinstance(error, OperationalError | InterfaceError):
            replica_outage.began(error)
        now.alias = DEFAULT_DB_ALIAS
        match = request.resolver_match
        response = match.func(request, *match.args, **match.kwargs)
        return response.render() if hasattr(response, "render") else response
