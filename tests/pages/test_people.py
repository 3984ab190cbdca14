"""People who decide: who is who, on which committees, and the register of interests."""

import csv
import io
from datetime import date, datetime
from zoneinfo import ZoneInfo

import pytest
from bs4 import BeautifulSoup
from django.core.exceptions import ValidationError
from django.core.files.images import ImageFile
from django.urls import reverse
from django.utils import timezone
from PIL import Image
from wagtail.test.utils.form_data import inline_formset, nested_form_data, streamfield

from pages.models import Membership, PeopleIndexPage, PersonGroup, SiteImage
from pages.search import search_pages
from tests import builders
from tests.canaries import canary

pytestmark = pytest.mark.django_db


@pytest.fixture
def people(site_home) -> PeopleIndexPage:
    return builders.people_index(title="Who is who")


@pytest.fixture
def today(monkeypatch):
    """Return what sets the clock to noon of a day in London."""

    def set_day(*day: int) -> None:
        now = datetime(*day, 12, tzinfo=ZoneInfo("Europe/London"))
        monkeypatch.setattr(timezone, "now", lambda: now)

    return set_day


def main(client, address: str) -> BeautifulSoup:
    response = client.get(address)
    assert response.status_code == 200
    return BeautifulSoup(response.content, "html.parser").main


def seen(client, address: str) -> str:
    return " ".join(main(client, address).get_text(" ").split())


def rows_of_csv(client, page: PeopleIndexPage) -> list[dict[str, str]]:
    response = client.get(f"{page.url}register-of-interests.csv")
    assert response["Content-Type"] == "text/csv; charset=utf-8"
    return list(csv.DictReader(io.StringIO(response.content.decode("utf-8-sig"))))


def test_people_are_grouped_by_their_roles(client, people) -> None:
    builders.person(people, title="Lay A", group=PersonGroup.LAY)
    builders.person(people, title="Chair B", group=PersonGroup.LEADERS)
    builders.person(people, title="Lay C", group=PersonGroup.LAY)
    builders.person(people, title="Gone D", left_on=date(2020, 1, 31))

    headings = [h.get_text(strip=True) for h in main(client, people.url).select("h2, h3")]

    assert headings[:7] == [
        "Chair and chief officers",
        "Chair B",
        "Lay members",
        "Lay A",
        "Lay C",
        "Former members",
        "Gone D",
    ]


def test_a_person_leaves_when_the_last_day_is_over(client, today, people) -> None:
    board = builders.committee()
    person = builders.person(
        people,
        title="Sample person A",
        left_on=date(2024, 2, 29),
        committees=[Membership(committee=board)],
    )

    today(2024, 2, 29)
    assert "Former members" not in seen(client, people.url)
    assert "Sample person A" in seen(client, board.url)
    today(2024, 3, 1)
    assert "Former members" in seen(client, people.url)
    assert "Sample person A" not in seen(client, board.url)
    assert "In this role until 29 February 2024" in seen(client, person.url)


def test_the_starter_page_keeps_its_words_while_nobody_is_on_it(client, site_home) -> None:
    address = "/about-us/governing-board/whos-who/"

    text = seen(client, address)

    for words in (
        "Roles on a CCG's board",
        "Dr Elizabeth Fellows",
        "The full list of board members has not been added",
        "interests that members declared belong in a register",
    ):
        assert words in text
    assert "Register of interests" not in [h.get_text() for h in main(client, address).select("h2")]


def test_the_register_is_one_table_with_a_caption(client, people) -> None:
    builders.person(
        people,
        title="Sample person A",
        interests_declared_on=date(2021, 4, 1),
        interests=[builders.interest(interest="Owns a shop.", action="Leaves the room.")],
    )
    builders.person(
        people,
        title="Sample person B",
        interests_declared_on=date(2021, 4, 1),
        interests=[builders.interest(interest="Sits on a council.", kind="professional")],
    )

    (table,) = [x for x in main(client, people.url).select("table") if "declared" in x.caption.text]

    assert len(table.select("tbody tr")) == 2
    assert [th.get_text(" ", strip=True) for th in table.select("tbody th")] == [
        "Name Sample person A",
        "Name Sample person B",
    ]
    assert [row["Type"] for row in rows_of_csv(client, people)] == [
        "Financial",
        "Non-financial professional",
    ]


def test_a_spreadsheet_runs_nothing_from_the_register(client, people) -> None:
    builders.person(
        people,
        title="Sample person A",
        interests=[
            builders.interest(interest='=HYPERLINK("https://example.org")', action=" +1"),
            builders.interest(interest="@SUM(1)", action="-2"),
        ],
    )

    rows = rows_of_csv(client, people)

    assert [row["Interest"][0] for row in rows] == ["'", "'"]
    assert [row["What is done about it"][0] for row in rows] == ["'", "'"]


def test_an_interest_that_ended_stays_and_says_so(client, today, people) -> None:
    person = builders.person(
        people,
        interests_declared_on=date(2021, 1, 1),
        interests=[
            builders.interest(interest="Old.", ends_on=date(2021, 8, 31)),
            builders.interest(interest="Now."),
        ],
    )

    today(2021, 8, 31)
    assert "Until 31 August 2021" in seen(client, person.url)
    today(2022, 2, 28)
    text = seen(client, person.url)
    assert "Ended 31 August 2021" in text
    assert text.index("Now.") < text.index("Old.")
    assert [row["Until"] for row in rows_of_csv(client, people)] == ["", "2021-08-31"]


def test_what_was_declared_is_told_from_what_was_not(client, people) -> None:
    none = builders.person(people, interests_declared_on=date(2021, 1, 1))
    unknown = builders.person(people)

    assert "There were no interests to declare" in seen(client, none.url)
    assert "No declaration has been published" in seen(client, unknown.url)


def test_people_and_committees_name_each_other(client, people) -> None:
    board = builders.committee(title="The board")
    person = builders.person(
        people, title="Sample person A", committees=[Membership(committee=board, role="Chair")]
    )

    assert "The board , Chair" in seen(client, person.url).replace("board,", "board ,")
    assert "Sample person A" in seen(client, board.url)

    builders.draft(board)
    assert "The board" not in seen(client, person.url)


def test_a_person_who_is_not_public_is_nowhere(client, people) -> None:
    board = builders.committee()
    person = builders.person(
        people,
        title=canary(),
        committees=[Membership(committee=board)],
        interests=[builders.interest(interest=f"Owns {canary()}")],
    )
    addresses = [people.url, board.url, f"{people.url}register-of-interests.csv"]
    addresses.append(f"{people.url}feed.atom")
    assert all(person.title in client.get(x).content.decode() for x in addresses)

    builders.draft(person)

    assert not any(person.title in client.get(x).content.decode() for x in addresses)


def test_search_finds_an_interest(client, people) -> None:
    word = canary()
    person = builders.person(people, interests=[builders.interest(interest=f"Owns {word}.")])

    assert [hit.page.pk for hit in search_pages(word).hits] == [person.pk]


@pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")  # Wagtail's file
def test_a_photograph_has_words_and_a_size(client, people) -> None:
    picture = io.BytesIO()
    Image.new("RGB", (600, 400), "#005eb8").save(picture, "PNG")
    picture.seek(0)
    photo = SiteImage.objects.create(title="Blue", file=ImageFile(picture, name="blue.png"))
    person = builders.person(people, photo=photo, photo_alt="A sample portrait")

    image = main(client, person.url).find("img")

    assert (image["alt"], image["width"], image["height"]) == ("A sample portrait", "240", "240")
    person.photo_alt = ""
    with pytest.raises(ValidationError, match="what the photograph shows"):
        person.full_clean()


def test_dates_that_cannot_be_are_refused(today, people) -> None:
    today(2021, 5, 1)
    person = builders.person(people)
    person.interests_declared_on = date(2021, 5, 2)
    with pytest.raises(ValidationError, match="still to come"):
        person.full_clean()
    person.interests_declared_on = date(1, 1, 1)
    with pytest.raises(ValidationError, match="Check the year"):
        person.full_clean()
    row = builders.interest(starts_on=date(2021, 2, 1), ends_on=date(2021, 1, 1))
    with pytest.raises(ValidationError, match="before the interest began"):
        row.full_clean(exclude={"page"})


def test_queries_do_not_grow_with_the_people(client, people, django_assert_max_num_queries) -> None:
    for _ in range(3):
        builders.person(people, interests=[builders.interest()])
    client.get(people.url)
    with django_assert_max_num_queries(8):
        client.get(people.url)
    for _ in range(5):
        builders.person(people, interests=[builders.interest(), builders.interest()])
    with django_assert_max_num_queries(8):
        client.get(people.url)


def test_interests_go_with_the_day_of_their_declaration(admin_client, people) -> None:
    person = builders.person(people)
    row = {
        "interest": "Owns a shop.",
        "kind": "financial",
        "starts_on": "",
        "ends_on": "",
        "action": "",
    }
    data = {
        "title": person.title,
        "seo_title": "",
        "search_description": "About.",
        "role": "Chair",
        "group": PersonGroup.LEADERS.value,
        "left_on": "",
        "photo": "",
        "photo_alt": "",
        "body": streamfield([]),
        "committees": inline_formset([]),
        "interests_declared_on": "",
        "interests": inline_formset([row]),
        "updated_on": "2026-11-23",
        "content_status": "source",
        "corrections": streamfield([]),
        "slug": person.slug,
        "comments": inline_formset([]),
        "action-publish": "action-publish",
    }
    address = reverse("wagtailadmin_pages:edit", args=[person.pk])

    refused = admin_client.post(address, nested_form_data(data))

    assert b"Say when these interests were declared" in refused.content
    data["interests_declared_on"] = "2021-04-01"
    assert admin_client.post(address, nested_form_data(data)).status_code == 302
    assert person.interests.model.objects.filter(page=person).count() == 1
