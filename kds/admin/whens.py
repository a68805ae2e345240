"""The conditions of a rule as a phrase."""

from __future__ import annotations

from collections.abc import Iterator

from kds.admin.wordings import CHANNELS, PAYMENTS, SERVICES, listed
from kds.kitchen.messages import Channel, Payment, Service
from kds.kitchen.wording import Wording
from kds.rulebook.compiled import OvertimeRule, WaitRule
from kds.rulebook.conditions import ABOUT, ANYTHING, NOTHING, About, Condition, Demand, Finding
from kds.rulebook.intake import CheckRule, PayFirstRule
from kds.rulebook.pace import PaceRule
from kds.rulebook.printing import PrintRule
from kds.rulebook.values import MOST_GUESTS

_WORDS: dict[About, dict[str, Wording]] = {
    About.SERVICE: {word.value: SERVICES[word] for word in Service},
    About.CHANNEL: {word.value: CHANNELS[word] for word in Channel},
    About.PAYMENT: {word.value: PAYMENTS[word] for word in Payment},
}
_ANYTHING = Wording("有写明的", "anything stated")
_NOTHING = Wording("未写明", "not stated")


def bracketed(
    rule: WaitRule | OvertimeRule | PaceRule | CheckRule | PayFirstRule | PrintRule, lang: str
) -> str:
    """Return for whom a rule is, in brackets, "" if for all."""
    said = [phrase(rule.when, lang)] if not rule.when.asks_nothing else []
    if set(rule.services) != set(Service):
        said.insert(0, listed([SERVICES[s][lang] for s in rule.services], lang))
    where = Wording("；", "; ")[lang].join(said)
    return where and Wording("（{}）", " ({})")[lang].format(where)


def as_found(finding: Finding) -> Wording:
    """Return what a condition that does not hold has found, in the words of the trade."""
    if finding.about is None:
        return Wording("没有条件", "no condition")
    name, words = ABOUT[finding.about], _WORDS.get(finding.about, {})
    said = words.get(finding.found) or Wording(finding.found, finding.found)
    said = said if finding.found else _NOTHING
    return Wording(f"{name.zh}是 {said.zh}", f"{name.en} is {said.en}")


def phrase(condition: Condition, lang: str) -> str:
    """Return what `condition` asks for, "" if nothing."""
    said = Wording("，且", " and ")[lang].join(_parts(condition, lang))
    if not condition.none_of:
        return said
    either = Wording(" 或 ", " or ")[lang]
    unless = either.join(phrase(part, lang) for part in condition.none_of)
    unless = Wording("除非 {}", "unless {}")[lang].format(unless)
    return Wording("，", ", ")[lang].join(filter(None, (said, unless)))


def _parts(condition: Condition, lang: str) -> Iterator[str]:
    for demand in condition.demands:
        yield _demand(demand, lang)
    for part in condition.all_of:
        yield phrase(part, lang)
    if condition.any_of:
        parts = [phrase(part, lang) for part in condition.any_of]
        either = Wording("，或 ", ", or ")[lang].join(parts)
        yield Wording("（{}）", "({})")[lang].format(either) if len(parts) > 1 else either


def _demand(demand: Demand, lang: str) -> str:
    words = _WORDS.get(demand.about, {})
    said = [words[text][lang] if text in words else _text(text, lang) for text in demand.texts]
    said += [_span(demand.about, span, lang) for span in demand.spans]
    name = ABOUT[demand.about][lang]
    return Wording("{}是 {}", "{} is {}")[lang].format(name, listed(said, lang))


def _text(text: str, lang: str) -> str:
    if text in {ANYTHING, NOTHING}:
        return (_ANYTHING if text else _NOTHING)[lang]
    shown = text.replace(ANYTHING, "…")
    return f"“{shown}”" if lang == "zh" else f"'{shown}'"


def _span(about: About, span: tuple[int, int], lang: str) -> str:
    first, last = span
    if about is About.BETWEEN:
        return f"{first // 60:02}:{first % 60:02}–{last // 60:02}:{last % 60:02}"
    if last == MOST_GUESTS:
        return Wording("{} 位以上", "{} or more")[lang].format(first)
    return str(first) if first == last else f"{first}–{last}"
