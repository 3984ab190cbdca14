"""Requests that no browser sends, to the site as it is served: a clean refusal, never a fault."""

import http.client
import random
from urllib.parse import urlsplit

import pytest

pytestmark = pytest.mark.server

REQUESTS = 400
PARTS = [
    "", "a", "About-Us", "your-health", "news", "search", "search", "suggestions",
    "cms", "cms/login", "sitemap.xml",
    "documents/1/x.pdf", "media/images/x", "static/%00", "versions/1-to-99999999999999",
    "%00", "%0a", "%ff", "%2e%2e", "..", ";x=1", "'", '"', "%3Cscript%3E", "%", "%zz", "%E2%80%AE",
    "contact-us/using-your-information/fair-processing-notice-privacy-notice",
]  # fmt: skip
QUERIES = [
    "", "?", "?page=-1", "?page=1e400", "?page=%00", "?page=" + "9" * 400, "?q=%00", "?q=%ff",
    "?q=" + "a" * 10_000, "?q=" + "%F0%9F%92%89+" * 2000, "?q=%ED%A0%80&section=%00&page=-1",
    "?q=%22%27*", "?from=1&to=x", "?from=%00&to=%00", "?q=AND+OR+NOT",
    "?to=99999999999999999999&from=1", "?x[]=1&x[]=2", "?" + "a=1&" * 900, "?next=//evil.example",
]  # fmt: skip
METHODS = ["GET"] * 8 + ["HEAD", "POST", "PUT", "OPTIONS", "DELETE", "PATCH", "TRACE"]
BODIES = [b"", b"a=b", b"\0" * 50, b"--x\r\n\r\n"]
COOKIES = ["", f"sessionid={'x' * 32}; csrftoken=%00", "a"]


def test_hostile_requests_get_a_clean_answer(running_site) -> None:
    chance = random.Random(7)  # the same requests every time
    address = urlsplit(running_site.url)
    statuses = set()
    for _ in range(REQUESTS):
        path = "/" + "/".join(chance.choices(PARTS, k=chance.randint(0, 3)))
        path += chance.choice(["", "/"]) + chance.choice(QUERIES)
        method = chance.choice(METHODS)
        headers = {"Cookie": chance.choice(COOKIES), "X-Forwarded-Host": "evil.example"}
        if chance.random() < 0.1:
            headers["Host"] = "evil.example"
        body = chance.choice(BODIES) if method in {"POST", "PUT", "PATCH"} else None
        connection = http.client.HTTPConnection(address.hostname, address.port, timeout=20)
        connection.request(method, path, body, headers)
        answer = connection.getresponse()
        text = answer.read()
        connection.close()

        asked = f"{method} {path[:200]}"
        statuses.add(answer.status)
        assert answer.status < 500, asked
        assert b"evil.example" not in text, asked
        if not path.startswith("/cms"):
            assert answer.getheader("Set-Cookie") is None, asked
    assert {200, 301, 400, 404, 405} <= statuses
