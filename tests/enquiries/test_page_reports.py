"""Reports about a page, in that page's editor, and the corrections that readers are told about."""

from datetime import date, timedelta

import pytest
from bs4 import BeautifulSoup
from django.contrib.auth.models import Group, User
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from wagtail.models import Page, Revision
from wagtail.test.utils.form_data import inline_formset, nested_form_data, rich_text, streamfield

from ccgsite.scheduling import Schedule
from enquiries.models import Action, Enquiry, EnquiryKind, LetterKind, State, Subject
from pages.models import ContentPage
from pages.search import search_pages
from tests import builders
from tests.enquiries.staff import client_of, member

pytestmark = pytest.mark.django_db

PUBLISH = {"action-publish": "action-publish"}


@pytest.fixture
def pat() -> User:
    """Return a publisher who also answers reports."""
    return member("pat", "Publishers", "Enquiries team")


@pytest.fixture
def cms(pat) -> Client:
    return client_of(pat)


@pytest.fixture
def kind() -> EnquiryKind:
    team = Group.objects.get(name="Enquiries team")
    return builders.enquiry_kind(team, subject=Subject.PAGE)


@pytest.fixture
def about() -> ContentPage:
    return builders.content_page(title="Opening hours")


@pytest.fixture
def report(kind, about) -> Enquiry:
    return builders.enquiry(kind, page=about, page_title=about.title, message="Wrong on Sundays.")


def edit(about: Page) -> str:
    return reverse("wagtailadmin_pages:edit", args=[about.pk])


def save(cms: Client, about: Page, *ticked: Enquiry, shown=None, corrections=(), **more):
    """Send the edit form as a browser would, with these reports ticked."""
    data = nested_form_data(
        {
            "title": about.title,
            "seo_title": "",
            "search_description": "About this page.",
            "body": streamfield([("text", rich_text("<p>New text.</p>"))]),
            "corrections": streamfield(
                [("correction", {"day": day, "text": text}) for day, text in corrections]
            ),
            "updated_on": "2026-11-23",
            "review_due_on": "",
            "content_owner": "",
            "content_status": "source",
            "slug": about.slug,
            "also_known_as": "",
            "comments": inline_formset([]),
        }
    )
    shown = shown or ticked
    data |= {
        "reports_shown": [str(each.pk) for each in shown],
        "resolved_reports": [str(each.pk) for each in ticked],
    }
    response = cms.post(edit(about), data | more)
    assert response.status_code == 302, response.content.decode()[:2000]


def ticks(cms: Client, about: Page) -> dict[str, bool]:
    html = BeautifulSoup(cms.get(edit(about)).content, "html.parser")
    return {x["value"]: x.has_attr("checked") for x in html.select("[name=resolved_reports]")}


# --- What the editor shows --------------------------------------------------------------------


def test_the_editor_shows_the_open_reports_about_its_page(cms, about, report, kind) -> None:
    builders.enquiry(kind, page=about, state=State.CLOSED)
    builders.enquiry(kind, page=about, suspicion="Links")
    builders.enquiry(kind, page=builders.content_page())
    builders.enquiry(builders.enquiry_kind(subject=Subject.PAGE), page=about)  # of another group

    html = cms.get(edit(about)).content.decode()

    assert ticks(cms, about) == {str(report.pk): False}
    assert "Wrong on Sundays." in html
    assert "1 open report about this page stands in the tab" in html


def test_an_editor_of_another_group_sees_none(about, report) -> None:
    editor = client_of(member("ed", "Editors"))

    html = editor.get(edit(about)).content.decode()

    assert report.reference not in html
    assert "open report about" not in html


def test_a_new_page_has_none(cms, site_home) -> None:
    address = reverse("wagtailadmin_pages:add", args=["pages", "contentpage", site_home.pk])

    assert b"There are no open reports" in cms.get(address).content


@pytest.mark.parametrize("builder", ["news_page", "privacy_notice", "consultation", "meeting"])
def test_every_type_of_page_has_the_panel(cms, kind, builder) -> None:
    some_page = getattr(builders, builder)()
    report = builders.enquiry(kind, page=some_page)

    assert ticks(cms, some_page) == {str(report.pk): False}


# --- Resolving --------------------------------------------------------------------------------


def test_publishing_resolves_what_was_ticked_and_tells_the_visitor(cms, pat, about, report) -> None:
    save(cms, about, report, **PUBLISH)

    report.refresh_from_db()
    about.refresh_from_db()
    assert (report.state, report.resolved_by_id) == (State.ANSWERED, about.live_revision_id)
    answered = report.history.get(action=Action.ANSWERED)
    assert answered.by == pat
    letter = report.letters.get(kind=LetterKind.ANSWER)
    assert letter.to == "visitor@example.org"
    assert about.full_url in letter.body
    assert ticks(cms, about) == {}


def test_what_was_not_ticked_stays_open(cms, about, report) -> None:
    save(cms, about, shown=[report], **PUBLISH)

    report.refresh_from_db()
    assert (report.state, report.resolved_by) == (State.RECEIVED, None)


def test_a_report_without_an_address_is_resolved_without_a_letter(cms, about, kind) -> None:
    report = builders.enquiry(kind, page=about, email="")

    save(cms, about, report, **PUBLISH)

    report.refresh_from_db()
    assert report.state == State.ANSWERED
    assert not report.letters.filter(kind=LetterKind.ANSWER).exists()


def test_a_draft_resolves_nothing_and_remembers_the_tick(cms, about, report) -> None:
    save(cms, about, report)

    report.refresh_from_db()
    assert report.state == State.RECEIVED
    assert ticks(cms, about) == {str(report.pk): True}


def test_a_form_that_comes_back_keeps_its_ticks(cms, about, report) -> None:
    data = {"title": "", "resolved_reports": [report.pk], "reports_shown": [report.pk]}
    posted = nested_form_data({"body": streamfield([]), "corrections": streamfield([])})
    posted |= nested_form_data({"comments": inline_formset([])})

    response = cms.post(edit(about), posted | data)

    html = BeautifulSoup(response.content, "html.parser")
    assert html.select_one("[name=resolved_reports]").has_attr("checked")
    report.refresh_from_db()
    assert report.resolved_by is None


def test_a_tick_can_be_taken_back(cms, about, report) -> None:
    save(cms, about, report)
    save(cms, about, shown=[report], **PUBLISH)

    report.refresh_from_db()
    assert (report.state, report.resolved_by) == (State.RECEIVED, None)


def test_who_did_not_see_a_tick_does_not_take_it_back(cms, about, report) -> None:
    save(cms, about, report)
    save(client_of(member("ed", "Editors")), about)

    assert ticks(cms, about) == {str(report.pk): True}


def test_an_approval_resolves_what_an_editor_ticked(about, report) -> None:
    editor = member("ed", "Editors", "Enquiries team")
    save(client_of(editor), about, report, **{"action-submit": "action-submit"})
    report.refresh_from_db()
    assert report.state == State.RECEIVED

    state = Page.objects.get(pk=about.pk).current_workflow_state
    task = state.current_task_state
    publisher = client_of(member("pub", "Publishers"))
    publisher.post(
        reverse("wagtailadmin_pages:workflow_action", args=[about.pk, "approve", task.pk]),
        {"comment": ""},
    )

    report.refresh_from_db()
    assert report.state == State.ANSWERED
    assert report.history.get(action=Action.ANSWERED).by == editor


def test_a_schedule_resolves_when_the_version_is_live_and_not_before(cms, about, report) -> None:
    soon = timezone.localtime() + timedelta(days=1)
    save(cms, about, report, go_live_at=f"{soon:%Y-%m-%d %H:%M}", **PUBLISH)
    report.refresh_from_db()
    assert report.state == State.RECEIVED

    revision = Revision.objects.get(approved_go_live_at__isnull=False)
    past = timezone.now() - timedelta(minutes=1)
    revision.content["go_live_at"] = past.isoformat()
    revision.approved_go_live_at = past
    revision.save()
    Schedule().publish_due()

    report.refresh_from_db()
    about.refresh_from_db()
    assert (report.state, report.resolved_by_id) == (State.ANSWERED, about.live_revision_id)


def test_an_older_version_that_goes_live_leaves_later_ticks_open(cms, about, report) -> None:
    older = about.save_revision()
    save(cms, about, report)

    older.publish()

    report.refresh_from_db()
    assert report.state == State.RECEIVED


# --- What is posted is not trusted ------------------------------------------------------------


def test_only_reports_of_kinds_that_the_editor_sees_are_resolved(about, report) -> None:
    publisher = client_of(member("pub", "Publishers"))

    save(publisher, about, report, **PUBLISH)

    report.refresh_from_db()
    assert (report.state, report.resolved_by) == (State.RECEIVED, None)


def test_reports_about_other_pages_are_not_resolved(cms, about, kind) -> None:
    other = builders.enquiry(kind, page=builders.content_page())

    save(cms, about, other, **PUBLISH)

    other.refresh_from_db()
    assert other.state == State.RECEIVED


@pytest.mark.parametrize("value", ["", "x", "-1", "²", "9" * 5, "1 OR 1=1"])
def test_odd_numbers_do_no_harm(cms, about, report, value) -> None:
    save(cms, about, **PUBLISH, reports_shown=[value], resolved_reports=[value])

    report.refresh_from_db()
    assert report.state == State.RECEIVED


# --- Corrections ------------------------------------------------------------------------------


def test_a_correction_is_part_of_the_version_and_dated(cms, about, report) -> None:
    note = ("2018-08-06", "We gave the wrong hours for Sundays.")

    save(cms, about, report, corrections=[note])
    assert "Corrected on" not in Client().get(about.url).content.decode()
    save(cms, about, report, corrections=[note], **PUBLISH)

    text = BeautifulSoup(Client().get(about.url).content, "html.parser").get_text(" ", strip=True)
    assert "Corrected on 6 August 2018: We gave the wrong hours for Sundays." in text


def test_the_newest_correction_comes_first_and_each_can_be_removed(cms, about) -> None:
    old, new = ("2018-08-06", "The old one."), ("2019-01-02", "The new one.")
    save(cms, about, corrections=[old, new], **PUBLISH)
    html = Client().get(about.url).content.decode()
    assert html.index("The new one.") < html.index("The old one.")

    save(cms, about, corrections=[new], **PUBLISH)

    assert "The old one." not in Client().get(about.url).content.decode()


def test_a_correction_is_text_and_is_no_hit_of_search(cms, about) -> None:
    save(cms, about, corrections=[("2018-08-06", "<b>Zebra</b>")], **PUBLISH)

    assert "&lt;b&gt;Zebra" in Client().get(about.url).content.decode()
    assert not search_pages("zebra").hits


@pytest.mark.parametrize(
    "builder",
    [
        "section",
        "content_page",
        "news_index",
        "news_page",
        "consultation_index",
        "consultation",
        "publication_index",
        "publication",
        "committee",
        "people_index",
        "person",
        "meeting_index",
        "meeting",
        "paper",
        "alert_index",
        "alert",
        "cookies_page",
        "privacy_notice",
    ],
)
def test_readers_of_every_type_of_page_are_told(site_home, builder) -> None:
    notes = [("correction", {"day": date(2018, 8, 6), "text": "It was wrong."})]

    about = getattr(builders, builder)(corrections=notes)

    assert "It was wrong." in Client().get(about.url).content.decode()


def test_readers_of_the_home_page_are_told(site_home) -> None:
    site_home.corrections = [("correction", {"day": date(2018, 8, 6), "text": "It was wrong."})]
    site_home.save_revision().publish()

    assert "It was wrong." in Client().get("/").content.decode()
