"""A dead feed behind a green link is seen: by numbers, heartbeats, and across a crash."""

from __future__ import annotations

import asyncio
import signal
from pathlib import Path
from typing import Any

from tests.bridge.conftest import StartBridge
from tests.bridge.harness import Running, eventually, order
from tests.bridge.test_condition import about
from tests.unit.wall import wall


def send(bridge: Running, number: int, source: str = "till-1") -> None:
    answer = bridge.post(order(source=source, sequence=number))
    assert answer.status_code == 201, answer.text


def card(bridge: Running, source: str = "till-1") -> dict[str, Any] | None:
    alerts = bridge.get("/v1/alerts")
    return next((each for each in alerts if each["id"] == f"gap:{source}"), None)


def beat(bridge: Running, source: str, **fields: Any) -> dict[str, Any]:
    answer = bridge.client.post(f"/v1/sources/{source}/heartbeat", json=fields)
    assert answer.status_code == 200, answer.text
    return dict(answer.json())


async def test_a_missing_order_is_said_on_the_wall_and_gone_once_it_comes(
    shared: Running, tmp_path: Path
) -> None:
    """Promise 3: at once for a numbering gap."""
    async with wall(tmp_path, shared.displays) as shown:
        for number in (1042, 1044):
            await asyncio.to_thread(send, shared, number, "till-gap")
        await shown.until(lambda: about(shown, "gap"))
        said = about(shown, "gap")
        assert said is not None
        assert said.zh == "till-gap 缺单 #1043"
        assert eventually(lambda: card(shared, "till-gap"))
        await asyncio.to_thread(send, shared, 1043, "till-gap")
        await shown.until(lambda: about(shown, "gap") is None)
    assert eventually(lambda: card(shared, "till-gap") is None)


def test_what_was_looked_after_stays_so_and_what_was_not_is_still_missing(
    start: StartBridge,
) -> None:
    """Also after a kill: neither is an order forgotten nor a person asked twice."""
    bridge = start()
    for number in (1, 3, 6):
        send(bridge, number)
    first = eventually(lambda: card(bridge)) or {}
    assert "#2, #4–5" in first["message"]
    bridge.command("ack_alert", alert=first["id"])
    send(bridge, 8)
    second = eventually(lambda: card(bridge)) or {}
    assert "missing #7;" in second["message"]
    bridge.end(signal.SIGKILL)
    again = start()
    assert eventually(lambda: again.get("/v1/sources"))[0]["missing"] == [7]
    still = card(again)
    assert still is not None
    assert "missing #7;" in still["message"]
    send(again, 7)
    assert eventually(lambda: card(again) is None)


def test_a_heartbeat_says_what_never_came(shared: Running) -> None:
    """The till sold something that no screen has seen; the answer tells it what to send again."""
    send(shared, 41, "till-beat")
    beat(shared, "till-beat", every_s=60, sequence=43)
    found = eventually(lambda: beat(shared, "till-beat", every_s=60, sequence=43)["missing"])
    assert found == [42, 43]
    for number in found:
        send(shared, number, "till-beat")
    assert beat(shared, "till-beat")["missing"] == []
    health = shared.get("/health")["sources"]["till-beat"]
    assert health["last_number"] == 43
    assert health["total"]["taken"] == 3
    assert (
        'kds_source_missing_numbers{source="till-beat"} 0.0' in shared.client.get("/metrics").text
    )


def test_a_heartbeat_that_is_none_is_refused_in_words(shared: Running) -> None:
    post = shared.client.post
    assert post("/v1/sources/till-x/heartbeat", json=[1]).status_code == 422
    assert post("/v1/sources/till-x/heartbeat", json={"every_s": -1}).status_code == 422
    assert post("/v1/sources/till-x/heartbeat", content=b"{").status_code == 400
    assert post("/v1/sources/till%20x/heartbeat").status_code == 404
    assert post("/v1/sources/till-x/heartbeat").status_code == 200


def test_what_an_admin_says_of_a_source_holds_without_a_restart(start: StartBridge) -> None:
    """Its name, and that the numbers which people call run on; a typo leaves what was in force."""
    bridge = start()
    settings = bridge.data / "pos.toml"
    settings.write_text(
        '[source.mt]\nname = "美团"\nwhere = "cloud"\nnumbering = "number"\n', "utf-8"
    )

    def named() -> dict[str, Any] | None:
        return next((s for s in bridge.get("/v1/sources") if s["name"] == "美团"), None)

    found = eventually(named)
    assert found is not None
    assert found["where"] == "cloud"
    for number in ("#7", "#9"):
        assert bridge.post(order(source="mt", number=number)).status_code == 201
    assert eventually(lambda: (named() or {})["missing"]) == [8]
    settings.write_text('[source.mt]\nnumbring = "number"\n', "utf-8")
    problems = eventually(
        lambda: [text for text in bridge.get("/health")["problems"] if "pos.toml" in text]
    )
    assert "pos.toml:2:" in problems[0]
    assert "numbering" in problems[0]
    assert (named() or {})["missing"] == [8]
