"""What a template, stylesheet or script of ours would make a reader's browser load.

It guards against slips of ours, not against someone who hides an address on purpose; against
those stands the Content-Security-Policy. So what cannot be shown to be ours is refused.

In a template, an address that a browser loads from is one of

- a path that is written out: "/about/", "./", "?page={{ number }}", "#{{ id }}";
- `{{ static('name') }}` or `{{ url('name') }}`, in Django's language `{% static 'name' %}` or
  `{% url 'name' %}`, with at most a query or a fragment after it;
- a `data:image/` address, which holds the image itself.

Links (`<a href>`) may lead anywhere: a link loads nothing.
"""

import re
from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass
from fnmatch import fnmatchcase
from html.parser import HTMLParser
from typing import Any

import jinja2
import tinycss2
from django.template.base import TokenType as Kind
from tinycss2.ast import Node

from ccgsite.template_tokens import Token, django_tokens, jinja_tokens

# What stands for a template's tag while the HTML around it is read.
WRITTEN = "\ue000"  # it writes something that is not known here
ADDRESS = "\ue001"  # it writes an address of this site
SILENT = "\ue002"  # it writes nothing itself
END = "end"  # an element of no page, put after it to see that all of it was read
MARKS = WRITTEN + ADDRESS + SILENT

SILENT_TAGS = {
    *("if", "elif", "else", "endif", "for", "empty", "endfor", "with", "endwith"),
    *("comment", "endcomment", "extends", "load", "endblock", "set"),
}
OUR_ADDRESS = re.compile(
    r"""url\s.*|static\s+(["'])\w[\w./-]*\1"""  # Django's tags
    r"""|url\([^()]*\)|static\((["'])\w[\w./-]*\2\)"""  # functions
)
LITERAL = re.compile(r""""[^"]*"|'[^']*'""")
NOT_IN_A_LITERAL = re.compile(r"<|[/\\]{2}")
UNESCAPED = re.compile(r"\|\s*safe(seq)?\b|^filter\s.*\bsafe(seq)?\b|^autoescape\s+(?!(on|true)\b)")

# What a browser drops from an address before it reads it, and how one begins that it cannot leave.
DROPPED = re.compile(r"[\x00-\x20]")
SCHEME = re.compile(r"[a-z][a-z0-9+.-]*:")
OUR_BEGINNING = re.compile(rf"$|[.?#]|/[^/{MARKS}]|{ADDRESS}(?:$|[?#])|data:image/")

REFUSED_ELEMENTS = {
    *("applet", "base", "embed", "fencedframe", "frame", "frameset", "iframe", "object", "portal"),
    *("animate", "set"),
}
REFUSED_ATTRIBUTES = {"attributionsrc", "http-equiv", "ping", "srcdoc", "style"}
LOADING_ATTRIBUTES = {
    *("action", "background", "formaction", "href", "manifest", "poster", "src", "xlink:href"),
}
LOADING_LISTS = {"imagesrcset", "srcset"}
DECIDING = {"href", "name", "rel", "src", "type"}  # what a tag loads, or whether it does
LINKS = {"a", "area"}
HARMLESS = {"alternate", "canonical"}  # the relations of a <link> that load nothing
DATA_BLOCK = "application/ld+json"  # a <script> that is none
NOT_IN_LINKS = ("javascript:", "data:", "vbscript:")
CSS_ADDRESS = re.compile(r"url\(\s*[\"']?([^\"')]*)", re.IGNORECASE)

CSS_LOADING = {"url", "src", "image", "image-set", "-webkit-image-set"}

# Comments on lines of their own; one behind code stays, as its slashes might be an address's.
JS_COMMENT = re.compile(r"^[ \t]*(?://.*|/\*[\s\S]*?\*/)", re.MULTILINE)
JS_ADDRESS = re.compile(
    r"""(?P<scheme>\b(?:https?|wss?|ftp):)(?P<slashes>(?:\\?/|\\\\)*)(?P<host>[^"'`\s/\\?#]*)"""
    r"""|["'`](?:\\?/|\\\\){2}""",
    re.IGNORECASE,
)
JS_REFUSED = re.compile(
    r"\b(document\s*\.\s*write(?:ln)?|eval\s*\(|Function\s*\(|importScripts"
    r"|set(?:Timeout|Interval)\s*\(\s*[\"'`]|import\s*\((?!\s*[\"'`]\.{0,2}/[^/\\]))"
)

OURS_ONLY = (
    "Load it from this site: write out a path, or use static or url; show images with image."
)
NO_ELEMENT = "Leave it out: what is not ours comes by static/js/consent.js, after a visitor's yes."
IN_FILES = "Leave it out: styles, scripts and headers have files of their own."
CLOSE_IT = "Close its quotes, and the tag itself."
QUOTE_ONCE = "Write the attribute once, with what decides its value between the quotes."
QUOTE_IT = "Write names out, and put what an expression writes between quotes."
ESCAPE_IT = "Leave escaping on: rich text is safe by itself, and HTML belongs in the template."
GATES_ONLY = (
    "Only static/js/consent.js may load from other sites, and only from the hosts in GATES. "
    "A comment that names one stands on a line of its own."
)
NO_RUNNING = "Write a module of ours, and import it by its path."


@dataclass(frozen=True)
class Problem:
    """A place where something from elsewhere could get in, and how to mend it."""

    line: int
    what: str
    mend: str


# --- Templates --------------------------------------------------------------------------------


def jinja_problems(source: str) -> Iterator[Problem]:
    """Yield what in a template of the site could make a browser load from another site."""
    try:
        tokens = list(jinja_tokens(source))
    except jinja2.TemplateSyntaxError as error:
        yield Problem(error.lineno, f"The template cannot be read: {error.message}", CLOSE_IT)
    else:
        yield from _template_problems(tokens)


def django_problems(source: str) -> Iterator[Problem]:
    """Yield what in a template in Django's language could make a browser load from elsewhere."""
    return _template_problems(list(django_tokens(source)))


def _template_problems(tokens: list[Token]) -> Iterator[Problem]:
    for token in tokens:
        yield from _tag_problems(token)
    # A browser and a parser may disagree on where a comment ends, so HTML's own are read as well.
    html = re.sub("<[!?]", "  ", "".join(map(_marked, tokens)))
    reader = _Reader()
    reader.feed(f"{html}\n<{END}>")
    reader.close()
    yield from reader.problems
    if not reader.reached_end:
        yield Problem(html.count("\n") + 1, "A tag is not closed", CLOSE_IT)
    for found in re.finditer(f"<[{MARKS}]", html):
        yield Problem(_line(html, found), "An element's name begins with a template tag", QUOTE_IT)


def is_ours(address: str) -> bool:
    """Whether a browser can only load this address from the site that the page is on."""
    address = DROPPED.sub("", address).replace("\\", "/").lower()
    if OUR_BEGINNING.match(address):
        return True
    return not (set(address) & set(MARKS) or address.startswith("//") or SCHEME.match(address))


def _tag_problems(token: Token) -> Iterator[Problem]:
    """Yield what a tag itself could let in: Django does not escape text in quotes."""
    if token.kind not in {Kind.VAR, Kind.BLOCK}:
        return
    if UNESCAPED.search(LITERAL.sub("", token.contents)):
        yield Problem(token.line, f"{token.contents!r} turns escaping off", ESCAPE_IT)
    for literal in LITERAL.findall(token.contents):
        if NOT_IN_A_LITERAL.search(literal):
            what = f"A template tag holds HTML or an address: {literal}"
            yield Problem(token.line, what, OURS_ONLY)


def _marked(token: Token) -> str:
    """Return the HTML of a token: a mark, if it is a tag."""
    lines = "\n" * token.contents.count("\n")
    match token.kind:
        case Kind.TEXT:
            return token.contents
        case Kind.COMMENT:
            return SILENT + lines
        case Kind.VAR | Kind.BLOCK if OUR_ADDRESS.fullmatch(token.contents):
            return ADDRESS + lines
        case Kind.BLOCK if token.contents.partition(" ")[0] in SILENT_TAGS:
            return SILENT + lines
    return WRITTEN + lines


class _Reader(HTMLParser):
    """Reads marked HTML; `problems` is what it found."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=False)
        self.problems: list[Problem] = []
        self.reached_end = False

    def set_cdata_mode(self, *args: Any, **kwargs: Any) -> None:
        """Read on: parsers do not agree on where a script or a style ends."""

    def handle_data(self, data: str) -> None:
        """Refuse a tag that the parser took for text."""
        if re.search("<[a-zA-Z]", data):
            self._add("A tag cannot be read", CLOSE_IT)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.reached_end = tag == END
        element = tag.strip(SILENT)
        values = [(name.strip(SILENT), value or "") for name, value in attrs]
        first = dict(reversed(values))  # of two attributes with one name, browsers read the first
        outside_quotes = LITERAL.sub("", self.get_starttag_text() or "")[1 + len(tag) :]
        names = "".join([element.replace(f"h{WRITTEN}", "h"), *first])
        if WRITTEN in outside_quotes or set(names) & set(MARKS):
            self._add(f"<{_shown(element)}> has a template tag outside quotes", QUOTE_IT)
        if element == "meta" and first.get("name", "").lower() == "referrer":
            self._add("A page's own referrer policy", IN_FILES)
        if element in REFUSED_ELEMENTS:
            self._add(f"<{element}>", NO_ELEMENT)
        is_code = "src" not in first and first.get("type") != DATA_BLOCK
        if element == "style" or (element == "script" and is_code):
            self._add(f"A {element} within the page", IN_FILES)
        for name in sorted(DECIDING & set(first)):
            if sum(name == each for each, _ in values) > 1:
                self._add(f"<{_shown(element)}> has {name} twice", QUOTE_ONCE)
        loads_nothing = element == "link" and set(first.get("rel", "").split()) <= HARMLESS
        for name, value in values:
            if not (name == "href" and loads_nothing):
                self._check(element, name, value)

    def _check(self, element: str, name: str, value: str) -> None:
        shown = f'<{_shown(element)} {_shown(name)}="{_shown(value)}">'
        if name in REFUSED_ATTRIBUTES or name.startswith("on"):
            self._add(shown, IN_FILES)
        elif name == "href" and element in LINKS:
            if DROPPED.sub("", value).lower().startswith(NOT_IN_LINKS):
                self._add(f"{shown} is no address of a page", "Link to a page.")
        elif not all(map(is_ours, _addresses(name, value))):
            self._add(f"{shown} could load from another site", OURS_ONLY)

    def _add(self, what: str, mend: str) -> None:
        self.problems.append(Problem(self.getpos()[0], what, mend))


def _addresses(name: str, value: str) -> list[str]:
    """Return the addresses in an attribute that a browser loads from."""
    if name in LOADING_LISTS:
        return [part.split()[0] for part in value.split(",") if part.strip()]
    return [value] if name in LOADING_ATTRIBUTES else CSS_ADDRESS.findall(value)


def _shown(text: str) -> str:
    return re.sub(f"[{MARKS}]+", "{…}", text)


# --- Stylesheets ------------------------------------------------------------------------------


def stylesheet_problems(source: str) -> Iterator[Problem]:
    """Yield what in a stylesheet could make a browser load from another site."""
    return _css_problems(tinycss2.parse_component_value_list(source, skip_comments=True))


def _css_problems(nodes: Iterable[Node], function: str = "") -> Iterator[Problem]:
    for node in nodes:
        if node.type == "at-keyword" and node.lower_value == "import":
            yield Problem(node.source_line, "@import", "Name the file in OUR_STYLESHEETS.")
        elif node.type == "error":
            yield Problem(node.source_line, node.message, "Mend the stylesheet's grammar.")
        elif node.type == "url" or (node.type == "string" and function in CSS_LOADING):
            if not is_ours(node.value):
                what = f"{node.serialize()} loads from another site"
                yield Problem(node.source_line, what, "Load it from this site.")
        elif node.type == "function":
            yield from _css_problems(node.arguments, node.lower_name)
        elif node.type in {"() block", "[] block", "{} block"}:
            yield from _css_problems(node.content, function)


# --- Scripts ----------------------------------------------------------------------------------


def script_problems(source: str, hosts: Collection[str] = ()) -> Iterator[Problem]:
    """Yield what in a script could load from a host that is not one of `hosts`.

    `hosts` are written as in Content-Security-Policy: "https://*.example.org".
    """
    code = JS_COMMENT.sub(lambda comment: "\n" * comment[0].count("\n"), source)
    for found in JS_ADDRESS.finditer(code):
        scheme, slashes, host = found.group("scheme", "slashes", "host")
        if scheme and not (slashes or host):  # location.protocol === "https:"
            continue
        origin = f"{scheme}//{host}"
        if not re.fullmatch(r"[\w.-]+", host or "") or not any(
            fnmatchcase(origin, pattern) for pattern in hosts
        ):
            yield Problem(_line(code, found), f"{found[0]} names another site", GATES_ONLY)
    for found in JS_REFUSED.finditer(code):
        yield Problem(_line(code, found), f"{found[0]} runs what is not in the file", NO_RUNNING)


def _line(text: str, found: re.Match[str]) -> int:
    """Return the number of the line on which a match begins."""
    return text.count("\n", 0, found.start()) + 1
