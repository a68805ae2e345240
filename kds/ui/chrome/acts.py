"""What can be done about a dish or ticket from its panel, two touches away from the wall."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from kds.board.values import Ticket, TicketLine
from kds.kitchen.messages import Service
from kds.ui.chrome.panel import PanelButton, PanelRow
from kds.ui.icons import Icon
from kds.ui.text import clean
from kds.ui.ticket.reading import Reading, figure

SOLD_OUT, ON_SALE, RIDER_HERE, RIDER_GONE = "sold_out", "on_sale", "rider_here", "rider_gone"
FIRE, VOID, SAME_ORDER, OTHER_ORDER = "fire", "void", "same_order", "other_order"
ACTS = frozenset({SOLD_OUT, ON_SALE, RIDER_HERE, RIDER_GONE, FIRE, VOID, SAME_ORDER, OTHER_ORDER})


def row_of(line: TicketLine) -> str:
    """Return the id of a row that is about one dish of one order."""
    order = line.key.order
    return f"{order.source}/{order.order_id}/{line.key.line_id}"


def asked_acts(lines: Iterable[TicketLine], reading: Reading) -> Iterator[PanelRow]:
    """Yield, at the pass, both answers for each dish of which it is asked whether to make it."""
    words = reading.words
    for line in lines if reading.at_pass else ():
        if "ask_pass" in line.flags and line.hold is not None:
            void = PanelButton(VOID, words("ask.void"), icon=Icon.CROSS)
            make = PanelButton(FIRE, words("ask.make"), is_on=True, icon=Icon.TICK)
            reason = clean(line.hold.reason[reading.lang])
            texts = (reason,) if reason else ()
            yield PanelRow(row_of(line), reading.dish_name(line), texts=texts, buttons=(void, make))


def twin_acts(ticket: Ticket, reading: Reading) -> Iterator[PanelRow]:
    """Yield, at the pass, both answers to whether a ticket is one that was written by hand."""
    words = reading.words
    if reading.at_pass and "twin" in ticket.flags:
        other = PanelButton(OTHER_ORDER, words("ask.other"))
        same = PanelButton(SAME_ORDER, words("btn.same_order"), is_on=True, icon=Icon.TICK)
        yield PanelRow(ticket.visit, words("flag.twin"), buttons=(other, same))


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
