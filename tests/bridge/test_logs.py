"""The log is one line per record and safe to read."""

from __future__ import annotations

import logging

import pytest

from pos_bridge.logs import OneLine, escaped


def formatted(message: str, *arguments: object, error: BaseException | None = None) -> str:
    info = None if error is None else (type(error), error, error.__traceback__)
    record = logging.LogRecord("pos_bridge", logging.ERROR, __file__, 1, message, arguments, info)
    return OneLine().format(record)


@pytest.mark.parametrize(
    "text", ["a\nb", "a\r\nb", "\x1b[31mred", "\x00", "\x85", "\u2028", "\u202e"]
)
def test_control_characters_cannot_forge_a_line(text: str) -> None:
    shown = formatted("order %s", text)
    assert shown.isprintable()
    assert "\\" in shown


def test_lone_surrogates_do_not_stop_the_log() -> None:
    assert escaped("\ud800").isascii()


def test_chinese_stays_legible() -> None:
    assert "麻辣锅底" in formatted("%s", "麻辣锅底")


def test_an_exception_is_one_line_with_the_way_it_came() -> None:
    try:
        int("x")
    except ValueError as error:
        shown = formatted("failed", error=error)
    assert "\n" not in shown
    assert "ValueError: invalid literal" in shown
    assert "test_logs.py:" in shown


def test_a_line_has_an_end() -> None:
    assert len(formatted("%s", "x" * 1_000_000)) < 3_000
