"""One value by a mapping file: found, translated, or its default."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

from pos_bridge.adapters import values
from pos_bridge.adapters.mapped.paths import Path, Scope, path
from pos_bridge.adapters.mapped.schema import FIELD, ValueSpec
from pos_bridge.adapters.values import Doubts


def picked(spec: ValueSpec, scope: Scope, doubts: Doubts, *, raw: bool = False) -> Any:
    """Return the text that a value comes to, "" for nothing.

    `raw`: without making text of it, where a path alone leads to it, so that nonsense can be told
    from what is missing.
    """
    if raw and spec.path is not None and spec.table is None:
        found = spec.path.of(scope)
        return spec.default if found in (None, "") and spec.default is not None else found
    said = _said(spec, scope)
    if said and spec.table is not None:
        said = _translated(spec, said, doubts)
    return said or spec.default or ""


def picked_id(spec: ValueSpec, scope: Scope, doubts: Doubts) -> str:
    """Return an id: of a template with all its parts, for half an id is that of many orders."""
    if spec.template is not None:
        return _filled(spec.template, scope, all)
    return str(picked(spec, scope, doubts))


def written(spec: ValueSpec) -> str:
    """Return where a value stands, for people."""
    paths = [spec.path] if spec.path is not None else [*(spec.first or ()), *(spec.join or ())]
    return ", ".join(each.written for each in paths) or spec.template or spec.value or ""


def _said(spec: ValueSpec, scope: Scope) -> str:
    if spec.value is not None:
        return spec.value
    if spec.template is not None:
        return _filled(spec.template, scope, any)
    if spec.join is not None:
        return _joined(spec.join, scope, spec.by)
    for each in [spec.path] if spec.path is not None else spec.first or ():
        if said := _joined([each], scope, spec.by):
            return said
    return ""


def _joined(paths: list[Path], scope: Scope, by: str) -> str:
    found = [_plain(value) for each in paths for value in each.all_of(scope)]
    return by.join(dict.fromkeys(filter(None, found)))


def _plain(value: Any) -> str:
    """Return the text of a value; true and false by their names, as tables write them."""
    return str(value).lower() if isinstance(value, bool) else values.plain(value)


def _filled(template: str, scope: Scope, needed: Callable[[Iterable[str]], bool]) -> str:
    """Return a template with its paths filled in; "" where not what is `needed` is there."""
    found = {name: _joined([path(name)], scope, " ") for name in FIELD.findall(template)}
    if found and not needed(found.values()):
        return ""
    text = FIELD.sub(lambda field: found[field[1]], template)
    return " ".join(text.split()).strip(" :-·,;/")


def _translated(spec: ValueSpec, said: str, doubts: Doubts) -> str:
    """Return what a table makes of a word; the contract's own words need no translation."""
    table = spec.table or {}
    if said in table:
        return table[said]
    folded = {key.casefold(): value for key, value in table.items()}
    if said.casefold() in folded:
        return folded[said.casefold()]
    if said in table.values():
        return said
    doubts.warn(f"{written(spec)}: the table has no {said!r}")
    return ""
