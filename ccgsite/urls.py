"""Every address of the site, in the order it is tried."""

from csp.decorators import csp_replace
from django.conf import settings
from django.urls import include, path, re_path
from django.views.decorators.cache import never_cache
from django.views.static import serve as serve_file
from wagtail.admin import urls as cms_urls
from wagtail.contrib.sitemaps.views import sitemap
from wagtail.utils.urlpatterns import decorate_urlpatterns

import pages.urls
import privacy.urls
from pages.sitemap import PublicPagesSitemap

# The CMS's own templates still hold inline scripts and styles; it may talk to nobody else.
CMS_POLICY = {
    "default-src": ["'none'"],
    "script-src": ["'self'", "'unsafe-inline'"],
    "style-src": ["'self'", "'unsafe-inline'"],
    "img-src": ["'self'", "data:", "blob:"],
    "font-src": ["'self'", "data:"],
    "connect-src": ["'self'"],
    "frame-src": ["'self'"],
    "worker-src": ["'self'", "blob:"],
    "frame-ancestors": ["'self'"],
}
cms = decorate_urlpatterns(cms_urls.urlpatterns, csp_replace(CMS_POLICY))
cms = decorate_urlpatterns(cms, never_cache)

handler400 = "pages.views.bad_request"
handler403 = "pages.views.forbidden"
handler404 = "pages.views.not_found"
handler500 = "pages.views.server_error"

urlpatterns = [
    path("cms/", include(cms)),
    path("sitemap.xml", sitemap, {"sitemaps": {"pages": PublicPagesSitemap}}, name="sitemap"),
    # Renditions only: originals and documents are never served as plain files.
    re_path(
        r"^media/(?P<path>images/[\w.-]+)$",
        serve_file,
        {"document_root": settings.MEDIA_ROOT},
    ),
    path("cookie-consent/", include(privacy.urls)),
    path("", include(pages.urls)),
]
