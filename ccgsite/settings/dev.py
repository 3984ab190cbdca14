"""For working on the code: errors in the browser, templates read afresh."""

import os

os.environ.setdefault("SECRET_KEY", "development-only-" * 4)

from ccgsite.settings.production import *

DEBUG = True
PAGE_STORE_MB = 0
STORAGES["staticfiles"] = {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"}
WHITENOISE_USE_FINDERS = True
WHITENOISE_AUTOREFRESH = True
EMAIL_BACKEND = "django.core.mail.backends.console.EmailBackend"
