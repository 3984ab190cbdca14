import pytest
from wagtail.models import Page, Site
def test_a(site_home, client):
    assert Page.objects.count() > 40
    r = client.get("/robots.txt"); assert r.status_code == 200
    assert client.get("/sitemap.xml").status_code == 200
    site_home.title = "zzz"; site_home.save()
@pytest.mark.parametrize("n", [1,2,3])
@pytest.mark.django_db(transaction=True, serialized_rollback=True)
def test_t(n, client):
    assert Page.objects.count() > 40
    h = Page.objects.get(depth=2); assert h.title != "zzz"
    assert client.get("/sitemap.xml").status_code == 200
    from pages.search import search_pages
    assert list(search_pages("doctor"))
    from wagtail.models import PageLogEntry, Revision
    assert Revision.objects.count() > 40
    assert h.specific.latest_revision.content_object
def test_b(site_home):
    assert site_home.title != "zzz"
    from pages.search import search_pages
    assert list(search_pages("doctor"))
