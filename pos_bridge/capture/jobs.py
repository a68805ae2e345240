"""What the writer does for print capture: keep a sheet, act on it, show what nobody understood."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import timedelta
from hashlib import sha256

from kds.kitchen.commands import RaiseAlert
from kds.kitchen.ids import AlertId, CommandId, OrderKey
from kds.kitchen.wording import Wording
from kds.records.body import clean
from kds.store.values import Intake, Keyed
from pos_bridge.capture.acting import Acted, Acting
from pos_bridge.capture.paper.png import pictures_of
from pos_bridge.capture.paper.splitting import End, Sheet
from pos_bridge.capture.receiving import ENDPOINT, Receiving
from pos_bridge.capture.slips.equals import Counted, content_of, may_add
from pos_bridge.capture.slips.patterns import squeezed
from pos_bridge.capture.slips.slip import Kind, Slip
from pos_bridge.capture.slips.wordings import (
    BROKEN_OFF,
    CARD,
    TOO_LARGE,
    UNKNOWN,
    card_text,
    picture_at,
)
from pos_bridge.desk import Desk
from pos_bridge.jobs import RAW_SHOWN
from pos_bridge.ledger import business_day

CONTENT_TYPE = "application/vnd.escpos"
JOB = "print-"
"""How the id of a captured job begins."""
PICTURES = "/slip/"
"""Where people see what a job drew, by the rest of its id: short, as it is typed from a card."""
NOBODY = "print"
"""The source of slips that no template knows."""
_AGAIN_MS = round(timedelta(minutes=10).total_seconds() * 1000)


@dataclass(frozen=True, slots=True)
class Taken:
    """What became of a sheet: a word, the source, the order that it was about.

    `numbers`: its places in the source's series.
    """

    verdict: str
    source: str
    order: OrderKey | None = None
    numbers: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class TakeSheet:
    """Keep one sheet and act on it. `slip`: as a template read it, None: nobody knows it."""

    job: str
    printer: str
    sheet: Sheet
    slip: Slip | None
    receiving: Receiving

    def run(self, desk: Desk) -> Taken:
        """Do so; another print of the same slip is only kept."""
        source = NOBODY if self.slip is None else self.slip.source
        acted = self._acted(desk, source)
        setup = self.sheet.setup.as_text()
        row = Intake(
            id=self.job,
            at=desk.now,
            endpoint=f"{ENDPOINT} {self.printer}",
            body=self.sheet.data,
            verdict=acted.verdict,
            status=200,
            source=source,
            content_type=f"{CONTENT_TYPE}; end={self.sheet.end.value}; {setup}",
        )
        desk.keep(row)
        return Taken(acted.verdict, source, acted.order, acted.numbers)

    def _acted(self, desk: Desk, source: str) -> Acted:
        sheet, document = self.sheet, self.sheet.document
        if not document.has_text:
            return self._without_lines(desk, source)
        if sheet.end is End.FULL:
            return self._alert(desk, source, TOO_LARGE)
        slip, is_repeat = self._told_apart(desk, source)
        if is_repeat:
            return Acted("repeat")
        if slip is None:
            is_printed = sheet.is_whole or sheet.follows
            return (
                self._card(desk, UNKNOWN) if is_printed else self._alert(desk, source, BROKEN_OFF)
            )
        acting = self._acting(desk, slip)
        acted = acting.act()
        acted.numbers = acting.numbers
        if acted.why is not None:
            if sheet.is_whole or acted.order is not None:
                return self._card(desk, acted.why, acted)
            return self._alert(desk, source, BROKEN_OFF)
        if document.unprinted.strip():
            self._alert(desk, source, BROKEN_OFF)
        return acted

    def _without_lines(self, desk: Desk, source: str) -> Acted:
        """A picture alone, or half a line that a printer would never have printed."""
        document = self.sheet.document
        if document.parts and any(document.text().strip()):
            return self._alert(desk, source, picture_at(self._place))
        if self.sheet.follows or len(document.unprinted.strip()) < 2:
            return Acted("not printed")
        return self._alert(desk, source, BROKEN_OFF)

    # --- the same again ---

    def _told_apart(self, desk: Desk, source: str) -> tuple[Slip | None, bool]:
        """Return the slip, which of equal ones it is where these add up, and whether it is none
        but another print.
        """
        slip = self.slip
        if slip is None or not (slip.piece or may_add(slip)):
            return slip, self._is_repeat(desk, source)
        if not self.sheet.is_whole and slip.kind is not Kind.VOID:
            return slip, False  # it adds what is missing alone; printed again it counts in full
        if slip.piece or not self.sheet.is_whole:
            return slip, self._is_repeat(desk, source)
        key = f"print {source} equal {content_of(slip)}"
        kept = desk.keyed(key)
        before = Counted() if kept is None else Counted.from_text(kept.answer)
        after, number, is_copy = before.one_more(self.printer, desk.now, slip.equal_add_ms)
        if number == 1 and not is_copy and self._is_repeat(desk, source):
            return slip, True  # and not counted, so that those behind it are no more either
        desk.remember_key(Keyed(key, "", 200, after.as_text(), desk.now))
        return replace(slip, piece=f"={number}"), is_copy

    def _is_repeat(self, desk: Desk, source: str) -> bool:
        """Say whether this very slip was taken before, on whatever printer, and remember it.

        One that prints its time comes once a day, and so does the first slip of a number, until its
        guests have gone and the number is another's; any other may be meant again after a while.
        """
        text = squeezed(self.sheet.document.text())
        day = business_day(desk.book).date_of(desk.now)
        key = f"print {source} slip {day} {sha256(text.encode()).hexdigest()}"
        known = desk.keyed(key)
        if known is not None and (desk.now - known.at < _AGAIN_MS or self._comes_once(desk)):
            return True
        desk.remember_key(Keyed(key, "", 200, self.job, desk.now))
        return False

    def _comes_once(self, desk: Desk) -> bool:
        slip = self.slip
        if slip is None or slip.at_ms is not None:
            return slip is not None
        is_first = slip.kind is Kind.ORDER and bool(slip.number)
        return is_first and not self._acting(desk, slip).has_gone()

    def _acting(self, desk: Desk, slip: Slip) -> Acting:
        whole = self.sheet.is_whole
        return Acting(desk, self.receiving, slip, self.job, is_whole=whole)

    # --- for people ---

    @property
    def _place(self) -> str:
        """Where the bridge shows the slip's pictures."""
        return f"{PICTURES}{self.job.removeprefix(JOB)}"

    def _text(self) -> str:
        document = self.sheet.document
        drawn = f"[{self._place}]" if pictures_of(document) and document.has_text else ""
        rest = document.unprinted.strip()
        return clean("\n".join(text for text in (document.text(), rest, drawn) if text))

    def _card(self, desk: Desk, why: Wording, acted: Acted | None = None) -> Acted:
        """Show the slip as a text at the pass."""
        slip = self.slip
        value = {
            "source": NOBODY if slip is None else slip.source,
            "order_id": f"slip-{self.job}",
            "number": (slip.number if slip is not None else "") or CARD,
            "table": "" if slip is None else slip.table,
            "note": card_text(why, self._text()),
            "lines": [],
        }
        self.receiving.receive(desk, f"{self.job}.card", value)
        return Acted("text") if acted is None else acted

    def _alert(self, desk: Desk, source: str, why: Wording) -> Acted:
        """Show a card for what is no slip, with what can be read of it."""
        alert = AlertId(f"{self.job}")
        raw = card_text(why, self._text()).partition("\n")[2][:RAW_SHOWN]
        zh, en = f"{self.printer} 打印：{why.zh}", f"Printed to {self.printer}: {why.en}"
        raised = RaiseAlert(CommandId(f"alert:{self.job}"), alert, source, zh, en, raw)
        desk.accept(desk.decide(raised))
        return Acted("alert")
