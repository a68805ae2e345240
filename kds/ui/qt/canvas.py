"""The canvas that paints with Qt. Flat by design: rectangles, one radius, polygons, one hatch."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from PySide6.QtCore import QPointF, QRect, QRectF, Qt
from PySide6.QtGui import QBrush, QColor, QPainter, QPainterPath, QPen, QPixmap, QPolygonF

from kds.ui.canvas import Align, Point
from kds.ui.geometry import Box
from kds.ui.icons import GRID, ICONS, Disc, Icon, Shape
from kds.ui.qt.fonts import Letters
from kds.ui.style.colours import Hatch, Ink, Theme, colour
from kds.ui.style.lettering import CAP_HEIGHT, Role
from kds.ui.text import has_right_to_left

_DASH = 3.0


@dataclass
class Palette:
    """Colours, letters, icons and stripes of one theme at one size; shared by all canvases."""

    theme: Theme
    letters: Letters
    colours: dict[Ink, QColor] = field(init=False)
    _stripes: dict[Hatch, QBrush] = field(default_factory=dict)
    _icons: dict[tuple[Icon, int], list[QPainterPath]] = field(default_factory=dict)
    _corners: dict[int, list[QPainterPath]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.colours = {ink: QColor(colour(self.theme, ink)) for ink in Ink}

    def stripes(self, hatch: Hatch) -> QBrush:
        """Return the brush of a hatch: one tile, so that it costs no more than a plain fill."""
        brush = self._stripes.get(hatch)
        if brush is None:
            brush = self._stripes[hatch] = QBrush(self._tile(hatch))
        return brush

    def _tile(self, hatch: Hatch) -> QPixmap:
        stripe = self.letters.measures.stripe
        side = 2 * stripe
        tile = QPixmap(side, side)
        tile.fill(self.colours[hatch.value[1]])
        painter = QPainter(tile)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(self.colours[hatch.value[0]])
        for x in (-side, 0, side):
            corners = ((x, side), (x + stripe, side), (x + stripe + side, 0), (x + side, 0))
            painter.drawPolygon(QPolygonF([QPointF(*corner) for corner in corners]))
        painter.end()
        return tile

    def icon(self, icon: Icon, side: int) -> list[QPainterPath]:
        """Return the layers of an icon at a size."""
        key = (icon, side)
        if key not in self._icons:
            scale = side / GRID
            self._icons[key] = [_layer(layer, scale) for layer in ICONS[icon]]
        return self._icons[key]

    def corners(self, radius: int) -> list[QPainterPath]:
        """Return what lies outside a rounded corner: left top, right top, left and right bottom."""
        if radius not in self._corners:
            self._corners[radius] = [_corner(radius, i) for i in range(4)]
        return self._corners[radius]


def _layer(shapes: Sequence[Shape], scale: float) -> QPainterPath:
    path = QPainterPath()
    path.setFillRule(Qt.FillRule.OddEvenFill)
    for shape in shapes:
        if isinstance(shape, Disc):
            _add_disc(path, shape, scale)
        else:
            path.addPolygon(QPolygonF([QPointF(x * scale, y * scale) for x, y in shape.points]))
            path.closeSubpath()
    return path


def _add_disc(path: QPainterPath, disc: Disc, scale: float) -> None:
    r = disc.r * scale
    around = QRectF(disc.x * scale - r, disc.y * scale - r, 2 * r, 2 * r)
    if disc.sweep >= 360:
        path.addEllipse(around)
        return
    # Qt counts from three o'clock and against the clock.
    path.moveTo(around.center())
    path.arcTo(around, 90 - disc.start, -disc.sweep)
    path.closeSubpath()


def _corner(radius: int, which: int) -> QPainterPath:
    """Return a square without the quarter of a circle, at (0, 0)."""
    square, circle = QPainterPath(), QPainterPath()
    square.addRect(0, 0, radius, radius)
    x, y = (0, -radius)[which % 2], (0, -radius)[which // 2]
    circle.addEllipse(x, y, 2 * radius, 2 * radius)
    return square.subtracted(circle)


class QtCanvas:
    """Paints with a painter that somebody else begins and ends. Implements `Canvas`."""

    def __init__(self, painter: QPainter, palette: Palette) -> None:
        self._painter = painter
        self._palette = palette
        self._letters = palette.letters
        self.measures = palette.letters.measures
        self.outlined = palette.theme is Theme.CONTRAST
        painter.setLayoutDirection(Qt.LayoutDirection.LeftToRight)

    def width(self, text: str, role: Role) -> int:
        """Return the width of a text in pixels, rounded up."""
        return self._letters.width(text, role)

    def height(self, role: Role) -> int:
        """Return the size of a kind of text in pixels."""
        return self._letters.height(role)

    def fill(self, box: Box, ink: Ink, radius: int = 0) -> None:
        """Fill a box."""
        painter, paint = self._painter, self._palette.colours[ink]
        if not radius:
            painter.fillRect(*box, paint)
            return
        self._smooth(paint)
        painter.drawRoundedRect(QRectF(*box), radius, radius)

    def outline(
        self, box: Box, ink: Ink, width: int, radius: int = 0, *, dashed: bool = False
    ) -> None:
        """Draw a frame of `width` inside the edges of a box."""
        painter = self._painter
        pen = QPen(self._palette.colours[ink], width)
        pen.setJoinStyle(Qt.PenJoinStyle.MiterJoin)
        if dashed:
            pen.setDashPattern([_DASH, _DASH])
            pen.setCapStyle(Qt.PenCapStyle.FlatCap)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing, radius > 0 or dashed)
        painter.setPen(pen)
        painter.setBrush(Qt.BrushStyle.NoBrush)
        inner = QRectF(*box).adjusted(width / 2, width / 2, -width / 2, -width / 2)
        painter.drawRoundedRect(inner, radius, radius)

    def round_off(
        self, box: Box, ink: Ink, radius: int, *, top: bool = True, bottom: bool = True
    ) -> None:
        """Cover the corners of a box with what is behind it."""
        corners = self._palette.corners(radius)
        self._smooth(self._palette.colours[ink])
        for i, path in enumerate(corners):
            if not (bottom if i // 2 else top):
                continue
            x = box.right - radius if i % 2 else box.x
            y = box.bottom - radius if i // 2 else box.y
            self._painter.translate(x, y)
            self._painter.drawPath(path)
            self._painter.translate(-x, -y)

    def rule(self, box: Box, ink: Ink) -> None:
        """Draw a dashed line along a flat box."""
        pen = QPen(self._palette.colours[ink], box.h)
        pen.setDashPattern([2, 1])
        pen.setCapStyle(Qt.PenCapStyle.FlatCap)
        self._painter.setRenderHint(QPainter.RenderHint.Antialiasing, False)
        self._painter.setPen(pen)
        middle = box.y + box.h // 2
        self._painter.drawLine(box.x, middle, box.right, middle)

    def polygon(self, points: Sequence[Point], ink: Ink) -> None:
        """Fill a polygon."""
        self._smooth(self._palette.colours[ink])
        self._painter.drawPolygon(QPolygonF([QPointF(x, y) for x, y in points]))

    def hatch(self, box: Box, hatch: Hatch) -> None:
        """Fill a box with stripes that begin at its own corner."""
        self._painter.setBrushOrigin(box.x, box.y)
        self._painter.fillRect(QRect(*box), self._palette.stripes(hatch))

    def text(
        self, x: int, middle: int, text: str, role: Role, ink: Ink, align: Align = Align.LEFT
    ) -> None:
        """Write one line of text, its capitals and digits centred at `middle`."""
        if align is not Align.LEFT:
            width = self._letters.width(text, role)
            x -= width if align is Align.RIGHT else width // 2
        self._painter.setFont(self._letters.fonts[role])
        self._painter.setPen(self._palette.colours[ink])
        baseline = round(middle + CAP_HEIGHT * self._letters.height(role) / 2)
        if not has_right_to_left(text):
            self._painter.drawText(QPointF(x, baseline), text)
            return
        # An Arabic name has its own direction, though its row has not. Asking Qt to find it out
        # makes every text a third dearer, so it is asked only where there is something to find.
        self._painter.setLayoutDirection(Qt.LayoutDirection.LayoutDirectionAuto)
        self._painter.drawText(QPointF(x, baseline), text)
        self._painter.setLayoutDirection(Qt.LayoutDirection.LeftToRight)

    def icon(self, icon: Icon, box: Box, ink: Ink) -> None:
        """Draw an icon in a square."""
        self._smooth(self._palette.colours[ink])
        self._painter.translate(box.x, box.y)
        for path in self._palette.icon(icon, box.w):
            self._painter.drawPath(path)
        self._painter.translate(-box.x, -box.y)

    def _smooth(self, paint: QColor) -> None:
        self._painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        self._painter.setPen(Qt.PenStyle.NoPen)
        self._painter.setBrush(paint)
