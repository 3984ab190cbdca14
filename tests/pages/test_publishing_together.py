"""A meeting's papers are published with it: all in one instant, or none, and it is said why."""

import logging
from collections.abc import Callable
from datetime import timedelta
from threading import Event, Thread

import pytest
from bs4 import BeautifulSoup
from django.contrib.auth.models import Group, User
from django.core.management import call_command
from django.db import connection, transaction
from django.urls import reverse
from django.utils import timezone
from wagtail.models import Page
from wagtail.test.utils.form_data import inline_formset, nested_form_data, rich_text, streamfield

from pages.models import (
    DocumentOffer,
    MeetingIndexPage,
    MeetingPage,
    PaperPage,
)
from pages.models.papers import PapersNotReadyError
from pages.search import search_pages
from tests import builders
from tests.canaries import canary, document

pytestmark = pytest.mark.django_db
at_once = pytest.mark.django_db(transaction=True, serialized_rollback=True)


@pytest.fixture
def meeting(site_home) -> MeetingPage:
    return builders.draft(builders.meeting(title="The meeting", slug="the-meeting"))


@pytest.fixture
def publisher(client):
    """Return a browser in which somebody is signed in who may publish."""
    return signed_in(client, "Publishers")


def signed_in(client, group: str):
    user = User.objects.create_user(f"one-of-{group}".lower(), password="a-long-password-1")
    user.groups.add(Group.objects.get(name=group))
    client.force_login(user)
    return client


def draft_paper(meeting: MeetingPage, **facts) -> PaperPage:
    """Return a paper that was never published."""
    usual = {"title": "Paper", "body": builders.BODY, "search_description": "About."}
    page = PaperPage(live=False, **{**usual, **facts})
    Page.objects.get(pk=meeting.pk).specific.add_child(instance=page)
    page.save_revision()
    return PaperPage.objects.get(pk=page.pk)


def again(page):
    return type(page).objects.get(pk=page.pk)


def ticked(meeting: MeetingPage, **facts):
    """Return a new revision of the meeting that takes its papers with it."""
    meeting = again(meeting).get_latest_revision_as_object()
    meeting.publish_papers = True
    for name, value in facts.items():
        setattr(meeting, name, value)
    return meeting.save_revision()


def in_the_past(monkeypatch, **time: int) -> Callable[[], None]:
    later = timezone.now() + timedelta(**time)
    return lambda: monkeypatch.setattr(timezone, "now", lambda: later)


# --- All of it --------------------------------------------------------------------------------


def test_nothing_of_the_papers_is_seen_before_and_all_of_it_after(client, meeting) -> None:
    word = canary()
    paper = draft_paper(meeting, title=f"On {word}", slug="on-it")
    file = document(title="Report", said=word)
    meeting = again(meeting)
    meeting.format_contact = builders.contact()
    meeting.agenda = [builders.agenda_item(title="Beds", paper=paper, document=file)]
    meeting.save_revision()
    index = MeetingIndexPage.objects.get(pk=meeting.get_parent().pk)

    def is_seen() -> set[bool]:
        return {
            client.get(f"{index.url}the-meeting/on-it/").status_code == 200,
            word in client.get(f"{index.url}feed.atom").content.decode(),
            bool(search_pages(word).hits),
            DocumentOffer.objects.filter(document=file).exists(),
            "on-it" in client.get("/sitemap.xml").content.decode(),
        }

    assert is_seen() == {False}

    ticked(meeting).publish()

    assert is_seen() == {True}
    assert again(paper).first_published_at
    assert not again(paper).has_unpublished_changes


def test_without_the_tick_papers_stay_drafts(meeting) -> None:
    paper = draft_paper(meeting)

    again(meeting).save_revision().publish()

    assert again(meeting).live
    assert not again(paper).live


def test_the_tick_is_for_once(meeting) -> None:
    draft_paper(meeting)
    ticked(meeting).publish()
    later = draft_paper(meeting, title="Later", slug="later")

    again(meeting).save_revision().publish()

    assert not again(meeting).publish_papers
    assert not again(later).live


def test_a_paper_that_is_live_gets_its_newer_text(client, meeting) -> None:
    paper = builders.paper(meeting)
    paper.body = [("text", "<p>Corrected</p>")]
    paper.save_revision()

    ticked(meeting).publish()

    assert "Corrected" in client.get(again(paper).url).content.decode()


def test_a_paper_that_was_withdrawn_is_not_published_by_the_way(meeting) -> None:
    paper = builders.draft(builders.paper(meeting))

    ticked(meeting).publish()

    assert not again(paper).live


def test_headings_get_their_addresses(meeting) -> None:
    paper = draft_paper(meeting, body=[("heading", {"text": "Why", "anchor": ""})])

    ticked(meeting).publish()

    assert again(paper).body[0].value["anchor"] == "why"


def test_what_is_saved_after_the_meeting_stays_a_draft(meeting) -> None:
    paper = draft_paper(meeting, body=[("text", "<p>As approved</p>")])
    revision = ticked(meeting)
    paper.body = [("text", "<p>Changed since</p>")]
    paper.save_revision()
    new = draft_paper(meeting, title="New", slug="new")

    revision.publish()

    assert "As approved" in str(again(paper).body)
    assert again(paper).has_unpublished_changes
    assert "Changed since" in str(again(paper).get_latest_revision_as_object().body)
    assert not again(new).live


# --- Or nothing -------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("facts", "words"),
    [
        ({"search_description": ""}, "no summary"),
        ({"body": []}, "no text"),
        ({"body": [("heading", {"text": "", "anchor": ""})]}, "incomplete"),
        ({"go_live_at": timezone.now() + timedelta(days=900)}, "go-live date"),
        ({"expire_at": timezone.now() - timedelta(days=900)}, "expiry date"),
        ({"locked": True}, "locked"),
    ],
)
def test_one_paper_that_cannot_be_published_keeps_back_all(meeting, facts, words) -> None:
    good = draft_paper(meeting, title="Good", slug="good")
    page = PaperPage(title="Bad", slug="bad", live=False, body=builders.BODY)
    page.search_description = "About."
    for name, value in facts.items():
        setattr(page, name, value)
    Page.objects.get(pk=meeting.pk).specific.add_child(instance=page)
    page.save_revision(clean=False)

    with pytest.raises(PapersNotReadyError, match=f"Nothing was published. “Bad” .*{words}"):
        ticked(meeting).publish()

    assert not again(meeting).live
    assert not again(good).live
    assert again(meeting).get_latest_revision_as_object().publish_papers


def test_a_failure_in_the_middle_leaves_nothing_published(meeting, monkeypatch) -> None:
    papers = [draft_paper(meeting, title=f"P{x}", slug=f"p{x}") for x in range(3)]
    save = PaperPage.save
    saved = []

    def fail_at_the_second(page: PaperPage, *args, **kwargs):
        saved.append(page.slug)
        if len(saved) == 2:
            raise OSError
        return save(page, *args, **kwargs)

    monkeypatch.setattr(PaperPage, "save", fail_at_the_second)
    with pytest.raises(OSError, match=r"^$"):
        ticked(meeting).publish()

    assert saved == ["p0", "p1"]
    assert not again(meeting).live
    assert not any(again(paper).live for paper in papers)
    assert search_pages("P0").hits == []


# --- By the schedule --------------------------------------------------------------------------


def test_the_schedule_publishes_all_in_one_go(client, meeting, monkeypatch) -> None:
    paper = draft_paper(meeting, slug="paper")
    go = timezone.now() + timedelta(hours=1)
    ticked(meeting, go_live_at=go).publish()
    call_command("publish_scheduled")
    assert not again(meeting).live
    assert not again(paper).live

    in_the_past(monkeypatch, hours=2)()
    call_command("publish_scheduled")

    assert again(meeting).live
    assert again(paper).live
    assert client.get(again(paper).url).status_code == 200


def test_a_paper_cannot_be_changed_while_its_meeting_is_scheduled(meeting, publisher) -> None:
    paper = draft_paper(meeting)
    address = reverse("wagtailadmin_pages:edit", args=[paper.pk])
    assert again(paper).get_lock() is None

    ticked(meeting, go_live_at=timezone.now() + timedelta(days=1)).publish()

    assert "published together with “The meeting”" in publisher.get(address).content.decode()
    publisher.post(address, paper_data(paper, body=text_data("Changed")))
    assert "Changed" not in str(again(paper).get_latest_revision_as_object().body)

    again(meeting).scheduled_revision.delete()
    assert again(paper).get_lock() is None


def test_a_schedule_that_cannot_be_kept_stays_and_lets_others_go(
    meeting, monkeypatch, caplog
) -> None:
    paper = draft_paper(meeting, title="Bad")
    other = builders.draft(builders.content_page())
    later = timezone.now() + timedelta(hours=1)
    ticked(meeting, go_live_at=later).publish()
    other.go_live_at = later + timedelta(minutes=1)
    other.save_revision().publish()
    Page.objects.filter(pk=paper.pk).update(locked=True)

    in_the_past(monkeypatch, hours=2)()
    with caplog.at_level(logging.ERROR):
        call_command("publish_scheduled")

    assert "“Bad” cannot be published yet: it is locked" in caplog.text
    assert not again(meeting).live
    assert again(meeting).scheduled_revision
    assert again(other).live

    Page.objects.filter(pk=paper.pk).update(locked=False)
    call_command("publish_scheduled")
    assert again(paper).live


# --- In the CMS -------------------------------------------------------------------------------


def text_data(words: str) -> dict:
    return streamfield([("text", rich_text(f"<p>{words}</p>"))])


def paper_data(paper: PaperPage, **facts) -> dict:
    return nested_form_data(
        {
            "title": paper.title,
            "seo_title": "",
            "search_description": paper.search_description,
            "slug": paper.slug,
            "updated_on": "2026-11-23",
            "content_status": "source",
            "corrections": streamfield([]),
            "comments": inline_formset([]),
            **facts,
        }
    )


def post(browser, meeting: MeetingPage, agenda=(), action="action-publish", **facts):
    """Send the edit form of a meeting."""
    rows = [
        {"number": "1", "title": "Item", "purpose": "", "language": "en", **row} for row in agenda
    ]
    data = {
        "title": meeting.title,
        "seo_title": "",
        "search_description": "About this meeting.",
        "committee": str(meeting.committee_id),
        "starts_at": "2021-05-19 13:00",
        "ends_at": "",
        "status": "planned",
        "status_note": "",
        "place": "Room 1",
        "how_to_join": "",
        "online_link": "",
        "is_in_public": "on",
        "questions_by": "",
        "questions_contact": "",
        "agenda": inline_formset(rows),
        "minutes_state": "",
        "minutes_page": "",
        "minutes_files": inline_formset([]),
        "format_contact": "",
        "updated_on": "2026-11-23",
        "content_status": "source",
        "corrections": streamfield([]),
        "slug": meeting.slug,
        "comments": inline_formset([]),
        **facts,
    }
    if action:
        data[action] = action
    return browser.post(address_of(meeting), nested_form_data(data))


def address_of(meeting: MeetingPage) -> str:
    return reverse("wagtailadmin_pages:edit", args=[meeting.pk])


def errors(response) -> str:
    """Return what the form says is wrong, if it was refused."""
    assert response.status_code == 200
    page = BeautifulSoup(response.content, "html.parser")
    return " ".join(error.get_text(" ", strip=True) for error in page.select(".error-message"))


def test_a_publisher_publishes_a_meeting_with_its_papers(publisher, meeting) -> None:
    paper = draft_paper(meeting)

    answer = post(
        publisher, meeting, agenda=[{"paper": str(paper.pk), "purpose": "decision"}],
        publish_papers="on",
    )  # fmt: skip

    assert answer.status_code == 302
    assert again(meeting).live
    assert again(paper).live
    assert again(meeting).agenda.get().paper_id == paper.pk
    form = BeautifulSoup(publisher.get(address_of(meeting)).content, "html.parser")
    assert not form.find("input", attrs={"name": "publish_papers"}).has_attr("checked")


def test_the_form_says_which_paper_keeps_it_back(publisher, meeting) -> None:
    paper = draft_paper(meeting, title="Bad", search_description="")

    answer = post(publisher, meeting, publish_papers="on")

    assert "“Bad” cannot be published yet: it has no summary." in errors(answer)
    assert not again(meeting).live
    assert not again(paper).live
    assert post(publisher, meeting, action="", publish_papers="on").status_code == 302


def test_the_panel_lists_papers_and_what_is_wrong_with_them(publisher, meeting) -> None:
    draft_paper(meeting, title="Bad", search_description="")

    text = BeautifulSoup(publisher.get(address_of(meeting)).content, "html.parser").get_text(" ")

    assert "Add a paper" in text
    assert "it has no summary" in text


def test_what_changes_in_the_same_moment_is_told_too(publisher, meeting, monkeypatch) -> None:
    paper = draft_paper(meeting, title="Bad")
    save = MeetingPage.save

    def lock_and_save(page: MeetingPage, *args, **kwargs):
        if page.live:
            Page.objects.filter(pk=paper.pk).update(locked=True)
        return save(page, *args, **kwargs)

    monkeypatch.setattr(MeetingPage, "save", lock_and_save)
    answer = post(publisher, meeting, publish_papers="on")

    assert answer.url == address_of(meeting)
    text = publisher.get(answer.url).content.decode()
    assert "Nothing was published. “Bad” cannot be published yet: it is locked" in text
    assert not again(meeting).live


def test_approval_publishes_papers_too(client, publisher, meeting) -> None:
    paper = draft_paper(meeting)
    post(publisher, meeting, action="action-submit", publish_papers="on")
    state = again(meeting).current_workflow_task_state
    assert not again(paper).live

    state.approve(user=User.objects.get())

    assert again(meeting).live
    assert again(paper).live


@pytest.mark.parametrize("group", ["Authors", "Editors"])
def test_who_may_not_publish_publishes_no_paper(client, meeting, group) -> None:
    paper = draft_paper(meeting)
    browser = signed_in(client, group)

    post(browser, meeting, publish_papers="on")

    assert not again(meeting).live
    assert not again(paper).live


def test_only_papers_of_this_meeting_can_be_chosen(publisher, meeting) -> None:
    ours = draft_paper(meeting, title="Ours")
    elsewhere = builders.paper(title="Theirs")

    page = BeautifulSoup(publisher.get(address_of(meeting)).content, "html.parser")
    template = page.find(id="id_agenda-EMPTY_FORM_TEMPLATE")
    offered = BeautifulSoup(template.get_text() or str(template), "html.parser").get_text(" ")
    assert "Ours" in offered
    assert "Theirs" not in offered

    answer = post(publisher, meeting, agenda=[{"paper": str(elsewhere.pk)}])
    assert "Choose a paper of this meeting" in errors(answer)
    assert post(publisher, meeting, agenda=[{"paper": str(ours.pk)}]).status_code == 302


@pytest.mark.parametrize(
    ("agenda", "facts", "words"),
    [
        ([{}, {}], {}, "Another item has this number"),
        ([{"number": "4.2"}, {"number": "4/2"}], {}, "Another item has this number"),
        ([{"number": "4 2"}], {}, "Use digits and letters"),
        ([], {"ends_at": "2021-05-19 12:00"}, "has to end after it begins"),
        ([], {"starts_at": "2021-03-28 01:30"}, "be interpreted"),
        ([], {"starts_at": "0001-01-01 12:00"}, "Check the year"),
        ([], {"starts_at": "9999-12-31 23:30"}, "Check the year"),
        ([], {"starts_at": "soon"}, "Enter a valid date/time"),
        ([], {"minutes_state": "approved"}, "Add the minutes"),
        ([], {"committee": ""}, "required"),
    ],
)
def test_the_form_says_what_is_wrong(publisher, meeting, agenda, facts, words) -> None:
    assert words in errors(post(publisher, meeting, agenda=agenda, **facts))
    assert not again(meeting).live


def test_files_need_a_contact_and_minutes_a_state(publisher, meeting) -> None:
    paper = draft_paper(meeting)

    answer = post(
        publisher,
        meeting,
        agenda=[{"document": str(document().pk)}],
        minutes_page=str(paper.pk),
    )

    assert "Say who can be asked for another format" in errors(answer)
    assert "draft or approved" in errors(answer)


def test_a_committee_that_readers_cannot_see_is_published_first(publisher, meeting) -> None:
    builders.draft(meeting.committee)

    assert "Publish it first" in errors(post(publisher, meeting))


# --- Two editors at once ----------------------------------------------------------------------


@pytest.fixture
def several_connections():
    if connection.vendor == "sqlite":
        pytest.skip("SQLite in memory has one connection")


def in_another_thread(work: Callable[[], object]) -> Thread:
    """Start work on a database connection of its own."""

    def work_and_close() -> None:
        try:
            work()
        finally:
            connection.close()

    thread = Thread(target=work_and_close)
    thread.start()
    return thread


@at_once
def test_two_editors_who_publish_at_once_wait_for_each_other(several_connections) -> None:
    meeting = builders.draft(builders.meeting())
    papers = [draft_paper(meeting, title=f"P{x}", slug=f"p{x}") for x in range(3)]
    first, second = ticked(meeting), ticked(meeting)
    begun = Event()

    def publish_the_second() -> None:
        begun.wait()
        second.publish()

    thread = in_another_thread(publish_the_second)
    with transaction.atomic():
        first.publish()
        begun.set()
        thread.join(timeout=1)
        assert thread.is_alive()
    thread.join()

    assert again(meeting).live_revision_id == second.pk
    for paper in papers:
        assert again(paper).live
        assert paper.get_latest_revision().pk == again(paper).live_revision_id


@at_once
def test_a_meeting_and_one_of_its_papers_published_at_once(several_connections) -> None:
    meeting = builders.draft(builders.meeting())
    papers = [draft_paper(meeting, title=f"P{x}", slug=f"p{x}") for x in range(4)]
    go = Event()

    def publish(revision) -> None:
        go.wait()
        revision.publish()

    revisions = [ticked(meeting), *(paper.get_latest_revision() for paper in papers)]
    threads = [in_another_thread(lambda revision=x: publish(revision)) for x in revisions]
    go.set()
    for thread in threads:
        thread.join()

    assert all(again(page).live for page in [meeting, *papers])
