"""Names of tables, orders and dishes, as they can be said."""

from __future__ import annotations

import re
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kds.kitchen.ids import LineId
from kds.kitchen.messages import LineContent, OrderFields, Service
from kds.sound.names import dish_said, ticket_said

ZH_SPEAKABLE = re.compile(r"[\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaffA-Z ]*")
EN_SPEAKABLE = re.compile(r"[A-Za-z0-9', -]*")


def dish(name: str, **names: str) -> LineContent:
    return LineContent(LineId("1"), name, Decimal(1), names=tuple(names.items()))


@pytest.mark.parametrize(
    ("table", "zh", "en"),
    [
        ("8", "八号桌", "Table 8"),
        ("12", "十二号桌", "Table 12"),
        ("A08", "A零八号桌", "Table A, oh 8"),
        ("a08", "A零八号桌", "Table A, oh 8"),
        ("A-12", "A十二号桌", "Table A, 12"),
        ("B12", "B十二号桌", "Table B 12"),
        ("101", "一零一号桌", "Table 1 oh 1"),
        ("8号桌", "八号桌", "Table 8"),
        ("桌8", "八号桌", "Table 8"),
        ("Table 5", "五号桌", "Table 5"),
        ("Patio 5", "五号桌", "Patio 5"),
        ("包间12", "包间十二号", "Table 12"),
        ("8号包间", "八号包间", "Table 8"),
        ("吧台3", "吧台三号桌", "Table 3"),
        ("VIP", "VIP桌", "Table VIP"),
        ("8-2", "八杠二号桌", "Table 8 2"),
        ("露台-5", "露台五号桌", "Table 5"),
        ("Ａ０８", "A零八号桌", "Table A, oh 8"),
        ("\u202eA08\u200b", "A零八号桌", "Table A, oh 8"),
        ("٣", "三号桌", "Table 3"),
        ("Ä5", "A五号桌", "Table A, 5"),
    ],
)
def test_tables_are_called_as_a_waiter_would(table: str, zh: str, en: str) -> None:
    fields = OrderFields()
    assert (ticket_said(table, fields, "zh"), ticket_said(table, fields, "en")) == (zh, en)


def test_a_room_with_a_name_is_called_by_it() -> None:
    assert ticket_said("牡丹厅", OrderFields(), "zh") == "牡丹厅"


@pytest.mark.parametrize(
    ("service", "number", "zh", "en"),
    [
        (Service.TAKEAWAY, "42", "外带 四十二号", "Take-away 42"),
        (Service.DELIVERY, "20261121-0042", "外卖 零零四二号", "Delivery oh oh 4 2"),
        (Service.PICKUP, "", "自取", "Pick-up"),
        (Service.DRIVE_THRU, "7", "车道 七号", "Drive-thru 7"),
        (Service.DINE_IN, "A08", "A零八号", "Order A, oh 8"),
        (Service.DINE_IN, "", "有一单", "Order"),
    ],
)
def test_without_a_table_the_order_is_called(
    service: Service, number: str, zh: str, en: str
) -> None:
    fields = OrderFields(service=service, number=number)
    for table in ("", "🍜"):
        assert (ticket_said(table, fields, "zh"), ticket_said(table, fields, "en")) == (zh, en)


@pytest.mark.parametrize(
    ("name", "zh", "en"),
    [
        ("毛肚", "毛肚", ""),
        ("毛肚(大份)", "毛肚", ""),
        ("毛肚【招牌】", "毛肚", ""),
        ("3人套餐", "三人套餐", ""),
        ("2人套餐", "两人套餐", ""),
        ("XO酱炒饭", "XO酱炒饭", ""),
        ("可乐330ml", "可乐", ""),
        ("Coke", "", "coke"),
        ("Crème Brûlée", "", "creme brulee"),
        ("Dragon's beard - small", "", "dragon's beard small"),
        ("🍜🍜", "", ""),
        ("7Up", "", ""),
        ("", "", ""),
    ],
)
def test_dishes(name: str, zh: str, en: str) -> None:
    assert (dish_said(dish(name), "zh"), dish_said(dish(name), "en")) == (zh, en)


def test_a_name_in_the_spoken_language_wins() -> None:
    both = dish("毛肚", en="tripe", **{"zh-CN": "鲜毛肚"})
    assert (dish_said(both, "zh"), dish_said(both, "en")) == ("鲜毛肚", "tripe")


@given(st.text(max_size=300), st.text(max_size=50))
def test_whatever_was_typed_only_letters_and_digits_reach_a_voice(name: str, number: str) -> None:
    fields = OrderFields(number=number)
    for said in (ticket_said(name, fields, "zh"), dish_said(dish(name), "zh")):
        assert ZH_SPEAKABLE.fullmatch(said)
        assert len(said) < 250
    for said in (ticket_said(name, fields, "en"), dish_said(dish(name), "en")):
        assert EN_SPEAKABLE.fullmatch(said)
        assert len(said) < 250
    assert ticket_said(name, fields, "zh")
    assert ticket_said(name, fields, "en")
