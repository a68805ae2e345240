"""What is counted per source."""

from __future__ import annotations

from kds.kitchen.events import Cause, Event, LineLate
from kds.kitchen.ids import EventId, Instant, LineId, LineKey, OrderId, RuleId, SourceId, VisitId
from kds.kitchen.orders import Level
from pos_bridge.rates import HOUR_MS, OTHERS, Rates, What


def late(order_id: str, line_id: str) -> Event:
    key = LineKey(SourceId("till"), OrderId(order_id), LineId(line_id))
    fact = LineLate(VisitId("v"), key, Level.LATE, RuleId("r"), 60, "fired")
    return Event(EventId(f"{order_id}{line_id}"), Instant(0), Cause.TIME, fact)


def test_totals_stay_and_the_last_hour_passes() -> None:
    rates = Rates()
    rates.delivered("till", What.TAKEN, Instant(0))
    rates.delivered("till", What.TAKEN, Instant(HOUR_MS + 1))
    source = rates.sources()["till"]
    assert source.total[What.TAKEN] == 2
    assert source.last_hour(Instant(HOUR_MS + 2))[What.TAKEN] == 1
    assert source.last_hour(Instant(3 * HOUR_MS))[What.TAKEN] == 0
    assert source.last_contact == HOUR_MS + 1


def test_an_order_is_late_once_however_many_of_its_lines_are() -> None:
    rates = Rates()
    rates.happened([late("a", "1"), late("a", "2"), late("b", "1")])
    assert rates.sources()["till"].total[What.LATE] == 2


def test_names_that_callers_invent_are_bounded() -> None:
    rates = Rates()
    for number in range(1_000):
        rates.delivered(f"till-{number}", What.TAKEN, Instant(0))
    assert len(rates.sources()) == 201
    assert rates.sources()[OTHERS].total[What.TAKEN] == 800
