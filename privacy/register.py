"""The processing register that Appendix A is, as data for machines and spreadsheets.

`COLUMNS` names what is in it, once for the CSV, the JSON and the schema of both. All of it is
what readers of the published notice see.
"""

import json
from datetime import date
from typing import TYPE_CHECKING, Any

from django.db import models
from django.http import HttpResponse
from wagtail import blocks
from wagtail.fields import RichTextField, StreamField
from wagtail.rich_text import RichText

from pages.models import SiteSettings
from pages.spreadsheets import csv_table
from privacy.articles import TICKED
from privacy.models.activity import ProcessingActivity
from privacy.models.version import NoticeVersion
from privacy.plain_text import rich_text_lines

if TYPE_CHECKING:
    from privacy.models.notice import PrivacyNoticePage

URL = "url"
COLUMNS = {
    URL: "Where the notice has the activity. The address stays when the title changes.",
    "title": "The activity.",
    "plain_summary": "The activity in one sentence.",
    "purpose": "Why the data is processed (UK GDPR, Articles 13(1)(c) and 30(1)(b)).",
    "people": "Categories of people whose data it is (Article 30(1)(c)).",
    "data": "Categories of personal data (Articles 14(1)(d) and 30(1)(c)).",
    "source": "Where the data comes from (Article 14(2)(f)).",
    "legal_basis": "The reason in law (Article 13(1)(c)).",
    "article_6": "Conditions of Article 6(1) that the notice names, by letter.",
    "article_9": "Conditions of Article 9(2) that the notice names, by letter.",
    "approvals": "Approvals to use the data. One that has an end stands until the end of that day.",
    "rights": "Rights that people have over the data (Articles 7(3) and 15 to 22).",
    "opt_outs": "How people can opt out, or that they cannot.",
    "we_process_this_ourselves": "Whether the notice says that the controller does this itself.",
    "processors": "Who processes the data for the controller (Article 28).",
    "recipients": "Who else is given the data (Articles 13(1)(e) and 30(1)(d)).",
    "transfers": "Transfers to other countries (Articles 13(1)(f) and 30(1)(e)).",
    "retention": "How long the data is kept (Articles 13(2)(a) and 30(1)(f)).",
    "safeguards": "How the data is kept safe (Articles 30(1)(g) and 32(1)).",
    "parts": "What else the notice says of the activity.",
    "links": "Where to read more.",
}

ABOUT = (
    "What a controller does with personal data: Appendix A of its privacy notice, as published. "
    "null and an empty list mean that the notice does not state it. "
    "The CSV has one row for each activity and a column for each of an activity's properties "
    "here, in this order. It is in UTF-8 and begins with a byte-order mark, so that spreadsheets "
    "read it as such. A list has one item on each line, and an item of several parts is written as "
    "“name: value; name: value”. true and false are “yes” and “no”, and null is an empty cell. "
    "A cell that would begin with =, +, - or @ has an apostrophe (') before it, so that no "
    "spreadsheet runs it as a formula."
)


def register_file(page: "PrivacyNoticePage", name: str) -> HttpResponse:
    """Return one of the register's files. Raises KeyError for a name that is none of them."""
    content_type, content = REGISTER_FILES[name]
    headers = {"Content-Disposition": f'attachment; filename="processing-{name}"'}
    return HttpResponse(content(page), content_type=content_type, headers=headers)


# --- The files --------------------------------------------------------------------------------


def as_csv(page: "PrivacyNoticePage") -> bytes:
    """Return the activities as a table; `ABOUT` says how."""
    return csv_table(COLUMNS, ([cell(value) for value in row.values()] for row in activities(page)))


def as_json(page: "PrivacyNoticePage") -> bytes:
    """Return the register with the name of the controller (Article 30(1)(a)) and the notice's."""
    version = NoticeVersion.of(page).values_list("number", flat=True).first()
    return _json(
        {
            "schema": f"{page.full_url}register-schema.json",
            "controller": SiteSettings.for_site(page.get_site()).name,
            "notice": page.heading,
            "url": page.full_url,
            "version": version,
            "updated_on": page.updated_on.isoformat(),
            "activities": activities(page),
        }
    )


def as_schema(page: "PrivacyNoticePage") -> bytes:
    """Return what may stand where in the register: JSON Schema, draft 2020-12."""
    return _json(
        {
            "$schema": "https://json-schema.org/draft/2020-12/schema",
            "$id": f"{page.full_url}register-schema.json",
            "title": "Processing register",
            "description": ABOUT,
            **_object(
                {
                    "schema": _text("The address of this schema.", format="uri"),
                    "controller": _text("The organisation that answers for the data."),
                    "notice": _text("The privacy notice's title."),
                    "url": _text("The privacy notice's address.", format="uri"),
                    "version": {
                        "type": "integer",
                        "description": "The notice's version. Readers can compare versions.",
                    },
                    "updated_on": _text("When the notice was last updated.", format="date"),
                    "activities": {
                        "type": "array",
                        "items": _object({name: schema_of(name) for name in COLUMNS}),
                    },
                }
            ),
        }
    )


def _json(data: dict[str, Any]) -> bytes:
    return json.dumps(data, ensure_ascii=False, indent=1).encode()


REGISTER_FILES = {
    "register.csv": ("text/csv; charset=utf-8", as_csv),
    "register.json": ("application/json", as_json),
    "register-schema.json": ("application/schema+json", as_schema),
}

# --- Values -----------------------------------------------------------------------------------


def activities(page: "PrivacyNoticePage") -> list[dict[str, Any]]:
    """Return each activity's values by column."""
    return [
        {
            name: f"{page.full_url}#{row.html_id}" if name == URL else value_of(row, name)
            for name in COLUMNS
        }
        for row in page.activity_list
    ]


def value_of(activity: ProcessingActivity, name: str) -> Any:
    """Return a field's value as JSON has it: plain text, a truth value, or a list."""
    value = getattr(activity, name)
    if name in TICKED:
        return activity.keys(name)
    if isinstance(activity._meta.get_field(name), StreamField):
        return [{key: plain(part) for key, part in child.value.items()} for child in value]
    if isinstance(activity._meta.get_field(name), RichTextField):
        return plain(RichText(value))
    return plain(value)


def plain(value: Any) -> Any:
    """Return a value without mark-up; none for an empty text."""
    match value:
        case RichText():
            lines = rich_text_lines(value.source)
            marks = {"item": "• "}
            return "\n".join(marks.get(line.kind, "") + line.text for line in lines) or None
        case date():
            return value.isoformat()
        case str():
            return value.strip() or None
    return value


def cell(value: Any) -> str:
    """Return a value as a cell of the CSV."""
    match value:
        case None:
            return ""
        case bool():
            return "yes" if value else "no"
        case list():
            return cell("\n".join(item if isinstance(item, str) else _item(item) for item in value))
    return str(value)


def _item(parts: dict[str, Any]) -> str:
    return "; ".join(f"{name}: {value}" for name, value in parts.items() if value)


# --- Schema -----------------------------------------------------------------------------------


def schema_of(name: str) -> dict[str, Any]:
    """Return the schema of a column."""
    described = COLUMNS[name]
    if name == URL:
        return _text(described, format="uri")
    if name in TICKED:
        keys = [{"const": key, "description": words} for key, words in TICKED[name].items()]
        return {"type": "array", "description": described, "items": {"oneOf": keys}}
    field = ProcessingActivity._meta.get_field(name)
    match field:
        case models.BooleanField():
            return {"type": "boolean", "description": described}
        case StreamField():
            (item,) = field.stream_block.child_blocks.values()
            parts = {key: _schema_of_part(part) for key, part in item.child_blocks.items()}
            return {"type": "array", "description": described, "items": _object(parts)}
    return _text(described, optional=field.blank)


def _schema_of_part(block: blocks.FieldBlock) -> dict[str, Any]:
    facts: dict[str, Any] = {}
    match block:
        case blocks.ChoiceBlock():
            facts["enum"] = [value for value, _ in block.field.choices if value]
        case blocks.DateBlock():
            facts["format"] = "date"
        case blocks.URLBlock():
            facts["format"] = "uri"
    return _text(str(block.label), optional=not block.required, **facts)


def _text(description: str, *, optional: bool = False, **facts: Any) -> dict[str, Any]:
    return {
        "type": ["string", "null"] if optional else "string",
        "description": description,
    } | facts


def _object(properties: dict[str, Any]) -> dict[str, Any]:
    return {
        "type": "object",
        "properties": properties,
        "required": list(properties),
        "additionalProperties": False,
    }
