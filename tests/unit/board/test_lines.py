"""What a line says: portions, clocks, holds, rounds, flags, and its place in the ticket."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal

from kds.board.values import Band
from kds.kitchen.commands import CommandKind
from kds.kitchen.ids import LineId, RuleId
from kds.kitchen.messages import LineState
from kds.kitchen.orders import Gate
from kds.kitchen.portions import Counts
from tests.unit.board.factory import MINUTE, START, House, dish, key_of, line_key, lines_of


def test_a_station_counts_its_own_step_and_the_pass_the_whole_line() -> None:
    house = House()
    house.order("1", dish("a", "3", category="热菜"))
    house.do(CommandKind.BUMP, "1", "a", view="cut", portions="2")
    assert house.line("cut", "a").counts == Counts(queued=Decimal(1), ready=Decimal(2))
    assert house.line("wok", "a").counts == Counts(queued=Decimal(2), held=Decimal(1))
    assert house.line("expo", "a").counts.ready == 0
    house.do(CommandKind.BUMP, "1", "a", view="wok", portions="1")
    assert house.line("expo", "a").counts.ready == 1


def test_a_line_names_its_stations_and_who_else_works_on_it() -> None:
    house = House()
    house.order("1", dish("a", category="都要"))
    assert house.line("cut", "a").stations == ("cut", "wok")
    assert house.line("cut", "a").also_at == ("wok",)
    assert house.line("expo", "a").also_at == ("cut", "wok")


def test_a_line_is_as_old_as_its_oldest_open_portion() -> None:
    house = House()
    house.order("1", dish("a", "1"))
    house.wait(MINUTE)
    house.order("1", dish("a", "2"), revision=2)
    assert house.line("cut", "a").fired_at == START
    house.do(CommandKind.BUMP, "1", "a", view="cut", portions="1")
    assert house.line("cut", "a").fired_at == START + MINUTE
    assert house.line("cut", "a").ready_at == START + MINUTE
    house.do(CommandKind.BUMP, "1", "a", view="cut")
    assert house.line("expo", "a").fired_at is None


def test_each_step_of_a_chain_is_fired_when_the_one_before_is_done() -> None:
    house = House()
    house.order("1", dish("a", "2", category="热菜"))
    house.wait(MINUTE)
    house.do(CommandKind.BUMP, "1", "a", view="cut", portions="1")
    assert house.line("wok", "a").fired_at == START + MINUTE
    assert house.line("expo", "a").fired_at == START
    house.do(CommandKind.BUMP, "1", "a", view="cut", portions="1")
    assert house.line("expo", "a").fired_at == START + MINUTE


def test_clocks_of_a_line_that_is_cooked_and_served() -> None:
    house = House()
    house.order("1", dish("a"))
    for kind in (CommandKind.START, CommandKind.BUMP, CommandKind.SERVE):
        house.wait(MINUTE)
        house.do(kind, "1", "a")
        if kind is CommandKind.START:
            assert house.line("expo", "a").started_at == START + MINUTE
    line = house.line("all", "a")
    assert (line.ready_at, line.served_at) == (START + 2 * MINUTE, START + 3 * MINUTE)
    assert line.started_at is None


# --- holds ---------------------------------------------------------------------------------


def test_the_strongest_hold_is_shown() -> None:
    house = House()
    house.order("1", dish("a", state=LineState.HELD))
    house.gate("1", "a", until=house.now)
    hold = house.line("cut", "a").hold
    assert hold is not None
    assert (hold.rule, hold.gate) == ("pos-hold", Gate.START)
    house.do(CommandKind.FIRE, "1", "a")
    hold = house.line("cut", "a").hold
    assert hold is not None
    assert (hold.rule, hold.gate, hold.passed) == ("broth-first", Gate.RUN, True)


def test_of_two_holds_the_one_that_opens_last_is_shown() -> None:
    house = House()
    house.order("1", dish("a"))
    house.gate("1", "a", until=house.now)
    house.do(CommandKind.HOLD, "1", "a")
    house.gate("1", "a", gate=Gate.START, until=house.now)
    hold = house.line("cut", "a").hold
    assert hold is not None
    assert hold.rule == "hand-hold"


def test_a_gate_on_the_run_is_over_when_all_is_served() -> None:
    house = House()
    house.order("1", dish("a"), dish("b"))
    house.gate("1", "a")
    house.do(CommandKind.SERVE, "1", "a")
    assert house.line("expo", "a").hold is None


# --- rounds and order ----------------------------------------------------------------------


def test_rounds_follow_orders_and_the_revisions_that_brought_lines() -> None:
    house = House()
    house.order("1", dish("a"), session="s")
    house.order("2", dish("b"), session="s")
    house.order("1", dish("a"), dish("c"), revision=2, session="s")
    lines = lines_of(house.ticket("cut"))
    assert {key: line.round for key, line in lines.items()} == {"a": 1, "c": 2, "b": 3}
    assert list(lines) == ["a", "c", "b"]
    assert house.ticket("cut").rounds == 3
    assert "add_on" in lines["c"].flags
    assert "add_on" not in lines["a"].flags


def test_a_remake_belongs_to_the_round_that_it_remakes() -> None:
    house = House()
    house.order("1", dish("a"))
    house.order("1", dish("a"), dish("b"), revision=2)
    house.do(CommandKind.BUMP, "1", "a")
    house.do(CommandKind.REMAKE, "1", "a")
    remake = house.line("cut", "a~1")
    assert {"remake", "rush"} <= set(remake.flags)
    assert remake.rush == 1


def test_at_a_station_what_waits_stands_after_what_can_be_made() -> None:
    house = House()
    house.order("1", dish("a"), dish("b"), dish("c"), dish("d"))
    house.gate("1", "a")
    house.do(CommandKind.HOLD, "1", "b")
    house.do(CommandKind.BUMP, "1", "c", view="cut")
    assert list(lines_of(house.ticket("cut"))) == ["c", "d", "a", "b"]
    assert list(lines_of(house.ticket("expo"))) == ["a", "b", "c", "d"]


def test_what_may_not_be_begun_stands_last_so_that_one_bar_serves_all_that_is_to_be_made() -> None:
    house = House()
    house.order("1", dish("a"), dish("b"), dish("c"))
    house.gate("1", "a")
    house.do(CommandKind.HOLD, "1", "b")
    house.gate("1", "c")
    assert list(lines_of(house.ticket("cut"))) == ["a", "c", "b"]


def test_parts_of_a_set_follow_it_and_it_shows_where_they_do() -> None:
    house = House()
    house.order(
        "1",
        dish("set"),
        dish("x"),
        dish("soup", category="锅底", parent="set"),
        dish("meat", parent="set"),
        dish("box", parent="set"),
        dish("inner", category="饮料", parent="box"),
    )
    assert list(lines_of(house.ticket("expo"))) == ["set", "soup", "meat", "box", "inner", "x"]
    assert [line.depth for line in house.ticket("expo").lines] == [0, 1, 1, 1, 2, 0]
    assert list(lines_of(house.ticket("broth"))) == ["set", "soup"]
    assert list(lines_of(house.ticket("drink"))) == ["set", "box", "inner"]
    shell = house.line("broth", "set")
    assert shell.flags == ("set",)
    assert house.line("broth", "soup").parent == line_key("1", "set")


def test_a_set_is_as_far_as_its_slowest_part() -> None:
    house = House()
    house.order("1", dish("set"), dish("a", parent="set"), dish("b", parent="set"))
    house.do(CommandKind.BUMP, "1", "a", view="cut")
    assert house.line("expo", "set").counts.ready == 0
    assert house.line("expo", "set").band == Band.NORMAL
    house.do(CommandKind.BUMP, "1", "b", view="cut")
    assert house.line("expo", "set").counts.ready == 1


def test_a_set_waits_at_a_station_when_all_its_parts_do() -> None:
    house = House()
    house.order("1", dish("set"), dish("a", parent="set"), dish("x"))
    house.gate("1", "a")
    assert list(lines_of(house.ticket("cut"))) == ["x", "set", "a"]


def test_a_set_in_a_set_waits_when_all_inside_it_does() -> None:
    house = House()
    house.order(
        "1",
        dish("set"),
        dish("box", parent="set"),
        dish("a", parent="box"),
        dish("done", parent="set"),
        dish("x"),
    )
    house.do(CommandKind.BUMP, "1", "done", view="cut")
    assert list(lines_of(house.ticket("cut"))) == ["set", "box", "a", "done", "x"]
    house.gate("1", "a")
    assert list(lines_of(house.ticket("cut"))) == ["x", "set", "box", "a", "done"]


def test_a_portion_without_a_clock_makes_nothing_late() -> None:
    house = House()
    house.order("1", dish("a"))
    order = house.kitchen.orders[key_of("1")]
    line = order.lines[LineId("a")]
    unfired = replace(line, groups=tuple(replace(g, fired_at=None) for g in line.groups))
    orders = house.kitchen.orders.set(order.key, replace(order, lines={line.key.line_id: unfired}))
    house.kitchen = replace(house.kitchen, orders=orders)
    house.wait(60 * MINUTE)
    assert house.ticket("cut").band == Band.NORMAL


def test_a_set_may_be_nested_deeper_than_python_recurses() -> None:
    house = House()
    inner = [dish(str(i), parent=str(i - 1)) for i in range(1, 1100)]
    house.order("1", dish("0"), *inner)
    lines = house.ticket("expo").lines
    assert [line.depth for line in lines] == list(range(1100))


def test_a_part_of_a_line_that_is_not_there_stands_for_itself() -> None:
    house = House()
    house.order("1", dish("a", parent="gone"))
    assert house.line("expo", "a").depth == 0


def test_food_inside_lines_that_name_each_other_as_parents_is_shown() -> None:
    house = House()
    house.order("1", dish("a", parent="b"), dish("b", parent="a"), dish("c", parent="a"))
    assert set(lines_of(house.ticket("cut"))) == {"a", "b", "c"}


def test_a_part_that_came_later_makes_a_set_of_a_line() -> None:
    house = House()
    house.order("1", dish("a", category="打包"), dish("x"))
    assert "set" not in house.line("expo", "a").flags
    house.remembered("expo")
    house.order("1", dish("b", parent="a"), revision=2, partial=True)
    assert "set" in house.line("expo", "a").flags
    assert house.remembered("expo") == house.board("expo")


# --- flags and changes ---------------------------------------------------------------------


def test_a_sold_out_dish_says_so_while_it_is_to_be_cooked() -> None:
    house = House()
    house.order("1", dish("a", item_id="p1"), dish("b", name="tripe"), dish("c"))
    house.command(CommandKind.SOLD_OUT, item_id="p1")
    house.command(CommandKind.SOLD_OUT, name="tripe")
    assert {k for k, li in lines_of(house.ticket("cut")).items() if "sold_out" in li.flags} == {
        "a",
        "b",
    }
    assert "sold_out" in house.ticket("cut").flags
    house.do(CommandKind.BUMP, "1", "a", view="cut")
    assert "sold_out" not in house.line("cut", "a").flags


def test_a_change_is_shown_until_the_line_is_touched() -> None:
    house = House()
    house.order("1", dish("a", "2", note="mild"), dish("b"))
    house.order("1", dish("a", "2", note="hot"), dish("b"), revision=2)
    assert house.line("cut", "a").changed
    assert house.line("cut", "a").quantity_was is None
    assert "changed" in house.ticket("cut").flags
    house.do(CommandKind.START, "1", "a", view="cut")
    assert not house.line("cut", "a").changed


def test_a_line_names_the_rule_that_routed_it() -> None:
    house = House()
    house.order("1", dish("a"))
    line = house.line("cut", "a")
    assert (line.rule, line.where) == (RuleId("to 涮品"), "menu.yaml:3")
