"""For the test suite: nothing leaves the process, nothing is slow on purpose."""

import atexit
import os
import shutil
import tempfile
from pathlib import Path

os.environ.setdefault("SECRET_KEY", "test-only-" * 6)
os.environ.setdefault("DATABASE_URL", "sqlite://:memory:")

from ccgsite.settings.production import *

SITE_URL = EDITOR_URL = "http://localhost"
ALLOWED_HOSTS = ["localhost", "testserver"]
MEDIA_ROOT = Path(tempfile.mkdtemp(prefix="ccgsite-media-"))
SPOOL_DIR = MEDIA_ROOT / "spool"
atexit.register(shutil.rmtree, MEDIA_ROOT, ignore_errors=True)
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"},
}
WHITENOISE_AUTOREFRESH = True  # the static folder need not exist
PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
EMAIL_BACKEND = "django.core.mail.backends.locmem.EmailBackend"
