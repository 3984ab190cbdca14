"""The notice as readers get it: sections, Appendix A, dates and addresses within the page."""

import itertools
from collections import Counter
from datetime import date

import pytest
from bs4 import BeautifulSoup
from django.db import connection
from django.test.utils import CaptureQueriesContext

from pages.search import search_pages
from privacy.models import PrivacyNoticePage
from tests import builders

pytestmark = pytest.mark.django_db

QUERY_BUDGET = 8


def read(client, notice: PrivacyNoticePage) -> BeautifulSoup:
    response = client.get(notice.url)
    assert response.status_code == 200
    return BeautifulSoup(response.content, "html.parser")


@pytest.fixture
def notice(site_home) -> PrivacyNoticePage:
    return PrivacyNoticePage.objects.get()


@pytest.fixture
def page(client, notice) -> BeautifulSoup:
    return read(client, notice)


def row_of(page: BeautifulSoup, anchor: str) -> list[str]:
    """Return the cells of an activity's row as text."""
    row = page.find(id=f"activity-{anchor}").find_parent("tr")
    return [" ".join(cell.get_text(" ").split()) for cell in row.find_all(["th", "td"])]


def approval_until(day: date | None) -> list[tuple[str, dict[str, object]]]:
    return [("approval", {"reference": "REF 1", "body": "", "expires_on": day, "note": ""})]


# --- Sections and addresses -------------------------------------------------------------------


def test_all_sections_are_there_in_order(page) -> None:
    assert [heading.get_text() for heading in page.main.select("section > h2")] == [
        "Who we are and what we do",
        "Using your information",
        "What kind of information do we use?",
        "What do we use your personal confidential data for?",
        "What do we use non-identifiable data for?",
        "Do we share your information with other organisations?",
        "How we process information within the CCG",
        "What safeguards are in place to ensure data that identifies you is secure?",
        "How long do we hold information for?",
        "Your right to opt out of data sharing and processing",
        "Gaining access to the data we hold about you",
        "What is the right to know?",
        "Information Commissioner's Office",
        "Complaints or questions",
        "Links to other websites",
        "Changes to this privacy notice",
        "Appendix A",
    ]


def test_every_address_within_the_page_is_there_once(page) -> None:
    ids = Counter(element["id"] for element in page.find_all(id=True))
    assert [name for name, times in ids.items() if times > 1] == []
    assert "" not in ids
    targets = {link["href"][1:] for link in page.select("a[href^='#']")}
    assert len(targets) > 33  # 17 sections and 16 activities, and the skip links
    assert targets <= ids.keys()


def test_section_and_activity_headings_can_have_the_focus(page) -> None:
    headings = page.main.select("section > h2[id], th > [role=heading][id]")
    assert len(headings) == 33
    assert {heading["tabindex"] for heading in headings} == {"-1"}


def test_headings_leave_out_no_level(page) -> None:
    headings = page.main.select("h1, h2, h3, h4, [role=heading]")
    levels = [int(heading.get("aria-level", heading.name[-1])) for heading in headings]
    assert levels[0] == 1
    assert levels.count(1) == 1
    assert all(after <= before + 1 for before, after in itertools.pairwise(levels))


def test_contents_list_is_in_groups_of_eight_at_most(notice) -> None:
    sizes = [len(group.entries) for group in notice.contents]
    assert sum(sizes) == 17
    assert len(sizes) > 1
    assert max(sizes) <= 8
    assert all(group.name for group in notice.contents)


def test_headings_of_the_same_words_in_two_sections_have_addresses_of_their_own(client) -> None:
    body = [("heading", {"text": "Details", "anchor": "details"})]
    notice = builders.privacy_notice(
        sections=[
            builders.notice_section(anchor="one", body=body),
            builders.notice_section(anchor="two", body=body),
        ]
    )
    page = read(client, notice)
    assert page.find(id="one-details").name == "h3"
    assert page.find(id="two-details").name == "h3"


def test_dates_are_shown_and_an_overdue_review_is_said(page) -> None:
    words = " ".join(page.main.get_text(" ").split())
    assert "Page last updated 5 October 2021" in words
    assert "Text last changed October 2020" in words
    assert "Next review due 5 October 2022" in words
    assert "This page was due for review by 5 October 2022." in words


def test_notice_without_activities_has_no_appendix(client) -> None:
    page = read(client, builders.privacy_notice(activities=[]))
    assert page.find("table") is None
    assert page.find(id="appendix-a") is None


def test_notice_stays_within_its_query_budget(client, notice) -> None:
    client.get(notice.url)
    with CaptureQueriesContext(connection) as queries:
        client.get(notice.url)
    assert len(queries) <= QUERY_BUDGET


# --- Appendix A -------------------------------------------------------------------------------


def test_appendix_is_one_real_table(page) -> None:
    (table,) = page.find_all("table")
    assert table.caption.get_text(strip=True)
    assert [cell.get_text() for cell in table.thead.find_all("th")] == [
        "Activity",
        "Purpose",
        "Legal basis",
        "Data processors",
    ]
    assert {cell["scope"] for cell in table.thead.find_all("th")} == {"col"}
    rows = table.tbody.find_all("tr")
    assert len(rows) == 16
    for row in rows:
        header, *cells = row.find_all(["th", "td"], recursive=False)
        assert (header.name, header["scope"]) == ("th", "row")
        heading = header.find(role="heading")
        assert heading["id"].startswith("activity-")
        assert heading["aria-level"] == "3"
        assert [cell.name for cell in cells] == ["td"] * 3


def test_rows_that_stack_have_their_columns_names(page) -> None:
    labels = [cell.span.get_text(strip=True) for cell in page.table.tbody.tr.find_all("td")]
    assert labels == ["Purpose", "Legal basis", "Data processors"]


def test_all_activities_are_there_in_order(page) -> None:
    assert [heading.get_text() for heading in page.select("tbody th [role=heading]")] == [
        "Complaints",
        "Individual Funding Requests",
        "Continuing Healthcare",
        "Invoice Reconciliation",
        "Safeguarding",
        "Risk Stratification",
        "Invoice Processing",
        "Patient and Public Involvement",
        "Quality monitoring, concerns and serious incidents",
        "Commissioning, planning and contract monitoring",
        "Integrated Commissioning (Personalised care)",
        "Commissioning Support",
        "Surveys and asking for your feedback",
        "National Registries",
        "Research",
        "Other organisations who provide support services for us",
    ]


def test_a_standard_part_that_is_empty_is_said_to_be_not_stated(page) -> None:
    not_stated = "Not stated in the notice."
    _, purpose, legal_basis, processors = row_of(page, "national-registries")
    assert not_stated in purpose
    assert not_stated in processors
    assert not_stated not in legal_basis
    assert not_stated in row_of(page, "commissioning-support")[2]
    assert not_stated in row_of(page, "research")[3]
    assert page.get_text().count(not_stated) == 4


def test_no_cell_is_empty(page) -> None:
    assert all(cell.select_one(".site-cell").get_text(strip=True) for cell in page.select("td"))


def test_an_article_alone_is_a_legal_basis(client) -> None:
    activity = builders.activity(anchor="one", article_6="e")
    page = read(client, builders.privacy_notice(activities=[activity]))
    legal_basis = row_of(page, "one")[2]
    assert "Article 6(1)(e): a task in the public interest" in legal_basis
    assert "Not stated" not in legal_basis


def test_work_done_without_others_says_so(page) -> None:
    assert row_of(page, "safeguarding")[3] == "Data processors We do this ourselves."


def test_processors_have_their_roles_and_links(page) -> None:
    row = page.find(id="activity-surveys").find_parent("tr")
    link = row.find("a", string="SurveyMonkey")
    assert link["href"] == "https://www.surveymonkey.co.uk/"
    assert "under a formal Data Processing Agreement" in row_of(page, "surveys")[3]


def test_further_parts_have_their_own_labels(page) -> None:
    row = page.find(id="activity-risk-stratification").find_parent("tr")
    labels = [heading.get_text() for heading in row.find_all("h4")]
    assert labels[:2] == ["Data processing activities", "Benefits"]


@pytest.mark.parametrize(
    ("today", "words"),
    [
        (date(2022, 9, 30), "This approval runs until 30 September 2022."),
        (date(2022, 10, 1), "This approval ran until 30 September 2022."),
    ],
)
def test_an_approval_has_run_out_from_the_day_after(client, monkeypatch, today, words) -> None:
    activity = builders.activity(anchor="one", approvals=approval_until(date(2022, 9, 30)))
    notice = builders.privacy_notice(activities=[activity])
    monkeypatch.setattr("django.utils.timezone.localdate", lambda *_: today)
    assert words in row_of(read(client, notice), "one")[2]


def test_an_approval_without_an_end_says_nothing_of_one(client) -> None:
    activity = builders.activity(anchor="one", approvals=approval_until(None))
    legal_basis = row_of(read(client, builders.privacy_notice(activities=[activity])), "one")[2]
    assert "Approval REF 1" in legal_basis
    assert "until" not in legal_basis


def test_what_is_stated_of_the_data_stands_under_its_own_label(client) -> None:
    activity = builders.activity(anchor="one", **builders.FACTS_OF_THE_REGISTER)
    page = read(client, builders.privacy_notice(activities=[activity]))
    labels = [
        [heading.get_text() for heading in cell.find_all("h4")]
        for cell in page.find(id="activity-one").find_parent("tr").find_all("td")
    ]
    assert labels == [
        ["Whose data it is", "What data it is", "Where the data comes from"],
        ["Your rights", "Opting out"],
        [
            "Who the data is shared with",
            "Data sent to other countries",
            "How long the data is kept",
            "How the data is kept safe",
        ],
    ]
    words = " ".join(row_of(page, "one"))
    assert "Patients. Carers." in words
    assert "have wrong data put right" in words
    assert "Type 1 opt-out Ask your GP surgery." in words
    assert "Two years." in words


def test_what_is_not_stated_of_the_data_is_no_noise(client) -> None:
    page = read(client, builders.privacy_notice(activities=[builders.activity(anchor="one")]))
    assert page.find(id="activity-one").find_parent("tr").find_all("h4") == []


def test_typed_text_is_never_markup(client) -> None:
    activity = builders.activity(anchor="one", retention="<script>alert(1)</script>")
    html = client.get(builders.privacy_notice(activities=[activity]).url).content
    assert b"<script>alert" not in html


# --- Search -----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "query", ["radiology", "SurveyMonkey", "TIAA", "CAG 7-04(a)/2013", "Liaison Financial"]
)
def test_search_finds_the_notice_by_its_sections_and_activities(notice, query) -> None:
    assert notice.pk in [hit.page.pk for hit in search_pages(query).hits]


def test_search_knows_an_activity_as_soon_as_it_is_published(site_home) -> None:
    notice = builders.privacy_notice()
    notice.activities.add(builders.activity(purpose="<p>Counting zebrafish.</p>"))
    notice.save_revision().publish()
    assert [hit.page.pk for hit in search_pages("zebrafish").hits] == [notice.pk]


def test_search_finds_what_is_stated_of_the_data(site_home) -> None:
    notice = builders.privacy_notice(activities=[builders.activity(retention="Zebra years.")])
    assert [hit.page.pk for hit in search_pages("zebra").hits] == [notice.pk]


def test_search_does_not_know_a_draft(site_home) -> None:
    notice = builders.privacy_notice()
    notice.activities.add(builders.activity(purpose="<p>Counting zebrafish.</p>"))
    notice.save_revision()
    assert search_pages("zebrafish").hits == []
