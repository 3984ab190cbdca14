"""Back-ups are whole, agree in themselves while editors work, and come back on an empty machine."""

import json
import os
import re
import signal
import subprocess
import sys
import tarfile
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from hashlib import sha256
from io import BytesIO
from pathlib import Path
from urllib.parse import urlsplit

import psycopg
import pytest
from psycopg import sql

from ccgsite.bootstrap import write_secret_key
from tests import postgres
from tests.running import ROOT, starting

pytestmark = pytest.mark.server

FIVE_MINUTES = 300
SETTINGS = {"SITE_URL": "https://www.example.nhs.uk"}


@dataclass
class Machine:
    """A folder and a database, with or without a site."""

    folder: Path
    database: str
    environment: dict[str, str] = field(init=False)

    def __post_init__(self) -> None:
        self.folder.mkdir(parents=True, exist_ok=True)
        write_secret_key(self.folder)
        kept = {name: os.environ[name] for name in ("PATH", "HOME", "LANG") if name in os.environ}
        where = {"VAR_DIR": str(self.folder), "DATABASE_URL": self.database}
        self.environment = {**kept, **where, **SETTINGS}

    def start(self, *command: str, **environment: str) -> subprocess.Popen:
        return subprocess.Popen(
            [sys.executable, "manage.py", *command],
            cwd=ROOT,
            env={**self.environment, **environment},
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )

    def run(self, *command: str, **environment: str) -> str:
        """Run a management command. Returns what it says, last its exit code if that is not 0."""
        process = self.start(*command, **environment)
        said = process.communicate()[0]
        return said + (f"exit {process.returncode}" if process.returncode else "")

    def inside(self, call: str) -> str:
        """Call a function of tests/backed_up.py in the site."""
        said = self.run("shell", "--no-imports", "-c", f"from tests.backed_up import *; {call}")
        assert "exit 1" not in said, said
        return said

    def state(self) -> dict:
        return json.loads(self.inside("tell()"))

    def back_up(self, *options: str) -> Path:
        said = self.run("back_up", *options)
        return Path(re.match(r"(\S+\.tar): the database and [\d,]+ upload", said)[1])

    @property
    def back_ups(self) -> list[Path]:
        return sorted((self.folder / "backups").glob("*.tar"))


@dataclass
class Machines:
    """Makes machines for one of the two databases."""

    engine: str
    server: str
    made: int = 0

    def new(self, folder: Path) -> Machine:
        if self.engine == "sqlite":
            return Machine(folder, "")
        self.made += 1
        name = f"ccgsite_backups_{os.getpid()}_{self.made}"
        with psycopg.connect(self.server, autocommit=True) as connection:
            connection.execute(sql.SQL("CREATE DATABASE {}").format(sql.Identifier(name)))
        return Machine(folder, urlsplit(self.server)._replace(path=f"/{name}").geturl())


@pytest.fixture(scope="module", params=["sqlite", "postgresql"])
def machines(request) -> Iterator[Machines]:
    if request.param == "sqlite":
        yield Machines("sqlite", "")
        return
    with postgres.server() as address:
        yield Machines("postgresql", address)


@pytest.fixture(scope="module")
def site(machines, tmp_path_factory) -> Machine:
    """Return a site that has been set up, with some uploads. Tests may add to it."""
    machine = machines.new(tmp_path_factory.mktemp("site") / "var")
    with starting(machine.folder, DATABASE_URL=machine.database) as started:
        started.wait_to_say("Press Ctrl-C")
    machine.inside("[upload(f'kept-{n}') for n in range(20)]")
    return machine


@pytest.fixture
def empty(machines, tmp_path) -> Machine:
    return machines.new(tmp_path / "var")


def rewritten(back_up: Path, target: Path, changes: dict[str, bytes | None]) -> Path:
    """Write a back-up with other contents for some of its files; None leaves one out."""
    with tarfile.open(back_up) as old, tarfile.open(target, "w") as new:
        for entry in old:
            data = changes.get(entry.name, old.extractfile(entry).read())
            if data is not None:
                entry.size = len(data)
                new.addfile(entry, BytesIO(data))
        for name in changes.keys() - set(old.getnames()):
            entry = tarfile.TarInfo(name)
            entry.size = len(changes[name])
            new.addfile(entry, BytesIO(changes[name]))
    return target


def contents(back_up: Path) -> dict[str, bytes]:
    with tarfile.open(back_up) as tar:
        return {entry.name: tar.extractfile(entry).read() for entry in tar}


def test_an_empty_machine_has_all_of_the_site_within_minutes(site, empty):
    back_up = site.back_up()
    started = time.monotonic()

    said = empty.run("restore", str(back_up))

    assert "Restored www.example.nhs.uk-" in said
    assert time.monotonic() - started < FIVE_MINUTES
    there = empty.state()
    assert there == site.state()
    assert there["documents"] >= 20
    assert there["absent"] == there["wrong"] == []
    assert there["found"] > 3


def test_a_restored_site_starts(site, empty):
    empty.run("restore", str(site.back_up()))

    with starting(empty.folder, DATABASE_URL=empty.database) as started:
        started.wait_to_serve()
        assert "loading" not in started.said


def test_a_back_up_is_for_its_owner_alone_and_other_programs_can_check_it(site, tmp_path):
    back_up = site.back_up()

    assert back_up.stat().st_mode & 0o777 == 0o600
    assert back_up.parent.stat().st_mode & 0o077 == 0
    subprocess.run(["tar", "-xf", back_up, "-C", tmp_path], check=True)
    subprocess.run(["sha256sum", "--quiet", "-c", "SHA256SUMS"], cwd=tmp_path, check=True)
    key = (site.folder / "secret_key").read_bytes()
    assert not any(key in data for data in contents(back_up).values())


# --- While editors work -------------------------------------------------------------------------


def test_back_ups_made_while_an_editor_writes_agree_in_themselves(site, machines, tmp_path):
    stop = tmp_path / "stop"
    code = f"from tests.backed_up import *; edit({str(stop)!r})"
    editor = site.start("shell", "--no-imports", "-c", code)
    assert editor.stdout.readline() == "editing\n", editor.stdout.read()
    try:
        made = [site.back_up() for _ in range(3)]
        assert editor.poll() is None
    finally:
        stop.touch()
        assert editor.communicate()[0] == ""

    rows = set()
    for number, back_up in enumerate(made):
        machine = machines.new(tmp_path / str(number))
        machine.run("restore", str(back_up))
        there = machine.state()
        rows.add(there["rows"])
        assert there["absent"] == there["wrong"] == []
        assert there["documents"] >= 20
    assert len(rows) == 3, "nobody wrote between these back-ups"


def test_a_file_deleted_after_the_database_was_copied_makes_it_copy_again(site, empty):
    said = site.inside("back_up_while_a_file_is_deleted()")

    assert said.splitlines()[-1] == "[true, false]"
    assert "WARNING" not in said
    empty.run("restore", str(site.back_ups[-1]))
    assert empty.state() == site.state()


def test_another_file_of_the_same_name_makes_it_copy_again(site, empty):
    said = site.inside("back_up_while_a_name_is_used_again()")

    assert int(said.splitlines()[-1]) > 1
    empty.run("restore", str(site.back_ups[-1]))
    there = empty.state()
    assert there == site.state()
    assert there["wrong"] == []


def test_an_upload_that_the_site_has_lost_does_not_stop_its_back_ups(site, empty):
    site.inside("Path(upload('lost').file.path).unlink()")

    said = site.run("back_up")

    assert re.search(r"WARNING: the site has lost documents/\S+/lost.txt", said)
    assert "Restored" in empty.run("restore", str(site.back_ups[-1]))
    site.inside("SiteDocument.objects.get(title='lost').delete()")


def test_a_back_up_that_was_killed_is_none(site):
    before = site.back_ups
    process = site.start("back_up")
    folder = site.folder / "backups"
    while not list(folder.glob(".unfinished-*/*")):
        assert process.poll() is None
        time.sleep(0.005)
    process.send_signal(signal.SIGKILL)
    process.communicate()

    assert list(folder.glob(".unfinished-*"))
    assert site.back_ups == before
    site.back_up()
    assert not list(folder.glob(".unfinished-*"))


def test_older_back_ups_go_when_told(site, tmp_path):
    folder = tmp_path / "kept"
    (tmp_path / "kept").mkdir()
    (folder / "somebody-elses.tar").touch()
    made = [site.back_up("--to", str(folder)) for _ in range(3)]

    said = site.run("back_up", "--to", str(folder), "--keep", "2")

    assert "2 older back-ups deleted" in said
    assert {made[2]} < set(folder.glob("www*.tar"))
    assert len(list(folder.glob("www*.tar"))) == 2
    assert (folder / "somebody-elses.tar").exists()


# --- Damage -------------------------------------------------------------------------------------


def test_what_is_damaged_is_refused_with_a_reason(site, empty, tmp_path):
    good = site.back_up()
    whole = contents(good)
    upload = next(name for name in whole if "kept-3" in name)
    database = next(name for name in whole if name.startswith("database."))
    flipped = bytearray(whole[database])
    flipped[len(flipped) // 2] ^= 1
    facts = json.loads(whole["facts.json"])
    other = "sqlite" if facts["database"] == "postgresql" else "postgresql"

    def with_facts(**changes: object) -> dict[str, bytes]:
        text = json.dumps({**facts, **changes}).encode()
        old, new = (sha256(data).hexdigest() for data in (whole["facts.json"], text))
        sums = whole["SHA256SUMS"].decode().replace(old, new).encode()
        return {"facts.json": text, "SHA256SUMS": sums}

    damage = {
        "it is damaged in media/documents/": {upload: whole[upload][:-1] + b"x"},
        f"it is damaged in {database}": {database: bytes(flipped)},
        "it lacks media/documents/": {upload: None},
        f"it lacks {database}": {database: None},
        "it is not whole: its end, with the list SHA256SUMS, is missing": {"SHA256SUMS": None},
        "it holds what is not in its list SHA256SUMS: media/more.txt": {"media/more.txt": b"x"},
        "it holds '../escaped'": {"../escaped": b"x"},
        "a newer version of the site made it, with pages.9999_later": with_facts(
            migrations=["pages.9999_later"]
        ),
        "in a form that this one does not know": with_facts(format=2),
        f"its database is {other}": with_facts(database=other),
    }
    paths = [
        str(rewritten(good, tmp_path / f"{number}.tar", changes))
        for number, changes in enumerate(damage.values())
    ]
    size = good.stat().st_size
    for length in (0, 300, size // 2, size - 20_000):
        path = tmp_path / f"cut-to-{length}.tar"
        path.write_bytes(good.read_bytes()[:length])
        paths.append(str(path))

    said = json.loads(empty.inside(f"tell_refusals({[*paths, str(good)]})"))

    assert said.pop() == "", "what is whole is restored"
    for reason, refusal in zip(damage, said, strict=False):
        assert reason in refusal
        assert "nothing has changed" in refusal
    for refusal in said[len(damage) :]:
        assert re.search(r"it is no back-up, or damaged|it is not whole", refusal)
    assert not (tmp_path / "escaped").exists()


def test_a_back_up_can_be_tried_without_changing_anything(site, empty):
    assert "can be restored here" in empty.run("restore", "--check", str(site.back_up()))
    assert not [path for path in (empty.folder / "media").rglob("*") if path.is_file()]


# --- Over a site --------------------------------------------------------------------------------


def test_a_site_gives_way_only_when_told_and_is_kept(site, machines, tmp_path):
    machine = machines.new(tmp_path / "var")
    first = site.back_up()
    machine.run("restore", str(first))
    machine.inside("upload('written-since'); Path(settings.MEDIA_ROOT, 'stray').touch()")
    before = machine.state()

    said = machine.run("restore", str(first))
    assert "there is a site here already" in said
    assert machine.state() == before

    said = machine.run("restore", str(first), "--replace")
    assert machine.state() == site.state()

    (kept,) = machine.back_ups
    assert f"What was here is in {kept}" in said
    machine.run("restore", str(kept), "--replace")
    del before["uploads"]["stray"]  # which no record names
    assert machine.state() == before


def test_when_the_database_refuses_all_is_as_it_was(site, machines, tmp_path):
    machine = machines.new(tmp_path / "var")
    machine.run("restore", str(site.back_up()))
    with_more = site.inside("upload('one-more')") or site.back_up()
    before = machine.state()

    said = machine.run(
        "shell",
        "--no-imports",
        "-c",
        f"from tests.backed_up import *; restore_with_a_failing_database({str(with_more)!r})",
    )

    assert f"the database is away, and {before['documents'] + 1} uploads are there" in said
    assert machine.state() == before


def test_half_a_database_is_never_put_back(site, machines, tmp_path):
    if machines.engine == "sqlite":
        pytest.skip("psql is PostgreSQL's")
    machine = machines.new(tmp_path / "var")
    machine.run("restore", str(site.back_up()))
    before = machine.state()
    real = subprocess.run(["which", "psql"], capture_output=True, text=True, check=True).stdout
    failing = tmp_path / "programs" / "psql"
    failing.parent.mkdir()
    (tmp_path / "fault.sql").write_text("SELECT 1/0;")
    more = f'[ "$1" = --version ] || set -- "$@" --file={tmp_path}/fault.sql'
    failing.write_text(f'#!/bin/sh\n{more}\nexec {real.strip()} "$@"\n')
    failing.chmod(0o755)

    path = f"{failing.parent}:{machine.environment['PATH']}"
    said = machine.run("restore", str(site.back_ups[-1]), "--replace", PATH=path)

    assert "division by zero" in said
    assert machine.state() == before


# --- PostgreSQL's programs ----------------------------------------------------------------------


def test_programs_that_are_missing_or_too_old_are_named(site, machines, tmp_path):
    if machines.engine == "sqlite":
        pytest.skip("SQLite needs no programs")
    before = site.back_ups
    assert "the program pg_dump is missing: install" in site.run("back_up", PATH=str(tmp_path))
    old = tmp_path / "pg_dump"
    old.write_text("#!/bin/sh\necho 'pg_dump (PostgreSQL) 9.6.24'\n")
    old.chmod(0o755)

    said = site.run("back_up", PATH=f"{tmp_path}:{site.environment['PATH']}")

    assert "pg_dump is of version 9 and the server of" in said
    assert site.back_ups == before
