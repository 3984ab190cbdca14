"""Another search engine than the database finds the same, is told what it needs, and may be down.

What answers here is a stand-in (tests/search_engine.py): no test reaches a real engine.
"""

import logging
import socket
from collections.abc import Iterator
from time import monotonic

import pytest
from django.core.management import CommandError, call_command
from django.test import Client
from wagtail.search.backends import get_search_backend

from ccgsite.management.commands.serve import Command as Serve
from ccgsite.settings.search import SECONDS, search_engine
from pages import search_engines
from pages.models import Contact, Passage
from pages.search import SearchUnavailableError, search_pages, suggest
from pages.search_engines import rebuild_outside
from tests import builders
from tests.canaries import canary, document, offering, text
from tests.search.relevance import ALL, ask, load, scores
from tests.search_engine import Engine, running

pytestmark = [pytest.mark.django_db, pytest.mark.long]

NAME = "test_pages_passage"


def use(settings, url: str, seconds: float = SECONDS) -> None:
    entry = search_engine(url, "opensearch3", prefix="test_")
    both = {**settings.WAGTAILSEARCH_BACKENDS, "passages": {**entry, "TIMEOUT": seconds}}
    settings.WAGTAILSEARCH_BACKENDS = both


@pytest.fixture
def engine(settings) -> Iterator[Engine]:
    """Return an engine that has been filled and is asked from now on."""
    with running() as found:
        use(settings, found.url)
        rebuild_outside()
        found.requests.clear()
        yield found


@pytest.fixture
def engine_that_is_down(settings) -> None:
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        use(settings, f"http://someone:secret@127.0.0.1:{listener.getsockname()[1]}")


@pytest.fixture
def publishing(django_capture_on_commit_callbacks):
    """Return a context in which what waits for the end of a transaction is done."""
    return lambda: django_capture_on_commit_callbacks(execute=True)


def keys() -> set[str]:
    return {str(key) for key in Passage.objects.values_list("pk", flat=True)}


# --- Finding ----------------------------------------------------------------------------------


def test_residents_find_as_much_as_in_the_database(engine: Engine) -> None:
    reached = scores(ask(load()[::6]))

    assert reached[ALL].success_at_3 >= 0.95
    assert engine.asked("/_search")


def test_what_is_asked_for_is_any_of_the_words_and_titles_count_for_more(engine: Engine) -> None:
    list(Passage.objects.search("flu vaccin", operator="or")[:300])

    (request,) = engine.requests
    assert request.path == f"/{NAME}/_search"
    assert request.options == {
        "_source": "false",
        "stored_fields": "pk",
        "from": "0",
        "size": "300",
    }
    assert request.json["query"]["bool"]["must"] == {
        "multi_match": {
            "query": "flu vaccin",
            "fields": ["_all_text", "_all_text_boost_10_0^10.0"],
        }
    }


def test_pages_alone_and_beginnings_of_names_are_asked_for(engine: Engine) -> None:
    list(Passage.objects.filter(document=None).search("flu", operator="or")[:300])
    list(Passage.objects.autocomplete("your heal", operator="and")[:100])

    pages, names = (request.json["query"]["bool"] for request in engine.requests)
    assert pages["filter"][1] == {"bool": {"must_not": {"exists": {"field": "document_id_filter"}}}}
    assert names["must"] == {"match": {"_edgengrams": {"query": "your heal", "operator": "and"}}}


def test_stems_are_indexed_as_they_are(engine: Engine) -> None:
    rebuild_outside()

    settings = next(r for r in engine.requests if r.method == "PUT").json["settings"]
    (mapping,) = engine.asked("/_mapping")
    fields = mapping.json["properties"]
    analysis = settings["analysis"]
    assert analysis["analyzer"]["default"] == {"type": "whitespace"}
    assert analysis["analyzer"]["edgengram_analyzer"]["tokenizer"] == "whitespace"
    assert analysis["analyzer"]["edgengram_analyzer"]["filter"] == ["edgengram"]
    assert analysis["filter"]["edgengram"]["max_gram"] >= 60
    assert fields["_edgengrams"]["search_analyzer"] == "whitespace"
    assert {"analyzer"} & set(fields["stems"]) == set()  # so it is the default


def test_suggestions_come_from_the_engine(engine: Engine) -> None:
    assert "/your-health/flu/" in {hit.url for hit in suggest("the fl")}
    assert engine.asked("/_search")


# --- Telling ----------------------------------------------------------------------------------


def test_the_engine_follows_what_is_published_and_taken_back(engine: Engine, publishing) -> None:
    word = canary()
    with publishing():
        page = builders.content_page(body=[*text(word), *offering(document("Leaflet", canary()))])
    assert [hit.page.pk for hit in search_pages(word).hits] == [page.pk]
    told = engine.asked("/_bulk")
    assert {request.options["refresh"] for request in told} == {"true"}
    assert {request.options["require_alias"] for request in told} == {"true"}
    assert set(engine.documents) == keys()

    engine.requests.clear()
    with publishing():
        builders.draft(page)
    assert set(engine.documents) == keys()
    assert search_pages(word).hits == []


def test_the_engine_is_given_nothing_but_passages(engine: Engine, publishing) -> None:
    secret = canary()
    with publishing():
        page = builders.content_page()
        page.title = secret
        page.save_revision()
        builders.draft(builders.content_page(body=text(canary())))
        Contact.objects.create(name=secret, email="someone@example.org")
        document(secret)
        call_command("update_index", verbosity=0)

    assert set(engine.documents) == keys()
    assert not [request for request in engine.requests if secret in request.body]


def test_name_and_password_are_sent_as_they_are(settings) -> None:
    with running() as found:
        use(settings, found.url.replace("//", "//some%40one:p%2Fss:w%23rd@"))
        rebuild_outside()

        assert {request.authorization for request in found.requests} == {
            "Basic c29tZUBvbmU6cC9zczp3I3Jk"
        }


def test_one_backend_keeps_its_connections(engine: Engine) -> None:
    assert get_search_backend("passages") is get_search_backend("passages")


# --- Filling ----------------------------------------------------------------------------------


def test_rebuilding_repairs_the_engine_and_leaves_one_index(engine: Engine) -> None:
    (index,) = engine.indexes.values()
    index.documents.pop(min(index.documents))
    index.documents["0"] = {"pk": "0"}

    call_command("rebuild_search", verbosity=0)

    assert set(engine.documents) == keys()
    assert len(engine.indexes) == 1
    assert engine.aliases == {NAME: set(engine.indexes)}


def test_what_is_published_while_the_engine_is_filled_is_in_it(
    engine: Engine, publishing, monkeypatch
) -> None:
    word = canary()
    add = search_engines._add

    def publish_and_add(*arguments) -> None:
        monkeypatch.setattr(search_engines, "_add", add)
        add(*arguments)
        with publishing():
            builders.content_page(body=text(word))

    monkeypatch.setattr(search_engines, "_add", publish_and_add)
    rebuild_outside()

    assert set(engine.documents) == keys()
    assert search_pages(word).hits


def test_filling_that_fails_says_so_and_leaves_what_there_was(engine: Engine, monkeypatch) -> None:
    before = set(engine.indexes)
    monkeypatch.setattr(search_engines, "_add", lambda *_: 1 / 0)

    with pytest.raises(CommandError, match="cannot be filled: division by zero"):
        call_command("rebuild_search", verbosity=0)

    assert set(engine.indexes) == before
    assert search_pages("flu").hits


def test_an_engine_that_knows_nothing_is_filled_at_the_start(settings, capsys) -> None:
    with running() as found:
        use(settings, found.url)

        Serve().fill_search_engine()
        assert set(found.documents) == keys()
        found.requests.clear()
        Serve().fill_search_engine()

        assert not found.asked("/_bulk")
    assert capsys.readouterr().out == ""


def test_an_engine_without_its_index_makes_none_of_another_kind(
    settings, publishing, caplog
) -> None:
    with running() as found:
        use(settings, found.url)
        with publishing(), caplog.at_level(logging.ERROR):
            builders.content_page()

        assert found.indexes == {}
        assert "rebuild_search" in caplog.text
        with pytest.raises(SearchUnavailableError):
            search_pages("flu")


# --- An engine that is down, or hangs ---------------------------------------------------------


def everything_else_goes_on(admin: Client) -> None:
    assert Client().get("/search/", {"q": "Jo Bloggs"}).status_code == 503
    suggestions = Client().get("/search/suggestions/", {"q": "flu"})
    assert (suggestions.status_code, suggestions.json()) == (503, {"suggestions": []})
    for address in ("/", "/your-health/flu/", "/news/", "/search/", "/sitemap.xml"):
        assert Client().get(address).status_code == 200, address
    for address in ("pages/search/?q=flu", "documents/?q=flu", "images/?q=flu"):
        assert admin.get(f"/cms/{address}", follow=True).status_code == 200, address


@pytest.mark.usefixtures("engine_that_is_down")
def test_an_engine_that_is_down_stops_nothing_but_search(
    publishing, caplog, admin_client: Client
) -> None:
    started = monotonic()
    with publishing(), caplog.at_level(logging.ERROR):
        page = builders.content_page(body=text(canary()))

    assert monotonic() - started < SECONDS
    assert Client().get(page.url).status_code == 200
    assert "run manage.py rebuild_search" in caplog.text
    everything_else_goes_on(admin_client)
    assert "Bloggs" not in caplog.text
    assert "secret" not in caplog.text


@pytest.mark.usefixtures("engine_that_is_down")
def test_who_starts_the_site_is_told_that_the_engine_is_down(capsys) -> None:
    Serve().fill_search_engine()

    said = capsys.readouterr().out
    assert "WARNING: The search engine cannot be filled" in said
    assert "secret" not in said
    with pytest.raises(CommandError, match=r"cannot be filled.*Check SEARCH_URL"):
        call_command("rebuild_search", verbosity=0)


def test_an_engine_that_hangs_is_not_waited_for_long(
    settings, engine: Engine, publishing, admin_client: Client
) -> None:
    wait = 0.2
    use(settings, engine.url, wait)
    engine.answers.clear()

    started = monotonic()
    with publishing():
        page = builders.content_page(body=text(canary()))
    asked = len(engine.requests)

    assert asked <= 2
    assert monotonic() - started < 5
    assert Client().get(page.url).status_code == 200
    everything_else_goes_on(admin_client)
    assert len(engine.requests) == asked + 2  # one for the results, one for the suggestions
