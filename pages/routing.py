"""From an address to its page, and pages with addresses of their own below them."""

from typing import Any

from django.contrib.contenttypes.models import ContentType
from django.http import Http404, HttpRequest, HttpResponse
from wagtail.contrib.routable_page.models import RoutablePageMixin
from wagtail.models import Page
from wagtail.url_routing import RouteResult

from pages.public import IsOpen, is_live_now

# Every page is found by it, so it is written as SQL: what Django makes of the same words takes
# longer to put together than all else that it does. `is_live_now` asks the rest.
ON_THE_WAY = """
    SELECT id, url_path, content_type_id, live, expire_at FROM wagtailcore_page
    WHERE slug IN ({parts}) AND url_path IN ({parts}) AND {is_open}
    ORDER BY depth DESC
"""
IS_OPEN = IsOpen.template % {"expressions": "wagtailcore_page.path"}


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
    query = ON_THE_WAY.format(parts=", ".join(["%s"] * len(slugs)), is_open=IS_OPEN)
    deepest = next(filter(is_live_now, Page.objects.raw(query, [*slugs, *addresses])), None)
    if deepest is None:
        raise Http404
    page_type = ContentType.objects.get_for_id(deepest.content_type_id).model_class()
    rest = components[addresses.index(deepest.url_path) :]
    try:
        page = page_type.as_read().get(pk=deepest.pk)
    except page_type.DoesNotExist:
        raise Http404 from None
    if rest and not isinstance(page, RoutedPage):
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
