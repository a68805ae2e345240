"""Overtime rules as sentences that a manager can read aloud."""

from __future__ import annotations

from collections.abc import Mapping

from kds.admin.whens import bracketed
from kds.admin.wordings import CLOCKS, OVERTIMES, duration, listed, narrowed
from kds.kitchen.wording import Wording
from kds.rulebook.compiled import Escalation, OvertimeRule

_VIEWS = {"expo": Wording("出菜口", "the pass"), "all": Wording("总览", "the overview")}


def overtime_sentence(rule: OvertimeRule, stations: Mapping[str, str], lang: str) -> str:
    """Return `rule` in words. `stations`: their names in `lang`."""
    names = [stations.get(station, station) for station in rule.stations]
    dishes = narrowed(rule.classes, rule.entries, names, lang)
    of, clock = OVERTIMES[rule.of][lang], CLOCKS[rule.clock][lang]
    steps = ("；" if lang == "zh" else "; ").join(
        _step(step, stations, lang) for step in rule.steps
    )
    quiet = listed([hours_of(span) for span in rule.quiet], lang)
    if lang == "zh":
        only = f"（只算{dishes}菜）" if dishes else ""
        silence = f"{quiet} 之间不提醒，过后再提。" if quiet else ""
        return (
            f"{rule.name['zh']}{bracketed(rule, 'zh')}：{of}{only}，从{clock}算，{steps}。"
            f"{silence}〔{rule.id}，{rule.where}〕"
        )
    only = f" (only dishes {dishes})" if dishes else ""
    silence = f"Between {quiet} nobody is told before its end. " if quiet else ""
    return (
        f"{rule.name['en']}{bracketed(rule, 'en')}: {of}{only}, counted from {clock}: {steps}. "
        f"{silence}[{rule.id}, {rule.where}]"
    )


def view_name(view: str, stations: Mapping[str, str], lang: str) -> str:
    """Return what people call a view."""
    return _VIEWS[view][lang] if view in _VIEWS else stations.get(view, view)


def _step(step: Escalation, stations: Mapping[str, str], lang: str) -> str:
    after = duration(step.after_s, lang)
    views = [view_name(view, stations, lang) for view in step.tell]
    if lang == "zh":
        told = f"在{'、'.join(views)}播报“{step.say['zh']}”" if views else "只在屏幕上标出"
        return f"{after}后{told}{_repeat(step, 'zh')}"
    told = f"is said at {' and '.join(views)}" if views else "it is marked on the screens alone"
    said = f"'{step.say['en']}' {told}" if views else told
    return f"after {after} {said}{_repeat(step, 'en')}"


def _repeat(step: Escalation, lang: str) -> str:
    if step.repeat_s is None:
        return ""
    every = duration(step.repeat_s, lang)
    if lang == "zh":
        return f"，每 {every}重复，最多 {step.most} 次"
    return f", again every {every}, {step.most} times at most"


def hours_of(span: tuple[int, int]) -> str:
    """Return a part of the day as people write it: 14:00-17:00."""
    begin, end = (f"{minute // 60:02}:{minute % 60:02}" for minute in span)
    return f"{begin}-{end}"
