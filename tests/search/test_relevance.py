"""Residents find the page that answers, and the set of queries that shows it is sound."""

from collections import Counter

import pytest
from wagtail.models import Page

from pages.models import DocumentReading
from pages.public import public_pages
from privacy.models import PrivacyNoticePage
from tests.search.offered import GROUP, add_documents
from tests.search.relevance import (
    ALL,
    MORE_QUERIES,
    Answer,
    Query,
    ask,
    load,
    misses,
    score,
    scores,
    share_to_the_part,
    table,
)

GROUPS = {"exact", "everyday", "abbreviation", "typing error", "word form", "question"}
FEWEST_IN_A_GROUP = 20
FEWEST_THAT_NOTHING_WAS_TUNED_ON = 100
QUERIES = load()
MORE = load(MORE_QUERIES)  # nothing was tuned on them

# success@3 that search must reach on every database, of all queries and of each group.
FLOOR, GROUP_FLOOR = 0.95, 0.90
MORE_FLOOR = 0.95  # its groups are too small for floors of their own
# The share of queries that must lead to the part that answers, where one part of a page does.
PARTS_FLOOR = 0.80


def answer(place: int) -> Answer:
    """Return an answer with the right page in this place, counted from 1; 0 is nowhere."""
    found = ["/wrong/"] * 4
    if place:
        found[place - 1] = "/right/#part"
    return Answer(Query("exact", "right", ["/right/", "/right-too/"]), found)


def test_every_group_has_enough_queries() -> None:
    sizes = Counter(query.group for query in QUERIES)

    assert set(sizes) == GROUPS
    assert min(sizes.values()) >= FEWEST_IN_A_GROUP


def test_there_are_enough_queries_that_nothing_was_tuned_on() -> None:
    assert {query.group for query in MORE} == GROUPS
    assert len(MORE) >= FEWEST_THAT_NOTHING_WAS_TUNED_ON


def test_no_query_stands_twice() -> None:
    texts = Counter(query.text.casefold() for query in [*QUERIES, *MORE])

    assert [text for text, count in texts.items() if count > 1] == []


@pytest.mark.django_db
def test_every_page_is_an_answer_and_every_answer_a_public_page() -> None:
    pages = {page.url for page in public_pages().exclude(depth=Page.get_first_root_node().depth)}

    assert {address for query in QUERIES for address in query.pages} == pages


@pytest.mark.django_db
def test_every_part_of_the_privacy_notice_is_an_answer() -> None:
    notice = PrivacyNoticePage.objects.get()
    rows = [*notice.sections.all(), *notice.activities.all()]
    parts = {row.html_id for row in rows}
    to_a_part = [query for query in QUERIES if query.anchor]

    assert {query.anchor for query in to_a_part} == parts
    assert {query.anchor for query in MORE} <= parts | {""}
    assert all(notice.url in query.pages for query in to_a_part)


@pytest.mark.django_db
def test_more_queries_have_public_pages_for_answers() -> None:
    pages = {page.url for page in public_pages()}

    assert {address for query in MORE for address in query.pages} <= pages


def test_the_place_of_an_answer_is_that_of_the_first_right_page() -> None:
    query = Query("exact", "right", ["/right/", "/right-too/"])

    assert Answer(query, ["/wrong/", "/right-too/", "/right/"]).place == 2
    assert Answer(query, ["/wrong/"]).place == 0
    assert Answer(query, []).place == 0


def test_measures_of_a_ranking_that_is_known() -> None:
    known = score([answer(1), answer(2), answer(4), answer(0)])

    assert known.queries == 4
    assert known.success_at_1 == 1 / 4
    assert known.success_at_3 == 2 / 4
    assert known.mean_reciprocal_rank == (1 + 1 / 2 + 1 / 4) / 4


def test_groups_are_measured_apart_and_together() -> None:
    queries = [Query("exact", "flu", ["/flu/"]), Query("question", "what is flu", ["/flu/"])]

    measured = scores(ask(queries, lambda text: ["/flu/"] if text == "flu" else []))

    assert [measured[name].success_at_1 for name in ("exact", "question", ALL)] == [1, 0, 1 / 2]


def test_what_is_printed_names_the_misses_and_what_came_first() -> None:
    answers = [answer(3), answer(4), Answer(Query("exact", "lost", ["/right/"]), [])]

    assert "33.3%" in table(answers)
    assert misses(answers).splitlines() == [
        "exact          'right': wanted /right/ or /right-too/ (4), first came /wrong/",
        "exact          'lost': wanted /right/ (not found), first came nothing",
    ]


def test_a_result_leads_to_a_part_or_to_what_is_below_its_heading() -> None:
    query = Query("exact", "right", ["/other/", "/right/"], "part")

    def leads(url: str) -> bool:
        return Answer(query, ["/wrong/#part", url]).leads_to_the_part

    assert leads("/right/#part")
    assert leads("/right/#part-below")
    assert not leads("/right/")
    assert not leads("/right/#party")
    answers = [Answer(query, ["/right/#part"]), Answer(query, []), answer(1)]
    assert share_to_the_part(answers) == 1 / 2
    assert "to the part           2      50.0%" in table(answers)
    assert misses(answers).splitlines()[-1] == "exact          'right': not to #part"


def fails(answers: list[Answer], floor: float, group_floor: float) -> dict[str, float]:
    """Return the groups in which search finds too little."""
    reached = {name: of.success_at_3 for name, of in scores(answers).items()}
    return {
        name: share
        for name, share in reached.items()
        if share < (floor if name == ALL else group_floor)
    }


@pytest.mark.django_db
def test_residents_find_what_they_look_for() -> None:
    documents = add_documents()
    assert set(DocumentReading.objects.values_list("outcome", flat=True)) == {"read"}
    assert len(documents) >= FEWEST_IN_A_GROUP

    answers = ask([*QUERIES, *documents])

    assert set(scores(answers)) == {*GROUPS, GROUP, ALL}
    assert not fails(answers, FLOOR, GROUP_FLOOR), f"{table(answers)}\n{misses(answers)}"
    assert share_to_the_part(answers) >= PARTS_FLOOR, misses(answers)


@pytest.mark.django_db
def test_they_do_with_queries_that_nothing_was_tuned_on() -> None:
    answers = ask(MORE)

    assert scores(answers)[ALL].success_at_3 >= MORE_FLOOR, f"{table(answers)}\n{misses(answers)}"
