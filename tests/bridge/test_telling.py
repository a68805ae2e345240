"""Back to the till: states and stock by signed webhooks, from a real bridge to a toy receiver."""

from __future__ import annotations

import asyncio
import signal
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from pos_bridge.http.webhooks import OrderTold, StockTold
from tests.bridge.harness import Running, eventually, line, order, running
from tests.bridge.receiver import Receiver, receiving, settings
from tests.unit.wall import wall


class House:
    """A bridge and the back office that it tells."""

    def __init__(self, bridge: Running, office: Receiver) -> None:
        self.bridge, self.office = bridge, office

    def sent(self, **fields: Any) -> dict[str, str]:
        """Send an order; return how commands name it."""
        body = order(**fields)
        assert self.bridge.post(body).status_code in (200, 201)
        return {"source": body["source"], "order_id": body["order_id"]}

    def done(self, kind: str, name: dict[str, str], **fields: Any) -> None:
        assert self.bridge.command(kind, order=name, **fields)["result"] == "applied"

    def told(self, name: dict[str, str], *types: str) -> list[dict[str, Any]]:
        """Wait until an order's messages are of these types; return their data."""
        eventually(lambda: self.office.types(name["order_id"])[-1:] == [types[-1]])
        assert self.office.types(name["order_id"]) == list(types)
        return [got.message["data"] for got in self.office.taken(name["order_id"])]

    def standing(self) -> dict[str, Any]:
        (found,) = self.bridge.get("/health")["telling"]
        return dict(found)

    def problems(self) -> str:
        return "; ".join(self.bridge.get("/health")["problems"])


@pytest.fixture(scope="module")
def shared_house(tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    data = tmp_path_factory.mktemp("telling") / "data"
    data.mkdir()
    with receiving(Receiver()) as office:
        data.joinpath("pos.toml").write_text(settings(office, name="office"))
        with running(data) as bridge:
            yield House(bridge, office)
        assert office.forged == []
        for got in office.got:  # each is as /openapi.json describes it
            shape = StockTold if got.type.startswith("stock.") else OrderTold
            shape.model_validate(got.message, strict=True)


@pytest.fixture
def house(shared_house: House) -> Iterator[House]:
    yield shared_house
    shared_house.office.answer = lambda _: (204, {})


def test_an_order_is_told_from_accepted_to_served_with_every_line(house: House) -> None:
    name = house.sent(lines=[line("1"), line("2", "Soup", 2)], table="A08")
    house.done("start", name, line_id="1")
    house.done("bump", name, line_id="1")
    house.done("bump", name, line_id="2", portions="1")
    house.done("bump", name, line_id="2")
    house.done("recall", name, line_id="2", portions="1")
    house.done("bump", name)
    house.done("serve", name)
    told = house.told(
        name,
        "order.accepted",
        "order.started",
        "line.ready",
        "line.ready",
        "order.ready",
        "order.recalled",
        "order.ready",
        "order.served",
    )
    assert told[0]["table"] == "A08"
    assert [each["line_id"] for each in told[0]["lines"]] == ["1", "2"]
    (half,) = told[3]["lines"]
    assert (half["state"], half["happened"]) == ("started", "ready")
    assert (half["portions"]["ready"], half["portions"]["queued"]) == ("1", "1")
    assert [each["state"] for each in told[-1]["lines"]] == ["served", "served"]
    places = [each["seq"] for each in told]
    assert places == sorted(places)


def test_a_void_is_told_and_that_the_kitchen_has_seen_it(house: House) -> None:
    name = house.sent(lines=[line("1"), line("2", "Soup")])
    house.done("start", name, line_id="2")
    house.sent(**name, lines=[line("1"), line("2", "Soup", state="void")], revision=2)
    house.done("ack_void", name, line_id="2")
    *_, void, seen = house.told(
        name, "order.accepted", "order.started", "order.accepted", "line.void_acknowledged"
    )
    assert [(each["line_id"], each["happened"]) for each in void["lines"]] == [("2", "voided")]
    assert seen["lines"][0]["state"] == "void_acknowledged"


def test_stock_goes_both_ways(house: House) -> None:
    """The till's PUT changes what the kitchen sees; the kitchen's sold-out reaches the till."""
    client = house.bridge.client
    assert client.put("/v1/stock/p100", json={"left": 2}).json() == {"left": 2}
    assert client.put("/v1/stock/毛肚 1%2F2", json={"left": 0}).json() == {"left": 0}
    stock = house.bridge.get("/v1/stock")
    assert (stock["p100"], stock["毛肚 1/2"]) == ({"left": 2}, {"left": 0})
    house.bridge.command("sold_out", item_id="p100")
    house.bridge.command("on_sale", item_id="p100")
    assert "p100" not in house.bridge.get("/v1/stock")

    def told() -> list[tuple[str, object]]:
        got = [g for g in house.office.taken() if g.message["data"].get("item_id") == "p100"]
        return [(g.type, g.message["data"]["left"]) for g in got]

    assert eventually(lambda: told() if len(told()) == 3 else None) == [
        ("stock.left", 2),
        ("stock.sold_out", 0),
        ("stock.on_sale", None),
    ]


def test_orders_count_the_stock_down_and_the_till_learns_what_is_left_and_who_goes_without(
    house: House,
) -> None:
    house.bridge.client.put("/v1/stock/crab", json={"left": 3})
    house.sent(lines=[line("1", "Crab", 2, item_id="crab")])
    late = house.sent(lines=[line("1", "Crab", 2, item_id="crab")])
    (accepted,) = house.told(late, "order.accepted")
    assert accepted["lines"][0]["sold_out"] == "1"
    assert house.bridge.client.put("/v1/stock/crab", json={"left": 5}).json() == {"left": 5}
    *_, (back,) = (
        each["lines"] for each in house.told(late, "order.accepted", "line.back_on_sale")
    )
    assert (back["happened"], back["sold_out"]) == ("back_on_sale", "0")

    def counts() -> list[tuple[int, int]]:
        told = [got.message["data"] for got in house.office.taken()]
        return [(data["left"], data["short"]) for data in told if data.get("item_id") == "crab"]

    eventually(lambda: len(counts()) == 4)
    assert counts() == [(3, 0), (1, 0), (0, 1), (5, 0)]


def test_a_refused_message_is_shown_and_blocks_nobody_and_can_go_again(house: House) -> None:
    house.office.answer = lambda message: (
        404 if message["data"].get("table") == "bad" else 204,
        {},
    )
    bad, good = house.sent(table="bad"), house.sent(table="good")
    house.told(good, "order.accepted")
    (refused,) = eventually(lambda: house.bridge.get("/v1/outbox")["given_up"])
    assert refused["about"] == f"order {bad['source']} {bad['order_id']}"
    assert refused["why"] == "answered 404: <b>no [31m such order</b>"
    eventually(lambda: "Refused by the till: 1: office" in house.problems())
    house.office.answer = lambda _: (204, {})
    again = f"/v1/outbox/{refused['id']}/again"
    assert house.bridge.client.post(again).json() == {"done": "again"}
    house.told(bad, "order.accepted")
    assert house.bridge.client.post(again).status_code == 404
    eventually(lambda: house.standing()["given_up"] == 0)


def test_what_was_refused_is_not_sent_after_something_later(house: House) -> None:
    """A later state of one order is never followed by an earlier one."""
    house.office.answer = lambda message: (404 if message["type"] == "order.accepted" else 204, {})
    name = house.sent()
    house.done("bump", name)
    house.told(name, "order.ready")
    (refused,) = house.bridge.get("/v1/outbox")["given_up"]
    client = house.bridge.client
    assert client.post(f"/v1/outbox/{refused['id']}/again").status_code == 404
    assert client.delete(f"/v1/outbox/{refused['id']}").json() == {"done": "forgotten"}
    assert client.delete(f"/v1/outbox/{refused['id']}").status_code == 404


def test_one_that_fails_goes_again_under_its_id_while_others_pass(house: House) -> None:
    failed: list[str] = []

    def answer(message: dict[str, Any]) -> tuple[int, dict[str, str]]:
        if message["data"].get("table") == "odd" and not failed:
            failed.append(message["type"])
            return 500, {}
        return 204, {}

    house.office.answer = answer
    odd, plain = house.sent(table="odd"), house.sent(table="plain")
    house.told(plain, "order.accepted")
    house.told(odd, "order.accepted")
    tries = [g for g in house.office.got if g.order_id == odd["order_id"]]
    assert [g.status for g in tries] == [500, 204]
    assert len({g.id for g in tries}) == 1


def test_retry_after_is_obeyed_and_what_is_superseded_meanwhile_collapses(house: House) -> None:
    """Fault 48: the till answers 429; afterwards it learns where each order stands, once."""
    before = len(house.office.got)
    house.office.answer = lambda _: (429, {"Retry-After": "1"})
    name = house.sent(lines=[line("1"), line("2", "Soup")])
    eventually(lambda: len(house.office.got) > before)
    house.office.answer = lambda _: (204, {})
    house.done("start", name, line_id="1")
    house.done("bump", name, line_id="1")
    house.done("bump", name, line_id="2")
    (at_last,) = house.told(name, "order.ready")
    assert at_last["superseded"] == 3
    assert at_last["superseded_types"] == ["order.accepted", "order.started"]
    assert {each["line_id"]: each["state"] for each in at_last["lines"]} == {
        "1": "ready",
        "2": "ready",
    }
    asked, came = house.office.got[before], house.office.taken(name["order_id"])[0]
    waited_s = int(came.headers["webhook-timestamp"]) - int(asked.headers["webhook-timestamp"])
    assert waited_s >= 1
    assert len(house.office.got) == before + 2


async def test_every_wall_says_what_the_till_was_not_told(house: House, tmp_path: Path) -> None:
    # What earlier orders still have to tell would be counted as well.
    await asyncio.to_thread(eventually, lambda: house.standing()["waiting"] == 0)
    house.office.answer = lambda _: (503, {"Retry-After": "1"})
    async with wall(tmp_path, house.bridge.displays) as shown:

        def said() -> list[tuple[str, str]]:
            remarks = shown.link.session.condition.remarks
            return [(remark.zh, remark.more_en) for remark in remarks if remark.of == "telling"]

        name = await asyncio.to_thread(house.sent)
        await shown.until(said)
        ((zh, more_en),) = said()
        assert zh == "收银未收到 1 条状态"
        assert more_en.startswith("office since")
        assert "answered 503" in more_en
        house.office.answer = lambda _: (204, {})
        await shown.until(lambda: not said())
    house.told(name, "order.accepted")


def test_redirects_are_not_followed(house: House) -> None:
    asked: list[int] = []

    def answer(_: dict[str, Any]) -> tuple[int, dict[str, str]]:
        asked.append(1)
        return (302, {"Location": house.bridge.http}) if len(asked) == 1 else (204, {})

    house.office.answer = answer
    name = house.sent()
    house.told(name, "order.accepted")
    assert len(asked) == 2


def test_who_is_gone_is_asked_once_and_all_is_kept_until_somebody_says_where_it_is(
    house: House,
) -> None:
    """Standard Webhooks, 410: such an address is to be left alone, not given each message."""
    before = len(house.office.got)
    house.office.answer = lambda _: (410, {})
    names = [house.sent()]
    eventually(lambda: "wants no messages any more" in house.problems())
    names += [house.sent() for _ in range(2)]
    eventually(lambda: "Till not yet told: 3" in house.problems())
    assert len(house.office.got) == before + 1
    assert house.bridge.get("/v1/outbox")["given_up"] == []
    house.office.answer = lambda _: (204, {})
    file = house.bridge.data / "pos.toml"
    url = house.office.url
    file.write_text(file.read_text().replace(url, f"{url}/moved"))
    for name in names:
        house.told(name, "order.accepted")


def test_settings_are_read_again_and_a_fault_in_them_is_told(house: House) -> None:
    file = house.bridge.data / "pos.toml"
    good = file.read_text()
    file.write_text(good.replace("secrets", "sekrets"))
    eventually(lambda: "pos.toml:3:1: there is no 'sekrets' here" in house.problems())
    house.told(house.sent(), "order.accepted")
    for name in ("back office", "office"):
        file.write_text(good.replace('"office"', f'"{name}"'))
        eventually(lambda name=name: house.standing()["name"] == name)  # type: ignore[misc]
        assert "pos.toml" not in house.problems()


def test_a_kill_between_commit_and_sending_loses_nothing(tmp_path: Path) -> None:
    """While the office is away its states wait, are shown, outlive kill -9, and go out in order."""
    data, office = tmp_path / "data", Receiver()
    data.mkdir()
    with receiving(office):
        pass  # takes a port, and goes
    data.joinpath("pos.toml").write_text(settings(office, sources=["till-1"]))
    with running(data) as bridge:
        house = House(bridge, office)
        name, other = house.sent(), house.sent(source="till-2")
        house.done("bump", name)
        eventually(lambda: ": 127.0.0.1 since" in house.problems())
        assert house.standing()["trouble"].startswith("not reached")
        assert bridge.end(signal.SIGKILL) != 0
    assert office.got == []
    with receiving(office), running(data) as bridge:
        house = House(bridge, office)
        house.done("serve", name)
        eventually(lambda: house.office.types(name["order_id"])[-1:] == ["order.served"])
        eventually(lambda: house.standing()["waiting"] == 0)
        places = [got.message["data"]["seq"] for got in office.taken(name["order_id"])]
        assert places == sorted(set(places))
        assert len({got.id for got in office.got}) == len(office.got)
        assert office.types(other["order_id"]) == []
        assert office.forged == []
