"""Start, bump, serve and recall: what moves where, for whom, and what else a bump says."""

from __future__ import annotations

from decimal import Decimal

import pytest

from kds.kitchen.commands import Result
from kds.kitchen.ids import ANY_STATION, Instant, VisitId
from kds.kitchen.order_facts import HoldReleased, Opening
from kds.kitchen.orders import Gate
from kds.kitchen.portions import Counts
from tests.unit.kitchen.house import (
    OPENS,
    POT_FIRST,
    House,
    dish,
    held,
    message,
    order_key,
    seen_on,
    void,
)


def sent(*lines: object, **fields: object) -> House:
    """Return a kitchen that has received order 1."""
    house = House()
    house.receive(message("1", *lines, revision=1, **fields))  # type: ignore[arg-type]
    return house


# --- k of n --------------------------------------------------------------------------------------


def test_a_bump_of_some_takes_the_oldest_portions_first() -> None:
    house = sent(dish("a", "2"))
    house.wait(60)
    house.order("1", dish("a", "4"), revision=2)
    house.do("bump", "1", "a", portions="3", **seen_on("wok"))
    ready = {g.fired_at: int(g.portions) for g in house.groups("a") if g.state == "ready"}
    assert ready == {OPENS: 2, OPENS + 60_000: 1}
    assert house.states("a") == {"ready": 3, "queued": 1}


def test_portions_on_the_fire_are_bumped_before_queued_ones() -> None:
    house = sent(dish("a", "3"))
    house.do("start", "1", "a", portions="1", **seen_on("wok"))
    house.do("bump", "1", "a", portions="1", **seen_on("wok"))
    assert house.states("a") == {"ready": 1, "queued": 2}
    assert [g.started_at for g in house.groups("a") if g.state == "ready"] == [OPENS]


def test_more_than_there_is_takes_what_there_is() -> None:
    house = sent(dish("a", "2"))
    house.do("bump", "1", "a", portions="5", **seen_on("wok"))
    assert house.states("a") == {"ready": 2}


def test_a_weighed_dish_is_one_portion() -> None:
    house = sent(dish("a", "1.5"))
    house.do("bump", "1", "a", portions="1", **seen_on("wok"))
    assert house.states("a") == {"ready": 1.5}


def test_a_dish_weighed_again_is_still_one_portion() -> None:
    house = sent(dish("a", "1.5"))
    house.do("start", "1", "a", **seen_on("wok"))
    house.order("1", dish("a", "2"), revision=2)
    assert house.states("a") == {"cooking": 2}
    house.do("bump", "1", "a", portions="1", **seen_on("wok"))
    assert house.states("a") == {"ready": 2}


def test_the_device_that_moved_portions_is_kept() -> None:
    house = sent(dish("a", "2"))
    house.do("bump", "1", "a", portions="1", **seen_on("wok"))
    assert {g.device for g in house.groups("a")} == {"", "wok-1"}


# --- steps ---------------------------------------------------------------------------------------


def test_a_bump_at_a_station_moves_that_stations_step_only() -> None:
    house = sent(dish("a", "2", "pair"))
    house.do("bump", "1", "a", **seen_on("wok"))
    assert (house.states("a"), house.states("a", step=1)) == ({"ready": 2}, {"queued": 2})
    assert house.counts("a").ready == 0
    house.do("bump", "1", "a", **seen_on("cut"))
    assert house.counts("a").ready == 2


def test_the_next_step_of_a_chain_is_queued_when_the_one_before_is_ready() -> None:
    house = sent(dish("a", "3", "chain"))
    house.wait(60)
    house.do("bump", "1", "a", portions="2", **seen_on("prep"))
    assert house.states("a", step=1) == {"queued": 2, "waiting": 1}
    assert house.states("a", step=2) == {"waiting": 3}
    queued = [g for g in house.groups("a", step=1) if g.state == "queued"]
    assert [g.fired_at for g in queued] == [OPENS + 60_000]


def test_a_step_after_two_others_waits_for_both() -> None:
    house = sent(dish("a", "2", "fork"))
    house.do("bump", "1", "a", portions="2", **seen_on("prep"))
    assert house.states("a", step=2) == {"waiting": 2}
    house.do("bump", "1", "a", portions="1", **seen_on("cut"))
    assert house.states("a", step=2) == {"queued": 1, "waiting": 1}


def test_a_chain_may_be_written_back_to_front() -> None:
    house = sent(dish("a", "1", "back"))
    house.do("bump", "1", "a", **seen_on("prep"))
    assert house.states("a") == {"queued": 1}


def test_what_waits_for_another_station_can_not_be_bumped_here() -> None:
    house = sent(dish("a", "1", "chain"))
    outcome = house.do("bump", "1", "a", **seen_on("wok"))
    assert outcome.result is Result.NO_OP
    assert house.states("a", step=1) == {"waiting": 1}


def test_recall_of_a_step_sends_back_what_had_not_started_after_it() -> None:
    house = sent(dish("a", "2", "chain"))
    house.do("bump", "1", "a", **seen_on("prep"))
    house.do("start", "1", "a", portions="1", **seen_on("wok"))
    house.do("recall", "1", "a", **seen_on("prep"))
    assert house.states("a") == {"cooking": 2}
    assert house.states("a", step=1) == {"cooking": 1, "waiting": 1}


def test_a_strike_at_the_pass_finishes_every_station() -> None:
    house = sent(dish("a", "2", "chain"), dish("b", "1", "pair"))
    house.do("bump", "1", **seen_on("expo"))
    assert [house.states("a", step=i) for i in range(3)] == [{"ready": 2}] * 3
    assert house.counts("b").ready == 1


def test_a_strike_of_some_takes_those_nearest_to_ready() -> None:
    house = sent(dish("a", "3", "chain"))
    house.do("bump", "1", "a", portions="1", **seen_on("prep"))
    house.do("bump", "1", "a", portions="1", **seen_on("wok"))
    house.do("bump", "1", "a", portions="2", **seen_on("expo"))
    assert [house.states("a", step=i) for i in range(3)] == [
        {"ready": 2, "queued": 1},
        {"ready": 2, "waiting": 1},
        {"ready": 2, "waiting": 1},
    ]


def test_no_view_is_every_stations_step() -> None:
    house = sent(dish("a", "1", "chain"))
    house.do("bump", "1", "a")
    assert house.counts("a").ready == 1


def test_serving_serves_at_every_station_whatever_it_had_done() -> None:
    house = sent(dish("a", "3", "chain"))
    house.do("bump", "1", "a", portions="2", **seen_on("prep"))
    house.do("serve", "1", "a", portions="1", view="expo")
    assert [house.states("a", step=i) for i in range(3)] == [
        {"served": 1, "ready": 1, "queued": 1},
        {"served": 1, "queued": 1, "waiting": 1},
        {"served": 1, "waiting": 2},
    ]
    assert house.counts("a") == Counts(queued=Decimal(1), cooking=Decimal(1), served=Decimal(1))


def test_a_station_that_works_for_another_finishes_the_chain_with_one_bump() -> None:
    """Else the ticket would stay after the bump, and the cook would hit it again."""
    house = sent(dish("a", "2", "chain"))
    house.do("fold", None, station="prep", into_station="wok")
    house.do("bump", "1", "a", portions="1", **seen_on("wok"))
    assert house.states("a") == {"ready": 1, "queued": 1}
    assert house.states("a", step=1) == {"ready": 1, "waiting": 1}
    assert house.states("a", step=2) == {"queued": 1, "waiting": 1}


def test_a_bump_from_before_the_fold_still_counts() -> None:
    house = sent(dish("a", "1", "chain"))
    house.do("fold", None, station="prep", into_station="wok")
    house.do("bump", "1", "a", **seen_on("prep"))
    assert house.states("a") == {"ready": 1}


def test_a_folded_station_does_not_skip_one_between() -> None:
    house = sent(dish("a", "1", "chain"))
    house.do("fold", None, station="pass", into_station="prep")
    house.do("bump", "1", "a", **seen_on("prep"))
    assert [house.states("a", step=i) for i in range(3)] == [
        {"ready": 1},
        {"queued": 1},
        {"waiting": 1},
    ]


# --- held portions -------------------------------------------------------------------------------


@pytest.mark.parametrize("kind", ["start", "bump"])
def test_a_ticket_wide_act_leaves_held_lines_alone(kind: str) -> None:
    house = sent(held("a"), dish("b"))
    house.do(kind, "1", **seen_on("wok"))
    assert house.states("a") == {"held": 1}
    assert house.states("b") != {"queued": 1}


@pytest.mark.parametrize(("kind", "state"), [("start", "cooking"), ("bump", "ready")])
def test_a_held_line_moves_when_it_is_named(kind: str, state: str) -> None:
    house = sent(held("a"))
    house.do(kind, "1", "a", **seen_on("wok"))
    assert house.states("a") == {state: 1}
    assert house.line("a").holds == ()


def test_a_ticket_wide_strike_or_serve_leaves_a_portion_held_halfway() -> None:
    """Held at the second step of three, it is neither ready nor served at the third."""
    house = sent(dish("a", "2", "chain"))
    house.do("bump", "1", "a", **seen_on("prep"))
    house.do("hold", "1", "a", portions="1")
    for kind in ("bump", "serve"):
        house.do(kind, "1", view="expo")
    assert house.states("a", step=1) == {"served": 1, "held": 1}
    assert house.states("a", step=2) == {"served": 1, "waiting": 1}
    assert house.states("a") == {"served": 1, "ready": 1}


def test_a_bump_of_nothing_but_held_lines_says_why() -> None:
    house = sent(held("a"))
    assert house.do("bump", "1", **seen_on("wok")).why == "held: on hold"


# --- what came later -----------------------------------------------------------------------------


def test_what_came_after_the_look_is_untouched() -> None:
    house = sent(dish("a", "1"), dish("b", "1"))
    seen = house.kitchen.seq
    house.order("1", dish("a", "3"), dish("b"), dish("c"), revision=2)
    house.do("bump", "1", seen=seen, **seen_on("wok"))
    assert house.states("a") == {"ready": 1, "queued": 2}
    assert house.states("b") == {"ready": 1}
    assert house.states("c") == {"queued": 1}


def test_a_recalled_portion_is_not_bumped_by_an_older_look() -> None:
    """Bump on one screen, recall on another at once: the later bump of the first is void."""
    house = sent(dish("a"))
    seen = house.kitchen.seq
    house.do("bump", "1", "a", **seen_on("wok"))
    house.do("recall", "1", "a", **seen_on("expo"))
    assert house.do("bump", "1", "a", seen=seen, **seen_on("wok")).result is Result.NO_OP
    assert house.states("a") == {"cooking": 1}


def test_a_fired_portion_is_not_struck_by_a_look_that_saw_it_held() -> None:
    house = sent(held("a", "1", category="chain"))
    seen = house.kitchen.seq
    house.do("fire", "1", "a")
    assert house.do("bump", "1", seen=seen, view="expo").result is Result.NO_OP
    assert house.counts("a").ready == 0


def test_a_station_does_not_bump_what_reached_it_after_the_look() -> None:
    house = sent(dish("a", "1", "chain"))
    seen = house.kitchen.seq
    house.do("bump", "1", "a", **seen_on("prep"))
    assert house.do("bump", "1", "a", seen=seen, **seen_on("wok")).result is Result.NO_OP


@pytest.mark.parametrize(("kind", "count"), [("bump", "ready"), ("serve", "served")])
def test_a_strike_at_the_pass_is_not_lost_to_a_station_that_was_faster(
    kind: str, count: str
) -> None:
    """The pass saw the dish all along; that the step before let it through changes nothing."""
    house = sent(dish("a", "1", "chain"))
    seen = house.kitchen.seq
    house.do("bump", "1", "a", **seen_on("prep"))
    assert house.do(kind, "1", seen=seen, view="expo").result is Result.APPLIED
    assert getattr(house.counts("a"), count) == 1


def test_a_recall_by_an_older_look_takes_back_whole_portions_or_nothing() -> None:
    house = sent(dish("a", "1", "chain"))
    seen = house.kitchen.seq
    house.do("bump", "1", "a", view="expo")
    house.do("recall", "1", "a", **seen_on("pass"))
    house.do("serve", "1", "a", view="expo")
    assert house.do("recall", "1", "a", seen=seen, view="expo").result is Result.NO_OP
    assert [house.states("a", step=i) for i in range(3)] == [{"served": 1}] * 3


# --- when it was done ----------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("told", "kept"),
    [(None, 90_000), (30_000, 30_000), (500_000, 90_000), (-60_000, 0)],
    ids=["not told", "earlier", "in the future", "before the visit"],
)
def test_the_time_of_the_hand_lies_between_the_visit_and_now(told: int | None, kept: int) -> None:
    house = sent(dish("a"))
    house.wait(90)
    at = None if told is None else Instant(OPENS + told)
    house.do("bump", "1", "a", at=at, **seen_on("wok"))
    assert house.groups("a")[0].ready_at == OPENS + kept


def test_no_portion_is_ready_before_it_was_started_or_fired() -> None:
    """A bump that comes late, made before a portion was ordered, makes no negative times."""
    house = sent(dish("b"))
    house.wait(60)
    house.order("1", dish("b"), dish("a", "2"), revision=2)
    house.wait(60)
    house.do("start", "1", "a", portions="1", at=OPENS, **seen_on("wok"))
    assert {g.started_at for g in house.groups("a")} == {None, OPENS + 60_000}
    house.do("bump", "1", "a", at=OPENS, **seen_on("wok"))
    assert {g.ready_at for g in house.groups("a")} == {OPENS + 60_000}
    house.do("serve", "1", "a", at=OPENS)
    assert {g.served_at for g in house.groups("a")} == {OPENS + 60_000}


# --- recall --------------------------------------------------------------------------------------


def test_recall_goes_one_step_back_at_a_time() -> None:
    house = sent(dish("a"))
    house.do("start", "1", "a", **seen_on("wok"))
    house.wait(10)
    house.do("bump", "1", "a", **seen_on("wok"))
    house.do("serve", "1", "a", view="expo")
    found = []
    for _ in range(4):
        house.wait(10)
        house.do("recall", "1", "a", view="expo")
        (group,) = house.groups("a")
        found.append((group.state.value, group.started_at, group.ready_at, group.served_at))
    assert [f[0] for f in found] == ["ready", "cooking", "queued", "queued"]
    assert found[0][1:] == (OPENS, OPENS + 10_000, None)
    assert found[1][1:] == (OPENS, None, None)
    assert found[2][1:] == (None, None, None)
    assert house.outcome.why == "nothing to recall"
    assert house.groups("a")[0].fired_at == OPENS  # the cook clock goes on


def test_recall_takes_what_was_done_last() -> None:
    house = sent(dish("a", "3"))
    for device in ("first", "second"):
        house.wait(10)
        house.do("bump", "1", "a", portions="1", view="wok", device=device)
    house.do("recall", "1", "a", portions="1", view="wok")
    assert [g.device for g in house.groups("a") if g.state == "ready"] == ["first"]


def test_recall_from_the_pass_cooks_again_at_the_last_step_only() -> None:
    house = sent(dish("a", "1", "chain"))
    house.do("bump", "1", "a", view="expo")
    house.do("recall", "1", "a", view="expo")
    assert [house.states("a", step=i) for i in range(3)] == [
        {"ready": 1},
        {"ready": 1},
        {"cooking": 1},
    ]


def test_recall_from_the_pass_of_a_dish_halfway_goes_back_where_it_is() -> None:
    house = sent(dish("a", "1", "chain"))
    house.do("bump", "1", "a", **seen_on("prep"))
    house.do("start", "1", "a", **seen_on("wok"))
    house.do("recall", "1", "a", view="expo")
    assert (house.states("a"), house.states("a", step=1)) == ({"ready": 1}, {"queued": 1})
    house.do("recall", "1", "a", view="expo")
    assert (house.states("a"), house.states("a", step=1)) == ({"cooking": 1}, {"waiting": 1})


def test_recall_of_a_dish_of_two_stations_takes_back_both() -> None:
    house = sent(dish("a", "2", "pair"))
    house.do("bump", "1", "a", view="expo")
    house.do("recall", "1", "a", portions="1", view="expo")
    assert house.states("a") == house.states("a", step=1) == {"ready": 1, "cooking": 1}


def test_recall_at_a_station_that_works_for_another_takes_back_the_end_of_the_chain() -> None:
    house = sent(dish("a", "1", "chain"))
    house.do("fold", None, station="prep", into_station="wok")
    house.do("bump", "1", "a", **seen_on("wok"))
    house.do("recall", "1", "a", **seen_on("wok"))
    assert (house.states("a"), house.states("a", step=1)) == ({"ready": 1}, {"cooking": 1})


def test_a_station_may_recall_a_served_dish() -> None:
    house = sent(dish("a", "1", "pair"))
    house.do("serve", "1", "a", view="expo")
    house.do("recall", "1", "a", **seen_on("cut"))
    assert house.states("a") == house.states("a", step=1) == {"ready": 1}


# --- repeated and pointless ----------------------------------------------------------------------


@pytest.mark.parametrize("line", [None, "a"])
def test_a_bump_at_a_station_that_has_no_part_in_it_is_not_called_done(line: str | None) -> None:
    """A misspelt view was told "already done" for a dish that nobody had begun."""
    house = sent(dish("a"))
    done = house.do("bump", "1", line, view="work")
    assert (done.result, done.why) == (Result.NO_OP, "nothing of this is done at work")
    assert house.states("a") == {"queued": 1}


@pytest.mark.parametrize(
    ("kind", "why"),
    [("start", "already started"), ("bump", "already done"), ("serve", "already served")],
)
def test_the_second_of_two_screens_learns_that_it_is_done(kind: str, why: str) -> None:
    house = sent(dish("a"))
    house.do(kind, "1", "a", view="wok", device="one")
    again = house.do(kind, "1", "a", view="wok", device="two")
    assert (again.result, again.why) == (Result.NO_OP, why)


def test_an_act_on_an_order_or_line_that_is_not_there_is_refused() -> None:
    house = sent(dish("a"))
    assert house.do("bump", "9", view="wok").result is Result.REFUSED
    assert house.do("bump", "1", "zz", view="wok").result is Result.REFUSED


def test_a_view_without_a_part_in_the_line_moves_nothing() -> None:
    house = sent(dish("a"))
    assert house.do("bump", "1", "a", view="cut").result is Result.NO_OP


# --- sets ----------------------------------------------------------------------------------------


def test_an_act_on_a_set_is_one_on_its_parts() -> None:
    house = sent(dish("s", "2", "set"), dish("x", "2", parent="s"), dish("y", "4", parent="s"))
    house.do("bump", "1", "s", portions="1", **seen_on("wok"))
    assert house.states("x") == {"ready": 1, "queued": 1}
    assert house.states("y") == {"ready": 2, "queued": 2}
    assert house.counts("s").ready == 1


def test_of_uneven_parts_a_set_takes_one_more_rather_than_one_less() -> None:
    house = sent(dish("s", "2", "set"), dish("x", "3", parent="s"), dish("w", "0.5", parent="s"))
    house.do("bump", "1", "s", portions="1", **seen_on("wok"))
    assert house.states("x") == {"ready": 2, "queued": 1}
    assert house.states("w") == {"ready": 0.5}


# --- nobody's dishes -----------------------------------------------------------------------------


def test_a_dish_that_no_rule_knows_is_taken_by_the_station_that_works_on_it() -> None:
    house = sent(dish("a", category="?"), dish("b", category="?"))
    assert house.line("a").routing.steps[0].station == ANY_STATION
    house.do("bump", "1", "a", **seen_on("cut"))
    assert house.line("a").routing.steps[0].station == "cut"
    assert house.line("b").routing.steps[0].station == ANY_STATION


def test_the_pass_takes_no_dish_for_itself() -> None:
    house = sent(dish("a", category="?"))
    house.do("bump", "1", "a", view="expo")
    assert house.line("a").routing.steps[0].station == ANY_STATION


def test_a_recall_takes_no_dish() -> None:
    house = sent(dish("a", category="?"))
    house.do("bump", "1", "a", view="expo")
    house.do("recall", "1", "a", view="cut")
    assert house.line("a").routing.steps[0].station == ANY_STATION


# --- a bump of what is void ----------------------------------------------------------------------


def test_a_bump_of_a_ticket_that_was_just_voided_acknowledges_it() -> None:
    """The till voids it while the finger is on it: the look is older than the void."""
    house = sent(dish("a"), dish("b"))
    seen = house.kitchen.seq
    house.order("1", void("a"), void("b"), revision=2)
    outcome = house.do("bump", "1", seen=seen, **seen_on("wok"))
    assert outcome.result is Result.APPLIED
    assert all(g.acknowledged for name in "ab" for g in house.groups(name))
    assert house.counts("a") == Counts(void=Decimal(1))


def test_a_bump_that_does_something_acknowledges_only_voids_it_could_see() -> None:
    house = sent(dish("a"), dish("b"))
    seen = house.kitchen.seq
    house.order("1", void("a"), dish("b"), revision=2)
    house.do("bump", "1", seen=seen, **seen_on("wok"))
    assert house.states("b") == {"ready": 1}
    assert [g.acknowledged for g in house.groups("a")] == [False]
    house.do("bump", "1", seen=house.kitchen.seq, **seen_on("wok"))
    assert [g.acknowledged for g in house.groups("a")] == [True]


def test_each_station_acknowledges_for_itself() -> None:
    house = sent(dish("a", "1", "pair"))
    house.order("1", void("a", category="pair"), revision=2)
    house.do("bump", "1", **seen_on("wok"))
    assert [g.acknowledged for g in house.line("a").groups] == [True, False]


# --- cards with nothing to cook ------------------------------------------------------------------


def test_a_card_with_nothing_to_cook_is_noted_by_a_bump_at_the_pass() -> None:
    house = sent(note="birthday")
    assert house.do("bump", "1", view="expo").result is Result.APPLIED
    assert house.the_order().noted
    assert house.do("bump", "1", view="expo").result is Result.NO_OP


def test_a_bump_notes_every_card_of_a_ticket_that_is_still_unread() -> None:
    house = sent(note="birthday", table="1")
    house.do("bump", "1", view="expo")
    house.order("2", note="more wine", table="1", revision=1)
    house.do("merge", "1", into_order=order_key("2"))
    house.do("bump", "2", view="expo")
    assert house.the_order("1").noted
    assert house.the_order("2").noted


def test_a_station_or_a_named_line_notes_no_card() -> None:
    house = sent(dish("a", "0"), note="birthday")
    house.do("bump", "1", view="wok")
    house.do("bump", "1", "a", view="expo")
    assert not house.the_order().noted


def test_a_ticket_with_food_is_no_card() -> None:
    house = sent(dish("a"))
    house.do("bump", "1", view="expo")
    assert house.do("bump", "1", view="expo").result is Result.NO_OP
    assert not house.the_order().noted


# --- gates at the pass ---------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("kind", "view", "opens"),
    [
        ("bump", "expo", True),
        ("serve", "expo", True),
        ("serve", None, True),
        ("bump", "cut", False),
        ("serve", "cut", False),
        ("start", "expo", False),
    ],
)
def test_a_plate_struck_or_served_at_the_pass_opens_its_gate(
    kind: str, view: str | None, opens: bool
) -> None:
    """Wet gloves often do not bump the pot; a plate on its way says that it is up."""
    house = sent(dish("p", category="pot"), dish("a", category="plate"))
    assert [(h.rule, h.gate) for h in house.line("a").holds] == [(POT_FIRST, Gate.RUN)]
    house.do(kind, "1", "a", view=view)
    openings = [f.opened_by for f in house.facts(HoldReleased)]
    assert openings == ([Opening.STRUCK] if opens else [])


# --- where the line is ---------------------------------------------------------------------------


def test_a_named_line_is_found_where_a_split_took_it() -> None:
    """A bump made before the split names the old ticket; it is not lost."""
    house = sent(dish("a"), dish("b"), table="1")
    old = house.visit().id
    new = house.split("1", ("a", None))
    house.do("bump", "1", "a", visit=old, **seen_on("wok"))
    assert house.states("a", visit=new) == {"ready": 1}


def test_without_a_visit_portions_are_found_where_something_can_be_done() -> None:
    house = sent(dish("a", "2"), table="1")
    new = house.split("1", ("a", "1"))
    for _ in range(2):
        assert house.do("bump", "1", "a", **seen_on("wok")).result is Result.APPLIED
    assert house.states("a", visit=house.visit().id) == {"ready": 1}
    assert house.states("a", visit=new) == {"ready": 1}


def test_a_line_with_nothing_to_do_is_where_its_order_is() -> None:
    house = sent(dish("a", "0"))
    assert house.do("bump", "1", "a", view="wok").why == "already done"


def test_a_visit_that_is_named_is_meant() -> None:
    house = sent(dish("a", "2"), table="1")
    new = house.split("1", ("a", "1"))
    house.do("bump", "1", "a", visit=new, **seen_on("wok"))
    assert house.states("a", visit=new) == {"ready": 1}
    assert house.do("bump", "1", "a", visit=new, view="wok").result is Result.NO_OP
    assert house.states("a", visit=house.visit().id) == {"queued": 1}


def test_a_ticket_may_be_named_by_its_visit_alone() -> None:
    house = sent(dish("a"), dish("b"))
    house.do("start", None, visit=house.visit().id, view="wok")
    assert house.states("b") == {"cooking": 1}
    house.do("bump", None, "b", visit=house.visit().id, view="wok")
    assert house.states("b") == {"ready": 1}
    assert house.do("bump", None, "zz", visit=house.visit().id).result is Result.REFUSED


def test_a_visit_that_is_not_there_any_more_gives_way_to_the_order() -> None:
    house = sent(dish("a"))
    house.do("bump", "1", visit=VisitId("gone"), view="wok")
    assert house.states("a") == {"ready": 1}


def test_a_ticket_that_was_merged_is_found_under_the_other() -> None:
    house = sent(dish("a"), table="1")
    old = house.visit().id
    house.order("2", dish("b"), table="2")
    house.do("merge", "1", into_order=order_key("2"))
    house.do("bump", None, visit=old, view="wok")
    assert house.states("a") == house.states("b", "2") == {"ready": 1}
