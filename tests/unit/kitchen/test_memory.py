"""A command is applied once, and undone exactly where nothing has followed on it."""

from __future__ import annotations

from typing import Any

import pytest

from kds.kitchen.commands import CommandKind, Result
from kds.kitchen.evolve import KEPT_RECENT
from kds.kitchen.ids import CommandId
from kds.kitchen.memory import KEPT_UNDO, applied, first_seq
from kds.kitchen.order_facts import VisitArchived
from kds.kitchen.state import Kitchen
from tests.unit.kitchen.house import House, dish, held, line_key, order_key, seen_on
from tests.unit.kitchen.invariants import check, differences, without_memory


@pytest.fixture
def house() -> House:
    """Two tables, one with a pot that gates plates, a chain, something held, something ready."""
    house = House()
    house.order(
        "1",
        dish("p", category="pot"),
        dish("q", "2", "plate"),
        dish("r", category="brain"),
        dish("a", "3"),
        dish("b", "2", "chain"),
        dish("x", category="?"),
        held("h"),
        revision=1,
        table="5",
        session="S",
    )
    house.order("2", dish("c"), revision=1, table="6", session="T")
    house.order("3", revision=1, note="birthday", table="7")
    house.do("bump", "1", "a", portions="1", view="wok")
    house.do("bump", "1", "b", portions="1", view="prep")
    house.wait(60)
    return house


def same(one: Kitchen, other: Kitchen) -> bool:
    """Return whether two kitchens are alike but for log place and memory, which may not be."""
    return not differences(without_memory(one), without_memory(other))


ACTS: list[tuple[str, dict[str, Any]]] = [
    ("start", {"line": "a", "view": "wok"}),
    ("bump", {"view": "broth"}),  # opens gates by rule
    ("bump", {"line": "b", "portions": "1", "view": "wok"}),
    ("bump", {"view": "expo"}),
    ("bump", {"line": "x", "view": "cut"}),  # takes it, too
    ("bump", {"order": "3", "view": "expo"}),  # notes a card
    ("serve", {"view": "expo"}),
    ("recall", {"line": "a", "view": "expo"}),
    ("remake", {"line": "a"}),
    ("hold", {}),
    ("fire", {}),
    ("release", {}),
    ("rush", {}),
    ("void", {"line": "a", "reason": "out", "view": "wok"}),
    ("take", {"view": "cut"}),
    ("move_table", {"table": "6"}),
    ("merge", {"into_order": order_key("2")}),
    ("close", {}),
    ("pin", {}),
]


@pytest.mark.parametrize(("kind", "said"), ACTS, ids=lambda x: x if isinstance(x, str) else "")
def test_an_undo_is_exact(house: House, kind: str, said: dict[str, Any]) -> None:
    before = house.kitchen
    assert house.do(kind, said.pop("order", "1"), **said).result is Result.APPLIED
    assert not same(house.kitchen, before)
    assert house.undo(house.last).result is Result.APPLIED
    assert same(house.kitchen, before)
    check(house.kitchen)


def test_a_split_is_undone_exactly(house: House) -> None:
    before = house.kitchen
    house.split("1", ("a", "2"), ("b", None), ("h", None))
    assert house.undo(house.last).result is Result.APPLIED
    assert same(house.kitchen, before)


def test_a_merge_of_a_split_off_ticket_is_undone_exactly(house: House) -> None:
    """Both tickets held parts of one order; its new lines must go where they went before."""
    new = house.split("1", ("a", "2"))
    before = house.kitchen
    for ticket in ({"visit": new}, {"visit": house.visit().id}):
        into = order_key("2")
        house.do("merge", None, into_order=into, **ticket)
        house.undo(house.last)
        assert same(house.kitchen, before)


def test_undo_goes_back_act_by_act(house: House) -> None:
    kitchens, acts = [house.kitchen], []
    for kind, line in (("start", "a"), ("bump", "a"), ("serve", "a"), ("bump", "c")):
        house.do(kind, "2" if line == "c" else "1", line, **seen_on("wok"))
        acts.append(house.last)
        kitchens.append(house.kitchen)
    for command, before in reversed(list(zip(acts, kitchens, strict=False))):
        assert house.undo(command).result is Result.APPLIED
        assert same(house.kitchen, before)


def test_the_first_of_two_acts_on_one_line_can_not_be_undone_alone(house: House) -> None:
    house.do("start", "1", "a", view="wok")
    first = house.last
    house.do("bump", "1", "a", view="wok")
    before = house.kitchen
    outcome = house.undo(first)
    assert (outcome.result, outcome.why) == (
        Result.NO_OP,
        "something has followed on it; recall instead",
    )
    assert house.kitchen is before


def test_acts_on_other_lines_stand_in_no_way(house: House) -> None:
    house.do("bump", "1", "a", view="wok")
    first = house.last
    house.do("start", "1", "x", view="wok")
    assert house.undo(first).result is Result.APPLIED
    assert house.states("x") == {"cooking": 1}


def test_a_revision_of_other_lines_stands_in_no_way_and_stays(house: House) -> None:
    house.do("bump", "1", "a", view="wok")
    house.amend("1", dish("new"), revision=2, note="birthday")
    assert house.undo(house.last).result is Result.APPLIED
    assert house.states("a") == {"ready": 1, "queued": 2}
    assert house.the_order().fields.note == "birthday"
    assert house.states("new") == {"queued": 1}


def test_what_the_till_says_of_the_line_itself_stays_unless_it_moves_portions(
    house: House,
) -> None:
    house.do("bump", "1", "a", view="wok")
    house.amend("1", dish("a", "3", note="no salt"), revision=2)
    assert house.undo(house.last).result is Result.APPLIED
    assert house.line("a").content.note == "no salt"
    assert house.line("a").changed
    house.do("bump", "1", "a", view="wok")
    house.amend("1", dish("a", "4"), revision=3)
    assert house.undo(house.last).result is Result.NO_OP


def test_a_new_line_on_the_ticket_keeps_a_move_from_being_undone(house: House) -> None:
    house.do("move_table", "1", table="9")
    house.amend("1", dish("new"), revision=2)
    assert house.undo(house.last).result is Result.NO_OP


def test_a_ticket_that_was_closed_may_come_back_beside_a_new_one(house: House) -> None:
    house.do("close", "1")
    closed, old = house.last, house.visit().id
    house.amend("1", dish("new"), revision=2)
    assert house.undo(closed).result is Result.APPLIED
    assert not house.kitchen.visits[old].removed
    assert house.visit().id != old
    check(house.kitchen)


def test_an_undo_is_applied_once_and_not_undone_itself(house: House) -> None:
    house.do("bump", "1", "a", view="wok")
    bump = house.last
    house.do("undo", None, id=CommandId("u"), undoes=bump)
    before = house.kitchen
    assert house.do("undo", None, id=CommandId("u"), undoes=bump).why == "already done"
    assert house.undo(bump).why == "already undone, or too long ago"
    assert house.undo(CommandId("u")).why == "already undone, or too long ago"
    assert house.kitchen is before


def test_an_undone_command_that_comes_again_is_not_applied_again(house: House) -> None:
    house.do("bump", "1", "a", id=CommandId("b"), view="wok")
    first = house.outcome.seq
    house.undo(CommandId("b"))
    again = house.do("bump", "1", "a", id=CommandId("b"), view="wok")
    assert (again.result, again.seq) == (Result.NO_OP, first)


def test_an_undo_of_nothing_is_refused_and_of_something_unknown_a_no_op(house: House) -> None:
    assert house.do("undo", None).result is Result.REFUSED
    assert house.undo(CommandId("never")).result is Result.NO_OP
    house.do("sold_out", None, name="a")
    assert house.undo(house.last).result is Result.NO_OP


def test_only_the_last_acts_of_a_ticket_can_be_undone_all_are_known(house: House) -> None:
    ids = []
    for _ in range(KEPT_UNDO):
        for kind in ("pin", "unpin"):
            house.do(kind, "1")
            ids.append(house.last)
    assert house.undo(ids[-KEPT_UNDO - 1]).why == "already undone, or too long ago"
    for command in reversed(ids[-KEPT_UNDO:]):
        assert house.undo(command).result is Result.APPLIED
    assert all(first_seq(house.kitchen, command) is not None for command in ids)


def test_a_repeat_is_answered_with_the_place_of_the_first(house: House) -> None:
    outcome = house.do("bump", "1", view="broth", id=CommandId("b"))
    facts = house.kitchen.seq - outcome.seq + 1
    assert facts >= 1
    entry = applied(house.kitchen, CommandId("b"))
    assert entry is not None
    assert entry.first_seq < entry.last_seq == outcome.seq  # the gates that it opened, too
    again = house.do("bump", "1", view="broth", id=CommandId("b"))
    assert (again.result, again.seq, again.why) == (Result.NO_OP, entry.first_seq, "already done")


def test_commands_given_on_a_ticket_that_an_undo_takes_away_are_still_known(house: House) -> None:
    """Else a till spool that sends again would bump what somebody took back."""
    new = house.split("1", ("a", "2"))
    split = house.last
    house.do("bump", "1", "a", id=CommandId("b"), visit=new, view="wok")
    house.undo(CommandId("b"))
    house.undo(split)
    before = house.kitchen
    again = house.do("bump", "1", "a", id=CommandId("b"), visit=new, view="wok")
    assert again.result is Result.NO_OP
    assert house.kitchen is before
    assert new not in set(before.commands.values())


def test_a_command_on_a_ticket_that_was_merged_away_is_still_known(house: House) -> None:
    house.do("bump", "1", "a", id=CommandId("b"), view="wok")
    house.do("merge", "1", into_order=order_key("2"))
    assert house.do("bump", "1", "a", id=CommandId("b"), view="wok").result is Result.NO_OP


@pytest.mark.parametrize(
    ("kind", "said"),
    [
        (CommandKind.SOLD_OUT, {"name": "a"}),
        (CommandKind.FOLD, {"station": "cut", "into_station": "wok"}),
        (CommandKind.PAUSE_RULE, {"rule": "pot-first"}),
    ],
)
def test_commands_to_the_whole_house_are_applied_once_too(
    house: House, kind: CommandKind, said: dict[str, Any]
) -> None:
    """What was taken back meanwhile is not done again by a repeat."""
    first = house.do(kind, None, id=CommandId("k"), **said).seq
    house.do("on_sale", None, name="a")
    house.do("fold", None, station="cut")
    house.do("resume_rule", None, rule="pot-first")
    before = house.kitchen
    again = house.do(kind, None, id=CommandId("k"), **said)
    assert (again.result, again.seq) == (Result.NO_OP, first)
    assert house.kitchen is before


def test_the_memory_of_the_house_is_bounded() -> None:
    house = House()
    for number in range(KEPT_RECENT + 5):
        house.do("sold_out", None, name=str(number))
    assert len(house.kitchen.recent) == KEPT_RECENT


def test_lines_of_an_undone_remake_are_gone_with_their_names_free_again(house: House) -> None:
    house.do("remake", "1", "a")
    house.undo(house.last)
    assert line_key("a~1") not in house.visit().lines
    house.do("remake", "1", "a")
    assert house.states("a~1") == {"queued": 1}


def test_what_happened_in_a_visit_that_left_can_not_be_undone(house: House) -> None:
    new = house.split("1", ("a", "1"))
    split = house.last
    house.do("close", None, visit=new)
    house.tell(VisitArchived(new))
    assert house.undo(split).result is Result.NO_OP


def test_a_card_that_left_with_another_ticket_can_not_be_put_back(house: House) -> None:
    house.do("bump", "3", view="expo")
    noted = house.last
    house.do("merge", "3", into_order=order_key("2"))
    house.do("close", "2")
    house.tell(VisitArchived(house.visit("2").id))
    assert house.undo(noted).result is Result.NO_OP
