"""Searches without results: told by a POST, kept as a sample, and never who searched."""

from concurrent.futures import ThreadPoolExecutor
from datetime import date, timedelta

import pytest
from django.apps import apps
from django.db import connection
from django.db.utils import OperationalError
from django.test import Client

from pages import search_gaps
from pages.models import SearchWithoutResults
from pages.search_gaps import record

pytestmark = pytest.mark.django_db

ADDRESS = "/search/without-results/"
OURS = {"Sec-Fetch-Site": "same-origin"}
TODAY = date(2026, 11, 23)
DAY = timedelta(days=1)


def tell(words: str, **headers: str):
    return Client().post(ADDRESS, {"q": words}, headers=headers or OURS)


def kept() -> dict[str, int]:
    """Return the words that are kept, each with its number of days."""
    return dict(SearchWithoutResults.objects.values_list("words", "days"))


@pytest.fixture
def nothing_is_found(monkeypatch) -> None:
    monkeypatch.setattr(search_gaps, "finds_nothing", lambda _: True)


def rows() -> dict[str, int]:
    """Return how many rows each table has."""
    return {model._meta.label: model._base_manager.count() for model in apps.get_models()}


# --- Telling ----------------------------------------------------------------------------------


def test_what_found_nothing_is_kept_and_the_visitor_thanked() -> None:
    response = Client().post(ADDRESS, {"q": "Xyzzy  plugh"}, headers=OURS, follow=True)

    assert kept() == {"xyzzy plugh": 1}
    assert response.redirect_chain == [(ADDRESS, 302)]
    assert "Thank you" in response.content.decode()
    assert not response.cookies


def test_what_finds_something_is_not_kept() -> None:
    assert tell("flu").status_code == 302
    assert kept() == {}


def test_the_page_without_results_offers_to_tell() -> None:
    html = Client().get("/search/", {"q": '"xyzzy" <plugh>'}).content.decode()

    assert f'action="{ADDRESS}"' in html
    assert 'value="&#34;xyzzy&#34; &lt;plugh&gt;"' in html
    assert 'id="search-gap"' in html  # which static/js/search_gap.js sends by itself


def test_a_page_with_results_does_not() -> None:
    html = Client().get("/search/", {"q": "flu"}).content.decode()

    assert ADDRESS not in html
    assert "search_gap.js" not in html


def test_reading_writes_nothing() -> None:
    before = rows()

    for address in ("/search/?q=xyzzy", "/search/", "/search/?q=flu", f"{ADDRESS}?q=xyzzy"):
        response = Client().get(address)
        assert response.status_code == 200
        assert not response.cookies
    Client().head(ADDRESS)

    assert rows() == before


@pytest.mark.parametrize(
    "headers",
    [
        {"Sec-Fetch-Site": "cross-site"},
        {"Sec-Fetch-Site": "same-site"},
        {"Sec-Fetch-Site": "none"},
        {"Sec-Fetch-Site": "cross-site", "Origin": "http://testserver"},
        {"Origin": "https://evil.example"},
        {"Origin": "null"},
        {"Referer": "http://testserver/search/?q=xyzzy"},
    ],
)
def test_another_sites_page_cannot_tell(headers: dict[str, str]) -> None:
    assert tell("xyzzy", **headers).status_code == 403
    assert kept() == {}


def test_an_older_browser_says_its_origin() -> None:
    assert tell("xyzzy", Origin="http://testserver").status_code == 302
    assert kept() == {"xyzzy": 1}


@pytest.mark.parametrize("method", ["put", "patch", "delete", "options"])
def test_nothing_else_is_answered(method: str) -> None:
    assert getattr(Client(), method)(ADDRESS, headers=OURS).status_code == 405


# --- What is kept -----------------------------------------------------------------------------


@pytest.mark.usefixtures("nothing_is_found")
def test_what_could_identify_somebody_is_not_kept() -> None:
    tell("xyzzy 943 476 5919 jo@example.com 07700 900123 AB12 3CD")
    tell("07700 900123")

    assert kept() == {"xyzzy [NHS number] [email] [phone] [postcode]": 1}


def test_no_time_and_no_address_is_kept() -> None:
    fields = {field.name for field in SearchWithoutResults._meta.get_fields()}

    assert fields == {"id", "words", "days", "first_on", "last_on"}


@pytest.mark.usefixtures("nothing_is_found")
def test_a_phrase_has_one_mark_a_day_at_most() -> None:
    for day in (TODAY, TODAY, TODAY + DAY, TODAY + DAY, TODAY + 5 * DAY):
        record("Xyzzy", day)
        record(" xyzzy ", day)

    row = SearchWithoutResults.objects.get()
    assert (row.words, row.days) == ("xyzzy", 3)
    assert (row.first_on, row.last_on) == (TODAY, TODAY + 5 * DAY)


@pytest.mark.usefixtures("nothing_is_found")
def test_a_clock_that_goes_back_adds_nothing() -> None:
    record("xyzzy", TODAY)
    record("xyzzy", TODAY - DAY)

    assert kept() == {"xyzzy": 1}


@pytest.mark.usefixtures("nothing_is_found")
def test_a_row_expires_and_the_next_one_deletes_it() -> None:
    record("xyzzy", TODAY)

    assert SearchWithoutResults.objects.kept(TODAY + 90 * DAY).exists()
    assert not SearchWithoutResults.objects.kept(TODAY + 91 * DAY).exists()
    record("plugh", TODAY + 90 * DAY)
    assert kept() == {"xyzzy": 1, "plugh": 1}
    record("plover", TODAY + 91 * DAY)
    assert kept() == {"plugh": 1, "plover": 1}


@pytest.mark.usefixtures("nothing_is_found")
def test_an_expired_phrase_begins_anew() -> None:
    record("xyzzy", TODAY)
    record("xyzzy", TODAY + 91 * DAY)

    assert SearchWithoutResults.objects.get().first_on == TODAY + 91 * DAY
    assert kept() == {"xyzzy": 1}


@pytest.mark.usefixtures("nothing_is_found")
def test_a_day_brings_so_many_new_phrases_and_no_more(monkeypatch) -> None:
    monkeypatch.setattr(search_gaps, "MOST_NEW_IN_A_DAY", 3)
    record("known", TODAY - DAY)

    for number in "abcdef":
        record(f"xyzzy{number}", TODAY)
    record("known", TODAY)

    assert kept() == {"known": 2, "xyzzya": 1, "xyzzyb": 1, "xyzzyc": 1}
    record("xyzzyd", TODAY + DAY)
    assert len(kept()) == 5


@pytest.mark.usefixtures("nothing_is_found")
def test_the_oldest_go_when_there_are_too_many(monkeypatch) -> None:
    monkeypatch.setattr(search_gaps, "MOST_KEPT", 3)
    for number, letter in enumerate("abcde"):
        record(f"xyzzy{letter}", TODAY + number * DAY)
        record("xyzzya", TODAY + number * DAY)

    assert set(kept()) == {"xyzzya", "xyzzyd", "xyzzye"}


@pytest.mark.usefixtures("nothing_is_found")
def test_what_came_at_the_same_time_is_trimmed(monkeypatch) -> None:
    monkeypatch.setattr(search_gaps, "MOST_NEW_IN_A_DAY", 3)
    SearchWithoutResults.objects.bulk_create(
        SearchWithoutResults(words=f"old {n}", first_on=TODAY, last_on=TODAY) for n in range(2)
    )
    record("xyzzy", TODAY)
    SearchWithoutResults.objects.create(words="late", first_on=TODAY, last_on=TODAY)

    record("old 0", TODAY + DAY)

    assert len(kept()) == 4
    search_gaps._trim(TODAY)
    assert set(kept()) == {"old 0", "old 1", "xyzzy"}


# --- Hostile posts ----------------------------------------------------------------------------


@pytest.mark.parametrize(
    "words",
    [
        "\0", "xyzzy\0", "a" * 10_000, "💉" * 500, "xyzzy " * 2000, "\u202e", "'; DROP TABLE", "%",
        "\\", '"', "*", "NEAR(", "{}", "[email]", "=HYPERLINK(1)", "\r\n\r\n", "�", "ﬂ" * 300,
    ],
)  # fmt: skip
def test_any_words_get_a_clean_answer(words: str) -> None:
    assert tell(words).status_code in {302, 400}
    assert all(len(each) <= 100 for each in kept())


@pytest.mark.parametrize(
    ("body", "content_type"),
    [
        (b"q=%ED%A0%80xyzzy", "application/x-www-form-urlencoded"),
        (b"q=%00", "application/x-www-form-urlencoded"),
        (b"\xff\xfe\0", "application/x-www-form-urlencoded"),
        (b"q=a&" * 3000, "application/x-www-form-urlencoded"),
        (b"q=xyzzy", "application/x-www-form-urlencoded; charset=nonsense"),
        (b"q=xyzzy", "application/x-www-form-urlencoded; charset=utf-16"),
        (b"q=xyzzy", "text/plain"),
        (b'{"q": "xyzzy"}', "application/json"),
        (b"--x\r\n\r\n", "multipart/form-data; boundary=x"),
        (b"", "multipart/form-data"),
        (b"x" * 6_000_000, "application/x-www-form-urlencoded"),
        (b"x" * 6_000_000, "multipart/form-data; boundary=x"),
        (b"", ""),
    ],
)  # fmt: skip
def test_any_body_gets_a_clean_answer(body: bytes, content_type: str) -> None:
    response = Client().generic("POST", ADDRESS, body, content_type, headers=OURS)

    assert response.status_code in {302, 400}
    assert len(kept()) <= 1


@pytest.mark.usefixtures("nothing_is_found")
def test_many_posts_add_no_more_than_the_phrases_of_a_day(monkeypatch) -> None:
    monkeypatch.setattr(search_gaps, "MOST_NEW_IN_A_DAY", 5)

    for number in range(40):
        tell(f"xyzzy{chr(97 + number % 20)}{chr(97 + number % 7)}")

    assert len(kept()) == 5


@pytest.mark.usefixtures("nothing_is_found")
def test_a_database_that_cannot_write_changes_nothing_for_the_visitor(monkeypatch, caplog) -> None:
    def fail(words: str, today: date) -> None:
        message = f"disk I/O error near {words}"
        raise OperationalError(message)

    monkeypatch.setattr(search_gaps, "_mark", fail)

    assert tell("xyzzy").status_code == 302
    assert "was not recorded: OperationalError" in caplog.text
    assert "xyzzy" not in caplog.text


@pytest.mark.django_db(transaction=True, serialized_rollback=True)
@pytest.mark.usefixtures("nothing_is_found")
def test_posts_at_the_same_time_make_one_mark(monkeypatch) -> None:
    monkeypatch.setattr(search_gaps, "MOST_NEW_IN_A_DAY", 3)
    phrases = ["xyzzy", "plugh", "xyzzy", "plover", "xyzzy", "fee", "fie", "foe", "foo", "xyzzy"]

    def post(words: str) -> int:
        try:
            return tell(words).status_code
        finally:
            if connection.vendor == "postgresql":
                connection.close()

    # SQLite's test database is in memory: its writers cannot wait for each other. On files they
    # do: tests/site/test_search_posts.py.
    workers = len(phrases) if connection.vendor == "postgresql" else 1
    if workers == 1:
        statuses = [post(words) for words in phrases]
    else:
        with ThreadPoolExecutor(workers) as pool:
            statuses = list(pool.map(post, phrases))

    assert set(statuses) == {302}
    assert set(kept().values()) == {1}
    assert len(kept()) == 3
