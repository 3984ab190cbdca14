"""From an address to its page, and pages with addresses of their own below them."""

from typing import Any

from django.contrib.contenttypes.models import ContentType
from django.http import Http404, HttpRequest, HttpResponse
from wagtail.contrib.routable_page.models import RoutablePageMixin
from wagtail.models import Page
from wagtail.url_routing import RouteResult

from pages.public import public_pages


def page_at(root: Page, components: list[str]) -> tuple[Page, list[str]]:
    """Return the page at an address below `root`, and what of the address is left for it.

    It takes two queries at any depth, where Wagtail asks once for every part of the address: the
    stored `url_path` answers for all parts at once. The deepest page on the way takes the rest.
    Raises Http404 where no page that readers may see has the address.
    """
    addresses = [root.url_path]
    for component in components:
        addresses.append(f"{addresses[-1]}{component}/")
    slugs = [root.slug, *components]  # which has an index, as `url_path` has not
    found = public_pages().filter(slug__in=slugs, url_path__in=addresses).order_by("-depth")
    deepest = found.values_list("pk", "url_path", "content_type").first()
    if deepest is None:
        raise Http404
    pk, url_path, type_id = deepest
    page_type = ContentType.objects.get_for_id(type_id).model_class()
    page = page_type.as_read().filter(pk=pk).first()
    rest = components[addresses.index(url_path) :]
    if page is None or (rest and not isinstance(page, RoutedPage)):
        raise Http404
    return page, rest


class RoutedPage(RoutablePageMixin):
    """A page that answers at more addresses than its own. It comes before BasePage in the bases."""

    def route(self, request: HttpRequest, path_components: list[str]) -> RouteResult:
        """Return which of the page's own views answers. Raises Http404 if none does.

        Pages below it are not looked for, as Wagtail would: `page_at` has done so, among those
        that are public.
        """
        if not self.live:
            raise Http404
        match = self.resolve_subpage("/" + "".join(f"{part}/" for part in path_components))
        request.routable_resolver_match = match
        return RouteResult(self, args=(match.func, match.args, match.kwargs))

    def serve(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        """Render at once: what serves the routes does not come past BasePage."""
        return self.rendered(request, super().serve(request, *args, **kwargs))
