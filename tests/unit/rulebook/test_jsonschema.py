"""The JSON Schema for editors: no key without words, and what is right is not underlined."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from ruamel.yaml import YAML

from kds.cases.jsonschema import cases_schema
from kds.rulebook.jsonschema import rules_schema

ROOT = Path(__file__).resolve().parents[3]
SCHEMA, CASES = rules_schema("zh"), cases_schema("zh")
_TYPES: dict[str, tuple[type, ...]] = {
    "object": (dict,),
    "array": (list,),
    "string": (str,),
    "number": (int, float),
    "integer": (int,),
    "boolean": (bool,),
    "null": (type(None),),
}


def fits(value: Any, shape: dict[str, Any], whole: dict[str, Any] | None = None) -> bool:
    """Check `value` as an editor does, as far as these schemas use the standard."""
    whole = whole or shape
    if "$ref" in shape:
        return fits(value, whole["definitions"][shape["$ref"].rpartition("/")[2]], whole)
    if "anyOf" in shape:
        return any(fits(value, inner, whole) for inner in shape["anyOf"])
    if "enum" in shape:
        return value in shape["enum"]
    names = shape.get("type", [])
    kinds = [
        kind for name in ([names] if isinstance(names, str) else names) for kind in _TYPES[name]
    ]
    if kinds and not isinstance(value, tuple(kinds)):
        return False
    if isinstance(value, str) and re.search(shape.get("pattern", ""), value) is None:
        return False
    if isinstance(value, list):
        return all(fits(item, shape.get("items", {}), whole) for item in value)
    if isinstance(value, dict):
        if "additionalProperties" in shape and "properties" not in shape:
            return all(
                fits(inner, shape["additionalProperties"], whole) for inner in value.values()
            )
        known = shape.get("properties", {})
        return set(shape.get("required", [])) <= set(value) <= set(known) and all(
            fits(inner, known[key], whole) for key, inner in value.items()
        )
    return True


@pytest.mark.parametrize(
    "path",
    [
        *sorted((ROOT / "rules").glob("*/*.yaml")),
        ROOT / "tests/rules/good/waiting.yaml",
    ],
    ids=lambda path: f"{path.parent.name}/{path.name}",
)
def test_what_is_shipped_is_not_underlined(path: Path) -> None:
    schema = CASES if path.name.endswith(".cases.yaml") else SCHEMA
    assert fits(YAML(typ="safe", pure=True).load(path.read_text("utf-8")), schema)


@pytest.mark.parametrize(
    "text",
    [
        "menue: []",
        "limits: {late: 12}",
        "limits: {clock: fried}",
        "stations: [{id: 炒锅, name: x}]",
        "menu: [{id: a, class: b, match: {catgory: x}, cook: wok}]",
        "rules: [{id: a, mechanism: wait}]",
    ],
)
def test_what_is_wrong_is_underlined(text: str) -> None:
    assert not fits(YAML(typ="safe", pure=True).load(text), SCHEMA)


@pytest.mark.parametrize(
    "step",
    [
        "{wait: 5}",
        "{do: bumb}",
        "{expect: {a: {hodl: run}}}",
        "{expect: {a: {hold: ran}}}",
        "{order: {lines: [{nam: x}]}}",
        "{shows: {cut: {a: b}}}",
    ],
)
def test_what_is_wrong_in_a_case_is_underlined(step: str) -> None:
    text = f"cases: [{{case: c, steps: [{step}]}}]"
    assert not fits(YAML(typ="safe", pure=True).load(text), CASES)


@pytest.mark.parametrize("lang", ["zh", "en"])
@pytest.mark.parametrize("schema_in", [rules_schema, cases_schema])
def test_every_key_says_what_it_is_for(
    schema_in: Callable[[str], dict[str, Any]], lang: str
) -> None:
    schema = schema_in(lang)
    for definition in (schema, *schema["definitions"].values()):
        for key, shape in definition.get("properties", {}).items():
            assert shape.get("description") or key in {"zh", "en"}, key
