"""Print jobs built from documented ESC/POS commands, as a till's driver sends them."""

from __future__ import annotations

from collections.abc import Sequence

INIT = b"\x1b@"
CUT = b"\x1dV\x42\x00"
FEED = b"\x1bd\x04"


class Job:
    """Bytes of a job under way. `charset`: of its text."""

    def __init__(self, charset: str = "gb18030") -> None:
        self.data = INIT + (b"\x1c&" if charset == "gb18030" else b"")
        self._charset = charset

    def line(self, text: str = "", *, big: bool = False, bold: bool = False) -> Job:
        """Print one line."""
        looks = b"\x1d!\x11" * big + b"\x1bE\x01" * bold
        plain = b"\x1d!\x00" * big + b"\x1bE\x00" * bold
        self.data += looks + text.encode(self._charset) + plain + b"\n"
        return self

    def lines(self, *texts: str) -> Job:
        """Print plain lines."""
        for text in texts:
            self.line(text)
        return self

    def raw(self, data: bytes) -> Job:
        """Send a command."""
        self.data += data
        return self

    def qr(self, text: str) -> Job:
        """Store and print a QR code: GS ( k, functions 180 and 181."""
        data = text.encode()
        size = (len(data) + 3).to_bytes(2, "little")
        return self.raw(b"\x1d(k" + size + b"1P0" + data + b"\x1d(k\x03\x001Q0")

    def picture(self, across: int, down: int) -> Job:
        """Print a raster picture, GS v 0: `across` bytes wide."""
        head = b"\x1dv0\x00" + across.to_bytes(2, "little") + down.to_bytes(2, "little")
        return self.raw(head + bytes(range(across)) * down)

    def cut(self) -> bytes:
        """Feed, cut and return the job."""
        return self.data + FEED + CUT


def zh_slip(
    title: str = "厨房单",
    dishes: Sequence[str] = ("麻辣锅底              1份", "毛肚                  2份"),
    *,
    number: str = "0042",
    table: str = "A08",
    time: str = "",
    more: Sequence[str] = (),
    cut: bool = True,
) -> bytes:
    """Return a Chinese kitchen slip."""
    job = Job().line(title, big=True)
    head = [f"桌号：{table}        人数：4"] * bool(table) + [f"单号：{number}"] * bool(number)
    head += [f"下单时间：{time}"] * bool(time)
    job.lines(*head, *more, "-" * 32, *dishes, "-" * 32)
    return job.cut() if cut else job.data


def en_slip(
    title: str = "KITCHEN",
    dishes: Sequence[str] = ("2 x Cheeseburger", "   - no onion", "   + bacon", "1 Caesar salad"),
    *,
    number: str = "1847",
    table: str = "12",
    time: str = "",
) -> bytes:
    """Return an English kitchen docket."""
    job = Job("cp437").line(title, big=True, bold=True)
    head = [f"Table {table}"] * bool(table) + [f"Order #{number}"] * bool(number)
    head += [f"Time: {time}"] * bool(time)
    return job.lines(*head, "-" * 32, *dishes, "-" * 32).cut()
