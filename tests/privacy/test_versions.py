"""Versions: what was published, never a draft; and what changed between two of them."""

import re
from concurrent.futures import ThreadPoolExecutor

import pytest
from bs4 import BeautifulSoup
from django.db import connection
from django.utils import timezone

from pages.models import SiteSettings
from privacy.models import NoticeVersion, PrivacyNoticePage
from privacy.plain_text import Line
from privacy.versions import Part, Passage, Piece, compare, compare_lines, compare_words
from tests import builders


def text(words: str) -> list[tuple[str, str]]:
    return [("text", f"<p>{words}</p>")]


def published(notice: PrivacyNoticePage, **facts) -> PrivacyNoticePage:
    """Publish a notice with some of its facts changed."""
    for name, value in facts.items():
        setattr(notice, name, value)
    notice.save_revision().publish()
    return PrivacyNoticePage.objects.get(pk=notice.pk)


def numbers(notice: PrivacyNoticePage) -> list[int]:
    return [version.number for version in NoticeVersion.of(notice)]


def read(client, notice: PrivacyNoticePage, path: str) -> BeautifulSoup:
    response = client.get(f"{notice.url}versions/{path}")
    assert response.status_code == 200
    return BeautifulSoup(response.content, "html.parser")


@pytest.fixture
def notice(db) -> PrivacyNoticePage:
    """Return a notice with two versions: the second has another section text and activity."""
    notice = builders.privacy_notice(
        sections=[
            builders.notice_section(
                title="Who we are", anchor="who", sort_order=0, body=text("We are here.")
            ),
            builders.notice_section(
                title="Your rights",
                anchor="rights",
                sort_order=1,
                body=text("You can ask us once for your data."),
            ),
        ],
        activities=[
            builders.activity(
                title="Surveys", anchor="surveys", sort_order=0, purpose="<p>To ask.</p>"
            )
        ],
    )
    section = notice.sections.all()[1]
    section.body = text("You can ask us at any time for your data.")
    notice.sections.add(section)
    notice.activities.add(builders.activity(title="Research", anchor="research", sort_order=1))
    return published(notice, change_note="Research was added.")


# --- What is kept -----------------------------------------------------------------------------


@pytest.mark.django_db
def test_the_starter_notice_has_its_first_version() -> None:
    notice = PrivacyNoticePage.objects.get()
    (version,) = NoticeVersion.of(notice)
    assert version.number == 1
    assert len(version.parts) == 1 + 16 + 1 + 16


def test_each_publication_of_new_words_is_a_version(notice) -> None:
    assert numbers(notice) == [2, 1]
    assert NoticeVersion.of(notice)[0].change_note == "Research was added."


def test_the_same_words_are_no_new_version(notice) -> None:
    notice = published(notice)
    notice = published(notice, review_due_on=timezone.localdate(), editor_flags="Ask the DPO.")
    assert numbers(notice) == [2, 1]


def test_a_draft_is_no_version(client, notice) -> None:
    notice.subtitle = "A secret plan"
    notice.save_revision()
    assert numbers(notice) == [2, 1]
    for path in ("", "1/", "2/", "1-to-2/"):
        assert "secret" not in str(read(client, notice, path))


def test_a_publication_planned_for_later_is_no_version_yet(db, site_home) -> None:
    notice = PrivacyNoticePage(
        title="Later",
        slug="later",
        search_description="Later.",
        go_live_at=timezone.now() + timezone.timedelta(days=1),
        live=False,
    )
    site_home.add_child(instance=notice)
    notice.save_revision().publish()
    assert numbers(notice) == []


def test_going_back_to_old_words_is_a_version_too(notice) -> None:
    first = notice.revisions.order_by("created_at").first()
    first.as_object().save_revision().publish()
    assert numbers(notice) == [3, 2, 1]
    third, _, first = NoticeVersion.of(notice)
    assert third.content == first.content


def test_a_version_has_what_is_live_even_if_an_older_copy_asks(notice) -> None:
    stale = PrivacyNoticePage.objects.get(pk=notice.pk)
    published(notice, subtitle="New words")
    NoticeVersion.keep(stale)
    assert numbers(notice) == [3, 2, 1]
    assert Line("text", "New words") in NoticeVersion.of(notice)[0].parts[0].lines


@pytest.mark.django_db(transaction=True, serialized_rollback=True)
def test_two_publications_at_once_give_two_versions() -> None:
    notice = PrivacyNoticePage.objects.get()

    def publish(subtitle: str) -> None:
        try:
            published(PrivacyNoticePage.objects.get(pk=notice.pk), subtitle=subtitle)
        finally:
            if connection.vendor == "postgresql":
                connection.close()

    # SQLite's test database is in memory: its writers cannot wait for each other.
    workers = 2 if connection.vendor == "postgresql" else 1
    with ThreadPoolExecutor(workers) as pool:
        if workers == 1:
            publish("One")
            publish("Two")
        else:
            list(pool.map(publish, ["One", "Two"]))
    found = numbers(notice)
    assert found in ([3, 2, 1], [2, 1])
    live = PrivacyNoticePage.objects.get(pk=notice.pk)
    assert Line("text", live.subtitle) in NoticeVersion.of(notice)[0].parts[0].lines


@pytest.mark.django_db
def test_a_version_has_every_fact_that_readers_see(site_home) -> None:
    contact = builders.contact(
        name="Records team", email="", main_email=True, phone="023 9283 4456", address="1 High St"
    )
    settings = SiteSettings.objects.get()
    settings.email = "main@example.org"
    settings.save()
    notice = builders.privacy_notice(
        introduction=[
            ("text", '<p>See <a href="https://ico.org.uk/">the ICO</a>.</p><ul><li>One</li></ul>'),
            ("contact", contact),
        ],
        appendix_introduction="<p>The list.</p>",
        activities=[
            builders.activity(
                article_6="e",
                we_process_this_ourselves=True,
                approvals=[
                    (
                        "approval",
                        {
                            "reference": "CAG 1",
                            "body": "The group",
                            "expires_on": timezone.datetime(2022, 9, 30).date(),
                            "note": "Extended.",
                        },
                    )
                ],
                processors=[
                    ("processor", {"name": "Firm", "role": "Counts", "url": "https://firm.example"})
                ],
                parts=[("part", {"label": "Benefits", "text": "<p>Many.</p>"})],
                links=[("link", {"text": "More", "url": "https://more.example"})],
                **builders.FACTS_OF_THE_REGISTER,
            )
        ],
    )
    words = [line.text for part in NoticeVersion.of(notice)[0].parts for line in part.lines]
    expected = [
        "See the ICO (https://ico.org.uk/).",
        "One",
        "Records team",
        "main@example.org",
        "023 9283 4456",
        "1 High St",
        "The list.",
        "Article 6(1)(e): a task in the public interest",
        "CAG 1",
        "30 September 2022",
        "Extended.",
        "We do this ourselves",
        "Firm",
        "Counts",
        "https://firm.example",
        "Benefits",
        "Many.",
        "More",
        "https://more.example",
        "Patients.",
        "Carers.",
        "Names.",
        "Your GP surgery.",
        "have wrong data put right",
        "Type 1 opt-out",
        "Ask your GP surgery.",
        "The council.",
        "None.",
        "Two years.",
        "Locked rooms.",
    ]
    assert [fact for fact in expected if fact not in words] == []


def test_a_new_retention_period_is_a_new_version(notice) -> None:
    activity = notice.activities.all()[0]
    activity.retention = "Two years."
    notice.activities.add(activity)
    published(notice)
    newest, before, _ = NoticeVersion.of(notice)
    (change,) = compare(before.parts, newest.parts)
    added = [piece.text for passage in change.passages for piece in passage.pieces]
    assert added[-2:] == ["How long the data is kept", "Two years."]


# --- The pages --------------------------------------------------------------------------------


def test_the_notice_leads_to_its_versions(client, notice) -> None:
    page = BeautifulSoup(client.get(notice.url).content, "html.parser")
    assert page.find("a", href=f"{notice.url}versions/")


def test_list_has_every_version_newest_first(client, notice) -> None:
    page = read(client, notice, "")
    headings = [heading.get_text(strip=True) for heading in page.select("main li h2")]
    assert headings == ["Version 2", "Version 1"]
    assert "Research was added." in page.main.get_text()
    assert page.main.find("a", href=f"{notice.url}versions/1-to-2/")


def test_a_version_reads_as_it_was_published(client, notice) -> None:
    page = read(client, notice, "1/")
    assert "ask us once" in page.main.get_text()
    assert "at any time" not in page.main.get_text()
    assert page.find(id="rights").name == "h2"
    assert page.find("meta", attrs={"name": "robots"})["content"] == "noindex"


def test_comparison_shows_what_changed_and_no_more(client, notice) -> None:
    page = read(client, notice, "1-to-2/")
    headings = [heading.get_text(strip=True) for heading in page.select(".site-change h2")]
    assert headings == ["Changed: Your rights", "Added: Appendix A: Research"]
    assert "We are here." not in page.main.get_text()


def test_changes_are_said_in_words_and_not_by_looks_alone(client, notice) -> None:
    page = read(client, notice, "1-to-2/")
    (removed,) = page.select(".site-change del")
    added = page.select_one(".site-change ins")
    assert removed.get_text() == "[removed: once]"
    assert added.get_text() == "[added: at any time]"


def test_any_two_versions_can_be_chosen_in_either_order(client, notice) -> None:
    for query in ("from=1&to=2", "from=2&to=1"):
        response = client.get(f"{notice.url}versions/?{query}")
        assert response.status_code == 302
        assert response.headers["Location"] == f"{notice.url}versions/1-to-2/"


@pytest.mark.parametrize("query", ["from=1&to=1", "from=1&to=9", "from=&to=", "to=x", "to=%00"])
def test_a_choice_that_cannot_be_compared_is_explained(client, notice, query) -> None:
    response = client.get(f"{notice.url}versions/?{query}")
    assert response.status_code == 422
    page = BeautifulSoup(response.content, "html.parser")
    assert page.select_one(".nhsuk-error-summary a[href='#id_from']")
    assert page.find(id="id_from")


@pytest.mark.parametrize(
    "path",
    [
        "0/",
        "01/",
        "3/",
        "-1/",
        "one/",
        "1.0/",
        "2147483648/",
        "9223372036854775808/",
        "9" * 400 + "/",
        "\u0661/",
        "2-to-1/",
        "1-to-1/",
        "1-to-3/",
        "0-to-1/",
        "1-to-99999999999999999999/",
        "1-to-/",
        "1/2/",
    ],
)
def test_addresses_that_name_no_version_are_not_found(client, notice, path) -> None:
    assert client.get(f"{notice.url}versions/{path}").status_code == 404


def test_versions_of_a_notice_that_is_not_public_are_not_found(client, notice) -> None:
    notice.unpublish()
    for path in ("", "1/", "1-to-2/"):
        assert client.get(f"{notice.url}versions/{path}").status_code == 404


def test_versions_accept_reading_alone(client, notice) -> None:
    assert client.post(f"{notice.url}versions/").status_code == 405


def test_a_move_of_the_notice_redirects_its_versions(
    client, notice, django_capture_on_commit_callbacks
) -> None:
    old = notice.url
    with django_capture_on_commit_callbacks(execute=True):
        notice.move(builders.section(), pos="last-child")
    new = PrivacyNoticePage.objects.get(pk=notice.pk).url
    response = client.get(f"{old}versions/1/")
    assert response.status_code == 301
    assert response.headers["Location"].endswith(f"{new}versions/1/")


# --- Comparing --------------------------------------------------------------------------------


def part(anchor: str, words: str = "Words.", title: str = "") -> Part:
    return Part(anchor, title or anchor.title(), [Line("text", words)])


def test_the_same_parts_have_no_changes() -> None:
    assert compare([part("a"), part("b")], [part("a"), part("b")]) == []


def test_one_part_that_moved_is_one_change() -> None:
    before = [part(anchor) for anchor in "abcd"]
    after = [part(anchor) for anchor in "dabc"]
    (change,) = compare(before, after)
    assert (change.kind, change.anchor, change.moved) == ("moved", "d", True)


def test_a_part_above_which_another_was_added_has_not_moved() -> None:
    (change,) = compare([part("a"), part("b")], [part("a"), part("new"), part("b")])
    assert (change.kind, change.anchor) == ("added", "new")


def test_a_new_title_is_a_change_and_not_a_new_part() -> None:
    (change,) = compare([part("a", title="Old title")], [part("a", title="New title")])
    assert change.kind == "changed"
    heading = [Piece("removed", "Old"), Piece("added", "New"), Piece("same", "title")]
    assert change.passages[0] == Passage("heading", heading)


def test_a_part_that_went_is_shown_whole() -> None:
    (change,) = compare([part("a"), part("b", "Gone.")], [part("a")])
    assert change.kind == "removed"
    assert change.passages == [Passage("text", [Piece("removed", "Gone.")])]


def test_unchanged_lines_away_from_a_change_are_left_out() -> None:
    old = [Line("text", f"Paragraph number {n}.") for n in range(9)]
    new = [*old[:4], Line("text", "Something else entirely was put here."), *old[4:]]
    kinds = [(p.kind, [piece.kind for piece in p.pieces]) for p in compare_lines(old, new)]
    assert kinds == [
        ("gap", []),
        ("text", ["same"]),
        ("text", ["added"]),
        ("text", ["same"]),
        ("gap", []),
    ]


def test_both_texts_can_be_read_from_their_comparison() -> None:
    old = "We keep your data for two years and then we destroy all of it."
    new = "We keep your records for three years and then we safely destroy it."
    pieces = compare_words(old, new)
    assert joined(pieces, {"same", "removed"}) == old
    assert joined(pieces, {"same", "added"}) == new


def joined(pieces: list[Piece], kinds: set[str]) -> str:
    return re.sub(r"\s+", " ", " ".join(piece.text for piece in pieces if piece.kind in kinds))
