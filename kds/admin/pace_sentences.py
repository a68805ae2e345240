"""Pace rules as sentences that a manager can read aloud."""

from __future__ import annotations

from collections.abc import Iterator

from kds.admin.whens import bracketed
from kds.admin.wordings import GATES, duration, listed
from kds.kitchen.wording import Wording
from kds.rulebook.pace import AnyPace, CallRule, CourseRule, DueRule, Rushed, Stage, TogetherRule

_ALL = 100


def pace_sentence(rule: AnyPace, lang: str) -> str:
    """Return `rule` in words."""
    head = f"{rule.name[lang]}{bracketed(rule, lang)}"
    said, rushed = _said(rule)[lang], _RUSHED[rule.rushed][lang]
    if lang == "zh":
        return f"{head}：{said}；{rushed}。〔{rule.id}，{rule.where}〕"
    return f"{head}: {said}; {rushed}. [{rule.id}, {rule.where}]"


_RUSHED = {
    Rushed.START: Wording("催了就开做", "a rush starts it"),
    Rushed.ASK: Wording(
        "催了就问出菜口要不要叫起", "at a rush the pass is asked whether to fire it"
    ),
    Rushed.WAIT: Wording("催了也照样等", "a rush changes nothing"),
}


def _said(rule: AnyPace) -> Wording:
    match rule:
        case CallRule():
            return _call(rule)
        case CourseRule():
            return _courses(rule)
        case TogetherRule():
            return _together(rule)
        case DueRule():
            return _due(rule)


def _call(rule: CallRule) -> Wording:
    wait, gate = rule.timeout_s, GATES[rule.gate]
    return Wording(
        f"{_dishes(rule, 'zh') or '所有菜'} {gate.zh}，等到有人叫起，"
        f"最多 {duration(wait, 'zh')}，到时自动放行",
        f"{_dishes(rule, 'en') or 'any dish'} {gate.en} before somebody fires it, "
        f"for {duration(wait, 'en')} at most, then it goes",
    )


def _courses(rule: CourseRule) -> Wording:
    zh = "，然后 ".join(_stage(stage, "zh") for stage in rule.stages)
    en = ", then ".join(_stage(stage, "en") for stage in rule.stages)
    conditions = [*_conditions(rule)]
    after = Wording(duration(rule.after_s, "zh"), duration(rule.after_s, "en"))
    if not conditions:
        return Wording(
            f"先 {zh}；前一道叫起 {after.zh}后叫下一道",
            f"first {en}; the next course is fired {after.en} after the one before",
        )
    so_zh, so_en = "或".join(c.zh for c in conditions), " or ".join(c.en for c in conditions)
    return Wording(
        f"先 {zh}；前一道{so_zh}就叫下一道，最迟在前一道叫起 {after.zh}后",
        f"first {en}; the next course is fired when {so_en}, "
        f"and {after.en} after the one before was at the latest",
    )


def _conditions(rule: CourseRule) -> Iterator[Wording]:
    words = (
        (rule.served_percent, Wording("上桌", "on the table")),
        (rule.ready_percent, Wording("做好", "ready")),
    )
    for percent, state in words:
        if percent is not None:
            zh = "全部" if percent == _ALL else f"有 {percent}% "
            en = "all of the one before" if percent == _ALL else f"{percent} % of the one before"
            yield Wording(f"{zh}{state.zh}", f"{en} is {state.en}")


def _stage(stage: Stage, lang: str) -> str:
    """Return a course: its classes, or what the till calls so."""
    classes = listed([_quoted(name, lang) for name in stage.classes], lang)
    called = listed([_quoted(name, lang) for name in stage.courses], lang)
    if lang == "zh":
        said = [classes and f"{classes}类", called and f"收银写{called}的"]
    else:
        said = [classes and f"the {classes} class", called and f"what the till calls {called}"]
    return ("，或" if lang == "zh" else ", or ").join(part for part in said if part)


def _quoted(name: str, lang: str) -> str:
    return f"“{name}”" if lang == "zh" else f"'{name}'"


def _together(rule: TogetherRule) -> Wording:
    within, late = rule.within_s, rule.late_start_s
    zh, en = _dishes(rule, "zh"), _dishes(rule, "en")
    zh = f"同桌{zh and f'的{zh}'}相差 {duration(within, 'zh')}以内出齐，做得快的晚开做"
    en = (
        f"what a table has{en and f' of {en}'} gets ready within {duration(within, 'en')} of each "
        "other, and what is quickly made is started later"
    )
    if late == 0:
        return Wording(zh, en)
    return Wording(
        f"{zh}；最慢的迟迟没开做，其他的一起等，最多 {duration(late, 'zh')}",
        f"{en}; if nobody begins the longest one, the others wait with it, "
        f"{duration(late, 'en')} at most",
    )


def _due(rule: DueRule) -> Wording:
    zh, en = duration(rule.margin_s, "zh"), duration(rule.margin_s, "en")
    none = Wording(duration(rule.no_prep_s, "zh"), duration(rule.no_prep_s, "en"))
    if rule.by_prep:
        zh = f"制作时间（没写的按 {none.zh}）加 {zh}"
        en = f"its prep time ({none.en} where none is stated) and {en}"
    if rule.load_s:
        zh += f"（工位忙时最多再加 {duration(rule.load_s, 'zh')}）"
        en += f", and up to {duration(rule.load_s, 'en')} more for what its station has to do,"
    sooner = Wording("", "")
    if rule.ahead_s:
        sooner = Wording(
            f"；下单后 {duration(rule.ahead_s, 'zh')}内要的马上做",
            f"; what is due within {duration(rule.ahead_s, 'en')} of the order is started at once",
        )
    dishes = Wording(_dishes(rule, "zh") or "有预订时间的菜", _dishes(rule, "en") or "a dish")
    shown = _shown(rule)
    return Wording(
        f"{dishes.zh}提前{'' if rule.by_prep else ' '}{zh}开做{sooner.zh}{shown.zh}",
        f"{dishes.en} that is due later is started {en} before that{sooner.en}{shown.en}",
    )


def _shown(rule: DueRule) -> Wording:
    if rule.shown_s is None:
        return Wording("", "")
    zh, en = duration(rule.shown_s, "zh"), duration(rule.shown_s, "en")
    return Wording(f"；开做前 {zh}才出现在工位上", f"; its stations see it {en} before its start")


def _dishes(rule: AnyPace, lang: str) -> str:
    """Return the dishes of a rule, "" if it is for all."""
    entries = [f"菜单项 {e}" if lang == "zh" else f"the menu entry '{e}'" for e in rule.entries]
    classes = listed([_quoted(name, lang) for name in rule.classes], lang)
    said = [f"{classes}类" if lang == "zh" else f"the {classes} class"] if classes else []
    return listed([*said, *entries], lang)
