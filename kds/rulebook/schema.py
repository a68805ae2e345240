"""The shape of rule texts: what may stand where, and how each value reads.

Scalars arrive as the text that was written. One or many: where a list is expected, a single
value stands for a list of one.
"""

from __future__ import annotations

import re
from functools import partial
from typing import Annotated, Any

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, WithJsonSchema
from pydantic.annotated_handlers import GetJsonSchemaHandler
from pydantic_core import CoreSchema

from kds.kitchen.messages import Channel, Payment, Service
from kds.kitchen.orders import Gate
from kds.rulebook.compiled import Clock, PotState, Queue
from kds.rulebook.templates import sentence
from kds.rulebook.values import (
    TIME_OF_DAY,
    Chain,
    as_text,
    beginning,
    chains,
    dish,
    guest_span,
    limit,
    minute_of_day,
    one_of,
    percent,
    portions,
    seconds,
    time_span,
    value_fault,
    whole,
    yes_no,
)

MECHANISMS = (
    "wait_for",
    "overtime",
    "announce",
    "hold",
    "courses",
    "finish_together",
    "due_time",
    "print",
    "check",
    "pay_first",
)

_ID = re.compile(r"\w[\w-]{0,63}")
_STATION = re.compile(r"[A-Za-z0-9][A-Za-z0-9_-]{0,63}")
_VIEWS = frozenset({"expo", "pickup", "all"})


def listed(value: object) -> object:
    return value if isinstance(value, list) else [value]


def _identifier(value: object) -> str:
    text = as_text(value)
    if _ID.fullmatch(text) is None:
        raise value_fault(
            f"“{text}”不能作为标识：只能用文字、数字、- 和 _",
            f"'{text}' cannot be an id: letters, digits, - and _ only",
        )
    return text


def _station_id(value: object) -> str:
    text = as_text(value)
    if _STATION.fullmatch(text) is None:
        raise value_fault(
            f"“{text}”不能作为工位标识：只能用英文字母、数字、- 和 _",
            f"'{text}' cannot be a station's id: a-z, 0-9, - and _ only",
        )
    if text in _VIEWS:
        raise value_fault(
            f"“{text}”是固定画面的名称，不能作为工位标识",
            f"'{text}' is the name of a fixed view and cannot be a station's id",
        )
    return text


def _not_empty(value: object) -> str:
    text = as_text(value)
    if not text.strip("* "):
        raise value_fault("这里不能为空", "this must not be empty")
    return text


def _sentence(value: object) -> str:
    return sentence(_not_empty(value))


def _wording(value: object) -> object:
    return {"zh": value, "en": value} if isinstance(value, str) else value


def _service(value: object) -> Service:
    return Service(one_of(value, Service))


def _channel(value: object) -> Channel:
    return Channel(one_of(value, Channel))


def _payment(value: object) -> Payment:
    return Payment(one_of(value, Payment))


def _mechanism(value: object) -> str:
    return one_of(value, MECHANISMS)


ONE_OR_MANY = "x-one-or-many"
"""Marks lists in the JSON Schema for which a single value may stand."""

_MANY = Field(json_schema_extra={ONE_OR_MANY: True})
_TEXT = WithJsonSchema({"type": ["string", "number"]})
_ID_TEXT = WithJsonSchema({"type": ["string", "number"], "pattern": r"^[\w一-鿿][\w一-鿿-]{0,63}$"})
_SPAN = (
    r"^\s*([0-9]+(\.[0-9]+)?\s*"
    "(s|sec|secs|seconds?|min|mins|minutes?|h|hours?|秒|秒钟|分|分钟|小时|时)\\s*)+$"
)
_DURATION = {"type": "string", "pattern": _SPAN}
_NEVER = {"enum": ["never", "从不", "不限"]}

Text = Annotated[str, BeforeValidator(_not_empty), _TEXT]
Id = Annotated[str, BeforeValidator(_identifier), _ID_TEXT]
StationName = Annotated[
    str,
    BeforeValidator(_station_id),
    WithJsonSchema({"type": ["string", "number"], "pattern": f"^{_STATION.pattern}$"}),
]
Duration = Annotated[int, BeforeValidator(seconds), WithJsonSchema(_DURATION)]
Limit = Annotated[
    int | None, BeforeValidator(limit), WithJsonSchema({"anyOf": [_DURATION, _NEVER]})
]
MinuteOfDay = Annotated[
    int,
    BeforeValidator(minute_of_day),
    WithJsonSchema({"type": "string", "pattern": f"^{TIME_OF_DAY}$"}),
]
YesNo = Annotated[
    bool,
    BeforeValidator(yes_no),
    WithJsonSchema({"enum": ["yes", "no", "是", "否", "on", "off", True, False]}),
]
Percent = Annotated[
    int, BeforeValidator(percent), WithJsonSchema({"type": "string", "pattern": "^[0-9]+ *%$"})
]
Whole = Annotated[int, BeforeValidator(whole), WithJsonSchema({"type": "integer", "minimum": 1})]
_PORTIONS = {"type": "string", "pattern": "^[0-9]+ *(portions?|份)$"}
Portions = Annotated[int, BeforeValidator(portions), WithJsonSchema(_PORTIONS)]
_WAY = {"type": "string", "examples": ["wok", "prep -> wok", "grill + fry", "nothing"]}
Way = Annotated[
    tuple[Chain, ...],
    BeforeValidator(chains),
    WithJsonSchema({"anyOf": [_WAY, {"type": "array", "items": _WAY}]}),
]
Texts = Annotated[list[Text], BeforeValidator(listed), _MANY]
Ids = Annotated[list[Id], BeforeValidator(listed), _MANY]
Services = Annotated[
    list[Annotated[Service, BeforeValidator(_service)]], BeforeValidator(listed), _MANY
]
Channels = Annotated[
    list[Annotated[Channel, BeforeValidator(_channel)]], BeforeValidator(listed), _MANY
]
Payments = Annotated[
    list[Annotated[Payment, BeforeValidator(_payment)]], BeforeValidator(listed), _MANY
]
Beginnings = Annotated[
    list[Annotated[str, BeforeValidator(beginning), _TEXT]], BeforeValidator(listed), _MANY
]
_GUESTS = {"type": ["string", "integer"], "examples": ["4", "2-4", "6+"]}
GuestSpans = Annotated[
    list[Annotated[tuple[int, int], BeforeValidator(guest_span), WithJsonSchema(_GUESTS)]],
    BeforeValidator(listed),
    _MANY,
]
_HOURS = {"type": "string", "pattern": rf"^\s*{TIME_OF_DAY}\s*-\s*{TIME_OF_DAY}\s*$"}
TimeSpans = Annotated[
    list[Annotated[tuple[int, int], BeforeValidator(time_span), WithJsonSchema(_HOURS)]],
    BeforeValidator(listed),
    _MANY,
]
ClockName = Annotated[Clock, BeforeValidator(lambda value: Clock(one_of(value, Clock)))]
QueueName = Annotated[Queue, BeforeValidator(lambda value: Queue(one_of(value, Queue)))]
_GATES = (Gate.START, Gate.RUN)  # PASS is what becomes of a gate that comes too late
GateName = Annotated[
    Gate,
    BeforeValidator(lambda value: Gate(one_of(value, _GATES))),
    WithJsonSchema({"enum": [gate.value for gate in _GATES]}),
]
UntilName = Annotated[PotState, BeforeValidator(lambda value: PotState(one_of(value, PotState)))]
A_MECHANISM = BeforeValidator(_mechanism)
Sentence = Annotated[str, BeforeValidator(_sentence), _TEXT]


class Spec(BaseModel):
    """A mapping of rule texts: no keys but the known ones."""

    model_config = ConfigDict(extra="forbid", frozen=True, populate_by_name=False)


class WordingSpec(Spec):
    """A text in both languages; a single text stands for both."""

    zh: Text
    en: Text


class _WordsShape:
    """In the JSON Schema: a text alone may stand for both languages."""

    @classmethod
    def __get_pydantic_json_schema__(
        cls, core: CoreSchema, handler: GetJsonSchemaHandler
    ) -> dict[str, Any]:
        return {"anyOf": [{"type": ["string", "number"]}, handler(core)]}


Words = Annotated[WordingSpec, BeforeValidator(_wording), _WordsShape]


class SaidSpec(Spec):
    """A sentence with named fields in both languages."""

    zh: Sentence
    en: Sentence


SaidWords = Annotated[SaidSpec, BeforeValidator(_wording), _WordsShape]


class BookSpec(Spec):
    """`book:` – what holds for the store."""

    id: Id
    name: Words
    zone: Text = "UTC"
    day_ends: MinuteOfDay = 4 * 60
    serve_step: YesNo = True
    end_after_paid: Limit = 600


class LimitsSpec(Spec):
    """`limits:` – of every dish whose menu entry does not say otherwise."""

    attention: Limit = None
    late: Limit = None
    critical: Limit = None
    clock: ClockName = Clock.FIRED


class FoldSpec(Spec):
    """Another station that works for one in parts of the day."""

    into: StationName
    between: TimeSpans


class StationSpec(Spec):
    """One of `stations:`."""

    id: StationName
    name: Words
    capacity: Portions | None = None
    fold: Annotated[list[FoldSpec], BeforeValidator(listed), _MANY] = []


class MatchSpec(Spec):
    """Conditions that must all hold; the values of one are alternatives."""

    item: Texts = []
    name: Texts = []
    name_has: Texts = []
    name_ends: Texts = []
    category: Texts = []
    category_has: Texts = []
    category_ends: Texts = []
    tag: Texts = []
    modifier_has: Texts = []
    service: Services = []
    channel: Channels = []
    parts: YesNo | None = None


Matches = Annotated[list[MatchSpec], BeforeValidator(listed), _MANY]


class WhenSpec(Spec):
    """Where a rule applies: all that is stated must hold; the values of one are alternatives."""

    service: Services = []
    channel: Channels = []
    payment: Payments = []
    member: Beginnings = []
    table: Beginnings = []
    zone: Beginnings = []
    guests: GuestSpans = []
    course: Beginnings = []
    seat: Beginnings = []
    between: TimeSpans = []
    all_of: Whens = Field(default=[], alias="all")
    any_of: Whens = Field(default=[], alias="any")
    none_of: Whens = Field(default=[], alias="not")


Whens = Annotated[list[WhenSpec], BeforeValidator(listed), _MANY]
WhenSpec.model_rebuild()


class PartSpec(Spec):
    """A dish of a set; as a text `name [category] x2`."""

    name: Words
    count: Whole = 1
    item: Annotated[str, BeforeValidator(as_text), _TEXT] = ""
    category: Annotated[str, BeforeValidator(as_text), _TEXT] = ""


Part = Annotated[PartSpec, BeforeValidator(partial(dish, count="count")), _WordsShape]


class BatchSpec(Spec):
    """How much of a dish is made together: the pan, and how far apart the orders may lie."""

    most: Whole
    within: Duration = 300


class PrepPlusSpec(Spec):
    """What a modifier does to the prep time: it adds to it, or takes something off."""

    modifier_has: Texts
    add: Duration | None = None
    less: Duration | None = None


class MenuSpec(LimitsSpec):
    """One of `menu:` – dishes that are cooked alike. `match` and `except`: any of them."""

    id: Id
    menu_class: Id = Field(alias="class")
    match: Matches
    excepts: Matches = Field(default=[], alias="except")
    when: WhenSpec = WhenSpec()
    cook: Way
    prep: Limit = None
    prep_plus: Annotated[list[PrepPlusSpec], BeforeValidator(listed), _MANY] = Field(default=[])
    queue: QueueName = Queue.NORMAL
    spells_out: Annotated[list[Part], BeforeValidator(listed), _MANY] = []
    route_modifier: YesNo = False
    preplated: YesNo = False
    batch: BatchSpec | None = None


class HoldSpec(Spec):
    """Which dishes wait, and at which gate."""

    menu_class: Id = Field(alias="class")
    gate: GateName


class PersonalSpec(Spec):
    """Menu entries of which everybody gets one, and how many must have theirs."""

    entries: Ids
    share: Percent = 60


class PauseSpec(Spec):
    """When a rule stops itself: {name}, {count} and {minutes} may stand in `message`."""

    after: Whole = 3
    within: Duration = 600
    tables_per_minute: Whole = 6
    message: Words | None = None


class WaitSpec(Spec):
    """One of `rules:` with `mechanism: wait_for`."""

    id: Id
    mechanism: Annotated[str, A_MECHANISM, WithJsonSchema({"const": "wait_for"})]
    name: Words
    when: WhenSpec = WhenSpec()
    waits_for: Ids
    until: UntilName = PotState.READY
    holds: Annotated[list[HoldSpec], BeforeValidator(listed), _MANY]
    reason: Words
    timeout: Duration
    personal: PersonalSpec | None = None
    pause: PauseSpec = PauseSpec()
