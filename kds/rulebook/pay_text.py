"""Payment first in rule texts: what is wrong with such rules, and what they compile to."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from kds.kitchen.ids import RuleId
from kds.kitchen.wording import Wording
from kds.rulebook.checking import Located
from kds.rulebook.conditions import About, abouts
from kds.rulebook.diagnostics import Diagnostic, Severity, fault
from kds.rulebook.intake import Answer, PayFirstRule
from kds.rulebook.intake_spec import PayFirstSpec
from kds.rulebook.sources import Sources
from kds.rulebook.whens import condition_of, services_of, when_faults

_WITHIN_S = 30 * 60
_REASON = Wording("待付款", "not paid yet")


def pay_faults(sources: Sources) -> Iterator[Diagnostic]:
    """Yield conditions and times that make no sense, and rules that never get their turn."""
    for number, rule in enumerate(sources.pay_firsts):
        yield from when_faults(rule, rule.spec.when)
        yield from _contradictions(rule)
        yield from _in_vain(rule, sources.pay_firsts[:number])


def _contradictions(rule: Located[PayFirstSpec]) -> Iterator[Diagnostic]:
    spec = rule.spec
    if About.PAYMENT in set(abouts(condition_of(spec.when))):
        yield fault(
            rule.at("when", "payment") if spec.when.payment else rule.at("when"),
            "这条规则自己看付款，when 里不能再写 payment",
            "the rule looks at the payment itself: 'payment' cannot stand in its 'when'",
        )
    for key in ("timeout", "within"):
        if getattr(spec, key) == 0:
            yield fault(rule.at(key), f"“{key}”不能为 0", f"'{key}' cannot be 0 s")
    if spec.within is not None and spec.repeated is Answer.ACCEPT:
        yield fault(
            rule.at("within"),
            "重复的单照做（repeated: accept），within 没有用",
            "with 'repeated: accept' nothing asks for 'within'",
        )


def _in_vain(
    rule: Located[PayFirstSpec], earlier: Sequence[Located[PayFirstSpec]]
) -> Iterator[Diagnostic]:
    """Yield a remark on a rule that comes after one for all orders, or for the same ones."""
    for other in earlier:
        is_for_all = not other.spec.when.model_fields_set
        if is_for_all or other.spec.when == rule.spec.when:
            zh, en = ("所有", "all") if is_for_all else ("同样", "the same")
            yield fault(
                rule.place,
                f"轮不到这条：“{other.spec.id}”（{other.place}）管{zh}的单",
                f"this never gets its turn: '{other.spec.id}' ({other.place}) is for {en} orders",
                severity=Severity.WARNING,
            )
            return


def pay_rule(rule: Located[PayFirstSpec]) -> PayFirstRule:
    """Return what a sound rule compiles to."""
    spec = rule.spec
    reason = _REASON if spec.reason is None else Wording(spec.reason.zh, spec.reason.en)
    return PayFirstRule(
        id=RuleId(spec.id),
        where=str(rule.place),
        name=Wording(spec.name.zh, spec.name.en),
        reason=reason,
        timeout_s=spec.timeout,
        services=services_of(spec.when),
        when=condition_of(spec.when, but_service=True),
        then=spec.then,
        refund=spec.refund,
        repeated=spec.repeated,
        within_s=spec.within or _WITHIN_S,
    )
