"""What pages do not have of their templates' files."""

from pathlib import Path

import pytest
from django.template import Context, Engine

LOADER = "ccgsite.template_files.Loader"
TEMPLATE = """<ul>
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


@pytest.mark.parametrize("debug", [False, True])
def test_indentation_and_lines_of_tags_alone_go_and_content_stays(
    tmp_path: Path, debug: bool
) -> None:
    (tmp_path / "list.html").write_text(TEMPLATE)
    (tmp_path / "list.txt").write_text(TEMPLATE)
    engine = Engine(dirs=[str(tmp_path)], loaders=[LOADER], debug=debug)
    context = Context({"names": ["  x\n  y"]})

    html = engine.get_template("list.html").render(context)
    assert (html == READ) != debug
    assert [line for line in html.split("\n") if line] == READ.rstrip().split("\n")
    assert engine.get_template("list.txt").render(context).startswith("<ul>\n  \n    <li")
