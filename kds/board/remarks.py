"""What rules find odd about a line, as a view shows it."""

from __future__ import annotations

from kds.board.parts import Part
from kds.board.scope import PICKUP, Scope
from kds.board.values import RemarkMark
from kds.rulebook.intake import PayFirstRule, Unpaid


def remarks_of(scope: Scope, part: Part) -> tuple[RemarkMark, ...]:
    """Return the marks of a line by rules that the book still has; guests see none."""
    line = part.line
    if not line.remarks or scope.view == PICKUP:
        return ()
    asking = {hold.rule for hold in part.holds if hold.asks}
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
        if rule is not None
    )


def asks_pass(scope: Scope, part: Part) -> bool:
    """The line waits for an answer of the pass."""
    return scope.view != PICKUP and any(hold.asks for hold in part.holds)


def asks_later(rule: object) -> bool:
    """What the rule holds does not go when its time is up: the pass is asked then."""
    return isinstance(rule, PayFirstRule) and rule.then is Unpaid.ASK_PASS
