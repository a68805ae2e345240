"""The hook for a vendor's API: the adapter makes the request, the bridge sends it."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

import pytest

from kds.kitchen.ids import Instant
from kds.store.values import Outgoing
from pos_bridge.adapters.adapter import Context, Fetch, Fetched, Push, Reading
from pos_bridge.adapters.deliverect import Deliverect
from pos_bridge.adapters.status import (
    Calls,
    NotTakenError,
    StatusUpdate,
    check_taken,
    stock_of,
)
from pos_bridge.channels.directory import Channel
from pos_bridge.channels.settings import Api, VendorSettings
from pos_bridge.channels.tokens import Tokens
from pos_bridge.status.api import vendors_told
from pos_bridge.status.messages import text
from pos_bridge.status.outcome import Delivered, Later, Outcome, Refused
from tests.bridge.toy_api import ToyApi, destinations, tell
from tests.bridge.toy_http import Quiet, serving


@dataclass
class Vendor:
    """A vendor's API that notes what it is told."""

    status: int = 200
    asked: list[tuple[str, str, str, dict[str, Any]]] = field(default_factory=list)
    url: str = ""

    @contextmanager
    def serving(self) -> Iterator[Vendor]:
        vendor = self

        class Handler(Quiet):
            def do_PUT(self) -> None:  # noqa: N802 - http.server calls it so
                body = json.loads(self.rfile.read(int(self.headers["content-length"])))
                told = (self.path, self.headers["authorization"], self.headers["idem"], body)
                vendor.asked.append(told)
                self.say(vendor.status, b"so it is", {"Retry-After": "7"})

        with serving(Handler) as port:
            self.url = f"http://127.0.0.1:{port}"
            yield self


class Toy:
    """An adapter of a vendor that wants to know what is ready."""

    vendor = "toy"
    api = "https://api.toy.example"

    def verify(self, push: Push, secrets: Sequence[str], at: datetime) -> None:
        raise NotImplementedError

    def read(self, push: Push, context: Context) -> Reading:
        raise NotImplementedError

    def status_call(self, update: StatusUpdate) -> Calls:
        if update.type != "order.ready":
            return None
        order = update.data["order_id"]
        body = json.dumps({"state": update.data["state"]})
        return Fetch(update.id, order, f"/v1/orders/{order}", "PUT", {"idem": update.id}, body)


def entry(topic: str) -> Outgoing:
    body = text(topic, Instant(0), {"order_id": "42", "state": "ready", "lines": []})
    return Outgoing("status:toy", "msg_1", "order toy 42", body, Instant(0), Instant(0))


async def test_an_adapter_that_can_tell_its_vendor_does_so_with_the_credentials() -> None:
    with Vendor().serving() as vendor:
        settings = VendorSettings("toy-1", api=Api(vendor.url, "a token"))
        (destination,) = vendors_told({"toy": Channel(Toy(), settings)}, Tokens())
        assert (destination.wants("toy-1"), destination.wants("till-1")) == (True, False)
        messenger = destination.messenger()

        async def told(topic: str, status: int = 200) -> Outcome:
            vendor.status = status
            return await messenger.send(entry(topic), 0)

        assert await told("order.started") == Delivered()
        assert vendor.asked == []
        assert await told("order.ready") == Delivered()
        assert vendor.asked == [("/v1/orders/42", "Bearer a token", "msg_1", {"state": "ready"})]
        assert await told("order.ready", 422) == Refused("answered 422: so it is")
        assert await told("order.ready", 503) == Later("it answers 503", 7.0, is_about_all=True)
        await messenger.close()


def test_a_vendor_is_told_only_with_credentials_and_an_adapter_that_can() -> None:
    told = VendorSettings("toy", api=Api(token="a token"))
    assert list(vendors_told({"toy": Channel(Toy(), VendorSettings("toy"))}, Tokens())) == []
    assert [d.name for d in vendors_told({"toy": Channel(Toy(), told)}, Tokens())] == ["toy"]
    assert "a token" not in repr(list(vendors_told({"toy": Channel(Toy(), told)}, Tokens())))


class Stepwise(Toy):
    """A vendor whose version must be read before anything can be changed."""

    options: Mapping[str, type] = {"tell_states": bool, "tell_stock": dict}

    def status_call(self, update: StatusUpdate) -> Calls:
        if update.type.startswith("stock."):
            if (stock := stock_of(update)) is None:
                return None
            body = json.dumps({"on_sale": stock.is_on_sale})
            stores = ("north", "south")
            return tuple(Fetch(s, s, f"/{s}/items/{stock.item}", "PUT", body=body) for s in stores)
        return Fetch(update.id, "42", "/orders/42")

    def status_next(self, update: StatusUpdate, answered: Fetched) -> Calls:
        if answered.status == 409:
            raise NotTakenError("changed meanwhile", is_final=False)
        check_taken(update, answered)
        if answered.fetch.method != "GET":
            return None
        version = json.loads(answered.body)["version"]
        return Fetch(update.id, "42", f"/orders/42/{version}", "PUT", body="{}")


WANTED = {"tell_states": True, "tell_stock": {"rice": "1042", "*": "*"}}


async def test_what_must_be_read_first_is_read_first() -> None:
    with ToyApi({"GET /orders/42": [(200, {"version": 7})]}).serving() as toy:
        api = Api(toy.url, "a token")
        assert await tell(Stepwise(), api, WANTED, "order.ready") == Delivered()
        assert toy.calls == [("GET", "/orders/42", ""), ("PUT", "/orders/42/7", {})]


@pytest.mark.parametrize(
    ("answer", "outcome"),
    [
        (409, Later("answered 409: changed meanwhile")),
        (422, Refused('answered 422: "no"')),
        (404, Refused('answered 404: "no"')),
    ],
)
async def test_a_change_in_between_begins_it_anew_and_a_refusal_ends_it(
    answer: int, outcome: Outcome
) -> None:
    version: Any = {"version": 7}
    answers = {"GET /orders/42": [(200, version)], "PUT /orders/42/7": [(answer, "no")]}
    with ToyApi(answers).serving() as toy:
        api = Api(toy.url, "a token")
        assert await tell(Stepwise(), api, WANTED, "order.ready") == outcome


async def test_stock_is_told_by_the_vendors_own_ids_in_each_store() -> None:
    """That a store does not sell an item is no reason to show that it was not told."""
    with ToyApi({"PUT /north/items/1042": [(404, "no")]}).serving() as toy:
        api = Api(toy.url, "a token")
        told = [("rice", 0), ("tea", None)]
        for item, left in told:
            topic = "stock.on_sale" if left is None else "stock.sold_out"
            done = await tell(Stepwise(), api, WANTED, topic, item_id=item, left=left)
            assert done == Delivered()
        assert toy.calls == [
            ("PUT", "/north/items/1042", {"on_sale": False}),
            ("PUT", "/south/items/1042", {"on_sale": False}),
            ("PUT", "/north/items/tea", {"on_sale": True}),
            ("PUT", "/south/items/tea", {"on_sale": True}),
        ]


@pytest.mark.parametrize(
    ("options", "told"),
    [
        ({}, []),
        ({"tell_states": False, "tell_stock": {}}, []),
        ({"tell_states": True}, ["order.ready"]),
        ({"tell_stock": {"rice": "1042"}}, ["stock.left"]),
        (WANTED, ["order.ready", "stock.left"]),
    ],
)
async def test_nothing_is_told_that_the_settings_do_not_ask_for(
    options: dict[str, Any], told: list[str]
) -> None:
    told_of = destinations(Stepwise(), Api(token="a token"), options)
    topics = ("order.ready", "stock.left")
    assert [t for d in told_of for t in topics if d.topic([t]) is not None] == told


async def test_an_item_that_the_vendor_does_not_know_is_not_told() -> None:
    options = {"tell_stock": {"rice": "1042"}}
    with ToyApi().serving() as toy:
        api = Api(toy.url, "a token")
        assert await tell(Stepwise(), api, options, "stock.left", item_id="tea", left=1) is not None
        assert toy.asked == []


def test_deliverect_is_told_only_where_that_is_wanted() -> None:
    """Many shops tell their vendor on its own tablet."""

    def told(**options: Any) -> list[str]:
        settings = VendorSettings("deliverect", api=Api(token="a token"), options=options)
        return [
            d.name for d in vendors_told({"deliverect": Channel(Deliverect(), settings)}, Tokens())
        ]

    assert (told(), told(tell_states=False)) == ([], [])
    assert told(tell_states=True) == ["deliverect"]


@pytest.mark.parametrize(
    ("topic", "status"),
    [
        ("order.started", 50),
        ("order.recalled", 50),
        ("order.ready", 70),
        ("order.accepted", None),
        ("line.ready", None),
        ("stock.sold_out", None),
    ],
)
def test_deliverect_hears_what_its_kds_api_knows(topic: str, status: int | None) -> None:
    """Preparing is 50, ready for pickup 70; the rest it learns from the channel."""
    update = StatusUpdate("msg_1", topic, "2026-11-21T10:00:00Z", {"order_id": "5f/a 1"})
    call = Deliverect().status_call(update)
    if status is None:
        assert call is None
        return
    assert isinstance(call, Fetch)
    assert (call.method, call.path, call.key) == ("POST", "/kds/orderStatus/5f%2Fa%201", "5f/a 1")
    assert json.loads(call.body) == {"orderId": "5f/a 1", "status": status}
