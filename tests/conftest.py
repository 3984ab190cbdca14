"""What every test stands on: the starter site in the database, and no way out of this machine."""

import pytest
from django.conf import settings
from django.core.cache import caches
from django.core.management import call_command
from django.db import connection
from django.db.backends.base.base import BaseDatabaseWrapper

from pages import kept
from pages.models import HomePage
from privacy.registry import KeptCopies
from tests.browser.addresses import MEASUREMENT_ID, NAMED_HOST
from tests.network import stay_inside
from tests.running import starting

stay_inside()


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(items):
    """Run what empties the database after what needs it, and what starts servers last.

    Within each of the three groups the order stays random. Playwright's event loop runs until
    the session ends, and Django refuses the database to code inside a running loop.
    """
    items.sort(key=_turn)


def _turn(item):
    if item.get_closest_marker("browser") or item.get_closest_marker("server"):
        return 2
    mark = item.get_closest_marker("django_db")
    return int(bool(mark and mark.kwargs.get("transaction")))


@pytest.fixture(scope="session")
def django_db_setup(django_db_setup, django_db_blocker):
    """Fill the test database once with the starter site, as `make run` does.

    A test of transactions has to be marked
    `django_db(transaction=True, serialized_rollback=True)`: it empties the database when it
    ends, and the next of its kind begins by putting the starter site back.
    """
    with django_db_blocker.unblock():
        call_command("load_content", verbosity=0)
        call_command("load_cookies", verbosity=0)
        call_command("load_search_lists", verbosity=0)
        call_command("make_groups", verbosity=0)
        call_command("load_enquiries", verbosity=0)
        connection._test_serialized_contents = connection.creation.serialize_db_to_string()


@pytest.fixture(autouse=True)
def _cookie_registry_is_read_afresh(monkeypatch):
    """Read it once in each test, so that no number of queries depends on how fast a machine is."""
    caches[settings.COOKIE_CONSENT_CACHE_BACKEND].clear()
    monkeypatch.setattr(KeptCopies, "SECONDS", 3600)


@pytest.fixture(autouse=True)
def _changes_show_at_once(monkeypatch):
    """Read for each page what is otherwise read once in a second."""
    monkeypatch.setattr(kept, "SECONDS", 0)


@pytest.fixture
def nothing_shows_at_once(monkeypatch, _changes_show_at_once):
    """Read once what is otherwise read once in a second, as on a busy site."""
    kept.readings.clear()
    monkeypatch.setattr(kept, "SECONDS", 3600)


@pytest.fixture(autouse=True)
def _connection_stays_open_in_a_transaction(monkeypatch):
    """Let requests and workers, which close old connections, leave a test its own.

    Django's test client does so as well; on PostgreSQL the test's data would be gone with it.
    """
    close = BaseDatabaseWrapper.close_if_unusable_or_obsolete

    def close_outside_transactions(self):
        if not self.in_atomic_block:
            close(self)

    monkeypatch.setattr(
        BaseDatabaseWrapper, "close_if_unusable_or_obsolete", close_outside_transactions
    )


@pytest.fixture
def site_home(db):
    return HomePage.objects.get()


@pytest.fixture(scope="session")
def running_site(tmp_path_factory):
    """Return the starter site, set up from nothing and served in processes of its own."""
    folder = tmp_path_factory.mktemp("site") / "var"
    with starting(folder, GA_MEASUREMENT_ID=MEASUREMENT_ID, ALLOWED_HOSTS=NAMED_HOST) as site:
        site.wait_to_serve()
        site.run("shell", "-c", "from tests.browser.sample_pages import add; add()")
        yield site
