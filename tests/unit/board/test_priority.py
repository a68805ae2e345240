"""Bands of priority and the slow view: what they promise, under whole books."""

from __future__ import annotations

from datetime import UTC
from functools import cache
from random import Random
from typing import Any

import pytest

from kds.board.memo import BoardMemo
from kds.board.slow import behind, is_calm, rank_in
from kds.board.values import Board
from kds.board.views import board
from kds.board.why import explain_ticket
from kds.kitchen.commands import Command, CommandKind, ReceiveOrder
from kds.kitchen.decide import decide, record
from kds.kitchen.ids import CommandId, Instant
from kds.kitchen.state import Kitchen
from kds.records import command_from
from kds.records.boards import board_json
from kds.records.canonical import order_from
from kds.rulebook.book import Book, book_from_json, book_to_json
from kds.rulebook.compile import compile_book
from kds.rulebook.due import due

MINUTE = 60_000
START = Instant(1_767_225_600_000)

BOOK = """
book: {id: small, name: Small}
limits: {attention: 3 min, late: 5 min, critical: 8 min}
stations: [{id: wok, name: Wok}, {id: cold, name: Cold}]
menu:
  - {id: kids, class: child, match: {name_has: kids}, cook: wok}
  - {id: salad, class: cold, match: {name_has: salad}, cook: cold}
  - {id: dish, class: dish, match: {name_has: dish}, cook: wok}
"""
BANDS = """
bands:
  - {id: door, name: Rider, rider_here: yes}
  - {id: child, name: Children, class: child}
  - {id: paid-vip, name: VIP, when: {member: gold, payment: paid}}
  - {id: waited, name: Waited, waits: 4 min}
  - {id: later, name: Later, queue: last, when: {channel: delivery}}
"""


@cache
def book_of(*parts: str) -> Book:
    found = compile_book({"book.yaml": BOOK + "".join(parts)})
    assert found.book is not None, [fault.text("en") for fault in found.diagnostics]
    return found.book


class House:
    """A kitchen under a whole book, with the board of the wok beside one made from nothing."""

    def __init__(self, *parts: str) -> None:
        self.book = book_of(*parts)
        self.kitchen = Kitchen()
        self.now = START
        self.memo = BoardMemo()
        self._count = 0

    def _id(self) -> str:
        self._count += 1
        return f"c{self._count}"

    def order(self, table: str, *names: str, **fields: Any) -> None:
        lines = [{"line_id": n, "name": n, "quantity": "1"} for n in names]
        body = {"source": "till", "order_id": table, "table": table, "session": table}
        parsed = order_from({**body, "lines": lines, **fields}, zone=UTC)  # `lines` may be given
        self._decide(ReceiveOrder(CommandId(self._id()), parsed.message, parsed.digest))

    def do(self, kind: str, table: str, **more: Any) -> None:
        order = {"source": "till", "order_id": table}
        self._decide(command_from({"id": self._id(), "kind": kind, "order": order, **more}))

    def _decide(self, command: Command | ReceiveOrder) -> None:
        self.kitchen = decide(self.kitchen, command, self.book, self.now).kitchen

    def wait(self, ms: int) -> None:
        self.now = Instant(self.now + ms)
        facts = due(self.kitchen, self.book, self.now)
        self.kitchen = record(self.kitchen, facts, self.book, self.now).kitchen

    def wok(self) -> Board:
        made = board(self.kitchen, self.book, "wok", self.now, self.memo)
        assert made == board(self.kitchen, self.book, "wok", self.now)
        return made

    @property
    def tables(self) -> list[str]:
        return [ticket.table for ticket in self.wok().tickets]


def test_bands_order_by_rider_child_member_and_payment_and_the_rest_by_time() -> None:
    house = House(BANDS)
    for table, names, fields in (
        ("1", ("dish a",), {"channel": "delivery"}),
        ("2", ("dish b",), {}),
        ("3", ("dish c",), {"member": {"tier": "gold"}}),
        ("4", ("dish d", "kids noodles"), {}),
        ("5", ("dish e",), {"service": "delivery"}),
    ):
        house.order(table, *names, **fields)
        house.wait(1_000)
    assert house.tables == ["4", "2", "3", "5", "1"]
    house.order("3", "dish c", member={"tier": "gold"}, payment="paid")
    assert house.tables == ["4", "3", "2", "5", "1"]
    house.do("rider_here", "5")
    assert house.tables == ["5", "4", "3", "2", "1"]
    assert "rider" in house.wok().tickets[0].flags
    house.do("rider_gone", "5")
    assert house.tables == ["4", "3", "2", "5", "1"]


def test_a_wait_moves_a_ticket_in_time_without_an_event() -> None:
    """The fault: a memo that holds a board for good, where only the clock has changed the order."""
    house = House(BANDS)
    house.order("1", "dish a", channel="delivery")
    house.wait(2 * MINUTE)
    house.order("2", "dish b")
    first = house.wok()
    assert house.tables == ["2", "1"]
    assert first.valid_until == START + 3 * MINUTE  # the first limit
    house.wait(2 * MINUTE - 1)
    before = house.wok()
    assert before.valid_until == START + 4 * MINUTE
    house.wait(1)
    after = house.wok()
    assert [ticket.table for ticket in after.tickets] == ["1", "2"]
    assert after.tickets[1] is before.tickets[0]


def test_where_no_band_asks_for_it_a_rush_goes_first_and_one_that_asks_says_where() -> None:
    for bands, order in (
        ("bands: [{id: kid, name: Child, class: child}]", ["2", "1"]),
        (
            "bands: [{id: kid, name: Child, class: child}, {id: rush, name: Rush, rush: yes}]",
            ["1", "2"],
        ),
    ):
        house = House(bands)
        house.order("1", "kids noodles")
        house.wait(1_000)
        house.order("2", "dish a")
        house.do("rush", "2")
        assert house.tables == order


def test_a_pinned_ticket_stays_whatever_its_band() -> None:
    house = House(BANDS)
    house.order("1", "dish a", channel="delivery")
    house.wait(1_000)
    house.order("2", "kids noodles")
    house.do("pin", "1")
    assert house.tables == ["1", "2"]
    assert house.wok().tickets[0].priority is None


def test_a_rushed_dish_counts_only_while_it_is_to_be_made() -> None:
    house = House("bands: [{id: rush, name: Rush, rush: yes}]")
    house.order("1", "dish a")
    house.wait(1_000)
    house.order("2", "dish b", "dish c")
    house.do("rush", "2", line_id="dish c")
    assert house.tables == ["2", "1"]
    house.do("bump", "2", line_id="dish c", view="wok")
    assert house.tables == ["1", "2"]


def test_why_and_json_name_the_band_with_file_and_line() -> None:
    house = House(BANDS)
    house.order("1", "kids noodles")
    made = house.wok()
    told = explain_ticket(made.tickets[0], house.now, "en")
    assert told.endswith("place: Children (book.yaml:12 child)")
    body = board_json(made, at=house.now, epoch="e", seq=1, personal={}, lang="zh")
    assert body["tickets"][0]["priority"]["band"] == "child"
    assert (body["tickets"][0]["rank"], body["slow"]) == (None, None)


def test_the_compiled_book_keeps_bands_and_slow_view() -> None:
    book = book_of(BANDS, "slow_view: {share: 40 %, rank: 3}\n")
    again = book_from_json(book_to_json(book))
    assert (again, again.slow.share, again.slow.rank) == (book, (40, 100), 3)


# --- late as a whole ---------------------------------------------------------------------------


def crowd(late: int, fresh: int, *parts: str) -> House:
    """Return a house with `late` tickets, a minute apart, and `fresh` ones; the last late is 1 min
    late.
    """
    house = House(*parts)
    for number in range(late):
        house.order(f"L{number}", "dish a")
        house.wait(MINUTE)
    house.wait(5 * MINUTE)
    for number in range(fresh):
        house.order(f"F{number}", "dish a")
    return house


def test_a_third_is_not_slow_and_more_than_a_third_is() -> None:
    assert crowd(2, 4, "slow_view: {stays: 0 s}\n").wok().slow is None
    slow = crowd(3, 5).wok().slow
    assert slow is not None
    assert (slow.late, slow.of) == (3, 8)


def test_the_five_worst_are_ranked_and_the_others_stay_calm() -> None:
    house = crowd(7, 3)
    made = house.wok()
    late = [ticket for ticket in made.tickets if ticket.table.startswith("L")]
    assert [rank_in(made.slow, ticket) for ticket in late] == [1, 2, 3, 4, 5, None, None]
    assert [is_calm(made.slow, ticket) for ticket in late] == [False] * 5 + [True] * 2
    fresh = made.tickets[-1]
    assert (rank_in(made.slow, fresh), is_calm(made.slow, fresh)) == (None, False)
    assert made.slow is not None
    assert behind(made.slow, house.now, "zh") == "整体慢 4 分"  # the one in the middle
    assert behind(made.slow, Instant(house.now + 5 * MINUTE), "en") == "running 9 min behind"
    body = board_json(made, at=house.now, epoch="e", seq=1, personal={})
    assert body["slow"]["text"] == "running 4 min behind"
    assert [t["rank"] for t in body["tickets"]][:6] == [1, 2, 3, 4, 5, None]
    assert [t["calm"] for t in body["tickets"]][5:] == [True, True, False, False, False]


def test_a_slow_view_ends_when_late_tickets_leave() -> None:
    house = crowd(3, 3)
    assert house.wok().slow is not None
    house.do("bump", "L0", view="wok")
    slow = house.wok().slow
    assert slow is not None
    assert len(slow.ranked) == 2
    house.do("bump", "L1", view="wok")
    assert house.wok().slow is None


def test_guests_and_books_that_say_never_are_told_nothing() -> None:
    house = crowd(3, 1)
    assert board(house.kitchen, house.book, "pickup", house.now).slow is None
    assert crowd(3, 0, "slow_view: {share: 100 %}\n").wok().slow is None


@pytest.mark.parametrize("seed", range(4))
def test_the_memo_never_differs_from_a_board_made_anew(seed: int) -> None:
    """Orders, amendments, bumps, rushes, riders and time in any order; `wok` compares."""
    house, random = House(BANDS), Random(seed)
    for _ in range(120):
        table = str(random.randrange(8))
        match random.randrange(7):
            case 0 | 1:
                names = random.sample(["dish a", "kids b", "salad c"], random.randint(1, 3))
                channel = random.choice(["delivery", "qr"])
                tier = random.choice([None, {"tier": "gold"}])
                payment = random.choice(["paid", "unpaid"])
                house.order(table, *names, channel=channel, member=tier, payment=payment)
            case 2:
                kinds = ("rush", "unrush", "rider_here", "rider_gone", "pin", "unpin")
                house.do(random.choice(kinds), table)
            case 3:
                house.do("bump", table, view="wok")
            case _:
                house.wait(random.randrange(2 * MINUTE))
        house.wok()


def test_a_rider_is_taken_along_by_a_merge_and_taken_back_by_an_undo() -> None:
    house = House(BANDS)
    house.order("1", "dish a")
    house.order("2", "dish b")
    house.do("rider_here", "2")
    house.do("merge", "2", into={"source": "till", "order_id": "1"})
    assert "rider" in house.wok().tickets[0].flags
    other = House(BANDS)
    other.order("1", "dish a")
    other.do("rider_here", "1")
    undo = Command(CommandId("undo"), CommandKind.UNDO, undoes=CommandId("c2"))
    other.kitchen = decide(other.kitchen, undo, other.book, other.now).kitchen
    assert "rider" not in other.wok().tickets[0].flags
