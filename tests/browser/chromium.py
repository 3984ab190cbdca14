"""Which browser the tests open, and how."""

import shutil

from tests.browser.addresses import NAMED_HOST

NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
ARGUMENTS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-first-run",
    # No name but this machine's can be looked up, so a third party's address fails loudly.
    f"--host-resolver-rules=MAP {NAMED_HOST} 127.0.0.1, MAP * ~NOTFOUND, EXCLUDE 127.0.0.1",
]


def installed_chromium() -> str | None:
    """Return the path of this machine's own Chromium; None means Playwright's has to do."""
    return next((path for name in NAMES if (path := shutil.which(name))), None)
