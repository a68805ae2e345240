"""Templates: how one till prints its slips. YAML to a checked value, each fault with its place.

Pure.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Annotated

from pydantic import BeforeValidator

from kds.rulebook import nodes
from kds.rulebook.checking import check
from kds.rulebook.diagnostics import Diagnostic, Place, fault, in_order
from kds.rulebook.schema import Spec, listed
from kds.rulebook.values import as_text, one_of, seconds, value_fault, whole, yes_no
from pos_bridge.capture.paper.charsets import is_known
from pos_bridge.capture.slips.patterns import Pattern, compile_pattern
from pos_bridge.capture.slips.slip import Kind

_SOURCE = re.compile(r"[A-Za-z0-9._-]{1,64}")
_LOOKS = ("bold", "underline", "reverse", "red", "big")
_ENDS = ("first", "last")
_RESTS = ("note", "modifier", "skip")
_SERVICES = ("dine_in", "takeaway", "delivery", "pickup", "drive_thru")
_KINDS = tuple(kind.value for kind in Kind)
_MARKS = ("void", "hold", "fire", "rush")
_APART_S = 30
_PORTS_END = 65_536


def _source(value: object) -> str:
    text = as_text(value)
    if _SOURCE.fullmatch(text) is None:
        raise value_fault(
            f"“{text}”不能作为来源名：只能用英文字母、数字、. _ 和 -",
            f"'{text}' cannot be a source: a-z, 0-9, '.', '_' and '-' only",
        )
    return text


def _word(value: object) -> str:
    text = as_text(value)
    if not text:
        raise value_fault("这里不能为空", "this must not be empty")
    return text


def _charset(value: object) -> str:
    text = as_text(value).lower()
    if not is_known(text):
        raise value_fault(f"不支持的编码“{text}”", f"'{text}' is no encoding that can be read here")
    return text


def _port(value: object) -> int:
    number = whole(value)
    if not 0 < number < _PORTS_END:
        raise value_fault(f"“{number}”不是端口号", f"'{number}' is no port")
    return number


def _some(value: object) -> object:
    found = listed(value)
    if not found:
        raise value_fault("至少要写一种", "at least one is needed here")
    return found


def _pattern(value: object) -> object:
    """A pattern may stand as a text alone, or with looks or a meaning beside it."""
    return {"text": value} if isinstance(value, str) else value


def _compiled(value: object) -> Pattern:
    if not isinstance(value, str):
        raise value_fault("这里应为文字", "a text is expected here")
    return compile_pattern(value)


Port = Annotated[int, BeforeValidator(_port)]
Words = Annotated[tuple[Annotated[str, BeforeValidator(_word)], ...], BeforeValidator(listed)]


class PatternSpec(Spec):
    """A pattern; `look`: the line must be printed so; `means`: what the line asks for."""

    text: Annotated[Pattern, BeforeValidator(_compiled)]
    look: Annotated[str, BeforeValidator(lambda v: one_of(v, _LOOKS))] = ""
    means: Annotated[str, BeforeValidator(lambda v: one_of(v, _MARKS))] = ""


Patterns = Annotated[
    tuple[Annotated[PatternSpec, BeforeValidator(_pattern)], ...], BeforeValidator(listed)
]


class KindSpec(Spec):
    """Which words make a slip what it is. `anywhere`: not only above the dishes. `paid`: it says
    that the bill is paid.
    """

    kind: Annotated[Kind, BeforeValidator(lambda v: Kind(one_of(v, _KINDS)))]
    when: Words
    anywhere: Annotated[bool, BeforeValidator(yes_no)] = False
    paid: Annotated[bool, BeforeValidator(yes_no)] = False


class ServiceSpec(Spec):
    """Which words say how the guest gets the food."""

    service: Annotated[str, BeforeValidator(lambda v: one_of(v, _SERVICES))]
    when: Words


class FieldsSpec(Spec):
    """Where the head of a slip says what."""

    number: Patterns = ()
    session: Patterns = ()
    batch: Patterns = ()
    piece: Patterns = ()
    table: Patterns = ()
    move: Patterns = ()
    guests: Patterns = ()
    server: Patterns = ()
    zone: Patterns = ()
    category: Patterns = ()
    customer: Patterns = ()
    time: Patterns = ()
    note: Patterns = ()
    reason: Patterns = ()


class WrappedSpec(Spec):
    """How long names are broken: in a column so many letters wide, an ideograph for two; whether
    the `quantity` stands beside the `first` part of the name or the `last`.
    """

    columns: Annotated[int, BeforeValidator(whole)]
    quantity: Annotated[str, BeforeValidator(lambda v: one_of(v, _ENDS))] = "first"


class DishesSpec(Spec):
    """How dishes and what belongs to them are printed."""

    after: Patterns = ()
    until: Patterns = ()
    dish: Patterns
    part: Patterns = ()
    category: Patterns = ()
    course: Patterns = ()
    modifier: Patterns = ()
    note: Patterns = ()
    skip: Patterns = ()
    wrapped: WrappedSpec | None = None
    rest: Annotated[str, BeforeValidator(lambda v: one_of(v, _RESTS))] = "note"


class TemplateSpec(Spec):
    """A template's file. `ports`: where its till prints to, () anywhere. `equal_slips_add`: so long
    an equal slip is one more portion; 0: never.
    """

    template: Annotated[str, BeforeValidator(_source)]
    source: Annotated[str, BeforeValidator(_source)] = ""
    encoding: Annotated[str, BeforeValidator(_charset)] = ""
    ports: Annotated[tuple[Port, ...], BeforeValidator(listed)] = ()
    only: Words = ()
    kinds: Annotated[tuple[KindSpec, ...], BeforeValidator(_some)]
    services: Annotated[tuple[ServiceSpec, ...], BeforeValidator(listed)] = ()
    reprint: Words = ()
    full: Words = ()
    station: Words = ()
    fields: FieldsSpec = FieldsSpec()
    dishes: DishesSpec
    rounds_apart: Annotated[int, BeforeValidator(seconds)] = _APART_S
    equal_slips_add: Annotated[int, BeforeValidator(seconds)] = 0


@dataclass(frozen=True, slots=True)
class Template:
    """A template that is sound. `file`: where it stands."""

    file: str
    spec: TemplateSpec

    @property
    def id(self) -> str:
        """Its name."""
        return self.spec.template

    @property
    def source(self) -> str:
        """The source of its orders."""
        return self.spec.source or self.spec.template


def read_template(file: str, text: str) -> tuple[Template | None, tuple[Diagnostic, ...]]:
    """Return the template in `text`, or None, and every fault of it."""
    root, faults = nodes.parse(file, text)
    if root is None or faults:
        empty = fault(Place(file, 1, 1), "文件为空", "the file is empty")
        return None, in_order(faults or (empty,))
    if not isinstance(root, nodes.Mapping):
        told = fault(root.place, "这里应为“键: 值”", "a mapping (key: value) is expected here")
        return None, (told,)
    located, found = check(TemplateSpec, root)
    if located is None:
        return None, in_order(found)
    spec = located.spec
    nameless = _without_name(spec, located.at("dishes", "dish"))
    return (Template(file, spec), ()) if nameless is None else (None, (nameless,))


def _without_name(spec: TemplateSpec, place: Place) -> Diagnostic | None:
    for pattern in spec.dishes.dish:
        if "{name}" not in pattern.text.text:
            text = pattern.text.text
            zh = f"菜品样式“{text}”缺少 {{name}}"
            return fault(place, zh, f"the dish pattern '{text}' has no {{name}}")
    return None
