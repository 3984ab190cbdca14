"""Every address gets a clean answer, and old ones lead to the new."""

import re
from itertools import chain
from urllib.parse import urlsplit

import pytest
from django.core.management import call_command
from wagtail.contrib.redirects.models import Redirect
from wagtail.models import Page, PageViewRestriction

from ccgsite.public_addresses import addresses
from pages.models import HomePage
from pages.sitemap import PublicPagesSitemap
from tests import builders

pytestmark = pytest.mark.django_db

FLU = "/your-health/flu/winter-flu-vaccine/"


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("/About-Us/integratedcommissioning-unit.htm", "/about-us/about-portsmouth-ccg/"),
        ("/about-us/integratedcommissioning-unit.htm", "/about-us/about-portsmouth-ccg/"),
        ("/About-Us/", "/about-us/"),
        ("/YOUR-HEALTH/FLU/Winter-Flu-Vaccine/", FLU),
        ("/your-health/flu/winter-flu-vaccine", FLU),
        ("/About-Us", "/about-us/"),
    ],
)
def test_old_addresses_lead_to_the_new(client, site_home: HomePage, old: str, new: str) -> None:
    response = client.get(old, follow=True)

    assert response.status_code == 200
    assert response.redirect_chain[-1][0].removeprefix("http://localhost") == new
    assert {status for _, status in response.redirect_chain} == {301}


def test_a_moved_page_leaves_a_redirect(client, site_home: HomePage) -> None:
    page = Page.objects.get(slug="winter-flu-vaccine")
    page.move(Page.objects.get(slug="your-health", depth=3), pos="last-child")

    response = client.get(FLU)

    assert response.status_code == 301
    assert response.headers["Location"].endswith("/your-health/winter-flu-vaccine/")


def test_a_renamed_page_leaves_a_redirect(
    client, site_home: HomePage, django_capture_on_commit_callbacks
) -> None:
    page = Page.objects.get(slug="winter-flu-vaccine").specific
    page.slug = "flu-jab"
    with django_capture_on_commit_callbacks(execute=True):
        page.save_revision().publish()

    assert client.get(FLU).headers["Location"].endswith("/your-health/flu/flu-jab/")


@pytest.mark.parametrize(
    ("address", "status"),
    [
        ("/nothing-here/", 404),
        ("/your-health/nothing-here/", 404),
        ("/your-health/flu/winter-flu-vaccine/and-more/", 404),
        ("/%00/", 400),
        ("/your-health/%00/", 400),
        ("/your-health/%0d%0aSet-Cookie:x=1/", 400),
        ("/%ff/", 404),
        ("/a\u202eb/", 404),
        ("/../../etc/passwd", 404),
        ("/your-health/;jsessionid=1/", 404),
        ("/" + "a/" * 3000, 400),
        ("/" + "a" * 3000 + "/", 404),
        ("/?" + "a=b&" * 2000, 400),
        ("/?x=%00", 200),
        ("/media/images/../../db.sqlite3", 404),
        ("/media/original_images/a.jpg", 404),
        ("/media/documents/a.pdf", 404),
        ("/documents/999999999999999999999/a.pdf", 404),
        ("/_util/login/", 404),
        ("/search/?q=%00", 200),
        ("/search/?page=99999999999999999999&q=flu", 200),
    ],
)
def test_bad_addresses_get_a_clean_answer(
    client, site_home: HomePage, address: str, status: int
) -> None:
    path, _, query = address.partition("?")
    response = client.get(path, QUERY_STRING=query)

    assert response.status_code == status
    if status >= 400:
        page = response.content.decode()
        assert "<h1" in page
        assert "NHS Portsmouth" in page
    assert not response.cookies


@pytest.mark.parametrize("method", ["post", "put", "patch", "delete", "trace"])
@pytest.mark.parametrize("address", ["/", FLU, "/search/", "/robots.txt", "/contact-us/"])
def test_pages_can_only_be_read(client, site_home: HomePage, method: str, address: str) -> None:
    client.handler.enforce_csrf_checks = True

    response = getattr(client, method)(address)

    assert response.status_code == 405
    assert "GET" in response.headers["Allow"]
    assert b"<h1" in response.content


def test_head_answers_like_get(client, site_home: HomePage) -> None:
    assert client.head(FLU).status_code == 200
    assert not client.head(FLU).content


def test_drafts_and_private_pages_are_not_found(client, site_home: HomePage) -> None:
    page = Page.objects.get(slug="winter-flu-vaccine")
    parent = page.get_parent()
    PageViewRestriction.objects.create(page=parent, restriction_type="login")

    assert client.get(FLU).status_code == 404
    assert client.get(parent.url).status_code == 404

    PageViewRestriction.objects.all().delete()
    assert client.get(FLU).status_code == 200
    page.unpublish()
    assert client.get(FLU).status_code == 404


def test_a_private_page_straight_below_the_home_page_is_not_found(
    client, site_home: HomePage
) -> None:
    page = builders.content_page()
    PageViewRestriction.objects.create(page=page, restriction_type="login")

    assert client.get(page.url).status_code == 404


def test_a_private_home_page_is_not_found(client, site_home: HomePage) -> None:
    PageViewRestriction.objects.create(page=site_home, restriction_type="login")

    assert client.get("/").status_code == 404


@pytest.mark.parametrize("part", ["/apple-touch-icon.png", "/static/gone.js", "/media/x.PNG"])
def test_nobody_else_answers_for_parts_of_a_page(client, site_home: HomePage, part: str) -> None:
    Redirect.objects.create(
        old_path=Redirect.normalise_path(part), redirect_link="https://evil.example/"
    )

    assert client.get(part).status_code == 404


def test_redirects_that_lead_nowhere_are_not_found(client, site_home: HomePage) -> None:
    Redirect.objects.create(old_path="/gone", redirect_link="")

    assert client.get("/gone/").status_code == 404


def test_sitemap_lists_public_pages_alone(client, site_home: HomePage) -> None:
    Page.objects.get(slug="support").unpublish()

    sitemap = client.get("/sitemap.xml").content.decode()

    assert "/your-health/flu/winter-flu-vaccine/" in sitemap
    assert "/your-health/coronavirus/support/" not in sitemap


def test_a_large_site_lists_its_pages_in_parts(client, site_home: HomePage, monkeypatch) -> None:
    whole = re.findall("<loc>([^<]+)", client.get("/sitemap.xml").content.decode())
    monkeypatch.setattr(PublicPagesSitemap, "limit", len(whole) // 2)

    index = client.get("/sitemap.xml").content.decode()
    parts = [urlsplit(each).path for each in re.findall("<loc>([^<]+)", index)]
    listed = [re.findall("<loc>([^<]+)", client.get(part).content.decode()) for part in parts]

    assert "<sitemapindex" in index
    assert len(parts) in {2, 3}
    assert set(parts) <= set(addresses())
    assert list(chain(*listed)) == whole
    for other in ("0", len(parts) + 1, "9" * 40, "-1", "x", "1/"):
        assert client.get(f"/sitemap-{other}.xml").status_code == 404


def test_a_small_site_has_one_list(client, site_home: HomePage) -> None:
    assert client.get("/sitemap-1.xml").status_code == 404


@pytest.mark.parametrize("address", ["/", "/search/?q=flu", "/enquiries/", "/enquiries/contact/"])
def test_every_page_says_what_it_is_to_whom_links_to_it(
    client, site_home: HomePage, address: str
) -> None:
    assert '<meta name="description"' in client.get(address).content.decode()


def test_robots_are_told_where_the_sitemap_is(client, site_home: HomePage) -> None:
    lines = client.get("/robots.txt").content.decode().splitlines()

    assert "Disallow: /cms/" in lines
    assert any(line.startswith("Sitemap: http") for line in lines)


def test_loading_the_starter_content_again_changes_nothing(site_home: HomePage) -> None:
    page = Page.objects.get(slug="winter-flu-vaccine").specific
    page.search_description = "An editor's words, which stay."
    page.save_revision().publish()
    before = list(Page.objects.order_by("pk").values_list("pk", "latest_revision_id", "path"))

    call_command("load_content")

    after = list(Page.objects.order_by("pk").values_list("pk", "latest_revision_id", "path"))
    assert after == before
    page.refresh_from_db()
    assert page.summary == "An editor's words, which stay."


@pytest.mark.parametrize("address", ["/", "/nothing-here/", "/cms/", "/%00/"])
def test_another_hosts_name_is_refused(client, site_home: HomePage, address: str) -> None:
    response = client.get(address, headers={"host": "evil.example"})

    assert response.status_code == 400
    assert b"evil.example" not in response.content


@pytest.mark.parametrize("address", ["/", FLU, "/search/?q=flu", "/nothing-here/", "/%0d/"])
def test_a_page_is_the_same_whatever_cookies_come_with_the_request(
    client, admin_user, site_home: HomePage, address: str
) -> None:
    plain = client.get(address)
    client.force_login(admin_user)
    client.cookies["csrftoken"] = "%00 not a token"
    client.cookies["anything"] = "1"

    again = client.get(address)

    assert again.content == plain.content
    assert "Set-Cookie" not in str(again.serialize_headers())
    assert "Cookie" not in again.headers.get("Vary", "")
