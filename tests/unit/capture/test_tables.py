"""Tills that give one number to two tables, or one table two names: every dish at its table."""

from __future__ import annotations

import pytest

from kds.kitchen.orders import Order
from kds.kitchen.visits import Visit
from pos_bridge.capture.slips.tables import same_table
from tests.unit.capture.escpos import zh_slip
from tests.unit.capture.kitchen import Pass

AT = "2026-11-24 16:00:05"
POT, TRIPE, SHRIMP = (
    "麻辣锅底              1份",
    "毛肚                  2份",
    "虾滑                  1份",
)


def at_tables(kitchen: Pass) -> list[tuple[Visit, Order]]:
    """Return the orders with where they are."""
    return [(kitchen.kitchen.visits[order.visit], order) for order in kitchen.orders()]


@pytest.mark.parametrize("time", [AT, ""])
def test_two_tables_with_one_number_are_two_orders(time: str) -> None:
    """Fault: two tills that count for themselves; the second table's pot counted as the first's."""
    kitchen = Pass()
    for table, dish in (("A1", POT), ("B2", POT), ("A1", TRIPE), ("B2", SHRIMP)):
        title = "厨房单" if dish is POT else "加菜单"
        kitchen.print(zh_slip(title, [dish], table=table, time=time), after_s=5)
    kitchen.print(zh_slip("退菜单", [TRIPE], table="A1"))
    found = {v.table: [ln.content.name for ln in o.lines.values()] for v, o in at_tables(kitchen)}
    assert found == {"A1": ["麻辣锅底", "毛肚"], "B2": ["麻辣锅底", "虾滑"]}
    assert kitchen.to_cook() == {"麻辣锅底": "2", "虾滑": "1"}


def test_one_table_may_be_called_more_than_one_name() -> None:
    """Fault: the full slip says 大厅-A08 and a station's slip A08桌; that is one pot, not two."""
    kitchen = Pass()
    for table in ("大厅-A08", "A08", "A08桌"):
        kitchen.print(zh_slip(table=table, time=AT))
    assert kitchen.to_cook() == {"麻辣锅底": "1", "毛肚": "2"}


def test_a_reprint_after_a_move_that_no_slip_told_adds_nothing() -> None:
    kitchen = Pass()
    kitchen.print(zh_slip(time=AT))
    kitchen.print(zh_slip("厨房单 补打", table="B02", time=AT), after_s=600)
    assert kitchen.to_cook() == {"麻辣锅底": "1", "毛肚": "2"}
    assert len(kitchen.orders()) == 1


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        ("A08", "大厅-A08", True),
        ("A08(4人)", "a08", True),
        ("牡丹厅", "牡丹", True),
        ("A1", "A12", False),
        ("A08", "A8", False),
        ("大厅1", "包间1", False),
        ("牡丹", "玫瑰", False),
    ],
)
def test_names_of_a_table(one: str, other: str, *, same: bool) -> None:
    assert same_table(one, other) is same_table(other, one) is same
