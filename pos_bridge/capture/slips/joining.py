"""Slips of one order become one order: none doubles a dish that another slip shows as well. Pure.

A round is one sending of dishes. Its full slip (总单), its station slips (分单) and their prints on
several printers show the same dishes, so of each dish the greatest number counts. A later round
adds. A reprint, and a slip that broke off, adds only what no slip has shown yet.

Where each slip of a round carries a number of its own (2/3), one dish may stand on several, and
what they show adds up; the same number again is the same slip. A slip with all dishes says how
many there are, numbers or not.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal

from pos_bridge.capture.slips.known import (
    KnownLine,
    KnownOrder,
    Round,
    View,
    line_for,
    view_of,
)
from pos_bridge.capture.slips.patterns import squeezed
from pos_bridge.capture.slips.slip import Dish, Kind, Slip

_ZERO = Decimal(0)
_MINUTE_MS = 60_000


@dataclass(frozen=True, slots=True)
class Joined:
    """The order after a slip. `changed`: lines that are new or say something new."""

    order: KnownOrder
    changed: tuple[KnownLine, ...]


def join(
    order: KnownOrder, slip: Slip, dishes: Sequence[Dish], came_ms: int, *, is_whole: bool
) -> Joined:
    """Return `order` with the `dishes` of `slip`, which asks for food."""
    found = _round_of(order, slip, came_ms)
    shows_all = _shows_all(order, slip, is_new=found is None)
    piece = _piece(slip, is_known=found is not None) if is_whole else ""
    is_again = (slip.is_reprint and not piece) or not is_whole
    adds_missing_only = is_again or shows_all
    if found is None and is_again and order.rounds and not slip.batch:
        found = order.rounds[-1]
    each = found or _new_round(order, slip, came_ms)
    view = view_of(dishes, is_full=bool(slip.is_full), is_whole=is_whole, piece=piece)
    known = list(order.lines) if adds_missing_only and not slip.batch else list(each.lines)
    by_name = adds_missing_only or _same_dishes(each, view)
    others = {} if by_name else _shown_by_others(each, piece)
    after = _Union(each, known, dishes, others, by_name=by_name).run()
    after = replace(after, views=(*after.views, view))
    before = {line.line_id: line for line in order.lines}
    changed = tuple(line for line in after.lines if before.get(line.line_id) != line)
    return Joined(order.with_round(after), changed)


def is_further(order: KnownOrder, slip: Slip, came_ms: int) -> bool:
    """Say whether the slip shows one more of what its like, under another number, has brought."""
    found = _round_of(order, slip, came_ms)
    if found is None or not slip.piece or slip.is_reprint:
        return False
    others = _shown_by_others(found, _piece(slip, is_known=True))
    return any(line_for("", dish).exactly in others for dish in slip.dishes)


def _piece(slip: Slip, *, is_known: bool) -> str:
    """Return what tells the slip from others of its round, "" where nothing does.

    A reprint keeps its place among so many, but may get a new running number; and if its round is
    not known by its time (`is_known`), its place may be one in another round.
    """
    if not slip.piece or slip.is_full or (slip.is_reprint and not (slip.pieces and is_known)):
        return ""
    return f"{slip.piece}/{slip.pieces}" if slip.pieces else slip.piece


def _shown_by_others(each: Round, piece: str) -> dict[str, Decimal]:
    """Return how much the round's slips with other numbers than `piece` show, by way of doing."""
    if not piece:
        return {}
    most: dict[tuple[str, str], Decimal] = {}
    for view in each.views:
        if view.piece in ("", piece):
            continue
        for way, (_, quantity) in zip(view.ways, view.names, strict=True):
            most[way, view.piece] = max(most.get((way, view.piece), _ZERO), Decimal(quantity))
    total: dict[str, Decimal] = {}
    for (way, _), count in most.items():
        total[way] = total.get(way, _ZERO) + count
    return total


def _round_of(order: KnownOrder, slip: Slip, came_ms: int) -> Round | None:
    """Return the round that the slip is of, None for a new one."""
    if slip.batch:
        return next((each for each in order.rounds if each.batch == slip.batch), None)
    if slip.has_running_number:
        names = view_of(slip.dishes, is_full=False, is_whole=True, piece=slip.piece)
        same = (
            r
            for r in order.rounds
            for v in r.views
            if (v.piece, v.ways) == (slip.piece, names.ways)
        )
        if (found := next(same, None)) is not None:
            return found
    is_addon = slip.kind is Kind.ADDON
    for each in reversed(order.rounds):
        if each.is_addon is is_addon and _is_near(each, slip, came_ms):
            return each
    view = view_of(slip.dishes, is_full=False, is_whole=True)
    broken = (r for r in order.rounds if any(not v.is_whole and _covers(view, v) for v in r.views))
    return next(broken, None)


def _shows_all(order: KnownOrder, slip: Slip, *, is_new: bool) -> bool:
    """A full slip printed anew after an add-on: it shows all that was ordered before as well.

    `is_new`: no other slip of its time has come. Then just the same again is taken for another
    round: a dish too many is seen, one too few is not.
    """
    if not slip.is_full or slip.kind is not Kind.ORDER or slip.batch:
        return False
    before = View(tuple((squeezed(line.name), str(line.left)) for line in order.lines))
    now = view_of(slip.dishes, is_full=True, is_whole=True)
    several = len(before.counted()) > 1
    return several and _covers(now, before) and not (is_new and _covers(before, now))


def _is_near(each: Round, slip: Slip, came_ms: int) -> bool:
    if slip.at_ms is None or each.at_ms is None:
        return abs(came_ms - each.came_ms) <= slip.apart_ms
    apart = slip.apart_ms if slip.has_seconds else max(slip.apart_ms, _MINUTE_MS)
    return abs(slip.at_ms - each.at_ms) <= apart


def _new_round(order: KnownOrder, slip: Slip, came_ms: int) -> Round:
    number = 1 + max((each.id for each in order.rounds), default=0)
    return Round(number, came_ms, slip.at_ms, slip.batch, is_addon=slip.kind is Kind.ADDON)


def _same_dishes(each: Round, view: View) -> bool:
    """One of the slips shows all that the other shows: full slip and station slip."""
    if view.is_full or any(other.is_full for other in each.views):
        return True
    return any(
        (len(view.names) > 1 and _covers(view, other))
        or (len(other.names) > 1 and _covers(other, view))
        for other in each.views
    )


def _covers(one: View, other: View) -> bool:
    great, small = one.counted(), other.counted()
    return bool(small) and all(great.get(name, _ZERO) >= count for name, count in small.items())


class _Union:
    """Adds to a round what its lines lack of a slip's dishes.

    `known`: the lines to compare with. `by_name`: how a dish is done need not agree, as a full
    slip may leave it out; what only the slip says of it is then added to the line. `others`: what
    other slips show besides, by way of doing.
    """

    def __init__(
        self,
        each: Round,
        known: Sequence[KnownLine],
        dishes: Sequence[Dish],
        others: Mapping[str, Decimal],
        *,
        by_name: bool,
    ) -> None:
        self._round = each
        self._lines = {line.line_id: line for line in each.lines}
        self._known = [line for line in known if not line.parent]
        self._dishes = dishes
        self._others = others
        self._by_name = by_name
        self._number = _last_number(each.lines)

    def run(self) -> Round:
        for key, dishes in _grouped(self._dishes, self._key).items():
            same = [line for line in self._known if self._key_of_line(line) == key]
            self._take(dishes, same, self._others.get(key, _ZERO))
        return replace(self._round, lines=tuple(self._lines.values()))

    def _key(self, dish: Dish) -> str:
        return squeezed(dish.name) if self._by_name else line_for("", dish).exactly

    def _key_of_line(self, line: KnownLine) -> str:
        return squeezed(line.name) if self._by_name else line.exactly

    def _take(self, dishes: list[Dish], same: list[KnownLine], besides: Decimal) -> None:
        shown = sum((dish.quantity for dish in dishes), besides)
        lacking = shown - sum((line.ordered for line in same), _ZERO)
        if same:
            self._place(dishes, same)
            self._enrich(dishes, same)
            ways = {line.exactly for line in same}
            dishes = sorted(dishes, key=lambda dish: line_for("", dish).exactly in ways)
        if not same and not lacking:
            for dish in dishes:  # said to be none: shown all the same
                self._add(dish, dish.quantity)
        for dish in dishes:
            part = min(dish.quantity, lacking)
            if part > 0:
                self._grow(dish, part, same)
                lacking -= part

    def _grow(self, dish: Dish, part: Decimal, same: list[KnownLine]) -> None:
        """Add portions: to the line that is done the same way, else as a line of their own."""
        way = line_for("", dish).exactly
        for line in same:
            now = self._lines.get(line.line_id)
            if now is not None and now.exactly == way and not now.voided and not dish.parts:
                self._lines[line.line_id] = replace(now, ordered=now.ordered + part)
                return
        self._add(dish, part)

    def _add(self, dish: Dish, quantity: Decimal, parent: str = "") -> None:
        self._number += 1
        line_id = f"{self._round.id}.{self._number}"
        line = replace(line_for(line_id, dish), ordered=quantity, parent=parent)
        self._lines[line_id] = line
        for part in dish.parts:
            self._add(part, part.quantity, line_id)

    def _place(self, dishes: list[Dish], same: list[KnownLine]) -> None:
        """Let lines say of which category and course they are where only this slip says it."""
        category = next((dish.category for dish in dishes if dish.category), "")
        course = next((dish.course for dish in dishes if dish.course), "")
        for line in same:
            now = self._lines.get(line.line_id)
            if now is not None:
                placed = replace(
                    now, category=now.category or category, course=now.course or course
                )
                self._lines[line.line_id] = placed

    def _enrich(self, dishes: list[Dish], same: list[KnownLine]) -> None:
        """Let lines say how a dish is done where only this slip says it."""
        if not self._by_name:
            return
        said = {text for line in same for text in (*line.modifiers, *line.note.split("\n"))}
        for dish in dishes:
            news = [text for text in (*dish.modifiers, dish.note) if text and text not in said]
            first = self._lines.get(same[0].line_id)
            if not news or first is None:
                continue
            if len(same) == len(dishes) == 1:
                modifiers = first.modifiers or dish.modifiers
                note = "\n".join(dict.fromkeys(t for t in (first.note, dish.note) if t))
                if first.modifiers and dish.modifiers != first.modifiers:
                    note = "\n".join(t for t in (note, *dish.modifiers) if t and t not in said)
                changed = replace(first, modifiers=modifiers, note=note)
            else:
                told = f"{dish.quantity}× {'，'.join(news)}"
                changed = replace(first, note="\n".join(t for t in (first.note, told) if t))
            self._lines[first.line_id] = changed


def _grouped(dishes: Iterable[Dish], key: Callable[[Dish], str]) -> dict[str, list[Dish]]:
    found: dict[str, list[Dish]] = {}
    for dish in dishes:
        found.setdefault(key(dish), []).append(dish)
    return found


def _last_number(lines: Iterable[KnownLine]) -> int:
    return max((int(line.line_id.rpartition(".")[2]) for line in lines), default=0)


# --- what is taken back -------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Taken:
    """The order after a void. `changed`: lines with fewer portions; `missing`: unknown."""

    order: KnownOrder
    changed: tuple[KnownLine, ...]
    missing: tuple[Dish, ...]


def take_back(order: KnownOrder, dishes: Sequence[Dish], *, only_missing: bool) -> Taken:
    """Return `order` without `dishes`: the latest round first, done the same way first.

    `only_missing`: of a reprint; what was taken back before is not taken back again.
    """
    lines = {line.line_id: line for line in order.lines}
    voided: dict[str, Decimal] = {}
    for line in lines.values():
        name = squeezed(line.name)
        voided[name] = voided.get(name, _ZERO) + line.voided
    changed: dict[str, KnownLine] = {}
    missing: list[Dish] = []
    for dish in dishes:
        name, wanted = squeezed(dish.name), dish.quantity
        if only_missing:
            before = min(voided.get(name, _ZERO), wanted)
            voided[name] = voided.get(name, _ZERO) - before
            wanted -= before
        for line in _candidates(lines.values(), dish):
            part = min(wanted, lines[line.line_id].left)
            if part > 0:
                now = lines[line.line_id]
                lines[now.line_id] = changed[now.line_id] = replace(now, voided=now.voided + part)
                wanted -= part
        if wanted > 0:
            missing.append(replace(dish, quantity=wanted))
    return Taken(order.with_lines(changed.values()), tuple(changed.values()), tuple(missing))


def _candidates(lines: Iterable[KnownLine], dish: Dish) -> list[KnownLine]:
    name, way = squeezed(dish.name), line_for("", dish).exactly
    same = [line for line in lines if squeezed(line.name) == name]
    latest_first = same[::-1]
    return sorted(latest_first, key=lambda line: line.exactly != way)


def named(order: KnownOrder, dishes: Sequence[Dish]) -> tuple[list[KnownLine], list[Dish]]:
    """Return the lines that a slip about `dishes` means, and the dishes that nobody knows."""
    found: dict[str, KnownLine] = {}
    unknown = []
    for dish in dishes:
        candidates = [line for line in _candidates(order.lines, dish) if line.left > 0]
        if candidates:
            found.setdefault(candidates[0].line_id, candidates[0])
        else:
            unknown.append(dish)
    return list(found.values()), unknown
