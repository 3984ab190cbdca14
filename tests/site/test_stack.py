"""All that a real server has, at once: a restart loses nothing, and old files are still there."""

import http.client
import json
import os
import re
import shlex
import shutil
import ssl
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from threading import Event, Thread

import pytest
from django.conf import settings

from ccgsite import static_files
from ccgsite.one_at_a_time import one_at_a_time
from tests import nginx, stack
from tests.running import ROOT
from tests.stack import EDITOR, PUBLIC, Stack

served = pytest.mark.server
NOT_IN_A_RELEASE = (".git", ".venv", "node_modules", "tests", "var", "__pycache__")
ADDRESSES = ("/", "/about-us/", "/search/?q=flu", "/news/?topic=x", "/enquiries/")


@pytest.fixture(scope="module")
def running(tmp_path_factory) -> Iterator[Stack]:
    folder = tmp_path_factory.mktemp("stack")
    (folder / "nginx").mkdir()
    with stack.running(folder) as all_of_it:
        yield all_of_it


def read(running: Stack, path: str, port: int | None = None) -> tuple[int, bytes]:
    context = ssl.create_default_context(cafile=running.certificate)
    port = port or running.front.port
    connection = http.client.HTTPSConnection(nginx.NAME, port, timeout=30, context=context)
    try:
        connection.request("GET", path)
        response = connection.getresponse()
        return response.status, response.read()
    finally:
        connection.close()


@served
def test_visitors_and_editors_have_an_address_each(running) -> None:
    assert read(running, "/about-us/")[0] == 200
    assert read(running, "/cms/login/")[0] == 404
    assert read(running, "/cms/login/", running.front.editor_port)[0] == 200


# --- Upgrades -----------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def releases(running, tmp_path_factory) -> Iterator[Path]:
    """Return the folder of three releases. The stack runs "first"; "broken" does not start."""
    base = tmp_path_factory.mktemp("srv")
    for name in ("first", "second", "broken"):
        release = base / name
        shutil.copytree(ROOT, release, ignore=shutil.ignore_patterns(*NOT_IN_A_RELEASE))
        (release / ".venv").symlink_to(sys.prefix)
        page = release / "templates" / "base.html"
        page.write_text(page.read_text().replace("<head>", f'<head><!-- release "{name}" -->'))
    (base / "broken" / "ccgsite" / "wsgi.py").write_text("raise RuntimeError")
    (base / "current").symlink_to(base / "first")
    running.release = base / "current"
    for name in (*PUBLIC, EDITOR):
        running.stop(name)
        running.start(name)
    yield base
    running.release = ROOT


@pytest.fixture
def systemctl(running, tmp_path) -> Iterator[Path]:
    """Return a folder with a systemctl, which restarts the stack's processes."""
    names = {f"ccgsite-public@{running.ports[name]}": name for name in PUBLIC}
    names["ccgsite-editor"] = EDITOR

    class Restarts(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            _, command, unit = self.path.split("/")
            assert command == "restart"
            running.stop(names[unit])
            running.begin(names[unit])
            self.send_response(200)
            self.end_headers()

        def log_message(self, *_: object) -> None:
            pass

    with HTTPServer(("127.0.0.1", 0), Restarts) as server:
        program = tmp_path / "systemctl"
        address = f"http://127.0.0.1:{server.server_port}"
        program.write_text(f'#!/bin/sh\nexec curl --silent --fail "{address}/$1/$2"\n')
        program.chmod(0o755)
        Thread(target=server.serve_forever, daemon=True).start()
        yield tmp_path
        server.shutdown()


@pytest.fixture
def upgrade(running, systemctl, tmp_path) -> Callable[[Path], subprocess.CompletedProcess[str]]:
    """Return what runs deploy/upgrade with a release."""
    environment = tmp_path / "environment"
    lines = [f"{name}={shlex.quote(value)}" for name, value in running.environment.items()]
    environment.write_text("\n".join(lines))

    def run(release: Path) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [ROOT / "deploy" / "upgrade", release],
            env={
                "PATH": f"{systemctl}:{os.environ['PATH']}:/usr/sbin:/sbin",
                "PIP_NO_INDEX": "1",
                "CCGSITE_BASE": str(release.parent),
                "CCGSITE_EDITOR_PORT": str(running.ports[EDITOR]),
                "CCGSITE_ENVIRONMENT": str(environment),
                "CCGSITE_PUBLIC_PORTS": " ".join(str(running.ports[name]) for name in PUBLIC),
                "CCGSITE_SECONDS_TO_START": "20",
                "CCGSITE_USER": "root",
            },
            capture_output=True,
            text=True,
            check=False,
        )

    return run


@contextmanager
def readers(running: Stack) -> Iterator[Counter[int | str]]:
    """Let four readers go on while the block runs, and yield what they were answered."""
    done = Event()
    answers: Counter[int | str] = Counter()

    def keep_reading() -> None:
        while not done.is_set():
            for path in ADDRESSES:
                status, body = read(running, path)
                is_whole = body.rstrip().endswith(b"</html>")
                answers[status if is_whole else f"{status} {path} {body[:60]}"] += 1
                time.sleep(0.2)  # all of them are one visitor, who may ask ten times a second

    with ThreadPoolExecutor(4) as pool:
        reading = [pool.submit(keep_reading) for _ in range(4)]
        try:
            yield answers
        finally:
            done.set()
        for each in reading:
            each.result()


def release_read(running: Stack) -> set[str]:
    """Return which releases answer."""
    found = [read(running, "/search/?q=flu")[1].decode() for _ in range(6)]
    return {re.search(r'release "(\w+)"', page)[1] for page in found}


@served
@pytest.mark.skipif(os.geteuid() != 0, reason="deploy/upgrade is run by root")
def test_an_upgrade_fails_no_request_and_there_is_a_way_back(running, releases, upgrade) -> None:
    with readers(running) as answers:
        upgraded = upgrade(releases / "second")
        assert upgraded.returncode == 0, upgraded.stderr
        assert release_read(running) == {"second"}
        back = upgrade(releases / "first")
        assert back.returncode == 0, back.stderr

    assert release_read(running) == {"first"}
    assert f"Before it was {releases / 'second'}" in back.stdout
    assert len(list((running.folder / "var" / "backups").glob("*.tar"))) >= 2
    assert set(answers) == {200}
    assert answers[200] > 40


@served
@pytest.mark.skipif(os.geteuid() != 0, reason="deploy/upgrade is run by root")
def test_a_release_that_does_not_start_is_taken_back(running, releases, upgrade) -> None:
    with readers(running) as answers:
        broken = upgrade(releases / "broken")

    assert broken.returncode == 1
    assert "going back to" in broken.stderr
    assert (releases / "current").readlink() == releases / "first"
    assert release_read(running) == {"first"}
    assert set(answers) == {200}


@served
def test_with_nobody_left_requests_do_fail(running) -> None:
    """The control: the same readers notice when nobody is left to answer."""
    for name in PUBLIC:
        running.stop(name)
    try:
        with readers(running) as answers:
            time.sleep(1)
        assert any(str(answer).startswith("503 /search/") for answer in answers)
    finally:
        for name in PUBLIC:
            running.start(name)


def test_old_files_stay_for_a_month_after_they_were_last_in_use(tmp_path, monkeypatch) -> None:
    def release(digest: str) -> None:
        for name in (f"site.{digest}.css", f"site.{digest}.css.gz"):
            (tmp_path / name).write_text(digest)
        names = {"paths": {"site.css": f"site.{digest}.css"}}
        (tmp_path / "staticfiles.json").write_text(json.dumps(names))

    def files() -> set[str]:
        return {path.name for path in tmp_path.glob("site.*")}

    release("1")
    for path in tmp_path.iterdir():  # in use for a year
        os.utime(path, (0, 0))
    monkeypatch.setattr(static_files, "call_command", lambda *_, **__: release("2"))

    static_files.collect(tmp_path)
    assert files() == {"site.1.css", "site.1.css.gz", "site.2.css", "site.2.css.gz"}

    later = time.time() + (static_files.DAYS_KEPT + 1) * 24 * 60 * 60
    monkeypatch.setattr(static_files.time, "time", lambda: later)
    static_files.delete_old(tmp_path)
    assert files() == {"site.2.css", "site.2.css.gz"}


WAITS = """
import django; django.setup()
from ccgsite.one_at_a_time import one_at_a_time
print("asks", flush=True)
with one_at_a_time():
    print("has it", flush=True)
"""


def check_waits(environment: dict[str, str]) -> None:
    """Check that another process waits for the lock that this one has."""
    variables = {**os.environ, "DJANGO_SETTINGS_MODULE": "ccgsite.settings.test", **environment}
    with one_at_a_time():
        other = subprocess.Popen(
            [sys.executable, "-c", WAITS], env=variables, stdout=subprocess.PIPE, text=True
        )
        assert other.stdout.readline() == "asks\n"
        time.sleep(1)
        assert other.poll() is None
    assert other.communicate(timeout=30)[0] == "has it\n"


def test_set_up_is_one_at_a_time_with_a_file(tmp_path, monkeypatch) -> None:
    monkeypatch.setattr(settings, "VAR_DIR", tmp_path)
    monkeypatch.setattr("ccgsite.one_at_a_time.connection.vendor", "sqlite")
    check_waits({"VAR_DIR": str(tmp_path), "DATABASE_URL": "sqlite://:memory:"})


@pytest.mark.django_db
def test_set_up_is_one_at_a_time_with_a_database() -> None:
    if settings.DATABASES["default"]["ENGINE"].endswith("sqlite3"):
        pytest.skip("PostgreSQL's own lock")
    name = settings.DATABASES["default"]["NAME"]
    address = os.environ["DATABASE_URL"].rpartition("/")[0]
    check_waits({"DATABASE_URL": f"{address}/{name}"})
