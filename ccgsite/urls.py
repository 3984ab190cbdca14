"""Every address of the site, in the order it is tried."""

from csp.decorators import csp_replace
from django.urls import include, path
from django.views.decorators.cache import never_cache
from wagtail.admin import urls as cms_urls
from wagtail.utils.urlpatterns import decorate_urlpatterns

from ccgsite import public_urls

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

handler400 = public_urls.handler400
handler403 = public_urls.handler403
handler404 = public_urls.handler404
handler500 = public_urls.handler500

urlpatterns = [path("cms/", include(cms)), *public_urls.urlpatterns]
