"""Which band of priority a dish of an order stands in, band by band, and why (not)."""

from __future__ import annotations

from collections.abc import Iterator

from kds.admin.explain_more import Said, not_counted
from kds.admin.whens import as_found
from kds.admin.wordings import duration
from kds.kitchen.orders import Routing
from kds.kitchen.wording import Wording
from kds.rulebook.book import Book
from kds.rulebook.conditions import Occasion, judge
from kds.rulebook.priority import PriorityBand

_STANDS = Wording("排在这里", "stands here")
_TAKEN = Wording("已归前面一条", "an earlier band has taken it")
_ONCE_RUSHED = Wording("催了才算", "only once it is rushed")
_ONCE_HERE = Wording("骑手到了才算", "only once the rider is here")


def bands(book: Book, occasion: Occasion, routing: Routing) -> Iterator[Said]:
    """Yield for each band whether a dish that has just come in stands in it; the first one does."""
    is_taken = False
    for band in book.bands:
        why = _outside(band, occasion, routing)
        if why is not None or is_taken:
            yield band, False, why or _TAKEN
            continue
        is_taken = True
        yield band, True, _STANDS


def _outside(band: PriorityBand, occasion: Occasion, routing: Routing) -> Wording | None:
    """Return why the dish does not stand in `band` yet, or never will; None if it does."""
    finding = judge(band.when, occasion)
    if not finding.holds:
        reason = as_found(finding)
        return Wording(f"不适用：{reason.zh}", f"does not apply: {reason.en}")
    why = not_counted(band, routing)
    if why is not None:
        return why
    if band.rush:
        return _ONCE_RUSHED
    if band.rider:
        return _ONCE_HERE
    if band.waits_s is None:
        return None
    zh, en = duration(band.waits_s, "zh"), duration(band.waits_s, "en")
    return Wording(f"等了 {zh}才算", f"only after a wait of {en}")
