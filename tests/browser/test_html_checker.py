"""The checker itself is checked first: one that finds nothing proves nothing."""

import pytest

from tests.browser.html_checker import check_html

GOOD = '<!doctype html><html lang="en-GB"><title>Good</title><p>Text</p></html>'
BAD = GOOD.replace("<p>", "<center>").replace("</p>", "</center>")

pytestmark = pytest.mark.server


def test_the_checker_names_the_page_and_the_fault():
    faults = check_html({"good": GOOD, "bad": BAD})

    assert len(faults) == 1
    assert faults[0].startswith("bad, line 1: The “center” element is obsolete.")
