"""Fixed addresses first; every other address is looked up in the page tree."""

from django.urls import path, re_path
from wagtail.urls import serve_pattern

from pages import document_serving, search_feed, search_gaps, search_results, views

urlpatterns = [
    re_path(r"^documents/(?P<key>[0-9a-f]{32})/$", document_serving.document, name="document"),
    path("search/", search_results.search, name="search"),
    path("search/feed.atom", search_feed.search_feed, name="search_feed"),
    path("search/suggestions/", search_results.suggestions, name="search_suggestions"),
    path("search/without-results/", search_gaps.without_results, name="search_without_results"),
    path("robots.txt", views.robots, name="robots"),
    path("favicon.ico", views.favicon, name="favicon"),
    # Pages accept GET alone and answer 405 to the rest, so there is no form to forge.
    re_path(serve_pattern, views.page, name="wagtail_serve"),
    # Files that a page makes of its own facts.
    re_path(r"^((?:[\w-]+/)*[\w-]+\.(?:atom|csv|ics|json))$", views.page),
]
