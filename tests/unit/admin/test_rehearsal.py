"""A recorded day played again: the same under the same book, told apart under another."""

from __future__ import annotations

import json
from decimal import Decimal
from pathlib import Path
from random import Random
from typing import Any

import pytest

from kds.admin.recorded import asked_in, read_log
from kds.admin.rehearsal import Tally, differences, rehearse
from kds.cli import main
from kds.commandline import CommandError
from kds.kitchen.commands import CommandKind
from kds.kitchen.events import LineLate
from kds.kitchen.ids import Instant
from kds.kitchen.order_facts import (
    HoldPlaced,
    HoldReleased,
    Opening,
    OrderReceived,
)
from kds.kitchen.orders import Level
from kds.records.events import event_json
from kds.rulebook.book import Book
from kds.rulebook.compile import compile_book
from tests.unit.rulebook.house import House, content, shipped


def book(*changed: tuple[str, str]) -> Book:
    texts = shipped("hotpot")
    for old, new in changed:
        assert any(old in text for text in texts.values())
        texts = {name: text.replace(old, new) for name, text in texts.items()}
    made = compile_book(texts).book
    assert made is not None
    return made


HOTPOT = book()
DISHES = [
    ("毛肚", "涮品"),
    ("肥牛", "涮品"),
    ("鲜毛肚", "涮品"),
    ("拍黄瓜", "凉菜"),
    ("可乐", "饮料"),
]
POT = ("麻辣锅底", "锅底")


def evening(seed: int, tables: int = 14) -> House:
    """A few tables with pots and plates; cooks bump most of what they see, some of it late."""
    random, house = Random(seed), House(HOTPOT)
    for table in range(1, tables + 1):
        lines = [content("p", "麻辣锅底", "锅底")]
        for number, (name, category) in enumerate(random.sample(DISHES, 3)):
            portions = Decimal(random.randint(1, 3))
            lines.append(content(f"d{number}", name, category, quantity=portions))
        house.order(lines, order_id=str(table), session=f"s{table}", table=str(table))
        house.wait(random.randint(20, 90))
        for earlier in range(max(1, table - 4), table + 1):
            for line in [*house.kitchen.orders[house.key(str(earlier))].lines.values()]:
                station = line.routing.steps[0].station if line.routing.steps else None
                if random.random() < 0.4:
                    house.act(
                        CommandKind.BUMP, line.key.line_id, order_id=str(earlier), view=station
                    )
        if random.random() < 0.3:
            house.act(CommandKind.VOID, "d0", order_id=str(table), reason="gone")
        if random.random() < 0.3:
            house.order(lines[:3], order_id=str(table), session=f"s{table}", table=str(table))
    house.wait(1500)
    house.act(CommandKind.SERVE, "p", order_id="1", view="expo")
    return house


def recorded(house: House) -> Tally:
    """Return what the log itself says of the day."""
    tally = Tally()
    tally.timeouts = sum(
        isinstance(e.fact, HoldReleased) and e.fact.opened_by is Opening.TIMEOUT
        for e in house.events
    )
    return tally


@pytest.mark.parametrize("seed", range(4))
def test_under_the_same_book_a_day_is_what_it_was(seed: int) -> None:
    house = evening(seed)
    tally = rehearse(asked_in(house.events), HOTPOT)
    assert tally.unrepeated == 0
    assert tally.timeouts == recorded(house).timeouts
    late = {e.fact.line for e in house.events if isinstance(e.fact, LineLate)}
    assert {key for key, fate in tally.lines.items() if fate.late} == late
    held = {key for e in house.events if isinstance(e.fact, HoldPlaced) for key in e.fact.lines}
    assert {key for key, fate in tally.lines.items() if fate.held_s} <= held
    assert differences(tally, rehearse(asked_in(house.events), HOTPOT)) == []


def test_a_shorter_wait_holds_less_and_nothing_else_moves() -> None:
    asked = asked_in(evening(1).events)
    active, edited = (
        rehearse(asked, HOTPOT),
        rehearse(asked, book(("timeout: 6 min", "timeout: 1 min"))),
    )
    assert edited.figures()["held_min"] < active.figures()["held_min"]
    assert edited.timeouts > active.timeouts
    assert {f.stations for f in active.lines.values()} == {
        f.stations for f in edited.lines.values()
    }


def test_dishes_of_another_station_are_bumped_there() -> None:
    asked = asked_in(evening(2).events)
    moved = rehearse(asked, book(("cook: cut\n", "cook: wok\n")))
    assert moved.unrepeated == 0
    assert {fate.stations for fate in moved.lines.values()} <= {("broth",), ("wok",), ("drink",)}
    found = differences(rehearse(asked, HOTPOT), moved)
    assert found[0].before.stations == ("cut",)
    assert [each.weight for each in found] == sorted((d.weight for d in found), reverse=True)


def test_tighter_limits_make_more_late() -> None:
    asked = asked_in(evening(3).events)
    tight = book(("late: 8 min", "late: 9 s"), ("attention: 5 min", "attention: 9 s"))
    was, now = rehearse(asked, HOTPOT), rehearse(asked, tight)
    assert now.figures()["late"] > was.figures()["late"]
    assert all(f.late is not Level.LATE for f in was.lines.values() if f.stations == ())


def test_what_was_undone_at_once_is_not_repeated() -> None:
    house = House(HOTPOT)
    house.order({"d": ("可乐", "饮料")})
    house.act(CommandKind.BUMP, "d", view="drink")
    done = house.events[-1].command
    house.act(CommandKind.UNDO, undoes=done)
    kinds = [type(each.what).__name__ for each in asked_in(house.events)]
    assert kinds == ["ReceiveOrder"]


def test_what_a_rush_asks_for_at_once_is_asked_for_at_once() -> None:
    """Dish by dish it would start the desserts that a rushed table does not ask for."""
    full = compile_book(shipped("full_service")).book
    assert full is not None
    house = House(full)
    courses = {"Salads": "Starter", "Steaks": "Main", "Desserts": "Dessert"}
    house.order([content(c, c, c, course=name) for c, name in courses.items()])
    house.act(CommandKind.RUSH)
    asked = asked_in(house.events)
    assert [getattr(each.what, "kind", None) for each in asked] == [None, CommandKind.RUSH]
    tally = rehearse(asked, full, Instant(house.now + 60_000))
    held = {key.line_id: fate.held_s for key, fate in tally.lines.items() if fate.held_s}
    assert (tally.unrepeated, held) == (0, {"Steaks": 60.0, "Desserts": 60.0})


def test_time_goes_on_after_the_last_that_was_asked() -> None:
    """Else a dish that nobody ever bumped is never late."""
    house = House(HOTPOT)
    house.order({"d": ("宫保鸡丁", "热菜")})
    asked = asked_in(house.events)
    late = [
        rehearse(asked, HOTPOT, until).figures()["critical"]
        for until in (None, Instant(house.now + 3_600_000))
    ]
    assert late == [0, 1]


def test_dishes_begun_in_a_shared_pan_are_counted() -> None:
    house = House(HOTPOT)
    for table in ("1", "2"):
        lines = {"d": ("宫保鸡丁", "热菜"), "x": ("番茄炒蛋", "热菜") if table == "1" else POT}
        house.order(lines, order_id=table, session=table, table=table)
        house.wait(20)
    for table in ("1", "2"):
        house.act(CommandKind.START, "d", order_id=table, view="wok")
    house.act(CommandKind.START, "x", order_id="1", view="wok")
    asked = asked_in(house.events)
    alone = book(("batch: {most: 3, within: 4 min}", "batch: {most: 3, within: 10 s}"))
    active, edited = rehearse(asked, HOTPOT), rehearse(asked, alone)
    assert {key.order.order_id for key, fate in active.lines.items() if fate.batched} == {"1", "2"}
    assert (active.figures()["batched"], edited.figures()["batched"]) == (2, 0)
    found = [each.as_json()["batched"] for each in differences(active, edited)]
    assert found == [{"active": True, "edited": False}] * 2


def test_what_is_sold_out_and_asked_is_counted() -> None:
    house = House(HOTPOT)
    house.order({"d": ("宫保鸡丁", "热菜")})
    house.act(CommandKind.SOLD_OUT, name="宫保鸡丁")
    asked = asked_in(house.events)
    active, edited = rehearse(asked, HOTPOT), rehearse(asked, book(("then: ask ", "then: flag ")))
    assert [(t.figures()["sold_out"], t.figures()["asked"]) for t in (active, edited)] == [
        (1, 1),
        (1, 0),
    ]


# --- the command ---------------------------------------------------------------------------------


def saved(path: Path, house: House, *, as_list: bool) -> Path:
    rows: list[dict[str, Any]] = [event_json(n, e) for n, e in enumerate(house.events, 1)]
    text = json.dumps(rows) if as_list else "\n".join(map(json.dumps, rows))
    path.write_text(text, "utf-8")
    return path


@pytest.mark.parametrize("as_list", [True, False])
def test_a_saved_log_is_read_as_it_was(tmp_path: Path, *, as_list: bool) -> None:
    house = evening(1, tables=3)
    events = read_log(saved(tmp_path / "log.json", house, as_list=as_list))
    assert [e.fact for e in events] == [e.fact for e in house.events]


@pytest.mark.parametrize("text", ["", "x", "[3]", '[{"kind": "x"}]', "{}"])
def test_what_is_no_log_is_said_in_words(tmp_path: Path, text: str) -> None:
    (tmp_path / "log").write_text(text, "utf-8")
    if text:
        with pytest.raises(CommandError, match="is no log"):
            read_log(tmp_path / "log")


def rehearsal(path: Path, log: Path, old: str, new: str) -> list[str]:
    """Return the command for the hot-pot book beside one in which `new` stands for `old`."""
    for name, wording in (("active", old), ("edited", new)):
        (path / name).mkdir()
        for file, text in shipped("hotpot").items():
            if not file.endswith(".cases.yaml"):
                (path / name / file).write_text(text.replace(old, wording), "utf-8")
    folders = [str(path / "edited"), "--active", str(path / "active")]
    return ["rules", "rehearse", *folders, "--events", str(log)]


@pytest.mark.parametrize(("lang", "said"), [("zh", "提醒 → 迟"), ("en", "attention → late")])
def test_lateness_is_named_in_the_reader_s_language(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], lang: str, said: str
) -> None:
    house = House(HOTPOT)
    house.order({"c": ("凉拌木耳", "凉菜")})
    house.wait(6 * 60)
    house.act(CommandKind.BUMP, "c", view="cut")
    log = saved(tmp_path / "log.json", house, as_list=True)
    asked = rehearsal(tmp_path, log, "late: 7 min", "late: 5 min")
    assert main([*asked, "--lang", lang]) == 0
    assert f"  8 凉拌木耳 · {said}\n" in capsys.readouterr().out


def test_rehearse_tells_the_books_apart(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    log = saved(tmp_path / "log.json", evening(1), as_list=True)
    asked = rehearsal(tmp_path, log, "timeout: 6 min", "timeout: 1 min")
    assert main([*asked, "--lang", "zh"]) == 0
    told = capsys.readouterr().out
    assert "差别最大的" in told
    assert " → 1 分钟" in told
    assert "迟早是估计" in told
    assert main([*asked, "--json"]) == 0
    document = json.loads(capsys.readouterr().out)
    assert document["edited"]["timeouts"] > document["active"]["timeouts"]
    assert document["estimate"]["fields"] == ["late", "critical"]
    assert document["differences"]


def test_rehearse_of_nothing_says_what_it_needs(capsys: pytest.CaptureFixture[str]) -> None:
    folder = str(Path(__file__).resolve().parents[3] / "rules" / "hotpot")
    assert main(["rules", "rehearse", folder]) == 1
    assert "--bridge URL" in capsys.readouterr().err


def test_orders_are_all_there() -> None:
    house = evening(0)
    orders = sum(isinstance(e.fact, OrderReceived) for e in house.events)
    assert sum(type(a.what).__name__ == "ReceiveOrder" for a in asked_in(house.events)) == orders
