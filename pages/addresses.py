"""Where pages are: what Wagtail says, without working out its view's address for each page."""

from urllib.parse import quote

from wagtail.models import Site

from pages.kept import kept_for_a_second

AS_IT_IS = "!$&'()*+,;=/~:@"  # what Django does not quote in an address


def address_of(url_path: str) -> str | None:
    """Return the address of the page with this `url_path`; None if it lies outside of the site.

    It begins with a slash, or with the site's own name if there are several sites.
    """
    for root, before in _roots():
        if url_path.startswith(root):
            return f"{before}/{quote(url_path.removeprefix(root), AS_IT_IS)}"
    return None


@kept_for_a_second
def _roots() -> list[tuple[str, str]]:
    """Return where sites begin in stored paths, each with what stands before its addresses."""
    sites = Site.get_site_root_paths()
    is_one = len({site.site_id for site in sites}) == 1
    return [(site.root_path, "" if is_one else site.root_url) for site in sites]
