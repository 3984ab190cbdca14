"""The lists for search that a new site starts with: loaded once, and the editors' from then on."""

from pathlib import Path

import pytest
from django.conf import settings
from django.core.management import call_command
from django.core.management.base import CommandError

from ccgsite.content_files import read_yaml
from pages.models import EmergencyPhrases, LoadedList, Synonym
from pages.models.searching import as_searched, phrases_of

FILE = settings.BASE_DIR / "fixtures" / "search.yaml"
LISTS = read_yaml(FILE)


@pytest.fixture
def new_site(db) -> None:
    for model in (Synonym, EmergencyPhrases, LoadedList):
        model.objects.all().delete()


@pytest.fixture
def load(new_site, tmp_path: Path):
    """Return a way to load a file with this text."""

    def load_text(text: str) -> None:
        file = tmp_path / "search.yaml"
        file.write_text(text)
        call_command("load_search_lists", file)

    return load_text


def synonyms() -> dict[str, str]:
    return dict(Synonym.objects.values_list("typed", "means"))


ONE = """
synonyms:
- {typed: "chemist,  drug store", means: pharmacy}
- {typed: 111, means: urgent care}
emergencies:
- {card: "999", phrases: [chest pain, stroke]}
"""


# --- Loading ----------------------------------------------------------------------------------


def test_a_new_site_gets_the_lists(load) -> None:
    load(ONE)

    assert synonyms() == {"chemist, drug store": "pharmacy", "111": "urgent care"}
    assert [entry.listed for entry in EmergencyPhrases.objects.all()] == [("chest pain", "stroke")]


def test_what_editors_changed_or_deleted_stays_so(load) -> None:
    load(ONE)
    Synonym.objects.filter(typed="111").delete()
    Synonym.objects.update(means="pharmacies")
    EmergencyPhrases.objects.all().delete()

    load(ONE)

    assert synonyms() == {"chemist, drug store": "pharmacies"}
    assert not EmergencyPhrases.objects.exists()


def test_emptied_lists_stay_empty(load) -> None:
    load(ONE)
    Synonym.objects.all().delete()

    load(ONE)

    assert not Synonym.objects.exists()


def test_what_editors_had_before_is_kept_and_the_rest_added(load) -> None:
    Synonym.objects.create(typed="Chemists", means="dispensary")
    EmergencyPhrases.objects.create(card="111", phrases="stroke")

    load(ONE)

    assert synonyms() == {
        "Chemists": "dispensary",
        "drug store": "pharmacy",
        "111": "urgent care",
    }
    assert {e.card: e.listed for e in EmergencyPhrases.objects.all()} == {
        "111": ("stroke",),
        "999": ("chest pain",),
    }


@pytest.mark.parametrize(
    "text",
    [
        "synonyms: [",
        "synonyms: []",
        "[]",
        "",
        "synonyms: [{typed: chemist}]\nemergencies: []",
        'synonyms: [{typed: chemist, means: "?"}]\nemergencies: []',
        "synonyms: [{typed: chemist, means: chemists}]\nemergencies: []",
        'synonyms: []\nemergencies: [{card: "112", phrases: [stroke]}]',
        'synonyms: []\nemergencies: [{card: "999", phrases: ["?"]}]',
        'synonyms: []\nemergencies: [{card: "999"}]',
    ],
)
def test_a_file_that_is_wrong_says_so_and_loads_nothing(load, text: str) -> None:
    with pytest.raises(CommandError, match=r"search\.yaml"):
        load(text)

    assert not Synonym.objects.exists()
    assert not LoadedList.objects.exists()


# --- The file itself --------------------------------------------------------------------------


@pytest.mark.django_db
def test_the_site_has_all_that_the_file_holds(new_site) -> None:
    call_command("load_search_lists")

    assert Synonym.objects.count() == len(LISTS["synonyms"])
    assert EmergencyPhrases.objects.count() == len(LISTS["emergencies"])


def test_no_phrase_is_in_two_entries() -> None:
    typed = [
        as_searched(phrase)
        for entry in LISTS["synonyms"]
        for phrase in {as_searched(p): p for p in phrases_of(str(entry["typed"]))}.values()
    ]
    urgent = [as_searched(str(p)) for entry in LISTS["emergencies"] for p in entry["phrases"]]

    assert [each for each in set(typed) if typed.count(each) > 1] == []
    assert [each for each in set(urgent) if urgent.count(each) > 1] == []
