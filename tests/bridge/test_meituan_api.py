"""A bridge and Meituan's two APIs: what was missed is read anew, what is ready is told."""

from __future__ import annotations

import json
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from pos_bridge.adapters.forms import FORM
from tests.bridge.harness import Running, eventually, running
from tests.bridge.toy_meituan import APP, SECRET, STORE, TOKEN, Meituan, pushed

ADDRESS = "https://kitchen.example.com/v1/pos/meituan"


@pytest.fixture(scope="module")
def platform() -> Iterator[Meituan]:
    """Both platforms."""
    with Meituan().serving() as served:
        yield served


@pytest.fixture(scope="module")
def bridge(tmp_path_factory: pytest.TempPathFactory, platform: Meituan) -> Iterator[Running]:
    """A bridge that may ask waimai and tells it."""
    data = tmp_path_factory.mktemp("meituan") / "data"
    options = f'api = "{platform.url}/api/v1"\nstores = ["{STORE}"]\ncatch_up_s = 1\n'
    with running(set_up(data, options)) as started:
        yield started
        assert SECRET not in started.logged()
        kept = b"".join(file.read_bytes() for file in data.glob("kitchen.db*"))
        assert kept
        assert SECRET.encode() not in kept


def set_up(data: Path, more: str) -> Path:
    """Write the settings of a shop that tells its states."""
    data.mkdir()
    (data / "pos.toml").write_text(
        f'[pos.meituan]\nsecrets = ["{SECRET}"]\npublic_url = "{ADDRESS}"\nclient_id = "{APP}"\n'
        f"wait_for_confirm = true\ntell_states = true\nconfirm_orders = true\n{more}"
    )
    return data


def order(number: str, status: int = 2, **fields: Any) -> dict[str, Any]:
    """Return an order as waimai has it, made just now."""
    detail = [{"app_food_code": "101", "food_name": "毛肚", "quantity": 2}]
    now = int(time.time())
    return {
        "order_id": int(number),
        "app_poi_code": STORE,
        "status": status,
        "ctime": now,
        "utime": now,
        "pay_type": 2,
        "detail": json.dumps(detail, ensure_ascii=False),
        **fields,
    }


def push(bridge: Running, **fields: Any) -> None:
    """Push a form."""
    said = {name: str(value) for name, value in fields.items()}
    body = pushed(ADDRESS, said)
    answer = bridge.client.post("/v1/pos/meituan", content=body, headers={"Content-Type": FORM})
    assert (answer.status_code, answer.json()) == (200, {"data": "ok"})


def portions(bridge: Running, number: str) -> list[dict[str, str]]:
    """Return the portions of each line of an order; [] where there is none."""
    answer = bridge.client.get(f"/v1/orders/meituan/{number}")
    lines = answer.json()["lines"] if answer.status_code == 200 else []
    return [{k: v for k, v in line["portions"].items() if v != "0"} for line in lines]


def test_an_order_whose_push_got_lost_comes_with_the_next_push_about_it(
    bridge: Running, platform: Meituan
) -> None:
    platform.orders["100"] = order("100", 4)
    push(bridge, order_id="100", app_poi_code=STORE, status=4)
    eventually(lambda: portions(bridge, "100") == [{"queued": "2"}])
    push(bridge, order_id="100", app_poi_code=STORE, remind_id=1)
    platform.orders["101"] = order("101", 4)
    push(bridge, order_id="101", app_poi_code=STORE, status=4)
    eventually(lambda: portions(bridge, "101"))
    assert platform.asked.count("getOrderDetail 100") == 1  # what is known is not asked for


def test_orders_that_no_push_has_told_come_by_their_numbers(
    bridge: Running, platform: Meituan
) -> None:
    for number in range(1, 13):
        made = order(str(200 + number), ctime=int(time.time()) - (86_400 if number == 1 else 0))
        platform.orders[str(200 + number)] = made
        platform.numbers[number] = str(200 + number)
    platform.faults["getOrderIdByDaySeq 6"] = ["808 查不到"] * 99
    waited = [str(200 + n) for n in range(2, 13) if n != 6]
    eventually(lambda: all(portions(bridge, number) for number in waited))
    assert portions(bridge, "212") == [{"held": "2"}]
    assert not portions(bridge, "201")  # of yesterday
    platform.orders["211"]["status"] = 4
    platform.orders["210"]["status"] = 9
    eventually(lambda: portions(bridge, "211") == [{"queued": "2"}])
    eventually(lambda: portions(bridge, "210") == [{"void": "2"}])
    platform.numbers.clear()
    platform.faults.clear()


def test_the_dishes_of_a_pushed_order_stay_as_they_were_pushed(
    bridge: Running, platform: Meituan
) -> None:
    """Promise 2; a part may have been refunded since, which an order read anew may not show."""
    said = order("300")
    push(bridge, **said)
    platform.orders["300"] = {**said, "detail": "[]", "utime": said["utime"] + 9}
    platform.orders["301"] = order("301")
    platform.numbers.update({1: "300", 2: "301"})
    eventually(lambda: portions(bridge, "301"))
    eventually(lambda: platform.asked.count("getOrderDetail 300") > 1)
    assert portions(bridge, "300") == [{"held": "2"}]
    platform.numbers.clear()


def test_an_incomplete_order_is_read_whole(bridge: Running, platform: Meituan) -> None:
    said = order("400")
    more = [*json.loads(said["detail"]), {"food_name": "鸭血", "quantity": 1}]
    platform.orders["400"] = {**said, "detail": more}
    push(bridge, **{**said, "incmp_code": -1})
    eventually(lambda: portions(bridge, "400") == [{"held": "2"}, {"held": "1"}])


def test_what_is_accepted_and_ready_is_told(bridge: Running, platform: Meituan) -> None:
    platform.faults["confirm 500"] = [503, "808 操作失败,订单已经确认过了"]
    platform.faults["preparationMealComplete 500"] = ["808 商家接单后1分钟内不能确认已完成出货"]
    push(bridge, **order("500"))
    eventually(lambda: platform.asked.count("confirm 500") == 2)
    push(bridge, order_id="500", app_poi_code=STORE, status=4)
    bridge.command("bump", order={"source": "meituan", "order_id": "500"})
    eventually(lambda: platform.asked.count("preparationMealComplete 500") == 2)
    assert bridge.get("/v1/outbox")["given_up"] == []


def test_what_collapsed_while_it_was_away_is_accepted_before_it_is_ready(
    bridge: Running, platform: Meituan
) -> None:
    """Else the platform cancels a meal that stands ready, as nobody has accepted it."""
    platform.faults["confirm 550"] = [503] * 100
    push(bridge, **order("550", 4))
    eventually(lambda: "confirm 550" in platform.asked)
    for kind in ("bump", "serve"):
        bridge.command(kind, order={"source": "meituan", "order_id": "550"})
    platform.faults.clear()
    eventually(lambda: "preparationMealComplete 550" in platform.asked)
    about = [each for each in platform.asked if each.endswith(" 550")]
    assert about[-2:] == ["confirm 550", "preparationMealComplete 550"]
    assert about.count("preparationMealComplete 550") == 1


def test_what_the_platform_refuses_is_parked_and_holds_up_nobody(
    bridge: Running, platform: Meituan
) -> None:
    platform.faults["preparationMealComplete 600"] = ["808 自配送订单不支持"]
    for number in ("600", "601"):
        push(bridge, **order(number, 4))
        bridge.command("bump", order={"source": "meituan", "order_id": number})
        told = f"preparationMealComplete {number}"
        eventually(lambda: told in platform.asked)  # noqa: B023 - asked at once
    (refused,) = eventually(lambda: bridge.get("/v1/outbox")["given_up"])
    assert refused["why"] == "answered 400: 808: 自配送订单不支持"
    bridge.client.delete(f"/v1/outbox/{refused['id']}")


def test_what_is_sold_out_and_on_sale_again_is_told(bridge: Running, platform: Meituan) -> None:
    settings = bridge.data / "pos.toml"
    settings.write_text(settings.read_text() + '[pos.meituan.tell_stock]\n"毛肚" = "101/101-1"\n')

    def told(count: str) -> bool:
        sku = f'{{"sku_id":"101-1","stock":"{count}"}}'
        return f'stock [{{"app_food_code":"101","skus":[{sku}]}}]' in platform.asked

    def has_told(left: float | None, count: str) -> bool:  # the settings take a moment
        bridge.client.put("/v1/stock/毛肚", json={"left": 5})
        bridge.client.put("/v1/stock/毛肚", json={"left": left})
        return told(count)

    eventually(lambda: has_told(0, "0"))
    for left, count in ((2.5, "2"), (None, "*")):
        bridge.client.put("/v1/stock/毛肚", json={"left": left})
        eventually(lambda: told(count))  # noqa: B023 - asked at once
    bridge.client.put("/v1/stock/鸭血", json={"left": 0})  # the platform does not sell it
    assert bridge.get("/v1/outbox")["given_up"] == []


def test_saas_is_asked_and_told_in_its_own_way(tmp_path: Path, platform: Meituan) -> None:
    more = f'api = "{platform.url}"\napi_token = "{TOKEN}"\nplatform = "saas"\n'
    with running(set_up(tmp_path / "data", more)) as bridge:
        detail = [{"food_name": "毛肚", "quantity": 2}]
        platform.orders["700"] = {
            "orderId": 700, "status": 4, "cTime": 1795255800, "detail": json.dumps(detail),
        }  # fmt: skip
        push(bridge, order_id="700", status=4)
        eventually(lambda: portions(bridge, "700") == [{"queued": "2"}])
        bridge.command("bump", order={"source": "meituan", "order_id": "700"})
        told = ("queryById 700", "confirm 700", "preparationMealComplete 700")
        eventually(lambda: set(told) <= set(platform.asked))


def test_a_number_that_is_left_out_is_looked_for_at_once(tmp_path: Path, platform: Meituan) -> None:
    """Reconciled after any gap, and not when the next round is due."""
    later = int(time.time()) + 86_400  # kitchen time runs fast here
    for number in (5, 6, 7):
        made = order(str(900 + number), day_seq=number, ctime=later if number > 5 else 1795255800)
        platform.orders[str(900 + number)] = made
    platform.numbers.update({5: "905", 6: "906", 7: "907"})
    options = f'api = "{platform.url}/api/v1"\nstores = ["{STORE}"]\ncatch_up_s = 100000\n'
    data = set_up(tmp_path / "data", options + '[source.meituan]\nnumbering = "number"\n')
    platform.asked.clear()
    with running(data, "--time-scale", 20) as bridge:
        eventually(lambda: "getOrderDaySeq" in platform.asked)  # the round after the start
        eventually(lambda: all(portions(bridge, number) for number in ("906", "907")))
        made = order("910", day_seq=10, ctime=later)
        platform.orders["909"] = order("909", day_seq=9, ctime=later)
        platform.orders["908"] = order("908", day_seq=8, ctime=later)
        platform.numbers.update({8: "908", 9: "909"})
        push(bridge, **made)
        eventually(lambda: portions(bridge, "908") and portions(bridge, "909"))
        numbers = next(s for s in bridge.get("/v1/sources") if s["source"] == "meituan")
        assert numbers["missing"] == []
    platform.numbers.clear()


def test_a_shop_that_the_platform_does_not_know_is_told(tmp_path: Path, platform: Meituan) -> None:
    """Else what is missed would stay so, without a word."""
    platform.faults["getOrderDaySeq "] = ["803 不存在此门店"] * 99
    options = f'api = "{platform.url}/api/v1"\nstores = ["{STORE}"]\ncatch_up_s = 1\n'
    with running(set_up(tmp_path / "data", options)) as bridge:
        (told,) = eventually(
            lambda: [p for p in bridge.get("/health")["problems"] if "missed" in str(p)]
        )
        assert "GET /order/getOrderDaySeq: 400 803: 不存在此门店" in str(told)
    platform.faults.clear()


@pytest.mark.parametrize(
    ("settings", "told"),
    [
        ('api = "URL/api/v1"\nclient_secret = "mistyped secret"', "703: 签名验证错误"),
        (
            'api = "URL"\nplatform = "saas"\napi_token = "mistyped secret"',
            "OP_TOKEN_EXPIRED: … 过期",
        ),
    ],
)
def test_a_refused_credential_is_told_without_it(
    tmp_path: Path, platform: Meituan, settings: str, told: str
) -> None:
    """The strip says whose orders can not be had and why; nothing is given up meanwhile."""
    data = set_up(tmp_path / "data", settings.replace("URL", platform.url) + "\n")
    with running(data) as bridge:
        push(bridge, order_id="800", status=4)
        problem = eventually(
            lambda: [p for p in bridge.get("/health")["problems"] if "meituan" in p]
        )
        assert told in str(problem)
        assert "mistyped" not in f"{bridge.get('/health')}{bridge.logged()}"
        assert bridge.get("/v1/alerts") == []
