"""A visitor who fills in forms without JavaScript, as a browser sends them."""

from datetime import timedelta
from typing import Any
from unittest import mock

from bs4 import BeautifulSoup
from django.test import Client
from django.utils import timezone


class Visitor:
    """`status` and `answer` are of the last page; it takes 20 seconds to fill in a form."""

    def __init__(self, client: Client) -> None:
        self.client = client
        self.answer: Any = None

    @property
    def status(self) -> int:
        return self.answer.status_code

    def opens(self, address: str, came_from: str = "") -> BeautifulSoup:
        headers = {"Referer": came_from} if came_from else {}
        self.answer = self.client.get(address, headers=headers)
        return self._seen()

    def sends(
        self, to: str = "", headers: dict[str, str] | None = None, seconds: int = 20, **typed: str
    ) -> BeautifulSoup:
        """Fill in the form of the page that is open, the rest staying as it is, and send it."""
        form = self.form
        sent = {**form["fields"], **typed}
        later = timezone.now() + timedelta(seconds=seconds)
        with mock.patch("django.utils.timezone.now", return_value=later):
            self.answer = self.client.post(
                to or form["action"], sent, follow=True, headers=headers or {}
            )
        return self._seen()

    def _seen(self) -> BeautifulSoup:
        page = BeautifulSoup(self.answer.content, "html.parser")
        form = page.select_one("main form[method=post]")
        if form:
            self.form = {"action": form["action"], "fields": dict(_fields(form))}
        return page


def _fields(form: BeautifulSoup):
    for field in form.select("input, textarea"):
        if field.get("type") in {"radio", "checkbox"} and not field.has_attr("checked"):
            continue
        value = (
            field.get_text().removeprefix("\n")
            if field.name == "textarea"
            else field.get("value", "")
        )
        yield field["name"], value
