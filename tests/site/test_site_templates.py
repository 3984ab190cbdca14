"""The language of the site's templates, and what pages do not have of their files."""

from pathlib import Path

import jinja2
import pytest
from django.template import engines
from django.template.loader import render_to_string

from ccgsite.site_templates import environment

TEMPLATES = Path(__file__).resolve().parents[2] / "templates"
LIST = """{# names: of
  people #}
<ul>
  {% for name in names %}
    <li class="a"
        {% if name %}data-name="{{ name }}"{% endif %}
        id="b">{{ name }}</li>
  {% endfor %}
</ul>
"""
READ = """<ul>
<li class="a"
data-name="  x
  y"
id="b">  x
  y</li>
</ul>
"""


@pytest.fixture
def written(tmp_path: Path):
    """Return a function that writes a template and says what it makes of some names."""

    def render(name: str, text: str, *, auto_reload: bool = False, **names: object) -> str:
        (tmp_path / name).write_text(text)
        loader = jinja2.FileSystemLoader(tmp_path)
        made = environment(loader, autoescape=name.endswith(".html"), auto_reload=auto_reload)
        return made.get_template(name).render(names)

    return render


@pytest.mark.parametrize("debug", [False, True])
def test_indentation_and_lines_of_tags_alone_go_and_content_stays(written, debug: bool) -> None:
    html = written("list.html", LIST, auto_reload=debug, names=["  x\n  y"])

    assert (html == READ) != debug
    assert [line for line in html.split("\n") if line] == READ.rstrip().split("\n")
    assert written("list.txt", LIST, names=["x"]).startswith("\n<ul>\n  \n    <li")


def test_a_component_knows_what_it_is_given_alone(written) -> None:
    written("part.html", "{{ given }}{{ page }}")

    html = written("whole.html", "{{ component('part.html', given=page) }}", page="<x>")

    assert html == "&lt;x&gt;"


def test_what_is_missing_is_empty_and_no_error(written) -> None:
    assert written("page.html", "{{ page.title.text }}{% if page.title %}x{% endif %}") == ""


def test_what_is_typed_is_escaped_in_pages_and_not_in_letters(written) -> None:
    assert written("page.html", "{{ typed }}", typed="<'\">") == "&lt;&#39;&#34;&gt;"
    assert written("letter.txt", "{{ typed }}", typed="<'\">") == "<'\">"
    heading = render_to_string("components/page_heading.html", {"page": {"heading": "<b>"}})
    assert ">&lt;b&gt;</h1>" in heading


def test_the_cms_has_no_template_of_a_name_that_the_site_has() -> None:
    """The site's would be shown in its place."""
    cms = {path.relative_to(TEMPLATES / "cms") for path in (TEMPLATES / "cms").rglob("*.html")}
    site = {path.relative_to(TEMPLATES) for path in TEMPLATES.rglob("*.html")}
    assert len(cms) > 20
    assert not cms & site


def test_methods_of_models_are_called() -> None:
    """The site's language does not call them by itself, as Django's does in the CMS."""
    for name in engines.all()[0].env.list_templates(extensions=["html"]):
        if not name.startswith("cms/"):
            text = (TEMPLATES / name).read_text() if (TEMPLATES / name).exists() else ""
            assert "_display" not in text.replace("_display()", ""), name
