"""What editors do about search in the CMS, as the people who do it."""

from datetime import timedelta

import pytest
from bs4 import BeautifulSoup
from django.contrib.auth.models import Group, User
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from wagtail.contrib.search_promotions.models import Query, QueryDailyHits, SearchPromotion
from wagtail.test.utils.form_data import inline_formset, nested_form_data

from pages.models import EmergencyPhrases, SearchWithoutResults, Synonym
from pages.search_lists import EmergencyRule, Pin, SearchLists, SynonymRule
from tests import builders

pytestmark = pytest.mark.django_db

SYNONYMS = "wagtailsnippets_pages_synonym"
EMERGENCIES = "wagtailsnippets_pages_emergencyphrases"
REPORT = "searches_without_results"
SHOW = {"show-effect": "yes"}


def signed_in(*groups: str) -> Client:
    user = User.objects.create_user("-".join(groups) or "nobody", password="-")
    user.groups.set(Group.objects.filter(name__in=groups))
    client = Client()
    client.force_login(user)
    return client


@pytest.fixture(params=["Editors", "Publishers"])
def colleague(request) -> Client:
    return signed_in(request.param)


@pytest.fixture
def editor() -> Client:
    return signed_in("Editors")


@pytest.fixture
def publisher() -> Client:
    return signed_in("Publishers")


@pytest.fixture
def _no_lists() -> None:
    Synonym.objects.all().delete()
    EmergencyPhrases.objects.all().delete()


def words(typed: str, means: str, **more: str) -> dict[str, str]:
    return {"typed": typed, "means": means, **more}


def text(response) -> str:
    assert response.status_code == 200
    return " ".join(BeautifulSoup(response.content, "html.parser").get_text(" ").split())


def first_results(query: str) -> list[str]:
    page = BeautifulSoup(Client().get("/search/", {"q": query}).content, "html.parser")
    return [link["href"].partition("#")[0] for link in page.select("main ol li h2 a")]


# --- Synonyms ---------------------------------------------------------------------------------


def test_a_synonym_is_added_changed_and_deleted_and_search_follows_at_once(
    colleague: Client,
) -> None:
    page = builders.content_page(title="Wobbulators")
    assert page.url not in first_results("zibblewock")

    colleague.post(reverse(f"{SYNONYMS}:add"), words("zibblewock", "wobbulator"))
    assert first_results("my zibblewocks")[0] == page.url

    entry = Synonym.objects.get(typed="zibblewock")
    colleague.post(reverse(f"{SYNONYMS}:edit", args=[entry.pk]), words("quorple", "wobbulator"))
    assert first_results("quorple")[0] == page.url
    assert page.url not in first_results("zibblewock")

    colleague.post(reverse(f"{SYNONYMS}:delete", args=[entry.pk]))
    assert page.url not in first_results("quorple")


@pytest.mark.usefixtures("_no_lists")
@pytest.mark.parametrize(
    ("typed", "means", "said"),
    [
        ("", "pharmacy", "This field is required."),
        (", ,", "pharmacy", "Write at least one word."),
        ("chemist", " , ", "Write at least one word."),
        ("?!", "pharmacy", "“?!” has no letter or number to search for."),
        ("a b c d e f g h i", "pharmacy", "is too long: write 8 words at most."),
        ("x" * 301, "pharmacy", "at most 300 characters"),
        (", ".join(f"w{n}" for n in range(21)), "x", "Write 20 words or phrases at most."),
        ("vaccine", "jab, vaccination", "“vaccine” and “vaccination” are the same to search"),
        ("Flu Jab", "flu jabs", "“Flu Jab” and “flu jabs” are the same to search"),
        ("drug store, chemists", "x", "“chemists” is in another entry already: “chemist, ph”."),
    ],
)
def test_what_cannot_help_anybody_is_refused_in_words(
    editor: Client, typed: str, means: str, said: str
) -> None:
    Synonym.objects.create(typed="chemist, ph", means="pharmacy")

    for button in ({}, SHOW):
        response = editor.post(reverse(f"{SYNONYMS}:add"), words(typed, means, **button))
        assert said in text(response)
        assert "What this would do" not in text(response)
    assert Synonym.objects.count() == 1


@pytest.mark.usefixtures("_no_lists")
def test_an_entry_can_be_saved_again(editor: Client) -> None:
    entry = Synonym.objects.create(typed="chemist", means="pharmacy")

    editor.post(
        reverse(f"{SYNONYMS}:edit", args=[entry.pk]), words("chemist, chemists", "pharmacy")
    )

    entry.refresh_from_db()
    assert entry.typed == "chemist, chemists"


# --- What a change would do -------------------------------------------------------------------


def effects(response) -> dict[str, list[tuple[str, str]]]:
    """Return the rows of each phrase's table: now, and with the change."""
    page = BeautifulSoup(response.content, "html.parser")
    return {
        table.find_previous("h3").get_text(strip=True): [
            tuple(" ".join(cell.get_text(" ").split()) for cell in row.select("td"))
            for row in table.select("tbody tr")
        ]
        for table in page.select("section[aria-labelledby=effects] table")
    }


@pytest.fixture
def wobbulators() -> list:
    return [
        builders.content_page(title="Wobbulators"),
        builders.content_page(title="News from us", body=[("text", "<p>A zibblewock.</p>")]),
    ]


@pytest.mark.usefixtures("_no_lists", "wobbulators")
def test_a_new_entry_shows_what_it_would_do_and_is_not_saved(colleague: Client) -> None:
    response = colleague.post(
        reverse(f"{SYNONYMS}:add"), words("zibblewock, quorple", "wobbulator", **SHOW)
    )

    shown = effects(response)
    assert shown["zibblewock"] == [
        ("1. News from us", "1. Wobbulators (New)"),
        ("", "2. News from us (Moved down from 1)"),
    ]
    assert shown["quorple"] == [("", "1. Wobbulators (New)")]
    assert "Nothing has been saved." in text(response)
    page = BeautifulSoup(response.content, "html.parser")
    assert page.select_one("[name=typed]")["value"] == "zibblewock, quorple"
    assert page.select_one("[name=means]")["value"] == "wobbulator"
    assert not Synonym.objects.exists()
    assert first_results("quorple") == []


@pytest.mark.usefixtures("_no_lists", "wobbulators")
def test_a_changed_entry_shows_what_would_be_new_and_what_gone(colleague: Client) -> None:
    entry = Synonym.objects.create(typed="quorple, plugh", means="wobbulator")

    response = colleague.post(
        reverse(f"{SYNONYMS}:edit", args=[entry.pk]), words("quorple", "zibblewock", **SHOW)
    )

    assert effects(response) == {
        "quorple": [("1. Wobbulators (Gone)", "1. News from us (New)")],
        "plugh": [("1. Wobbulators (Gone)", "")],
    }
    entry.refresh_from_db()
    assert (entry.typed, entry.means) == ("quorple, plugh", "wobbulator")


@pytest.mark.usefixtures("_no_lists", "wobbulators")
def test_a_change_that_does_nothing_says_so(editor: Client) -> None:
    entry = Synonym.objects.create(typed="quorple", means="wobbulator")

    response = editor.post(
        reverse(f"{SYNONYMS}:edit", args=[entry.pk]), words("quorple", "wobbulator", **SHOW)
    )

    assert effects(response) == {"quorple": [("1. Wobbulators", "1. Wobbulators")]}
    assert "The first results stay as they are." in text(response)


@pytest.mark.usefixtures("_no_lists")
def test_what_finds_nothing_either_way_says_so(editor: Client) -> None:
    response = editor.post(reverse(f"{SYNONYMS}:add"), words("quorple", "plugh", **SHOW))

    assert "Nothing is found, now or with the change." in text(response)


@pytest.mark.usefixtures("_no_lists")
def test_only_what_visitors_may_see_is_shown(editor: Client, wobbulators: list) -> None:
    builders.draft(wobbulators[0])

    response = editor.post(reverse(f"{SYNONYMS}:add"), words("quorple", "wobbulator", **SHOW))

    assert "Wobbulators" not in text(response)


# --- Emergency phrases ------------------------------------------------------------------------


@pytest.mark.usefixtures("_no_lists")
def test_a_publisher_looks_after_emergency_phrases(publisher: Client) -> None:
    publisher.post(
        reverse(f"{EMERGENCIES}:add"), {"card": "999", "phrases": " chest  pain\r\n\r\nstroke\n"}
    )

    entry = EmergencyPhrases.objects.get()
    assert SearchLists.load().emergencies == (EmergencyRule("999", ("chest pain", "stroke")),)
    publisher.post(
        reverse(f"{EMERGENCIES}:edit", args=[entry.pk]), {"card": "111", "phrases": "rash"}
    )
    assert SearchLists.load().emergencies == (EmergencyRule("111", ("rash",)),)
    assert "rash" in text(publisher.get(reverse(f"{EMERGENCIES}:list")))
    publisher.post(reverse(f"{EMERGENCIES}:delete", args=[entry.pk]))
    assert SearchLists.load().emergencies == ()


@pytest.mark.usefixtures("_no_lists")
@pytest.mark.parametrize(
    ("card", "phrases", "said"),
    [
        ("999", "", "This field is required."),
        ("999", " \n ", "This field is required."),
        ("999", "stroke\n...", "“...” has no letter or number to search for."),
        ("999", "one two three four five six seven eight nine", "write 8 words at most"),
        ("112", "stroke", "not one of the available choices"),
    ],
)
def test_phrases_without_words_are_refused(
    publisher: Client, card: str, phrases: str, said: str
) -> None:
    response = publisher.post(reverse(f"{EMERGENCIES}:add"), {"card": card, "phrases": phrases})

    assert said in text(response)
    assert not EmergencyPhrases.objects.exists()


def test_the_most_urgent_card_comes_first() -> None:
    EmergencyPhrases.objects.all().delete()
    for card in ("111", "mental health", "999"):
        EmergencyPhrases.objects.create(card=card, phrases="help")

    cards = [rule.card for rule in SearchLists.load().emergencies]

    assert cards == ["999", "mental health", "111"]


# --- Pinned pages -----------------------------------------------------------------------------


def pin(phrase: str, *rows: dict[str, str]) -> dict[str, str]:
    empty = {"page": "", "external_link_url": "", "external_link_text": "", "description": ""}
    picks = [{**empty, "ORDER": str(n), **row} for n, row in enumerate(rows, 1)]
    return nested_form_data(
        {"query_string": phrase, "editors_picks": inline_formset(picks, initial=0)}
    )


def test_a_page_is_pinned_and_taken_off_again(colleague: Client) -> None:
    page = builders.content_page(title="Wobbulators")

    colleague.post(
        reverse("pinned_pages:add"),
        pin(
            "My  Quorple",
            {"page": str(page.pk), "description": "All about them."},
            {"external_link_url": "https://www.nhs.uk/", "external_link_text": "NHS"},
        ),
    )

    assert SearchLists.load().pins == (
        Pin("my quorple", page.pk, "", "", "All about them."),
        Pin("my quorple", None, "https://www.nhs.uk/", "NHS", ""),
    )
    assert "my quorple" in text(colleague.get(reverse("pinned_pages:index")))
    query = Query.objects.get()
    assert "my quorple" in str(colleague.get(reverse("pinned_pages:edit", args=[query.pk])).content)
    colleague.post(reverse("pinned_pages:delete", args=[query.pk]))
    assert SearchLists.load().pins == ()


def test_a_pin_needs_a_phrase_and_a_page(editor: Client) -> None:
    page = builders.content_page()

    for facts in (
        pin("", {"page": str(page.pk)}),
        pin("?!", {"page": str(page.pk)}),
        pin("quorple"),
    ):
        assert editor.post(reverse("pinned_pages:add"), facts).status_code == 200

    assert not SearchPromotion.objects.exists()


def test_what_counts_searches_is_nowhere_to_be_seen(admin_client: Client) -> None:
    for name in ("pinned_pages:index", "pinned_pages:add"):
        html = admin_client.get(reverse(name)).content.decode()
        assert "popular search terms" not in html
        assert "Views" not in html
    menu = admin_client.get("/cms/").content.decode()
    assert "Pinned pages" in menu
    assert "promoted-search-results" not in menu
    assert "reports/search-terms" not in menu


def test_no_search_of_a_visitor_is_counted() -> None:
    Query.objects.create(query_string="flu")

    for query in ("flu", "xyzzy"):
        Client().get("/search/", {"q": query})

    assert Query.objects.count() == 1
    assert not QueryDailyHits.objects.exists()


# --- Searches without results -----------------------------------------------------------------


@pytest.fixture
def gap() -> SearchWithoutResults:
    return SearchWithoutResults.objects.create(words="zibblewock near [postcode]", days=12)


def links(response) -> dict[str, str]:
    page = BeautifulSoup(response.content, "html.parser")
    return {link.get_text(strip=True): link["href"] for link in page.select("td a")}


def test_from_the_report_to_a_synonym(colleague: Client, gap: SearchWithoutResults) -> None:
    report = colleague.get(reverse(f"{REPORT}:index"))

    assert "zibblewock near [postcode] 12" in text(report)
    form = colleague.get(links(report)["Add synonym"])
    field = BeautifulSoup(form.content, "html.parser").select_one("[name=typed]")
    assert field["value"] == "zibblewock near"


def test_from_the_report_to_a_pinned_page(colleague: Client, gap: SearchWithoutResults) -> None:
    report = colleague.get(reverse(f"{REPORT}:index"))

    form = colleague.get(links(report)["Pin a page"])
    field = BeautifulSoup(form.content, "html.parser").select_one("[name=query_string]")
    assert field["value"] == "zibblewock near"


def test_a_row_is_dismissed(colleague: Client, gap: SearchWithoutResults) -> None:
    address = reverse(f"{REPORT}:dismiss", args=[gap.pk])
    assert colleague.get(address).status_code == 405
    assert SearchWithoutResults.objects.exists()

    response = colleague.post(address, follow=True)

    assert "Nothing: every search that we know of found something." in text(response)
    assert not SearchWithoutResults.objects.exists()
    assert colleague.post(address).status_code == 302


def test_dismissing_needs_the_forms_token(gap: SearchWithoutResults) -> None:
    client = signed_in("Editors")
    strict = Client(enforce_csrf_checks=True)
    strict.cookies = client.cookies

    assert strict.post(reverse(f"{REPORT}:dismiss", args=[gap.pk])).status_code == 403
    page = BeautifulSoup(strict.get(reverse(f"{REPORT}:index")).content, "html.parser")
    form = page.select_one("td form")
    token = form.select_one("[name=csrfmiddlewaretoken]")["value"]
    strict.post(form["action"], {"csrfmiddlewaretoken": token})
    assert not SearchWithoutResults.objects.exists()


def test_the_report_never_shows_what_expired(editor: Client) -> None:
    today = timezone.localdate()
    for days, words in ((90, "kept"), (91, "expired")):
        day = today - timedelta(days=days)
        SearchWithoutResults.objects.create(words=f"xyzzy {words}", first_on=day, last_on=day)

    for address in ("index", "index_results"):
        for ordering in ("", "?ordering=-last_on", "?ordering=words", "?ordering=x"):
            report = text(editor.get(reverse(f"{REPORT}:{address}") + ordering))
            assert "xyzzy kept" in report
            assert "xyzzy expired" not in report


def test_the_report_begins_with_what_was_searched_for_most(editor: Client) -> None:
    for number in (3, 20, 5):
        SearchWithoutResults.objects.create(words=f"xyzzy {number}", days=number)

    report = text(editor.get(reverse(f"{REPORT}:index")))

    assert report.index("xyzzy 20") < report.index("xyzzy 5") < report.index("xyzzy 3")


def test_what_was_typed_is_shown_as_text(editor: Client) -> None:
    SearchWithoutResults.objects.create(words="<script>alert(1)</script> &amp;")

    html = editor.get(reverse(f"{REPORT}:index")).content

    assert b"<script>alert" not in html
    assert b"&lt;script&gt;alert(1)&lt;/script&gt; &amp;amp;" in html


def test_the_report_grows_without_more_queries(
    editor: Client, django_assert_max_num_queries
) -> None:
    for number in range(30):
        SearchWithoutResults.objects.create(words=f"xyzzy {number}")

    with django_assert_max_num_queries(25):
        editor.get(reverse(f"{REPORT}:index"))


# --- Who may do what --------------------------------------------------------------------------

ADDRESSES = {
    "synonyms": f"{SYNONYMS}:list",
    "new synonym": f"{SYNONYMS}:add",
    "emergencies": f"{EMERGENCIES}:list",
    "new emergency": f"{EMERGENCIES}:add",
    "pins": "pinned_pages:index",
    "new pin": "pinned_pages:add",
    "report": f"{REPORT}:index",
}
ALL_BUT_EMERGENCIES = {"synonyms", "new synonym", "pins", "new pin", "report"}


@pytest.mark.parametrize(
    ("group", "may"),
    [
        ("Publishers", set(ADDRESSES)),
        ("Editors", ALL_BUT_EMERGENCIES),
        ("Authors", set()),
        ("Data protection leads", set()),
    ],
)
def test_each_group_sees_what_it_may_do(group: str, may: set[str]) -> None:
    client = signed_in(group)

    opened = {
        name for name, view in ADDRESSES.items() if client.get(reverse(view)).status_code == 200
    }

    assert opened == may
    menu = client.get("/cms/").content.decode()
    for label, name in (
        ("Synonyms", "synonyms"),
        ("Emergency phrases", "emergencies"),
        ("Pinned pages", "pins"),
        ("Searches without results", "report"),
    ):
        assert (f'"{label}"' in menu) == (name in may)


@pytest.mark.usefixtures("_no_lists")
def test_an_editor_cannot_change_emergency_phrases(editor: Client) -> None:
    entry = EmergencyPhrases.objects.create(card="999", phrases="stroke")

    editor.post(reverse(f"{EMERGENCIES}:add"), {"card": "111", "phrases": "rash"})
    editor.post(reverse(f"{EMERGENCIES}:edit", args=[entry.pk]), {"card": "111", "phrases": "x"})
    editor.post(reverse(f"{EMERGENCIES}:delete", args=[entry.pk]))

    assert EmergencyPhrases.objects.get().phrases == "stroke"


def test_an_author_changes_nothing(gap: SearchWithoutResults) -> None:
    author = signed_in("Authors")
    before = Synonym.objects.count()

    author.post(reverse(f"{SYNONYMS}:add"), words("quorple", "plugh"))
    shown = author.post(reverse(f"{SYNONYMS}:add"), words("quorple", "plugh", **SHOW))
    author.post(reverse("pinned_pages:add"), pin("quorple", {"page": "1"}))
    author.post(reverse(f"{REPORT}:dismiss", args=[gap.pk]))

    assert shown.status_code == 302
    assert Synonym.objects.count() == before
    assert not SearchPromotion.objects.exists()
    assert SearchWithoutResults.objects.exists()


def test_an_administrator_can_give_the_rights(admin_client: Client) -> None:
    html = admin_client.get(reverse("wagtailusers_groups:add")).content.decode().lower()

    for name in ("synonym", "emergency phrases", "search promotion", "search without results"):
        assert name in html


# --- What search reads ------------------------------------------------------------------------


@pytest.mark.usefixtures("_no_lists")
def test_all_lists_are_read_in_four_queries(django_assert_num_queries) -> None:
    for number in range(4):
        Synonym.objects.create(typed=f"a{number}, b{number}", means=" c ,d  e,, c")
        EmergencyPhrases.objects.create(card="999", phrases=f"x{number}")
        query = Query.objects.create(query_string=f"phrase {number}")
        SearchPromotion.objects.create(query=query, page=builders.content_page())

    with django_assert_num_queries(4):
        lists = SearchLists.load()

    assert lists.synonyms[0] == SynonymRule(("a0", "b0"), ("c", "d e"))
    assert (len(lists.synonyms), len(lists.emergencies), len(lists.pins)) == (4, 4, 4)
