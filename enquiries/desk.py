"""The desk: enquiries in the CMS, in the order in which they should be worked on.

It is one file because the list, its filters, its columns and its file share their words.
"""

import re
from collections import OrderedDict
from datetime import date, datetime, timedelta
from typing import Any

import django_filters
from django import forms
from django.db.models import Q
from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.urls import URLPattern, path, reverse
from django.utils import timezone
from django.utils.functional import cached_property
from wagtail.admin.filters import WagtailFilterSet
from wagtail.admin.menu import MenuItem
from wagtail.admin.ui.tables import BaseColumn, Column, TitleColumn
from wagtail.admin.utils import get_user_display_name
from wagtail.admin.views.generic import IndexView
from wagtail.admin.viewsets.model import ModelViewSet
from wagtail.admin.widgets.button import HeaderButton

from enquiries.desk_forms import staff_of
from enquiries.desk_page import EnquiryView
from enquiries.models import Action, Enquiry, EnquiryKind, State
from enquiries.models.enquiry import EnquiryQuerySet
from enquiries.nhs_numbers import masked
from enquiries.permissions import PERSONAL_DATA, EnquiryPermissions
from enquiries.person_admin import PersonView
from enquiries.references import as_typed
from enquiries.retention_admin import RetentionView
from enquiries.steps import write_down

SOON = timedelta(days=7)
FIRST_WORDS = 80
# What makes a spreadsheet take a cell for a formula; some know the wide signs too.
FORMULA_SIGNS = tuple("=+-@＝＋－＠")  # noqa: RUF001
NOT_IN_CELLS = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f]")


# --- The list ---------------------------------------------------------------------------------


class EnquiryFilters(WagtailFilterSet):
    """The list by kind, state, what is due, and owner."""

    kind = django_filters.ModelChoiceFilter(
        queryset=lambda request: EnquiryKind.objects.seen_by(request.user), empty_label="All"
    )
    state = django_filters.ChoiceFilter(
        choices=[("waiting", "Not answered yet"), *State.choices],
        method="in_state",
        empty_label="All",
        widget=forms.RadioSelect,
    )
    due = django_filters.ChoiceFilter(
        choices=[("late", "Late"), ("soon", "Within 7 days"), ("later", "Later")],
        method="due_then",
        empty_label="All",
        widget=forms.RadioSelect,
        label="Due",
    )
    owner = django_filters.ChoiceFilter(method="owned_by", empty_label="All", label="Owner")

    class Meta:
        model = Enquiry
        fields = ["kind", "state", "due", "owner"]

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        staff = staff_of(EnquiryKind.objects.seen_by(self.request.user))
        self.filters["owner"].extra["choices"] = [
            ("me", "You"),
            ("nobody", "Nobody"),
            *((str(user.pk), get_user_display_name(user)) for user in staff),
        ]

    def in_state(self, enquiries: EnquiryQuerySet, name: str, state: str) -> EnquiryQuerySet:
        return enquiries.waiting() if state == "waiting" else enquiries.filter(state=state)

    def due_then(self, enquiries: EnquiryQuerySet, name: str, when: str) -> EnquiryQuerySet:
        today = timezone.localdate()
        if when == "late":
            return enquiries.late(today)
        enquiries = enquiries.with_next_day()
        if when == "soon":
            return enquiries.filter(next_day__range=(today, today + SOON))
        return enquiries.filter(next_day__gt=today + SOON)

    def owned_by(self, enquiries: EnquiryQuerySet, name: str, owner: str) -> EnquiryQuerySet:
        if owner == "nobody":
            return enquiries.filter(owner=None)
        return enquiries.filter(owner=self.request.user.pk if owner == "me" else owner)


class DueColumn(Column):
    """What is due when, marked if it is late."""

    cell_template_name = "enquiries/due_cell.html"


def first_words(enquiry: Enquiry) -> str:
    """Return how a message begins, as far as it may stand in a list."""
    words = " ".join(masked(enquiry.message).split())
    return words if len(words) <= FIRST_WORDS else f"{words[:FIRST_WORDS].rstrip()}…"


def day_received(enquiry: Enquiry) -> str:
    return f"{timezone.localdate(enquiry.received_at):%-d %B %Y}"


def owner_name(enquiry: Enquiry) -> str:
    return get_user_display_name(enquiry.owner) if enquiry.owner else "Nobody"


class EnquiryList(IndexView):
    """Those that the user may see and that are not kept apart: late ones first."""

    page_title = "Enquiries"
    search_fields = ("reference", "name", "page_title")
    search_backend_name = None
    filterset_class = EnquiryFilters
    export_filename = "enquiries"
    list_export = (
        "reference",
        "kind",
        "received_at",
        "get_state_display",
        "due_in_words",
        "acknowledge_by",
        "answer_by",
        "answered_at",
        "closed_at",
        "owner_name",
        "name",
        "email",
        "phone",
        "address",
        "message",
        "answers_in_words",
        "page_title",
        "page_address",
        "section",
    )
    export_headings = {
        "get_state_display": "State",
        "due_in_words": "Due",
        "owner_name": "Owner",
        "answers_in_words": "Other answers",
    }

    what_matters = DueColumn("due_in_words", label="Due", sort_key="answer_by")

    @cached_property
    def columns(self) -> list[BaseColumn]:
        return [
            TitleColumn("reference", label="Reference", url_name=self.edit_url_name),
            self.what_matters,
            Column("message", label="Begins", accessor=first_words),
            Column("kind", label="Form", sort_key="kind"),
            Column("received_at", label="Received", accessor=day_received, sort_key="received_at"),
            Column("get_state_display", label="State", sort_key="state"),
            Column("owner", label="Owner", accessor=owner_name, sort_key="owner"),
        ]

    def all_seen(self) -> EnquiryQuerySet:
        return Enquiry.objects.seen_by(self.request.user)

    def get_base_queryset(self) -> EnquiryQuerySet:
        return self.all_seen().genuine().select_related("kind", "owner")

    def order_queryset(self, queryset: EnquiryQuerySet) -> EnquiryQuerySet:
        return super().order_queryset(queryset) if self.ordering else queryset.in_order_of_work()

    def search_queryset(self, queryset: EnquiryQuerySet) -> EnquiryQuerySet:
        """Find a reference however it was typed, and what a caller would know beside it."""
        if not self.is_searching:
            return queryset
        found = Q(reference__icontains=as_typed(self.search_query))
        for field in self.search_fields:
            found |= Q(**{f"{field}__icontains": self.search_query})
        return queryset.filter(found)

    def get_page_subtitle(self) -> str:
        seen = self.all_seen()
        waiting = seen.genuine().waiting()
        late = waiting.late(timezone.localdate()).count()
        apart = seen.kept_apart().count()
        return f"{waiting.count()} waiting, {late} late, {apart} kept apart"

    @cached_property
    def header_buttons(self) -> list[HeaderButton]:
        buttons = [
            HeaderButton("Kept apart", url=reverse("enquiries:kept_apart"), icon_name="warning")
        ]
        if self.request.user.has_perm(PERSONAL_DATA):
            buttons.append(HeaderButton("One person's data", url=reverse("enquiries:person")))
        return buttons

    # --- Its export ---

    def to_row_dict(self, item: Enquiry) -> OrderedDict:
        item.owner_name = owner_name(item)
        row = super().to_row_dict(item)
        row.update(message=masked(item.message), answers_in_words=masked(item.answers_in_words))
        return OrderedDict((name, _cell(value)) for name, value in row.items())

    def get_heading(self, queryset: EnquiryQuerySet, field: str) -> str:
        return self.export_headings.get(field) or super().get_heading(queryset, field)

    def as_spreadsheet(
        self, queryset: EnquiryQuerySet, spreadsheet_format: str
    ) -> HttpResponseBase:
        write_down(queryset, Action.EXPORTED, self.request.user)
        return super().as_spreadsheet(queryset, spreadsheet_format)


def _cell(value: Any) -> date | str | None:
    """Return what stands in a spreadsheet: the site's own time, and no formula."""
    if isinstance(value, datetime):
        return timezone.make_naive(value)
    if value is None or isinstance(value, date):
        return value
    text = NOT_IN_CELLS.sub("", str(value))
    return f"'{text}" if text.lstrip().startswith(FORMULA_SIGNS) else text


class KeptApartList(EnquiryList):
    """What looked like spam, with the reason, so that nothing genuine is lost among it."""

    page_title = "Kept apart as suspicious"
    export_filename = "enquiries-kept-apart"
    what_matters = Column("suspicion", label="Why it was kept apart")

    def get_page_subtitle(self) -> str:
        return ""

    def get_base_queryset(self) -> EnquiryQuerySet:
        return self.all_seen().kept_apart().select_related("kind", "owner")

    @cached_property
    def header_buttons(self) -> list[HeaderButton]:
        return [HeaderButton("Enquiries", url=reverse("enquiries:index"), icon_name="mail")]


# --- Where it stands --------------------------------------------------------------------------


class EnquiriesMenuItem(MenuItem):
    """Says how many are waiting; shown to those who may see any."""

    def is_shown(self, request: HttpRequest) -> bool:
        return EnquiryKind.objects.seen_by(request.user).exists()

    def render_component(self, request: HttpRequest) -> Any:
        component = super().render_component(request)
        waiting = Enquiry.objects.seen_by(request.user).genuine().waiting().count()
        if waiting:
            component.label = f"{self.label} ({waiting})"
        return component


class EnquiryViewSet(ModelViewSet):
    model = Enquiry
    name = "enquiries"
    icon = "mail"
    menu_label = "Enquiries"
    menu_order = 240
    menu_item_class = EnquiriesMenuItem
    add_to_admin_menu = True
    add_to_reference_index = False
    copy_view_enabled = False
    permission_policy = EnquiryPermissions()
    list_per_page = 50

    def get_urlpatterns(self) -> list[URLPattern]:
        apart = {
            "index_url_name": self.get_url_name("kept_apart"),
            "index_results_url_name": self.get_url_name("kept_apart_results"),
        }
        return [
            *self._list_paths(EnquiryList, "", "index"),
            *self._list_paths(KeptApartList, "kept-apart/", "kept_apart", **apart),
            path("person/", PersonView.as_view(), name="person"),
            path("retention/", RetentionView.as_view(), name="retention"),
            path("<int:pk>/", self.construct_view(EnquiryView), name="edit"),
        ]

    def _list_paths(
        self, view: type[IndexView], address: str, name: str, **options: Any
    ) -> list[URLPattern]:
        common = {"paginate_by": self.list_per_page, **options}
        return [
            path(address, self.construct_view(view, **common), name=name),
            path(
                f"{address}results/",
                self.construct_view(view, results_only=True, **common),
                name=f"{name}_results",
            ),
        ]
