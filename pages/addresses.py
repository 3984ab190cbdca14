"""Where pages are: what Wagtail says, without working out its view's address for each page."""

from urllib.parse import quote

from wagtail.models import Site, SiteRootPath

from pages.kept import kept_for_a_second

AS_IT_IS = "!$&'()*+,;=/~:@"  # what Django does not quote in an address


def address_of(url_path: str) -> str | None:
    """Return the address of the page with this `url_path`; None if it lies outside of the site.

    It begins with a slash, or with the site's own name if there are several sites.
    """
    sites = _sites()
    for site in sites:
        if url_path.startswith(site.root_path):
            path = f"/{quote(url_path.removeprefix(site.root_path), AS_IT_IS)}"
            return path if len({x.site_id for x in sites}) == 1 else f"{site.root_url}{path}"
    return None


@kept_for_a_second
def _sites() -> list[SiteRootPath]:
    return Site.get_site_root_paths()
