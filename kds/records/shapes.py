"""What bodies are made of, for pydantic: texts and quantities; and its faults in plain words."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from decimal import Decimal
from functools import lru_cache
from typing import Annotated, Any

from pydantic import (
    BaseModel,
    BeforeValidator,
    ConfigDict,
    GetJsonSchemaHandler,
    PlainValidator,
    StringConstraints,
    TypeAdapter,
    WithJsonSchema,
)
from pydantic_core import CoreSchema, ErrorDetails, PydanticCustomError

from kds.records.errors import FieldError

MAX_QUANTITY = 99_999
MAX_WHOLE = 2**62
"""What every database takes as an integer, and can count on from; tills send times as revisions.

Larger ones count as this: no schema can state so large a limit that validators would keep to.
"""

_MEANT_DECIMALS = 9
"""Beyond these is noise of binary arithmetic: 0.1 + 0.2 is 0.30000000000000004 to most tills."""

_DECIMAL_TEXT = re.compile(r"\s*[+-]?(\d{1,30}(\.\d{0,30})?|\.\d{1,30})\s*", re.ASCII)
_WHOLE_TEXT = re.compile(r"\s*\+?\d{1,19}\s*", re.ASCII)


class Shape(BaseModel):
    """A body's object: unknown fields are ignored, numbers do where text is asked for.

    Its description says so, too: what validators of schemas let through is taken.
    """

    model_config = ConfigDict(extra="ignore", coerce_numbers_to_str=True, frozen=True)

    @classmethod
    def __get_pydantic_json_schema__(
        cls, core: CoreSchema, handler: GetJsonSchemaHandler
    ) -> dict[str, Any]:
        """Return the description of what is really taken."""
        described = handler(core)
        properties = handler.resolve_ref_schema(described).get("properties", {})
        for name, schema in properties.items():
            properties[name] = _taken(schema)
        return described


def _taken(schema: dict[str, Any]) -> dict[str, Any]:
    """Return the schema of a field with everything that is taken for it."""
    if "anyOf" in schema:
        return {**schema, "anyOf": [_taken(each) for each in schema["anyOf"]]}
    if schema.get("type") == "boolean":
        more = {key: value for key, value in schema.items() if key != "type"}
        return {"anyOf": [{"type": "boolean"}, {"enum": _YES_NO}], **more}
    if schema.get("type") == "string" and not schema.keys() & _SPECIAL:
        return {**schema, "type": ["string", "number"]}
    return schema


_SPECIAL = frozenset({"enum", "const", "pattern", "format"})
_YES_NO = [0, 1, "0", "1", "true", "false", "yes", "no", "on", "off", "y", "n", "t", "f"]


def _fault(message: str) -> PydanticCustomError:
    return PydanticCustomError("plain", "{message}", {"message": message})


# --- numbers -------------------------------------------------------------------------------


def quantity(value: Any) -> Decimal:
    """Return decimal text or a number as a `Decimal` without needless zeros."""
    if isinstance(value, str):
        return _quantity_of_text(value)
    if isinstance(value, bool) or not isinstance(value, int | float | Decimal):
        raise _fault('must be a number or decimal text like "1.5"')
    return _limited(value if isinstance(value, Decimal) else Decimal(str(value)))


@lru_cache(maxsize=1024)
def _quantity_of_text(text: str) -> Decimal:
    if not _DECIMAL_TEXT.fullmatch(text):
        shown = text if len(text) <= 20 else text[:20] + "…"
        raise _fault(f'must be a decimal number like "1.5", not "{shown}"')
    return _limited(Decimal(text.strip()))


def _limited(value: Decimal) -> Decimal:
    if not value.is_finite() or abs(value) > MAX_QUANTITY:
        raise _fault(f"must lie between -{MAX_QUANTITY:,} and {MAX_QUANTITY:,}")
    given, value = value, round(value, _MEANT_DECIMALS)
    thousandths = value.scaleb(3)
    if thousandths != thousandths.to_integral_value() or (given and not value):
        raise _fault("must have at most 3 decimals")
    whole = int(value)
    return Decimal(whole) if value == whole else value.normalize()


def portions(value: Any) -> Decimal:
    """Return a quantity above zero."""
    read = quantity(value)
    if read <= 0:
        raise _fault("must be more than 0")
    return read


def stock_left(value: Any) -> Decimal:
    """Return a quantity of zero or more."""
    read = quantity(value)
    if read < 0:
        raise _fault("must not be below 0")
    return read


def whole(value: Any) -> int:
    """Return a whole number of zero or more, given as a number or as digits."""
    if isinstance(value, str) and _WHOLE_TEXT.fullmatch(value):
        value = int(value)
    if isinstance(value, float):
        value = Decimal(value)
    if isinstance(value, Decimal) and value.is_finite() and value == value.to_integral_value():
        # 1.0 is an integer in JSON Schema, and some tills know no other.
        value = int(min(max(value, Decimal(-1)), Decimal(MAX_WHOLE)))
    if isinstance(value, bool) or not isinstance(value, int):
        raise _fault("must be a whole number")
    if value < 0:
        raise _fault("must not be below 0")
    return min(value, MAX_WHOLE)


_FIGURES = r"[0-9]{1,5}(\.[0-9]{1,3}0*)?"


def _decimal_schema(sign: str, text: str, **limits: int) -> dict[str, Any]:
    """Return the description of a decimal as text or as a number with up to three decimals."""
    number = {"type": "number", "multipleOf": 0.001, "maximum": MAX_QUANTITY, **limits}
    written = {"type": "string", "pattern": f"^{sign}{text}$"}
    return {
        "anyOf": [written, number],
        "description": f"Decimal text or a number, at most {MAX_QUANTITY} with 3 decimals.",
    }


_WHOLE_SCHEMA = {"type": "integer", "minimum": 0}
_ABOVE_ZERO = r"([0-9]{0,4}[1-9][0-9]{0,0}(\.[0-9]{1,3}0*)?|[0-9]{1,5}\.[0-9]{0,2}[1-9]0*)"

Quantity = Annotated[
    Decimal,
    PlainValidator(quantity),
    WithJsonSchema(_decimal_schema("[+-]?", _FIGURES, minimum=-MAX_QUANTITY)),
]
Portions = Annotated[
    Decimal,
    PlainValidator(portions),
    WithJsonSchema(_decimal_schema("", _ABOVE_ZERO, exclusiveMinimum=0)),
]
StockLeft = Annotated[
    Decimal,
    PlainValidator(stock_left),
    WithJsonSchema(_decimal_schema("", _FIGURES, minimum=0)),
]


def stock_schema() -> dict[str, Any]:
    """Return the JSON Schema of what is left of an item."""
    return TypeAdapter(StockLeft).json_schema()


Whole = Annotated[int, PlainValidator(whole), WithJsonSchema(_WHOLE_SCHEMA)]

# --- texts ---------------------------------------------------------------------------------

SOURCE = r"^[A-Za-z0-9._-]{1,64}$"
_MOMENT = (
    "^(20[0-9]{2})-(0[1-9]|1[0-2])-(0[1-9]|1[0-9]|2[0-8])T([01][0-9]|2[0-3]):[0-5][0-9]:[0-5][0-9]"
    r"(\.[0-9]{1,6})?(Z|[+-](0[0-9]|1[0-3]):[0-5][0-9])$"
)


def _of_whole(value: Any) -> Any:
    """Return a whole number as text: some tills number their sources."""
    return str(value) if isinstance(value, int) and not isinstance(value, bool) else value


Source = Annotated[
    str,
    BeforeValidator(_of_whole),
    StringConstraints(pattern=SOURCE, strict=True),
    WithJsonSchema({"anyOf": [{"type": "string", "pattern": SOURCE}, {"type": "integer"}]}),
]
IdText = Annotated[str, StringConstraints(min_length=1, max_length=200)]
Moment = Annotated[str, WithJsonSchema({"type": "string", "pattern": f"^$|{_MOMENT}"})]
"""A date and time; its description is narrower than what is read (`kds.records.times`)."""

# --- faults --------------------------------------------------------------------------------


def field_errors(
    errors: Iterable[ErrorDetails], before: Sequence[str | int] = ()
) -> list[FieldError]:
    """Translate pydantic's faults. `before`: where the checked value lies in the body."""
    return [FieldError(path((*before, *e["loc"])), _plain(e)) for e in errors]


def path(parts: Iterable[str | int]) -> str:
    """Return the place of a fault as people write it: `lines[0].modifiers[1].name`."""
    text = ""
    for part in parts:
        if isinstance(part, int):
            text += f"[{part}]"
        elif part != "[key]":
            text += f".{part}" if text else part
    return text


_PLAIN = {
    "missing": "is missing",
    "string_type": "must be text",
    "string_too_short": "must not be empty",
    "list_type": "must be a list",
    "tuple_type": "must be a list",
    "dict_type": "must be an object",
    "model_type": "must be an object",
    "model_attributes_type": "must be an object",
    "bool_type": "must be true or false",
    "bool_parsing": "must be true or false",
}


def _plain(error: ErrorDetails) -> str:
    kind, context = error["type"], error.get("ctx", {})
    if kind == "string_too_long":
        return f"must have at most {context['max_length']} characters"
    if kind == "string_pattern_mismatch":
        return "must have 1 to 64 of the characters A-Z a-z 0-9 . _ -"
    if kind in {"enum", "literal_error"}:
        return f"must be one of {context['expected']}".replace("'", "").replace(" or ", ", ")
    return _PLAIN.get(kind, error["msg"])
