"""The whole truth, in one file. dev.py and test.py only loosen it."""

import re
from pathlib import Path

from csp.constants import NONE, SELF

from ccgsite.settings.databases import REPLICA, databases
from ccgsite.settings.environment import (
    BASE_DIR,
    env,
    env_list,
    folder,
    networks,
    number,
    one_of,
    secret_key,
    secret_token,
    site_address,
)
from ccgsite.settings.many_machines import shared_cache, shared_uploads
from ccgsite.settings.roles import EDITOR, PUBLIC, ROLES, in_role
from ccgsite.settings.search import search_engine
from ccgsite.settings.sentry import tell_sentry
from ccgsite.settings.static_files import part_of_a_page

# --- What this process is for ------------------------------------------------------------------

CCGSITE_ROLE = one_of("CCGSITE_ROLE", *ROLES)

# --- Where things are -------------------------------------------------------------------------

VAR_DIR = Path(env("VAR_DIR", str(BASE_DIR / "var")))
MEDIA_ROOT = Path(env("MEDIA_ROOT", str(VAR_DIR / "media")))
STATIC_ROOT = VAR_DIR / ("static-public" if CCGSITE_ROLE == PUBLIC else "static")
STATIC_ROOT = Path(env("STATIC_ROOT", str(STATIC_ROOT)))
SPOOL_DIR = VAR_DIR / "spool"  # what visitors send while the database is away
MIRROR_ROOT = VAR_DIR / "mirror"  # for `manage.py mirror`
DESIGN_SYSTEM_ROOT = folder(VAR_DIR / "design-system")
BACKUP_DIR = Path(env("BACKUP_DIR", str(VAR_DIR / "backups")))
MEDIA_URL = "/media/"
STATIC_URL = "/static/"
STATICFILES_DIRS = [BASE_DIR / "static", DESIGN_SYSTEM_ROOT]
if CCGSITE_ROLE == PUBLIC:  # ours alone: no package's, such as the CMS's
    STATICFILES_FINDERS = ["django.contrib.staticfiles.finders.FileSystemFinder"]

# --- Who we are to the outside ----------------------------------------------------------------

DEBUG = False
SECRET_KEY = secret_key(VAR_DIR)
SITE_URL = env("SITE_URL", f"http://127.0.0.1:{env('PORT', '8000')}").rstrip("/")
SITE_SCHEME, SITE_HOST, SITE_PORT = site_address(SITE_URL)
EDITOR_URL = env("EDITOR_URL", SITE_URL).rstrip("/")
_, EDITOR_HOST, _ = site_address(EDITOR_URL, "EDITOR_URL")
HOSTS = [SITE_HOST, EDITOR_HOST] if CCGSITE_ROLE == EDITOR else [SITE_HOST]
ALLOWED_HOSTS = list(
    dict.fromkeys([*HOSTS, "127.0.0.1", "localhost", "[::1]", *env_list("ALLOWED_HOSTS")])
)
CSRF_TRUSTED_ORIGINS = [EDITOR_URL]
WAGTAILADMIN_BASE_URL = EDITOR_URL
WAGTAIL_SITE_NAME = "CCG website"

# --- Rooms ------------------------------------------------------------------------------------

ROOT_URLCONF = "ccgsite.public_urls" if CCGSITE_ROLE == PUBLIC else "ccgsite.urls"
WSGI_APPLICATION = "ccgsite.wsgi.application"
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

INSTALLED_APPS = [
    "ccgsite.apps.CCGSiteConfig",
    "enquiries",
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
    "django_tasks_db",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.postgres",
    "django.contrib.staticfiles",
    "django.contrib.sitemaps",
]

MIDDLEWARE = [
    "ccgsite.request_ids.RequestIds",
    "ccgsite.health.HealthAddresses",
    "ccgsite.middleware.SafetyHeaders",
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "ccgsite.middleware.ContentSecurityPolicy",
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
MIDDLEWARE = in_role(CCGSITE_ROLE, MIDDLEWARE)

# Django's own, for the CMS, comes second: a page looks for its templates in the first.
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.jinja2.Jinja2",
        "DIRS": [BASE_DIR / "templates"],
        "OPTIONS": {"environment": "ccgsite.site_templates.environment"},
    },
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates" / "cms"],
        "APP_DIRS": True,
        "OPTIONS": {
            "builtins": [
                "django.templatetags.static",
                "wagtail.templatetags.wagtailcore_tags",
                "pages.templatetags.words",
                "enquiries.templatetags.page_reports",
            ],
            "context_processors": in_role(
                CCGSITE_ROLE,
                [
                    "django.template.context_processors.request",
                    "django.contrib.auth.context_processors.auth",
                    "django.contrib.messages.context_processors.messages",
                ],
            ),
        },
    },
    {
        # E-mails are plain text, in which nothing is escaped. No page is found here.
        "NAME": "letters",
        "BACKEND": "django.template.backends.jinja2.Jinja2",
        "DIRS": [BASE_DIR / "templates" / "enquiries" / "letters"],
        "OPTIONS": {"environment": "ccgsite.site_templates.environment", "autoescape": False},
    },
]

# --- Data -------------------------------------------------------------------------------------

# A process for editors reads what it has just written, and so do all that set the site up.
DATABASES = databases(
    env("DATABASE_URL"),
    env("DATABASE_REPLICA_URL") if CCGSITE_ROLE == PUBLIC else "",
    VAR_DIR,
)
if REPLICA in DATABASES:
    DATABASE_ROUTERS = ["ccgsite.replica.Router"]
    place = MIDDLEWARE.index("ccgsite.middleware.ContentSecurityPolicy")
    MIDDLEWARE.insert(place, "ccgsite.replica.ReadsFromReplica")

CACHES = {
    "default": {"BACKEND": "django.core.cache.backends.locmem.LocMemCache"},
    "cookie_registry": {"BACKEND": "privacy.registry.KeptCopies"},
}
if env("REDIS_URL"):
    CACHES["default"] = shared_cache(env("REDIS_URL"))

# Ready pages in each serving process, in MB; 0 turns this off where an edge keeps pages instead.
PAGE_STORE_MB = int(env("PAGE_STORE_MB", "32"))

STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {"BACKEND": "whitenoise.storage.CompressedManifestStaticFilesStorage"},
}
if env("S3_BUCKET"):
    STORAGES["default"] = shared_uploads(env("S3_BUCKET"), env("S3_ENDPOINT_URL"))
WHITENOISE_MAX_AGE = 3600
WHITENOISE_ALLOW_ALL_ORIGINS = False
WHITENOISE_ADD_HEADERS_FUNCTION = part_of_a_page

# --- Operators --------------------------------------------------------------------------------

LOG_SLOW_SECONDS = number("LOG_SLOW_SECONDS", 0)  # 0: none is
TRUST_REQUEST_ID = one_of("TRUST_REQUEST_ID", "false", "true") == "true"
if env("SENTRY_DSN"):
    tell_sentry(env("SENTRY_DSN"))
HEALTH_TOKEN = secret_token("HEALTH_TOKEN")

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
# Whose X-Forwarded-For says where a form was sent from: addresses or networks. With an https
# address there is a web server in front, as a rule on the same machine.
TRUSTED_PROXIES = networks(env_list("TRUSTED_PROXIES"))
if SERVED_OVER_HTTPS and not TRUSTED_PROXIES:
    TRUSTED_PROXIES = ["127.0.0.1", "::1"]
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

# --- E-mail (about enquiries, editors' notifications, password resets) ------------------------

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

# --- Work that may wait -----------------------------------------------------------------------

TASKS = {
    # Wagtail's: search must find what an editor has just published.
    "default": {"BACKEND": "django_tasks.backends.immediate.ImmediateBackend"},
    # Letters about enquiries: ccgsite/posting.py works through them.
    "mail": {"BACKEND": "django_tasks_db.DatabaseBackend"},
}

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
    "formatters": {
        "line": {"()": "ccgsite.log_lines.Line"},
        "json": {"()": "ccgsite.log_lines.JsonLine"},
    },
    "handlers": {
        "console": {
            "class": "logging.StreamHandler",
            "formatter": one_of("LOG_FORMAT", "line", "json"),
        }
    },
    "root": {"handlers": ["console"], "level": "WARNING"},
}

SILENCED_SYSTEM_CHECKS = []
if not SERVED_OVER_HTTPS:
    # Plain HTTP is for one's own machine; an HTTPS address in SITE_URL turns all of these on.
    SILENCED_SYSTEM_CHECKS += [f"security.W{number:03}" for number in (4, 8, 12, 16)]
