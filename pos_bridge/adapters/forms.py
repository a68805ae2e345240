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
    form: dict[str, str] = {}
    for name, value in _pairs(text):
        if name in form:
            raise BadBody([FieldError(name, "comes twice")])
        form[name] = clean(value)
    return form


def _pairs(text: str) -> list[tuple[str, str]]:
    """Return names and values: in UTF-8, else in GB 18030, else with marks for what is neither."""
    for charset, errors in (("utf-8", "strict"), ("gb18030", "strict"), ("utf-8", "replace")):
        try:
            return parse_qsl(text, True, False, charset, errors, _MOST_FIELDS)
        except UnicodeDecodeError:
            continue
        except ValueError:
            break
    raise BadBody([FieldError("", f"has more than {_MOST_FIELDS} fields")])
