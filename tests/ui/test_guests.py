"""The guests' board: numbers, nothing else, in both languages, and alive."""

from dataclasses import replace
from itertools import combinations
from zoneinfo import ZoneInfo

import pytest
from pytestqt.qtbot import QtBot

from kds.board.values import Band, Ticket
from kds.kitchen.ids import Instant, OrderId
from kds.ui.chrome.health import Health, Trouble, TroubleKind
from kds.ui.geometry import Box
from kds.ui.guests import GuestsFace, draw_guests, guests_of
from kds.ui.options import Options, Subject
from kds.ui.qt.display import Display
from kds.ui.qt.fonts import Letters
from kds.ui.shot import picture_of
from kds.ui.style.measures import Screen, dish_size, measures
from kds.ui.ticket.reading import Reading
from kds.ui.words import words
from tests.ui import boards
from tests.ui.boards import NOW, board, done, line, partly, ticket
from tests.ui.conftest import Clock
from tests.ui.recorder import Recorder

SIZES = [(1920, 1080), (1366, 768), (1080, 1920)]
READING = Reading(words("zh"), {}, ZoneInfo("Asia/Shanghai"), None)


def numbered(number: str, made: Ticket, **more: object) -> Ticket:
    """A ticket for a guest who is called by a number."""
    return replace(made, number=number, table="", **more)  # type: ignore[arg-type]


def ready(number: str, minutes: float) -> Ticket:
    """A ticket that is ready for so long."""
    at = boards.ago(minutes)
    dish = done("炒饭", minutes=minutes)
    return numbered(number, ticket(number, [dish]), complete=True, band=Band.READY, ready_at=at)


TICKETS = [
    numbered("128", ticket("128", [line("炒饭", 2)])),
    numbered("127", ticket("127", [partly("炒饭", 2, 1)])),
    ready("124", 4),
    ready("126", 1),
]


def recorder(size: tuple[int, int]) -> Recorder:
    """A canvas of the size of a screen."""
    screen = Screen(*size)
    return Recorder(Letters(measures(dish_size(screen), screen)))


def test_numbers_stand_where_their_food_is_and_the_newest_call_first() -> None:
    face = guests_of(board(TICKETS, "pickup"), READING, NOW, is_lost=False)
    assert (face.preparing, face.almost, face.ready) == (("128",), ("127",), ("126", "124"))
    assert face.clock + face.seconds == f"{READING.time(NOW)}{READING.seconds(NOW)}"


def test_a_guest_without_a_number_is_called_by_the_end_of_his_order() -> None:
    made = numbered("", TICKETS[0])
    order = made.orders[0]._replace(order_id=OrderId("20261121-004217"))
    face = guests_of(board([replace(made, orders=(order,))], "pickup"), READING, NOW, is_lost=False)
    assert face.preparing == ("004217",)


@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize("count", [0, 1, 5, 40])
def test_nothing_lies_over_anything_however_many_wait(
    qtbot: QtBot, size: tuple[int, int], count: int
) -> None:
    del qtbot
    canvas = recorder(size)
    many = tuple(f"A {n}" for n in range(count))
    box = Box(0, 0, *size)
    draw_guests(canvas, GuestsFace(many, many, many, "12:47", ":08"), box)
    assert all(said.box.within(box) for said in canvas.said)
    for one, other in combinations(canvas.said, 2):
        assert not one.box.meets(other.box), (one, other)
    shown = sum(text.startswith("A ") for text in canvas.texts)
    left_out = [int(text) for text in canvas.texts if text.startswith("+")]
    assert shown + sum(left_out) == 3 * count


@pytest.mark.parametrize("size", SIZES)
def test_both_languages_say_what_the_zones_are(qtbot: QtBot, size: tuple[int, int]) -> None:
    del qtbot
    canvas = recorder(size)
    draw_guests(canvas, GuestsFace(clock="12:47", seconds=":08"), Box(0, 0, *size))
    for lang in ("zh", "en"):
        titles = {words(lang)(f"pickup.{zone}") for zone in ("preparing", "almost", "ready")}
        assert titles <= set(canvas.texts)
    assert "12:47:08" in canvas.texts


def test_a_long_number_is_made_smaller_before_it_is_cut(qtbot: QtBot) -> None:
    del qtbot
    canvas = recorder((1366, 768))
    draw_guests(canvas, GuestsFace(ready=("TAKE-123456", "B 1")), Box(0, 0, 1366, 768))
    assert "TAKE-123456" in canvas.texts


def test_the_display_shows_numbers_only_moves_its_clock_and_says_when_it_is_lost(
    qtbot: QtBot, clock: Clock
) -> None:
    display = Display(Subject("pickup", zone=ZoneInfo("Asia/Shanghai")), Options(), clock)
    qtbot.addWidget(display)
    display.resize(1920, 1080)
    display.show()
    display.show_board(board(TICKETS, "pickup"), NOW)
    assert display.guests.geometry() == display.rect()
    assert all(part.isHidden() for part in (display.strip, display.wall, display.bottom))
    before = picture_of(display)
    display.tick(Instant(NOW + 1_000))
    moved = picture_of(display)
    assert moved != before
    display.set_health(Health((Trouble(TroubleKind.LOST, ("",), ("", "")),)))
    assert display.guests.face.is_lost
    assert display.guests.face.ready == ("126", "124")
    assert picture_of(display) != moved
    display.set_subject(Subject("cut", boards.STATIONS))
    assert display.guests.isHidden()
    assert not display.wall.isHidden()
