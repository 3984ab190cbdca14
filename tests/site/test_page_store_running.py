"""The store on a running site: changes are seen in time, and a dead database is survived."""

import json
import sqlite3
import subprocess
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from http import HTTPStatus
from pathlib import Path
from threading import Event

import pytest

from tests.running import SECONDS_UNTIL_SEEN, Site, starting

pytestmark = pytest.mark.server

VISITORS = 4
SECONDS_TO_BREAK = 20

MAKE = """
from tests import builders
for name in ("changed", "unpublished", "privatised", "deleted"):
    builders.content_page(title="The old title", slug=f"kept-{name}")
"""
CHANGE = """
import json, time
from pathlib import Path
from django.db import transaction
from wagtail.models import Page, PageViewRestriction
pages = {name: Page.objects.get(slug=f"kept-{name}").specific
         for name in ("changed", "unpublished", "privatised", "deleted")}
with transaction.atomic():
    pages["changed"].title = "The new title"
    pages["changed"].save_revision().publish()
    pages["unpublished"].unpublish()
    PageViewRestriction.objects.create(page=pages["privatised"], restriction_type="login")
    pages["deleted"].delete()
Path("FILE").write_text(json.dumps(time.time()))
"""


@dataclass(frozen=True)
class Seen:
    """What a visitor saw, by when they asked."""

    asked_at: float
    status: int
    text: str


def see(site: Site, path: str) -> Seen:
    asked_at = time.time()
    try:
        with urllib.request.urlopen(site.url + path, timeout=30) as answer:
            return Seen(asked_at, answer.status, answer.read().decode())
    except urllib.error.HTTPError as error:
        return Seen(asked_at, error.code, error.read().decode())


@pytest.fixture
def own_site(running_site: Site, tmp_path: Path) -> Iterator[Site]:
    """Return a running site that a test may change and break."""
    folder = tmp_path / "var"
    subprocess.run(["cp", "-R", running_site.folder, folder], check=True)
    with starting(folder) as site:
        site.wait_to_serve()
        yield site


def test_every_process_shows_what_was_changed_in_time(own_site: Site, tmp_path: Path) -> None:
    own_site.run("shell", "--no-imports", "-c", MAKE)
    changed_at = tmp_path / "changed-at"
    paths = {name: f"/kept-{name}/" for name in ("changed", "unpublished", "privatised", "deleted")}
    over = Event()

    def keep_reading(name: str) -> list[Seen]:
        seen = []
        while not over.is_set():
            seen.append(see(own_site, paths[name]))
        return seen

    with ThreadPoolExecutor(VISITORS * len(paths)) as pool:
        readers = {
            name: [pool.submit(keep_reading, name) for _ in range(VISITORS)] for name in paths
        }
        try:
            own_site.run("shell", "--no-imports", "-c", CHANGE.replace("FILE", str(changed_at)))
            time.sleep(SECONDS_UNTIL_SEEN + 3)
        finally:
            over.set()
        seen = {
            name: [x for each in found for x in each.result()] for name, found in readers.items()
        }

    at = json.loads(changed_at.read_text())
    for name, all_seen in seen.items():
        before = [x for x in all_seen if x.asked_at < at - 1]
        after = [x for x in all_seen if x.asked_at > at + SECONDS_UNTIL_SEEN]
        assert before, name
        assert {x.status for x in before} == {HTTPStatus.OK}, name
        assert len(after) > VISITORS, name
        if name == "changed":
            assert all("The new title" in x.text for x in after)
        else:
            assert {x.status for x in after} == {HTTPStatus.NOT_FOUND}, name
        # Copies were there, so it is they that have gone.
        assert any(at < x.asked_at and "The old title" in x.text for x in all_seen), name


def destroy(database: Path) -> None:
    """Overwrite a database in use. What its readers hold in memory has to be out of date first."""
    with sqlite3.connect(database) as connection:
        connection.execute("UPDATE wagtailcore_site SET port = port")
        connection.commit()
        for file in (database, database.with_name(f"{database.name}-wal")):
            with file.open("r+b") as opened:
                opened.write(b"x" * file.stat().st_size)


def test_pages_are_served_while_the_database_is_dead(own_site: Site) -> None:
    before = [see(own_site, "/about-us/") for _ in range(30)]  # from both processes
    assert {answer.status for answer in before} == {HTTPStatus.OK}
    destroy(own_site.folder / "db.sqlite3")
    deadline = time.monotonic() + SECONDS_TO_BREAK
    while see(own_site, "/your-health/flu/").status != HTTPStatus.INTERNAL_SERVER_ERROR:
        assert time.monotonic() < deadline, "the fault is not active"
        time.sleep(0.5)
    time.sleep(SECONDS_UNTIL_SEEN)

    answers = [see(own_site, "/about-us/") for _ in range(30)]

    assert {answer.status for answer in answers} == {HTTPStatus.OK}
    assert {answer.text for answer in answers} == {answer.text for answer in before}
    assert see(own_site, "/your-health/flu/").status == HTTPStatus.INTERNAL_SERVER_ERROR
    assert own_site.stop() == 0
