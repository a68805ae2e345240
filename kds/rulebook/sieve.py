"""The overtime rules that can be for a table at all, by what its orders will always say.

A large book has rules for single tables and channels. Asking hundreds of them about every line
whenever a visit changes would hold up who sends orders.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence

from kds.kitchen.messages import OrderFields
from kds.kitchen.orders import Line, Order
from kds.kitchen.visits import Visit
from kds.rulebook.compiled import OvertimeRule
from kds.rulebook.conditions import About, Condition, Occasion

_KEPT = 1024
LASTING = (
    About.SERVICE,
    About.CHANNEL,
    About.PAYMENT,
    About.MEMBER,
    About.TABLE,
    About.ZONE,
)
"""What all lines of an order at one table have in common; the others are of a line or an hour."""

_Profile = tuple[object, ...]


class Sieve:
    """Overtime rules, and a bounded memory of which of them can be for whom."""

    def __init__(self, rules: Sequence[OvertimeRule]) -> None:
        self._rules = tuple(rules)
        self._known: dict[_Profile, tuple[OvertimeRule, ...]] = {}

    def rules_for(
        self, visit: Visit, lines: Iterable[tuple[Order, Line]]
    ) -> tuple[OvertimeRule, ...]:
        """Return the rules that may count one of `lines`, in the order of the book.

        Each still has to be asked about its lines: only those that can not hold are left out.
        """
        some = {_profile(order.fields): (order, line) for order, line in lines}
        key = (visit.table, *some)
        found = self._known.get(key)
        if found is None:
            found = tuple(self._sifted(visit.table, some.values()))
            if len(self._known) >= _KEPT:
                self._known.clear()
            self._known[key] = found
        return found

    def _sifted(self, table: str, some: Iterable[tuple[Order, Line]]) -> Iterator[OvertimeRule]:
        known = [(order.fields.service, _lasting(table, order, line)) for order, line in some]
        for rule in self._rules:
            if any(
                service in rule.services and verdict(rule.when, values) is not False
                for service, values in known
            ):
                yield rule


def _profile(fields: OrderFields) -> _Profile:
    return fields.service, fields.channel, fields.payment, fields.member, fields.zone


def _lasting(table: str, order: Order, line: Line) -> Mapping[About, str | int | None]:
    occasion = Occasion(order.fields, line.content, table)
    return {about: occasion.value(about) for about in LASTING}


def verdict(condition: Condition, known: Mapping[About, str | int | None]) -> bool | None:
    """Return whether `condition` holds, by what is known; None: that depends on the rest."""
    is_open = False
    for part in _parts(condition, known):
        if part is False:
            return False
        is_open |= part is None
    return None if is_open else True


def _parts(condition: Condition, known: Mapping[About, str | int | None]) -> Iterator[bool | None]:
    for demand in condition.demands:
        yield demand.is_met(known[demand.about]) if demand.about in known else None
    for part in condition.all_of:
        yield verdict(part, known)
    if condition.any_of:
        found = [verdict(part, known) for part in condition.any_of]
        yield True if True in found else None if None in found else False
    for part in condition.none_of:
        held = verdict(part, known)
        yield None if held is None else not held
