"""What a visitor's choice lets in, as the server reads it."""

import pytest

from privacy.consent import Choice
from privacy.models import AnalyticsSettings
from privacy.registry import groups_in_use
from tests.privacy.consent_cases import CASES, Case

pytestmark = pytest.mark.django_db


@pytest.fixture
def versions() -> dict[str, str]:
    AnalyticsSettings.objects.update(ga_measurement_id="G-TEST12345")
    return {name: group.get_version() for name, group in groups_in_use().items()}


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_a_choice_means(case: Case, versions: dict[str, str], rf) -> None:
    choice = Choice.of(rf.get("/", headers=case.headers(versions)))

    answers = [choice.answer(group) for group in groups_in_use().values()]
    assert set(choice.allowed) == case.allowed
    assert (None in answers) == case.asks


def test_every_case_has_a_name_of_its_own() -> None:
    assert len({case.name for case in CASES}) == len(CASES) > 50
