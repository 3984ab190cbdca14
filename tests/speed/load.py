"""A site or a peer under load, from outside: wrk drives it, and Linux says what it cost."""

import os
import shutil
import subprocess
import tempfile
import time
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from statistics import median

TICKS = os.sysconf("SC_CLK_TCK")
INSTALL = "install wrk, as with `apt install wrk`"
TIMEOUT = 30  # seconds until an answer that does not come counts as an error
PROC = Path("/proc")

# One address needs no Lua for each request, which would slow wrk down.
SCRIPT = """
wrk.path = "{first}"
local paths, at = {{{paths}}}, 0
if #paths > 1 then
  function request()
    at = at % #paths + 1
    return wrk.format(nil, paths[at])
  end
end
function done(summary, latency)
  local e = summary.errors
  print("SAID", summary.requests, summary.duration, latency:percentile(50), latency:percentile(99),
    e.connect + e.read + e.write + e.status + e.timeout)
end
"""


@dataclass(frozen=True)
class Load:
    """What came of driving something for a while: times in milliseconds, by request."""

    rate: float  # requests per second
    cpu: float
    middle: float
    slow: float  # what 99% stay below


@dataclass(frozen=True)
class Driven:
    """Something that answers: where, by which process and its children, and under which name."""

    port: int
    process: int
    host: str = "localhost"
    idle: float = 0  # seconds of a processor per second that it uses while nobody asks

    def drive(self, paths: Sequence[str], seconds: float, connections: int) -> Load:
        """Ask for these paths in turn, as gzip. Raises AssertionError if an answer is an error."""
        path = program()
        assert path, INSTALL
        with tempfile.NamedTemporaryFile("w", suffix=".lua") as script:
            quoted = ",".join(f'"{path}"' for path in paths)
            script.write(SCRIPT.format(first=paths[0], paths=quoted))
            script.flush()
            command = [path, "-t1", f"-c{connections}", f"-d{seconds:.0f}s", "-s", script.name]
            command += ["--timeout", f"{TIMEOUT}s"]
            command += ["-H", "Accept-Encoding: gzip", "-H", f"Host: {self.host}"]
            began, before = time.monotonic(), self.cpu_seconds()
            said = subprocess.run(
                [*command, f"http://127.0.0.1:{self.port}"],
                capture_output=True,
                text=True,
                check=True,
            ).stdout
            used = self.cpu_seconds() - before - self.idle * (time.monotonic() - began)
        (line,) = [line for line in said.splitlines() if line.startswith("SAID")]
        requests, micro, middle, slow, errors = map(float, line.split()[1:])
        assert requests, f"{paths[0]}: no answer\n{said}"
        assert not errors, f"{paths[0]}: {errors:.0f} errors\n{said}"
        return Load(requests / micro * 1e6, used * 1000 / requests, middle / 1000, slow / 1000)

    def cpu_seconds(self) -> float:
        """Return what all its processes have used of processors since they started."""
        used = 0
        for process in family(self.process):
            fields = (PROC / str(process) / "stat").read_text().rpartition(")")[2].split()
            used += int(fields[11]) + int(fields[12])
        return used / TICKS

    def at_rest(self, seconds: float) -> "Driven":
        """Return this with what it uses while nobody asks, which is taken off from now on."""
        before = self.cpu_seconds()
        time.sleep(seconds)
        return replace(self, idle=(self.cpu_seconds() - before) / seconds)

    def memory(self) -> tuple[float, float]:
        """Return the MB that its processes share in now, and the most each ever had, together.

        The second counts what they share once for each.
        """
        now = most = 0
        for process in family(self.process):
            now += _kilobytes(process, "smaps_rollup", "Pss")
            most += _kilobytes(process, "status", "VmHWM")
        return now / 1024, most / 1024


def program() -> str | None:
    """Return where wrk is, if it is installed."""
    return shutil.which("wrk")


def family(process: int) -> list[int]:
    """Return a process and its children, and theirs."""
    tasks = (PROC / str(process) / "task").glob("*/children")
    children = [int(child) for task in tasks for child in task.read_text().split()]
    return [process, *(each for child in children for each in family(child))]


def _kilobytes(process: int, file: str, name: str) -> int:
    lines = (PROC / str(process) / file).read_text().splitlines()
    return next((int(x.split()[1]) for x in lines if x.startswith(f"{name}:")), 0)


def middle(loads: Iterable[Load]) -> Load:
    """Return the median of each figure."""
    rows = [(load.rate, load.cpu, load.middle, load.slow) for load in loads]
    return Load(*(median(column) for column in zip(*rows, strict=True)))


def spread(values: Sequence[float]) -> float:
    """Return how far values lie apart: the widest distance as a share of the median."""
    return (max(values) - min(values)) / median(values)
