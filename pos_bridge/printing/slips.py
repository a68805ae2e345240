"""Slips as the outbox keeps them until they are printed."""

from __future__ import annotations

from kds.records.errors import RecordError
from kds.records.versions import Codec
from kds.rulebook.slips import Slip
from kds.store.values import Outgoing

CHANNEL = "print"
_SLIP = Codec("slip", Slip)


def as_outgoing(slip: Slip, slip_id: str) -> Outgoing:
    """Return the outbox's row of a slip. Those of one printer are printed in their order."""
    body = f"{_SLIP.version} {_SLIP.dump(slip)}"
    return Outgoing(CHANNEL, slip_id, slip.printer, body, slip.at, slip.at)


def slip_of(row: Outgoing) -> Slip:
    """Return the slip of an outbox's row; else `RecordError`."""
    version, _, text = row.body.partition(" ")
    if not version.isdigit():
        raise RecordError(f"{row.id} holds no slip")
    return _SLIP.load(int(version), text)
