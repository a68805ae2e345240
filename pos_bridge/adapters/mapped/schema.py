"""What a mapping file may say, checked with its places like a rule file."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Annotated, Any

from pydantic import (
    BeforeValidator,
    ConfigDict,
    Field,
    GetCoreSchemaHandler,
    GetJsonSchemaHandler,
    WithJsonSchema,
    model_validator,
)
from pydantic_core import CoreSchema
from pydantic_core.core_schema import no_info_before_validator_function

from kds.kitchen.messages import Channel, LineState, ModifierKind, Payment, Service
from kds.rulebook.schema import ONE_OR_MANY, Spec, Text, Texts, Whole, YesNo, listed
from kds.rulebook.values import as_text, one_of, value_fault
from pos_bridge.adapters.mapped.paths import Path, path

SCHEMES = (
    "token",
    "hmac-sha256-hex",
    "hmac-sha256-base64",
    "hmac-sha1-hex",
    "hmac-sha1-base64",
    "standard-webhooks",
)
CONTENT_FIELDS = ("body", "url", "timestamp")
FIELD = re.compile(r"\{([^{}]*)\}")
_HEADER = re.compile(r"[A-Za-z0-9-]{1,64}")


def _template(value: object) -> str:
    """Read a text with paths in braces."""
    text = as_text(value)
    for name in FIELD.findall(text):
        path(name)
    if set(FIELD.sub("", text)) & {"{", "}"}:
        raise value_fault(f"“{text}”里的花括号不成对", f"a brace in '{text}' has no counterpart")
    return text


def _content(value: object) -> str:
    """Read what is signed: {body}, {url} and {timestamp} with anything between them."""
    text = as_text(value)
    for name in FIELD.findall(text):
        one_of(name, CONTENT_FIELDS)
    if "{body}" not in text:
        raise value_fault("签名内容必须包含 {body}", "what is signed must have {body} in it")
    return text


def _header(value: object) -> str:
    text = as_text(value)
    if not _HEADER.fullmatch(text):
        raise value_fault(f"“{text}”不是 HTTP 头的名称", f"'{text}' is no name of a header")
    return text.lower()


def _any_text(value: object) -> str:
    """Take a text as written, blanks and all; nothing is the empty text."""
    return value if isinstance(value, str) else ""


_MANY = Field(json_schema_extra={ONE_OR_MANY: True})
_TEXT = WithJsonSchema({"type": ["string", "number", "boolean"]})
PathText = Annotated[Path, BeforeValidator(path), WithJsonSchema({"type": "string"})]
Paths = Annotated[list[PathText], BeforeValidator(listed), _MANY]
Template = Annotated[str, BeforeValidator(_template), WithJsonSchema({"type": "string"})]
AnyText = Annotated[str, BeforeValidator(_any_text), _TEXT]


class _ValueShape:
    """In the JSON Schema: a path alone may stand for a value, or a list of them."""

    @classmethod
    def __get_pydantic_json_schema__(
        cls, core: CoreSchema, handler: GetJsonSchemaHandler
    ) -> dict[str, Any]:
        paths = {"type": "array", "items": {"type": "string"}}
        return {"anyOf": [{"type": "string"}, paths, handler(core)]}


class MappedSpec(Spec):
    """As any mapping of a rule file; paths are no type of pydantic's."""

    model_config = ConfigDict(extra="forbid", frozen=True, arbitrary_types_allowed=True)


class ValueSpec(MappedSpec):
    """Where a value stands, and what to make of it.

    One of `path`, `first` (the first that has something), `join` (all that have something),
    `template` (a text with paths in braces) or `value` (a constant). Then `table` translates it,
    `divide` makes portions of thousandths, and `default` is for nothing.
    """

    path: PathText | None = None
    first: Paths | None = None
    join: Paths | None = None
    by: AnyText = " "
    template: Template | None = None
    value: AnyText | None = None
    table: dict[str, AnyText] | None = None
    divide: Whole | None = None
    default: AnyText | None = None

    @model_validator(mode="after")
    def _has_one_origin(self) -> ValueSpec:
        ways = ("path", "first", "join", "template", "value")
        given = [way for way in ways if getattr(self, way) is not None]
        if len(given) != 1:
            raise value_fault(
                f"应写 {'、'.join(ways)} 其中一个", f"write exactly one of {', '.join(ways)}"
            )
        return self


def _value(value: object) -> object:
    """A path alone stands for a value; a list for the first of several."""
    if isinstance(value, str):
        return {"path": value}
    return {"first": value} if isinstance(value, list) else value


Value = Annotated[ValueSpec, BeforeValidator(_value), _ValueShape]


class _Word:
    """One of the words `known`, for pydantic and for the JSON Schema."""

    def __init__(self, known: Iterable[str]) -> None:
        self.known = [str(each) for each in known]

    def __get_pydantic_core_schema__(
        self, source: Any, handler: GetCoreSchemaHandler
    ) -> CoreSchema:
        """Return how a word is checked."""
        known = self.known
        return no_info_before_validator_function(lambda said: one_of(said, known), handler(source))

    def __get_pydantic_json_schema__(
        self, core: CoreSchema, handler: GetJsonSchemaHandler
    ) -> dict[str, Any]:
        """Return the words for editors."""
        del core, handler
        return {"enum": self.known}


_ServiceWord = Annotated[str, _Word(Service)]


class ServiceSpec(ValueSpec):
    """A value that says a service, in the contract's words."""

    value: _ServiceWord | None = None
    table: dict[str, _ServiceWord] | None = None
    default: _ServiceWord | None = None


_ChannelWord = Annotated[str, _Word(Channel)]


class ChannelSpec(ValueSpec):
    """A value that says a channel, in the contract's words."""

    value: _ChannelWord | None = None
    table: dict[str, _ChannelWord] | None = None
    default: _ChannelWord | None = None


_PaymentWord = Annotated[str, _Word(Payment)]


class PaymentSpec(ValueSpec):
    """A value that says how it is paid, in the contract's words."""

    value: _PaymentWord | None = None
    table: dict[str, _PaymentWord] | None = None
    default: _PaymentWord | None = None


_KindWord = Annotated[str, _Word(ModifierKind)]


class KindSpec(ValueSpec):
    """A value that says what kind of modifier it is, in the contract's words."""

    value: _KindWord | None = None
    table: dict[str, _KindWord] | None = None
    default: _KindWord | None = None


_StateWord = Annotated[str, _Word(LineState)]


class StateSpec(ValueSpec):
    """A value that says the state of a line, in the contract's words."""

    value: _StateWord | None = None
    table: dict[str, _StateWord] | None = None
    default: _StateWord | None = None


ServiceValue = Annotated[ServiceSpec, BeforeValidator(_value), _ValueShape]
ChannelValue = Annotated[ChannelSpec, BeforeValidator(_value), _ValueShape]
PaymentValue = Annotated[PaymentSpec, BeforeValidator(_value), _ValueShape]
KindValue = Annotated[KindSpec, BeforeValidator(_value), _ValueShape]
StateValue = Annotated[StateSpec, BeforeValidator(_value), _ValueShape]


class ModifiersSpec(MappedSpec):
    """Modifiers of a line, or of a modifier: `inside` says where those lie, at any depth."""

    at: Paths
    name: Value
    quantity: Value | None = None
    kind: KindValue | None = None
    inside: Paths | None = None


class SkipSpec(MappedSpec):
    """Lines that are none: fees, discounts."""

    path: PathText
    values: Texts


class LinesSpec(MappedSpec):
    """Lines; `parts` says where the dishes of a set lie, as lines below it, at any depth."""

    at: Paths
    name: Value
    quantity: Value | None = None
    line_id: Value | None = None
    item_id: Value | None = None
    category: Value | None = None
    tags: Paths | None = None
    unit: Value | None = None
    course: Value | None = None
    seat: Value | None = None
    note: Value | None = None
    state: StateValue | None = None
    skip: SkipSpec | None = None
    modifiers: Annotated[list[ModifiersSpec], BeforeValidator(listed), _MANY] = Field(
        default_factory=list
    )
    parts: Paths | None = None


class StatesSpec(MappedSpec):
    """What the order's state, or the event, means. With `cook`, a word in none is a fault."""

    path: Value
    cook: Texts | None = None
    ignore: Texts = Field(default_factory=list)
    cancel: Texts = Field(default_factory=list)
    close: Texts = Field(default_factory=list)


class OrderSpec(MappedSpec):
    """Where the fields of an order stand."""

    order_id: Value
    lines: LinesSpec
    revision: Value | None = None
    sequence: Value | None = None
    session: Value | None = None
    number: Value | None = None
    service: ServiceValue | None = None
    channel: ChannelValue | None = None
    table: Value | None = None
    zone: Value | None = None
    server: Value | None = None
    guests: Value | None = None
    placed_at: Value | None = None
    due_at: Value | None = None
    payment: PaymentValue | None = None
    member: Value | None = None
    member_note: Value | None = None
    customer: Value | None = None
    note: Value | None = None


class SignatureSpec(MappedSpec):
    """How a push proves where it comes from; the secrets are in pos.toml."""

    scheme: Annotated[str, _Word(SCHEMES)]
    header: Annotated[str, BeforeValidator(_header)] = "authorization"
    prefix: AnyText = ""
    timestamp: Annotated[str, BeforeValidator(_header)] | None = None
    content: Annotated[str, BeforeValidator(_content)] = "{body}"


class MapSpec(MappedSpec):
    """A mapping file. `orders`: where one or several orders lie in the body, else it is one."""

    order: OrderSpec
    orders: PathText | None = None
    states: StatesSpec | None = None
    cook_unpaid: YesNo = True
    partial: YesNo = False
    acknowledge: Text | None = None
    signature: SignatureSpec | None = None
