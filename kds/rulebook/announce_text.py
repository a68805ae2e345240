"""Announcements in rule texts: what is wrong with them, and what they compile to."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from kds.kitchen.ids import EXPO, RuleId
from kds.kitchen.wording import Wording
from kds.rulebook.checking import Located
from kds.rulebook.compiled import AnnounceRule, Heard, How
from kds.rulebook.diagnostics import Diagnostic, Severity, did_you_mean, fault
from kds.rulebook.sources import Sources
from kds.rulebook.telling import AnnounceSpec

_ALL = "all"
_AT_PASS = frozenset({Heard.READY, Heard.POT_READY, Heard.ASK_PASS})
_AT_STATIONS = frozenset({Heard.POT_FIRST})


def announce_faults(sources: Sources) -> Iterator[Diagnostic]:
    """Yield views that are none or never hear of it, and rules that say nothing or in vain."""
    stations = sorted(sources.named.get(("stations", "id"), ()))
    for number, rule in enumerate(sources.announces):
        yield from _views(rule, stations)
        yield from _contradictions(rule)
        yield from _in_vain(rule, sources.announces[:number])


def _views(rule: Located[AnnounceSpec], stations: Sequence[str]) -> Iterator[Diagnostic]:
    known = [*stations, EXPO, _ALL]
    for number, view in enumerate(rule.spec.views):
        place = rule.at("views", number)
        if view not in known:
            hint = did_you_mean(view, known)
            yield fault(place, f"未知的画面“{view}”", f"unknown view '{view}'", hint)
            continue
        for what in rule.spec.on:
            if what in _AT_PASS and view != EXPO:
                yield fault(
                    place,
                    f"“{what.value}”只在出菜口（expo）播报",
                    f"'{what.value}' is heard at the pass (expo) alone",
                )
            elif what in _AT_STATIONS and view not in stations:
                yield fault(
                    place,
                    f"“{what.value}”只在工位播报",
                    f"'{what.value}' is heard at stations alone",
                )


def _contradictions(rule: Located[AnnounceSpec]) -> Iterator[Diagnostic]:
    spec = rule.spec
    if not spec.on:
        yield fault(rule.at("on"), "没有写播报什么", "it does not say what is announced")
    if spec.say is not None and spec.how in {How.CUE, How.SILENT}:
        yield fault(
            rule.at("say"),
            f"how 是 {spec.how.value}，say 不会被说出来",
            f"with 'how: {spec.how.value}' nothing is said",
        )
    if spec.say is not None and Heard.OVERTIME in spec.on:
        yield fault(
            rule.at("say"),
            "overtime 的话写在它自己的步骤里",
            "what is said of overtime stands in its own steps",
        )
    if spec.expires is not None and spec.merge is not None and spec.expires <= spec.merge:
        yield fault(
            rule.at("expires"),
            f"“expires”（{spec.expires} 秒）不晚于“merge”（{spec.merge} 秒），永远说不出来",
            f"'expires' ({spec.expires} s) is not after 'merge' ({spec.merge} s): "
            "it can never be heard",
        )


def _in_vain(
    rule: Located[AnnounceSpec], earlier: Sequence[Located[AnnounceSpec]]
) -> Iterator[Diagnostic]:
    """Yield a remark on what earlier rules have already said for all views of this one."""
    for number, what in enumerate(rule.spec.on):
        views = set(rule.spec.views)
        for other in earlier:
            others = set(other.spec.views)
            if what in other.spec.on and (not others or (views and views <= others)):
                yield fault(
                    rule.at("on", number),
                    f"“{what.value}”轮不到这条：“{other.spec.id}”（{other.place}）已经写了",
                    f"'{what.value}' never gets here: '{other.spec.id}' ({other.place}) "
                    "comes first",
                    severity=Severity.WARNING,
                )
                break


def announce_rule(rule: Located[AnnounceSpec]) -> AnnounceRule:
    """Return what a sound rule compiles to."""
    spec = rule.spec
    return AnnounceRule(
        id=RuleId(spec.id),
        where=str(rule.place),
        name=Wording(spec.name.zh, spec.name.en),
        on=tuple(spec.on),
        views=tuple(spec.views),
        how=spec.how,
        say=None if spec.say is None else Wording(spec.say.zh, spec.say.en),
        lang=spec.lang,
        merge_s=spec.merge,
        expires_s=spec.expires,
        per_minute=spec.budget,
    )
