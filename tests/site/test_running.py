"""`make run`, tried as a person tries it: the real commands, in processes of their own."""

import os
import resource
import signal
import socket
import sqlite3
import subprocess
import sys
import time
import urllib.request
from contextlib import closing
from pathlib import Path

import pytest

from tests.running import FIRST_START_SECONDS, READY, ROOT, starting

QUICK_SECONDS = 20  # generous for a busy machine; 3 seconds on an idle one

served = pytest.mark.server


def rows(folder: Path) -> list[str]:
    """Return everything in a site's database, as SQL, but for what is measured at each start."""
    with closing(sqlite3.connect(folder / "db.sqlite3")) as database:
        return [line for line in database.iterdump() if "sqlite_stat" not in line]


def is_free(port: int) -> bool:
    """Return whether nobody listens at a port."""
    with socket.socket() as client:
        return client.connect_ex(("127.0.0.1", port)) != 0


def static_files(folder: Path) -> dict[str, int]:
    """Return the size of every file that a site serves, by its path."""
    static = folder / "static"
    return {str(f.relative_to(static)): f.stat().st_size for f in static.rglob("*") if f.is_file()}


@pytest.fixture
def stopped_site(running_site, tmp_path):
    """Return a copy of all that a site keeps, as it is when the site has stopped."""
    folder = tmp_path / "var"
    subprocess.run(["cp", "-R", running_site.folder, folder], check=True)
    return folder


# --- First and second start ---------------------------------------------------------------------


@served
def test_the_first_start_serves_the_site_and_says_where(running_site):
    with urllib.request.urlopen(f"{running_site.url}/") as answer:
        assert answer.status == 200
    assert f"The site: {running_site.url}/\n" in running_site.said
    assert f"The CMS:  {running_site.url}/cms/\n" in running_site.said
    assert len(running_site.password) >= 16


@served
def test_only_the_owner_can_read_the_secret_key(running_site):
    assert (running_site.folder / "secret_key").stat().st_mode & 0o777 == 0o600


@served
def test_the_second_start_is_quick_and_changes_nothing(stopped_site, running_site):
    with closing(sqlite3.connect(stopped_site / "db.sqlite3")) as database:
        database.execute("UPDATE wagtailcore_page SET title = 'Edited' WHERE slug = 'about-us'")
        database.execute("DELETE FROM wagtailredirects_redirect")
        database.commit()
    before = rows(stopped_site)
    started = time.monotonic()

    settings = {"SITE_URL": running_site.url, "ADMIN_PASSWORD": "another-password-entirely"}
    with starting(stopped_site, **settings) as site:
        site.wait_to_serve()
        assert time.monotonic() - started < QUICK_SECONDS
        assert "assword" not in site.said
        assert site.stop() == 0

    assert rows(stopped_site) == before


@served
@pytest.mark.parametrize("sign", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
@pytest.mark.parametrize("when", ["at once", "while it still loads", "when it serves"])
def test_it_stops_cleanly_within_seconds(stopped_site, sign, when):
    with starting(stopped_site) as site:
        site.wait_to_say(READY)
        if when == "while it still loads":
            time.sleep(0.5)
        elif when == "when it serves":
            site.wait_to_serve()
            time.sleep(2)  # one process serves; so does the other by then

        assert site.stop(sign) == 0
        assert "Traceback" not in site.said
        assert "refused" not in site.said


@served
def test_a_killed_server_leaves_nobody_at_its_port(stopped_site):
    with starting(stopped_site) as site:
        site.wait_to_serve()
        site.process.kill()
        deadline = time.monotonic() + QUICK_SECONDS

        while not is_free(int(site.environment["PORT"])):
            assert time.monotonic() < deadline
            time.sleep(0.1)


@served
def test_an_administrator_gets_the_password_asked_for(stopped_site):
    with closing(sqlite3.connect(stopped_site / "db.sqlite3")) as database:
        database.execute("DELETE FROM auth_user")
        database.commit()

    with starting(stopped_site, ADMIN_PASSWORD="hunter2") as site:
        site.wait_to_say(READY)

    assert "Sign in to the CMS as admin with ADMIN_PASSWORD" in site.said
    assert "WARNING: this password is weak" in site.said
    assert "hunter2" not in site.said


@served
def test_a_set_up_that_was_cut_short_goes_on_at_the_next_try(running_site, tmp_path):
    with starting(tmp_path / "var") as site:
        # As on a full disk: no file can grow beyond this.
        resource.prlimit(site.process.pid, resource.RLIMIT_FSIZE, (500_000, 500_000))
        assert site.process.wait(FIRST_START_SECONDS) == 1
        assert site.said.splitlines()[-1].startswith("Set-up failed: ")
        assert "Traceback" not in site.said
    for moment in ("2/6", "compressing", "4/6"):
        with starting(tmp_path / "var") as site:
            site.wait_to_say(moment)
            time.sleep(1)
            site.stop(signal.SIGKILL)
            assert READY not in site.said

    with starting(tmp_path / "var") as site:
        site.wait_to_serve()

    with closing(sqlite3.connect(tmp_path / "var" / "db.sqlite3")) as database:
        (pages,) = database.execute("SELECT count(*) FROM wagtailcore_page").fetchone()
    assert pages == 1 + len(list((ROOT / "fixtures" / "pages").rglob("*.yaml")))  # and the root
    assert static_files(tmp_path / "var") == static_files(running_site.folder)


# --- What a person can get wrong ----------------------------------------------------------------


def refusal(folder: Path, **environment: str) -> str:
    """Return the one line with which a start ends. Fails unless it is one line and a failure."""
    with starting(folder, **environment) as site:
        assert site.process.wait(QUICK_SECONDS) == 1
    said = [line for line in site.said.splitlines() if not line.startswith(("1/6", "2/6"))]
    assert len(said) == 1, site.said
    return said[0]


@served
def test_a_port_in_use_is_named_with_the_way_out(tmp_path):
    with socket.create_server(("127.0.0.1", 0)) as other:
        port = other.getsockname()[1]

        line = refusal(tmp_path, PORT=str(port))

    assert line.startswith(f"Port {port} is in use.")
    assert line.endswith(f"PORT={port + 1} make run")


@served
@pytest.mark.parametrize(
    ("environment", "expected"),
    [
        ({"HOST": "192.0.2.1"}, "cannot listen at 192.0.2.1"),
        ({"DATABASE_URL": "postgres://u:p4ss@127.0.0.1:1/x"}, "The database cannot be reached"),
        ({"DATABASE_URL": "nonsense"}, "DATABASE_URL cannot be read"),
        ({"DATABASE_URL": "sqlite:////dev/null/db"}, "The database cannot be reached"),
        ({"MEDIA_ROOT": "/dev/null/media"}, "The media folder /dev/null/media cannot be written"),
        ({"SITE_URL": "www.example.org"}, "SITE_URL must look like"),
        ({"SECRET_KEY": "short"}, "SECRET_KEY is missing or shorter"),
    ],
)
def test_a_wrong_setting_is_named_in_one_line(tmp_path, environment, expected):
    line = refusal(tmp_path, **environment)

    assert expected in line
    assert "p4ss" not in line


@served
def test_without_a_secret_key_nothing_starts(tmp_path):
    result = subprocess.run(
        [sys.executable, "manage.py", "check"],
        cwd=ROOT,
        env={"PATH": os.environ["PATH"], "VAR_DIR": str(tmp_path)},
        capture_output=True,
        text=True,
        check=False,
    )

    assert result.returncode == 1
    assert result.stdout + result.stderr == (
        "The site cannot start: SECRET_KEY is missing or shorter than 50 characters. Set it in "
        f"the environment, or run `make run` once, which writes one to {tmp_path}/secret_key.\n"
    )
