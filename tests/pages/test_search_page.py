"""The page of results: what was found and how it is shown, for any words whatever."""

from datetime import date, timedelta

import pytest
from bs4 import BeautifulSoup, Tag
from django.core.files.base import ContentFile
from django.db import connection
from django.template.loader import render_to_string
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from wagtail.models import Page

from pages import search
from pages.blocks import BodyBlock
from pages.models import EmergencyPhrases, HomePage, SiteDocument
from tests import builders
from tests.documents import pdf

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("site_home")]

HOSTILE = [
    "", " ", '"', "''", "*", "a OR", "AND", "NEAR(", "%", "\\", "<script>alert(1)</script>", "💉",
    "👩\u200d⚕️", "ﬂu", "\u202eflu\u2066", "مستشفى", "flu\0jab", "\0", "\ud800", "a" * 10_000,
    "💉" * 3_000, "flu " * 2_000, "-flu", "flu:", "()", "title:flu", "^flu", "{flu}", "\ufffd",
    "'; DROP TABLE", "flu\r\n\t", "%s %(x)s {0}", "{{ 7 }}{% now %}", "..", "&amp;",
    "?q=x&page=2", "#", "\x1b[0m", "\uff10", "999" * 60,
]  # fmt: skip


def results_page(**asked: str | int) -> Tag:
    """Return what is in the body of the page for a search."""
    response = Client().get("/search/", asked)
    assert response.status_code == 200
    return BeautifulSoup(response.content, "html.parser").body


def count_of(page: Tag) -> str:
    [status] = page.select("[role=status]")
    return " ".join(status.get_text().split())


def text_of(page: Tag) -> str:
    return " ".join(page.get_text().split())


def entries(page: Tag) -> list[Tag]:
    return page.select("main ol.site-entries > li")


def pages_about_zebras(number: int) -> None:
    section = builders.section()
    for n in range(1, number + 1):
        builders.content_page(section, title=f"Zebra {n:02}")


# --- How many ---------------------------------------------------------------------------------


def test_it_says_once_how_many_there_are_and_which_are_shown() -> None:
    pages_about_zebras(23)

    assert count_of(results_page(q="zebra")) == "Showing 1 to 10 of 23 results for zebra"
    assert count_of(results_page(q="zebra", page=3)) == "Showing 21 to 23 of 23 results for zebra"


def test_one_result_is_one_result() -> None:
    pages_about_zebras(1)

    assert count_of(results_page(q="zebra")) == "1 result for zebra"


def test_more_results_than_are_looked_at_are_the_best_ones(monkeypatch) -> None:
    pages_about_zebras(11)
    monkeypatch.setattr(search, "MOST_CANDIDATES", 11)

    assert "1 to 10 of the 11 best results for zebra" in count_of(results_page(q="zebra"))


def test_results_are_numbered_through_all_pages() -> None:
    pages_about_zebras(12)
    page = results_page(q="zebra", page=2)

    assert page.select_one("ol.site-entries")["start"] == "11"
    assert len(entries(page)) == 2


def test_a_page_number_that_there_is_not_gives_the_nearest() -> None:
    pages_about_zebras(23)
    nearest = {
        1: ["0", "-1", "", "x", "1e400", "²", "٣", "2.0", "\0"],
        2: ["2", " 2 ", "002"],
        3: ["3", "4", "9" * 400],
    }
    for shown, numbers in nearest.items():
        first = 10 * (shown - 1) + 1
        for number in numbers:
            said = count_of(results_page(q="zebra", page=number))
            assert f"Showing {first} to" in said, number


def test_the_tab_says_the_words_and_the_number_of_the_page() -> None:
    pages_about_zebras(12)

    def title(**asked: str | int) -> str:
        html = Client().get("/search/", asked).content
        return BeautifulSoup(html, "html.parser").title.get_text()

    assert title() == "Search - NHS Portsmouth CCG"
    assert title(q="zebra") == "zebra - Search - NHS Portsmouth CCG"
    assert title(q="zebra", page=2).startswith("zebra (page 2 of 2) - Search")


# --- One result -------------------------------------------------------------------------------


def test_a_result_says_where_in_the_site_it_is_and_marks_the_words() -> None:
    section = builders.section(title="Animals")
    page = builders.content_page(
        section,
        title="Crossings",
        body=[("text", "<p>Look both ways. Zebras & other <b>animals</b> wait for you.</p>")],
    )

    [entry] = entries(results_page(q="zebra"))

    assert entry.a["href"] == page.url
    assert entry.a.get_text() == "Crossings"
    assert "In: Animals" in text_of(entry)
    assert [mark.get_text() for mark in entry.select("mark")] == ["Zebras"]
    assert "Look both ways. Zebras & other animals wait" in text_of(entry)


def test_what_is_typed_in_a_page_is_shown_as_text() -> None:
    builders.content_page(
        title="<b>Zebra</b>", body=[("text", "<p>zebra &lt;script&gt;alert(1)&lt;/script&gt;</p>")]
    )

    html = Client().get("/search/?q=zebra+alert").content.decode()

    assert "<script>alert" not in html
    assert "<mark>zebra</mark> &lt;script&gt;" in html
    assert "<b>Zebra" not in html


def test_a_hit_in_a_part_of_a_page_leads_there_and_names_it() -> None:
    page = builders.content_page(
        title="Crossings",
        body=[
            ("text", "<p>Of many kinds.</p>"),
            ("heading", {"text": "With stripes", "anchor": "with-stripes"}),
            ("text", "<p>A zebra crossing has stripes.</p>"),
        ],
    )

    [entry] = entries(results_page(q="zebra stripes"))

    assert entry.a["href"] == f"{page.url}#with-stripes"
    assert entry.a.get_text() == "Crossings: With stripes"


def test_the_summary_stands_where_the_text_has_none_of_the_words() -> None:
    builders.content_page(
        title="Crossings",
        also_known_as="zebra",
        search_description="How to cross a road.",
        body=[("text", "<p>Look both ways.</p>")],
    )

    [entry] = entries(results_page(q="zebra"))

    assert "How to cross a road." in text_of(entry)
    assert not entry.select("mark")


def test_news_has_its_type_and_date() -> None:
    builders.news_page(title="Zebra seen", published_on=date(2026, 3, 2))

    [entry] = entries(results_page(q="zebra"))

    assert "News, 2 March 2026" in text_of(entry)
    assert entry.time["datetime"] == "2026-03-02"


def test_an_ordinary_page_has_neither() -> None:
    pages_about_zebras(1)

    [entry] = entries(results_page(q="zebra"))

    assert not entry.select("time")
    assert "Page" not in text_of(entry)


def test_a_document_has_its_page_number_and_the_page_that_offers_it() -> None:
    data = pdf("Agenda", "Minutes", "A zebra was seen")
    document = SiteDocument.objects.create(
        title="Board papers", file=ContentFile(data, name="papers.pdf"), file_size=len(data)
    )
    page = builders.content_page(
        title="Papers", body=[("document", {"document": document, "text": ""})]
    )
    document.read()

    [entry] = entries(results_page(q="zebra"))

    link, offer = entry.select("a")
    assert link["href"] == f"{document.url}#page=3"
    assert text_of(link).startswith("Board papers: page 3 of the document (PDF, 1.1 KB)")
    assert (offer["href"], offer.get_text()) == (page.url, "Papers")
    assert "Offered by Papers" in text_of(entry)
    assert "Document, added" in text_of(entry)
    assert [mark.get_text() for mark in entry.select("mark")] == ["zebra"]


# --- Words put right, nothing found -----------------------------------------------------------


def test_words_that_were_put_right_are_named() -> None:
    page = results_page(q="Vacine")

    assert "No page has “vacine”. Showing results for vaccine." in text_of(page.main)
    assert count_of(page).endswith("results for vaccine")
    assert page.select_one("#search-again")["value"] == "Vacine"


def test_nothing_found_says_so_and_how_to_go_on() -> None:
    page = results_page(q="xyzzy")

    assert count_of(page) == "No results for xyzzy"
    addresses = {link["href"] for link in page.main.select("a")}
    assert {"mailto:pccg.enquiries@nhs.net", "tel:02392899500", "/contact-us/"} <= addresses
    assert not page.select(".site-filters")


def test_nothing_found_offers_another_spelling_that_finds_something() -> None:
    builders.content_page(title="Kangaroos")
    page = results_page(q="kangrooooo")

    link = page.main.find("a", string="kangaroos")

    assert "Did you mean" in link.parent.get_text()
    assert len(entries(results_page(q=link["href"].partition("=")[2]))) == 1


def test_a_spelling_that_only_a_withdrawn_page_had_is_not_offered() -> None:
    builders.draft(builders.content_page(title="Kangaroos"))

    assert "angaroo" not in text_of(results_page(q="kangrooooo"))


def test_a_spelling_that_only_a_page_had_whose_time_has_run_out_is_not_offered() -> None:
    page = builders.content_page(title="Kangaroos")
    assert "Did you mean kangaroos" in text_of(results_page(q="kangrooooo"))

    Page.objects.filter(pk=page.pk).update(expire_at=timezone.now() - timedelta(minutes=1))

    assert "angaroo" not in text_of(results_page(q="kangrooooo"))


def test_nothing_found_offers_pages_that_are_called_alike() -> None:
    page = results_page(q="pblictns")

    assert "/publications/" in {link["href"] for link in page.main.select("ul a")[:5]}
    assert "Pages with a similar name" in text_of(page.main)


def test_no_words_show_the_form_and_a_hint_alone() -> None:
    page = results_page(q="  ")

    assert not page.select("[role=status], .site-filters, .site-entries")
    assert page.select_one("#search-again")
    assert "Use one or two words" in text_of(page.main)


# --- Emergencies ------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("card", "links"),
    [
        ("999", ["tel:999", "https://111.nhs.uk/", "tel:111"]),
        ("mental health", ["tel:999", "tel:111", "tel:116123"]),
        ("111", ["https://111.nhs.uk/", "tel:111", "tel:999"]),
    ],
)
@pytest.mark.parametrize("found", [True, False])
def test_words_of_an_emergency_show_whom_to_call_first(
    card: str, links: list[str], found: bool
) -> None:
    EmergencyPhrases.objects.create(card=card, phrases="zebra bite")
    if found:
        pages_about_zebras(1)

    main = results_page(q="what to do after zebra bites").main

    [box] = main.select(".nhsuk-card--care")
    assert [link["href"] for link in box.select("a")] == links
    assert box.h2
    order = main.select("form.site-search, .nhsuk-card--care, [role=status]")
    assert [element.name for element in order] == ["form", "div", "p"]
    assert not box.find_parent(attrs={"role": True})
    assert not box.select("[role], [aria-live]")


def test_other_words_show_no_card() -> None:
    assert not results_page(q="complaints").select(".nhsuk-card--care")


@pytest.mark.parametrize("card", ["999", "mental health", "111"])
def test_the_card_is_built_as_the_care_card_of_pages(card: str) -> None:
    ours = BeautifulSoup(
        render_to_string("search/emergency.html", {"card": card, "level": 2}), "html.parser"
    )
    urgency = "emergency" if card == "999" else "urgent"
    value = {"urgency": urgency, "heading": "Heading", "text": "<p>Text</p>"}
    body = BodyBlock().to_python([{"type": "care_card", "value": value}])
    theirs = BeautifulSoup(body[0].render(context={"component_level": 2}), "html.parser")

    def shape(card: BeautifulSoup) -> list[tuple[str, list[str]]]:
        content = card.select_one(".nhsuk-card__content")
        outside = [tag for tag in card.find_all() if tag not in content.find_all()]
        return [(tag.name, sorted(tag.get("class", []))) for tag in outside]

    assert shape(ours) == shape(theirs)
    assert ours.select_one(".nhsuk-u-visually-hidden").get_text() == (
        theirs.select_one(".nhsuk-u-visually-hidden").get_text()
    )


# --- Any words --------------------------------------------------------------------------------


@pytest.mark.parametrize("words", HOSTILE)
def test_any_words_get_a_clean_page(words: str) -> None:
    page = results_page(q=words.encode("utf-8", "surrogatepass"))

    assert page.h1.get_text() == "Search"
    assert len(page.select_one("#search-again")["value"]) <= 200
    assert "alert(1)" not in "".join(script.get_text() for script in page.select("script"))


@pytest.mark.parametrize("words", HOSTILE)
def test_any_words_get_suggestions_or_none(words: str) -> None:
    response = Client().get("/search/suggestions/", {"q": words.encode("utf-8", "surrogatepass")})

    assert response.status_code == 200
    assert len(response.json()["suggestions"]) <= 6


def test_words_are_kept_apart_whatever_stands_between_them() -> None:
    page = results_page(q="flu\u00a0jab\u200b\tnow")

    assert page.select_one("#search-again")["value"] == "flu jab now"


@pytest.mark.parametrize(
    "query",
    ["q=a&q=zebra", "q[]=1&q=zebra", "q=%00zebra", "q=zebra&page=1&page=2&section=a&section=b"],
)
def test_repeated_and_odd_parameters_get_a_clean_page(query: str) -> None:
    pages_about_zebras(1)

    response = Client().get("/search/", QUERY_STRING=query)

    assert b"1 result" in response.content


def test_the_page_is_not_for_robots_and_has_no_analytics() -> None:
    html = Client().get("/search/?q=flu").content.decode()

    assert '<meta name="robots" content="noindex">' in html
    assert 'data-analytics=""' in html.replace("\n", "").replace(" ", "")


def test_queries_do_not_grow_with_the_results() -> None:
    pages_about_zebras(2)
    few = queries_of("/search/?q=zebra")

    pages_about_zebras(11)

    assert queries_of("/search/?q=zebra") == few > 0


def queries_of(address: str) -> int:
    """Return how many queries an address takes once a process knows what it reads now and then."""
    Client().get(address)
    with CaptureQueriesContext(connection) as queries:
        Client().get(address)
    return len(queries)


# --- Suggestions ------------------------------------------------------------------------------


def test_suggestions_say_what_a_page_is_called_and_where_it_is() -> None:
    section = builders.section(title="Animals")
    page = builders.content_page(section, title="Zebra crossings")

    response = Client().get("/search/suggestions/?q=zebr")

    wanted = {"title": "Zebra crossings", "url": page.url, "within": "Animals"}
    assert response.json() == {"suggestions": [wanted]}
    assert response["X-Robots-Tag"] == "noindex"
    assert response["Cache-Control"] == "no-cache"  # what is withdrawn is gone at once


def test_suggestions_are_few() -> None:
    pages_about_zebras(12)

    assert len(Client().get("/search/suggestions/?q=zebra").json()["suggestions"]) == 6


@pytest.mark.parametrize("address", ["/search/suggestions/", "/search/suggestions/?q=ze"])
def test_too_few_letters_suggest_nothing(address: str) -> None:
    pages_about_zebras(1)

    assert Client().get(address).json() == {"suggestions": []}


def test_a_draft_is_not_suggested() -> None:
    page = builders.content_page(title="Zebra crossings")
    builders.draft(page)

    assert Client().get("/search/suggestions/?q=zebra").json() == {"suggestions": []}


def test_the_home_page_can_be_found(site_home: HomePage) -> None:
    assert entries(results_page(q=site_home.title))
