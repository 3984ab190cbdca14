"""What several machines share, by a setting each: a cache, and a place for uploads."""

from importlib.util import find_spec
from typing import Any

from django.core.exceptions import ImproperlyConfigured

SECONDS = 1  # that a request waits for a cache which does not answer


def shared_cache(url: str) -> dict[str, Any]:
    """Return the cache at REDIS_URL, without which everything works, only with more to do.

    Raises ImproperlyConfigured without its package or a good address.
    """
    _need("django_redis", "REDIS_URL")
    if not url.startswith(("redis://", "rediss://", "unix://")):
        raise ImproperlyConfigured("REDIS_URL must look like redis://user:password@host:6379/0.")
    options = {
        "IGNORE_EXCEPTIONS": True,
        "LOG_IGNORED_EXCEPTIONS": True,
        "SOCKET_CONNECT_TIMEOUT": SECONDS,
        "SOCKET_TIMEOUT": SECONDS,
    }
    return {
        "BACKEND": "django_redis.cache.RedisCache",
        "LOCATION": url,
        "KEY_PREFIX": "ccgsite",
        "OPTIONS": options,
    }


def shared_uploads(bucket: str, endpoint: str) -> dict[str, Any]:
    """Return the storage in an S3 bucket, which nobody but the site has to read.

    Raises ImproperlyConfigured without its package.
    """
    _need("storages", "S3_BUCKET")
    options = {
        "bucket_name": bucket,
        "endpoint_url": endpoint or None,
        "default_acl": None,
        "file_overwrite": False,
    }
    return {"BACKEND": "ccgsite.object_storage.Uploads", "OPTIONS": options}


def _need(package: str, name: str) -> None:
    if not find_spec(package):
        message = (
            f"{name} needs further Python packages: "
            ".venv/bin/pip install --require-hashes -r requirements/many-machines.txt"
        )
        raise ImproperlyConfigured(message)
