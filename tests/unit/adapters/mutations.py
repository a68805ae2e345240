"""A vendor's payload in every way wrong: each key removed, nulled, retyped, renamed.

Whatever is done to it, there is a ticket with every line, or a card that says what is wrong:
never a crash and never silence.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from kds.records.canonical import order_from
from kds.records.errors import BodyError
from pos_bridge.adapters.adapter import Context, Push, Reading

ZONE = ZoneInfo("Asia/Shanghai")
AT = datetime(2026, 11, 21, 19, 10, tzinfo=ZONE)
CONTEXT = Context("shop-1", ZONE, AT)
OTHERS: tuple[Any, ...] = (
    "",
    "string",
    "two",
    0,
    -1,
    2.5,
    12345678901234567890,
    1e300,
    True,
    [],
    [None],
    [[]],
    ["text"],
    {},
    {"name": {"deep": []}},
)
"""What a value may be instead, of any kind."""


@dataclass(frozen=True, slots=True)
class Mutation:
    """One thing done to a payload.

    `path`: keys and indices; `how`: in a word; `value`: the whole payload now; `is_shorter`: a
    list has become another one, which may well have fewer entries.
    """

    path: tuple[str | int, ...]
    how: str
    value: Any
    is_shorter: bool = False

    @property
    def key(self) -> str:
        """The last key on the way, indices aside."""
        return next((str(part) for part in reversed(self.path) if isinstance(part, str)), "")


def mutations(value: Any) -> Iterator[Mutation]:
    """Yield everything that may be done to one place of `value`, at every place."""
    yield from _mutations(value, (), lambda changed: changed)


def _mutations(
    value: Any, path: tuple[str | int, ...], rebuilt: Callable[[Any], Any]
) -> Iterator[Mutation]:
    places = value.items() if isinstance(value, dict) else enumerate(value)
    for place, child in list(places):
        here = (*path, place)

        def changed(new: Any, place: Any = place) -> Any:
            copy = value.copy()
            copy[place] = new
            return rebuilt(copy)

        is_entry = isinstance(place, int)
        yield Mutation(here, "removed", rebuilt(_without(value, place)), is_entry)
        if isinstance(value, dict):
            yield Mutation(here, "renamed", rebuilt({**_without(value, place), f"{place}_": child}))
        yield Mutation(here, "nulled", changed(None))
        for other in OTHERS:
            is_shorter = isinstance(child, list) and isinstance(other, dict | list)
            is_nothing = other in ([], [[]])
            is_shorter |= is_nothing and (is_entry or isinstance(child, dict))
            yield Mutation(here, json.dumps(other), changed(other), is_shorter)
        if isinstance(child, dict | list):
            yield from _mutations(child, here, changed)


def _without(value: Any, place: Any) -> Any:
    copy = value.copy()
    del copy[place]
    return copy


def json_push(payload: Any, **headers: str) -> Push:
    """Return a push of JSON."""
    named = {name.replace("_", "-").lower(): value for name, value in headers.items()}
    return Push(
        json.dumps(payload).encode(), "application/json", named, "https://kitchen.example/x"
    )


def survives(
    read: Callable[[Push, Context], Reading],
    payload: Any,
    push_of: Callable[[Any], Push] = json_push,
    *,
    context: Context = CONTEXT,
    may_ignore: frozenset[str] = frozenset(),
    may_lose: frozenset[str] = frozenset(),
) -> Counter[str]:
    """Read every mutation of `payload`; fail at the first that crashes or loses in silence.

    `may_ignore`: keys whose change may make a push one that is not for the kitchen (an event's
    type). `may_lose`: keys whose change may take lines off (a line's own void mark); both also
    cover what lies below them. Returns how many gave a ticket, a card or were ignored.
    """
    before = _lines(read(push_of(payload), context))
    outcomes: Counter[str] = Counter()
    for mutation in mutations(payload):
        outcome, lines = _outcome(read, push_of(mutation.value), context)
        keys = {part for part in mutation.path if isinstance(part, str)}
        told = f"{mutation.how} at {mutation.path}"
        assert outcome != "silence", f"nothing at all: {told}"
        is_meant = mutation.is_shorter or keys & may_ignore
        assert outcome != "ignored" or is_meant, f"ignored: {told}"
        if outcome == "ticket" and not (mutation.is_shorter or keys & may_lose):
            assert lines >= before, f"{before - lines} lines lost in silence: {told}"
        outcomes[outcome] += 1
    return outcomes


def _outcome(
    read: Callable[[Push, Context], Reading], push: Push, context: Context
) -> tuple[str, int]:
    """Return what the bridge would make of a push, and how many lines its tickets have."""
    try:
        reading = read(push, context)
        return _kind(reading), _lines(reading)
    except BodyError as error:
        return ("card" if str(error) else "silence"), 0


def _kind(reading: Reading) -> str:
    if reading.doubts:
        return "card"
    if reading.orders or reading.amendments or reading.fire:
        return "ticket"
    if reading.fetch:
        return "fetch"
    return "ignored" if reading.ignored else "silence"


def _lines(reading: Reading) -> int:
    """Return how many lines the orders have, each checked as the bridge checks it."""
    orders = (*reading.orders, *reading.amendments)
    parsed = [order_from(dict(order), zone=ZONE) for order in orders]
    assert all(order.message.key.source == "shop-1" for order in parsed)
    return sum(len(order.message.lines) for order in parsed)
