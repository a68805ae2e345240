"""Broth first: plates may be cut, but they leave the pass only when the pot is up."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from kds.kitchen.commands import CommandKind, SplitPart
from kds.kitchen.ids import LineId, StationId
from kds.kitchen.messages import LineState, Service
from kds.kitchen.order_facts import HoldPlaced, HoldReleased, Opening
from kds.kitchen.orders import Step
from kds.kitchen.portions import PortionState
from kds.rulebook.book import Book, book_of
from kds.rulebook.compiled import PotState
from tests.unit.rulebook.house import House, content

POT = ("麻辣锅底", "锅底")
BEEF = ("肥牛", "涮品")
TRIPE = ("毛肚", "涮品")
FRESH_TRIPE = ("鲜毛肚", "涮品")
GATED = [("broth-first", "run")]


def openings(house: House) -> list[Opening]:
    return [fact.opened_by for fact in house.facts(HoldReleased)]


def test_plates_with_a_pot_wait_only_with_their_run(house: House) -> None:
    house.order({"1": POT, "2": BEEF, "3": TRIPE})
    (placed,) = house.facts(HoldPlaced)
    assert [key.line_id for key in placed.lines] == ["2", "3"]
    assert (placed.reason.zh, placed.reason.en) == ("等锅", "waiting for the pot")
    assert placed.until == house.now + 360_000
    assert house.holds("2") == GATED
    assert house.line("2").groups[0].state is PortionState.QUEUED


def test_what_must_not_stand_waits_with_its_start(house: House) -> None:
    house.order({"1": POT, "2": FRESH_TRIPE, "3": BEEF})
    assert house.holds("2") == [("broth-first", "start")]
    assert house.line("2").groups[0].state is PortionState.HELD
    assert house.hold("2").until == house.hold("3").until


def test_cold_dishes_snacks_drinks_sauces_and_staples_never_wait(house: House) -> None:
    exempt = {
        "2": ("拍黄瓜", "凉菜"),
        "3": ("小酥肉", "小吃"),
        "4": ("酸梅汤", "饮料"),
        "5": ("油碟", "蘸料"),
        "6": ("米饭", "主食"),
        "7": ("回锅肉", "热菜"),
    }
    house.order({"1": POT, **exempt})
    assert house.facts(HoldPlaced) == []


def test_a_table_without_a_pot_never_waits(house: House) -> None:
    house.order({"1": BEEF, "2": FRESH_TRIPE})
    assert house.facts(HoldPlaced) == []


def test_soup_refills_and_packets_are_no_pot(house: House) -> None:
    house.order({"1": ("加汤", "锅底"), "2": ("火锅底料", "锅底"), "3": BEEF})
    assert house.facts(HoldPlaced) == []


def test_takeaway_never_waits(house: House) -> None:
    house.order({"1": POT, "2": BEEF}, service=Service.TAKEAWAY)
    assert house.facts(HoldPlaced) == []


def test_the_pot_that_is_up_opens_the_gate(house: House) -> None:
    house.order({"1": POT, "2": BEEF, "3": FRESH_TRIPE})
    house.wait(60)
    house.act(CommandKind.BUMP, "1", view="broth")
    (released,) = house.facts(HoldReleased)
    assert [key.line_id for key in released.lines] == ["2", "3"]
    assert released.opened_by is Opening.STATE
    assert house.line("3").groups[0].state is PortionState.QUEUED


def test_the_cook_clock_of_plates_starts_when_the_gate_opens(house: House) -> None:
    house.order({"1": POT, "2": BEEF})
    house.wait(120)
    house.act(CommandKind.BUMP, "1", view="broth")
    assert house.line("2").groups[0].fired_at == house.now


def test_by_setting_the_gate_opens_only_when_the_pot_is_served(house_with: Any) -> None:
    house: House = house_with(until=PotState.SERVED)
    house.order({"1": POT, "2": BEEF})
    house.act(CommandKind.BUMP, "1", view="broth")
    assert house.holds("2") == GATED
    house.act(CommandKind.SERVE, "1", view="expo")
    assert house.holds("2") == []


def test_time_opens_the_gate_once_for_all_lines(house: House) -> None:
    house.order({"1": POT, "2": BEEF, "3": FRESH_TRIPE})
    house.wait(359)
    assert openings(house) == []
    house.wait(1)
    (released,) = house.facts(HoldReleased)
    assert len(released.lines) == 2
    assert released.opened_by is Opening.TIMEOUT


def test_after_a_time_out_more_plates_of_the_visit_do_not_wait(house: House) -> None:
    house.order({"1": POT, "2": BEEF})
    house.wait(400)
    house.order({"1": TRIPE}, order_id="2")
    assert house.holds("1", "2") == []


def test_a_person_may_let_one_line_go_and_the_rest_waits_on(house: House) -> None:
    house.order({"1": POT, "2": BEEF, "3": TRIPE})
    house.act(CommandKind.RELEASE, "2")
    assert house.holds("2") == []
    assert house.holds("3") == GATED


def test_a_void_pot_opens_the_gate(house: House) -> None:
    house.order({"1": POT, "2": BEEF})
    house.order({"2": BEEF})
    assert openings(house) == [Opening.VOID]
    assert house.holds("2") == []


def test_of_two_pots_one_that_is_void_leaves_the_gate_closed(house: House) -> None:
    house.order({"1": POT, "2": POT, "3": BEEF})
    house.order({"2": POT, "3": BEEF})
    assert house.holds("3") == GATED


def test_the_first_of_several_pots_opens_the_gate(house: House) -> None:
    house.order({"1": POT, "2": ("番茄锅底", "锅底"), "3": BEEF})
    house.act(CommandKind.BUMP, "2", view="broth")
    assert openings(house) == [Opening.STATE]


def test_a_table_that_changes_to_takeaway_waits_no_more(house: House) -> None:
    house.order({"1": POT, "2": BEEF})
    house.order({"1": POT, "2": BEEF}, service=Service.TAKEAWAY)
    assert openings(house) == [Opening.SERVICE]


def test_a_plate_struck_at_the_pass_opens_the_gate_for_the_rest(house: House) -> None:
    house.order({"1": POT, "2": BEEF, "3": TRIPE})
    house.act(CommandKind.BUMP, "2", view="cut")
    house.act(CommandKind.BUMP, "2", view="expo")
    assert set(openings(house)) == {Opening.STRUCK}
    assert house.holds("2") == house.holds("3") == []


def test_a_plate_struck_at_the_pass_before_it_was_ready_opens_the_gate(house: House) -> None:
    house.order({"1": POT, "2": BEEF, "3": TRIPE})
    house.act(CommandKind.BUMP, "2", view="expo")
    assert house.holds("3") == []


def test_a_plate_served_from_anywhere_opens_the_gate(house: House) -> None:
    house.order({"1": POT, "2": BEEF, "3": TRIPE})
    house.act(CommandKind.SERVE, "2", view="all")
    assert house.holds("2") == house.holds("3") == []


def test_a_plate_let_go_by_hand_and_struck_at_the_pass_opens_the_gate(house: House) -> None:
    house.order({"1": POT, "2": BEEF, "3": TRIPE})
    house.act(CommandKind.RELEASE, "2")
    house.act(CommandKind.BUMP, "2", view="expo")
    assert openings(house) == [Opening.OVERRIDE, Opening.STRUCK]
    assert house.holds("3") == []


def test_a_bump_at_the_cutting_station_opens_nothing(house: House) -> None:
    house.order({"1": POT, "2": BEEF, "3": TRIPE})
    house.act(CommandKind.BUMP, "2", view="cut")
    assert openings(house) == []
    assert house.holds("2") == GATED


def test_a_drink_served_says_nothing_of_the_pot(house: House) -> None:
    house.order({"1": POT, "2": BEEF, "3": ("酸梅汤", "饮料")})
    house.act(CommandKind.SERVE, "3", view="expo")
    assert house.holds("2") == GATED


def test_a_late_pot_gates_earlier_plates_at_the_pass_alone_and_later_ones_in_full(
    house: House,
) -> None:
    """What a station was shown as workable never greys and never moves there."""
    house.order({"1": BEEF, "4": FRESH_TRIPE})
    place = house.book.rank(house.line("1"))
    house.wait(30)
    house.order({"1": BEEF, "2": POT, "3": TRIPE, "4": FRESH_TRIPE})
    assert house.holds("1") == house.holds("4") == [("broth-first", "pass")]
    assert [g.state for g in house.line("4").groups] == [PortionState.QUEUED]
    assert house.book.rank(house.line("1")) == place
    assert house.holds("3") == GATED
    house.order({"1": TRIPE}, order_id="2")
    assert house.holds("1", "2") == GATED


def test_a_gate_that_came_late_opens_like_any_other_and_starts_no_clock_anew(house: House) -> None:
    house.order({"1": BEEF})
    fired_at = house.line("1").groups[0].fired_at
    house.wait(30)
    house.order({"1": BEEF, "2": POT})
    house.act(CommandKind.BUMP, "2", view="broth")
    assert openings(house) == [Opening.STATE]
    assert house.holds("1") == []
    assert house.line("1").groups[0].fired_at == fired_at


def test_plates_of_a_later_round_join_the_closed_gate_and_its_time(house: House) -> None:
    house.order({"1": POT})
    house.wait(30)
    house.order({"1": BEEF}, order_id="2")
    house.wait(60)
    house.order({"1": TRIPE}, order_id="3")
    assert house.hold("1", "3").until == house.hold("1", "2").until
    house.wait(300)
    (released,) = house.facts(HoldReleased)
    assert len(released.lines) == 2


def test_a_plate_that_grows_is_not_taken_back(house: House) -> None:
    house.order([content("1", *BEEF)])
    house.order([content("1", *BEEF, quantity=3), content("2", *POT)])
    assert house.holds("1") == []


def test_nothing_new_waits_while_the_pot_is_up(house: House) -> None:
    house.order({"1": POT})
    house.act(CommandKind.BUMP, "1", view="broth")
    house.order({"1": BEEF}, order_id="2")
    assert house.facts(HoldPlaced) == []


def test_a_changed_pot_does_not_close_the_gate_again(house: House) -> None:
    house.order({"1": POT, "2": BEEF})
    house.act(CommandKind.BUMP, "1", view="broth")
    house.order({"2": BEEF, "3": ("番茄锅底", "锅底"), "4": TRIPE})
    assert house.holds("2") == house.holds("4") == []


def test_moving_the_table_carries_the_gate(house: House) -> None:
    house.order({"1": POT, "2": BEEF})
    house.act(CommandKind.MOVE_TABLE, table="12")
    assert house.holds("2") == GATED


def test_a_merge_opens_the_gate_when_either_pot_is_on(house: House) -> None:
    house.order({"1": POT, "2": BEEF})
    house.order({"1": POT}, order_id="9", session="s9", table="9")
    house.act(CommandKind.BUMP, "1", view="broth", order_id="9")
    into = house.line("1", "9").key.order
    house.act(CommandKind.MERGE, into_order=into)
    assert openings(house) == [Opening.MERGED]
    assert house.holds("2") == []


def test_a_merge_of_two_waiting_tables_waits_on(house: House) -> None:
    house.order({"1": POT, "2": BEEF})
    house.order({"1": POT, "2": BEEF}, order_id="9", session="s9", table="9")
    house.act(CommandKind.MERGE, into_order=house.line("1", "9").key.order)
    assert house.holds("2") == house.holds("2", "9") == GATED


def test_plates_split_off_to_a_table_without_a_pot_are_free(house: House) -> None:
    house.order({"1": POT, "2": BEEF, "3": TRIPE})
    house.act(CommandKind.SPLIT, lines=(SplitPart(LineId("2")),), table="9")
    assert house.holds("2") == []
    assert house.holds("3") == GATED


def test_of_personal_pots_a_share_of_the_guests_must_have_theirs(house: House) -> None:
    pots = {str(n): ("一人一锅", "锅底") for n in range(1, 6)}
    house.order({**pots, "9": BEEF}, guests=5)
    house.act(CommandKind.BUMP, "1", view="broth")
    house.act(CommandKind.BUMP, "2", view="broth")
    assert house.holds("9") == GATED
    house.act(CommandKind.BUMP, "3", view="broth")
    assert house.holds("9") == []


def test_more_guests_than_personal_pots_do_not_lock_the_gate(house: House) -> None:
    house.order({"1": ("一人一锅", "锅底"), "2": ("一人一锅", "锅底"), "9": BEEF}, guests=8)
    house.act(CommandKind.BUMP, "1", view="broth")
    house.act(CommandKind.BUMP, "2", view="broth")
    assert house.holds("9") == []


def test_a_plate_with_a_seat_waits_for_the_pot_of_its_seat(house: House) -> None:
    house.order(
        [
            content("1", "一人一锅", "锅底", seat="1"),
            content("2", "一人一锅", "锅底", seat="2"),
            content("3", *BEEF, seat="1"),
            content("4", *BEEF, seat="2"),
        ]
    )
    house.act(CommandKind.BUMP, "2", view="broth")
    assert house.holds("3") == GATED
    assert house.holds("4") == []


def test_a_plate_that_the_till_held_waits_from_its_firing_on(house: House) -> None:
    house.order([content("1", *POT), content("2", *BEEF, state=LineState.HELD)])
    assert house.holds("2") == [("pos-hold", "start")]
    house.wait(60)
    house.order([content("1", *POT), content("2", *BEEF)])
    assert house.holds("2") == GATED
    assert house.hold("2").until == house.now + 360_000


def test_a_plate_held_by_the_till_says_nothing_of_the_gate(house: House) -> None:
    house.order([content("1", *POT), content("2", *BEEF, state=LineState.HELD)])
    house.order({"1": TRIPE}, order_id="2")
    assert house.holds("1", "2") == GATED


def test_a_plate_fired_after_a_late_pot_and_let_go_shows_an_open_gate(house: House) -> None:
    house.order([content("1", *BEEF, state=LineState.HELD)])
    house.wait(10)
    house.order([content("1", *BEEF, state=LineState.HELD), content("2", *POT)])
    house.wait(10)
    house.order([content("1", *BEEF), content("2", *POT)])
    assert house.holds("1") == GATED
    house.act(CommandKind.RELEASE, "1")
    house.order({"1": TRIPE}, order_id="2")
    assert house.holds("1", "2") == []


def test_a_gated_plate_that_is_void_holds_nothing_any_more(house: House) -> None:
    house.order({"1": POT, "2": BEEF})
    house.wait(60)
    house.order({"1": POT})
    assert house.holds("2") == []
    house.wait(60)
    house.order({"1": TRIPE}, order_id="2")
    assert house.hold("1", "2").until == house.now + 360_000


def test_a_pot_that_was_void_before_the_plates_came_gates_nothing(house: House) -> None:
    house.order({"1": POT})
    house.order({})
    house.order({"1": BEEF}, order_id="2")
    assert house.holds("1", "2") == []


def test_a_pot_that_was_up_and_changed_gates_no_first_plates_either(house: House) -> None:
    house.order({"1": POT})
    house.act(CommandKind.BUMP, "1", view="broth")
    house.order({"2": ("番茄锅底", "锅底")})
    house.order({"1": BEEF}, order_id="2")
    assert house.holds("1", "2") == []


def test_a_void_personal_pot_opens_the_gate(house: House) -> None:
    house.order({"1": ("一人一锅", "锅底"), "2": BEEF})
    house.order({"2": BEEF})
    assert openings(house) == [Opening.VOID]


def test_fewer_guests_than_personal_pots_need_fewer_of_them(house: House) -> None:
    pots = {str(n): ("一人一锅", "锅底") for n in range(1, 6)}
    house.order({**pots, "9": BEEF}, guests=3)
    house.act(CommandKind.BUMP, "1", view="broth")
    assert house.holds("9") == GATED
    house.act(CommandKind.BUMP, "2", view="broth")
    assert house.holds("9") == []


def test_of_a_set_sold_as_one_line_only_the_pot_counts(house: House) -> None:
    house.order({"1": ("双人火锅套餐", "套餐"), "2": BEEF})
    house.act(CommandKind.BUMP, "1", view="cut")
    assert house.holds("2") == GATED
    house.act(CommandKind.BUMP, "1", view="broth")
    assert house.holds("2") == []


def test_a_pot_that_goes_through_several_hands_is_up_when_the_last_is_done(hotpot: Book) -> None:
    way = (Step(StationId("cut")), Step(StationId("broth"), (0,)))
    menu = tuple(replace(e, steps=way) if e.id == "pot" else e for e in hotpot.data.menu)
    house = House(book_of(replace(hotpot.data, menu=menu)))
    house.order({"1": POT, "2": BEEF})
    house.act(CommandKind.BUMP, "1", view="cut")
    assert house.holds("2") == GATED
    house.act(CommandKind.BUMP, "1", view="broth")
    assert house.holds("2") == []
