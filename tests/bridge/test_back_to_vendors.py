"""From a cook's finger to a vendor's API: a real bridge, and a vendor that may refuse."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial
from typing import Any

import pytest

from tests.bridge.harness import Running, eventually, running
from tests.bridge.toy_api import ToyApi
from tests.unit.adapters import test_ubereats


@pytest.fixture(scope="module")
def vendor() -> Iterator[ToyApi]:
    """Uber Eats."""
    with ToyApi().serving() as toy:
        yield toy


@pytest.fixture(scope="module")
def bridge(tmp_path_factory: pytest.TempPathFactory, vendor: ToyApi) -> Iterator[Running]:
    """A bridge that tells Uber Eats and, without being asked to, would tell Square."""
    data = tmp_path_factory.mktemp("back") / "data"
    data.mkdir()
    (data / "pos.toml").write_text(
        f'[pos.ubereats]\napi = "{vendor.url}"\napi_token = "t"\nstores = ["st-1"]\n'
        'tell_states = true\ntell_stock = {Rice = "r-1"}\ncatch_up_s = 0\n'
        f'[pos.square]\napi = "{vendor.url}"\napi_token = "t"\n'
    )
    with running(data) as started:
        yield started


def cooked(bridge: Running, order: str) -> None:
    """Push an order of Uber Eats and bump all of it."""
    body = test_ubereats.sold(id=order, store={"id": "st-1"})
    assert bridge.client.post("/v1/pos/ubereats", json=body).status_code == 200
    name = {"source": "ubereats", "order_id": order}
    assert bridge.command("bump", order=name)["result"] == "applied"


def ready(vendor: ToyApi, order: str) -> int:
    """Return how often an order was said to be ready."""
    return vendor.calls.count(("POST", f"/v1/delivery/order/{order}/ready", {}))


def outbox(bridge: Running) -> list[dict[str, Any]]:
    """Return what was given up."""
    return list(bridge.get("/v1/outbox")["given_up"])


def test_what_is_bumped_is_told_once(bridge: Running, vendor: ToyApi) -> None:
    cooked(bridge, "o-1")
    eventually(lambda: ready(vendor, "o-1") == 1)
    cooked(bridge, "o-2")
    eventually(lambda: ready(vendor, "o-2") == 1)
    assert ready(vendor, "o-1") == 1


def test_what_the_vendor_refuses_is_shown_and_can_go_again(bridge: Running, vendor: ToyApi) -> None:
    answers = vendor.answers["POST /v1/delivery/order/no-1/ready"] = [(400, {"message": "expired"})]
    cooked(bridge, "no-1")
    (given_up,) = eventually(lambda: outbox(bridge))
    assert "answered 400" in given_up["why"]
    assert "expired" in given_up["why"]
    problems = eventually(lambda: bridge.get("/health")["problems"])
    assert any("Refused by the till: 1" in each for each in problems)
    cooked(bridge, "o-3")  # nobody waits for what was given up
    eventually(lambda: ready(vendor, "o-3") == 1)
    answers[:] = [(200, {})]
    bridge.client.post(f"/v1/outbox/{given_up['id']}/again")
    eventually(lambda: ready(vendor, "no-1") == 2)
    eventually(lambda: not outbox(bridge))


def test_a_vendor_that_is_busy_is_told_later(bridge: Running, vendor: ToyApi) -> None:
    vendor.answers["POST /v1/delivery/order/busy-1/ready"] = [(429, {}), (200, {})]
    cooked(bridge, "busy-1")
    eventually(lambda: ready(vendor, "busy-1") == 2)
    eventually(lambda: all(each["waiting"] == 0 for each in bridge.get("/health")["telling"]))


def test_an_item_that_is_sold_out_can_not_be_ordered_there(bridge: Running, vendor: ToyApi) -> None:
    path = "/v2/eats/stores/st-1/menus/items/r-1"
    for left, suspended in ((0, {"suspend_until": 8640000000, "reason": "sold out"}), (None, None)):
        assert bridge.client.put("/v1/stock/Rice", json={"left": left}).status_code == 200
        said = {"suspension_info": {"suspension": suspended}}
        eventually(partial(vendor.was_asked, "POST", path, said))
    assert bridge.client.put("/v1/stock/Tea", json={"left": 0}).status_code == 200
    cooked(bridge, "o-4")  # what is told after the tea
    eventually(lambda: ready(vendor, "o-4") == 1)
    assert [call[1] for call in vendor.calls if "items" in call[1]] == [path] * 2


def test_nobody_is_told_who_did_not_ask_for_it(bridge: Running) -> None:
    assert [each["name"] for each in bridge.get("/health")["telling"]] == ["ubereats"]
