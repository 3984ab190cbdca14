"""Several machines: a replica of the database, a cache for all, and what happens without them."""

import gc
import http.client
import json
import re
import shutil
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import boto3
import pytest
from django.core.exceptions import ImproperlyConfigured
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.test import Client
from moto import mock_aws
from wagtail.images import get_image_model
from wagtail.images.tests.utils import get_test_image_file

from ccgsite.settings.databases import REPLICA, databases
from ccgsite.settings.many_machines import shared_cache, shared_uploads
from pages.models import SiteDocument
from tests import builders, postgres, stack
from tests.postgres import Cluster
from tests.running import SECONDS_UNTIL_SEEN, free_port
from tests.stack import PUBLIC, Stack

served = pytest.mark.server

PRIMARY_URL = "postgres://ccgsite@primary/ccgsite"
TITLE = "About Us"
# PostgreSQL's connections say what they read once a second while they are asked, and 10 seconds
# after they were asked last.
SECONDS_UNTIL_COUNTED, SECONDS_OF_READING = 11, 4
READINGS = "SELECT sum(coalesce(seq_scan, 0) + coalesce(idx_scan, 0)) FROM pg_stat_user_tables"
RENAME = """
from wagtail.models import Page
page = Page.objects.get(slug="about-us").specific
page.title = {title!r}
page.save_revision().publish()
"""


class Machines:
    """The site on several machines, all of them this one."""

    def __init__(self, site: Stack, primary: Cluster, replica: Cluster, redis: "Redis") -> None:
        self.site, self.primary, self.replica, self.redis = site, primary, replica, redis

    def read(self, name: str, path: str = "/about-us/") -> tuple[int, str]:
        """Ask one of the processes itself, of which none keeps pages here."""
        port = self.site.ports[name]
        connection = http.client.HTTPConnection("127.0.0.1", port, timeout=30)
        host = self.site.front.address
        headers = {"Host": host, "X-Forwarded-Proto": "https"}
        connection.request("GET", path, headers=headers)
        response = connection.getresponse()
        body = response.read().decode()
        connection.close()
        return response.status, body

    def title(self, name: str) -> str:
        status, body = self.read(name)
        assert status == 200
        return re.search(r"<h1[^>]*>\s*([^<]*?)\s*<", body)[1]

    def rename(self, title: str) -> None:
        """Publish the page under another title, as an editor's process does."""
        self.site.run("shell", "--no-imports", "-c", RENAME.format(title=title))

    def wait_for(self, title: str) -> None:
        """Wait until all processes show a title. Raises AssertionError after 5 seconds."""
        deadline = time.monotonic() + SECONDS_UNTIL_SEEN
        while {self.title(name) for name in PUBLIC} != {title}:
            assert time.monotonic() < deadline
            time.sleep(0.1)


class Redis:
    """A Redis that keeps nothing on the disk."""

    def __init__(self, folder: Path) -> None:
        self.folder, self.port = folder, free_port()
        self.url = f"redis://127.0.0.1:{self.port}/0"

    def start(self) -> None:
        arguments = ["--port", str(self.port), "--bind", "127.0.0.1", "--save", ""]
        self.process = subprocess.Popen(
            [shutil.which("redis-server"), *arguments],
            cwd=self.folder,
            stdout=subprocess.DEVNULL,
        )

    def stop(self) -> None:
        self.process.terminate()
        self.process.wait(10)


@pytest.fixture(scope="module")
def machines(tmp_path_factory) -> Iterator[Machines]:
    folder = tmp_path_factory.mktemp("machines")
    (folder / "nginx").mkdir()
    redis = Redis(folder)
    redis.start()
    try:
        with postgres.primary_and_replica() as (primary, replica):
            settings = {
                "DATABASE_URL": primary.url,
                "DATABASE_REPLICA_URL": replica.url,
                "REDIS_URL": redis.url,
                "HEALTH_TOKEN": "a-token-for-the-monitor",
            }
            with stack.running(folder, settings) as site:
                yield Machines(site, primary, replica, redis)
    finally:
        redis.stop()


@contextmanager
def away(server: Cluster | Redis) -> Iterator[None]:
    server.stop()
    try:
        yield
    finally:
        server.start()


def readings(cluster: Cluster) -> int:
    """Return how often tables were read, as far as its connections have told the server."""
    return int(cluster.ask(READINGS))


@served
def test_pages_are_read_from_the_replica(machines: Machines) -> None:
    machines.wait_for(TITLE)
    # What earlier tests read is counted by now, and who was away for them is asked again.
    time.sleep(SECONDS_UNTIL_COUNTED)
    before = readings(machines.primary), readings(machines.replica)
    deadline = time.monotonic() + SECONDS_OF_READING
    while time.monotonic() < deadline:
        for name in PUBLIC:
            assert machines.read(name, "/search/?q=flu")[0] == 200
            assert machines.title(name) == TITLE
    primary, replica = readings(machines.primary), readings(machines.replica)

    assert replica - before[1] > 200
    assert primary - before[0] < (replica - before[1]) / 4


@served
@pytest.mark.parametrize("lags", [False, True], ids=["the replica follows", "the replica lags"])
def test_what_is_published_is_seen_by_all_within_seconds(machines: Machines, lags: bool) -> None:
    if lags:
        machines.replica.ask("SELECT pg_wal_replay_pause()")
    try:
        machines.rename("Renamed")
        machines.wait_for("Renamed")
        machines.rename(TITLE)
        machines.wait_for(TITLE)
    finally:
        if lags:
            machines.replica.ask("SELECT pg_wal_replay_resume()")


@served
@pytest.mark.parametrize("which", ["primary", "replica", "redis"])
def test_while_a_server_is_away_pages_are_there_and_afterwards_they_are_right(
    machines: Machines, which: str
) -> None:
    with away(getattr(machines, which)):
        for path in ("/about-us/", "/news/", "/search/?q=flu", "/sitemap.xml"):
            for name in PUBLIC:
                assert machines.read(name, path)[0] == 200, (path, name)
        if which != "primary":
            machines.rename("Meanwhile")
            machines.wait_for("Meanwhile")
    machines.rename("Afterwards")
    machines.wait_for("Afterwards")
    machines.rename(TITLE)
    machines.wait_for(TITLE)


@served
def test_the_health_page_says_how_far_behind_the_replica_is(machines: Machines) -> None:
    port = machines.site.ports[PUBLIC[0]]
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=30)
    connection.request(
        "GET", "/health/", headers={"Authorization": "Bearer a-token-for-the-monitor"}
    )
    checks = {x["name"]: x for x in json.loads(connection.getresponse().read())["checks"]}
    connection.close()

    assert checks["replica_bytes_behind"]["ok"]
    assert checks["database"]["ok"]


def test_a_replica_needs_postgresql(tmp_path) -> None:
    with pytest.raises(ImproperlyConfigured, match="DATABASE_REPLICA_URL needs PostgreSQL"):
        databases("", PRIMARY_URL, tmp_path)
    with pytest.raises(ImproperlyConfigured, match="DATABASE_REPLICA_URL cannot be read"):
        databases(PRIMARY_URL, "nonsense", tmp_path)
    assert set(databases(PRIMARY_URL, "", tmp_path)) == {"default"}
    assert set(databases(PRIMARY_URL, PRIMARY_URL, tmp_path)) == {"default", REPLICA}


def test_a_cache_needs_an_address() -> None:
    with pytest.raises(ImproperlyConfigured, match="REDIS_URL must look like"):
        shared_cache("127.0.0.1:6379")


# --- Uploads in an object storage ---------------------------------------------------------------


# The storage of the tests leaves temporary files to whoever collects what is not used.
in_a_bucket = pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")


@pytest.fixture
def bucket(settings, monkeypatch) -> Iterator[None]:
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
        monkeypatch.setenv(name, "testing")
    monkeypatch.setenv("AWS_DEFAULT_REGION", "us-east-1")
    with mock_aws():
        bucket = boto3.resource("s3").create_bucket(Bucket="uploads")
        settings.STORAGES = {**settings.STORAGES, "default": shared_uploads("uploads", "")}
        yield
        bucket.objects.all().delete()
    gc.collect()


@in_a_bucket
@pytest.mark.django_db
def test_images_come_from_the_object_storage_through_the_site(bucket, site_home) -> None:
    image = get_image_model().objects.create(title="A cat", file=get_test_image_file("cat.png"))
    rendition = image.get_rendition("width-40")
    image.file.close()
    client = Client()

    assert rendition.url.startswith("/media/images/")
    answer = client.get(rendition.url)
    assert answer.headers["Content-Type"].startswith("image/")
    with default_storage.open(rendition.file.name) as file:
        assert b"".join(answer.streaming_content) == file.read()
    since = {"If-Modified-Since": answer.headers["Last-Modified"]}
    assert client.get(rendition.url, headers=since).status_code == 304
    assert client.get("/media/images/none.png").status_code == 404
    assert client.get(f"/media/{image.file.name}").status_code == 404


@in_a_bucket
@pytest.mark.django_db
def test_a_document_in_the_object_storage_opens_once_a_page_offers_it(bucket, site_home) -> None:
    words = b"The budget is 7 million pounds."
    document = SiteDocument.objects.create(title="Budget", file=ContentFile(words, "budget.txt"))
    document.file.close()
    client = Client()

    assert client.get(document.url).status_code == 404
    builders.content_page(body=[("document", {"document": document, "text": ""})])
    assert b"".join(client.get(document.url).streaming_content) == words
    assert client.get(f"/media/{document.file.name}").status_code == 404
