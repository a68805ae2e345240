"""What the tickets of many vendors need: what was found so far, holds, ids, one's own stores.

Options that several vendors know (`[pos.<vendor>]`):

* `stores`: ids of the vendor's stores that this kitchen cooks for; orders of others are ignored.
  Without it all are taken.
* `cook_unpaid = false`: an order that is not paid is not for the kitchen yet.
* `names`: what the vendor's ids stand for, where its orders hold nothing but ids.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import tzinfo
from hashlib import sha256
from types import MappingProxyType
from typing import Any

from kds.records.errors import BadBody, FieldError
from pos_bridge.adapters.adapter import Context, Fetch, Reading
from pos_bridge.adapters.lines import LineIds, lines_of
from pos_bridge.adapters.reading import Sorted
from pos_bridge.adapters.values import Doubts, iso, modifier, quantity, text, without_nothing


def known_options(**kinds: type) -> Mapping[str, type]:
    """Return the options that an adapter knows, as it shows them."""
    return MappingProxyType(kinds)


def stores_in(options: Mapping[str, Any]) -> set[str]:
    """Return the vendor's ids of the stores that `stores` names; empty: all."""
    mine = options.get("stores")
    return {text(each) for each in (mine if isinstance(mine, list) else [mine])} - {""}


@dataclass(slots=True)
class Sheet(Sorted):
    """A reading in the making, and what it may know besides the push."""

    context: Context = field(kw_only=True)

    def ignore(self, why: str) -> None:
        """Note why something is not for the kitchen."""
        self.ignored.append(why)

    def result(self) -> Reading:
        """Return all that was found. Raises `BadBody` where that is nothing at all."""
        told = (self.orders, self.amendments, self.missed, self.fetch, self.fire, self.ignored)
        if not any(told):
            raise BadBody([FieldError("", "holds no order")])
        return self.reading()

    @property
    def stores(self) -> set[str]:
        """The vendor's ids of the stores that this kitchen cooks for; empty: all."""
        return stores_in(self.context.options)

    def is_elsewhere(self, *stores: Any) -> bool:
        """Say whether a push is of a store that this kitchen does not cook for, and note it.

        A push that names no store is taken: better one ticket too many than one lost.
        """
        known, named = self.stores, {text(each) for each in stores} - {""}
        if not known or not named or known & named:
            return False
        self.ignore(f"of another store: {', '.join(sorted(named))}")
        return True

    def wants(self, option: str) -> bool:
        """Say whether an option is set."""
        return self.context.options.get(option) is True

    def take(self, order: dict[str, Any], *, is_unpaid: bool = False) -> None:
        """Keep an order to cook, unless it is not paid and the options want it paid."""
        if is_unpaid and self.context.options.get("cook_unpaid") is False:
            self.amend(order, "not paid yet")
        else:
            self.orders.append(order)

    def amend(self, order: dict[str, Any], why: str) -> None:
        """Keep what changes an order that the kitchen has, and is no reason to cook one."""
        self.amendments.append(order)
        self.ignore(why)

    def order(self, order_id: str, **fields: Any) -> dict[str, Any]:
        """Return a canonical order with what is known of it."""
        return without_nothing({"source": self.context.source, "order_id": order_id, **fields})

    def cancel(self, order_id: str, **fields: Any) -> dict[str, Any]:
        """Return the cancel of an order of which nothing else is said."""
        nothing: list[Any] = []
        said = {"partial": True, "cancelled": True, "lines": nothing, **fields}
        return self.order(order_id, **said)

    def show_less(self, order_id: str, fetch: Fetch) -> None:
        """Tell the kitchen of an order that was asked for because a part of it was cancelled.

        The kitchen had not got it, and whether an order read later shows that is not known.
        """
        if fetch.about.get("is_less"):
            self.doubts.show(
                f"尾号 {tail(order_id)} 的订单退过部分菜，请核对",
                f"order …{tail(order_id)}: a part of it was cancelled; check its dishes",
            )

    def known_as(self, value: Any, *, or_else: str = "") -> str:
        """Return the name that the options give to an id of the vendor's."""
        names = self.context.options.get("names")
        named = text(names.get(text(value))) if isinstance(names, Mapping) else ""
        return named or or_else


# --- orders --------------------------------------------------------------------------------


def order_id(found: str, body: Any, doubts: Doubts) -> str:
    """Return the order's id; where it has none one that the same body has again.

    A ticket that cannot be changed later is better than none.
    """
    if found:
        return found
    said = json.dumps(body, sort_keys=True, ensure_ascii=True, default=str)
    doubts.show(
        "有一张单没有订单号：改单或退单对不上，请核对",
        "an order came without an id: a change or cancel of it will not be joined",
    )
    return f"no-id-{sha256(said.encode()).hexdigest()[:16]}"


def held(order: Mapping[str, Any]) -> dict[str, Any]:
    """Return `order` with every line held that is not void."""
    lines = [
        each if each.get("state") == "void" else {**each, "state": "held"}
        for each in order.get("lines", [])
    ]
    return {**order, "lines": lines}


def tail(value: str, length: int = 4) -> str:
    """Return the end of an id, by which people tell orders apart that have no number."""
    return value[-length:].upper()


# --- lines ---------------------------------------------------------------------------------


def dishes(
    order: Mapping[str, Any], key: str, doubts: Doubts, *, may_lack: bool = False
) -> list[dict[str, Any]]:
    """Return the lines of an order. `may_lack`: of one that is over, which need not repeat them."""
    value = order.get(key)
    return [] if value is None and may_lack else lines_of(value, key, doubts)


def line(line_id: Any, name: str, amount: str, **more: Any) -> dict[str, Any]:
    """Return a canonical line; `numbered` looks after its id."""
    return without_nothing({"line_id": text(line_id), **more}) | {"name": name, "quantity": amount}


def numbered(lines: Iterable[dict[str, Any]]) -> list[dict[str, Any]]:
    """Return lines with an id each: the vendor's own, else one from what the dish is."""
    ids = LineIds()
    return [{**each, "line_id": _id_of(each, ids)} for each in lines]


def _id_of(each: dict[str, Any], ids: LineIds) -> str:
    own = each.get("line_id")
    return ids.unique(own) if own else ids.of(each.get("item_id", ""), each["name"])


# --- modifiers -----------------------------------------------------------------------------

_REMOVALS = frozenset({"no", "without", "remove", "hold", "minus", "sans", "kein", "ohne", "sin"})
_ADDITIONS = frozenset({"add", "extra", "plus", "double", "triple"})


def kind_of(word: str) -> str:
    """Return the kind of modifier that a word before it makes: NO, EXTRA."""
    lower = word.lower()
    return "remove" if lower in _REMOVALS else "add" if lower in _ADDITIONS else "choice"


def choice(
    name: str,
    amount: Any,
    doubts: Doubts,
    *,
    group: str = "",
    inner: list[dict[str, Any]] | None = None,
) -> dict[str, Any]:
    """Return a modifier as a guest chose it: zero of something means without it.

    A missing quantity is one, as vendors leave it out. `group`: what the choice was among.
    """
    shown = name or "?"
    count = "1" if amount in (None, "") else quantity(amount, shown, doubts)
    named = f"{group}: {shown}" if group and group != shown else shown
    if count in ("0", "-0"):
        return modifier(shown, "1", "remove", inner)
    return modifier(named, count, "choice", inner)


Make = Callable[[dict[str, Any], list[dict[str, Any]], Doubts], dict[str, Any]]


def nested(
    items: list[dict[str, Any]], own: str, parent: str, make: Make, doubts: Doubts
) -> list[dict[str, Any]]:
    """Return what `make` makes of each of a flat list, below the one that it names as its parent.

    `own` and `parent`: the fields with the ids. What names nobody here, or a circle, is at the top.
    """
    known = {text(each.get(own)) for each in items} - {""}
    below: dict[str, list[dict[str, Any]]] = {}
    for each in items:
        above = text(each.get(parent))
        below.setdefault(above if above in known else "", []).append(each)

    def made(above: str) -> list[dict[str, Any]]:
        taken = below.pop(above, [])  # taken out: nothing comes twice
        ids = [text(each.get(own)) for each in taken]
        return [make(e, made(n) if n else [], doubts) for e, n in zip(taken, ids, strict=True)]

    tree = made("")
    return tree + [make(each, [], doubts) for group in list(below.values()) for each in group]


# --- service -------------------------------------------------------------------------------

_SERVICES = ("dine_in", "takeaway", "delivery", "pickup", "drive_thru")
_WORDS = (
    ("drive", "drive_thru"),
    ("deliver", "delivery"),
    ("ship", "delivery"),
    ("courier", "delivery"),
    ("pick", "pickup"),
    ("collect", "pickup"),
    ("curb", "pickup"),
    ("take", "takeaway"),
    ("to go", "takeaway"),
    ("to-go", "takeaway"),
    ("togo", "takeaway"),
    ("carry", "takeaway"),
    ("dine", "dine_in"),
    ("eat in", "dine_in"),
    ("for here", "dine_in"),
    ("table", "dine_in"),
)


def service_of(label: str, configured: Any = None) -> str | None:
    """Return the service that a label in words means, first by what is `configured` for it."""
    named = text(configured.get(label)) if isinstance(configured, Mapping) else ""
    if named in _SERVICES:
        return named
    lower = label.lower()
    return next((service for word, service in _WORDS if word in lower), None)


# --- what apps note at orders --------------------------------------------------------------

_TABLE = re.compile(r"\btable\b|桌", re.IGNORECASE)
_DAY = re.compile(r"\b(date|day)\b|日期", re.IGNORECASE)
_HOUR = re.compile(r"\b(time|hour|slot)\b|时间", re.IGNORECASE)
_FETCHED = re.compile(r"pick.?up|collect|deliver|due|ready|取餐|送达", re.IGNORECASE)


def attributes(
    pairs: Iterable[tuple[str, str]], zone: tzinfo, *, is_chosen: bool = True
) -> tuple[str, str | None, list[str]]:
    """Return the table, when it is due, and notes, of what shops' apps write beside an order.

    Names that begin with `_` are an app's own, unless they say one of the two. `is_chosen`: a guest
    has chosen the rest, so it is a note.
    """
    table, day, hour, notes = "", "", "", []
    for name, value in pairs:
        words = re.sub(r"[_\-]+", " ", name).strip()
        is_time = bool(_FETCHED.search(words))
        if value and _TABLE.search(words):
            table = table or value
        elif value and is_time and _DAY.search(words):
            day = day or value
        elif value and is_time and _HOUR.search(words):
            hour = hour or value
        elif not value or not is_chosen or name.startswith("_"):
            continue
        notes.append(f"{words}: {value}")
    due = next(filter(None, (iso(each, zone) for each in (f"{day}T{hour}", day, hour))), None)
    return table, due, notes
