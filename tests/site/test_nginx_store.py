"""nginx on a busy day and on a bad one: what it keeps, what it refuses, and what it says then."""

import gzip
import http.client
import socket
import ssl
import subprocess
import time
from collections import Counter
from collections.abc import Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests import nginx, upstream
from tests.nginx import Front
from tests.upstream import HANGS, HANGS_UP, KEPT, Said, Upstream

pytestmark = pytest.mark.server

FRESH_SECONDS = 5
OLD_SECONDS = 4.2  # after which nothing that is kept is served while the site works
PAGE = {"Cache-Control": KEPT}
NOT_FOUND = Said("not found", status=404, headers={"Cache-Control": "no-store"})


@dataclass
class Answer:
    status: int
    headers: http.client.HTTPMessage
    body: str
    seconds: float

    @property
    def came(self) -> str:
        """How nginx came by it, such as "HIT"."""
        return (self.headers["Cache-Status"] or "").rpartition("=")[2]


def ask(
    address: str, path: str, headers: Mapping[str, str] = {}, method: str = "GET", body: str = ""
) -> Answer:
    started = time.monotonic()
    connection = http.client.HTTPConnection(address, timeout=30)
    connection.request(method, path, body or None, headers)
    response = connection.getresponse()
    content = response.read()
    connection.close()
    if response.headers["Content-Encoding"] == "gzip":
        content = gzip.decompress(content)
    seconds = time.monotonic() - started
    return Answer(response.status, response.headers, content.decode(), seconds)


@pytest.fixture(scope="module")
def site() -> Iterator[Upstream]:
    with upstream.running() as site:
        yield site


@pytest.fixture(scope="module")
def var(tmp_path_factory) -> Path:
    """Return the site's folder, with the copy that the mirror would have written."""
    folder = tmp_path_factory.mktemp("var")
    for name, text in {
        "mirror/site/index.html": "the home page's copy",
        "mirror/site/about/index.html": "a page's copy",
        "mirror/site/news/index.html": "a list's copy",
        "mirror/site/news/page-2.html": "a list's second page's copy",
        "mirror/site/feed.atom": "a feed's copy",
        "mirror/site/dates.ics": "a calendar's copy",
        "mirror/site/documents/0123456789abcdef0123456789abcdef/document.pdf": "a document's copy",
        "mirror/site/sorry.html": "Phone 023 9289 0000",
        "mirror/site/busy.html": "Too many",
        "static/css/site.0123456789ab.css": "body {}",
        "static/wagtailadmin/css/core.0123456789ab.css": "the CMS's",
        "media/images/cat.width-840.png": "an image",
        "media/original_images/cat.png": "an original",
        "media/documents/0a1b2c3d/minutes.pdf": "a document",
    }.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
        if path.suffix in {".html", ".css"}:
            path.with_name(path.name + ".gz").write_bytes(gzip.compress(text.encode()))
    return folder


@pytest.fixture(scope="module")
def module_front(site, var, tmp_path_factory) -> Iterator[Front]:
    folder = tmp_path_factory.mktemp("nginx")
    with nginx.in_front(folder, site.address, var=var, complains=True) as front:
        yield front


@pytest.fixture
def front(module_front, site) -> Front:
    """Return nginx before a site that works, with nothing said of before."""
    site.says.clear()
    site.asked.clear()
    site.heard.clear()
    return module_front


# --- What is kept -------------------------------------------------------------------------------


def test_a_page_is_asked_for_once(front, site) -> None:
    first, second = ask(front.address, "/once/"), ask(front.address, "/once/")

    assert (first.came, second.came) == ("MISS", "HIT")
    assert first.body == second.body == "a page"
    assert site.asked["/once/"] == 1


def test_what_is_kept_is_packed_and_unpacked_for_whoever_cannot_read_that(front, site) -> None:
    site.says["/packed/"] = Said("words " * 1000)
    gzipped = ask(front.address, "/packed/", {"Accept-Encoding": "gzip"})
    plain = ask(front.address, "/packed/", {"Accept-Encoding": "identity"})
    refused = ask(front.address, "/packed/", {"Accept-Encoding": "gzip;q=0"})

    assert gzipped.headers["Content-Encoding"] == "gzip"
    assert plain.headers["Content-Encoding"] is refused.headers["Content-Encoding"] is None
    assert plain.body == refused.body == gzipped.body
    assert site.asked["/packed/"] == 1
    stored = b"".join(x.read_bytes() for x in (front.folder / "kept").rglob("*") if x.is_file())
    assert b"words words" not in stored


@pytest.mark.parametrize(
    ("accepts", "heard"),
    [
        ("gzip, deflate, br, zstd", "br, gzip"),
        ("BR;q=0.5", "br, gzip"),
        ("gzip, br;q=0", "gzip"),
        ("gzip, br;q=0.000", "gzip"),
        ("sdch, brx", "gzip"),
        ("*", "gzip"),
    ],
)
def test_the_site_hears_two_spellings_of_encodings(front, site, accepts, heard) -> None:
    ask(front.address, f"/spelling-{abs(hash(accepts))}/", {"Accept-Encoding": accepts})

    assert site.heard[-1]["Accept-Encoding"] == heard


NEVER_KEPT = {
    "with a cookie": Said(headers={**PAGE, "Set-Cookie": "a=b"}),
    "one visitor's": Said(headers={"Cache-Control": "private"}),
    "said to be asked for each time": Said(headers={"Cache-Control": "no-cache"}),
    "without a word on it": Said(headers={}),
    "varied by cookie": Said(headers={**PAGE, "Vary": "Cookie"}),
    "varied by more": Said(headers={**PAGE, "Vary": "Accept-Encoding, User-Agent"}),
    "not found": Said(status=404, headers=PAGE),
    "moved": Said(status=301, headers={"Location": "/", **PAGE}),
    "refused": Said(status=403, headers=PAGE),
    "failed": Said(status=500, headers=PAGE),
}


@pytest.mark.parametrize("name", NEVER_KEPT)
def test_what_is_not_a_page_for_everyone_is_never_kept(front, site, name) -> None:
    path = f"/{name.replace(' ', '-')}/"
    site.says[path] = NEVER_KEPT[name]

    for _ in range(2):
        assert ask(front.address, path).came != "HIT"

    assert site.asked[path] == 2


@pytest.mark.parametrize(
    "path", ["/search/?q=flu", "/search/suggestions/?q=fl", "/cookie-consent/", "/documents/ab/"]
)
def test_what_follows_each_visitor_is_never_kept(front, site, path) -> None:
    for _ in range(2):
        ask(front.address, path)
    assert site.asked[path] == 2


def test_a_form_is_never_kept(front, site) -> None:
    for _ in range(2):
        assert ask(front.address, "/form/", method="POST", body="a=b").body == "a page"
    assert site.asked["/form/"] == 2


@pytest.mark.parametrize(
    ("asked", "heard"),
    [
        ("?utm_source=x&page=2&fbclid=y", "?page=2&"),
        ("?year=2018&topic=flu", "?topic=flu&year=2018&"),
        ("?topic=flu&x=1&year=2018", "?topic=flu&year=2018&"),
        ("?q=%00%ff&page=&utm_source=x", ""),
        ("?anything=&else", ""),
    ],
)
def test_an_address_is_asked_for_by_the_names_that_pages_read(front, site, asked, heard) -> None:
    path = f"/list-{abs(hash(asked))}/"

    for spelling in (f"{path}{asked}", f"{path}{asked}&{time.monotonic()}"):
        assert ask(front.address, spelling).status == 200

    assert site.asked == {f"{path}{heard}": 1}


def test_lists_that_readers_choose_from_cannot_push_out_pages(front) -> None:
    for number in range(20):
        ask(front.address, f"/list/?page={number}")

    ask(front.address, "/place/")
    kept = {
        x.name: sum(y.is_file() for y in x.rglob("*")) for x in (front.folder / "kept").iterdir()
    }

    assert kept["ccgsite-lists"] >= 20
    assert "max_size=512m" in front.site_file()
    assert "max_size=64m" in front.site_file()


def test_many_at_once_are_one_question(front, site) -> None:
    site.says["/rush/"] = Said(seconds=0.5)
    with ThreadPoolExecutor(20) as crowd:
        answers = list(crowd.map(lambda _: ask(front.address, "/rush/"), range(20)))

    assert {x.body for x in answers} == {"a page"}
    assert site.asked["/rush/"] == 1


def test_the_site_hears_nothing_of_who_asks_for_a_page(front, site) -> None:
    sent = {
        "Authorization": "Basic x",
        "Cookie": "a=b",
        "Range": "bytes=0-1",
        "Sec-GPC": "1",
        "X-Forwarded-Host": "evil",
        "Forwarded": "host=evil",
        "X-Original-URL": "/cms/",
        "X-HTTP-Method-Override": "DELETE",
        "User-Agent": "x",
        "Accept-Language": "cy",
        "Cache-Control": "no-cache",
        "Pragma": "no-cache",
        "If-None-Match": '"x"',
    }
    ask(front.address, "/anonymous/", sent)

    assert {name.lower() for name in site.heard[-1]} == {
        *("host", "connection", "accept-encoding", "x-request-id"),
        *("x-forwarded-for", "x-forwarded-proto"),
    }
    assert site.heard[-1]["Host"] == front.address
    assert ask(front.address, "/anonymous/", sent).came == "HIT"
    ask(front.address, "/search/?q=x", {**sent, "Host": f"localhost:{front.port}"})
    assert site.heard[-1]["User-Agent"] == "x"  # the control: another place does pass it on
    assert not {"X-Forwarded-Host", "Forwarded", "Cookie"} & set(site.heard[-1])


def test_browsers_ask_each_time_and_get_a_304(front, site) -> None:
    page = ask(front.address, "/unchanged/", {"Accept-Encoding": "gzip"})

    again = ask(
        front.address,
        "/unchanged/",
        {"Accept-Encoding": "gzip", "If-None-Match": page.headers["ETag"]},
    )

    assert page.headers["Cache-Control"] == again.headers["Cache-Control"] == "no-cache"
    assert (again.status, again.body, again.came) == (304, "", "HIT")
    assert site.asked["/unchanged/"] == 1


# --- Freshness ----------------------------------------------------------------------------------


def test_a_publish_is_shown_within_five_seconds_and_nobody_waits_for_it(front, site) -> None:
    path = "/published/"
    site.says[path] = Said("before", seconds=0.4)
    ask(front.address, path)
    waited: list[float] = []
    started = time.monotonic()
    while time.monotonic() < started + 3.5:
        waited.append(ask(front.address, path).seconds)
        time.sleep(0.05)
    site.says[path] = Said("after", seconds=0.4)
    published = time.monotonic()

    while ask(front.address, path).body == "before":
        assert time.monotonic() < published + FRESH_SECONDS
        time.sleep(0.05)

    assert max(waited) < 0.3
    assert site.asked[path] <= 5


def test_a_page_that_nobody_read_for_long_is_fresh_for_the_first_who_does(front, site) -> None:
    site.says["/idle/"] = Said("before")
    ask(front.address, "/idle/")
    time.sleep(OLD_SECONDS)
    site.says["/idle/"] = Said("after")

    assert ask(front.address, "/idle/").body == "after"


# --- When the site fails ------------------------------------------------------------------------


def test_a_failing_page_is_served_from_its_copy_but_not_a_withdrawn_one(front, site) -> None:
    paths = {"/fails/": 500, "/hangs-up/": HANGS_UP, "/hangs/": HANGS, "/busy/": 503}
    for path in [*paths, "/withdrawn/", "/renamed/"]:
        assert ask(front.address, path).status == 200
    time.sleep(OLD_SECONDS)
    for path, status in paths.items():
        site.says[path] = Said(status=status)
    site.says["/withdrawn/"] = Said("gone", status=404, headers={"Cache-Control": "no-cache"})
    site.says["/renamed/"] = Said(
        status=301, headers={"Location": "/", "Cache-Control": "no-cache"}
    )

    for path in paths:
        answer = ask(front.address, path)
        assert (answer.status, answer.body, answer.came) == (200, "a page", "STALE"), path
    assert ask(front.address, "/withdrawn/").status == 404
    assert ask(front.address, "/renamed/").status == 301
    time.sleep(2.1)  # nginx counts whole seconds
    for path in ("/withdrawn/", "/renamed/"):
        site.says[path] = Said(status=500)
        assert ask(front.address, path).status == 503


def test_a_dead_site_is_served_from_copies_and_then_from_the_mirror(front, site) -> None:
    ask(front.address, "/about/")
    time.sleep(OLD_SECONDS)
    site.stop()
    try:
        kept = ask(front.address, "/about/")
        assert (kept.status, kept.body, kept.came) == (200, "a page", "STALE")
        front.empty_store()

        for path, text in {
            "/": "the home page's copy",
            "/about/": "a page's copy",
            "/about/?utm_source=x": "a page's copy",
            "/news/?page=2": "a list's second page's copy",
            "/feed.atom": "a feed's copy",
            "/dates.ics": "a calendar's copy",
            "/documents/0123456789abcdef0123456789abcdef/": "a document's copy",
        }.items():
            copy = ask(front.address, path, {"Accept-Encoding": "gzip"})
            assert (copy.status, copy.body) == (200, text), path
            assert copy.headers["Cache-Status"] == "mirror; hit"
            assert copy.headers["Cache-Control"] == "no-cache"
            assert "default-src 'none'" in copy.headers["Content-Security-Policy"]
            assert ask(front.address, path, {"If-None-Match": copy.headers["ETag"]}).status in {
                200,  # another encoding has another tag
                304,
            }
        packed = ask(front.address, "/about/", {"Accept-Encoding": "gzip"})
        assert packed.headers["Content-Encoding"] == "gzip"

        for method, path in [
            ("GET", "/search/?q=flu"),
            ("GET", "/search/"),
            ("GET", "/cookie-consent/"),
            ("GET", "/news/?topic=flu"),
            ("GET", "/feed.atom?committee=x"),
            ("GET", "/no-copy/"),
            ("GET", "/documents/ffffffffffffffffffffffffffffffff/"),
            ("POST", "/about/"),
            ("POST", "/enquiries/report/"),
        ]:
            sorry = ask(front.address, path, method=method, body="a=b" if method == "POST" else "")
            assert (sorry.status, sorry.body) == (503, "Phone 023 9289 0000"), path
            assert sorry.headers["Retry-After"] == "60"
            assert sorry.headers["Cache-Control"] == "no-store"
            assert sorry.headers["X-Content-Type-Options"] == "nosniff"
        assert "CMS does not answer" in ask(front.editor_address, "/cms/").body
    finally:
        site.start()
    time.sleep(2.5)  # for so long nginx leaves out what failed
    assert ask(front.address, "/about/").body == "a page"


def test_without_a_mirror_there_still_is_an_honest_answer(site, tmp_path) -> None:
    with nginx.in_front(tmp_path, "127.0.0.1:9", complains=True) as front:
        answer = ask(front.address, "/about/")

    assert answer.status == 503
    assert "call 111" in answer.body
    assert answer.headers["Retry-After"] == "60"


def test_a_process_that_came_back_answers_for_all_while_the_other_restarts(tmp_path) -> None:
    """Also when nginx still leaves it out, and is trying it out with another's request."""
    with (
        upstream.running() as one,
        upstream.running() as other,
        nginx.in_front(tmp_path, one.address, other.address, complains=True) as front,
    ):
        one.stop()
        assert statuses(front.address, "/search/?q=flu", 4) == {200: 4}
        one.start()
        one.says["/search/"] = Said(seconds=1)
        time.sleep(3.1)  # for so long nginx leaves it out
        other.stop()

        assert statuses(front.address, "/search/?q=flu", 8) == {200: 8}
        assert one.asked["/search/?q=flu"] == 8


# --- Limits -------------------------------------------------------------------------------------


def statuses(address: str, path: str, number: int, method: str = "GET") -> Counter[int]:
    body = "a=b" if method == "POST" else ""
    with ThreadPoolExecutor(8) as crowd:
        answers = crowd.map(lambda _: ask(address, path, method=method, body=body), range(number))
        return Counter(x.status for x in answers)


def test_what_goes_on_and_on_is_refused_and_many_people_at_once_are_not(
    site, tmp_path, var
) -> None:
    with nginx.in_front(tmp_path, site.address, var=var, complains=True) as front:
        surgery = statuses(front.address, "/form/", 30, "POST")
        robot = statuses(front.address, "/form/", 20, "POST")
        assert surgery == {200: 30}
        assert robot[429] >= 18
        assert statuses(front.address, "/search/?q=flu", 50) == {200: 50}
        assert statuses(front.address, "/search/?q=flu", 50)[429] > 10
        assert statuses(front.address, "/news/?topic=x", 150)[429] > 10
        assert statuses(front.address, "/news/", 150) == {200: 150}  # pages have no limit
        assert statuses(front.editor_address, "/cms/login/", 11, "POST") == {200: 11}
        assert statuses(front.editor_address, "/cms/login/", 5, "POST")[429] >= 4
        assert statuses(front.editor_address, "/cms/pages/", 30, "POST") == {200: 30}
        refused = ask(front.address, "/form/", method="POST", body="a=b")

    assert (refused.status, refused.body) == (429, "Too many")
    assert refused.headers["Retry-After"] == "60"
    assert refused.headers["X-Frame-Options"] == "DENY"


def test_the_log_has_nobodys_address_and_nothing_that_was_typed(site, tmp_path, var) -> None:
    with nginx.in_front(tmp_path, site.address, var=var) as front:
        for path in (
            "/search/?q=chest+pain",
            "/enquiries/state/AB12/s3cret/",
            "/cms/password_reset/x",
        ):
            ask(front.address, path)

    assert "GET /search/ 200" in front.requests  # all of it, as nginx has ended
    assert "GET /enquiries/state/... 200" in front.requests
    for word in ("127.0.0.1", "chest", "s3cret"):
        assert word not in front.requests


def test_what_is_too_large_is_refused_in_words(front, site) -> None:
    for method, path, body, status in [
        ("POST", "/form/", "x" * 70_000, 413),
        ("GET", "/" + "x" * 20_000, "", 414),
        ("DELETE", "/static/css/site.0123456789ab.css", "", 405),
    ]:
        answer = ask(front.address, path, method=method, body=body)
        assert answer.status == status
    assert ask(front.address, "/form/", method="POST", body="x" * 60_000).status == 200
    assert "cannot answer" in ask(front.address, "/form/", method="POST", body="x" * 70_000).body


def test_whoever_sends_too_slowly_keeps_nobody_waiting_and_is_sent_away(
    site, var, tmp_path
) -> None:
    front = Front(tmp_path, [site.address], var=var)
    quick = front.site_file().replace("client_header_timeout 10s", "client_header_timeout 1s")
    front.start(quick)
    try:
        slow = [socket.create_connection(("127.0.0.1", front.port)) for _ in range(200)]
        for client in slow:
            client.sendall(b"GET / HTTP/1.1\r\nHost: ")
        answer = ask(front.address, "/")
        assert answer.status == 200
        assert answer.seconds < 1
        time.sleep(2.5)
        for client in slow:
            client.settimeout(1)
            with suppress(ConnectionResetError):
                assert client.recv(100) == b""
            client.close()
    finally:
        front.stop()


# --- Names and files ----------------------------------------------------------------------------


def test_a_name_that_is_not_ours_gets_no_answer(front) -> None:
    for host in ("evil.example", "127.0.0.1", f"evil.example:{front.port}"):
        with pytest.raises(http.client.RemoteDisconnected):
            ask(front.address, "/", {"Host": host})
    assert ask(front.address, "/", {"Host": f"localhost:{front.port + 1}"}).status == 200


def test_files_are_served_without_the_site(front, site) -> None:
    style = ask(front.address, "/static/css/site.0123456789ab.css", {"Accept-Encoding": "gzip"})
    image = ask(front.address, "/media/images/cat.width-840.png")

    assert (style.status, style.body) == (200, "body {}")
    assert style.headers["Cache-Control"] == "public, max-age=31536000, immutable"
    assert style.headers["Content-Encoding"] == "gzip"
    assert (image.status, image.body) == (200, "an image")
    assert image.headers["Cache-Control"] == "no-cache"
    assert not site.asked


def test_a_browser_that_reads_brotli_gets_it(front, site, var) -> None:
    path = "static/js/menu.0123456789ab.js"
    (var / path).parent.mkdir(exist_ok=True)
    (var / path).write_text("plain")
    (var / f"{path}.br").write_text("packed")

    site.says["/.not-found/"] = NOT_FOUND
    packed = ask(front.address, f"/{path}", {"Accept-Encoding": "gzip, br"})
    plain = ask(front.address, f"/{path}")

    assert (packed.body, packed.headers["Content-Encoding"]) == ("packed", "br")
    assert packed.headers.get_all("Content-Type") == ["text/javascript; charset=utf-8"]
    assert packed.headers["Vary"] == "Accept-Encoding"
    assert packed.headers["Cache-Control"] == plain.headers["Cache-Control"]
    assert plain.body == "plain"
    assert ask(front.address, f"/.packed/{path}.br").status == 404


@pytest.mark.parametrize(
    "path",
    [
        "/static/wagtailadmin/css/core.0123456789ab.css",
        "/media/original_images/cat.png",
        "/media/documents/0a1b2c3d/minutes.pdf",
        "/media/images/../original_images/cat.png",
        "/media/images/%2e%2e/original_images/cat.png",
        "/cms/",
        "/cms/login/",
        "/cms",
    ],
)
def test_what_is_for_editors_or_for_nobody_is_not_found(front, site, path) -> None:
    site.says["/.not-found/"] = NOT_FOUND

    assert (ask(front.address, path).status, site.asked[path]) == (404, 0)


# --- TLS ----------------------------------------------------------------------------------------


def test_tls_and_http_2_for_our_own_name_alone(site, var, tmp_path) -> None:
    certificate = tmp_path / "certificate.pem"
    nginx.make_certificate(certificate)
    folder = tmp_path / "nginx"
    folder.mkdir()
    context = ssl.create_default_context(cafile=certificate)
    context.set_alpn_protocols(["h2", "http/1.1"])
    with nginx.in_front(folder, site.address, var=var, certificate=certificate) as front:

        def greeting(name: str) -> ssl.SSLSocket:
            plain = socket.create_connection(("127.0.0.1", front.port))
            return context.wrap_socket(plain, server_hostname=name)

        with greeting("localhost") as connection:
            assert connection.selected_alpn_protocol() == "h2"
            assert connection.version() == "TLSv1.3"
        with pytest.raises(ssl.SSLError, match="unrecognized name"):
            greeting("evil.example")
        plain = ask(f"localhost:{front.plain_port}", "/about/?page=2")
        seen = subprocess.run(
            ["curl", "--silent", "--cacert", certificate, f"https://{front.address}/tls/"],
            capture_output=True,
            check=True,
        )
    assert (plain.status, plain.headers["Location"]) == (301, "https://localhost/about/?page=2")
    assert seen.stdout == b"a page"
    assert site.heard[-1]["X-Forwarded-Proto"] == "https"
