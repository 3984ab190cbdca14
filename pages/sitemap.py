"""The list of pages for search engines elsewhere."""

from wagtail.contrib.sitemaps import Sitemap
from wagtail.models import PageQuerySet

from pages.public import public_only


class PublicPagesSitemap(Sitemap):
    """Every page that a visitor may see at this moment."""

    def items(self) -> PageQuerySet:
        return public_only(super().items())
