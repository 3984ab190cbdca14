"""The CMS as editors see it."""

from wagtail import hooks
from wagtail.rich_text.feature_registry import FeatureRegistry
from wagtail.snippets.models import register_snippet
from wagtail.snippets.views.snippets import SnippetViewSet

from pages.links import PublicPageLink
from pages.models import Contact


class ContactViewSet(SnippetViewSet):
    model = Contact
    icon = "mail"
    menu_label = "Contacts"
    menu_order = 250
    add_to_admin_menu = True
    list_display = ["name", "who", "email", "phone"]
    search_fields = ["name", "who", "email", "phone", "address"]
    copy_view_enabled = False


@hooks.register("register_rich_text_features", order=10)
def link_to_public_pages_only(features: FeatureRegistry) -> None:
    features.register_link_type(PublicPageLink)


register_snippet(ContactViewSet)
