"""One dish a slip (一菜一单): of two equal slips neither is lost, and a copy is none too many."""

from __future__ import annotations

from itertools import permutations

import pytest

from pos_bridge.capture.slips.known import KnownOrder
from pos_bridge.capture.slips.templates import Template, read_template
from tests.unit.capture.escpos import zh_slip
from tests.unit.capture.kitchen import SHIPPED, Pass, sheets, shipped

AT = "2026-11-24 16:00:05"
TRIPE, MILD = "毛肚                  1份", "  [不辣]"


def house(*changes: tuple[str, str]) -> tuple[Template, ...]:
    """Return the Chinese template with other settings."""
    text = (SHIPPED / "chinese_kitchen.yaml").read_text("utf-8")
    for old, new in changes:
        assert text.count(old) == 1
        text = text.replace(old, new)
    found, faults = read_template("mine.yaml", text)
    assert found is not None, [fault.text() for fault in faults]
    return (found,)


COUNTED = house(("  piece: [", '  piece: ["{piece}/{pieces}", "出品号：{piece}", '))
ADDING = house(("# rounds_apart", "equal_slips_add: 3 min\n# rounds_apart"))


def slip(
    *dishes: str, piece: str = "", title: str = "厨房单", at: str = AT, number: str = "0042"
) -> bytes:
    more = [piece] * bool(piece)
    return zh_slip(title, dishes or (TRIPE,), time=at, more=more, number=number)


# --- slips that say which they are ---------------------------------------------------------------


@pytest.mark.parametrize("order", list(permutations(range(3))))
def test_equal_slips_with_a_counter_are_further_portions(order: tuple[int, ...]) -> None:
    kitchen = Pass(COUNTED)
    jobs = [slip(piece=f"{n}/3") for n in (1, 2)] + [slip(TRIPE, MILD, piece="3/3")]
    for number in order:
        assert kitchen.print(jobs[number], after_s=1) == ["order"]
    assert kitchen.to_cook() == {"毛肚": "3"}
    assert sorted(str(line.ordered) for line in kitchen.lines()) == ["1", "2"]
    (text,) = (kept.answer for key, kept in kitchen.keys.items() if " order " in key)
    assert KnownOrder.from_text(text).as_text() == text  # a restart knows them as well


def test_the_shipped_template_reads_which_portion_of_how_many() -> None:
    kitchen = Pass()
    for number in (1, 2):
        kitchen.print(slip(TRIPE, f"第{number}份/共2份"))
    assert kitchen.to_cook() == {"毛肚": "2"}
    assert [line.content.note for line in kitchen.lines()] == [""]


@pytest.mark.parametrize("later", ["2026-11-24 16:00:20", AT])
def test_the_same_piece_again_is_the_same_slip(later: str) -> None:
    """From another printer, or with the time of its own print; and so is a reprint of it."""
    kitchen = Pass(COUNTED)
    for number in (1, 2):
        kitchen.print(slip(piece=f"{number}/2"))
    for number in (1, 2):
        kitchen.print(slip(piece=f"{number}/2", at=later), after_s=5)
        kitchen.print(slip(piece=f"{number}/2", at=later, title="厨房单 补打"), after_s=600)
    assert kitchen.to_cook() == {"毛肚": "2"}


def test_a_reprint_brings_the_piece_that_was_missed() -> None:
    kitchen = Pass(COUNTED)
    kitchen.print(slip(piece="1/2"))
    for number in (1, 2):
        kitchen.print(slip(piece=f"{number}/2", title="厨房单 补打"), after_s=60)
    assert kitchen.to_cook() == {"毛肚": "2"}


def test_a_reprint_with_a_time_of_its_own_brings_no_piece_twice() -> None:
    """Its 1/2 may be the 1/2 of any round."""
    kitchen = Pass(COUNTED)
    for number in (1, 2):
        kitchen.print(slip(piece=f"{number}/2"))
    kitchen.print(slip(piece="1/1", title="加菜单", at="2026-11-24 16:20:00"), after_s=1200)
    again = slip(piece="2/2", title="厨房单 补打", at="2026-11-24 16:40:00")
    kitchen.print(again, after_s=1200)
    assert kitchen.to_cook() == {"毛肚": "3"}


def test_a_running_number_tells_slips_apart_and_knows_them_again() -> None:
    kitchen = Pass(COUNTED)
    for number in ("0071", "0072"):
        kitchen.print(slip(piece=f"出品号：{number}"))
    kitchen.print(slip(piece="出品号：0072", at="2026-11-24 16:05:00"), after_s=300)
    kitchen.print(slip(piece="出品号：0099", title="厨房单 补打"), after_s=300)
    assert kitchen.to_cook() == {"毛肚": "2"}
    kitchen.print(slip(piece="出品号：0120", title="加菜单"), after_s=300)
    assert kitchen.to_cook() == {"毛肚": "3"}


@pytest.mark.parametrize("order", list(permutations(range(3))))
@pytest.mark.parametrize("title", ["总单", "厨房单"])
def test_a_full_slip_and_the_pieces_join(title: str, order: tuple[int, ...]) -> None:
    """Also where it is not called full, as long as it shows more than one dish."""
    shrimp = "虾滑                  1份"
    full = slip("毛肚                  2份", shrimp, title=title)
    jobs = [full, slip(piece="1/3"), slip(piece="2/3")]
    kitchen = Pass(COUNTED)
    for number in order:
        kitchen.print(jobs[number], after_s=1)
    kitchen.print(slip(shrimp, piece="3/3"))
    assert kitchen.to_cook() == {"毛肚": "2", "虾滑": "1"}


def test_a_piece_of_a_void_takes_back_one() -> None:
    kitchen = Pass(COUNTED)
    kitchen.print(slip("毛肚                  3份"))
    for piece in ("1/2", "2/2", "2/2"):
        kitchen.print(slip(piece=piece, title="退菜单"))
    assert kitchen.to_cook() == {"毛肚": "1"}


def test_held_pieces_are_each_a_portion() -> None:
    kitchen = Pass(COUNTED)
    for piece in ("1/2", "2/2", "1/2"):
        kitchen.print(slip(piece=piece, title="等叫单"))
    assert kitchen.to_cook() == {"毛肚": "2"}
    assert all(line.holds for line in kitchen.lines())


def test_a_counter_may_stand_in_the_dishs_own_line() -> None:
    kitchen = Pass(
        house(("  dish:\n", '  dish:\n    - "{name}({piece}/{pieces})  {quantity}份"\n'))
    )
    for number in (1, 2):
        kitchen.print(slip(f"毛肚({number}/2)                 1份"))
    assert kitchen.to_cook() == {"毛肚": "2"}


def test_a_piece_that_broke_off_and_came_again_is_one() -> None:
    whole = slip(TRIPE, MILD, piece="2/2")
    for length in range(len(whole)):
        kitchen = Pass(COUNTED)
        kitchen.print(slip(TRIPE, MILD, piece="1/2"))
        kitchen.print(whole[:length], after_s=1)
        kitchen.print(whole, after_s=1)
        assert kitchen.to_cook() == {"毛肚": "2"}, length


# --- slips that do not ---------------------------------------------------------------------------


def test_equal_slips_count_once_unless_the_template_says_otherwise() -> None:
    for templates, portions in ((shipped(), "1"), (ADDING, "3")):
        kitchen = Pass(templates)
        for _ in range(3):
            kitchen.print(slip(), after_s=20)
        assert kitchen.to_cook() == {"毛肚": portions}


@pytest.mark.parametrize("numbered", [True, False])
@pytest.mark.parametrize("timed", [True, False])
def test_equal_slips_add_with_and_without_number_and_time(*, numbered: bool, timed: bool) -> None:
    kitchen = Pass(ADDING)
    for second in range(3):
        at = f"2026-11-24 16:00:0{second}" if timed else ""  # each with the time of its own print
        kitchen.print(slip(number="0042" if numbered else "", at=at), after_s=1)
    assert kitchen.to_cook() == {"毛肚": "3"}
    assert len(kitchen.orders()) == 1


def test_a_reprint_among_equal_slips_adds_nothing() -> None:
    kitchen = Pass(ADDING)
    for title in ("厨房单", "厨房单 补打", "厨房单", "厨房单 补打", "厨房单 补打"):
        kitchen.print(slip(title=title), after_s=1)
    assert kitchen.to_cook() == {"毛肚": "2"}


def test_equal_slips_long_after_are_another_print() -> None:
    """Nor do those behind the first of them add."""
    kitchen = Pass(ADDING)
    for _ in range(2):
        kitchen.print(slip(), after_s=1)
    kitchen.print(slip(), after_s=3600)
    kitchen.print(slip(), after_s=1)
    assert kitchen.to_cook() == {"毛肚": "2"}


def test_what_two_printers_print_is_counted_on_each() -> None:
    kitchen = Pass(ADDING)
    for printer in ("hot", "pass", "hot", "pass", "pass", "hot"):
        kitchen.print(slip(), after_s=1, printer=printer)
    assert kitchen.to_cook() == {"毛肚": "3"}


@pytest.mark.parametrize("order", list(permutations(range(3))))
def test_full_slips_never_add_by_being_equal(order: tuple[int, ...]) -> None:
    full = slip("毛肚                  2份", title="总单")
    jobs = [full, slip(), slip()]
    kitchen = Pass(ADDING)
    for number in order:
        kitchen.print(jobs[number], after_s=1)
        kitchen.print(full, after_s=1)
    assert kitchen.to_cook() == {"毛肚": "2"}


def test_equal_voids_take_back_a_portion_each() -> None:
    kitchen = Pass(ADDING)
    kitchen.print(slip("毛肚                  3份"))
    for _ in range(2):
        kitchen.print(slip(title="退菜单"), after_s=1)
    assert kitchen.to_cook() == {"毛肚": "1"}


def test_an_equal_slip_that_broke_off_and_came_again_is_one() -> None:
    """Unless the paper had come out, up to where it is torn off, and only the cut was missing."""
    whole = slip()
    for length in range(len(whole)):
        kitchen = Pass(ADDING)
        kitchen.print(whole[:length])
        for _ in range(2):
            kitchen.print(whole, after_s=1)
        was_out = any(sheet.is_whole for sheet in sheets(whole[:length]))
        assert kitchen.to_cook() == {"毛肚": "3" if was_out else "2"}, length
