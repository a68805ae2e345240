"""Fingers, wet ones and several at once."""

import pytest

from kds.ui.style.measures import Screen, measures
from kds.ui.touch import Gesture, Kind, Touches

SCREEN = Screen(1920, 1080, 527, 296)
MM = 1 / SCREEN.pitch_mm


@pytest.fixture
def touches() -> Touches:
    """A glass with 3.6 pixels to the millimetre."""
    return Touches(measures(33, SCREEN))


def kinds(gestures: list[Gesture]) -> list[Kind]:
    """What was done."""
    return [gesture.kind for gesture in gestures]


def test_tap_is_answered_where_the_finger_came_down(touches: Touches) -> None:
    assert kinds(touches.down(1, 100, 100, 0)) == [Kind.PRESSED]
    gestures = touches.up(1, 110, 95, 90)
    assert kinds(gestures) == [Kind.LET_GO, Kind.TAP]
    assert (gestures[1].x, gestures[1].y) == (100, 100)


def test_finger_that_slides_away_presses_nothing(touches: Touches) -> None:
    touches.down(1, 100, 100, 0)
    assert kinds(touches.move(1, 100, 100 + 6 * MM)) == [Kind.LET_GO]
    assert touches.move(1, 100, 100) == []
    assert touches.up(1, 100, 100, 700) == []


@pytest.mark.parametrize(
    ("dx", "dy", "kind"),
    [
        (-30, 4, Kind.SWIPE_LEFT),
        (30, -4, Kind.SWIPE_RIGHT),
        (2, -30, Kind.SWIPE_UP),
        (2, 30, Kind.SWIPE_DOWN),
    ],
)
def test_swipe_goes_where_the_finger_goes(
    touches: Touches, dx: float, dy: float, kind: Kind
) -> None:
    touches.down(1, 500, 500, 0)
    assert kinds(touches.up(1, 500 + dx * MM, 500 + dy * MM, 200)) == [Kind.LET_GO, kind]


@pytest.mark.parametrize(("dx", "dy", "at_ms"), [(19, 0, 200), (30, 0, 500), (25, 25, 200)])
def test_short_slow_or_slanting_move_is_no_swipe(
    touches: Touches, dx: float, dy: float, at_ms: int
) -> None:
    touches.down(1, 500, 500, 0)
    assert kinds(touches.up(1, 500 + dx * MM, 500 + dy * MM, at_ms)) == [Kind.LET_GO]


def test_finger_that_stays_is_a_long_press_once_and_no_tap(touches: Touches) -> None:
    touches.down(1, 100, 100, 0)
    assert touches.held(499) == []
    assert kinds(touches.held(500)) == [Kind.LET_GO, Kind.LONG]
    assert touches.held(900) == []
    assert touches.up(1, 100, 100, 950) == []


def test_two_fingers_are_two_touches(touches: Touches) -> None:
    touches.down(1, 100, 100, 0)
    touches.down(2, 130, 100, 10)
    assert kinds(touches.up(1, 100, 100, 80)) == [Kind.LET_GO, Kind.TAP]
    assert kinds(touches.up(2, 130, 100, 90)) == [Kind.LET_GO, Kind.TAP]


def test_palm_counts_for_nothing_until_it_is_lifted(touches: Touches) -> None:
    touches.down(1, 100, 100, 0)
    touches.down(2, 120, 100, 20)
    assert kinds(touches.down(3, 110, 130, 40)) == [Kind.LET_GO] * 3
    assert touches.down(4, 600, 600, 400) == []
    for finger in (1, 2, 3, 4):
        assert touches.up(finger, 100, 100, 500) == []
    assert kinds(touches.down(1, 100, 100, 600)) == [Kind.PRESSED]


def test_three_fingers_far_apart_or_one_after_the_other_are_no_palm(touches: Touches) -> None:
    for finger, x in ((1, 100), (2, 100 + 60 * MM), (3, 100 + 120 * MM)):
        assert kinds(touches.down(finger, x, 100, 0)) == [Kind.PRESSED]
    touches.forget()
    for finger in (1, 2, 3):
        assert kinds(touches.down(finger, 100, 100, finger * 100)) == [Kind.PRESSED]


def test_unknown_finger_is_ignored(touches: Touches) -> None:
    assert touches.move(9, 1, 1) == []
    assert touches.up(9, 1, 1, 1) == []
    assert not touches.is_touched
