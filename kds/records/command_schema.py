"""The JSON Schema of a command: what each kind needs, as programs and validators read it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import product
from typing import Any

from kds.kitchen.commands import CommandKind
from kds.records.commands import needs_of, shape_schema

_ONE_TEXT = {"type": ["string", "number"], "minLength": 1}
_STATION = {"type": "string", "minLength": 1}
_ORDER = {"$ref": "#/$defs/_OrderRef"}
_NEEDED: dict[str, Any] = {
    "order": _ORDER,
    "into": _ORDER,
    "lines": {"type": "array", "items": {"$ref": "#/$defs/_Part"}, "minItems": 1},
}
"""What a field is where it must be there; a text that is not empty unless it stands here."""


def commands_schema() -> dict[str, Any]:
    """Return the schema of the body of `POST /v1/commands`: one command or a list of them."""
    plain = shape_schema()
    definitions = plain.pop("$defs")
    one = {"anyOf": list(_branches(plain))}
    definitions["Command"] = one
    any_of = [{"$ref": "#/$defs/Command"}, {"type": "array", "items": {"$ref": "#/$defs/Command"}}]
    return {"title": "Commands", "anyOf": any_of, "$defs": definitions}


def _branches(plain: dict[str, Any]) -> Iterator[dict[str, Any]]:
    """Yield a schema for the kinds that need the same, once for each way to give it."""
    kinds: dict[tuple[tuple[str, ...], ...], list[CommandKind]] = {}
    for kind in CommandKind:
        kinds.setdefault(needs_of(kind), []).append(kind)
    for needs, of in kinds.items():
        for given in product(*needs):
            yield _branch(plain, of, given)


def _branch(
    plain: dict[str, Any], kinds: Iterable[CommandKind], given: Iterable[str]
) -> dict[str, Any]:
    names = list(given)
    of = [kind.value for kind in kinds]
    properties = dict(plain["properties"]) | {"kind": {"enum": of}}
    if CommandKind.FOLD.value in of:
        properties["into"] = {"anyOf": [_STATION, {"type": "null"}]}
    properties |= {name: _NEEDED.get(name, _ONE_TEXT) for name in names}
    return {"type": "object", "properties": properties, "required": ["id", "kind", *names]}
