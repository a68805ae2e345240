"""Fingers and keys on the painted wall become intents, and nothing else happens."""

from dataclasses import replace
from itertools import count

import pytest
from PySide6.QtCore import QEvent, QPoint, Qt
from PySide6.QtGui import (
    QColor,
    QFocusEvent,
    QGuiApplication,
    QImage,
    QKeyEvent,
    QPointingDevice,
    QTouchEvent,
)
from PySide6.QtTest import QTest
from pytestqt.qtbot import QtBot

from kds.board.values import Board, Ticket
from kds.kitchen.ids import Instant, VisitId
from kds.ui.geometry import Box
from kds.ui.intents import (
    Button,
    Digit,
    HandleAlert,
    Intent,
    JustMoved,
    KeyFree,
    KeyStuck,
    LongPress,
    Missed,
    Move,
    OtherKey,
    Press,
    Recall,
    SwitchLanguage,
    TapBar,
    TapHead,
    TapLine,
    TapMore,
    TurnPage,
    Undo,
    Why,
)
from kds.ui.options import Options, Subject, measures_for, view_for
from kds.ui.qt.canvas import Palette
from kds.ui.qt.fonts import Letters
from kds.ui.qt.wall import Wall
from kds.ui.style.colours import Ink, Theme, colour
from kds.ui.style.measures import Screen
from kds.ui.ticket.part import Target, Zone, targets_of
from tests.ui import boards
from tests.ui.boards import NOW, board, line, ticket
from tests.ui.conftest import Clock

_fingers = count(1)


@pytest.fixture
def wall(qtbot: QtBot, clock: Clock, subject: Subject, screen: Screen) -> Wall:
    """A wall with fourteen tickets on two pages, painted a while ago."""
    letters = Letters(measures_for(Options(), Screen(1920, 1080)))
    wall = Wall(view_for(Options(), subject, letters), Palette(Theme.DARK, letters), clock)
    qtbot.addWidget(wall)
    wall.resize(1920, 914)
    wall.show()
    wall.show_board(board([*boards.hotpot(), *boards.grill()]), NOW)
    clock.ms += 5_000
    return wall


@pytest.fixture
def intents(wall: Wall) -> list[Intent]:
    """Everything that the wall asks for."""
    asked: list[Intent] = []
    wall.intent.connect(asked.append)
    return asked


@pytest.fixture(scope="module")
def glass() -> QPointingDevice:
    """A touch screen."""
    return QTest.createTouchDevice()


def tickets(wall: Wall) -> list[Ticket]:
    """The tickets of the page that is looked at."""
    by_id = {made.visit: made for made in wall.scene._board.tickets}
    return [by_id[visit] for visit in wall.scene.placement.ids]


def targets(wall: Wall, number: int) -> list[Target]:
    """What can be touched on a ticket, by its number."""
    visit = wall.scene.placement.ids[number - 1]
    tile = wall.scene.tiles[visit, 0]
    return list(targets_of(tile.sheet, tile.part, wall.scene.view.ruler.measures))


def target(wall: Wall, number: int, zone: Zone) -> Target:
    """One target of a ticket."""
    return next(one for one in targets(wall, number) if one.zone is zone)


def middle(box: Box) -> QPoint:
    """The middle of a box."""
    return QPoint(box.x + box.w // 2, box.y + box.h // 2)


def tap(wall: Wall, box: Box) -> None:
    """Click in the middle of a box."""
    QTest.mouseClick(wall, Qt.MouseButton.LeftButton, pos=middle(box))


def touch(wall: Wall, glass: QPointingDevice, *places: QPoint) -> None:
    """Put a finger down at the first place, move it over the others, lift it at the last."""
    finger = next(_fingers)
    QTest.touchEvent(wall, glass).press(finger, places[0], wall).commit()
    for place in places[1:]:
        QTest.touchEvent(wall, glass).move(finger, place, wall).commit()
    QTest.touchEvent(wall, glass).release(finger, places[-1], wall).commit()


def picture(wall: Wall) -> QImage:
    """The wall as it is."""
    image = QImage(wall.size(), QImage.Format.Format_RGB32)
    wall.render(image)
    return image


def test_dish_that_is_touched_is_named(wall: Wall, intents: list[Intent]) -> None:
    made = tickets(wall)[1]
    tap(wall, target(wall, 2, Zone.LINE).box)
    assert intents == [TapLine(made.visit, made.lines[0].key)]


def test_foot_head_and_rest_are_told_apart(wall: Wall, intents: list[Intent], clock: Clock) -> None:
    last = tickets(wall)[6]
    for zone in (Zone.FOOT, Zone.MORE, Zone.HEAD):
        tap(wall, target(wall, 7, zone).box)
    assert intents == [TapBar(last.visit), TapMore(last.visit), TapHead(last.visit)]
    assert wall.scene.focus == last.visit


def test_gap_between_tickets_means_nothing(wall: Wall, intents: list[Intent]) -> None:
    QTest.mouseClick(wall, Qt.MouseButton.LeftButton, pos=QPoint(4, 4))
    QTest.mouseClick(wall, Qt.MouseButton.RightButton, pos=QPoint(100, 100))
    assert intents == []


def test_fingers_mean_what_the_mouse_means(
    wall: Wall, intents: list[Intent], glass: QPointingDevice, clock: Clock
) -> None:
    made = tickets(wall)[2]
    touch(wall, glass, middle(target(wall, 3, Zone.FOOT).box))
    assert intents == [TapBar(made.visit)]


def test_swipe_turns_the_page(wall: Wall, intents: list[Intent], glass: QPointingDevice) -> None:
    touch(wall, glass, QPoint(900, 400), QPoint(800, 402), QPoint(700, 405))
    assert intents == [TurnPage(1)]
    assert wall.scene.placement.page == 1
    touch(wall, glass, QPoint(700, 400), QPoint(900, 402))
    assert intents[-1] == TurnPage(-1)
    assert wall.scene.placement.page == 0


def test_finger_that_stays_asks_for_details(
    qtbot: QtBot, wall: Wall, intents: list[Intent], clock: Clock
) -> None:
    made = tickets(wall)[1]
    line_target = target(wall, 2, Zone.LINE)
    QTest.mousePress(wall, Qt.MouseButton.LeftButton, pos=middle(line_target.box))
    clock.ms += 600
    qtbot.waitUntil(lambda: bool(intents))
    QTest.mouseRelease(wall, Qt.MouseButton.LeftButton, pos=middle(line_target.box))
    assert intents == [LongPress(made.visit, line_target.line)]


def test_second_touch_of_the_same_place_at_once_is_the_same_touch(
    wall: Wall, intents: list[Intent], clock: Clock
) -> None:
    box = target(wall, 2, Zone.FOOT).box
    for pause in (0, 150, 250):
        clock.ms += pause
        tap(wall, box)
    assert len(intents) == 2
    tap(wall, target(wall, 3, Zone.FOOT).box)
    assert len(intents) == 3


def test_ticket_that_came_under_the_finger_is_not_bumped(
    wall: Wall, intents: list[Intent], clock: Clock
) -> None:
    box = target(wall, 2, Zone.FOOT).box
    others = [t for t in wall.scene._board.tickets if t.visit != wall.scene.placement.ids[1]]
    wall.show_board(board([*others, ticket("N", [line("x")])]), NOW)
    moved = wall.scene.placement.ids[1]
    tap(wall, box)
    QTest.keyClick(wall, Qt.Key.Key_2)
    assert intents == [JustMoved(moved), JustMoved(moved)]
    clock.ms += 500
    tap(wall, box)
    assert intents[-1] == TapBar(moved)


def test_pressed_look_is_there_at_once_and_goes(wall: Wall) -> None:
    box = target(wall, 2, Zone.FOOT).box
    spot = QPoint(box.right - 6, box.y + 8)
    before = picture(wall).pixelColor(spot)
    assert before.name().upper() == colour(Theme.DARK, Ink.RAISED)
    QTest.mousePress(wall, Qt.MouseButton.LeftButton, pos=middle(box))
    pressed = picture(wall).pixelColor(spot)
    assert pressed == QColor(255 - before.red(), 255 - before.green(), 255 - before.blue())
    QTest.mouseRelease(wall, Qt.MouseButton.LeftButton, pos=middle(box))
    assert picture(wall).pixelColor(spot) == before


@pytest.mark.parametrize(
    ("key", "expected"),
    [
        (Qt.Key.Key_Backspace, Undo()),
        (Qt.Key.Key_R, Recall()),
        (Qt.Key.Key_Left, Move(-1, 0)),
        (Qt.Key.Key_Right, Move(1, 0)),
        (Qt.Key.Key_Up, Move(0, -1)),
        (Qt.Key.Key_Down, Move(0, 1)),
        (Qt.Key.Key_PageUp, TurnPage(-1)),
        (Qt.Key.Key_PageDown, TurnPage(1)),
        (Qt.Key.Key_W, Why(None)),
        (Qt.Key.Key_L, SwitchLanguage()),
        (Qt.Key.Key_T, Press(Button.ALL_DAY)),
        (Qt.Key.Key_K, OtherKey("K")),
        (Qt.Key.Key_Escape, OtherKey("Escape")),
    ],
)
def test_keys_mean_what_the_contract_says(
    wall: Wall, intents: list[Intent], key: Qt.Key, expected: Intent
) -> None:
    QTest.keyClick(wall, key)
    assert intents == [expected]


def test_digit_selects_and_enter_bumps(wall: Wall, intents: list[Intent], clock: Clock) -> None:
    fourth = wall.scene.placement.ids[3]
    QTest.keyClick(wall, Qt.Key.Key_4)
    QTest.keyClick(wall, Qt.Key.Key_Return)
    assert intents == [Digit(4, fourth), TapBar(fourth, by_key=True)]
    assert wall.scene.focus == fourth
    QTest.keyClick(wall, Qt.Key.Key_W)
    assert intents[-1] == Why(fourth)


def test_number_without_a_ticket_leaves_enter_nothing_to_bump(
    wall: Wall, intents: list[Intent], clock: Clock
) -> None:
    QTest.keyClick(wall, Qt.Key.Key_4)
    QTest.keyClick(wall, Qt.Key.Key_9)
    QTest.keyClick(wall, Qt.Key.Key_Return)
    assert intents[1:] == [Digit(9, None), Missed()]
    clock.ms += 300
    QTest.keyClick(wall, Qt.Key.Key_Return)
    assert intents[-1] == Missed(), "the next one shows what would be bumped, as at first"
    assert wall.scene.focus is not None


def test_enter_for_a_ticket_that_just_moved_bumps_no_other(
    wall: Wall, intents: list[Intent], clock: Clock
) -> None:
    first, _, _, fourth = wall.scene.placement.ids[:4]
    QTest.keyClick(wall, Qt.Key.Key_1)
    wall.scene.came_just_now = lambda visit: visit == fourth  # type: ignore[method-assign]
    QTest.keyClick(wall, Qt.Key.Key_4)
    QTest.keyClick(wall, Qt.Key.Key_Return)
    assert intents == [Digit(1, first), JustMoved(fourth), Missed()]


def test_enter_for_a_ticket_that_was_bumped_elsewhere_bumps_no_other(
    wall: Wall, intents: list[Intent], clock: Clock
) -> None:
    QTest.keyClick(wall, Qt.Key.Key_4)
    bumped(wall, 4)
    clock.ms += 1_000
    QTest.keyClick(wall, Qt.Key.Key_Return)
    assert intents[1:] == [Missed()]


def test_enter_goes_on_after_a_bump_of_ones_own(
    wall: Wall, intents: list[Intent], clock: Clock
) -> None:
    fourth, fifth = wall.scene.placement.ids[3:5]
    QTest.keyClick(wall, Qt.Key.Key_4)
    QTest.keyClick(wall, Qt.Key.Key_Return)
    bumped(wall, 4)
    clock.ms += 1_000
    QTest.keyClick(wall, Qt.Key.Key_Return)
    assert intents[1:] == [TapBar(fourth, by_key=True), TapBar(fifth, by_key=True)]


def test_finger_that_lay_on_another_line_when_it_came_down_does_nothing(
    wall: Wall, intents: list[Intent], clock: Clock
) -> None:
    made = tickets(wall)[3]
    at = middle(target(wall, 4, Zone.LINE).box)
    QTest.mousePress(wall, Qt.MouseButton.LeftButton, pos=at)
    fewer = replace(made, lines=made.lines[1:])
    wall.show_board(board([fewer, *(t for t in wall.scene._board.tickets if t is not made)]), NOW)
    clock.ms += 450
    QTest.mouseRelease(wall, Qt.MouseButton.LeftButton, pos=at)
    assert intents == [JustMoved(made.visit)]


def test_first_enter_shows_what_the_second_would_bump(
    wall: Wall, intents: list[Intent], clock: Clock
) -> None:
    QTest.keyClick(wall, Qt.Key.Key_Return)
    assert intents == []
    clock.ms += 300
    QTest.keyClick(wall, Qt.Key.Key_Enter)
    assert intents == [TapBar(wall.scene.placement.ids[0], by_key=True)]


def test_held_key_is_one_action_then_stuck_then_free(
    wall: Wall, intents: list[Intent], clock: Clock
) -> None:
    QTest.keyPress(wall, Qt.Key.Key_R)
    for _ in range(90):
        clock.ms += 33
        repeat = QKeyEvent(
            QEvent.Type.KeyPress, Qt.Key.Key_R, Qt.KeyboardModifier.NoModifier, "r", True
        )
        wall.keyPressEvent(repeat)
    QTest.keyRelease(wall, Qt.Key.Key_R)
    assert intents == [Recall(), KeyStuck("R"), KeyFree("R")]


def test_held_key_that_comes_up_and_down_again_is_one_action(
    wall: Wall, intents: list[Intent], clock: Clock
) -> None:
    """What X sends while Enter is held; Qt does not say that these are repeats."""
    QTest.keyClick(wall, Qt.Key.Key_4)
    down, up = QEvent.Type.KeyPress, QEvent.Type.KeyRelease

    def comes(kind: QEvent.Type, at_ms: int) -> None:
        event = QKeyEvent(kind, Qt.Key.Key_Return, Qt.KeyboardModifier.NoModifier)
        event.setTimestamp(at_ms)
        (wall.keyPressEvent if kind is down else wall.keyReleaseEvent)(event)

    comes(down, 1_000)
    clock.ms += 660
    for at_ms in range(1_660, 4_000, 40):
        comes(up, at_ms)
        comes(down, at_ms)
        clock.ms += 40
    comes(up, 4_020)
    assert intents[1:] == [TapBar(tickets(wall)[3].visit, by_key=True), KeyStuck("Return")]
    clock.ms += 2_100
    wall.tick(Instant(NOW + 1000))
    comes(down, 6_200)
    assert intents[3:] == [KeyFree("Return"), TapBar(tickets(wall)[3].visit, by_key=True)]


def test_key_that_is_stuck_without_repeating_is_found_by_the_tick(
    wall: Wall, intents: list[Intent], clock: Clock
) -> None:
    QTest.keyPress(wall, Qt.Key.Key_Return)
    clock.ms += 2_500
    wall.tick(Instant(NOW + 1000))
    assert intents == [KeyStuck("Return")]


def test_alert_is_handled_by_touch_and_key(wall: Wall, intents: list[Intent], clock: Clock) -> None:
    alert = boards.alert(("看不懂", "Cannot read"), "<xml>")
    wall.show_board(board([], alerts=[alert]), NOW)
    clock.ms += 1000
    tap(wall, target_of_alert(wall))
    QTest.keyClick(wall, Qt.Key.Key_1)
    QTest.keyClick(wall, Qt.Key.Key_Return)
    assert intents[0] == HandleAlert(alert.id)
    assert intents[-1] == HandleAlert(alert.id)


def target_of_alert(wall: Wall) -> Box:
    """The button of the alert's card."""
    tile = next(iter(wall.scene.tiles.values()))
    found = targets_of(tile.sheet, tile.part, wall.scene.view.ruler.measures)
    return next(one.box for one in found if one.zone is Zone.FOOT)


def test_tab_does_not_lead_keys_away(wall: Wall, intents: list[Intent]) -> None:
    QTest.keyClick(wall, Qt.Key.Key_Tab)
    assert intents == [OtherKey("Tab")]


def test_touch_hides_the_ring_only_after_keys_have_rested(wall: Wall, clock: Clock) -> None:
    QTest.keyClick(wall, Qt.Key.Key_1)
    tap(wall, target(wall, 3, Zone.LINE).box)
    assert wall.scene.focus is not None
    clock.ms += 700_000
    tap(wall, target(wall, 3, Zone.LINE).box)
    assert wall.scene.focus is None


def test_settling_closes_the_gaps(wall: Wall) -> None:
    left = [t for t in wall.scene._board.tickets if t.visit != wall.scene.placement.ids[1]]
    wall.show_board(board(left), NOW)
    shown = wall.scene.placement.ids
    wall.settle()
    assert wall.scene.placement.ids[: len(shown)] == tuple(t.visit for t in left[: len(shown)])


def bumped(wall: Wall, number: int) -> tuple[VisitId, ...]:
    """Take a ticket off the wall; returns the order in which all others should stand."""
    left = [t for t in wall.scene._board.tickets if t.visit != wall.scene.placement.ids[number - 1]]
    wall.show_board(board(left), NOW)
    return tuple(t.visit for t in left)


def has_closed_up(wall: Wall, order: tuple[VisitId, ...]) -> bool:
    ids = wall.scene.placement.ids
    return ids == order[: len(ids)] and not wall.scene.has_gaps


def test_tickets_close_up_only_after_hands_have_been_off_for_a_while(
    wall: Wall, clock: Clock
) -> None:
    """A blind "4, BUMP" must not meet another ticket than a moment before."""
    tap(wall, target(wall, 1, Zone.FOOT).box)
    order = bumped(wall, 2)
    clock.ms += 1_900
    wall.tick(NOW)
    assert not has_closed_up(wall, order)
    clock.ms += 100
    wall.tick(NOW)
    assert has_closed_up(wall, order)


def test_tickets_close_up_every_five_seconds_at_most(wall: Wall, clock: Clock) -> None:
    bumped(wall, 2)
    wall.tick(NOW)
    order = bumped(wall, 2)
    clock.ms += 4_900
    wall.tick(NOW)
    assert not has_closed_up(wall, order)
    clock.ms += 100
    wall.tick(NOW)
    assert has_closed_up(wall, order)


def test_ticket_in_focus_does_not_move(wall: Wall, clock: Clock) -> None:
    QTest.keyClick(wall, Qt.Key.Key_3)
    focus = wall.scene.focus
    assert focus is not None
    where = wall.scene.placement.boxes(focus)
    order = bumped(wall, 2)
    clock.ms += 60_000
    wall.tick(NOW)
    assert wall.scene.placement.boxes(focus) == where
    wall.scene.select(None)
    wall.tick(NOW)
    assert has_closed_up(wall, order)


def test_empty_wall_says_so(wall: Wall) -> None:
    plain = picture_of_empty(wall)
    wall.set_empty_text("没有待做的单", ("上一单 14:52 完成",))
    assert picture_of_empty(wall) != plain


def picture_of_empty(wall: Wall) -> QImage:
    """The wall with nothing on it."""
    wall.show_board(Board("cut", "", (), (), (), None), NOW)
    return picture(wall)


def test_stale_wall_has_a_hazard_frame_and_covers_nothing(wall: Wall) -> None:
    fresh = picture(wall)
    wall.set_stale(True)
    stale = picture(wall)
    gap = wall.scene.view.style.gap
    edge = {stale.pixelColor(x, gap // 2).name().upper() for x in range(0, 400, 3)}
    assert {colour(Theme.DARK, Ink.CRITICAL), colour(Theme.DARK, Ink.BG)} <= edge
    inside = (gap, gap, 1920 - 2 * gap, 914 - 2 * gap)
    box = wall.scene.placement.parts[0].box
    assert stale.copy(*box.inset(8)) == fresh.copy(*box.inset(8))
    assert stale.copy(*inside).size() == fresh.copy(*inside).size()


def test_cancelled_touch_presses_nothing(
    wall: Wall, intents: list[Intent], glass: QPointingDevice
) -> None:
    box = target(wall, 2, Zone.FOOT).box
    finger = next(_fingers)
    QTest.touchEvent(wall, glass).press(finger, middle(box), wall).commit()
    wall.event(QTouchEvent(QEvent.Type.TouchCancel, glass))
    QTest.touchEvent(wall, glass).release(finger, middle(box), wall).commit()
    assert intents == []


def test_next_page_is_drawn_beforehand_while_nothing_happens(qtbot: QtBot, wall: Wall) -> None:
    """On a small wall, as slow machines have: two pages of a large one take too much memory."""
    wall.resize(1366, 640)

    def drawn() -> bool:
        kept, tiles = wall._pictures._kept, wall.scene.next_page()
        found = [(kept.get((tile.part.id, tile.part.index)), tile.sheet) for tile in tiles]
        return all(one is not None and one.sheet is sheet for one, sheet in found)

    qtbot.waitUntil(drawn)
    kept = dict(wall._pictures._kept)
    wall.turn(1)
    picture(wall)
    shown = {(part.id, part.index) for part in wall.scene.placement.parts}
    assert all(wall._pictures._kept[key] is kept[key] for key in shown)


def test_mouse_that_is_dragged_away_presses_nothing(wall: Wall, intents: list[Intent]) -> None:
    start = middle(target(wall, 2, Zone.FOOT).box)
    QTest.mousePress(wall, Qt.MouseButton.LeftButton, pos=start)
    QTest.mouseMove(wall, start - QPoint(0, 120))
    QTest.mouseRelease(wall, Qt.MouseButton.LeftButton, pos=start - QPoint(0, 40))
    assert intents == []


def test_ticket_that_came_just_now_is_not_bumped_by_key(
    wall: Wall, intents: list[Intent], clock: Clock
) -> None:
    wall.show_board(board([ticket("N", [line("x")])]), NOW)
    wall.scene.select(wall.scene.placement.ids[0])
    QTest.keyClick(wall, Qt.Key.Key_Return)
    assert intents == [JustMoved(wall.scene.placement.ids[0])]


def test_line_that_is_spoken_of_is_marked(wall: Wall) -> None:
    made = tickets(wall)[1]
    plain = picture(wall)
    wall.scene.select(made.visit, made.lines[1].key)
    marked = picture(wall)
    lines = [one for one in targets(wall, 2) if one.zone is Zone.LINE]
    edge = [QPoint(one.box.x + 2, middle(one.box).y()) for one in lines]
    focus = colour(Theme.DARK, Ink.FOCUS)
    assert marked.pixelColor(edge[1]).name().upper() == focus
    assert marked.pixelColor(edge[0]) == plain.pixelColor(edge[0])


def test_keys_that_go_elsewhere_are_stuck_no_longer(
    wall: Wall, intents: list[Intent], clock: Clock
) -> None:
    """Fault 25: a bump bar that is pulled out never lets its key go."""
    QTest.keyPress(wall, Qt.Key.Key_4)
    clock.ms += 3_000
    wall.tick(NOW)
    QGuiApplication.sendEvent(wall, QFocusEvent(QEvent.Type.FocusOut))
    assert intents[-2:] == [KeyStuck("4"), KeyFree("4")]
    QTest.keyPress(wall, Qt.Key.Key_4)
    assert isinstance(intents[-1], Digit)
