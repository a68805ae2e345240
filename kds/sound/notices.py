"""Notices: what deserves to be heard, before it is decided whether and when it is."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from enum import StrEnum
from types import MappingProxyType

from kds.kitchen.ids import LineKey, RuleId, VisitId
from kds.rulebook.compiled import AnnounceRule, How
from kds.sound.cues import Cue
from kds.sound.items import Tick


class Kind(StrEnum):
    """What happened, as far as the ear is concerned."""

    REFUSED = "refused"
    LINK_LOST = "link_lost"
    VOID = "void"
    VOID_UNBEGUN = "void_unbegun"
    CRITICAL = "critical"
    SOLD_OUT = "sold_out"
    OVERTIME = "overtime"
    ASK_PASS = "ask_pass"
    LATE = "late"
    ALLERGY = "allergy"
    POT_FIRST = "pot_first"
    RUSH = "rush"
    POT_READY = "pot_ready"
    FIRE = "fire"
    READY = "ready"
    NEW = "new"
    ADD_ON = "add_on"
    LINK_BACK = "link_back"


URGENCY: Mapping[Kind, int] = MappingProxyType(
    {kind: len(Kind) - place for place, kind in enumerate(Kind)}
)
"""The kinds stand in the order in which they give way to each other."""


@dataclass(frozen=True, slots=True)
class Manner:
    """How a kind of notice is made heard. All times are milliseconds of the ear.

    `gathers_ms`: how long it waits for more of the same, counted anew from each; never longer
    than `at_most_ms` in all. `lasts_ms`: then it is old. `quiet_ms`: for so long the same is
    swallowed after it has sounded. `is_said`: a sentence follows the cue. `is_urgent`: it may
    use what is left of a budget when others may not. `by_table`: each table has its own.
    """

    cue: Cue
    lasts_ms: int
    gathers_ms: int = 0
    at_most_ms: int = 0
    quiet_ms: int = 0
    is_said: bool = False
    is_urgent: bool = False
    by_table: bool = False


def _said(cue: Cue, lasts_s: int, gathers_ms: int, *, is_urgent: bool = False) -> Manner:
    """Return the manner of what is spoken: merged per table."""
    return Manner(
        cue,
        lasts_s * 1000,
        gathers_ms,
        at_most_ms=2 * gathers_ms,
        is_said=True,
        is_urgent=is_urgent,
        by_table=True,
    )


MANNERS: Mapping[Kind, Manner] = MappingProxyType(
    {
        # A hand waits for its answer: half a second later it means nothing.
        Kind.REFUSED: Manner(Cue.REFUSED, 1_500, is_urgent=True),
        Kind.LINK_LOST: Manner(Cue.LINK_LOST, 20_000, quiet_ms=20_000, is_urgent=True),
        Kind.VOID: _said(Cue.VOID, 60, 1_000, is_urgent=True),
        Kind.VOID_UNBEGUN: Manner(Cue.VOID, 10_000, quiet_ms=2_000, is_urgent=True),
        Kind.CRITICAL: _said(Cue.CRITICAL, 60, 1_500, is_urgent=True),
        Kind.SOLD_OUT: _said(Cue.VOID, 60, 1_000, is_urgent=True),
        Kind.OVERTIME: _said(Cue.LATE, 60, 1_500, is_urgent=True),
        Kind.ASK_PASS: _said(Cue.LATE, 60, 1_000, is_urgent=True),
        Kind.LATE: _said(Cue.LATE, 30, 1_500, is_urgent=True),
        Kind.ALLERGY: Manner(Cue.ALLERGY, 10_000, quiet_ms=2_000, is_urgent=True),
        Kind.POT_FIRST: _said(Cue.POT_FIRST, 60, 500, is_urgent=True),
        # Rushing the same table again within two minutes only raises its count.
        Kind.RUSH: Manner(Cue.RUSH, 10_000, quiet_ms=120_000, by_table=True),
        # The gate opens with the pot: a moment later both are one sentence.
        Kind.POT_READY: _said(Cue.READY, 30, 500),
        Kind.FIRE: _said(Cue.FIRE, 20, 500),
        Kind.READY: _said(Cue.READY, 30, 2_500),
        Kind.NEW: Manner(Cue.NEW_ORDER, 5_000, quiet_ms=2_000),
        Kind.ADD_ON: Manner(Cue.ADD_ON, 5_000, quiet_ms=2_000),
        Kind.LINK_BACK: Manner(Cue.LINK_BACK, 5_000, quiet_ms=10_000),
    }
)


Plates = tuple[tuple[LineKey, int], ...]


@dataclass(frozen=True, slots=True)
class Step:
    """A step of an overtime rule, from 1. `line`: the dish it is about, None for the table."""

    rule: RuleId
    number: int
    line: LineKey | None = None


@dataclass(frozen=True, slots=True)
class News:
    """What one event brought: of which kind, at which table, and of which lines how many plates.

    `step`: which step of an overtime rule it is, if any.
    """

    kind: Kind
    visit: VisitId
    plates: Plates
    step: Step | None = None


@dataclass(frozen=True, slots=True)
class Notice:
    """Something waiting to be heard: not before `opens`, not from `expires` on.

    `news`: of one table, where each table has its own; none where no dish is concerned.
    `repeat`: how often the same was heard before. `rule`: the book's rule on such notices.
    """

    kind: Kind
    born: Tick
    opens: Tick
    expires: Tick
    manner: Manner
    news: tuple[News, ...] = ()
    repeat: int = 0
    rule: AnnounceRule | None = None

    @property
    def key(self) -> tuple[str, ...]:
        """What it is about: notices of one key are one notice."""
        key: tuple[str, ...] = (self.kind,)
        if self.news and self.manner.by_table:
            key = (self.kind, self.news[0].visit)
        step = self.news[0].step if self.news else None
        if step is not None:
            key = (*key, step.rule, *(step.line or ()))
        return (*key, str(self.repeat)) if self.repeat else key

    def joined(self, later: Notice) -> Notice:
        """Return this notice with what a later one of the same key adds."""
        latest = Tick(self.born + self.manner.at_most_ms)
        return replace(
            self,
            opens=min(max(self.opens, later.opens), max(self.opens, latest)),
            expires=max(self.expires, later.expires),
            news=_united(self.news, later.news),
        )


def notice_of(
    kind: Kind,
    at: Tick,
    *news: News,
    after_ms: int | None = None,
    repeat: int = 0,
    rule: AnnounceRule | None = None,
) -> Notice:
    """Return the notice of what happened at `at`. `after_ms`: it is heard so much later.

    `rule`: what the book says on it, where that is not what is built in.
    """
    manner = MANNERS[kind] if rule is None else _ruled(MANNERS[kind], rule)
    opens = at + (manner.gathers_ms if after_ms is None else after_ms)
    expires = manner.lasts_ms + (opens if after_ms is not None else at)
    return Notice(kind, at, Tick(opens), Tick(expires), manner, news, repeat, rule)


def _ruled(manner: Manner, rule: AnnounceRule) -> Manner:
    """Return `manner` with what `rule` says; what is spoken has its own sentence for a table."""
    if rule.merge_s is not None:
        gathers_ms = rule.merge_s * 1000
        manner = replace(manner, gathers_ms=gathers_ms, at_most_ms=2 * gathers_ms)
    if rule.expires_s is not None:
        manner = replace(manner, lasts_ms=rule.expires_s * 1000)
    elif manner.gathers_ms >= manner.lasts_ms:
        manner = replace(manner, lasts_ms=manner.gathers_ms + manner.lasts_ms)
    if rule.say is not None:
        manner = replace(manner, is_said=True, by_table=True)
    elif rule.how is How.CUE:
        manner = replace(manner, is_said=False)
    return manner


def key_of(kind: Kind, visit: VisitId | None) -> tuple[str, ...]:
    """Return the key of a kind of notice at a table, as it is built in."""
    return (kind, visit) if visit is not None and MANNERS[kind].by_table else (kind,)


def _united(first: tuple[News, ...], second: tuple[News, ...]) -> tuple[News, ...]:
    """Join news, so that each table stands in them once; of a line the plates add up."""
    by_visit: dict[VisitId, News] = {}
    for news in (*first, *second):
        before = by_visit.get(news.visit)
        if before is None or news.step is not None:  # a later step tells all that is waited for
            by_visit[news.visit] = news
            continue
        lines = dict(before.plates)
        for key, count in news.plates:
            lines[key] = lines.get(key, 0) + count
        by_visit[news.visit] = replace(before, plates=tuple(lines.items()))
    return tuple(by_visit.values())
