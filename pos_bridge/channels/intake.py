"""Pushes in: who sent it is proven, what it says is read, stored, and only then answered.

Event loop thread only. What can not be read becomes a card with the raw text; what is not for the
kitchen is kept with the reason.
"""

from __future__ import annotations

import json
import logging
from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from datetime import datetime, tzinfo
from secrets import token_hex
from typing import Any
from urllib.parse import urlsplit

from kds.kitchen.commands import Result
from kds.kitchen.ids import Instant, OrderId, OrderKey, SourceId
from kds.records.canonical import order_from
from kds.records.errors import BadBody, BodyError, FieldError, NotJson, TooLarge
from kds.records.times import iso
from pos_bridge.adapters.adapter import (
    BadSignature,
    Context,
    Fetch,
    Fetched,
    Order,
    Push,
    Reading,
)
from pos_bridge.adapters.forms import FORM
from pos_bridge.channels.directory import Channel
from pos_bridge.channels.jobs import Canonical, Taken, TakePush, Understood
from pos_bridge.intake import Intake
from pos_bridge.jobs import Delivery, Repeats
from pos_bridge.kitchen_time import KitchenTime
from pos_bridge.pulse.pulse import Pulse
from pos_bridge.rates import Rates, What
from pos_bridge.reading import read_apart
from pos_bridge.writer import FaultError, Writer

_logger = logging.getLogger(__name__)
_NEWS = frozenset({Result.NEW.value, Result.AMENDED.value})
_MOST_WARNINGS, _LONGEST_WARNING = 5, 200
_STATUS: dict[type[BodyError], int] = {NotJson: 400, TooLarge: 413}


@dataclass(frozen=True, slots=True)
class PushReply:
    """The answer to a vendor. `body`: the exact bytes it wants; None: `content` as JSON."""

    status: int
    content: dict[str, Any]
    body: bytes | None = None


class PushIntake:
    """Takes pushes. `on_owed`: is told the vendor for which there is something to fetch."""

    on_owed: Callable[[str], None]

    def __init__(
        self,
        intake: Intake,
        writer: Writer,
        rates: Rates,
        pulse: Pulse,
        time: KitchenTime,
        zone: Callable[[], tzinfo],
    ) -> None:
        self._intake = intake
        self._writer = writer
        self._rates = rates
        self._pulse = pulse
        self._time = time
        self._zone = zone
        self.on_owed = lambda _: None
        self._repeats = Repeats()

    async def verify(self, channel: Channel, push: Push) -> None:
        """Raise `BadSignature` unless the vendor has signed the push; counted as rejected."""
        secrets, at = channel.settings.secrets, self._at()
        try:
            await read_apart(
                lambda *_: channel.adapter.verify(push, secrets, at), push.body, push.content_type
            )
        except Exception as error:
            self._rates.delivered(channel.settings.source, What.REJECTED, self._time.now())
            if isinstance(error, BadSignature):
                raise
            _logger.exception("%s: the signature could not be checked", channel.adapter.vendor)
            raise BadSignature("the check failed") from error

    async def take(self, channel: Channel, push: Push) -> PushReply:
        """Take a push that is proven. Raises `NotDurableError` when nothing could be stored."""
        read = channel.adapter.read
        endpoint = f"pos/{channel.adapter.vendor}" + (f"/{push.topic}" if push.topic else "")
        delivery = self._delivery(channel, endpoint, *_kept(push))
        return await self._take_reading(channel, delivery, lambda context: read(push, context))

    def probe(self, channel: Channel, push: Push) -> PushReply:
        """Answer a call that holds nothing at all: a vendor tries the address. Nothing is kept."""
        why = "a call without a body: the address is tried"
        try:
            reading = channel.adapter.read(push, self.context(channel))
        except BodyError:
            reading = Reading(ignored=why)
        content: dict[str, Any] = {"orders": [], "ignored": reading.ignored or why, "alert": None}
        return PushReply(200, content, reading.acknowledgement)

    async def take_fetched(
        self, channel: Channel, fetched: Fetched, read: Callable[[Context], Reading]
    ) -> PushReply:
        """Take what a vendor's API said, as if it had been pushed."""
        endpoint = f"pos/{channel.adapter.vendor}/fetched"
        delivery = self._delivery(channel, endpoint, fetched.body, fetched.content_type)
        return await self._take_reading(channel, delivery, read)

    async def take_missed(
        self, channel: Channel, fetched: Fetched, read: Callable[[Context], Reading]
    ) -> tuple[Fetch, ...]:
        """Take what a list of changes says that no push has told; return what more to ask for.

        What is not new is neither kept nor counted: it says nothing of whether pushes come.
        """
        endpoint = f"pos/{channel.adapter.vendor}/missed"
        delivery = self._delivery(channel, endpoint, fetched.body, fetched.content_type)
        context = self.context(channel)
        try:
            made = await read_apart(
                lambda *_: _understood(read, context), delivery.body, delivery.content_type
            )
        except BodyError as error:
            await self._reject(delivery, _STATUS.get(type(error), 422), str(error))
            return ()
        understood = self._numbered(made.understood)
        said = (understood.orders, understood.amendments, understood.missed, understood.fire)
        if not (any(said) or any(each.unless_known for each in understood.fetch)):
            return understood.fetch
        job = TakePush(channel.adapter.vendor, delivery, understood, self._repeats, is_quiet=True)
        taken = await self._writer.submit(job)
        self._note_numbers(understood)
        if any(each["result"] in _NEWS for each in taken.orders):
            _logger.warning("%s: the pushes of some orders have not come", delivery.source)
            self._count(delivery.source, taken)
        return taken.fetch

    async def tell_unfetched(self, channel: Channel, fetch: Fetch, why: str) -> None:
        """Show that something can not be had from the vendor."""
        raw = f"{fetch.method} {fetch.path}".encode()
        endpoint = f"pos/{channel.adapter.vendor}/fetched"
        await self._reject(self._delivery(channel, endpoint, raw, ""), 404, why)

    async def _take_reading(
        self, channel: Channel, delivery: Delivery, read: Callable[[Context], Reading]
    ) -> PushReply:
        """Take what `read` makes of a delivery; what it can not read is kept and shown."""
        context = self.context(channel)
        try:
            made = await read_apart(
                lambda *_: _understood(read, context), delivery.body, delivery.content_type
            )
            understood = self._numbered(made.understood)
            job = TakePush(channel.adapter.vendor, delivery, understood, self._repeats)
            taken = await self._writer.submit(job)
        except BodyError as error:
            return await self._reject(delivery, _STATUS.get(type(error), 422), str(error))
        except FaultError:
            return await self._reject(delivery, 500, "The bridge failed on this push; it is kept.")
        for warning in made.warnings[:_MOST_WARNINGS]:
            _logger.info("%s: %s", channel.settings.source, warning[:_LONGEST_WARNING])
        self._count(channel.settings.source, taken)
        self._note_numbers(understood)
        if made.understood.fetch:
            self.on_owed(channel.adapter.vendor)
        if made.bad:
            shown = replace(delivery, id=f"{delivery.id}:bad")  # the push itself is kept already
            reply = await self._reject(shown, 422, "; ".join(map(str, made.bad)))
            orders = list(taken.orders)
            return PushReply(422, {**reply.content, "orders": orders})
        content = _content(taken) | ({"warnings": list(made.warnings)} if made.warnings else {})
        return _acknowledged(channel, delivery, content, made.acknowledgement)

    async def refuse(self, channel: Channel, push: Push, status: int, why: str) -> PushReply:
        """Keep and show a push whose body did not come whole."""
        endpoint = f"pos/{channel.adapter.vendor}"
        delivery = self._delivery(channel, endpoint, push.body, push.content_type)
        return await self._reject(delivery, status, why)

    def _delivery(
        self, channel: Channel, endpoint: str, body: bytes, content_type: str
    ) -> Delivery:
        return Delivery(token_hex(16), endpoint, body, content_type, channel.settings.source)

    async def _reject(self, delivery: Delivery, status: int, why: str) -> PushReply:
        reply = await self._intake.reject(delivery, status, why)
        return PushReply(status, {"orders": [], "ignored": None, **reply.content})

    def _count(self, source: str, taken: Taken) -> None:
        now = self._time.now()
        results = {each["result"] for each in taken.orders}
        if Result.CONFLICT.value in results:
            self._rates.delivered(source, What.REJECTED, now)
        elif results == {Result.UNCHANGED.value}:
            self._rates.delivered(source, What.DOUBLED, now)
        else:
            self._rates.delivered(source, What.TAKEN, now)

    def _numbered(self, said: Understood) -> Understood:
        """Return what was understood with each order's place in its source's series."""
        orders, amendments, missed = (
            tuple(replace(each, number=self._pulse.number_of(each.parsed)) for each in some)
            for some in (said.orders, said.amendments, said.missed)
        )
        return replace(said, orders=orders, amendments=amendments, missed=missed)

    def _note_numbers(self, said: Understood) -> None:
        now = self._time.now()
        for each in (*said.orders, *said.amendments, *said.missed):
            if each.number is not None:
                self._pulse.numbered(each.parsed.message.key.source, each.number, now)

    def context(self, channel: Channel) -> Context:
        """Return what a reading may know now."""
        settings = channel.settings
        zone, at = self._zone(), self._at()
        return Context(settings.source, zone, at, settings.options, channel.may_ask)

    def moment(self, at: Instant) -> datetime:
        """Return a kitchen time with the offset of the store."""
        return datetime.fromisoformat(iso(at, self._zone()))

    def _at(self) -> datetime:
        return self.moment(self._time.now())


@dataclass(frozen=True, slots=True)
class _Made:
    """What was understood, and the faults of what was not."""

    understood: Understood
    bad: tuple[BodyError, ...]
    warnings: tuple[str, ...]
    acknowledgement: bytes | None


def _understood(read: Callable[[Context], Reading], context: Context) -> _Made:
    """Read, and check every order. Raises `BodyError` and `FaultError`."""
    try:
        reading = read(context)
    except BodyError:
        raise
    except Exception as error:
        _logger.exception("the adapter failed")
        raise FaultError("the adapter failed") from error
    bad: list[BodyError] = []
    orders = tuple(_checked(reading.orders, context, bad))
    amendments = tuple(_checked(reading.amendments, context, bad))
    missed = tuple(_checked(reading.missed, context, bad))
    if bad and not (orders or amendments or missed or reading.fetch):
        raise bad[0]
    fire = tuple(OrderKey(SourceId(context.source), OrderId(each)) for each in reading.fire)
    if not (orders or amendments or missed or fire or reading.fetch or reading.ignored):
        raise BadBody([FieldError("", "holds nothing for the kitchen")])
    about = (reading.ignored, reading.fetch, reading.doubts, fire, missed)
    made = Understood(orders, amendments, *about)
    return _Made(made, tuple(bad), reading.warnings, reading.acknowledgement)


def _checked(
    orders: Iterable[Order], context: Context, bad: list[BodyError]
) -> Iterable[Canonical]:
    for order in orders:
        try:
            parsed = order_from(dict(order), zone=context.zone)
        except BodyError as error:
            bad.append(error)
            continue
        yield Canonical(parsed, json.dumps(order, ensure_ascii=False, default=str).encode())


def _acknowledged(
    channel: Channel, delivery: Delivery, content: dict[str, Any], wanted: bytes | None
) -> PushReply:
    """Answer what the vendor wants, to the letter where it is the vendor that asks.

    That is one who signs, or sends a web form; another program hears the rest as well.
    """
    is_vendor = channel.settings.secrets or delivery.content_type.lower().startswith(FORM)
    if wanted is None or is_vendor or not wanted.startswith(b"{"):
        return PushReply(200, content, wanted)
    return PushReply(200, {**content, **json.loads(wanted)})


def _kept(push: Push) -> tuple[bytes, str]:
    """Return what is kept of a push, and its type: what a GET says stands in its query."""
    if push.body or push.method != "GET":
        return push.body, push.content_type
    return urlsplit(push.url).query.encode(), FORM


def _content(taken: Taken) -> dict[str, Any]:
    return {"orders": list(taken.orders), "ignored": taken.ignored, "alert": taken.alert}
