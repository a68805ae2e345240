"""Equal slips that are further portions (一菜一单), told from copies of one slip. Pure.

A till that prints one dish a slip and no counter prints 毛肚 twice for two portions: the second is
no other print of the first. So is neither which of two equal slips is lost, nor which is one too
many; the template's `equal_slips_add` decides for so long after the one before. What two printers
print is counted on each: the second slip on one of them is the second on the other. A slip that is
marked as a reprint, that shows all of an order or several dishes, or that carries a counter of its
own, is never one more by being equal.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from hashlib import sha256

from kds.kitchen.ids import Instant
from pos_bridge.capture.slips.known import line_for
from pos_bridge.capture.slips.slip import Kind, Slip

_ADDS = frozenset({Kind.ORDER, Kind.ADDON, Kind.HOLD, Kind.VOID})


def may_add(slip: Slip) -> bool:
    """Say whether another slip equal to `slip` is one more portion."""
    is_plain = not (slip.is_reprint or slip.is_full or slip.piece)
    one_dish = len(slip.dishes) == 1 and slip.kind in _ADDS
    return slip.equal_add_ms > 0 and is_plain and one_dish


def content_of(slip: Slip) -> str:
    """Return what equal slips have in common, as a digest; times aside, as each has its own."""
    (dish,) = slip.dishes
    said = (slip.kind, slip.number, slip.table, str(dish.quantity), line_for("", dish).exactly)
    return sha256(json.dumps(said).encode()).hexdigest()


@dataclass(frozen=True, slots=True)
class Counted:
    """How many equal slips each printer has printed lately, and when its last one came."""

    printers: tuple[tuple[str, int, int], ...] = ()

    def as_text(self) -> str:
        """Return it as JSON."""
        return json.dumps(self.printers, ensure_ascii=False)

    @classmethod
    def from_text(cls, text: str) -> Counted:
        """Read what `as_text` wrote."""
        return cls(tuple((name, count, at) for name, count, at in json.loads(text)))

    def one_more(self, printer: str, now: Instant, within_ms: int) -> tuple[Counted, int, bool]:
        """Return the counts with one more slip on `printer`, which one that is there, and whether
        another printer has printed it already.
        """
        lately = {name: (n, at) for name, n, at in self.printers if now - at <= within_ms}
        number = lately.pop(printer, (0, 0))[0] + 1
        is_copy = any(count >= number for count, _ in lately.values())
        rest = tuple((name, count, at) for name, (count, at) in lately.items())
        return Counted((*rest, (printer, number, now))), number, is_copy
