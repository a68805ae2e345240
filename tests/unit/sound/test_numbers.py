"""Numbers as a waiter says them."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kds.sound.numbers import en_label, en_number, zh_count, zh_label, zh_number

_VALUES = {letter: value for value, letter in enumerate("零一二三四五六七八九")}
_UNITS = {"十": 10, "百": 100, "千": 1000}


def read(said: str) -> int:
    """Return the number that a Chinese listener understands."""
    total = digit = 0
    for letter in said:
        if letter in _UNITS:
            total += (digit or 1) * _UNITS[letter]
            digit = 0
        else:
            digit = _VALUES[letter]
    return total + digit


@pytest.mark.parametrize(
    ("number", "said"),
    [
        (0, "零"),
        (2, "二"),
        (10, "十"),
        (12, "十二"),
        (20, "二十"),
        (101, "一百零一"),
        (110, "一百一十"),
        (1_001, "一千零一"),
        (1_010, "一千零一十"),
        (9_999, "九千九百九十九"),
        (10_000, "一零零零零"),
        (-5, "五"),
    ],
)
def test_chinese_numbers(number: int, said: str) -> None:
    assert zh_number(number) == said


@given(st.integers(0, 9_999))
def test_every_chinese_number_is_understood(number: int) -> None:
    assert read(zh_number(number)) == number


@pytest.mark.parametrize(
    ("number", "said"),
    [
        (1, "一道"),
        (2, "两道"),
        (3, "三道"),
        (12, "十二道"),
        (22, "二十二道"),
        (200, "两百道"),
        (202, "两百零二道"),
        (2_000, "两千道"),
    ],
)
def test_two_of_something_is_liang_never_er(number: int, said: str) -> None:
    assert zh_count(number, "道") == said


def test_english_numbers_are_words_as_long_as_they_are_short() -> None:
    assert [en_number(n) for n in (0, 1, 12, 20, 21, 130)] == [
        *("zero", "one", "twelve", "twenty", "21", "130")
    ]


@pytest.mark.parametrize(
    ("digits", "zh", "en"),
    [
        ("8", "八", "8"),
        ("12", "十二", "12"),
        ("08", "零八", "oh 8"),
        ("100", "一百", "100"),
        ("101", "一零一", "1 oh 1"),
        ("0", "零", "oh"),
        ("1043", "一零四三", "1 oh 4 3"),
        ("202611210042", "零零四二", "oh oh 4 2"),
    ],
)
def test_the_digits_of_a_table_are_a_name_not_an_amount(digits: str, zh: str, en: str) -> None:
    assert (zh_label(digits), en_label(digits)) == (zh, en)
