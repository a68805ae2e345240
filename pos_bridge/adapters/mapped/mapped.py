"""The generic adapter: reads any vendor's JSON or form by a mapping file.

| event | what becomes of it |
|---|---|
| a state under `cook`, or no `states` at all | an order or a change of it |
| a state under `ignore` | kept, not shown |
| a state under `cancel` | the order is void; lines that come along are kept |
| a state under `close` | the visit ends, where the kitchen knows the order |
| any other state, where `cook` is given | a card with the raw text |
| not paid, with `cook_unpaid: no` | kept, not shown |

Duplicates and order: by `revision` where the file names one, else by content. Signature: as the
file says, else the secret as a bearer token.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from kds.records.body import read_json
from kds.records.errors import BadBody, FieldError
from kds.rulebook.checking import check
from kds.rulebook.diagnostics import Diagnostic, Place, fault
from kds.rulebook.nodes import parse
from pos_bridge.adapters import values
from pos_bridge.adapters.adapter import Context, Order, Push, Reading
from pos_bridge.adapters.forms import form_of, is_form
from pos_bridge.adapters.lines import DEEPEST, LineIds
from pos_bridge.adapters.mapped import proof
from pos_bridge.adapters.mapped.paths import Path, Scope
from pos_bridge.adapters.mapped.picking import picked, picked_id, written
from pos_bridge.adapters.mapped.schema import LinesSpec, MapSpec, ModifiersSpec, ValueSpec
from pos_bridge.adapters.values import Doubts

_TIMES = ("placed_at", "due_at")
_NUMBERS = ("revision", "sequence")


def read_map(file: str, text: str) -> tuple[MapSpec | None, tuple[Diagnostic, ...]]:
    """Return the mapping in a file's text, None with all its faults where it can not be used."""
    node, faults = parse(file, text)
    if faults:
        return None, faults
    if node is None:
        return None, (fault(Place(file, 1, 1), "文件是空的", "the file is empty"),)
    located, faults = check(MapSpec, node)
    return (None if located is None else located.spec), faults


@dataclass(frozen=True, slots=True)
class Mapped:
    """The adapter of one mapping file. `vendor`: the file's name without its ending."""

    vendor: str
    spec: MapSpec

    def verify(self, push: Push, secrets: Sequence[str], at: datetime) -> None:
        """Check the signature that the file names; else the secret is a bearer token."""
        proof.verify(self.spec.signature, push, secrets, at)

    def read(self, push: Push, context: Context) -> Reading:
        """Return what a push says by this mapping."""
        body = _body(push)
        doubts = Doubts()
        orders, amendments, ignored = [], [], []
        entries = self._entries(body)
        if not entries:
            ignored.append("there are no orders in it")
        for entry in entries:
            one = _OneOrder(self.spec, Scope(entry, body), context, doubts)
            why = one.why_ignored()
            if why is not None:
                ignored.append(why)
            elif one.is_closed:
                amendments.append(one.read())
            else:
                orders.append(one.read())
        acknowledge = self.spec.acknowledge
        return Reading(
            tuple(orders),
            tuple(amendments),
            None if orders or amendments else "; ".join(dict.fromkeys(ignored)) or None,
            warnings=tuple(doubts.warnings),
            doubts=tuple(doubts.cards),
            acknowledgement=None if acknowledge is None else acknowledge.encode(),
        )

    def _entries(self, body: Any) -> list[Any]:
        """Return the orders in a body; raises `BodyError` where there are none."""
        at = self.spec.orders
        if at is None:
            return body if isinstance(body, list) else [body]
        found = [values.unwrapped(each) for each in at.all_of(Scope(body, body))]
        entries = [e for each in found for e in (each if isinstance(each, list) else [each])]
        if not found or any(not isinstance(entry, dict) for entry in entries):
            raise BadBody([FieldError(at.written, "must hold an order or a list of orders")])
        return entries


def _body(push: Push) -> Any:
    if is_form(push):
        return form_of(push)
    body, _ = read_json(push.body, push.content_type)
    if not isinstance(body, dict | list):
        raise BadBody([FieldError("", "must be a JSON object or list")])
    return body


@dataclass(slots=True)
class _OneOrder:
    """The reading of one order."""

    spec: MapSpec
    scope: Scope
    context: Context
    doubts: Doubts

    @property
    def is_closed(self) -> bool:
        """Its state says that the visit is over."""
        return self.spec.states is not None and self._state() in _folded(self.spec.states.close)

    def why_ignored(self) -> str | None:
        """Say why it is not for the kitchen. Raises `BodyError` for a state that nobody knows."""
        states, order = self.spec.states, self.spec.order
        if states is not None:
            state = self._state()
            if state in _folded(states.ignore):
                return f"state {state}"
            known = (*states.cancel, *states.close, *(states.cook or ()))
            if states.cook is not None and state not in _folded(known):
                told = f"the mapping does not say what the state '{state}' means"
                raise BadBody([FieldError(written(states.path), told)])
        if not self.spec.cook_unpaid and order.payment is not None and not self._is_cancelled():
            paid = picked(order.payment, self.scope, self.doubts)
            if not paid:
                raise BadBody([FieldError(written(order.payment), "does not say if it is paid")])
            if paid not in {"paid", "partial"}:
                return "not paid"
        return None

    def read(self) -> Order:
        """Return the canonical order."""
        order = self.spec.order
        made: dict[str, Any] = {"source": self.context.source}
        for name in type(order).model_fields:
            value = getattr(order, name)
            if name in {"order_id", "lines", "member", "member_note"} or value is None:
                continue
            made[name] = self._field(name, picked(value, self.scope, self.doubts))
        made["order_id"] = picked_id(order.order_id, self.scope, self.doubts)
        if not made["order_id"]:
            raise values.missing(written(order.order_id))
        member = {
            key: picked(value, self.scope, self.doubts)
            for key, value in (("tier", order.member), ("note", order.member_note))
            if value is not None
        }
        made["member"] = values.without_nothing(member) or None
        made |= {"partial": self.spec.partial, "closed": self.is_closed}
        made["cancelled"] = self._is_cancelled()
        made["lines"] = self._lines(made)
        return values.without_nothing(made)

    def _field(self, name: str, said: str) -> Any:
        """Return a field of the order as the contract wants it."""
        if name in _TIMES:
            return values.iso(said, self.context.zone)
        if name in _NUMBERS:
            number = values.whole(said)
            return number if number is not None else values.epoch_ms(said, self.context.zone)
        return values.guests(said) if name == "guests" else said

    def _lines(self, made: dict[str, Any]) -> list[dict[str, Any]]:
        """Return the lines; a cancel or an end of a visit need not bring any."""
        reader = _LineReader(self.spec.order.lines, self.scope.root, self.doubts)
        if not reader.is_given(self.scope):
            if made["cancelled"] or made["closed"] or made["partial"]:
                made["partial"] = True
                return []
            raise values.missing(reader.written)
        return list(reader.lines(self.scope, None, 0))

    def _state(self) -> str:
        assert self.spec.states is not None
        return str(picked(self.spec.states.path, self.scope, self.doubts)).casefold()

    def _is_cancelled(self) -> bool:
        return self.spec.states is not None and self._state() in _folded(self.spec.states.cancel)


def _folded(words: Sequence[str]) -> set[str]:
    return {word.casefold() for word in words}


class _LineReader:
    """Reads lines, their modifiers and the dishes of sets."""

    def __init__(self, spec: LinesSpec, root: Any, doubts: Doubts) -> None:
        self._spec = spec
        self._root = root
        self._doubts = doubts
        self._ids = LineIds()

    @property
    def written(self) -> str:
        """Where lines lie, as the file says."""
        return ", ".join(path.written for path in self._spec.at)

    def is_given(self, scope: Scope) -> bool:
        """There is a list of lines, empty or not."""
        return any(
            isinstance(values.unwrapped(value), dict | list)
            for path in self._spec.at
            for value in path.all_of(scope)
        )

    def lines(self, scope: Scope, parent: str | None, depth: int) -> Iterator[dict[str, Any]]:
        """Yield the lines of an order, or the dishes of a set."""
        paths = self._spec.at if parent is None else self._spec.parts or []
        for entry in _entries(paths, scope, self._doubts):
            if self._is_skipped(entry):
                continue
            line = self._line(entry, parent)
            yield line
            if self._spec.parts and depth < DEEPEST:
                yield from self.lines(entry, line["line_id"], depth + 1)

    def _is_skipped(self, entry: Scope) -> bool:
        skip = self._spec.skip
        return skip is not None and values.text(skip.path.of(entry)) in skip.values

    def _line(self, entry: Scope, parent: str | None) -> dict[str, Any]:
        spec, doubts = self._spec, self._doubts
        name = _name(spec.name, entry, self.written, doubts)
        modifiers = [
            made for each in spec.modifiers for made in self._modifiers(each, each.at, entry, 0)
        ]
        texts = {
            key: picked(value, entry, doubts)
            for key in ("item_id", "category", "unit", "course", "seat", "note", "state")
            if (value := getattr(spec, key)) is not None
        }
        given = picked(spec.line_id, entry, doubts) if spec.line_id is not None else ""
        line_id = self._ids.unique(given) if given else self._ids.of(name, texts, modifiers, parent)
        line = {"line_id": line_id, "parent": parent, "name": name, **texts}
        line["quantity"] = self._quantity(spec, entry, name)
        lists = {"modifiers": modifiers, "tags": _tags(spec.tags or (), entry)}
        return values.without_nothing(line) | {key: made for key, made in lists.items() if made}

    def _modifiers(
        self, spec: ModifiersSpec, paths: Sequence[Path], scope: Scope, depth: int
    ) -> Iterator[dict[str, Any]]:
        for entry in _entries(paths, scope, self._doubts):
            place = ", ".join(path.written for path in paths)
            name = _name(spec.name, entry, place, self._doubts)
            kind = picked(spec.kind, entry, self._doubts) if spec.kind is not None else ""
            inner: list[dict[str, Any]] = []
            if spec.inside and depth < DEEPEST:
                inner = list(self._modifiers(spec, spec.inside, entry, depth + 1))
            count = self._quantity(spec, entry, name)
            yield values.modifier(name, count, kind or "choice", inner)

    def _quantity(self, spec: LinesSpec | ModifiersSpec, entry: Scope, name: str) -> str:
        """Return how many; one, where the file does not say where that stands."""
        if spec.quantity is None:
            return "1"
        said = picked(spec.quantity, entry, self._doubts, raw=True)
        return values.quantity(said, name, self._doubts, per=spec.quantity.divide or 1)


def _tags(paths: Sequence[Path], scope: Scope) -> list[str]:
    """Return the texts that stand at `paths`, alone or in lists."""
    found = [values.unwrapped(value) for path in paths for value in path.all_of(scope)]
    several = [each for value in found for each in (value if isinstance(value, list) else [value])]
    return [text for each in several if (text := values.text(each))]


def _entries(paths: Sequence[Path], scope: Scope, doubts: Doubts) -> Iterator[Scope]:
    """Yield the entries of all lists that `paths` lead to; lists in lists are one list."""
    for path in paths:
        for found in path.all_of(scope):
            value = values.unwrapped(found)
            if isinstance(value, list) or value not in (None, "", False, {}):
                yield from _flat(value, scope.root, path.written, doubts, DEEPEST)


def _flat(entry: Any, root: Any, place: str, doubts: Doubts, depth: int) -> Iterator[Scope]:
    if isinstance(entry, list) and depth:
        for inner in entry:
            yield from _flat(inner, root, place, doubts, depth - 1)
    elif isinstance(entry, dict) or values.text(entry):
        yield Scope(entry, root)
    else:
        where = f"{place} 里有一项无法读取，请核对原单"
        doubts.show(where, f"{place}: an entry can not be read; check the order")


def _name(spec: ValueSpec, entry: Scope, place: str, doubts: Doubts) -> str:
    """Return the name of a line or modifier; an entry that is text is its own."""
    name = picked(spec, entry, doubts) or values.plain(entry.here)
    return str(name) or _unnamed(place, doubts)


def _unnamed(place: str, doubts: Doubts) -> str:
    doubts.show(
        f"{place}：有一项没有名称，请核对原单", f"{place}: an entry has no name; check the order"
    )
    return "（无名称 unnamed）"
