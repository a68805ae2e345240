"""A receipt printer in the network: ESC/POS on its raw port, by python-escpos.

Commands of the ESC/POS Command Reference (Epson): `DLE EOT n` is answered at once, also by a
printer that is offline; `GS r n` only once all before it has been worked on. A printer that answers
neither is believed as long as it takes the bytes.
"""

from __future__ import annotations

import socket
from collections.abc import Iterator
from contextlib import contextmanager, suppress

from escpos.constants import RT_STATUS_ONLINE, RT_STATUS_PAPER
from escpos.printer import Network

from kds.rulebook.printing import Printer, PrinterMode
from kds.rulebook.slips import Slip
from pos_bridge.printing.layout import RULE, Row, Size, rows
from pos_bridge.printing.picture import DOTS, picture
from pos_bridge.printing.trouble import BROKE_OFF, NO_ANSWER, NO_PAPER, OFFLINE, PrinterTrouble

CONNECT_S = 3.0
"""So long a printer may take to answer a call, or to take bytes."""
_ANSWER_S = 1.5
_WORK_S = 15.0
"""Longer than the longest slip takes to be printed."""
_OFFLINE, _NO_PAPER = 0x08, 0x60
_WHEN_DONE = b"\x1dr\x01"
_IDEOGRAPHS = b"\x1c&"
_SIZES = {Size.SMALL: 0x00, Size.PLAIN: 0x00, Size.LARGE: 0x11, Size.HUGE: 0x22}


class _Device(Network):
    """One printer while we are connected. `answers`: it tells its state when asked."""

    def __init__(self, printer: Printer) -> None:
        super().__init__(printer.host, printer.port, CONNECT_S)
        self.answers = False
        width = {"mm": printer.paper_mm, "pixels": DOTS[printer.paper_mm]}
        self.profile.profile_data = {**self.profile.profile_data, "media": {"width": width}}

    def open(self, raise_not_found: bool = True) -> None:
        """Connect; raises OSError. The library's own leaves its socket open when it fails."""
        del raise_not_found
        self.device = socket.create_connection((self.host, self.port), CONNECT_S)

    def ask(self, question: bytes, within_s: float) -> int | None:
        """Return the printer's answer to a question, None if it gives none in time."""
        assert self.device
        self.device.settimeout(within_s)
        try:
            self._raw(question)
            answer = self._read()
        except TimeoutError:
            return None
        finally:
            self.device.settimeout(CONNECT_S)
        if not answer:
            raise ConnectionResetError("the printer hung up")
        return answer[-1]

    def check(self) -> None:
        """Raise PrinterTrouble if the printer says that it cannot print."""
        state = self.ask(RT_STATUS_ONLINE, _ANSWER_S)
        if state is None:
            return
        self.answers = True
        paper = self.ask(RT_STATUS_PAPER, _ANSWER_S)
        if paper is not None and paper & _NO_PAPER == _NO_PAPER:
            raise PrinterTrouble(NO_PAPER)
        if state & _OFFLINE:
            raise PrinterTrouble(OFFLINE)


@contextmanager
def _connected(printer: Printer) -> Iterator[_Device]:
    device = _Device(printer)
    try:
        device.open()
    except OSError as error:
        raise PrinterTrouble(NO_ANSWER) from error
    try:
        yield device
    finally:
        with suppress(OSError):
            device.close()


def look_at(printer: Printer) -> None:
    """Raise PrinterTrouble unless the printer could print now. Blocks; any thread."""
    with _connected(printer) as device:
        try:
            device.check()
        except OSError as error:
            raise PrinterTrouble(NO_ANSWER) from error


def print_slip(printer: Printer, slip: Slip, *, again: bool = False) -> None:
    """Print a slip and wait until the printer has it; raises PrinterTrouble. Blocks; any thread.

    `again`: it may have been printed before, and says so.
    """
    written = list(rows(slip, again=again))
    with _connected(printer) as device:
        try:
            device.check()
        except OSError as error:
            raise PrinterTrouble(NO_ANSWER) from error
        try:
            _write(device, printer, written)
            _wait_until_done(device)
        except PrinterTrouble as trouble:
            raise PrinterTrouble(trouble.why, has_begun=True) from trouble
        except OSError as error:
            raise PrinterTrouble(BROKE_OFF, has_begun=True) from error


def _write(device: _Device, printer: Printer, written: list[Row]) -> None:
    device.hw("INIT")
    if printer.mode is PrinterMode.PICTURE:
        device.image(picture(written, printer.paper_mm))
    else:
        device._raw(_as_text(written, printer))
    device.cut()


def _wait_until_done(device: _Device) -> None:
    """Let the printer confirm; where it never does, ask whether it is still well."""
    if device.answers and device.ask(_WHEN_DONE, _WORK_S) is None:
        device.check()


def _as_text(written: list[Row], printer: Printer) -> bytes:
    """Return rows in the printer's own fonts; ideographs as GB 18030, as printers in China read."""
    columns = DOTS[printer.paper_mm] // 12
    parts = [_IDEOGRAPHS]
    for row in written:
        if row == RULE:
            parts.append(b"-" * columns + b"\n")
            continue
        size = _SIZES[row.size]
        text = " " * row.indent + row.text + (f"  {row.right}" if row.right else "")
        look = bytes((0x1D, 0x21, size, 0x1D, 0x42, int(row.inverted)))
        parts.append(look + text.encode("gb18030", "replace") + b"\n\x1dB\x00\x1d!\x00")
    return b"".join(parts)
