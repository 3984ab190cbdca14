"""A message that is sent while the database is away: on a running site, and with nowhere to go."""

import sqlite3
import subprocess
import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing, contextmanager
from http.client import HTTPConnection
from urllib.parse import urlencode, urlsplit

import pytest
from bs4 import BeautifulSoup
from django.db import InterfaceError, OperationalError, connection, connections
from django.test import Client

from enquiries import spool, views
from enquiries.models import Enquiry
from tests.enquiries.test_attacks import CONTACT, number
from tests.running import starting

# Generous for a busy machine; on an idle one 5 seconds at most.
SOON = 60
SEND = f"{CONTACT}send/"
FORM = {"Content-Type": "application/x-www-form-urlencoded", "Sec-Fetch-Site": "same-origin"}


# --- On a running site ------------------------------------------------------------------------


class Browser:
    """Sends forms to a running site, each over a connection of its own."""

    def __init__(self, url: str) -> None:
        self.host = urlsplit(url).netloc

    def asks(self, address: str, body: str | None = None) -> tuple[int, str, str]:
        """Return the status, the place that the answer leads to, and its text."""
        method, headers = ("GET", {}) if body is None else ("POST", FORM)
        with closing(HTTPConnection(self.host, timeout=60)) as connection:
            connection.request(method, address, body, headers)
            answer = connection.getresponse()
            return answer.status, answer.getheader("Location", ""), answer.read().decode()

    def fills_in(self, message: str) -> str:
        """Return a form as it is sent, a moment after it was opened."""
        page = BeautifulSoup(self.asks(CONTACT)[2], "html.parser")
        hidden = {x["name"]: x["value"] for x in page.select("main input[type=hidden]")}
        time.sleep(4)
        return urlencode({**hidden, "message": message})


def stored(site, message: str) -> list[tuple[str, str]]:
    """Return the references of what is stored, and why it is kept apart."""
    with closing(sqlite3.connect(site.folder / "db.sqlite3")) as database:
        query = "SELECT reference, suspicion FROM enquiries_enquiry WHERE message = ?"
        return database.execute(query, [message]).fetchall()


@contextmanager
def nobody_can_write(site):
    """Keep the database's one lock for writing, and see that it holds."""
    path = site.folder / "db.sqlite3"
    with closing(sqlite3.connect(path, isolation_level=None)) as holder:
        holder.execute("BEGIN IMMEDIATE")
        with (
            closing(sqlite3.connect(path, isolation_level=None, timeout=0)) as other,
            pytest.raises(sqlite3.OperationalError, match="locked"),
        ):
            other.execute("BEGIN IMMEDIATE")
        yield
        holder.execute("ROLLBACK")


@pytest.mark.server
def test_on_a_running_site_nothing_is_lost_and_nothing_is_stored_twice(
    running_site, tmp_path
) -> None:
    folder = tmp_path / "var"
    subprocess.run(["cp", "-R", running_site.folder, folder], check=True)
    with starting(folder, SITE_URL=running_site.url) as site:
        site.wait_to_serve()
        browser = Browser(f"http://127.0.0.1:{site.environment['PORT']}")

        form = browser.fills_in("Sent twice at once")
        with ThreadPoolExecutor(8) as pool:
            answers = set(pool.map(lambda _: browser.asks(SEND, form)[:2], range(8)))
        assert len(answers) == 1
        assert answers.pop()[0] == 303
        assert len(stored(site, "Sent twice at once")) == 1

        form = browser.fills_in("Sent while the database is away")
        with nobody_can_write(site):
            status, _, text = browser.asks(SEND, form)
            again = browser.asks(SEND, form)
            assert status == again[0] == 200
            (kept,) = (folder / "spool").glob("*.json")
            assert not stored(site, "Sent while the database is away")

        deadline = time.monotonic() + SOON
        while kept.exists():
            assert time.monotonic() < deadline, site.said
            time.sleep(0.2)
        ((reference, suspicion),) = stored(site, "Sent while the database is away")
        assert reference in text
        assert reference in again[2]
        assert suspicion == ""
        assert browser.asks(SEND, form)[0] == 303
        assert len(stored(site, "Sent while the database is away")) == 1


# --- In the view --------------------------------------------------------------------------------


@pytest.fixture
def _empty_spool(settings, tmp_path):
    settings.SPOOL_DIR = tmp_path / "spool"


def away(*args: object) -> None:
    raise OperationalError("the database is away")


def send(client, message: str = "The lift is broken"):
    return client.post(SEND, {"message": message, "number": number(seconds=60)})


@pytest.mark.django_db
@pytest.mark.usefixtures("_empty_spool")
@pytest.mark.parametrize("error", [OperationalError("gone"), InterfaceError("closed")])
def test_what_cannot_be_stored_is_spooled_with_the_reference_that_it_keeps(
    client, monkeypatch, error
) -> None:
    def fail(message: object) -> None:
        raise error

    with monkeypatch.context() as patch:
        patch.setattr(views, "receive", fail)
        answer = send(client)
    assert answer.status_code == 200
    assert spool.waiting() == 1
    assert not Enquiry.objects.exists()

    assert spool.deliver() == 1

    enquiry = Enquiry.objects.get()
    assert enquiry.reference in answer.content.decode()
    assert enquiry.marks.exists()
    assert client.get(f"/enquiries/state/{enquiry.reference}/{enquiry.secret}/").status_code == 200


@pytest.mark.django_db
def test_what_can_be_kept_nowhere_is_said_so_and_given_back(
    client, monkeypatch, settings, tmp_path
) -> None:
    settings.SPOOL_DIR = tmp_path / "spool"
    settings.SPOOL_DIR.write_text("a file in place of the folder")
    monkeypatch.setattr(views, "receive", away)

    answer = send(client, "Everything that I typed <b>&</b>")

    text = answer.content.decode()
    assert answer.status_code == 503
    assert "Everything that I typed &lt;b&gt;&amp;&lt;/b&gt;" in text
    assert not Enquiry.objects.exists()


@pytest.mark.django_db(transaction=True, serialized_rollback=True)
@pytest.mark.skipif(
    "connection.vendor != 'postgresql'", reason="SQLite's database of the tests has one connection"
)
def test_sent_at_once_over_several_connections_it_is_one_row(site_home) -> None:
    sent = {"message": "Sent twice at once", "number": number(seconds=60)}

    def post(_: int) -> str:
        try:
            return Client().post(SEND, sent)["Location"]
        finally:
            connections.close_all()

    assert connection.vendor == "postgresql"
    with ThreadPoolExecutor(4) as pool:
        places = set(pool.map(post, range(8)))

    assert len(places) == 1
    assert Enquiry.objects.count() == 1
    assert Enquiry.objects.get().history.count() == 1
