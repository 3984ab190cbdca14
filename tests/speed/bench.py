"""Pages under load: `python -m tests.speed.bench`, the second half of `make bench`.

Sites of three sizes are started as `make run` starts one. wrk drives them in turn with their peers:
each page type is asked of one after the other, several times, and medians count. So what else the
machine does falls on all alike. docs/bench.md says what the tables mean.
"""

import json
import os
import sys
import tempfile
import time
from collections.abc import Mapping, Sequence
from contextlib import ExitStack
from pathlib import Path

from tests.nginx import in_front
from tests.running import free_port
from tests.speed.first_visit import ask, is_unchanged, visit
from tests.speed.load import Driven, Load
from tests.speed.report import (
    BEHIND,
    CODINGS,
    CONSTANT,
    DRIVEN,
    FILE,
    SEARCH,
    Results,
    report,
    size,
)
from tests.speed.sites import KEPT, Started, constant, files, generated, inside, served

SIZES = {100: 20, 1_000: 200, 10_000: 2_000}  # pages and documents
ROUNDS = 5
SECONDS = 2  # of each drive
SECONDS_AT_REST = 5
MANY, FEW = 16, 4  # connections: for ready pages, and for what has to be made each time
SECONDS_TO_WARM = {MANY: 1, FEW: 6}  # a process's first search reads the vocabulary


def in_turn(
    who: Mapping[str, tuple[Driven, Sequence[str]]], connections: int
) -> dict[str, list[Load]]:
    """Drive each with its paths, one after the other, in several rounds."""
    for driven, paths in who.values():
        driven.drive(paths, SECONDS_TO_WARM[connections], connections)
    loads: dict[str, list[Load]] = {name: [] for name in who}
    for _ in range(ROUNDS):
        for name, (driven, paths) in who.items():
            loads[name].append(driven.drive(paths, SECONDS, connections))
    return loads


def main() -> None:
    """Measure, print the tables as Markdown, and keep them in var/bench."""
    results = Results(list(SIZES), ROUNDS)
    folders = {}
    for pages, documents in SIZES.items():
        tell(f"A site of {pages:,} pages")
        folders[pages] = generated(pages, documents)
        results.made[pages] = json.loads((folders[pages] / "made").read_text())["filled"]
    for pages, folder in folders.items():
        tell(f"Index and queries at {pages:,} pages")
        results.indexed[pages] = inside(folder, "index()")["indexed"]
        results.look[pages] = inside(folder, "look()")
    with tempfile.TemporaryDirectory(prefix="ccgsite-speed-") as temporary:
        results.waiting.append(os.getloadavg()[0])
        ready(folders, results, Path(temporary))
        results.waiting.append(os.getloadavg()[0])
        rendered(folders, results)
        results.waiting.append(os.getloadavg()[0])
    for pages, folder in folders.items():
        tell(f"Publishing at {pages:,} pages")
        results.published[pages] = inside(folder, "publish()")["publish"]
    text = report(results)
    file = KEPT / time.strftime("bench-%Y-%m-%d-%H%M.md")
    file.write_text(text)
    print(f"\n{text}\nKept in {file}")


def ready(folders: dict[int, Path], results: Results, temporary: Path) -> None:
    """Measure the default installation: pages that are kept ready, and search beside them."""
    smallest = min(folders)
    with ExitStack() as stack:
        port = free_port()
        front = stack.enter_context(
            in_front(temporary / "front", f"127.0.0.1:{port}", complains=True)
        )
        sites = {}
        for pages, folder in folders.items():
            its_port = port if pages == smallest else free_port()
            sites[pages] = stack.enter_context(served(folder, its_port, front.address))
            results.started[pages] = sites[pages].seconds
        driven = at_rest(sites)
        first = driven[smallest]
        paths = {kind: results.look[smallest][kind]["paths"] for kind in (*DRIVEN, SEARCH)}
        bodies = {}
        for kind in paths:
            answers = {x: ask(first.port, paths[kind][0], x, first.host) for x in CODINGS}
            results.wire[kind] = {coding: answers[coding].content for coding in CODINGS}
            results.unchanged[kind] = is_unchanged(first.port, paths[kind][0], first.host)
            results.visits[kind] = visit(first.port, paths[kind][0], first.host)
            bodies[f"/{kind.replace(' ', '-')}.html"] = answers["identity"].body
        file = stack.enter_context(files(temporary / "files", bodies)).at_rest(1)
        behind = Driven(front.port, front.process.pid, front.address)
        same = stack.enter_context(constant()).at_rest(SECONDS_AT_REST)
        for kind in DRIVEN:
            tell(f"Ready: {kind}")
            who = {
                FILE: (file, [f"/{kind.replace(' ', '-')}.html"]),
                CONSTANT: (same, [f"/{results.wire[kind]['gzip']}"]),
                **{size(pages): (driven[pages], paths[kind]) for pages in sites},
                BEHIND: (behind, paths[kind]),
            }
            results.ready[kind] = in_turn(who, MANY)
            remember_memory(driven, results)
        tell("Search")
        who = {size(pages): (driven[pages], paths[SEARCH]) for pages in sites}
        results.rendered[SEARCH] = in_turn(who, FEW)
        remember_memory(driven, results)


def rendered(folders: dict[int, Path], results: Results) -> None:
    """Measure what it takes to make a page, with no store in front."""
    with ExitStack() as stack:
        sites = {}
        for pages, folder in folders.items():
            port = free_port()
            site = served(folder, port, f"127.0.0.1:{port}", PAGE_STORE_MB="0")
            sites[pages] = stack.enter_context(site)
        driven = at_rest(sites)
        for kind in DRIVEN:
            tell(f"Rendered: {kind}")
            paths = results.look[min(folders)][kind]["paths"]
            who = {size(pages): (driven[pages], paths) for pages in sites}
            results.rendered[kind] = in_turn(who, FEW)


def at_rest(sites: dict[int, Started]) -> dict[int, Driven]:
    return {pages: site.driven.at_rest(SECONDS_AT_REST) for pages, site in sites.items()}


def remember_memory(driven: dict[int, Driven], results: Results) -> None:
    """Keep the most that each site has used so far."""
    for pages, site in driven.items():
        before = results.memory.get(pages, (0, 0))
        results.memory[pages] = tuple(map(max, before, site.memory()))


def tell(what: str) -> None:
    print(f"{time.strftime('%H:%M:%S')} {what}", file=sys.stderr, flush=True)


if __name__ == "__main__":
    main()
