"""What a template is made of, in Jinja's language and in Django's."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

import jinja2
from django.template.base import Lexer
from django.template.base import TokenType as Kind


@dataclass(frozen=True)
class Token:
    """A piece of a template, without the signs around it: text, a tag, what it writes, a note."""

    kind: Kind
    contents: str
    line: int


def jinja_tokens(source: str) -> Iterator[Token]:
    """Yield the tokens of a template, a tag's with all that it holds as one.

    Raises jinja2.TemplateSyntaxError.
    """
    kinds = {"variable": Kind.VAR, "block": Kind.BLOCK, "comment": Kind.COMMENT}
    is_open = False
    begun, contents = 1, ""
    for line, name, text in jinja2.Environment(autoescape=True).lex(source):
        kind, _, edge = name.rpartition("_")
        if name == "data":
            yield Token(Kind.TEXT, text, line)
        elif kind in kinds and edge == "begin":
            is_open, begun, contents = True, line, ""
        elif kind in kinds and edge == "end":
            is_open = False
            yield Token(kinds[kind], contents.strip(), begun)
        else:
            contents += text
    if is_open:
        raise jinja2.TemplateSyntaxError("a template tag is not closed", begun)


def django_tokens(source: str) -> Iterator[Token]:
    """Yield the tokens of a template, those inside {% comment %} as notes."""
    tokens = Lexer(source).tokenize()
    return _outside_comments(Token(x.token_type, x.contents, x.lineno) for x in tokens)


def _outside_comments(tokens: Iterable[Token]) -> Iterator[Token]:
    """Yield the tokens, those inside {% comment %} as notes."""
    in_comment = False
    for token in tokens:
        if token.kind == Kind.BLOCK and token.contents == "endcomment":
            in_comment = False
        yield Token(Kind.COMMENT, token.contents, token.line) if in_comment else token
        if token.kind == Kind.BLOCK and token.contents.split()[:1] == ["comment"]:
            in_comment = True
