"""What vendors' APIs are told, as a vendor that speaks their protocol hears it."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import time
from typing import Any

import pytest

from pos_bridge.adapters.toast import Toast
from pos_bridge.adapters.ubereats import UberEats
from pos_bridge.adapters.woocommerce import WooCommerce
from pos_bridge.channels.settings import Api
from pos_bridge.status.outcome import Delivered, Later
from tests.bridge.toy_api import Asked, destinations
from tests.bridge.toy_shops import GRAPHQL, SHOPS, Shop, planned

STATES = ("accepted", "started", "ready", "served", "recalled", "voided", "void_acknowledged")


# --- states --------------------------------------------------------------------------------


def square(state: str, *uids: str) -> tuple[str, str, Any]:
    """Return the change that Square is asked for."""
    changed = [{"uid": uid, "state": state} for uid in uids]
    order = {"location_id": "L1", "version": 7, "fulfillments": changed}
    return "PUT", "/v2/orders/ord%2F1", {"idempotency_key": "msg_1:7", "order": order}


def kds(status: int) -> tuple[str, str, Any]:
    """Return the status that Deliverect hears."""
    return "POST", "/kds/orderStatus/ord%2F1", {"orderId": "ord/1", "status": status}


_LOOK = ("GET", "/v2/eats/order/ord%2F1", "")
_ACCEPT = ("POST", "/v1/eats/orders/ord%2F1/accept_pos_order", {"reason": "accepted"})
_READY_AT_UBER: tuple[str, str, Any] = ("POST", "/v1/delivery/order/ord%2F1/ready", {})
_ORDER_AT_WOO = "/wp-json/wc/v3/orders/ord%2F1"
TOLD: dict[tuple[str, str], list[tuple[str, str, Any]]] = {
    ("square", "started"): [("GET", "/v2/orders/ord%2F1", ""), square("RESERVED", "f1")],
    ("square", "ready"): [("GET", "/v2/orders/ord%2F1", ""), square("PREPARED", "f1", "f3")],
    ("ubereats", "accepted"): [_LOOK, _ACCEPT],
    ("ubereats", "ready"): [_READY_AT_UBER],
    ("deliverect", "started"): [kds(50)],
    ("deliverect", "recalled"): [kds(50)],
    ("deliverect", "ready"): [kds(70)],
    ("doordash", "ready"): [
        (
            "PATCH",
            "/api/v1/orders/ord%2F1/events/order_ready_for_pickup",
            {"merchant_supplied_id": "ord/1"},
        )
    ],
    ("justeat", "ready"): [("POST", "/orders/ord%2F1/readyforcollection", "")],
    ("justeat", "served"): [("POST", "/orders/ord%2F1/complete", "")],
    ("woocommerce", "ready"): [("PUT", _ORDER_AT_WOO, {"status": "packed"})],
    ("woocommerce", "served"): [("PUT", _ORDER_AT_WOO, {"status": "completed"})],
}


@pytest.mark.parametrize("vendor", sorted(SHOPS.keys() - {"shopify"}))
@pytest.mark.parametrize("state", STATES)
async def test_each_state_is_told_as_the_vendor_documents_it(vendor: str, state: str) -> None:
    """What it does not document is not told at all, and owed by nobody."""
    with planned().serving() as toy:
        outcome = await SHOPS[vendor].tell(toy, f"order.{state}")
        assert outcome in (Delivered(), None)
        assert toy.calls == TOLD.get((vendor, state), [])


@pytest.mark.parametrize("state", STATES)
async def test_shopify_is_told_what_a_guest_can_fetch(state: str) -> None:
    with planned().serving() as toy:
        assert await SHOPS["shopify"].tell(toy, f"order.{state}") == Delivered()
        if state != "ready":
            assert toy.asked == []
            return
        look, ready = toy.asked
        assert {(each.method, each.path) for each in toy.asked} == {("POST", GRAPHQL)}
        assert look.body["variables"] == {"id": "gid://shopify/Order/ord/1"}
        assert "fulfillmentOrders" in look.body["query"]
        said = {"input": {"lineItemsByFulfillmentOrder": [{"fulfillmentOrderId": "gid://1"}]}}
        assert ready.body["variables"] == said
        assert "fulfillmentOrderLineItemsPreparedForPickup" in ready.body["query"]


@pytest.mark.parametrize("vendor", ["justeat", "shopify"])
async def test_what_a_courier_takes_is_not_said_to_be_collected(vendor: str) -> None:
    with planned().serving() as toy:
        told = await SHOPS[vendor].tell(toy, "order.ready", service="delivery")
        assert (told, toy.asked) == (Delivered(), [])


# --- stock ---------------------------------------------------------------------------------

_STORE = "st%2F1"
_AT_UBER = f"/v2/eats/stores/{_STORE}/menus/items/1042"
_AT_DOORDASH = f"/api/v1/stores/{_STORE}/items/status"
_AT_WOO = "/wp-json/wc/v3/products/1042"
_AT_CLOVER = f"/v3/merchants/{_STORE}/items/1042"
_AT_TOAST = "/stock/v1/inventory/update"


def suspended(until: Any) -> dict[str, Any]:
    """Return what Uber Eats hears of an item."""
    return {"suspension_info": {"suspension": until}}


_GONE = {"suspend_until": 8640000000, "reason": "sold out"}


def snoozed(until: str) -> dict[str, Any]:
    """Return what Deliverect hears of an item."""
    said = {"account": "our account", "location": "st/1", "plus": ["1042"]}
    return {**said, "snoozeEnd": until}


_NOW, _IN_A_YEAR = "2026-11-21T11:00:00Z", "2027-11-21T11:00:00Z"
STOCK: dict[str, tuple[Any, ...]] = {
    "deliverect": (
        "POST",
        "/products/snoozeByPlus",
        *(snoozed(until) for until in (_IN_A_YEAR, _NOW, _NOW)),
    ),
    "ubereats": ("POST", _AT_UBER, suspended(_GONE), suspended(None), suspended(None)),
    "doordash": (
        "PUT",
        _AT_DOORDASH,
        [{"merchant_supplied_id": "1042", "is_active": False}],
        *([{"merchant_supplied_id": "1042", "is_active": True}] for _ in range(2)),
    ),
    "woocommerce": (
        "PUT",
        _AT_WOO,
        {"stock_status": "outofstock"},
        *({"stock_status": "instock"} for _ in range(2)),
    ),
    "clover": ("POST", _AT_CLOVER, {"available": False}, *({"available": True},) * 2),
    "toast": (
        "PUT",
        _AT_TOAST,
        [{"multiLocationId": "1042", "status": "OUT_OF_STOCK"}],
        [{"multiLocationId": "1042", "status": "QUANTITY", "quantity": 3}],
        [{"multiLocationId": "1042", "status": "IN_STOCK"}],
    ),
}
"""Per vendor: method, path, and what it hears of 0, of 3 and of no count."""


@pytest.mark.parametrize("vendor", SHOPS)
async def test_stock_is_told_as_the_vendor_documents_it(vendor: str) -> None:
    with planned().serving() as toy:
        for topic, left in (("sold_out", 0), ("left", 3), ("on_sale", None)):
            await SHOPS[vendor].tell(toy, f"stock.{topic}", item_id="Rice", left=left)
        method, path, *said = STOCK.get(vendor, ("", ""))
        assert toy.calls == [(method, path, each) for each in said]
        if vendor == "toast":
            assert {each.headers["toast-restaurant-external-id"] for each in toy.asked} == {"st/1"}


async def test_a_variation_is_told_under_its_product() -> None:
    with planned().serving() as toy:
        shop = Shop(WooCommerce(), {"tell_stock": {"Rice": "1042/7"}})
        await shop.tell(toy, "stock.sold_out", item_id="Rice", left=0)
        assert toy.asked[0].path == "/wp-json/wc/v3/products/1042/variations/7"


async def test_toasts_own_ids_are_guids() -> None:
    with planned().serving() as toy:
        shop = Shop(Toast(), {"stores": "st/1", "tell_stock": {"Rice": "5e-a1"}})
        await shop.tell(toy, "stock.sold_out", item_id="Rice", left=0)
        assert toy.asked[0].body == [{"guid": "5e-a1", "status": "OUT_OF_STOCK"}]


# --- only where it is wanted ---------------------------------------------------------------


@pytest.mark.parametrize("vendor", SHOPS)
def test_nobody_is_told_who_is_told_by_a_tablet(vendor: str) -> None:
    shop = SHOPS[vendor]
    api = Api("https://toy.example", **shop.api)
    assert destinations(shop.adapter, api, shop.options) == []
    off = {**shop.options, "tell_states": False, "tell_stock": {}}
    assert destinations(shop.adapter, api, off) == []
    assert destinations(shop.adapter, Api(), {**shop.options, "tell_states": True}) == []


@pytest.mark.parametrize("vendor", ["toast", "clover"])
async def test_states_are_not_owed_to_a_vendor_that_hears_of_stock_only(vendor: str) -> None:
    with planned().serving() as toy:
        assert await SHOPS[vendor].tell(toy, "order.ready") is None


async def test_an_order_is_accepted_only_where_the_bridge_is_to_do_so() -> None:
    with planned().serving() as toy:
        shop = Shop(UberEats(), {})
        assert await shop.tell(toy, "order.accepted") == Delivered()
        assert toy.asked == []


async def test_an_order_that_is_accepted_already_is_not_accepted_again() -> None:
    """Each change of an order is told as accepted; and a tablet may have been quicker."""
    with planned().serving() as toy:
        toy.answers["GET /v2/eats/order/ord%2F1"] = [(200, {"current_state": "ACCEPTED"})]
        assert await SHOPS["ubereats"].tell(toy, "order.accepted") == Delivered()
        assert toy.calls == [_LOOK]


COLLAPSED: list[tuple[str, tuple[str, ...], str, list[tuple[str, str, Any]]]] = [
    ("ubereats", ("accepted", "ready"), "ready", [_LOOK, _ACCEPT, _READY_AT_UBER]),
    ("ubereats", ("accepted", "started"), "started", [_LOOK, _ACCEPT]),
    ("ubereats", ("ready", "served"), "served", [_READY_AT_UBER]),
    ("ubereats", ("ready", "recalled"), "started", []),
    ("ubereats", ("accepted", "voided"), "voided", []),
    ("doordash", ("ready", "served"), "served", TOLD["doordash", "ready"]),
    ("square", ("started", "ready", "served"), "served", TOLD["square", "ready"]),
    ("square", ("started", "accepted"), "started", TOLD["square", "started"]),
    ("deliverect", ("ready", "served"), "served", TOLD["deliverect", "ready"]),
    ("deliverect", ("ready", "recalled"), "started", TOLD["deliverect", "recalled"]),
    ("justeat", ("ready", "accepted"), "ready", TOLD["justeat", "ready"]),
    ("justeat", ("ready", "served"), "served", TOLD["justeat", "served"]),
    ("woocommerce", ("ready", "accepted"), "ready", TOLD["woocommerce", "ready"]),
    ("woocommerce", ("ready", "served"), "served", TOLD["woocommerce", "served"]),
]


@pytest.mark.parametrize(("vendor", "happened", "state", "calls"), COLLAPSED)
async def test_what_collapsed_is_told_as_far_as_it_holds(
    vendor: str, happened: tuple[str, ...], state: str, calls: list[tuple[str, str, Any]]
) -> None:
    """While nobody answered, several became one, called by the last: what the vendor wants to
    know of an order must not go with what it does not, nor be told of an order that is void.
    """
    *former, last = (f"order.{each}" for each in happened)
    with planned().serving() as toy:
        told = await SHOPS[vendor].tell(toy, last, state=state, superseded_types=former)
        assert told == Delivered()
        assert toy.calls == calls


# --- credentials ---------------------------------------------------------------------------

AUTHORISED = {
    "square": "Bearer a token",
    "ubereats": "Bearer a token",
    "deliverect": "Bearer a token",
    "justeat": "JE-API-KEY hush",
    "woocommerce": "Basic x",
}


@pytest.mark.parametrize("vendor", AUTHORISED)
async def test_each_request_carries_the_credentials(vendor: str) -> None:
    with planned().serving() as toy:
        await SHOPS[vendor].tell(toy, "order.ready")
        assert {each.headers["authorization"] for each in toy.asked} == {AUTHORISED[vendor]}


async def test_shopify_gets_its_own_header() -> None:
    with planned().serving() as toy:
        await SHOPS["shopify"].tell(toy, "order.ready")
        assert [each.headers["x-shopify-access-token"] for each in toy.asked] == ["hush", "hush"]


async def test_doordash_gets_a_token_that_our_secret_signed() -> None:
    with planned().serving() as toy:
        await SHOPS["doordash"].tell(toy, "order.ready")
        (asked,) = toy.asked
    assert asked.headers["auth-version"] == "v2"
    head, claims = claims_of(asked)
    assert head == {"alg": "HS256", "typ": "JWT", "dd-ver": "DD-JWT-V1"}
    lasts = claims.pop("exp") - claims["iat"]
    assert abs(claims.pop("iat") - time.time()) < 60
    assert claims == {"aud": "doordash", "iss": "us", "kid": "our key"}
    assert 0 < lasts <= 1800


def claims_of(asked: Asked) -> tuple[dict[str, Any], dict[str, Any]]:
    """Return the header and the claims of a request's token, whose signature is right."""
    scheme, _, token = asked.headers["authorization"].partition(" ")
    content, _, signature = token.rpartition(".")
    digest = hmac.digest(b"a signing secret", content.encode(), hashlib.sha256)
    assert (scheme, decoded(signature)) == ("Bearer", digest)
    head, claims = (json.loads(decoded(part)) for part in content.split("."))
    return head, claims


def decoded(part: str) -> bytes:
    """Return what a part of a token says."""
    return base64.urlsafe_b64decode(part + "=" * (-len(part) % 4))


@pytest.mark.parametrize(
    ("vendor", "topic", "left_out", "why"),
    [
        ("doordash", "order.ready", "key_id", "key_id is not set in pos.toml"),
        ("doordash", "stock.sold_out", "stores", "stores is not set in pos.toml"),
        ("clover", "stock.sold_out", "stores", "stores is not set in pos.toml"),
        ("deliverect", "stock.sold_out", "account", "account is not set in pos.toml"),
    ],
)
async def test_what_the_settings_lack_is_said_and_told_once_they_have_it(
    vendor: str, topic: str, left_out: str, why: str
) -> None:
    shop = SHOPS[vendor]
    options = {key: value for key, value in shop.options.items() if key != left_out}
    with planned().serving() as toy:
        less = Shop(shop.adapter, options, shop.api)
        assert await less.tell(toy, topic, item_id="Rice", left=0) == Later(why)
        assert toy.asked == []
