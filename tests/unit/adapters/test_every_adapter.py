"""What holds for every adapter that comes with the bridge, whoever wrote it."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kds.records.canonical import order_from
from kds.records.errors import BodyError
from pos_bridge.adapters.adapter import Adapter, BadSignature, Push
from pos_bridge.channels.directory import BUILT_IN, load_adapters
from tests.unit.adapters.mutations import AT, CONTEXT, ZONE, json_push

_ADAPTERS = [each for vendor, each in load_adapters().items() if vendor in BUILT_IN]
_KEYS = (
    "id order order_id orderId items lines status type event data message detail groups quantity",
    "name modifiers subItems basket food couponCode line_items checks selections cart",
)
_WORDS = st.sampled_from([word for line in _KEYS for word in line.split()])
_SCALARS = (
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(max_size=8)
    | st.sampled_from(["", "[", "{}", '"[{}]"', "2", "two", "\0", "\ud800"])
)
_ANYTHING = st.recursive(
    _SCALARS,
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(_WORDS | st.text(max_size=4), inner, max_size=4)
    ),
    max_leaves=12,
)

each_adapter = pytest.mark.parametrize("adapter", _ADAPTERS, ids=lambda each: each.vendor)


def test_every_adapter_that_is_named_can_be_loaded() -> None:
    assert sorted(each.vendor for each in _ADAPTERS) == sorted(BUILT_IN)


@each_adapter
@given(said=_ANYTHING)
def test_no_json_crashes_an_adapter(adapter: Adapter, said: Any) -> None:
    _read(adapter, json_push(said))


@each_adapter
@given(body=st.binary(max_size=60), kind=st.sampled_from(["", "application/json", "text/xml"]))
def test_no_bytes_crash_an_adapter(adapter: Adapter, body: bytes, kind: str) -> None:
    _read(adapter, Push(body, kind))
    _read(adapter, Push(body, "application/x-www-form-urlencoded"))


@each_adapter
@given(body=st.binary(max_size=60), value=st.text(max_size=60))
def test_no_unsigned_push_passes_or_crashes_the_check(
    adapter: Adapter, body: bytes, value: str
) -> None:
    names = ("authorization", "x-clover-auth", "x-signature", "toast-signature", "x-api-key")
    for headers in ({}, dict.fromkeys(names, value)):
        with pytest.raises(BadSignature):
            adapter.verify(Push(body, headers=headers), ["a secret that nobody guesses"], AT)


def _read(adapter: Adapter, push: Push) -> None:
    """Read as the bridge does: an order that comes out is one, or it is refused in plain words."""
    try:
        for context in (CONTEXT, replace(CONTEXT, may_ask=True)):
            reading = adapter.read(push, context)
            for order in (*reading.orders, *reading.amendments, *reading.missed):
                order_from(dict(order), zone=ZONE)
    except BodyError as error:
        assert str(error)  # noqa: PT017  # both ends are right
