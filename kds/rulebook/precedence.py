"""The shape of what decides who comes first: bands of priority, and the slow view."""

from __future__ import annotations

from typing import Annotated

from pydantic import BeforeValidator, Field, WithJsonSchema

from kds.kitchen.ids import EXPO
from kds.rulebook.schema import (
    ClockName,
    Duration,
    Id,
    Ids,
    QueueName,
    Spec,
    WhenSpec,
    Whole,
    Words,
    YesNo,
)
from kds.rulebook.sold_out import Lost, Oversell
from kds.rulebook.terms import Clock, Queue
from kds.rulebook.values import one_of, share

_SHARE = {"type": "string", "examples": ["1/3", "33 %"], "pattern": "^[0-9]+ *(%|/ *[0-9]+)$"}
Share = Annotated[tuple[int, int], BeforeValidator(share), WithJsonSchema(_SHARE)]

OversellName = Annotated[Oversell, BeforeValidator(lambda value: Oversell(one_of(value, Oversell)))]
LostName = Annotated[Lost, BeforeValidator(lambda value: Lost(one_of(value, Lost)))]


class BandSpec(Spec):
    """One of `bands:` – dishes that stand together in the queue."""

    id: Id
    name: Words
    queue: QueueName = Queue.FIRST
    when: WhenSpec = WhenSpec()
    menu_class: Ids = Field(default=[], alias="class")
    entry: Ids = Field(default=[])
    station: Ids = Field(default=[])
    rush: YesNo | None = None
    rider_here: YesNo | None = None
    waits: Duration | None = None
    clock: ClockName = Clock.FIRED


class SlowViewSpec(Spec):
    """`slow_view:` – when a view is late as a whole."""

    share: Share = (1, 3)
    rank: Whole = 5
    stays: Duration = 120


class SoldOutSpec(Spec):
    """`sold_out:` – who loses when more was ordered than there is, and what becomes of it."""

    oversell: OversellName = Oversell.YOUNGEST_FIRST
    then: LostName = Lost.ASK
    rush_last: YesNo = True
    tell: Ids = Field(default=[EXPO])
