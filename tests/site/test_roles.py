"""What each of the three roles answers, and what it has not got."""

import http.client
import re
import subprocess
from collections.abc import Iterator
from urllib.parse import urlencode, urlsplit
from urllib.request import HTTPCookieProcessor, build_opener

import pytest
from django.conf import settings as project
from django.db import connection
from django.test import Client

from ccgsite import checks, public_urls
from ccgsite.settings.roles import FOR_EDITORS, in_role
from pages.public import public_pages
from tests.running import Site, free_port, starting

served = pytest.mark.server

WRITING = re.compile(r'(?:INSERT (?:\w+ \w+ )?INTO|UPDATE|DELETE FROM) "(\w+)"', re.IGNORECASE)
FROM_HERE = {"Sec-Fetch-Site": "same-origin"}
CMS = ["/cms/", "/cms/login/", "/cms/pages/", "/cms/reports/site-health/"]
# What visitors submit: answers about cookies, by day, and searches that found nothing.
WRITTEN_FOR_VISITORS = {
    "privacy_consentcount",
    "pages_searchwithoutresults",
    "pages_siterendition",
    "enquiries_enquiry",
    "enquiries_historyentry",
    "enquiries_letter",
    "enquiries_mark",
    "django_tasks_database_dbtaskresult",
}


def ask(site: Site, path: str, **headers: str) -> http.client.HTTPResponse:
    """Send a GET and follow nothing. The answer has been read."""
    connection = http.client.HTTPConnection(urlsplit(site.url).netloc, timeout=30)
    connection.request("GET", path, headers=headers)
    response = connection.getresponse()
    response.body = response.read()
    connection.close()
    return response


@pytest.fixture(scope="module")
def folder(running_site, tmp_path_factory):
    """Return a copy of all that a site keeps."""
    folder = tmp_path_factory.mktemp("roles") / "var"
    subprocess.run(["cp", "-R", running_site.folder, folder], check=True)
    return folder


@pytest.fixture(scope="module")
def public(folder) -> Iterator[Site]:
    with starting(folder, CCGSITE_ROLE="public") as site:
        site.wait_to_serve()
        yield site


@pytest.fixture(scope="module")
def editor(folder, public) -> Iterator[Site]:
    port = str(free_port())
    addresses = {"SITE_URL": public.url, "EDITOR_URL": f"http://127.0.0.1:{port}"}
    with starting(folder, CCGSITE_ROLE="editor", PORT=port, **addresses) as site:
        site.wait_to_say("Press Ctrl-C")
        while True:
            try:
                ask(site, "/health/live")
            except OSError:
                assert site.process.poll() is None, site.said
            else:
                break
        yield site


# --- Public -------------------------------------------------------------------------------------


@served
def test_the_public_role_has_pages_search_files_and_forms(public):
    for path in ("/", "/about-us/", "/search/?q=flu", "/sitemap.xml", "/cookie-consent/"):
        assert ask(public, path).status == 200, path
    home = ask(public, "/").body.decode()
    for path in re.findall(r'(?:href|src)="(/static/[^"]+)"', home):
        assert ask(public, path).status == 200, path


@served
def test_the_public_role_has_no_cms_and_none_of_its_files(public, running_site):
    for path in CMS:
        assert ask(running_site, path).status in {200, 302}, path
        assert ask(public, path).status == 404, path
    assert "The CMS:" in running_site.said
    assert "The CMS:" not in public.said
    admin_files = list((running_site.folder / "static" / "wagtailadmin").rglob("*.css"))
    assert admin_files
    for file in admin_files:
        path = f"/static/{file.relative_to(running_site.folder / 'static')}"
        assert ask(running_site, path).status == 200, path
        assert ask(public, path).status == 404, path


@served
def test_the_public_role_knows_no_session(public):
    for path in ("/", "/cms/", "/nothing-here/"):
        answer = ask(public, path, Cookie="sessionid=x; csrftoken=y")
        assert not [c for c in answer.headers.get_all("Set-Cookie", []) if "session" in c]


@served
def test_the_public_role_sets_nothing_up(tmp_path):
    with starting(tmp_path / "var", CCGSITE_ROLE="public") as site:
        assert site.process.wait(60) == 1
        assert "The database is not of this version:" in site.said
        assert "Start the process with CCGSITE_ROLE=editor first" in site.said


# --- Editor -------------------------------------------------------------------------------------


@served
def test_the_editor_role_has_the_cms_and_its_files(editor):
    assert ask(editor, "/cms/login/").status == 200
    assert ask(editor, "/").headers["Location"] == "/cms/"
    login = ask(editor, "/cms/login/").body.decode()
    files = re.findall(r'(?:href|src)="(/static/[^"]+)"', login)
    assert files
    for path in files:
        assert ask(editor, path).status == 200, path


@served
def test_the_editor_role_sends_readers_to_the_public_site(editor, public):
    paths = ["/about-us/", "/search/?q=flu", "/cookie-consent/", "/sitemap.xml", "//evil.example/"]
    for path in paths:
        answer = ask(editor, path)
        assert answer.status == 302, path
        assert answer.headers["Location"] == public.url + path
    assert ask(editor, "/robots.txt").body == b"User-agent: *\nDisallow: /\n"


@served
def test_both_say_how_they_are(editor, public):
    for site in (editor, public):
        assert ask(site, "/health/live").status == 200
        assert ask(site, "/health/ready").status == 200
        assert ask(site, "/health/").status == 404


@served
def test_an_editor_signs_in_and_previews_a_page_on_that_host(editor, running_site):
    visitor = build_opener(HTTPCookieProcessor())
    visitor.addheaders = [("Origin", editor.url)]

    def form(path: str, **fields: str) -> str:
        page = visitor.open(editor.url + path).read().decode()
        token = re.search(r'name="csrfmiddlewaretoken" value="(\w+)"', page)[1]
        data = urlencode({"csrfmiddlewaretoken": token, **fields}).encode()
        return visitor.open(editor.url + path, data).read().decode()

    home = form("/cms/login/", username="admin", password=running_site.password)
    assert "/cms/logout/" in home
    page = re.search(r"/cms/pages/(\d+)/", home)[1]
    preview = visitor.open(f"{editor.url}/cms/pages/{page}/view_draft/").read().decode()
    assert "nhsuk-" in preview


# --- What is put together -----------------------------------------------------------------------


def test_a_role_leaves_out_what_it_has_no_use_for():
    public = in_role("public", project.MIDDLEWARE)

    assert in_role("all", project.MIDDLEWARE) == project.MIDDLEWARE
    assert not FOR_EDITORS & {*public}
    assert "django.middleware.csrf.CsrfViewMiddleware" in public
    assert len(in_role("editor", project.MIDDLEWARE)) == len(project.MIDDLEWARE) + 1
    context = project.TEMPLATES[1]["OPTIONS"]["context_processors"]
    assert in_role("public", context) == ["django.template.context_processors.request"]
    names = {*project.MIDDLEWARE, *context}
    assert names >= FOR_EDITORS, "a name that is nowhere leaves nothing out"


def test_no_address_of_the_cms_is_among_the_public_ones():
    assert "cms" not in str(public_urls.urlpatterns)


@pytest.mark.parametrize(
    ("role", "site", "editors", "says"),
    [
        ("editor", "https://a.nhs.uk", "https://a.nhs.uk", "needs an address of its own"),
        ("editor", "https://a.nhs.uk", "http://b.nhs.uk", "EDITOR_URL is an http address"),
        ("all", "https://a.nhs.uk", "https://b.nhs.uk", "EDITOR_URL is set, but"),
        ("editor", "https://a.nhs.uk", "https://b.nhs.uk", None),
        ("editor", "http://127.0.0.1:8000", "http://127.0.0.1:8001", None),
        ("public", "https://a.nhs.uk", "https://b.nhs.uk", None),
        ("all", "https://a.nhs.uk", "https://a.nhs.uk", None),
    ],
)
def test_addresses_that_do_not_fit_the_role_are_refused(settings, role, site, editors, says):
    settings.CCGSITE_ROLE, settings.SITE_URL, settings.EDITOR_URL = role, site, editors

    found = checks.role_has_its_address()

    assert [error.id for error in found] == (["ccgsite.E005"] if says else [])
    assert not says or says in found[0].msg


@pytest.fixture
def as_public(settings):
    settings.CCGSITE_ROLE = "public"
    settings.ROOT_URLCONF = "ccgsite.public_urls"
    settings.MIDDLEWARE = in_role("public", settings.MIDDLEWARE)
    return Client()


def test_the_public_role_writes_what_visitors_submit_and_nothing_else(as_public, site_home):
    tables = set()

    def watch(execute, sql, params, many, context):
        if found := WRITING.match(sql):
            tables.add(found[1])
        return execute(sql, params, many, context)

    with connection.execute_wrapper(watch):
        addresses = [page.url for page in public_pages().filter(depth__gt=1)]
        assert len(addresses) > 60
        for address in [*addresses, "/search/?q=flu", "/sitemap.xml", "/nothing/", "/cms/"]:
            assert as_public.get(address).status_code in {200, 404}, address
        assert tables <= {"pages_siterendition"}
        form = {"analytics": "declined", "video": "declined", "next": "/"}
        as_public.post("/cookie-consent/", form, headers=FROM_HERE)
        as_public.post("/search/without-results/", {"q": "xyzzy plover"}, headers=FROM_HERE)

    assert "pages_searchwithoutresults" in tables
    assert tables <= WRITTEN_FOR_VISITORS
