"""Nothing from elsewhere can be added: neither in our files and settings, nor by an editor."""

import ast
import json
from pathlib import Path

import pytest
from bs4 import BeautifulSoup
from django.core.checks import run_checks
from django.urls import reverse
from wagtail import blocks
from wagtail.admin.rich_text import get_rich_text_editor_widget
from wagtail.contrib.table_block.blocks import TableBlock
from wagtail.contrib.typed_table_block.blocks import TypedTableBlock
from wagtail.embeds.blocks import EmbedBlock
from wagtail.fields import RichTextField, StreamField
from wagtail.test.utils.form_data import inline_formset, nested_form_data, rich_text, streamfield

from ccgsite import checks
from ccgsite.third_parties import (
    django_problems,
    jinja_problems,
    script_problems,
    stylesheet_problems,
)
from pages.models import ContentPage
from privacy.models import ProcessingActivity
from tests import builders

HOUSE = Path(__file__).resolve().parents[2]
GATE_HOSTS = checks.gate_hosts()


def ids(errors) -> list[str]:
    return [error.id for error in errors]


def test_the_site_as_it_stands_lets_nobody_in() -> None:
    assert checks.settings_let_nobody_in() == []
    assert checks.files_load_nothing_from_elsewhere() == []
    assert checks.editors_can_embed_nothing() == []


# --- Templates --------------------------------------------------------------------------------

LOADS_FROM_ELSEWHERE = [
    # scripts
    '<script src="https://evil.example/x.js"></script>',
    "<script src='//evil.example/x.js'></script>",
    "<SCRIPT SRC=//evil.example/x.js></SCRIPT>",
    '<script src="https:evil.example/x.js"></script>',
    r'<script src="\\evil.example\x.js"></script>',
    r'<script src="/\evil.example/x.js"></script>',
    '<script src=" ht&#10;tps://evil.example"></script>',
    '<script src="&#47;&#47;evil.example"></script>',
    "<script>begin()</script>",
    '<script type="importmap">{}</script>',
    '<script src="/x.js"></script anything><img src="//evil.example/x.png">',
    # images and media
    '<img src="//evil.example/x.png">',
    '<img\n  src\n  =\n  "//evil.example/x.png">',
    "<img/src=//evil.example/x.png>",
    '<img srcset="/a.png 1x, //evil.example/b.png 2x">',
    '<source srcset="https://evil.example/b.png">',
    '<video poster="//evil.example/x.png"></video>',
    '<audio src="//evil.example/x.mp3"></audio>',
    '<track src="//evil.example/x.vtt">',
    '<input type="image" src="//evil.example/x.png">',
    '<body background="//evil.example/x.png">',
    '<svg><image href="//evil.example/x.png"/></svg>',
    '<svg><use xlink:href="//evil.example/x.svg#a"/></svg>',
    "<svg><path fill=\"URL( '//evil.example/x.svg#a')\"/></svg>",
    '<svg><image><set attributeName="href" to="//evil.example"/></image></svg>',
    # links of the document
    '<link rel="stylesheet" href="//evil.example/x.css">',
    "<link rel=preload as=style href=//evil.example/x.css>",
    '<link rel="preload" as="image" imagesrcset="//evil.example/x.png 1x">',
    '<link rel="prefetch" href="//evil.example/">',
    '<link rel="preconnect" href="https://evil.example">',
    '<link rel="dns-prefetch" href="//evil.example">',
    '<link rel="modulepreload" href="//evil.example/x.js">',
    '<link rel="icon" href="//evil.example/x.png">',
    '<link rel="manifest" href="//evil.example/x.json">',
    '<link rel="alternate stylesheet" href="//evil.example/x.css">',
    '<link rel="{{ relation }}" href="//evil.example/x.css">',
    # frames and what else brings a document of its own
    '<iframe src="/ours/"></iframe>',
    "<IFRAME></IFRAME>",
    '<embed src="/ours/">',
    '<object data="/ours/"></object>',
    # where the browser goes by itself, or on a press
    '<form action="https://evil.example/"></form>',
    '<button formaction="//evil.example/">Send</button>',
    '<meta http-equiv="refresh" content="0; url=//evil.example/">',
    '<base href="//evil.example/">',
    '<a href="/" ping="//evil.example/">Home</a>',
    '<a href="java&#9;script:begin()">Begin</a>',
    '<a href="data:text/html,x">Read</a>',
    '<a href="/" onclick="begin()">Begin</a>',
    # styles
    "<style>p { background: url(//evil.example/x.png) }</style>",
    '<p style="background: url(//evil.example/x.png)">',
    # wherever it stands
    '{% if page %}<img src="//evil.example/x.png">{% endif %}',
    '<img {% if page %}src="//evil.example/x.png"{% endif %} alt="">',
    '<link href="//evil.example" {% if a %}rel="canonical"{% else %}rel="icon"{% endif %}>',
    '<script {% if a %}type="application/ld+json"{% else %}type="module"{% endif %}>x</script>',
    '<meta name="referrer" content="unsafe-url">',
    '<!-- <img src="//evil.example/x.png"> -->',
    '<!--><img src="//evil.example/x.png">-->',
    '<noscript><img src="//evil.example/x.png"></noscript>',
    '<textarea><img src="//evil.example/x.png"></textarea>',
]
CANNOT_BE_SHOWN_TO_BE_OURS = [
    '<img src="{{ address }}">',
    '<img src="/{{ address }}">',
    '<img src="{{ address }}/x.png">',
    '<img srcset="{{ address }} 1x">',
    '<img src="/{% if page %}/evil.example{% endif %}/x.png">',
    '<img src="{% if page %}/ours.png{% else %}//evil.example/x.png{% endif %}">',
    '<form action="{{ page.url }}"></form>',
    "<img alt={{ caption }}>",
    "<img {{ attributes }}>",
    '<img {% include "attributes.html" %}>',
    "<img {% block attributes %}{% endblock %}>",
    '<{{ element }} src="/ours.png">',
    '<i{{ element }} src="/ours.png">',
    '<{% if page %}img{% endif %} src="//evil.example">',
    '<{# note #}img src="//evil.example">',
    '<i{% if page %}m{% endif %}g src="//evil.example">',
    '<img {% if page %}hr{% endif %}ef="//evil.example">',
    '<img src="//evil.example"',
    '<img src="//evil.example',
    "&# <img src=//evil.example>",
]
NOT_ESCAPED = [
    "{{ text|safe }}",
    "{{ text | safe }}",
    "{% with text=text|safe %}{% endwith %}",
    "{% filter safe %}{{ text }}{% endfilter %}",
    "{{ \"<img src='//evil.example'>\" }}",
]
REFUSED_IN_JINJA = [
    '{% raw %}<img src="//evil.example/x.png">{% endraw %}',
    '{{\n"<img src=//evil.example>" }}',
    "<img src=\"{{ static('//evil.example/x.png') }}\">",
    "<img src=\"{{ static('https:evil.example') }}\">",
    '<img src="{{ static(name) }}">',
    "<img src=\"{{ static('img/') }}{{ name }}\">",
    "<img src=\"{{ static('img/') ~ name }}\">",
    "<form action=\"{{ url('search') }}{{ rest }}\"></form>",
    "<form action=\"{{ url('search') ~ rest() }}\"></form>",
    "{% autoescape false %}{{ text }}{% endautoescape %}",
    '{{ text|default("<iframe>", true) }}',
    '{{ text or "<script>" }}',
    '{{ component("components/icon.html", name="//evil.example") }}',
    '{{ image(photo, "width-100", srcset="//evil.example/x.png 2x") }}',
    '{% set text = "<script>" %}',
    "{% set text %}<script>begin()</script>{% endset %}",
    "{% if page %",
    "{{ page",
]
REFUSED_IN_DJANGO = [
    '{% verbatim %}<img src="//evil.example/x.png">{% endverbatim %}',
    '{#\n<img src="//evil.example/x.png">\n#}',
    "<img src=\"{% static '//evil.example/x.png' %}\">",
    "<img src=\"{% static 'https:evil.example' %}\">",
    '<img src="{% static name %}">',
    "<img src=\"{% static 'img/' %}{{ name }}\">",
    "<form action=\"{% url 'search' %}{{ rest }}\"></form>",
    '{{ texts|safeseq|join:"" }}',
    "{% autoescape off %}{{ text }}{% endautoescape %}",
    '{{ text|default:"<iframe>" }}',
    '{% firstof text "<script>" %}',
    '{% image photo width-100 srcset="//evil.example/x.png 2x" %}',
]
LOADS_NOTHING_FROM_ELSEWHERE = [
    '<a href="https://www.nhs.uk/">NHS</a>',
    '<a href="{{ link.url }}">{{ link.text }}</a>',
    '<a href="mailto:{{ email }}?subject={{ subject }}">{{ email }}</a>',
    '<a href="tel:111">111</a>',
    '<link rel="canonical" href="{{ address }}">',
    '<link rel="alternate" type="application/rss+xml" href="https://www.example.org/feed/">',
    '<meta property="og:url" content="{{ address }}">',
    '<script type="application/ld+json">{"@context": "https://schema.org"}</script>',
    '<img src="data:image/png;base64,AAAA" alt="">',
    '<img src="/static/img/{{ name }}.svg" alt="{{ name }}">',
    '<svg xmlns="http://www.w3.org/2000/svg"><use href="#{{ name }}"/><path fill="url(#a)"/></svg>',
    '<form action="?page={{ number }}"></form>',
    '<form action="."></form>',
    '<h{{ level }} class="nhsuk-heading-m">{{ title }}</h{{ level }}>',
    '<h2{% if anchor %} id="{{ anchor }}"{% endif %}>{{ title }}</h2>',
    '<svg {% if label %}role="img"{% else %}aria-hidden="true"{% endif %}></svg>',
    '{# <img src="//evil.example"> #}',
    "{% if few < many %}1 &lt; 2 & 3 < 4{% endif %}",
]
LEFT_ALONE_IN_JINJA = [
    '<script type="module" src="{{ static(\'js/site.js\') }}"></script>',
    '<link rel="stylesheet" href="{{ static("css/site.css") }}">',
    '<img srcset="{{ static(\'a.png\') }} 1x, /b.png 2x" alt="">',
    '{{ image(photo, "width-840", class="nhsuk-image__img", loading="lazy") }}',
    '<form action="{{ url(\'search\') }}#results" method="get"></form>',
    '<form action="{{ url("enquiry_send", kind.slug) }}" method="post"></form>',
    '{#\n<img src="//evil.example">\n{{ text|safe }}#}',
    "{% autoescape true %}{{ text }}{% endautoescape %}",
    '{{ day|date("j F Y, g:i a") }}',
    '{% set level = 2 %}<p>{{ component("components/icon.html",\n name="tick") }}</p>',
]
LEFT_ALONE_IN_DJANGO = [
    '<script type="module" src="{% static \'js/site.js\' %}"></script>',
    '<link rel="stylesheet" href="{% static "css/site.css" %}">',
    '<img srcset="{% static \'a.png\' %} 1x, /b.png 2x" alt="">',
    '{% image photo width-840 class="nhsuk-image__img" loading="lazy" %}',
    '<form action="{% url \'search\' %}#results" method="get"></form>',
    '{% comment %}<img src="//evil.example">\n{{ text|safe }}{% endcomment %}',
    '{{ date|date:"j F Y, g:i a" }}',
]
REFUSED = [*LOADS_FROM_ELSEWHERE, *CANNOT_BE_SHOWN_TO_BE_OURS, *NOT_ESCAPED]


def in_both(jinja: list[str], django: list[str], both: list[str]) -> list[tuple]:
    """Return templates, each with what reads its language."""
    return [
        *((jinja_problems, template) for template in [*both, *jinja]),
        *((django_problems, template) for template in [*both, *django]),
    ]


@pytest.mark.parametrize(
    ("problems", "template"), in_both(REFUSED_IN_JINJA, REFUSED_IN_DJANGO, REFUSED)
)
def test_a_template_that_could_load_from_elsewhere_is_refused(problems, template: str) -> None:
    assert list(problems(f"<p>{template}</p>"))


@pytest.mark.parametrize(
    ("problems", "template"),
    in_both(LEFT_ALONE_IN_JINJA, LEFT_ALONE_IN_DJANGO, LOADS_NOTHING_FROM_ELSEWHERE),
)
def test_a_template_that_loads_what_is_ours_is_left_alone(problems, template: str) -> None:
    assert list(problems(f"<p>{template}</p>")) == []


# --- Stylesheets and scripts ------------------------------------------------------------------


@pytest.mark.parametrize(
    "css",
    [
        '@import "other.css";',
        "@IMPORT url(//evil.example/x.css);",
        "p { background: url(//evil.example/x.png) }",
        'p { background: url("https://evil.example/x.png") }',
        "p { background: URL( '//evil.example/x.png' ) }",
        r"p { background: u\72l(\2f\2f evil.example) }",
        "p { background: url(//evil.example broken) }",
        'p { background: image-set("//evil.example/x.png" 1x) }',
        "p { --picture: url(//evil.example/x.png) }",
        "@font-face { src: url(https://evil.example/x.woff2) }",
        "@media print { @layer a { p { cursor: url(//evil.example/x.cur) } } }",
    ],
)
def test_a_stylesheet_that_loads_from_elsewhere_is_refused(css: str) -> None:
    assert list(stylesheet_problems(css))


@pytest.mark.parametrize(
    "css",
    [
        "/* url(//evil.example) */",
        "p { background: url(data:image/svg+xml,x) }",
        "p { background: url(../img/favicon.svg) }",
        'a::after { content: " (https://www.example.org) Note: " }',
        "p { filter: url(#shade) }",
    ],
)
def test_a_stylesheet_that_loads_what_is_ours_is_left_alone(css: str) -> None:
    assert list(stylesheet_problems(css)) == []


@pytest.mark.parametrize(
    "js",
    [
        'fetch("https://evil.example/")',
        "fetch('//evil.example/')",
        "fetch(`https://${host}/`)",
        'fetch("https://" + host)',
        r'fetch("https:\/\/evil.example")',
        r'fetch("\\\\evil.example")',
        'fetch("https:evil.example")',
        'new WebSocket("wss://evil.example")',
        'import x from "//evil.example/x.js";',
        'import("https://evil.example/x.js")',
        "import(name)",
        'document.write("x")',
        'eval("x")',
        'new Function("x")',
        'setTimeout("begin()", 10)',
        'begin(); /* why */ fetch("//evil.example")',
        'fetch("http://www.googletagmanager.com/")',
        'fetch("https://www.googletagmanager.com.evil.example/")',
        'fetch("https://www.googletagmanager.com@evil.example/")',
        "fetch(`https://${host}.google-analytics.com/`)",
    ],
)
def test_a_script_that_loads_from_elsewhere_is_refused(js: str) -> None:
    assert list(script_problems(js, GATE_HOSTS))


@pytest.mark.parametrize(
    "js",
    [
        "// as https://www.example.org describes it",
        "/* https://www.example.org\n   describes it */",
        'location.protocol === "https:"',
        'import "./other.js"; import("./other.js");',
        'const name = "x"; // a note',
        'isFunction(x); function begin() {} setTimeout(begin, 10); text.split("\\\\");',
    ],
)
def test_a_script_that_loads_what_is_ours_is_left_alone(js: str) -> None:
    assert list(script_problems(js)) == []


def test_the_consent_script_alone_may_name_hosts_and_only_those_in_gates() -> None:
    for host in GATE_HOSTS:
        js = f'fetch("{host.replace("*", "region1")}/x")'
        assert list(script_problems(js, GATE_HOSTS)) == []
        assert list(script_problems(js))


def test_no_other_file_of_ours_names_a_host_in_gates() -> None:
    rooms = [HOUSE / name for name in ("ccgsite", "pages", "privacy", "templates", "static")]
    files = [path for room in rooms for path in room.rglob("*") if path.suffix != ".pyc"]
    names = {
        str(path.relative_to(HOUSE))
        for path in files
        if path.is_file() and any(host in path.read_text() for host in GATE_HOSTS)
    }
    assert names <= {"privacy/gates.py", "static/js/consent.js"}
    assert "privacy/gates.py" in names


def test_no_module_of_ours_writes_html_that_loads_from_elsewhere() -> None:
    written = [
        (path.name, node.value)
        for room in ("pages", "privacy", "ccgsite")
        for path in sorted((HOUSE / room).rglob("*.py"))
        for node in ast.walk(ast.parse(path.read_text()))
        if isinstance(node, ast.Constant) and isinstance(node.value, str)
        if "</" in node.value and "\n" not in node.value
    ]
    assert written
    assert [(name, html) for name, html in written if list(django_problems(html))] == []


@pytest.fixture
def plant(settings, tmp_path):
    """Return a function that adds a file to a templates or static folder of the site's."""
    settings.TEMPLATES = [{**settings.TEMPLATES[0], "DIRS": [tmp_path / "templates"]}]
    settings.STATICFILES_DIRS = [tmp_path / "static"]

    def write(name: str, text: str) -> None:
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)

    return write


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("templates/blocks/x.html", "<p>\n<iframe src='//evil.example'>"),
        ("static/css/x.css", "p {\nbackground: url(//evil.example) }"),
        ("static/js/x.js", "//\nfetch('//evil.example')"),
        ("static/js/x.js", "//\nfetch('https://www.googletagmanager.com/')"),
        ("static/js/consent.js", "//\nfetch('https://evil.example/')"),
        ("static/img/x.svg", "<svg>\n<image href='//evil.example'/></svg>"),
    ],
)
def test_a_planted_file_is_found_and_the_error_says_where(plant, tmp_path, name, text) -> None:
    plant("templates/fine.html", "<p>Text.</p>")
    assert checks.files_load_nothing_from_elsewhere() == []

    plant(name, text)
    errors = checks.files_load_nothing_from_elsewhere()

    assert set(ids(errors)) == {"ccgsite.E003"}
    assert all(f"{tmp_path / name}, line 2: " in error.msg and error.hint for error in errors)
    assert errors[0] in run_checks()


def test_the_consent_script_may_load_what_the_gates_let_in(plant) -> None:
    plant("static/js/consent.js", "frame.src = 'https://www.youtube-nocookie.com/embed/x'")

    assert checks.files_load_nothing_from_elsewhere() == []


# --- Fields and blocks ------------------------------------------------------------------------


def errors_of(field) -> list[str]:
    """Return what is wrong with a field that a page could have."""
    field.set_attributes_from_name("body")
    field.model = ContentPage
    return [f"{place}: {what}" for place, what, _ in checks.field_problems(field)]


class RawSubclass(blocks.RawHTMLBlock):
    pass


@pytest.mark.parametrize(
    ("block", "place"),
    [
        (blocks.RawHTMLBlock(), "x"),
        (RawSubclass(), "x"),
        (EmbedBlock(), "x"),
        (TableBlock(table_options={"renderer": "html"}), "x"),
        (blocks.RichTextBlock(features=["bold", "embed"]), "x"),
        (blocks.RichTextBlock(features=["image"]), "x"),
        (blocks.RichTextBlock(features=["somebody-elses"]), "x"),
        (blocks.ListBlock(EmbedBlock()), "x.item"),
        (blocks.StructBlock([("inner", EmbedBlock())]), "x.inner"),
        (blocks.StreamBlock([("inner", blocks.ListBlock(EmbedBlock()))]), "x.inner.item"),
        (TypedTableBlock([("cell", blocks.RichTextBlock(features=["embed"]))]), "x.cell"),
        (TypedTableBlock([("cell", blocks.StructBlock([("y", EmbedBlock())]))]), "x.cell.y"),
    ],
    ids=lambda value: value if isinstance(value, str) else type(value).__name__,
)
def test_a_block_that_could_show_another_sites_content_is_refused(block, place) -> None:
    errors = errors_of(StreamField([("x", block)]))

    assert errors
    assert all(error.startswith(f"pages.ContentPage.body.{place}: ") for error in errors)


@pytest.mark.parametrize("features", [["embed"], ["bold", "image"], ["somebody-elses"]])
def test_a_rich_text_field_that_could_is_refused(features) -> None:
    assert errors_of(RichTextField(features=features))


def test_a_block_or_field_of_another_package_is_refused() -> None:
    block = type("MarkdownBlock", (blocks.TextBlock,), {"__module__": "wagtailmarkdown.blocks"})
    field = type("HTMLField", (RichTextField,), {"__module__": "tinymce.models"})

    assert errors_of(StreamField([("x", block())])) == [
        "pages.ContentPage.body.x: MarkdownBlock comes from the package wagtailmarkdown"
    ]
    assert errors_of(field()) == [
        "pages.ContentPage.body: HTMLField comes from the package tinymce"
    ]


def test_harmless_blocks_and_features_are_left_alone() -> None:
    text = blocks.RichTextBlock(features=["bold", "h2", "ol", "hr", "link", "document-link"])
    plain = [("quote", blocks.BlockQuoteBlock()), ("address", blocks.URLBlock())]

    assert errors_of(StreamField([("text", text), ("plain", blocks.StructBlock(plain))])) == []
    assert errors_of(RichTextField(features=["italic"])) == []
    assert errors_of(RichTextField()) == []


def test_every_model_and_every_block_within_is_looked_at(monkeypatch) -> None:
    body = ContentPage._meta.get_field("body").stream_block
    text = body.child_blocks["warning"].child_blocks["text"]
    monkeypatch.setattr(text, "features", ["embed"])
    monkeypatch.setattr(ProcessingActivity._meta.get_field("purpose"), "features", ["image"])

    errors = checks.editors_can_embed_nothing()

    assert {error.msg for error in errors} >= {
        "pages.ContentPage.body.warning.text: rich text offers 'embed'.",
        "privacy.ProcessingActivity.purpose: rich text offers 'image'.",
    }
    assert set(ids(errors)) == {"ccgsite.E004"}
    assert all("bold" in error.hint for error in errors)


# --- Settings ---------------------------------------------------------------------------------

DRAFTAIL = {"WIDGET": "wagtail.admin.rich_text.DraftailRichTextArea"}


@pytest.mark.parametrize(
    "editors",
    [
        {},
        {"default": DRAFTAIL},
        {"default": {**DRAFTAIL, "OPTIONS": {}}},
        {"default": {**DRAFTAIL, "OPTIONS": {"features": ["bold", "embed"]}}},
        {"default": {**DRAFTAIL, "OPTIONS": {"features": []}}, "other": DRAFTAIL},
    ],
)
def test_an_editor_that_could_embed_is_refused(settings, editors) -> None:
    settings.WAGTAILADMIN_RICH_TEXT_EDITORS = editors

    offered = {
        feature
        for name in {"default", *editors}
        for feature in get_rich_text_editor_widget(name).features
    }
    errors = checks.settings_let_nobody_in()
    assert set(ids(errors)) == {"ccgsite.E002"}
    refused = {feature for feature in offered if any(repr(feature) in e.msg for e in errors)}
    assert refused == offered - checks.SAFE_FEATURES
    assert "embed" in refused


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("WAGTAILEMBEDS_FINDERS", [{"class": "wagtail.embeds.finders.oembed"}]),
        ("WAGTAILEMBEDS_FINDERS", None),
        ("WAGTAILADMIN_RICH_TEXT_EDITORS", {"default": {"WIDGET": "django.forms.Textarea"}}),
        ("STATIC_URL", "https://cdn.example/"),
        ("MEDIA_URL", "//cdn.example/"),
        ("CONTENT_SECURITY_POLICY", {}),
        ("CONTENT_SECURITY_POLICY", {"DIRECTIVES": {"img-src": ["'self'"]}}),
    ],
)
def test_a_setting_that_lets_a_third_party_in_is_refused(settings, name, value) -> None:
    setattr(settings, name, value)

    assert "ccgsite.E002" in ids(checks.settings_let_nobody_in())


def test_without_a_setting_wagtail_would_embed_and_that_is_refused(settings) -> None:
    del settings.WAGTAILEMBEDS_FINDERS

    assert ids(checks.settings_let_nobody_in()) == ["ccgsite.E002"]


@pytest.mark.parametrize(
    ("directive", "source"),
    [
        ("img-src", "https://evil.example"),
        ("img-src", "*"),
        ("img-src", "https:"),
        ("frame-src", "https://www.youtube-nocookie.com"),
        ("script-src", "data:"),
        ("script-src", "'unsafe-inline'"),
        ("script-src", "'unsafe-eval'"),
        ("report-uri", "https://evil.example/"),
    ],
)
def test_the_policy_in_the_settings_names_nobody(settings, directive, source) -> None:
    policy = settings.CONTENT_SECURITY_POLICY["DIRECTIVES"]
    settings.CONTENT_SECURITY_POLICY = {"DIRECTIVES": {**policy, directive: ["'self'", source]}}

    (error,) = checks.settings_let_nobody_in()

    assert source in error.msg
    assert directive in error.msg


def test_the_policy_holds_for_every_address(settings) -> None:
    settings.CONTENT_SECURITY_POLICY = {
        **settings.CONTENT_SECURITY_POLICY,
        "EXCLUDE_URL_PREFIXES": ["/free/"],
    }

    assert ids(checks.settings_let_nobody_in()) == ["ccgsite.E002"]


# --- What an editor types ---------------------------------------------------------------------

VIDEO = "https://www.youtube.com/watch?v=M7lc1UVf-VE"
HOSTILE_HTML = [
    '<img src="//evil.example/x.png" alt="">',
    '<p>Read <img srcset="//evil.example/x.png 2x"/>this</p>',
    '<iframe src="https://evil.example/"></iframe>',
    f'<embed embedtype="media" url="{VIDEO}"></embed>',
    '<embed embedtype="image" id="1" format="left" alt=""></embed>',
    '<script src="//evil.example/x.js"></script>',
    '<p><a href="javascript:begin()">Read</a></p>',
    '<p><a href=" java&#9;script:begin()">Read</a></p>',
    '<p><a href="data:text/html,x">Read</a></p>',
    '<p><a href="/" onclick="begin()" ping="//evil.example/">Read</a></p>',
    '<p style="background: url(//evil.example/x.png)">Read</p>',
    '<svg><image href="//evil.example/x.png"></image></svg>',
]


def draft(text: str = "Read", entity=None, kind: str = "unstyled", key: str = "a1b2c") -> str:
    """Return rich text as the editor's browser sends it, or somebody in its place."""
    ranges = [{"offset": 0, "length": len(text), "key": 0}] if entity else []
    block = {"key": key, "text": text, "type": kind, "depth": 0, "entityRanges": ranges}
    style = {"offset": 0, "length": len(text), "style": "<img src=//evil.example>"}
    block["inlineStyleRanges"] = [style]
    entities = {}
    if entity:
        entities["0"] = {"type": entity[0], "mutability": "MUTABLE", "data": entity[1]}
    return json.dumps({"blocks": [block], "entityMap": entities})


IN_TEXT = f'<img src="//evil.example"><embed embedtype="media" url="{VIDEO}"/><iframe></iframe>'
HOSTILE_DRAFTS = [
    draft(IN_TEXT),
    draft(IN_TEXT, kind="atomic"),
    draft(key='"><img src="//evil.example">'),
    draft(entity=("LINK", {"url": "javascript:begin()"})),
    draft(entity=("LINK", {"url": "java\tscript:begin()"})),
    draft(entity=("LINK", {"url": "data:text/html,x"})),
    draft(entity=("LINK", {"url": 'https://www.nhs.uk/"><img src=//evil.example>'})),
    draft(entity=("LINK", {"id": '1"><img src=//evil.example>'})),
    draft(entity=("IMAGE", {"src": "//evil.example", "id": 1, "format": "left", "alt": ""})),
    draft(entity=("EMBED", {"url": VIDEO, "embedType": "video"})),
]


@pytest.fixture
def publish(admin_client):
    """Return a function that publishes blocks through the CMS's form and gives the public page."""

    def send(*body) -> str:
        page = builders.content_page(title="A page")
        data = {
            "title": page.title,
            "seo_title": "",
            "search_description": "About this page.",
            "body": streamfield([*body, ("text", draft("The end of the page"))]),
            "updated_on": "2026-11-23",
            "review_due_on": "",
            "content_owner": "",
            "content_status": "source",
            "corrections": streamfield([]),
            "slug": page.slug,
            "also_known_as": "",
            "comments": inline_formset([]),
            "action-publish": "action-publish",
        }
        address = reverse("wagtailadmin_pages:edit", args=[page.pk])
        response = admin_client.post(address, nested_form_data(data))
        assert response.status_code == 302
        return admin_client.get(page.url).content.decode()

    return send


def loading(html: str) -> list[str]:
    """Return what a public page would load from elsewhere, or run."""
    found = [problem.what for problem in django_problems(html)]
    main = BeautifulSoup(html, "html.parser").find("main")
    return [*found, *map(str, main.select("img, iframe, embed, object, script, svg, [style]"))]


@pytest.mark.django_db
@pytest.mark.parametrize("html", HOSTILE_HTML)
def test_html_that_an_editor_pastes_loads_nothing(publish, html) -> None:
    page = publish(("text", rich_text(html)))

    assert "The end of the page" in page
    assert loading(page) == []
    assert loading(page.replace("The end", f"{html}The end"))  # what would be found


@pytest.mark.django_db
@pytest.mark.parametrize("content", HOSTILE_DRAFTS)
def test_what_a_hostile_client_sends_as_rich_text_loads_nothing(publish, content) -> None:
    page = publish(("text", content))

    assert "The end of the page" in page
    assert loading(page) == []


@pytest.mark.django_db
def test_an_honest_link_is_kept(publish) -> None:
    page = publish(("text", draft(entity=("LINK", {"url": "https://www.nhs.uk/"}))))

    assert '<a href="https://www.nhs.uk/">Read</a>' in page
    assert loading(page) == []


@pytest.mark.django_db
def test_blocks_that_are_not_offered_are_dropped(publish) -> None:
    page = publish(("raw_html", IN_TEXT), ("embed", VIDEO), ("html", IN_TEXT))

    assert "The end of the page" in page
    assert loading(page) == []


@pytest.mark.django_db
def test_typed_text_is_shown_as_text(publish) -> None:
    typed = '<img src="//evil.example"><iframe></iframe>'
    warning = {"heading": typed, "text": draft()}
    page = publish(("heading", {"text": typed, "anchor": ""}), ("warning", warning))

    assert "&lt;img src=" in page
    assert loading(page) == []


@pytest.mark.django_db
def test_an_embed_that_got_into_the_database_is_not_shown(client, site_home) -> None:
    body = [("text", f'<p>Before</p><embed embedtype="media" url="{VIDEO}"/><p>After</p>')]
    page = builders.content_page(body=body)

    html = client.get(page.url).content.decode()

    assert "After" in html
    assert loading(html) == []
