"""The scene: one view of one kitchen, and what of a line is that view's own business."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from decimal import Decimal

from kds.kitchen.counts import line_counts
from kds.kitchen.ids import EXPO, Instant, LineKey, StationId, VisitId, is_pass
from kds.kitchen.messages import Modifier, ModifierKind
from kds.kitchen.orders import Gate, Level, Line
from kds.kitchen.plans import follow, steps_at
from kds.kitchen.portions import Counts, Group, PortionState
from kds.kitchen.state import Kitchen
from kds.kitchen.visits import Visit
from kds.rulebook.book import Book
from kds.rulebook.clocks import aging_since

_S = PortionState
_WORKABLE = frozenset({_S.QUEUED, _S.COOKING})
_OPEN = frozenset({_S.QUEUED, _S.COOKING, _S.HELD})
_ALLERGY = ModifierKind.ALLERGY
PICKUP = "pickup"


@dataclass(frozen=True, slots=True)
class Scene:
    """A kitchen as one view hears it. Portions are counted as plates: a weighed dish is one."""

    kitchen: Kitchen
    book: Book
    view: str

    @property
    def is_pass(self) -> bool:
        """Food is carried away from here."""
        return self.view == EXPO

    @property
    def is_station(self) -> bool:
        """Food is cooked here."""
        return not is_pass(self.view)

    @property
    def is_for_guests(self) -> bool:
        """The guests' screen, which must not tell them of the kitchen's troubles."""
        return self.view == PICKUP

    def visit(self, visit: VisitId | None) -> Visit | None:
        """Return the visit, or the one it was merged into; None once nobody should hear of it."""
        found = follow(self.kitchen, visit)
        return None if found is None or found.removed else found

    def lines(self, keys: Iterable[LineKey]) -> Iterator[Line]:
        """Yield the lines of these keys that there are."""
        for key in keys:
            line = self.kitchen.line(key)
            if line is not None:
                yield line

    def concerns(self, line: Line) -> bool:
        """Something of the line is, or was, to be done here."""
        return bool(line.groups) and bool(self._steps(line))

    # --- portions here -------------------------------------------------------------------

    def fresh(self, line: Line) -> int:
        """Return the plates that the kitchen's last event made workable here."""
        seq = self.kitchen.seq
        return self._plates(line, (g for g in line.groups if g.state is _S.QUEUED and g.seq == seq))

    def queued(self, line: Line, visit: VisitId) -> int:
        """Return the plates here that nobody has begun."""
        return self._in(line, visit, frozenset({_S.QUEUED}))

    def workable(self, line: Line, visit: VisitId) -> int:
        """Return the plates that can be worked on here, or are."""
        return self._in(line, visit, _WORKABLE)

    def still_open(self, line: Line, visit: VisitId) -> int:
        """Return the plates that are to be done here, held ones included."""
        return self._in(line, visit, _OPEN)

    def is_hidden(self, line: Line, visit: VisitId) -> bool:
        """A station does not see the line yet: it is for later, and no news there."""
        if not self.is_station or self.workable(line, visit) > 0:
            return False
        shows = (
            hold.until - shown_s * 1000
            for hold in line.holds
            if hold.gate is Gate.START and hold.visit == visit and hold.until is not None
            for shown_s in [self.book.shown_s(hold.rule)]
            if shown_s is not None
        )
        return any(self.kitchen.at < at for at in shows)

    def new_voids(self, line: Line) -> tuple[int, bool]:
        """Return the plates that the last event struck after they could be cooked here.

        And whether one of them had been begun.
        """
        struck = [
            g
            for g in line.groups
            if g.state is _S.VOID and g.seq == self.kitchen.seq and not g.acknowledged
        ]
        begun = any(g.started_at is not None or g.ready_at is not None for g in struck)
        return self._plates(line, (g for g in struck if g.fired_at is not None)), begun

    def unseen_voids(self, line: Line, visit: VisitId) -> int:
        """Return the plates that are void and that nobody here has taken note of."""
        groups = (g for g in line.groups if g.state is _S.VOID and g.visit == visit)
        return self._plates(line, (g for g in groups if not g.acknowledged))

    def _in(self, line: Line, visit: VisitId, states: frozenset[PortionState]) -> int:
        groups = (g for g in line.groups if g.visit == visit and g.state in states)
        return self._plates(line, groups)

    def _plates(self, line: Line, groups: Iterable[Group]) -> int:
        """Count plates of the step of this view in which there are most of them."""
        steps = dict.fromkeys(self._steps(line), Decimal(0))
        for group in groups:
            if group.step in steps:
                steps[group.step] += group.portions
        return plates(line, max(steps.values(), default=Decimal(0)))

    def _steps(self, line: Line) -> tuple[int, ...]:
        return steps_at(self.kitchen, line, self.view)

    def stations_at_work(self, line: Line, visit: VisitId) -> Iterator[StationId]:
        """Yield the stations that have something of the line to make, folds followed."""
        for group in line.groups:
            if group.visit == visit and group.state in _WORKABLE:
                yield self.kitchen.station_for(line.routing.steps[group.step].station)

    # --- whole lines ---------------------------------------------------------------------

    def counts(self, line: Line, visit: VisitId) -> Counts:
        """Return the portions of a line over all its stations."""
        return line_counts(self.kitchen.orders[line.key.order], line, visit)

    def ready(self, line: Line, visit: VisitId) -> int:
        """Return the plates that are ready to be carried."""
        return plates(line, self.counts(line, visit).ready)

    def unserved(self, line: Line, visit: VisitId) -> int:
        """Return the plates that the table still gets."""
        counts = self.counts(line, visit)
        return plates(line, counts.live - counts.served)

    @property
    def pot_classes(self) -> frozenset[str]:
        """The classes of dishes that others of the table wait for."""
        return frozenset(name for rule in self.book.data.waits for name in rule.waits_for)

    def is_pot(self, line: Line) -> bool:
        """Other dishes of the table wait for this one."""
        return line.routing.menu_class in self.pot_classes

    def makes_pot(self, line: Line) -> bool:
        """The pot itself is made here; of a set that comes with it others do the rest."""
        return self.is_station and self.is_pot(line) and 0 in self._steps(line)

    def late_by_s(self, line: Line, visit: VisitId, now: Instant) -> int:
        """Return for how long a line has been late; 0 while it is not, or has no limit."""
        fields = self.kitchen.orders[line.key.order].fields
        limits = self.book.limits(fields, line)
        since = aging_since(fields, line, visit, limits)
        if since is None or limits.late_s is None:
            return 0
        return max(0, (now - since) // 1000 - limits.late_s)

    def is_red(self, line: Line, visit: VisitId, now: Instant) -> bool:
        """A line is past its last limit, whether or not the bridge has said so."""
        fields = self.kitchen.orders[line.key.order].fields
        limits = self.book.limits(fields, line)
        since = aging_since(fields, line, visit, limits)
        last_s = limits.late_s if limits.critical_s is None else limits.critical_s
        return since is not None and last_s is not None and now >= since + last_s * 1000


def plates(line: Line, portions: Decimal) -> int:
    """Return how many plates these portions are: a weighed dish is one."""
    return int(portions > 0) if line.is_weighed else int(portions)


def has_level(line: Line, level: Level) -> bool:
    """The line has passed this limit."""
    return any(over.level is level for over in line.overtime)


def has_allergy(modifiers: Iterable[Modifier]) -> bool:
    """Something must not be in the dish, or somebody falls ill."""
    return any(m.kind is _ALLERGY or has_allergy(m.modifiers) for m in modifiers)
