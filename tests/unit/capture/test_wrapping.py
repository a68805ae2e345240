"""Dish names that a narrow printer breaks over several lines are one name, as wide paper has it."""

from __future__ import annotations

import pytest

from pos_bridge.capture.slips.templates import Template, read_template
from pos_bridge.capture.slips.wrapping import goes_on, joined, spread
from tests.unit.capture.escpos import Job, zh_slip
from tests.unit.capture.kitchen import SHIPPED, Pass

LONG = "招牌特色秘制麻辣小龙虾大份"


def zh(columns: int, quantity: str, *, paper: str = "narrow") -> Template:
    text = (SHIPPED / "chinese_kitchen.yaml").read_text("utf-8")
    wrapped = f"  wrapped: {{columns: {columns}, quantity: {quantity}}}\n"
    text = text.replace("template: kitchen-zh", "template: mine\nonly: " + paper)
    found, faults = read_template("mine.yaml", text.replace("dishes:\n", "dishes:\n" + wrapped))
    assert found is not None, [fault.text() for fault in faults]
    return found


def read(template: Template, *rows: str, number: str = "7") -> dict[str, tuple[str, str]]:
    kitchen = Pass((template,))
    assert kitchen.print(zh_slip("厨房单 narrow", rows, number=number)) == ["order"]
    lines = [line.content for line in kitchen.lines()]
    return {c.name: (str(c.quantity), c.note) for c in lines}


def test_a_name_whose_quantity_stands_beside_its_beginning() -> None:
    """Fault: its end was a note, so that the full slip's dish was another one and cooked twice."""
    rows = ("招牌特色秘制麻  2份", "辣小龙虾大份", "毛肚            1份", "多放香菜")
    assert read(zh(14, "first"), *rows) == {LONG: ("2", ""), "毛肚": ("1", "多放香菜")}


def test_a_name_whose_quantity_stands_beside_its_end() -> None:
    rows = ("毛肚            1份", "招牌特色秘制麻", "辣小龙虾大份    2份", "虾滑            1份")
    assert read(zh(14, "last"), *rows) == {
        "毛肚": ("1", ""),
        LONG: ("2", ""),
        "虾滑": ("1", ""),
    }


@pytest.mark.parametrize("quantity", ["first", "last"])
def test_a_name_over_three_lines(quantity: str) -> None:
    one, two, three = "招牌特色秘", "制麻辣小龙", "虾大份"
    at_first = (f"{one}  2份", two, three)
    rows = at_first if quantity == "first" else (one, two, f"{three}      2份")
    assert read(zh(10, quantity), *rows) == {LONG: ("2", "")}


def test_a_quantity_on_a_line_of_its_own_below_three_lines() -> None:
    rows = ("招牌特色秘", "制麻辣小龙", "虾大份", "           2份", "毛肚       1份")
    assert read(zh(10, "last"), *rows) == {LONG: ("2", ""), "毛肚": ("1", "")}


def test_a_full_column_right_before_the_quantity() -> None:
    """No gap is left there for a pattern to see."""
    rows = ("招牌特色秘制麻2份", "辣小龙虾大份", "毛肚          1份")
    assert read(zh(14, "first"), *rows) == {LONG: ("2", ""), "毛肚": ("1", "")}


def test_a_note_below_a_full_column_is_no_part_of_the_name_where_a_pattern_says_so() -> None:
    rows = ("招牌特色秘制麻  2份", "[微辣]", "备注：不要葱")
    kitchen = Pass((zh(14, "first"),))
    kitchen.print(zh_slip("厨房单 narrow", rows))
    (line,) = kitchen.lines()
    assert (line.content.name, line.content.note) == ("招牌特色秘制麻", "不要葱")
    assert [m.name for m in line.content.modifiers] == ["微辣"]


def test_what_had_room_above_is_no_end_of_the_name() -> None:
    rows = ("招牌小龙虾      2份", "生日桌")
    assert read(zh(14, "first"), *rows) == {"招牌小龙虾": ("2", "生日桌")}


def test_wide_and_narrow_slips_of_one_order_join() -> None:
    kitchen = Pass((zh(14, "first"),))
    kitchen.print(zh_slip("总单 narrow", [f"{LONG}        1份", "毛肚    1份"]))
    kitchen.print(zh_slip("分单 narrow", ["招牌特色秘制麻  1份", "辣小龙虾大份"]))
    assert kitchen.to_cook() == {LONG: "1", "毛肚": "1"}


def test_words_are_broken_between_words() -> None:
    text = """template: mine
kinds: {kind: order, when: KITCHEN}
fields: {number: "order {number}"}
dishes:
  dish: "{quantity} x {name}"
  part: "  -> {count} {name}"
  modifier: "+ {text}"
  wrapped: {columns: 20}
"""
    template, faults = read_template("mine.yaml", text)
    assert template is not None, faults
    rows = (
        "2 x Grilled Salmon with",
        "    Lemon Butter Sauce",
        "  + Rice",
        "1 x Burger",
        "  no rush",
    )
    sets = ("1 x Family Set", "  -> 1 Grilled Salmon with", "       Butter")
    kitchen = Pass((template,))
    kitchen.print(Job().lines("KITCHEN", "order 7", *rows, *sets).cut())
    salmon, burger, family, part = (line.content for line in kitchen.lines())
    assert (salmon.name, [m.name for m in salmon.modifiers]) == (
        "Grilled Salmon with Lemon Butter Sauce",
        ["Rice"],
    )
    assert (burger.name, burger.note) == ("Burger", "no rush")
    assert (family.name, part.name) == ("Family Set", "Grilled Salmon with Butter")


@pytest.mark.parametrize(
    ("before", "after", "width", "goes"),
    [
        ("招牌小龙", "虾", 8, True),
        ("招牌小龙", "虾", 9, True),
        ("招牌小龙", "虾", 10, False),
        ("Grilled Salmon", "with rice", 18, True),
        ("Grilled Salmon", "with rice", 19, False),
        ("Grilled Salmon", "x", 13, False),
        ("ข้าวผัดกุ้", "ง", 6, True),
        ("", "x", 1, False),
        ("x", "", 1, False),
    ],
)
def test_where_a_till_breaks_a_name(before: str, after: str, width: int, *, goes: bool) -> None:
    assert goes_on(before, after, width) is goes


def test_pieces_are_put_together_as_they_were() -> None:
    assert joined("小龙 ", " 虾") == "小龙虾"
    assert joined("Salmon", "with") == "Salmon with"
    assert joined("Pizza", "大份") == "Pizza大份"
    assert spread("小龙虾1份", 6) == "小龙虾  1份"
    assert spread("小龙    1份", 6) == "小龙    1份"
    assert spread("小龙虾", 6) == "小龙虾"
