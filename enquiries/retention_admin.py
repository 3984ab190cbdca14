"""In the CMS: what was deleted, what should have been, and what nobody closes."""

from typing import Any

from django.contrib.auth.models import AbstractBaseUser
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.views.generic import TemplateView
from wagtail.admin.views.generic import WagtailAdminTemplateMixin

from enquiries.models import Deletion, EnquiryKind
from enquiries.retention import never_closed, overdue_deletions

LATEST = 100


def may_see_counts(user: AbstractBaseUser) -> bool:
    return EnquiryKind.objects.seen_by(user).exists()


class RetentionView(WagtailAdminTemplateMixin, TemplateView):
    """Of the kinds that the user may see."""

    template_name = "enquiries/retention.html"
    page_title = "Deleted enquiries"
    header_icon = "bin"

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        if not may_see_counts(request.user):
            raise PermissionDenied
        return super().dispatch(request, *args, **kwargs)

    def get_breadcrumbs_items(self) -> list[dict[str, str]]:
        return [
            *self.breadcrumbs_items,
            {"url": reverse("enquiries:index"), "label": "Enquiries"},
            {"url": "", "label": self.page_title},
        ]

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        user = self.request.user
        kinds = EnquiryKind.objects.seen_by(user)
        return {
            **super().get_context_data(**kwargs),
            "overdue": overdue_deletions().seen_by(user).count(),
            "never_closed": never_closed().seen_by(user).select_related("kind")[:LATEST],
            "deletions": Deletion.objects.filter(kind__in=kinds).select_related("kind")[:LATEST],
        }
