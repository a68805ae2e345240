"""Intake: what a till sends is understood, decided, stored, and only then answered.

What can not be understood is stored too and becomes a card in the kitchen: nothing that a point
of sale sent ends in silence. Event loop thread only.
"""

from __future__ import annotations

import logging
import re
from collections.abc import Callable
from dataclasses import replace
from datetime import tzinfo
from functools import partial
from hashlib import sha256
from secrets import token_hex

from kds.kitchen.wording import Wording
from kds.records.body import legible
from kds.records.canonical import ParsedOrder, parse_order
from kds.records.errors import BadBody, BodyError, Contradictory, NotJson, TooLarge
from pos_bridge.jobs import Complain, Delivery, Repeats, Reply, TakeOrder, Trouble
from pos_bridge.kitchen_time import KitchenTime
from pos_bridge.pulse.pulse import Pulse
from pos_bridge.rates import Rates, What
from pos_bridge.reading import READ_AT_ONCE, read_apart
from pos_bridge.writer import FaultError, Writer

_logger = logging.getLogger(__name__)
_LONGEST_KEY = 255
_SOURCE = re.compile(r'"source"\s*:\s*"([A-Za-z0-9._-]{1,64})"')
_WHY_ZH = {
    400: "不是有效的 JSON",
    404: "对方系统取不到",
    408: "没有传完",
    409: "自相矛盾",
    413: "太大",
    415: "格式不支持",
    422: "内容有误",
    500: "处理时出错",
}


class Intake:
    """Takes deliveries. `zone` answers the store's time zone, for times without an offset."""

    def __init__(
        self,
        writer: Writer,
        rates: Rates,
        pulse: Pulse,
        time: KitchenTime,
        zone: Callable[[], tzinfo],
    ) -> None:
        self._writer = writer
        self._rates = rates
        self._pulse = pulse
        self._time = time
        self._zone = zone
        self._repeats = Repeats()

    async def take(self, endpoint: str, body: bytes, content_type: str, key: str) -> Reply:
        """Take a canonical order and return the contract's answer.

        Raises `NotDurableError` when nothing could be stored.
        """
        delivery = Delivery(token_hex(16), endpoint, body, content_type)
        if len(key) > _LONGEST_KEY:
            fault = f"must have at most {_LONGEST_KEY} characters"
            return await self._reject_fields(delivery, [("Idempotency-Key", fault)])
        try:
            parsed = await self._parse(body, content_type)
            delivery = replace(delivery, number=self._pulse.number_of(parsed))
            reply = await self._writer.submit(TakeOrder(delivery, parsed, key, self._repeats))
        except BadBody as bad:
            status = 409 if isinstance(bad, Contradictory) else 422
            return await self._reject_fields(delivery, list(bad.errors), status)
        except BodyError as error:
            return await self.reject(delivery, _STATUS[type(error)], str(error))
        except FaultError:
            return await self.reject(delivery, 500, "The bridge failed on this order; it is kept.")
        self._count(parsed.message.key.source, reply, delivery.number)
        return reply

    async def refuse(
        self, endpoint: str, body: bytes, content_type: str, status: int, why: str
    ) -> Reply:
        """Keep and show a body that was not even read as an order."""
        return await self.reject(Delivery(token_hex(16), endpoint, body, content_type), status, why)

    async def reject(self, delivery: Delivery, status: int, why: str) -> Reply:
        """Keep and show a delivery, and answer why it was not taken."""
        return Reply(status, {"error": why, "alert": await self._complain(delivery, status, why)})

    async def _reject_fields(
        self, delivery: Delivery, faults: list[tuple[str, str]], status: int = 422
    ) -> Reply:
        why = "; ".join(": ".join(filter(None, fault)) for fault in faults[:5])
        errors = [{"field": field, "message": message} for field, message in faults]
        alert = await self._complain(delivery, status, why)
        return Reply(status, {"errors": errors, "alert": alert})

    async def _complain(self, delivery: Delivery, status: int, why: str) -> str:
        source = delivery.source or _source_in(delivery)
        self._rates.delivered(source, What.REJECTED, self._time.now())
        message = Wording(
            f"{source or '某个收银系统'} 发来的订单无法接收：{_WHY_ZH.get(status, '')}（{why}）",
            f"An order from {source or 'some till'} could not be taken: {why}",
        )
        about = f"{status} {source} {why} {sha256(delivery.body).hexdigest()}"
        shown = Delivery(
            delivery.id, delivery.endpoint, delivery.body, delivery.content_type, source
        )
        trouble = Trouble(status, why, message, about)
        return await self._writer.submit(Complain(shown, trouble, self._repeats))

    async def _parse(self, body: bytes, content_type: str) -> ParsedOrder:
        try:
            parse = partial(parse_order, zone=self._zone())
            return await read_apart(parse, body, content_type)
        except BodyError:
            raise
        except Exception as error:
            _logger.exception("the parser failed")
            raise FaultError("the parser failed") from error

    def _count(self, source: str, reply: Reply, number: int | None) -> None:
        if number is not None and reply.status < 300:
            self._pulse.numbered(source, number, self._time.now())
        what = {409: What.REJECTED}.get(reply.status, What.TAKEN)
        is_repeat = reply.content["result"] == "unchanged"
        self._rates.delivered(source, What.DOUBLED if is_repeat else what, self._time.now())


def _source_in(delivery: Delivery) -> str:
    """Return the source that a canonical order seems to name."""
    found = _SOURCE.search(legible(delivery.body[:READ_AT_ONCE], delivery.content_type))
    return found[1] if found else ""


_STATUS: dict[type[BodyError], int] = {NotJson: 400, TooLarge: 413}
