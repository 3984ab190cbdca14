"""Privacy in the CMS: the processing register, approvals that ran out, and cookies."""

from typing import Any

from django.http import HttpRequest
from django.urls import URLPattern
from wagtail import hooks
from wagtail.admin.menu import MenuItem
from wagtail.admin.ui.components import Component

from pages.reports import report_entry, report_paths
from privacy.cookie_admin import CookieViewSets
from privacy.reports import ProcessingRegister, editable_notices, register_rows
from privacy.worklist import approvals_to_renew


class RegisterMenuItem(MenuItem):
    """Shown to those who may edit a privacy notice."""

    def is_shown(self, request: HttpRequest) -> bool:
        return editable_notices(request.user).exists()


class ApprovalsPanel(Component):
    """Approvals to renew, on the CMS's home page; nothing where there are none."""

    name = "approvals"
    order = 150
    template_name = "privacy/panels/approvals.html"

    def get_context_data(self, parent_context: dict[str, Any]) -> dict[str, Any]:
        return {"tasks": approvals_to_renew(register_rows(parent_context["request"].user))}


@hooks.register("register_admin_urls")
def register_report_urls() -> list[URLPattern]:
    return report_paths(ProcessingRegister, "processing-register")


@hooks.register("register_reports_menu_item")
def register_report_menu_item() -> MenuItem:
    return report_entry(ProcessingRegister, order=20, item=RegisterMenuItem)


@hooks.register("construct_homepage_panels")
def add_approvals_panel(request: HttpRequest, panels: list[Component]) -> None:
    panels.append(ApprovalsPanel())


@hooks.register("register_admin_viewset")
def register_cookies() -> CookieViewSets:
    return CookieViewSets()
