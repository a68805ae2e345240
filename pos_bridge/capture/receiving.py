"""Orders that slips make go the way of all orders: decided, and kept as JSON of the contract."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from kds.records.canonical import ParsedOrder, order_from
from pos_bridge.desk import Desk
from pos_bridge.jobs import Delivery, Repeats, TakeOrder
from pos_bridge.ledger import zone_of

ENDPOINT = "capture"


@dataclass(frozen=True, slots=True)
class Receiving:
    """What all jobs of a bridge share. `number_of`: an order's place in its source's series."""

    repeats: Repeats
    number_of: Callable[[ParsedOrder], int | None]

    def receive(self, desk: Desk, name: str, value: dict[str, Any]) -> int | None:
        """Take a canonical order under the id `name`; return its number in the series."""
        parsed = order_from(value, zone=zone_of(desk.book))
        body = json.dumps(value, ensure_ascii=False).encode()
        source, number = parsed.message.key.source, self.number_of(parsed)
        delivery = Delivery(name, ENDPOINT, body, "application/json", source, number)
        TakeOrder(delivery, parsed, "", self.repeats).run(desk)
        return number
