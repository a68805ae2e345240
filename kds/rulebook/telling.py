"""The shape of rules that tell people something: overtime and announcements; and of whole files."""

from __future__ import annotations

from typing import Annotated

from pydantic import BeforeValidator, Field, WithJsonSchema

from kds.rulebook.compiled import Clock, Heard, How, OvertimeOf
from kds.rulebook.intake_spec import CheckSpec, PayFirstSpec
from kds.rulebook.pace_specs import CallSpec, CoursesSpec, DueSpec, TogetherSpec
from kds.rulebook.precedence import BandSpec, SlowViewSpec, SoldOutSpec
from kds.rulebook.printing_spec import PrinterSpec, PrintSpec
from kds.rulebook.schema import (
    A_MECHANISM,
    ONE_OR_MANY,
    BookSpec,
    ClockName,
    Duration,
    Id,
    Ids,
    LimitsSpec,
    MenuSpec,
    SaidWords,
    Spec,
    StationSpec,
    TimeSpans,
    WaitSpec,
    WhenSpec,
    Whole,
    Words,
    listed,
)
from kds.rulebook.values import one_of, per_minute

_MANY = Field(json_schema_extra={ONE_OR_MANY: True})
OvertimeName = Annotated[
    OvertimeOf, BeforeValidator(lambda value: OvertimeOf(one_of(value, OvertimeOf)))
]
HeardName = Annotated[Heard, BeforeValidator(lambda value: Heard(one_of(value, Heard)))]
HowName = Annotated[How, BeforeValidator(lambda value: How(one_of(value, How)))]
_LANGUAGES = ("zh", "en")
LangName = Annotated[
    str,
    BeforeValidator(lambda value: one_of(value, _LANGUAGES)),
    WithJsonSchema({"enum": [*_LANGUAGES]}),
]
_RATE = {"type": "string", "examples": ["6 per min"], "pattern": r"^[0-9]+ *(per min|次/分钟)$"}
PerMinute = Annotated[int, BeforeValidator(per_minute), WithJsonSchema(_RATE)]


class EscalationSpec(Spec):
    """One of the `steps` of an overtime rule. `most`: three times, where it is repeated."""

    after: Duration
    tell: Ids = Field(default=[])
    say: SaidWords | None = None
    repeat: Duration | None = None
    most: Whole | None = None


class OvertimeSpec(Spec):
    """One of `rules:` with `mechanism: overtime`."""

    id: Id
    mechanism: Annotated[str, A_MECHANISM, WithJsonSchema({"const": "overtime"})]
    name: Words
    of: OvertimeName
    when: WhenSpec = WhenSpec()
    menu_class: Ids = Field(default=[], alias="class")
    entry: Ids = Field(default=[])
    station: Ids = Field(default=[])
    clock: ClockName = Clock.FIRED
    quiet: TimeSpans = Field(default=[])
    steps: Annotated[list[EscalationSpec], BeforeValidator(listed), _MANY]


class AnnounceSpec(Spec):
    """One of `rules:` with `mechanism: announce`."""

    id: Id
    mechanism: Annotated[str, A_MECHANISM, WithJsonSchema({"const": "announce"})]
    name: Words
    on: Annotated[list[HeardName], BeforeValidator(listed), _MANY]
    views: Ids = Field(default=[])
    how: HowName | None = None
    say: SaidWords | None = None
    lang: LangName | None = None
    merge: Duration | None = None
    expires: Duration | None = None
    budget: PerMinute | None = None


class FileSpec(Spec):
    """All sections that a file may have. Files are read section by section; this is their sum."""

    book: BookSpec | None = None
    limits: LimitsSpec | None = None
    stations: list[StationSpec] = Field(default=[])
    menu: list[MenuSpec] = Field(default=[])
    bands: list[BandSpec] = Field(default=[])
    slow_view: SlowViewSpec | None = None
    sold_out: SoldOutSpec | None = None
    printers: list[PrinterSpec] = Field(default=[])
    rules: list[
        WaitSpec
        | OvertimeSpec
        | AnnounceSpec
        | CallSpec
        | CoursesSpec
        | TogetherSpec
        | DueSpec
        | PrintSpec
        | CheckSpec
        | PayFirstSpec
    ] = Field(default=[])
