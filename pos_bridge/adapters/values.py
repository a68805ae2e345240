"""What vendors spell in many ways, read leniently: texts, quantities, lists, times, JSON in text.

Nothing here raises for a value of the wrong kind: a missing or odd one is "", [] or None, so that
one odd field never costs a ticket. What people should know of it goes to `Doubts`.
"""

from __future__ import annotations

import html
import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta, tzinfo
from decimal import Decimal, DecimalException
from typing import Any

from kds.kitchen.wording import Wording
from kds.records.body import read_json
from kds.records.errors import BadBody, BodyError, FieldError
from kds.records.shapes import quantity as canonical_quantity
from kds.records.times import moment

_NUMBER = re.compile(r"[+-]?\d+(\.\d+)?", re.ASCII)
_COUNTED = re.compile(
    r"[x×*]?\s*(\d+(?:\.\d+)?)\s*(?:[x×*]|[份个只件盘碗杯瓶串位套盒听罐张例客]|pcs?\.?|portions?)?",
    re.ASCII | re.IGNORECASE,
)
"""A number with a sign or word of counting: “x2”, “2 份”. Never one of weight: 500 g is not 500."""

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_FIRST_MS = 10**11
"""Epoch numbers from here on are milliseconds: as seconds they would lie after the year 5000."""


@dataclass(slots=True)
class Doubts:
    """What a reading has to say besides the orders, gathered on the way."""

    warnings: list[str] = field(default_factory=list)
    cards: list[Wording] = field(default_factory=list)

    def warn(self, text: str) -> None:
        """Tell the sender and the log."""
        self.warnings.append(text)

    def show(self, zh: str, en: str) -> None:
        """Tell people in the kitchen."""
        self.cards.append(Wording(zh, en))


# --- objects and lists ---------------------------------------------------------------------


def json_object(body: bytes, content_type: str = "") -> dict[str, Any]:
    """Return the JSON object of a body; raises `BodyError` where it is anything else."""
    value, _ = read_json(body, content_type)
    if not isinstance(value, dict):
        raise BadBody([FieldError("", "must be a JSON object")])
    return value


def missing(place: str) -> BadBody:
    """Return the fault of a push without something that no ticket can be made without."""
    return BadBody([FieldError(place, "is missing")])


def at(value: Any, *names: str | int) -> Any:
    """Return what lies at a path of keys and indices, None where there is nothing."""
    for name in names:
        if isinstance(name, int):
            value = value[name] if isinstance(value, list) and len(value) > name >= 0 else None
        else:
            value = value.get(name) if isinstance(value, dict) else None
    return value


def first(value: Any, *names: str) -> Any:
    """Return what stands under the first of `names` that has something: null and "" are nothing."""
    found = (at(value, name) for name in names)
    return next((each for each in found if each not in (None, "")), None)


def obj(value: Any) -> dict[str, Any]:
    """Return an object, also from JSON text; {} for anything else."""
    value = unwrapped(value)
    return value if isinstance(value, dict) else {}


def unwrapped(value: Any) -> Any:
    """Return the JSON value that a text holds, also in one more pair of quotes; else `value`.

    Only texts that look like an object or a list are read.
    """
    if not isinstance(value, str):
        return value
    bare = value.strip()
    for candidate in (bare, bare.strip('"'), _unescaped(bare)):
        if candidate[:1] in ("{", "["):
            try:
                return read_json(candidate.encode("utf-8", "replace"))[0]
            except BodyError:
                continue
    return value


def _unescaped(text: str) -> str:
    """Return what a JSON string literal stands for."""
    try:
        value = json.loads(text)
    except ValueError:
        return ""
    return value.strip() if isinstance(value, str) else ""


# --- texts ---------------------------------------------------------------------------------


def text(value: Any) -> str:
    """Return text, or a number's digits (ids beyond 2^53 stay exact); "" for anything else."""
    if isinstance(value, str):
        return value.strip()
    if isinstance(value, bool) or not isinstance(value, int | float | Decimal):
        return ""
    if isinstance(value, float) and value.is_integer() and abs(value) < 2**53:
        return str(int(value))
    return str(value)


def plain(value: Any) -> str:
    """Return text with HTML entities as the signs they stand for."""
    return html.unescape(text(value)).replace("\xa0", " ")


def joined(*values: Any, by: str = " ") -> str:
    """Return the texts of `values` that are not empty, each once."""
    return by.join(dict.fromkeys(filter(None, map(text, values))))


def words(value: Any, depth: int = 8) -> str:
    """Return what was written, also where it is a list or an object of texts: none is lost."""
    value = unwrapped(value)
    if isinstance(value, dict):
        named, said = text(first(value, "key", "name")), value.get("value")
        if named and text(said):
            return f"{named}: {plain(said)}"
        value = list(value.values())
    if isinstance(value, list):
        return joined(*(words(each, depth - 1) for each in value if depth), by=" · ")
    return plain(value)


def is_true(value: Any) -> bool:
    """Say whether a flag is set, whatever it is spelled as: true, 1, "1", "true", "yes"."""
    return value is True or text(value).lower() in {"1", "true", "yes", "y"}


# --- numbers -------------------------------------------------------------------------------


def quantity(value: Any, name: str, doubts: Doubts, default: str = "1", per: int = 1) -> str:
    """Return a quantity as canonical text. `name`: of the dish, to be told. `per`: 1000 for
    thousandths.

    What counts may stand beside it: “x2”, “2 份”. A missing one is `default`, with a warning; one
    that is no number is, too, with a card.
    """
    if value is None or value == "":
        doubts.warn(f"{name}: no quantity; taken as {default}")
        return default
    try:
        return format(canonical_quantity(_rounded(value, per)), "f")
    except ValueError:
        shown = str(value)[:40]
        doubts.show(
            f"“{name}”的数量是“{shown}”，暂按 {default} 份",
            f"{name}: the quantity is “{shown}”; taken as {default}",
        )
        doubts.warn(f"{name}: the quantity “{shown}” is no number; taken as {default}")
        return default


def _rounded(value: Any, per: int) -> Any:
    """Return a number with the three decimals that quantities have; else `value`."""
    digits = text(value)
    if counted := _COUNTED.fullmatch(digits) if per == 1 else None:
        digits = counted[1]
    if isinstance(value, bool) or not _NUMBER.fullmatch(digits) or len(digits) > 30:
        return value
    return round(Decimal(digits) / per, 3)


def whole(value: Any) -> int | None:
    """Return a whole number, given as a number or as digits."""
    digits = text(value)
    if not _NUMBER.fullmatch(digits) or len(digits) > 30:
        return None
    try:
        number = Decimal(digits)
    except DecimalException:
        return None
    return int(number) if number == number.to_integral_value() else None


def guests(value: Any) -> int | None:
    """Return how many guests there are; None where that is not said: 0 says nothing."""
    number = whole(value)
    return number if number is not None and 0 < number <= 10_000 else None


# --- times ---------------------------------------------------------------------------------


def when(value: Any, zone: tzinfo) -> datetime | None:
    """Return the time that ISO text or an epoch number (s or ms) says; None for anything else.

    Without an offset it is wall time of `zone`. 0 is no time.
    """
    number = whole(value)
    if number is not None:
        return _of_epoch(number)
    try:
        return moment(text(value).replace(" UTC", "Z"), zone)
    except ValueError:
        return None


def _of_epoch(number: int) -> datetime | None:
    seconds = number / 1000 if abs(number) >= _FIRST_MS else number
    if not 86_400 * 366 < seconds < 2**37:  # 0, 1, 20261121: no times
        return None
    return _EPOCH + timedelta(seconds=seconds)


def iso(value: Any, zone: tzinfo) -> str | None:
    """Return what `when` makes of `value` as text of the canonical order."""
    read = when(value, zone)
    return None if read is None else read.isoformat()


def epoch_ms(value: Any, zone: tzinfo) -> int | None:
    """Return a time as whole milliseconds, as a revision that grows with it."""
    read = when(value, zone)
    return None if read is None else (read - _EPOCH) // timedelta(milliseconds=1)


# --- modifiers -----------------------------------------------------------------------------


def modifier(
    name: str, quantity: str = "1", kind: str = "choice", inner: list[dict[str, Any]] | None = None
) -> dict[str, Any]:
    """Return a canonical modifier."""
    made: dict[str, Any] = {"name": name, "kind": kind, "quantity": quantity}
    return made | ({"modifiers": inner} if inner else {})


def without_nothing(order: Mapping[str, Any]) -> dict[str, Any]:
    """Return `order` without what is None or "": the contract's defaults say the same."""
    return {name: value for name, value in order.items() if value not in (None, "")}
