"""What slips have said of one order so far: rounds of lines, and which slips showed which. Pure.

Kept as JSON text beside the log, so that a restart or another print of a slip finds it again.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import Any

from pos_bridge.capture.slips.patterns import squeezed
from pos_bridge.capture.slips.slip import Dish, Kind

_ZERO = Decimal(0)
_BETWEEN = "\x1f"


@dataclass(frozen=True, slots=True)
class KnownLine:
    """A line of the order. `ordered`: portions ever printed; `voided`: of these, taken back.

    `parent`: the set that it is part of.
    """

    line_id: str
    name: str
    ordered: Decimal
    voided: Decimal = _ZERO
    unit: str = ""
    code: str = ""
    modifiers: tuple[str, ...] = ()
    note: str = ""
    held: bool = False
    parent: str = ""
    category: str = ""
    course: str = ""

    @property
    def left(self) -> Decimal:
        """What is still wanted."""
        return self.ordered - self.voided

    @property
    def exactly(self) -> str:
        """What makes two lines the same dish done the same way."""
        return _BETWEEN.join(map(squeezed, (self.name, self.unit, *self.modifiers)))


@dataclass(frozen=True, slots=True)
class View:
    """What one slip showed: how much of which dish. `is_whole`: it did not break off.

    `piece`: which of several slips it was, "" where that does not matter; then `ways` says of each
    of `names` how it is done, as `KnownLine.exactly`.
    """

    names: tuple[tuple[str, str], ...]
    is_full: bool = False
    is_whole: bool = True
    piece: str = ""
    ways: tuple[str, ...] = ()

    def counted(self) -> dict[str, Decimal]:
        """Return portions by dish; weights count as they are."""
        found: dict[str, Decimal] = {}
        for name, quantity in self.names:
            found[name] = found.get(name, _ZERO) + Decimal(quantity)
        return found


@dataclass(frozen=True, slots=True)
class Round:
    """One sending of dishes (first order, each add-on), as one slip or several showed it.

    `at_ms`: when it was taken as printed, None where slips print no time; `came_ms`: when its
    first slip came.
    """

    id: int
    came_ms: int
    at_ms: int | None = None
    batch: str = ""
    is_addon: bool = False
    lines: tuple[KnownLine, ...] = ()
    views: tuple[View, ...] = ()


@dataclass(frozen=True, slots=True)
class KnownOrder:
    """Everything known of one order. `acts`: what was asked once for all of it (rush, fire …)."""

    order_id: str
    rounds: tuple[Round, ...] = ()
    acts: tuple[str, ...] = ()
    fields: tuple[tuple[str, str], ...] = ()

    @property
    def lines(self) -> Iterator[KnownLine]:
        """Every line, the oldest first."""
        return (line for each in self.rounds for line in each.lines)

    def with_round(self, changed: Round) -> KnownOrder:
        """Return the order with a round new or changed."""
        others = [each for each in self.rounds if each.id != changed.id]
        return replace(self, rounds=tuple(sorted((*others, changed), key=lambda each: each.id)))

    def with_lines(self, changed: Iterable[KnownLine]) -> KnownOrder:
        """Return the order with lines changed wherever they are."""
        by_id = {line.line_id: line for line in changed}
        rounds = tuple(
            replace(each, lines=tuple(by_id.get(ln.line_id, ln) for ln in each.lines))
            for each in self.rounds
        )
        return replace(self, rounds=rounds)

    def as_text(self) -> str:
        """Return it as JSON."""
        return json.dumps(_plain(self), ensure_ascii=False, separators=(",", ":"))

    @classmethod
    def from_text(cls, text: str) -> KnownOrder:
        """Read what `as_text` wrote."""
        value = json.loads(text)
        rounds = tuple(_round(each) for each in value["rounds"])
        fields = tuple((name, found) for name, found in value["fields"])
        return cls(value["order_id"], rounds, tuple(value["acts"]), fields)


def line_for(line_id: str, dish: Dish) -> KnownLine:
    """Return the line that a dish makes."""
    return KnownLine(
        line_id,
        dish.name,
        dish.quantity,
        unit=dish.unit,
        code=dish.code,
        modifiers=dish.modifiers,
        note=dish.note,
        held=dish.mark is Kind.HOLD,
        category=dish.category,
        course=dish.course,
    )


def view_of(dishes: Sequence[Dish], *, is_full: bool, is_whole: bool, piece: str = "") -> View:
    """Return what a slip with `dishes` shows."""
    names = tuple((squeezed(dish.name), str(dish.quantity)) for dish in dishes)
    ways = tuple(line_for("", dish).exactly for dish in dishes) if piece else ()
    return View(names, is_full, is_whole, piece, ways)


def _plain(value: KnownOrder) -> dict[str, Any]:
    return {
        "order_id": value.order_id,
        "acts": value.acts,
        "fields": value.fields,
        "rounds": [
            {
                "id": each.id,
                "came_ms": each.came_ms,
                "at_ms": each.at_ms,
                "batch": each.batch,
                "is_addon": each.is_addon,
                "lines": [_plain_line(line) for line in each.lines],
                "views": [_plain_view(view) for view in each.views],
            }
            for each in value.rounds
        ],
    }


def _plain_view(view: View) -> list[Any]:
    counted = [view.piece, view.ways] if view.piece else []
    return [view.names, view.is_full, view.is_whole, *counted]


def _plain_line(line: KnownLine) -> list[Any]:
    amounts = [str(line.ordered), str(line.voided)]
    texts = [line.unit, line.code, line.modifiers, line.note]
    place = [line.parent, line.category, line.course]
    return [line.line_id, line.name, *amounts, *texts, line.held, *place]


def _round(value: dict[str, Any]) -> Round:
    return Round(
        value["id"],
        value["came_ms"],
        value["at_ms"],
        value["batch"],
        value["is_addon"],
        tuple(_line(each) for each in value["lines"]),
        tuple(map(_view, value["views"])),
    )


def _view(value: list[Any]) -> View:
    names, is_full, is_whole, *counted = value
    piece, ways = counted or ("", ())
    return View(tuple((name, n) for name, n in names), is_full, is_whole, piece, tuple(ways))


def _line(value: list[Any]) -> KnownLine:
    line_id, name, ordered, voided, unit, code, modifiers, *rest = value
    counts = Decimal(ordered), Decimal(voided)
    return KnownLine(line_id, name, *counts, unit, code, tuple(modifiers), *rest)
