"""What Lighthouse says of every page type, as on a phone: `python -m tests.speed.lighthouse`.

`npm` fetches Lighthouse the first time, as tests/speed/node locks it, and it drives the installed
Chromium. Nothing else of the project needs Node. It fails if a category has less than 100.
"""

import json
import os
import re
import subprocess
import sys
from dataclasses import dataclass

from tests.browser.chromium import ARGUMENTS, installed_chromium
from tests.running import ROOT, free_port
from tests.speed.sites import generated, inside, served

PACKAGES = ROOT / "tests" / "speed" / "node"
PROGRAM = PACKAGES / "node_modules" / "lighthouse" / "cli" / "index.js"
PAGES, DOCUMENTS = 100, 20
SECONDS = 180
TRIES = 3  # Chromium's trace of a page is sometimes cut short
FULL = 100
CATEGORIES = ("performance", "accessibility", "best-practices", "seo")
NO_PAGES = {"feed of news", "sitemap"}
# What search engines elsewhere are asked to leave out, on purpose.
NOT_TO_BE_FOUND = {"search", "form"}


@dataclass(frozen=True)
class Judged:
    """What was said of a page: points of 100 in each category, and what took some away."""

    points: list[int]
    complaints: list[str]


def judge(address: str, *, is_to_be_found: bool) -> Judged:
    """Let Lighthouse read a page as on a phone, with its simulated slow network and processor."""
    chromium = installed_chromium()
    assert chromium, "install Chromium, as with `apt install chromium`"
    flags = " ".join(re.sub("=(.* .*)", r'="\1"', flag) for flag in ["--headless=new", *ARGUMENTS])
    command = ["node", str(PROGRAM), address, "--output=json", "--quiet"]
    command += [f"--chrome-flags={flags}", "--no-enable-error-reporting"]
    if not is_to_be_found:
        command.append("--skip-audits=is-crawlable")
    for _ in range(TRIES):
        said = subprocess.run(
            command,
            env={**os.environ, "CHROME_PATH": chromium},
            capture_output=True,
            text=True,
            timeout=SECONDS,
            check=False,
        )
        if said.returncode == 0:
            break
    assert said.returncode == 0, said.stderr
    found = json.loads(said.stdout)
    points, complaints = [], []
    for name in CATEGORIES:
        category = found["categories"][name]
        points.append(round(category["score"] * FULL))
        for part in category["auditRefs"]:
            audit = found["audits"].get(part["id"], {"score": None})
            if part["weight"] and audit["score"] is not None and audit["score"] < 1:
                what = audit.get("displayValue") or ""
                complaints.append(f"{audit['id']} {audit['score']:.2f} {what}".strip())
    return Judged(points, complaints)


def main() -> bool:
    """Print a table of all page types. Returns whether every category of each has 100."""
    if not PROGRAM.exists():
        subprocess.run(["npm", "ci", "--ignore-scripts"], cwd=PACKAGES, check=True)
    folder = generated(PAGES, DOCUMENTS)
    look = inside(folder, "look()")
    port = free_port()
    is_full = True
    print("| page |", " | ".join(CATEGORIES), "| less than full |")
    print("| --- |", " --- |" * len(CATEGORIES), " --- |", sep="")
    with served(folder, port, f"127.0.0.1:{port}"):
        for kind, facts in look.items():
            if kind in NO_PAGES:
                continue
            address = f"http://127.0.0.1:{port}{facts['paths'][0]}"
            judged = judge(address, is_to_be_found=kind not in NOT_TO_BE_FOUND)
            points = " | ".join(map(str, judged.points))
            print(f"| {kind} | {points} | {'; '.join(judged.complaints)} |", flush=True)
            is_full &= set(judged.points) == {FULL}
    return is_full


if __name__ == "__main__":
    sys.exit(not main())
