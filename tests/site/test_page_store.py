"""The store of ready pages: what it keeps, for whom, for how long, and what it never keeps."""

import gzip
import re
import time
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from http import HTTPStatus
from io import BytesIO
from threading import Event
from typing import Any
from urllib.parse import urlsplit

import brotli
import pytest
from bs4 import BeautifulSoup
from django.core.handlers.wsgi import WSGIHandler
from django.test import Client

from ccgsite import keeping, page_store
from ccgsite.keeping import BY_AN_EDGE, BY_NOBODY, PARAMETERS, known_query
from ccgsite.page_store import PageStore, Shelf
from ccgsite.ready_answer import OVERHEAD, coding_of
from pages.models import NewsIndexPage
from pages.public import public_pages
from privacy.models import AnalyticsSettings
from privacy.registry import groups_in_use
from tests import builders
from tests.privacy.consent_cases import CASES, Case

HOST = "localhost"
PAGE = b"<!DOCTYPE html><p>A page" + b" of words" * 100


class Site:
    """A site that says what a test wants, and remembers what it was asked."""

    def __init__(self, body: bytes = PAGE, **headers: str) -> None:
        self.body = body
        self.status = "200 OK"
        self.headers = {
            "Content-Type": "text/html; charset=utf-8",
            "Cache-Control": BY_AN_EDGE,
            "ETag": '"abc123"',
            **{name.replace("_", "-"): value for name, value in headers.items()},
        }
        self.asked: list[dict[str, Any]] = []
        self.may_answer = Event()
        self.may_answer.set()

    def __call__(self, environ: dict[str, Any], start_response: Callable[..., Any]) -> list[bytes]:
        self.asked.append(environ)
        self.may_answer.wait(30)
        start_response(self.status, [*self.headers.items()])
        return [self.body]


class Said:
    """What a visitor is answered."""

    def __init__(self, store: Any, path: str, headers: Mapping[str, str], method: str) -> None:
        path, _, query = path.partition("?")
        sent = {f"HTTP_{name.upper().replace('-', '_')}": x for name, x in headers.items()}
        environ = {
            "REQUEST_METHOD": method,
            "PATH_INFO": path,
            "QUERY_STRING": query,
            "SERVER_NAME": HOST,
            "SERVER_PORT": "80",
            "SERVER_PROTOCOL": "HTTP/1.1",
            "wsgi.url_scheme": "http",
            "wsgi.input": BytesIO(),
            "HTTP_HOST": HOST,
            **sent,
        }
        body = store(environ, self.start)
        self.body = b"".join(body)
        if hasattr(body, "close"):
            body.close()

    def start(self, status: str, headers: list[tuple[str, str]]) -> None:
        self.status = int(status[:3])
        self.headers = {name.lower(): value for name, value in headers}
        assert len(self.headers) == len(headers)

    @property
    def policy(self) -> list[str]:
        return sorted(self.headers["content-security-policy"].split("; "))


def get(store: Any, path: str = "/", method: str = "GET", **headers: str) -> Said:
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    return Said(store, path, named, method)


def store_of(site: Any, most_bytes: int = 10_000_000, **options: Any) -> PageStore:
    return PageStore(site, most_bytes, [HOST], **options)


@pytest.fixture
def clock(monkeypatch) -> Iterator[Callable[[float], None]]:
    """Return what lets time pass, in seconds, for the store alone."""
    passed = [0.0]

    class Time:
        @staticmethod
        def monotonic() -> float:
            return time.monotonic() + passed[0]

    def go_on(seconds: float) -> None:
        passed[0] += seconds

    monkeypatch.setattr(page_store, "time", Time)
    return go_on


def until(happened: Callable[[], Any]) -> None:
    deadline = time.monotonic() + 10
    while not happened():
        assert time.monotonic() < deadline
        time.sleep(0.01)


# --- What is kept, and for how long -----------------------------------------------------------


def test_a_page_is_asked_for_once_and_then_served(clock) -> None:
    site = Site()
    store = store_of(site)

    assert [get(store).body for _ in range(5)] == [PAGE] * 5
    assert len(site.asked) == 1


def test_nobody_sees_a_page_that_is_more_than_four_seconds_old(clock) -> None:
    site = Site()
    store = store_of(site)
    get(store)
    site.body = b"new"
    clock(2.9)
    assert get(store).body == PAGE
    clock(1.2)

    assert get(store).body == b"new"


def test_one_visitor_after_three_seconds_lets_the_next_copy_be_made(clock) -> None:
    site = Site()
    store = store_of(site)
    get(store)
    site.body = b"new"
    clock(3.1)

    site.may_answer.clear()
    assert [get(store).body for _ in range(5)] == [PAGE] * 5
    site.may_answer.set()

    until(lambda: get(store).body == b"new")
    assert len(site.asked) == 2


def test_the_age_of_a_copy_counts_from_the_question_not_from_the_answer(clock) -> None:
    class Slow(Site):
        def __call__(self, *asked: Any) -> list[bytes]:
            clock(3.5)
            return super().__call__(*asked)

    site = Slow()
    store = store_of(site)
    get(store)
    get(store)

    until(lambda: len(site.asked) == 2)


def test_a_burst_for_a_page_that_is_not_there_yet_asks_once() -> None:
    site = Site()
    store = store_of(site)
    site.may_answer.clear()
    with ThreadPoolExecutor(20) as visitors:
        answers = [visitors.submit(get, store) for _ in range(20)]
        until(lambda: site.asked)
        time.sleep(0.1)
        site.may_answer.set()

        assert {answer.result().body for answer in answers} == {PAGE}
    assert len(site.asked) == 1


def test_a_burst_after_a_quiet_time_asks_once_and_sees_the_new_page(clock) -> None:
    site = Site()
    store = store_of(site)
    get(store)
    site.body = b"new"
    clock(60)
    site.may_answer.clear()
    with ThreadPoolExecutor(20) as visitors:
        answers = [visitors.submit(get, store) for _ in range(20)]
        until(lambda: len(site.asked) == 2)
        site.may_answer.set()

        assert {answer.result().body for answer in answers} == {b"new"}
    assert len(site.asked) == 2


@pytest.mark.parametrize("status", ["404 Not Found", "410 Gone", "302 Found"])
def test_a_page_that_is_gone_is_not_served_any_more(clock, status: str) -> None:
    site = Site()
    store = store_of(site)
    get(store)
    site.status, site.headers["Cache-Control"] = status, BY_NOBODY
    clock(4.1)

    assert [get(store).status for _ in range(2)] == [int(status[:3])] * 2
    assert not store.pages.answers


# --- While the site fails ---------------------------------------------------------------------


class Failing(Site):
    def __call__(self, environ: dict[str, Any], start_response: Callable[..., Any]) -> list[bytes]:
        if self.status == "error":
            self.asked.append(environ)
            raise OSError
        return super().__call__(environ, start_response)


@pytest.mark.parametrize("failure", ["500 Internal Server Error", "503 Unavailable", "error"])
def test_the_last_good_page_is_served_for_a_day_while_the_site_fails(clock, failure) -> None:
    site = Failing()
    store = store_of(site)
    get(store)
    site.status = failure
    for hours in (0.01, 1, 22.9):
        clock(hours * 3600)
        assert get(store).body == PAGE
        until(lambda: not store._under_way)
    site.status, site.body = "200 OK", b"works again"
    clock(2)

    assert get(store).body == b"works again"


def test_a_failure_without_a_good_page_is_shown_and_not_kept(clock) -> None:
    site = Site()
    site.status = "500 Internal Server Error"
    store = store_of(site)

    assert [get(store).status for _ in range(2)] == [500, 500]
    assert len(site.asked) == 2


def test_after_a_day_of_failures_the_failure_is_shown(clock) -> None:
    site = Site()
    store = store_of(site)
    get(store)
    site.status = "500 Internal Server Error"
    clock(24 * 3600 + 5)

    assert get(store).status == HTTPStatus.INTERNAL_SERVER_ERROR


def test_a_site_that_fails_is_asked_once_a_second(clock) -> None:
    site = Site()
    store = store_of(site)
    get(store)
    site.status = "500 Internal Server Error"
    clock(10)
    for _ in range(5):
        get(store)
    assert len(site.asked) == 2
    clock(1.1)
    get(store)

    until(lambda: len(site.asked) == 3)


def test_a_site_that_hangs_lets_the_last_good_page_be_served(clock, monkeypatch) -> None:
    monkeypatch.setattr(page_store, "PATIENCE", 0.1)
    site = Site()
    store = store_of(site)
    get(store)
    clock(10)
    site.may_answer.clear()

    assert get(store).body == PAGE
    assert get(store).body == PAGE
    site.may_answer.set()


# --- What is never kept -----------------------------------------------------------------------


@pytest.mark.parametrize(
    "path",
    [
        "/cms/",
        "/cookie-consent/",
        "/enquiries/complain/",
        "/search/?q=flu",
        "/documents/x/",
        "/?q=flu",
        "/?preview=1",
        "/?page=2&page=3",
        "/?page=2&x=",
        f"/?page={'9' * 500}",
    ],
)
def test_these_addresses_are_never_kept(path: str) -> None:
    site = Site()
    store = store_of(site)

    assert get(store, path, Cookie="sessionid=1").status == HTTPStatus.OK
    get(store, path)
    assert len(site.asked) == 2
    assert site.asked[0]["HTTP_COOKIE"], "the site is asked by the visitor's own request"


@pytest.mark.parametrize(
    ("status", "headers"),
    [
        ("200 OK", {"Cache_Control": BY_NOBODY}),
        ("200 OK", {"Cache_Control": "no-store"}),
        ("200 OK", {"Set_Cookie": "a=b"}),
        ("200 OK", {"Vary": "Accept-Encoding, Cookie"}),
        ("404 Not Found", {"Cache_Control": BY_NOBODY}),
        ("500 Internal Server Error", {"Cache_Control": BY_NOBODY}),
    ],
)
def test_these_answers_are_never_kept(status: str, headers: dict[str, str]) -> None:
    site = Site(**headers)
    site.status = status
    store = store_of(site)

    first = get(store, Cookie="a=b")

    assert first.status == int(status[:3])
    assert not store.pages.answers
    asked = len(site.asked)
    get(store)
    assert len(site.asked) > asked


@pytest.mark.parametrize(
    ("method", "headers", "options"),
    [
        ("POST", {}, {}),
        ("PUT", {}, {}),
        ("OPTIONS", {}, {}),
        ("GET", {"Host": "evil.example"}, {}),
        ("GET", {"Host": "localhost:1234"}, {}),
        ("GET", {}, {"https_only": True}),
        ("GET", {"X_Forwarded_Proto": "http"}, {"https_only": True}),
    ],
)
def test_these_requests_go_to_the_site_itself(method, headers, options) -> None:
    site = Site()
    store = store_of(site, **options)

    for _ in range(2):
        get(store, method=method, **headers)

    assert len(site.asked) == 2


def test_what_a_visitor_sends_is_kept_from_the_page() -> None:
    site = Site()
    sent = {
        "Cookie": "sessionid=1",
        "User_Agent": "x",
        "Accept_Language": "cy",
        "If_None_Match": '"x"',
        "Range": "bytes=0-1",
        "Sec_GPC": "1",
        "X_Forwarded_For": "192.0.2.1",
    }

    get(store_of(site), **sent)

    (asked,) = site.asked
    assert [name for name in asked if name.startswith("HTTP_")] == ["HTTP_HOST"]


def test_tracking_in_an_address_is_the_same_page() -> None:
    site = Site()
    store = store_of(site)

    for path in ("/?utm_source=x&fbclid=1", "/?gclid=2", "/"):
        get(store, path)

    assert len(site.asked) == 1
    assert site.asked[0]["QUERY_STRING"] == ""


def test_the_choices_of_a_list_are_kept_in_any_order() -> None:
    site = Site()
    store = store_of(site)

    for path in ("/news/?year=2021&page=2", "/news/?page=2&year=2021&utm_medium=x"):
        get(store, path)
    get(store, "/news/?page=3&year=2021")

    assert [asked["QUERY_STRING"] for asked in site.asked] == [
        "page=2&year=2021",
        "page=3&year=2021",
    ]


@pytest.mark.django_db
def test_the_names_that_lists_use_are_all_known(client: Client) -> None:
    builders.news_index()
    names = set()
    for page in public_pages().filter(depth__gt=1):
        soup = BeautifulSoup(client.get(page.url).content, "html.parser")
        forms = soup.main.find_all("form", method=re.compile("^(get)?$"))
        names |= {x["name"] for form in forms for x in form.select("[name]")}
        links = (urlsplit(link["href"]) for link in soup.main.select("a[href^='?'], a[href*='/?']"))
        names |= {pair.partition("=")[0] for link in links for pair in link.query.split("&")}

    assert names - {"q", "subject", ""} <= PARAMETERS
    assert known_query("page=1&q=x") is None


def test_the_store_has_a_size_and_what_was_used_last_stays(clock) -> None:
    site = Site()
    limit = 20 * (3 * len(PAGE) + OVERHEAD)
    store = store_of(site, limit)
    get(store, "/first/")
    for number in range(200):
        clock(0.001)
        get(store, f"/{number}/")
        get(store, "/first/")
        assert store.pages.bytes <= store.pages.most_bytes

    assert 5 < len(store.pages.answers) < 20
    assert [x["PATH_INFO"] for x in site.asked].count("/first/") == 1
    assert store.pages.bytes == sum(answer.size for answer in store.pages.answers.values())


def test_addresses_with_a_query_cannot_push_out_pages(clock) -> None:
    site = Site()
    store = store_of(site, 20 * (3 * len(PAGE) + OVERHEAD))
    get(store, "/news/")
    for number in range(200):
        clock(0.001)
        get(store, f"/news/?page={number}")

    get(store, "/news/")
    assert [x["QUERY_STRING"] for x in site.asked].count("") == 1
    assert store.with_query.bytes <= store.with_query.most_bytes


def test_a_page_that_is_larger_than_the_store_is_served_all_the_same() -> None:
    site = Site()
    store = store_of(site, 1000)

    assert get(store).body == PAGE
    assert store.pages.bytes == 0


def test_a_shelf_counts_right_when_an_answer_is_replaced() -> None:
    site = Site()
    store = store_of(site)
    get(store)
    (answer,) = store.pages.answers.values()
    shelf = Shelf(1_000_000)

    for _ in range(3):
        shelf.put(("", "", ""), answer)
    assert shelf.bytes == answer.size
    shelf.put(("", "", ""), None)
    shelf.put(("", "", ""), None)

    assert shelf.bytes == 0


# --- How it is sent ---------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("accepted", "coding"),
    [
        ("gzip, deflate, br, zstd", "br"),
        ("br;q=0, gzip", "gzip"),
        ("gzip;q=0.5, br;q=0.1", "br"),
        ("*", "br"),
        ("br;q=0, *;q=0", ""),
        ("BR", "br"),
        ("gzip;q=x", ""),
        ("identity", ""),
        ("", ""),
    ],
)
def test_the_coding_is_one_that_the_visitor_takes(accepted: str, coding: str) -> None:
    assert coding_of(accepted) == coding


@pytest.mark.parametrize(
    ("accepted", "undo"), [("br", brotli.decompress), ("gzip", gzip.decompress), ("", bytes)]
)
def test_every_form_is_the_same_page_with_a_name_of_its_own(accepted: str, undo) -> None:
    store = store_of(Site())

    answer = get(store, Accept_Encoding=accepted)

    assert undo(answer.body) == PAGE
    assert int(answer.headers["content-length"]) == len(answer.body)
    assert answer.headers.get("content-encoding", "") == accepted
    assert answer.headers["etag"] == (f'"abc123-{accepted}"' if accepted else '"abc123"')
    assert answer.headers["vary"] == "Accept-Encoding"


def test_what_a_browser_has_is_not_sent_again() -> None:
    store = store_of(Site(Content_Security_Policy="default-src 'none'"))
    etag = get(store, Accept_Encoding="br").headers["etag"]

    for known in (etag, f"W/{etag}", f'"other", {etag}', "*"):
        again = get(store, If_None_Match=known, Accept_Encoding="br")
        assert (again.status, again.body) == (304, b"")
        assert again.headers["etag"] == etag
        assert again.headers["content-security-policy"] == "default-src 'none'"
        assert again.headers["cache-control"] == BY_AN_EDGE
    assert get(store, If_None_Match='"other"').status == HTTPStatus.OK


def test_head_has_the_headers_of_the_page() -> None:
    store = store_of(Site())

    assert get(store, method="HEAD").headers == get(store).headers


def test_bytes_that_did_not_change_are_not_compressed_again(clock, monkeypatch) -> None:
    store = store_of(Site())
    get(store)
    (before,) = store.pages.answers.values()
    clock(60)
    get(store)

    assert list(store.pages.answers.values()) == [before]


# --- The site itself --------------------------------------------------------------------------


@pytest.fixture
def whole_site(db) -> WSGIHandler:
    settings = AnalyticsSettings.objects.get()
    settings.ga_measurement_id = "G-TEST12345"
    settings.save()
    return WSGIHandler()


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_every_visitor_has_the_policy_that_the_site_alone_gives(whole_site, case: Case) -> None:
    versions = {name: group.get_version() for name, group in groups_in_use().items()}
    headers = {name.replace("-", "_"): x for name, x in case.headers(versions).items()}
    store = store_of(whole_site)
    get(store)  # by a stranger

    for path in ("/", "/about-us/", "/nothing-here/", "/feed.atom", "/search/?q=flu"):
        alone, kept = get(whole_site, path, **headers), get(store, path, **headers)
        assert kept.status == alone.status
        assert set(kept.headers["cache-control"].split()) == set(
            alone.headers["cache-control"].split()
        ) or path.endswith(".atom")
        if path.endswith(".atom"):
            assert "https:" not in kept.headers["content-security-policy"]
        else:
            assert kept.policy == alone.policy
        if not path.startswith("/search/"):
            assert kept.body == alone.body
    assert ("youtube" in " ".join(get(store, **headers).policy)) == ("video" in case.allowed)


def test_a_page_kept_for_someone_who_said_yes_gives_nothing_to_others(whole_site) -> None:
    versions = {name: group.get_version() for name, group in groups_in_use().items()}
    yes = next(case for case in CASES if case.name == "yes to all")
    store = store_of(whole_site)

    first = get(store, Cookie=yes.cookies(versions))

    assert "youtube" in " ".join(first.policy)
    assert first.headers["cache-control"] == BY_NOBODY
    stranger = get(store)
    assert "https:" not in " ".join(stranger.policy)
    assert stranger.headers["cache-control"] == BY_AN_EDGE


def test_kept_pages_lose_no_header(whole_site) -> None:
    alone, kept = get(whole_site), get(store_of(whole_site))

    own = {"content-security-policy", "x-request-id"}  # the visitor's, and that of one request

    assert {x: y for x, y in kept.headers.items() if x not in own} == {
        x: y for x, y in alone.headers.items() if x not in own
    }
    assert kept.policy == alone.policy


@pytest.mark.parametrize(
    "path",
    [
        *("/", "/about-us/", "/feed.atom", "/sitemap.xml", "/robots.txt", "/?utm_source=x"),
        "/about-us/?page=2",
    ],
)
def test_an_edge_may_keep_public_pages_for_a_moment(client: Client, db, path: str) -> None:
    response = client.get(path)

    assert response["Cache-Control"] == BY_AN_EDGE
    again = client.get(path, headers={"If-None-Match": response["ETag"]})
    assert (again.status_code, again["Cache-Control"]) == (304, BY_AN_EDGE)
    assert f"s-maxage={keeping.SECONDS}" in BY_AN_EDGE


@pytest.mark.parametrize(
    "path",
    [
        *("/nothing-here/", "/search/", "/search/?q=flu", "/search/feed.atom?q=flu", "/?q=flu"),
        *("/search/suggestions/?q=flu", "/cookie-consent/", "/cms/", "/About-Us/", "/%0d/"),
    ],
)
def test_nobody_may_keep_these(client: Client, db, path: str) -> None:
    assert "s-maxage" not in client.get(path)["Cache-Control"]


def test_nobody_may_keep_what_was_sent(client: Client, db) -> None:
    assert "s-maxage" not in client.post("/", {"a": "b"})["Cache-Control"]


def test_nobody_may_keep_a_preview(rf, site_home) -> None:
    page = NewsIndexPage.objects.first() or site_home

    response = page.make_preview_request(original_request=rf.get("/", HTTP_HOST="localhost"))

    assert response.status_code == HTTPStatus.OK
    assert "s-maxage" not in response["Cache-Control"]
