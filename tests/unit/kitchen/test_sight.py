"""What an actor saw: the log up to a place, and what the own screen has done since."""

from __future__ import annotations

import pytest

from kds.kitchen.commands import Result
from kds.kitchen.evolve import fold
from kds.kitchen.ids import CommandId, VisitId
from kds.kitchen.sight import Sight, sight_of
from kds.kitchen.state import Kitchen
from kds.kitchen.visits import Applied, Visit
from tests.unit.kitchen.house import OPENS, House, dish, seen_on


def ready_house() -> tuple[House, int]:
    """Return a kitchen with two ready portions, and the place that every screen has seen."""
    house = House()
    house.order("1", dish("a", "2"))
    house.do("bump", "1", "a", **seen_on("wok"))
    return house, house.kitchen.seq


def test_without_a_place_everything_was_seen() -> None:
    assert Sight().has(10**9)


@pytest.mark.parametrize(
    ("seq", "was_seen"), [(5, True), (6, False), (7, True), (8, True), (9, False)]
)
def test_own_commands_are_seen_beyond_the_place(seq: int, *, was_seen: bool) -> None:
    assert Sight(5, ((7, 8),)).has(seq) is was_seen


def test_only_later_commands_of_the_same_screen_count() -> None:
    done = (
        Applied(CommandId("old"), 1, 2, "wok-1"),
        Applied(CommandId("mine"), 7, 8, "wok-1"),
        Applied(CommandId("other"), 9, 9, "wok-2"),
        Applied(CommandId("this"), 10, 10, "wok-1"),
    )
    visit = Visit(VisitId("till/1"), OPENS, commands=done)
    assert sight_of(visit, 5, "wok-1", but=CommandId("this")) == Sight(5, ((7, 8),))
    assert sight_of(visit, 5, "") == Sight(5)
    assert sight_of(visit, None, "wok-1") == Sight()
    assert sight_of(None, 5, "wok-1") == Sight(5)


def test_what_was_recalled_at_a_screen_is_bumped_there_again_with_the_line_cut() -> None:
    """Both acts were made before the log had either, so both say the same `seen`."""
    house, seen = ready_house()
    house.do("recall", "1", "a", seen=seen, **seen_on("wok"))
    assert house.states("a") == {"cooking": 2}
    assert house.do("bump", "1", "a", seen=seen, **seen_on("wok")).result is Result.APPLIED
    assert house.states("a") == {"ready": 2}


def test_what_somebody_else_recalled_is_not_bumped_by_who_did_not_see_it() -> None:
    """Fault 23: the order of arrival decides."""
    house, seen = ready_house()
    house.do("recall", "1", "a", seen=seen, **seen_on("expo"))
    assert house.do("bump", "1", "a", seen=seen, **seen_on("wok")).result is Result.NO_OP
    assert house.states("a") == {"cooking": 2}


def test_an_own_act_does_not_cover_what_a_till_added() -> None:
    house, seen = ready_house()
    house.do("recall", "1", "a", seen=seen, **seen_on("wok"))
    house.order("1", dish("a", "5"))
    house.do("bump", "1", "a", seen=seen, **seen_on("wok"))
    assert house.states("a") == {"ready": 2, "queued": 3}


def test_a_dish_fired_and_bumped_with_the_line_cut_is_ready() -> None:
    house = House()
    house.order("1", dish("a"))
    house.do("hold", "1", "a", **seen_on("wok"))
    seen = house.kitchen.seq
    house.do("fire", "1", "a", seen=seen, **seen_on("wok"))
    house.do("bump", "1", "a", seen=seen, **seen_on("wok"))
    assert house.states("a") == {"ready": 1}


def test_a_dish_remade_and_bumped_with_the_line_cut_is_ready() -> None:
    house, seen = ready_house()
    house.do("remake", "1", "a", portions="1", seen=seen, **seen_on("wok"))
    house.do("bump", "1", seen=seen, **seen_on("wok"))
    made = [ln for ln in house.the_order().lines.values() if ln.key.line_id != "a"]
    assert [group.state.value for ln in made for group in ln.groups] == ["ready"]


def test_a_log_read_again_gives_the_same_kitchen() -> None:
    """Who saw what follows from the log alone."""
    house, seen = ready_house()
    for kind in ("recall", "bump", "recall", "bump"):
        house.do(kind, "1", "a", seen=seen, **seen_on("wok"))
    assert fold(Kitchen(), house.log) == house.kitchen
