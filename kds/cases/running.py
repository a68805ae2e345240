"""A case played under a book: what was expected beside what is."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from typing import Any

from kds.board.scope import ALL, UnknownView
from kds.board.values import Board, Ticket, TicketLine
from kds.board.views import board, order_lines
from kds.cases.bodies import canonical
from kds.cases.house import House, NeverAtRestError, begin_of
from kds.cases.listening import Deaf, Listener
from kds.cases.precedence import band_in, lines_of, seen_in
from kds.cases.results import CaseResult, Mismatch
from kds.cases.schema import (
    NONE,
    NOTHING,
    SOMETHING,
    CaseSpec,
    LineExpectation,
    OrderSpec,
    StepSpec,
)
from kds.kitchen.ids import ANY_STATION, Instant, LineKey, OrderId, OrderKey, SourceId, is_pass
from kds.kitchen.orders import Gate, Level, Line
from kds.kitchen.wording import Wording
from kds.records import BodyError
from kds.rulebook.book import Book
from kds.rulebook.checking import Located
from kds.rulebook.diagnostics import Place, did_you_mean

_BEAT_S = 15
"""So often it is looked whether what must hold meanwhile holds."""

_PORTIONS = ("held", "queued", "cooking", "ready", "served", "void")
_SAME = ("portions", "view", "table", "reason", "course", "category", "seat", "rule", "left")
_LEVELS = [*Level]


MakeListener = Callable[[Book, frozenset[str], Instant], Listener]
"""Makes who listens at some views of a kitchen that begins at a moment."""


def run_case(
    case: Located[CaseSpec], book: Book, listening: MakeListener | None = None
) -> CaseResult:
    """Return what differs when `case` is played under `book`.

    `listening`: who judges what is said; without one that is passed over.
    """
    return _Play(case, book, listening).run()


def views_heard(case: CaseSpec) -> frozenset[str]:
    """Return the views of which a case says what is heard there."""
    return frozenset(view for step in case.steps for view in step.says)


class _StopError(Exception):
    """The case cannot go on from here."""

    def __init__(self, mismatch: Mismatch) -> None:
        super().__init__(mismatch.text("en"))
        self.mismatch = mismatch


class _Play:
    """One case under way."""

    def __init__(self, case: Located[CaseSpec], book: Book, listening: MakeListener | None) -> None:
        self._case = case
        began, views = begin_of(book, case.spec.at), views_heard(case.spec)
        self._listener = listening(book, views, began) if listening and views else None
        self._house = House(book, began, self._listener or Deaf())
        self._orders: list[OrderKey] = []
        self._found: list[Mismatch] = []

    def run(self) -> CaseResult:
        done = 0
        try:
            for number, step in enumerate(self._case.spec.steps):
                self._do(number, step)
                done += 1
        except _StopError as stop:
            self._found.append(stop.mismatch)
        name = self._case.spec.case
        return CaseResult(self._case.place, Wording(name.zh, name.en), done, tuple(self._found))

    def _do(self, number: int, step: StepSpec) -> None:
        place = self._case.at("steps", number)
        try:
            if step.order is not None:
                self._receive(step.order, place)
            elif step.wait is not None:
                self._wait(number, step, step.wait)
            elif step.do is not None:
                self._act(step, step.do, place)
            else:
                self._look(number, step)
        except BodyError as error:
            raise _StopError(_cannot(place, str(error))) from error
        except UnknownView as unknown:
            hint = did_you_mean(unknown.view, unknown.known)
            said = f"no view {unknown.view!r}" + (f", {hint.en}" if hint else "")
            raise _StopError(_cannot(place, said)) from unknown
        except NeverAtRestError as error:
            raise _StopError(_cannot(place, "time never comes to rest")) from error

    # --- what happens ------------------------------------------------------------------------

    def _receive(self, order: OrderSpec, place: Place) -> None:
        key = OrderKey(SourceId(order.source), OrderId(order.id))
        body = canonical(order)
        if order.due is not None:
            body["due_at"] = self._house.time_of(order.due).isoformat()
        outcome = self._house.receive(body)
        if outcome.why:
            raise _StopError(_cannot(place, outcome.why))
        self._orders = [*(known for known in self._orders if known != key), key]

    def _act(self, step: StepSpec, kind: str, place: Place) -> None:
        command: dict[str, Any] = {"kind": kind}
        command |= {name: value for name in _SAME if (value := getattr(step, name))}
        if step.station:
            command["station"] = step.station
        if step.name:
            command["name"] = step.name
        if step.line:
            key = self._key_of(step.line, place)
            command["order"], command["line_id"] = key.order._asdict(), key.line_id
        elif self._orders:
            command["order"] = self._order_of(step.on, place)._asdict()
        if step.batch:
            self._on_pan(command, step, place)
        if step.into:
            into: object = step.into
            command["into"] = (
                self._order_of(step.into, place)._asdict() if kind == "merge" else into
            )
        if kind == "split":
            command["lines"] = [{"line_id": command.pop("line_id", step.line)}]
        outcome = self._house.act(command)
        if outcome.result.value != step.result:
            why = f" ({outcome.why})" if outcome.why else ""
            self._tell(place, _same(kind), step.result, f"{outcome.result.value}{why}")

    def _on_pan(self, command: dict[str, Any], step: StepSpec, place: Place) -> None:
        """Let `command` be about a pan that its view proposes."""
        view = self._board(step.view)
        lines = lines_of(view, step.batch, command.pop("portions", ""))
        if lines is None:
            raise _StopError(_unknown(place, step.batch, [batch.name for batch in view.batches]))
        command.pop("order", None)
        command["lines"] = lines

    def _wait(self, number: int, step: StepSpec, seconds: int) -> None:
        told: set[str] = set()

        def look() -> None:
            for view, wanted in step.meanwhile.items():
                if view not in told and self._compare(
                    view, wanted, self._case.at("steps", number, "meanwhile", view)
                ):
                    told.add(view)

        self._house.wait(seconds, look, _BEAT_S if step.meanwhile else None)

    # --- what must be so ---------------------------------------------------------------------

    def _look(self, number: int, step: StepSpec) -> None:
        for name, wanted in step.expect.items():
            place = self._case.at("steps", number, "expect", name)
            line = self._line(self._key_of(name, place))
            shown = self._shown(line)
            for what, expected, found in (
                *_facts(wanted, line, shown),
                *self._marks(wanted, line, shown),
            ):
                if expected != found:
                    inside = self._case.at("steps", number, "expect", name, what)
                    self._tell(inside, _same(f"{name} {what}"), expected, found)
        for view, shows in step.shows.items():
            self._compare(view, shows, self._case.at("steps", number, "shows", view))
        for view, said in step.says.items() if self._listener else ():
            self._hear(view, said, self._case.at("steps", number, "says", view))
        for printer, dishes in step.prints.items():
            printed = self._house.printed(printer)
            if printed != dishes:
                place = self._case.at("steps", number, "prints", printer)
                self._tell(place, _same(f"{printer} prints"), _listed(dishes), _listed(printed))
        if step.paused is not None:
            paused = [r for r, s in self._house.kitchen.rules.items() if s.paused_at]
            self._rules(number, "paused", step.paused, paused)
        if step.overtime is not None:
            place = self._case.at("steps", number, "overtime")
            told = self._overtime(self._order_of(step.on, place))
            self._rules(number, "overtime", step.overtime, told)
        for place, about, hoped, was in self._precedence(number, step):
            if hoped != was:
                self._tell(place, _same(about), hoped, was)

    def _precedence(self, number: int, step: StepSpec) -> Iterator[tuple[Place, str, str, str]]:
        """Yield what is expected of who comes first beside what is: place, about, both."""
        if step.priority is not None:
            place = self._case.at("steps", number, "priority")
            ticket = self._ticket(self._order_of(step.on, place), step.view or ALL)
            yield place, "priority", step.priority, band_in(ticket)
        for word, name, wanted, was in seen_in(step, self._house, self._board):
            yield self._case.at("steps", number, word, name), f"{name} {word}", wanted, was

    def _board(self, view: str) -> Board:
        return board(self._house.kitchen, self._house.book, view, self._house.now)

    def _ticket(self, key: OrderKey, view: str) -> Ticket | None:
        """Return the ticket that has the order's dishes, None if the view has none."""
        home = self._house.kitchen.orders[key].visit
        return next((t for t in self._board(view).tickets if t.visit == home), None)

    def _marks(
        self, wanted: LineExpectation, line: Line, shown: TicketLine
    ) -> Iterator[tuple[str, str, str]]:
        """Yield what is expected by the clock, or of the whole station, beside what is."""
        if wanted.until is not None:
            until = None if shown.hold is None else shown.hold.until
            yield "until", wanted.until, NONE if until is None else self._house.clock(until)
        if wanted.next is not None:
            yield "next", _yes(wanted.next), _yes(self._is_next(line))
        if wanted.asked is not None:
            yield "asked", _yes(wanted.asked), _yes("ask_pass" in shown.flags)

    def _is_next(self, line: Line) -> bool:
        """The first station of a line has its hands full with what stands before it."""
        house, known = self._house, {station.id for station in self._house.book.stations}
        view = next((step.station for step in line.routing.steps if step.station in known), None)
        load = None if view is None else board(house.kitchen, house.book, view, house.now).load
        return load is not None and any(group.visit in load.next for group in line.groups)

    def _rules(self, number: int, word: str, wanted: Iterable[str], found: Iterable[str]) -> None:
        """Note if other rules than those wanted are so."""
        rules = sorted(rule for rule in wanted if rule != NONE)
        if rules != sorted(found):
            place = self._case.at("steps", number, word)
            self._tell(place, _same(word), _listed(rules), _listed(sorted(found)))

    def _overtime(self, key: OrderKey) -> list[str]:
        """Return the overtime rules that mark the order's table, as the board has it."""
        ticket = self._ticket(key, ALL)
        return [] if ticket is None else [mark.rule for mark in ticket.overtime]

    def _hear(self, view: str, wanted: list[str], place: Place) -> None:
        """Note if something else was said at `view`; either language will do."""
        assert self._listener is not None
        zh, en = self._listener.said(view)
        if wanted not in (zh, en):
            found = Wording(_listed(zh), _listed(en))
            about = Wording(f"{view} 播报", f"{view} says")
            self._found.append(Mismatch(place, about, _same(_listed(wanted)), found))

    def _compare(self, view: str, wanted: str | list[str], place: Place) -> bool:
        """Note if `view` shows something else; say whether it does."""
        names = self._names(view)
        is_so = {NOTHING: not names, SOMETHING: bool(names)}.get(str(wanted), names == wanted)
        if not is_so:
            expected = wanted if isinstance(wanted, str) else _listed(wanted)
            self._tell(place, _same(view), expected, _listed(names))
        return not is_so

    def _names(self, view: str) -> list[str]:
        """Return the dishes that a view shows, in order; at a station those still to be done."""
        lines = (line for ticket in self._board(view).tickets for line in ticket.lines)
        return [line.name for line in lines if is_pass(view) or line.counts.to_cook > 0]

    # --- names ---------------------------------------------------------------------------------

    def _order_of(self, name: str, place: Place) -> OrderKey:
        """Return the order of that id, of none the last one."""
        found = next((key for key in self._orders[::-1] if name in {"", key.order_id}), None)
        if found is None:
            raise _StopError(_unknown(place, f"order {name}", [k.order_id for k in self._orders]))
        return found

    def _key_of(self, name: str, place: Place) -> LineKey:
        """Return the line of that id or name, in the latest order that has it; `2/毛肚`: in 2."""
        lines = [line for key in self._orders[::-1] for line in self._lines_of(key)]
        for line in lines:
            if name in {line.key.line_id, f"{line.key.order_id}/{line.key.line_id}"}:
                return line.key
        for line in lines:
            if name in {line.content.name, f"{line.key.order_id}/{line.content.name}"}:
                return line.key
        raise _StopError(_unknown(place, name, [line.content.name for line in lines]))

    def _lines_of(self, key: OrderKey) -> Iterable[Line]:
        order = self._house.kitchen.orders.get(key)
        return () if order is None else order.lines.values()

    def _line(self, key: LineKey) -> Line:
        return self._house.kitchen.orders[key.order].lines[key.line_id]

    def _shown(self, line: Line) -> TicketLine:
        house = self._house
        lines = order_lines(house.kitchen, house.book, line.key.order, house.now) or ()
        return next(shown for shown in lines if shown.key == line.key)

    def _tell(self, place: Place, about: Wording, expected: str, found: str) -> None:
        self._found.append(Mismatch(place, about, _same(expected), _same(found)))


def _facts(
    wanted: LineExpectation, line: Line, shown: TicketLine
) -> Iterator[tuple[str, str, str]]:
    """Yield what is expected of a line beside what is: (key, expected, found)."""
    if wanted.at is not None:
        yield "at", _listed(wanted.at), _listed(_stations(line))
    if wanted.menu_class is not None:
        yield "class", wanted.menu_class, line.routing.menu_class or NONE
    if wanted.entry is not None:
        yield "entry", wanted.entry, line.routing.rule or NONE
    if wanted.hold is not None:
        yield "hold", wanted.hold, _gate(line)
    if wanted.held_by is not None:
        yield "held_by", wanted.held_by, shown.hold.rule if shown.hold else NONE
    if wanted.band is not None:
        yield "band", wanted.band, shown.band.value
    if wanted.late is not None:
        passed = sorted((over.level for over in line.overtime), key=_LEVELS.index)
        yield "late", wanted.late, passed[-1].value if passed else "no"
    if wanted.marked is not None:
        marks = sorted(remark.rule for remark in shown.remarks if not remark.answered)
        yield "marked", _rules_of(wanted.marked), _listed_or_none(marks)
    if wanted.lost is not None:
        yield "lost", wanted.lost, f"{shown.lost:f}"
    for state in _PORTIONS:
        portions = getattr(wanted, state)
        if portions is not None:
            yield state, portions, f"{getattr(shown.counts, state):f}"


def _rules_of(wanted: Iterable[str]) -> str:
    return _listed_or_none(sorted(rule for rule in wanted if rule != NONE))


def _listed_or_none(rules: Iterable[str]) -> str:
    return ", ".join(rules) or NONE


def _gate(line: Line) -> str:
    """Return the strongest gate that keeps the line back; the pass shows a late one as a run."""
    gates = {hold.gate for hold in line.holds}
    return next((gate.value for gate in Gate if gate in gates), NONE)


def _stations(line: Line) -> list[str]:
    named = [step.station for step in line.routing.steps]
    if ANY_STATION in named:
        return ["everywhere"]
    return [*named] or [NOTHING]


def _listed(names: Iterable[str]) -> str:
    return ", ".join(names) or NOTHING


def _same(text: str) -> Wording:
    return Wording(text, text)


def _yes(is_so: bool) -> str:
    return "yes" if is_so else "no"


def _cannot(place: Place, why: str) -> Mismatch:
    return Mismatch(
        place, Wording("这一步做不了", "this step"), Wording("能做", "to be done"), _same(why)
    )


def _unknown(place: Place, name: str, known: Iterable[str]) -> Mismatch:
    hint = did_you_mean(name, known)
    found = Wording(
        f"没有{f'（{hint.zh}）' if hint else ''}", f"none{f' ({hint.en})' if hint else ''}"
    )
    return Mismatch(place, _same(name), Wording("有这道菜或这张单", "such a line or order"), found)
