"""Commands on their way: kept, in order, sent again until they are surely there."""

from __future__ import annotations

from kds.kitchen.commands import Command
from kds.kitchen.ids import CommandId
from kds.wire.pending import RESEND_AFTER_MS, RETRY_AFTER_MS, WINDOW, Ack, Pending
from kds.wire.places import Place
from tests.unit.wire.toys import bump


def commands(count: int) -> list[Command]:
    return [bump(1, f"c{n}") for n in range(count)]


def of(*given: Command) -> Pending:
    pending = Pending()
    for command in given:
        assert pending.add(command)
    return pending


def test_a_command_is_sent_once_while_it_is_under_way() -> None:
    (first,) = commands(1)
    pending = of(first)
    assert pending.take_due(0) == [first]
    assert pending.take_due(RESEND_AFTER_MS - 1) == []
    assert pending.next_due_ms() == RESEND_AFTER_MS
    assert pending.take_due(RESEND_AFTER_MS) == [first]


def test_only_so_many_are_under_way_at_once() -> None:
    given = commands(WINDOW + 2)
    pending = of(*given)
    assert pending.take_due(0) == given[:WINDOW]
    assert pending.acknowledge(given[0].id, 1) is not None
    assert pending.take_due(1) == [given[WINDOW]]


def test_a_command_is_not_taken_twice() -> None:
    (first,) = commands(1)
    pending = of(first)
    assert not pending.add(first)
    pending.acknowledge(first.id, 1)
    assert not pending.add(first)
    assert pending.take_due(0) == []


def test_an_answer_counts_once_and_for_its_epoch() -> None:
    (first,) = commands(1)
    pending = of(first)
    pending.turn_to("e1")
    assert pending.unsent == 1
    assert pending.acknowledge(first.id, 5) == Ack("e1", 5)
    assert pending.acknowledge(first.id, 5) is None
    assert pending.acknowledge(CommandId("unknown"), 5) is None
    assert (pending.unsent, pending.unacknowledged) == (0, 0)
    assert pending.next_due_ms() is None


def test_another_epoch_gets_everything_again_in_order() -> None:
    first, second, third = commands(3)
    pending = Pending([(first, Ack("e1", 4)), (second, Ack("e2", 9)), (third, None)])
    assert pending.unsent == 1
    pending.turn_to("e1")
    assert pending.take_due(0) == [second, third]
    pending.turn_to("e2")
    assert pending.take_due(0) == [first, third]
    assert (pending.unsent, pending.unacknowledged) == (1, 2)


def test_a_new_line_gets_what_was_under_way_on_the_old_one() -> None:
    (first,) = commands(1)
    pending = of(first)
    pending.turn_to("e1")
    pending.take_due(0)
    pending.turn_to("e1")
    assert pending.take_due(1) == [first]


def test_what_could_not_be_kept_goes_out_later_and_nothing_overtakes_it() -> None:
    first, second = commands(2)
    pending = of(first)
    pending.take_due(0)
    pending.postpone(first.id, now_ms=10)
    pending.postpone(CommandId("unknown"), now_ms=9_999)
    pending.add(second)
    assert pending.take_due(RETRY_AFTER_MS) == []
    assert pending.next_due_ms() == 10 + RETRY_AFTER_MS
    assert pending.take_due(10 + RETRY_AFTER_MS) == [first, second]


def test_shown_is_what_the_kitchen_does_not_have_yet() -> None:
    first, second, third = commands(3)
    pending = Pending([(first, Ack("e1", 4)), (second, Ack("e1", 9)), (third, None)])
    assert pending.shown(Place("e1", 4, "")) == [second, third]
    assert pending.shown(Place("e1", 9, "")) == [third]


def test_a_day_of_old_commands_does_not_come_back_on_the_wall() -> None:
    """After an epoch change they go out again; the wall follows the bridge."""
    first, second = commands(2)
    pending = Pending([(first, Ack("e1", 4)), (second, None)])
    pending.turn_to("e2")
    assert pending.shown(Place("e2", 1, "")) == [second]
    assert pending.take_due(0) == [first, second]


def test_what_is_forgotten_is_gone() -> None:
    first, second = commands(2)
    pending = of(first, second)
    pending.forget([first.id, CommandId("unknown")])
    assert pending.take_due(0) == [second]
    assert pending.shown(Place()) == [second]
