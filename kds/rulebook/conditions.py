"""Conditions of `when`: plain data, and the one judge of them, for deciding and for explaining."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta, tzinfo
from enum import StrEnum
from functools import lru_cache
from typing import NamedTuple

from kds.kitchen.ids import Instant
from kds.kitchen.messages import LineContent, OrderFields
from kds.kitchen.wording import Wording
from kds.rulebook.folding import fold

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
ANYTHING = "*"
NOTHING = ""


class About(StrEnum):
    """What a condition looks at."""

    SERVICE = "service"
    CHANNEL = "channel"
    PAYMENT = "payment"
    MEMBER = "member"
    TABLE = "table"
    ZONE = "zone"
    GUESTS = "guests"
    COURSE = "course"
    SEAT = "seat"
    BETWEEN = "between"


@dataclass(frozen=True, slots=True)
class Demand:
    """One thing that is looked at, and what it may be.

    `texts`: folded alternatives; one that ends in `*` is a beginning, `*` alone anything stated,
    the empty one nothing stated. `spans`: for guests from least to most, both included; for the
    time of day minutes after midnight, the last one excluded, over midnight if it is the smaller.
    """

    about: About
    texts: tuple[str, ...] = ()
    spans: tuple[tuple[int, int], ...] = ()

    def is_met(self, value: str | int | None) -> bool:
        """Return whether `value` is one of the alternatives; an unknown number never is."""
        if self.about is About.BETWEEN:
            return value is not None and any(_in_time(int(value), *span) for span in self.spans)
        if self.about is About.GUESTS:
            return value is not None and any(a <= int(value) <= b for a, b in self.spans)
        return any(_says(text, str(value)) for text in self.texts)


def _in_time(minute: int, begin: int, end: int) -> bool:
    return begin <= minute < end if begin < end else minute >= begin or minute < end


def _says(text: str, value: str) -> bool:
    if text.endswith(ANYTHING):
        return bool(value) and value.startswith(text[:-1])
    return value == text


@dataclass(frozen=True, slots=True)
class Condition:
    """All of `demands` and `all_of` hold, one of `any_of` if there are any, and none of `none_of`.

    An empty one asks nothing.
    """

    demands: tuple[Demand, ...] = ()
    any_of: tuple[Condition, ...] = ()
    all_of: tuple[Condition, ...] = ()
    none_of: tuple[Condition, ...] = ()

    @property
    def asks_nothing(self) -> bool:
        """It holds whatever comes."""
        return not (self.demands or self.any_of or self.all_of or self.none_of)


def abouts(condition: Condition) -> Iterator[About]:
    """Yield everything that `condition` looks at."""
    yield from (demand.about for demand in condition.demands)
    for parts in (condition.any_of, condition.all_of, condition.none_of):
        for part in parts:
            yield from abouts(part)


@dataclass(frozen=True, slots=True)
class Occasion:
    """What conditions look at: a line of an order, its table, and when the line came.

    `table`, `guests`: of the whole visit, which may have moved or grown since the order. Without
    them, and without a time, conditions on these have nothing to go by.
    """

    fields: OrderFields
    content: LineContent
    table: str = ""
    guests: int | None = None
    at: Instant | None = None
    zone: tzinfo = UTC

    def value(self, about: About) -> str | int | None:
        """Return what there is to be said `about` the line, texts folded; "" if nothing is."""
        if about is About.GUESTS:
            return self.guests
        if about is About.BETWEEN:
            if self.at is None:
                return None
            local = (_EPOCH + timedelta(milliseconds=self.at)).astimezone(self.zone)
            return local.hour * 60 + local.minute
        return _folded(self._text(about))

    def _text(self, about: About) -> str:
        match about:
            case About.MEMBER:
                member = self.fields.member
                return NOTHING if member is None else member.tier or ANYTHING
            case About.TABLE:
                return self.table
            case About.COURSE | About.SEAT:
                return getattr(self.content, about.value) or NOTHING
            case _:
                return str(getattr(self.fields, about.value))


@lru_cache(maxsize=1024)
def _folded(text: str) -> str:
    return fold(text)


class Finding(NamedTuple):
    """Whether a condition holds, and the part that decided: what was looked at, and found."""

    holds: bool
    about: About | None
    found: str


_EMPTY = Finding(holds=True, about=None, found="")


def judge(condition: Condition, occasion: Occasion) -> Finding:
    """Return whether `condition` holds; the first part that fails decides, else the last one."""
    last = _EMPTY
    for last in _parts(condition, occasion):
        if not last.holds:
            return last
    return last


def holds(condition: Condition, occasion: Occasion) -> bool:
    """Return whether `condition` holds, as `judge` says, for those who do not ask why."""
    return (
        all(demand.is_met(occasion.value(demand.about)) for demand in condition.demands)
        and all(holds(part, occasion) for part in condition.all_of)
        and (not condition.any_of or any(holds(part, occasion) for part in condition.any_of))
        and not any(holds(part, occasion) for part in condition.none_of)
    )


def _parts(condition: Condition, occasion: Occasion) -> Iterator[Finding]:
    for demand in condition.demands:
        value = occasion.value(demand.about)
        yield Finding(demand.is_met(value), demand.about, _shown(demand.about, value))
    for part in condition.all_of:
        yield judge(part, occasion)
    if condition.any_of:
        yield _any(condition.any_of, occasion)
    for part in condition.none_of:
        finding = judge(part, occasion)
        yield finding._replace(holds=not finding.holds)


def _any(parts: tuple[Condition, ...], occasion: Occasion) -> Finding:
    finding = _EMPTY
    for part in parts:
        finding = judge(part, occasion)
        if finding.holds:
            return finding
    return finding


def _shown(about: About, value: str | int | None) -> str:
    if about is About.BETWEEN and isinstance(value, int):
        return f"{value // 60:02}:{value % 60:02}"
    return "" if value is None else str(value)


ABOUT = {
    About.SERVICE: Wording("用餐方式", "the service"),
    About.CHANNEL: Wording("下单渠道", "the channel"),
    About.PAYMENT: Wording("付款", "the payment"),
    About.MEMBER: Wording("会员", "the member"),
    About.TABLE: Wording("桌号", "the table"),
    About.ZONE: Wording("区域", "the zone"),
    About.GUESTS: Wording("人数", "the number of guests"),
    About.COURSE: Wording("道次", "the course"),
    About.SEAT: Wording("座位", "the seat"),
    About.BETWEEN: Wording("下单时刻", "the time of the order"),
}
