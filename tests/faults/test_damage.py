"""Fault 30: a damaged database is set aside, what it holds is saved, and everybody is told."""

from __future__ import annotations

import signal
import sqlite3
from contextlib import closing
from pathlib import Path
from random import Random

import pytest

from kds.kitchen.commands import Command, CommandKind
from kds.kitchen.ids import CommandId, OrderId, OrderKey, SourceId
from kds.store.engine import QUICK_CHECK_BYTES
from kds.wire.notices import Answered
from tests.bridge.conftest import StartBridge
from tests.bridge.harness import PATIENCE_S, Running, eventually, line, order
from tests.unit.wall import wall

PAGE = 4096


def filled(start: StartBridge, orders: int = 40) -> tuple[Running, set[str]]:
    """Start a bridge, give it orders; return it and their ids."""
    bridge = start()
    sent = [order(session=f"S{n}", lines=[line("1"), line("2", "Soup")]) for n in range(orders)]
    for each in sent:
        assert bridge.post(each).status_code == 201
    return bridge, {each["order_id"] for each in sent}


def shown(bridge: Running) -> set[str]:
    """Return the orders on the wall, each of which is there once."""
    found = [ticket["order_id"] for ticket in bridge.get("/v1/board/all")["tickets"]]
    assert len(found) == len(set(found))
    return set(found)


def damaged(content: bytes, how: str) -> bytes:
    """Return a database file with damage."""
    made, pages = bytearray(content), len(content) // PAGE
    match how:
        case "head":
            made[:100] = bytes(100)
        case "first page":
            made[:PAGE] = bytes(PAGE)
        case "early pages":
            made[PAGE : PAGE * 6] = b"\xff" * (PAGE * 5)
        case "zeroed pages":
            for page in Random(how).sample(range(30, pages), 5):
                made[page * PAGE : (page + 1) * PAGE] = bytes(PAGE)
        case "flipped bytes":
            for page in Random(how).sample(range(30, pages), 5):
                made[page * PAGE : page * PAGE + 64] = bytes(
                    made[page * PAGE + i] ^ 255 for i in range(64)
                )
        case "cut":
            del made[pages * 4 // 5 * PAGE :]
        case "text":
            made[:] = b"this is no database"
        case "emptied":
            made.clear()
    return bytes(made)


def damage_root(path: Path, of: str) -> None:
    """Damage the page at which a table or an index begins."""
    with closing(sqlite3.connect(path)) as other:
        named = "SELECT rootpage FROM sqlite_master WHERE name = ?"
        (page,) = other.execute(named, [of]).fetchone()
    with path.open("r+b") as file:
        file.seek((page - 1) * PAGE)
        file.write(b"\xff" * 64)


SAVED_WHOLE = ("head", "first page", "early pages")
"""Only what can be made again is damaged: not one order may be missing."""

SAVED_MOSTLY = ("zeroed pages", "flipped bytes", "cut")
LOST = ("text", "emptied")


@pytest.mark.parametrize("how", [*SAVED_WHOLE, *SAVED_MOSTLY, *LOST])
def test_30_a_damaged_database_is_set_aside_and_what_it_holds_is_saved(
    start: StartBridge, how: str
) -> None:
    bridge, sent = filled(start)
    epoch = bridge.get("/health")["epoch"]
    bridge.end()
    path = bridge.data / "kitchen.db"
    content = damaged(path.read_bytes(), how)
    path.write_bytes(content)

    again = start()
    health = again.get("/health")
    assert health["epoch"] != epoch
    rescued = health["store"]["rescued"]
    assert rescued["set_aside"] == f"{path}.damaged-1"
    assert Path(rescued["set_aside"]).read_bytes() == content
    assert health["status"] == "degraded"
    assert "damaged" in health["problems"][0]
    (card,) = again.get("/v1/board/all")["alerts"]
    assert card["raw"].startswith("kitchen.db.damaged-1: ")
    assert card["message"] in again.logged()
    found = shown(again)
    if how in SAVED_WHOLE:
        assert (found, rescued["events_lost"]) == (sent, 0)
    elif how in SAVED_MOSTLY:
        assert found <= sent
        assert len(found) > len(sent) // 3
    else:
        assert not found

    new = order()
    assert again.post(new).status_code == 201
    assert again.end() == 0
    later = start()
    assert shown(later) == {*found, new["order_id"]}
    assert later.get("/health")["status"] == "ok"
    assert later.get("/v1/board/all")["alerts"] == [card]
    assert sorted(p.name for p in bridge.data.glob("kitchen.db*")) == sorted(
        ["kitchen.db", "kitchen.db-shm", "kitchen.db-wal", "kitchen.db.damaged-1"]
    )


@pytest.mark.parametrize("how", ["head", "first page", "emptied"])
def test_30_the_log_of_a_killed_bridge_is_saved_with_its_damaged_file(
    start: StartBridge, how: str
) -> None:
    """Fault 1 and 30 at once: what only the write-ahead log holds is not thrown away."""
    bridge, sent = filled(start)
    bridge.end(signal.SIGKILL)
    path = bridge.data / "kitchen.db"
    path.write_bytes(damaged(path.read_bytes(), how))
    assert shown(start()) == sent


def test_30_an_order_whose_records_are_lost_is_taken_again_as_it_came(start: StartBridge) -> None:
    """The state, the log and the raw bodies lie in different pages; one of them is enough."""
    bridge, sent = filled(start)
    bridge.end()
    for table in ("events", "snapshot", "orders"):
        damage_root(bridge.data / "kitchen.db", table)
    again = start()
    assert shown(again) == sent
    assert "40 taken again as they came" in again.logged()


@pytest.mark.parametrize("tables", [("meta",), ("events", "snapshot", "orders"), ("events",)])
def test_30_bodies_without_a_revision_do_not_set_an_order_back(
    start: StartBridge, tables: tuple[str, ...]
) -> None:
    """The second body is the order as it now stands, whether its records are lost or not."""
    bridge = start()
    first = order(lines=[line("1"), line("2", "Soup")])
    second = first | {"lines": [line("1", quantity="3")]}
    gone = order(closed=True, lines=[])
    for sent in (first, second, gone, gone | {"closed": False, "note": "again"}, gone):
        assert bridge.post(sent).is_success
    path = f"/v1/orders/till-1/{first['order_id']}"
    before = bridge.get(path)
    bridge.end()
    for table in tables:
        damage_root(bridge.data / "kitchen.db", table)
    again = start()
    after = again.get(path)
    assert again.get("/health")["store"]["rescued"]
    assert after["revision"] == before["revision"] == 2
    for was, now in zip(before["lines"], after["lines"], strict=True):
        assert (now["line_id"], now["portions"]) == (was["line_id"], was["portions"])


async def test_30_a_display_sends_again_what_it_keeps(start: StartBridge, tmp_path: Path) -> None:
    """A bump that only the lost part of the log knew is in the new one, too."""
    bridge, sent = filled(start, 3)
    key = OrderKey(SourceId("till-1"), OrderId(min(sent)))
    bump = Command(CommandId("kept-by-the-wall"), CommandKind.BUMP, key)
    async with wall(tmp_path / "wall", bridge.displays, view="all") as screen:
        await screen.until(lambda: screen.link.session.confirmed.orders)
        await screen.link.act(bump)
        await screen.until(lambda: screen.told(Answered))
    bridge.end()
    path = bridge.data / "kitchen.db"
    path.write_bytes(b"nothing of it is left")
    again = start()
    for order_id in sent:
        assert again.post(order(order_id=order_id)).status_code == 201  # as a till's spool does
    async with wall(tmp_path / "wall", again.displays, view="all") as screen:
        await screen.until(lambda: screen.told(Answered))
        ready = again.get(f"/v1/orders/till-1/{key.order_id}")["lines"][0]["portions"]["ready"]
        assert ready == "1"


def large(start: StartBridge) -> tuple[Running, set[str]]:
    """Return an ended bridge whose file is too large to be read at a start, and its orders."""
    bridge = start()
    sent = [order(note="x" * 400_000) for _ in range(36)]
    for each in sent:
        assert bridge.post(each).status_code == 201
    bridge.end()
    assert (bridge.data / "kitchen.db").stat().st_size > QUICK_CHECK_BYTES
    return bridge, {each["order_id"] for each in sent}


def test_30_damage_in_a_large_file_is_found_beside_the_service(start: StartBridge) -> None:
    """A start has no time to read hundreds of megabytes; the check in the background has."""
    bridge, sent = large(start)
    damage_root(bridge.data / "kitchen.db", "ix_visits_merged_into")
    again = start()
    assert shown(again) == sent
    problems = eventually(lambda: again.get("/health")["problems"])
    assert "damaged" in problems[0]
    assert "restart the bridge" in problems[0]
    (card,) = eventually(lambda: again.get("/v1/board/all")["alerts"])
    assert "damaged" in card["message"]
    assert again.end() == 0
    last = start()
    assert last.get("/health")["store"]["rescued"]["events_lost"] == 0
    assert shown(last) == sent


def test_30_a_bridge_that_meets_damage_when_it_writes_ends_to_be_mended(
    start: StartBridge,
) -> None:
    """Nothing can be kept any more; a fresh start mends it and the till sends again."""
    bridge, sent = large(start)
    damage_root(bridge.data / "kitchen.db", "ix_intakes_at")
    again = start()
    late = order()
    assert again.post(late).status_code == 503
    assert again.process.wait(PATIENCE_S) == 1
    last = start()
    assert shown(last) == sent
    assert last.post(late).status_code == 201


def test_a_sound_database_is_said_to_be_sound(start: StartBridge) -> None:
    bridge = start()
    assert eventually(lambda: bridge.get("/health")["store"]["checked_at"])
    assert bridge.get("/health")["status"] == "ok"
