"""Checks in rule texts: what is wrong with them, and what they compile to."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from types import MappingProxyType

from kds.kitchen.ids import RuleId
from kds.kitchen.wording import Wording
from kds.rulebook.checking import Located
from kds.rulebook.diagnostics import Diagnostic, Severity, did_you_mean, fault
from kds.rulebook.intake import Answer, CheckRule, Fault, Same
from kds.rulebook.intake_spec import CheckSpec
from kds.rulebook.sources import Sources
from kds.rulebook.whens import condition_of, services_of, when_faults

_WITHIN_S = 120
_TIMEOUT_S = 180
_SHOWN = 3
_OF_FAULT: Mapping[str, Fault] = MappingProxyType(
    {
        "over": Fault.QUANTITY,
        "within": Fault.DUPLICATE,
        "same": Fault.DUPLICATE,
        "options": Fault.MISSING_OPTION,
    }
)
"""Keys that only one kind of check knows."""

_NEEDED: Mapping[Fault, tuple[str, Wording]] = MappingProxyType(
    {
        Fault.QUANTITY: (
            "over",
            Wording("没有写超过多少份（over）", "it does not say how many are too many ('over')"),
        ),
        Fault.MISSING_OPTION: (
            "options",
            Wording("没有写要选什么（options）", "it does not say what must be chosen ('options')"),
        ),
    }
)
_REASONS: Mapping[Fault, Wording] = MappingProxyType(
    {
        Fault.UNKNOWN_DISH: Wording("菜单里没有", "not on the menu"),
        Fault.QUANTITY: Wording("{count} 份？", "{count} portions?"),
        Fault.DUPLICATE: Wording("可能重复", "perhaps twice"),
        Fault.SOLD_OUT: Wording("已沽清", "sold out"),
    }
)


def check_faults(sources: Sources) -> Iterator[Diagnostic]:
    """Yield unknown names, keys of other kinds of checks, and rules that never get their turn."""
    for number, rule in enumerate(sources.checks):
        yield from name_faults(rule, sources)
        yield from _keys(rule)
        yield from _dishes(rule)
        yield from when_faults(rule, rule.spec.when)
        yield from _in_vain(rule, sources.checks[:number])


def name_faults(rule: Located[CheckSpec], sources: Sources) -> Iterator[Diagnostic]:
    """Yield the classes and menu entries that no entry of the menu explains."""
    kinds = (("class", "类别", "class"), ("entry", "菜单项", "menu entry"))
    for key, zh, en in kinds:
        named = rule.spec.menu_class if key == "class" else rule.spec.entry
        known = sorted(sources.named.get(("menu", "class" if key == "class" else "id"), ()))
        for number, name in enumerate(named):
            if name not in known:
                yield fault(
                    rule.at(key, number),
                    f"未知的{zh}“{name}”",
                    f"unknown {en} '{name}'",
                    did_you_mean(name, known),
                )


def _keys(rule: Located[CheckSpec]) -> Iterator[Diagnostic]:
    """Yield keys that say nothing here, and those that are missing."""
    spec, stated = rule.spec, rule.spec.model_fields_set
    for key, of in _OF_FAULT.items():
        if key in stated and spec.what is not of:
            yield fault(
                rule.at(key),
                f"“{key}”只用于 what: {of.value}",
                f"'{key}' is for 'what: {of.value}' alone",
            )
    needed = _NEEDED.get(spec.what)
    if needed is not None and not getattr(spec, needed[0]):
        yield fault(rule.at(needed[0]), needed[1].zh, needed[1].en)
    if "timeout" in stated and spec.then is not Answer.ASK_PASS:
        yield fault(
            rule.at("timeout"),
            "只有 then: ask_pass 才会等，timeout 没有用",
            "only with 'then: ask_pass' does anything wait for a timeout",
        )
    for key in ("timeout", "within"):
        if getattr(spec, key) == 0:
            yield fault(rule.at(key), f"“{key}”不能为 0", f"'{key}' cannot be 0 s")


def _dishes(rule: Located[CheckSpec]) -> Iterator[Diagnostic]:
    spec = rule.spec
    names_any = bool(spec.menu_class or spec.entry)
    if spec.what is Fault.MISSING_OPTION and not names_any:
        yield fault(
            rule.at("what"),
            "没有写哪些菜要选（class 或 entry）",
            "it does not say which dishes need a choice ('class' or 'entry')",
        )
    if spec.what is Fault.UNKNOWN_DISH and names_any:
        yield fault(
            rule.at("class" if spec.menu_class else "entry"),
            "菜单里没有的菜不属于任何类别",
            "a dish that is not on the menu belongs to no class and no entry",
        )


def _in_vain(
    rule: Located[CheckSpec], earlier: Sequence[Located[CheckSpec]]
) -> Iterator[Diagnostic]:
    """Yield a remark on a rule before which another has always decided already."""
    for other in earlier:
        if other.spec.what is rule.spec.what and _takes_all(other.spec, rule.spec):
            yield fault(
                rule.place,
                f"轮不到这条：“{other.spec.id}”（{other.place}）已经决定了",
                f"this never gets its turn: '{other.spec.id}' ({other.place}) has decided before",
                severity=Severity.WARNING,
            )
            return


def _dishes_of(spec: CheckSpec) -> tuple[list[str], list[str]]:
    return sorted(spec.menu_class), sorted(spec.entry)


def _takes_all(one: CheckSpec, later: CheckSpec) -> bool:
    """Whatever `later` finds odd `one` finds odd as well, for everybody and every dish."""
    if one.when.model_fields_set and one.when != later.when:
        return False
    if (one.menu_class or one.entry) and _dishes_of(one) != _dishes_of(later):
        return False
    match one.what:
        case Fault.QUANTITY:
            return (one.over or 0) <= (later.over or 0)
        case Fault.DUPLICATE:
            is_wider = (one.within or _WITHIN_S) >= (later.within or _WITHIN_S)
            return is_wider and (one.same or Same.LINE) in {Same.LINE, later.same or Same.LINE}
        case Fault.MISSING_OPTION:
            return False
        case _:
            return True


def check_rule(rule: Located[CheckSpec]) -> CheckRule:
    """Return what a sound rule compiles to."""
    spec = rule.spec
    return CheckRule(
        id=RuleId(spec.id),
        where=str(rule.place),
        name=Wording(spec.name.zh, spec.name.en),
        what=spec.what,
        then=spec.then,
        reason=_reason(spec),
        timeout_s=spec.timeout or _TIMEOUT_S,
        services=services_of(spec.when),
        when=condition_of(spec.when, but_service=True),
        classes=tuple(spec.menu_class),
        entries=tuple(RuleId(entry) for entry in spec.entry),
        over=spec.over or 0,
        within_s=spec.within or _WITHIN_S,
        same=spec.same or Same.LINE,
        options=tuple(spec.options),
    )


def _reason(spec: CheckSpec) -> Wording:
    if spec.reason is not None:
        return Wording(spec.reason.zh, spec.reason.en)
    if spec.what is not Fault.MISSING_OPTION:
        return _REASONS[spec.what]
    shown = [text.replace("{", "").replace("}", "") for text in spec.options[:_SHOWN]]
    more = "…" if len(spec.options) > _SHOWN else ""
    return Wording(f"没选 {'/'.join(shown)}{more}", f"no choice of {'/'.join(shown)}{more}")
