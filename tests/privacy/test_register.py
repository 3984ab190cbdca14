"""The register as files: Appendix A as it is published, for spreadsheets and programs."""

import csv
import io
import json
from datetime import date
from typing import Any

import pytest
from bs4 import BeautifulSoup
from wagtail.models import PageViewRestriction
from wagtail.rich_text import RichText

from privacy.models import PrivacyNoticePage, ProcessingActivity
from privacy.register import COLUMNS, REGISTER_FILES, cell
from tests import builders

pytestmark = pytest.mark.django_db

# No reader's business, or said already: the end of an activity's address is its anchor.
LEFT_OUT = {"id", "page", "sort_order", "anchor", "editor_flags"}


@pytest.fixture
def notice(site_home) -> PrivacyNoticePage:
    """Return a notice with an activity that states all, and one that states nothing."""
    full = builders.activity(
        title="Surveys",
        anchor="surveys",
        sort_order=0,
        plain_summary="We ask you things.",
        purpose='<p>To <b>ask</b> you.</p><ul><li>Once</li><li><a href="https://x.example/">'
        "More</a></li></ul>",
        legal_basis="<p>The law & more.</p>",
        article_6="a, e",
        article_9="h",
        approvals=[
            (
                "approval",
                {
                    "reference": "CAG 1",
                    "body": "The group",
                    "expires_on": date(2022, 9, 30),
                    "note": "",
                },
            )
        ],
        we_process_this_ourselves=True,
        processors=[
            ("processor", {"name": "Firm", "role": "Counts", "url": "https://firm.example"}),
            ("processor", {"name": "Other firm", "role": "", "url": ""}),
        ],
        parts=[("part", {"label": "Benefits", "text": RichText("<p>Many.</p>")})],
        links=[("link", {"text": "More", "url": "https://more.example"})],
        editor_flags="A secret question.",
        **builders.FACTS_OF_THE_REGISTER,
    )
    empty = builders.activity(title="Research", anchor="research", sort_order=1)
    return builders.privacy_notice(builders.section(), activities=[full, empty])


def read_csv(content: bytes) -> list[dict[str, str]]:
    text = content.decode("utf-8-sig")
    return list(csv.DictReader(io.StringIO(text, newline="")))


def read_json(client, notice: PrivacyNoticePage, name: str = "register.json") -> dict[str, Any]:
    return json.loads(client.get(f"{notice.url}{name}").content)


# --- What is in it ----------------------------------------------------------------------------


def test_every_fact_of_an_activity_that_readers_see_is_in_it() -> None:
    fields = {field.name for field in ProcessingActivity._meta.get_fields()}
    assert fields == {*COLUMNS} - {"url"} | LEFT_OUT


def test_json_has_every_fact_as_plain_text(client, notice) -> None:
    register = read_json(client, notice)
    assert register["url"] == notice.full_url
    assert register["version"] == 1
    assert register["controller"]
    full, empty = register["activities"]
    assert full == {
        "url": f"{notice.full_url}#activity-surveys",
        "title": "Surveys",
        "plain_summary": "We ask you things.",
        "purpose": "To ask you.\n• Once\n• More (https://x.example/)",
        "people": "Patients.\nCarers.",
        "data": "Names.",
        "source": "Your GP surgery.",
        "legal_basis": "The law & more.",
        "article_6": ["a", "e"],
        "article_9": ["h"],
        "approvals": [
            {"reference": "CAG 1", "body": "The group", "expires_on": "2022-09-30", "note": None}
        ],
        "rights": ["access", "rectification"],
        "opt_outs": [{"kind": "Type 1 opt-out", "text": "Ask your GP surgery."}],
        "we_process_this_ourselves": True,
        "processors": [
            {"name": "Firm", "role": "Counts", "url": "https://firm.example"},
            {"name": "Other firm", "role": None, "url": None},
        ],
        "recipients": "The council.",
        "transfers": "None.",
        "retention": "Two years.",
        "safeguards": "Locked rooms.",
        "parts": [{"label": "Benefits", "text": "Many."}],
        "links": [{"text": "More", "url": "https://more.example"}],
    }
    assert {value for value in empty.values() if not isinstance(value, list)} == {
        f"{notice.full_url}#activity-research",
        "Research",
        None,
        False,
    }


def test_csv_has_the_same_facts_in_cells(client, notice) -> None:
    full, empty = read_csv(client.get(f"{notice.url}register.csv").content)
    assert list(full) == list(COLUMNS)
    assert full["purpose"] == "To ask you.\n• Once\n• More (https://x.example/)"
    assert full["rights"] == "access\nrectification"
    assert full["approvals"] == "reference: CAG 1; body: The group; expires_on: 2022-09-30"
    assert full["processors"] == (
        "name: Firm; role: Counts; url: https://firm.example\nname: Other firm"
    )
    assert full["we_process_this_ourselves"] == "yes"
    assert empty["retention"] == ""
    assert empty["we_process_this_ourselves"] == "no"


def test_the_starter_register_can_be_read(client) -> None:
    notice = PrivacyNoticePage.objects.get()
    titles = [row["title"] for row in read_json(client, notice)["activities"]]
    assert len(titles) == 16
    rows = read_csv(client.get(f"{notice.url}register.csv").content)
    assert [row["title"] for row in rows] == titles
    assert "<" not in "".join(value for row in rows for value in row.values())


@pytest.mark.parametrize("begin", ["=", "+", "-", "@", "＝"])  # noqa: RUF001
def test_no_spreadsheet_runs_a_cell_as_a_formula(client, begin) -> None:
    words = f' {begin}HYPERLINK("https://x.example")'
    notice = builders.privacy_notice(
        activities=[
            builders.activity(title=f"{begin}1", retention=words, purpose=f"<p>{words}</p>")
        ]
    )
    (row,) = read_csv(client.get(f"{notice.url}register.csv").content)
    for name in ("title", "retention", "purpose"):
        assert row[name].startswith(f"'{begin}")
    (activity,) = read_json(client, notice)["activities"]
    assert activity["retention"] == words.strip()


def test_a_cell_that_is_no_formula_stays_as_it_is() -> None:
    assert cell("Kept for 2-3 years = long") == "Kept for 2-3 years = long"
    assert cell([]) == cell(None) == ""


# --- The schema -------------------------------------------------------------------------------


def problems(value: Any, schema: dict[str, Any], path: str = "") -> list[str]:
    """Return where a value breaks a schema, for the words that the register's schema uses."""
    if "oneOf" in schema:
        return [] if [x for x in schema["oneOf"] if x["const"] == value] else [f"{path}: {value}"]
    types = [schema["type"]] if isinstance(schema["type"], str) else schema["type"]
    kinds = {
        "object": dict,
        "array": list,
        "string": str,
        "integer": int,
        "boolean": bool,
        "null": type(None),
    }
    if type(value) not in {kinds[name] for name in types}:
        return [f"{path}: {value!r} is not {types}"]
    found = []
    if "enum" in schema and value not in schema["enum"]:
        found.append(f"{path}: {value!r} is not in the list")
    if schema.get("format") == "date" and value is not None:
        date.fromisoformat(value)
    if isinstance(value, dict):
        names = set(schema["properties"])
        if not set(schema["required"]) <= value.keys() <= names:
            found.append(f"{path}: {sorted(value)}")
        for name in names & value.keys():
            found += problems(value[name], schema["properties"][name], f"{path}/{name}")
    if isinstance(value, list):
        for number, item in enumerate(value):
            found += problems(item, schema["items"], f"{path}/{number}")
    return found


def test_the_register_keeps_its_schema(client, notice) -> None:
    for page in (notice, PrivacyNoticePage.objects.exclude(pk=notice.pk).get()):
        schema = read_json(client, page, "register-schema.json")
        register = read_json(client, page)
        assert schema["$schema"] == "https://json-schema.org/draft/2020-12/schema"
        assert schema["$id"] == register["schema"] == f"{page.full_url}register-schema.json"
        assert problems(register, schema) == []


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("title", None),
        ("retention", 2),
        ("rights", ["eternal youth"]),
        ("article_6", ["z"]),
        ("opt_outs", [{"kind": "Any", "text": None}]),
        ("approvals", [{"reference": "CAG 1"}]),
        ("we_process_this_ourselves", "yes"),
        ("editor_flags", "A secret question."),
    ],
)
def test_the_schema_refuses_what_is_not_right(client, notice, name, value) -> None:
    schema = read_json(client, notice, "register-schema.json")
    register = read_json(client, notice)
    register["activities"][0][name] = value
    assert problems(register, schema)


def test_the_schema_explains_every_column_of_both_files(client, notice) -> None:
    schema = read_json(client, notice, "register-schema.json")
    columns = schema["properties"]["activities"]["items"]["properties"]
    assert list(columns) == list(COLUMNS)
    assert all(column["description"] for column in columns.values())
    assert "formula" in schema["description"]
    words = {
        choice["const"]: choice["description"] for choice in columns["rights"]["items"]["oneOf"]
    }
    assert words["access"] == "see your data and have a copy"


# --- Published data only, the same for everybody ----------------------------------------------


def test_a_draft_and_questions_to_the_controller_are_in_no_file(client, notice) -> None:
    activity = notice.activities.all()[0]
    activity.retention = "A secret plan."
    notice.activities.add(activity)
    notice.save_revision()
    for name in REGISTER_FILES:
        assert b"secret" not in client.get(f"{notice.url}{name}").content


@pytest.mark.parametrize("name", REGISTER_FILES)
def test_a_notice_that_is_not_public_has_no_files(client, notice, name) -> None:
    address = f"{notice.url}{name}"
    PageViewRestriction.objects.create(page=notice, restriction_type="login")
    assert client.get(address).status_code == 404
    PageViewRestriction.objects.all().delete()
    notice.unpublish()
    assert client.get(address).status_code == 404


@pytest.mark.parametrize("name", REGISTER_FILES)
def test_a_file_is_the_same_for_everybody(client, admin_client, notice, name) -> None:
    address = f"{notice.url}{name}"
    response = client.get(address)
    assert response.status_code == 200
    assert not response.cookies
    assert "Cookie" not in response.headers.get("Vary", "")
    assert admin_client.get(address).content == response.content
    assert client.get(f"{address}?x=1").content == response.content


@pytest.mark.parametrize(
    ("name", "content_type"),
    [
        ("register.csv", "text/csv; charset=utf-8"),
        ("register.json", "application/json"),
        ("register-schema.json", "application/schema+json"),
    ],
)
def test_a_file_says_what_it_is(client, notice, name, content_type) -> None:
    response = client.get(f"{notice.url}{name}")
    assert response.headers["Content-Type"] == content_type
    assert response.headers["Content-Disposition"] == f'attachment; filename="processing-{name}"'
    assert response.headers["X-Content-Type-Options"] == "nosniff"


@pytest.mark.parametrize("name", REGISTER_FILES)
def test_files_can_only_be_read(client, notice, name) -> None:
    address = f"{notice.url}{name}"
    head = client.head(address)
    assert head.status_code == 200
    assert head.content == b""
    assert head.headers["Content-Type"] == client.get(address).headers["Content-Type"]
    for method in (client.post, client.put, client.delete, client.patch):
        assert method(address).status_code == 405


@pytest.mark.parametrize(
    "path",
    [
        "register.xml",
        "register.csv/",
        "register.csv/more/",
        "Register.csv.json",
        "registerxcsv/",
        "schema.json",
        "versions/1/register.csv",
    ],
)
def test_other_files_are_not_found(client, notice, path) -> None:
    assert client.get(f"{notice.url}{path}").status_code == 404


@pytest.mark.parametrize("address", ["/register.csv", "/your-health/register.csv", "/x/y.json"])
def test_other_pages_have_no_register(client, site_home, address) -> None:
    assert client.get(address).status_code == 404


def test_a_move_of_the_notice_redirects_its_register(
    client, notice, django_capture_on_commit_callbacks
) -> None:
    old = notice.url
    with django_capture_on_commit_callbacks(execute=True):
        notice.move(builders.section(), pos="last-child")
    new = PrivacyNoticePage.objects.get(pk=notice.pk).url
    assert {f"/{name}" for name in REGISTER_FILES} <= {*notice.get_route_paths()}
    response = client.get(f"{old}register.csv")
    assert response.status_code == 301
    assert response.headers["Location"].endswith(f"{new}register.csv")


# --- The way to it ----------------------------------------------------------------------------


def test_the_notice_leads_to_the_files(client, notice) -> None:
    page = BeautifulSoup(client.get(notice.url).content, "html.parser")
    links = [link["href"] for link in page.select(".site-appendix ul a[type]")]
    assert links == [f"{notice.url}{name}" for name in REGISTER_FILES]


def test_the_preview_of_a_new_notice_offers_no_files(rf, site_home) -> None:
    notice = PrivacyNoticePage(title="New", slug="new", activities=[builders.activity()])
    site_home.add_child(instance=notice)
    response = notice.make_preview_request(original_request=rf.get("/", HTTP_HOST="localhost"))
    assert response.status_code == 200
    assert b"register.csv" not in response.content
