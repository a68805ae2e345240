"""Colours by what they are for, in three themes."""

from __future__ import annotations

from enum import Enum, StrEnum


class Theme(StrEnum):
    """The three looks of the wall."""

    DARK = "dark"
    LIGHT = "light"
    CONTRAST = "contrast"


class Ink(StrEnum):
    """A colour by what it is for."""

    BG = "bg"
    SURFACE = "surface"
    RAISED = "raised"
    LINE = "line"
    EDGE = "edge"
    TEXT = "text"
    TEXT2 = "text2"
    TEXT3 = "text3"
    ATTENTION = "attention"
    ATTENTION_INK = "attention_ink"
    LATE = "late"
    LATE_INK = "late_ink"
    CRITICAL = "critical"
    CRITICAL_INK = "critical_ink"
    RUSH = "rush"
    RUSH_INK = "rush_ink"
    VIP = "vip"
    VIP_INK = "vip_ink"
    ALLERGY = "allergy"
    ALLERGY_INK = "allergy_ink"
    READY = "ready"
    READY_INK = "ready_ink"
    GATED = "gated"
    GATED_INK = "gated_ink"
    GATED_FOOT = "gated_foot"
    PLATE = "plate"
    PLATE_INK = "plate_ink"
    NOTE = "note"
    FOCUS = "focus"
    FOCUS_INK = "focus_ink"


_COLOURS = {
    Ink.BG: ("#0B0E11", "#CBD2D9", "#000000"),
    Ink.SURFACE: ("#181D23", "#FFFFFF", "#000000"),
    Ink.RAISED: ("#29323B", "#E8EDF2", "#1C1C1C"),
    Ink.LINE: ("#3B4651", "#C6CED6", "#8C8C8C"),
    Ink.EDGE: ("#6C7986", "#616E7A", "#FFFFFF"),
    Ink.TEXT: ("#F4F7FA", "#0F1419", "#FFFFFF"),
    Ink.TEXT2: ("#C6CFD8", "#36414C", "#FFFFFF"),
    Ink.TEXT3: ("#9FABB7", "#4A5662", "#D0D0D0"),
    Ink.ATTENTION: ("#FFD83D", "#FFD02B", "#FFFF00"),
    Ink.ATTENTION_INK: ("#14110A", "#14110A", "#000000"),
    Ink.LATE: ("#F97B16", "#F07300", "#FF8A00"),
    Ink.LATE_INK: ("#14110A", "#14110A", "#000000"),
    Ink.CRITICAL: ("#D81F2D", "#B8101C", "#DE0F1C"),
    Ink.CRITICAL_INK: ("#FFFFFF", "#FFFFFF", "#FFFFFF"),
    Ink.RUSH: ("#FF9FD4", "#FF9BD2", "#FFB3E1"),
    Ink.RUSH_INK: ("#14110A", "#14110A", "#000000"),
    Ink.VIP: ("#F4F7FA", "#0F1419", "#FFFFFF"),
    Ink.VIP_INK: ("#0B0E11", "#FFFFFF", "#000000"),
    Ink.ALLERGY: ("#7A2BE0", "#6418CC", "#6A1BE0"),
    Ink.ALLERGY_INK: ("#FFFFFF", "#FFFFFF", "#FFFFFF"),
    Ink.READY: ("#2CC894", "#0A7D59", "#2BF0A8"),
    Ink.READY_INK: ("#06140E", "#FFFFFF", "#000000"),
    Ink.GATED: ("#4A5F75", "#4C6178", "#4A5F75"),
    Ink.GATED_INK: ("#FFFFFF", "#FFFFFF", "#FFFFFF"),
    Ink.GATED_FOOT: ("#2E3D4C", "#2B3B4B", "#2B3B4B"),
    Ink.PLATE: ("#E3E9EF", "#1F2933", "#FFFFFF"),
    Ink.PLATE_INK: ("#0B0E11", "#FFFFFF", "#000000"),
    Ink.NOTE: ("#FFE9B0", "#5A4300", "#FFFFFF"),
    Ink.FOCUS: ("#2EA6FF", "#0060D0", "#00E0FF"),
    Ink.FOCUS_INK: ("#0B0E11", "#FFFFFF", "#000000"),
}
_THEMES = tuple(Theme)


def colour(theme: Theme, ink: Ink) -> str:
    """Return a colour as #RRGGBB."""
    return _COLOURS[ink][_THEMES.index(theme)]


class Hatch(Enum):
    """Stripes at 45 degrees: the two inks that alternate, the first of them drawn over."""

    VOID = (Ink.SURFACE, Ink.RAISED)
    WAITS = (Ink.LINE, Ink.SURFACE)
    OVERDUE = (Ink.CRITICAL_INK, Ink.CRITICAL)
    STALE = (Ink.CRITICAL, Ink.BG)
    LATE = (Ink.LATE, Ink.BG)
