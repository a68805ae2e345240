"""Portions: the states they pass through, the one transition table, and how groups split."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum
from types import MappingProxyType

from kds.kitchen.ids import Instant, VisitId


class PortionState(StrEnum):
    """Where a portion is at one step. WAITING: an earlier step of its chain is not done."""

    WAITING = "waiting"
    HELD = "held"
    QUEUED = "queued"
    COOKING = "cooking"
    READY = "ready"
    SERVED = "served"
    VOID = "void"


class Move(StrEnum):
    """What can happen to portions."""

    START = "start"
    BUMP = "bump"
    SERVE = "serve"
    RECALL = "recall"
    HOLD = "hold"
    FIRE = "fire"
    VOID = "void"
    RELEASE_CHAIN = "release_chain"
    RETURN_CHAIN = "return_chain"


_S = PortionState

TRANSITIONS: Mapping[Move, Mapping[PortionState, PortionState]] = MappingProxyType(
    {
        Move.START: {_S.QUEUED: _S.COOKING, _S.HELD: _S.COOKING},
        Move.BUMP: {
            _S.COOKING: _S.READY,
            _S.QUEUED: _S.READY,
            _S.WAITING: _S.READY,
            _S.HELD: _S.READY,
        },
        Move.SERVE: {
            _S.READY: _S.SERVED,
            _S.COOKING: _S.SERVED,
            _S.QUEUED: _S.SERVED,
            _S.WAITING: _S.SERVED,
            _S.HELD: _S.SERVED,
        },
        Move.RECALL: {_S.SERVED: _S.READY, _S.READY: _S.COOKING, _S.COOKING: _S.QUEUED},
        Move.HOLD: {_S.QUEUED: _S.HELD},
        Move.FIRE: {_S.HELD: _S.QUEUED},
        Move.VOID: {
            _S.WAITING: _S.VOID,
            _S.HELD: _S.VOID,
            _S.QUEUED: _S.VOID,
            _S.COOKING: _S.VOID,
            _S.READY: _S.VOID,
        },
        Move.RELEASE_CHAIN: {_S.WAITING: _S.QUEUED},
        Move.RETURN_CHAIN: {_S.QUEUED: _S.WAITING},
    }
)
"""Every transition there is. The order of the sources is the order in which portions are taken."""

ADVANCEMENT: Mapping[PortionState, int] = MappingProxyType(
    {state: rank for rank, state in enumerate(PortionState)}
)
"""How far each state is; void ones are beyond everything."""

NOT_STARTED = frozenset({_S.WAITING, _S.HELD, _S.QUEUED})
OPEN = frozenset({_S.WAITING, _S.HELD, _S.QUEUED, _S.COOKING})


@dataclass(frozen=True, slots=True)
class Group:
    """Portions of one step that share state and history.

    `step`: index into the line's steps. `portions`: how many, or the weight of one weighed dish.
    `seq`: log place at which they last became open to this step; an actor who looked at an older
    board of its station does not touch them. `since`: the same for the pass, which saw them before
    an earlier step let them through; 0: as `seq`. Clocks: `fired_at` when they were last queued,
    then `started_at`, `ready_at`, `served_at`, `voided_at`. `acknowledged`: a void that the station
    has seen. `device`: the screen that last moved them, "" if none did.
    """

    step: int
    state: PortionState
    portions: Decimal
    visit: VisitId
    seq: int
    fired_at: Instant | None = None
    started_at: Instant | None = None
    ready_at: Instant | None = None
    served_at: Instant | None = None
    voided_at: Instant | None = None
    acknowledged: bool = False
    device: str = ""
    since: int = 0


@dataclass(frozen=True, slots=True)
class Counts:
    """Portions by state; without WAITING, which shows as held."""

    held: Decimal = Decimal(0)
    queued: Decimal = Decimal(0)
    cooking: Decimal = Decimal(0)
    ready: Decimal = Decimal(0)
    served: Decimal = Decimal(0)
    void: Decimal = Decimal(0)

    @property
    def live(self) -> Decimal:
        """All portions that are not void."""
        return self.held + self.queued + self.cooking + self.ready + self.served

    @property
    def to_cook(self) -> Decimal:
        """Portions that are not yet ready."""
        return self.held + self.queued + self.cooking


def amount(groups: Iterable[Group], states: Iterable[PortionState] | None = None) -> Decimal:
    """Return the sum of the portions of `groups`, of those in `states` where given."""
    wanted = None if states is None else frozenset(states)
    return sum((g.portions for g in groups if wanted is None or g.state in wanted), Decimal(0))
