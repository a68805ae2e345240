"""The shape of case files: what may stand where."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Annotated, Any

from pydantic import BeforeValidator, Field, WithJsonSchema, model_validator
from pydantic.annotated_handlers import GetJsonSchemaHandler
from pydantic_core import CoreSchema

from kds.board.values import Band
from kds.kitchen.commands import CommandKind, Result
from kds.kitchen.messages import Channel, LineState, Payment, Service
from kds.kitchen.orders import Gate, Level
from kds.rulebook.schema import (
    Duration,
    MinuteOfDay,
    Spec,
    Text,
    Texts,
    Words,
    YesNo,
)
from kds.rulebook.values import as_text, dish, one_of, value_fault

NONE = "none"
NOTHING, SOMETHING = "nothing", "something"
_NO = frozenset({"no", "none", "无", "否"})
_RESULTS = (Result.APPLIED.value, Result.NO_OP.value, Result.REFUSED.value)
_NOT_LATE = "no"


def _optional(value: object) -> str:
    return "" if value is None else as_text(value)


def _line(value: object) -> object:
    return dish(value, "quantity")


def _word(known: Iterable[str]) -> BeforeValidator:
    """Return the reader of a word among `known`."""
    words = tuple(known)
    return BeforeValidator(lambda value: one_of(value, words))


def _enum(known: Iterable[str]) -> WithJsonSchema:
    return WithJsonSchema({"enum": [str(word) for word in known]})


class _OrText:
    """In the JSON Schema: a text may stand for the whole."""

    @classmethod
    def __get_pydantic_json_schema__(
        cls, core: CoreSchema, handler: GetJsonSchemaHandler
    ) -> dict[str, Any]:
        return {"anyOf": [_TEXT, handler(core)]}


def _word_or_no(no: str, known: Iterable[str]) -> BeforeValidator:
    """Return the reader of a word among `known`, or of a plain no, which reads `no`."""
    words = (no, *known)
    return BeforeValidator(
        lambda value: no if as_text(value).lower() in _NO else one_of(value, words)
    )


def _shown(value: object) -> object:
    if isinstance(value, str):
        text = value.strip()
        return text if text in {NOTHING, SOMETHING} else [text]
    if isinstance(value, list):
        return [as_text(item) for item in value]
    raise value_fault(
        "这里应为菜名列表、nothing 或 something",
        "a list of dishes is expected here, or 'nothing', or 'something'",
    )


State = Annotated[str, _word(LineState), _enum(LineState)]
ServiceName = Annotated[str, _word(Service), _enum(Service)]
ChannelName = Annotated[str, _word(Channel), _enum(Channel)]
PaymentName = Annotated[str, _word(Payment), _enum(Payment)]
BandName = Annotated[str, _word(Band), _enum(Band)]
CommandName = Annotated[str, _word(CommandKind), _enum(CommandKind)]
ResultName = Annotated[str, _word(_RESULTS), _enum(_RESULTS)]
GateOrNone = Annotated[str, _word_or_no(NONE, Gate), _enum((NONE, *Gate))]
LevelOrNo = Annotated[str, _word_or_no(_NOT_LATE, Level), _enum((_NOT_LATE, *Level))]
_TEXT: dict[str, Any] = {"type": ["string", "number"]}
_TEXTS = WithJsonSchema({"anyOf": [_TEXT, {"type": "array", "items": _TEXT}]})
Plain = Annotated[str, BeforeValidator(_optional), WithJsonSchema(_TEXT)]


def _said(value: object) -> list[str]:
    texts = [as_text(item) for item in (value if isinstance(value, list) else [value])]
    return [] if texts == [NOTHING] else texts


Said = Annotated[list[str], BeforeValidator(_said), _TEXTS]
Shown = Annotated[str | list[str], BeforeValidator(_shown), _TEXTS]


class ModifierSpec(Spec):
    """A change to a dish."""

    name: Text
    kind: Plain = ""
    quantity: Plain = "1"


def _modifier(value: object) -> object:
    return {"name": value} if isinstance(value, str) else value


class LineSpec(Spec):
    """A line of an order; as a text `name [category] x2`. `id`: its name, if not stated."""

    name: Text
    id: Plain = ""
    category: Plain = ""
    quantity: Plain = "1"
    item: Plain = ""
    unit: Plain = ""
    course: Plain = ""
    seat: Plain = ""
    state: State = LineState.ORDERED.value
    note: Plain = ""
    parent: Plain = ""
    voucher: Plain = ""
    tags: Texts = Field(default=[])
    modifiers: list[Annotated[ModifierSpec, BeforeValidator(_modifier), _OrText]] = Field(
        default=[]
    )


class OrderSpec(Spec):
    """An order, or a later revision of one with the same `id`. `session`: the table, if not stated.

    The whole order as it now stands, unless `partial`.
    """

    id: Plain = "1"
    source: Plain = "till"
    table: Plain = "8"
    session: Plain = ""
    service: ServiceName = Service.DINE_IN.value
    channel: ChannelName = Channel.OTHER.value
    zone: Plain = ""
    member: Plain = ""
    payment: PaymentName = Payment.UNPAID.value
    guests: Plain = ""
    due: MinuteOfDay | None = None
    number: Plain = ""
    note: Plain = ""
    cancelled: YesNo = False
    closed: YesNo = False
    partial: YesNo = False
    lines: list[Annotated[LineSpec, BeforeValidator(_line), _OrText]] = Field(default=[])


class LineExpectation(Spec):
    """What must be so of one line; what is not stated may be anything.

    `at`: its stations in order, or `everywhere`, or `nothing`. `late`: the worst limit passed so
    far, as the log has it. `band`: as the pass shows it. `until`: the time of day at which the
    hold opens by itself, or `none`. `marked`: the checks that find it odd. `next`: its first
    station is full with what stands before it. `asked`: it waits for an answer of the pass.
    """

    at: Texts | None = None
    menu_class: Text | None = Field(None, alias="class")
    entry: Text | None = None
    hold: GateOrNone | None = None
    held_by: Text | None = None
    until: Plain | None = None
    next: YesNo | None = None
    asked: YesNo | None = None
    band: BandName | None = None
    late: LevelOrNo | None = None
    marked: Texts | None = None
    held: Plain | None = None
    queued: Plain | None = None
    cooking: Plain | None = None
    ready: Plain | None = None
    served: Plain | None = None
    void: Plain | None = None
    lost: Plain | None = None


_LOOKS = (
    "expect",
    "shows",
    "says",
    "prints",
    "paused",
    "overtime",
    "priority",
    "slow",
    "worst",
    "batches",
    "stock",
    "asks",
)
"""What a step may look at; several at once."""


class StepSpec(Spec):
    """One step: an order, a command, passing time, or what must then be so."""

    order: OrderSpec | None = None
    wait: Duration | None = None
    meanwhile: dict[str, Shown] = Field(default={})
    do: CommandName | None = None
    on: Plain = ""
    line: Plain = ""
    view: Plain = ""
    portions: Plain = ""
    table: Plain = ""
    into: Plain = ""
    station: Plain = ""
    rule: Plain = ""
    reason: Plain = ""
    course: Plain = ""
    category: Plain = ""
    seat: Plain = ""
    name: Plain = ""
    left: Plain = ""
    result: ResultName = Result.APPLIED.value
    expect: dict[str, LineExpectation] = Field(default={})
    shows: dict[str, Shown] = Field(default={})
    says: dict[str, Said] = Field(default={})
    prints: dict[str, Said] = Field(default={})
    paused: Texts | None = None
    overtime: Texts | None = None
    priority: Text | None = None
    slow: dict[str, Plain] = Field(default={})
    worst: dict[str, Shown] = Field(default={})
    batches: dict[str, Shown] = Field(default={})
    batch: Plain = ""
    stock: dict[str, Plain] = Field(default={})
    asks: dict[str, Said] = Field(default={})

    @model_validator(mode="after")
    def _is_one_thing(self) -> StepSpec:
        kinds = ("order", "wait", "do", *_LOOKS)
        stated = [kind for kind in kinds if kind in self.model_fields_set]
        acts = [kind for kind in stated if kind in {"order", "wait", "do"}]
        if not stated or len(acts) > 1 or (acts and len(stated) > 1):
            raise value_fault(
                f"一步只做一件事：order、wait、do，或者 {' / '.join(_LOOKS)}",
                f"a step is one thing: order, wait, do, or {' / '.join(_LOOKS)}",
            )
        return self


class CaseSpec(Spec):
    """One case: a name, the time of day it begins at, and its steps."""

    case: Words
    at: MinuteOfDay = 18 * 60
    steps: list[StepSpec]


class CasesSpec(Spec):
    """A case file."""

    cases: list[CaseSpec]
