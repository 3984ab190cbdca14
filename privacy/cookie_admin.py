"""Cookies in the CMS: the words for groups and cookies, and how many visitors said yes or no."""

from typing import Any

from cookie_consent.models import CookieGroup
from django import forms
from django.contrib.auth.models import AbstractUser
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from wagtail.admin.forms import WagtailAdminModelForm
from wagtail.admin.panels import FieldPanel
from wagtail.admin.views.generic import DeleteView
from wagtail.admin.viewsets.model import ModelViewSet, ModelViewSetGroup
from wagtail.permission_policies import ModelPermissionPolicy

from privacy.models.cookies import ConsentCount, DeclaredCookie, ask_again


class OnlyTheseActions(ModelPermissionPolicy):
    """Nobody, not even an administrator, may do anything else to these records."""

    def __init__(self, model: type, actions: set[str]) -> None:
        super().__init__(model)
        self.actions = actions

    def user_has_permission(self, user: AbstractUser, action: str) -> bool:
        return action in self.actions and super().user_has_permission(user, action)

    def user_has_any_permission(self, user: AbstractUser, actions: list[str]) -> bool:
        return any(self.user_has_permission(user, action) for action in actions)


class CookiePermissions(ModelPermissionPolicy):
    """A cookie that the software declares may be described, not deleted."""

    def user_has_permission_for_instance(
        self, user: AbstractUser, action: str, instance: DeclaredCookie
    ) -> bool:
        if action == "delete" and instance.from_software:
            return False
        return super().user_has_permission_for_instance(user, action, instance)


class DeleteCookieView(DeleteView):
    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        """Raise PermissionDenied for a cookie that may not go; the CMS says so in words."""
        if not self.user_has_permission_for_instance("delete", self.object):
            raise PermissionDenied
        return super().dispatch(request, *args, **kwargs)


class CookieGroupForm(WagtailAdminModelForm):
    """The words that describe a group."""

    ask_again = forms.BooleanField(
        label="Ask every visitor again",
        required=False,
        help_text="Tick this if the words now say something new that people have not agreed to, "
        "such as another purpose. Better wording alone needs no new answer.",
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name in ("name", "description"):
            self.fields[name].required = True

    def save(self, commit: bool = True) -> CookieGroup:
        group = super().save(commit)
        if self.cleaned_data["ask_again"]:
            ask_again(group)
        return group


class CookieGroupViewSet(ModelViewSet):
    model = CookieGroup
    icon = "folder-open-inverse"
    menu_label = "Groups"
    name = "cookie_groups"
    list_display = ["name", "description"]
    panels = [
        FieldPanel("name", help_text="In small letters within sentences: “analytics cookies”."),
        FieldPanel("description"),
        FieldPanel("ask_again"),
    ]
    copy_view_enabled = False
    permission_policy = OnlyTheseActions(CookieGroup, {"change"})

    def get_form_class(self, for_update: bool = False) -> type[forms.ModelForm]:
        return self._edit_handler.get_form_class()

    def get_edit_handler(self) -> Any:
        handler = super().get_edit_handler()
        handler.base_form_class = CookieGroupForm
        return handler


class DeclaredCookieViewSet(ModelViewSet):
    model = DeclaredCookie
    icon = "list-ul"
    menu_label = "Cookies"
    name = "declared_cookies"
    list_display = ["name", "cookiegroup", "provider", "duration"]
    list_filter = ["cookiegroup"]
    copy_view_enabled = False
    delete_view_class = DeleteCookieView
    permission_policy = CookiePermissions(DeclaredCookie)


class ConsentCountViewSet(ModelViewSet):
    model = ConsentCount
    icon = "history"
    menu_label = "Answers by day"
    name = "consent_counts"
    list_display = ["day", "group", "accepted", "rejected"]
    list_export = ["day", "group", "accepted", "rejected"]
    form_fields = ["day"]
    inspect_view_enabled = True
    copy_view_enabled = False
    permission_policy = OnlyTheseActions(ConsentCount, {"view"})


class CookieViewSets(ModelViewSetGroup):
    menu_label = "Cookies"
    menu_icon = "view"
    menu_order = 260
    items = (CookieGroupViewSet, DeclaredCookieViewSet, ConsentCountViewSet)
