"""What a slip makes the kitchen do: orders, amendments, commands, or a text for people to read.

Writer thread, on a desk; everything that one slip does is kept or nothing.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import timedelta
from hashlib import sha256
from typing import Any

from kds.kitchen.commands import Command, CommandKind, Result
from kds.kitchen.counts import to_cook
from kds.kitchen.ids import CommandId, LineId, OrderId, OrderKey, SourceId
from kds.kitchen.plans import follow
from kds.kitchen.visits import Visit
from kds.kitchen.wording import Wording
from kds.store.values import Keyed
from pos_bridge.capture.receiving import Receiving
from pos_bridge.capture.slips.joining import is_further, join, named, take_back
from pos_bridge.capture.slips.known import KnownLine, KnownOrder
from pos_bridge.capture.slips.messages import fields_of, order_value
from pos_bridge.capture.slips.slip import Dish, Kind, Slip
from pos_bridge.capture.slips.tables import same_table
from pos_bridge.capture.slips.wordings import NO_DISHES, NO_ORDER, NOTICE, UNKNOWN_BILL, not_found
from pos_bridge.desk import Desk
from pos_bridge.jobs import DoCommands
from pos_bridge.ledger import business_day

_MOST_ALIKE = 20
"""So many orders of one number are looked through on a day."""
_COOKS = frozenset({Kind.ORDER, Kind.ADDON, Kind.HOLD, Kind.FIRE})
_COMMANDS = {
    Kind.RUSH: CommandKind.RUSH,
    Kind.HOLD: CommandKind.HOLD,
    Kind.FIRE: CommandKind.FIRE,
}


@dataclass(slots=True)
class Acted:
    """What became of a slip. `why`: what people are to be told with the slip's text; None: nothing.

    `order`: that the slip was about.
    """

    verdict: str
    order: OrderKey | None = None
    why: Wording | None = None
    missing: tuple[Dish, ...] = ()
    numbers: tuple[int, ...] = ()


class Acting:
    """One slip at one desk. `job`: the id of the job it came in; `is_whole`: nothing is missing.

    `numbers`: the places of what was taken in the source's series.
    """

    def __init__(
        self, desk: Desk, receiving: Receiving, slip: Slip, job: str, *, is_whole: bool
    ) -> None:
        self.numbers: tuple[int, ...] = ()
        self._desk = desk
        self._receiving = receiving
        self._slip = slip
        self._job = job
        self._is_whole = is_whole
        self._day = business_day(desk.book).date_of(desk.now)
        self._count = 0

    def act(self) -> Acted:
        """Do what the slip asks for."""
        slip = self._slip
        if slip.kind in (Kind.IGNORE, Kind.NOTICE):
            return Acted(slip.kind.value, why=NOTICE if slip.kind is Kind.NOTICE else None)
        if slip.kind in (Kind.MOVE, Kind.MERGE):
            return self._seat()
        if slip.kind in (Kind.ORDER, Kind.ADDON) and not slip.dishes:
            return Acted("text", why=NO_DISHES)
        if not (slip.number or slip.table):
            return Acted("text", why=NO_ORDER)
        order = self._known()
        if order is None:
            return self._begin()
        return self._go_on(order)

    def has_gone(self) -> bool:
        """Say whether the guests of the slip's number have gone, so that it is free again."""
        known = (order for name in self._names() if (order := self._recall(name)) is not None)
        mine = next((order for order in known if self._is_at_table(order)), None)
        return mine is not None and self._has_ended(mine.order_id)

    # --- which order ---

    def _known(self) -> KnownOrder | None:
        """Return the order that the slip is about, None for one that never came.

        Two tills may give one number to two tables: each table has its order. Where only another
        table has the number, an order is a new one; any other slip, and a reprint, is about that:
        its guests have moved.
        """
        is_new = self._slip.kind is Kind.ORDER and not self._slip.is_reprint
        elsewhere = None
        for order_id in self._names():
            found = self._recall(order_id)
            if found is None:
                continue
            if not self._is_at_table(found):
                elsewhere = elsewhere or found
                continue
            if is_new and self._has_ended(order_id) and not self._is_again(found):
                return None
            return found
        return None if is_new else elsewhere

    def _names(self) -> Iterator[str]:
        """Yield the ids under which the order may be known, the likeliest first."""
        slip = self._slip
        if not slip.number:  # the guests may have come from another table
            for visit in self._visits_at(slip.table):
                yield from (k.order_id for k in reversed(visit.orders) if k.source == slip.source)
        days = [self._day]
        if slip.kind is not Kind.ORDER or slip.is_reprint:
            days.append(self._day - timedelta(days=1))
        for day in days:
            name = self._base(day.isoformat())
            latest = self._kept(f"latest {name}")
            yield latest or name
            if self._slip.number and latest is not None:
                count = int(latest.rpartition("-")[2])
                yield from (
                    f"{name}-{i}" for i in range(count - 1, max(1, count - _MOST_ALIKE), -1)
                )
                yield name

    def _is_at_table(self, order: KnownOrder) -> bool:
        """Say whether an order of the slip's number is, or was, at the slip's table."""
        table = self._slip.table
        visit = self._visit(order.order_id)
        known = {dict(order.fields).get("table", "")}
        known |= set() if visit is None else {visit.table, *visit.tables}
        known.discard("")
        is_named = bool(self._slip.number and table and known)
        return not is_named or any(same_table(table, each) for each in known)

    def _base(self, day: str) -> str:
        slip = self._slip
        return f"{day}-{slip.number}" if slip.number else f"{day}-table-{slip.table}"

    def _new_id(self) -> str:
        """Return an id for a new order: the number's, or its next one when numbers begin anew."""
        name = self._base(self._day.isoformat())
        latest = self._kept(f"latest {name}")
        if latest is None and self._recall(name) is None:
            if not self._slip.number:
                self._keep(f"latest {name}", f"{name}-1")
                return f"{name}-1"
            return name
        base, _, count = (latest or f"{name}-1").rpartition("-")
        fresh = f"{base}-{int(count) + 1}" if count.isdecimal() and latest else f"{name}-2"
        self._keep(f"latest {name}", fresh)
        return fresh

    def _is_again(self, order: KnownOrder) -> bool:
        at = self._slip.at_ms
        return at is not None and any(
            each.at_ms is not None and abs(each.at_ms - at) <= self._slip.apart_ms
            for each in order.rounds
        )

    def _visit(self, order_id: str) -> Visit | None:
        order = self._desk.kitchen.orders.get(self._key(order_id))
        return None if order is None else follow(self._desk.kitchen, order.visit)

    def _has_ended(self, order_id: str) -> bool:
        """Say whether the guests have gone; without a number, also once all has been cooked."""
        visit = self._visit(order_id)
        if visit is None or visit.ended_at is not None or self._slip.number:
            return visit is None or visit.ended_at is not None
        return not to_cook(self._desk.kitchen.orders[self._key(order_id)], visit.id)

    def _key(self, order_id: str) -> OrderKey:
        return OrderKey(SourceId(self._slip.source), OrderId(order_id))

    # --- what it asks for ---

    def _begin(self) -> Acted:
        """Act on a slip whose order never came."""
        slip = self._slip
        if slip.kind is Kind.BILL:
            return Acted("bill", why=UNKNOWN_BILL)
        if slip.kind not in _COOKS or not slip.dishes:
            return Acted("text", why=not_found(slip.kind))
        order = KnownOrder(self._new_id())
        dishes = self._marked(slip.dishes, slip.kind)
        joined = join(order, slip, dishes, self._desk.now, is_whole=self._is_whole)
        self._send(joined.order, joined.changed, partial=False)
        voids = tuple(dish for dish in slip.dishes if dish.mark is Kind.VOID)
        why = not_found(Kind.VOID) if voids else None
        return Acted(slip.kind.value, self._key(order.order_id), why, voids)

    def _go_on(self, order: KnownOrder) -> Acted:
        slip, key = self._slip, self._key(order.order_id)
        match slip.kind:
            case Kind.ORDER | Kind.ADDON:
                return self._add(order)
            case Kind.VOID:
                return self._void(order, slip.dishes)
            case Kind.CANCEL:
                self._send(order, (), partial=True, cancelled=True)
                return Acted("cancel", key)
            case Kind.BILL:
                if slip.is_paid:
                    self._send(order, (), partial=True)
                return Acted("bill", key)
        return self._command(order)

    def _add(self, order: KnownOrder) -> Acted:
        slip, key = self._slip, self._key(order.order_id)
        asked = [dish for dish in slip.dishes if dish.mark in (None, Kind.HOLD)]
        for kind in (Kind.RUSH, Kind.FIRE):
            lines, unknown = named(order, [dish for dish in slip.dishes if dish.mark is kind])
            self._do(kind, key, lines)
            asked += unknown
        joined = join(order, slip, asked, self._desk.now, is_whole=self._is_whole)
        self._send(joined.order, joined.changed, partial=True)
        voids = [dish for dish in slip.dishes if dish.mark is Kind.VOID]
        return self._void(joined.order, voids) if voids else Acted(slip.kind.value, key)

    def _void(self, order: KnownOrder, dishes: Sequence[Dish]) -> Acted:
        key = self._key(order.order_id)
        if not dishes:
            return Acted("text", key, not_found(Kind.VOID))
        only_missing = self._slip.is_reprint or not self._is_whole
        taken = take_back(order, dishes, only_missing=only_missing)
        reason = self._slip.fields.get("reason", "")
        changed = [_with_reason(line, reason) for line in taken.changed]
        if changed:
            self._send(taken.order.with_lines(changed), changed, partial=True)
        if taken.missing:
            return Acted("text", key, not_found(Kind.VOID), taken.missing)
        return Acted("void", key)

    def _command(self, order: KnownOrder) -> Acted:
        """Rush, hold or fire: dishes that the slip names, or all; unknown ones are new."""
        slip, key = self._slip, self._key(order.order_id)
        lines, unknown = named(order, slip.dishes)
        if slip.kind is Kind.HOLD and is_further(order, slip, self._desk.now):
            lines, unknown = [], list(slip.dishes)
        if unknown and slip.kind is Kind.RUSH:
            return Acted("text", key, not_found(slip.kind), tuple(unknown))
        self._do(slip.kind, key, lines, everything=not slip.dishes)
        if unknown:
            dishes = self._marked(unknown, slip.kind)
            joined = join(order, slip, dishes, self._desk.now, is_whole=self._is_whole)
            self._send(joined.order, joined.changed, partial=True)
        return Acted(slip.kind.value, key)

    @staticmethod
    def _marked(dishes: Sequence[Dish], kind: Kind) -> list[Dish]:
        """Return the dishes to cook of a slip; on one that holds they are held."""
        asked = [dish for dish in dishes if dish.mark in (None, Kind.HOLD, Kind.FIRE, Kind.RUSH)]
        return [replace(d, mark=Kind.HOLD) if kind is Kind.HOLD else d for d in asked]

    def _do(
        self, kind: Kind, key: OrderKey, lines: Sequence[KnownLine], *, everything: bool = False
    ) -> None:
        """Give the commands; each has its id from the slip, so another print changes nothing."""
        ids: list[LineId | None] = [LineId(line.line_id) for line in lines]
        for line_id in [None] if everything else ids:
            self._give(_COMMANDS[kind], order=key, line_id=line_id)

    def _give(self, kind: CommandKind, **fields: Any) -> Result:
        self._count += 1
        once = "" if self._slip.is_reprint else str(self._slip.at_ms or self._job)
        said = f"{self._slip.source} {self._day} {kind} {fields} {once}"
        name = f"print:{sha256(said.encode()).hexdigest()[:24]}"
        device = f"print:{self._slip.source}"
        command = Command(CommandId(name), kind, device=device, **fields)
        (answer,) = DoCommands((command,)).run(self._desk)
        return answer.result

    # --- tables ---

    def _seat(self) -> Acted:
        """Move or merge: of the order that the slip names, or of all at the table it comes from."""
        slip = self._slip
        start, to = slip.fields.get("from", ""), slip.table
        visits = list(self._visits_at(start))
        if slip.number and (known := self._known()) is not None:
            visit = self._visit(known.order_id)
            visits = [visit] if visit is not None and visit.ended_at is None else visits
        if not to or not visits:
            # another print of the slip has moved them already
            is_done = (
                bool(to) and bool(start) and any(start in v.tables for v in self._visits_at(to))
            )
            return Acted("repeat") if is_done else Acted("text", why=not_found(slip.kind))
        for visit in visits:
            there = next((v for v in self._visits_at(to) if v.id != visit.id), None)
            if slip.kind is Kind.MERGE and there is not None and there.orders:
                self._give(CommandKind.MERGE, order=visit.orders[0], into_order=there.orders[0])
            elif visit.table != to:
                self._give(CommandKind.MOVE_TABLE, order=visit.orders[0], table=to)
        return Acted(slip.kind.value, visits[0].orders[0])

    def _visits_at(self, table: str) -> Iterator[Visit]:
        """Yield the open visits at a table that came by this source."""
        kitchen = self._desk.kitchen
        for visit_id in kitchen.tables.get(table, ()):
            visit = kitchen.visits[visit_id]
            if visit.ended_at is None and any(k.source == self._slip.source for k in visit.orders):
                yield visit

    # --- telling the kitchen, and remembering ---

    def _send(
        self,
        order: KnownOrder,
        lines: Iterable[KnownLine],
        *,
        partial: bool,
        cancelled: bool = False,
    ) -> None:
        """Let the kitchen have what is new, as an order of the contract, kept as such too."""
        value = order_value(self._slip, order.order_id, lines, partial=partial)
        if cancelled:
            value["cancelled"] = True
        stated = dict(order.fields)
        news = {n: v for n, v in fields_of(self._slip).items() if stated.get(n) != str(v)}
        self._remember(replace(order, fields=tuple({**stated, **_texts(news)}.items())))
        if partial:
            for name in fields_of(self._slip).keys() - news.keys():
                del value[name]
            if not (value["lines"] or news or cancelled):
                return
        self._count += 1
        number = self._receiving.receive(self._desk, f"{self._job}.{self._count}", value)
        self.numbers += () if number is None else (number,)

    def _recall(self, order_id: str) -> KnownOrder | None:
        text = self._kept(f"order {order_id}")
        return None if text is None else KnownOrder.from_text(text)

    def _remember(self, order: KnownOrder) -> None:
        self._keep(f"order {order.order_id}", order.as_text())

    def _kept(self, name: str) -> str | None:
        found = self._desk.keyed(f"print {self._slip.source} {name}")
        return None if found is None else found.answer

    def _keep(self, name: str, text: str) -> None:
        key = f"print {self._slip.source} {name}"
        self._desk.remember_key(Keyed(key, "", 200, text, self._desk.now))


def _texts(values: dict[str, Any]) -> dict[str, str]:
    return {name: str(value) for name, value in values.items()}


def _with_reason(line: KnownLine, reason: str) -> KnownLine:
    """Return `line` with why it was taken back, for the cook who has begun it."""
    if not reason or reason in line.note:
        return line
    return replace(line, note=f"{line.note}\n{reason}".strip())
