"""A bridge and Ele.me's API: what was missed is read anew, what is ready is told."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any

import pytest

from pos_bridge.adapters.eleme_orders import SHOP_TIME
from tests.bridge.harness import Running, eventually, running
from tests.bridge.toy_eleme import KEY, SECRET, Eleme, pushed


@pytest.fixture(scope="module")
def platform() -> Iterator[Eleme]:
    """The platform."""
    with Eleme().serving() as served:
        yield served


@pytest.fixture(scope="module")
def bridge(tmp_path_factory: pytest.TempPathFactory, platform: Eleme) -> Iterator[Running]:
    """A bridge that may ask it and tells it."""
    data = tmp_path_factory.mktemp("eleme") / "data"
    data.mkdir()
    (data / "pos.toml").write_text(
        f'[pos.eleme]\nsecrets = ["{SECRET}"]\nclient_id = "{KEY}"\napi = "{platform.url}"\n'
        f'token_url = "{platform.url}/token"\nstores = ["968861"]\ncatch_up_s = 1\n'
        "wait_for_confirm = true\ntell_states = true\nconfirm_orders = true\n"
    )
    with running(data) as started:
        yield started
        assert SECRET not in started.logged()
        kept = b"".join(file.read_bytes() for file in data.glob("kitchen.db*"))
        assert kept
        assert SECRET.encode() not in kept


def order(number: str, status: str = "unprocessed", **fields: Any) -> dict[str, Any]:
    """Return an order as the platform has it, in force since a moment ago."""
    active = datetime.now(SHOP_TIME) - timedelta(seconds=1)
    items = [{"name": "毛肚", "quantity": 2, "categoryId": 1, "id": 5}]
    return {
        "id": number,
        "orderId": number,
        "status": status,
        "activeAt": active.isoformat()[:19],
        "shopId": 968861,
        "onlinePaid": True,
        "groups": [{"name": "1号篮子", "type": "normal", "items": items}],
        **fields,
    }


def push(bridge: Running, kind: int, said: dict[str, Any]) -> dict[str, Any]:
    """Push a message; return what the bridge answers."""
    answer = bridge.client.post("/v1/pos/eleme", json=pushed(kind, said))
    assert answer.status_code == 200, answer.text
    return dict(answer.json())


def portions(bridge: Running, number: str) -> list[dict[str, str]]:
    """Return the portions of each line of an order; [] where there is none."""
    answer = bridge.client.get(f"/v1/orders/eleme/{number}")
    lines = answer.json()["lines"] if answer.status_code == 200 else []
    return [{k: v for k, v in line["portions"].items() if v != "0"} for line in lines]


def times(platform: Eleme, action: str, number: str) -> int:
    """Return how often something was asked or told of an order."""
    return platform.asked.count((f"eleme.order.{action}", {"orderId": number}))


def test_an_order_whose_push_got_lost_comes_with_the_next_message_about_it(
    bridge: Running, platform: Eleme
) -> None:
    lost = order("100", "valid", activeAt="2020-01-01T00:00:00")  # long ago for catching up
    platform.orders["100"] = lost
    push(bridge, 12, {"orderId": "100", "shopId": 968861, "state": "valid"})
    eventually(lambda: portions(bridge, "100") == [{"queued": "2"}])
    push(bridge, 45, {"orderId": "100", "shopId": 968861, "remindId": "1"})
    push(bridge, 12, {"orderId": "101", "shopId": 968861})
    platform.orders["101"] = {**lost, "id": "101", "orderId": "101"}
    eventually(lambda: portions(bridge, "101"))
    assert times(platform, "getOrder", "100") == 1  # what is known is not asked for


def test_orders_that_no_push_has_told_come_by_the_list(bridge: Running, platform: Eleme) -> None:
    for number in range(200, 260):  # more than one page
        platform.orders[str(number)] = order(str(number))
    eventually(lambda: all(portions(bridge, str(n)) for n in range(200, 260)))
    assert portions(bridge, "200") == [{"held": "2"}]
    platform.orders["201"]["status"] = "valid"
    platform.orders["202"]["status"] = "invalid"
    eventually(lambda: portions(bridge, "201") == [{"queued": "2"}])
    eventually(lambda: portions(bridge, "202") == [{"void": "2"}])
    for number in range(200, 260):
        del platform.orders[str(number)]


def test_what_is_pushed_and_listed_is_one_ticket(bridge: Running, platform: Eleme) -> None:
    """Promise 2; and the dishes of what was pushed stay, as a part may be cancelled since."""
    said = order("300")
    push(bridge, 10, said)
    platform.orders["300"] = {**said, "groups": []}
    platform.orders["301"] = order("301")
    eventually(lambda: portions(bridge, "301"))
    assert portions(bridge, "300") == [{"held": "2"}]


def test_an_order_that_is_less_than_usual_is_read_whole(bridge: Running, platform: Eleme) -> None:
    said = order("400")
    more = [*said["groups"][0]["items"], {"name": "鸭血", "quantity": 1, "id": 6}]
    platform.orders["400"] = {**said, "groups": [{**said["groups"][0], "items": more}]}
    push(bridge, 10, {**said, "downgraded": True})
    eventually(lambda: portions(bridge, "400") == [{"held": "2"}, {"held": "1"}])


def test_what_collapsed_while_it_was_away_is_accepted_before_it_is_ready(
    bridge: Running, platform: Eleme
) -> None:
    """Else the platform cancels a meal that stands ready, as nobody has accepted it."""
    platform.faults["eleme.order.confirmOrderLite 550"] = [503] * 100
    push(bridge, 10, order("550", "valid"))
    eventually(lambda: times(platform, "confirmOrderLite", "550"))
    for kind in ("bump", "serve"):
        bridge.command(kind, order={"source": "eleme", "order_id": "550"})
    platform.faults.clear()
    eventually(lambda: times(platform, "setOrderPrepared", "550"))
    told = [action for action, said in platform.asked if said == {"orderId": "550"}]
    assert told[-2:] == ["eleme.order.confirmOrderLite", "eleme.order.setOrderPrepared"]
    assert times(platform, "setOrderPrepared", "550") == 1


def test_what_is_accepted_and_ready_is_told_once_each(bridge: Running, platform: Eleme) -> None:
    platform.faults["eleme.order.confirmOrderLite 500"] = ["EXCEED_LIMIT", 502]
    push(bridge, 10, order("500"))
    eventually(lambda: times(platform, "confirmOrderLite", "500") == 3)  # twice put off
    push(bridge, 12, {"orderId": "500", "shopId": 968861})
    bridge.command("bump", order={"source": "eleme", "order_id": "500"})
    eventually(lambda: times(platform, "setOrderPrepared", "500") == 1)
    assert bridge.get("/v1/outbox")["given_up"] == []


def test_what_the_platform_refuses_is_parked_and_holds_up_nobody(
    bridge: Running, platform: Eleme
) -> None:
    platform.faults["eleme.order.setOrderPrepared 600"] = ["BIZ_ERROR 自配送订单不支持"]
    for number in ("600", "601"):
        push(bridge, 10, order(number, "valid"))
        bridge.command("bump", order={"source": "eleme", "order_id": number})
        eventually(lambda n=number: times(platform, "setOrderPrepared", n))  # type: ignore[misc]
    (refused,) = eventually(lambda: bridge.get("/v1/outbox")["given_up"])
    assert refused["why"] == "answered 400: BIZ_ERROR: 自配送订单不支持"
    bridge.client.delete(f"/v1/outbox/{refused['id']}")


def test_a_token_that_has_expired_is_asked_for_anew(bridge: Running, platform: Eleme) -> None:
    platform.tokens.append("token-1")
    platform.orders["700"] = order("700", "valid", activeAt="2020-01-01T00:00:00")
    push(bridge, 12, {"orderId": "700", "shopId": 968861})
    eventually(lambda: portions(bridge, "700"))


def test_a_wrong_secret_is_told_without_it(tmp_path: Any, platform: Eleme) -> None:
    """The strip says whose orders can not be had and why; nothing is given up meanwhile."""
    data = tmp_path / "data"
    data.mkdir()
    (data / "pos.toml").write_text(
        f'[pos.eleme]\nclient_secret = "mistyped secret"\nclient_id = "{KEY}"\n'
        f'api = "{platform.url}"\napi_token = "{platform.tokens[-1]}"\n'
    )
    with running(data) as bridge:
        push(bridge, 12, {"orderId": "800", "shopId": 968861})
        told = eventually(lambda: [p for p in bridge.get("/health")["problems"] if "eleme" in p])
        assert "INVALID_SIGNATURE" in str(told)
        assert "mistyped" not in f"{bridge.get('/health')}{bridge.logged()}"
        assert bridge.get("/v1/alerts") == []
