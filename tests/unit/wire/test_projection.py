"""The wall's kitchen: what is confirmed, with the own commands on top."""

from __future__ import annotations

from dataclasses import replace

from kds.kitchen.commands import Command, CommandKind, Result
from kds.kitchen.ids import CommandId, Instant
from kds.wire.projection import NoRules, extend, project
from tests.unit.wire.toys import BOOK, ToyBridge, bump, order_key, ready


def bridge() -> ToyBridge:
    made = ToyBridge()
    made.order(1)
    made.order(2)
    return made


def test_without_commands_it_is_the_confirmed_kitchen() -> None:
    kitchen = bridge().kitchen
    assert project(kitchen, [], BOOK).kitchen is kitchen


def test_a_bump_shows_at_once_and_the_confirmed_kitchen_stays() -> None:
    kitchen = bridge().kitchen
    shown = project(kitchen, [bump(1, "c")], BOOK)
    assert ready(shown.kitchen, 1) == 2
    assert ready(kitchen, 1) == 0
    assert shown.outcomes[CommandId("c")].result is Result.APPLIED


def test_it_equals_what_the_bridge_makes_of_the_same_commands() -> None:
    made = bridge()
    commands = [bump(1, "c1", seen=made.kitchen.seq), bump(2, "c2", line="1")]
    shown = project(made.kitchen, [replace(c, at=made.now) for c in commands], BOOK)
    for command in commands:
        made.do(replace(command, at=made.now))
    assert {ready(shown.kitchen, n) for n in (1, 2)} == {ready(made.kitchen, n) for n in (1, 2)}
    assert shown.kitchen.commands == made.kitchen.commands


def test_a_command_that_has_come_back_changes_nothing_more() -> None:
    made = bridge()
    made.do(bump(1, "c"))
    shown = project(made.kitchen, [bump(1, "c")], BOOK)
    assert shown.kitchen == made.kitchen
    assert shown.outcomes[CommandId("c")].result is Result.NO_OP


def test_one_more_command_is_the_same_as_all_anew() -> None:
    kitchen = bridge().kitchen
    first, second = bump(1, "c1"), bump(2, "c2")
    grown = extend(project(kitchen, [first], BOOK), second, BOOK)
    assert grown == project(kitchen, [first, second], BOOK)


def test_an_undo_takes_a_pending_bump_off_the_wall() -> None:
    kitchen = bridge().kitchen
    undo = Command(CommandId("u"), CommandKind.UNDO, order_key(1), undoes=CommandId("c"))
    assert ready(project(kitchen, [bump(1, "c"), undo], BOOK).kitchen, 1) == 0


def test_a_recall_and_a_bump_after_it_show_and_end_alike() -> None:
    """Both name the same `seen`: the log has neither when the second is given."""
    made = bridge()
    made.do(bump(1, "c1"))
    seen = made.kitchen.seq
    acts = [bump(1, "r", seen=seen, kind=CommandKind.RECALL), bump(1, "c2", seen=seen)]
    assert ready(project(made.kitchen, acts[:1], BOOK).kitchen, 1) == 0
    assert ready(project(made.kitchen, acts, BOOK).kitchen, 1) == 2
    made.order(9)  # somebody else's event in between
    for command in acts:
        made.do(command)
    assert ready(made.kitchen, 1) == 2


def test_clocks_stand_still_when_it_is_made_anew() -> None:
    made = bridge()
    done = replace(bump(1, "c"), at=Instant(made.kitchen.at + 700))
    before = project(made.kitchen, [done], BOOK)
    made.order(3)
    after = project(made.kitchen, [done], BOOK)
    assert before.kitchen.orders[order_key(1)].lines.keys()
    times = [
        {
            group.ready_at
            for line in p.kitchen.orders[order_key(1)].lines.values()
            for group in line.groups
        }
        for p in (before, after)
    ]
    assert times[0] == times[1] == {done.at}


def test_a_display_without_a_book_shows_its_bumps_too() -> None:
    shown = project(bridge().kitchen, [bump(1, "c")], NoRules())
    assert ready(shown.kitchen, 1) == 2
