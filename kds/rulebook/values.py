"""The small languages inside rule texts: durations, times of day, yes and no, ways of a dish.

Each reader takes the value as written and raises pydantic's custom error, whose context holds the
sentence for people.
"""

from __future__ import annotations

import re
from collections.abc import Iterable

from pydantic_core import PydanticCustomError

from kds.kitchen.wording import Wording
from kds.rulebook.diagnostics import did_you_mean

_SECONDS = {
    **dict.fromkeys(("s", "sec", "secs", "second", "seconds", "秒", "秒钟"), 1),
    **dict.fromkeys(("min", "mins", "minute", "minutes", "分", "分钟"), 60),
    **dict.fromkeys(("h", "hour", "hours", "小时", "时"), 3600),
}
_LONGEST_S = 7 * 24 * 3600
_PART = re.compile(r"([0-9]{1,6}(?:\.[0-9]{1,3})?)\s*([^\W\d]+)\s*")
TIME_OF_DAY = "([01]?[0-9]|2[0-3]):([0-5][0-9])"
_TIME = re.compile(TIME_OF_DAY)
_PERCENT = re.compile(r"([0-9]{1,3})\s*[%％]")
_FRACTION = re.compile(r"([0-9]{1,3})\s*/\s*([0-9]{1,3})")
_RATE = re.compile(r"([0-9]{1,3}) *(?:per min|次/分钟)")
_PORTIONS = re.compile(r"([0-9]{1,4})\s*(?:portions?|份)")
_WHOLE = re.compile(r"[0-9]{1,6}")
_GUESTS = re.compile(r"([0-9]{1,4})(?:\s*(\+)|\s*-\s*([0-9]{1,4}))?")
MOST_GUESTS = 9999
_NOT_STATED = frozenset({"none", "无"})
_WIDE_DIGIT = re.compile("[０-９]")
_PLAIN_DIGITS = str.maketrans("０１２３４５６７８９", "0123456789")

_YES = frozenset({"yes", "true", "on", "是", "开"})
_NO = frozenset({"no", "false", "off", "否", "关"})
_NEVER = frozenset({"never", "none", "从不", "不限"})
_NOTHING = frozenset({"nothing", "none", "不制作", "无"})

Chain = tuple[tuple[str, ...], ...]
"""Stages in order, each a tuple of stations that work at once."""


def value_fault(zh: str, en: str, hint: Wording | None = None) -> PydanticCustomError:
    """Return the error that carries a bilingual sentence through pydantic."""
    context: dict[str, object] = {"zh": zh, "en": en, "hint": hint}
    return PydanticCustomError("rulebook", "{en}", context)


def as_text(value: object) -> str:
    """Return a value that must be a text as written."""
    if not isinstance(value, str):
        raise value_fault("这里应为文字", "a text is expected here")
    return value.strip()


def as_figures(value: object) -> str:
    """Return a text whose digits must be plain ones."""
    text = as_text(value)
    if _WIDE_DIGIT.search(text) is not None:
        plain = text.translate(_PLAIN_DIGITS)
        raise value_fault(
            f"这里是全角数字「{text}」，请改成半角数字 {plain}",
            f"'{text}' has wide digits, write {plain}",
        )
    return text


def seconds(value: object) -> int:
    """Return a duration, which always carries its unit, in seconds."""
    text = as_figures(value)
    total, end = 0.0, 0
    for part in _PART.finditer(text):
        unit = _SECONDS.get(part[2].lower())
        if unit is None or part.start() != end:
            break
        total, end = total + float(part[1]) * unit, part.end()
    if _TIME.fullmatch(text.replace("：", ":")):
        raise value_fault(
            f"“{text}”是钟点，这里要时长",
            f"'{text}' is a time of day; a duration is wanted here",
            Wording("例如 6 分钟、90 秒", "such as 6 min or 90 s"),
        )
    if end == 0 or end != len(text):
        raise value_fault(
            f"“{text}”不是时长，时长必须带单位",
            f"'{text}' is not a duration; a duration needs a unit",
            Wording("例如 6 分钟、90 秒", "such as 6 min or 90 s"),
        )
    if total > _LONGEST_S:
        raise value_fault(f"时长“{text}”超过 7 天", f"the duration '{text}' is longer than 7 days")
    return round(total)


def limit(value: object) -> int | None:
    """Return a limit in seconds; None for `never`."""
    if value is None or (isinstance(value, str) and value.strip().lower() in _NEVER):
        return None
    return seconds(value)


def minute_of_day(value: object) -> int:
    """Return a wall-clock time as minutes after midnight."""
    text = as_figures(value)
    found = _TIME.fullmatch(text.replace("：", ":"))
    if found is None:
        raise value_fault(
            f"“{text}”不是时刻",
            f"'{text}' is not a time of day",
            Wording("例如 04:00", "such as 04:00"),
        )
    return int(found[1]) * 60 + int(found[2])


def yes_no(value: object) -> bool:
    """Return whether a text says yes."""
    text = as_text(value).lower()
    if text in _YES or text in _NO:
        return text in _YES
    raise value_fault(f"“{text}”应为 yes 或 no（是/否）", f"'{text}' must be yes or no")


def beginning(value: object) -> str:
    """Return a text to compare with: `A*` is a beginning, `*` anything, `none` nothing stated."""
    text = as_text(value)
    if not text:
        raise value_fault("这里不能为空", "this must not be empty")
    if "*" in text[:-1]:
        raise value_fault(
            f"“{text}”里的 * 只能放在最后", f"'*' may only stand at the end of '{text}'"
        )
    return "" if text.lower() in _NOT_STATED else text


def guest_span(value: object) -> tuple[int, int]:
    """Return a number of guests from least to most: `4`, `2-4`, `6+`."""
    text = as_figures(value)
    found = _GUESTS.fullmatch(text)
    least = int(found[1]) if found else 0
    most = least if found is None else int(found[3] or (MOST_GUESTS if found[2] else least))
    if not 1 <= least <= most:
        raise value_fault(
            f"“{text}”不是人数",
            f"'{text}' is not a number of guests",
            Wording("例如 4、2-4、6+", "such as 4, 2-4, 6+"),
        )
    return least, most


def time_span(value: object) -> tuple[int, int]:
    """Return begin and end of a time of day; over midnight the end is the smaller one."""
    text = as_figures(value)
    begin, dash, end = text.partition("-")
    if not dash:
        raise value_fault(
            f"“{text}”不是时段",
            f"'{text}' is not a time of day from … to …",
            Wording("例如 21:30-04:00", "such as 21:30-04:00"),
        )
    span = minute_of_day(begin.strip()), minute_of_day(end.strip())
    if span[0] == span[1]:
        raise value_fault(f"时段“{text}”是空的", f"the time '{text}' ends where it begins")
    return span


def percent(value: object) -> int:
    """Return a share from 1 % to 100 %."""
    text = as_figures(value)
    found = _PERCENT.fullmatch(text)
    if found is None or not 1 <= int(found[1]) <= 100:
        raise value_fault(f"“{text}”应为 1 % 到 100 %", f"'{text}' must be between 1 % and 100 %")
    return int(found[1])


def share(value: object) -> tuple[int, int]:
    """Return a part of the whole as a fraction: `1/3`, `33 %`; 100 % is never exceeded."""
    text = as_figures(value)
    if "/" not in text:
        return percent(text), 100
    found = _FRACTION.fullmatch(text)
    if found is None or not 0 < int(found[1]) <= int(found[2]):
        raise value_fault(
            f"“{text}”不是几分之几",
            f"'{text}' is no share",
            Wording("例如 1/3、33 %", "such as 1/3 or 33 %"),
        )
    return int(found[1]), int(found[2])


def per_minute(value: object) -> int:
    """Return how often a minute: 6 per min."""
    text = as_figures(value)
    found = _RATE.fullmatch(text)
    if found is None or int(found[1]) < 1:
        raise value_fault(
            f"“{text}”不是次数，必须写每分钟几次",
            f"'{text}' does not say how often a minute",
            Wording("例如 6 次/分钟", "such as 6 per min"),
        )
    return int(found[1])


def portions(value: object) -> int:
    """Return a number of portions: 6 portions."""
    text = as_figures(value)
    found = _PORTIONS.fullmatch(text)
    if found is None or int(found[1]) < 1:
        raise value_fault(
            f"“{text}”不是份数，必须写几份",
            f"'{text}' does not say how many portions",
            Wording("例如 6 份", "such as 6 portions"),
        )
    return int(found[1])


def whole(value: object) -> int:
    """Return a whole number of at least one."""
    text = as_figures(value)
    if _WHOLE.fullmatch(text) is None or int(text) < 1:
        raise value_fault(
            f"“{text}”应为 1 以上的整数", f"'{text}' must be a whole number from 1 on"
        )
    return int(text)


def one_of(value: object, known: Iterable[str]) -> str:
    """Return a word that must be one of `known`."""
    text, words = as_text(value), tuple(known)
    if text in words:
        return text
    allowed = "、".join(words), ", ".join(words)
    raise value_fault(
        f"“{text}”不在允许的值内：{allowed[0]}",
        f"'{text}' is not one of: {allowed[1]}",
        did_you_mean(text, words),
    )


_DISH = re.compile(r"(?P<name>.+?)(?:\s+\[(?P<category>[^\[\]]*)\])?(?:\s*[x×](?P<count>\d+))?")


def dish(value: object, count: str) -> object:
    """Read `毛肚 [涮品] x2`, the short form of a dish; `count`: how its number is called."""
    if not isinstance(value, str):
        return value
    found = _DISH.fullmatch(value.strip())
    stated = {} if found is None else {k: v for k, v in found.groupdict().items() if v is not None}
    return {count if name == "count" else name: text for name, text in stated.items()}


def chains(value: object) -> tuple[Chain, ...]:
    """Return the ways of a dish: `prep -> wok -> pass`, `grill + fry`, or a list of such.

    `nothing` (or an empty list) is no way at all: the dish is not cooked.
    """
    if isinstance(value, str) and value.strip().lower() in _NOTHING:
        return ()
    parts = value if isinstance(value, list) else [value]
    return tuple(_chain(as_text(part)) for part in parts)


def _chain(text: str) -> Chain:
    stages = re.split(r"->|→", text)
    chain = tuple(
        tuple(station.strip() for station in re.split(r"[+＋]", stage)) for stage in stages
    )
    if not all(station for stage in chain for station in stage):
        raise value_fault(
            f"“{text}”缺少工位",
            f"a station is missing in '{text}'",
            Wording("例如 prep -> wok", "such as prep -> wok"),
        )
    return chain
