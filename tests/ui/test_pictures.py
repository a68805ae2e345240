"""Real pictures, pixel by pixel: nothing outside its ticket, and clocks whole and untouched."""

from collections.abc import Callable, Iterator

import pytest
from PySide6.QtCore import QPoint
from PySide6.QtGui import QColor, QImage, QPainter, QRegion
from pytestqt.qtbot import QtBot

from kds.board.values import Ticket, TicketLine
from kds.ui.geometry import Box
from kds.ui.options import Options, Subject, view_for
from kds.ui.qt.canvas import Palette, QtCanvas
from kds.ui.qt.fonts import Letters
from kds.ui.qt.painting import Overlay, Pictures, paint_scene
from kds.ui.scene import Scene
from kds.ui.slips import Arrangement, Part
from kds.ui.style.colours import Ink, Theme, colour
from kds.ui.style.measures import Screen, measures
from kds.ui.ticket.live import BandWord, HeadClock
from kds.ui.ticket.make import face_of
from kds.ui.ticket.part import draw_part, lives_of
from kds.ui.ticket.sheet import Sheet, sheet_of
from kds.ui.words import words
from tests.ui import boards
from tests.ui.boards import NOW, board, held, line, ticket, void

SCREEN = Screen(1920, 1080, 527, 296)
MARGIN = 40
AROUND = QColor(1, 2, 3)

SAMPLES: dict[str, Callable[[], list[Ticket]]] = {
    "hotpot": boards.hotpot,
    "grill": boards.grill,
    "hard": boards.hard,
    "banquet": lambda: [boards.banquet(9)],
}


@pytest.fixture(autouse=True)
def _application(qtbot: QtBot) -> None:
    """Painting needs an application."""


def laid(made: Ticket, lang: str, dish: int, subject: Subject) -> tuple[Sheet, Palette]:
    """A ticket laid out at the least width."""
    letters = Letters(measures(dish, SCREEN))
    view = view_for(Options(lang=lang), subject, letters)
    sheet = sheet_of(face_of(made, view.reading), 12 * dish, letters, NOW)
    return sheet, Palette(Theme.DARK, letters)


def picture(sheet: Sheet, palette: Palette, lang: str) -> QImage:
    """The ticket in the middle of an image with a margin."""
    box = Box(MARGIN, MARGIN, sheet.width, sheet.slip.height)
    image = QImage(box.w + 2 * MARGIN, box.h + 2 * MARGIN, QImage.Format.Format_RGB32)
    image.fill(AROUND)
    painter = QPainter(image)
    part = Part(sheet.face.visit, box, 0, len(sheet.blocks))
    canvas = QtCanvas(painter, palette)
    draw_part(canvas, sheet, part, words(lang))
    for live in lives_of(sheet, part, canvas.measures):
        live.draw(canvas, NOW)
    painter.end()
    return image


def margins(image: QImage) -> Iterator[QImage]:
    """The four strips around a ticket."""
    w, h = image.width(), image.height()
    for box in (
        (0, 0, w, MARGIN),
        (0, h - MARGIN, w, MARGIN),
        (0, 0, MARGIN, h),
        (w - MARGIN, 0, MARGIN, h),
    ):
        yield image.copy(*box)


@pytest.mark.parametrize("dish", [24, 33, 48])
@pytest.mark.parametrize("lang", ["zh", "en"])
@pytest.mark.parametrize("name", SAMPLES)
def test_no_ink_leaves_its_ticket(name: str, lang: str, dish: int, subject: Subject) -> None:
    for made in SAMPLES[name]():
        sheet, palette = laid(made, lang, dish, subject)
        for margin in margins(picture(sheet, palette, lang)):
            plain = QImage(margin.size(), margin.format())
            plain.fill(AROUND)
            assert margin == plain, sheet.face.head.title


@pytest.mark.parametrize("dish", [24, 33, 48])
@pytest.mark.parametrize("lang", ["zh", "en"])
@pytest.mark.parametrize("name", SAMPLES)
def test_clock_and_band_word_are_whole(name: str, lang: str, dish: int, subject: Subject) -> None:
    """They look in the ticket exactly as they do alone on the head's ground."""
    for made in SAMPLES[name]():
        sheet, palette = laid(made, lang, dish, subject)
        whole = picture(sheet, palette, lang)
        alone = QImage(whole.size(), whole.format())
        alone.fill(whole.pixelColor(MARGIN + sheet.width - 3, MARGIN + sheet.heading.height - 4))
        painter = QPainter(alone)
        heading = sheet.heading
        clock = HeadClock(heading.clock.moved(MARGIN, MARGIN), heading.head)
        word = BandWord(heading.word.moved(MARGIN, MARGIN), heading.head)
        for live in (clock, word):
            live.draw(QtCanvas(painter, palette), NOW)
        painter.end()
        for live in (clock, word):
            assert whole.copy(*live.box) == alone.copy(*live.box), heading.title


def test_bands_sort_by_how_much_of_the_head_is_filled(subject: Subject) -> None:
    """In grey scale too: nothing, the clock, the head, the head and its stripe."""
    shares = []
    for age in (1, 6.5, 9, 14):
        sheet, palette = laid(ticket("A1", [line("x")], age, (6, 8, 12)), "zh", 33, subject)
        image = picture(sheet, palette, "zh").convertToFormat(QImage.Format.Format_Grayscale8)
        quiet = QColor(colour(Theme.DARK, Ink.RAISED))
        grey = round(0.299 * quiet.red() + 0.587 * quiet.green() + 0.114 * quiet.blue())
        spots = [
            QPoint(MARGIN + x, MARGIN + y)
            for x in range(4, sheet.width - 4, 4)
            for y in range(16, sheet.heading.height, 4)
        ]
        filled = sum(abs(image.pixelColor(spot).red() - grey) > 12 for spot in spots)
        shares.append(filled / len(spots))
    normal, attention, late, critical = shares
    assert normal < 0.12 < attention < 0.4
    assert min(late, critical) > 0.9


def painted(scene: Scene, palette: Palette) -> QImage:
    """The whole wall."""
    width, height = scene.placement.size
    image = QImage(width, height, QImage.Format.Format_RGB32)
    painter = QPainter(image)
    region = QRegion(0, 0, width, height)
    paint_scene(painter, scene, Pictures(palette), palette, region, Overlay())
    painter.end()
    return image


def repainted(image: QImage, scene: Scene, pictures: Pictures, palette: Palette) -> None:
    """Paint over an older picture of the wall only what the scene says has changed."""
    region = QRegion()
    for box in scene.take_damage():
        region = region.united(QRegion(*box))
    painter = QPainter(image)
    painter.setClipRegion(region)
    paint_scene(painter, scene, pictures, palette, region, Overlay())
    painter.end()


@pytest.mark.parametrize("arrangement", Arrangement)
def test_painting_only_what_changed_gives_the_same_picture(
    subject: Subject, arrangement: Arrangement
) -> None:
    """An evening in twenty steps: the wall that is patched equals the wall painted anew."""
    letters = Letters(measures(33, Screen(1920, 1080)))
    palette = Palette(Theme.DARK, letters)
    pictures = Pictures(palette)
    scene = Scene(view_for(Options(arrangement=arrangement), subject, letters), lambda: 0)
    scene.resize((1920, 914))
    image = QImage(1920, 914, QImage.Format.Format_RGB32)
    waiting = [*boards.hotpot(), *boards.grill(), *boards.expo(), boards.banquet(9)]
    shown = waiting[:6]
    for step in range(20):
        now = boards.ago(-step * 0.21)
        match step % 5:
            case 0:
                shown = [*shown, waiting[6 + step % 13]] if step < 13 else shown[1:]
            case 1:
                scene.select(scene.placement.ids[step % len(scene.placement.ids)])
            case 2:
                shown = [made for i, made in enumerate(shown) if i != step % 3]
            case 3:
                scene.turn(1 if step % 2 else -1)
        scene.show(board(list(dict.fromkeys(shown))), now) if step % 5 != 4 else scene.tick(now)
        repainted(image, scene, pictures, palette)
        assert image == painted(scene, palette), step


def test_high_contrast_frames_every_ticket(subject: Subject) -> None:
    letters = Letters(measures(33, Screen(1920, 1080)))
    scene = Scene(view_for(Options(), subject, letters), lambda: 0)
    scene.resize((1920, 914))
    scene.show(board(boards.hotpot()), NOW)
    image = painted(scene, Palette(Theme.CONTRAST, letters))
    box = scene.placement.parts[0].box
    edge = colour(Theme.CONTRAST, Ink.EDGE)
    assert image.pixelColor(box.x, box.y + box.h // 2).name().upper() == edge
    assert image.pixelColor(box.right - 1, box.y + box.h // 2).name().upper() == edge


def test_focus_ring_stands_in_the_gap_and_touches_no_ticket(subject: Subject) -> None:
    letters = Letters(measures(33, Screen(1920, 1080)))
    palette = Palette(Theme.DARK, letters)
    scene = Scene(view_for(Options(), subject, letters), lambda: 0)
    scene.resize((1920, 914))
    scene.show(board(boards.hotpot()), NOW)
    without = painted(scene, palette)
    scene.select(scene.placement.ids[4])
    ringed = painted(scene, palette)
    focused = scene.placement.boxes(scene.placement.ids[4])[0]
    assert ringed.pixelColor(focused.x - 5, focused.y + 40).name().upper() == colour(
        Theme.DARK, Ink.FOCUS
    )
    for part in scene.placement.parts:
        if part.id != scene.focus:
            assert ringed.copy(*part.box) == without.copy(*part.box)


def test_kept_pictures_are_limited(subject: Subject, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("kds.ui.qt.painting._KEPT_PIXELS", 500_000)
    letters = Letters(measures(33, Screen(1920, 1080)))
    palette = Palette(Theme.DARK, letters)
    pictures = Pictures(palette)
    scene = Scene(view_for(Options(), subject, letters), lambda: 0)
    scene.resize((1920, 914))
    scene.show(board(boards.hotpot()), NOW)
    for tile in scene.tiles.values():
        first = pictures.picture(tile, scene)
        assert pictures.picture(tile, scene) is first
    assert len(pictures._kept) == 7  # what is looked at is kept in any case
    scene.show(board(boards.grill()), NOW)
    for tile in scene.tiles.values():
        pictures.picture(tile, scene)
    assert len(pictures._kept) < 14
    assert not pictures.draw_one(scene.tiles.values(), scene)


@pytest.mark.parametrize("made", [void("x"), held("y", 2, boards.POT), line("z", 2)])
def test_state_of_a_line_shows_without_colour(made: TicketLine, subject: Subject) -> None:
    """Void is hatched, waiting is dashed and light, open is bold: all differ in grey."""
    pictures = []
    for other in (made, line("z")):
        sheet, palette = laid(ticket("A1", [other], 1), "zh", 33, subject)
        grey = picture(sheet, palette, "zh").convertToFormat(QImage.Format.Format_Grayscale8)
        pictures.append(grey)
    assert pictures[0] != pictures[1]
