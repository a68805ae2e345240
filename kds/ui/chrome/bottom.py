"""The buttons below the wall: pages, undo, recall, and what opens beside the wall."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from kds.ui.canvas import Align, Canvas
from kds.ui.geometry import Box
from kds.ui.icons import Icon
from kds.ui.intents import Button, Intent, Press, Recall, SwitchLanguage, TurnPage, Undo
from kds.ui.style.colours import Ink
from kds.ui.style.lettering import Role
from kds.ui.words import Words, other_language

_ICONS = {
    Button.ALL_DAY: Icon.SUM,
    Button.SOLD_OUT: Icon.MINUS,
    Button.TABLE: Icon.SEARCH,
    Button.AHEAD: Icon.CLOCK,
    Button.SETTINGS: Icon.GEAR,
}
_LANGUAGES = {"zh": "中文", "en": "English"}
_SHORT = {"中文": "中", "English": "EN"}
_NARROWER = 0.8


@dataclass(frozen=True, slots=True)
class BottomFace:
    """What the buttons say. `undo_s`: seconds left to undo the last bump, 0 when over.

    `opened`: the button whose panel is open; `recalling`: the recall panel is.
    """

    page: int
    pages: int
    buttons: tuple[Button, ...]
    opened: Button | None = None
    recalling: bool = False
    undo_s: int = 0
    with_language: bool = True


@dataclass(frozen=True, slots=True)
class Key:
    """A button in its place; `intent` None: there is nothing to do now."""

    box: Box
    intent: Intent | None
    icon: Icon | None
    label: str
    is_on: bool = False


def keys_of(canvas: Canvas, face: BottomFace, box: Box, words: Words) -> list[Key]:
    """Return the buttons in their places. Where it is narrow words go, icons stay."""
    m = canvas.measures
    keys: list[Key] = []
    x, y, height = box.x + m.gap, box.y + (box.h - m.bottom) // 2, m.bottom
    for intent, icon, text, width in _paging(canvas, face, words, is_narrow=box.w < box.h * 14):
        keys.append(Key(Box(x, y, width, height), intent, icon, text))
        x += width + m.bottom_gap
    others = _others(face, words)
    room = box.right - m.gap - x - (len(others) - 1) * m.bottom_gap
    has_words = all(_wide(canvas, text) <= room // len(others) for _, _, text, _ in others)
    for i, (does, icon, text, is_on) in enumerate(others):
        left, right = x + room * i // len(others), x + room * (i + 1) // len(others)
        place = Box(left + i * m.bottom_gap, y, right - left, height)
        short = _SHORT.get(text, "")
        keys.append(Key(place, does, icon, text if has_words else short, is_on))
    return keys


def _paging(
    canvas: Canvas, face: BottomFace, words: Words, *, is_narrow: bool
) -> list[tuple[Intent | None, Icon | None, str, int]]:
    """Return the page keys with their widths."""
    m = canvas.measures
    back = TurnPage(-1) if face.page > 0 else None
    on = TurnPage(1) if face.page + 1 < face.pages else None
    label = words("btn.page", face.page + 1, face.pages)
    share = _NARROWER if is_narrow else 1
    arrow = max(m.target, round(m.arrow * share))
    wide = canvas.width(label, Role.BOTTOM) + 4 * m.unit
    page = max(round(m.page_box * share), wide)
    return [(back, Icon.LEFT, "", arrow), (None, None, label, page), (on, Icon.RIGHT, "", arrow)]


def _wide(canvas: Canvas, text: str) -> int:
    m = canvas.measures
    return canvas.width(text, Role.BOTTOM) + m.bottom_icon + m.cell_gap + 2 * m.unit


Other = tuple[Intent, Icon | None, str, bool]


def _others(face: BottomFace, words: Words) -> Sequence[Other]:
    undo = words("recall.undo_in", face.undo_s) if face.undo_s else words("btn.undo")
    others: list[Other] = [
        (Undo(), Icon.BACK, undo, face.undo_s > 0),
        (Recall(), Icon.LIST, words("btn.recall"), face.recalling),
    ]
    for button in face.buttons:
        text = words(f"btn.{button}")
        others.append((Press(button), _ICONS[button], text, face.opened is button))
    if face.with_language:
        others.append((SwitchLanguage(), None, _LANGUAGES[other_language(words.lang)], False))
    return others


def draw_bottom(canvas: Canvas, keys: Sequence[Key], box: Box) -> None:
    """Draw the buttons; the one whose panel is open is inverted."""
    canvas.fill(box, Ink.BG)
    for key in keys:
        _draw_key(canvas, key)


def _draw_key(canvas: Canvas, key: Key) -> None:
    m, box = canvas.measures, key.box
    is_page = key.intent is None and key.icon is None
    ground = Ink.TEXT if key.is_on else Ink.SURFACE if canvas.outlined else Ink.RAISED
    canvas.fill(box, ground, m.radius)
    if canvas.outlined and not key.is_on:
        canvas.outline(box, Ink.EDGE, m.outline, m.radius)
    ink = Ink.BG if key.is_on else Ink.TEXT if key.intent or is_page else Ink.EDGE
    middle, side = box.y + box.h // 2, m.bottom_icon
    if key.icon is None:
        canvas.text(box.x + box.w // 2, middle, key.label, Role.BOTTOM, ink, Align.CENTRE)
        return
    width = side + (m.cell_gap + canvas.width(key.label, Role.BOTTOM) if key.label else 0)
    x = box.x + (box.w - width) // 2
    canvas.icon(key.icon, Box(x, middle - side // 2, side, side), ink)
    canvas.text(x + side + m.cell_gap, middle, key.label, Role.BOTTOM, ink)
