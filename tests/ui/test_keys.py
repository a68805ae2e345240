"""Keys of a bump bar: one action per press at most, none from a key that is stuck."""

import pytest

from kds.ui.keys import Act, Change, Keyboard, KeyEvent

BUMP, ONE, OTHER = 13, 49, 75
BUMPED = (KeyEvent("Return", Act.BUMP),)


@pytest.fixture
def keyboard() -> Keyboard:
    """A bar with two keys that do something."""
    return Keyboard({BUMP: Act.BUMP, ONE: Act.ONE})


def test_one_press_is_one_action(keyboard: Keyboard) -> None:
    assert keyboard.press(BUMP, "Return", 0) == BUMPED
    assert keyboard.release(BUMP, 80) == ()
    assert keyboard.press(BUMP, "Return", 300) == BUMPED


def test_key_without_an_action_is_named(keyboard: Keyboard) -> None:
    assert keyboard.press(OTHER, "k", 0) == (KeyEvent("k"),)


def test_auto_repeat_never_acts_and_a_key_held_too_long_is_stuck(keyboard: Keyboard) -> None:
    assert keyboard.press(BUMP, "Return", 0) == BUMPED
    events = [
        event
        for at in range(33, 4000, 33)
        for event in keyboard.press(BUMP, "Return", at, is_repeat=True)
    ]
    assert events == [KeyEvent("Return", change=Change.STUCK)]
    assert keyboard.release(BUMP, 4010) == (KeyEvent("Return", change=Change.FREE),)
    assert keyboard.press(BUMP, "Return", 4300) == BUMPED


def test_held_key_without_auto_repeat_is_found_by_looking(keyboard: Keyboard) -> None:
    keyboard.press(BUMP, "Return", 0)
    assert keyboard.check(1000) == ()
    assert keyboard.check(2100) == (KeyEvent("Return", change=Change.STUCK),)
    assert keyboard.check(3100) == ()
    assert keyboard.release(BUMP, 3200) == (KeyEvent("Return", change=Change.FREE),)


def test_presses_thirty_times_a_second_are_one_action_and_then_stuck(keyboard: Keyboard) -> None:
    """What a bar full of soup sends: presses and releases, no repeats."""
    acted: list[KeyEvent] = []
    changes: list[KeyEvent] = []
    for at in range(0, 3000, 33):
        for event in keyboard.press(BUMP, "Return", at):
            (changes if event.change else acted).append(event)
        keyboard.release(BUMP, at + 10)
    assert acted == list(BUMPED)
    assert changes == [KeyEvent("Return", change=Change.STUCK)]
    assert keyboard.check(3500) == ()
    assert keyboard.check(5100) == (KeyEvent("Return", change=Change.FREE),)
    assert keyboard.press(BUMP, "Return", 5200) == BUMPED


def test_stuck_key_does_not_stop_the_others(keyboard: Keyboard) -> None:
    keyboard.press(BUMP, "Return", 0)
    keyboard.check(2500)
    assert keyboard.press(ONE, "1", 2600) == (KeyEvent("1", Act.ONE),)


def test_bounce_is_one_press_and_fast_people_are_not_slowed(keyboard: Keyboard) -> None:
    assert keyboard.press(BUMP, "Return", 0) == BUMPED
    assert keyboard.press(BUMP, "Return", 120) == ()
    pressed = [keyboard.press(BUMP, "Return", at) for at in range(1000, 3000, 180)]
    assert all(events == BUMPED for events in pressed)
    assert keyboard.press(ONE, "1", 2990) == (KeyEvent("1", Act.ONE),)


def test_key_that_was_stuck_in_rattling_acts_after_two_quiet_seconds(keyboard: Keyboard) -> None:
    for at in range(0, 600, 30):
        keyboard.press(BUMP, "Return", at)
    assert keyboard.press(BUMP, "Return", 1500) == ()
    freed = KeyEvent("Return", change=Change.FREE)
    assert keyboard.press(BUMP, "Return", 3600) == (freed, *BUMPED)


def test_keyboard_that_is_unplugged_forgets_what_was_down(keyboard: Keyboard) -> None:
    keyboard.press(BUMP, "Return", 0)
    keyboard.forget()
    assert keyboard.check(9000) == ()
    assert keyboard.release(BUMP, 9100) == ()
