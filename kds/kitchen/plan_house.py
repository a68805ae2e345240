"""Plans of commands about the whole kitchen: stock, stations, alerts, rules."""

from __future__ import annotations

from decimal import Decimal

from kds.kitchen.commands import Command, CommandKind
from kds.kitchen.events import (
    AlertAcknowledged,
    RulePaused,
    RuleResumed,
    StationFolded,
    StockSet,
)
from kds.kitchen.ids import Instant
from kds.kitchen.plans import Plan, no_op, refused
from kds.kitchen.policy import Policy
from kds.kitchen.state import Kitchen
from kds.kitchen.stock import open_of, stock_set
from kds.kitchen.wording import Wording

_ZERO = Decimal(0)


def stock(kitchen: Kitchen, command: Command, _now: Instant) -> Plan:
    """Plan sold_out and on_sale.

    `on_sale`: so many can still be sold (not counted by default). `sold_out`: the kitchen has so
    many (none by default), and what is ordered and not begun comes out of these.
    """
    item = command.item_id or command.name
    if not item:
        return refused(f"{command.kind} needs an item_id or a name")
    fact = StockSet(item, command.left)
    if command.kind is CommandKind.SOLD_OUT:
        fact = stock_set(item, (command.left or _ZERO) - open_of(kitchen, item))
    if (kitchen.stock.get(item), kitchen.short.get(item, _ZERO)) == (fact.left, fact.short):
        return no_op("already so")
    return Plan((fact,))


def fold_station(kitchen: Kitchen, command: Command, _now: Instant) -> Plan:
    """Plan fold: another station works for this one; without `into` it works for itself again."""
    station, into = command.station, command.into_station
    if station is None:
        return refused("fold needs a station")
    if into is not None and kitchen.station_for(into) == station:
        return refused(f"{into} already works for {station}")
    if kitchen.folds.get(station) == into:
        return no_op("already so")
    return Plan((StationFolded(station, into),))


def unknown_station(kitchen: Kitchen, command: Command, policy: Policy) -> Plan | None:
    """Return the refusal of a fold of stations that the rules do not know, None where they do.

    A station that another book has dropped may still be let go.
    """
    if command.kind is not CommandKind.FOLD:
        return None
    for station in (command.station, command.into_station):
        if station and not policy.has_station(station) and station not in kitchen.folds:
            return refused(f"there is no station {station}")
    return None


def acknowledge_alert(kitchen: Kitchen, command: Command, _now: Instant) -> Plan:
    """Plan ack_alert."""
    if command.alert is None:
        return refused("ack_alert needs an alert")
    if command.alert not in kitchen.alerts:
        return no_op("no such alert any more")
    return Plan((AlertAcknowledged(command.alert),))


def pause_rule(kitchen: Kitchen, command: Command, _now: Instant) -> Plan:
    """Plan pause_rule: the rule holds nothing new until it is resumed."""
    if command.rule is None:
        return refused("pause_rule needs a rule")
    state = kitchen.rules.get(command.rule)
    if state is not None and state.paused_at is not None:
        return no_op("already paused")
    message = Wording(f"规则 {command.rule} 已手动暂停", f"Rule {command.rule} paused by hand")
    return Plan((RulePaused(command.rule, message),))


def resume_rule(kitchen: Kitchen, command: Command, _now: Instant) -> Plan:
    """Plan resume_rule."""
    if command.rule is None:
        return refused("resume_rule needs a rule")
    state = kitchen.rules.get(command.rule)
    if state is None or state.paused_at is None:
        return no_op("not paused")
    return Plan((RuleResumed(command.rule),))
