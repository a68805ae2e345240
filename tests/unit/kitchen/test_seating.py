"""Tickets are moved, merged, split, ended, archived: lines keep their keys, clocks and a home."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest

from kds.kitchen.closing import can_archive, homes_elsewhere
from kds.kitchen.commands import Result, SplitPart
from kds.kitchen.ids import LineId, VisitId
from kds.kitchen.order_facts import (
    LinesSplit,
    OrderNoted,
    TableMoved,
    VisitArchived,
    VisitEnded,
    VisitPinned,
    VisitRestored,
    VisitsMerged,
)
from kds.kitchen.portions import Counts
from kds.kitchen.visits import Visit
from tests.unit.kitchen.house import OPENS, House, dish, held, line_key, order_key, void
from tests.unit.kitchen.invariants import check, differences, portions, without_memory


def two_tables(**more: Any) -> House:
    """Return a kitchen with order 1 at table 5 and order 2 at table 6."""
    house = House()
    house.order("1", dish("a", "3"), dish("b"), revision=1, table="5", session="S", **more)
    house.wait(60)
    house.order("2", dish("c"), revision=1, table="6", session="T", **more)
    return house


# --- move ----------------------------------------------------------------------------------------


def test_a_move_changes_the_table_and_nothing_else() -> None:
    house = two_tables()
    before = house.line("a")
    house.wait(60)
    house.do("move_table", "1", table="8")
    visit = house.visit()
    assert (visit.table, visit.tables, visit.moved_at) == ("8", ("5",), OPENS + 120_000)
    assert house.line("a") is before
    assert (house.kitchen.tables.get("5"), house.kitchen.tables["8"]) == (None, (visit.id,))


def test_two_visits_may_share_a_table() -> None:
    house = two_tables()
    house.do("move_table", "2", table="5")
    assert house.kitchen.tables["5"] == (house.visit("1").id, house.visit("2").id)


def test_a_move_to_where_they_sit_or_to_nowhere_does_nothing() -> None:
    house = two_tables()
    assert house.do("move_table", "1", table="5").why == "already at table 5"
    assert house.do("move_table", "1", table="").result is Result.REFUSED
    assert house.do("move_table", "9", table="5").result is Result.REFUSED


def test_a_visit_without_a_table_has_no_former_one() -> None:
    house = House()
    house.order("1", dish("a"))
    house.do("move_table", "1", table="5")
    assert (house.visit().table, house.visit().tables) == ("5", ())


# --- merge ---------------------------------------------------------------------------------------


def test_a_merge_brings_every_line_under_one_ticket_once() -> None:
    house = two_tables()
    house.do("bump", "1", "a", portions="1", view="wok")
    before, groups = portions(house.kitchen), house.line("a").groups
    old = house.visit("1").id
    house.do("merge", "1", into_order=order_key("2"))
    visit = house.visit("1")
    assert visit == house.visit("2")
    assert visit.lines == (line_key("c", "2"), line_key("a"), line_key("b"))
    assert visit.orders == (order_key("2"), order_key("1"))
    assert visit.table == "6"
    assert portions(house.kitchen) == before
    assert [(g.state, g.fired_at, g.portions) for g in house.line("a").groups] == [
        (g.state, g.fired_at, g.portions) for g in groups
    ]
    former = house.kitchen.visits[old]
    assert (former.merged_into, former.ended_by) == (visit.id, "merge")
    check(house.kitchen)


def test_an_add_on_after_a_merge_goes_to_the_surviving_ticket() -> None:
    house = two_tables()
    house.do("merge", "1", into_order=order_key("2"))
    house.amend("1", dish("d"), revision=2)
    assert line_key("d") in house.visit("2").lines


def test_a_split_ticket_that_is_merged_back_is_whole_again() -> None:
    house = two_tables()
    new = house.split("1", ("a", "1"), table="7")
    house.do("hold", "1", "a", visit=new)
    house.do("merge", None, visit=new, into_order=order_key("1"))
    assert house.states("a", visit=house.visit().id) == {"queued": 2, "held": 1}
    assert house.visit().lines == (line_key("a"), line_key("b"))
    check(house.kitchen)


def test_two_halves_of_a_held_line_come_together_under_one_hold() -> None:
    house = House()
    house.order("1", held("a", "2"), dish("b"), revision=1, table="5")
    new = house.split("1", ("a", "1"), table="7")
    assert {h.visit for h in house.line("a").holds} == {house.visit().id, new}
    house.do("merge", None, visit=new, into_order=order_key("1"))
    assert [h.visit for h in house.line("a").holds] == [house.visit().id]


def test_what_can_not_be_merged() -> None:
    house = two_tables()
    assert house.do("merge", "1", into_order=order_key("1")).why == "already one ticket"
    assert house.do("merge", "1", into_order=order_key("9")).result is Result.REFUSED
    assert house.do("merge", "9", into_order=order_key("1")).result is Result.REFUSED
    house.do("close", "2")
    for one, other in (("1", "2"), ("2", "1")):
        outcome = house.do("merge", one, into_order=order_key(other))
        assert (outcome.result, outcome.why) == (Result.NO_OP, "that ticket is closed")


# --- split ---------------------------------------------------------------------------------------


def test_a_split_takes_lines_and_portions_along_the_most_advanced_first() -> None:
    house = two_tables()
    house.do("bump", "1", "a", portions="1", view="wok")
    before, old = portions(house.kitchen), house.visit().id
    new = house.split("1", ("a", "2"), ("b", None), table="9")
    assert house.states("a", visit=new) == {"ready": 1, "queued": 1}
    assert house.states("a", visit=old) == {"queued": 1}
    visit = house.kitchen.visits[new]
    assert (visit.lines, visit.orders) == ((line_key("a"), line_key("b")), (order_key(),))
    assert (visit.table, visit.tables, visit.split_from) == ("9", ("5",), old)
    assert house.kitchen.visits[old].lines == (line_key("a"),)
    assert portions(house.kitchen) == before
    check(house.kitchen)


def test_a_split_without_a_table_stays_at_the_table() -> None:
    house = two_tables()
    house.do("split", "1", lines=(SplitPart(LineId("b")),))
    (new,) = [v for v in house.kitchen.visits.values() if v.split_from]
    assert (new.table, new.tables, new.session) == ("5", (), "")


def test_void_portions_stay_behind_unless_all_goes() -> None:
    """Two of three wanted are two that live, whatever was voided before."""
    house = two_tables()
    house.do("void", "1", "a", portions="1")
    old = house.visit().id
    new = house.split("1", ("a", "1"))
    assert house.states("a", visit=new) == {"queued": 1}
    assert house.states("a", visit=old) == {"queued": 1, "void": 1}
    newest = house.split("1", ("a", "5"), visit=old)
    assert house.states("a", visit=newest) == {"queued": 1, "void": 1}
    assert line_key("a") not in house.kitchen.visits[old].lines


def test_a_line_named_twice_in_one_split_takes_both_counts() -> None:
    house = two_tables()
    new = house.split("1", ("a", "1"), ("a", "1"))
    assert house.states("a", visit=new) == {"queued": 2}


def test_a_split_may_take_lines_of_several_orders() -> None:
    house = two_tables()
    house.do("merge", "1", into_order=order_key("2"))
    parts = (SplitPart(LineId("b")), SplitPart(LineId("c"), order=order_key("2")))
    house.do("split", "1", lines=parts, table="9")
    (new,) = [v for v in house.kitchen.visits.values() if v.split_from]
    assert new.orders == (order_key("1"), order_key("2"))


def test_a_split_by_visit_alone_finds_its_lines() -> None:
    house = two_tables()
    house.do("split", None, visit=house.visit().id, lines=(SplitPart(LineId("b")),))
    assert house.outcome.result is Result.APPLIED


def test_a_weighed_dish_is_not_cut() -> None:
    house = House()
    house.order("1", dish("a", "1.5"), dish("b"), revision=1)
    new = house.split("1", ("a", "1"))
    assert house.states("a", visit=new) == {"queued": 1.5}


def test_a_part_of_a_chain_takes_along_what_was_done_for_it() -> None:
    house = House()
    house.order("1", dish("a", "3", "chain"), revision=1)
    house.do("bump", "1", "a", portions="2", view="prep")
    house.do("bump", "1", "a", portions="1", view="wok")
    new, old = house.split("1", ("a", "1")), house.visit().id
    assert [house.states("a", step=i, visit=new) for i in range(3)] == [
        {"ready": 1},
        {"ready": 1},
        {"queued": 1},
    ]
    assert [house.states("a", step=i, visit=old) for i in range(3)] == [
        {"ready": 1, "queued": 1},
        {"queued": 1, "waiting": 1},
        {"waiting": 2},
    ]
    house.do("bump", "1", "a", visit=old, view="prep")
    assert house.states("a", step=1, visit=old) == {"queued": 2}
    check(house.kitchen)


def test_a_hold_goes_along_only_where_it_holds_something() -> None:
    house = House()
    house.order("1", dish("a", "3"), dish("b"), revision=1, table="5")
    house.do("hold", "1", "a", portions="1")
    new = house.split("1", ("a", "2"))
    assert house.states("a", visit=new) == {"queued": 2}
    assert {h.visit for h in house.line("a").holds} == {house.visit().id}
    check(house.kitchen)


def test_a_set_goes_with_its_parts_and_stays_with_those_that_stay() -> None:
    house = House()
    lines = (dish("s", "2", "set"), dish("x", "2", parent="s"), dish("y", "4", parent="s"))
    house.order("1", *lines, revision=1)
    old = house.visit().id
    new = house.split("1", ("s", "1"))
    assert house.states("x", visit=new) == {"queued": 1}
    assert house.states("y", visit=new) == {"queued": 2}
    for visit in (old, new):
        assert line_key("s") in house.kitchen.visits[visit].lines
        assert house.counts("s", visit=visit) == Counts(queued=Decimal(1))
    assert house.counts("s") == Counts(queued=Decimal(2))
    last = house.split("1", ("s", None), visit=old)
    assert house.kitchen.visits[old].lines == ()
    assert line_key("s") in house.kitchen.visits[last].lines


def test_a_part_alone_may_leave_its_set() -> None:
    house = House()
    house.order("1", dish("s", category="set"), dish("x", parent="s"), dish("y", parent="s"))
    new = house.split("1", ("x", None))
    assert house.kitchen.visits[new].lines == (line_key("x"),)
    assert set(house.visit().lines) == {line_key("s"), line_key("y")}


def test_what_can_not_be_split() -> None:
    house = two_tables()
    line = SplitPart(LineId("c"))
    assert house.do("split", "9", lines=(line,)).why == "no such order"
    assert house.do("split", "1", lines=()).why == "split needs lines"
    assert house.do("split", "1", lines=(line,)).why == "no line c"
    elsewhere = SplitPart(LineId("c"), order=order_key("2"))
    why = "nothing of these lines is on the ticket"
    assert house.do("split", "1", lines=(elsewhere,)).why == why
    assert house.do("split", "1", lines=(SplitPart(LineId("a"), Decimal(-1)),)).why == why
    house.do("close", "2")
    assert house.do("split", "2", lines=(line,)).why == "that ticket is closed"


# --- close, pin ----------------------------------------------------------------------------------


def test_a_person_takes_a_ticket_off_every_screen() -> None:
    house = two_tables()
    house.do("close", "1")
    visit = house.visit()
    assert (visit.removed, visit.ended_by, visit.ended_at) == (True, "person", house.now)
    assert house.kitchen.closed == (visit.id,)
    assert house.do("close", "1").why == "already closed"
    assert house.do("close", "9").result is Result.REFUSED


def test_a_person_may_take_away_what_the_till_has_closed() -> None:
    house = House()
    house.order("1", dish("a"), revision=1, closed=True)
    house.wait(60)
    house.do("close", "1")
    visit = house.visit()
    assert (visit.removed, visit.ended_by, visit.ended_at) == (True, "pos", OPENS)


def test_a_ticket_is_pinned_and_freed() -> None:
    house = two_tables()
    house.do("pin", "1")
    assert house.visit().pinned
    assert house.do("pin", "1").why == "already pinned"
    house.do("unpin", "1")
    assert house.do("unpin", "1").why == "not pinned"
    assert house.do("pin", "9").result is Result.REFUSED


def test_lists_of_visits_are_in_order_of_opening_and_ending_whatever_happens_between() -> None:
    house = House()
    for order in ("1", "2", "3"):
        house.order(order, dish("a"), revision=1, table="5", session="S" + order)
        house.wait(1)
    house.do("move_table", "1", table="6")
    house.do("move_table", "1", table="5")
    assert house.kitchen.tables["5"] == tuple(house.visit(o).id for o in "123")
    for order in ("3", "1", "2"):
        house.do("close", order)
        house.wait(1)
    house.do("pin", "3")
    assert house.kitchen.closed == tuple(house.visit(o).id for o in "312")


# --- archive -------------------------------------------------------------------------------------


def archived(house: House, visit: Visit) -> tuple[Visit, tuple[Any, ...]]:
    """Archive a visit as the bridge does; return what it keeps."""
    assert can_archive(house.kitchen, visit)
    before = house.kitchen
    house.tell(VisitArchived(visit.id))
    _, gone = house.kitchen.orders.changes_since(before.orders)
    check(house.kitchen, archived=[visit.id])
    return visit, tuple(before.orders[key] for key in sorted(gone))


def test_an_archived_visit_leaves_with_its_orders_and_comes_back_as_it_was() -> None:
    house = two_tables()
    house.do("serve", "1")
    served = house.last
    house.do("close", "1")
    before = house.kitchen
    kept = archived(house, house.visit())
    assert order_key("1") not in house.kitchen.orders
    assert house.undo(served).result is Result.NO_OP
    house.tell(VisitRestored(*kept))
    assert not differences(without_memory(house.kitchen), without_memory(before))
    assert house.kitchen.commands == before.commands
    house.undo(house.last)
    house.undo(served)
    assert house.states("a") == {"queued": 3}


def test_an_open_visit_is_not_archived_nor_one_somebody_works_on() -> None:
    house = House()
    house.order("1", dish("a"), revision=1)
    assert not can_archive(house.kitchen, house.visit())
    house.order("1", dish("a"), revision=2, closed=True)
    assert not can_archive(house.kitchen, house.visit())
    house.do("bump", "1", view="wok")
    assert can_archive(house.kitchen, house.visit())


def test_a_ticket_that_was_taken_away_is_archived_whatever_is_left_on_it() -> None:
    house = two_tables()
    house.do("close", "1")
    assert can_archive(house.kitchen, house.visit())


def test_an_order_that_lives_on_elsewhere_keeps_its_first_visit_in_the_state() -> None:
    house = two_tables()
    old = house.visit()
    new = house.split("1", ("a", "1"))
    house.do("close", None, visit=old.id)
    assert not can_archive(house.kitchen, house.visit())
    house.do("close", None, visit=new)
    assert can_archive(house.kitchen, house.visit())
    assert can_archive(house.kitchen, house.kitchen.visits[new])


def test_an_ended_visit_elsewhere_holds_back_only_while_somebody_works_there() -> None:
    house = two_tables()
    new = house.split("1", ("a", "1"))
    house.do("close", None, visit=house.visit().id)
    house.tell(VisitEnded(new, "session"))
    assert not can_archive(house.kitchen, house.visit())
    house.do("bump", None, visit=new, view="wok")
    assert can_archive(house.kitchen, house.visit())


def test_two_visits_with_parts_of_each_others_orders_do_not_hold_each_other_back() -> None:
    house = House()
    for order, table in (("1", "5"), ("2", "6")):
        house.order(order, dish("a", "2"), revision=1, table=table)
    from_one, from_other = house.split("1", ("a", "1")), house.split("2", ("a", "1"))
    house.do("merge", None, visit=from_one, into_order=order_key("2"))
    house.do("merge", None, visit=from_other, into_order=order_key("1"))
    house.do("bump", "1", view="wok")
    house.do("bump", "2", view="wok")
    for order in ("1", "2"):
        house.tell(VisitEnded(house.visit(order).id, "rule"))
    one, other = house.visit("1"), house.visit("2")
    assert all(can_archive(house.kitchen, visit) for visit in (one, other))
    house.tell(VisitArchived(one.id))
    left = [line.key.order for line in house.kitchen.lines_of(house.kitchen.visits[other.id])]
    assert left == [order_key("2")]  # what was done of order 1 left with its own visit


def test_were_it_archived_all_the_same_its_order_would_find_another_home() -> None:
    """The log decides; what an older program archived must not take living portions along."""
    house = two_tables()
    old = house.visit().id
    new = house.split("1", ("a", "1"))
    house.do("close", None, visit=old)
    house.tell(VisitArchived(old))
    assert house.visit().id == new
    assert house.states("a", visit=new) == {"queued": 1}
    assert list(homes_elsewhere(house.kitchen, house.the_order())) == []
    house.amend("1", dish("d"), revision=2)
    assert line_key("d") in house.kitchen.visits[new].lines


def test_a_split_off_visit_may_leave_before_the_one_it_came_from() -> None:
    house = two_tables()
    new = house.split("1", ("a", "1"))
    house.do("serve", "1", visit=new)
    house.do("close", None, visit=new)
    before = house.kitchen
    kept = archived(house, house.kitchen.visits[new])
    assert kept[1] == ()
    assert house.counts("a").served == 1
    house.order("1", dish("a", "1"), dish("b"), revision=2, table="5", session="S")
    assert house.states("a") == {"served": 1, "void": 2}
    house.tell(VisitRestored(*kept))
    assert set(house.kitchen.visits) == set(before.visits)


def test_an_order_that_came_again_meanwhile_is_not_overwritten_by_its_archived_self() -> None:
    house = House()
    house.order("1", dish("a"), revision=1, closed=True)
    house.do("bump", "1", view="wok")
    kept = archived(house, house.visit())
    house.order("1", dish("a", "2"), revision=2)
    house.tell(VisitRestored(*kept))
    assert house.the_order().revision == 2


def test_a_void_line_in_an_archived_visit_is_passed_over_by_revisions() -> None:
    house = two_tables()
    new = house.split("1", ("a", None))
    house.do("void", "1", "a", visit=new)
    house.do("close", None, visit=new)
    archived(house, house.kitchen.visits[new])
    house.order("1", dish("a", "4"), dish("b"), revision=2, table="5", session="S")
    assert house.states("a", visit=house.visit().id) == {"queued": 1}
    house.order("1", void("a"), dish("b"), revision=3, table="5", session="S")
    assert house.states("a") == {"void": 4}


# --- what is not there ---------------------------------------------------------------------------


@pytest.mark.parametrize(
    "fact",
    [
        TableMoved(VisitId("x"), "5"),
        VisitsMerged(VisitId("x"), VisitId("till/1")),
        VisitsMerged(VisitId("till/1"), VisitId("till/1")),
        LinesSplit(VisitId("x"), VisitId("y"), "5", ()),
        VisitEnded(VisitId("x"), "rule"),
        VisitPinned(VisitId("x"), pinned=True),
        VisitArchived(VisitId("x")),
        OrderNoted(VisitId("x")),
        TableMoved(VisitId("till/1"), "5"),
    ],
    ids=lambda fact: type(fact).__name__,
)
def test_facts_about_visits_that_are_not_there_change_nothing(fact: Any) -> None:
    house = two_tables()
    before = without_memory(house.kitchen)
    house.tell(fact)
    assert not differences(without_memory(house.kitchen), before)
