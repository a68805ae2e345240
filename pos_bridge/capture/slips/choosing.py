"""Which template reads a sheet, and in which letters. Pure.

Nothing in a job says in which code page its text is unless the till chooses one; what a template's
`encoding` states is tried with that template, before anybody guesses.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from datetime import tzinfo

from kds.kitchen.ids import Instant
from pos_bridge.capture.paper.decoding import decode
from pos_bridge.capture.paper.splitting import Sheet
from pos_bridge.capture.slips.reading import read_slip
from pos_bridge.capture.slips.slip import Slip
from pos_bridge.capture.slips.templates import Template


def read_sheet(
    sheet: Sheet, templates: Iterable[Template], port: int | None, now: Instant, zone: tzinfo
) -> tuple[Sheet, Slip | None]:
    """Return `sheet` in the letters it was read in, and what it says; None: nobody knows it.

    `port`: where it was printed to, None: that is not known. Templates that are for it alone come
    first, and a sheet that nobody knows stands in their letters. `zone`: of the store, for the
    times that are printed.
    """
    mine = [t for t in templates if port is None or not t.spec.ports or port in t.spec.ports]
    mine.sort(key=lambda template: not template.spec.ports)
    read: dict[str, Sheet] = {"": sheet}
    for template in mine:
        spelled = _spelled(sheet, template.spec.encoding, read)
        slip = read_slip(spelled.document, (template,), now, zone)
        if slip is not None:
            return spelled, slip
    own = (t.spec.encoding for t in mine if port and t.spec.ports and t.spec.encoding)
    return _spelled(sheet, next(own, ""), read), None


def _spelled(sheet: Sheet, charset: str, read: dict[str, Sheet]) -> Sheet:
    if charset not in read:
        document, _ = decode(sheet.data, sheet.setup, charset)
        read[charset] = replace(sheet, document=document)
    return read[charset]
