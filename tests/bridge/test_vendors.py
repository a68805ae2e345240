"""What vendors push, through a real bridge: made, changed, repeated, released, cancelled."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import pytest

from tests.bridge.harness import Running, running
from tests.unit.adapters import (
    test_clover,
    test_doordash,
    test_justeat,
    test_shopify,
    test_square,
    test_toast,
    test_ubereats,
    test_woocommerce,
)

_SETTINGS = """[pos.doordash]
hold_until_release = true
"""


@pytest.fixture(scope="module")
def bridge(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    """A bridge on this machine, to which vendors need not sign."""
    data = tmp_path_factory.mktemp("vendors") / "data"
    data.mkdir()
    (data / "pos.toml").write_text(_SETTINGS)
    with running(data) as started:
        yield started


def send(bridge: Running, vendor: str, body: Any, topic: str = "") -> dict[str, Any]:
    """Push, and return what the bridge says of it."""
    path = f"/v1/pos/{vendor}" + (f"/{topic}" if topic else "")
    answer = bridge.client.post(path, json=body)
    assert answer.status_code == 200, answer.text
    return dict(answer.json())


def results(said: dict[str, Any]) -> list[str]:
    """Return what became of each order of a push."""
    return [order["result"] for order in said["orders"]]


def queued(bridge: Running, vendor: str, order_id: str) -> list[tuple[str, str]]:
    """Return the dishes of an order that somebody is to cook, and how many."""
    found = portions(bridge, vendor, order_id)
    return [(name, states["queued"]) for name, states in found if "queued" in states]


def portions(bridge: Running, vendor: str, order_id: str) -> list[tuple[str, dict[str, str]]]:
    """Return the dishes of an order, with the portions that are not 0."""
    lines = bridge.get(f"/v1/orders/{vendor}/{order_id}")["lines"]
    return [
        (line["name"], {k: v for k, v in line["portions"].items() if v != "0"}) for line in lines
    ]


_SOUP = test_shopify.item(2, "Soup")
STORIES = {
    "square": (
        {"order": test_square.sold(id="s1")},
        {"order": test_square.sold(id="s1", version=4, line_items=[
            {"uid": "l1", "name": "Burger", "quantity": "1"}])},
        {"order": test_square.sold(id="s1", version=5, state="CANCELED")},
    ),
    "toast": (
        test_toast.webhook({"order": test_toast.sold(guid="s1")}),
        test_toast.webhook({"order": test_toast.sold(
            test_toast.check(test_toast.selection("s1", "Curry", quantity=1,
                modifiedDate="2026-11-21T11:06:00.000+0000")), guid="s1")}),
        test_toast.webhook({"order": test_toast.sold(
            guid="s1", voided=True, modifiedDate="2026-11-21T11:07:00.000+0000")}),
    ),
    "clover": (
        test_clover.sold(id="s1"),
        test_clover.sold(id="s1", modifiedTime=1795259200000,
            lineItems=test_clover.elements(test_clover.unit("l1", "Burger"))),
        test_clover.webhook(("O:s1", "DELETE", 1795259300000)),
    ),
    "ubereats": (
        test_ubereats.sold(id="s1"),
        test_ubereats.sold(id="s1", cart={"items": [
            {"instance_id": "i1", "title": "Curry", "quantity": 1}]}),
        {**test_ubereats.webhook("orders.cancel"), "meta": {"resource_id": "s1"}},
    ),
    "justeat": (
        test_justeat.sold(OrderId="s1", PrepareFor=None, Fulfilment={"PrepareFor": "x"}),
        test_justeat.sold(OrderId="s1", Fulfilment={"PrepareFor": "x"}, Items=[
            {"Name": "Box", "Quantity": 1, "Reference": "b"}]),
        {"Event": "OrderCancelled", "OrderId": "s1", "Reason": "system"},
    ),
    "shopify": (
        test_shopify.sold(id="s1"),
        test_shopify.sold(id="s1", updated_at="2026-11-21T19:06:00+08:00", line_items=[
            test_shopify.item(2, "Soup", current_quantity=1)]),
        test_shopify.sold(id="s1", updated_at="2026-11-21T19:07:00+08:00",
            cancelled_at="2026-11-21T19:07:00+08:00"),
    ),
    "woocommerce": (
        test_woocommerce.sold(id="s1"),
        test_woocommerce.sold(id="s1", date_modified_gmt="2026-11-21T11:06:00", line_items=[
            {"id": 315, "name": "Curry", "quantity": 1}]),
        test_woocommerce.sold(id="s1", date_modified_gmt="2026-11-21T11:07:00",
            status="cancelled"),
    ),
}  # fmt: skip
"""Per vendor: an order, the order with one portion of one dish left, its cancel."""


def renamed(story: tuple[Any, ...], name: str) -> Any:
    """Return the story of another order."""
    return json.loads(json.dumps(story).replace('"s1"', f'"{name}"').replace("O:s1", f"O:{name}"))


@pytest.mark.parametrize("vendor", STORIES)
def test_an_order_is_made_repeated_changed_and_cancelled(bridge: Running, vendor: str) -> None:
    made, changed, cancelled = STORIES[vendor]
    assert results(send(bridge, vendor, made)) == ["new"]
    before = portions(bridge, vendor, "s1")
    assert results(send(bridge, vendor, made)) == ["unchanged"]
    assert portions(bridge, vendor, "s1") == before
    assert results(send(bridge, vendor, changed)) == ["amended"]
    assert [count for _, count in queued(bridge, vendor, "s1")] == ["1"]
    assert results(send(bridge, vendor, cancelled)) == ["amended"]
    assert queued(bridge, vendor, "s1") == []


@pytest.mark.parametrize("vendor", ["square", "toast", "clover", "shopify", "woocommerce"])
def test_what_comes_late_is_not_taken_for_news(bridge: Running, vendor: str) -> None:
    """Fault 14: a change that overtook another stays; nothing blinks back."""
    made, changed, _ = renamed(STORIES[vendor], "late")
    assert results(send(bridge, vendor, changed)) == ["new"]
    before = queued(bridge, vendor, "late")
    assert results(send(bridge, vendor, made)) == ["stale"]
    assert queued(bridge, vendor, "late") == before


@pytest.mark.parametrize("vendor", ["ubereats", "justeat"])
def test_a_cancel_that_overtook_its_order_stays_one(bridge: Running, vendor: str) -> None:
    """Fault 16: the later create shows as void, not as something to cook."""
    made, _, cancelled = renamed(STORIES[vendor], "void")
    assert results(send(bridge, vendor, cancelled)) == ["new"]
    send(bridge, vendor, made)
    assert queued(bridge, vendor, "void") == []


def test_a_dasher_who_is_near_starts_the_kitchen(bridge: Running) -> None:
    assert results(send(bridge, "doordash", test_doordash.created())) == ["new"]
    assert portions(bridge, "doordash", "dd-1")[0] == ("Bowl", {"held": "2"})
    assert results(send(bridge, "doordash", test_doordash.RELEASE)) == ["amended"]
    fired = bridge.get("/v1/orders/doordash/dd-1")["lines"][0]
    assert (fired["portions"]["queued"], fired["note"]) == ("2", "hot")
    assert fired["modifiers"][0]["modifiers"][0]["name"] == "Condiments: Salt"
    assert results(send(bridge, "doordash", test_doordash.RELEASE)) == ["unchanged"]
    assert results(send(bridge, "doordash", test_doordash.NOTICE | {"is_asap": True})) == [
        "amended"
    ]
    assert portions(bridge, "doordash", "dd-1")[0] == ("Bowl", {"void": "2"})
    unknown = send(bridge, "doordash", test_doordash.RELEASE | {"external_order_id": "nobody"})
    assert unknown == {"orders": [], "ignored": "the kitchen has no such order", "alert": None}


def test_just_eat_asks_first_and_starts_later(bridge: Running) -> None:
    body = test_justeat.sold(OrderId="je-1")
    send(bridge, "justeat", body, test_justeat.ASKED)
    assert portions(bridge, "justeat", "je-1") == [("Box", {"held": "2"})]
    send(bridge, "justeat", body, test_justeat.READY)
    assert portions(bridge, "justeat", "je-1") == [("Box", {"queued": "2"})]


def test_what_was_never_to_be_cooked_makes_no_ticket(bridge: Running) -> None:
    for vendor, body in (
        ("woocommerce", test_woocommerce.sold(id="cart", status="cancelled")),
        ("square", {"order": test_square.sold(id="cart", state="COMPLETED")}),
        ("shopify", test_shopify.sold(id="cart", fulfillment_status="fulfilled")),
    ):
        said = send(bridge, vendor, body)
        assert said["orders"] == []
        assert said["ignored"]
        assert bridge.client.get(f"/v1/orders/{vendor}/cart").status_code == 404
