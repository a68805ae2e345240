"""What the wall shows, and that it repaints no more than what has changed."""

from dataclasses import replace
from zoneinfo import ZoneInfo

import pytest
from pytestqt.qtbot import QtBot

from kds.board.values import Ticket
from kds.kitchen.ids import Instant
from kds.ui.geometry import Box
from kds.ui.options import Options, Subject, view_for
from kds.ui.qt.fonts import Letters
from kds.ui.scene import Scene
from kds.ui.slips import Arrangement
from kds.ui.style.measures import Screen, measures
from kds.ui.ticket.part import Zone
from tests.ui import boards
from tests.ui.boards import NOW, board, line, ticket

SIZE = (1920, 914)
WALL = Box(0, 0, *SIZE)
SUBJECT = Subject("cut", boards.STATIONS, ZoneInfo("Asia/Shanghai"))


class Clock:
    """A clock that stands until it is moved."""

    ms = 10_000

    def __call__(self) -> int:
        return self.ms


@pytest.fixture
def clock() -> Clock:
    """The scene's clock."""
    return Clock()


@pytest.fixture
def scene(qtbot: QtBot, clock: Clock) -> Scene:
    """A wall of eight cells with seven hot-pot tickets, all painted."""
    letters = Letters(measures(33, Screen(1920, 1080)))
    scene = Scene(view_for(Options(), SUBJECT, letters), clock)
    scene.resize(SIZE)
    scene.show(board(boards.hotpot()), NOW)
    scene.take_damage()
    return scene


def tickets_of(scene: Scene) -> list[Ticket]:
    """The tickets that are shown."""
    return list(scene._board.tickets)


def at(seconds: float) -> Instant:
    """So long after NOW."""
    return Instant(NOW + round(seconds * 1000))


def test_first_board_paints_everything(qtbot: QtBot, clock: Clock) -> None:
    letters = Letters(measures(33, Screen(1920, 1080)))
    scene = Scene(view_for(Options(), SUBJECT, letters), clock)
    scene.resize(SIZE)
    scene.show(board(boards.hotpot()), NOW)
    assert WALL in scene.take_damage()
    assert len(scene.tiles) == 7


def test_same_board_again_paints_nothing(scene: Scene) -> None:
    scene.show(board(tickets_of(scene)), NOW)
    assert scene.take_damage() == []


def test_ticket_that_changes_is_painted_alone(scene: Scene) -> None:
    tickets = tickets_of(scene)
    tickets[2] = replace(tickets[2], guests=9)
    scene.show(board(tickets), NOW)
    where = set(scene.placement.boxes(tickets[2].visit))
    assert set(scene.take_damage()) == where


def test_bumped_ticket_is_painted_over_and_nothing_else(scene: Scene) -> None:
    tickets = tickets_of(scene)
    where = set(scene.placement.boxes(tickets[3].visit))
    scene.show(board([t for t in tickets if t is not tickets[3]]), NOW)
    damage = scene.take_damage()
    keys = [tile for tile in scene.tiles.values() if tile.part.box in damage]
    assert where <= set(damage)
    # The numbers behind it have moved up, and with them only those tickets are painted.
    assert all(int(tile.key or 0) >= 4 for tile in keys)


def test_tick_paints_only_clocks_that_read_otherwise(scene: Scene) -> None:
    scene.tick(at(0.0))
    assert scene.take_damage() == []
    scene.tick(at(1.0))
    damage = scene.take_damage()
    assert 7 <= len(damage) <= 24
    lives = [live.box for tile in scene.tiles.values() for live in tile.lives]
    assert all(box in lives for box in damage)
    assert sum(box.w * box.h for box in damage) < 0.06 * SIZE[0] * SIZE[1]


def test_clock_that_needs_more_room_lays_its_ticket_out_again(scene: Scene) -> None:
    visit = tickets_of(scene)[2].visit  # 9:48
    before = scene.sheet_of(visit)
    scene.tick(at(13))
    after = scene.sheet_of(visit)
    assert after is not before
    assert after is not None
    assert after.heading.clock.w > (before.heading.clock.w if before else 0)
    assert scene.placement.boxes(visit)[0] in scene.take_damage()


def test_ticket_that_is_new_carries_its_bar_for_ten_seconds(scene: Scene) -> None:
    new = ticket("N1", [line("x")], 0)
    scene.show(board([*tickets_of(scene)[:4], new]), NOW)
    tile = scene.tiles[new.visit, 0]
    bar = tile.lives[-1]
    assert bar.state(at(9.9)) is True
    assert bar.state(at(10.1)) is False


def test_numbers_find_tickets(scene: Scene) -> None:
    shown = scene.placement.ids
    assert scene.numbered(1) == shown[0]
    assert scene.numbered(7) == shown[6]
    assert scene.numbered(8) is None
    assert scene.numbered(0) is None


def test_bump_repaints_no_other_ticket(scene: Scene) -> None:
    """The others keep their numbers; what is painted anew is only the place that is empty now."""
    scene.take_damage()
    gone = scene.placement.ids[1]
    box = scene.placement.boxes(gone)[0]
    left = [made for made in scene._board.tickets if made.visit != gone]
    scene.show(board(left), NOW)
    assert scene.take_damage() == [box]
    assert scene.numbered(2) is None


def test_focus_moves_by_arrows_and_stays_on_the_page(scene: Scene) -> None:
    shown = scene.placement.ids
    scene.move(1, 0)
    assert scene.focus == shown[0]
    scene.move(1, 0)
    assert scene.focus == shown[1]
    scene.move(0, 1)
    assert scene.placement.boxes(shown[4])[0].x == scene.placement.boxes(shown[1])[0].x
    assert scene.focus == shown[4]
    scene.move(0, 1)
    assert scene.focus == shown[4]
    scene.move(0, -1)
    scene.move(-1, 0)
    scene.move(-1, 0)
    assert scene.focus == shown[0]


def test_focus_repaints_the_ring_too(scene: Scene) -> None:
    first, second = scene.placement.ids[:2]
    scene.select(first)
    gap = scene.view.style.gap
    ring = scene.placement.boxes(first)[0].inset(-gap)
    assert ring in scene.take_damage()
    scene.select(second)
    assert ring in scene.take_damage()


def test_focus_goes_on_when_its_ticket_leaves(scene: Scene) -> None:
    tickets = tickets_of(scene)
    scene.select(tickets[2].visit)
    scene.work_on(tickets[2].visit)
    scene.show(board([t for t in tickets if t is not tickets[2]]), NOW)
    assert scene.focus == tickets[3].visit
    scene.select(tickets[6].visit)
    scene.work_on(tickets[6].visit)
    scene.show(board(tickets[:6]), NOW)
    assert scene.focus == tickets[5].visit


def test_focus_does_not_go_on_when_somebody_elsewhere_took_its_ticket(scene: Scene) -> None:
    tickets = tickets_of(scene)
    scene.select(tickets[2].visit)
    scene.show(board([t for t in tickets if t is not tickets[2]]), NOW)
    assert (scene.focus, scene.has_missed) == (None, True)
    scene.move(0, 0)
    assert (scene.focus, scene.has_missed) == (tickets[0].visit, False)


def test_empty_board_has_no_focus(scene: Scene) -> None:
    scene.select(scene.placement.ids[0])
    scene.show(board([]), NOW)
    assert scene.focus is None
    assert scene.is_empty
    assert scene.take_damage()[-1] == WALL


def test_point_finds_what_it_means(scene: Scene) -> None:
    made = tickets_of(scene)[1]
    box = scene.placement.boxes(made.visit)[0]
    heads = scene.target_at(box.x + 5, box.y + 5)
    assert heads is not None
    assert (heads[0], heads[1].zone) == (made.visit, Zone.HEAD)
    foot = scene.target_at(box.right - 5, box.bottom - 5)
    assert foot is not None
    assert foot[1].zone is Zone.FOOT
    assert scene.target_at(1, 1) is None
    zones = {
        (found[1].zone, found[1].line)
        for y in range(box.y, box.bottom)
        if (found := scene.target_at(box.x + 60, y)) is not None
    }
    assert {line_ for zone, line_ in zones if zone is Zone.LINE} == {li.key for li in made.lines}


def test_rest_that_is_hidden_can_be_touched(scene: Scene) -> None:
    last = scene.placement.parts[-1]
    assert last.hidden
    found = scene.target_at(last.box.x + 50, last.box.bottom - 80)
    assert found is not None
    assert found[1].zone is Zone.MORE


def test_what_came_just_now_is_known_for_a_moment(scene: Scene, clock: Clock) -> None:
    new = ticket("N1", [line("x")])
    others = tickets_of(scene)
    clock.ms += 1000
    scene.show(board([t for t in others if t is not others[6]]), NOW)
    scene.show(board([*[t for t in others if t is not others[6]], new]), NOW)
    assert scene.came_just_now(new.visit)
    assert not scene.came_just_now(others[0].visit)
    clock.ms += 400
    assert not scene.came_just_now(new.visit)


def test_pages_turn_and_end(scene: Scene) -> None:
    scene.show(board([*tickets_of(scene), *boards.grill()]), NOW)
    first = scene.placement.ids
    assert not scene.turn(-1)
    assert scene.turn(1)
    assert not set(scene.placement.ids) & set(first)
    assert WALL in scene.take_damage()
    while scene.turn(1):
        pass
    assert scene.placement.page == len(scene.placement.pages) - 1


def test_focus_does_not_follow_to_another_page(scene: Scene) -> None:
    scene.show(board([*tickets_of(scene), *boards.grill()]), NOW)
    scene.select(scene.placement.ids[0])
    scene.turn(1)
    assert scene.focus is None


def test_language_and_arrangement_can_change_at_any_time(scene: Scene) -> None:
    letters = scene.view.ruler
    options = Options(lang="en", arrangement=Arrangement.FLOW)
    scene.set_view(view_for(options, SUBJECT, letters), SIZE)
    assert WALL in scene.take_damage()
    assert len(scene.placement.ids) == 6
    sheet = scene.sheet_of(scene.placement.ids[0])
    assert sheet is not None
    assert sheet.face.head.meta[0] == "Dine in"


def test_alerts_stand_before_the_tickets(scene: Scene) -> None:
    alert = boards.alert(("看不懂", "Cannot read"), "<xml>")
    scene.show(board(tickets_of(scene), alerts=[alert]), NOW)
    scene.settle()
    assert scene.placement.ids[0] == "alert:a1"
    scene.show(board(tickets_of(scene), alerts=[alert]), at(1))
    scene.settle()
    assert scene.sheet_of(scene.placement.ids[0]) is not None


def test_line_on_its_way_is_painted_and_so_is_its_arrival(scene: Scene) -> None:
    tickets = tickets_of(scene)
    of_line = frozenset({tickets[2].lines[1].key})
    where = set(scene.placement.boxes(tickets[2].visit))
    scene.show(board(tickets), NOW, of_line)
    assert set(scene.take_damage()) == where
    scene.show(board(tickets), NOW, of_line)
    assert scene.take_damage() == []
    scene.show(board(tickets), NOW)
    assert set(scene.take_damage()) == where
