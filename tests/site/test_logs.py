"""What is logged, and what never is."""

import io
import json
import logging
import logging.config
import re

import pytest
from django.core.exceptions import ImproperlyConfigured
from django.http import HttpRequest, HttpResponse
from django.test import Client, override_settings
from django.urls import path

from ccgsite.log_lines import JsonLine, Line
from ccgsite.request_ids import RequestIds, current
from ccgsite.settings.environment import number, one_of
from pages import views

TERM, EMAIL, COOKIE = "bowel-cancer-worry", "jane.doe@example.org", "a-secret-session"
ID = re.compile(r"[0-9a-f]{32}")
log = logging.getLogger("a.room")


def breaks(request: HttpRequest) -> HttpResponse:
    """Fail as code may that says in its error all that it knows."""
    known = (request.GET.get("q"), request.POST.get("email"), request.headers.get("Cookie"))
    log.warning("Asked by %s at %s", EMAIL, request.get_full_path())
    try:
        {}[known]
    except KeyError as error:
        message = f"cannot use {known}"
        raise ValueError(message) from error


urlpatterns = [path("breaks/", breaks), path("search/", breaks), path("well/", views.favicon)]
handler500 = "pages.views.server_error"


@pytest.fixture(params=[Line, JsonLine])
def lines(request):
    """Return a function that returns what was logged so far, in one of the two formats."""
    stream = io.StringIO()
    handler = logging.StreamHandler(stream)
    handler.setFormatter(request.param())
    logging.getLogger().addHandler(handler)
    yield stream.getvalue
    logging.getLogger().removeHandler(handler)


@pytest.fixture
def visitor(settings, site_home) -> Client:
    settings.ROOT_URLCONF = __name__
    client = Client(raise_request_exception=False)
    client.cookies["sessionid"] = COOKIE
    return client


def test_what_a_visitor_typed_or_is_never_appears(visitor, lines):
    visitor.get("/breaks/", {"q": TERM, "email": EMAIL})
    visitor.post("/breaks/", {"email": EMAIL})
    visitor.get(f"/people/{EMAIL}/")
    visitor.get("/nothing-here/", {"q": TERM})

    said = lines()

    assert "/breaks/" in said
    assert "KeyError" in said
    assert "ValueError" in said
    assert "test_logs.py" in said
    assert "/nothing-here/" in said
    for secret in (TERM, EMAIL, "jane.doe", COOKIE, "127.0.0.1"):
        assert secret not in said


def test_the_same_error_with_a_plain_formatter_would_tell(visitor):
    """The test above can fail."""
    stream = io.StringIO()
    handler = logging.StreamHandler(stream)
    handler.setFormatter(logging.Formatter())
    logging.getLogger().addHandler(handler)

    visitor.get("/breaks/", {"q": TERM})

    logging.getLogger().removeHandler(handler)
    assert TERM in stream.getvalue()
    assert EMAIL in stream.getvalue()


def test_another_handlers_form_of_an_error_is_not_taken_over(visitor):
    """Logging keeps the text of an error with the record, for the handlers that follow."""
    streams = [io.StringIO(), io.StringIO()]
    handlers = [logging.StreamHandler(stream) for stream in streams]
    handlers[0].setFormatter(logging.Formatter())
    handlers[1].setFormatter(Line())
    for handler in handlers:
        logging.getLogger().addHandler(handler)

    visitor.get("/breaks/", {"q": TERM})

    for handler in handlers:
        logging.getLogger().removeHandler(handler)
    assert [TERM in stream.getvalue() for stream in streams] == [True, False]


def test_an_error_where_nobody_sent_a_word_says_all(visitor, lines):
    visitor.get("/breaks/")
    assert "cannot use" not in lines()  # it sent a cookie

    visitor.cookies.clear()
    visitor.get("/breaks/")

    assert "cannot use (None, None" in lines()


def test_every_line_of_a_request_has_its_name_and_so_has_the_answer(visitor, lines):
    names = [visitor.get("/breaks/")["X-Request-ID"] for _ in range(2)]

    not_found = visitor.get("/nothing-here/")["X-Request-ID"]
    said = lines()

    assert len({*names}) == 2
    assert said.count(not_found) == 1
    for name in names:
        assert ID.fullmatch(name)
        assert said.count(name) == 2  # our own line, and Django's
    assert current.get() is None


def test_an_answer_that_is_well_has_a_name_too(client, db):
    for address in ("/", "/nothing-here/", "/health/live", "/%0d/", "/cms/"):
        assert ID.fullmatch(client.get(address)["X-Request-ID"]), address


@pytest.mark.parametrize(
    ("given", "trusted", "taken"),
    [
        ("from-the-proxy-1", True, True),
        ("from-the-proxy-1", False, False),
        ("short", True, False),
        ("x" * 65, True, False),
        ("with spaces, and more", True, False),
        (EMAIL, True, False),
    ],
)
def test_a_name_is_taken_from_a_trusted_proxy_if_it_is_well_formed(
    client, settings, given, trusted, taken
):
    settings.TRUST_REQUEST_ID = trusted

    answer = client.get("/health/live", headers={"X-Request-ID": given})

    assert (answer["X-Request-ID"] == given) is taken


def test_slow_requests_are_logged_when_asked_for(rf, settings, lines):
    settings.LOG_SLOW_SECONDS = 0
    RequestIds(lambda _: HttpResponse())(rf.get("/search/", {"q": TERM}))
    assert lines() == ""

    settings.LOG_SLOW_SECONDS = 1e-9
    RequestIds(lambda _: HttpResponse())(rf.get("/search/", {"q": TERM}))

    assert "Slow: GET /search/ 200 in 0.0 s" in lines()
    assert TERM not in lines()


def test_json_lines_are_json(visitor):
    stream = io.StringIO()
    handler = logging.StreamHandler(stream)
    handler.setFormatter(JsonLine())
    logging.getLogger().addHandler(handler)

    answer = visitor.get("/breaks/", {"q": TERM})
    log.warning("two\nlines")

    logging.getLogger().removeHandler(handler)
    said = [json.loads(line) for line in stream.getvalue().splitlines()]
    assert [line["logger"] for line in said] == ["a.room", "django.request", "a.room"]
    assert said[1]["message"] == "Internal Server Error: /breaks/"
    assert said[1]["request_id"] == answer["X-Request-ID"]
    assert said[1]["status"] == 500
    assert said[1]["error"].endswith("builtins.KeyError")
    assert said[2].keys() == {"time", "level", "logger", "message"}
    assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d[+-]\d{4}", said[0]["time"])


@override_settings()
def test_the_settings_say_which_form(settings):
    for name in ("line", "json"):
        config = {**settings.LOGGING, "root": {"handlers": []}}
        made = logging.config.DictConfigurator(config).configure_formatter(
            {**config["formatters"][name]}
        )
        assert type(made) is {"line": Line, "json": JsonLine}[name]
    assert settings.LOGGING["handlers"]["console"]["formatter"] == "line"


def test_settings_that_cannot_be_are_refused(monkeypatch):
    monkeypatch.setenv("LOG_FORMAT", "xml")
    monkeypatch.setenv("LOG_SLOW_SECONDS", "soon")

    with pytest.raises(ImproperlyConfigured, match="LOG_FORMAT must be one of line, json, not"):
        one_of("LOG_FORMAT", "line", "json")
    with pytest.raises(ImproperlyConfigured, match="LOG_SLOW_SECONDS must be a number"):
        number("LOG_SLOW_SECONDS", 0)
