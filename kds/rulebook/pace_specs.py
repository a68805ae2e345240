"""The shape of rules that say who is started when, and of what stations and menus add to it."""

from __future__ import annotations

import re
from typing import Annotated, NamedTuple

from pydantic import BeforeValidator, Field, WithJsonSchema

from kds.kitchen.orders import Gate
from kds.kitchen.wording import Wording
from kds.rulebook.pace import Rushed
from kds.rulebook.schema import (
    A_MECHANISM,
    Duration,
    GateName,
    Id,
    Ids,
    Limit,
    Spec,
    Texts,
    WhenSpec,
    Words,
    YesNo,
)
from kds.rulebook.values import as_figures, as_text, one_of, percent, seconds, value_fault

_ALL = frozenset({"all", "全部"})
_NO = frozenset({"no", "否"})
_PREP_LAST = re.compile(r"(.+?)\s*[+＋]\s*(prep|制作)")
_PREP = re.compile(r"(prep|制作)(?:\s*[+＋]\s*(.+))?")


class Lead(NamedTuple):
    """So long before it is due: `margin_s`, and the dish's own prep time if `by_prep`."""

    by_prep: bool
    margin_s: int


def _share(value: object) -> int:
    return 100 if isinstance(value, str) and value.strip().lower() in _ALL else percent(value)


def _load(value: object) -> int:
    return 0 if isinstance(value, str) and value.strip().lower() in _NO else seconds(value)


def _lead(value: object) -> Lead:
    text = as_text(value)
    found = _PREP.fullmatch(text)
    turned = _PREP_LAST.fullmatch(text) if found is None else None
    if turned is not None:
        right = f"{turned[2]} + {turned[1]}"
        raise value_fault(
            f"“{text}”：{turned[2]} 要写在前面",
            f"'{text}': {turned[2]} comes first",
            Wording(f"写成 {right}", f"write {right}"),
        )
    if found is None and not text[:1].isdigit():
        raise value_fault(
            f"“{text}”不是提前量",
            f"'{text}' does not say how long before",
            Wording("例如 prep + 5 min、20 分钟", "such as prep + 5 min, or 20 min"),
        )
    if found is None:
        return Lead(False, seconds(as_figures(text)))
    return Lead(True, 0 if found[2] is None else seconds(found[2]))


def _stage(value: object) -> object:
    return value if isinstance(value, dict) else {"class": value}


Share = Annotated[
    int,
    BeforeValidator(_share),
    WithJsonSchema({"type": "string", "pattern": "^([0-9]+ *%|all|全部)$"}),
]
LoadText = Annotated[
    int, BeforeValidator(_load), WithJsonSchema({"type": "string", "examples": ["15 min", "no"]})
]
LeadText = Annotated[
    Lead,
    BeforeValidator(_lead),
    WithJsonSchema({"type": "string", "examples": ["prep + 5 min", "20 min"]}),
]


RushedName = Annotated[Rushed, BeforeValidator(lambda value: Rushed(one_of(value, Rushed)))]


class PaceSpec(Spec):
    """What all rules of this kind may state."""

    id: Id
    name: Words
    when: WhenSpec = WhenSpec()
    reason: Words | None = None
    rushed: RushedName = Rushed.START


class CallSpec(PaceSpec):
    """One of `rules:` with `mechanism: hold`."""

    mechanism: Annotated[str, A_MECHANISM, WithJsonSchema({"const": "hold"})]
    menu_class: Ids = Field(default=[], alias="class")
    entry: Ids = Field(default=[])
    gate: GateName = Gate.START
    timeout: Duration
    rushed: RushedName = Rushed.ASK


class StageSpec(Spec):
    """One of the courses in `order`: classes of dishes, or what the till calls it."""

    menu_class: Ids = Field(default=[], alias="class")
    course: Texts = Field(default=[])


Stages = Annotated[
    list[Annotated[StageSpec, BeforeValidator(_stage)]],
    WithJsonSchema(
        {
            "type": "array",
            "minItems": 2,
            "items": {
                "anyOf": [
                    {"type": "string"},
                    {"type": "array", "items": {"type": "string"}},
                    {
                        "type": "object",
                        "properties": {"class": {}, "course": {}},
                        "additionalProperties": False,
                    },
                ]
            },
        }
    ),
]


class NextSpec(Spec):
    """When the next course goes: enough of the one before is out, or it was called long ago."""

    served: Share | None = None
    ready: Share | None = None
    after: Duration


class CoursesSpec(PaceSpec):
    """One of `rules:` with `mechanism: courses`."""

    mechanism: Annotated[str, A_MECHANISM, WithJsonSchema({"const": "courses"})]
    order: Stages
    next_when: NextSpec


class TogetherSpec(PaceSpec):
    """One of `rules:` with `mechanism: finish_together`."""

    mechanism: Annotated[str, A_MECHANISM, WithJsonSchema({"const": "finish_together"})]
    menu_class: Ids = Field(default=[], alias="class")
    entry: Ids = Field(default=[])
    within: Duration = 120
    replan: YesNo = True
    timeout: Duration = 600


class DueSpec(PaceSpec):
    """One of `rules:` with `mechanism: due_time`."""

    mechanism: Annotated[str, A_MECHANISM, WithJsonSchema({"const": "due_time"})]
    menu_class: Ids = Field(default=[], alias="class")
    entry: Ids = Field(default=[])
    lead: LeadText
    no_prep: Duration = 600
    add_load: LoadText = 0
    ahead: Duration = 0
    shown: Limit = None
