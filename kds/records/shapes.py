"""What bodies are made of, for pydantic: texts and quantities; and its faults in plain words."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from decimal import Decimal
from functools import lru_cache
from typing import Annotated, Any

from pydantic import BaseModel, ConfigDict, PlainValidator, StringConstraints, WithJsonSchema
from pydantic_core import ErrorDetails, PydanticCustomError

from kds.records.errors import FieldError

MAX_QUANTITY = 99_999
MAX_WHOLE = 2**62
"""What every database takes as an integer, and can count on from; tills send times as revisions."""

_MEANT_DECIMALS = 9
"""Beyond these is noise of binary arithmetic: 0.1 + 0.2 is 0.30000000000000004 to most tills."""

_DECIMAL_TEXT = re.compile(r"\s*[+-]?(\d{1,30}(\.\d{0,30})?|\.\d{1,30})\s*", re.ASCII)
_WHOLE_TEXT = re.compile(r"\s*\+?\d{1,19}\s*", re.ASCII)


class Shape(BaseModel):
    """A body's object: unknown fields are ignored, numbers do where text is asked for."""

    model_config = ConfigDict(extra="ignore", coerce_numbers_to_str=True, frozen=True)


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
    value = round(value, _MEANT_DECIMALS)
    thousandths = value.scaleb(3)
    if thousandths != thousandths.to_integral_value():
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
    if isinstance(value, Decimal) and abs(value) <= MAX_WHOLE and value == int(value):
        value = int(value)  # 1.0 is an integer in JSON Schema, and some tills know no other
    if isinstance(value, bool) or not isinstance(value, int):
        raise _fault("must be a whole number")
    if not 0 <= value <= MAX_WHOLE:
        raise _fault(f"must lie between 0 and {MAX_WHOLE}")
    return value


_DECIMAL_SCHEMA = {
    "type": ["string", "number"],
    "description": f"Decimal text or a number, at most {MAX_QUANTITY} with 3 decimals.",
}
_WHOLE_SCHEMA = {"type": "integer", "minimum": 0}

Quantity = Annotated[Decimal, PlainValidator(quantity), WithJsonSchema(_DECIMAL_SCHEMA)]
Portions = Annotated[Decimal, PlainValidator(portions), WithJsonSchema(_DECIMAL_SCHEMA)]
StockLeft = Annotated[Decimal, PlainValidator(stock_left), WithJsonSchema(_DECIMAL_SCHEMA)]
Whole = Annotated[int, PlainValidator(whole), WithJsonSchema(_WHOLE_SCHEMA)]

# --- texts ---------------------------------------------------------------------------------

Source = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9._-]{1,64}$")]
IdText = Annotated[str, StringConstraints(min_length=1, max_length=200)]

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
