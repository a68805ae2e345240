"""All virtual printers of a bridge, with the templates they share. Event loop thread only."""

from __future__ import annotations

import socket
from collections.abc import AsyncIterator, Callable, Iterator, Sequence
from contextlib import AsyncExitStack, ExitStack, asynccontextmanager, closing, contextmanager
from datetime import tzinfo
from typing import Any

from kds.wire.messages import Remark
from pos_bridge.capture.folder import TemplateFolder
from pos_bridge.capture.passing import Passing
from pos_bridge.capture.printer import Printer
from pos_bridge.kitchen_time import KitchenTime
from pos_bridge.pulse.pulse import Pulse
from pos_bridge.rates import Rates
from pos_bridge.settings import Address, Settings
from pos_bridge.sockets import listen, real_address
from pos_bridge.writer import Writer

Listeners = Sequence[tuple[Address, socket.socket]]


@contextmanager
def listening(settings: Settings) -> Iterator[Listeners]:
    """Bind the addresses where tills print; raises StartError. Real ports instead of 0."""
    with ExitStack() as stack:
        found = []
        for asked in settings.captures:
            listener = stack.enter_context(closing(listen("--capture", asked)))
            found.append((real_address(asked, listener), listener))
        yield found


class Captures:
    """The virtual printers. Without any, nothing is read or written."""

    def __init__(
        self,
        settings: Settings,
        listeners: Listeners,
        writer: Writer,
        rates: Rates,
        pulse: Pulse,
        time: KitchenTime,
        zone: Callable[[], tzinfo],
    ) -> None:
        self._listeners = listeners
        self._folder = TemplateFolder(settings.data / "pos" / "print") if listeners else None
        targets = [None if to is None else Passing(to) for to in settings.capture_to]
        targets += [None] * (len(listeners) - len(targets))
        self.printers = [
            Printer(at, writer, rates, pulse, time, zone, self._folder, to, settings.capture_idle_s)
            for (at, _), to in zip(listeners, targets, strict=True)
            if self._folder is not None
        ]

    @property
    def addresses(self) -> list[Address]:
        """Where tills print to."""
        return [address for address, _ in self._listeners]

    @asynccontextmanager
    async def serving(self) -> AsyncIterator[None]:
        """Take what tills print until the block ends."""
        async with AsyncExitStack() as stack:
            for printer, (_, listener) in zip(self.printers, self._listeners, strict=True):
                if printer.passing is not None:
                    stack.push_async_callback(printer.passing.close)
                await stack.enter_async_context(printer.serving(listener))
            yield

    def remarks(self) -> Iterator[Remark]:
        """Yield what is not well: a faulty template, a real printer that does not answer."""
        if self._folder is not None:
            self._folder.refresh()
            yield from self._folder.remarks()
        for printer in self.printers:
            if printer.passing is not None:
                yield from printer.passing.remarks()

    def as_json(self) -> dict[str, Any]:
        """Return what /health says of print capture."""
        faults = () if self._folder is None else self._folder.faults()
        return {
            "printers": [printer.as_json() for printer in self.printers],
            "templates": [] if self._folder is None else [t.id for t in self._folder.templates()],
            "faults": [found.as_json()["messages"] for found in faults],
        }
