"""What of a broken message is shown: enough to mend it, nothing of who ordered."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pos_bridge.discretion import without_guests

SECRET = "Wang139"


@pytest.mark.parametrize(
    "told",
    [
        {"customer": SECRET},
        {"customer": {"id": 7, "given": [SECRET, {"x": SECRET}]}},
        {"phones": [SECRET, SECRET]},
        {"phone2": SECRET},
        {"customer-name": SECRET},
        {"deliveryAddress": {"street": f'the "}}" {SECRET}'}},
        {"first_name": SECRET, "lastName": SECRET},
        {"receiver": SECRET},
        {"收货人": SECRET, "联系电话": SECRET, "手机": SECRET},
        {"billing.address.line1": SECRET},
    ],
)
def test_whatever_shape_it_has_who_ordered_is_left_out(told: dict[str, object]) -> None:
    text = json.dumps({"order_id": "7", **told, "note": "no salt"}, ensure_ascii=False)
    shown = without_guests(text)
    assert SECRET not in shown
    assert {"order_id": "7", "note": "no salt"}.items() <= json.loads(shown).items()
    for end in range(len(text)):
        assert SECRET not in without_guests(text[:end] + "[")


@pytest.mark.parametrize("value", ["13912345678", "-1.5e3", "true", "null"])
def test_a_phone_number_that_is_a_number_is_left_out(value: str) -> None:
    assert without_guests(f'{{"phone": {value}, "n": 1}}') == '{"phone": "…", "n": 1}'


@given(st.text(alphabet='"\\\\{}[]:,phone 1\n'))
def test_any_text_is_taken(text: str) -> None:
    without_guests(text)


@given(st.dictionaries(st.sampled_from(["lines", "guests", "table", "name"]), st.text()))
def test_the_rest_stays_as_it_is(told: dict[str, str]) -> None:
    text = json.dumps(told)
    assert without_guests(text) == text
