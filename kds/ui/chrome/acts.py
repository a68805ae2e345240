"""What can be done about a dish or ticket from its panel, two touches away from the wall."""

from __future__ import annotations

from collections.abc import Iterator

from kds.board.values import Ticket, TicketLine
from kds.kitchen.messages import Service
from kds.ui.chrome.panel import PanelButton, PanelRow
from kds.ui.icons import Icon
from kds.ui.ticket.reading import Reading, figure

SOLD_OUT, ON_SALE, RIDER_HERE, RIDER_GONE = "sold_out", "on_sale", "rider_here", "rider_gone"
ACTS = frozenset({SOLD_OUT, ON_SALE, RIDER_HERE, RIDER_GONE})


def line_acts(line: TicketLine, reading: Reading) -> Iterator[PanelRow]:
    """Yield how many of a dish are left, and the button that says there are none, or are again."""
    words = reading.words
    item = line.item_id or line.name
    left = "" if line.left is None else words("allday.left", figure(line.left))
    is_out = line.left == 0
    button = (
        PanelButton(ON_SALE, words("act.on_sale"), icon=Icon.BACK)
        if is_out
        else PanelButton(SOLD_OUT, words("btn.sold_out"), icon=Icon.CROSS)
    )
    if item:
        yield PanelRow(item, left, buttons=(button,))


def ticket_acts(ticket: Ticket, reading: Reading) -> Iterator[PanelRow]:
    """Yield the button that says that who fetches the food is here, or has gone."""
    if ticket.service is Service.DINE_IN:
        return
    words = reading.words
    is_here = "rider" in ticket.flags
    button = (
        PanelButton(RIDER_GONE, words("act.rider_gone"), icon=Icon.BACK)
        if is_here
        else PanelButton(RIDER_HERE, words("act.rider_here"), icon=Icon.CHEVRONS)
    )
    yield PanelRow(ticket.visit, "", buttons=(button,))
