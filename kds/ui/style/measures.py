"""Measures: all follow from D, the size of a dish name, and from what 12 mm are in pixels."""

from __future__ import annotations

import math
from dataclasses import dataclass
from enum import Enum

DISH_ARC_MIN = 14
DISH_INK = 0.92
DISH_SHARE = 0.0315
SMALLEST_DISH, LARGEST_DISH = 24, 72
BELIEVED_DIAGONALS_IN = (10, 65)
USUAL_DIAGONAL_MM = 23.8 * 25.4
USUAL_DISTANCE_MM = 2000.0
TARGET_MM = 12
APART_MM = 2
PALM_MM = 40
SWIPE_MM = 20
SLOP_MM = 5
PIPS = 6


class TextSize(Enum):
    """How much larger or smaller than the distance asks for."""

    S = 0.85
    M = 1.0
    L = 1.2
    XL = 1.45


class PanelWidth(Enum):
    """How wide a side panel is, in parts of the dish size."""

    NARROW = 356 / 33
    USUAL = 532 / 33
    WIDE = 676 / 33


@dataclass(frozen=True, slots=True)
class Screen:
    """A screen: its size in device pixels and in millimetres, 0 where that is not known."""

    width: int
    height: int
    width_mm: float = 0
    height_mm: float = 0

    @property
    def is_measured(self) -> bool:
        """The millimetres can be believed: screens report anything from nothing to nonsense."""
        low, high = BELIEVED_DIAGONALS_IN
        return low <= math.hypot(self.width_mm, self.height_mm) / 25.4 <= high

    @property
    def pitch_mm(self) -> float:
        """Millimetres per pixel; of a 23.8 inch screen where it is not known."""
        diagonal = math.hypot(self.width_mm, self.height_mm)
        if not self.is_measured:
            diagonal = USUAL_DIAGONAL_MM
        return diagonal / math.hypot(self.width, self.height)

    def pixels(self, mm: float) -> int:
        """Return a length in whole pixels, at least as long."""
        return math.ceil(mm / self.pitch_mm)


def dish_size(
    screen: Screen,
    distance_mm: float = USUAL_DISTANCE_MM,
    text: TextSize = TextSize.M,
    smallest: int = SMALLEST_DISH,
) -> int:
    """Return D, the size of a dish name in pixels, from which every other measure follows."""
    if screen.is_measured:
        ink_mm = distance_mm * math.tan(math.radians(DISH_ARC_MIN / 60))
        size = ink_mm / (DISH_INK * screen.pitch_mm)
    else:
        size = DISH_SHARE * min(screen.width, screen.height)
    return min(max(round(size * text.value), smallest), LARGEST_DISH)


@dataclass(frozen=True, slots=True)
class Measures:
    """All lengths in pixels; section 5 of looks.md says what each is."""

    dish: int
    target: int
    swipe: int
    palm: int
    slop: int
    unit: int
    gap: int
    radius: int
    chip_radius: int
    age_bar: int
    age_bar_critical: int
    notch: int
    header: int
    meta: int
    pad: int
    key_box: int
    key_gap: int
    flag: int
    flag_pad: int
    flag_gap: int
    clock_plate: int
    clock_icon: int
    clock_pad: int
    hair: int
    outline: int
    allergy: int
    allergy_frame: int
    allergy_inset: int
    allergy_icon: int
    body_pad: int
    line: int
    name_line: int
    quantity_left: int
    quantity_box: int
    quantity_height: int
    quantity_pad: int
    name_left: int
    cell_gap: int
    cell_chip: int
    pip: int
    pip_height: int
    plate: int
    plate_row: int
    plate_pad: int
    plate_gap: int
    plate_icon: int
    note_row: int
    note_left: int
    note_icon: int
    divider: int
    divider_label: int
    bar: int
    bar_foot: int
    bar_left: int
    bar_icon: int
    bar_text: int
    bar_end: int
    foot: int
    foot_chip: int
    button: int
    button_icon: int
    strip: int
    teeth: int
    tooth_pitch: int
    torn_head: int
    new_bar: int
    stripe: int
    frame_stripe: int
    ring: int
    ring_gap: int
    ring_radius: int
    focus_edge: int
    strike: int
    changed: int
    child_indent: int
    ticket_min: int
    expo_min: int
    cell_min: int
    cell_usual: int
    status: int
    status_plate: int
    bottom: int
    bottom_gap: int
    bottom_icon: int
    arrow: int
    page_box: int
    sentence: int
    margin: int
    ahead: int


def measures(dish: int, screen: Screen) -> Measures:
    """Return all measures for a dish size on a screen."""

    def part(of_dish: float) -> int:
        return max(1, round(of_dish * dish))

    target = screen.pixels(TARGET_MM)
    unit = max(1, round(dish / 8))
    radius = 2 * unit
    age_bar_critical = part(14 / 33)
    header = part(2.1)
    meta = part(1.62 * 0.72)
    body_pad = part(0.24)
    bar_icon = part(0.74)
    line = max(part(1.38), target)
    foot = max(part(1.66), target)
    teeth = part(12 / 33)
    return Measures(
        dish=dish,
        target=target,
        swipe=screen.pixels(SWIPE_MM),
        palm=screen.pixels(PALM_MM),
        slop=screen.pixels(SLOP_MM),
        unit=unit,
        gap=3 * unit,
        radius=radius,
        chip_radius=part(5 / 33),
        age_bar=part(10 / 33),
        age_bar_critical=age_bar_critical,
        notch=part(4 / 33),
        header=header,
        meta=meta,
        pad=part(0.45),
        key_box=part(1.5 * 0.68),
        key_gap=part(0.28),
        flag=part(1.22),
        flag_pad=part(0.26),
        flag_gap=part(0.24),
        clock_plate=part(1.48),
        clock_icon=part(0.78),
        clock_pad=part(0.26),
        hair=part(1 / 33),
        outline=max(2, part(2 / 33)),
        allergy=part(1.16 * 1.04),
        allergy_frame=part(3 / 33),
        allergy_inset=part(0.3),
        allergy_icon=part(0.98),
        body_pad=body_pad,
        line=line,
        name_line=part(1.2),
        quantity_left=part(0.48),
        quantity_box=part(1.46),
        quantity_height=part(1.24),
        quantity_pad=part(0.28),
        name_left=part(2.35),
        cell_gap=part(0.3),
        cell_chip=part(0.98),
        pip=part(0.22),
        pip_height=part(0.68),
        plate=part(1.14),
        plate_row=part(1.14 + 0.1),
        plate_pad=part(0.26),
        plate_gap=part(0.2),
        plate_icon=part(0.62),
        note_row=part(1.22 * 0.86),
        note_left=part(2.95),
        note_icon=part(0.62),
        divider=part(1.5 * 0.72),
        divider_label=part(1.24 * 0.72),
        bar=part(1.74 * 0.84),
        bar_foot=part(8 / 33),
        bar_left=part(4 / 33),
        bar_icon=bar_icon,
        bar_text=part(0.45) + unit + bar_icon + part(0.3),
        bar_end=2 * unit + part(0.45),
        foot=foot,
        foot_chip=part(0.98),
        button=max(part(4.2), target),
        button_icon=part(0.7),
        strip=max(part(1.6 * 0.76), target),
        teeth=teeth,
        tooth_pitch=part(16 / 33),
        torn_head=part(1.6 * 0.86) + teeth,
        new_bar=2 * unit,
        stripe=part(14 / 33),
        frame_stripe=part(16 / 33),
        ring=part(0.2),
        ring_gap=part(2 / 33),
        ring_radius=radius + part(9 / 33),
        focus_edge=part(7 / 33),
        strike=part(0.12),
        changed=part(4 / 33),
        child_indent=part(0.6),
        ticket_min=12 * dish,
        expo_min=15 * dish,
        cell_min=age_bar_critical + header + meta + 2 * line + foot + body_pad,
        cell_usual=12 * dish,
        status=part(58 / 33),
        status_plate=part(50 / 33),
        bottom=max(part(68 / 33), target),
        bottom_gap=part(10 / 33),
        bottom_icon=part(0.76),
        arrow=max(part(2.9), target),
        page_box=part(4.5),
        sentence=part(26),
        margin=5 * unit,
        ahead=part(58 / 33),
    )
