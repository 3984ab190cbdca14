"""The addresses of visitors, in the order they are tried. CCGSITE_ROLE=public has no others."""

from django.urls import include, path, re_path

import enquiries.urls
import pages.urls
import privacy.urls
from ccgsite.images import image
from ccgsite.public_site import PUBLIC_SITE
from pages.sitemap import sitemap, sitemap_part

handler400 = "pages.views.bad_request"
handler403 = "pages.views.forbidden"
handler404 = "pages.views.not_found"
handler500 = "pages.views.server_error"

urlpatterns = [
    path("sitemap.xml", sitemap, name="sitemap"),
    path("sitemap-<int:part>.xml", sitemap_part, name="sitemap_part"),
    # Renditions only: originals and documents are never served as plain files.
    re_path(r"^media/(?P<path>images/[\w.-]+)$", image),
    path("cookie-consent/", include(privacy.urls)),
    path("enquiries/", include(enquiries.urls.addresses(PUBLIC_SITE))),
    path("", include(pages.urls)),
]
