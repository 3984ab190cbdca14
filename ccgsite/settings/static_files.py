"""What static files say of themselves. They are parts of pages, and need few words."""

from wsgiref.headers import Headers

POLICY = "default-src 'none'; frame-ancestors 'none'"


def part_of_a_page(headers: Headers, path: str, url: str) -> None:
    """Let a static file that is opened by itself load and run nothing."""
    headers["Content-Security-Policy"] = POLICY
