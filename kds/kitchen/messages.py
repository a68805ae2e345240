"""What a point of sale says: an order or an amendment in canonical form, already checked."""

from __future__ import annotations

from dataclasses import dataclass, field
from decimal import Decimal
from enum import StrEnum

from kds.kitchen.ids import LineId, OrderKey


class Service(StrEnum):
    """How the guest gets the food."""

    DINE_IN = "dine_in"
    TAKEAWAY = "takeaway"
    DELIVERY = "delivery"
    PICKUP = "pickup"
    DRIVE_THRU = "drive_thru"


class Channel(StrEnum):
    """Where the order was placed."""

    QR = "qr"
    KIOSK = "kiosk"
    TABLET = "tablet"
    COUNTER = "counter"
    WAITER = "waiter"
    PHONE = "phone"
    DELIVERY = "delivery"
    GROUP_BUY = "group_buy"
    PREORDER = "preorder"
    OTHER = "other"


class Payment(StrEnum):
    """How far the bill is paid."""

    UNPAID = "unpaid"
    PAID = "paid"
    PARTIAL = "partial"
    REFUNDED = "refunded"


class ModifierKind(StrEnum):
    """What a modifier does to its dish."""

    ADD = "add"
    REMOVE = "remove"
    CHOICE = "choice"
    ALLERGY = "allergy"
    NOTE = "note"


class LineState(StrEnum):
    """What the point of sale wants done with a line."""

    ORDERED = "ordered"
    HELD = "held"
    VOID = "void"


@dataclass(frozen=True, slots=True)
class Modifier:
    """A change to a dish; modifiers nest (sauce of the rice of the set)."""

    name: str
    kind: ModifierKind = ModifierKind.CHOICE
    quantity: Decimal = Decimal(1)
    modifiers: tuple[Modifier, ...] = ()


@dataclass(frozen=True, slots=True)
class Member:
    """The guest's membership, as far as the kitchen treats it differently. No name."""

    tier: str = ""
    note: str = ""


@dataclass(frozen=True, slots=True)
class LineContent:
    """One line as a revision states it.

    `quantity`: what the point of sale wants now; zero is shown only, negative is a return.
    `names`: (language, name) pairs. `parent`: the set that this line is part of. `voucher`: the
    code by which it is paid; what one code pays for is cooked once. `tags`: what the till says of
    the dish besides its category (spicy, 新品).
    """

    line_id: LineId
    name: str
    quantity: Decimal
    parent: LineId | None = None
    item_id: str = ""
    names: tuple[tuple[str, str], ...] = ()
    category: str = ""
    unit: str = ""
    course: str | None = None
    seat: str | None = None
    state: LineState = LineState.ORDERED
    note: str = ""
    modifiers: tuple[Modifier, ...] = ()
    voucher: str = ""
    tags: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class OrderFields:
    """The order's own fields. `placed_at` and `due_at` are ISO 8601 texts with an offset."""

    session: str = ""
    number: str = ""
    service: Service = Service.DINE_IN
    channel: Channel = Channel.OTHER
    table: str = ""
    zone: str = ""
    server: str = ""
    guests: int | None = None
    placed_at: str | None = None
    due_at: str | None = None
    payment: Payment = Payment.UNPAID
    cancelled: bool = False
    closed: bool = False
    member: Member | None = None
    note: str = ""


@dataclass(frozen=True, slots=True)
class OrderMessage:
    """A canonical order or amendment.

    `revision` None: the kitchen counts each different body as the next.
    `partial`: lines that are missing stay as they are; only the fields in `given` are set.
    `given`: names of `OrderFields` that the body stated (a whole message sets all).
    """

    key: OrderKey
    revision: int | None = None
    partial: bool = False
    fields: OrderFields = field(default_factory=OrderFields)
    given: frozenset[str] = frozenset()
    lines: tuple[LineContent, ...] = ()
