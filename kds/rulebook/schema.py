"""The shape of rule texts: what may stand where, and how each value reads.

Scalars arrive as the text that was written. One or many: where a list is expected, a single
value stands for a list of one.
"""

from __future__ import annotations

import re
from typing import Annotated

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field

from kds.kitchen.messages import Channel, Service
from kds.kitchen.orders import Gate
from kds.rulebook.compiled import Clock, PotState, Queue
from kds.rulebook.values import (
    Chain,
    as_text,
    chains,
    limit,
    minute_of_day,
    one_of,
    percent,
    seconds,
    value_fault,
    whole,
    yes_no,
)

MECHANISMS = ("wait_for",)

_ID = re.compile(r"\w[\w-]{0,63}")
_STATION = re.compile(r"[A-Za-z0-9][A-Za-z0-9_-]{0,63}")
_VIEWS = frozenset({"expo", "pickup", "all"})


def _listed(value: object) -> object:
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


def _wording(value: object) -> object:
    return {"zh": value, "en": value} if isinstance(value, str) else value


def _service(value: object) -> Service:
    return Service(one_of(value, Service))


def _channel(value: object) -> Channel:
    return Channel(one_of(value, Channel))


def _mechanism(value: object) -> str:
    return one_of(value, MECHANISMS)


Text = Annotated[str, BeforeValidator(_not_empty)]
Id = Annotated[str, BeforeValidator(_identifier)]
StationName = Annotated[str, BeforeValidator(_station_id)]
Duration = Annotated[int, BeforeValidator(seconds)]
Limit = Annotated[int | None, BeforeValidator(limit)]
MinuteOfDay = Annotated[int, BeforeValidator(minute_of_day)]
YesNo = Annotated[bool, BeforeValidator(yes_no)]
Percent = Annotated[int, BeforeValidator(percent)]
Whole = Annotated[int, BeforeValidator(whole)]
Way = Annotated[tuple[Chain, ...], BeforeValidator(chains)]
Texts = Annotated[list[Text], BeforeValidator(_listed)]
Ids = Annotated[list[Id], BeforeValidator(_listed)]
Services = Annotated[list[Annotated[Service, BeforeValidator(_service)]], BeforeValidator(_listed)]
Channels = Annotated[list[Annotated[Channel, BeforeValidator(_channel)]], BeforeValidator(_listed)]
ClockName = Annotated[Clock, BeforeValidator(lambda value: Clock(one_of(value, Clock)))]
QueueName = Annotated[Queue, BeforeValidator(lambda value: Queue(one_of(value, Queue)))]
_GATES = (Gate.START, Gate.RUN)  # PASS is what becomes of a gate that comes too late
GateName = Annotated[Gate, BeforeValidator(lambda value: Gate(one_of(value, _GATES)))]
UntilName = Annotated[PotState, BeforeValidator(lambda value: PotState(one_of(value, PotState)))]


class Spec(BaseModel):
    """A mapping of rule texts: no keys but the known ones."""

    model_config = ConfigDict(extra="forbid", frozen=True, populate_by_name=False)


class WordingSpec(Spec):
    """A text in both languages; a single text stands for both."""

    zh: Text
    en: Text


Words = Annotated[WordingSpec, BeforeValidator(_wording)]


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


class StationSpec(Spec):
    """One of `stations:`."""

    id: StationName
    name: Words


class MatchSpec(Spec):
    """Conditions that must all hold; the values of one are alternatives."""

    item: Texts = []
    name: Texts = []
    name_has: Texts = []
    name_ends: Texts = []
    category: Texts = []
    category_has: Texts = []
    category_ends: Texts = []
    modifier_has: Texts = []
    service: Services = []
    channel: Channels = []
    parts: YesNo | None = None


Matches = Annotated[list[MatchSpec], BeforeValidator(_listed)]


class MenuSpec(LimitsSpec):
    """One of `menu:` – dishes that are cooked alike. `match` and `except`: any of them."""

    id: Id
    menu_class: Id = Field(alias="class")
    match: Matches
    excepts: Matches = Field(default=[], alias="except")
    cook: Way
    prep: Limit = None
    queue: QueueName = Queue.NORMAL


class WhenSpec(Spec):
    """Where a rule applies."""

    service: Services = [*Service]


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
    mechanism: Annotated[str, BeforeValidator(_mechanism)]
    name: Words
    when: WhenSpec = WhenSpec()
    waits_for: Ids
    until: UntilName = PotState.READY
    holds: Annotated[list[HoldSpec], BeforeValidator(_listed)]
    reason: Words
    timeout: Duration
    personal: PersonalSpec | None = None
    pause: PauseSpec = PauseSpec()
