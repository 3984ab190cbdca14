"""The field that holds what a page's text is made of."""

from typing import Any

from django.db import models
from django.utils.functional import cached_property
from wagtail import fields


class StreamField(fields.StreamField):
    """Wagtail's, which makes a field for JSON anew for each value that it reads."""

    @cached_property
    def json_field(self) -> models.JSONField:
        """The field that reads and writes the value's JSON."""
        return super().json_field

    def deconstruct(self) -> tuple[str, str, list[Any], dict[str, Any]]:
        """Return what migrations say of it: Wagtail's own, as nothing in the database differs."""
        name, _, args, kwargs = super().deconstruct()
        return name, "wagtail.fields.StreamField", args, kwargs
