"""Overtime rules in rule texts: what is wrong with them, and what they compile to."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from types import MappingProxyType

from kds.kitchen.ids import EXPO, RuleId, StationId
from kds.kitchen.wording import Wording
from kds.rulebook.checking import Located
from kds.rulebook.compiled import Escalation, OvertimeOf, OvertimeRule
from kds.rulebook.diagnostics import Diagnostic, did_you_mean, fault
from kds.rulebook.sources import Sources
from kds.rulebook.telling import EscalationSpec, OvertimeSpec
from kds.rulebook.whens import condition_of, services_of, when_faults

_ALL = "all"
_REPEATED = 3
_SAID: Mapping[OvertimeOf, Wording] = MappingProxyType(
    {
        OvertimeOf.LINE: Wording(
            "{table} {dish} 等了 {minutes}分钟", "{table}, {dish} waits {minutes} minutes"
        ),
        OvertimeOf.FIRST_DISH: Wording(
            "{table} {minutes}分钟没上菜", "{table}, nothing served in {minutes} minutes"
        ),
        OvertimeOf.GAP: Wording(
            "{table} 断菜 {minutes}分钟", "{table}, no dish for {minutes} minutes"
        ),
        OvertimeOf.VISIT: Wording(
            "{table} {minutes}分钟还差 {dish}", "{table}, {minutes} minutes and {dish} to come"
        ),
    }
)


def overtime_faults(sources: Sources) -> Iterator[Diagnostic]:
    """Yield the names that nothing explains, and steps that make no sense beside each other."""
    for rule in sources.overtimes:
        for key, words in _NAMES.items():
            known = sorted(sources.named.get(words[:2], ()))
            named = getattr(rule.spec, "menu_class" if key == "class" else key)
            yield from _unknown(rule, (key,), named, known, words[2])
        views = [*sorted(sources.named.get(("stations", "id"), ())), EXPO, _ALL]
        for number, step in enumerate(rule.spec.steps):
            yield from _unknown(rule, ("steps", number, "tell"), step.tell, views, _VIEW)
        yield from _step_faults(rule)
        yield from when_faults(rule, rule.spec.when)


_VIEW = Wording("画面", "view")
_NAMES: Mapping[str, tuple[str, str, Wording]] = MappingProxyType(
    {
        "class": ("menu", "class", Wording("类别", "class")),
        "entry": ("menu", "id", Wording("菜单项", "menu entry")),
        "station": ("stations", "id", Wording("工位", "station")),
    }
)


def _unknown(
    rule: Located[OvertimeSpec],
    path: tuple[str | int, ...],
    names: Iterable[str],
    known: Sequence[str],
    what: Wording,
) -> Iterator[Diagnostic]:
    for number, name in enumerate(names):
        if name not in known:
            yield fault(
                rule.at(*path, number),
                f"未知的{what.zh}“{name}”",
                f"unknown {what.en} '{name}'",
                did_you_mean(name, known),
            )


def _step_faults(rule: Located[OvertimeSpec]) -> Iterator[Diagnostic]:
    if not rule.spec.steps:
        yield fault(rule.at("steps"), "没有任何步骤", "there is no step")
    last = 0
    for number, step in enumerate(rule.spec.steps):
        if step.after == 0:
            place = rule.at("steps", number, "after")
            yield fault(place, "一步至少要等 1 秒", "a step comes after 1 s at the earliest")
        elif step.after <= last:
            yield fault(
                rule.at("steps", number, "after"),
                f"第 {number + 1} 步（{step.after} 秒）不晚于前一步（{last} 秒）",
                f"step {number + 1} ({step.after} s) does not come after the one before it "
                f"({last} s)",
            )
        last = step.after
        if step.repeat == 0:
            place = rule.at("steps", number, "repeat")
            yield fault(place, "重复的间隔不能为 0", "it cannot be repeated every 0 s")
        if step.most is not None and step.repeat is None:
            yield fault(
                rule.at("steps", number, "most"),
                "写了 most（最多几次），却没有 repeat（多久重复）",
                "'most' says how often, but 'repeat' is missing",
            )


def overtime_rule(rule: Located[OvertimeSpec]) -> OvertimeRule:
    """Return what a sound rule compiles to."""
    spec = rule.spec
    return OvertimeRule(
        id=RuleId(spec.id),
        where=str(rule.place),
        name=Wording(spec.name.zh, spec.name.en),
        of=spec.of,
        clock=spec.clock,
        steps=tuple(_escalation(step, spec.of) for step in spec.steps),
        services=services_of(spec.when),
        when=condition_of(spec.when, but_service=True),
        classes=tuple(spec.menu_class),
        entries=tuple(RuleId(entry) for entry in spec.entry),
        stations=tuple(StationId(station) for station in spec.station),
        quiet=tuple(spec.quiet),
    )


def _escalation(step: EscalationSpec, of: OvertimeOf) -> Escalation:
    say = _SAID[of] if step.say is None else Wording(step.say.zh, step.say.en)
    most = 1 if step.repeat is None else step.most or _REPEATED
    return Escalation(step.after, tuple(step.tell), say, step.repeat, most)
