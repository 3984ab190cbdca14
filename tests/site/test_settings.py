"""Production's settings are safe, and Wagtail's own safe options are on."""

import importlib
import sys

import pytest
from django.core.exceptions import ImproperlyConfigured

from ccgsite import checks
from ccgsite.settings.environment import site_address
from pages import outside_search

HTTPS = {"SITE_URL": "https://www.example.nhs.uk", "SECRET_KEY": "k" * 60}
ENGINE = {**HTTPS, "SEARCH_URL": "https://site:pa55word@search.example.nhs.uk:9200"}
READ = {"DATABASE_URL", "ALLOWED_HOSTS", "PORT", "SEARCH_ENGINE", *ENGINE}


@pytest.fixture
def production(monkeypatch, tmp_path):
    """Return a function that reads the production settings in a given environment."""

    def read(**environment: str):
        monkeypatch.setenv("VAR_DIR", str(tmp_path))
        for name in READ:
            monkeypatch.setenv(name, environment.get(name, ""))
        monkeypatch.delitem(sys.modules, "ccgsite.settings.production", raising=False)
        return importlib.import_module("ccgsite.settings.production")

    return read


@pytest.mark.parametrize(
    ("environment", "says"),
    [
        ({}, "SECRET_KEY is missing"),
        ({"SECRET_KEY": "short"}, "shorter than 50"),
        ({**HTTPS, "DATABASE_URL": "nonsense"}, "DATABASE_URL cannot be read"),
        ({**HTTPS, "DATABASE_URL": "oracle9://x"}, "DATABASE_URL cannot be read"),
        ({**HTTPS, "SITE_URL": "www.example.nhs.uk"}, "SITE_URL must look like"),
        ({**HTTPS, "SITE_URL": "https://x/path"}, "SITE_URL must look like"),
        ({**HTTPS, "SITE_URL": "https://x:port"}, "SITE_URL must look like"),
        ({**HTTPS, "SEARCH_URL": "search.example.nhs.uk:9200"}, "SEARCH_URL must look like"),
        ({**HTTPS, "SEARCH_URL": "https://x:port"}, "SEARCH_URL must look like"),
        ({**HTTPS, "SEARCH_URL": "https://name@x"}, "SEARCH_URL must look like"),
        ({**HTTPS, "SEARCH_URL": "https://name:pa55#word@x"}, "SEARCH_URL must look like"),
        ({**ENGINE, "SEARCH_ENGINE": "solr"}, "SEARCH_ENGINE must be one of opensearch2, open"),
        ({**ENGINE, "SEARCH_ENGINE": "opensearch2"}, "needs the Python package opensearch-py in"),
        ({**ENGINE, "SEARCH_ENGINE": "elasticsearch9"}, "elasticsearch in version 9; there is n"),
    ],
)
def test_a_wrong_environment_stops_the_start_and_says_why(production, environment, says) -> None:
    with pytest.raises(ImproperlyConfigured, match=says) as caught:
        production(**environment)

    assert "pa55" not in str(caught.value)


def test_without_another_search_engine_the_database_searches(production) -> None:
    backends = production(**HTTPS).WAGTAILSEARCH_BACKENDS

    assert set(backends) == {"default"}
    assert "pages.sqlite_search" in backends["default"]["BACKEND"]


def test_another_search_engine_is_asked_safely_and_not_for_long(production) -> None:
    backends = production(**ENGINE).WAGTAILSEARCH_BACKENDS
    client = outside_search.SearchBackend(dict_without(backends["passages"], "BACKEND")).es

    assert backends["default"] == production(**HTTPS).WAGTAILSEARCH_BACKENDS["default"]
    assert backends["passages"]["ENGINE"] == "wagtail.search.backends.opensearch3"
    assert backends["passages"]["INDEX_PREFIX"] == "ccgsite_www_example_nhs_uk_"
    connection = client.transport.get_connection()
    assert (connection.host, connection.timeout) == ("https://search.example.nhs.uk:9200", 2)
    assert connection.pool.cert_reqs == "CERT_REQUIRED"
    assert client.transport.max_retries == 0


def dict_without(facts: dict, key: str) -> dict:
    return {name: value for name, value in facts.items() if name != key}


def test_nothing_is_loose_in_production(production) -> None:
    settings = production(**HTTPS)

    assert settings.DEBUG is False
    assert settings.ALLOWED_HOSTS[0] == "www.example.nhs.uk"
    assert "*" not in settings.ALLOWED_HOSTS
    assert settings.SECURE_HSTS_SECONDS >= 31_536_000
    assert settings.SESSION_COOKIE_SECURE
    assert settings.CSRF_COOKIE_SECURE
    assert settings.EMAIL_TIMEOUT == 5
    assert settings.SILENCED_SYSTEM_CHECKS == []


def test_cookies_belong_to_the_cms_alone(production) -> None:
    settings = production(**HTTPS)

    assert settings.SESSION_COOKIE_PATH == settings.CSRF_COOKIE_PATH == "/cms/"
    assert settings.MESSAGE_STORAGE.endswith("SessionStorage")


def test_wagtails_safe_options_are_on(production) -> None:
    settings = production(**HTTPS)

    assert settings.WAGTAIL_PRIVATE_PAGE_OPTIONS == {"SHARED_PASSWORD": False}
    assert settings.WAGTAILDOCS_PRIVATE_COLLECTION_OPTIONS == {"SHARED_PASSWORD": False}
    assert settings.WAGTAIL_WORKFLOW_REQUIRE_REAPPROVAL_ON_EDIT
    assert settings.WAGTAIL_GRAVATAR_PROVIDER_URL is None
    assert not settings.WAGTAIL_ENABLE_UPDATE_CHECK
    assert not settings.WAGTAIL_ALLOW_UNICODE_SLUGS
    assert settings.WAGTAILDOCS_MAX_UPLOAD_SIZE
    assert not {"svg", "html", "zip", "exe"} & {
        *settings.WAGTAILDOCS_EXTENSIONS,
        *settings.WAGTAILIMAGES_EXTENSIONS,
    }
    assert settings.WAGTAILIMAGES_MAX_IMAGE_PIXELS <= 20_000_000
    assert settings.WAGTAILEMBEDS_FINDERS == []


def test_the_public_policy_names_nobody_else(production) -> None:
    directives = production(**HTTPS).CONTENT_SECURITY_POLICY["DIRECTIVES"]

    sources = {source for values in directives.values() for source in values}
    assert sources <= {"'none'", "'self'", "data:"}


@pytest.mark.parametrize(
    ("url", "parts"),
    [
        ("https://www.example.nhs.uk", ("https", "www.example.nhs.uk", 443)),
        ("http://localhost:8000", ("http", "localhost", 8000)),
        ("http://[::1]:8000", ("http", "::1", 8000)),
    ],
)
def test_the_sites_address_is_read(url: str, parts: tuple[str, str, int]) -> None:
    assert site_address(url) == parts


def test_a_media_folder_that_cannot_be_written_stops_the_start(settings) -> None:
    settings.MEDIA_ROOT = "/dev/null/media"

    assert [error.id for error in checks.folders_are_writable()] == ["ccgsite.E001"]


def test_public_answers_carry_the_safety_headers(client, site_home) -> None:
    for address in ("/", "/nothing-here/", "/%0d/", "/robots.txt"):
        headers = client.get(address).headers
        assert "default-src 'none'" in headers["Content-Security-Policy"], address
        assert "frame-ancestors 'none'" in headers["Content-Security-Policy"], address
        assert headers["X-Content-Type-Options"] == "nosniff", address
        assert headers["X-Frame-Options"] == "DENY", address
        assert headers["Referrer-Policy"] == "same-origin", address
        assert "camera=()" in headers["Permissions-Policy"], address


def test_the_cms_has_a_policy_of_its_own(admin_client, site_home) -> None:
    policy = admin_client.get("/cms/").headers["Content-Security-Policy"]

    assert "frame-ancestors 'self'" in policy
    assert "http" not in policy
