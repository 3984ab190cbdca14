"""What `make lint`, `format`, `test` and `bench` run, each step to its end, with a summary.

What this machine lacks is said in one loud line; with CI=true it is a failure.
"""

import os
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from tests import nginx, postgres
from tests.browser.chromium import installed_chromium

ROOT = Path(__file__).resolve().parents[1]
IN_CI = os.environ.get("CI", "").lower() == "true"
# What starts the site in processes of its own brings its own database, so it runs once.
IN_PROCESS = ["pytest", "-m", "not browser and not server"]
BENCH = ["manage", "shell", "--no-imports", "-c", "from tests.search.bench import main; main()"]


@dataclass
class Run:
    """The steps so far, and how each ended."""

    lines: list[str] = field(default_factory=list)
    failed: bool = False

    def step(self, name: str, *command: str, **environment: str) -> None:
        """Run a Python module in the project's folder and note how it ended."""
        print(f"\n── {name} ".ljust(80, "─"), flush=True)
        started = time.monotonic()
        result = subprocess.run(
            [sys.executable, "-m", *command],
            cwd=ROOT,
            env={**os.environ, **environment},
            check=False,
        )
        seconds = f"{time.monotonic() - started:.0f} s"
        self.failed |= result.returncode != 0
        self.lines.append(f"{'FAILED' if result.returncode else 'ok':8}{seconds:>6}  {name}")

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
    on_both_databases(run, "Tests", *IN_PROCESS)
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
    """Say how well and how fast search finds, on both databases. Nothing is stored."""
    on_both_databases(run, "Search", *BENCH, DJANGO_SETTINGS_MODULE="ccgsite.settings.test")


def on_both_databases(run: Run, name: str, *command: str, **environment: str) -> None:
    """Run a step on SQLite, and on PostgreSQL where this machine can."""
    run.step(f"{name} on SQLite", *command, DATABASE_URL="sqlite://:memory:", **environment)
    try:
        with postgres.server() as address:
            run.step(f"{name} on PostgreSQL", *command, DATABASE_URL=address, **environment)
    except (OSError, subprocess.CalledProcessError) as error:
        run.missing(f"{name} on PostgreSQL", str(error))


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
