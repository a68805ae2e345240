"""The head of a ticket in its place. Clock, band word and table stay whole: flags shrink first."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import partial

from kds.board.values import Band
from kds.kitchen.ids import Instant
from kds.ui.canvas import Ruler
from kds.ui.geometry import Box
from kds.ui.style.lettering import Role
from kds.ui.style.measures import Measures
from kds.ui.text import ELLIPSIS, cut
from kds.ui.ticket.cells import shape
from kds.ui.ticket.face import Flag, Form, Head, at

SEPARATOR = " · "
_DROPPABLE = 3


@dataclass(frozen=True, slots=True)
class LaidFlag:
    """A flag in its place, saying as much as there is room for."""

    box: Box
    text: str
    flag: Flag


@dataclass(frozen=True, slots=True)
class Heading:
    """The head in its place. `clock`: icon and clock with their plate; `key`: the number's box.

    `shapes`: of clock and word, by which the room for them was reserved.
    """

    head: Head
    height: int
    age_height: int
    key: Box
    pin: Box | None
    title: str
    title_role: Role
    title_x: int
    title_middle: int
    flags: tuple[LaidFlag, ...]
    clock: Box
    meta: str
    meta_x: int
    meta_middle: int
    word: Box
    shapes: tuple[str, str]


def heading_of(head: Head, width: int, ruler: Ruler, now: Instant) -> Heading:
    """Lay out the head of a ticket of this width."""
    m = ruler.measures
    age_height = m.age_bar_critical if head.band is Band.CRITICAL else m.age_bar
    shapes = shapes_of(head, now)
    middle = age_height + m.header // 2
    key_x = m.pad + (m.key_box if head.pinned else 0)
    title_x = key_x + m.key_box + m.key_gap
    clock_w = _clock_width(head, shapes[0], ruler)
    right = width - m.pad
    room = right - clock_w - bool(clock_w) * m.flag_gap - title_x
    title_role, flags = _fitted(head, room, ruler)
    title_w = ruler.width(head.title, title_role)
    has_two_rows = title_w + _flags_width(flags, ruler) > room
    if has_two_rows:
        flags = _fitted_alone(head, room + title_x - m.pad, ruler)
    second = middle + m.header if has_two_rows else middle
    flags_x = m.pad if has_two_rows else title_x + title_w + m.flag_gap
    meta_top = age_height + m.header * (2 if has_two_rows else 1)
    word_w = ruler.width(shapes[1], Role.META)
    word = Box(right - word_w, meta_top, word_w, m.meta)
    return Heading(
        head=head,
        height=meta_top + m.meta,
        age_height=age_height,
        key=Box(key_x, middle - m.key_box // 2, m.key_box, m.key_box),
        pin=_pin(m, middle) if head.pinned else None,
        title=cut(head.title, right - title_x, partial(ruler.width, role=title_role)),
        title_role=title_role,
        title_x=title_x,
        title_middle=middle,
        flags=tuple(_place_flags(flags, flags_x, second, ruler)),
        clock=Box(right - clock_w, second - m.clock_plate // 2, clock_w, m.clock_plate),
        meta=_meta(head, word.x - m.pad - m.flag_gap, ruler),
        meta_x=m.pad,
        meta_middle=meta_top + m.meta // 2 - m.hair,
        word=word,
        shapes=shapes,
    )


def shapes_of(head: Head, now: Instant) -> tuple[str, str]:
    """Return what decides how much room clock and band word need."""
    return shape(at(head.clock, now)), shape(at(head.word, now))


def _pin(m: Measures, middle: int) -> Box:
    side = m.key_box * 4 // 5
    return Box(m.pad // 2, middle - side // 2, side, side)


def _clock_width(head: Head, clock: str, ruler: Ruler) -> int:
    if not clock:
        return 0
    m = ruler.measures
    icon = m.clock_icon + m.plate_gap if head.icon is not None else 0
    plate = 2 * m.clock_pad if head.band is Band.ATTENTION else 0
    return ruler.width(clock, Role.CLOCK) + icon + plate


Said = tuple[Flag, str]
"""A flag with as much of its text as there is room for."""


def _fitted(head: Head, room: int, ruler: Ruler) -> tuple[Role, list[Said]]:
    """Shrink the flags, from the least important on, then the title, until all fit."""
    title = ruler.width(head.title, Role.TABLE)
    flags: list[Said] = []
    for flags in _shrinking(head.flags):
        if title + _flags_width(flags, ruler) <= room:
            return Role.TABLE, flags
    return Role.TABLE_LONG, flags


def _fitted_alone(head: Head, room: int, ruler: Ruler) -> list[Said]:
    """Shrink the flags until they fit beside the clock, the table having a row of its own."""
    flags: list[Said] = []
    for flags in _shrinking(head.flags):
        if _flags_width(flags, ruler) <= room:
            return flags
    while flags and _flags_width(flags, ruler) > room:
        flags = flags[:-1]
    return flags


def _shrinking(flags: Sequence[Flag]) -> Iterator[list[Said]]:
    """Yield the flags in full, then each time with one step less of the least important."""
    said = [(flag, flag.text) for flag in flags]
    yield list(said)
    for i in sorted(range(len(flags)), key=lambda i: (-flags[i].rank, -i)):
        said[i] = (flags[i], flags[i].short)
        yield [one for one in said if _is_seen(one)]
    # Where even icons are too many, those go that the details tell as well.
    yield [one for one in said if _is_seen(one) and one[0].rank < _DROPPABLE]


def _is_seen(said: Said) -> bool:
    """An icon alone still says that there is something; a chip without one says nothing."""
    return bool(said[1]) or said[0].icon is not None


def _flags_width(flags: Sequence[Said], ruler: Ruler) -> int:
    gap = ruler.measures.flag_gap
    return sum(gap + flag_width(flag, text, ruler) for flag, text in flags)


def flag_width(flag: Flag, text: str, ruler: Ruler) -> int:
    """Return the width of a flag that says so much."""
    m = ruler.measures
    icon = ruler.height(Role.META) if flag.icon is not None else 0
    between = m.plate_gap if icon and text else 0
    point = m.flag // 3 if flag.form is Form.PENNANT else 0
    frame = 2 * m.flag_pad + point + (2 * m.outline if flag.form is Form.DOUBLE else 0)
    return icon + between + ruler.width(text, Role.META) + frame


def _place_flags(flags: Sequence[Said], x: int, middle: int, ruler: Ruler) -> Iterator[LaidFlag]:
    m = ruler.measures
    for flag, text in flags:
        width = flag_width(flag, text, ruler)
        yield LaidFlag(Box(x, middle - m.flag // 2, width, m.flag), text, flag)
        x += width + m.flag_gap


def _meta(head: Head, room: int, ruler: Ruler) -> str:
    """Return who eats there; server, channel and payment go first, and a … says that some went."""
    parts = list(zip(head.meta, head.meta_ranks, strict=True))
    while True:
        text = SEPARATOR.join(text for text, _ in parts)
        ends = ("",) if len(parts) == len(head.meta) else (SEPARATOR + ELLIPSIS, ELLIPSIS)
        for end in ends:
            if ruler.width(text + end, Role.META) <= room:
                return text + end
        last = max(range(len(parts)), key=lambda i: parts[i][1], default=None)
        if last is None or parts[last][1] == 0:
            return cut(text, max(0, room), partial(ruler.width, role=Role.META))
        del parts[last]
