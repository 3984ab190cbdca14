"""The whole truth. dev.py and test.py only loosen it."""

import re
from pathlib import Path

import dj_database_url
from csp.constants import NONE, SELF
from django.core.exceptions import ImproperlyConfigured

from ccgsite.settings.environment import BASE_DIR, env, env_list, folder, secret_key, site_address
from ccgsite.settings.search import search_engine

# --- Where things are -------------------------------------------------------------------------

VAR_DIR = Path(env("VAR_DIR", str(BASE_DIR / "var")))
MEDIA_ROOT = Path(env("MEDIA_ROOT", str(VAR_DIR / "media")))
STATIC_ROOT = Path(env("STATIC_ROOT", str(VAR_DIR / "static")))
DESIGN_SYSTEM_ROOT = folder(VAR_DIR / "design-system")
MEDIA_URL = "/media/"
STATIC_URL = "/static/"
STATICFILES_DIRS = [BASE_DIR / "static", DESIGN_SYSTEM_ROOT]

# --- Who we are to the outside ----------------------------------------------------------------

DEBUG = False
SECRET_KEY = secret_key(VAR_DIR)
SITE_URL = env("SITE_URL", f"http://127.0.0.1:{env('PORT', '8000')}").rstrip("/")
SITE_SCHEME, SITE_HOST, SITE_PORT = site_address(SITE_URL)
ALLOWED_HOSTS = list(
    dict.fromkeys([SITE_HOST, "127.0.0.1", "localhost", "[::1]", *env_list("ALLOWED_HOSTS")])
)
CSRF_TRUSTED_ORIGINS = [SITE_URL]
WAGTAILADMIN_BASE_URL = SITE_URL
WAGTAIL_SITE_NAME = "CCG website"

# --- Rooms ------------------------------------------------------------------------------------

ROOT_URLCONF = "ccgsite.urls"
WSGI_APPLICATION = "ccgsite.wsgi.application"
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

INSTALLED_APPS = [
    "ccgsite.apps.CCGSiteConfig",
    "privacy",
    "pages",
    "wagtail.contrib.redirects",
    "wagtail.contrib.routable_page",
    "wagtail.contrib.search_promotions",
    "wagtail.contrib.settings",
    "wagtail.contrib.typed_table_block",
    "wagtail.embeds",
    "wagtail.sites",
    "wagtail.users",
    "wagtail.snippets",
    "wagtail.documents",
    "wagtail.images",
    "wagtail.search",
    "wagtail.admin",
    "wagtail",
    "modelcluster",
    "taggit",
    "cookie_consent",
    "csp",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.postgres",
    "django.contrib.staticfiles",
    "django.contrib.sitemaps",
]

MIDDLEWARE = [
    "ccgsite.middleware.SafetyHeaders",
    "django.middleware.security.SecurityMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "ccgsite.middleware.ContentSecurityPolicy",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "django.middleware.gzip.GZipMiddleware",
    "django.middleware.http.ConditionalGetMiddleware",
    "ccgsite.middleware.CleanAddresses",
    "ccgsite.middleware.CookielessPages",
    "ccgsite.middleware.EditorsAddresses",
    "ccgsite.middleware.OldAddresses",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "pages.meeting_panels.PapersNotReady",
]

TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "builtins": [
                "django.templatetags.static",
                "wagtail.templatetags.wagtailcore_tags",
                "pages.templatetags.pages",
                "privacy.templatetags.privacy",
            ],
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
            ],
        },
    },
]

# --- Data -------------------------------------------------------------------------------------

try:
    DATABASES = {
        "default": dj_database_url.parse(
            env("DATABASE_URL", f"sqlite:///{VAR_DIR / 'db.sqlite3'}"),
            conn_max_age=60,
            conn_health_checks=True,
        )
    }
except ValueError as error:
    message = (
        "DATABASE_URL cannot be read. It must look like "
        "postgres://user:password@host:5432/name or sqlite:////folder/file.sqlite3. "
        f"({error})"
    )
    raise ImproperlyConfigured(message) from None
if DATABASES["default"]["ENGINE"].endswith("sqlite3"):
    DATABASES["default"]["OPTIONS"] = {
        "transaction_mode": "IMMEDIATE",
        "timeout": 10,
        "init_command": "PRAGMA journal_mode=WAL; PRAGMA synchronous=NORMAL;",
    }
else:
    DATABASES["default"].setdefault("OPTIONS", {}).setdefault("connect_timeout", 5)

CACHES = {
    "default": {"BACKEND": "django.core.cache.backends.locmem.LocMemCache"},
    "cookie_registry": {"BACKEND": "privacy.registry.KeptCopies"},
}

STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {"BACKEND": "whitenoise.storage.CompressedManifestStaticFilesStorage"},
}
WHITENOISE_MAX_AGE = 3600

# --- Language and time ------------------------------------------------------------------------

LANGUAGE_CODE = "en-gb"
TIME_ZONE = "Europe/London"
USE_I18N = True
USE_TZ = True
DATE_FORMAT = "j F Y"

# --- Safety -----------------------------------------------------------------------------------

SERVED_OVER_HTTPS = SITE_SCHEME == "https"
if SERVED_OVER_HTTPS:
    SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
    SECURE_SSL_REDIRECT = True
    SECURE_HSTS_SECONDS = 31_536_000
    SECURE_HSTS_INCLUDE_SUBDOMAINS = True
    SECURE_HSTS_PRELOAD = True
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = SERVED_OVER_HTTPS
SESSION_COOKIE_HTTPONLY = CSRF_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = CSRF_COOKIE_SAMESITE = "Lax"
SESSION_COOKIE_PATH = CSRF_COOKIE_PATH = "/cms/"
SESSION_COOKIE_AGE = 12 * 60 * 60
CSRF_COOKIE_AGE = SESSION_COOKIE_AGE
MESSAGE_STORAGE = "django.contrib.messages.storage.session.SessionStorage"
CSRF_FAILURE_VIEW = "pages.views.form_not_trusted"
X_FRAME_OPTIONS = "DENY"
SECURE_REFERRER_POLICY = "same-origin"
SECURE_CROSS_ORIGIN_OPENER_POLICY = "same-origin"
DATA_UPLOAD_MAX_MEMORY_SIZE = 5 * 1024 * 1024
DATA_UPLOAD_MAX_NUMBER_FIELDS = 10_000  # a long page's edit form
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
    {
        "NAME": "django.contrib.auth.password_validation.MinimumLengthValidator",
        "OPTIONS": {"min_length": 12},
    },
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
    {"NAME": "django.contrib.auth.password_validation.NumericPasswordValidator"},
]
LOGIN_URL = "wagtailadmin_login"

COOKIE_CONSENT_CACHE_BACKEND = "cookie_registry"
COOKIE_CONSENT_MAX_AGE = 90 * 24 * 60 * 60
COOKIE_CONSENT_SECURE = SERVED_OVER_HTTPS
COOKIE_CONSENT_HTTPONLY = False  # static/js/consent.js applies the choice; it holds no secret
COOKIE_CONSENT_LOG_ENABLED = False  # privacy.models.ConsentCount counts, by day
COOKIE_CONSENT_SUCCESS_URL = "/cookie-consent/"
GA_MEASUREMENT_ID = env("GA_MEASUREMENT_ID")

# What a page may load without a visitor's consent; privacy/gates.py has the rest.
# Data blocks (JSON-LD) are not scripts, so script-src 'self' lets them stand.
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [NONE],
        "script-src": [SELF],
        "style-src": [SELF],
        "img-src": [SELF, "data:"],
        "font-src": [SELF],
        "connect-src": [SELF],
        "manifest-src": [SELF],
        "form-action": [SELF],
        "base-uri": [NONE],
        "frame-ancestors": [NONE],
    }
}

# --- E-mail (editors' notifications and password resets) --------------------------------------

EMAIL_HOST = env("EMAIL_HOST")
EMAIL_PORT = int(env("EMAIL_PORT", "587"))
EMAIL_HOST_USER = env("EMAIL_HOST_USER")
EMAIL_HOST_PASSWORD = env("EMAIL_HOST_PASSWORD")
EMAIL_USE_TLS = bool(EMAIL_HOST)
EMAIL_TIMEOUT = 5
EMAIL_BACKEND = (
    "django.core.mail.backends.smtp.EmailBackend"
    if EMAIL_HOST
    else "django.core.mail.backends.dummy.EmailBackend"
)
DEFAULT_FROM_EMAIL = env("DEFAULT_FROM_EMAIL", f"website@{SITE_HOST}")

# --- Wagtail ----------------------------------------------------------------------------------

WAGTAIL_I18N_ENABLED = False
WAGTAIL_ALLOW_UNICODE_SLUGS = False
WAGTAIL_ENABLE_UPDATE_CHECK = False
WAGTAIL_ENABLE_WHATS_NEW_BANNER = False
WAGTAIL_GRAVATAR_PROVIDER_URL = None
WAGTAIL_PRIVATE_PAGE_OPTIONS = {"SHARED_PASSWORD": False}
WAGTAIL_WORKFLOW_REQUIRE_REAPPROVAL_ON_EDIT = True
WAGTAIL_PASSWORD_RESET_ENABLED = bool(EMAIL_HOST)
WAGTAILADMIN_UNSAFE_PAGE_DELETION_LIMIT = 10
WAGTAILADMIN_GLOBAL_EDIT_LOCK = True
WAGTAILADMIN_RICH_TEXT_EDITORS = {
    "default": {
        "WIDGET": "wagtail.admin.rich_text.DraftailRichTextArea",
        "OPTIONS": {"features": ["bold", "ol", "ul", "link", "document-link"]},
    }
}
# Engines are given stems of our own making (pages/words.py), so that all of them find the same.
WAGTAILSEARCH_BACKENDS = {
    "default": {
        "BACKEND": "pages.sqlite_search"
        if DATABASES["default"]["ENGINE"].endswith("sqlite3")
        else "pages.postgres_search",
        "SEARCH_CONFIG": "simple",  # PostgreSQL's: as they are
    }
}
if env("SEARCH_URL"):
    # For the site's visitors alone: the CMS searches the database, which also keeps what they find.
    WAGTAILSEARCH_BACKENDS["passages"] = search_engine(
        env("SEARCH_URL"),
        env("SEARCH_ENGINE", "opensearch3"),
        prefix=f"ccgsite_{re.sub('[^a-z0-9]+', '_', SITE_HOST)}_",  # sites may share an engine
    )
WAGTAILEMBEDS_FINDERS = []  # a page shows no third party's content
WAGTAILIMAGES_IMAGE_MODEL = "pages.SiteImage"
WAGTAILIMAGES_EXTENSIONS = ["avif", "gif", "jpg", "jpeg", "png", "webp"]
WAGTAILIMAGES_MAX_UPLOAD_SIZE = 10 * 1024 * 1024
WAGTAILIMAGES_MAX_IMAGE_PIXELS = 20_000_000
WAGTAILDOCS_DOCUMENT_MODEL = "pages.SiteDocument"
WAGTAILDOCS_DOCUMENT_FORM_BASE = "pages.document_form.SiteDocumentForm"
WAGTAILDOCS_EXTENSIONS = ["csv", "docx", "ods", "odt", "pdf", "pptx", "rtf", "txt", "xlsx"]
WAGTAILDOCS_MAX_UPLOAD_SIZE = 50 * 1024 * 1024
WAGTAILDOCS_PRIVATE_COLLECTION_OPTIONS = {"SHARED_PASSWORD": False}

# --- Log --------------------------------------------------------------------------------------

LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"line": {"format": "%(asctime)s %(levelname)s %(name)s %(message)s"}},
    "handlers": {"console": {"class": "logging.StreamHandler", "formatter": "line"}},
    "root": {"handlers": ["console"], "level": "WARNING"},
}

SILENCED_SYSTEM_CHECKS = []
if not SERVED_OVER_HTTPS:
    # Plain HTTP is for one's own machine; an HTTPS address in SITE_URL turns all of these on.
    SILENCED_SYSTEM_CHECKS += [f"security.W{number:03}" for number in (4, 8, 12, 16)]
