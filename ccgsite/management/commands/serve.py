"""`manage.py serve`: whatever the site still lacks is made, then the site is served."""

import hashlib
import os
import secrets
import signal
import sys
from collections.abc import Callable, Iterable
from importlib.metadata import distributions
from io import StringIO
from pathlib import Path
from typing import Any

from django.conf import settings
from django.contrib.auth import get_user_model, password_validation
from django.core import checks
from django.core.exceptions import ValidationError
from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandError
from django.db import DatabaseError, OperationalError, connection, transaction
from django.db.migrations.executor import MigrationExecutor
from wagtail.models import Site

from ccgsite import static_files
from ccgsite.bootstrap import SetUpError, listen_address
from ccgsite.health_checks import migrations
from ccgsite.one_at_a_time import one_at_a_time
from ccgsite.server import ENDING
from ccgsite.settings.roles import PUBLIC
from pages.models import HomePage, IndexState
from pages.public import public_pages
from pages.search_engines import SearchEngineError, rebuild_outside
from pages.search_index import index_everything

ADMINISTRATOR = "admin"
AGAIN = "Mend that and run the same again: it goes on where it stopped."


class Command(BaseCommand):
    help = "Set up what is missing, then serve the site. Never changes what editors changed."
    requires_system_checks = ()  # run below, so that each problem is said in one line

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            host, port = listen_address(os.environ)
            check_installation()
            if settings.CCGSITE_ROLE == PUBLIC:
                self.prepare()
            else:
                self.set_up()
            # Set-up may have taken minutes: somebody else may have the port by now.
            listen_address(os.environ)
        except SetUpError as error:
            sys.exit(str(error))
        except (CommandError, DatabaseError, OSError) as error:
            sys.exit(f"Set-up failed: {first_line(error)}. {AGAIN}")
        except KeyboardInterrupt:
            sys.exit("\nStopped. The same command goes on from here.")
        self.serve(host, port)

    def serve(self, host: str, port: int) -> None:
        """Say where the site is, and become its server."""
        signal.pthread_sigmask(signal.SIG_BLOCK, ENDING)  # until the server can hear them
        self.say(f"6/6 Web server\n\n    The site: {settings.SITE_URL}/")
        if settings.CCGSITE_ROLE != PUBLIC:
            self.say(f"    The CMS:  {settings.EDITOR_URL}/cms/")
        self.say("    Press Ctrl-C to stop it.\n")
        connection.close()
        os.environ.setdefault("DJANGO_SETTINGS_MODULE", "ccgsite.settings.production")
        os.execv(sys.executable, [sys.executable, "-m", "ccgsite.server", host, str(port)])

    def prepare(self) -> None:
        """Make the files that visitors need, and nothing in the database.

        Raises SetUpError if that is not ready.
        """
        self.say("2/6 Database")
        found = migrations()
        if not found.ok:
            message = (
                f"The database is not of this version: {found.words} Start the process with "
                "CCGSITE_ROLE=editor first: it sets up what is missing."
            )
            raise SetUpError(message)
        self.say("3/6 Styles, scripts and images")
        self.collect_static_files()

    @one_at_a_time()
    def set_up(self) -> None:
        """Do each step that has not been done yet."""
        self.say("2/6 Database")
        self.migrate()
        self.fill_search_engine()
        self.say("3/6 Styles, scripts and images")
        self.collect_static_files()
        self.say("4/6 Starter content")
        if not HomePage.objects.exists():
            call_command("load_content", stdout=Indented(self.stdout))
        self.fill_search()
        call_command("load_cookies", stdout=Indented(self.stdout))
        call_command("load_search_lists", stdout=Indented(self.stdout))
        self.name_site()
        self.say("5/6 Editors")
        call_command("make_groups", stdout=Indented(self.stdout))
        call_command("load_enquiries", stdout=Indented(self.stdout))
        self.make_administrator()
        self.measure_tables()

    def measure_tables(self) -> None:
        """Let SQLite note how large its tables are, to plan by, as PostgreSQL does by itself."""
        if connection.vendor == "sqlite":
            with connection.cursor() as cursor:
                cursor.execute("ANALYZE")

    def migrate(self) -> None:
        executor = MigrationExecutor(connection)
        steps = executor.migration_plan(executor.loader.graph.leaf_nodes())
        if steps:
            self.say(f"    {len(steps)} steps, about half a minute for a new database")
            call_command("migrate", interactive=False, verbosity=0)

    def collect_static_files(self) -> None:
        """Make the styles, then compress and collect all files, each only after a change."""
        design_system = settings.DESIGN_SYSTEM_ROOT
        ours = [settings.BASE_DIR / "static", settings.BASE_DIR / "templates"]
        code = [settings.BASE_DIR / room for room in ("ccgsite", "pages", "privacy")]
        after_change(
            design_system / "css" / "site.css",
            [*ours, *code],
            lambda: call_command("design_system", stdout=Indented(self.stdout)),
        )
        after_change(
            settings.STATIC_ROOT / "staticfiles.json", [ours[0], design_system], self.collect
        )

    def collect(self) -> None:
        self.say("    compressing, about half a minute")
        static_files.collect(settings.STATIC_ROOT)

    def fill_search(self) -> None:
        """Read a site for search that is older than the index: all of it or nothing."""
        if IndexState.current_mark() is None and public_pages().exists():
            self.say("    reading all pages and documents for search")
            with transaction.atomic():
                index_everything()

    def fill_search_engine(self) -> None:
        """Give a search engine outside the database what search finds, if it has nothing of it.

        It does not keep the site from starting: search says so until the engine works.
        """
        try:
            rebuild_outside(only_new=True)
        except SearchEngineError as error:
            self.say(f"    WARNING: {error}")

    def name_site(self) -> None:
        """Let links that name the site, such as those for search engines, follow SITE_URL."""
        site = Site.objects.get(is_default_site=True)
        if (site.hostname, site.port) != (settings.SITE_HOST, settings.SITE_PORT):
            site.hostname, site.port = settings.SITE_HOST, settings.SITE_PORT
            site.save()

    def make_administrator(self) -> None:
        """Make the first administrator; one that exists is left alone, password and all."""
        users = get_user_model().objects
        if users.filter(is_superuser=True).exists():
            return
        given = os.environ.get("ADMIN_PASSWORD", "")
        password = given or secrets.token_urlsafe(12)
        with transaction.atomic():
            users.create_superuser(ADMINISTRATOR, "", password)
            if not given:
                self.say(f"    Sign in to the CMS as: {ADMINISTRATOR}\n    Password: {password}")
                self.say("    It is shown this once. Change it in the CMS under your name, Account")
        if given:
            self.say(f"    Sign in to the CMS as {ADMINISTRATOR} with ADMIN_PASSWORD")
            try:
                password_validation.validate_password(given)
            except ValidationError as error:
                self.say(f"    WARNING: this password is weak. {' '.join(error.messages)}")

    def say(self, text: str) -> None:
        self.stdout.write(text)
        self.stdout.flush()


class Indented(StringIO):
    """Shows what a command writes, two steps further in."""

    def __init__(self, out: Any) -> None:
        super().__init__()
        self.out = out

    def write(self, text: str) -> int:
        return self.out.write(f"    {text}", ending="")


def check_installation() -> None:
    """Raise SetUpError for the first thing that has to be mended before the site can start."""
    try:
        connection.ensure_connection()
    except OperationalError as error:
        message = (
            f"The database cannot be reached: {first_line(error)}. Check DATABASE_URL, "
            "and that the database server runs; without DATABASE_URL the site keeps its own."
        )
        raise SetUpError(message) from None
    for problem in checks.run_checks():
        if problem.is_serious():
            message = f"{problem.msg} {problem.hint or ''}".strip()
            raise SetUpError(message)


def first_line(error: Exception) -> str:
    """Return what an error says, in one line and without a full stop."""
    lines = str(error).strip().splitlines() or [type(error).__name__]
    return lines[0].strip().rstrip(".")


def after_change(result: Path, folders: Iterable[Path], action: Callable[[], None]) -> None:
    """Make a result anew unless it was made from these files and the packages installed now.

    What it was made from is written down when it is finished, so a half-made one is made again.
    """
    record = settings.VAR_DIR / f"{result.parent.name}-{result.name}.made-from"
    made_from = f"{installed_packages()}\n{files_digest(folders)}\n"
    if result.is_file() and record.is_file() and record.read_text() == made_from:
        return
    record.unlink(missing_ok=True)
    try:
        action()
    except BaseException:
        # Half a list of static files would keep Django itself from starting.
        result.unlink(missing_ok=True)
        raise
    record.write_text(made_from)


def installed_packages() -> str:
    """Return a digest of every installed package's name and version."""
    names = sorted(f"{package.name}=={package.version}" for package in distributions())
    return hashlib.sha256("\n".join(names).encode()).hexdigest()


def files_digest(folders: Iterable[Path]) -> str:
    """Return a digest of the names and the bytes of all files below some folders."""
    digest = hashlib.sha256()
    for folder in folders:
        for path in sorted(folder.rglob("*")):
            if path.is_file() and path.suffix != ".pyc":
                digest.update(f"{path.relative_to(folder)}\0{path.stat().st_size}\0".encode())
                digest.update(path.read_bytes())
    return digest.hexdigest()
