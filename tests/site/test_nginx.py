"""nginx in front of the site: the same bytes for everyone, and the policy that each one chose."""

import http.client
import re
import subprocess
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from io import StringIO
from urllib.parse import parse_qs, urlencode, urlsplit

import pytest
from bs4 import BeautifulSoup
from django.core.management import call_command

from ccgsite import keeping
from ccgsite.middleware import WITH_COOKIES
from privacy.gates import GATES
from tests import nginx, upstream
from tests.browser.addresses import KINDS
from tests.privacy.consent_cases import CASES, YES, Case

served = pytest.mark.server

# What a page says of itself; a file has its own.
OF_PAGES_ALONE = {
    *("cache-control", "cache-status", "connection", "content-length", "content-security-policy"),
    *("content-type", "date", "etag", "last-modified", "transfer-encoding", "vary"),
    "x-request-id",  # nginx gives it to the site, which says it again
}
MORE_LISTS = ["/publications/", "/hearing-from-you/previous-consultations/"]
NEVER_READ = ("/search/", "/cookie-consent/", "/enquiries/")  # they have places of their own

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
def both(running_site, site, tmp_path_factory) -> Iterator[nginx.Front]:
    """Return nginx in front of the site, for visitors and for editors."""
    folder = tmp_path_factory.mktemp("nginx")
    with nginx.in_front(folder, site, var=running_site.folder) as front:
        yield front


@pytest.fixture(scope="module")
def front(both) -> str:
    """Return where nginx is, in front of the site."""
    return both.address


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


@served
def test_nginx_takes_the_files_as_they_are(tmp_path) -> None:
    front = nginx.Front(tmp_path, ["127.0.0.1:8001", "127.0.0.1:8002"])
    command = front.configure(front.file_as_shipped())

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
    assert "Set-Cookie" not in visitor.headers
    if not address.startswith("/enquiries/"):  # each form has its own number
        assert visitor.body == stranger.body
        assert visitor.headers["ETag"] == stranger.headers["ETag"]


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
def test_a_page_that_nginx_keeps_gets_the_policy_of_each_visitor(front, accepted) -> None:
    first = ask(front, "/publications/", accepted)
    unchanged = {"If-None-Match": first.headers["ETag"]}

    stranger, visitor = ask(front, "/publications/"), ask(front, "/publications/", accepted)
    again = ask(front, "/publications/", {**accepted, **unchanged})

    for later in (stranger, visitor, again):
        assert later.headers["Cache-Status"] in {"nginx; detail=HIT", "nginx; detail=STALE"}
    assert stranger.hosts == {}
    assert again.status == 304
    assert first.hosts == visitor.hosts == again.hosts == hosts_of(set(GATES))
    assert stranger.body == visitor.body == first.body


# --- What nginx leaves to the site --------------------------------------------------------------


@served
def test_what_needs_cookies_keeps_its_own_policy(site, both, accepted) -> None:
    for server, address in [
        (both.editor_address, "/cms/login/"),
        (both.address, "/cookie-consent/"),
    ]:
        assert ask(server, address, accepted).policy == ask(site, address, accepted).policy


@served
def test_what_is_no_page_may_load_nothing_after_a_yes_either(front, accepted) -> None:
    script = re.search(r'src="(/static/js/site\.[^"]+)"', ask(front).body.decode())[1]
    for address in ("/robots.txt", "/sitemap.xml", script):
        answer = ask(front, address, accepted)
        assert answer.status == 200
        assert answer.hosts == {}


@served
def test_the_cms_is_at_the_editors_address_alone(both) -> None:
    assert ask(both.editor_address, "/cms/login/").status == 200
    for address in ("/cms", "/cms/", "/cms/login/"):
        answer = ask(both.address, address)
        assert answer.status == 404
        assert b"Page not found" in answer.body


@served
def test_files_have_the_headers_that_the_site_gives_pages(front) -> None:
    page = ask(front, "/about-us/")
    style = re.search(r'href="(/static/css/site\.[^"]+)"', page.body.decode())[1]
    file = ask(front, style)

    assert file.headers["Cache-Control"] == "public, max-age=31536000, immutable"
    assert file.policy == page.policy
    of_pages = {name.lower() for name in page.headers} - OF_PAGES_ALONE
    assert len(of_pages) > 5
    for name in of_pages:
        assert file.headers[name] == page.headers[name], name


@served
def test_every_name_that_a_page_reads_from_an_address_passes(site) -> None:
    known = set(re.findall(r"^map \$arg_(\w+)", nginx.shipped("ccgsite.conf"), re.MULTILINE))
    found: set[str] = set()
    for address in [*PAGES.values(), *MORE_LISTS]:
        page = BeautifulSoup(ask(site, address).body, "html.parser")
        for form in page.select("form:not([method=post])"):
            if not (form.get("action") or "").startswith("/search/"):
                found |= {x["name"] for x in form.select("[name]")}
        for link in page.select("main a[href*='?']:not([href^=mailto])"):
            if not urlsplit(link["href"]).netloc and not link["href"].startswith(NEVER_READ):
                found |= set(parse_qs(urlsplit(link["href"]).query))

    assert {"page", "topic", "from", "to"} <= found
    assert known >= keeping.PARAMETERS
    assert found <= known


@served
def test_a_dead_site_leaves_its_copy_with_its_date_and_without_a_way_to_load_more(
    running_site, tmp_path, accepted
) -> None:
    running_site.run("mirror")
    with nginx.in_front(
        tmp_path, "127.0.0.1:9", var=running_site.folder, complains=True
    ) as nothing_behind:
        front = nothing_behind.address
        for address in ["/", "/about-us/", KINDS["privacy notice"], "/news/?page=2"]:
            copy = ask(front, address, accepted)
            assert copy.status == 200
            assert b"This is a copy from" in copy.body
            assert copy.hosts == {}
        search = ask(front, "/search/?q=flu")
        document = re.search(rb'href="(/documents/[^"]+)"', ask(front, PAGES["every block"]).body)[
            1
        ]
        file = ask(front, document.decode())

    assert search.status == 503
    assert b"Other ways to contact us" in search.body
    assert (file.status, file.headers["Content-Type"]) == (200, "application/pdf")


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


@served
def test_the_site_is_told_who_asks_only_where_it_has_to_know(tmp_path) -> None:
    sent = {
        "Cookie": "cookie_consent=x; sessionid=y",
        "Sec-GPC": "1",
        "X-Forwarded-Proto": "gopher",
        "X-Forwarded-For": "192.0.2.1",
    }
    with upstream.running() as site, nginx.in_front(tmp_path, site.address) as both:

        def told(server: str, address: str) -> dict[str, str]:
            ask(server, address, sent)
            heard = {name.lower(): value for name, value in site.heard[-1].items()}
            assert heard["host"] == server
            assert heard["x-forwarded-proto"] == "http"
            assert heard["x-forwarded-for"] == "127.0.0.1"
            return heard

        for address in ("/", "/cmsx/", "/about-us/?next=/cms/", "/search/?q=x", "/documents/x/"):
            heard = told(both.address, address)
            assert "cookie" not in heard
            assert "sec-gpc" not in heard
        with_cookies = {"/cms/": both.editor_address, "/cookie-consent/": both.address}
        assert set(with_cookies) == set(WITH_COOKIES)
        for address, server in with_cookies.items():
            heard = told(server, address)
            assert heard["cookie"] == sent["Cookie"]
            assert heard["sec-gpc"] == "1"
