"""The page at /docs: the description at /openapi.json for people, without script or internet."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping
from html import escape
from typing import Any

_STYLE = """
body { font: 16px/1.5 system-ui, sans-serif; max-width: 60rem; margin: 2rem auto; padding: 0 1rem }
h2 { margin-top: 2.5rem; border-top: 1px solid #999; padding-top: 1rem; font-family: monospace }
pre { background: #8882; padding: .7rem; overflow-x: auto; font-size: 14px }
td, th { text-align: left; vertical-align: top; padding: .1rem 1rem .1rem 0 }
@media (prefers-color-scheme: dark) { body { background: #111; color: #eee } a { color: #8cf } }
"""


def page(description: Mapping[str, Any]) -> str:
    """Return the whole page for an OpenAPI description."""
    info = description["info"]
    title = escape(info["title"])
    parts = [
        f'<!doctype html><html lang="en"><meta charset="utf-8"><title>{title}</title>',
        f"<style>{_STYLE}</style><h1>{title} {escape(info['version'])}</h1>",
        f"<p>{escape(info.get('description', ''))}</p>",
        '<p>For programs: <a href="openapi.json">openapi.json</a>. ',
        "Shapes are listed at the end.</p>",
    ]
    for path, methods in description["paths"].items():
        for method, operation in methods.items():
            parts.extend(_operation(method.upper(), path, operation))
    for name, methods in description.get("webhooks", {}).items():
        parts.extend(_operation("WEBHOOK", name, methods["post"]))
    parts.append("<h2>Shapes</h2>")
    for name, schema in description.get("components", {}).get("schemas", {}).items():
        parts.append(f'<h3 id="{escape(name)}">{escape(name)}</h3>{_code(schema)}')
    return "\n".join(parts)


def _operation(method: str, path: str, operation: Mapping[str, Any]) -> Iterator[str]:
    """Yield the section of one call."""
    yield f"<h2>{method} {escape(path)}</h2><p>{escape(operation.get('summary', ''))}</p>"
    if text := operation.get("description"):
        yield f"<p>{escape(text)}</p>"
    if parameters := operation.get("parameters"):
        yield _table(
            (p["name"], f"in the {p['in']}", escape(p.get("description", ""))) for p in parameters
        )
    for kind, content in operation.get("requestBody", {}).get("content", {}).items():
        yield f"<p>Send <code>{escape(kind)}</code>:</p>{_shape(content.get('schema', {}))}"
    yield "<p>Answers:</p>"
    answers = operation.get("responses", {}).items()
    yield _table(
        (status, text.get("description", ""), _shapes_of(text)) for status, text in answers
    )


def _table(rows: Iterable[tuple[str, str, str]]) -> str:
    """Return a table; the last cell may hold links of ours and is escaped by its maker."""
    cells = (f"<tr><th>{escape(a)}<td>{escape(b)}<td>{c}" for a, b, c in rows)
    return f"<table>{''.join(cells)}</table>"


def _shapes_of(answer: Mapping[str, Any]) -> str:
    contents = answer.get("content", {}).values()
    return " ".join(_link(c["schema"]) for c in contents if "$ref" in c.get("schema", {}))


def _shape(schema: Mapping[str, Any]) -> str:
    return _link(schema) if "$ref" in schema else _code(schema)


def _link(schema: Mapping[str, Any]) -> str:
    name = escape(str(schema["$ref"]).rpartition("/")[2])
    return f'<a href="#{name}">{name}</a>'


def _code(schema: Mapping[str, Any]) -> str:
    return f"<pre>{escape(json.dumps(schema, indent=1, ensure_ascii=False))}</pre>"
