"""A search engine beside the database: OpenSearch or Elasticsearch, if one is named."""

from importlib.metadata import PackageNotFoundError, version
from typing import Any
from urllib.parse import urlsplit

from django.core.exceptions import ImproperlyConfigured

# By the values of SEARCH_ENGINE: the package with the engine's client, and what that calls the
# number of connections that it keeps.
OPENSEARCH = "opensearch-py", "pool_maxsize"
ENGINES = {
    "opensearch2": OPENSEARCH,
    "opensearch3": OPENSEARCH,
    "elasticsearch7": ("elasticsearch", "maxsize"),
    "elasticsearch8": ("elasticsearch", "connections_per_node"),
    "elasticsearch9": ("elasticsearch", "connections_per_node"),
}
CONNECTIONS = 4  # as many as threads in a process of the server
# How long a visitor, or an editor who publishes, waits for the engine at most.
SECONDS = 2


def search_engine(url: str, engine: str, prefix: str) -> dict[str, Any]:
    """Return an entry of WAGTAILSEARCH_BACKENDS.

    `url` may hold a user's name and password, percent-encoded; `prefix` comes before the names of
    the site's indexes. Raises ImproperlyConfigured, without the password.
    """
    if engine not in ENGINES:
        message = f"SEARCH_ENGINE must be one of {', '.join(ENGINES)}, not {engine!r}."
        raise ImproperlyConfigured(message)
    package, connections = ENGINES[engine]
    _check_address(url)
    _check_package(engine, package)
    return {
        "BACKEND": "pages.outside_search",
        "ENGINE": f"wagtail.search.backends.{engine}",
        "URLS": [url],
        "INDEX_PREFIX": prefix,
        "TIMEOUT": SECONDS,
        "OPTIONS": {"max_retries": 0, connections: CONNECTIONS},
    }


def _check_address(url: str) -> None:
    try:
        parts = urlsplit(url)
        named = bool(parts.username), bool(parts.password)
        if (
            parts.scheme not in {"http", "https"}
            or not parts.hostname
            or parts.port == 0
            or parts.query
            or parts.fragment
            or named not in {(True, True), (False, False)}
        ):
            raise ValueError(url)  # noqa: TRY301, one message for all that is wrong
    except ValueError:
        message = (
            "SEARCH_URL must look like https://user:password@search.example.nhs.uk:9200, with the "
            "password percent-encoded."
        )
        raise ImproperlyConfigured(message) from None


def _check_package(engine: str, package: str) -> None:
    """Raise ImproperlyConfigured unless the client is there in the engine's own version."""
    wanted = engine[-1]
    try:
        found = version(package)
    except PackageNotFoundError:
        found = "none"
    if found.partition(".")[0] != wanted:
        message = (
            f"SEARCH_ENGINE={engine} needs the Python package {package} in version {wanted}; "
            f"there is {found}. docs/operators.md says how to install it, under Search engines."
        )
        raise ImproperlyConfigured(message)
