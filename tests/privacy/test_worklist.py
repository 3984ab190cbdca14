"""What is left open in the register, for the person who looks after it."""

from datetime import date

import pytest
from bs4 import BeautifulSoup
from django.contrib.auth import get_user_model
from django.contrib.auth.models import Group
from django.urls import reverse

from privacy.models import PrivacyNoticePage
from privacy.worklist import approvals_to_renew, missing_facts, rows_of
from tests import builders

pytestmark = pytest.mark.django_db

LAST_DAY = date(2030, 9, 30)


@pytest.fixture
def notice(site_home) -> PrivacyNoticePage:
    """Return the starter notice with one activity that states all, and one that states nothing."""
    approval = {"reference": "CAG 1", "body": "", "expires_on": LAST_DAY, "note": ""}
    notice = PrivacyNoticePage.objects.get()
    notice.activities = [
        builders.activity(
            title="Surveys",
            sort_order=0,
            purpose="<p>To ask.</p>",
            legal_basis="<p>The law.</p>",
            article_6="e",
            article_9="h",
            we_process_this_ourselves=True,
            approvals=[("approval", approval)],
            **builders.FACTS_OF_THE_REGISTER,
        ),
        builders.activity(title="Research", sort_order=1),
    ]
    notice.save_revision().publish()
    return notice


@pytest.fixture
def on_day(monkeypatch):
    """Return a function that stops the clock on a day."""

    def stop(day: date) -> None:
        monkeypatch.setattr("django.utils.timezone.localdate", lambda *_: day)

    return stop


@pytest.fixture
def signed_in(client):
    """Return a function that signs in a member of a group."""

    def sign_in(group: str):
        user = get_user_model().objects.create_user(username=group, password="x")
        user.groups.add(Group.objects.get(name=group))
        client.force_login(user)
        return client

    return sign_in


def page_at(client, name: str, *args: int) -> BeautifulSoup:
    response = client.get(reverse(name, args=args))
    assert response.status_code == 200
    return BeautifulSoup(response.content, "html.parser")


def tasks(page: BeautifulSoup) -> dict[str, list[str]]:
    """Return what is to be settled, and the addresses where."""
    return {
        summary.get_text(strip=True): [link["href"] for link in summary.parent.find_all("a")]
        for summary in page.select("details > summary")
        if "activit" in summary.get_text() or "approval" in summary.get_text()
    }


# --- In words ---------------------------------------------------------------------------------


def test_missing_facts_are_counted_in_words() -> None:
    rows = rows_of(builders.activity(retention=text) for text in ("", "Two years.", "", ""))
    words = [task.words for task in missing_facts(rows)]
    assert "3 activities state no retention period" in words
    rows = rows_of([builders.activity(), builders.activity(safeguards="Locks.")])
    assert "1 activity states no safeguards" in [task.words for task in missing_facts(rows)]


def test_nothing_missing_is_no_task() -> None:
    assert missing_facts([]) == []
    assert approvals_to_renew(rows_of([builders.activity()])) == []


@pytest.mark.parametrize(
    ("today", "words"),
    [
        (date(2030, 7, 1), None),
        (date(2030, 7, 2), "1 approval runs out within 90 days"),
        (LAST_DAY, "1 approval runs out within 90 days"),
        (date(2030, 10, 1), "1 approval has run out"),
    ],
)
def test_an_approval_flags_itself_by_the_date(notice, on_day, today, words) -> None:
    on_day(today)
    found = [task.words for task in approvals_to_renew(rows_of(notice.activities.all()))]
    assert found == ([words] if words else [])


# --- In the edit form -------------------------------------------------------------------------


def test_the_edit_form_begins_with_counts_that_lead_to_the_activities(
    admin_client, notice, on_day
) -> None:
    on_day(date(2030, 10, 1))
    page = page_at(admin_client, "wagtailadmin_pages:edit", notice.pk)
    found = tasks(page)
    assert found["1 approval has run out"] == ["#inline_child_activities-0-panel-section"]
    assert found["1 activity states no retention period"] == [
        "#inline_child_activities-1-panel-section"
    ]
    for address in {address for places in found.values() for address in places}:
        assert page.find(id=address.removeprefix("#"))


# --- The report -------------------------------------------------------------------------------


def test_the_report_has_counts_and_every_activity(admin_client, notice, on_day) -> None:
    on_day(date(2030, 10, 1))
    page = page_at(admin_client, "processing_register")
    edit = reverse("wagtailadmin_pages:edit", args=[notice.pk])
    assert tasks(page)["1 activity states no retention period"] == [
        f"{edit}#inline_child_activities-1-panel-section"
    ]
    surveys, research = page.select("table.listing tbody tr")
    assert surveys.a["href"] == f"{edit}#inline_child_activities-0-panel-section"
    assert "CAG 1 ran until 30 September 2030" in surveys.get_text()
    assert "retention period" not in surveys.get_text()
    assert "retention period" in research.get_text()


def test_the_report_reads_the_latest_draft(admin_client, notice) -> None:
    rows = list(notice.activities.all())
    rows[1].retention = "Two years."
    rows[0].sort_order, rows[1].sort_order = 1, 0
    notice.activities = rows
    notice.save_revision()
    page = page_at(admin_client, "processing_register")
    assert "retention period" not in page.main.get_text()
    (link,) = [link for link in page.select("table.listing a") if "Research" in link.get_text()]
    form = page_at(admin_client, "wagtailadmin_pages:edit", notice.pk)
    row = form.find(id=link["href"].partition("#")[2])
    assert "Research" in row.get_text()


def test_the_report_can_be_taken_as_a_spreadsheet(admin_client, notice) -> None:
    response = admin_client.get(reverse("processing_register"), {"export": "csv"})
    content = b"".join(response.streaming_content).decode()
    assert content.splitlines()[0] == "Activity,Not stated,Approvals to renew,Notice"
    assert "Surveys" in content


@pytest.mark.parametrize("group", ["Editors", "Publishers"])
def test_those_who_may_edit_the_notice_find_the_report(signed_in, notice, group) -> None:
    client = signed_in(group)
    assert "Research" in page_at(client, "processing_register").main.get_text()
    home = client.get(reverse("wagtailadmin_home")).content.decode()
    assert reverse("processing_register") in home


def test_others_do_not_find_the_report(signed_in, notice) -> None:
    client = signed_in("Authors")
    response = client.get(reverse("processing_register"))
    assert response.status_code == 302
    assert response.headers["Location"] == reverse("wagtailadmin_home")
    home = client.get(reverse("wagtailadmin_home")).content.decode()
    assert reverse("processing_register") not in home
    assert "CAG 1" not in home


def test_an_author_finds_the_report_for_a_notice_of_their_own(signed_in, notice) -> None:
    client = signed_in("Authors")
    notice.owner = get_user_model().objects.get(username="Authors")
    notice.save()
    assert "Research" in page_at(client, "processing_register").main.get_text()


def test_visitors_have_to_sign_in_for_the_report(client, site_home) -> None:
    response = client.get(reverse("processing_register"))
    assert response.status_code == 302
    assert "/login/" in response.headers["Location"]


# --- The CMS's home page ----------------------------------------------------------------------


def test_an_approval_that_ran_out_is_on_the_cms_home_page(signed_in, notice, on_day) -> None:
    client = signed_in("Editors")
    on_day(date(2030, 10, 1))
    assert "1 approval has run out" in tasks(page_at(client, "wagtailadmin_home"))
    on_day(date(2029, 1, 1))
    assert tasks(page_at(client, "wagtailadmin_home")) == {}
