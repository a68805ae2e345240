"""The head of a ticket, its place among the others, and what else a board carries."""

from __future__ import annotations

from decimal import Decimal

import pytest

from kds.board.ages import age_s, fired_age_s, left_s, ready_age_s, wait_s
from kds.board.values import AllDaySplit
from kds.kitchen.commands import CommandKind, RaiseAlert
from kds.kitchen.decide import decide
from kds.kitchen.ids import AlertId, CommandId, Instant, StationId
from kds.kitchen.messages import Channel, Member, Modifier, ModifierKind, Payment, Service
from tests.unit.board.factory import MINUTE, SECOND, START, Book, House, Limits, dish, key_of

PLACED = "2026-11-18T11:06:40+00:00"  # START


def order_of_tickets(house: House, view: str) -> list[str]:
    """Return the ids of the orders whose tickets `view` shows, in order."""
    return list(house.tickets(view))


def test_a_ticket_says_what_its_first_order_says() -> None:
    house = House()
    house.order(
        "1",
        dish("a"),
        number="12",
        table="A8",
        zone="hall",
        server="Li",
        session="A8-1",
        service=Service.DINE_IN,
        channel=Channel.QR,
        guests=4,
        placed_at=PLACED,
        due_at="2026-11-18T12:00:00+00:00",
        payment=Payment.PAID,
        member=Member("gold", "no coriander"),
        note="hurry",
    )
    ticket = house.ticket("cut")
    assert ticket.visit == "till/1"
    assert ticket.orders == (key_of("1"),)
    assert (ticket.number, ticket.table, ticket.zone, ticket.server) == ("12", "A8", "hall", "Li")
    assert (ticket.session, ticket.service, ticket.channel) == ("A8-1", "dine_in", "qr")
    assert (ticket.guests, ticket.payment, ticket.note) == (4, "paid", "hurry")
    assert ticket.member == Member("gold", "no coriander")
    assert (ticket.placed_at, ticket.due_at) == (PLACED, "2026-11-18T12:00:00+00:00")
    assert ticket.flags == ("vip",)


def test_what_later_orders_add_is_not_lost() -> None:
    house = House()
    house.order("1", dish("a"), session="s", note="hurry", payment=Payment.PAID)
    house.order("2", dish("b"), session="s", note="window", guests=3, server="Wu")
    house.order("3", dish("c"), session="s", note="hurry")
    ticket = house.ticket("cut")
    assert (ticket.note, ticket.guests, ticket.server) == ("hurry / window", 3, "Wu")
    assert ticket.payment == Payment.PARTIAL
    assert len(ticket.orders) == 3
    assert ticket.flags == ("add_on",)


def test_a_move_is_shown_for_ten_minutes() -> None:
    house = House()
    house.order("1", dish("a"), table="A1")
    house.do(CommandKind.HOLD, "1", "a")
    house.do(CommandKind.MOVE_TABLE, "1", table="B2")
    board = house.board("cut")
    assert (board.tickets[0].table, board.tickets[0].moved_from) == ("B2", "A1")
    assert "moved" in board.tickets[0].flags
    assert board.valid_until == START + 10 * MINUTE
    house.wait(10 * MINUTE)
    assert house.ticket("cut").moved_from is None
    assert house.board("cut").valid_until is None


def test_flags_of_lines_and_orders_mark_the_ticket() -> None:
    house = House()
    nuts = Modifier("nuts", ModifierKind.ALLERGY)
    sauce = Modifier("sauce", ModifierKind.ADD, modifiers=(nuts,))
    house.order("1", dish("a", modifiers=(sauce,)), dish("b"))
    house.do(CommandKind.RUSH, "1", "b")
    house.do(CommandKind.PIN, "1")
    assert house.ticket("cut").flags == ("allergy", "pinned", "rush")
    house.do(CommandKind.BUMP, "1", "b", view="cut")
    assert house.ticket("cut").flags == ("allergy", "pinned")
    assert "rush" in house.ticket("expo").flags
    house.do(CommandKind.SERVE, "1", "b")
    assert "rush" not in house.ticket("expo").flags


def test_a_ticket_names_what_other_stations_owe() -> None:
    house = House()
    house.order("1", dish("a"), dish("b", "3", category="热菜"), dish("c", category="?"))
    house.do(CommandKind.BUMP, "1", "b", view="cut", portions="1")
    assert house.ticket("cut").owed == ((StationId("wok"), Decimal(3), 1),)
    assert house.ticket("expo").owed == (
        (StationId("cut"), Decimal(3), 2),
        (StationId("wok"), Decimal(3), 1),
    )


# --- ages ----------------------------------------------------------------------------------


def test_ages_follow_from_anchors() -> None:
    house = House()
    house.now = Instant(START + 30 * SECOND)
    house.order("1", dish("a"), placed_at=PLACED)
    house.do(CommandKind.HOLD, "1", "a")
    house.wait(30 * SECOND)
    held = house.ticket("cut")
    assert fired_age_s(held, house.now) is None
    house.do(CommandKind.FIRE, "1", "a")
    ticket, now = house.ticket("cut"), Instant(house.now + 1500)
    assert (age_s(ticket, now), wait_s(ticket, now)) == (31.5, 61.5)
    assert fired_age_s(ticket, now) == fired_age_s(ticket.lines[0], now) == 1.5
    assert ready_age_s(ticket, now) is None
    assert ticket.clock is not None
    assert left_s(ticket.clock, now) == 298.5
    house.do(CommandKind.BUMP, "1", "a")
    assert ready_age_s(house.ticket("expo"), now) == 1.5


def test_an_age_is_never_negative() -> None:
    house = House()
    house.order("1", dish("a"))
    assert age_s(house.ticket("cut"), Instant(START - 5)) == 0


@pytest.mark.parametrize(
    "placed_at",
    [
        None,
        "yesterday",
        "2026-11-18T11:06:40",
        "2026-11-18T11:06:41+00:00",
        "2026-11-17T11:00+00:00",
    ],
)
def test_a_guest_whose_order_time_is_not_credible_waits_since_it_came(placed_at: str) -> None:
    house = House()
    house.order("1", dish("a"), placed_at=placed_at)
    assert house.ticket("cut").waiting_since == START


def test_a_book_without_a_limit_counts_down_to_nothing() -> None:
    house = House(Book(of_all=Limits(late_s=None)))
    house.order("1", dish("a"))
    clock = house.ticket("cut").clock
    assert clock is not None
    assert left_s(clock, house.now) is None


# --- the order of tickets ------------------------------------------------------------------


def test_tickets_stand_by_rank_then_time_then_id() -> None:
    house = House()
    house.order("2", dish("a", category="都要"))
    house.order("1", dish("a", category="都要"))
    house.wait(MINUTE)
    house.order("3", dish("a", category="都要"))
    assert order_of_tickets(house, "cut") == ["1", "2", "3"]
    house.do(CommandKind.RUSH, "3")
    assert order_of_tickets(house, "cut") == ["3", "1", "2"]
    house.do(CommandKind.PIN, "2")
    assert order_of_tickets(house, "cut") == ["2", "3", "1"]


def test_a_pot_jumps_the_queue_of_its_station_and_no_table_at_the_pass() -> None:
    """A late table must not stand behind every newer one whose pot is still to come."""
    house = House()
    house.order("1", dish("a"), dish("b", category="都要"))
    house.wait(MINUTE)
    house.order("2", dish("a"), dish("b", category="锅底"))
    assert order_of_tickets(house, "expo") == ["1", "2"]
    house.do(CommandKind.HOLD, "1", "a")
    assert order_of_tickets(house, "expo") == ["1", "2"]
    house.do(CommandKind.HOLD, "1", "b")
    assert order_of_tickets(house, "expo") == ["2", "1"]
    house.do(CommandKind.FIRE, "1")
    house.do(CommandKind.RUSH, "2")
    assert order_of_tickets(house, "expo") == ["2", "1"]


def test_pinned_tickets_keep_their_place_whatever_becomes_of_them() -> None:
    house = House()
    for number in "12":
        house.order(number, dish("a"), dish("b"))
        house.do(CommandKind.PIN, number)
        house.wait(MINUTE)
    house.do(CommandKind.RUSH, "2")
    house.do(CommandKind.BUMP, "1", "a")
    assert order_of_tickets(house, "cut") == ["1", "2"]


# --- all-day and alerts --------------------------------------------------------------------


def test_all_day_sums_what_the_view_has_to_cook_by_dish_and_modifiers() -> None:
    house = House()
    mild, more = Modifier("mild"), Modifier("more")
    house.order("1", dish("a", "2", name="tripe"), dish("b", "1.5", name="beef", unit="斤"))
    house.order(
        "2",
        dish("a", "3", name="tripe", modifiers=(mild, more)),
        dish("set"),
        dish("x", category="锅底"),
    )
    house.order(
        "3",
        dish("a", name="tripe", modifiers=(more, mild)),
        dish("b", "0.25", name="beef", unit="斤"),
    )
    house.do(CommandKind.BUMP, "1", "a", view="cut", portions="1")
    house.do(CommandKind.HOLD, "3", "a")
    rows = house.board("cut").all_day
    assert [(row.name, row.unit, row.count, row.held) for row in rows] == [
        ("tripe", "", Decimal(5), Decimal(1)),
        ("beef", "斤", Decimal("1.75"), Decimal(0)),
        ("dish set", "", Decimal(1), Decimal(0)),
    ]
    assert rows[0].splits == (
        AllDaySplit((mild, more), Decimal(4)),
        AllDaySplit((), Decimal(1)),
    )


def test_a_set_is_counted_as_its_parts() -> None:
    house = House()
    house.order("1", dish("set"), dish("a", parent="set"), dish("b", parent="set"))
    assert [row.name for row in house.board("expo").all_day] == ["dish a", "dish b"]


def test_the_newest_twenty_alerts_are_on_every_board() -> None:
    house = House()
    for number in range(25):
        house.wait(SECOND)
        alert = RaiseAlert(
            CommandId(f"c{number}"), AlertId(f"{number}"), "till", "看不懂", "unreadable", "<raw>"
        )
        house.kitchen = decide(house.kitchen, alert, house.book, house.now).kitchen
    cards = house.board("cut").alerts
    assert [card.id for card in cards] == [str(number) for number in range(24, 4, -1)]
    assert (cards[0].message["zh"], cards[0].source, cards[0].raw) == ("看不懂", "till", "<raw>")
    assert cards[0].at == house.now
