"""Enquiries in the CMS: the desk, the forms, and what stands on the CMS's home page."""

from collections.abc import Iterator
from typing import Any

from django.contrib.auth.models import AbstractBaseUser
from django.dispatch import receiver
from django.http import HttpRequest
from django.urls import reverse
from django.utils import timezone
from wagtail import hooks
from wagtail.admin import messages
from wagtail.admin.menu import MenuItem
from wagtail.admin.ui.components import Component
from wagtail.admin.viewsets.base import ViewSet
from wagtail.log_actions import LogActionRegistry
from wagtail.models import Page
from wagtail.signals import page_published

from enquiries.desk import EnquiryViewSet
from enquiries.form_admin import BankHolidayViewSet, EnquiryKindViewSet
from enquiries.models import BankHoliday, Enquiry, EnquiryKind
from enquiries.models.enquiry import EnquiryQuerySet
from enquiries.page_reports import forget_unticked, mark_ticked, open_reports, resolve_reports
from enquiries.permissions import PERSONAL_DATA
from enquiries.person import ERASE
from enquiries.retention import overdue_deletions
from enquiries.retention_admin import may_see_counts

AT_ONCE = 5  # of each list on the home page


@hooks.register("register_admin_viewset")
def register_desk() -> list[ViewSet]:
    return [EnquiryViewSet(), EnquiryKindViewSet(), BankHolidayViewSet()]


class DeletedMenuItem(MenuItem):
    def is_shown(self, request: HttpRequest) -> bool:
        return may_see_counts(request.user)


class PersonMenuItem(MenuItem):
    def is_shown(self, request: HttpRequest) -> bool:
        return request.user.has_perm(PERSONAL_DATA)


@hooks.register("register_reports_menu_item")
def deleted_menu_item() -> MenuItem:
    address = reverse("enquiries:retention")
    return DeletedMenuItem("Deleted enquiries", address, icon_name="bin", order=50)


@hooks.register("register_reports_menu_item")
def person_menu_item() -> MenuItem:
    address = reverse("enquiries:person")
    return PersonMenuItem("One person's data", address, icon_name="user", order=60)


@hooks.register("register_log_actions")
def log_what_is_erased(actions: LogActionRegistry) -> None:
    actions.register_action(
        ERASE, "Erase a person's data", "A person's enquiries were erased at their request"
    )


class EnquiriesPanel(Component):
    """The user's own, the late and the unassigned, on the CMS's home page."""

    name = "enquiries"
    order = 110
    template_name = "enquiries/home_panel.html"

    def get_context_data(self, parent_context: dict[str, Any]) -> dict[str, Any]:
        user = parent_context["request"].user
        return {
            "lists": list(_lists(user)),
            "gap": gap_to_fill(user),
            "overdue": overdue_deletions().seen_by(user).count(),
        }


def _lists(user: AbstractBaseUser) -> Iterator[tuple[str, int, EnquiryQuerySet, str]]:
    """Yield the name, the number, the first ones and the address of each list."""
    if not EnquiryKind.objects.seen_by(user).exists():
        return
    waiting = Enquiry.objects.seen_by(user).genuine().waiting()
    waiting = waiting.in_order_of_work().select_related("kind")
    address = f"{reverse('enquiries:index')}?state=waiting"
    for name, some, query in [
        ("Yours", waiting.filter(owner=user), "owner=me"),
        ("Late", waiting.late(timezone.localdate()), "due=late"),
        ("Nobody's yet", waiting.filter(owner=None), "owner=nobody"),
    ]:
        yield name, some.count(), some[:AT_ONCE], f"{address}&{query}"


def gap_to_fill(user: AbstractBaseUser) -> str:
    """Return which bank holidays are missing, to those who can add them."""
    if not user.has_perm("enquiries.add_bankholiday"):
        return ""
    return BankHoliday.gap(timezone.localdate())


@hooks.register("construct_homepage_panels")
def add_enquiries_panel(request: HttpRequest, panels: list[Component]) -> None:
    if may_see_counts(request.user) or gap_to_fill(request.user):
        panels.append(EnquiriesPanel())


# Whatever the button did: a version may go live at once, by an approval, or on a set day.
hooks.register("after_publish_page", mark_ticked)
hooks.register("after_edit_page", mark_ticked)


@receiver(page_published)
def resolve_what_was_marked(instance: Page, **kwargs: Any) -> None:
    resolve_reports(instance)


@hooks.register("before_edit_page")
def heed_and_say_what_was_reported(request: HttpRequest, page: Page) -> None:
    """Tell who opens a page's editor that somebody reported something about the page."""
    if request.method == "POST":
        forget_unticked(request, page)
        return
    number = open_reports(page, request.user).count()
    if number:
        noun, verb = ("report", "stands") if number == 1 else ("reports", "stand")
        messages.info(
            request, f"{number} open {noun} about this page {verb} in the tab “Settings”."
        )
