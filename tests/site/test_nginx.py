"""nginx in front of the site: the same bytes for everyone, and the policy that each one chose."""

import http.client
import re
import subprocess
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from io import StringIO
from threading import Thread
from urllib.parse import urlencode, urlsplit

import pytest
from django.core.management import call_command

from ccgsite.middleware import WITH_COOKIES
from privacy.gates import GATES
from tests import nginx
from tests.browser.addresses import KINDS
from tests.privacy.consent_cases import CASES, YES, Case

served = pytest.mark.server

POLICY = "Content-Security-Policy"
PAGES = {kind: path for kind, path in KINDS.items() if not path.startswith(WITH_COOKIES)}


@dataclass
class Answer:
    status: int
    headers: http.client.HTTPMessage
    body: bytes

    @property
    def policy(self) -> dict[str, set[str]]:
        """The sources that the policy lets in, by directive. Fails unless there is one policy."""
        (header,) = self.headers.get_all(POLICY)
        directives = [part.split() for part in header.split("; ")]
        assert len({name for name, *_ in directives}) == len(directives)
        return {name: set(sources) for name, *sources in directives}

    @property
    def hosts(self) -> dict[str, set[str]]:
        """The other hosts that the policy names, by directive."""
        found = {
            name: {source for source in sources if source[0] != "'" and source != "data:"}
            for name, sources in self.policy.items()
        }
        return {name: sources for name, sources in found.items() if sources}


def ask(
    server: str,
    path: str = "/",
    headers: Mapping[str, str] = {},
    body: Mapping[str, str] | None = None,
) -> Answer:
    """Send a GET, or a form."""
    connection = http.client.HTTPConnection(server, timeout=30)
    form = {} if body is None else {"Content-Type": "application/x-www-form-urlencoded"}
    text = None if body is None else urlencode(body)
    connection.request("GET" if body is None else "POST", path, text, {**form, **headers})
    response = connection.getresponse()
    answer = Answer(response.status, response.headers, response.read())
    connection.close()
    return answer


def hosts_of(groups: set[str]) -> dict[str, set[str]]:
    """Return the hosts of some groups by directive, as the registry has them."""
    hosts: dict[str, set[str]] = {}
    for group in groups:
        for directive, found in GATES[group].hosts.items():
            hosts.setdefault(directive, set()).update(found)
    return hosts


@pytest.fixture(scope="module")
def site(running_site) -> str:
    """Return where the site itself is."""
    return urlsplit(running_site.url).netloc


@pytest.fixture(scope="module")
def front(site, tmp_path_factory) -> Iterator[str]:
    """Return where nginx is, in front of the site."""
    with nginx.in_front(tmp_path_factory.mktemp("nginx"), site) as server:
        yield server


@pytest.fixture(scope="module")
def keeping(site, tmp_path_factory) -> Iterator[str]:
    """Return where an nginx is that keeps pages."""
    with nginx.in_front(tmp_path_factory.mktemp("nginx"), site, keeps_pages=True) as server:
        yield server


@pytest.fixture(scope="module")
def versions(site) -> dict[str, str]:
    header = ask(site).headers["Consent-Versions"]
    versions = dict(pair.split("=") for pair in header.split("|"))
    assert set(versions) == set(GATES)
    return versions


@pytest.fixture(scope="module")
def accepted(versions) -> dict[str, str]:
    """Return the headers of a visitor who said yes to all."""
    return {"Cookie": f'cookie_consent="{YES.format(later="2999", **versions)}"'}


# --- The files ----------------------------------------------------------------------------------


def test_the_rules_are_those_of_the_registry() -> None:
    written = StringIO()
    call_command("nginx_consent", stdout=written)

    assert (nginx.DEPLOY / "consent.conf").read_text(encoding="utf-8") == written.getvalue()


def test_what_needs_cookies_has_a_place_of_its_own() -> None:
    places = re.findall(r"location ~ \^(\S+) ", nginx.site_file())

    assert sorted(places) == sorted(WITH_COOKIES)


@served
def test_nginx_takes_the_files_as_they_are(tmp_path) -> None:
    command = nginx.configure(tmp_path, nginx.site_file())

    result = subprocess.run([*command, "-t"], capture_output=True, text=True, check=False)

    assert result.returncode == 0, result.stderr
    assert not nginx.PROBLEM.search(result.stderr)


# --- Choices ------------------------------------------------------------------------------------


@served
@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_a_choice_changes_the_policy_and_nothing_else(case: Case, site, front, versions) -> None:
    headers = case.headers(versions)
    stranger, answer = ask(front), ask(front, headers=headers)

    assert answer.hosts == hosts_of(case.allowed)
    assert answer.policy == ask(site, headers=headers).policy
    assert stranger.hosts == {}
    assert answer.body == stranger.body
    assert answer.headers["ETag"] == stranger.headers["ETag"]
    assert "Set-Cookie" not in answer.headers
    assert "Consent-Versions" not in answer.headers


@served
@pytest.mark.parametrize("kind", PAGES)
def test_every_kind_of_page_is_the_same_for_everyone(kind, site, front, accepted) -> None:
    address = PAGES[kind]
    stranger, visitor = ask(front, address), ask(front, address, accepted)

    assert stranger.hosts == {}
    assert visitor.hosts == hosts_of(set(GATES))
    assert visitor.policy == ask(site, address, accepted).policy
    assert visitor.status == stranger.status
    assert visitor.body == stranger.body
    assert visitor.headers["ETag"] == stranger.headers["ETag"]
    assert "Set-Cookie" not in visitor.headers


NEVER_WRITTEN = {
    "a quote before": 'cookie_consent="analytics={analytics}',
    "a quote after": 'cookie_consent=analytics={analytics}"',
    "an escaped bar": 'cookie_consent="analytics={analytics}|x=\\174"',
    "a space": "cookie_consent=x y|analytics={analytics}",
    "a pair of three after it": "cookie_consent=analytics={analytics}|analytics=-1=-1",
    "half a pair after it": "cookie_consent=analytics={analytics}|analytics=",
    "half a cookie after it": 'cookie_consent=analytics={analytics}; cookie_consent="x',
    "many quotes": "cookie_consent=analytics={analytics}|" + '"' * 3000,
    "many spaces": "cookie_consent=analytics={analytics}" + " " * 3000 + "x",
    "many answers": "cookie_consent=analytics={analytics}" + "|analytics=" * 300,
    "many cookies": "cookie_consent=analytics={analytics}" + "; cookie_consent=" * 200,
    "no cookie in the end": "; " * 2000 + "cookie_consent" + " " * 3000,
}


@served
@pytest.mark.parametrize("cookie", NEVER_WRITTEN.values(), ids=NEVER_WRITTEN)
def test_a_cookie_that_this_site_never_writes_opens_nothing(front, versions, cookie) -> None:
    answer = ask(front, headers={"Cookie": cookie.format(**versions)})

    assert answer.status == 200
    assert answer.hosts == {}


@served
def test_a_page_that_the_browser_kept_gets_the_policy_of_the_choice(front, accepted) -> None:
    page = ask(front)

    answer = ask(front, headers={**accepted, "If-None-Match": page.headers["ETag"]})

    assert answer.status == 304
    assert answer.hosts == hosts_of(set(GATES))


@served
def test_a_page_that_nginx_keeps_gets_the_policy_of_each_visitor(keeping, accepted) -> None:
    first = ask(keeping, "/about-us/", accepted)
    unchanged = {"If-None-Match": first.headers["ETag"]}

    stranger, visitor = ask(keeping, "/about-us/"), ask(keeping, "/about-us/", accepted)
    again = ask(keeping, "/about-us/", {**accepted, **unchanged})

    assert first.headers["Kept"] == "MISS"
    assert stranger.headers["Kept"] == visitor.headers["Kept"] == again.headers["Kept"] == "HIT"
    assert stranger.hosts == {}
    assert again.status == 304
    assert first.hosts == visitor.hosts == again.hosts == hosts_of(set(GATES))
    assert stranger.body == visitor.body == first.body


# --- What nginx leaves to the site --------------------------------------------------------------


@served
@pytest.mark.parametrize("address", ["/cms/login/", "/cookie-consent/"])
def test_what_needs_cookies_keeps_its_own_policy(address, site, front, accepted) -> None:
    assert ask(front, address, accepted).policy == ask(site, address, accepted).policy


@served
@pytest.mark.parametrize("address", ["/robots.txt", "/sitemap.xml", "/static/js/consent.js"])
def test_what_is_no_page_may_load_nothing_after_a_yes_either(address, front, accepted) -> None:
    assert ask(front, address, accepted).hosts == {}


@served
def test_a_document_keeps_its_own_policy(front, accepted) -> None:
    page = ask(front, PAGES["every block"]).body.decode()
    document = re.search(r'href="(/documents/[^"]+)"', page)[1]

    assert ask(front, document, accepted).policy == {"default-src": {"'none'"}}


@served
def test_a_choice_made_behind_nginx_counts(site, front) -> None:
    form = {"cookie_groups": "video", "next": "/about-us/"}

    answer = ask(front, "/cookie-consent/accept/", {"Origin": f"http://{front}"}, form)
    cookie = answer.headers["Set-Cookie"].partition(";")[0]

    assert answer.status == 302
    assert answer.headers["Location"] == "/about-us/#cookies-accepted"
    assert ask(front, "/about-us/", {"Cookie": cookie}).hosts == hosts_of({"video"})
    assert b"You chose this on" in ask(front, "/cookie-consent/", {"Cookie": cookie}).body


@served
def test_another_sites_form_is_refused_behind_nginx(site, front) -> None:
    form = {"cookie_groups": "video"}

    for origin in ("https://evil.example", f"http://{site}"):
        answer = ask(front, "/cookie-consent/accept/", {"Origin": origin}, form)
        assert answer.status == 403
        assert "Set-Cookie" not in answer.headers


@contextmanager
def mirror() -> Iterator[str]:
    """Yield where a server is that answers with the headers it was sent."""

    class Mirror(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response(200)
            self.send_header("Content-Length", str(len(bytes(self.headers))))
            self.end_headers()
            self.wfile.write(bytes(self.headers))

        def log_message(self, *_: object) -> None:
            pass

    with ThreadingHTTPServer(("127.0.0.1", 0), Mirror) as server:
        Thread(target=server.serve_forever).start()
        try:
            yield f"127.0.0.1:{server.server_port}"
        finally:
            server.shutdown()


@served
def test_the_site_is_told_who_asks_only_where_it_has_to_know(tmp_path) -> None:
    sent = {
        "Cookie": "cookie_consent=x; sessionid=y",
        "Sec-GPC": "1",
        "X-Forwarded-Proto": "gopher",
        "X-Forwarded-For": "192.0.2.1",
    }
    with mirror() as upstream, nginx.in_front(tmp_path, upstream) as front:
        for address in ("/", "/cms", "/cmsx/", "/about-us/?next=/cms/"):
            told = ask(front, address, sent).body.decode().lower()
            assert "cookie" not in told
            assert "gpc" not in told
            assert f"host: {front}\n" in told
            assert "x-forwarded-proto: http\n" in told
            assert "x-forwarded-for: 127.0.0.1\n" in told
        for address in WITH_COOKIES:
            told = ask(front, address, sent).body.decode().lower()
            assert "cookie: cookie_consent=x; sessionid=y\n" in told
            assert "sec-gpc: 1\n" in told
            assert f"host: {front}\n" in told
            assert "x-forwarded-proto: http\n" in told
            assert "x-forwarded-for: 127.0.0.1\n" in told
