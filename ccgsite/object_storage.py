"""Uploads in an object storage, for several machines. Browsers only ever ask the site for them."""

from django.conf import settings
from django.utils.encoding import filepath_to_uri
from storages.backends.s3 import S3Storage


class Uploads(S3Storage):
    """An S3 bucket whose files have the addresses that they would have on the site's own disk."""

    def url(self, name: str, *args: object, **kwargs: object) -> str:
        """Return the address of a file at this site: no page names another host."""
        return f"{settings.MEDIA_URL}{filepath_to_uri(name)}"
