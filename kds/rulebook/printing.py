"""The mechanism *print*, compiled: printers, and which slip goes to which of them when."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum

from kds.kitchen.ids import RuleId, StationId
from kds.kitchen.messages import Service
from kds.kitchen.wording import Wording
from kds.rulebook.conditions import Condition


class PrintOn(StrEnum):
    """When something is printed: dishes can be made, are ready, or are void."""

    ROUTED = "routed"
    READY = "ready"
    VOID = "void"


class SlipKind(StrEnum):
    """What is printed: a slip for each station, one of all for the pass, a label a portion."""

    STATION = "station"
    PASS = "pass"
    LABEL = "label"


class PrinterMode(StrEnum):
    """How a printer gets a slip: as a picture in our own font, or as text in its own."""

    PICTURE = "picture"
    TEXT = "text"


@dataclass(frozen=True, slots=True)
class Printer:
    """A receipt printer in the network. `paper_mm`: how wide its paper is.

    `fallback`: the printer that prints for it while it cannot.
    """

    id: str
    name: Wording
    host: str
    port: int
    where: str = ""
    fallback: str | None = None
    paper_mm: int = 80
    mode: PrinterMode = PrinterMode.PICTURE


@dataclass(frozen=True, slots=True)
class PrintRule:
    """Which slip is printed when, and where.

    `stations`, `classes`: the dishes that it is for; an empty one asks nothing. `fallback`: before
    the printer's own. `lang`: of what is written beside the dishes.
    """

    id: RuleId
    where: str
    name: Wording
    on: tuple[PrintOn, ...]
    slip: SlipKind
    printer: str
    services: tuple[Service, ...]
    fallback: str | None = None
    stations: tuple[StationId, ...] = ()
    classes: tuple[str, ...] = ()
    lang: str = "zh"
    when: Condition = field(default_factory=Condition)
