"""The tables whose food can be carried out, whatever page they stand on: for the pass."""

from __future__ import annotations

from collections.abc import Iterator

from kds.board.values import Band, Board, Ticket
from kds.ui.chrome.panel import PanelButton, PanelRow
from kds.ui.icons import Icon
from kds.ui.text import clean
from kds.ui.ticket.reading import Reading, figure

RUN = "run"


def run_rows(board: Board, reading: Reading) -> Iterator[PanelRow]:
    """Yield a row for each table that is complete, under a heading; nothing away from the pass."""
    ready = [ticket for ticket in board.tickets if ticket.band is Band.READY]
    if not (reading.at_pass and ready):
        return
    yield PanelRow("", reading.words("expo.ready_to_run"), lead=str(len(ready)), heading=True)
    yield from (_row(ticket, reading) for ticket in sorted(ready, key=_since))
    yield PanelRow("", reading.words("btn.all_day"), heading=True)


def _since(ticket: Ticket) -> tuple[int, str]:
    return ticket.ready_at or ticket.received_at, ticket.visit


def _row(ticket: Ticket, reading: Reading) -> PanelRow:
    """Return a row: the table, its dishes, since when they stand there, the button to run them."""
    words = reading.words
    dishes = [
        f"{figure(line.counts.ready)} {reading.dish_name(line)}"
        for line in ticket.lines
        if line.counts.ready > 0 and "set" not in line.flags
    ]
    at = ticket.ready_at
    texts = [" · ".join(dishes), words("expo.on_pass", reading.time(at)) if at else ""]
    return PanelRow(
        ticket.visit,
        clean(ticket.table or ticket.number),
        texts=tuple(filter(None, texts)),
        buttons=(PanelButton(RUN, words("btn.run"), is_on=True, icon=Icon.TICK),),
    )
