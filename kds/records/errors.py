"""What can be wrong with records, ours and other people's."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple


class RecordError(Exception):
    """A stored record is of an unknown kind, newer than this program, or damaged."""


class NewerRecord(RecordError):  # noqa: N818  # the name says what the record is
    """A newer program has written this record; only that one understands it."""


class FieldError(NamedTuple):
    """One fault of a body. `field`: where, like `lines[0].quantity`; `message`: plain words."""

    field: str
    message: str


class BodyError(Exception):
    """Something that was sent to us cannot be taken as it is; its heirs say what it is."""


class NotJson(BodyError):  # noqa: N818  # the name says what the body is
    """The bytes are no JSON (NaN and Infinity included) or no text that we can read."""


class TooLarge(BodyError):  # noqa: N818  # as above
    """Over 4 MB, 5,000 lines or 32 levels deep."""


MOST_FAULTS = 1_000
"""A body of 4 MB has room for hundreds of thousands, which nobody reads one by one."""


class BadBody(BodyError):  # noqa: N818  # as above
    """JSON of the wrong shape. `errors`: every fault of the body at once, up to a bound."""

    def __init__(self, errors: Sequence[FieldError]) -> None:
        more = len(errors) - MOST_FAULTS
        rest = (FieldError("", f"and {more:,} more faults"),) if more > 0 else ()
        self.errors = (*errors[:MOST_FAULTS], *rest)
        told = (f"{e.field}: {e.message}" if e.field else e.message for e in self.errors[:5])
        super().__init__("; ".join(told))


class BadOrder(BadBody):
    """A canonical order of the wrong shape."""


class Contradictory(BadOrder):
    """An order of the right shape that contradicts itself: an id twice, parts of each other."""


class BadCommands(BadBody):
    """Commands of the wrong shape; `field` starts with the index where a list was sent."""
