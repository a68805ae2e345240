"""Undo: this screen's own last act that was not undone, ten deep, also after a restart."""

from __future__ import annotations

from kds.app.regret import DEEPEST, is_final, last_act
from kds.kitchen.commands import Command, CommandKind
from kds.kitchen.ids import CommandId
from tests.unit.wire.toys import VIEW, ToyBridge, bump


def bridge_with(orders: int) -> ToyBridge:
    bridge = ToyBridge()
    for number in range(orders):
        bridge.order(number)
    return bridge


def given(number: int) -> Command:
    """A bump of an order, as it was given at the view."""
    return bump(number, f"b{number}")


def undoing(command: Command, name: str) -> Command:
    return Command(
        CommandId(name),
        CommandKind.UNDO,
        command.order,
        view=VIEW,
        device="wall-1",
        undoes=command.id,
    )


def test_undo_walks_back_over_what_was_done_and_no_further() -> None:
    bridge = bridge_with(3)
    commands = [given(n) for n in range(3)]
    for command in commands:
        bridge.do(command)
    for expected in reversed(commands):
        last = last_act(commands, (), bridge.kitchen, VIEW)
        assert last == expected
        taken_back = undoing(expected, f"u-{expected.id}")
        bridge.do(taken_back)
        commands = [*commands, taken_back]
    assert last_act(commands, (), bridge.kitchen, VIEW) is None


def test_what_did_nothing_and_what_another_view_did_is_passed_over() -> None:
    bridge = bridge_with(2)
    first, again = given(0), bump(0, "again")
    elsewhere = Command(CommandId("x"), CommandKind.BUMP, first.order, view="wok", device="wall-1")
    for command in (first, again):
        bridge.do(command)
    assert last_act([first, again, elsewhere], (), bridge.kitchen, VIEW) == first


def test_an_act_of_this_very_moment_is_the_last_one_though_no_disk_has_it() -> None:
    bridge = bridge_with(2)
    bridge.do(given(0))
    fresh = given(1)
    assert last_act([given(0)], [fresh], bridge.kitchen, VIEW) == fresh
    assert not is_final(fresh, bridge.kitchen)
    back = undoing(fresh, "u")
    assert last_act([given(0)], [fresh, back], bridge.kitchen, VIEW) == given(0)


def test_an_act_on_which_something_has_followed_is_final() -> None:
    bridge = bridge_with(1)
    bridge.do(bump(0, "b", line="1"))
    assert not is_final(bump(0, "b", line="1"), bridge.kitchen)
    recalled = Command(
        CommandId("r"), CommandKind.RECALL, given(0).order, view=VIEW, device="wall-2"
    )
    bridge.do(recalled)
    assert is_final(bump(0, "b", line="1"), bridge.kitchen)


def test_it_looks_no_further_back_than_ten_acts_at_least() -> None:
    bridge = bridge_with(1)
    bridge.do(given(0))
    repeats = [bump(0, f"again-{n}") for n in range(2 * DEEPEST)]
    assert last_act([given(0), *repeats[: DEEPEST - 1]], (), bridge.kitchen, VIEW) == given(0)
    assert last_act([given(0), *repeats], (), bridge.kitchen, VIEW) is None
