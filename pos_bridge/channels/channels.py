"""The channels in force, read again when their files change. Event loop thread only."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Iterator
from pathlib import Path

from kds.kitchen.ids import Instant
from kds.rulebook.diagnostics import Severity
from kds.rulefiles.texts import Stamp, stamp
from kds.wire.messages import Remark
from pos_bridge.channels.directory import Channel, Directory, load_adapters, read_directory
from pos_bridge.kitchen_time import KitchenTime

_logger = logging.getLogger(__name__)
_LOOK_EVERY_S = 1.0
_TOLD_FOR_MS = 15 * 60_000


class Channels:
    """Knows every vendor. `file`: the settings; `maps`: the folder of mapping files."""

    def __init__(self, file: Path, maps: Path, time: KitchenTime) -> None:
        self._file = file
        self._maps = maps
        self._time = time
        self._adapters = load_adapters()
        self._stamp = self._stamp_now()
        self._directory = read_directory(self._adapters, file, maps, Directory())
        self._refused: dict[str, tuple[int, Instant]] = {}
        self._log()

    def of(self, vendor: str) -> Channel | None:
        """Return a vendor's channel, None where there is none."""
        return self._directory.channels.get(vendor)

    @property
    def vendors(self) -> list[str]:
        """The ids of all vendors whose adapters are installed."""
        return list(self._adapters)

    @property
    def directory(self) -> Directory:
        """What is in force."""
        return self._directory

    def is_settled(self, vendor: str) -> bool:
        """Say whether it is known who must sign, and how what a vendor sends is read."""
        return self._directory.is_settled and vendor not in self._directory.maps.broken

    def refused(self, vendor: str, why: str) -> None:
        """Note a push that does not prove where it comes from; log the 1st, 10th, 100th …"""
        count, _ = self._refused.get(vendor, (0, Instant(0)))
        self._refused[vendor] = (count + 1, self._time.now())
        if str(count + 1).rstrip("0") == "1":
            _logger.warning("%s: a push is refused (%d so far): %s", vendor, count + 1, why)

    def accepted(self, vendor: str) -> None:
        """Note a push with a right one."""
        self._refused.pop(vendor, None)

    def remarks(self) -> Iterator[Remark]:
        """Yield what is not well with the channels."""
        for found in sorted(self._directory.diagnostics, key=lambda d: d.severity.value)[:1]:
            zh, en = "渠道设置有问题", "Channel settings need a look"
            if found.severity is Severity.ERROR:
                zh, en = "渠道设置未启用", "Channel settings not used"
            yield Remark("channels", "attention", zh, en, found.text("zh"), found.text("en"))
        now = self._time.now()
        for vendor, (count, at) in self._refused.items():
            if now - at < _TOLD_FOR_MS:
                zh, en = f"{vendor} 的推送被拒收", f"{vendor}: pushes are refused"
                more = (f"{count} 次 · 请核对 pos.toml 的密钥", f"{count} · check its secret")
                yield Remark("channels", "late", zh, en, *more, vendor)

    async def run(self) -> None:
        """Read the files again whenever they change, until cancelled."""
        while True:
            await asyncio.sleep(_LOOK_EVERY_S)
            found = await asyncio.to_thread(self._stamp_now)
            if found == self._stamp:
                continue
            self._stamp = found
            read: Callable[[], Directory] = lambda: read_directory(  # noqa: E731
                self._adapters, self._file, self._maps, self._directory
            )
            self._directory = await asyncio.to_thread(read)
            self._log()

    def _stamp_now(self) -> tuple[int, int, Stamp]:
        """Return what changes when the files do."""
        maps = stamp(self._maps)
        try:
            found = self._file.stat()
        except OSError:
            return 0, 0, maps
        return found.st_mtime_ns, found.st_size, maps

    def _log(self) -> None:
        for diagnostic in self._directory.diagnostics:
            _logger.warning("%s", diagnostic.text("en"))
