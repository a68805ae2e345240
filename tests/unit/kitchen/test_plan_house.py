"""Commands about the whole house: stock, stations, alerts, rules."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest

from kds.kitchen.commands import CommandKind, Result
from kds.kitchen.events import (
    AlertRaised,
    BookAdopted,
    RulePaused,
    StationFolded,
)
from kds.kitchen.evolve import KEPT_ALERTS, rule_alert
from kds.kitchen.ids import AlertId, Instant, RuleId, StationId
from kds.kitchen.state import Alert
from kds.kitchen.wording import Wording
from tests.unit.kitchen.house import House, dish

SAID = Wording("有事", "something")


def raised(house: House, name: str) -> None:
    """Raise an alert."""
    house.tell(AlertRaised(Alert(AlertId(name), house.now, SAID)))


# --- stock ---------------------------------------------------------------------------------------


def test_a_dish_is_sold_out_or_so_many_are_left_or_nobody_counts() -> None:
    house = House()
    house.do("sold_out", None, item_id="p1")
    assert house.kitchen.stock["p1"] == 0
    house.do("sold_out", None, item_id="p1", left=Decimal(4))
    assert house.kitchen.stock["p1"] == 4
    house.do("on_sale", None, item_id="p1", left=Decimal(9))
    assert house.kitchen.stock["p1"] == 9
    house.do("on_sale", None, item_id="p1")
    assert "p1" not in house.kitchen.stock
    assert house.do("on_sale", None, item_id="p1").why == "already so"


def test_stock_needs_a_dish() -> None:
    assert House().do("sold_out", None).result is Result.REFUSED


# --- stations ------------------------------------------------------------------------------------


def test_a_station_is_folded_into_another_and_back() -> None:
    house = House()
    house.order("1", dish("a", category="cold"))
    house.do("fold", None, station="cut", into_station="wok")
    assert house.kitchen.station_for(StationId("cut")) == "wok"
    house.do("bump", "1", view="wok")
    assert house.states("a") == {"ready": 1}
    house.do("fold", None, station="cut")
    assert house.kitchen.station_for(StationId("cut")) == "cut"
    assert house.do("fold", None, station="cut").why == "already so"


def test_folds_are_followed_and_never_go_round() -> None:
    house = House()
    house.do("fold", None, station="cut", into_station="wok")
    house.do("fold", None, station="wok", into_station="grill")
    assert house.kitchen.station_for(StationId("cut")) == "grill"
    for into in ("cut", "grill"):
        outcome = house.do("fold", None, station="grill", into_station=into)
        assert (outcome.result, outcome.why) == (Result.REFUSED, f"{into} already works for grill")
    assert House().do("fold", None, into_station="wok").result is Result.REFUSED


def test_a_circle_of_folds_in_an_old_log_stops() -> None:
    house = House()
    one, other = StationId("one"), StationId("other")
    house.tell(StationFolded(one, other), StationFolded(other, one))
    assert house.kitchen.station_for(one) in (one, other)


# --- alerts --------------------------------------------------------------------------------------


def test_an_alert_stands_until_somebody_has_looked() -> None:
    house = House()
    raised(house, "x")
    house.do("ack_alert", None, alert="x")
    assert not house.kitchen.alerts
    assert house.do("ack_alert", None, alert="x").why == "no such alert any more"
    assert house.do("ack_alert", None).result is Result.REFUSED


def test_of_too_many_alerts_the_oldest_go() -> None:
    house = House()
    for number in range(KEPT_ALERTS + 2):
        house.wait(1)
        raised(house, str(number))
    assert len(house.kitchen.alerts) == KEPT_ALERTS
    assert AlertId("1") not in house.kitchen.alerts
    assert AlertId("2") in house.kitchen.alerts


# --- rules ---------------------------------------------------------------------------------------


def test_a_rule_is_paused_and_resumed_by_hand_and_says_so() -> None:
    house = House()
    rule = RuleId("pot-first")
    house.do("pause_rule", None, rule=rule)
    assert house.kitchen.rules[rule].paused_at == house.now
    assert "paused by hand" in house.kitchen.alerts[rule_alert(rule)].message.en
    assert house.do("pause_rule", None, rule=rule).why == "already paused"
    house.do("resume_rule", None, rule=rule)
    assert rule not in house.kitchen.rules
    assert not house.kitchen.alerts
    assert house.do("resume_rule", None, rule=rule).why == "not paused"


def test_a_rule_that_paused_itself_is_resumed_by_one_touch() -> None:
    house = House()
    house.tell(RulePaused(RuleId("r"), SAID))
    assert house.kitchen.alerts[rule_alert(RuleId("r"))].message == SAID
    assert house.do("resume_rule", None, rule="r").result is Result.APPLIED


@pytest.mark.parametrize("kind", ["pause_rule", "resume_rule"])
def test_pausing_needs_a_rule(kind: str) -> None:
    assert House().do(kind, None).result is Result.REFUSED


def test_a_book_is_adopted() -> None:
    house = House()
    house.tell(BookAdopted("abc"))
    assert house.kitchen.book == "abc"


# --- time ----------------------------------------------------------------------------------------


def test_kitchen_time_never_runs_back() -> None:
    house = House()
    raised(house, "x")
    at = house.kitchen.at
    house.now = Instant(house.now - 5_000)
    raised(house, "y")
    assert house.kitchen.at == at


@pytest.mark.parametrize(
    ("lang", "text"), [("zh", "有事"), ("en", "something"), ("fr", "something")]
)
def test_a_wording_reads_in_two_languages(lang: str, text: str) -> None:
    assert SAID[lang] == text


def test_every_command_kind_is_planned_somewhere() -> None:
    house = House()
    said: dict[str, Any] = {"view": "wok"}
    for kind in CommandKind:
        assert house.do(kind, "9", **said).result in (Result.REFUSED, Result.NO_OP)
