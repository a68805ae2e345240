"""Which tickets and lines a view shows, from the order to the end of the visit."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal

import pytest

from kds.board.scope import UnknownView
from kds.board.views import order_lines
from kds.kitchen.commands import CommandKind, SplitPart
from kds.kitchen.ids import LineId, StationId
from kds.kitchen.messages import LineState, Service
from kds.kitchen.portions import Counts
from tests.unit.board.factory import MINUTE, Book, House, dish, key_of, lines_of

EVERYWHERE = ("broth", "cut", "wok", "drink", "expo", "pickup", "all")


def seen_in(house: House, order_id: str = "1") -> set[str]:
    """Return the views that show an order's ticket."""
    return {view for view in EVERYWHERE if order_id in house.tickets(view)}


def shown(house: House, view: str, order_id: str = "1") -> list[str]:
    """Return the lines of an order's ticket in `view`, in order."""
    return list(lines_of(house.ticket(view, order_id)))


def test_an_unknown_view_names_the_known_ones() -> None:
    with pytest.raises(UnknownView, match="broth, cut, wok, drink, expo, pickup, all") as raised:
        House().board("grill")
    assert raised.value.view == "grill"


def test_a_line_shows_at_its_station_and_the_pass_and_nowhere_else() -> None:
    house = House()
    house.order("1", dish("a", category="锅底"))
    assert seen_in(house) == {"broth", "expo", "all"}


def test_a_station_loses_the_ticket_when_all_its_own_steps_are_done() -> None:
    house = House()
    house.order("1", dish("a"), dish("b"), dish("c", category="锅底"))
    house.do(CommandKind.BUMP, "1", "a", view="cut")
    assert shown(house, "cut") == ["a", "b"]
    house.do(CommandKind.BUMP, "1", "b", view="cut")
    assert seen_in(house) == {"broth", "expo", "all"}


def test_a_later_step_shows_when_the_earlier_one_is_done() -> None:
    house = House()
    house.order("1", dish("a", "2", category="热菜"), dish("b", category="都要"))
    assert (shown(house, "cut"), shown(house, "wok")) == (["a", "b"], ["b"])
    house.do(CommandKind.BUMP, "1", "a", view="cut", portions="1")
    assert shown(house, "wok") == ["a", "b"]
    assert house.line("wok", "a").counts.queued == 1
    assert house.line("wok", "a").counts.held == 1
    house.do(CommandKind.RECALL, "1", "a", view="cut")
    assert shown(house, "wok") == ["b"]


def test_a_ticket_with_nothing_but_waiting_steps_left_is_not_shown_at_a_station() -> None:
    house = House()
    house.order("1", dish("a", "2", category="热菜"))
    house.do(CommandKind.BUMP, "1", "a", view="cut", portions="1")
    house.do(CommandKind.BUMP, "1", "a", view="wok", portions="1")
    assert "wok" not in seen_in(house)
    house.do(CommandKind.BUMP, "1", "a", view="cut")
    assert "wok" in seen_in(house)


def test_a_folded_station_gives_its_tickets_to_the_other() -> None:
    house = House()
    house.order("1", dish("a"))
    house.command(CommandKind.FOLD, station=StationId("cut"), into_station=StationId("wok"))
    assert seen_in(house) == {"wok", "expo", "all"}
    assert house.line("wok", "a").stations == ("wok",)
    house.command(CommandKind.FOLD, station=StationId("cut"))
    assert seen_in(house) == {"cut", "expo", "all"}


def test_a_dish_without_a_rule_shows_at_every_station_until_one_takes_it() -> None:
    house = House()
    house.order("1", dish("a", category="?"))
    assert seen_in(house) == {"broth", "cut", "wok", "drink", "expo", "all"}
    assert house.line("drink", "a").flags == ("unrouted",)
    assert house.line("drink", "a").stations == ()
    assert "unrouted" in house.ticket("expo").flags
    house.do(CommandKind.TAKE, "1", "a", view="wok")
    assert seen_in(house) == {"wok", "expo", "all"}


def test_a_dish_whose_station_the_book_has_dropped_shows_at_every_station() -> None:
    house = House()
    house.order("1", dish("a"))
    house.book = Book(stations=tuple(s for s in house.book.stations if s.id != "cut"))
    assert {v for v in ("broth", "wok", "drink", "expo") if house.tickets(v)} == {
        "broth",
        "wok",
        "drink",
        "expo",
    }
    assert "unrouted" in house.line("wok", "a").flags
    assert house.line("wok", "a").stations == ("cut",)


def test_expo_shows_a_ticket_until_all_is_served() -> None:
    house = House()
    house.order("1", dish("a"), dish("b"))
    house.do(CommandKind.BUMP, "1")
    assert house.ticket("expo").complete
    house.do(CommandKind.SERVE, "1", "a")
    assert shown(house, "expo") == ["a", "b"]
    house.do(CommandKind.SERVE, "1", "b")
    assert seen_in(house) == {"all"}


def test_without_a_serve_step_expo_shows_a_ticket_until_all_is_ready() -> None:
    house = House(Book(serve_step=False))
    house.order("1", dish("a"), dish("b"))
    house.do(CommandKind.BUMP, "1", "a")
    assert "expo" in seen_in(house)
    house.do(CommandKind.BUMP, "1", "b")
    assert seen_in(house) == {"all"}


def test_an_ended_visit_stays_while_something_is_to_be_cooked() -> None:
    house = House()
    house.order("1", dish("a"), dish("b"))
    house.do(CommandKind.BUMP, "1", "a")
    house.order("1", dish("a"), dish("b"), revision=2, closed=True)
    assert seen_in(house) == {"cut", "expo"}
    assert "ended" in house.ticket("expo").flags
    house.do(CommandKind.BUMP, "1", "b")
    assert seen_in(house) == set()


def test_a_removed_visit_shows_nowhere() -> None:
    house = House()
    house.order("1", dish("a"), service=Service.TAKEAWAY)
    house.do(CommandKind.CLOSE, "1")
    assert seen_in(house) == set()


def test_the_shown_void_is_struck_until_each_station_has_acknowledged_it() -> None:
    house = House()
    house.order("1", dish("a", category="都要"))
    house.order("1", dish("a", category="都要", state=LineState.VOID), revision=2)
    assert seen_in(house) == {"cut", "wok", "expo", "all"}
    assert house.line("cut", "a").void_unacknowledged
    house.do(CommandKind.ACK_VOID, "1", "a", view="cut")
    assert seen_in(house) == {"wok", "expo", "all"}
    assert house.line("expo", "a").void_unacknowledged
    house.do(CommandKind.ACK_VOID, "1", "a", view="wok")
    assert seen_in(house) == {"all"}
    assert shown(house, "all") == []


def test_a_station_that_was_not_reached_need_not_acknowledge_a_void() -> None:
    house = House()
    house.order("1", dish("a", category="热菜"))
    house.order("1", revision=2)
    assert seen_in(house) == {"cut", "expo", "all"}


def test_an_acknowledged_void_leaves_the_rest_of_its_line() -> None:
    house = House()
    house.order("1", dish("a", "3"))
    house.order("1", dish("a", "1"), revision=2)
    line = house.line("cut", "a")
    assert line.counts == Counts(queued=Decimal(1), void=Decimal(2))
    assert line.quantity_was == 3
    assert line.changed
    house.do(CommandKind.ACK_VOID, "1", view="cut")
    assert not house.line("cut", "a").void_unacknowledged
    assert house.line("cut", "a").counts.void == 2


def test_a_line_that_was_void_from_the_beginning_is_not_shown() -> None:
    house = House()
    house.order("1", dish("a"), dish("b", state=LineState.VOID))
    assert shown(house, "expo") == ["a"]


def test_a_card_with_nothing_to_cook_shows_at_the_pass_until_noted() -> None:
    house = House()
    house.order("1", note="birthday")
    assert seen_in(house) == {"expo", "all"}
    assert house.ticket("expo").lines == ()
    assert "info" in house.ticket("expo").flags
    house.do(CommandKind.BUMP, "1", view="expo")
    assert seen_in(house) == set()


def test_a_card_of_returns_shows_its_lines_without_portions() -> None:
    house = House()
    house.order("1", dish("a", "-1"), dish("b", "0"))
    assert seen_in(house) == {"expo", "all"}
    assert [line.quantity for line in house.ticket("expo").lines] == [-1, 0]
    assert house.line("expo", "a").counts.live == 0
    assert house.board("expo").all_day == ()


@pytest.mark.parametrize("is_closed", [True, False])
def test_a_card_goes_when_its_order_is_closed_or_cancelled(is_closed: bool) -> None:
    house = House()
    house.order("1", note="birthday")
    house.order("1", revision=2, closed=is_closed, cancelled=not is_closed)
    assert seen_in(house) == set()


def test_the_cancel_of_an_order_that_never_came_is_shown() -> None:
    house = House()
    house.order("1", cancelled=True, partial=True, given=("cancelled",))
    assert "incomplete" in house.ticket("expo").flags


def test_a_noted_card_does_not_come_back_with_the_dishes_of_another_order() -> None:
    house = House()
    house.order("1", dish("a", "0"), session="s")
    house.do(CommandKind.BUMP, "1", view="expo")
    house.order("2", dish("b"), session="s")
    assert shown(house, "expo") == ["b"]


def test_a_return_line_is_context_at_its_station() -> None:
    house = House()
    house.order("1", dish("a"), dish("b", "-1"), dish("c", "-1", category="锅底"))
    assert shown(house, "cut") == ["a", "b"]
    assert shown(house, "expo") == ["a", "b", "c"]


def test_what_no_station_cooks_is_ready_and_keeps_no_ticket_open() -> None:
    house = House()
    house.order("1", dish("a", "2", category="打包"), dish("b"))
    assert house.line("expo", "a").counts.ready == 2
    assert house.line("expo", "a").band == "ready"
    house.do(CommandKind.SERVE, "1", "b")
    assert seen_in(house) == {"all"}


# --- the guests' board ---------------------------------------------------------------------


@pytest.mark.parametrize(
    ("service", "number", "table", "is_called"),
    [
        (Service.TAKEAWAY, "", "", True),
        (Service.DELIVERY, "12", "", True),
        (Service.DRIVE_THRU, "12", "", True),
        (Service.DINE_IN, "12", "", True),
        (Service.DINE_IN, "12", "A1", False),
        (Service.DINE_IN, "", "", False),
    ],
)
def test_guests_who_fetch_their_food_are_on_the_pickup_board(
    service: Service, number: str, table: str, is_called: bool
) -> None:
    house = House()
    house.order("1", dish("a"), service=service, number=number, table=table)
    assert ("pickup" in seen_in(house)) is is_called


def test_a_ticket_leaves_the_pickup_board_ten_minutes_after_it_is_ready() -> None:
    house = House()
    house.order("1", dish("a"), dish("b", category="热菜"), service=Service.PICKUP)
    house.do(CommandKind.BUMP, "1", "a", view="cut")
    house.wait(20 * MINUTE)
    house.do(CommandKind.BUMP, "1", "b", view="expo")
    house.wait(10 * MINUTE - 1)
    assert "pickup" in seen_in(house)
    assert house.board("pickup").valid_until == house.now + 1
    house.wait(1)
    assert "pickup" not in seen_in(house)


def test_a_served_ticket_leaves_the_pickup_board_at_once() -> None:
    house = House()
    house.order("1", dish("a"), service=Service.PICKUP)
    house.do(CommandKind.SERVE, "1")
    assert seen_in(house) == {"all"}


def test_a_void_ticket_calls_nobody() -> None:
    house = House()
    house.order("1", dish("a"), service=Service.PICKUP)
    house.do(CommandKind.VOID, "1", reason="mistake")
    assert "pickup" not in seen_in(house)


# --- visits that become one, or two --------------------------------------------------------


def test_merged_visits_are_one_ticket() -> None:
    house = House()
    house.order("1", dish("a"), table="A1")
    house.order("2", dish("b"), table="A2")
    house.do(CommandKind.MERGE, "2", into_order=key_of("1"))
    assert list(house.tickets("cut")) == ["1"]
    ticket = house.ticket("cut")
    assert list(lines_of(ticket)) == ["a", "b"]
    assert "merged" in ticket.flags
    assert ticket.merged_from == ("A2",)


def test_a_merge_of_merges_names_all_tables() -> None:
    house = House()
    for number in "123":
        house.order(number, dish(number), table=f"A{number}")
    house.do(CommandKind.MERGE, "3", into_order=key_of("2"))
    house.do(CommandKind.MERGE, "2", into_order=key_of("1"))
    assert house.ticket("cut").merged_from == ("A2", "A3")


def test_split_portions_are_on_both_tickets() -> None:
    house = House()
    house.order("1", dish("a", "3"), dish("b"), table="A1")
    part = SplitPart(LineId("a"), house.kitchen.orders[key_of("1")].lines[LineId("a")].ordered - 1)
    house.do(CommandKind.SPLIT, "1", lines=(part,), table="A2")
    first, second = house.board("cut").tickets
    assert [line.counts.queued for line in first.lines] == [1, 1]
    assert [line.counts.queued for line in second.lines] == [2]
    assert (second.table, second.moved_from) == ("A2", "A1")
    assert "split" in second.flags


def test_an_order_that_has_left_the_kitchen_leaves_the_rest_of_the_ticket() -> None:
    house = House()
    house.order("1", dish("a"), session="s")
    house.order("2", dish("b"), session="s")
    house.kitchen = replace(house.kitchen, orders=house.kitchen.orders.remove(key_of("1")))
    assert shown(house, "cut", "2") == ["b"]
    house.kitchen = replace(house.kitchen, orders=house.kitchen.orders.remove(key_of("2")))
    assert house.board("all").tickets == ()


# --- the lines of one order ----------------------------------------------------------------


def test_the_lines_of_an_order_come_from_all_visits_and_with_their_voids() -> None:
    house = House()
    house.order("1", dish("a", "3"), dish("b"))
    house.do(CommandKind.SPLIT, "1", lines=(SplitPart(LineId("a"), portions=None),), table="A2")
    house.order("1", dish("a", "2"), revision=2)
    house.do(CommandKind.ACK_VOID, "1", view="cut")
    lines = order_lines(house.kitchen, house.book, key_of("1"), house.now)
    assert lines is not None
    assert {line.key.line_id: line.counts for line in lines} == {
        "a": Counts(queued=Decimal(2), void=Decimal(1)),
        "b": Counts(void=Decimal(1)),
    }


def test_there_are_no_lines_of_an_unknown_order() -> None:
    house = House()
    assert order_lines(house.kitchen, house.book, key_of("1"), house.now) is None
