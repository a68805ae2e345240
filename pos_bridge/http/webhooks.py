"""What webhooks send, described for integrators: the `webhooks` of /openapi.json and /docs."""

from __future__ import annotations

from typing import Literal

from fastapi import FastAPI
from pydantic import BaseModel, ConfigDict, Field

from pos_bridge.status.webhooks import TOPICS

_State = Literal["accepted", "started", "ready", "served", "voided", "void_acknowledged"]
_Happened = Literal[
    "accepted",
    "started",
    "ready",
    "served",
    "voided",
    "void_acknowledged",
    "recalled",
    "sold_out",
    "back_on_sale",
]


class _Told(BaseModel):
    model_config = ConfigDict(extra="forbid")


class PortionsTold(_Told):
    """Portions of a line by where they are, as decimal text."""

    held: str
    queued: str
    cooking: str
    ready: str
    served: str
    void: str


class LineTold(_Told):
    """A line that something happened to. `sold_out`: portions that it goes without."""

    line_id: str
    item_id: str
    name: str
    origin: Literal["pos", "kitchen"]
    state: _State
    happened: _Happened
    reason: str
    sold_out: str
    portions: PortionsTold


class OrderState(_Told):
    """Where an order stands. `seq`: the log place it is as of; a higher one is later.

    `superseded`: how many messages this one replaces, where nobody took them in time;
    `superseded_types`: how those about the order as a whole were called, where not as this one.
    """

    source: str
    order_id: str
    revision: int
    number: str
    table: str
    service: str = Field(examples=["dine_in", "pickup"])
    seq: int
    state: _State
    lines: list[LineTold]
    lines_left_out: int | None = Field(None, description="read them by GET /v1/orders/…")
    superseded: int = 0
    superseded_types: list[str] = []


class OrderTold(_Told):
    """A message about an order; `type` is one of the names of events in the settings."""

    type: str = Field(examples=[topic for topic in TOPICS if not topic.startswith("stock.")])
    timestamp: str
    data: OrderState


class StockState(_Told):
    """What is left of a dish; null: it is not counted. `short`: sold beyond what there was."""

    item_id: str
    left: float | None
    short: float
    seq: int
    superseded: int = 0


class StockTold(_Told):
    """A message about a dish."""

    type: Literal["stock.sold_out", "stock.left", "stock.on_sale"]
    timestamp: str
    data: StockState


def describe(app: FastAPI) -> None:
    """Add the messages to the description of `app`."""

    @app.webhooks.post("order", summary="Webhook: an order has changed", tags=["telling"])
    async def order(message: OrderTold) -> None:
        """Signed as Standard Webhooks says; answer 2xx once you have it, within 15 s.

        A message may come more than once, always under the same `webhook-id`.
        """

    @app.webhooks.post("stock", summary="Webhook: what is left has changed", tags=["telling"])
    async def stock(message: StockTold) -> None:
        """Signed and repeated as the others."""
