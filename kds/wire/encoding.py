"""Events and pieces of a kitchen as text on the wire, and back; each is encoded once for all."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

from pydantic_core import to_json

from kds.kitchen.events import Cause, Event
from kds.kitchen.frozenmap import FrozenMap
from kds.kitchen.ids import CommandId, EventId, Instant
from kds.kitchen.state import Kitchen
from kds.records.errors import RecordError
from kds.records.facts import dump_fact, load_fact
from kds.records.state import PARTS, dump_head, load_kitchen
from kds.wire.messages import Record, WireError, WireEvent
from kds.wire.places import Place

HEAD = "head"
PART_CHARS = 64_000
"""A part or page is closed once it has so many; a single large order makes a larger one."""

_PARTS = {part.name: part for part in PARTS}

# --- events --------------------------------------------------------------------------------


def event_text(seq: int, event: Event) -> str:
    """Return the JSON text of a `WireEvent`."""
    of, version, fact = dump_fact(event.fact)
    full = {
        "seq": seq,
        "id": event.id,
        "at": event.at,
        "cause": event.cause.value,
        "of": of,
        "version": version,
        "fact": fact,
        "command": event.command,
        "device": event.device,
        "person": event.person,
    }
    return to_json(
        {name: value for name, value in full.items() if value not in (None, "")}
    ).decode()


def events_message(texts: Iterable[str]) -> str:
    """Return the text of an `Events` message with events that are text already."""
    return '{"kind":"events","events":[' + ",".join(texts) + "]}"


def event_of(wire: WireEvent) -> Event:
    """Return the event; `WireError` when this program can not read it."""
    try:
        return Event(
            id=EventId(wire.id),
            at=Instant(wire.at),
            cause=Cause(wire.cause),
            fact=load_fact(wire.of, wire.version, wire.fact),
            command=None if wire.command is None else CommandId(wire.command),
            device=wire.device,
            person=wire.person,
        )
    except (RecordError, ValueError) as error:
        raise WireError(str(error)) from error


# --- kitchens ------------------------------------------------------------------------------


class Encoder:
    """Encodes kitchens; what is the same value as last time is not encoded again.

    A kitchen of five hundred open tickets takes a tenth of a second, a few changes next to none.
    """

    def __init__(self) -> None:
        self._texts: dict[tuple[str, Any], tuple[object, str]] = {}

    def records(self, kitchen: Kitchen) -> Iterator[str]:
        """Yield the JSON text of every `Record` of `kitchen`, in the order to put it together."""
        used: dict[tuple[str, Any], tuple[object, str]] = {}
        version, head = dump_head(kitchen)
        yield _record(Record(HEAD, "", version, head))
        for part in PARTS:
            for key, value in part.map_of(kitchen).items():
                known = self._texts.get((part.name, key))
                if known is None or known[0] is not value:
                    body = part.codec.dump(value)
                    record = Record(part.name, part.dump_key(key), part.codec.version, body)
                    known = self._texts[part.name, key] = value, _record(record)
                used[part.name, key] = known
                yield known[1]
        self._texts = used


def _record(record: Record) -> str:
    return to_json(record).decode()


def part_texts(place: Place, records: Iterable[str]) -> Iterator[str]:
    """Yield the texts of the `Part` messages of the kitchen at `place`, made as they are asked."""
    index, chars, texts = 0, 0, list[str]()
    for record in records:
        if texts and chars + len(record) > PART_CHARS:
            yield _part(place, index, texts, last=False)
            index, chars, texts = index + 1, 0, []
        texts.append(record)
        chars += len(record)
    yield _part(place, index, texts, last=True)


def _part(place: Place, index: int, records: list[str], *, last: bool) -> str:
    head = to_json({"kind": "part", "place": place, "index": index, "last": last}).decode()
    return f'{head[:-1]},"records":[{",".join(records)}]}}'


class Assembly:
    """Puts a kitchen together from its records, decoding each as it comes."""

    def __init__(self) -> None:
        self._head: tuple[int, str] | None = None
        self._maps: dict[str, list[tuple[Any, Any]]] = {name: [] for name in _PARTS}

    def add(self, records: Iterable[Record]) -> None:
        """Take up `records`; those of parts that this program does not know are left out."""
        for record in records:
            if record.part == HEAD:
                self._head = record.version, record.body
            elif record.part in _PARTS:
                self._maps[record.part].append(_entry(record))

    def kitchen(self) -> Kitchen:
        """Return the whole; `WireError` when it is damaged or made by a newer program."""
        if self._head is None:
            raise WireError("the kitchen has no head")
        maps = {name: FrozenMap(items) for name, items in self._maps.items()}
        try:
            return load_kitchen(*self._head, maps)
        except (RecordError, TypeError) as error:
            raise WireError(str(error)) from error


def _entry(record: Record) -> tuple[Any, Any]:
    part = _PARTS[record.part]
    try:
        return part.load_key(record.key), part.codec.load(record.version, record.body)
    except (RecordError, ValueError) as error:
        raise WireError(str(error)) from error
