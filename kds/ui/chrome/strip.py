"""The status strip: what this screen is, how much there is to do, whether all is well, the time."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial

from kds.kitchen.wording import Wording
from kds.ui.canvas import Align, Canvas
from kds.ui.chrome.figures import Run, runs, width_of, write
from kds.ui.chrome.health import Health, Trouble
from kds.ui.geometry import Box
from kds.ui.icons import Icon
from kds.ui.style.colours import Ink
from kds.ui.style.lettering import Role
from kds.ui.text import clean, cut
from kds.ui.words import Words

Counts = tuple[tuple[Run, ...], ...]
"""How much there is to do, the most important first."""


@dataclass(frozen=True, slots=True)
class StripFace:
    """What the strip says. `seconds`: as long as they move, the screen is alive.

    `slow`: that the view is late as a whole, "" while it is not.
    """

    name: str
    counts: Counts
    health: Health
    clock: str
    seconds: str = ""
    slow: str = ""


def counts_of(words: Words, tickets: int, items: str, average: str = "") -> Counts:
    """Return how much there is to do; `average`: how long a ticket takes, "" if unknown."""
    counts = [tuple(runs(words.texts["strip.counts"], tickets, items))]
    if average:
        counts.append(tuple(runs(words.texts["strip.average"], average)))
    return tuple(counts)


def pass_counts_of(words: Words, tickets: str, missing: int, ready: int) -> Counts:
    """Return how much there is to do at the pass."""
    return (
        tuple(runs(words.texts["strip.tickets"], tickets)),
        tuple(runs(words.texts["strip.missing"], missing)),
        tuple(runs(words.texts["strip.to_run"], ready)),
    )


def draw_strip(canvas: Canvas, face: StripFace, box: Box, words: Words) -> None:
    """Draw the strip; in two rows where it is narrow."""
    m = canvas.measures
    canvas.fill(box, Ink.BG)
    is_high = box.h > m.status
    row = box._replace(h=box.h // 2 if is_high else box.h)
    middle, pad = row.y + row.h // 2, m.margin
    canvas.text(box.x + pad, middle, face.name, Role.STRIP_NAME, Ink.TEXT)
    clock_w = _draw_clock(canvas, face, row.right - pad, middle)
    left = box.x + pad + canvas.width(face.name, Role.STRIP_NAME) + m.unit * 6
    left += _draw_slow(canvas, face.slow, Box(left, row.y, 0, row.h)) if face.slow else 0
    room = Box(left, row.y, max(0, row.right - pad - clock_w - m.unit * 6 - left), row.h)
    if is_high:
        _draw_counts(canvas, face, room)
        below = Box(box.x + pad, row.bottom, box.w - 2 * pad, box.h - row.h)
        _draw_health(canvas, face.health, below, words, centre=None)
        return
    # Trouble comes before counting: it has what room it needs, the counts have the rest.
    needed = _health_width(canvas, face.health, words)
    counts_end = _draw_counts(canvas, face, room._replace(w=max(0, room.w - needed)))
    health = Box(counts_end, row.y, room.right - counts_end, row.h)
    _draw_health(canvas, face.health, health, words, centre=box.x + box.w // 2)


def _draw_clock(canvas: Canvas, face: StripFace, right: int, middle: int) -> int:
    """Write the time, its seconds small; returns how wide that is."""
    small = canvas.width(face.seconds, Role.STRIP) if face.seconds else 0
    if small:
        canvas.text(right, middle, face.seconds, Role.STRIP, Ink.TEXT2, Align.RIGHT)
    end = right - small
    canvas.text(end, middle, face.clock, Role.STRIP_CLOCK, Ink.TEXT, Align.RIGHT)
    return small + canvas.width(face.clock, Role.STRIP_CLOCK)


def _draw_slow(canvas: Canvas, text: str, place: Box) -> int:
    """Say that the view is late as a whole; returns how much room that takes."""
    m = canvas.measures
    width, height = canvas.width(text, Role.STRIP_FIGURE) + 2 * m.plate_pad, min(m.flag, place.h)
    middle = place.y + place.h // 2
    canvas.fill(Box(place.x, middle - height // 2, width, height), Ink.ATTENTION, m.chip_radius)
    canvas.text(place.x + m.plate_pad, middle, text, Role.STRIP_FIGURE, Ink.ATTENTION_INK)
    return width + m.unit * 4


def _draw_counts(canvas: Canvas, face: StripFace, room: Box) -> int:
    """Write as many counts as there is room for; returns where they end."""
    x, gap = room.x, canvas.measures.unit * 4
    for count in face.counts:
        if x + width_of(canvas, count) > room.right:
            break
        x = write(canvas, x, room.y + room.h // 2, count) + gap
    return x


def _health_width(canvas: Canvas, health: Health, words: Words) -> int:
    m = canvas.measures
    worst = health.worst_first
    if not worst:
        return canvas.width(words("strip.well"), Role.STRIP_FIGURE) + 8 * m.unit
    more = _more_width(canvas, len(worst) - 1)
    return min(_plate_width(canvas, worst[0], words) + more, m.sentence)


def _draw_health(
    canvas: Canvas, health: Health, room: Box, words: Words, centre: int | None
) -> None:
    """Draw the worst trouble, or how recent all is; in the middle of the strip if it can be."""
    worst = health.worst_first
    if worst:
        _draw_trouble(canvas, worst, room, words, centre)
    else:
        _draw_well(canvas, health, room, words, centre)


def _begin(room: Box, width: int, centre: int | None) -> int:
    """Return where something begins that should stand around `centre`, within a room."""
    if centre is None:
        return room.x
    return max(room.x, min(centre - width // 2, room.right - width))


def _draw_well(canvas: Canvas, health: Health, room: Box, words: Words, centre: int | None) -> None:
    m = canvas.measures
    well = words("strip.well")
    ages = [
        words("source.ago", clean(source.name), age_text(source.age_s, words))
        for source in health.sources
    ]
    dot = canvas.height(Role.STRIP)
    fixed = dot + m.plate_gap + canvas.width(well, Role.STRIP_FIGURE)
    while ages and fixed + _ages_width(canvas, ages) > room.w:
        ages.pop()
    x = _begin(room, fixed + (_ages_width(canvas, ages) if ages else 0), centre)
    middle = room.y + room.h // 2
    canvas.icon(Icon.DOT, Box(x, middle - dot // 2, dot, dot), Ink.READY)
    x += dot + m.plate_gap
    canvas.text(x, middle, well, Role.STRIP_FIGURE, Ink.TEXT2)
    x += canvas.width(well, Role.STRIP_FIGURE) + m.cell_gap
    if ages:
        canvas.fill(Box(x, middle - dot // 2, m.outline, dot), Ink.LINE)
        canvas.text(x + m.outline + m.cell_gap, middle, " · ".join(ages), Role.STRIP, Ink.TEXT2)


def age_text(age_s: int, words: Words) -> str:
    """Return how long ago something was, in the unit that people would take."""
    for unit, length in (("age.h", 3600), ("age.min", 60)):
        if age_s >= length:
            return words(unit, age_s // length)
    return words("age.s", max(0, age_s))


def _ages_width(canvas: Canvas, ages: list[str]) -> int:
    m = canvas.measures
    return canvas.width(" · ".join(ages), Role.STRIP) + 2 * m.cell_gap + m.outline


def sentence(trouble: Trouble, words: Words) -> tuple[str, str]:
    """Return the two halves of what is wrong: its name, and what to know about it."""
    key = f"trouble.{trouble.kind}"
    name, text = (_read(figures, words) for figures in (trouble.name, trouble.text))
    return words(f"{key}.name", *name).strip(), words(f"{key}.text", *text).strip()


def _read(figures: Sequence[str | Wording], words: Words) -> list[str]:
    return [f if isinstance(f, str) else clean(f[words.lang]) for f in figures]


def _plate_width(canvas: Canvas, trouble: Trouble, words: Words) -> int:
    _, text = sentence(trouble, words)
    width = _name_width(canvas, trouble, words) + _button_width(canvas, trouble, words)
    return width + (canvas.width(text, Role.STRIP) + canvas.measures.cell_gap if text else 0)


def _name_width(canvas: Canvas, trouble: Trouble, words: Words) -> int:
    m = canvas.measures
    name = canvas.width(sentence(trouble, words)[0], Role.STRIP_FIGURE)
    return 2 * m.plate_pad + m.bottom_icon + m.cell_gap + name


def _button_width(canvas: Canvas, trouble: Trouble, words: Words) -> int:
    if not trouble.button:
        return 0
    m = canvas.measures
    return canvas.width(words(trouble.button), Role.STRIP_FIGURE) + 2 * m.plate_pad + 2 * m.cell_gap


def _more_width(canvas: Canvas, more: int) -> int:
    m = canvas.measures
    return canvas.width(f"+{more}", Role.STRIP_FIGURE) + 2 * m.plate_pad + m.cell_gap if more else 0


def _draw_trouble(
    canvas: Canvas, worst: tuple[Trouble, ...], room: Box, words: Words, centre: int | None
) -> None:
    m, trouble, more = canvas.measures, worst[0], len(worst) - 1
    ground, ink = trouble.inks
    more_w = _more_width(canvas, more)
    width = min(_plate_width(canvas, trouble, words), room.w - more_w)
    height = min(m.status_plate, room.h)
    x = _begin(room, width + more_w, centre)
    plate = Box(x, room.y + (room.h - height) // 2, width, height)
    canvas.fill(plate, ground, m.radius)
    button_w = _button_width(canvas, trouble, words)
    if _name_width(canvas, trouble, words) + button_w > width:
        button_w = 0  # touched anywhere the strip opens; the name must be whole
    _draw_sentence(canvas, trouble, plate._replace(w=plate.w - button_w), words, ink)
    middle = plate.y + plate.h // 2
    if button_w:
        button = Box(plate.right - button_w + m.cell_gap, plate.y, 0, 0)
        button = Box(button.x, middle - m.flag // 2, button_w - 2 * m.cell_gap, m.flag)
        canvas.outline(button, ink, m.outline, m.chip_radius)
        label = words(trouble.button)
        canvas.text(button.x + m.plate_pad, middle, label, Role.STRIP_FIGURE, ink)
    if more:
        count = Box(plate.right + m.cell_gap, plate.y, more_w - m.cell_gap, height)
        canvas.fill(count, Ink.RAISED, m.chip_radius)
        canvas.text(count.x + m.plate_pad, middle, f"+{more}", Role.STRIP_FIGURE, Ink.TEXT)


def _draw_sentence(canvas: Canvas, trouble: Trouble, box: Box, words: Words, ink: Ink) -> None:
    m = canvas.measures
    name, text = sentence(trouble, words)
    x, middle, side = box.x + m.plate_pad, box.y + box.h // 2, m.bottom_icon
    canvas.icon(trouble.icon, Box(x, middle - side // 2, side, side), ink)
    x += side + m.cell_gap
    right = box.right - m.plate_pad
    name = cut(name, max(0, right - x), partial(canvas.width, role=Role.STRIP_FIGURE))
    canvas.text(x, middle, name, Role.STRIP_FIGURE, ink)
    x += canvas.width(name, Role.STRIP_FIGURE) + m.cell_gap
    if text and right - x >= min(m.target * 2, canvas.width(text, Role.STRIP)):
        text = cut(text, right - x, partial(canvas.width, role=Role.STRIP))
        canvas.text(x, middle, text, Role.STRIP, ink)
