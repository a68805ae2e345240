"""The dishes that tills have sent lately, so that one written by hand goes the same way."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable, Mapping

from kds.kitchen.ids import BY_HAND
from kds.kitchen.messages import LineContent
from kds.kitchen.order_facts import OrderReceived
from kds.store.errors import StoreError
from kds.store.store import Store
from pos_bridge.feed import Feed

_EVENTS_READ = 5_000
_MOST_DISHES = 2_000


class Dishes:
    """Knows dishes by name: of the latest events of the log, and of what is open. Event loop."""

    def __init__(self, feed: Feed, store: Store) -> None:
        self._feed = feed
        self._store = store
        self._earlier: Mapping[str, LineContent] | None = None

    async def known(self) -> Mapping[str, LineContent]:
        """Return the latest dish of each name, by name; those by hand teach nothing."""
        if self._earlier is None:
            try:
                self._earlier = await asyncio.to_thread(self._read)
            except StoreError:
                return self._open()
        found = {**self._earlier, **self._open()}
        return dict(sorted(found.items())[:_MOST_DISHES])

    def _read(self) -> dict[str, LineContent]:
        entries = self._store.latest(self._feed.kitchen.seq, _EVENTS_READ)
        facts = (entry.event.fact for entry in entries)
        received = (fact for fact in facts if isinstance(fact, OrderReceived))
        told = (line for fact in received if _is_tills(fact) for line in fact.message.lines)
        return _by_name(told)

    def _open(self) -> dict[str, LineContent]:
        orders = self._feed.kitchen.orders.values()
        lines = (
            ln for order in orders if order.key.source != BY_HAND for ln in order.lines.values()
        )
        return _by_name(line.content for line in lines)


def _is_tills(fact: OrderReceived) -> bool:
    return fact.message.key.source != BY_HAND


def _by_name(lines: Iterable[LineContent]) -> dict[str, LineContent]:
    return {line.name: line for line in lines if line.name.strip() and line.parent is None}
