"""Hold, fire, release, rush, void, acknowledge, remake and take: one example per rule."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest

from kds.kitchen.commands import CommandKind, Result
from kds.kitchen.events import LineLate
from kds.kitchen.ids import LineId, RuleId, VisitId, visit_of
from kds.kitchen.messages import LineContent, LineState
from kds.kitchen.order_facts import (
    HoldPlaced,
    HoldReleased,
    LinesRemade,
    Opening,
)
from kds.kitchen.orders import HELD_BY_HAND, HELD_BY_POS, Gate, Level, Origin
from kds.kitchen.portions import Counts
from kds.kitchen.wording import Wording
from kds.kitchen.work import KEPT_TIMEOUTS
from tests.unit.kitchen.house import (
    OPENS,
    POT_FIRST,
    House,
    dish,
    held,
    line_key,
    message,
    order_key,
    seen_on,
    void,
)

PLATES = (dish("p", category="pot"), dish("a", "2", "plate"), dish("b", "2", "brain"))


def sent(*lines: LineContent, **fields: Any) -> House:
    """Return a kitchen that has received order 1."""
    house = House()
    house.receive(message("1", *lines, revision=1, **fields))
    return house


# --- hold and fire -------------------------------------------------------------------------------


def test_hold_takes_what_has_not_started_out_of_the_queue_without_a_cook_clock() -> None:
    house = sent(dish("a", "3"))
    house.do("start", "1", "a", portions="1", view="wok")
    house.do("hold", "1", "a")
    assert house.states("a") == {"cooking": 1, "held": 2}
    assert [g.fired_at for g in house.groups("a") if g.state == "held"] == [None]
    assert [h.rule for h in house.line("a").holds] == [HELD_BY_HAND]


def test_fire_queues_what_was_held_and_starts_its_clock() -> None:
    house = sent(held("a", "2"))
    house.wait(600)
    house.do("fire", "1", "a")
    assert house.states("a") == {"queued": 2}
    assert {g.fired_at for g in house.groups("a")} == {OPENS + 600_000}
    assert house.line("a").holds == ()


def test_of_some_held_portions_the_rest_stays_held() -> None:
    house = sent(dish("a", "3"))
    house.do("hold", "1", "a", portions="2")
    assert house.states("a") == {"held": 2, "queued": 1}
    house.do("fire", "1", "a", portions="1")
    assert house.states("a") == {"held": 1, "queued": 2}
    assert len(house.line("a").holds) == 1
    house.do("fire", "1", "a", portions="5")
    assert house.states("a") == {"queued": 3}
    assert house.line("a").holds == ()


def test_a_weighed_dish_is_held_as_a_whole() -> None:
    house = sent(dish("a", "1.5"))
    house.do("hold", "1", "a", portions="1")
    assert house.states("a") == {"held": 1.5}


def test_some_of_a_chain_are_held_where_they_are_least_advanced() -> None:
    """One portion waits at one station, not one at each."""
    house = sent(dish("a", "2", "chain"))
    house.do("bump", "1", "a", portions="1", view="prep")
    house.do("hold", "1", "a", portions="1")
    assert house.states("a") == {"ready": 1, "held": 1}
    assert house.states("a", step=1) == {"queued": 1, "waiting": 1}
    house.do("hold", "1", "a", portions="1")
    assert house.states("a", step=1) == {"held": 1, "waiting": 1}
    house.do("fire", "1", "a", portions="1")
    assert house.states("a", step=1) == {"queued": 1, "waiting": 1}
    assert house.states("a") == {"ready": 1, "held": 1}


def test_holding_all_of_a_dish_holds_every_step_that_could_start() -> None:
    house = sent(dish("a", "1", "fork"))
    house.do("hold", "1", "a")
    assert [house.states("a", step=i) for i in range(3)] == [
        {"held": 1},
        {"held": 1},
        {"waiting": 1},
    ]
    house.do("start", "1", "a", view="cut")
    house.do("hold", "1", "a")
    house.do("recall", "1", "a", view="cut")
    house.do("hold", "1", "a")
    assert house.states("a", step=1) == {"held": 1}


def test_what_has_started_can_not_be_held() -> None:
    house = sent(dish("a"))
    house.do("start", "1", "a", view="wok")
    outcome = house.do("hold", "1", "a")
    assert (outcome.result, outcome.why) == (Result.NO_OP, "nothing that could still be held")


def test_portions_that_come_to_a_held_line_wait_as_well() -> None:
    house = sent(held("a"))
    house.order("1", held("a", "3"), revision=2)
    assert house.states("a") == {"held": 3}


def test_a_hold_is_forgotten_with_the_last_portion_it_holds() -> None:
    house = sent(held("a"))
    house.do("void", "1", "a", view="wok")
    assert house.line("a").holds == ()


@pytest.mark.parametrize(
    ("scope", "expected"),
    [({"course": "1"}, "a"), ({"category": "cold"}, "b"), ({"seat": "9"}, "c"), ({}, "abc")],
)
def test_hold_fire_and_rush_reach_the_scope_they_name(scope: dict[str, str], expected: str) -> None:
    lines = (dish("a", course="1"), dish("b", category="cold"), dish("c", seat="9"))
    house = sent(*lines)
    house.do("hold", "1", **scope)
    assert "".join(n for n in "abc" if house.states(n) == {"held": 1}) == expected
    house.do("fire", "1", **scope)
    assert all(house.states(n) == {"queued": 1} for n in "abc")
    house.do("rush", "1", **scope)
    assert "".join(n for n in "abc" if house.line(n).rush) == expected


@pytest.mark.parametrize("kind", ["fire", "release"])
def test_nothing_held_is_a_no_op(kind: str) -> None:
    house = sent(dish("a"))
    assert house.do(kind, "1", "a").result is Result.NO_OP


# --- gates of rules ------------------------------------------------------------------------------


def test_a_start_gate_holds_and_a_run_gate_does_not() -> None:
    house = sent(*PLATES)
    assert house.states("a") == {"queued": 2}
    assert house.states("b") == {"held": 2}
    assert {(h.rule, h.gate) for n in "ab" for h in house.line(n).holds} == {
        (POT_FIRST, Gate.RUN),
        (POT_FIRST, Gate.START),
    }


def test_gates_open_when_the_pot_is_up_and_clocks_start_then() -> None:
    """Plates that were only kept from running get their cook clock from the opening on, too."""
    house = sent(*PLATES)
    house.wait(120)
    house.do("bump", "1", "p", view="broth")
    assert house.states("b") == {"queued": 2}
    assert house.line("a").holds == house.line("b").holds == ()
    assert {g.fired_at for n in "ab" for g in house.groups(n)} == {OPENS + 120_000}


def test_what_is_ready_when_a_run_gate_opens_keeps_its_clock() -> None:
    house = sent(*PLATES)
    house.do("bump", "1", "a", portions="1", view="cut")
    house.wait(120)
    house.do("bump", "1", "p", view="broth")
    fired = {g.state.value: g.fired_at for g in house.groups("a")}
    assert fired == {"ready": OPENS, "queued": OPENS + 120_000}


def test_fire_opens_start_gates_only_and_release_opens_all() -> None:
    house = sent(*PLATES)
    house.do("fire", "1")
    assert (house.line("b").holds, len(house.line("a").holds)) == ((), 1)
    house.do("release", "1")
    assert house.line("a").holds == ()
    assert [f.opened_by for f in house.facts(HoldReleased)] == [Opening.FIRED, Opening.OVERRIDE]


def test_a_line_held_twice_starts_when_both_holds_are_open() -> None:
    house = sent(held("b", "2"))
    house.tell(a_hold("b", Gate.START))
    house.tell(HoldReleased(house.visit().id, (line_key("b"),), RuleId("x"), Opening.STATE))
    assert house.states("b") == {"held": 2}
    house.order("1", dish("b", "2"), revision=2)
    assert house.states("b") == {"queued": 2}


def test_firing_some_of_a_line_held_twice_fires_some() -> None:
    house = sent(held("b", "3"))
    house.tell(a_hold("b", Gate.START))
    house.do("fire", "1", "b", portions="1")
    assert house.states("b") == {"held": 2, "queued": 1}
    assert len(house.line("b").holds) == 1


def test_a_run_gate_that_opens_leaves_a_held_line_held() -> None:
    house = sent(held("b"))
    house.tell(a_hold("b", Gate.RUN))
    house.tell(HoldReleased(house.visit().id, (line_key("b"),), RuleId("x"), Opening.STATE))
    assert house.states("b") == {"held": 1}
    assert [h.rule for h in house.line("b").holds] == [HELD_BY_POS]


def test_one_rule_may_hold_start_and_run_of_a_line() -> None:
    house = sent(dish("b"))
    house.tell(a_hold("b", Gate.START))
    house.tell(a_hold("b", Gate.RUN))
    assert len(house.line("b").holds) == 2
    house.tell(HoldReleased(house.visit().id, (line_key("b"),), RuleId("x"), Opening.STATE))
    assert house.states("b") == {"queued": 1}
    assert house.line("b").holds == ()


def test_a_release_of_what_is_not_held_changes_nothing() -> None:
    house = sent(dish("b"))
    before = house.line("b")
    house.tell(HoldReleased(house.visit().id, (line_key("b"),), RuleId("x"), Opening.TIMEOUT))
    assert house.line("b") is before
    assert house.kitchen.rules.get(RuleId("x")) is None


def test_time_outs_of_a_rule_are_counted_once_each_and_only_the_latest_kept() -> None:
    house = sent(dish("b"))
    release = HoldReleased(house.visit().id, (line_key("b"),), RuleId("x"), Opening.TIMEOUT)
    for _ in range(KEPT_TIMEOUTS + 3):
        house.wait(1)
        house.tell(a_hold("b", Gate.RUN), release, release)
    state = house.kitchen.rules[RuleId("x")]
    assert len(state.timeouts) == KEPT_TIMEOUTS
    assert state.timeouts[-1] == (house.now, house.visit().id)


def a_hold(line: str, gate: Gate) -> HoldPlaced:
    """Return the fact that rule x holds a line of order 1."""
    reason = Wording("等", "wait")
    return HoldPlaced(visit_of(order_key()), (line_key(line),), RuleId("x"), gate, reason)


# --- rush ----------------------------------------------------------------------------------------


def test_rushes_are_counted_and_taken_back() -> None:
    house = sent(dish("a"))
    house.do("rush", "1", "a")
    house.do("rush", "1", "a")
    assert house.line("a").rush == 2
    house.do("unrush", "1", "a")
    house.do("unrush", "1", "a")
    assert house.line("a").rush == 0
    assert house.do("unrush", "1", "a").why == "nothing is rushed"


def test_a_held_or_ready_dish_may_be_rushed_a_served_one_not() -> None:
    house = sent(held("a"), dish("b"), dish("c"))
    house.do("bump", "1", "b", view="wok")
    house.do("serve", "1", "c")
    house.do("rush", "1")
    assert [house.line(n).rush for n in "abc"] == [1, 1, 0]
    assert house.do("rush", "1", "c").why == "nothing left to rush"


# --- void ----------------------------------------------------------------------------------------


def test_the_kitchen_strikes_the_least_advanced_portions_and_never_served_ones() -> None:
    house = sent(dish("a", "4"))
    house.do("serve", "1", "a", portions="1")
    house.do("bump", "1", "a", portions="1", view="wok")
    house.do("start", "1", "a", portions="1", view="wok")
    house.do("void", "1", "a", portions="1", reason="sold out", view="expo")
    assert house.states("a") == {"served": 1, "ready": 1, "cooking": 1, "void": 1}
    house.do("void", "1", "a")
    assert house.states("a") == {"served": 1, "void": 3}
    assert house.do("void", "1", "a").why == "nothing left to void"


def test_of_equals_the_youngest_is_struck_first() -> None:
    house = sent(dish("a"))
    house.wait(60)
    house.order("1", dish("a", "2"), revision=2)
    house.do("void", "1", "a", portions="1")
    assert [g.fired_at for g in house.groups("a") if g.state == "queued"] == [OPENS]


def test_a_void_says_why_and_when() -> None:
    house = sent(dish("a"))
    house.wait(60)
    house.do("void", "1", "a", reason="dropped")
    assert house.line("a").void_reason == "dropped"
    assert [g.voided_at for g in house.groups("a")] == [OPENS + 60_000]


def test_the_station_that_strikes_has_seen_it_the_others_acknowledge() -> None:
    house = sent(dish("a", "1", "pair"))
    house.do("void", "1", "a", **seen_on("wok"))
    assert [g.acknowledged for g in house.line("a").groups] == [True, False]
    house.do("ack_void", "1", "a", **seen_on("cut"))
    assert [g.acknowledged for g in house.line("a").groups] == [True, True]
    assert house.do("ack_void", "1", "a", view="cut").result is Result.NO_OP


def test_a_void_at_the_pass_is_acknowledged_by_every_station_that_had_it() -> None:
    """A step that still waited had nothing to see."""
    house = sent(dish("a", "1", "chain"))
    house.do("void", "1", "a", view="expo")
    assert [g.acknowledged for g in house.line("a").groups] == [False, True, True]


def test_the_till_voids_as_the_kitchen_does_before_and_after_the_start() -> None:
    house = sent(dish("a", "2"))
    house.do("start", "1", "a", portions="1", view="wok")
    house.order("1", void("a"), revision=2)
    started = {g.started_at is not None: g.acknowledged for g in house.groups("a")}
    assert house.states("a") == {"void": 2}
    assert started == {True: False, False: False}


def test_what_the_kitchen_struck_stays_struck_when_the_till_says_the_same_again() -> None:
    house = sent(dish("a", "3"))
    house.do("void", "1", "a", portions="1")
    house.order("1", dish("a", "3"), payment="paid", revision=2)
    assert house.states("a") == {"queued": 2, "void": 1}
    house.order("1", dish("a", "2"), revision=3)  # the till knows now
    assert house.states("a") == {"queued": 2, "void": 1}
    house.order("1", dish("a", "4"), revision=4)
    assert house.states("a") == {"queued": 4, "void": 1}


def test_voids_reach_only_what_the_actor_could_see() -> None:
    house = sent(dish("a"))
    seen = house.kitchen.seq
    house.order("1", dish("a", "3"), dish("b"), revision=2)
    house.do("void", "1", seen=seen)
    assert house.states("a") == {"queued": 2, "void": 1}
    assert house.states("b") == {"queued": 1}


def test_a_void_of_a_set_is_one_of_its_parts() -> None:
    house = sent(dish("s", category="set"), dish("x", parent="s"), dish("y", parent="s"))
    house.do("void", "1", "s")
    assert house.counts("s") == Counts(void=Decimal(1))
    assert house.states("x") == house.states("y") == {"void": 1}


# --- what came later -----------------------------------------------------------------------------


@pytest.mark.parametrize("kind", ["hold", "rush"])
def test_ticket_wide_arrangements_leave_later_lines_alone(kind: str) -> None:
    house = sent(dish("a"))
    seen = house.kitchen.seq
    house.order("1", dish("a"), dish("b"), revision=2)
    house.do(kind, "1", seen=seen)
    assert (house.states("b"), house.line("b").rush) == ({"queued": 1}, 0)
    assert (house.states("a"), house.line("a").rush) != ({"queued": 1}, 0)


@pytest.mark.parametrize("kind", ["fire", "release"])
def test_ticket_wide_firing_leaves_later_lines_held(kind: str) -> None:
    house = sent(held("a"))
    seen = house.kitchen.seq
    house.order("1", held("a"), held("b"), revision=2)
    house.do(kind, "1", seen=seen)
    assert (house.states("a"), house.states("b")) == ({"queued": 1}, {"held": 1})


# --- remake --------------------------------------------------------------------------------------


def test_a_remake_is_a_new_rushed_line_beside_the_first() -> None:
    house = sent(dish("a", "2", note="no salt"))
    house.do("serve", "1", "a")
    house.wait(60)
    house.do("remake", "1", "a", portions="1")
    assert house.states("a") == {"served": 2}
    again = house.line("a~1")
    assert (again.origin, again.rush, again.flags) == (Origin.KITCHEN, 1, ("remake",))
    assert (again.content.note, int(again.content.quantity)) == ("no salt", 1)
    assert house.states("a~1") == {"queued": 1}
    assert house.groups("a~1")[0].fired_at == OPENS + 60_000
    assert line_key("a~1") in house.visit().lines


def test_remakes_of_one_dish_get_names_of_their_own() -> None:
    house = sent(dish("a"))
    house.do("bump", "1", "a", view="wok")
    house.do("remake", "1", "a")
    house.do("remake", "1", "a")
    house.do("bump", "1", "a~1", view="wok")
    house.do("remake", "1", "a~1")
    assert {"a~1", "a~2", "a~1~1"} < set(house.the_order().lines)


def test_what_is_not_ready_can_not_be_remade_nor_a_set_as_such() -> None:
    house = sent(dish("s", category="set"), dish("x", parent="s"))
    assert house.do("remake", "1").why == "nothing is ready or served yet"
    house.do("serve", "1", "x")
    house.do("remake", "1", "s")
    assert {"x~1"} == set(house.the_order().lines) - {"s", "x"}
    assert house.counts("s").served == 0


def test_later_revisions_leave_a_remake_alone() -> None:
    house = sent(dish("a"))
    house.do("serve", "1", "a")
    house.do("remake", "1", "a")
    house.order("1", dish("a"), dish("b"), revision=2, payment="paid")
    assert house.states("a~1") == {"queued": 1}


@pytest.mark.parametrize(
    "told", [message("1", revision=2), message("1", void("a"), revision=2, partial=True)]
)
def test_when_the_guest_no_longer_wants_the_dish_its_remake_is_void(told: object) -> None:
    house = sent(dish("a"))
    house.do("bump", "1", "a", view="wok")
    house.do("remake", "1", "a")
    house.do("bump", "1", "a~1", view="wok")
    house.do("remake", "1", "a~1")
    house.receive(told)  # type: ignore[arg-type]
    assert house.states("a~1") == house.states("a~1~1") == {"void": 1}


def test_a_cancelled_order_takes_its_remakes_along() -> None:
    house = sent(dish("a"))
    house.do("serve", "1", "a")
    house.do("remake", "1", "a")
    house.amend("1", revision=2, cancelled=True)
    assert house.states("a") == {"served": 1}
    assert house.states("a~1") == {"void": 1}


def test_a_dish_that_the_till_took_off_the_bill_may_be_remade() -> None:
    """It was served, complained about, voided at the till, and is now cooked again for nothing."""
    house = sent(dish("a"))
    house.do("serve", "1", "a")
    house.order("1", revision=2)
    house.do("remake", "1", "a")
    assert house.line("a~1").content.state is LineState.ORDERED
    house.order("1", revision=3, payment="paid")
    assert house.states("a~1") == {"queued": 1}


# --- take ----------------------------------------------------------------------------------------


def test_take_gives_nobodys_lines_to_the_station() -> None:
    house = sent(dish("a", category="?"), dish("b"))
    house.do("take", "1", **seen_on("cut"))
    assert [house.line(n).routing.steps[0].station for n in "ab"] == ["cut", "wok"]
    assert house.do("take", "1", **seen_on("wok")).why == "already at a station"


@pytest.mark.parametrize("view", [None, "expo", "all"])
def test_only_a_station_can_take(view: str | None) -> None:
    house = sent(dish("a", category="?"))
    assert house.do("take", "1", "a", view=view).result is Result.REFUSED


# --- overtime ------------------------------------------------------------------------------------


def test_each_limit_of_a_rule_is_passed_once_and_stands_in_no_way() -> None:
    house = sent(dish("a"))
    house.do("bump", "1", "a", view="wok")
    late = LineLate(
        house.visit().id, line_key("a"), Level.LATE, RuleId("slow"), limit_s=60, clock="fired"
    )
    house.tell(late, late)
    assert [(o.level, o.at) for o in house.line("a").overtime] == [(Level.LATE, house.now)]
    assert house.undo(house.last).result is Result.APPLIED
    assert len(house.line("a").overtime) == 1


# --- nobody there --------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "kind",
    [
        CommandKind.HOLD,
        CommandKind.FIRE,
        CommandKind.RELEASE,
        CommandKind.RUSH,
        CommandKind.VOID,
        CommandKind.ACK_VOID,
        CommandKind.REMAKE,
        CommandKind.TAKE,
    ],
)
def test_work_on_an_order_that_is_not_there_is_refused(kind: CommandKind) -> None:
    outcome = House().do(kind, "9", view="wok")
    assert (outcome.result, outcome.why) == (Result.REFUSED, "no such order")


def test_facts_about_lines_and_visits_that_left_are_passed_over() -> None:
    """A late fact of a rule must not stop the log from being read."""
    house = sent(dish("a"))
    before = house.kitchen
    house.tell(a_hold("zz", Gate.START))
    house.tell(LinesRemade(house.visit().id, ((line_key("zz"), LineId("zz~1"), Decimal(1)),)))
    house.tell(LinesRemade(VisitId("x"), ()))
    assert house.kitchen.orders == before.orders


def test_a_remake_of_which_nobody_knows_the_first_is_cooked_all_the_same() -> None:
    house = sent(dish("a"))
    house.tell(LinesRemade(house.visit().id, ((line_key("a"), LineId("z"), Decimal(1)),)))
    house.order("1", revision=2)
    assert (house.states("a"), house.states("z")) == ({"void": 1}, {"queued": 1})
