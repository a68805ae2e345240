"""What an admin may say of a source: `[source.NAME]` in the bridge's settings. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import Any, NamedTuple

from pydantic import BaseModel, ConfigDict, ValidationError
from pydantic_core import ErrorDetails

from kds.rulebook.diagnostics import did_you_mean
from kds.rulebook.schema import Duration, Limit, Text


class Where(StrEnum):
    """Whether a source reaches the bridge through the internet or within the house."""

    CLOUD = "cloud"
    LAN = "lan"


class Numbers(StrEnum):
    """What of an order is its place in the source's series.

    SEQUENCE: the canonical order's field of that name. NUMBER: the figures at the end of the
    number that the kitchen calls, for tills that know no other.
    """

    SEQUENCE = "sequence"
    NUMBER = "number"
    NONE = "none"


@dataclass(frozen=True, slots=True)
class SourceSettings:
    """What is known of a source beforehand.

    `silence_s`: silent for so long is too long, instead of what is learnt; None: as learnt.
    `is_watched`: no silence of it is ever too long. `heartbeat_s`: it promises a sign of life so
    often, from the start on. `where` None: cloud for vendors' adapters, else within the house.
    """

    name: str = ""
    where: Where | None = None
    silence_s: int | None = None
    is_watched: bool = True
    heartbeat_s: int | None = None
    numbers: Numbers = Numbers.SEQUENCE


class Fault(NamedTuple):
    """What is wrong with the value of `key`."""

    key: str
    zh: str
    en: str


class _Table(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)

    name: Text | None = None
    where: Where | None = None
    silence: Limit | None = None
    heartbeat: Duration | None = None
    numbering: Numbers = Numbers.SEQUENCE


def source_settings(table: Any) -> tuple[SourceSettings, list[Fault]]:
    """Return the settings of a TOML table, and every fault of it."""
    try:
        read = _Table.model_validate(table)
    except ValidationError as error:
        found = error.errors(include_url=False, include_input=False)
        return SourceSettings(), [_fault(each) for each in found]
    never = "silence" in read.model_fields_set and read.silence is None
    settings = SourceSettings(
        read.name or "", read.where, read.silence, not never, read.heartbeat, read.numbering
    )
    return settings, []


def _fault(error: ErrorDetails) -> Fault:
    key = str(error["loc"][0]) if error["loc"] else ""
    if error["type"] == "extra_forbidden":
        hint = did_you_mean(key, _Table.model_fields)
        more = ("", "") if hint is None else (f"；{hint.zh}", f"; {hint.en}")
        return Fault(key, f"不认识“{key}”{more[0]}", f"'{key}' is not known{more[1]}")
    context = error.get("ctx") or {}
    zh = context.get("zh", "应为 " + str(context["expected"]) if "expected" in context else "不对")
    return Fault(key, f"{key}：{zh}", f"{key}: {error['msg']}")
