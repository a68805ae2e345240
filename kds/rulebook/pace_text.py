"""Pace rules in rule texts: what is wrong with them, and what they compile to."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from types import MappingProxyType
from typing import Any

from kds.kitchen.ids import RuleId
from kds.kitchen.wording import Wording
from kds.rulebook.checking import Located
from kds.rulebook.conditions import Condition
from kds.rulebook.diagnostics import Diagnostic, Severity, did_you_mean, fault
from kds.rulebook.folding import fold
from kds.rulebook.pace import CallRule, CourseRule, DueRule, Stage, TogetherRule
from kds.rulebook.pace_specs import (
    CallSpec,
    CoursesSpec,
    DueSpec,
    PaceSpec,
    StageSpec,
    TogetherSpec,
)
from kds.rulebook.possible import is_possible
from kds.rulebook.schema import WordingSpec
from kds.rulebook.sources import Sources
from kds.rulebook.whens import condition_of, services_of, when_faults

_REASONS: Mapping[type[PaceSpec], Wording] = MappingProxyType(
    {
        CallSpec: Wording("等叫起", "waits for call"),
        CoursesSpec: Wording("等上一道", "waits for the course before"),
        TogetherSpec: Wording("配{dish}一起出", "to be ready with {dish}"),
        DueSpec: Wording("{time} 预订", "due at {time}"),
    }
)
_FIELDS: Mapping[type[PaceSpec], str] = MappingProxyType({TogetherSpec: "dish", DueSpec: "time"})
_FIELD = re.compile(r"\{([^{}]*)\}")
_CLASS = Wording("类别", "class")
_ENTRY = Wording("菜单项", "menu entry")


def pace_faults(sources: Sources) -> Iterator[Diagnostic]:
    """Yield what is wrong with pace rules, each by itself and beside the others."""
    rules: list[Located[Any]] = [*_all(sources)]
    for rule in rules:
        yield from when_faults(rule, rule.spec.when)
        yield from _reason_faults(rule)
        yield from _name_faults(rule, sources)
        yield from _zero_faults(rule)
    for courses in sources.courses:
        yield from _order_faults(courses, sources)
    yield from _circles(sources)
    yield from _in_vain(sources)


def _all(sources: Sources) -> Iterator[Located[Any]]:
    yield from sources.calls
    yield from sources.courses
    yield from sources.togethers
    yield from sources.dues


def _reason_faults(rule: Located[Any]) -> Iterator[Diagnostic]:
    reason, known = rule.spec.reason, _FIELDS.get(type(rule.spec), "")
    if reason is None:
        return
    for name in dict.fromkeys(_FIELD.findall(reason.zh) + _FIELD.findall(reason.en)):
        if name != known:
            hint = Wording(f"这里只有 {{{known}}}", f"there is {{{known}}} here") if known else None
            zh, en = f"未知的字段“{{{name}}}”", f"unknown field '{{{name}}}'"
            yield fault(rule.at("reason"), zh, en, hint)


def _name_faults(rule: Located[Any], sources: Sources) -> Iterator[Diagnostic]:
    for key, section, what in (("menu_class", "class", _CLASS), ("entry", "id", _ENTRY)):
        known = sorted(sources.named.get(("menu", section), ()))
        path = ("class" if key == "menu_class" else key,)
        yield from _unknown(rule, path, getattr(rule.spec, key, ()), known, what)


def _unknown(
    rule: Located[Any],
    path: tuple[str | int, ...],
    names: Iterable[str],
    known: Sequence[str],
    what: Wording,
) -> Iterator[Diagnostic]:
    for number, name in enumerate(names):
        if name not in known:
            zh, en = f"未知的{what.zh}“{name}”", f"unknown {what.en} '{name}'"
            yield fault(rule.at(*path, number), zh, en, did_you_mean(name, known))


def _zero_faults(rule: Located[Any]) -> Iterator[Diagnostic]:
    """Yield waits that are over when they begin."""
    spec = rule.spec
    found = [("timeout",)] if getattr(spec, "timeout", 1) == 0 else []
    if isinstance(spec, CoursesSpec) and spec.next_when.after == 0:
        yield fault(rule.at("next_when", "after"), *_NO_WAIT)
    for path in found:
        yield fault(rule.at(*path), *_NO_WAIT)


_NO_WAIT = ("0 秒等于不等", "a wait of 0 s is none")


def _order_faults(rule: Located[CoursesSpec], sources: Sources) -> Iterator[Diagnostic]:
    classes = sorted(sources.named.get(("menu", "class"), ()))
    if len(rule.spec.order) < 2:
        zh, en = "至少要有两道，才有先后", "it takes two courses for one to come before the other"
        yield fault(rule.at("order"), zh, en)
    first: dict[str, int] = {}
    for number, stage in enumerate(rule.spec.order):
        yield from _unknown(rule, _in_order(rule, number), stage.menu_class, classes, _CLASS)
        if not stage.menu_class and not stage.course:
            yield fault(rule.at("order", number), "没有任何条件", "no condition is given")
        for name in _names(stage):
            if first.setdefault(name, number) != number:
                yield fault(
                    rule.at("order", number),
                    f"“{name}”已在第 {first[name] + 1} 道",
                    f"'{name}' is in course {first[name] + 1} already",
                )


def _in_order(rule: Located[CoursesSpec], number: int) -> tuple[str | int, ...]:
    """Return where the classes of a course stand, whichever way they are written."""
    place = ("order", number)
    return (*place, "class") if rule.at(*place, "class") != rule.at(*place) else place


def _names(stage: StageSpec) -> Iterator[str]:
    yield from stage.menu_class
    yield from (fold(name) for name in stage.course)


# --- one waits for the other, which waits for it -------------------------------------------------


def _circles(sources: Sources) -> Iterator[Diagnostic]:
    """Yield the courses that wait for what waits for them, by another order or a wait rule."""
    waits = [
        (hold.menu_class, awaited, rule.spec.when, str(rule.place))
        for rule in sources.rules
        for hold in rule.spec.holds
        for awaited in rule.spec.waits_for
    ]
    for number, rule in enumerate(sources.courses):
        known = waits + [
            (later, earlier, other.spec.when, str(other.place))
            for other in sources.courses[:number]
            for later, earlier, _ in _order(other.spec)
        ]
        for later, earlier, stage in _order(rule.spec):
            place = _back(earlier, later, rule, known)
            if place is not None:
                yield fault(
                    rule.at("order", stage),
                    f"“{later}”排在“{earlier}”之后，但 {place} 让“{earlier}”等“{later}”",
                    f"'{later}' comes after '{earlier}', but {place} lets '{earlier}' wait for "
                    f"'{later}'",
                )
                break


def _order(spec: CoursesSpec) -> Iterator[tuple[str, str, int]]:
    """Yield (later class, earlier class, number of the later course)."""
    for number, stage in enumerate(spec.order):
        for before in spec.order[:number]:
            yield from ((later, e, number) for later in stage.menu_class for e in before.menu_class)


def _back(
    start: str,
    end: str,
    rule: Located[CoursesSpec],
    edges: Sequence[tuple[str, str, Any, str]],
) -> str | None:
    """Return where a way of waits from `start` to `end` begins that may be so for one table."""
    mine = condition_of(rule.spec.when)
    seen, waiting = {start}, [(start, "")]
    while waiting:
        at, place = waiting.pop(0)
        for name, awaited, when, where in edges:
            both = Condition(all_of=(mine, condition_of(when)))
            if name != at or awaited in seen or not is_possible(both):
                continue
            if awaited == end:
                return place or where
            seen.add(awaited)
            waiting.append((awaited, place or where))
    return None


def _in_vain(sources: Sources) -> Iterator[Diagnostic]:
    """Yield rules that have nothing to go by: they work, and change nothing."""
    for rule in sources.togethers:
        spec = rule.spec
        taken = [
            entry.spec.prep
            for entry in sources.menu
            if not (spec.menu_class or spec.entry)
            or entry.spec.menu_class in spec.menu_class
            or entry.spec.id in spec.entry
        ]
        if sources.menu and not any(taken):
            yield fault(
                rule.place,
                "这些菜都没有写制作时间（prep），无法一起出",
                "none of its dishes states a prep time, so none waits for another",
                severity=Severity.WARNING,
            )
    has_capacity = any(station.spec.capacity for station in sources.stations)
    for due in sources.dues:
        if due.spec.add_load and not has_capacity:
            yield fault(
                due.at("add_load"),
                "没有一个工位写了 capacity，算不出忙闲",
                "no station states its capacity, so there is no load to add",
                severity=Severity.WARNING,
            )


# --- compiled ------------------------------------------------------------------------------------


def _common(rule: Located[Any]) -> dict[str, Any]:
    spec = rule.spec
    return {
        "id": RuleId(spec.id),
        "where": str(rule.place),
        "name": _wording(spec.name),
        "reason": _REASONS[type(spec)] if spec.reason is None else _wording(spec.reason),
        "services": services_of(spec.when),
        "when": condition_of(spec.when, but_service=True),
        "classes": tuple(getattr(spec, "menu_class", ())),
        "entries": tuple(RuleId(entry) for entry in getattr(spec, "entry", ())),
        "rushed": spec.rushed,
    }


def call_rule(rule: Located[CallSpec]) -> CallRule:
    """Return what a sound rule compiles to."""
    return CallRule(**_common(rule), gate=rule.spec.gate, timeout_s=rule.spec.timeout)


def course_rule(rule: Located[CoursesSpec]) -> CourseRule:
    """Return what a sound rule compiles to."""
    order, when = rule.spec.order, rule.spec.next_when
    return CourseRule(
        **_common(rule),
        stages=tuple(Stage(tuple(s.menu_class), tuple(map(fold, s.course))) for s in order),
        after_s=when.after,
        served_percent=when.served,
        ready_percent=when.ready,
    )


def together_rule(rule: Located[TogetherSpec]) -> TogetherRule:
    """Return what a sound rule compiles to."""
    spec = rule.spec
    late_s = spec.timeout if spec.replan else 0
    return TogetherRule(**_common(rule), within_s=spec.within, late_start_s=late_s)


def due_rule(rule: Located[DueSpec]) -> DueRule:
    """Return what a sound rule compiles to."""
    spec = rule.spec
    return DueRule(
        **_common(rule),
        margin_s=spec.lead.margin_s,
        by_prep=spec.lead.by_prep,
        no_prep_s=spec.no_prep,
        load_s=spec.add_load,
        ahead_s=spec.ahead,
        shown_s=spec.shown,
    )


def _wording(spec: WordingSpec) -> Wording:
    return Wording(spec.zh, spec.en)
