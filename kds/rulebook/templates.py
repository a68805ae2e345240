"""Sentences with named fields, as a book words what is said: "{table} 头菜 {minutes} 分钟未上"."""

from __future__ import annotations

import re
from collections.abc import Mapping

from kds.rulebook.diagnostics import did_you_mean
from kds.rulebook.values import value_fault

FIELDS = ("table", "number", "dish", "count", "minutes", "station")

_FIELD = re.compile(r"\{([^{}]*)\}")


def sentence(text: str) -> str:
    """Return `text`, whose fields must all be known."""
    for name in _FIELD.findall(text):
        if name not in FIELDS:
            known = ", ".join(FIELDS)
            raise value_fault(
                f"未知的字段“{{{name}}}”，可用：{known.replace(', ', '、')}",
                f"unknown field '{{{name}}}', known are: {known}",
                did_you_mean(name, FIELDS),
            )
    if set(_FIELD.sub("", text)) & {"{", "}"}:
        raise value_fault(f"“{text}”里的花括号不成对", f"a brace in '{text}' has no counterpart")
    return text


def filled(text: str, values: Mapping[str, str]) -> str:
    """Return `text` with its fields filled in; one without a value leaves nothing."""
    # Plain replacement: `format` would let a text reach into objects.
    said = _FIELD.sub(lambda field: values.get(field[1], ""), text)
    return " ".join(said.split())
