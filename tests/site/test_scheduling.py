"""What is due is published and unpublished by the site itself, whatever happens meanwhile."""

import fcntl
import logging
import subprocess
import time
import urllib.error
import urllib.request
from datetime import timedelta
from threading import Event

import pytest
from django.core.management import call_command
from django.db import OperationalError, connection, connections
from django.utils import timezone
from wagtail.models import Page, PageLogEntry, Revision

from ccgsite import scheduling
from ccgsite.scheduling import LOCK, Schedule, keep_publishing
from pages.models import ContentPage
from tests import builders
from tests.running import starting

# Generous for a busy machine; on an idle one 5 seconds at most.
SOON = 30
in_the_database = pytest.mark.django_db


class Turns(Event):
    """Lets the work be done so many times, and calls what is to happen between."""

    def __init__(self, *between) -> None:
        super().__init__()
        self.between = list(between)

    def wait(self, timeout=None) -> bool:
        if not self.between:
            return True
        self.between.pop(0)()
        return False


def nothing() -> None:
    pass


@pytest.fixture
def later(monkeypatch):
    """Return what lets time go by. What publishes by the clock sees it at once."""
    began = timezone.now()

    def go(**time_that_passes) -> None:
        moment = began + timedelta(**time_that_passes)
        monkeypatch.setattr("django.utils.timezone.now", lambda: moment)

    return go


def scheduled(minutes: int = 1, **facts) -> ContentPage:
    """Return a page that goes live in so many minutes."""
    page = builders.content_page(go_live_at=timezone.now() + timedelta(minutes=minutes), **facts)
    assert not page.live
    return page


def is_live(page: Page) -> bool:
    return Page.objects.get(pk=page.pk).live


def poison(page: Page) -> None:
    """Make it impossible to publish what is scheduled of a page."""
    revision = Revision.objects.filter(approved_go_live_at__isnull=False).get(
        object_id=str(page.pk)
    )
    revision.content["slug"] = None
    revision.save()


# --- What is due --------------------------------------------------------------------------------


@in_the_database
def test_a_page_goes_live_at_its_minute_and_is_told_in_its_history(client, site_home, later):
    page = scheduled(minutes=1)
    later(seconds=59)
    assert Schedule().publish_due() == 0
    assert client.get(page.url).status_code == 404

    later(minutes=1, seconds=1)
    assert Schedule().publish_due() == 1

    assert client.get(page.url).status_code == 200
    told = PageLogEntry.objects.filter(page=page.pk).values_list("action", flat=True)
    assert "wagtail.publish.scheduled" in told


@in_the_database
def test_a_page_is_unpublished_when_its_time_has_run_out(client, site_home, later) -> None:
    page = builders.content_page(expire_at=timezone.now() + timedelta(minutes=1))
    assert is_live(page)

    later(minutes=1, seconds=5)
    assert Schedule().publish_due() == 1

    assert not is_live(page)
    assert Page.objects.get(pk=page.pk).expired
    assert Schedule().publish_due() == 0


@in_the_database
def test_days_that_were_missed_are_made_up_for_in_their_order(client, site_home, later) -> None:
    page = scheduled(minutes=10)
    other = scheduled(minutes=5)
    expired = builders.content_page(expire_at=timezone.now() + timedelta(minutes=1))
    came_and_went = builders.content_page(
        go_live_at=timezone.now() + timedelta(minutes=1),
        expire_at=timezone.now() + timedelta(minutes=2),
    )

    later(days=3)
    schedule = Schedule()
    assert schedule.publish_due() == 4
    assert client.get(came_and_went.url).status_code == 404
    schedule.publish_due()

    assert is_live(page)
    assert is_live(other)
    assert not is_live(expired)
    assert not is_live(came_and_went)
    published = PageLogEntry.objects.filter(action="wagtail.publish.scheduled")
    order = published.order_by("pk").values_list("page_id", flat=True)
    assert list(order) == [came_and_went.pk, other.pk, page.pk]


@in_the_database
def test_one_page_that_fails_does_not_stop_the_others_and_is_tried_again(
    client, site_home, later, caplog, monkeypatch
) -> None:
    bad, good = scheduled(minutes=1), scheduled(minutes=2)
    poison(bad)
    later(minutes=3)
    schedule = Schedule()

    assert schedule.publish_due() == 1

    assert is_live(good)
    assert not is_live(bad)
    assert [record.levelname for record in caplog.records] == ["ERROR"]
    assert Revision.objects.get(object_id=str(bad.pk)).approved_go_live_at is not None

    assert schedule.publish_due() == 0
    assert len(caplog.records) == 1, "it is not tried again at once"
    soon = time.monotonic() + scheduling.SECONDS_UNTIL_NEXT_TRY
    monkeypatch.setattr(scheduling, "monotonic", lambda: soon)
    revision = Revision.objects.get(object_id=str(bad.pk))
    revision.content["slug"] = "mended"
    revision.save()
    assert schedule.publish_due() == 1
    assert is_live(bad)


@in_the_database
def test_what_fails_half_way_leaves_nothing_behind(site_home, later, monkeypatch) -> None:
    page = scheduled()
    later(minutes=2)

    def publish_and_fail(revision, **options) -> None:
        revision.as_object().save()
        Page.objects.filter(pk=page.pk).update(live=True)
        raise RuntimeError("half way")

    monkeypatch.setattr(Revision, "publish", publish_and_fail)
    assert Schedule().publish_due() == 0

    assert not is_live(page)


@in_the_database
def test_a_busy_database_is_asked_again_soon(site_home, later, monkeypatch) -> None:
    page = scheduled()
    later(minutes=2)
    schedule = Schedule()
    publish = Revision.publish

    def busy(revision, **options) -> None:
        raise OperationalError("database is locked")

    monkeypatch.setattr(Revision, "publish", busy)
    assert schedule.publish_due() == 0
    monkeypatch.setattr(Revision, "publish", publish)
    assert schedule.publish_due() == 1

    assert is_live(page)


@in_the_database
def test_when_nothing_is_due_it_asks_two_questions_and_writes_nothing(
    site_home, django_assert_num_queries
) -> None:
    scheduled()
    with django_assert_num_queries(2) as queries:
        assert Schedule().publish_due() == 0

    assert all(query["sql"].startswith("SELECT") for query in queries)


@in_the_database
def test_two_who_saw_the_same_page_due_publish_it_once(site_home, later) -> None:
    page = scheduled()
    going = builders.content_page(expire_at=timezone.now() + timedelta(minutes=1))
    later(minutes=2)
    seen = [*scheduling._expired(timezone.now()), *scheduling._due(timezone.now())]
    assert Schedule().publish_due() == 2

    other = Schedule()

    assert [other._done(item, timezone.now()) for item in seen] == [False, False]
    log = PageLogEntry.objects.filter(action__endswith=".scheduled", page__in=[page, going])
    assert log.count() == 2


@in_the_database
def test_an_editor_who_was_faster_wins(site_home, later) -> None:
    page = scheduled()
    later(minutes=2)
    (seen,) = scheduling._due(timezone.now())
    page.unpublish()
    Revision.objects.filter(pk=seen.pk).update(approved_go_live_at=None)

    assert Schedule()._done(seen, timezone.now()) is False

    assert not is_live(page)


@in_the_database
def test_the_command_does_the_same_once(site_home, later, capsys) -> None:
    page = scheduled()
    later(minutes=2)

    call_command("publish_scheduled")
    assert capsys.readouterr().out == "Published or unpublished: 1\n"
    assert is_live(page)

    call_command("publish_scheduled")
    assert capsys.readouterr().out == ""


# --- In the serving processes -------------------------------------------------------------------


@pytest.fixture
def due(monkeypatch):
    """Return the list of what was asked for, with an answer for each turn."""
    asked: list[str] = []
    answers: list[Exception | None] = []

    def publish_due(schedule: Schedule) -> int:
        asked.append("asked")
        answer = answers.pop(0) if answers else None
        if answer:
            raise answer
        return 0

    monkeypatch.setattr(Schedule, "publish_due", publish_due)
    monkeypatch.setattr(Schedule, "delete_daily", lambda _: 0)
    monkeypatch.setattr(connections, "close_all", lambda: asked.append("closed"))
    return asked, answers


def test_it_works_at_once_and_then_again_and_closes_its_connections(tmp_path, due) -> None:
    keep_publishing(tmp_path, Turns(nothing, nothing))

    assert due[0] == ["asked", "closed"] * 3


def test_a_database_that_is_away_is_said_once_and_asked_again(tmp_path, due, caplog) -> None:
    asked, answers = due
    away = [OperationalError("gone") for _ in range(3)]
    answers += [*away, None, OperationalError("gone")]

    keep_publishing(tmp_path, Turns(*[nothing] * 5))

    assert asked == ["asked", "closed"] * 6
    assert [record.levelno for record in caplog.records] == [logging.ERROR] * 2


def test_a_folder_that_cannot_be_written_to_does_not_end_it(tmp_path, due, caplog) -> None:
    folder = tmp_path / "var"

    keep_publishing(folder, Turns(nothing, folder.mkdir, nothing))

    assert due[0].count("asked") == 2
    assert len(caplog.records) == 1


def test_of_two_processes_one_works_and_the_other_takes_over(tmp_path, due) -> None:
    other = (tmp_path / LOCK).open("w")
    fcntl.flock(other, fcntl.LOCK_EX | fcntl.LOCK_NB)

    def seen_so_far() -> None:
        assert "asked" not in due[0]

    keep_publishing(tmp_path, Turns(seen_so_far, other.close, nothing))

    assert due[0].count("asked") == 2


def test_the_lock_is_given_back_at_the_end(tmp_path, due) -> None:
    keep_publishing(tmp_path, Turns())

    with (tmp_path / LOCK).open("w") as file:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)


@pytest.mark.django_db(transaction=True, serialized_rollback=True)
@pytest.mark.skipif(
    "connection.vendor != 'postgresql'", reason="SQLite's database of the tests has one connection"
)
def test_connections_are_closed_after_each_turn(tmp_path, site_home) -> None:
    keep_publishing(tmp_path, Turns())

    assert connection.connection is None


# --- As a person sees it ------------------------------------------------------------------------

SCHEDULE = """
from datetime import timedelta
from django.utils import timezone
from pages.models import NewsIndexPage
from tests import builders
at = timezone.now() + timedelta(seconds=SECONDS)
builders.news_page(NewsIndexPage.objects.get(slug="news"), slug="SLUG", go_live_at=at)
"""


def schedule(site, slug: str, seconds: int) -> None:
    code = SCHEDULE.replace("SECONDS", str(seconds)).replace("SLUG", slug)
    site.run("shell", "--no-imports", "-c", code)


def status(site, address: str) -> int:
    try:
        with urllib.request.urlopen(site.url + address, timeout=10) as answer:
            return answer.status
    except urllib.error.HTTPError as error:
        return error.code


@pytest.mark.server
def test_a_scheduled_page_appears_on_a_running_site_and_a_missed_one_at_its_start(
    running_site, tmp_path
) -> None:
    folder = tmp_path / "var"
    subprocess.run(["cp", "-R", running_site.folder, folder], check=True)
    with starting(folder, SITE_URL=running_site.url) as site:
        schedule(site, "missed", seconds=0)
        site.wait_to_serve()
        schedule(site, "soon", seconds=8)
        assert status(site, "/news/soon/") == 404

        deadline = time.monotonic() + SOON
        while {status(site, "/news/soon/"), status(site, "/news/missed/")} != {200}:
            assert time.monotonic() < deadline, site.said
            time.sleep(0.2)

        assert site.stop() == 0
        assert "Traceback" not in site.said
