"""Files as they are sent: to anyone while a public page offers them, and to editors before that."""

from django.core.exceptions import PermissionDenied
from django.http import FileResponse, Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.utils.cache import get_conditional_response
from django.utils.http import quote_etag
from django.views.decorators.http import require_safe
from wagtail.documents.permissions import permission_policy

from pages.document_addresses import content_type_of
from pages.models import EarlierFile, SiteDocument
from pages.public import public_documents
from pages.views import read_only

SHOWN_BY_BROWSERS = {"application/pdf"}
NO_POLICY = "default-src 'none'"  # a file may load nothing, whatever is in it
MAY_OPEN = ["choose", "change", "delete"]


@read_only
def document(request: HttpRequest, key: str) -> HttpResponse:
    """Answer with a document's file, or with an earlier one, while a public page offers it.

    What is not offered is not found, and nothing tells it from what never was: whether it may be
    opened is a condition of looking it up.
    """
    found = (
        public_documents().filter(key=key).first()
        or EarlierFile.objects.open_to_visitors().filter(key=key).first()
    )
    if found is None:
        raise Http404
    return file_response(request, found)


@require_safe
def document_for_editors(request: HttpRequest, document_id: int) -> HttpResponse:
    """Answer with a document's file, offered or not, to a user who may choose or change it."""
    found = get_object_or_404(SiteDocument, pk=document_id)
    check_may_open(request, found)
    return file_response(request, found)


@require_safe
def earlier_file_for_editors(request: HttpRequest, pk: int) -> HttpResponse:
    """Answer with a file that a document had, to a user who may open the document."""
    found = get_object_or_404(EarlierFile.objects.select_related("document"), pk=pk)
    check_may_open(request, found.document)
    return file_response(request, found)


def check_may_open(request: HttpRequest, found: SiteDocument) -> None:
    """Raise PermissionDenied unless the user may choose or change the document."""
    if not permission_policy.user_has_any_permission_for_instance(request.user, MAY_OPEN, found):
        raise PermissionDenied


def file_response(request: HttpRequest, found: SiteDocument | EarlierFile) -> HttpResponse:
    """Return a file with its name, or that a browser's copy of it is as good.

    Raises Http404 if the file is gone from the storage.
    """
    etag = quote_etag(found.file_hash) if found.file_hash else None
    if etag:
        unchanged = get_conditional_response(request, etag=etag)
        if unchanged is not None:
            unchanged.headers["ETag"] = etag
            return unchanged
    try:
        file = found.file.storage.open(found.file.name, "rb")
    except FileNotFoundError:
        raise Http404 from None
    content_type = content_type_of(found.file.name)
    response = FileResponse(
        file,
        as_attachment=content_type not in SHOWN_BY_BROWSERS,
        filename=found.filename,
        content_type=content_type,
    )
    response.headers["Content-Security-Policy"] = NO_POLICY
    response.headers["X-Content-Type-Options"] = "nosniff"
    if etag:
        response.headers["ETag"] = etag
    return response
