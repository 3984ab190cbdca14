"""Searches without results, posted to the site as it is served: many, and at the same time."""

import http.client
import random
import sqlite3
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from urllib.parse import urlencode, urlsplit

import pytest

pytestmark = pytest.mark.server

ADDRESS = "/search/without-results/"
FORM = "application/x-www-form-urlencoded"


def post(url: str, body: bytes, **headers: str) -> tuple[int, bytes]:
    """Return the status and the text of the answer to a form that a page of the site sent."""
    address = urlsplit(url)
    headers = {"Sec-Fetch-Site": "same-origin", "Content-Type": FORM, **headers}
    with closing(http.client.HTTPConnection(address.hostname, address.port, timeout=30)) as browser:
        browser.request("POST", ADDRESS, body, headers)
        answer = browser.getresponse()
        assert answer.getheader("Set-Cookie") is None
        return answer.status, answer.read()


def tell(url: str, words: str) -> int:
    return post(url, urlencode({"q": words}).encode())[0]


def kept(site) -> dict[str, int]:
    """Return what the site has stored: words, and on how many days."""
    with closing(sqlite3.connect(site.folder / "db.sqlite3")) as database:
        return dict(database.execute("SELECT words, days FROM pages_searchwithoutresults"))


def test_posts_at_the_same_time_make_one_mark(running_site) -> None:
    phrases = ["xyzzyq plughq"] * 20 + [f"xyzzyq {chr(97 + n)}plughq" for n in range(10)] * 2

    with ThreadPoolExecutor(16) as pool:
        statuses = set(pool.map(lambda words: tell(running_site.url, words), phrases))

    stored = {words: days for words, days in kept(running_site).items() if "plughq" in words}
    assert statuses == {302}
    assert stored == dict.fromkeys(phrases, 1)


def test_hostile_posts_get_a_clean_answer(running_site) -> None:
    chance = random.Random(11)  # the same posts every time
    before = len(kept(running_site))
    statuses = set()
    for _ in range(150):
        body = chance.choice(
            [
                b"",
                b"q=",
                b"q=%00",
                b"q=%ED%A0%80",
                b"q=" + b"a" * 10_000,
                b"\0" * 100,
                b"q=a&" * 999,
            ]
        ) + bytes(chance.choices(range(256), k=chance.randint(0, 40)))
        content_type = chance.choice([FORM, f"{FORM}; charset=x", "multipart/form-data", "x", ""])
        status, text = post(running_site.url, body, **{"Content-Type": content_type})
        statuses.add(status)
        assert status < 500, (body, content_type)
        assert b"Traceback" not in text
    assert statuses <= {302, 400}
    assert len(kept(running_site)) - before < 100


def test_another_sites_form_is_refused(running_site) -> None:
    body = urlencode({"q": "xyzzyq crossq"}).encode()

    statuses = {
        post(running_site.url, body, **{"Sec-Fetch-Site": site})[0]
        for site in ("cross-site", "same-site", "none", "")
    }

    assert statuses == {403}
    assert "xyzzyq crossq" not in kept(running_site)
