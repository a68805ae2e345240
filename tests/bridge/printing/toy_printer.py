"""A toy receipt printer on a real socket: it reads ESC/POS as the Command Reference says."""

from __future__ import annotations

import re
import socket
import threading
from dataclasses import dataclass, field
from types import TracebackType
from typing import Self

from PIL import Image

_REALTIME = re.compile(rb"\x10\x04([\x01-\x04])")
_TOKENS = re.compile(
    rb"\x10\x04(?P<status>[\x01-\x04])"
    rb"|\x1dr(?P<done>.)"
    rb"|\x1dv0.(?P<raster>....)"
    rb"|\x1dV(?P<cut>[\x00\x01]|[AB].)"
    rb"|\x1b@|\x1c&|\x1d[!B].|\x1bd."
    rb"|(?P<text>[^\x10\x1b\x1c\x1d]+)",
    re.DOTALL,
)


@dataclass
class Paper:
    """What came out between two cuts."""

    image: Image.Image | None = None
    raw: bytes = b""

    @property
    def text(self) -> str:
        """What was written in the printer's own fonts."""
        return self.raw.decode("gb18030")


@dataclass
class ToyPrinter:
    """Prints what it is sent; use it as a context. `answers`: it tells its state when asked.

    `breaks_off_after`: it hangs up after so many bytes, once.
    """

    answers: bool = True
    has_paper: bool = True
    is_online: bool = True
    breaks_off_after: int | None = None
    port: int = 0
    papers: list[Paper] = field(default_factory=list)

    def __enter__(self) -> Self:
        self._changed = threading.Condition()
        self._listener = socket.create_server(("127.0.0.1", self.port))
        self.port = self._listener.getsockname()[1]
        self._thread = threading.Thread(target=self._serve)
        self._thread.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()
        self._thread.join()

    def wait_for(self, papers: int, within_s: float = 20) -> list[Paper]:
        """Return what was printed, as soon as there is so much of it."""
        with self._changed:
            assert self._changed.wait_for(lambda: len(self.papers) >= papers, within_s), self.papers
        return self.papers

    def _serve(self) -> None:
        while True:
            try:
                caller, _ = self._listener.accept()
            except OSError:
                return
            with caller:
                caller.settimeout(10)
                try:
                    self._listen(caller)
                except OSError:
                    continue

    def _listen(self, caller: socket.socket) -> None:
        data, taken, paper = b"", 0, Paper()
        while received := caller.recv(65536):
            taken += len(received)
            data += received
            if self.breaks_off_after is not None and taken > self.breaks_off_after:
                self.breaks_off_after = None
                return
            while found := _TOKENS.match(data):
                end = found.end()
                if found["raster"] is not None:
                    wide = int.from_bytes(found["raster"][:2], "little")
                    high = int.from_bytes(found["raster"][2:], "little")
                    if len(data) < end + wide * high:
                        break
                    self._draw(paper, data[end : end + wide * high], wide * 8, high)
                    end += wide * high
                elif found["text"] is not None:
                    paper.raw += found["text"]
                elif found["cut"] is not None:
                    self._cut(paper)
                    paper = Paper()
                elif self.answers and found["status"] is not None:
                    caller.sendall(self._state(found["status"]))
                elif self.answers and found["done"] is not None:
                    caller.sendall(b"\x00")
                data = data[end:]

    def _draw(self, paper: Paper, dots: bytes, width: int, height: int) -> None:
        piece = Image.frombytes("1", (width, height), bytes(255 - byte for byte in dots))
        above = paper.image
        if above is None:
            paper.image = piece
            return
        paper.image = Image.new("1", (width, above.height + height))
        paper.image.paste(above, (0, 0))
        paper.image.paste(piece, (0, above.height))

    def _cut(self, paper: Paper) -> None:
        with self._changed:
            self.papers.append(paper)
            self._changed.notify_all()

    def _state(self, question: bytes) -> bytes:
        if question == b"\x04":
            return b"\x12" if self.has_paper else b"\x72"
        return b"\x12" if self.is_online and self.has_paper else b"\x1a"
