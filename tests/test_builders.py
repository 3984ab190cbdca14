import pytest

from tests import builders

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize(
    "name",
    ["section", "content_page", "news_index", "news_page", "consultation_index", "consultation"],
)
def test_a_built_page_is_valid_and_public(name, site_home):
    page = getattr(builders, name)(title="Winter")

    page.full_clean()
    assert page.live
    assert page.slug == "winter"
    assert page.is_descendant_of(site_home)


def test_a_built_notice_has_a_section_and_an_activity():
    notice = builders.privacy_notice(activities=[builders.activity(title="Invoices")])

    notice.full_clean()
    assert notice.sections.count() == 1
    assert [activity.anchor for activity in notice.activities.all()] == ["invoices"]


def test_a_draft_is_not_public():
    assert not builders.draft(builders.content_page()).live
