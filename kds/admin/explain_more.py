"""What rules that do not gate anything have to do with a line: overtime and checks, in words."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from kds.admin.whens import as_found
from kds.admin.wordings import OVERTIMES, SERVICES, duration
from kds.kitchen.ids import ANY_STATION, RuleId
from kds.kitchen.messages import Payment, Service
from kds.kitchen.orders import Routing
from kds.kitchen.wording import Wording
from kds.rulebook.book import Book
from kds.rulebook.compiled import OvertimeRule, WaitRule
from kds.rulebook.conditions import Condition, Occasion, judge
from kds.rulebook.finding import Check, has_option, option_texts
from kds.rulebook.intake import Answer, CheckRule, Fault, PayFirstRule
from kds.rulebook.pace import AnyPace
from kds.rulebook.priority import PriorityBand

AnyRule = WaitRule | AnyPace | OvertimeRule | CheckRule | PayFirstRule | PriorityBand
Said = tuple[AnyRule, bool, Wording]
"""A rule, whether it applies, and why (not)."""

_THEN = {
    Answer.ACCEPT: Wording("照做", "made as any other"),
    Answer.FLAG: Wording("标出", "marked"),
    Answer.ASK_PASS: Wording("先问出菜口", "the pass is asked"),
}


def excuse(services: Iterable[Service], when: Condition, occasion: Occasion) -> Wording | None:
    """Return why a rule is not for an order, None if it is."""
    if occasion.fields.service not in services:
        service = SERVICES[occasion.fields.service]
        zh, en = f"不适用：用餐方式是 {service.zh}", f"does not apply: the service is {service.en}"
        return Wording(zh, en)
    finding = judge(when, occasion)
    if finding.holds:
        return None
    reason = as_found(finding)
    return Wording(f"不适用：{reason.zh}", f"does not apply: {reason.en}")


def overtimes(book: Book, occasion: Occasion, routing: Routing) -> Iterator[Said]:
    """Yield for each overtime rule whether it counts the line, and when it first tells."""
    for rule in book.overtimes:
        why = excuse(rule.services, rule.when, occasion) or not_counted(rule, routing)
        if why is not None:
            yield rule, False, why
            continue
        of, after = OVERTIMES[rule.of], rule.steps[0].after_s
        zh, en = duration(after, "zh"), duration(after, "en")
        yield (
            rule,
            True,
            Wording(f"算在内：{of.zh}，{zh}后提醒", f"counts: {of.en}, told after {en}"),
        )


def not_counted(rule: OvertimeRule | PriorityBand, routing: Routing) -> Wording | None:
    """Return why a rule does not look at such dishes, None if it does."""
    stations = [step.station for step in routing.steps]
    for wanted, found, name in (
        (rule.classes, [routing.menu_class], Wording("类别", "class")),
        (rule.entries, [routing.rule], Wording("菜单项", "menu entry")),
        (rule.stations, stations, Wording("工位", "station")),
    ):
        if wanted and not set(wanted) & set(found):
            is_ = ", ".join(found) or "–"
            return Wording(f"不算：{name.zh}是 {is_}", f"does not count: the {name.en} is {is_}")
    if not routing.steps:
        return Wording("不算：不用做", "does not count: it is not cooked")
    return None


def checks(book: Book, occasion: Occasion, routing: Routing) -> Iterator[Said]:
    """Yield for each check what it makes of the line; the first that finds a fault decides."""
    decided: dict[Fault, RuleId] = {}
    for rule in book.data.checks:
        why = excuse(rule.services, rule.when, occasion)
        if why is None and not Check.of(rule).is_of(routing):
            name = routing.menu_class or "–"
            why = Wording(f"不看这类菜（{name}）", f"does not look at such dishes ({name})")
        if why is None and rule.what in decided:
            first = decided[rule.what]
            why = Wording(f"已由“{first}”决定", f"'{first}' has decided before")
        if why is not None:
            yield rule, False, why
            continue
        is_odd, why = _finding(rule, occasion, routing)
        if is_odd:
            decided[rule.what] = rule.id
            then = _THEN[rule.then]
            why = Wording(f"{why.zh}：{then.zh}", f"{why.en}: {then.en}")
        yield rule, is_odd, why


def _finding(rule: CheckRule, occasion: Occasion, routing: Routing) -> tuple[bool, Wording]:
    """Return whether the line alone is odd to `rule`, and what was found."""
    content = occasion.content
    match rule.what:
        case Fault.UNKNOWN_DISH:
            is_odd = any(step.station == ANY_STATION for step in routing.steps)
            found = (Wording("菜单里有", "on the menu"), Wording("菜单里没有", "not on the menu"))
        case Fault.MISSING_OPTION:
            is_odd = not has_option(option_texts(content), Check.of(rule).options)
            found = (Wording("选了", "chosen"), Wording("没选", "no choice"))
        case Fault.QUANTITY:
            is_odd = content.quantity > rule.over
            count = f"{content.quantity.normalize():f}"
            found = (
                Wording(f"{count} 份，不超过 {rule.over}", f"{count}, not over {rule.over}"),
                Wording(f"{count} 份，超过 {rule.over}", f"{count}, over {rule.over}"),
            )
        case Fault.DUPLICATE:
            is_odd, why = False, Wording("看同桌先前的单", "looks at earlier orders of the table")
            found = (why, why)
        case Fault.SOLD_OUT:
            is_odd, why = False, Wording("看当时的沽清", "looks at what is sold out by then")
            found = (why, why)
    return is_odd, found[is_odd]


def payments(book: Book, occasion: Occasion) -> Iterator[Said]:
    """Yield for each rule on payment whether the line waits for money; the first one decides."""
    decided: RuleId | None = None
    for rule in book.data.pay_firsts:
        why = excuse(rule.services, rule.when, occasion)
        if why is None and decided is not None:
            why = Wording(f"已由“{decided}”决定", f"'{decided}' has decided before")
        if why is not None:
            yield rule, False, why
            continue
        decided = rule.id
        payment = occasion.fields.payment
        is_held = payment is not Payment.PAID
        zh, en = ("等付款", "waits for the payment") if is_held else ("已付", "is paid")
        yield rule, is_held, Wording(f"{zh}（{payment.value}）", f"{en} ({payment.value})")
