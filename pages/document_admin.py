"""What the CMS adds for documents: opening them, and deleting an earlier version."""

from django.urls import URLPattern, path, reverse
from wagtail.admin.views import generic
from wagtail.documents.permissions import permission_policy

from pages.document_serving import document_for_editors, earlier_file_for_editors
from pages.models import EarlierFile


class DeleteEarlierFile(generic.DeleteView):
    """Asks whether an earlier version is to go for good; who may delete the document may."""

    model = EarlierFile
    page_title = "Delete earlier version"
    header_icon = "doc-full-inverse"
    delete_url_name = "delete_earlier_file"
    confirmation_message = (
        "Do you want to delete this earlier version? Readers can no longer open it, and it cannot "
        "be brought back. The document itself stays."
    )

    def user_has_permission(self, permission: str) -> bool:
        return permission_policy.user_has_permission_for_instance(
            self.request.user, "delete", self.object.document
        )

    def get_success_url(self) -> str:
        return reverse("wagtaildocs:edit", args=[self.object.document_id])

    def get_success_message(self) -> str:
        return f"Earlier version “{self.object}” deleted."


def document_urls() -> list[URLPattern]:
    """Return the addresses of documents in the CMS that Wagtail does not have."""
    return [
        path(
            "documents/<int:document_id>/file/", document_for_editors, name="document_for_editors"
        ),
        path(
            "documents/earlier/<int:pk>/", earlier_file_for_editors, name="earlier_file_for_editors"
        ),
        path(
            "documents/earlier/<int:pk>/delete/",
            DeleteEarlierFile.as_view(),
            name=DeleteEarlierFile.delete_url_name,
        ),
    ]
