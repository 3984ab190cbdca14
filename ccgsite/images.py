"""The images that pages show, as files. Nothing else that was uploaded is served as it is."""

from django.conf import settings
from django.core.files.storage import default_storage
from django.http import FileResponse, Http404, HttpRequest, HttpResponseNotModified
from django.http.response import HttpResponseBase
from django.utils.http import http_date
from django.views.static import serve, was_modified_since

from ccgsite.database_copies import uploads_are_here


def image(request: HttpRequest, path: str) -> HttpResponseBase:
    """Answer with an image, from the disk or from the object storage.

    Raises Http404 if it is not there.
    """
    if uploads_are_here():
        return serve(request, path, document_root=settings.MEDIA_ROOT)
    if not default_storage.exists(path):
        raise Http404
    modified = default_storage.get_modified_time(path).timestamp()
    if not was_modified_since(request.headers.get("If-Modified-Since"), modified):
        return HttpResponseNotModified()
    response = FileResponse(default_storage.open(path))
    response.headers["Last-Modified"] = http_date(modified)
    return response
