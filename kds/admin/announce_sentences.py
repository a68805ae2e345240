"""Rules on announcements as sentences that a manager can read aloud."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from kds.admin.overtime_sentences import view_name
from kds.admin.wordings import HEARD, duration, listed, together
from kds.kitchen.wording import Wording
from kds.rulebook.compiled import AnnounceRule, How

_HOW = {
    How.SENTENCE: Wording("用一句话播报", "is said"),
    How.CUE: Wording("只响提示音", "is a cue alone"),
    How.SILENT: Wording("不响", "is not heard"),
}
_LANGUAGES = {"zh": Wording("用中文", "in Chinese"), "en": Wording("用英文", "in English")}


def announce_sentence(rule: AnnounceRule, stations: Mapping[str, str], lang: str) -> str:
    """Return `rule` in words. `stations`: their names in `lang`."""
    what = listed([HEARD[each][lang] for each in rule.on], lang)
    where = together([view_name(view, stations, lang) for view in rule.views], lang)
    said = ("，" if lang == "zh" else ", ").join(_parts(rule, lang))
    if lang == "zh":
        at = f"在{where}" if where else ""
        return f"{rule.name['zh']}：{what}{at} {said}。〔{rule.id}，{rule.where}〕"
    at = f" at {where}" if where else ""
    return f"{rule.name['en']}: {what}{at} {said}. [{rule.id}, {rule.where}]"


def _parts(rule: AnnounceRule, lang: str) -> Iterator[str]:
    if rule.say is not None:
        yield f"说“{rule.say['zh']}”" if lang == "zh" else f"is said as '{rule.say['en']}'"
    elif rule.how is not None:
        yield _HOW[rule.how][lang]
    else:
        yield Wording("照常播报", "is heard as ever")[lang]
    if rule.lang is not None:
        yield _LANGUAGES[rule.lang][lang]
    if rule.merge_s is not None:
        merge = duration(rule.merge_s, lang)
        yield (
            f"{merge}内的合并成一句" if lang == "zh" else f"together with what comes within {merge}"
        )
    if rule.expires_s is not None:
        expires = duration(rule.expires_s, lang)
        yield f"{expires}后不再播报" if lang == "zh" else f"no more after {expires}"
    if rule.per_minute is not None:
        often = rule.per_minute
        yield f"每分钟最多 {often} 次" if lang == "zh" else f"{often} times a minute at most"
