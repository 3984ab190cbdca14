"""The state of the site in the CMS, for administrators."""

from typing import Any

from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.urls import URLPattern, path, reverse
from django.views.generic import TemplateView
from wagtail import hooks
from wagtail.admin.menu import MenuItem
from wagtail.admin.views.generic import WagtailAdminTemplateMixin

from ccgsite.health_checks import CHECKS, findings


class SiteHealth(WagtailAdminTemplateMixin, TemplateView):
    """What operators see at /health/, in words."""

    page_title = "Site health"
    header_icon = "circle-check"
    template_name = "ccgsite/site_health.html"

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        if not request.user.is_superuser:
            raise PermissionDenied
        return super().dispatch(request, *args, **kwargs)

    def get_breadcrumbs_items(self) -> list[dict[str, str]]:
        return [*super().get_breadcrumbs_items(), {"url": "", "label": self.page_title}]

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        return super().get_context_data(findings=findings(CHECKS), **kwargs)


class ForAdministrators(MenuItem):
    """Shown to administrators."""

    def is_shown(self, request: HttpRequest) -> bool:
        return request.user.is_superuser


@hooks.register("register_admin_urls")
def site_health_urls() -> list[URLPattern]:
    return [path("reports/site-health/", SiteHealth.as_view(), name="site_health")]


@hooks.register("register_reports_menu_item")
def site_health_menu_item() -> MenuItem:
    address = reverse("site_health")
    return ForAdministrators(SiteHealth.page_title, address, icon_name="circle-check", order=900)
