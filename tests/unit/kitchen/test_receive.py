"""What a till sends: which revision it is, where its lines go, and what it brings with it."""

from __future__ import annotations

from typing import Any

import pytest

from kds.kitchen.commands import CommandKind, Outcome, RaiseAlert, ReceiveOrder, Result
from kds.kitchen.decide import decide
from kds.kitchen.ids import ANY_STATION, AlertId, CommandId, VisitId, visit_of
from kds.kitchen.messages import LineState
from kds.kitchen.order_facts import (
    OrderReceived,
    TableMoved,
    VisitEnded,
    VisitsMerged,
)
from tests.unit.kitchen.house import (
    House,
    HousePolicy,
    dish,
    line_key,
    message,
    order_key,
    void,
)
from tests.unit.kitchen.invariants import check

# --- which revision it is ------------------------------------------------------------------------


def test_revisions_are_new_amended_stale_or_unchanged() -> None:
    house = House()
    told = [message("1", dish("a"), revision=n, guests=n) for n in range(1, 4)]
    results = [house.receive(told[i]) for i in (1, 2, 0, 1, 2)]
    assert [r.result.value for r in results] == [
        "new",
        "amended",
        "stale",
        "unchanged",
        "unchanged",
    ]
    assert [r.revision for r in results] == [2, 3, 1, 2, 3]
    assert results[-1].seq == results[2].seq == house.the_order().seq


def test_a_repeat_changes_nothing_at_all() -> None:
    house = House()
    told = message("1", dish("a"), revision=1, table="5", session="S")
    house.receive(told)
    before = house.kitchen
    house.receive(told)
    assert house.kitchen is before


def test_one_revision_with_two_contents_is_a_conflict_and_the_first_is_kept() -> None:
    house = House()
    house.order("1", dish("a"), revision=1)
    outcome = house.order("1", dish("a", "9"), revision=1)
    assert (outcome.result, outcome.revision) == (Result.CONFLICT, 1)
    assert house.states("a") == {"queued": 1}
    (alert,) = house.kitchen.alerts.values()
    assert "two contents" in alert.message.en
    assert "两种内容" in alert.message.zh


def test_a_conflict_that_is_sent_again_and_again_is_one_alert() -> None:
    house = House()
    house.order("1", dish("a"), revision=1)
    for _ in range(3):
        house.order("1", dish("a", "9"), revision=1)
    assert len(house.kitchen.alerts) == 1
    before = house.kitchen
    assert house.order("1", dish("a", "9"), revision=1).result is Result.CONFLICT
    assert house.kitchen is before
    house.order("1", dish("a", "8"), revision=1)
    assert len(house.kitchen.alerts) == 2


def test_without_revisions_each_different_body_is_the_next() -> None:
    house = House()
    one, two = message("1", dish("a")), message("1", dish("a", "2"))
    results = [house.receive(told) for told in (one, one, two, two, one)]
    assert [r.revision for r in results] == [1, 1, 2, 2, 3]
    assert [r.result.value for r in results] == [
        "new",
        "unchanged",
        "amended",
        "unchanged",
        "amended",
    ]
    assert house.states("a") == {"queued": 1, "void": 1}


@pytest.mark.parametrize("numbered", [True, False])
def test_a_cancel_that_overtook_its_order_lets_nothing_be_cooked(numbered: bool) -> None:
    house = House()
    first, second = (1, 2) if numbered else (None, None)
    outcome = house.order("1", revision=second, cancelled=True)
    assert outcome.result is Result.NEW
    assert house.the_order().incomplete
    created = message("1", dish("a"), revision=first)
    assert house.receive(created).result is Result.STALE
    assert house.states("a") == {"void": 1}
    assert house.line("a").ordered == 1
    assert not house.the_order().incomplete
    # The till did not get its answer and sends the order again: still void.
    assert house.receive(created).result is Result.UNCHANGED
    assert house.states("a") == {"void": 1}


def test_an_amendment_that_overtook_its_order_is_completed_by_it() -> None:
    house = House()
    outcome = house.amend("1", dish("a", "2"), revision=2, guests=3)
    assert outcome.result is Result.NEW
    assert "incomplete" in outcome.warnings[0]
    outcome = house.order("1", dish("a"), dish("b"), revision=1, guests=2)
    assert (outcome.result, outcome.warnings) == (Result.STALE, ())
    assert house.states("a") == {"queued": 2}
    assert house.states("b") == {"queued": 1}
    assert house.the_order().fields.guests == 3


def test_without_revisions_a_cancelled_order_that_was_complete_may_come_again() -> None:
    house = House()
    house.order("1", dish("a"))
    house.amend("1", cancelled=True)
    assert house.states("a") == {"void": 1}
    house.order("1", dish("a", "2"))
    assert house.states("a") == {"void": 1, "queued": 2}


# --- warnings ------------------------------------------------------------------------------------


def test_the_sender_learns_of_dishes_that_no_rule_knows() -> None:
    house = House()
    outcome = house.order("1", dish("a", category="?", name="X"), dish("b"), revision=1)
    assert outcome.warnings == ("no rule knows 'X'; every station shows it",)
    assert house.line("a").routing.steps[0].station == ANY_STATION


def test_a_till_that_closes_a_table_learns_what_is_still_held() -> None:
    """Nobody would call it any more, and the guests have paid for it."""
    house = House()
    waits = dish("a", name="Duck", state=LineState.HELD)
    house.order("1", waits, dish("b"))
    assert house.order("1", waits, dish("b"), closed=True).warnings == (
        "closed, but 'Duck' is still held",
    )
    early = house.order("2", waits, closed=True, due_at="2026-01-01T20:00:00+00:00")
    assert early.warnings == ()


def test_a_person_who_closes_a_ticket_is_told_what_was_not_made() -> None:
    house = House()
    house.order("1", dish("a", name="Duck"), dish("b"))
    house.do("bump", "1", "b", view="wok")
    assert house.do("close", "1").why == "not made: Duck"


# --- visits --------------------------------------------------------------------------------------


def test_an_order_without_a_session_opens_a_visit_of_its_own_at_the_same_table() -> None:
    house = House()
    house.order("1", dish("a"), table="5")
    house.order("2", dish("a"), table="5")
    assert house.visit("1").id != house.visit("2").id
    assert house.kitchen.tables["5"] == (visit_of(order_key("1")), visit_of(order_key("2")))


def test_a_rule_may_let_an_order_join_but_only_a_visit_that_is_open() -> None:
    class Sends(HousePolicy):
        def join(self, *_: Any) -> VisitId:
            return visit_of(order_key("1"))

    house = House(Sends())
    house.order("1", dish("a"), table="5")
    assert house.visit("1").id == visit_of(order_key("1"))
    house.order("2", dish("a"))
    assert house.visit("2").id == house.visit("1").id
    house.do("close", "1")
    house.order("3", dish("a"))
    assert house.visit("3").id == visit_of(order_key("3"))


def test_a_whole_order_of_nothing_is_a_card() -> None:
    house = House()
    house.order("1", note="birthday", table="5")
    assert house.visit().orders == (order_key(),)
    assert house.visit().lines == ()


def test_an_add_on_joins_the_ticket_of_its_order() -> None:
    house = House()
    house.order("1", dish("a"), revision=1)
    house.order("1", dish("a"), dish("b"), revision=2)
    assert house.visit().lines == (line_key("a"), line_key("b"))


# --- taken away ----------------------------------------------------------------------------------


def test_a_new_line_of_a_ticket_that_a_person_took_away_opens_another() -> None:
    house = House()
    house.order("1", dish("a"), revision=1, table="5", session="S")
    old = house.visit().id
    house.do("close", "1")
    house.order("1", dish("a"), dish("b"), revision=2, table="5", session="S")
    new = house.visit()
    assert (new.id != old, new.lines, new.table, new.session) == (
        True,
        (line_key("b"),),
        "5",
        "S",
    )
    assert house.kitchen.tables["5"] == (new.id,)
    house.order("1", dish("a"), dish("b"), dish("c"), revision=3, table="5", session="S")
    assert house.visit().lines == (line_key("b"), line_key("c"))
    check(house.kitchen)


@pytest.mark.parametrize(
    "told",
    [
        message("1", dish("a"), revision=2, payment="paid", session="S"),
        message("1", revision=2),
        message("1", revision=2, cancelled=True),
        message("1", dish("a", note="!"), revision=2),
        message("1", dish("a"), void("b"), revision=2),
    ],
    ids=["paid", "void", "cancelled", "note", "void line"],
)
def test_a_revision_with_nothing_to_do_opens_no_empty_ticket(told: Any) -> None:
    house = House()
    house.order("1", dish("a"), revision=1, table="5")
    house.do("close", "1")
    house.receive(told)
    assert len(house.kitchen.visits) == 1
    assert house.visit().removed


def test_a_third_ticket_of_one_order_gets_a_name_of_its_own() -> None:
    house = House()
    house.order("1", dish("a"), revision=1)
    for revision, name in enumerate("bc", 2):
        house.do("close", "1")
        house.amend("1", dish(name), revision=revision)
    assert len({house.visit().id, *house.kitchen.visits}) == 3
    assert house.visit().lines == (line_key("c"),)


def test_an_order_whose_ticket_was_taken_away_joins_the_others_of_its_session() -> None:
    house = House()
    house.order("1", dish("a"), revision=1, session="S", table="5")
    house.do("close", "1")
    house.order("2", dish("a"), revision=1, session="S", table="5")
    house.amend("1", dish("b"), revision=2)
    assert house.visit("1").id == house.visit("2").id
    assert line_key("b") in house.visit("2").lines


# --- closed by the till --------------------------------------------------------------------------


def test_a_visit_closed_by_the_till_keeps_its_stations_working() -> None:
    house = House()
    house.order("1", dish("a"), revision=1, table="5", session="S")
    house.order("1", dish("a"), revision=2, table="5", session="S", closed=True)
    visit = house.visit()
    assert (visit.ended_by, visit.removed) == ("pos", False)
    assert house.do("bump", "1", view="wok").result is Result.APPLIED
    house.order("2", dish("b"), revision=1, table="5", session="S")
    assert house.visit("2").id != visit.id


def test_a_line_that_comes_to_a_closed_visit_is_cooked_there() -> None:
    house = House()
    house.order("1", dish("a"), revision=1, closed=True)
    house.amend("1", dish("b"), revision=2)
    assert house.visit().ended_at is not None
    assert house.states("b", visit=house.visit().id) == {"queued": 1}
    assert len(house.facts(VisitEnded)) == 1


# --- tables --------------------------------------------------------------------------------------


def test_the_till_moves_the_whole_visit_to_another_table_once() -> None:
    house = House()
    house.order("1", dish("a"), revision=1, table="5", session="S")
    house.order("2", dish("a"), revision=1, table="5", session="S")
    house.order("1", dish("a"), revision=2, table="8", session="S")
    house.order("2", dish("a"), revision=2, table="8", session="S")
    assert house.facts(TableMoved) == [TableMoved(house.visit().id, "8")]
    assert (house.visit().table, house.visit().tables) == ("8", ("5",))


def test_a_till_that_repeats_the_old_table_does_not_undo_a_move_by_hand() -> None:
    house = House()
    house.order("1", dish("a"), revision=1, table="5")
    house.do("move_table", "1", table="8")
    house.order("1", dish("a"), revision=2, table="5", payment="paid")
    assert house.visit().table == "8"


def test_an_older_revision_moves_nobody() -> None:
    house = House()
    house.order("1", dish("a"), revision=2, table="8")
    house.order("1", dish("a"), revision=1, table="5")
    assert house.visit().table == "8"


def test_a_visit_without_a_table_gets_the_first_that_is_named() -> None:
    house = House()
    house.order("1", dish("a"), revision=1, session="S")
    house.order("2", dish("a"), revision=1, session="S", table="5")
    assert house.visit("1").table == "5"
    house.order("3", dish("a"), revision=1)
    house.amend("3", revision=2, table="7")
    assert house.visit("3").table == "7"


def test_a_new_session_ends_the_former_one_at_its_table() -> None:
    house = House()
    house.order("1", dish("a"), revision=1, table="5", session="S")
    house.do("bump", "1", view="wok")
    house.order("2", dish("a"), revision=1, table="5", session="T")
    assert (house.visit("1").ended_by, house.visit("2").ended_at) == ("session", None)


def test_a_new_session_leaves_a_former_one_alone_that_still_waits_for_food() -> None:
    house = House()
    house.order("1", dish("a"), revision=1, table="5", session="S")
    house.order("2", dish("a"), revision=1, table="5", session="T")
    assert house.visit("1").ended_at is None


@pytest.mark.parametrize("fields", [{"table": "5"}, {"session": "T"}, {}])
def test_without_a_session_at_a_table_nobody_has_left(fields: dict[str, str]) -> None:
    house = House()
    house.order("1", revision=1, table="5", session="S")
    house.order("2", dish("a"), revision=1, **fields)
    house.order("3", dish("a"), revision=1, table="6")
    assert house.visit("1").ended_at is None


# --- joining late --------------------------------------------------------------------------------


def test_an_order_that_names_its_session_later_merges_into_that_visit() -> None:
    house = House()
    house.amend("1", dish("a"), revision=1)
    house.order("2", dish("b"), revision=1, session="S", table="5")
    house.order("1", dish("a"), revision=2, session="S", table="5")
    assert len(house.facts(VisitsMerged)) == 1
    assert house.visit("1").id == house.visit("2").id
    assert set(house.visit().lines) == {line_key("a"), line_key("b", "2")}
    check(house.kitchen)


def test_an_order_that_changes_its_session_moves_over_if_it_is_alone() -> None:
    house = House()
    house.order("1", dish("a"), revision=1, session="S", table="5")
    house.order("2", dish("b"), revision=1, session="T", table="6")
    house.order("1", dish("a"), revision=2, session="T", table="6", closed=True)
    assert house.visit("1").id == house.visit("2").id
    assert house.visit("2").ended_by == "pos"
    check(house.kitchen)


def test_an_order_among_others_stays_when_its_session_changes() -> None:
    house = House()
    for order in ("1", "3"):
        house.order(order, dish("a"), revision=1, session="S", table="5")
    house.order("2", dish("b"), revision=1, session="T", table="5")
    house.order("1", dish("a"), revision=2, session="T", table="5")
    assert house.visit("1").id == house.visit("3").id != house.visit("2").id


def test_a_closed_ticket_is_merged_into_no_other() -> None:
    house = House()
    house.order("1", dish("a"), revision=1, session="S", closed=True)
    house.order("2", dish("b"), revision=1, session="T")
    house.order("1", dish("a"), revision=2, session="T", closed=True)
    assert house.facts(VisitsMerged) == []


# --- stock ---------------------------------------------------------------------------------------


def test_what_is_ordered_is_counted_off_and_never_below_nothing() -> None:
    house = House()
    house.do(CommandKind.SOLD_OUT, None, item_id="p1", left=3)
    house.order("1", dish("a", "2", item_id="p1"), dish("b"), revision=1)
    assert house.kitchen.stock["p1"] == 1
    house.order("1", dish("a", "5", item_id="p1"), dish("b"), revision=2)
    assert house.kitchen.stock["p1"] == 0
    assert "b" not in house.kitchen.stock


def test_two_lines_of_one_dish_are_both_counted_off() -> None:
    house = House()
    house.do(CommandKind.SOLD_OUT, None, name="tripe", left=5)
    house.order("1", dish("a", "2", name="tripe"), dish("b", "1", name="tripe"), revision=1)
    assert house.kitchen.stock["tripe"] == 2


# --- alerts --------------------------------------------------------------------------------------


def test_an_alert_raised_twice_is_shown_once() -> None:
    house = House()
    raised = RaiseAlert(CommandId("x"), AlertId("a"), "till", "读不懂", "not understood", "raw")
    first = decide(house.kitchen, raised, house.policy, house.now)
    again = decide(first.kitchen, raised, house.policy, house.now)
    assert (first.outcome.result, again.outcome.result) == (Result.APPLIED, Result.NO_OP)
    assert again.kitchen is first.kitchen
    told = RaiseAlert(CommandId("y"), AlertId("a"), "till", "读不懂", "again (10 times)", "raw")
    more = decide(again.kitchen, told, house.policy, house.now)
    assert [a.message.en for a in more.kitchen.alerts.values()] == ["again (10 times)"]


def test_the_same_delivery_gives_the_same_events() -> None:
    """Event ids follow from the command's id, so that a retried commit writes the same."""
    told = ReceiveOrder(CommandId("in"), message("1", dish("a"), dish("p", category="pot")), "d")
    house = House()
    one, two = (decide(house.kitchen, told, house.policy, house.now) for _ in range(2))
    assert one.events == two.events
    assert [e.id for e in one.events] == ["in:1"]
    assert isinstance(one.events[0].fact, OrderReceived)
    assert isinstance(one.outcome, Outcome)
