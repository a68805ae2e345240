"""Why a line looks as it does, in one line of either language."""

from __future__ import annotations

import pytest

from kds.board.values import Band
from kds.board.why import explain_line, explain_ticket, minutes
from kds.kitchen.commands import CommandKind
from kds.kitchen.ids import Instant
from kds.kitchen.orders import Gate
from tests.unit.board.factory import MINUTE, SECOND, START, Book, House, Limits, dish


def why(house: House, view: str, line: str, lang: str = "en") -> str:
    """Return why a line of order 1 looks as it does."""
    return explain_line(house.line(view, line), house.now, lang)


def test_a_late_line_names_clock_limit_and_rule() -> None:
    house = House()
    house.order("1", dish("a"))
    house.wait(7 * MINUTE + 12 * SECOND)
    assert why(house, "cut", "a") == "late: fired 7:12 ago, limit 5:00 (menu.yaml:14 all dishes)"
    assert why(house, "cut", "a", "zh") == "迟：起菜已 7:12，时限 5:00（menu.yaml:14 all dishes）"


def test_a_normal_line_names_the_limit_that_comes_next() -> None:
    house = House()
    house.order("1", dish("a"))
    assert why(house, "cut", "a") == "normal: fired 0:00 ago, limit 3:00 (menu.yaml:14 all dishes)"


def test_a_line_without_limits_says_so() -> None:
    nothing = Limits(attention_s=None, late_s=None, critical_s=None, rule="", where="")
    house = House(Book(of_all=nothing))
    house.order("1", dish("a"))
    assert why(house, "cut", "a") == "normal: fired 0:00 ago, no limit"


def test_a_clock_of_another_name_is_named_as_it_is() -> None:
    house = House(Book(of_all=Limits(clock="seated")))
    house.order("1", dish("a"))
    assert "seated 0:00 ago" in why(house, "cut", "a")


@pytest.mark.parametrize(
    ("waited", "english", "chinese"),
    [
        (0, ", opens in 6:00", "，还有 6:00"),
        (6 * MINUTE, ", time-out passed", "，已到时"),
    ],
)
def test_a_gated_line_names_reason_gate_and_time_out(
    waited: int, english: str, chinese: str
) -> None:
    house = House()
    house.order("1", dish("a"))
    house.gate("1", "a", until=Instant(START + 6 * MINUTE))
    house.wait(waited)
    time = minutes(waited / 1000)
    assert why(house, "expo", "a") == (
        f"gated: waiting for the pot, gates run, waiting {time}{english}"
        " (gates.yaml:42 broth-first)"
    )
    assert why(house, "expo", "a", "zh") == (
        f"等待：等锅底，不走菜，已等 {time}{chinese}（gates.yaml:42 broth-first）"
    )


def test_a_hold_without_end_promises_none() -> None:
    house = House()
    house.order("1", dish("a"))
    house.gate("1", "a", gate=Gate.START)
    assert why(house, "cut", "a").endswith("gates start, waiting 0:00 (gates.yaml:42 broth-first)")


def test_a_line_that_is_done_or_without_rule_says_where_that_comes_from() -> None:
    house = House()
    house.order("1", dish("a"), dish("b"), dish("c", category="?"), dish("d", "0", category="?"))
    house.do(CommandKind.BUMP, "1", "a")
    assert why(house, "expo", "a") == "ready: menu.yaml:3 to 涮品"
    assert why(house, "cut", "d") == "normal: no rule took it, every station shows it"
    assert why(house, "cut", "d", "zh") == "正常：没有规则，显示在所有档口"


def test_a_set_has_nothing_to_say_for_itself() -> None:
    house = House()
    house.order("1", dish("set"), dish("a", parent="set"))
    assert why(house, "expo", "set") == "normal"


def test_a_ticket_explains_itself_by_its_worst_line() -> None:
    house = House()
    house.order("1", dish("a", names=(("en", "Tripe"),)), dish("b"))
    house.do(CommandKind.BUMP, "1", "b")
    house.wait(5 * MINUTE)
    text = explain_ticket(house.ticket("cut"), house.now, "en")
    assert text == "Tripe late: fired 5:00 ago, limit 5:00 (menu.yaml:14 all dishes)"
    assert explain_ticket(house.ticket("cut"), house.now, "zh").startswith("dish a 迟：起菜已 5:00")


def test_a_waiting_ticket_explains_itself_by_the_hold() -> None:
    house = House()
    house.order("1", dish("a"))
    house.do(CommandKind.HOLD, "1", "a")
    assert house.ticket("cut").band == Band.HELD
    assert explain_ticket(house.ticket("cut"), house.now, "en") == (
        "dish a held: on hold, gates start, waiting 0:00 (hand-hold)"
    )


def test_a_ticket_that_only_waits_at_the_pass_says_so_at_its_station() -> None:
    house = House()
    house.order("1", dish("a"))
    house.gate("1", "a")
    assert explain_ticket(house.ticket("cut"), house.now, "en") == (
        "dish a normal: waiting for the pot, gates run, waiting 0:00 (gates.yaml:42 broth-first)"
    )


def test_a_ticket_with_nothing_to_explain_gives_its_band() -> None:
    house = House()
    house.order("1", note="birthday")
    house.order("2", dish("a"))
    house.do(CommandKind.BUMP, "2")
    assert explain_ticket(house.ticket("expo", "1"), house.now, "en") == "normal"
    assert explain_ticket(house.ticket("expo", "2"), house.now, "zh") == "齐"


@pytest.mark.parametrize(
    ("seconds", "text"), [(0, "0:00"), (59.9, "0:59"), (432, "7:12"), (4032, "1:07:12")]
)
def test_durations_read_as_minutes(seconds: float, text: str) -> None:
    assert minutes(seconds) == text
