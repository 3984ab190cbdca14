"""The addresses for load balancers and monitors, answered before anything else looks at a request.

/health/live    the process answers; asks no database
/health/ready   the database answers and is of this version: visitors may be sent here
/health/        all of ccgsite/health_checks.py, for those who have the token
/health/metrics the same for Prometheus

They need no session, no host name and no TLS, so that a load balancer can ask the process itself.
What comes through a proxy is not for them: without the token it gets 404, as does the last of them.
"""

import secrets
from collections.abc import Callable
from dataclasses import asdict
from http import HTTPStatus

from django.conf import settings
from django.http import (
    HttpRequest,
    HttpResponse,
    HttpResponseNotAllowed,
    HttpResponseNotFound,
    JsonResponse,
)

from ccgsite.health_checks import CHECKS, READY, Finding, findings

PATH = "/health/"
PATHS = LIVE, READY_PATH, METRICS, _ = f"{PATH}live", f"{PATH}ready", f"{PATH}metrics", PATH
FORWARDED = ("Forwarded", "X-Forwarded-For", "X-Forwarded-Proto", "X-Forwarded-Host")


class HealthAddresses:
    """Answers what begins with /health/. It goes before all that refuses, redirects or counts."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if not request.path.startswith(PATH):
            return self.get_response(request)
        response = _answer(request)
        response.headers["Cache-Control"] = "no-store"
        response.headers["X-Robots-Tag"] = "noindex, nofollow"
        response.headers["X-Content-Type-Options"] = "nosniff"
        return response


def _answer(request: HttpRequest) -> HttpResponse:
    known = has_token(request, settings.HEALTH_TOKEN)
    direct = not any(name in request.headers for name in FORWARDED)
    if request.path not in PATHS or not (known or (direct and request.path in {LIVE, READY_PATH})):
        return HttpResponseNotFound("Not found.\n", "text/plain")
    if request.method not in {"GET", "HEAD"}:
        return HttpResponseNotAllowed(["GET", "HEAD"])
    if request.path == LIVE:
        return JsonResponse({"ok": True})
    found = findings(READY if request.path == READY_PATH else CHECKS)
    if request.path == METRICS:
        return HttpResponse(metrics(found), "text/plain; version=0.0.4; charset=utf-8")
    ok = all(finding.ok for finding in found)
    bad = request.path == READY_PATH and not ok
    status = HTTPStatus.SERVICE_UNAVAILABLE if bad else HTTPStatus.OK
    answer = {"ok": ok, "checks": [asdict(finding) for finding in found]}
    return JsonResponse(answer, status=status, json_dumps_params={"indent": 2})


def metrics(found: list[Finding]) -> str:
    """Return findings in Prometheus' text format: whether each is well, and its value."""
    lines = ["# TYPE ccgsite_check_ok gauge"]
    lines += [f'ccgsite_check_ok{{check="{x.name}"}} {int(x.ok)}' for x in found]
    for finding in found:
        if finding.value is not None:
            name = f"ccgsite_{finding.name}"
            lines += [f"# TYPE {name} gauge", f"{name} {finding.value}"]
    return "\n".join(lines) + "\n"


def has_token(request: HttpRequest, token: str) -> bool:
    """Return whether a request names a token, as `Authorization: Bearer …`; none is never named."""
    given = request.headers.get("Authorization", "").removeprefix("Bearer ")
    return bool(token) and secrets.compare_digest(given.encode(), token.encode())
