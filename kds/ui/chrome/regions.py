"""Where the parts of a screen stand. Pure: nothing lies over another, whatever is shown."""

from __future__ import annotations

from dataclasses import dataclass

from kds.ui.chrome.panel import PanelFace, panel_width
from kds.ui.geometry import Box
from kds.ui.slips import Size
from kds.ui.style.measures import Measures

_PORTRAIT_STRIP = 104 / 58


@dataclass(frozen=True, slots=True)
class Regions:
    """Strip, wall, look-ahead (flat while there is none), buttons, the panel beside the wall."""

    strip: Box
    wall: Box
    ahead: Box
    bottom: Box
    side: Box | None


def is_high(size: Size) -> bool:
    """The screen is higher than wide."""
    return size[1] > size[0]


def regions(m: Measures, size: Size, panel: PanelFace | None, *, has_ahead: bool) -> Regions:
    """Divide a screen of `size` pixels."""
    width, height = size
    # The wall's own gap, in which the focus ring stands, is part of what is above and below.
    strip = (round(m.status * _PORTRAIT_STRIP) if is_high(size) else m.status) - m.gap
    bottom = m.bottom + m.gap
    ahead = m.ahead - m.gap if has_ahead else 0
    side = None
    beside = width
    if panel is not None:
        across = panel_width(m.dish, panel, width)
        side = Box(width - across - m.gap, strip + m.gap, across, height - strip - bottom - m.gap)
        beside = side.x
    return Regions(
        strip=Box(0, 0, width, strip),
        wall=Box(0, strip, beside, max(1, height - strip - ahead - bottom)),
        ahead=Box(0, height - bottom - ahead, beside if side is None else beside - m.gap, ahead),
        bottom=Box(0, height - bottom, width, bottom),
        side=side,
    )
