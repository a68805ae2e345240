"""What the strip says of a board: who shows it, how much there is to do, how late all of it is."""

from __future__ import annotations

from collections.abc import Sequence

from kds.board.slow import behind
from kds.board.values import Band, Board
from kds.kitchen.ids import Instant
from kds.ui.chrome.health import Health
from kds.ui.chrome.strip import Counts, StripFace, counts_of, pass_counts_of
from kds.ui.options import Subject
from kds.ui.ticket.face import Face
from kds.ui.ticket.reading import Reading


def counts_on(board: Board, reading: Reading, faces: Sequence[Face], average: str) -> Counts:
    """Sum up what there is to do; `average`: how long a ticket takes, "" if unknown."""
    tallies = [face.tally for face in faces]
    if reading.at_pass:
        missing = sum(tally.missing for tally in tallies)
        ready = sum(1 for ticket in board.tickets if ticket.band is Band.READY)
        return pass_counts_of(reading.words, str(len(board.tickets)), missing, ready)
    items = str(sum(tally.portions for tally in tallies))
    return counts_of(reading.words, len(board.tickets), items, average)


def strip_of(
    subject: Subject, board: Board, reading: Reading, counts: Counts, health: Health, now: Instant
) -> StripFace:
    """Return what the strip says at `now`; before there is a time (0) it shows none."""
    slow = board.slow
    return StripFace(
        name=subject.title_on(board, reading.lang),
        counts=counts,
        health=health,
        clock=reading.time(now) if now else "",
        seconds=reading.seconds(now) if now else "",
        slow=behind(slow, now, reading.lang) if slow is not None else "",
    )
