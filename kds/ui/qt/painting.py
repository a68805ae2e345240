"""Paints a scene: one kept picture per ticket, and on top of it what goes on by itself."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import cast

from PySide6.QtCore import QRect, Qt
from PySide6.QtGui import QPainter, QPixmap, QRegion

from kds.kitchen.ids import LineKey, VisitId
from kds.ui.canvas import Align
from kds.ui.geometry import Box
from kds.ui.qt.canvas import Palette, QtCanvas
from kds.ui.scene import Scene, Tile
from kds.ui.slips import Part
from kds.ui.style.colours import Hatch, Ink
from kds.ui.style.lettering import Role
from kds.ui.ticket.draw_head import draw_key
from kds.ui.ticket.part import draw_part
from kds.ui.ticket.sheet import Sheet

_KEPT_PIXELS = 2_200_000
"""9 MB: two pages of a small wall, one of a 1080p wall, whose machine is quick enough to draw."""


@dataclass(slots=True)
class _Kept:
    """A picture and what it shows."""

    sheet: Sheet
    part: Part
    marked: LineKey | None
    picture: QPixmap


def limit(scene: Scene) -> int:
    """Return how many pixels of pictures are kept: a whole page in any case."""
    width, height = scene.placement.size
    return max(_KEPT_PIXELS, width * height * 5 // 4)


def has_room_for_two(scene: Scene) -> bool:
    """The next page can be kept beside the one that is looked at."""
    width, height = scene.placement.size
    return 2 * width * height <= limit(scene)


class Pictures:
    """Keeps the pictures of tickets; the ones least lately used go when there are too many."""

    def __init__(self, palette: Palette) -> None:
        self._palette = palette
        self._kept: dict[tuple[VisitId, int], _Kept] = {}
        self._pixels = 0

    def draw_one(self, tiles: Iterable[Tile], scene: Scene) -> bool:
        """Draw the first of these that is not kept; answers whether there was one to draw."""
        if not has_room_for_two(scene):
            return False
        for tile in tiles:
            kept = self._kept.get((tile.part.id, tile.part.index))
            here = replace(tile.part, box=tile.part.box._replace(x=0, y=0))
            if kept is None or not _shows(kept, tile, here):
                self.picture(tile, scene)
                return True
        return False

    def picture(self, tile: Tile, scene: Scene) -> QPixmap:
        """Return the picture of a tile, drawn anew only if it shows something else."""
        key = (tile.part.id, tile.part.index)
        kept = self._kept.pop(key, None)
        here = replace(tile.part, box=tile.part.box._replace(x=0, y=0))
        if kept is not None and _shows(kept, tile, here):
            self._kept[key] = kept
            return kept.picture
        if kept is not None:
            self._pixels -= kept.part.box.w * kept.part.box.h
        picture = self._drawn(tile, here, scene)
        self._kept[key] = _Kept(tile.sheet, here, tile.marked, picture)
        self._pixels += here.box.w * here.box.h
        self._shed(limit(scene))
        return picture

    def _drawn(self, tile: Tile, part: Part, scene: Scene) -> QPixmap:
        picture = QPixmap(part.box.w, part.box.h)
        painter = QPainter(picture)
        canvas = QtCanvas(painter, self._palette)
        draw_part(canvas, tile.sheet, part, scene.view.reading.words, tile.marked)
        painter.end()
        return picture

    def _shed(self, most: int) -> None:
        while self._pixels > most and len(self._kept) > 1:
            oldest = self._kept.pop(next(iter(self._kept)))
            self._pixels -= oldest.part.box.w * oldest.part.box.h


def _shows(kept: _Kept, tile: Tile, part: Part) -> bool:
    return kept.sheet is tile.sheet and (kept.part, kept.marked) == (part, tile.marked)


@dataclass(frozen=True, slots=True)
class Overlay:
    """What is painted over the tickets: the part under a finger, and the frame of a stale wall."""

    pressed: tuple[Box, ...] = ()
    stale: bool = False
    ring: bool = True


def paint_scene(
    painter: QPainter,
    scene: Scene,
    pictures: Pictures,
    palette: Palette,
    region: QRegion,
    overlay: Overlay,
) -> None:
    """Paint what of a scene lies in `region`; the painter is clipped to it already."""
    canvas = QtCanvas(painter, palette)
    # PySide's own types do not know that a region can be iterated.
    rects = list(cast("Iterable[QRect]", region))
    for rect in rects:
        painter.fillRect(rect, palette.colours[Ink.BG])
    if overlay.stale:
        _paint_stale(canvas, scene)
    for tile in scene.tiles.values():
        box = tile.part.box
        if tile.focused and overlay.ring and _meets(region, box.inset(-scene.view.style.gap)):
            _paint_ring(canvas, box)
        if _meets(region, box):
            _paint_picture(painter, pictures.picture(tile, scene), QRect(*box), rects)
            _paint_lives(canvas, scene, tile, region)
    for pressed in overlay.pressed:
        invert(painter, pressed)


def _paint_picture(painter: QPainter, picture: QPixmap, box: QRect, rects: Iterable[QRect]) -> None:
    """Paint of a picture what lies in `rects`: far cheaper than all of it under a clip."""
    for rect in rects:
        here = rect.intersected(box)
        if not here.isEmpty():
            painter.drawPixmap(here, picture, here.translated(-box.topLeft()))


def _meets(region: QRegion, box: Box) -> bool:
    return region.intersects(QRect(*box))


def _paint_lives(canvas: QtCanvas, scene: Scene, tile: Tile, region: QRegion) -> None:
    for live in tile.lives:
        if _meets(region, live.box):
            live.draw(canvas, scene.now)
    key_box = tile.sheet.heading.key.moved(tile.part.box.x, tile.part.box.y)
    if tile.key and tile.part.is_first and _meets(region, key_box):
        draw_key(canvas, tile.sheet.heading, tile.part.box, tile.key, selected=tile.focused)


def _paint_ring(canvas: QtCanvas, box: Box) -> None:
    m = canvas.measures
    ring = box.inset(-(m.ring_gap + m.ring))
    canvas.outline(ring, Ink.FOCUS, m.ring, m.ring_radius)


def _paint_stale(canvas: QtCanvas, scene: Scene) -> None:
    """Paint the gap around the tickets as a hazard frame: it covers nothing."""
    gap = scene.view.style.gap
    wall = Box(0, 0, *scene.placement.size)
    for edge in (
        wall._replace(h=gap),
        wall._replace(y=wall.bottom - gap, h=gap),
        wall._replace(w=gap),
        wall._replace(x=wall.right - gap, w=gap),
    ):
        canvas.hatch(edge, Hatch.STALE)


def invert(painter: QPainter, box: Box) -> None:
    """Turn every colour of a box into its opposite: seen at once, whatever was there."""
    painter.setCompositionMode(QPainter.CompositionMode.CompositionMode_Difference)
    painter.fillRect(*box, Qt.GlobalColor.white)
    painter.setCompositionMode(QPainter.CompositionMode.CompositionMode_SourceOver)


def paint_empty(
    painter: QPainter, palette: Palette, box: Box, title: str, lines: tuple[str, ...]
) -> None:
    """Paint a wall with nothing to cook."""
    canvas = QtCanvas(painter, palette)
    x, middle = box.x + box.w // 2, box.y + box.h // 2
    step = canvas.measures.line
    canvas.text(x, middle - step, title, Role.EMPTY, Ink.TEXT, Align.CENTRE)
    for i, line in enumerate(lines):
        canvas.text(x, middle + (i + 1) * step, line, Role.EMPTY_TEXT, Ink.TEXT2, Align.CENTRE)
