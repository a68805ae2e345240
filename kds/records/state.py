"""The kitchen as snapshots and the archive keep it: orders and visits one by one, and the head."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, fields
from typing import Any, Generic, TypeVar, get_args, get_origin, get_type_hints

from pydantic import TypeAdapter, ValidationError
from pydantic_core import from_json, to_json

from kds.kitchen.frozenmap import FrozenMap
from kds.kitchen.ids import CommandId, OrderKey, VisitId
from kds.kitchen.orders import Order
from kds.kitchen.state import Kitchen
from kds.kitchen.visits import Visit
from kds.records.errors import NewerRecord, RecordError
from kds.records.versions import Codec, Upcaster

ORDER: Codec[Order] = Codec("order", Order)
VISIT: Codec[Visit] = Codec("visit", Visit)
_COMMAND: Codec[VisitId] = Codec("command", VisitId)

K = TypeVar("K", bound=str | tuple[str, ...])
V = TypeVar("V")


@dataclass(frozen=True, slots=True)
class Part(Generic[K, V]):
    """A map of the kitchen that is kept entry by entry, because it is large and changes little."""

    name: str
    codec: Codec[V]
    map_of: Callable[[Kitchen], FrozenMap[K, V]]
    keys: TypeAdapter[K]

    def dump_key(self, key: K) -> str:
        """Return the text under which the entry of `key` is kept."""
        return self.keys.dump_json(key).decode()

    def load_key(self, text: str) -> K:
        """Return the key that is kept as `text`; else `RecordError`."""
        try:
            return self.keys.validate_json(text)
        except ValidationError as error:
            raise RecordError(f"a key of {self.name!r} is damaged: {error}") from error


PARTS: tuple[Part[Any, Any], ...] = (
    Part("orders", ORDER, lambda kitchen: kitchen.orders, TypeAdapter(OrderKey)),
    Part("visits", VISIT, lambda kitchen: kitchen.visits, TypeAdapter(VisitId)),
    Part("commands", _COMMAND, lambda kitchen: kitchen.commands, TypeAdapter(CommandId)),
)

# --- the head: everything else -------------------------------------------------------------

_HEAD_UPCASTERS: tuple[Upcaster, ...] = ()
HEAD_VERSION = 1 + len(_HEAD_UPCASTERS)


def _adapters() -> Mapping[str, TypeAdapter[Any]]:
    """Return an adapter for each field of the kitchen that is no part; maps are lists of pairs."""
    hints = get_type_hints(Kitchen)
    kept_apart = {part.name for part in PARTS}
    found: dict[str, TypeAdapter[Any]] = {}
    for name in (f.name for f in fields(Kitchen) if f.name not in kept_apart):
        hint = hints[name]
        if get_origin(hint) is FrozenMap:
            key, value = get_args(hint)
            hint = tuple[tuple[key, value], ...]  # type: ignore[valid-type]  # built from hints
        found[name] = TypeAdapter(hint)
    return found


_HEAD = _adapters()


def dump_head(kitchen: Kitchen) -> tuple[int, str]:
    """Return version and JSON text of everything in `kitchen` that is no part."""
    head: dict[str, object] = {}
    for name, adapter in _HEAD.items():
        value = getattr(kitchen, name)
        items = tuple(value.items()) if isinstance(value, FrozenMap) else value
        head[name] = adapter.dump_python(items, mode="json")
    return HEAD_VERSION, to_json(head).decode()


def load_kitchen(
    version: int, head: str | bytes, parts: Mapping[str, FrozenMap[Any, Any]]
) -> Kitchen:
    """Return the kitchen of a dumped head and the maps of `PARTS` by name; else `RecordError`."""
    if version < 1:
        raise RecordError(f"there is no state of version {version}")
    if version > HEAD_VERSION:
        raise NewerRecord(f"a newer program wrote this state (version {version})")
    try:
        plain = from_json(head)
        for upcaster in _HEAD_UPCASTERS[version - 1 :]:
            plain = upcaster(plain)
        known = {name: _HEAD[name].validate_python(value) for name, value in plain.items()}
    except (ValidationError, AttributeError, KeyError, TypeError, ValueError) as error:
        raise RecordError(f"the kept state is damaged: {error}") from error
    empty = Kitchen()
    maps = {n: FrozenMap(v) for n, v in known.items() if isinstance(getattr(empty, n), FrozenMap)}
    return Kitchen(**{**known, **maps, **parts})


# --- the archive: an ended visit with the orders that left with it -------------------------


@dataclass(frozen=True, slots=True)
class Archived:
    """A visit that left the state, and the orders whose home it was."""

    visit: Visit
    orders: tuple[Order, ...]


ARCHIVED: Codec[Archived] = Codec("archived", Archived)
