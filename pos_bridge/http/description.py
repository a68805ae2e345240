"""The application's description: OpenAPI as FastAPI makes it, with the codec's own schemas."""

from __future__ import annotations

from typing import Any

from fastapi import FastAPI


class Described(FastAPI):
    """A FastAPI whose description may hold JSON Schemas with definitions of their own.

    JSON Schema looks for definitions beside the schema, OpenAPI among its components.
    """

    def openapi(self) -> dict[str, Any]:
        """Return the description, made once."""
        if self.openapi_schema is None:
            described = super().openapi()
            shapes = described.setdefault("components", {}).setdefault("schemas", {})
            self.openapi_schema = _lifted(described, shapes)
        return self.openapi_schema


def _lifted(node: Any, shapes: dict[str, Any]) -> Any:
    """Return `node` with its schemas' own definitions moved to `shapes`."""
    if isinstance(node, list):
        return [_lifted(child, shapes) for child in node]
    if not isinstance(node, dict):
        return node
    for name, schema in node.pop("$defs", {}).items():
        shapes[name] = _lifted(schema, shapes)
    for name, child in list(node.items()):
        if name == "$ref":
            node[name] = child.replace("#/$defs/", "#/components/schemas/")
        else:
            node[name] = _lifted(child, shapes)
    return node
