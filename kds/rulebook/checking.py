"""Nodes against the schema: every fault with its place, in words an admin understands."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Generic, TypeVar, get_args

from pydantic import BaseModel, ValidationError
from pydantic_core import ErrorDetails

from kds.kitchen.wording import Wording
from kds.rulebook.diagnostics import Diagnostic, Place, did_you_mean, fault
from kds.rulebook.nodes import Mapping, Node, Scalar, Sequence
from kds.rulebook.schema import Spec

SpecT = TypeVar("SpecT", bound=Spec)

_WRONG_KIND = {
    "model_type": Wording("这里应为“键: 值”", "a mapping (key: value) is expected here"),
    "list_type": Wording("这里应为列表", "a list is expected here"),
    "string_type": Wording("这里应为文字", "a text is expected here"),
}


@dataclass(frozen=True, slots=True)
class Located(Generic[SpecT]):
    """A checked piece of rule text and the node it was read from."""

    spec: SpecT
    node: Node

    @property
    def place(self) -> Place:
        """Where the piece begins."""
        return self.node.place

    def at(self, *path: str | int) -> Place:
        """Return where something inside the piece stands, its own place if it is not written."""
        return find(self.node, path).place


def check(model: type[SpecT], node: Node) -> tuple[Located[SpecT] | None, tuple[Diagnostic, ...]]:
    """Return `node` read as `model`, or None and every fault in it."""
    try:
        return Located(model.model_validate(plain(node)), node), ()
    except ValidationError as error:
        return None, tuple(_fault(model, node, detail) for detail in error.errors())


def plain(node: Node) -> object:
    """Return a node as dicts, lists and texts."""
    match node:
        case Mapping():
            return {name: plain(key.value) for name, key in node.keys.items()}
        case Sequence():
            return [plain(item) for item in node.items]
        case Scalar():
            return node.text


def find(node: Node, path: tuple[str | int, ...]) -> Node:
    """Return the node at `path`; the last one on the way that was written.

    An index into what is not a list stays where it is: a single value stood for a list.
    """
    for step in path:
        if isinstance(node, Mapping) and isinstance(step, str) and step in node.keys:
            node = node.keys[step].value
        elif isinstance(node, Sequence) and isinstance(step, int) and step < len(node.items):
            node = node.items[step]
    return node


def _fault(model: type[Spec], node: Node, detail: ErrorDetails) -> Diagnostic:
    path, kind = detail["loc"], detail["type"]
    place = find(node, path).place
    if kind == "extra_forbidden":
        return _unknown_key(model, find(node, path[:-1]), path)
    if kind == "missing":
        return fault(place, f"缺少“{path[-1]}”", f"'{path[-1]}' is missing")
    if kind == "rulebook":
        context = detail["ctx"]
        return fault(place, context["zh"], context["en"], context["hint"])
    words = _WRONG_KIND.get(kind, Wording(detail["msg"], detail["msg"]))
    return fault(place, words.zh, words.en)


def _unknown_key(model: type[Spec], parent: Node, path: tuple[str | int, ...]) -> Diagnostic:
    name = str(path[-1])
    place = parent.place
    if isinstance(parent, Mapping) and name in parent.keys:
        place = parent.keys[name].place
    known = _keys(_model_at(model, path[:-1]))
    return fault(place, f"未知的键“{name}”", f"unknown key '{name}'", did_you_mean(name, known))


def _keys(model: type[BaseModel]) -> tuple[str, ...]:
    return tuple(field.alias or name for name, field in model.model_fields.items())


def _model_at(model: type[BaseModel], path: tuple[str | int, ...]) -> type[BaseModel]:
    """Return the model of the mapping at `path` below a mapping of `model`."""
    for step in path:
        for name, field in model.model_fields.items():
            if step == (field.alias or name):
                model = next(_models_in(field.annotation), model)
                break
    return model


def _models_in(annotation: Any) -> Iterator[type[BaseModel]]:
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        yield annotation
    for argument in get_args(annotation):
        yield from _models_in(argument)
