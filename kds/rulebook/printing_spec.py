"""The shape of printers and print rules in rule texts."""

from __future__ import annotations

import re
from typing import Annotated

from pydantic import BeforeValidator, Field, WithJsonSchema

from kds.kitchen.wording import Wording
from kds.rulebook.printing import PrinterMode, PrintOn, SlipKind
from kds.rulebook.schema import (
    A_MECHANISM,
    ONE_OR_MANY,
    Id,
    Ids,
    Spec,
    WhenSpec,
    Words,
    listed,
)
from kds.rulebook.values import as_figures, one_of, value_fault

RAW_PORT = 9100
"""The port on which printers take raw data."""

_MANY = Field(json_schema_extra={ONE_OR_MANY: True})
_ADDRESS = re.compile(r"([A-Za-z0-9][A-Za-z0-9.-]{0,252})(?::([0-9]{1,5}))?")
_PAPERS = {"58 mm": 58, "80 mm": 80}
_LANGUAGES = ("zh", "en")


def _address(value: object) -> tuple[str, int]:
    """Return host and port of `192.168.1.50:9100`; without a port the usual one."""
    text = as_figures(value)
    found = _ADDRESS.fullmatch(text)
    port = int(found[2] or RAW_PORT) if found is not None else 0
    if found is None or not 0 < port <= 65535:
        raise value_fault(
            f"“{text}”不是打印机地址",
            f"'{text}' is no address of a printer",
            Wording("例如 192.168.1.50:9100", "such as 192.168.1.50:9100"),
        )
    return found[1], port


def _paper(value: object) -> int:
    return _PAPERS[one_of(value, _PAPERS)]


Address = Annotated[
    tuple[str, int],
    BeforeValidator(_address),
    WithJsonSchema({"type": "string", "pattern": f"^{_ADDRESS.pattern}$"}),
]
Paper = Annotated[int, BeforeValidator(_paper), WithJsonSchema({"enum": [*_PAPERS]})]
ModeName = Annotated[
    PrinterMode, BeforeValidator(lambda value: PrinterMode(one_of(value, PrinterMode)))
]
OnName = Annotated[PrintOn, BeforeValidator(lambda value: PrintOn(one_of(value, PrintOn)))]
SlipName = Annotated[SlipKind, BeforeValidator(lambda value: SlipKind(one_of(value, SlipKind)))]
Language = Annotated[
    str,
    BeforeValidator(lambda value: one_of(value, _LANGUAGES)),
    WithJsonSchema({"enum": [*_LANGUAGES]}),
]


class PrinterSpec(Spec):
    """One of `printers:`."""

    id: Id
    name: Words
    address: Address
    fallback: Id | None = None
    paper: Paper = 80
    mode: ModeName = PrinterMode.PICTURE


class PrintSpec(Spec):
    """One of `rules:` with `mechanism: print`."""

    id: Id
    mechanism: Annotated[str, A_MECHANISM, WithJsonSchema({"const": "print"})]
    name: Words
    on: Annotated[list[OnName], BeforeValidator(listed), _MANY]
    slip: SlipName
    printer: Id
    fallback: Id | None = None
    when: WhenSpec = WhenSpec()
    station: Ids = Field(default=[])
    menu_class: Ids = Field(default=[], alias="class")
    lang: Language = "zh"
