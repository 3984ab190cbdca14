"""The whole database as one file, and back again.

A copy is the database at one moment, made while the site is used: with SQLite's online backup, or
with pg_dump in a transaction of its own. Putting it back is one transaction: all of it or nothing.
PostgreSQL's programs have to be on the machine: the package postgresql-client has them.
"""

import os
import re
import shutil
import sqlite3
import subprocess
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path

from django.apps import apps
from django.core.files.storage import FileSystemStorage, default_storage, storages
from django.db import connection, models, transaction
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.migrations.recorder import MigrationRecorder
from django.db.utils import ConnectionHandler
from psycopg.conninfo import make_conninfo
from psycopg.pq import Conninfo

from ccgsite.apps import rooms

SQLITE = "django.db.backends.sqlite3"
NAMES = {"sqlite": "database.sqlite3", "postgresql": "database.dump"}  # of a copy, by vendor
EMPTY_DATABASE = """
SET client_min_messages = warning;
DO $$ DECLARE found record; BEGIN
    FOR found IN SELECT schemaname, tablename FROM pg_tables
                 WHERE schemaname NOT IN ('pg_catalog', 'information_schema') LOOP
        EXECUTE format('DROP TABLE %I.%I CASCADE', found.schemaname, found.tablename);
    END LOOP;
END $$;
"""


class DatabaseCopyError(Exception):
    """A copy cannot be made or put back; the message says why."""


@dataclass
class Snapshot:
    """The database as it was at one moment, whatever is written to it since."""

    database: BaseDatabaseWrapper
    name: str  # by which PostgreSQL's programs know it

    def uploads(self) -> set[str]:
        """Return what is in the columns for files, as far as this database has these yet."""
        return _uploads_named(self.database)

    def migrations(self) -> list[str]:
        """Return the migrations of our rooms that it has, each as room.name."""
        labels = {room.label for room in rooms()}
        applied = MigrationRecorder(self.database).applied_migrations()
        return sorted(f"{label}.{name}" for label, name in applied if label in labels)

    def write(self, path: Path) -> None:
        """Write a copy. Raises DatabaseCopyError."""
        if self.database.vendor == "postgresql":
            what = ["--format=custom", "--no-owner", "--no-acl", "--no-comments"]
            _run("pg_dump", *what, f"--snapshot={self.name}", f"--file={path}", _address())
            return
        with closing(sqlite3.connect(path)) as copy:
            self.database.connection.backup(copy)
            copy.execute("PRAGMA journal_mode=DELETE")  # one file, and not three
        check_copy(path)


@contextmanager
def snapshot() -> Iterator[Snapshot]:
    """Yield the database as it is now, without keeping anybody from writing to it."""
    if connection.vendor == "sqlite":
        where = {"ENGINE": SQLITE, "NAME": connection.settings_dict["NAME"]}
        # A connection of its own: a transaction of the site's would have the lock for writing.
        own = ConnectionHandler({"default": where})["default"]
        with closing(own), own.cursor() as cursor:
            cursor.execute("BEGIN")
            yield Snapshot(own, "")
    else:
        check_programs()
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY")
            cursor.execute("SELECT pg_export_snapshot()")
            yield Snapshot(connection, cursor.fetchone()[0])


def check_copy(path: Path) -> None:
    """Raise DatabaseCopyError if a copy is damaged inside."""
    if path.name != NAMES["sqlite"]:
        check_programs()
        _run("pg_restore", "--list", str(path))
        return
    try:
        with closing(sqlite3.connect(f"{path.as_uri()}?mode=ro", uri=True)) as copy:
            (found,) = copy.execute("PRAGMA integrity_check(1)").fetchone()
    except sqlite3.DatabaseError as error:
        found = str(error)
    if found != "ok":
        message = f"the database in it is damaged: {found}"
        raise DatabaseCopyError(message)


def replace_database(path: Path) -> None:
    """Put a copy in the place of all that the database holds. Raises DatabaseCopyError."""
    if connection.vendor == "sqlite":
        connection.ensure_connection()
        try:
            with closing(sqlite3.connect(path)) as copy:
                copy.backup(connection.connection)
        except sqlite3.Error as error:
            raise DatabaseCopyError(str(error)) from None
    else:
        check_programs()
        empty, script = path.with_name("empty.sql"), path.with_name("database.sql")
        empty.write_text(EMPTY_DATABASE)
        # A whole script first: half of one, on its way to psql, would be half a database.
        _run("pg_restore", "--no-owner", "--no-acl", f"--file={script}", str(path))
        whole = ["--no-psqlrc", "--quiet", "--single-transaction", "--set=ON_ERROR_STOP=1"]
        _run("psql", *whole, f"--file={empty}", f"--file={script}", _address())
        with connection.cursor() as cursor:
            cursor.execute("ANALYZE")
    connection.close()  # what it knows of the tables was true of the old ones


def is_empty() -> bool:
    """Return whether the database has no table yet."""
    return not connection.introspection.table_names()


def migrations_known() -> set[str]:
    """Return the migrations that our rooms have, each as room.name."""
    return {
        f"{room.label}.{path.stem}"
        for room in rooms()
        for path in Path(room.path, "migrations").glob("[0-9]*.py")
    }


def uploads_are_here() -> bool:
    """Return whether uploads are files of this machine, and not of an object storage."""
    return isinstance(storages["default"], FileSystemStorage)


def _uploads_named(database: BaseDatabaseWrapper) -> set[str]:
    if not uploads_are_here():
        return set()
    names: set[str] = set()
    with database.cursor() as cursor:
        tables = set(database.introspection.table_names(cursor))
        for table, column in _file_columns():
            if table not in tables:
                continue
            known = database.introspection.get_table_description(cursor, table)
            if column in {part.name for part in known}:
                quote = database.ops.quote_name
                cursor.execute(f"SELECT DISTINCT {quote(column)} FROM {quote(table)}")  # noqa: S608
                names |= {name for (name,) in cursor.fetchall() if name}
    return names


def _file_columns() -> Iterator[tuple[str, str]]:
    for model in apps.get_models():
        for field in model._meta.local_concrete_fields:
            if not isinstance(field, models.FileField):
                continue
            if field.storage.location != default_storage.location:
                message = f"{field} keeps its files outside MEDIA_ROOT, where no back-up looks"
                raise DatabaseCopyError(message)
            yield model._meta.db_table, field.column


# --- PostgreSQL's programs --------------------------------------------------------------------


def check_programs() -> None:
    """Raise DatabaseCopyError unless PostgreSQL's programs are there and new enough."""
    connection.ensure_connection()
    server = connection.pg_version // 10_000
    install = f"install them, as with `apt install postgresql-client-{server}`"
    for program in ("pg_dump", "pg_restore", "psql"):
        if not shutil.which(program):
            message = f"the program {program} is missing: {install}"
            raise DatabaseCopyError(message)
        said = _run(program, "--version")
        version = int(re.search(r"(\d+)", said)[1])
        if version < server:
            message = f"{program} is of version {version} and the server of {server}: {install}"
            raise DatabaseCopyError(message)


def _address() -> str:
    """Return where the database is, without the password: others see how a program is called."""
    known = {option.keyword.decode() for option in Conninfo.get_defaults()} - {"password"}
    given = {name: x for name, x in connection.get_connection_params().items() if name in known}
    return f"--dbname={make_conninfo(**given)}"


def _run(program: str, *arguments: str) -> str:
    """Run one of PostgreSQL's programs. Returns what it says. Raises DatabaseCopyError."""
    password = connection.settings_dict["PASSWORD"]
    done = subprocess.run(
        [program, *arguments],
        env={**os.environ, "PGPASSWORD": password},
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode:
        lines = done.stderr.strip().splitlines() or [f"it ended with {done.returncode}"]
        errors = [line for line in lines if "error" in line.lower()] or lines
        message = f"{program} failed: {errors[0]}"
        raise DatabaseCopyError(message)
    return done.stdout
