"""The notice in the CMS: what an editor can leave out, what is filled in, what is refused."""

import pytest
from bs4 import BeautifulSoup
from django.urls import reverse
from wagtail.test.utils.form_data import (
    inline_formset,
    nested_form_data,
    rich_text,
    streamfield,
)

from privacy.models import NoticeVersion, PrivacyNoticePage
from tests import builders

pytestmark = pytest.mark.django_db


@pytest.fixture
def notice(site_home) -> PrivacyNoticePage:
    return builders.privacy_notice(sections=[], activities=[])


@pytest.fixture
def cms(admin_client):
    return admin_client


def section(**facts) -> dict:
    body = streamfield([("text", rich_text("<p>Some text.</p>"))])
    return {"title": "A section", "anchor": "", "group": "", "body": body, **facts}


def activity(**facts) -> dict:
    streams = ("approvals", "opt_outs", "processors", "parts", "links")
    empty = {name: streamfield([]) for name in streams}
    return {
        "title": "An activity",
        "anchor": "",
        "plain_summary": "",
        "purpose": rich_text(""),
        "legal_basis": rich_text(""),
        "editor_flags": "",
        **empty,
        **facts,
    }


def rows_data(rows) -> dict:
    """Return rows as a formset's data; one with an id is a row that is there already."""
    ordered = sorted(rows, key=lambda row: "id" not in row)
    return inline_formset(ordered, initial=sum("id" in row for row in rows))


def post(cms, notice: PrivacyNoticePage, sections=(), activities=(), *, publish=True, **facts):
    """Send the edit form as a browser would; the answer is a page only if it was refused."""
    ticked = {
        f"activities-{number}-{name}": row.pop(name)
        for number, row in enumerate(activities)
        for name in ("article_6", "article_9", "rights")
        if name in row
    }
    data = {
        "title": notice.title,
        "seo_title": "",
        "search_description": "About this notice.",
        "subtitle": "",
        "introduction": streamfield([]),
        "sections": rows_data(sections),
        "appendix_introduction": rich_text(""),
        "activities": rows_data(activities),
        "change_note": "",
        "text_changed": "",
        "updated_on": "2026-11-23",
        "review_due_on": "",
        "content_owner": "",
        "content_status": "source",
        "corrections": streamfield([]),
        "editor_flags": "",
        "slug": notice.slug,
        "also_known_as": "",
        "comments": inline_formset([]),
        **facts,
    }
    if publish:
        data["action-publish"] = "action-publish"
    return cms.post(address(notice), {**nested_form_data(data), **ticked})


def address(notice: PrivacyNoticePage) -> str:
    return reverse("wagtailadmin_pages:edit", args=[notice.pk])


def edit_form(cms, notice: PrivacyNoticePage) -> BeautifulSoup:
    response = cms.get(address(notice))
    assert response.status_code == 200
    return BeautifulSoup(response.content, "html.parser")


def errors(response) -> str:
    """Return what the form says is wrong, if it was refused."""
    assert response.status_code == 200
    page = BeautifulSoup(response.content, "html.parser")
    return " ".join(error.get_text(" ", strip=True) for error in page.select(".error-message"))


def live(notice: PrivacyNoticePage) -> PrivacyNoticePage:
    return PrivacyNoticePage.objects.get(pk=notice.pk)


# --- Links within the page --------------------------------------------------------------------


def test_links_are_filled_in_from_the_titles(cms, notice) -> None:
    response = post(
        cms,
        notice,
        [section(title="Your rights"), section(title="Your rights")],
        [activity(title="Your rights")],
    )
    assert response.status_code == 302
    page = live(notice)
    assert [row.anchor for row in page.sections.all()] == ["your-rights", "your-rights-2"]
    assert [row.anchor for row in page.activities.all()] == ["your-rights"]


def test_a_link_stays_when_the_title_changes(cms, notice) -> None:
    post(cms, notice, [section(title="Your rights", anchor="rights")])
    (row,) = live(notice).sections.all()
    post(cms, notice, [section(id=row.pk, title="What you can ask for", anchor="rights")])
    assert [row.html_id for row in live(notice).sections.all()] == ["rights"]


def test_a_title_without_letters_of_an_address_has_a_link_all_the_same(cms, notice) -> None:
    assert post(cms, notice, [section(title="¿?"), section(title="¡!")]).status_code == 302
    assert [row.html_id for row in live(notice).sections.all()] == ["part", "part-2"]


@pytest.mark.parametrize(
    "sections",
    [
        [section(anchor="same"), section(anchor="same")],
        [
            section(
                anchor="one", body=streamfield([("heading", {"text": "Two", "anchor": "two"})])
            ),
            section(anchor="one-two"),
        ],
    ],
)
def test_one_link_for_two_places_is_refused(cms, notice, sections) -> None:
    assert "Another part of the notice has this link" in errors(post(cms, notice, sections))


def test_a_section_cannot_take_an_activitys_link(cms, notice) -> None:
    response = post(cms, notice, [section(anchor="activity-one")], [activity(anchor="one")])
    assert "Another part of the notice has this link" in errors(response)


@pytest.mark.parametrize("anchor", ["appendix-a", "site-main", "search-again"])
def test_a_section_cannot_take_a_link_of_the_page_itself(cms, notice, anchor) -> None:
    assert "link" in errors(post(cms, notice, [section(anchor=anchor)]))


def test_incomplete_rows_are_refused_and_not_an_error(cms, notice) -> None:
    response = post(
        cms,
        notice,
        [section(title="", body=streamfield([])), section(anchor="not a link")],
        [activity(title="")],
    )
    assert "This field is required" in errors(response)


def test_a_draft_may_be_incomplete(cms, notice) -> None:
    rows = [section(title="", body=streamfield([])), section(title="", body=streamfield([]))]
    assert post(cms, notice, rows, [activity(title="")], publish=False).status_code == 302
    draft = live(notice).get_latest_revision_as_object()
    assert len(draft.sections.all()) == 2
    response = cms.get(reverse("wagtailadmin_pages:view_draft", args=[notice.pk]))
    assert response.status_code == 200
    assert edit_form(cms, notice)


# --- Articles ---------------------------------------------------------------------------------


def test_articles_are_ticked_and_kept_in_order(cms, notice) -> None:
    post(cms, notice, activities=[activity(article_6=["e", "a"], article_9=["h"])])
    (row,) = live(notice).activities.all()
    assert (row.article_6, row.article_9) == ("a, e", "h")
    assert [name for name, _ in row.articles] == [
        "Article 6(1)(a)",
        "Article 6(1)(e)",
        "Article 9(2)(h)",
    ]
    form = edit_form(cms, notice)
    ticked = form.select("input[name=activities-0-article_6][checked]")
    assert [box["value"] for box in ticked] == ["a", "e"]


def test_rights_are_ticked_and_kept_in_order(cms, notice) -> None:
    post(cms, notice, activities=[activity(rights=["consent", "automated decisions", "access"])])
    (row,) = live(notice).activities.all()
    assert row.rights == "access, automated decisions, consent"
    ticked = edit_form(cms, notice).select("input[name=activities-0-rights][checked]")
    assert [box["value"] for box in ticked] == ["access", "automated decisions", "consent"]


def test_a_right_that_does_not_exist_is_refused(cms, notice) -> None:
    response = post(cms, notice, activities=[activity(rights=["eternal youth"])])
    assert "not one of the available choices" in errors(response)


def test_no_opt_out_stands_alone(cms, notice) -> None:
    none = ("opt_out", {"kind": "No opt-out", "text": rich_text("")})
    other = ("opt_out", {"kind": "Type 1 opt-out", "text": rich_text("<p>Ask.</p>")})
    response = post(cms, notice, activities=[activity(opt_outs=streamfield([none, other]))])
    assert b"has to stand alone" in response.content
    assert post(cms, notice, activities=[activity(opt_outs=streamfield([none]))]).status_code == 302
    (row,) = live(notice).activities.all()
    assert [child.value["kind"] for child in row.opt_outs] == ["No opt-out"]


def test_an_article_that_does_not_exist_is_refused(cms, notice) -> None:
    response = post(cms, notice, activities=[activity(article_6=["z"])])
    assert "not one of the available choices" in errors(response)


# --- What is not stated -----------------------------------------------------------------------


def test_the_form_says_what_activities_do_not_state(cms) -> None:
    form = edit_form(cms, PrivacyNoticePage.objects.get())
    table = form.find("th", string="Not stated").find_parent("table")
    not_stated = {
        row.th.get_text(strip=True): row.td.get_text(strip=True).split(", ")
        for row in table.tbody.find_all("tr")
    }
    assert len(not_stated) == 16
    assert "retention period" in not_stated["Risk Stratification"]
    assert "safeguards" not in not_stated["Risk Stratification"]
    assert not_stated["National Registries"][:4] == [
        "purpose",
        "Article 6 condition",
        "Article 9 condition",
        "data processor",
    ]


def test_empty_fields_say_not_stated(cms, notice) -> None:
    post(cms, notice, activities=[activity()])
    form = edit_form(cms, notice)
    for name in ("activities-0-retention", "activities-0-editor_flags", "text_changed"):
        assert form.find(attrs={"name": name})["placeholder"] == "Not stated"
    assert form.find(attrs={"name": "activities-0-anchor"})["placeholder"] == "Filled in for you"
    assert "placeholder" not in form.find(attrs={"name": "activities-0-title"}).attrs


def test_a_new_notice_can_be_begun(cms, site_home) -> None:
    response = cms.get(
        reverse("wagtailadmin_pages:add", args=["privacy", "privacynoticepage", site_home.pk])
    )
    assert response.status_code == 200
    assert b"There are no activities yet" in response.content


# --- Rows, notes, history ---------------------------------------------------------------------


def test_each_row_is_headed_by_its_title(cms) -> None:
    form = edit_form(cms, PrivacyNoticePage.objects.get())
    assert "Complaints" in form.find(id="inline_child_activities-0-panel-heading").get_text()
    assert "collapsed" in form.find(id="inline_child_activities-0-panel-section")["class"]


def test_the_note_on_a_published_version_is_not_offered_for_the_next(cms, notice) -> None:
    post(cms, notice, [section()], change_note="A section was added.")
    assert NoticeVersion.of(notice)[0].change_note == "A section was added."
    assert not edit_form(cms, notice).find(attrs={"name": "change_note"}).get("value")


def comparison(cms, notice: PrivacyNoticePage) -> BeautifulSoup:
    """Return what the CMS says of the published text and the last draft."""
    response = cms.get(
        reverse("wagtailadmin_pages:revisions_compare", args=[notice.pk, "live", "latest"])
    )
    assert response.status_code == 200
    page = BeautifulSoup(response.content, "html.parser")
    return page.find("td", class_="comparison").find_parent("table")


def test_history_shows_the_words_that_changed_and_no_other_section(cms, notice) -> None:
    notice.sections = [
        builders.notice_section(
            title="One", sort_order=0, body=[("text", "<p>Kept for two years.</p>")]
        ),
        builders.notice_section(title="Two", sort_order=1),
    ]
    notice.save_revision().publish()
    notice = live(notice)
    row = notice.sections.all()[0]
    row.body = [("text", "<p>Kept for three years.</p>")]
    notice.sections.add(row)
    notice.sections.add(builders.notice_section(title="Three", sort_order=0))
    notice.save_revision()
    table = comparison(cms, notice)
    titles = [
        row.find("dd").get_text(strip=True) for row in table.select(".comparison__child-object")
    ]
    assert sorted(titles) == ["One", "Three"]
    assert table.find("span", class_="deletion").get_text() == "two"
    assert table.find("span", class_="addition").get_text() == "three"
    assert "Moved" not in table.get_text()


def test_history_shows_the_one_activity_that_moved(cms, notice) -> None:
    notice.activities = [
        builders.activity(title=f"Activity {name}", sort_order=number)
        for number, name in enumerate("ABCD")
    ]
    notice.save_revision().publish()
    notice = live(notice)
    rows = list(notice.activities.all())
    for number, row in enumerate([rows[3], *rows[:3]]):
        row.sort_order = number
    notice.activities = rows
    notice.save_revision()
    (row,) = comparison(cms, notice).select(".comparison__child-object")
    assert "Activity D" in row.get_text()
    assert "Moved up 3 places" in " ".join(row.get_text().split())


def test_a_revert_brings_sections_and_activities_back(cms, notice) -> None:
    post(cms, notice, [section(title="First", anchor="first")], [activity(title="Counting")])
    earlier = live(notice).live_revision
    post(cms, notice, [section(title="Second", anchor="second")], [])
    response = cms.get(reverse("wagtailadmin_pages:revisions_revert", args=[notice.pk, earlier.pk]))
    page = BeautifulSoup(response.content, "html.parser")
    assert page.find(attrs={"name": "sections-0-title"})["value"] == "First"
    assert page.find(attrs={"name": "activities-0-title"})["value"] == "Counting"
