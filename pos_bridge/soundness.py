"""Whether the store is sound: what was rescued at the start, and what reading all of it finds."""

from __future__ import annotations

import asyncio
import logging
import threading
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from kds.kitchen.commands import RaiseAlert
from kds.kitchen.ids import AlertId, CommandId, Instant
from kds.kitchen.wording import Wording
from kds.records.times import iso
from kds.store.errors import StoreCorrupt, StoreError
from kds.store.rescue import Rescue
from kds.store.store import Store
from kds.wire.messages import Remark
from pos_bridge.desk import Desk
from pos_bridge.kitchen_time import KitchenTime
from pos_bridge.recovery import as_json
from pos_bridge.writer import FaultError, NotDurableError, Writer

_logger = logging.getLogger(__name__)
_AFTER_START_S = 5.0
_CHECK_EVERY_S = 24 * 3600.0
_LOOK_EVERY_S = 2.0
_ADVICE = Wording(
    "订单照常接收；方便时重启主机程序，重启时会自动修复",
    "orders are taken as ever; restart the bridge when it suits, a start rescues what can be read",
)


@dataclass(frozen=True, slots=True)
class Warn:
    """Show a card about damage that was found while the bridge serves."""

    damage: str
    epoch: str

    def run(self, desk: Desk) -> None:
        """Do so, once per log."""
        alert = AlertId(f"store:damage:{self.epoch}")
        zh = f"数据库文件已损坏：{_ADVICE.zh}"
        en = f"The database file is damaged: {_ADVICE.en}"
        raised = RaiseAlert(CommandId(f"alert:{alert}"), alert, "", zh, en, self.damage)
        desk.accept(desk.decide(raised))


class Soundness:
    """Reads the whole store a while after the start and once a day, beside the service.

    Event loop thread only; the reading has a thread of its own. `checked_at`: when all of it was
    last found sound.
    """

    def __init__(
        self, store: Store, writer: Writer, time: KitchenTime, rescue: Rescue | None
    ) -> None:
        self.checked_at: Instant | None = None
        self._store = store
        self._writer = writer
        self._time = time
        self._rescue = rescue
        self._is_over = threading.Event()

    async def run(self) -> None:
        """Watch over the store until cancelled, or until damage is shown."""
        loop = asyncio.get_running_loop()
        check_at = loop.time() + _AFTER_START_S
        try:
            while not await self._has_warned():
                await asyncio.sleep(_LOOK_EVERY_S)
                if loop.time() >= check_at:
                    check_at = loop.time() + _CHECK_EVERY_S
                    await self._check()
        finally:
            self._is_over.set()  # the thread ends by itself; the program need not wait for it

    def remarks(self) -> Iterator[Remark]:
        """Yield what every display and /health are to say of it."""
        if self._store.damage:
            zh, en = "数据库文件已损坏", "The database file is damaged"
            yield Remark("database", "late", zh, en, _ADVICE.zh, _ADVICE.en)
        if self._rescue is not None:
            lost, name = self._rescue.lost, self._rescue.aside.name
            yield Remark(
                "database",
                "attention",
                "数据库曾损坏，已修复",
                "The database was damaged and has been rescued",
                f"{lost} 条记录没有救回 · 旧文件 {name}",
                f"{lost} records are lost · the old file is {name}",
            )

    def as_json(self) -> dict[str, Any]:
        """Return what /health says of the store."""
        return {
            "checked_at": None if self.checked_at is None else iso(self.checked_at),
            "damage": self._store.damage or None,
            "rescued": None if self._rescue is None else as_json(self._rescue),
        }

    async def _check(self) -> None:
        try:
            await asyncio.to_thread(self._store.check, self._is_over.is_set)
        except StoreCorrupt as damage:
            _logger.error("%s %s", damage, _ADVICE.en)  # noqa: TRY400  # the disk's fault
        except StoreError as error:
            _logger.warning("the store was not checked: %s", error)
        else:
            self.checked_at = self._time.now()

    async def _has_warned(self) -> bool:
        """Show the card if there is damage; say whether it is shown."""
        if not self._store.damage:
            return False
        try:
            await self._writer.submit(Warn(self._store.damage, self._store.epoch))
        except (NotDurableError, FaultError) as error:
            _logger.warning("no card about the damage: %s", error)
            return False
        return True
