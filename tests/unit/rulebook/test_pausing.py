"""A rule whose time-outs pile up pauses itself, and lets its tables go one after the other."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from kds.kitchen.commands import CommandKind
from kds.kitchen.events import RulePaused
from kds.kitchen.ids import Instant, RuleId
from kds.kitchen.order_facts import HoldPlaced, HoldReleased, Opening
from kds.rulebook.due import due
from tests.unit.rulebook.house import House, content

POT = ("麻辣锅底", "锅底")
BEEF = ("肥牛", "涮品")
FRESH_TRIPE = ("鲜毛肚", "涮品")
GATED = [("broth-first", "run")]


def openings(house: House) -> list[Opening]:
    return [fact.opened_by for fact in house.facts(HoldReleased)]


def tables(house: House, count: int, start: int = 0) -> None:
    """Seat tables one second after the other, the later ones with smaller names."""
    for number in range(start, start + count):
        name = f"t{9 - number}"
        house.order({"1": POT, "2": BEEF}, order_id=name, session=name, table=name)
        house.wait(1)


def test_the_rule_pauses_itself_when_gates_keep_opening_by_time(house: House) -> None:
    tables(house, 3)
    house.wait(360)
    (paused,) = house.facts(RulePaused)
    assert paused.message.zh == "锅底先下已暂停：10 分钟内 3 桌没划锅"
    assert paused.message.en == "Broth first is paused: 3 pots not struck off within 10 min"


def test_time_outs_far_apart_do_not_pause_the_rule(house: House) -> None:
    tables(house, 2)
    house.wait(1000)
    tables(house, 1, start=2)
    house.wait(400)
    assert house.facts(RulePaused) == []


def test_a_paused_rule_holds_nothing_new(house: House) -> None:
    tables(house, 3)
    house.wait(360)
    house.order({"1": POT, "2": BEEF})
    assert house.holds("2") == []


def test_a_resumed_rule_holds_again(house: House) -> None:
    tables(house, 3)
    house.wait(360)
    house.act(CommandKind.RESUME_RULE, rule=RuleId("broth-first"))
    house.order({"1": POT, "2": BEEF})
    assert house.holds("2") == GATED


def test_a_paused_rule_lets_its_tables_go_the_oldest_first_six_a_minute(house: House) -> None:
    tables(house, 3)
    house.wait(100)
    tables(house, 4, start=3)
    house.wait(260)
    assert len(house.facts(RulePaused)) == 1
    before = len(house.facts(HoldReleased))
    paused_at = house.kitchen.rules[RuleId("broth-first")].paused_at
    assert paused_at is not None
    house.now = paused_at
    house.wait(60)
    released = house.facts(HoldReleased)[before:]
    assert [fact.opened_by for fact in released] == [Opening.PAUSED] * 4
    assert [fact.visit for fact in released] == [f"till/t{9 - n}" for n in range(3, 7)]
    times = [event.at for event in house.events if event.fact in released]
    assert [at - paused_at for at in times] == [10_000, 20_000, 30_000, 40_000]


def test_a_rule_paused_by_hand_lets_its_tables_go_too(house: House) -> None:
    tables(house, 2)
    house.act(CommandKind.PAUSE_RULE, rule=RuleId("broth-first"))
    house.wait(20)
    assert openings(house) == [Opening.PAUSED, Opening.PAUSED]


def test_a_turn_given_by_a_pause_does_not_count_against_the_resumed_rule(house: House) -> None:
    tables(house, 4)
    house.act(CommandKind.PAUSE_RULE, rule=RuleId("broth-first"))
    house.wait(0)
    house.act(CommandKind.RESUME_RULE, rule=RuleId("broth-first"))
    house.wait(60)
    assert openings(house) == [Opening.PAUSED] * 4
    assert len(house.facts(RulePaused)) == 1


def test_a_paused_rule_gives_turns_also_to_those_whose_time_is_over(house: House) -> None:
    tables(house, 2)
    house.act(CommandKind.PAUSE_RULE, rule=RuleId("broth-first"))
    house.now = Instant(house.now + 400_000)
    found = due(house.kitchen, house.book, house.now)
    turns = {e.fact.visit: e.fact.until for e in found if isinstance(e.fact, HoldPlaced)}
    assert turns == {"till/t9": house.now + 10_000, "till/t8": house.now + 20_000}
    assert not [e for e in found if isinstance(e.fact, HoldReleased)]


def test_a_turn_takes_nothing_back_that_was_fired_meanwhile(house: House) -> None:
    house.order([content("1", *POT), content("2", *FRESH_TRIPE, quantity=Decimal(2))])
    house.act(CommandKind.FIRE, "2", portions=Decimal(1))
    house.wait(1)
    house.act(CommandKind.PAUSE_RULE, rule=RuleId("broth-first"))
    house.wait(1)
    states = sorted(group.state.value for group in house.line("2").groups)
    assert states == ["held", "queued"]


def test_the_second_minute_of_a_pause_goes_on_where_the_first_ended(house_with: Any) -> None:
    house: House = house_with(tables_per_minute=2)
    tables(house, 5)
    house.act(CommandKind.PAUSE_RULE, rule=RuleId("broth-first"))
    began = house.now
    house.wait(200)
    times = [e.at - began for e in house.events if isinstance(e.fact, HoldReleased)]
    assert times == [30_000, 60_000, 90_000, 120_000, 150_000]
