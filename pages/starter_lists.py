"""The lists that editors start with: loaded once, and theirs from then on."""

from collections.abc import Iterable, Mapping
from typing import Any

from django.db import transaction

from pages.models.searching import (
    EmergencyPhrases,
    LoadedList,
    Synonym,
    as_searched,
    phrases_of,
)


@transaction.atomic
def load(lists: Mapping[str, Iterable[Mapping[str, Any]]]) -> dict[str, int]:
    """Add what the lists have and the database lacks, unless they were loaded before.

    `lists` is what fixtures/search.yaml holds. An entry that editors deleted stays deleted.
    Returns how many entries came, by the list's name, for those loaded now. Raises ValidationError
    for an entry that editors could not save, KeyError for one without its facts.
    """
    loaders = {"synonyms": _load_synonyms, "emergencies": _load_emergencies}
    return {
        name: loader(lists[name])
        for name, loader in loaders.items()
        if LoadedList.objects.get_or_create(name=name)[1]
    }


def _load_synonyms(entries: Iterable[Mapping[str, Any]]) -> int:
    taken = {
        as_searched(phrase) for entry in Synonym.objects.all() for phrase in entry.typed_phrases
    }
    new = []
    for facts in entries:
        phrases = phrases_of(str(facts["typed"]))
        typed = ", ".join(phrase for phrase in phrases if as_searched(phrase) not in taken)
        synonym = Synonym(typed=typed, means=", ".join(phrases_of(str(facts["means"]))))
        if typed:
            synonym.clean_fields()
            synonym.check_words()
            taken |= {as_searched(phrase) for phrase in synonym.typed_phrases}
            new.append(synonym)
    Synonym.objects.bulk_create(new)
    return len(new)


def _load_emergencies(entries: Iterable[Mapping[str, Any]]) -> int:
    taken = {
        as_searched(phrase) for entry in EmergencyPhrases.objects.all() for phrase in entry.listed
    }
    new = []
    for facts in entries:
        phrases = [
            phrase for phrase in map(str, facts["phrases"]) if as_searched(phrase) not in taken
        ]
        if phrases:
            entry = EmergencyPhrases(card=str(facts["card"]), phrases="\n".join(phrases))
            entry.full_clean()
            new.append(entry)
    EmergencyPhrases.objects.bulk_create(new)
    return len(new)
