"""What each event sounds like at each view."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest

from kds.kitchen.commands import CommandKind
from kds.kitchen.ids import CommandId, LineId
from kds.kitchen.messages import LineState, Modifier, ModifierKind, Service
from kds.rulebook.book import Book
from tests.unit.rulebook.house import House, content
from tests.unit.sound.ear import BEEF, COLA, POT, RICE, SHRIMP, TRIPE, Ear, together

MINUTE = 60


def portions(line_id: str, name: str, category: str, quantity: str, **more: Any) -> Any:
    return content(line_id, name, category, quantity=Decimal(quantity), **more)


# --- orders ----------------------------------------------------------------------------------


def test_a_new_order_is_one_cue_where_there_is_something_to_do(house: House) -> None:
    cut, wok, expo = (Ear(house, view) for view in ("cut", "wok", "expo"))
    house.order({"1": TRIPE, "2": BEEF})
    assert together(3, cut, wok, expo) == [["new_order"], [], ["new_order"]]


def test_a_pre_order_that_a_station_does_not_see_yet_is_no_news_there(house: House) -> None:
    cut, expo = Ear(house, "cut"), Ear(house, "expo")
    house.order({"1": TRIPE}, service=Service.PICKUP, due_at="2026-11-21T22:00:00+08:00")
    assert together(5, cut, expo) == [[], ["new_order"]]
    at = {"session": "s9", "table": "9", "service": Service.PICKUP}
    house.order({"1": TRIPE}, "2", **at, due_at="2026-11-21T18:50:00+08:00")
    assert cut.listen(5) == ["new_order"]


def test_several_orders_within_two_seconds_sound_once(house: House) -> None:
    cut = Ear(house, "cut")
    heard: list[str] = []
    for number in range(4):
        house.order({"1": TRIPE}, order_id=str(number), session=f"s{number}", table=str(number))
        heard += cut.listen(0.4)
    assert heard + cut.listen(5) == ["new_order"]
    house.order({"1": TRIPE}, order_id="9", session="s9", table="9")
    assert cut.listen(5) == ["new_order"]


def test_more_of_the_same_table_sounds_as_an_add_on(house: House) -> None:
    cut = Ear(house, "cut")
    house.order({"1": TRIPE})
    cut.listen(5)
    house.order({"1": BEEF}, order_id="2")
    assert cut.listen(5) == ["add_on"]


def test_an_allergy_is_heard_at_once(house: House) -> None:
    cut = Ear(house, "cut")
    nuts = Modifier("花生", ModifierKind.ALLERGY)
    sauce = Modifier("蘸料", modifiers=(nuts,))
    house.order([content("1", *TRIPE, modifiers=(sauce,))])
    assert cut.listen(5) == ["allergy"]


def test_an_amendment_that_brings_nothing_new_is_silent(house: House) -> None:
    cut = Ear(house, "cut")
    house.order({"1": TRIPE})
    cut.listen(5)
    house.order([content("1", *TRIPE, note="少辣")])
    assert cut.listen(5) == []


def test_of_a_set_its_parts_are_heard(house: House) -> None:
    cut = Ear(house, "cut")
    part = content("2", *TRIPE, parent=LineId("1"))
    house.order([content("1", "双人套餐", "套餐"), part])
    assert cut.listen(5) == ["new_order"]
    house.order([content("1", "双人套餐", "套餐", note="快"), part])
    assert cut.listen(5) == []


def test_a_dish_nobody_knows_is_heard_at_every_station(house: House) -> None:
    ears = [Ear(house, view) for view in ("broth", "cut", "wok", "drink")]
    house.order({"1": ("神秘", "没有的类")})
    assert together(2, *ears) == [["new_order"]] * 4


def test_guests_hear_nothing_of_the_kitchen(house: House) -> None:
    pickup = Ear(house, "pickup")
    house.order({"1": TRIPE}, service=Service.TAKEAWAY, number="7")
    house.act(CommandKind.BUMP, "1", view="cut")
    assert pickup.listen(20 * MINUTE) == []


# --- pots ------------------------------------------------------------------------------------


def test_a_pot_goes_first_and_is_called_once_at_its_own_station(house: House) -> None:
    broth, cut, expo = (Ear(house, view) for view in ("broth", "cut", "expo"))
    house.order({"1": POT, "2": TRIPE})
    heard = together(3, broth, cut, expo)
    assert heard == [["八号桌 锅底 先下"], ["new_order"], ["new_order"]]
    house.order({"1": ("番茄锅底", "锅底")}, order_id="2")
    assert broth.listen(5) == ["add_on"]


def test_pot_up_and_gate_open_are_one_sentence_at_the_pass(house: House) -> None:
    expo, cut = Ear(house, "expo"), Ear(house, "cut")
    plates = [portions("2", *TRIPE, "2"), portions("3", *BEEF, "10")]
    house.order([content("1", *POT), *plates])
    together(5, expo, cut)
    house.act(CommandKind.BUMP, "1", view="broth")
    assert together(5, expo, cut) == [["八号桌 锅底好 起菜 十二道"], ["八号桌 起菜 十二道"]]


def test_a_set_with_a_pot_is_called_where_the_pot_is_made(house: House) -> None:
    broth, cut = Ear(house, "broth"), Ear(house, "cut")
    house.order({"1": ("鸳鸯锅四人餐", "套餐")})
    assert together(5, broth, cut) == [["八号桌 锅底 先下"], ["new_order"]]


def test_a_pot_without_plates_is_simply_ready(house: House) -> None:
    expo = Ear(house, "expo")
    house.order({"1": POT})
    expo.listen(5)
    house.act(CommandKind.BUMP, "1", view="broth")
    assert expo.listen(5) == ["八号桌 锅底好"]


def test_a_gate_that_opens_by_time_is_told_where_plates_wait(house: House) -> None:
    expo, cut = Ear(house, "expo"), Ear(house, "cut")
    house.order({"1": POT, "2": TRIPE, "3": BEEF})
    heard = together(370, expo, cut)
    assert heard[0][-1] == "八号桌 起菜 两道"
    assert heard[1][-1] == "八号桌 起菜 两道"


def test_plates_that_are_cut_already_need_no_call_at_their_station(house: House) -> None:
    cut = Ear(house, "cut")
    house.order({"1": POT, "2": TRIPE})
    house.act(CommandKind.BUMP, "2", view="cut")
    cut.listen(5)
    house.act(CommandKind.BUMP, "1", view="broth")
    assert cut.listen(5) == []


def test_a_called_dish_is_told_and_not_as_new(house: House) -> None:
    wok = Ear(house, "wok")
    house.order([content("1", *RICE, state=LineState.HELD)])
    assert wok.listen(5) == []
    house.order([content("1", *RICE)])
    assert wok.listen(5) == ["八号桌 起菜 扬州炒饭"]


def test_a_dish_that_is_called_by_hand_is_told_elsewhere(house: House) -> None:
    wok, expo = Ear(house, "wok", device="wok-1"), Ear(house, "expo", device="expo-1")
    house.order({"1": RICE})
    house.act(CommandKind.HOLD, "1", view="expo", device="expo-1")
    together(5, wok, expo)
    house.act(CommandKind.FIRE, "1", view="expo", device="expo-1")
    assert together(5, wok, expo) == [["八号桌 起菜 扬州炒饭"], []]


def test_what_may_be_written_by_hand_already_is_silent_until_the_pass_says_no(
    house: House,
) -> None:
    cut = Ear(house, "cut")
    house.order({"1": TRIPE}, order_id="h1", session="")
    assert cut.listen(5) == ["new_order"]
    house.order({"1": TRIPE}, session="")
    assert cut.listen(5) == []
    house.act(CommandKind.OTHER_ORDER, view="expo", device="expo-1")
    assert cut.listen(5) == ["new_order"]


# --- ready -----------------------------------------------------------------------------------


def test_ready_dishes_of_a_table_are_one_sentence_at_the_pass(house: House) -> None:
    expo, cut = Ear(house, "expo"), Ear(house, "cut")
    house.order({"1": TRIPE, "2": BEEF, "3": SHRIMP})
    together(5, expo, cut)
    for line_id in "123":
        house.act(CommandKind.BUMP, line_id, view="cut")
        assert together(1, expo, cut) == [[], []]
    assert together(5, expo, cut) == [["八号桌 三道齐"], []]


@pytest.mark.parametrize(
    ("quantity", "zh", "en"),
    [
        ("1", "八号桌 毛肚好了", "Table 8, tripe ready"),
        ("2", "八号桌 毛肚两份好了", "Table 8, two tripe ready"),
        ("1.5", "八号桌 毛肚好了", "Table 8, tripe ready"),
    ],
)
def test_a_single_dish_is_named(house: House, quantity: str, zh: str, en: str) -> None:
    ears = Ear(house, "expo"), Ear(house, "expo", lang="en")
    house.order([portions("1", *TRIPE, quantity, names=(("en", "Tripe"),))])
    together(5, *ears)
    house.act(CommandKind.BUMP, "1", view="cut")
    assert together(8, *ears) == [[zh], [en]]


def test_a_dish_that_cannot_be_named_is_counted(house: House) -> None:
    expo = Ear(house, "expo", lang="en")
    house.order({"1": ("🍜", "涮品")})
    expo.listen(5)
    house.act(CommandKind.BUMP, "1", view="cut")
    assert expo.listen(5) == ["Table 8, one dish ready"]


def test_tables_are_not_merged(house: House) -> None:
    expo = Ear(house, "expo")
    house.order({"1": TRIPE, "2": BEEF})
    house.order({"1": COLA}, order_id="2", session="s9", table="9")
    expo.listen(5)
    house.act(CommandKind.BUMP, "1", view="cut")
    house.act(CommandKind.BUMP, "1", view="drink", order_id="2")
    assert expo.listen(10) == ["八号桌 毛肚好了", "九号桌 可乐好了"]


def test_a_steady_stream_is_not_waited_for_for_ever(house: House) -> None:
    expo = Ear(house, "expo")
    house.order([portions("1", *TRIPE, "20")])
    expo.listen(5)
    heard: list[str] = []
    for _ in range(6):
        house.act(CommandKind.BUMP, "1", view="cut", portions=Decimal(1))
        heard += expo.listen(1)
    assert heard == ["八号桌 毛肚五份好了"]


def test_what_was_struck_at_the_pass_is_not_told_to_the_pass(house: House) -> None:
    expo = Ear(house, "expo")
    house.order({"1": TRIPE, "2": BEEF})
    expo.listen(5)
    house.act(CommandKind.BUMP, "1", view="expo")
    assert expo.listen(8) == []


def test_the_next_station_hears_the_first_dish_that_comes_to_it(chained: Book) -> None:
    """Not the order, of which it can do nothing yet, and not each further dish."""
    house = House(chained)
    cut, wok, drink = (Ear(house, view) for view in ("cut", "wok", "drink"))
    house.order({"1": RICE, "2": ("干锅花菜", "热菜")})
    assert together(5, cut, wok, drink) == [["new_order"], [], []]
    house.act(CommandKind.BUMP, "1", view="cut")
    assert together(5, cut, wok, drink) == [[], ["new_order"], []]
    house.act(CommandKind.BUMP, "2", view="cut")
    assert together(5, cut, wok, drink) == [[], [], []]


# --- void, rush, remake ----------------------------------------------------------------------


def test_a_void_after_start_is_spoken_and_repeated_once(house: House) -> None:
    cut = Ear(house, "cut")
    house.order([portions("1", *TRIPE, "2"), content("2", *BEEF)])
    house.act(CommandKind.START, "1", view="cut")
    cut.listen(5)
    house.order([content("2", *BEEF)])
    assert cut.listen(5) == ["八号桌 退菜 毛肚两份"]
    assert cut.listen(5 * MINUTE) == ["void"]


def test_an_acknowledged_void_is_not_repeated(house: House) -> None:
    cut = Ear(house, "cut")
    house.order({"1": TRIPE, "2": BEEF})
    house.act(CommandKind.START, "1", view="cut")
    cut.listen(5)
    house.order({"2": BEEF})
    cut.listen(5)
    house.act(CommandKind.ACK_VOID, "1", view="cut")
    assert cut.listen(2 * MINUTE) == []


def test_a_void_before_start_is_a_cue_without_words(house: House) -> None:
    cut, wok = Ear(house, "cut"), Ear(house, "wok")
    house.order({"1": TRIPE, "2": BEEF})
    together(5, cut, wok)
    house.order({"2": BEEF})
    assert together(20, cut, wok) == [["void"], []]


def test_a_void_of_what_nobody_could_start_is_silent(house: House) -> None:
    wok = Ear(house, "wok")
    house.order([content("1", *RICE, state=LineState.HELD)])
    wok.listen(5)
    house.order([])
    assert wok.listen(40) == []


def test_a_void_from_the_pass_is_told_at_the_station(house: House) -> None:
    cut, expo = Ear(house, "cut"), Ear(house, "expo", device="expo-1")
    house.order({"1": TRIPE, "2": BEEF})
    house.act(CommandKind.START, "1", view="cut")
    together(5, cut, expo)
    house.act(CommandKind.VOID, "1", view="expo", device="expo-1", reason="没了")
    assert together(5, cut, expo) == [["八号桌 退菜 毛肚"], []]


def test_a_rush_sounds_again_only_after_two_minutes(house: House) -> None:
    cut = Ear(house, "cut")
    house.order({"1": TRIPE})
    cut.listen(5)
    for _ in range(3):
        house.act(CommandKind.RUSH, "1", view="expo")
        cut.listen(20)
    assert [h.item.cue.value for h in cut.heard].count("rush") == 1
    house.act(CommandKind.UNRUSH, "1", view="expo")
    assert cut.listen(60) == []
    house.act(CommandKind.RUSH, "1", view="expo")
    assert cut.listen(5) == ["rush"]


def test_a_remake_sounds_as_a_rush(house: House) -> None:
    wok = Ear(house, "wok")
    house.order({"1": RICE})
    house.act(CommandKind.SERVE, "1", view="expo")
    wok.listen(5)
    house.act(CommandKind.REMAKE, "1", view="expo")
    assert wok.listen(5) == ["rush"]


# --- late ------------------------------------------------------------------------------------


def test_a_late_dish_is_told_once_per_band(house: House) -> None:
    cut, expo, drink = (Ear(house, view) for view in ("cut", "expo", "drink"))
    house.order({"1": TRIPE})
    heard = together(30 * MINUTE, cut, expo, drink)
    told = ["new_order", "八号桌 毛肚 迟了", "八号桌 毛肚 超时 四分钟"]
    table = [f"八号桌 {minutes}分钟没上菜" for minutes in ("十", "十三", "十六")]
    assert heard == [told, [*told[:2], table[0], told[2], *table[1:]], []]
    assert [h.item.cue for h in cut.heard] == ["new_order", "late", "critical"]


def test_late_dishes_in_english(house: House) -> None:
    expo = Ear(house, "expo", lang="en")
    house.order([content("1", *TRIPE, names=(("en", "Tripe"),))])
    heard = expo.listen(20 * MINUTE)
    assert [said for said in heard if "served" not in said] == [
        "new_order",
        "Table 8, tripe late",
        "Table 8, tripe four minutes over",
    ]


def test_dishes_of_a_table_that_turn_late_together_are_one_sentence(house: House) -> None:
    cut = Ear(house, "cut")
    house.order({"1": TRIPE, "2": BEEF, "3": SHRIMP})
    heard = cut.listen(20 * MINUTE)
    assert heard == ["new_order", "八号桌 三道 迟了", "八号桌 三道 超时 四分钟"]


def test_a_station_that_has_done_its_part_is_not_warned(house: House) -> None:
    cut = Ear(house, "cut")
    house.order({"1": TRIPE})
    house.act(CommandKind.BUMP, "1", view="cut")
    cut.listen(5)
    assert cut.listen(30 * MINUTE) == []


# --- whose hands -----------------------------------------------------------------------------


def test_an_undo_and_a_move_make_no_sound(house: House) -> None:
    expo = Ear(house, "expo")
    house.order({"1": TRIPE})
    expo.listen(5)
    house.act(CommandKind.BUMP, "1", view="cut")
    assert expo.listen(5) == ["八号桌 毛肚好了"]
    last = next(e.command for e in reversed(house.events) if e.command is not None)
    house.act(CommandKind.UNDO, view="cut", undoes=CommandId(last))
    house.act(CommandKind.MOVE_TABLE, table="B03", view="expo")
    assert expo.listen(20) == []
    house.act(CommandKind.BUMP, "1", view="cut")
    assert expo.listen(5) == ["B零三号桌 毛肚好了"]
