"""What `make lint`, `format`, `test` and `bench` run, each step to its end, with a summary.

What this machine lacks is said in one loud line; with CI=true it is a failure.
"""

import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO

from tests import nginx, postgres
from tests.browser.chromium import installed_chromium

ROOT = Path(__file__).resolve().parents[1]
IN_CI = os.environ.get("CI", "").lower() == "true"
# What starts the site in processes of its own brings its own database, so it runs once.
IN_PROCESS = ["pytest", "-m", "not browser and not server"]
SQLITE = "sqlite://:memory:"
BENCH = ["manage", "shell", "--no-imports", "-c", "from tests.search.bench import main; main()"]


@dataclass
class Run:
    """The steps so far, and how each ended."""

    lines: list[str] = field(default_factory=list)
    failed: bool = False

    def step(self, name: str, *command: str, **environment: str) -> None:
        """Run a Python module in the project's folder and note how it ended."""
        self._say(name)
        with self._running(name, command, environment):
            pass

    @contextmanager
    def beside(self, name: str, *command: str, **environment: str) -> Iterator[None]:
        """Run a module while the block runs others; what it says comes after what they say."""
        with tempfile.TemporaryFile("w+", prefix="ccgsite-step-") as said:
            with self._running(name, command, environment, said):
                yield
            self._say(name)
            said.seek(0)
            shutil.copyfileobj(said, sys.stdout)
            sys.stdout.flush()

    def _say(self, name: str) -> None:
        print(f"\n── {name} ".ljust(80, "─"), flush=True)

    @contextmanager
    def _running(
        self,
        name: str,
        command: tuple[str, ...],
        environment: dict[str, str],
        said: IO[str] | None = None,
    ) -> Iterator[None]:
        """Run a module beside the block, wait for it, and note how it ended."""
        started = time.monotonic()
        process = subprocess.Popen(
            [sys.executable, "-m", *command],
            cwd=ROOT,
            env={**os.environ, **environment},
            stdout=said,
            stderr=said,
        )
        try:
            yield
            process.wait()
        finally:
            process.kill()  # it has ended, or we were stopped
        seconds = f"{time.monotonic() - started:.0f} s"
        self.failed |= process.returncode != 0
        self.lines.append(f"{'FAILED' if process.returncode else 'ok':8}{seconds:>6}  {name}")

    def missing(self, name: str, why: str) -> None:
        """Say loudly that a step cannot be done on this machine."""
        print(f"\n!!!!!!!! NOT TESTED: {name}: {why} !!!!!!!!", flush=True)
        self.failed |= IN_CI
        self.lines.append(f"{'FAILED' if IN_CI else 'MISSING':14}  {name}: {why}")

    def end(self) -> int:
        """Print the summary. Returns 0 if every step passed, else 1."""
        print("\n" + "═" * 80, *self.lines, sep="\n")
        print("FAILED" if self.failed else "All passed.")
        return int(self.failed)


def lint(run: Run) -> None:
    """Check code and templates, changing nothing."""
    run.step("Code", "ruff", "check", "--quiet", ".")
    run.step("Code's form", "ruff", "format", "--quiet", "--check", ".")
    run.step("Templates", "djlint", "templates", "--lint", "--quiet")
    run.step("Templates' form", "djlint", "templates", "--check", "--quiet")


def put_in_form(run: Run) -> None:
    """Put code and templates in their standard form."""
    run.step("Code", "ruff", "check", "--quiet", "--fix", ".")
    run.step("Code's form", "ruff", "format", "--quiet", ".")
    # djLint answers 1 when it changed something, so the second time is the one that counts.
    run.step("Templates", "djlint", "templates", "--reformat", "--quiet")


def test(run: Run) -> None:
    """Check and test everything, on both databases and in the browser."""
    lint(run)
    with deployed() as environment:
        run.step("Migrations", "manage", "makemigrations", "--check", "--dry-run", **environment)
        deploy = ["check", "--deploy", "--fail-level", "WARNING"]
        run.step("Deployment", "manage", *deploy, **environment)
    tests_on_both_databases(run)
    has_chromium, has_nginx = chromium_is_there(), nginx.program()
    served = ["pytest", "-m", "server or browser" if has_chromium else "server"]
    if not has_nginx:
        served.append("--ignore=tests/site/test_nginx.py")
    run.step("Tests of the running site", *served)
    if not has_chromium:
        run.missing("Tests in a browser", "install Chromium, as with `apt install chromium`")
    if not has_nginx:
        run.missing("Tests behind nginx", "install it, as with `apt install nginx-light`")


def bench(run: Run) -> None:
    """Say how well and how fast search finds, on one database after the other."""
    settings = {"DJANGO_SETTINGS_MODULE": "ccgsite.settings.test"}
    run.step("Search on SQLite", *BENCH, DATABASE_URL=SQLITE, **settings)
    try:
        with postgres.server() as address:
            run.step("Search on PostgreSQL", *BENCH, DATABASE_URL=address, **settings)
    except (OSError, subprocess.CalledProcessError) as error:
        run.missing("Search on PostgreSQL", str(error))


def tests_on_both_databases(run: Run) -> None:
    """Run the tests on SQLite and, where this machine can, on PostgreSQL beside it."""
    with ExitStack() as stack:
        name = "Tests on PostgreSQL"
        try:
            address = stack.enter_context(postgres.server())
        except (OSError, subprocess.CalledProcessError) as error:
            run.missing(name, str(error))
        else:
            stack.enter_context(run.beside(name, *IN_PROCESS, DATABASE_URL=address))
        run.step("Tests on SQLite", *IN_PROCESS, DATABASE_URL=SQLITE)


def chromium_is_there() -> bool:
    """Return whether tests have a browser: the machine's, or one that Playwright can fetch."""
    fetch = [sys.executable, "-m", "playwright", "install", "chromium"]
    return bool(installed_chromium()) or subprocess.run(fetch, check=False).returncode == 0


@contextmanager
def deployed() -> Iterator[dict[str, str]]:
    """Yield the environment of a site on the internet, which keeps its data in its own folder."""
    with tempfile.TemporaryDirectory(prefix="ccgsite-deploy-") as folder:
        Path(folder, "design-system").mkdir()
        yield {
            "DJANGO_SETTINGS_MODULE": "ccgsite.settings.production",
            "SECRET_KEY": os.urandom(40).hex(),
            "SITE_URL": "https://www.example.nhs.uk",
            "VAR_DIR": folder,
            "DATABASE_URL": "",
        }


def main(what: str) -> int:
    """Do "lint", "format", "test" or "bench". Returns 0 if all of it passed, else 1."""
    # What was started ends with us: a database server is no exception.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(1))
    run = Run()
    {"lint": lint, "format": put_in_form, "test": test, "bench": bench}[what](run)
    return run.end()


if __name__ == "__main__":
    try:
        sys.exit(main(sys.argv[1]))
    except KeyboardInterrupt:
        sys.exit("\nStopped.")
