"""The slips of a decision as rows of the outbox, in the transaction of its events. Pure."""

from __future__ import annotations

from collections.abc import Sequence

from kds.kitchen.events import Event
from kds.kitchen.ids import Instant
from kds.kitchen.state import Kitchen
from kds.rulebook.book import Book
from kds.rulebook.slips_due import slips_due
from kds.store.values import Outgoing
from pos_bridge.printing.slips import as_outgoing


def print_jobs(
    before: Kitchen, after: Kitchen, events: Sequence[Event], book: Book, now: Instant
) -> list[Outgoing]:
    """Return what is to be printed because `events` led from `before` to `after`. Writer thread.

    Ids are made of the last event's, so they are the same however often they are made.
    """
    return [
        as_outgoing(slip, f"{events[-1].id}:{slip.rule}:{number}")
        for number, slip in enumerate(slips_due(before, after, events, book, now), 1)
    ]
