"""Bands of priority: which of them a dish stands in, and when time alone changes that. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

from kds.kitchen.ids import Instant, RuleId, StationId
from kds.kitchen.orders import Line
from kds.kitchen.wording import Wording
from kds.rulebook.conditions import Condition, Occasion, judge
from kds.rulebook.terms import Clock, Queue


@dataclass(frozen=True, slots=True)
class PriorityBand:
    """Dishes that stand together in the queue: all that is stated must hold of a dish.

    `queue`: before the others, among them, or after them; of two such the book's order decides.
    `classes`, `entries`, `stations`: the dishes; an empty one asks nothing. `rush`, `rider`:
    whether it is rushed, and whether the rider stands at the door; None: either. `waits_s`: it
    waits so long, by `clock`.
    """

    id: RuleId
    where: str
    name: Wording
    queue: Queue = Queue.FIRST
    when: Condition = field(default_factory=Condition)
    classes: tuple[str, ...] = ()
    entries: tuple[RuleId, ...] = ()
    stations: tuple[StationId, ...] = ()
    rush: bool | None = None
    rider: bool | None = None
    waits_s: int | None = None
    clock: Clock = Clock.FIRED


@dataclass(frozen=True, slots=True)
class SlowView:
    """When a view is late as a whole: more than `share` (a fraction) of its tickets are.

    Then the `rank` worst are numbered, and the others not painted as late. That is over when no
    more than the share was late for `stays_s`.
    """

    share: tuple[int, int] = (1, 3)
    rank: int = 5
    where: str = ""
    stays_s: int = 120

    def is_slow(self, late: int, of: int) -> bool:
        """More than the share of `of` tickets are late."""
        return late * self.share[1] > of * self.share[0]


class Standing(NamedTuple):
    """What decides the band of a dish besides the dish itself. `since`: of each clock that runs."""

    occasion: Occasion
    rider_here: bool
    since: dict[Clock, Instant]


class Found(NamedTuple):
    """The band of a dish (None: none of the book's), and its place; lower is earlier.

    `until`: when a band that counts the wait may take the dish, as far as that lies ahead.
    """

    band: PriorityBand | None
    place: int
    changes: tuple[Instant, ...]


_RUSHED_PLACE = -1_000


def band_of(bands: Sequence[PriorityBand], line: Line, standing: Standing, now: Instant) -> Found:
    """Return the first of `bands` that takes `line` at `now`.

    Where no band asks for it, what is rushed stands before all of them.
    """
    changes = [
        at
        for band in bands
        if (at := _from(band, standing)) is not None and _takes(band, line, standing)
    ]
    if line.rush > 0 and all(band.rush is None for band in bands):
        return Found(None, _RUSHED_PLACE, tuple(changes))
    for number, band in enumerate(bands):
        if _takes(band, line, standing) and _has_waited(band, standing, now):
            return Found(band, _place(band, number, len(bands)), tuple(changes))
    return Found(None, 0, tuple(changes))


def _place(band: PriorityBand, number: int, count: int) -> int:
    """Return the place of band `number` among `count`; what stands in none has place 0."""
    match band.queue:
        case Queue.FIRST:
            return number - count
        case Queue.LAST:
            return number + 1
        case _:
            return 0


def _takes(band: PriorityBand, line: Line, standing: Standing) -> bool:
    """All holds that time alone does not change."""
    return all(_answers(band, line, standing))


def _answers(band: PriorityBand, line: Line, standing: Standing) -> Iterator[bool]:
    """Yield whether each thing that the band asks for holds."""
    routing = line.routing
    if band.rush is not None:
        yield band.rush is (line.rush > 0)
    if band.rider is not None:
        yield band.rider is standing.rider_here
    if band.classes:
        yield routing.menu_class in band.classes
    if band.entries:
        yield routing.rule in band.entries
    if band.stations:
        yield any(step.station in band.stations for step in routing.steps)
    if not band.when.asks_nothing:
        yield judge(band.when, standing.occasion).holds


def _from(band: PriorityBand, standing: Standing) -> Instant | None:
    """Return when a dish will have waited long enough for `band`; None if no clock runs."""
    since = None if band.waits_s is None else standing.since.get(band.clock)
    if since is None or band.waits_s is None:
        return None
    return Instant(since + band.waits_s * 1000)


def _has_waited(band: PriorityBand, standing: Standing, now: Instant) -> bool:
    at = _from(band, standing)
    return band.waits_s is None or (at is not None and now >= at)
