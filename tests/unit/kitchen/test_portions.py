"""The one transition table, pair by pair, and the small sums beside it."""

from __future__ import annotations

from decimal import Decimal

import pytest

from kds.kitchen.ids import Instant, VisitId
from kds.kitchen.portions import (
    ADVANCEMENT,
    NOT_STARTED,
    OPEN,
    TRANSITIONS,
    Counts,
    Group,
    Move,
    PortionState,
    amount,
)
from kds.kitchen.progress import moved

W, H, Q, C, R, S, V = PortionState
VISIT = VisitId("v")

LEGAL = {
    Move.START: {H: C, Q: C},
    Move.BUMP: {W: R, H: R, Q: R, C: R},
    Move.SERVE: {W: S, H: S, Q: S, C: S, R: S},
    Move.RECALL: {S: R, R: C, C: Q},
    Move.HOLD: {Q: H},
    Move.FIRE: {H: Q},
    Move.VOID: {W: V, H: V, Q: V, C: V, R: V},
    Move.RELEASE_CHAIN: {W: Q},
    Move.RETURN_CHAIN: {Q: W},
}


def group(state: PortionState, portions: str = "1") -> Group:
    """Return portions of the first step in `state`."""
    return Group(0, state, Decimal(portions), VISIT, seq=1)


@pytest.mark.parametrize("move", Move)
@pytest.mark.parametrize("state", PortionState)
def test_each_move_leads_from_each_state_where_the_table_says(
    move: Move, state: PortionState
) -> None:
    if state in LEGAL[move]:
        after = moved(group(state), move, Instant(5), 2)
        assert after.state is LEGAL[move][state]
        assert after.portions == 1
    else:
        with pytest.raises(KeyError):
            moved(group(state), move, Instant(5), 2)


def test_the_table_has_no_other_moves() -> None:
    assert set(TRANSITIONS) == set(Move)


def test_void_portions_stay_void_and_served_ones_are_never_voided() -> None:
    assert all(V not in sources for sources in TRANSITIONS.values())
    assert S not in TRANSITIONS[Move.VOID]


def test_states_are_ranked_from_waiting_to_served_with_void_beyond() -> None:
    assert sorted(PortionState, key=lambda s: ADVANCEMENT[s]) == [W, H, Q, C, R, S, V]


def test_open_is_what_is_not_started_and_what_is_on_the_fire() -> None:
    assert NOT_STARTED | {C} == OPEN


def test_amounts_are_summed_over_all_or_some_states() -> None:
    groups = [group(Q, "2"), group(C, "1.5"), group(V, "4")]
    assert amount(groups) == Decimal("7.5")
    assert amount(groups, (Q, C)) == Decimal("3.5")
    assert amount([]) == 0


def test_counts_know_what_lives_and_what_is_to_cook() -> None:
    counts = Counts(*map(Decimal, (1, 2, 3, 4, 5, 6)))
    assert counts.live == 15
    assert counts.to_cook == 6
