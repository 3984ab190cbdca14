"""All checks in order, each to its end, then a summary: what `make test` runs.

What cannot be had is said in one loud line; with CI=true it is a failure.
"""

import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from tests import postgres
from tests.browser.chromium import installed_chromium

ROOT = Path(__file__).resolve().parents[1]
IN_CI = os.environ.get("CI", "").lower() == "true"
# Every pytest run but the last leaves out what starts the site in processes of its own.
IN_PROCESS = ["pytest", "-m", "not browser and not server"]


@dataclass
class Run:
    """The steps so far, and how each ended."""

    lines: list[str] = field(default_factory=list)
    failed: bool = False

    def step(self, name: str, *command: str, **environment: str) -> None:
        """Run a Python module's command in the project's folder and note how it ended."""
        print(f"\n── {name} ".ljust(80, "─"), flush=True)
        started = time.monotonic()
        result = subprocess.run(
            [sys.executable, "-m", *command],
            cwd=ROOT,
            env={**os.environ, **environment},
            check=False,
        )
        seconds = time.monotonic() - started
        self.failed |= result.returncode != 0
        self.lines.append(f"{'FAILED' if result.returncode else 'ok':>8} {seconds:6.1f} s  {name}")

    def missing(self, name: str, why: str) -> None:
        """Say loudly that a step cannot be done on this machine."""
        print(f"\n!!!!! NOT TESTED: {name}: {why} !!!!!", flush=True)
        self.failed |= IN_CI
        self.lines.append(f"{'FAILED' if IN_CI else 'MISSING':>8} {'':8}  {name}: {why}")


def chromium_is_there() -> bool:
    """Return whether tests have a browser: the machine's, or one that Playwright can fetch."""
    fetch = [sys.executable, "-m", "playwright", "install", "chromium"]
    return bool(installed_chromium()) or subprocess.run(fetch, check=False).returncode == 0


@contextmanager
def deployed() -> Iterator[dict[str, str]]:
    """Yield the environment of a site on the internet, in a folder of its own."""
    with tempfile.TemporaryDirectory(prefix="ccgsite-deploy-") as folder:
        Path(folder, "design-system").mkdir()
        yield {
            "DJANGO_SETTINGS_MODULE": "ccgsite.settings.production",
            "SECRET_KEY": os.urandom(40).hex(),
            "SITE_URL": "https://www.example.nhs.uk",
            "VAR_DIR": folder,
            "DATABASE_URL": "",
        }


def main() -> int:
    """Run everything. Returns 0 if all of it passed."""
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
    run = Run()
    run.step("Lint", "ruff", "check", ".")
    run.step("Format", "ruff", "format", "--check", ".")
    run.step("Templates", "djlint", "templates", "--check", "--lint", "--quiet")
    with deployed() as environment:
        run.step("Migrations", "manage", "makemigrations", "--check", "--dry-run", **environment)
        run.step(
            "Deployment", "manage", "check", "--deploy", "--fail-level", "WARNING", **environment
        )
    run.step("Tests on SQLite", *IN_PROCESS, DATABASE_URL="sqlite://:memory:")
    try:
        with postgres.server() as address:
            run.step("Tests on PostgreSQL", *IN_PROCESS, DATABASE_URL=address)
    except (OSError, subprocess.CalledProcessError) as error:
        run.missing("Tests on PostgreSQL", str(error))
    if chromium_is_there():
        run.step("Tests of the running site", "pytest", "-m", "browser or server")
    else:
        run.missing("Tests in a browser", "install Chromium, as with `apt install chromium`")
        run.step("Tests of the running site", "pytest", "-m", "server")
    print(f"\n{'═' * 80}")
    print("\n".join(run.lines))
    print("FAILED" if run.failed else "All passed.")
    return int(run.failed)


if __name__ == "__main__":
    sys.exit(main())
