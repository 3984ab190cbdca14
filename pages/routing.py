"""Pages with addresses of their own below them, such as a feed or a file."""

from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from wagtail.contrib.routable_page.models import RoutablePageMixin
from wagtail.url_routing import RouteResult


class RoutedPage(RoutablePageMixin):
    """A page that answers at more addresses than its own. It comes before BasePage in the bases."""

    def route(self, request: HttpRequest, path_components: list[str]) -> RouteResult:
        """Return which of the page's own views answers. Raises Http404 if none does.

        Pages below it are not looked for, as Wagtail would: HomePage.route has done so, among
        those that are public.
        """
        if not self.live:
            raise Http404
        match = self.resolve_subpage("/" + "".join(f"{part}/" for part in path_components))
        request.routable_resolver_match = match
        return RouteResult(self, args=(match.func, match.args, match.kwargs))

    def serve(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        """Render at once: what serves the routes does not come past BasePage."""
        return self.rendered(super().serve(request, *args, **kwargs))
