"""A public page is the same bytes for every visitor; only its policy follows their choice."""

import pytest
from django.core.files.base import ContentFile
from django.test import Client

from pages.models import SiteDocument
from pages.public import public_pages
from privacy.gates import GATES
from privacy.models import AnalyticsSettings
from privacy.registry import groups_in_use
from tests import builders

pytestmark = pytest.mark.django_db

NOTICE = "/contact-us/using-your-information/fair-processing-notice-privacy-notice/"
OUTSIDE_THE_TREE = [
    "/search/",
    "/search/?q=flu",
    "/search/?q=flu&section=your-health&page=2",
    "/search/?q=xyzzy",
    "/search/without-results/",
    "/search/?q=chest+pain",
    "/search/suggestions/?q=flu",
    "/search/feed.atom?q=flu",
    "/feed.atom",
    "/about-us/feed.atom",
    "/sitemap.xml",
    "/robots.txt",
    "/nothing-here/",
    "/%0d/",
    f"{NOTICE}versions/",
    f"{NOTICE}versions/1/",
]


@pytest.fixture(autouse=True)
def _analytics_on() -> None:
    settings = AnalyticsSettings.objects.get()
    settings.ga_measurement_id = "G-TEST12345"
    settings.save()


def visitors() -> dict[str, dict[str, str]]:
    """Return the headers of visitors in every state of consent."""
    yes = {name: group.get_version() for name, group in groups_in_use().items()}
    chosen = "chosen=2999-01-01T00:00:00.000000+00:00"

    def cookie(**answers: str) -> dict[str, str]:
        pairs = [f"{name}={answer}" for name, answer in answers.items()]
        return {"Cookie": f'cookie_consent="{"|".join([*pairs, chosen])}"; _ga=1; sessionid=x'}

    return {
        "rejected": cookie(analytics="-1", video="-1"),
        "accepted": cookie(**yes),
        "analytics alone": cookie(analytics=yes["analytics"], video="-1"),
        "video alone": cookie(analytics="-1", video=yes["video"]),
        "asked again": cookie(analytics="2001-01-01T00:00:00+00:00"),
        "control": {"Sec-GPC": "1"},
        "control after a yes": {"Sec-GPC": "1", **cookie(**yes)},
        "nonsense": {"Cookie": "cookie_consent=zzzz; csrftoken=zzzz; messages=zzzz"},
    }


def test_every_address_gives_everyone_the_same_bytes(client: Client) -> None:
    states = visitors()
    addresses = [page.url for page in public_pages().filter(depth__gt=1)] + OUTSIDE_THE_TREE
    assert len(addresses) > 70
    for address in addresses:
        stranger = client.get(address)
        assert stranger["ETag"], address
        for state, headers in states.items():
            response = Client().get(address, headers=headers)
            assert response.content == stranger.content, (address, state)
            assert response["ETag"] == stranger["ETag"], (address, state)
            assert not response.cookies, (address, state)
            assert "Cookie" not in response.get("Vary", ""), (address, state)


def test_what_a_browser_kept_is_not_sent_again(client: Client) -> None:
    first = client.get("/about-us/")

    again = client.get("/about-us/", headers={"If-None-Match": first["ETag"]})

    assert again.status_code == 304
    assert again["Content-Security-Policy"]


def test_a_document_that_a_browser_kept_keeps_its_own_policy(client: Client) -> None:
    document = SiteDocument.objects.create(
        title="Minutes", file=ContentFile(b"%PDF-1.4\n", name="minutes.pdf")
    )
    builders.content_page(body=[("document", {"document": document, "text": ""})])
    first = client.get(document.url)
    assert b"".join(first.streaming_content)
    assert "script-src" not in first["Content-Security-Policy"]

    again = client.get(document.url, headers={"If-None-Match": first["ETag"]})

    assert again.status_code == 304
    assert "Content-Security-Policy" not in again


def sources(response) -> dict[str, set[str]]:
    directives = (part.split() for part in response["Content-Security-Policy"].split(";"))
    return {name: set(values) for name, *values in directives}


def third_parties(response) -> dict[str, set[str]]:
    found = {
        name: {value for value in values if "://" in value or value.startswith("*")}
        for name, values in sources(response).items()
    }
    return {name: values for name, values in found.items() if values}


@pytest.mark.parametrize(
    ("state", "groups"),
    [
        ("rejected", []),
        ("accepted", ["analytics", "video"]),
        ("analytics alone", ["analytics"]),
        ("video alone", ["video"]),
        ("asked again", []),
        ("control", []),
        ("control after a yes", []),
        ("nonsense", []),
    ],
)
@pytest.mark.parametrize("address", ["/", "/search/?q=flu", "/nothing-here/", "/cookies/"])
def test_the_policy_names_the_hosts_of_a_yes_and_no_other(
    client: Client, address: str, state: str, groups: list[str]
) -> None:
    expected: dict[str, set[str]] = {}
    for group in groups:
        for directive, hosts in GATES[group].hosts.items():
            expected.setdefault(directive, set()).update(hosts)

    response = client.get(address, headers=visitors()[state])

    assert third_parties(response) == expected
    assert "'self'" in sources(response)["script-src"]


def test_without_a_choice_the_policy_names_nobody(client: Client) -> None:
    assert third_parties(client.get("/")) == {}


def test_a_group_that_is_not_in_use_opens_nothing(client: Client) -> None:
    accepted = visitors()["accepted"]
    settings = AnalyticsSettings.objects.get()
    settings.ga_measurement_id = ""
    settings.save()

    response = client.get("/", headers=accepted)

    assert "google" not in response["Content-Security-Policy"]
    assert b"googletagmanager" not in response.content
    assert b"G-TEST" not in response.content


def test_the_cms_keeps_its_own_policy(admin_client: Client) -> None:
    admin_client.cookies["cookie_consent"] = visitors()["accepted"]["Cookie"].split('"')[1]

    assert third_parties(admin_client.get("/cms/")) == {}


def test_no_page_loads_from_a_third_party_before_the_script_does(client: Client) -> None:
    for address in ("/", "/cookies/", "/search/?q=flu"):
        html = client.get(address).content.decode()
        for host in ("googletagmanager", "google-analytics", "youtube"):
            assert f"{host}." not in html
