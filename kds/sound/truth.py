"""Truth: what of a piece of news still holds when its turn to be heard comes."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from math import ceil
from types import MappingProxyType

from kds.kitchen.ids import VisitId
from kds.kitchen.orders import Level, Line
from kds.sound.notices import Kind, News
from kds.sound.overtimes import awaited, running
from kds.sound.scene import Scene, has_level

Count = Callable[[Scene, Line, VisitId], int]


def still_true(scene: Scene, news: News) -> News | None:
    """Return what is left of `news`, None if nothing is: done, served, recalled, void, or gone.

    The visit is the one that holds the dishes now.
    """
    visit = scene.visit(news.visit)
    if visit is None:
        return None
    count = _COUNTS[news.kind]
    noticed = dict(news.plates)
    if news.kind is Kind.OVERTIME:
        wait = running(scene, news)
        noticed = {} if wait is None else {k: n for k, n in noticed.items() if k in wait.lines}
    left = (
        (line.key, min(noticed[line.key], count(scene, line, visit.id)))
        for line in scene.lines(noticed)
    )
    plates = tuple((key, number) for key, number in left if number > 0)
    return replace(news, visit=visit.id, plates=plates) if plates else None


def _to_carry(scene: Scene, line: Line, visit: VisitId) -> int:
    """Count what a called table still gets: at a station, what is not done there."""
    return scene.unserved(line, visit) if scene.is_pass else scene.workable(line, visit)


def asked(scene: Scene, line: Line, visit: VisitId) -> int:
    """Count what waits until the pass has said whether it shall be made."""
    waits = any(hold.asks and hold.visit == visit for hold in line.holds)
    return scene.still_open(line, visit) if waits else 0


def _shown(scene: Scene, line: Line, visit: VisitId) -> int:
    """Count what is to be done here, held or not, as far as the screen shows it already."""
    return 0 if scene.is_hidden(line, visit) else scene.still_open(line, visit)


def _lost(scene: Scene, line: Line, _visit: VisitId) -> int:
    """Count what cannot be made for lack of it."""
    return ceil(scene.kitchen.lost.get(line.key, 0))


def _late(scene: Scene, line: Line, visit: VisitId) -> int:
    """Count what is late and not worse: what has become critical is spoken of as such."""
    is_worse = has_level(line, Level.CRITICAL)
    return 0 if is_worse else scene.workable(line, visit)


_COUNTS: Mapping[Kind, Count] = MappingProxyType(
    {
        Kind.VOID: Scene.unseen_voids,
        Kind.VOID_UNBEGUN: Scene.unseen_voids,
        Kind.CRITICAL: Scene.workable,
        Kind.SOLD_OUT: _lost,
        Kind.OVERTIME: awaited,
        Kind.ASK_PASS: asked,
        Kind.LATE: _late,
        Kind.ALLERGY: _shown,
        Kind.POT_FIRST: Scene.queued,
        Kind.RUSH: Scene.still_open,
        Kind.POT_READY: Scene.ready,
        Kind.FIRE: _to_carry,
        Kind.READY: Scene.ready,
        Kind.NEW: _shown,
        Kind.ADD_ON: _shown,
    }
)
"""How many plates of a line each kind can still speak of; the other kinds speak of no line."""
