"""The databases: the site's own or DATABASE_URL, and DATABASE_REPLICA_URL to read from."""

from pathlib import Path
from typing import Any

import dj_database_url
from django.core.exceptions import ImproperlyConfigured

REPLICA = "replica"
SECONDS_TO_CONNECT = 5
# With a second database to turn to, nobody is to wait for long.
SECONDS_BETWEEN_TWO = 2
FORMS = {
    "DATABASE_URL": "postgres://user:password@host:5432/name or sqlite:////folder/file.sqlite3",
    "DATABASE_REPLICA_URL": "postgres://user:password@host:5432/name",
}


def databases(url: str, replica_url: str, var_dir: Path) -> dict[str, dict[str, Any]]:
    """Return DATABASES; without an address, the database is an SQLite file.

    Raises ImproperlyConfigured for what is no address, and for a replica of an SQLite file.
    """
    primary = _parsed("DATABASE_URL", url or f"sqlite:///{var_dir / 'db.sqlite3'}")
    if not replica_url:
        if not _is_sqlite(primary):
            primary["OPTIONS"].setdefault("connect_timeout", SECONDS_TO_CONNECT)
        return {"default": primary}
    replica = _parsed("DATABASE_REPLICA_URL", replica_url)
    if _is_sqlite(primary) or _is_sqlite(replica):
        message = "DATABASE_REPLICA_URL needs PostgreSQL, there and in DATABASE_URL."
        raise ImproperlyConfigured(message)
    for database in (primary, replica):
        database["OPTIONS"].setdefault("connect_timeout", SECONDS_BETWEEN_TWO)
        database["OPTIONS"].setdefault("tcp_user_timeout", SECONDS_BETWEEN_TWO * 1000)
    # A replica lets a query wait while it replays a change of that table.
    replica["OPTIONS"].setdefault("options", f"-c statement_timeout={SECONDS_BETWEEN_TWO}s")
    replica["TEST"] = {"MIRROR": "default"}
    return {"default": primary, REPLICA: replica}


def _parsed(name: str, url: str) -> dict[str, Any]:
    try:
        database = dj_database_url.parse(url, conn_max_age=60, conn_health_checks=True)
    except ValueError as error:
        message = f"{name} cannot be read. It must look like {FORMS[name]}. ({error})"
        raise ImproperlyConfigured(message) from None
    options = database.setdefault("OPTIONS", {})
    if _is_sqlite(database):
        options |= {
            "transaction_mode": "IMMEDIATE",
            "timeout": 10,
            "init_command": "PRAGMA journal_mode=WAL; PRAGMA synchronous=NORMAL;",
        }
    return database


def _is_sqlite(database: dict[str, Any]) -> bool:
    return database["ENGINE"].endswith("sqlite3")
