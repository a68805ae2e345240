"""The shapes of answers, for the description at /openapi.json; answers are written by hand."""

from __future__ import annotations

from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field, RootModel


class Failure(BaseModel):
    """Why nothing was done, in one sentence."""

    error: str


class FieldFault(BaseModel):
    """One fault of a body: where, and what in plain words."""

    field: str = Field(examples=["lines[0].quantity"])
    message: str


class Faults(BaseModel):
    """Every fault of a body at once. `alert`: the card that shows it in the kitchen."""

    errors: list[FieldFault]
    alert: str | None = None


class Rejection(Failure):
    """A body that cannot be taken; it is kept, and shown in the kitchen as the card `alert`."""

    alert: str | None = None


class OrderAnswer(BaseModel):
    """What became of an order. `seq`: its place in the log."""

    source: str
    order_id: str
    revision: int
    result: Literal["new", "amended", "unchanged", "stale"]
    seq: int
    warnings: list[str]


class Conflict(Rejection):
    """The same revision or key came with other content; both are kept, the first is in force."""

    source: str
    order_id: str
    revision: int
    result: Literal["conflict"]
    seq: int


class PushedOrder(BaseModel):
    """What became of one order of a push."""

    source: str
    order_id: str
    revision: int
    result: Literal["new", "amended", "unchanged", "stale", "conflict"]
    seq: int
    warnings: list[str]


class PushAnswer(BaseModel):
    """What became of a push; some vendors get the words they expect instead.

    `ignored`: why nothing of it is for the kitchen; `alert`: a card that a person should look at.
    """

    orders: list[PushedOrder]
    ignored: str | None
    alert: str | None
    warnings: list[str] = []


class VendorsWords(BaseModel):
    """The exact words that a vendor wants to hear."""

    model_config = ConfigDict(extra="allow")


class PushRejection(Rejection):
    """A push that can not be understood; it is kept, and shown in the kitchen as `alert`."""

    orders: list[PushedOrder]
    ignored: None


class Contradiction(RootModel[Conflict | Faults]):
    """What contradicts what is known of the order, or itself: an id twice, parts of each other."""


class CommandAnswer(BaseModel):
    """What became of a command. A repeat is `no_op` with the `seq` of the first time."""

    id: str
    result: Literal["applied", "no_op", "refused"]
    why: str
    seq: int


class OrderRef(BaseModel):
    """An order for ever."""

    source: str
    order_id: str


class EventAnswer(BaseModel):
    """One entry of the log."""

    seq: int
    id: str
    at: str
    kind: str
    cause: Literal["pos", "person", "rule", "time"]
    order: OrderRef | None
    visit: str | None
    line_id: str | None
    portions: str | None
    device: str
    rule: str | None
    data: dict[str, Any]


class TooOld(Failure):
    """The log does not reach back that far. `floor`: read again from there."""

    floor: int


class StockLeft(BaseModel):
    """Portions left of an item; null: not counted."""

    left: float | None


class SourceAnswer(BaseModel):
    """How a source stands. `silent_s`: for how long, where that is longer than it may be.

    `allowed_silence_s`: null where nobody can tell yet. `missing`: numbers that have not come.
    """

    source: str
    name: str
    where: Literal["cloud", "lan"]
    last_contact: str | None
    silent_s: float | None
    allowed_silence_s: float | None
    last_number: int | None
    missing: list[int]


class AlertAnswer(BaseModel):
    """Something a person should look at; `raw`: the start of what could not be understood."""

    id: str
    source: str
    at: str
    message: str
    messages: dict[str, str]
    raw: str
