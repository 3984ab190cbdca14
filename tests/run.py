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
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import IO

from tests import nginx, postgres
from tests.browser.chromium import installed_chromium
from tests.speed import load

ROOT = Path(__file__).resolve().parents[1]
IN_CI = os.environ.get("CI", "").lower() == "true"
# What starts the site in processes of its own brings its own database, so it runs once.
IN_PROCESS = "not browser and not server"
SQLITE = "sqlite://:memory:"
BENCH = ["manage", "shell", "--no-imports", "-c", "from tests.search.bench import main; main()"]


@dataclass(frozen=True)
class Step:
    """A Python module to run in the project's folder, with its arguments."""

    name: str
    command: tuple[str, ...]
    environment: dict[str, str] = field(default_factory=dict)


@dataclass
class Run:
    """The steps so far, and how each ended."""

    lines: list[str] = field(default_factory=list)
    processes: list[subprocess.Popen] = field(default_factory=list)
    failed: bool = False

    def step(self, name: str, *command: str, **environment: str) -> None:
        """Run a Python module in the project's folder and note how it ended."""
        self._say(name)
        self._do(Step(name, command, environment))

    @contextmanager
    def beside(self, *steps: Step) -> Iterator[None]:
        """Do steps one after the other while the block does others; what they say comes after.

        A block that fails ends them.
        """
        with ThreadPoolExecutor(1) as lane:
            done = [lane.submit(self._said_by, step) for step in steps]
            try:
                yield
                for step, each in zip(steps, done, strict=True):
                    self._say(step.name)
                    print(each.result(), flush=True)
            except BaseException:
                lane.shutdown(wait=False, cancel_futures=True)
                for process in self.processes:
                    process.kill()
                raise

    def _said_by(self, step: Step) -> str:
        """Do a step. Returns what it printed."""
        with tempfile.TemporaryFile("w+", prefix="ccgsite-step-") as said:
            self._do(step, said)
            said.seek(0)
            return said.read()

    def _say(self, name: str) -> None:
        print(f"\n── {name} ".ljust(80, "─"), flush=True)

    def _do(self, step: Step, said: IO[str] | None = None) -> None:
        """Run a step to its end, and note how it ended."""
        started = time.monotonic()
        process = subprocess.Popen(
            [sys.executable, "-m", *step.command],
            cwd=ROOT,
            env={**os.environ, **step.environment},
            stdout=said,
            stderr=said,
        )
        self.processes.append(process)
        try:
            process.wait()
        finally:
            process.kill()  # it has ended, or we were stopped
        seconds = f"{time.monotonic() - started:.0f} s"
        self.failed |= process.returncode != 0
        self.lines.append(f"{'FAILED' if process.returncode else 'ok':8}{seconds:>6}  {step.name}")

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


@dataclass(frozen=True)
class Need:
    """A program that some tests of the running site need, and what to say where it is not."""

    program: Callable[[], str | None]
    name: str
    install: str
    files: tuple[str, ...]


MACHINES = "tests/site/test_many_machines.py"
BEHIND_NGINX = ("tests/site/test_nginx.py", "tests/site/test_nginx_store.py")
NEEDS = [
    Need(
        nginx.program,
        "Tests behind nginx",
        "install it, as with `apt install nginx-light`",
        (*BEHIND_NGINX, "tests/site/test_stack.py", MACHINES),
    ),
    Need(load.program, "Tests under load", load.INSTALL, ("tests/speed/test_speed.py",)),
    Need(
        partial(shutil.which, "redis-server"),
        "Tests of many machines",
        "install Redis, as with `apt install redis-server`",
        (MACHINES,),
    ),
]


def test(run: Run) -> None:
    """Check and test everything, on both databases and in the browser."""
    lint(run)
    with deployed() as environment:
        run.step("Migrations", "manage", "makemigrations", "--check", "--dry-run", **environment)
        deploy = ["check", "--deploy", "--fail-level", "WARNING"]
        run.step("Deployment", "manage", *deploy, **environment)
    has_chromium, lacking = chromium_is_there(), [need for need in NEEDS if not need.program()]
    left_out = {f"--ignore={path}" for need in lacking for path in need.files}
    served = ["pytest", "-m", "server", *sorted(left_out)]
    with ExitStack() as ending:
        of_servers = Step("Tests of the running site", tuple(served))
        on_postgresql = tests_on_postgresql(run, ending)
        with run.beside(*on_postgresql, of_servers):
            run.step("Tests on SQLite", "pytest", "-m", IN_PROCESS, DATABASE_URL=SQLITE)
            if has_chromium:
                run.step("Tests in a browser", "pytest", "-m", "browser")
    if not has_chromium:
        run.missing("Tests in a browser", "install Chromium, as with `apt install chromium`")
    for need in lacking:
        run.missing(need.name, need.install)


def tests_on_postgresql(run: Run, ending: ExitStack) -> list[Step]:
    """Return the tests on PostgreSQL, where this machine can start one; it goes at the ending."""
    name = "Tests on PostgreSQL"
    try:
        address = ending.enter_context(postgres.server())
    except (OSError, subprocess.CalledProcessError) as error:
        run.missing(name, str(error))
        return []
    command = ("pytest", "-m", f"{IN_PROCESS} and not long")
    return [Step(name, command, {"DATABASE_URL": address})]


def bench(run: Run) -> None:
    """Say how fast pages are under load, then how well and how fast search finds."""
    if not load.program():
        run.missing("Pages under load", load.INSTALL)
    elif not nginx.program():
        run.missing("Pages under load", "install nginx, as with `apt install nginx-light`")
    else:
        run.step("Pages under load", "tests.speed.bench")
    settings = {"DJANGO_SETTINGS_MODULE": "ccgsite.settings.test"}
    run.step("Search on SQLite", *BENCH, DATABASE_URL=SQLITE, **settings)
    try:
        with postgres.server() as address:
            run.step("Search on PostgreSQL", *BENCH, DATABASE_URL=address, **settings)
    except (OSError, subprocess.CalledProcessError) as error:
        run.missing("Search on PostgreSQL", str(error))


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
