"""What slips make the kitchen do: nothing twice, nothing lost, no bill cooked."""

from __future__ import annotations

from itertools import permutations

import pytest

from kds.kitchen.commands import CommandKind
from tests.unit.capture.escpos import Job, en_slip, zh_slip
from tests.unit.capture.kitchen import Pass

AT = "2026-11-24 16:00:05"
POT, TRIPE, SHRIMP = (
    "麻辣锅底              1份",
    "毛肚                  2份",
    "虾滑                  1份",
)


def test_an_order_cooks_with_what_its_slip_says() -> None:
    kitchen = Pass()
    dishes = [
        "麻辣锅底              1 份",
        "  [微辣]",
        "鲜鱼片                1.5 斤",
        "  备注：不要刺",
    ]
    assert kitchen.print(zh_slip(dishes=dishes, time=AT)) == ["order"]
    (order,) = kitchen.orders()
    assert (order.fields.number, order.fields.table, order.fields.guests) == ("0042", "A08", 4)
    assert order.key.order_id == "2026-11-24-0042"
    pot, fish = order.lines.values()
    assert [m.name for m in pot.content.modifiers] == ["微辣"]
    assert (str(fish.content.quantity), fish.content.unit) == ("1.5", "斤")
    assert fish.content.note == "不要刺"


def test_an_english_docket_cooks() -> None:
    kitchen = Pass()
    assert kitchen.print(en_slip()) == ["order"]
    (order,) = kitchen.orders()
    burger, _ = order.lines.values()
    assert [(m.name, m.kind.value) for m in burger.content.modifiers] == [
        ("no onion", "remove"),
        ("bacon", "choice"),
    ]
    assert kitchen.to_cook() == {"Cheeseburger": "2", "Caesar salad": "1"}


FULL = zh_slip("总单", [POT, TRIPE, SHRIMP], time=AT)
STATIONS = (
    zh_slip("分单", [POT], time="2026-11-24 16:00:06"),
    zh_slip("分单", [TRIPE, "  [不辣]", SHRIMP], time="2026-11-24 16:00:07"),
)


@pytest.mark.parametrize("order", list(permutations((FULL, *STATIONS))))
def test_full_and_station_slips_join_in_any_order(order: tuple[bytes, ...]) -> None:
    kitchen = Pass()
    for job in order:
        kitchen.print(job, after_s=1)
    assert kitchen.to_cook() == {"麻辣锅底": "1", "毛肚": "2", "虾滑": "1"}
    assert len(kitchen.orders()) == 1
    (tripe,) = [line for line in kitchen.lines() if line.content.name == "毛肚"]
    assert [m.name for m in tripe.content.modifiers] == ["不辣"]


def test_a_station_slip_says_of_which_category_its_dishes_are() -> None:
    """Rules that go by category find them, whichever slip came first."""
    kitchen = Pass()
    kitchen.print(zh_slip("总单", [POT, TRIPE], time=AT))
    kitchen.print(zh_slip("分单", [TRIPE], time=AT, more=["档口：涮品"]))
    found = {line.content.name: line.content.category for line in kitchen.lines()}
    assert found == {"麻辣锅底": "", "毛肚": "涮品"}
    assert kitchen.to_cook() == {"麻辣锅底": "1", "毛肚": "2"}


def test_station_slips_alone_are_the_whole_order() -> None:
    kitchen = Pass()
    for job in STATIONS:
        kitchen.print(job)
    assert kitchen.to_cook() == {"麻辣锅底": "1", "毛肚": "2", "虾滑": "1"}


def test_one_dish_a_slip_keeps_the_same_dish_done_two_ways_apart() -> None:
    """Without a full slip nobody else shows them, so one of them would be lost."""
    kitchen = Pass()
    kitchen.print(zh_slip("分单", ["毛肚                  1份", "  [不辣]"], time=AT))
    kitchen.print(zh_slip("分单", ["毛肚                  1份"], time=AT))
    assert kitchen.to_cook() == {"毛肚": "2"}


def test_the_same_job_on_two_printers_acts_once() -> None:
    kitchen = Pass()
    assert kitchen.print(zh_slip(time=AT)) == ["order"]
    assert kitchen.print(zh_slip(time=AT), after_s=3) == ["repeat"]
    assert kitchen.print(zh_slip(time=AT), after_s=7200) == ["repeat"]
    assert kitchen.to_cook() == {"麻辣锅底": "1", "毛肚": "2"}


def test_an_addon_adds() -> None:
    kitchen = Pass()
    kitchen.print(zh_slip(time=AT))
    added = zh_slip("加菜单", ["毛肚                  1份"], time="2026-11-24 16:20:00")
    assert kitchen.print(added, after_s=1200) == ["addon"]
    assert kitchen.print(added, after_s=1) == ["repeat"]
    assert kitchen.to_cook() == {"麻辣锅底": "1", "毛肚": "3"}
    assert len(kitchen.orders()) == 1


def test_an_addon_that_is_not_called_so_adds() -> None:
    kitchen = Pass()
    kitchen.print(zh_slip(time=AT))
    kitchen.print(zh_slip(dishes=[TRIPE], time="2026-11-24 16:20:00"), after_s=1200)
    assert kitchen.to_cook() == {"麻辣锅底": "1", "毛肚": "4"}


def test_a_full_slip_printed_anew_after_an_addon_adds_what_is_new() -> None:
    kitchen = Pass()
    kitchen.print(zh_slip("总单", [POT, TRIPE], time=AT))
    anew = zh_slip("总单", [POT, TRIPE, SHRIMP], time="2026-11-24 16:20:00")
    kitchen.print(anew, after_s=1200)
    assert kitchen.to_cook() == {"麻辣锅底": "1", "毛肚": "2", "虾滑": "1"}
    kitchen.print(zh_slip("分单", [SHRIMP], time="2026-11-24 16:20:01"), after_s=1)
    assert kitchen.to_cook() == {"麻辣锅底": "1", "毛肚": "2", "虾滑": "1"}
    same = zh_slip("总单", [POT, TRIPE, SHRIMP], time="2026-11-24 16:40:00")
    kitchen.print(same, after_s=1200)  # the same again: seen rather than lost
    assert kitchen.to_cook() == {"麻辣锅底": "2", "毛肚": "4", "虾滑": "2"}


def test_a_full_slip_that_follows_the_station_slip_of_an_addon_adds_nothing() -> None:
    kitchen = Pass()
    kitchen.print(zh_slip("总单", [POT, TRIPE], time=AT))
    kitchen.print(zh_slip("分单", [SHRIMP], time="2026-11-24 16:20:00"), after_s=1200)
    kitchen.print(zh_slip("总单", [POT, TRIPE, SHRIMP], time="2026-11-24 16:20:02"), after_s=2)
    assert kitchen.to_cook() == {"麻辣锅底": "1", "毛肚": "2", "虾滑": "1"}


@pytest.mark.parametrize("time", [AT, "2026-11-24 16:40:00", ""])
def test_a_reprint_never_doubles(time: str) -> None:
    kitchen = Pass()
    kitchen.print(zh_slip(time=AT))
    again = zh_slip(time=time, more=["** 补打 **"])
    assert kitchen.print(again, after_s=2400) == ["order"]
    assert kitchen.to_cook() == {"麻辣锅底": "1", "毛肚": "2"}


def test_a_reprint_brings_what_was_missed() -> None:
    """The bridge was dead when the first one was printed (漏打)."""
    kitchen = Pass()
    kitchen.print(zh_slip("分单", [POT], time=AT))
    kitchen.print(zh_slip("总单", [POT, TRIPE], time=AT, more=["补打"]), after_s=600)
    assert kitchen.to_cook() == {"麻辣锅底": "1", "毛肚": "2"}


def test_a_reprint_of_what_was_voided_brings_nothing_back() -> None:
    kitchen = Pass()
    kitchen.print(zh_slip(time=AT))
    kitchen.print(zh_slip("退菜单", [TRIPE], time="2026-11-24 16:05:00"), after_s=300)
    kitchen.print(zh_slip(time=AT, more=["补打"]), after_s=300)
    assert kitchen.to_cook() == {"麻辣锅底": "1"}


def test_a_void_reduces() -> None:
    kitchen = Pass()
    kitchen.print(zh_slip(time=AT))
    void = zh_slip(
        "退菜单",
        ["毛肚                 -1份"],
        time="2026-11-24 16:05:00",
        more=["退菜原因：客人不要"],
    )
    assert kitchen.print(void, after_s=300) == ["void"]
    assert kitchen.print(void, after_s=1) == ["repeat"]
    assert kitchen.to_cook() == {"麻辣锅底": "1", "毛肚": "1"}
    (tripe,) = [line for line in kitchen.lines() if line.content.name == "毛肚"]
    assert tripe.content.note == "客人不要"


def test_a_reprinted_void_voids_once() -> None:
    kitchen = Pass()
    kitchen.print(zh_slip(time=AT))
    void = ["毛肚                  1份"]
    kitchen.print(zh_slip("退菜单", void, time="2026-11-24 16:05:00"), after_s=300)
    kitchen.print(zh_slip("退菜单", void, time="2026-11-24 16:09:00", more=["补打"]), after_s=240)
    assert kitchen.to_cook() == {"麻辣锅底": "1", "毛肚": "1"}


def test_a_void_of_what_was_never_ordered_is_a_text_at_the_pass() -> None:
    kitchen = Pass()
    kitchen.print(zh_slip(time=AT))
    assert kitchen.print(zh_slip("退菜单", ["虾滑                  1份"], time=AT)) == ["text"]
    (card,) = kitchen.cards()
    assert "虾滑" in card
    assert kitchen.to_cook() == {"麻辣锅底": "1", "毛肚": "2"}


def test_a_line_marked_void_on_an_order_slip_reduces() -> None:
    kitchen = Pass()
    kitchen.print(zh_slip(time=AT))
    mixed = zh_slip("加菜单", [SHRIMP, "【退】毛肚            1份"], time="2026-11-24 16:10:00")
    kitchen.print(mixed, after_s=600)
    assert kitchen.to_cook() == {"麻辣锅底": "1", "毛肚": "1", "虾滑": "1"}


def test_a_cancelled_order_is_void() -> None:
    kitchen = Pass()
    kitchen.print(zh_slip(time=AT))
    assert kitchen.print(zh_slip("整单退", [], time="2026-11-24 16:05:00")) == ["cancel"]
    assert kitchen.to_cook() == {}


def test_rush_of_a_dish_and_of_all() -> None:
    kitchen = Pass()
    kitchen.print(zh_slip(time=AT))
    kitchen.print(zh_slip("催菜单", [TRIPE], time="2026-11-24 16:20:00"), after_s=1200)
    assert {ln.content.name: ln.rush for ln in kitchen.lines()} == {"麻辣锅底": 0, "毛肚": 1}
    all_of_it = zh_slip("催菜单", [], time="2026-11-24 16:25:00")
    kitchen.print(all_of_it, after_s=300)
    kitchen.print(all_of_it, after_s=900)
    assert {ln.content.name: ln.rush for ln in kitchen.lines()} == {"麻辣锅底": 1, "毛肚": 2}


def test_hold_and_fire() -> None:
    kitchen = Pass()
    kitchen.print(zh_slip(dishes=[POT, "【等叫】毛肚          2份"], time=AT))
    (tripe,) = [line for line in kitchen.lines() if line.content.name == "毛肚"]
    assert tripe.holds
    assert kitchen.print(zh_slip("叫起单", [TRIPE], time="2026-11-24 16:30:00")) == ["fire"]
    assert not any(line.holds for line in kitchen.lines())
    kitchen.print(zh_slip("等叫单", [POT], time="2026-11-24 16:31:00"))
    (pot,) = [line for line in kitchen.lines() if line.content.name == "麻辣锅底"]
    assert pot.holds


def test_a_hold_slip_with_new_dishes_brings_them_held() -> None:
    kitchen = Pass()
    kitchen.print(zh_slip("等叫单", [TRIPE], time=AT))
    (tripe,) = kitchen.lines()
    assert tripe.holds
    kitchen.print(zh_slip("起菜单", [], time="2026-11-24 16:30:00"))
    (tripe,) = kitchen.lines()
    assert not tripe.holds


def move(title: str = "转台单") -> bytes:
    return Job().line(title, big=True).lines("转台：A08 → B02", "时间：2026-11-24 16:15:00").cut()


def test_a_move_moves_the_table_once() -> None:
    kitchen = Pass()
    kitchen.print(zh_slip(time=AT))
    assert kitchen.print(move()) == ["move"]
    assert kitchen.print(move("转台单 补打")) == ["repeat"]
    (visit,) = kitchen.kitchen.visits.values()
    assert (visit.table, visit.tables) == ("B02", ("A08",))
    # a station slip that was late still says the old table
    kitchen.print(zh_slip("分单", [SHRIMP], time="2026-11-24 16:00:08"))
    (visit,) = kitchen.kitchen.visits.values()
    assert visit.table == "B02"
    assert kitchen.to_cook() == {"麻辣锅底": "1", "毛肚": "2", "虾滑": "1"}


def test_a_merge_makes_one_ticket_of_two() -> None:
    kitchen = Pass()
    kitchen.print(zh_slip(time=AT))
    kitchen.print(zh_slip(number="0043", table="B02", time=AT))
    merge = Job().line("并台单").lines("并台：A08 → B02", "时间：2026-11-24 16:15:00").cut()
    assert kitchen.print(merge) == ["merge"]
    open_ones = [v for v in kitchen.kitchen.visits.values() if v.ended_at is None]
    assert [v.table for v in open_ones] == ["B02"]
    assert len(open_ones[0].orders) == 2


def test_a_bill_never_cooks() -> None:
    kitchen = Pass()
    kitchen.print(zh_slip(time=AT))
    bill = zh_slip("预结单", [POT, TRIPE, SHRIMP], more=["合计：68.00", "应收：68.00"])
    assert kitchen.print(bill) == ["bill"]
    assert kitchen.to_cook() == {"麻辣锅底": "1", "毛肚": "2"}
    assert kitchen.cards() == []
    assert kitchen.print(zh_slip("结账单", [POT], number="77", table="C1")) == ["bill"]
    assert "麻辣锅底" in kitchen.cards()[0]  # nobody knows this order: somebody should look
    assert kitchen.to_cook() == {"麻辣锅底": "1", "毛肚": "2"}


def test_an_unknown_kind_is_a_readable_text_at_the_pass() -> None:
    kitchen = Pass()
    job = Job().lines("今日公告", "鲈鱼卖完，手机 13812345678").cut()
    assert kitchen.print(job) == ["text"]
    (card,) = kitchen.cards()
    assert "鲈鱼卖完" in card
    assert "13812345678" not in card  # a card is kept for years
    assert kitchen.to_cook() == {}


def test_an_order_slip_without_dishes_or_order_is_a_text() -> None:
    kitchen = Pass()
    assert kitchen.print(zh_slip(dishes=[])) == ["text"]
    assert kitchen.print(zh_slip(number="", table="")) == ["text"]
    assert kitchen.to_cook() == {}
    assert len(kitchen.cards()) == 2


def test_a_slip_by_table_alone_joins_while_its_guests_eat() -> None:
    kitchen = Pass()
    kitchen.print(zh_slip(number="", time=AT))
    kitchen.print(zh_slip("加菜单", [SHRIMP], number="", time="2026-11-24 16:20:00"), after_s=1200)
    kitchen.print(move())
    kitchen.print(
        zh_slip("加菜单", [SHRIMP], number="", table="B02", time="2026-11-24 16:30:00"), after_s=600
    )
    assert len(kitchen.orders()) == 1
    assert kitchen.to_cook() == {"麻辣锅底": "1", "毛肚": "2", "虾滑": "2"}


def test_numbers_begin_anew_with_the_business_day() -> None:
    kitchen = Pass()
    kitchen.print(zh_slip())
    kitchen.print(zh_slip(), after_s=24 * 3600)
    assert sorted(o.key.order_id for o in kitchen.orders()) == [
        "2026-11-24-0042",
        "2026-11-25-0042",
    ]
    assert kitchen.to_cook() == {"麻辣锅底": "2", "毛肚": "4"}


def test_a_number_that_begins_anew_within_the_day_is_another_order() -> None:
    kitchen = Pass()
    kitchen.print(zh_slip())
    (visit,) = kitchen.kitchen.visits
    assert kitchen.print(zh_slip(), after_s=1200) == ["repeat"]
    kitchen.do(CommandKind.CLOSE, order=kitchen.kitchen.visits[visit].orders[0])
    assert kitchen.print(zh_slip(), after_s=1200) == ["order"]
    assert sorted(o.key.order_id for o in kitchen.orders()) == [
        "2026-11-24-0042",
        "2026-11-24-0042-2",
    ]
    kitchen.print(zh_slip("加菜单", [SHRIMP]), after_s=60)
    assert len(kitchen.orders()) == 2


def test_an_addon_after_the_day_has_rolled_over_still_finds_its_order() -> None:
    kitchen = Pass()
    kitchen.print(zh_slip(time=AT))
    kitchen.print(zh_slip("加菜单", [SHRIMP]), after_s=12.5 * 3600)
    assert len(kitchen.orders()) == 1


def test_a_slip_that_broke_off_and_came_again_is_one_order() -> None:
    whole = zh_slip(dishes=[POT, TRIPE, SHRIMP])
    for length in range(len(whole)):
        kitchen = Pass()
        kitchen.print(whole[:length])
        kitchen.print(whole, after_s=400)
        assert kitchen.to_cook() == {"麻辣锅底": "1", "毛肚": "2", "虾滑": "1"}, length


def test_a_picture_alone_is_a_card() -> None:
    kitchen = Pass()
    assert kitchen.print(Job().picture(8, 24).cut()) == ["alert"]
    assert "picture" in kitchen.shown()


def test_what_a_printer_holds_back_is_no_slip() -> None:
    """Text after the last cut, without an end of its line, was never printed."""
    kitchen = Pass()
    assert kitchen.print(zh_slip(time=AT) + b"Buffered") == ["order", "not printed"]
    assert kitchen.print(b"\x1b@\x1bp\x00\x19\x19") == []


def test_a_job_that_is_too_large_is_kept_as_far_as_it_goes() -> None:
    kitchen = Pass()
    line = b"x" * 200 + b"\n"
    assert kitchen.print(line * 25_000) == ["alert"]
    assert "too large" in kitchen.shown()
