"""Bodies of web forms, as Chinese delivery platforms push them."""

from __future__ import annotations

from urllib.parse import parse_qsl

from kds.records.body import clean, legible
from kds.records.errors import BadBody, FieldError
from pos_bridge.adapters.adapter import Push

FORM = "application/x-www-form-urlencoded"
_MOST_FIELDS = 1000


def is_form(push: Push) -> bool:
    """Say whether a push calls itself a form."""
    return push.content_type.partition(";")[0].strip().lower() == FORM


def form_of(push: Push) -> dict[str, str]:
    """Return the fields of a form in the body.

    Raises `BodyError` for a field that comes twice, since nobody knows which one was signed, and
    for more fields than any vendor sends.
    """
    return fields_of(legible(push.body, push.content_type))


def fields_of(text: str) -> dict[str, str]:
    """Return the fields of a form or of the query of an address; raises as `form_of`."""
    try:
        pairs = parse_qsl(text, keep_blank_values=True, max_num_fields=_MOST_FIELDS)
    except ValueError:
        raise BadBody([FieldError("", f"has more than {_MOST_FIELDS} fields")]) from None
    form: dict[str, str] = {}
    for name, value in pairs:
        if name in form:
            raise BadBody([FieldError(name, "comes twice")])
        form[name] = clean(value)
    return form
