"""Evolve: the kitchen after one more event. Pure; the only place where the state changes."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from functools import reduce
from types import MappingProxyType
from typing import Any

from kds.kitchen import joining, seating, work
from kds.kitchen.changing import replace
from kds.kitchen.events import (
    AlertAcknowledged,
    AlertRaised,
    BookAdopted,
    Cause,
    Event,
    LineChecked,
    LineLate,
    OvertimeReached,
    RulePaused,
    RuleResumed,
    SoldOutMarked,
    StationFolded,
    StockSet,
)
from kds.kitchen.ids import AlertId, RuleId
from kds.kitchen.memory import remembered, undone
from kds.kitchen.order_facts import (
    CommandUndone,
    HoldPlaced,
    HoldReleased,
    LinesRemade,
    LinesRerouted,
    LinesRushed,
    LinesSplit,
    LineTaken,
    OrderNoted,
    OrderReceived,
    OrdersJoined,
    OrdersParted,
    PortionsMoved,
    PortionsVoided,
    RiderNoted,
    TableMoved,
    VisitArchived,
    VisitEnded,
    VisitPinned,
    VisitRestored,
    VisitsMerged,
    VoidsAcknowledged,
)
from kds.kitchen.state import Alert, FoldChange, Kitchen, RuleState

Apply = Callable[[Kitchen, Event, Any], Kitchen]

KEPT_RECENT = 256
KEPT_ALERTS = 200


def evolve(kitchen: Kitchen, event: Event) -> Kitchen:
    """Return `kitchen` after `event`; its `seq` grows by one, which is the event's log place."""
    began = replace(kitchen, seq=kitchen.seq + 1, at=max(kitchen.at, event.at))
    after = _APPLY[type(event.fact)](began, event, event.fact)
    return after if event.command is None else remembered(began, after, event)


def fold(kitchen: Kitchen, events: Iterable[Event]) -> Kitchen:
    """Return `kitchen` after all `events`, in order."""
    return reduce(evolve, events, kitchen)


def _rule_paused(kitchen: Kitchen, event: Event, fact: RulePaused) -> Kitchen:
    alert = Alert(rule_alert(fact.rule), event.at, fact.message, source=fact.rule)
    paused = replace(
        kitchen,
        rules=kitchen.rules.set(fact.rule, RuleState((), event.at)),
        alerts=kitchen.alerts.set(alert.id, alert),
    )
    return _recent(paused, event)


def rule_alert(rule: RuleId) -> AlertId:
    """Return the id of the alert that stands while `rule` is paused."""
    return AlertId(f"rule:{rule}")


def _rule_resumed(kitchen: Kitchen, event: Event, fact: RuleResumed) -> Kitchen:
    resumed = replace(
        kitchen,
        rules=kitchen.rules.remove(fact.rule),
        alerts=kitchen.alerts.remove(rule_alert(fact.rule)),
    )
    return _recent(resumed, event)


def _book_adopted(kitchen: Kitchen, _event: Event, fact: BookAdopted) -> Kitchen:
    return replace(kitchen, book=fact.book)


def _stock_set(kitchen: Kitchen, event: Event, fact: StockSet) -> Kitchen:
    stock, short = kitchen.stock, kitchen.short
    stock = stock.remove(fact.item) if fact.left is None else stock.set(fact.item, fact.left)
    short = short.set(fact.item, fact.short) if fact.short > 0 else short.remove(fact.item)
    return _recent(replace(kitchen, stock=stock, short=short), event)


def _sold_out_marked(kitchen: Kitchen, _event: Event, fact: SoldOutMarked) -> Kitchen:
    lost = kitchen.lost
    for key, portions in fact.items:
        lost = lost.set(key, portions) if portions > 0 else lost.remove(key)
    return replace(kitchen, lost=lost)


def _station_folded(kitchen: Kitchen, event: Event, fact: StationFolded) -> Kitchen:
    folds = kitchen.folds
    folds = folds.remove(fact.station) if fact.into is None else folds.set(fact.station, fact.into)
    change = FoldChange(event.at, by_hour=event.cause is Cause.TIME)
    changes = kitchen.fold_changes.set(fact.station, change)
    return _recent(replace(kitchen, folds=folds, fold_changes=changes), event)


def _alert_raised(kitchen: Kitchen, event: Event, fact: AlertRaised) -> Kitchen:
    alerts = kitchen.alerts.set(fact.alert.id, fact.alert)
    while len(alerts) > KEPT_ALERTS:
        oldest = min(alerts.values(), key=lambda a: (a.at, a.id))
        alerts = alerts.remove(oldest.id)
    return _recent(replace(kitchen, alerts=alerts), event)


def _alert_acknowledged(kitchen: Kitchen, event: Event, fact: AlertAcknowledged) -> Kitchen:
    return _recent(replace(kitchen, alerts=kitchen.alerts.remove(fact.alert)), event)


def _recent(kitchen: Kitchen, event: Event) -> Kitchen:
    """Remember a kitchen-wide command, so that its repeat is answered and not applied."""
    if event.command is None:
        return kitchen
    recent = (*kitchen.recent, (event.command, kitchen.seq))[-KEPT_RECENT:]
    return replace(kitchen, recent=recent)


_APPLY: Mapping[type, Apply] = MappingProxyType(
    {
        OrderReceived: seating.order_received,
        OrdersJoined: joining.orders_joined,
        OrdersParted: joining.orders_parted,
        TableMoved: seating.table_moved,
        VisitsMerged: seating.visits_merged,
        LinesSplit: seating.lines_split,
        VisitEnded: seating.visit_ended,
        VisitPinned: seating.visit_pinned,
        RiderNoted: seating.rider_noted,
        VisitArchived: seating.visit_archived,
        VisitRestored: seating.visit_restored,
        OrderNoted: work.order_noted,
        PortionsMoved: work.portions_moved,
        PortionsVoided: work.portions_voided,
        VoidsAcknowledged: work.voids_acknowledged,
        HoldPlaced: work.hold_placed,
        HoldReleased: work.hold_released,
        LinesRushed: work.lines_rushed,
        LinesRemade: work.lines_remade,
        LineTaken: work.line_taken,
        LinesRerouted: seating.lines_rerouted,
        LineLate: work.line_late,
        OvertimeReached: work.overtime_reached,
        LineChecked: work.line_checked,
        CommandUndone: undone,
        RulePaused: _rule_paused,
        RuleResumed: _rule_resumed,
        BookAdopted: _book_adopted,
        StockSet: _stock_set,
        SoldOutMarked: _sold_out_marked,
        StationFolded: _station_folded,
        AlertRaised: _alert_raised,
        AlertAcknowledged: _alert_acknowledged,
    }
)
