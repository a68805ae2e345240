"""What the card of an order says that could not be understood."""

from __future__ import annotations

from kds.board.values import AlertCard, Band
from kds.kitchen.ids import AlertId, VisitId
from kds.ui.icons import Icon
from kds.ui.text import clean
from kds.ui.ticket.face import Action, Count, Face, Foot, Head, NoteFace
from kds.ui.ticket.reading import Reading

_PREFIX = "alert:"
_TITLES = {
    "rule": "alert.rules",
    "rules": "alert.rules",
    "store": "alert.store",
    "gap": "alert.gap",
    "sold-out": "alert.sold_out",
}
"""Of alerts that no order is behind, by the first part of their id."""


def card_id(alert: AlertId) -> VisitId:
    """Return the id under which an alert stands among the tickets."""
    return VisitId(_PREFIX + alert)


def alert_of(ticket: VisitId) -> AlertId | None:
    """Return the alert that stands under this id, None for a ticket."""
    return AlertId(ticket.removeprefix(_PREFIX)) if ticket.startswith(_PREFIX) else None


def _title(alert: AlertCard) -> str:
    """Return the key of the card's title: rules, the database, stock, or what is no order."""
    return _TITLES.get(alert.id.partition(":")[0], "alert.title")


def alert_face(alert: AlertCard, reading: Reading) -> Face:
    """Return what the card of an alert says."""
    texts = (clean(alert.message[reading.lang]), clean(alert.raw))
    return Face(
        visit=card_id(alert.id),
        head=Head(
            title=reading.words(_title(alert)),
            band=Band.ATTENTION,
            flags=(),
            pinned=False,
            icon=Icon.OCTAGON,
            clock=Count(alert.at),
            word=reading.time(alert.at),
            meta=(clean(alert.source),),
            meta_ranks=(0,),
            age=None,
            segments=(),
        ),
        allergies=(),
        rows=tuple(NoteFace(text) for text in texts if text),
        foot=Foot("", (), Action.HANDLED, reading.words(Action.HANDLED)),
        received_at=alert.at,
    )
