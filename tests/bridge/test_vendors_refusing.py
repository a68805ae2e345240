"""What vendors answer to what they are told: refusals, haste, changes in between, nonsense."""

from __future__ import annotations

from typing import Any

import pytest

from pos_bridge.status.outcome import Delivered, Later, Outcome, Refused
from tests.bridge.toy_shops import GRAPHQL, ORDER, SHOPS, planned

FIRST = {
    "square": "GET /v2/orders/ord%2F1",
    "ubereats": "POST /v1/delivery/order/ord%2F1/ready",
    "deliverect": "POST /kds/orderStatus/ord%2F1",
    "doordash": "PATCH /api/v1/orders/ord%2F1/events/order_ready_for_pickup",
    "justeat": "POST /orders/ord%2F1/readyforcollection",
    "shopify": f"POST {GRAPHQL}",
    "woocommerce": "PUT /wp-json/wc/v3/orders/ord%2F1",
}


@pytest.mark.parametrize("vendor", FIRST)
async def test_what_a_vendor_refuses_is_given_up_with_its_words(vendor: str) -> None:
    with planned().serving() as toy:
        toy.answers[FIRST[vendor]] = [(400, {"message": "order has expired"})]
        refused = await SHOPS[vendor].tell(toy, "order.ready")
        assert refused == Refused('answered 400: {"message": "order has expired"}')


@pytest.mark.parametrize("vendor", FIRST)
async def test_a_vendor_that_is_busy_is_left_alone_as_long_as_it_asks(vendor: str) -> None:
    with planned().serving() as toy:
        toy.headers = {"Retry-After": "30"}
        toy.answers[FIRST[vendor]] = [(429, {})]
        later = await SHOPS[vendor].tell(toy, "order.ready")
        assert later == Later("it answers 429", 30.0, is_about_all=True)


@pytest.mark.parametrize("status", [400, 409])
async def test_square_is_read_again_where_somebody_was_quicker(status: int) -> None:
    with planned().serving() as toy:
        toy.answers["PUT /v2/orders/ord%2F1"] = [
            (status, {"errors": [{"code": "VERSION_MISMATCH"}]}),
            (200, {}),
        ]
        square_ = SHOPS["square"]
        why = f"answered {status}: the order was changed meanwhile"
        assert await square_.tell(toy, "order.ready") == Later(why)
        assert await square_.tell(toy, "order.ready") == Delivered()
        assert [each.method for each in toy.asked] == ["GET", "PUT", "GET", "PUT"]


@pytest.mark.parametrize(
    "order",
    [
        {**ORDER, "fulfillments": [{"uid": "f2", "state": "COMPLETED"}]},
        {**ORDER, "fulfillments": None},
        {"location_id": "L1", "fulfillments": ORDER["fulfillments"]},
    ],
)
async def test_square_is_told_nothing_of_orders_that_nobody_waits_for(order: Any) -> None:
    """Handed over already, without a fulfilment, or made at the till, which can not be changed."""
    with planned().serving() as toy:
        toy.answers["GET /v2/orders/ord%2F1"] = [(200, {"order": order})]
        assert await SHOPS["square"].tell(toy, "order.ready") == Delivered()
        assert [each.method for each in toy.asked] == ["GET"]


_THROTTLED = {"message": "Throttled", "extensions": {"code": "THROTTLED"}}
_PREPARED = "NO_LINE_ITEMS_TO_PREPARE_FOR_FULFILLMENT_ORDER"


def wrong(code: str) -> dict[str, Any]:
    """Return the answer of a mutation that did not do what it should."""
    told = {"userErrors": [{"code": code, "message": "so it is"}]}
    return {"data": {"fulfillmentOrderLineItemsPreparedForPickup": told}}


@pytest.mark.parametrize(
    ("answer", "outcome"),
    [
        ({"errors": [{"message": "no such field"}]}, Refused("answered 200: no such field")),
        ({"errors": [_THROTTLED]}, Later("answered 200: Throttled")),
        (wrong("FULFILLMENT_ORDER_INVALID"), Refused("answered 200: so it is")),
        (wrong(_PREPARED), Delivered()),
    ],
)
async def test_what_shopify_says_with_200_is_understood(answer: Any, outcome: Outcome) -> None:
    with planned().serving() as toy:
        toy.answers[f"POST {GRAPHQL}"][1] = (200, answer)
        assert await SHOPS["shopify"].tell(toy, "order.ready") == outcome


@pytest.mark.parametrize("vendor", ["square", "ubereats", "shopify"])
async def test_an_answer_that_nobody_understands_is_asked_for_again(vendor: str) -> None:
    """As from a portal that wants somebody to log in first: nothing is said to be told."""
    topic = "order.accepted" if vendor == "ubereats" else "order.ready"
    with planned().serving() as toy:
        for answers in toy.answers.values():
            answers[:] = [(200, "<html>")]
        outcome = await SHOPS[vendor].tell(toy, topic)
        assert isinstance(outcome, Later)
        assert outcome.why == "answered 200, what nobody understands: must be a JSON object"
