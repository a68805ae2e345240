"""Boards as JSON: the names of the outside contract, ages as of the moment asked for."""

from __future__ import annotations

import json
from decimal import Decimal
from typing import Any

import pytest

from kds.board.views import order_lines
from kds.kitchen.commands import CommandKind, RaiseAlert
from kds.kitchen.decide import decide
from kds.kitchen.ids import AlertId, CommandId, Instant, OrderKey
from kds.kitchen.messages import Member, Modifier, ModifierKind
from kds.records.boards import board_json, line_json, number
from tests.unit.board.factory import MINUTE, START, House, dish, key_of

EXAMPLE = json.loads("""
{"view": "cut", "epoch": "…", "seq": 812, "at": "…", "rules": "hash",
 "tickets": [{"visit": "…", "orders": [{"source": "till-1", "order_id": "…"}],
   "source": "till-1", "order_id": "…", "number": "A08", "table": "A08", "moved_from": null,
   "zone": "", "server": "", "session": "A08-1", "service": "dine_in", "channel": "qr",
   "guests": 4, "customer": "", "member": null, "note": "", "payment": "unpaid",
   "placed_at": "…", "due_at": null, "eta": null,
   "band": "normal", "age_s": 75.2, "fired_age_s": 60.0, "wait_s": 80.1, "complete": false,
   "flags": ["vip"], "why": "…",
   "lines": [{"source": "till-1", "order_id": "…", "line_id": "7", "parent": null, "item_id": "",
      "name": "毛肚", "category": "涮品", "quantity": "1", "unit": "份", "note": "", "round": 1,
      "course": null, "seat": null, "stations": ["cut"], "also_at": [],
      "portions": {"held": "0", "queued": "1", "cooking": "0", "ready": "0", "served": "0",
        "void": "0"},
      "modifiers": [{"name": "…", "kind": "…", "quantity": "1", "modifiers": []}],
      "flags": [], "changed": false, "void_unacknowledged": false, "fired_age_s": 60.0,
      "hold": {"rule": "broth-first", "reason": "waiting for the pot", "gates": "run",
        "until": "…"},
      "band": "normal", "why": "…"}]}],
 "alerts": [{"id": "…", "source": "…", "at": "…", "message": "…", "raw": "…"}]}
""")
"""The board of the outside contract."""


def as_json(
    house: House, view: str, personal: dict[OrderKey, str] | None = None, lang: str = "en"
) -> Any:
    """Return the board of `view` after a way through JSON text."""
    board = house.board(view)
    made = board_json(
        board, at=house.now, epoch="e1", seq=house.kitchen.seq, personal=personal or {}, lang=lang
    )
    return json.loads(json.dumps(made))


@pytest.fixture
def house() -> House:
    """A house with one ticket of two lines, seventy-five seconds old."""
    house = House()
    spicy = Modifier("少辣", modifiers=(Modifier("花生", ModifierKind.ALLERGY, Decimal("0.50")),))
    house.order(
        "1",
        dish("7", "1.50", unit="斤", modifiers=(spicy,), names=(("en", "Tripe"),)),
        dish("8", category="锅底"),
        number="A08",
        table="A08",
        placed_at="2026-11-18T11:06:35+00:00",
        member=Member("gold", "no coriander"),
    )
    house.wait(75_200)
    return house


def test_a_board_has_all_that_the_contract_names(house: House) -> None:
    board = as_json(house, "cut", {key_of("1"): "Ms Li"})
    assert {key: board[key] for key in ("view", "epoch", "seq", "rules")} == {
        "view": "cut",
        "epoch": "e1",
        "seq": house.kitchen.seq,
        "rules": "test",
    }
    assert board["at"] == "2026-11-18T11:07:55.200+00:00"
    ticket = board["tickets"][0]
    assert EXAMPLE.keys() <= board.keys()
    assert EXAMPLE["tickets"][0].keys() <= ticket.keys()
    assert EXAMPLE["tickets"][0]["lines"][0].keys() <= ticket["lines"][0].keys()
    assert ticket["orders"] == [{"source": "till", "order_id": "1"}]
    assert (ticket["source"], ticket["order_id"]) == ("till", "1")
    assert (ticket["customer"], ticket["eta"]) == ("Ms Li", "2026-11-18T11:18:40.000+00:00")
    assert ticket["member"] == {"tier": "gold", "note": "no coriander"}
    assert (ticket["age_s"], ticket["fired_age_s"], ticket["wait_s"]) == (75.2, 75.2, 80.2)
    assert (ticket["band"], ticket["flags"], ticket["complete"]) == (
        "normal",
        ["allergy", "vip"],
        False,
    )


def test_quantities_are_plain_decimal_text(house: House) -> None:
    line = as_json(house, "cut")["tickets"][0]["lines"][0]
    assert line["quantity"] == "1.5"
    assert line["portions"] == {
        "held": "0",
        "queued": "1.5",
        "cooking": "0",
        "ready": "0",
        "served": "0",
        "void": "0",
    }
    assert line["modifiers"] == [
        {
            "name": "少辣",
            "kind": "choice",
            "quantity": "1",
            "modifiers": [{"name": "花生", "kind": "allergy", "quantity": "0.5", "modifiers": []}],
        }
    ]


@pytest.mark.parametrize(
    ("value", "text"),
    [("1", "1"), ("100", "100"), ("1E+2", "100"), ("1.50", "1.5"), ("0.00", "0"), ("-1", "-1")],
)
def test_numbers_have_neither_exponent_nor_spare_zeros(value: str, text: str) -> None:
    assert number(Decimal(value)) == text


def test_ages_are_null_where_nothing_is_being_cooked(house: House) -> None:
    house.do(CommandKind.HOLD, "1")
    ticket = as_json(house, "cut")["tickets"][0]
    assert ticket["fired_age_s"] is None
    assert ticket["lines"][0]["fired_age_s"] is None


def test_a_hold_speaks_the_language_asked_for_and_both(house: House) -> None:
    house.gate("1", "7", until=Instant(START + 6 * MINUTE))
    english = as_json(house, "expo")["tickets"][0]["lines"][0]["hold"]
    assert english == {
        "rule": "broth-first",
        "where": "gates.yaml:42",
        "reason": "waiting for the pot",
        "reasons": {"zh": "等锅底", "en": "waiting for the pot"},
        "gates": "run",
        "since": "2026-11-18T11:07:55.200+00:00",
        "until": "2026-11-18T11:12:40.000+00:00",
        "passed": False,
        "asks": False,
        "opens": True,
    }
    chinese = as_json(house, "expo", lang="zh")["tickets"][0]["lines"][0]
    assert chinese["hold"]["reason"] == "等锅底"
    assert chinese["why"].startswith("等待：等锅底")


def test_why_is_one_line_of_text(house: House) -> None:
    house.wait(5 * MINUTE)
    ticket = as_json(house, "broth")["tickets"][0]
    assert ticket["why"] == "dish 8 late: fired 6:15 ago, limit 5:00 (menu.yaml:14 all dishes)"
    assert ticket["lines"][0]["why"] == ticket["why"].removeprefix("dish 8 ")


def test_parts_of_sets_name_their_parent() -> None:
    house = House()
    house.order("1", dish("set"), dish("a", parent="set"))
    lines = as_json(house, "expo")["tickets"][0]["lines"]
    assert [(line["line_id"], line["parent"]) for line in lines] == [("set", None), ("a", "set")]


def test_changes_and_clocks_of_a_line() -> None:
    house = House()
    house.order("1", dish("a", "3"))
    house.order("1", dish("a", "2"), revision=2)
    line = as_json(house, "cut")["tickets"][0]["lines"][0]
    assert (line["quantity"], line["quantity_was"], line["changed"]) == ("2", "3", True)
    house.do(CommandKind.BUMP, "1")
    line = as_json(house, "expo")["tickets"][0]["lines"][0]
    assert line["ready_at"] == "2026-11-18T11:06:40.000+00:00"
    assert line["served_at"] is None


def test_all_day_and_what_others_owe(house: House) -> None:
    board = as_json(house, "cut")
    assert [(row["name"], row["count"], row["unit"]) for row in board["all_day"]] == [
        ("dish 7", "1.5", "斤")
    ]
    assert board["all_day"][0]["splits"][0]["count"] == "1.5"
    assert board["tickets"][0]["owed"] == [{"station": "broth", "portions": "1", "lines": 1}]


def test_alerts_speak_the_language_asked_for(house: House) -> None:
    alert = RaiseAlert(CommandId("c"), AlertId("x"), "till", "看不懂", "unreadable", "<raw>")
    house.kitchen = decide(house.kitchen, alert, house.book, house.now).kitchen
    assert as_json(house, "cut", lang="zh")["alerts"] == [
        {
            "id": "x",
            "source": "till",
            "at": "2026-11-18T11:07:55.200+00:00",
            "message": "看不懂",
            "messages": {"zh": "看不懂", "en": "unreadable"},
            "raw": "<raw>",
        }
    ]


def test_an_orders_own_lines_have_the_same_shape(house: House) -> None:
    lines = order_lines(house.kitchen, house.book, key_of("1"), house.now)
    assert lines is not None
    made = [line_json(line, house.now, "en") for line in lines]
    assert made == as_json(house, "all")["tickets"][0]["lines"]
