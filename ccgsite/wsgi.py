"""The entry point of the web server: the site, with its ready pages in front of it."""

import os

from django.core.wsgi import get_wsgi_application
from django.utils.module_loading import import_string

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "ccgsite.settings.production")
site = get_wsgi_application()
# By its name: what it needs of the apps is there only now.
application = import_string("ccgsite.page_store.in_front_of")(site)
