"""A stand-in for OpenSearch, as far as the site asks it, by what its documentation says.

It keeps what it is told, finds by words between spaces, and refuses whatever it does not know.
https://docs.opensearch.org/latest/api-reference/
"""

import json
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Event, Thread
from typing import Any
from urllib.parse import parse_qs, unquote, urlsplit

Found = tuple[int, Any]


@dataclass
class Request:
    method: str
    path: str
    options: dict[str, str]
    body: str
    authorization: str = ""

    @property
    def json(self) -> Any:
        return json.loads(self.body)


@dataclass
class Index:
    settings: dict[str, Any]
    fields: dict[str, dict] = field(default_factory=dict)
    documents: dict[str, dict] = field(default_factory=dict)

    def words(self, document: dict, name: str) -> list[str]:
        """Return what a field holds, with what is copied to it, as it is indexed."""
        sources = [
            name,
            *(x for x, facts in self.fields.items() if name in facts.get("copy_to", [])),
        ]
        values = [document[source] for source in sources if document.get(source) is not None]
        texts = [
            text for value in values for text in (value if isinstance(value, list) else [value])
        ]
        words = [word for text in texts for word in str(text).split()]
        if self.fields[name].get("analyzer") == "edgengram_analyzer":
            longest = self.settings["settings"]["analysis"]["filter"]["edgengram"]["max_gram"]
            words = [word[:end] for word in words for end in range(1, min(len(word), longest) + 1)]
        return words


class Engine:
    """What the stand-in holds, and what it was asked."""

    def __init__(self) -> None:
        self.url = ""
        self.indexes: dict[str, Index] = {}
        self.aliases: dict[str, set[str]] = {}
        self.requests: list[Request] = []
        self.answers = Event()
        self.answers.set()

    @property
    def documents(self) -> dict[str, dict]:
        """Everything that can be found."""
        return {
            key: document
            for index in self.indexes.values()
            for key, document in index.documents.items()
        }

    def asked(self, end: str) -> list[Request]:
        """Return the requests to addresses that end so."""
        return [request for request in self.requests if request.path.endswith(end)]

    def answer(self, request: Request) -> Found:
        match [request.method, *request.path.strip("/").split("/")]:
            case ["HEAD" | "GET", "_alias", name]:
                indexes = self.aliases.get(name, set())
                return (200 if indexes else 404), {x: {"aliases": {name: {}}} for x in indexes}
            case ["PUT", name] if name not in self.indexes | self.aliases:
                self.indexes[name] = Index(request.json)
                return 200, {"acknowledged": True, "index": name}
            case ["PUT", name, "_mapping"]:
                self.indexes[name].fields |= request.json["properties"]
                return 200, {"acknowledged": True}
            case ["PUT", name, "_alias", alias] if name in self.indexes:
                self.aliases.setdefault(alias, set()).add(name)
                return 200, {"acknowledged": True}
            case ["POST", name, "_refresh"] if name in self.indexes:
                return 200, {}
            case ["DELETE", name]:
                found = self.indexes.pop(name, None)
                self.aliases = {x: left for x, of in self.aliases.items() if (left := of - {name})}
                return (200, {"acknowledged": True}) if found else (404, {"error": "no such index"})
            case ["POST" | "PUT", name, "_bulk"]:
                return 200, self._change(name, request)
            case ["POST" | "GET", name, "_search"] if name in self.aliases:
                return 200, self._search(name, request)
        return 404, {"error": {"type": "unknown", "reason": f"{request.method} {request.path}"}}

    def _change(self, name: str, request: Request) -> dict:
        names = self.aliases.get(name, {name})
        needs_alias = request.options.get("require_alias") == "true"
        there = (
            len(names) == 1
            and names <= set(self.indexes)
            and (name in self.aliases or not needs_alias)
        )
        lines = iter(request.body.splitlines())
        items = []
        for line in lines:
            [(action, facts)] = json.loads(line).items()
            source = json.loads(next(lines)) if action == "index" else None
            status, error = 404, {"error": {"type": "index_not_found_exception"}}
            if there:
                documents = self.indexes[min(names)].documents
                known = documents.pop(facts["_id"], None)
                status, error = (200 if known or source else 404), {}
                if source:
                    documents[facts["_id"]] = source
            items.append({action: {"_id": facts["_id"], "status": status, **error}})
        return {
            "errors": any(x["status"] >= 300 for item in items for x in item.values()),
            "items": items,
        }

    def _search(self, name: str, request: Request) -> dict:
        asked = request.json
        assert set(asked) == {"query"}, asked
        assert set(request.options) >= {"_source", "stored_fields", "size", "from"}, request.options
        index = self.indexes[min(self.aliases[name])]
        scored = [
            (points, key)
            for key, document in index.documents.items()
            if (points := score(asked["query"], index, document)) is not None
        ]
        start, size = int(request.options["from"]), int(request.options["size"])
        best = sorted(scored, reverse=True)[start : start + size]
        return {"hits": {"hits": [{"_score": n, "fields": {"pk": [key]}} for n, key in best]}}


def score(query: dict, index: Index, document: dict) -> float | None:
    """Return how well a document answers a query, or None if it does not."""
    [(kind, said)] = query.items()
    if kind == "bool":
        assert set(said) <= {"must", "filter", "should", "must_not"}, said
        must, wished, refused = (
            [score(x, index, document) for x in _list(said, name)]
            for name in ("must", "should", "must_not")
        )
        filters = [score(x, index, document) for x in _list(said, "filter")]
        if None in must + filters or set(refused) - {None} or (wished and set(wished) == {None}):
            return None
        return sum(x or 0 for x in must + wished) or 1
    if kind == "multi_match":
        assert set(said) <= {"query", "fields", "operator"}, said
        found = []
        for each in said["fields"]:
            name, _, boost = each.partition("^")
            found.append((_matches(said, index, document, name) or 0) * float(boost or 1))
        return max(found) or None
    if kind == "match":
        [(name, asked)] = said.items()
        asked = asked if isinstance(asked, dict) else {"query": asked}
        return _matches(asked, index, document, name) if name in index.fields else None
    if kind == "exists":
        return None if document.get(said["field"]) is None else 1
    raise AssertionError(query)


def _matches(asked: dict, index: Index, document: dict, name: str) -> int | None:
    wanted = asked["query"].split()
    there = set(index.words(document, name))
    found = sum(word in there for word in wanted)
    return found if found and (found == len(wanted) or asked.get("operator") != "and") else None


def _list(said: dict, name: str) -> Iterable[dict]:
    value = said.get(name, [])
    return value if isinstance(value, list) else [value]


@contextmanager
def running() -> Iterator[Engine]:
    """Yield a stand-in that answers at its `url` until the context ends."""
    engine = Engine()

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def handle_any(self) -> None:
            parts = urlsplit(self.path)
            body = self.rfile.read(int(self.headers.get("Content-Length") or 0)).decode()
            options = {name: values[0] for name, values in parse_qs(parts.query).items()}
            sent_by = self.headers.get("Authorization", "")
            request = Request(self.command, unquote(parts.path), options, body, sent_by)
            engine.requests.append(request)
            if not engine.answers.wait(timeout=0):
                engine.answers.wait(20)
                return  # who asked has gone
            try:
                status, found = engine.answer(request)
            except (AssertionError, KeyError, ValueError, TypeError) as error:
                status, found = 400, {"error": {"type": "parsing_exception", "reason": repr(error)}}
            data = json.dumps(found).encode()
            self.send_response(status)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(data)))
            self.end_headers()
            if self.command != "HEAD":
                self.wfile.write(data)

        do_GET = do_PUT = do_POST = do_DELETE = do_HEAD = handle_any  # noqa: N815

        def log_message(self, *_: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    engine.url = f"http://127.0.0.1:{server.server_port}"
    thread = Thread(target=server.serve_forever, args=(0.05,))
    thread.start()
    try:
        yield engine
    finally:
        engine.answers.set()
        server.shutdown()
        thread.join()
        server.server_close()
