"""Orders out of somebody's own file: whatever it looks like, bad rows are named and left out."""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kds.demo.feed import LONGEST_GAP_S, Columns, Feed, FeedError, parse_feed, read_feed

USUAL = Columns()
HEAD = "time,order,dish,quantity\n"


def test_rows_of_one_number_are_one_order_and_orders_come_by_time() -> None:
    text = HEAD + "2019-04-30T18:00:00,2,Naan,1\n2019-04-30T17:00:00,1,Rice,2\n"
    orders, bad = parse_feed(text + "2019-04-30T18:00:00,2,Curry,1.5\n", USUAL)
    assert [(each.number, each.dishes) for each in orders] == [
        ("1", [("Rice", Decimal(2))]),
        ("2", [("Naan", Decimal(1)), ("Curry", Decimal("1.5"))]),
    ]
    assert bad == []


def test_bad_rows_are_named_with_their_line_and_left_out() -> None:
    rows = ("18:00,1,Rice,1", "noon,2,Rice,1", "18:01,3,Rice,many", "18:02,4", "", "18:03,5,,1")
    orders, bad = parse_feed(HEAD + "\n".join(rows), USUAL)
    assert [order.number for order in orders] == ["1"]
    assert [str(row) for row in bad] == [
        "line 3: 'noon' is no time",
        "line 4: 'many' is no quantity",
        "line 5: has no dish",
        "line 7: has no dish",
    ]


@pytest.mark.parametrize("quantity", ["0", "-1", "NaN", "Infinity", "1e9"])
def test_a_quantity_that_nobody_can_cook_is_a_bad_row(quantity: str) -> None:
    with_one = HEAD + f"18:00,1,Rice,1\n18:00,1,Soup,{quantity}\n"
    (order,), bad = parse_feed(with_one, USUAL)
    assert order.dishes == [("Rice", Decimal(1))]
    assert [row.line for row in bad] == [3]


@pytest.mark.parametrize(
    "time",
    ["2024-01-02 18:30", "02/01/2024 18:30", "2024/01/02 18:30:00", "02.01.2024 18:30"],
)
def test_times_are_read_as_people_write_them(time: str) -> None:
    (order,), _ = parse_feed(HEAD + f"{time},1,Rice,1\n", USUAL)
    assert (order.at.day, order.at.month, order.at.hour, order.at.minute) == (2, 1, 18, 30)


@pytest.mark.parametrize("separator", [",", ";", "\t", "|"])
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "gb18030"])
def test_any_usual_encoding_and_separator_is_found_out(
    tmp_path: Path, separator: str, encoding: str
) -> None:
    path = tmp_path / "orders.csv"
    rows = (("下单时间", "订单号", "菜名", "数量"), ("18:30", "1", "毛肚", "2"))
    path.write_bytes("\r\n".join(separator.join(row) for row in rows).encode(encoding))
    (order,), bad = read_feed(path, USUAL)
    assert (order.dishes, bad) == ([("毛肚", Decimal(2))], [])


def test_columns_can_be_named() -> None:
    named = Columns(time="When", order="Bill", dish="What", quantity="How many")
    (order,), _ = parse_feed("how many,WHAT,bill,when\n3,Rice,9,18:00\n", named)
    assert (order.number, order.dishes) == ("9", [("Rice", Decimal(3))])


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("", "no column for the time: name it by --column-time (of: none)"),
        ("time,order,dish\n", "no column for the quantity"),
        (HEAD, "holds no orders"),
        (HEAD + "x,1,Rice,1\n", "holds no orders; line 2: 'x' is no time"),
    ],
)
def test_a_file_of_no_use_says_why(tmp_path: Path, text: str, why: str) -> None:
    path = tmp_path / "orders.csv"
    path.write_text(text, "utf-8")
    with pytest.raises(FeedError) as told:
        read_feed(path, USUAL)
    assert why in str(told.value)


def test_a_file_that_is_not_there_says_so(tmp_path: Path) -> None:
    with pytest.raises(FeedError, match="can not be read: No such file"):
        read_feed(tmp_path / "none.csv", USUAL)


@given(st.binary(max_size=400))
def test_no_bytes_are_a_traceback(tmp_path_factory: pytest.TempPathFactory, raw: bytes) -> None:
    path = tmp_path_factory.getbasetemp() / "orders.csv"
    path.write_bytes(HEAD.encode() + b"18:00,1,Rice,1\n" + raw)
    orders, _ = read_feed(path, USUAL)
    assert orders


def test_a_night_between_two_orders_is_cut_short() -> None:
    text = HEAD + "2019-04-30T22:00:00,1,Rice,1\n2019-05-01T12:00:00,2,Rice,1\n"
    feed = Feed(parse_feed(text, USUAL)[0])
    assert feed.gap_s == LONGEST_GAP_S
    assert [feed.take("now")["order_id"] for _ in range(2)] == ["1", "2"]
    assert feed.is_empty
