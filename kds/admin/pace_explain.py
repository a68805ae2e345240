"""What pace rules make of a line of an order, in words."""

from __future__ import annotations

from kds.admin.whens import as_found
from kds.admin.wordings import duration
from kds.kitchen.messages import LineContent
from kds.kitchen.orders import Routing
from kds.kitchen.wording import Wording
from kds.rulebook.clocks import instant_of
from kds.rulebook.conditions import Occasion, judge
from kds.rulebook.courses import stage_for
from kds.rulebook.pace import AnyPace, CourseRule, DueRule, TogetherRule

Verdict = tuple[bool, Wording]


def paced(rule: AnyPace, occasion: Occasion, routing: Routing, prep_s: int | None) -> Verdict:
    """Return whether `rule` is for a line that goes by `routing`, and why (not)."""
    no = _not_for(rule, occasion, routing)
    if no is not None:
        return False, Wording(f"不管：{no.zh}", f"not for it: {no.en}")
    match rule:
        case CourseRule():
            return _course(rule, occasion.content, routing)
        case DueRule():
            return _due(rule, occasion, prep_s)
        case TogetherRule():
            return _together(prep_s)
        case _:
            return True, Wording("等到有人叫起", "waits until somebody fires it")


def _not_for(rule: AnyPace, occasion: Occasion, routing: Routing) -> Wording | None:
    if not routing.steps:
        return Wording("它不用做", "it is not cooked")
    if (rule.classes or rule.entries) and not (
        routing.menu_class in rule.classes or routing.rule in rule.entries
    ):
        menu_class = routing.menu_class
        return Wording(f"它是“{menu_class}”类", f"it is of class '{menu_class}'")
    if occasion.fields.service not in rule.services:
        service = occasion.fields.service.value
        return Wording(f"用餐方式是 {service}", f"the service is {service}")
    finding = judge(rule.when, occasion)
    return None if finding.holds else as_found(finding)


def _together(prep_s: int | None) -> Verdict:
    if prep_s is None:
        return False, Wording("不等：没有写制作时间", "not held: no prep time is stated")
    zh, en = duration(prep_s, "zh"), duration(prep_s, "en")
    return True, Wording(
        f"制作 {zh}，和同桌最慢的一起出", f"takes {en}, to be ready with the longest of its table"
    )


def _course(rule: CourseRule, content: LineContent, routing: Routing) -> Verdict:
    number = stage_for(rule, content.course, routing.menu_class)
    if number is None:
        return False, Wording("它不属于任何一道", "it is in none of the courses")
    return True, Wording(f"第 {number + 1} 道", f"it is in course {number + 1}")


def _due(rule: DueRule, occasion: Occasion, prep_s: int | None) -> Verdict:
    text, at = occasion.fields.due_at, occasion.at
    due = None if text is None else instant_of(text)
    if due is None or at is None:
        return False, Wording("没有预订时间", "it is not due at any time")
    if due - at < rule.ahead_s * 1000:
        return False, Wording("马上就要，不算预订", "it is due too soon to be a pre-order")
    lead = rule.margin_s
    if rule.by_prep:
        lead += rule.no_prep_s if prep_s is None else prep_s
    zh, en = duration(lead, "zh"), duration(lead, "en")
    return True, Wording(f"提前 {zh}开做", f"starts {en} before it is due")
