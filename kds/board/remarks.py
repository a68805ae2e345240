"""What rules find odd about a line, as a view shows it."""

from __future__ import annotations

from kds.board.parts import Part
from kds.board.scope import PICKUP, Scope
from kds.board.values import RemarkMark
from kds.kitchen.orders import HELD_BY_HAND, HELD_BY_POS, Gate, Hold, Line
from kds.kitchen.twins import pairs_of
from kds.kitchen.wording import Wording
from kds.rulebook.intake import Fault, PayFirstRule, Unpaid
from kds.rulebook.pace import CallRule, PaceRule, Rushed

_FIRE_IT = Wording("催了，要不要叫起？", "rushed: fire it?")
_STILL = Wording("这桌已结，还做吗？", "the table is closed: still make it?")
_CALLED = frozenset({HELD_BY_HAND, HELD_BY_POS})


def remarks_of(scope: Scope, part: Part) -> tuple[RemarkMark, ...]:
    """Return the marks of a line by rules that the book still has; guests see none."""
    line = part.line
    if not line.remarks or scope.view == PICKUP:
        return ()
    asking = {hold.rule for hold in part.holds if hold.asks}
    # "The same order?" is the better question about one that was written by hand before.
    order = scope.kitchen.orders.get(line.key.order)
    is_twin = order is not None and bool(order.twins) and bool(pairs_of(scope.kitchen, order))
    rules = ((remark, scope.book.hold_rule(remark.rule)) for remark in line.remarks)
    return tuple(
        RemarkMark(
            remark.rule,
            rule.where,
            remark.what,
            remark.message,
            asks=remark.rule in asking,
            answered=remark.answered,
        )
        for remark, rule in rules
        if rule is not None and not (is_twin and remark.what == Fault.DUPLICATE)
    )


def asks_pass(scope: Scope, part: Part) -> bool:
    """The line waits for an answer of the pass."""
    return scope.view != PICKUP and any(
        hold.asks or asks_to_fire(scope, part.line, hold) is not None for hold in part.holds
    )


def asks_to_fire(scope: Scope, line: Line, hold: Hold) -> Wording | None:
    """Return what the pass is asked of a dish that somebody wanted to call, None: nothing.

    The guest asks for it, or the table was closed and nobody will call any more. Nothing is
    remembered of that but rush, visit and hold, so it is over when they are.
    """
    if hold.gate is not Gate.START:
        return None
    rule, visit = scope.book.hold_rule(hold.rule), scope.kitchen.visits.get(hold.visit)
    is_called = hold.rule in _CALLED
    has_no_end = isinstance(rule, CallRule) or (isinstance(rule, PaceRule) and hold.until is None)
    if visit is not None and visit.ended_at and (is_called or has_no_end):
        return _STILL
    asks = is_called or (isinstance(rule, PaceRule) and rule.rushed is Rushed.ASK)
    return _FIRE_IT if asks and line.rush > 0 else None


def asks_later(rule: object) -> bool:
    """What the rule holds does not go when its time is up: the pass is asked then."""
    return isinstance(rule, PayFirstRule) and rule.then is Unpaid.ASK_PASS
