"""Signs of Chinese keyboards: told where they break the form, left alone where they are text."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kds.rulebook.nodes import parse
from kds.rulebook.typography import mended, slips


def places(text: str) -> list[tuple[int, int, str]]:
    return [(slip.line, slip.col, slip.sign) for slip in slips(text)]


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("book：\n", [(1, 5, "：")]),
        ("  - id：a\n", [(1, 7, "：")]),
        ("a: {zh：锅, en：Pot}", [(1, 7, "："), (1, 13, "：")]),
        ("a: [毛肚，肥牛；羊肉、x]", [(1, 7, "，"), (1, 10, "；"), (1, 13, "、")]),
        ("a: {x: 1，y: 2}", [(1, 9, "，")]),
        ("a: “b”", [(1, 4, "“"), (1, 6, "”")]),
        ("a: 「b」 # c", [(1, 4, "「"), (1, 6, "」")]),
        ("a: ［b］", [(1, 4, "［"), (1, 6, "］")]),
        ("a:\n\tb: c", [(2, 1, "\t")]),
        ("a:\n\u3000b: c", [(2, 1, "\u3000")]),
        ("a:\n \u00a0b: c", [(2, 2, "\u00a0")]),
        ("－ a", [(1, 1, "－")]),
        ("＃ a", [(1, 1, "＃")]),
    ],
)
def test_a_sign_that_breaks_the_form_is_found(text: str, found: list[object]) -> None:
    assert places(text) == found


@pytest.mark.parametrize(
    "text",
    [
        "a: 特价：毛肚",
        "a: 12：30",
        "a: 等锅，稍候",
        "a: {zh: 你好，请等, en: wait}",
        "a: [\"毛肚，肥牛\", 'a：b']",
        "a: 【招牌】毛肚",
        "a: 老板说“好吃”的肉",
        "a: x # 注：，“”",
        "# 注：，“”\t",
        "a: |\n  b：c，\n\td",
        "a: 双汇－火腿",
        "a: x\tb",
        'a: "多行\n  b：c"',
    ],
)
def test_the_same_sign_in_a_text_is_none(text: str) -> None:
    assert places(text) == []


SIGNS = st.sampled_from("ab \n\t:：，、,“”\"'「」{}[]［］｛｝#＃-－|\\\u3000\u00a0")


@given(st.text(SIGNS, max_size=60))
def test_mending_leaves_every_line_where_it_is(text: str) -> None:
    found = slips(text)
    again = mended(text, found)
    assert again.count("\n") == text.count("\n")
    assert bool(found) or again == text


@given(st.text(SIGNS, max_size=60))
def test_whatever_is_typed_is_read_or_refused_with_a_place(text: str) -> None:
    root, faults = parse("f.yaml", text)
    assert root is not None or faults or not text.strip("\n ") or "#" in text
    assert all(fault.line >= 1 and fault.col >= 1 for fault in faults)
