"""Texts from anywhere: cleaned, broken, cut, and never lost."""

from hypothesis import given
from hypothesis import strategies as st

from kds.ui.text import ELLIPSIS, break_lines, clean, cut, has_right_to_left, is_wide


def width(text: str) -> int:
    """Wide characters are twice as wide as others."""
    return sum(20 if is_wide(c) else 10 for c in text)


texts = st.text(
    st.one_of(
        st.sampled_from("ab c，（）毛肚,."), st.characters(min_codepoint=33, max_codepoint=0xFFFF)
    ),
    max_size=60,
).map(clean)


@given(texts, st.integers(20, 400))
def test_no_line_is_too_long_and_no_letter_is_lost(text: str, room: int) -> None:
    lines = break_lines(text, room, width)
    assert "".join(lines) == text
    assert all(width(line.rstrip()) <= room for line in lines)


@given(texts, st.integers(40, 400), st.integers(1, 4))
def test_no_more_lines_than_allowed_and_a_cut_is_seen(text: str, room: int, most: int) -> None:
    lines = break_lines(text, room, width, most)
    assert len(lines) <= most
    assert all(width(line.rstrip()) <= room for line in lines)
    if len(break_lines(text, room, width)) > most:
        assert lines[-1].endswith(ELLIPSIS)


@given(texts, st.integers(40, 400))
def test_cut_text_fits_and_says_so(text: str, room: int) -> None:
    short = cut(text, room, width)
    assert width(short) <= room
    assert short == text or short.endswith(ELLIPSIS)


def test_words_stay_whole_and_chinese_breaks_anywhere() -> None:
    assert break_lines("pad thai noodles", 100, width) == ("pad thai ", "noodles")
    assert break_lines("鲜毛肚大份", 60, width) == ("鲜毛肚", "大份")
    assert break_lines("雪花肥牛 large", 90, width) == ("雪花肥牛 ", "large")
    assert break_lines("antidisestablish", 80, width) == ("antidise", "stablish")


def test_punctuation_does_not_begin_a_line() -> None:
    assert break_lines("要毛肚，鸭血", 60, width)[1][0] != "，"
    assert not break_lines("毛肚（大份）", 60, width)[0].endswith("（")


def test_control_characters_are_dropped_and_lines_joined() -> None:
    assert clean("a\u202eb\nc\t d\x07\u2066") == "ab c d"
    assert clean("\ud800x") == "x"


def test_direction_is_known() -> None:
    assert has_right_to_left("2 شاورما")
    assert not has_right_to_left("毛肚 Ribeye 2")


def test_a_word_without_end_costs_what_its_lines_cost() -> None:
    """Fault: one dish name of 100,000 letters held up every wall that showed it for minutes."""
    measured = 0

    def width(text: str) -> int:
        nonlocal measured
        measured += len(text)
        return 10 * len(text)

    lines = break_lines("A" * 100_000, 400, width)

    assert "".join(lines) == "A" * 100_000
    assert cut("A" * 100_000, 400, width) == "A" * 39 + "…"
    assert measured < 20 * 100_000
