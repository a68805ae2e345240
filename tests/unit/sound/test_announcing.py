"""When the announcer speaks, and when it keeps quiet."""

from __future__ import annotations

from dataclasses import replace
from itertools import pairwise

import pytest

from kds.kitchen.commands import CommandKind
from kds.kitchen.evolve import fold
from kds.kitchen.ids import Instant
from kds.kitchen.state import Kitchen
from kds.sound import announcing
from kds.sound.announcing import FRESH_MS, Announcer
from kds.sound.items import Item, Moment, Tick
from kds.sound.notices import URGENCY, Kind
from kds.sound.pacing import Budget, Pace
from kds.sound.room import Room
from tests.unit.rulebook.house import House
from tests.unit.sound.ear import BEEF, COLA, POT, RICE, SHRIMP, TRIPE, Ear

MINUTE = 60


def table(house: House, number: int, lines: dict[str, tuple[str, str]]) -> None:
    house.order(lines, order_id=str(number), session=f"s{number}", table=str(number))


def bump(house: House, number: int, line_id: str = "1", view: str = "cut") -> None:
    house.act(CommandKind.BUMP, line_id, order_id=str(number), view=view)


# --- what is true ------------------------------------------------------------------------------


def test_a_dish_that_was_served_before_its_turn_is_not_told(house: House) -> None:
    expo = Ear(house, "expo")
    house.order({"1": TRIPE, "2": BEEF})
    expo.listen(5)
    bump(house, 1)
    expo.listen(1)
    house.act(CommandKind.SERVE, "1", view="expo")
    assert expo.listen(10) == []


def test_a_recalled_dish_is_not_told_and_told_when_it_is_ready_again(house: House) -> None:
    expo = Ear(house, "expo")
    house.order({"1": TRIPE, "2": BEEF})
    expo.listen(5)
    bump(house, 1)
    expo.listen(1)
    house.act(CommandKind.RECALL, "1", view="cut")
    assert expo.listen(10) == []
    bump(house, 1)
    assert expo.listen(10) == ["八号桌 毛肚好了"]


def test_of_merged_dishes_only_those_are_told_that_still_stand_there(house: House) -> None:
    expo = Ear(house, "expo")
    house.order({"1": TRIPE, "2": BEEF, "3": SHRIMP})
    expo.listen(5)
    for line_id in "123":
        bump(house, 1, line_id)
    expo.listen(1)
    house.act(CommandKind.SERVE, "2", view="expo")
    assert expo.listen(10) == ["八号桌 两道齐"]


def test_a_pot_that_was_begun_at_once_is_not_called(house: House) -> None:
    broth = Ear(house, "broth")
    house.order({"1": POT})
    house.act(CommandKind.START, "1", view="broth")
    assert broth.listen(10) == []


def test_what_a_person_removed_is_not_told(house: House) -> None:
    cut = Ear(house, "cut")
    house.order({"1": TRIPE})
    house.act(CommandKind.CLOSE, view="all")
    assert cut.listen(10) == []


def test_own_unsent_bumps_count(house: House) -> None:
    """The link is down: what the display's own hands did is true all the same."""
    expo = Ear(house, "expo")
    house.order({"1": TRIPE, "2": BEEF})
    expo.listen(5)
    bump(house, 1)
    expo.catch_up()
    house.act(CommandKind.SERVE, "1", view="expo")
    moment = Moment(Instant(house.now + 4_000), Tick(expo.tick + 4_000))
    assert expo.announcer.due(house.kitchen, house.book, moment) == ()


def test_a_merged_table_is_called_by_the_table_where_its_dishes_are(house: House) -> None:
    expo = Ear(house, "expo")
    table(house, 1, {"1": TRIPE})
    table(house, 2, {"1": BEEF})
    expo.listen(5)
    bump(house, 1)
    expo.listen(1)
    house.act(CommandKind.MERGE, order_id="1", into_order=house.key("2"), view="expo")
    assert expo.listen(10) == ["二号桌 毛肚好了"]


def test_late_is_not_told_of_what_is_critical_already(house: House) -> None:
    cut = Ear(house, "cut", room=Room(Pace(gap_ms=1_000)))
    house.order({"1": TRIPE})
    cut.listen(5)
    house.wait(8 * MINUTE - 5.5)
    cut.listen(1)
    for event in house.events:
        assert event.at <= house.now
    house.wait(10 * MINUTE)
    assert cut.listen(5) == []  # both facts are old by the time they come


# --- nothing old -------------------------------------------------------------------------------


def test_before_the_first_board_nothing_is_heard(house: House) -> None:
    silent = Announcer("cut")
    before = house.kitchen
    house.order({"1": TRIPE})
    (event, *_) = house.events
    moment = Moment(house.now, Tick(0))
    silent.hear(before, event, fold(before, [event]), house.book, moment)
    assert silent.next_at is None
    assert silent.due(house.kitchen, house.book, moment) == ()


def test_nothing_old_is_heard_after_a_start(house: House) -> None:
    house.order({"1": POT, "2": TRIPE})
    house.wait(20 * MINUTE)
    ears = [Ear(house, view) for view in ("broth", "cut", "expo", "all")]
    assert [ear.listen(5) for ear in ears] == [[]] * 4


def test_nothing_is_heard_twice(house: House) -> None:
    cut = Ear(house, "cut")
    before = house.kitchen
    house.order({"1": TRIPE})
    assert cut.listen(5) == ["new_order"]
    for event in house.events:
        after = fold(before, [event])
        cut.announcer.hear(before, event, after, house.book, cut.moment)
        before = after
    assert cut.listen(5) == []


@pytest.mark.parametrize(("late_s", "told"), [(14, ["new_order"]), (16, [])])
def test_events_that_come_late_by_a_resumed_link_are_no_news(
    house: House, late_s: int, told: list[str]
) -> None:
    cut = Ear(house, "cut")
    house.order({"1": TRIPE})
    house.wait(late_s)
    assert cut.listen(5) == told
    assert FRESH_MS == 15_000


def test_a_snapshot_makes_no_sound_and_what_follows_does(house: House) -> None:
    cut = Ear(house, "cut")
    known = cut.kitchen
    house.order({"1": TRIPE})
    cut.be_up_to_date(known)
    assert cut.listen(5) == []
    house.order({"1": BEEF}, order_id="2")
    assert cut.listen(5) == ["add_on"]


def test_another_epoch_may_count_from_the_beginning(house: House, hotpot: object) -> None:
    cut = Ear(house, "cut")
    for number in range(3):
        table(house, number, {"1": TRIPE})
    cut.listen(5)
    other = House(house.book)
    other.now = house.now
    cut.house, cut.kitchen = other, other.kitchen
    cut.be_up_to_date(cut.kitchen)
    other.order({"1": TRIPE})
    assert cut.listen(5) == ["new_order"]


def test_a_pot_that_became_too_late_meanwhile_is_told_as_late_once(house: House) -> None:
    broth, expo, cut = (Ear(house, view) for view in ("broth", "expo", "cut"))
    known = house.kitchen
    house.order({"1": POT, "2": TRIPE})
    house.wait(9 * MINUTE)
    for ear in (broth, expo, cut):
        ear.be_up_to_date(known)
    told = ["八号桌 锅底 超时 四分钟"]
    assert [ear.listen(2) for ear in (broth, expo, cut)] == [told, told, []]
    for ear in (broth, expo):
        ear.be_up_to_date(known)
        assert ear.listen(2) == []


def test_a_pot_that_was_known_to_be_too_late_is_not_told_again(house: House) -> None:
    house.order({"1": POT})
    house.wait(9 * MINUTE)
    broth = Ear(house, "broth")
    known = house.kitchen
    house.order({"2": TRIPE}, order_id="2")
    broth.be_up_to_date(known)
    assert broth.listen(5) == []


def test_a_pot_of_the_gap_that_is_in_time_is_silent(house: House) -> None:
    broth, pickup = Ear(house, "broth"), Ear(house, "pickup")
    known = house.kitchen
    house.order({"1": POT})
    house.wait(30)
    for ear in (broth, pickup):
        ear.be_up_to_date(known)
        assert ear.listen(5) == []


# --- urgency, budget, pace ---------------------------------------------------------------------


def test_the_more_urgent_goes_first(house: House) -> None:
    expo = Ear(house, "expo")
    table(house, 1, {"1": TRIPE, "2": BEEF})
    table(house, 2, {"1": TRIPE, "2": BEEF})
    house.act(CommandKind.START, "2", order_id="2", view="cut")
    expo.listen(5)
    bump(house, 1)
    expo.listen(2.4)
    table(house, 2, {"1": TRIPE})
    expo.announcer.refused(expo.tick)
    expo.catch_up()
    house.wait(1)
    heard = expo.listen(15)
    assert heard == ["refused", "二号桌 退菜 肥牛", "一号桌 毛肚好了"]
    assert URGENCY[Kind.REFUSED] > URGENCY[Kind.VOID] > URGENCY[Kind.READY] > URGENCY[Kind.NEW]


def test_cues_begin_at_least_a_second_apart(house: House) -> None:
    cut = Ear(house, "cut")
    table(house, 1, {"1": TRIPE})
    table(house, 2, {"1": TRIPE})
    house.order({"9": BEEF}, order_id="1b", session="s1", table="1")
    cut.announcer.refused(cut.tick)
    cut.listen(10)
    times = [heard.at for heard in cut.heard]
    assert len(times) == 3
    assert all(later - earlier >= 1_000 for earlier, later in pairwise(times))


def test_a_refusal_that_had_to_wait_is_not_heard_any_more(house: House) -> None:
    cut = Ear(house, "cut")
    cut.announcer.refused(cut.tick)
    house.wait(2)
    assert cut.listen(5) == []


def test_only_so_many_sentences_a_minute_and_the_last_ones_for_what_is_urgent(
    house: House,
) -> None:
    expo = Ear(house, "expo", room=Room(Pace(sentences=4, sentences_kept=1, mute_quiet_ms=10_000)))
    for number in range(1, 9):
        table(house, number, {"1": TRIPE, "2": BEEF})
    house.act(CommandKind.START, "2", order_id="8", view="cut")
    expo.listen(10)
    for number in range(1, 8):
        bump(house, number)
    told = ["一号桌 毛肚好了", "二号桌 毛肚好了", "三号桌 毛肚好了"]
    # The others only chime, and not like a fruit machine.
    assert expo.listen(31) == [*told, "ready", "ready"]
    table(house, 8, {"1": TRIPE})
    assert expo.listen(10) == ["八号桌 退菜 肥牛"]


def test_a_dish_that_waited_for_its_sentence_gets_it_when_the_minute_is_over(house: House) -> None:
    expo = Ear(
        house, "expo", room=Room(Pace(sentences=1, sentences_kept=0, mute_quiet_ms=1_000_000))
    )
    table(house, 1, {"1": TRIPE, "2": BEEF})
    table(house, 2, {"1": TRIPE, "2": BEEF})
    expo.listen(5)
    bump(house, 1)
    assert expo.listen(45) == ["一号桌 毛肚好了"]
    bump(house, 2)
    assert expo.listen(10) == []
    assert expo.listen(15) == ["二号桌 毛肚好了"]


def test_cues_have_a_budget_too(house: House) -> None:
    cut = Ear(house, "cut", room=Room(Pace(cues=6, cues_kept=2)))
    heard: list[str] = []
    for number in range(12):
        table(house, number, {"1": TRIPE})
        heard += cut.listen(3)
    assert heard == ["new_order"] * 4
    for _ in range(4):
        cut.announcer.refused(cut.tick)
        heard += cut.listen(2)
    assert heard == ["new_order"] * 4 + ["refused"] * 2


def test_a_budget_of_nothing_allows_nothing() -> None:
    budget = Budget(0, 0)
    assert not budget.allows(Tick(0), is_urgent=True)


def test_the_language_may_change_between_two_sentences(house: House) -> None:
    expo = Ear(house, "expo")
    house.order({"1": COLA, "2": RICE})
    expo.listen(5)
    bump(house, 1, "1", view="drink")
    assert expo.listen(10) == ["八号桌 可乐好了"]
    expo.announcer.lang = "en"
    bump(house, 1, "2", view="wok")
    assert expo.listen(10) == ["Table 8, one dish ready"]


def test_an_item_says_what_it_is_about(house: House) -> None:
    expo = Ear(house, "expo")
    house.order({"1": TRIPE})
    expo.listen(5)
    bump(house, 1)
    expo.listen(5)
    item: Item = expo.heard[-1].item
    assert item.key == ("ready", house.visit())
    assert [(key.line_id, count) for key, count in item.plates] == [("1", 1)]
    assert item.lang == "zh"
    assert item.expires > expo.heard[-1].at


def test_next_at_is_when_to_ask_again(house: House) -> None:
    expo = Ear(house, "expo")
    at_first = expo.announcer.next_at
    assert at_first is None
    house.order({"1": TRIPE})
    expo.catch_up()
    assert expo.announcer.next_at == expo.tick
    expo.listen(0.1)
    expo.announcer.refused(expo.tick)
    assert expo.announcer.next_at == expo.heard[-1].at + 1_000


# --- the link ----------------------------------------------------------------------------------


def test_a_lost_link_is_heard_three_times_and_its_return_once(house: House) -> None:
    cut = Ear(house, "cut")
    cut.announcer.link_lost(cut.tick)
    assert cut.listen(9.5) == []
    assert cut.listen(5) == ["link_lost"]
    assert cut.listen(20) == []
    assert cut.listen(5 * MINUTE) == ["link_lost", "link_lost"]
    cut.announcer.link_back(cut.tick)
    assert cut.listen(5) == ["link_back"]
    cut.announcer.link_back(cut.tick)
    assert cut.listen(5) == []


def test_a_caller_may_say_every_second_that_the_link_is_lost(house: House) -> None:
    cut = Ear(house, "cut")
    since = cut.tick
    heard: list[str] = []
    for _ in range(5 * MINUTE):
        cut.announcer.link_lost(since)
        heard += cut.listen(1)
    assert heard == ["link_lost"] * 3


def test_a_flapping_link_makes_no_sound(house: House) -> None:
    cut = Ear(house, "cut")
    for _ in range(20):
        cut.announcer.link_lost(cut.tick)
        assert cut.listen(3) == []
        cut.announcer.link_back(cut.tick)
        assert cut.listen(3) == []


def test_a_link_that_is_lost_again_and_again_alarms_at_a_bearable_rate(house: House) -> None:
    cut = Ear(house, "cut")
    heard: list[str] = []
    for _ in range(10):
        cut.announcer.link_lost(cut.tick)
        heard += cut.listen(11)
        cut.announcer.link_back(cut.tick)
        heard += cut.listen(1)
    assert 4 <= heard.count("link_lost") <= 5


def test_who_touches_the_display_knows(house: House) -> None:
    cut = Ear(house, "cut")
    cut.announcer.link_lost(cut.tick)
    cut.announcer.touched()  # nothing has been heard yet: the alarm stands
    assert cut.listen(15) == ["link_lost"]
    cut.announcer.touched()
    assert cut.listen(2 * MINUTE) == []


# --- memory ------------------------------------------------------------------------------------


def test_of_too_much_that_waits_the_oldest_of_the_least_urgent_goes(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(announcing, "_MOST_PENDING", 2)
    expo = Ear(house, "expo")
    for number in (1, 2, 3):
        table(house, number, {"1": TRIPE, "2": BEEF})
    expo.listen(5)
    for number in (1, 2, 3):
        bump(house, number)
        expo.listen(0.1)
    assert expo.listen(10) == ["二号桌 毛肚好了", "三号桌 毛肚好了"]


def test_a_line_that_left_the_kitchen_is_not_spoken_of(house: House) -> None:
    cut = Ear(house, "cut")
    house.order({"1": TRIPE})
    cut.catch_up()
    nothing = replace(house.kitchen, orders=Kitchen().orders)
    assert cut.announcer.due(nothing, house.book, cut.moment) == ()
