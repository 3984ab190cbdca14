"""The starter site has every entry of the former site's navigation, in its order."""

import pytest
from wagtail.models import Page

from pages.models import HomePage
from pages.navigation import MenuItem, Navigation

pytestmark = pytest.mark.django_db

# The former site's menu: three levels, its titles, its order.
MENU = """
About Us
  About Portsmouth CCG
    Our Area
    Our Member Practices
    Primary Care Networks
    Supporting Primary Care this Winter
    Our Priorities
    Equality, Diversity and Human Rights
  Our Governing Board and Primary Care Commissioning Committee
    Governing Board - Who's Who
    Meetings and Past Papers
Publications
  Publications and Key Information
    Lists and Registers
    Spending Over £25,000
    Primary Care Rebate Schemes
  Publication Scheme
    Who we are and what we do
    What we spend and how we spend it
    What our priorities are and how we are doing
    How we make decisions
    Policies and Procedures
    Contractual Sanctions
  Priorities Committee Statements
    Area Prescribing Committee
Your Health
  Your Health
    Guide to Services
    Which health service should you use?
    Your GP Practices
    Pharmacies and Medicines
    Self-care
    NHS and Continuing Healthcare
    Safeguarding
  Coronavirus (COVID-19)
    Latest information
    Coronavirus vaccination
    Symptoms and testing
    Support
    NHS Covid-19 app
  The flu
    Winter flu vaccine
Hearing From You
  Hearing From You
    You said, we did
    Accessible Information
  Current Consultations and Engagement
    Getting end of life care right
  Previous Consultations and Engagement
    Patient transport survey for service users
    Your Big Health Conversation Phase 1
    Your Big Health Conversation Phase 2
    Developing how NHS111 helps you
    Mental health rehabilitation
    Helping shape IVF services (2014)
    Other Projects
News
Contact Us
  Contact Us
    Feedback and Complaints
    Freedom of Information
  Using your Information
    How do we use your information?
    Looking after your personal information
  Media Enquiries
    Media Releases
""".strip()


def outline(items: list[MenuItem], depth: int = 0) -> list[str]:
    lines = []
    for item in items:
        lines.append("  " * depth + item.title)
        lines += outline(item.children, depth + 1)
    return lines


def test_the_menu_is_the_former_sites_menu(site_home: HomePage) -> None:
    menu = Navigation(site_home, None).menu

    assert "\n".join(outline(menu)) == MENU


def test_every_page_of_the_menu_answers(site_home: HomePage, client) -> None:
    addresses = [page.url for page in Page.objects.descendant_of(site_home, inclusive=True)]

    assert len(addresses) > 65
    for address in addresses:
        response = client.get(address)
        assert response.status_code == 200, address
        assert not response.cookies, address
        assert "Cookie" not in response.headers.get("Vary", ""), address


def test_every_page_has_a_summary_and_care_dates(site_home: HomePage) -> None:
    for page in Page.objects.descendant_of(site_home, inclusive=True).specific():
        assert 20 <= len(page.summary) <= 250, page
        assert page.updated_on, page
        assert page.review_due_on, page
        assert page.content_owner, page


def test_the_privacy_notice_keeps_its_former_address(client, site_home: HomePage) -> None:
    response = client.get(
        "/contact-us/using-your-information/fair-processing-notice-privacy-notice/"
    )

    assert response.status_code == 200


def test_breadcrumbs_lead_home(site_home: HomePage) -> None:
    page = Page.objects.get(slug="winter-flu-vaccine")

    trail = Navigation(site_home, page).breadcrumbs

    assert [(step.title, step.url) for step in trail] == [
        ("Home", "/"),
        ("Your Health", "/your-health/"),
        ("The flu", "/your-health/flu/"),
    ]


def test_section_navigation_lists_the_pages_beside_this_one(site_home: HomePage) -> None:
    page = Page.objects.get(slug="our-priorities")

    section = Navigation(site_home, page).section

    assert section.title == "About Portsmouth CCG"
    assert [item.title for item in section.children if item.is_current] == ["Our Priorities"]
    assert len(section.children) == 6


def test_a_page_outside_the_menu_finds_its_place_in_the_section(site_home: HomePage) -> None:
    notice = Page.objects.get(slug="fair-processing-notice-privacy-notice")

    section = Navigation(site_home, notice).section

    assert [item.title for item in section.children][-1] == notice.title


def test_the_menu_is_one_query_whatever_the_size(
    site_home: HomePage, django_assert_max_num_queries
) -> None:
    page = Page.objects.get(slug="support")
    with django_assert_max_num_queries(1):
        navigation = Navigation(site_home, page)
        assert navigation.menu
        assert navigation.breadcrumbs
        assert navigation.section


@pytest.mark.parametrize("change", ["unpublish", "out of the menu", "move last"])
def test_the_menu_follows_the_tree(site_home: HomePage, change: str) -> None:
    news = Page.objects.get(slug="news", depth=3)
    if change == "unpublish":
        news.unpublish()
    elif change == "out of the menu":
        news.show_in_menus = False
        news.save()
    else:
        news.move(site_home, pos="last-child")

    titles = [item.title for item in Navigation(site_home, None).menu]

    if change == "move last":
        assert titles[-1] == "News"
    else:
        assert "News" not in titles
