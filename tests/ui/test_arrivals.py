"""200 open tickets: a new order is on the glass, or a count on the glass changes, every time."""

from random import Random

import pytest
from PySide6.QtGui import QImage
from PySide6.QtWidgets import QWidget
from pytestqt.qtbot import QtBot

from kds.board.values import Ticket
from kds.ui.chrome.health import Health, Trouble, TroubleKind
from kds.ui.options import Options, Subject
from kds.ui.qt.display import Display
from kds.ui.slips import Arrangement, Size
from kds.ui.style.measures import Screen
from tests.ui.boards import NOW, board, line, mod, ticket
from tests.ui.conftest import Clock

OPEN = 200
ARRIVALS = 40
DISHES = ("毛肚", "宫保鸡丁", "鲜毛肚拼黄喉双拼大份", "Double cheeseburger", "可乐")
CALM = Health()
LOST = Health((Trouble(TroubleKind.LOST, ("45 s",), ("18:23:10", "3")),))


def any_ticket(random: Random, number: int) -> Ticket:
    """A ticket of any height and age."""
    lines = [
        line(
            random.choice(DISHES),
            random.randint(1, 9),
            modifiers=tuple(mod("不要香菜") for _ in range(random.choice((0, 0, 0, 1, 3)))),
        )
        for _ in range(random.choice((1, 1, 2, 3, 5, 8, 20)))
    ]
    return ticket(f"T{number}", lines, age=random.uniform(0, 30), pinned=random.random() < 0.01)


def picture(widget: QWidget) -> QImage:
    """What a part of the screen looks like."""
    image = QImage(widget.size(), QImage.Format.Format_RGB32)
    widget.render(image)
    return image


@pytest.mark.parametrize("health", [CALM, LOST], ids=["calm", "lost"])
@pytest.mark.parametrize("size", [(1920, 1080), (1366, 768), (1080, 1920)], ids=str)
@pytest.mark.parametrize("arrangement", Arrangement)
def test_every_arrival_can_be_seen(
    qtbot: QtBot,
    clock: Clock,
    subject: Subject,
    arrangement: Arrangement,
    size: Size,
    health: Health,
) -> None:
    """On whatever page, whatever was bumped before, also while the strip has something to tell."""
    random = Random(f"{arrangement} {size}")
    display = Display(subject, Options(arrangement=arrangement), clock, Screen(*size))
    qtbot.addWidget(display)
    display.resize(*size)
    display.show()
    display.set_health(health)
    tickets = [any_ticket(random, number) for number in range(OPEN)]
    display.show_board(board(tickets), NOW)
    for number in range(OPEN, OPEN + ARRIVALS):
        display.wall.turn(random.choice((0, 0, 1, -1)))
        for _ in range(random.choice((0, 0, 1, 3))):
            tickets.pop(random.randrange(len(tickets)))
        display.show_board(board(tickets), NOW)
        before = picture(display.strip), picture(display.bottom)
        new = any_ticket(random, number)
        # Where the board puts it is up to the rules: mostly last, a rush first.
        tickets.insert(random.choice((0, len(tickets), random.randrange(len(tickets)))), new)
        display.show_board(board(tickets), NOW)
        is_on_glass = new.visit in display.wall.scene.placement.ids
        after = picture(display.strip), picture(display.bottom)
        assert is_on_glass or before != after
