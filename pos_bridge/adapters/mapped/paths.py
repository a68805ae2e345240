r"""Paths into a payload, as mapping files write them.

    customer.name          a key within a key
    items[0].name          an entry by its place; -1 is the last
    notes[*].text          every entry
    fields[name=table].value    the entries whose key has this value
    /shop.name             from the top of the body, wherever one is
    .                      the entry itself, where a list holds texts
    "odd.key".value        a key with a dot, in quotes

JSON in a text is looked into like an object. Nothing there is no fault: it is None.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from kds.rulebook.values import value_fault
from pos_bridge.adapters.values import text, unwrapped

_STEP = re.compile(
    r"""(?:"(?P<quoted>[^"]+)"|(?P<key>[^\s.\[\]"=*/][^.\[\]"]*))"""
    r"""(?P<brackets>(?:\[[^\]]*\])*)(?:\.(?=.)|$)"""
)
_BRACKET = re.compile(
    r"\[(?:(?P<place>-?\d{1,6})|(?P<all>\*)|(?P<key>[^=\[\]]+)=(?P<value>[^\]]*))\]"
)


@dataclass(frozen=True, slots=True)
class Scope:
    """Where a path starts: an entry of a list, or the order; `root` is the whole body."""

    here: Any
    root: Any


@dataclass(frozen=True, slots=True)
class _Key:
    name: str

    def of(self, value: Any) -> Iterator[Any]:
        value = unwrapped(value)
        if isinstance(value, dict) and self.name in value:
            yield value[self.name]


@dataclass(frozen=True, slots=True)
class _Place:
    place: int

    def of(self, value: Any) -> Iterator[Any]:
        value = unwrapped(value)
        if isinstance(value, list) and -len(value) <= self.place < len(value):
            yield value[self.place]


@dataclass(frozen=True, slots=True)
class _Every:
    def of(self, value: Any) -> Iterator[Any]:
        value = unwrapped(value)
        if isinstance(value, list):
            yield from value
        elif isinstance(value, dict):  # one entry, where others have a list
            yield value


@dataclass(frozen=True, slots=True)
class _Where:
    key: str
    value: str

    def of(self, value: Any) -> Iterator[Any]:
        for entry in map(unwrapped, _Every().of(value)):
            if isinstance(entry, dict) and text(entry.get(self.key)) == self.value:
                yield entry


_Step = _Key | _Place | _Every | _Where


@dataclass(frozen=True, slots=True)
class Path:
    """A path that has been read. `is_many`: it may lead to several places."""

    written: str
    steps: tuple[_Step, ...]
    from_root: bool = False

    @property
    def is_many(self) -> bool:
        """It has a step that may lead to several places."""
        return any(isinstance(step, _Every | _Where) for step in self.steps)

    def all_of(self, scope: Scope) -> list[Any]:
        """Return everything that the path leads to."""
        found = [scope.root if self.from_root else scope.here]
        for step in self.steps:
            found = [inner for value in found for inner in step.of(value)]
        return found

    def of(self, scope: Scope) -> Any:
        """Return what the path leads to, None for nothing."""
        return next(iter(self.all_of(scope)), None)


def path(value: object) -> Path:
    """Read a path of a mapping file; raises what pydantic shows with its place."""
    if isinstance(value, Path):
        return value
    if not isinstance(value, str) or not value.strip():
        raise value_fault(
            "这里应为路径，例如 customer.name", "a path is expected, such as customer.name"
        )
    written = value.strip()
    rest = written.removeprefix("/")
    if rest in ("", "."):
        return Path(written, (), from_root=written.startswith("/"))
    steps = tuple(_steps(rest, written))
    return Path(written, steps, from_root=written.startswith("/"))


def _steps(rest: str, written: str) -> Iterator[_Step]:
    at = 0
    while at < len(rest):
        found = _STEP.match(rest, at)
        if found is None or found.end() == at:
            raise value_fault(
                f"路径“{written}”从“{rest[at:]}”起看不懂",
                f"the path '{written}' can not be read from '{rest[at:]}' on",
            )
        yield _Key(found["quoted"] or found["key"].strip())
        yield from _brackets(found["brackets"], written)
        at = found.end()


def _brackets(brackets: str, written: str) -> Iterator[_Step]:
    at = 0
    while at < len(brackets):
        found = _BRACKET.match(brackets, at)
        if found is None:
            raise value_fault(
                f"路径“{written}”的方括号里应为 0、* 或 键=值",
                f"in the path '{written}' brackets hold 0, * or key=value",
            )
        if found["all"]:
            yield _Every()
        elif found["place"]:
            yield _Place(int(found["place"]))
        else:
            yield _Where(found["key"].strip(), found["value"].strip())
        at = found.end()
