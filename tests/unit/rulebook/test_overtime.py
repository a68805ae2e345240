"""Overtime rules: each step once, repeats bounded and apart, quiet hours, and over when it is."""

from __future__ import annotations

from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from kds.board.views import board
from kds.board.why import explain_ticket
from kds.kitchen.commands import CommandKind
from kds.kitchen.events import OvertimeReached
from kds.kitchen.evolve import fold
from kds.kitchen.ids import Instant
from kds.kitchen.messages import Channel
from kds.kitchen.state import Kitchen
from kds.records.facts import dump_fact, load_fact
from kds.rulebook.adoption import changes
from kds.rulebook.book import Book, book_from_json, book_to_json
from kds.rulebook.compile import compile_book
from kds.rulebook.due import due
from tests.unit.rulebook.house import START, House

BOOK = """
book: {id: small, name: Small, zone: Asia/Shanghai, end_after_paid: never}
stations: [{id: wok, name: Wok}, {id: cold, name: Cold}]
menu:
  - {id: hot, class: dish, match: {category: hot}, cook: wok}
  - {id: salad, class: side, match: {category: cold}, cook: cold}
"""
A, B, SALAD = ("A", "hot"), ("B", "hot"), ("S", "cold")
MINUTE = 60


def book(rule: str = "") -> Book:
    rules = f"rules: [{{id: slow, name: Slow, mechanism: overtime, {rule}}}]" if rule else ""
    found = compile_book({"book.yaml": BOOK + rules})
    assert found.book is not None, [d.text("en") for d in found.diagnostics]
    return found.book


def told(house: House) -> list[tuple[float, int, int]]:
    """Return minute, step and time of every step that came."""
    return [
        ((event.at - START) / 60_000, fact.step, fact.time)
        for event in house.events
        if isinstance(fact := event.fact, OvertimeReached)
    ]


def marks(house: House, view: str = "expo") -> list[str]:
    found = board(house.kitchen, house.book, view, house.now)
    return [mark.rule for ticket in found.tickets for mark in ticket.overtime]


def serve(house: House, line: str, order: str = "1") -> None:
    house.act(CommandKind.SERVE, line, order_id=order, view="expo")


def test_each_step_comes_once_and_repeats_so_often() -> None:
    steps = "[{after: 5 min}, {after: 8 min, repeat: 2 min, most: 3}]"
    house = House(book(f"of: first_dish, steps: {steps}"))
    house.order({"1": A})
    house.wait(60 * MINUTE)
    assert told(house) == [(5, 1, 1), (8, 2, 1), (10, 2, 2), (12, 2, 3)]
    assert marks(house) == ["slow"]


def test_what_is_found_late_is_told_once_and_its_repeats_keep_apart() -> None:
    """A bridge that was off for an hour must not tell an hour of repeats in one breath."""
    house = House(book("of: first_dish, steps: {after: 5 min, repeat: 2 min, most: 3}"))
    house.order({"1": A})
    house.now = Instant(START + 3_600_000)
    house.wait(0)
    assert told(house) == [(60, 1, 1)]
    house.wait(60 * MINUTE)
    assert told(house) == [(60, 1, 1), (62, 1, 2), (64, 1, 3)]


def test_two_bridges_give_a_step_the_same_id() -> None:
    house = House(book("of: visit, steps: {after: 5 min}"))
    house.order({"1": A})
    early, late = (Instant(START + minutes * 60_000) for minutes in (5, 7))
    (one,), (other,) = (due(house.kitchen, house.book, at) for at in (early, late))
    assert one.id == other.id
    after = fold(house.kitchen, [one])
    assert due(after, house.book, late) == ()


def test_a_gap_begins_with_what_was_served_last() -> None:
    house = House(book("of: gap, steps: {after: 5 min}"))
    house.order({"1": A, "2": B, "3": A})
    house.wait(20 * MINUTE)
    assert told(house) == []
    serve(house, "1")
    house.wait(5 * MINUTE)
    assert told(house) == [(25, 1, 1)]
    serve(house, "2")
    assert marks(house) == []
    house.wait(5 * MINUTE)
    assert told(house) == [(25, 1, 1), (30, 1, 1)]
    serve(house, "3")
    house.wait(30 * MINUTE)
    assert len(told(house)) == 2


def test_taking_a_dish_back_tells_nothing_twice() -> None:
    house = House(book("of: first_dish, steps: {after: 5 min}"))
    house.order({"1": A})
    house.wait(6 * MINUTE)
    serve(house, "1")
    house.act(CommandKind.RECALL, "1", view="expo")
    house.wait(20 * MINUTE)
    assert len(told(house)) == 1


def test_an_undo_forgets_no_step_and_a_step_hinders_no_undo() -> None:
    house = House(book("of: first_dish, steps: {after: 5 min}"))
    house.order({"1": A})
    house.act(CommandKind.PIN)
    (pinned,) = {e.command for e in house.events[-1:]}
    house.wait(6 * MINUTE)
    assert marks(house) == ["slow"]
    house.act(CommandKind.UNDO, undoes=pinned)
    assert not house.kitchen.visits[house.visit()].pinned
    assert marks(house) == ["slow"]
    house.wait(20 * MINUTE)
    assert len(told(house)) == 1


def test_quiet_hours_put_a_step_off_to_their_end() -> None:
    """The house begins at 18:00 in Shanghai; spans may touch and lie over midnight."""
    quiet = "quiet: [18:04-18:30, 18:30-19:00]"
    house = House(book(f"of: first_dish, {quiet}, steps: {{after: 5 min}}"))
    house.order({"1": A})
    house.wait(90 * MINUTE)
    assert told(house) == [(60, 1, 1)]
    night = House(book("of: first_dish, quiet: 17:00-02:00, steps: {after: 5 min}"))
    night.order({"1": A})
    night.wait(9 * 60 * MINUTE)
    assert told(night) == [(480, 1, 1)]


def test_only_the_named_dishes_count() -> None:
    for names in ("class: side", "entry: salad", "station: cold"):
        house = House(book(f"of: visit, {names}, steps: {{after: 5 min}}"))
        house.order({"1": A})
        house.wait(3 * MINUTE)
        house.order({"1": A, "2": SALAD})
        house.wait(4 * MINUTE)
        assert told(house) == []
        house.wait(MINUTE)
        (fact,) = [e.fact for e in house.events if isinstance(e.fact, OvertimeReached)]
        assert [key.line_id for key in fact.lines] == ["2"]


def test_a_rule_is_for_those_that_its_conditions_name() -> None:
    house = House(book("of: visit, when: {table: A*}, steps: {after: 5 min}"))
    house.order({"1": A})
    house.order({"1": A}, "2", table="A9", session="s9")
    house.wait(30 * MINUTE)
    facts = [e.fact for e in house.events if isinstance(e.fact, OvertimeReached)]
    assert [fact.visit for fact in facts] == [house.visit("2")]


def test_of_a_line_each_dish_has_its_own_steps() -> None:
    house = House(book("of: line, steps: {after: 5 min}"))
    house.order({"1": A, "2": B})
    house.wait(5 * MINUTE)
    facts = [e.fact for e in house.events if isinstance(e.fact, OvertimeReached)]
    assert sorted(fact.line.line_id for fact in facts if fact.line) == ["1", "2"]
    assert len({e.id for e in house.events}) == len(house.events)


def test_a_merge_repeats_nothing() -> None:
    house = House(book("of: visit, steps: {after: 5 min}"))
    house.order({"1": A})
    house.order({"1": B}, "2", table="9", session="s9")
    house.wait(6 * MINUTE)
    assert len(told(house)) == 2
    house.act(CommandKind.MERGE, into_order=house.key("2"))
    house.wait(30 * MINUTE)
    assert len(told(house)) == 2


def test_the_board_says_why_and_guests_see_nothing() -> None:
    house = House(book("of: first_dish, steps: {after: 5 min}"))
    house.order({"1": A}, table="", number="7")
    house.wait(6 * MINUTE)
    (ticket,) = board(house.kitchen, house.book, "wok", house.now).tickets
    assert "overtime" in ticket.flags
    assert "Slow: 6:00 so far, limit 5:00 (book.yaml:" in explain_ticket(ticket, house.now, "en")
    assert "Slow：已 6:00，时限 5:00" in explain_ticket(ticket, house.now, "zh")
    assert marks(house, "pickup") == []


def test_a_publish_says_which_tables_it_would_tell_of() -> None:
    house = House(book())
    house.order({"1": A})
    house.wait(20 * MINUTE)
    edited = book("of: first_dish, steps: {after: 5 min}")
    found = changes(house.kitchen, house.book, edited, house.now)
    assert (found.overdue, found.is_none) == (1, False)
    assert found.text().en == "1 table is told at once to wait too long"


def test_a_step_and_its_rule_come_back_from_their_records() -> None:
    house = House(book("of: line, quiet: 14:00-17:00, steps: {after: 5 min, tell: [expo, wok]}"))
    house.order({"1": A})
    house.wait(5 * MINUTE)
    (fact,) = [e.fact for e in house.events if isinstance(e.fact, OvertimeReached)]
    assert load_fact(*dump_fact(fact)) == fact
    assert book_from_json(book_to_json(house.book)) == house.book


_HANDS = st.lists(
    st.tuples(st.sampled_from("slrwa"), st.sampled_from(["1", "2", "3"]), st.integers(1, 9)),
    max_size=14,
)


@given(_HANDS, st.sampled_from(["line", "first_dish", "gap", "visit"]))
def test_whatever_happens_time_comes_to_rest_and_no_id_comes_twice(hands: Any, of: str) -> None:
    """Serving, recalling, amending in any order: an event's id is unique and steps are bounded."""
    house = House(book(f"of: {of}, steps: [{{after: 2 min, repeat: 1 min, most: 2}}]"))
    house.order({"1": A, "2": B, "3": SALAD})
    for what, line, minutes in hands:
        match what:
            case "s":
                serve(house, line)
            case "r":
                house.act(CommandKind.RECALL, line, view="expo")
            case "l":
                house.order({"1": A, "2": B})
            case "a":
                house.order({"1": A, "2": B, "3": SALAD})
            case _:
                house.wait(minutes * MINUTE)
    house.wait(60 * MINUTE)
    ids = [event.id for event in house.events]
    assert len(ids) == len(set(ids))
    assert fold(Kitchen(), house.events) == house.kitchen
    assert max((time for _, _, time in told(house)), default=0) <= 2


def test_a_rule_for_one_channel_counts_its_orders_among_others_at_the_table() -> None:
    """Rules are sifted by table and order: one order must not hide the rule from the next."""
    house = House(book("of: visit, when: {channel: qr, table: 8*}, steps: [{after: 5 min}]"))
    house.order({"A": A}, channel=Channel.WAITER)
    house.wait(6 * MINUTE)
    assert told(house) == []
    house.order({"B": B}, order_id="2", channel=Channel.QR)
    house.wait(6 * MINUTE)
    assert told(house) == [(11, 1, 1)]
    house.order({"A": A}, order_id="3", channel=Channel.QR, table="9", session="s9")
    house.act(CommandKind.MOVE_TABLE, order_id="3", table="81")
    house.wait(6 * MINUTE)
    assert told(house) == [(11, 1, 1), (17, 1, 1)]
