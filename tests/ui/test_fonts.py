"""The bundled fonts: the same letters everywhere, and every letter of the wall's own words."""

import pytest
from PySide6.QtGui import QFontInfo, QRawFont
from pytestqt.qtbot import QtBot

from kds.ui import assets
from kds.ui.qt import fonts
from kds.ui.qt.fonts import FontError, Letters, load_fonts
from kds.ui.style.lettering import FAMILY, Role
from kds.ui.style.measures import Screen, measures
from kds.ui.words import LANGUAGES, words


@pytest.fixture
def letters(qtbot: QtBot) -> Letters:
    """Letters at the size of the pictures."""
    return Letters(measures(33, Screen(1920, 1080)))


def test_texts_are_written_in_the_bundled_font_in_both_weights(letters: Letters) -> None:
    for role in (Role.DISH, Role.NOTE):
        font = letters.fonts[role]
        assert QFontInfo(font).family() == FAMILY
        assert QFontInfo(font).exactMatch()
    assert letters.width("毛肚 Ribeye", Role.DISH) > letters.width("毛肚 Ribeye", Role.DISH_WAITS)


def test_every_digit_is_as_wide_so_that_clocks_stand_still(letters: Letters) -> None:
    for role in (Role.CLOCK, Role.QUANTITY, Role.BAR_CLOCK, Role.CELL):
        assert len({letters.width(f"1{digit}:0{digit}", role) for digit in range(10)}) == 1


@pytest.mark.parametrize("lang", LANGUAGES)
def test_every_letter_of_the_words_is_bundled(letters: Letters, lang: str) -> None:
    for role in (Role.DISH, Role.NOTE):
        raw = QRawFont.fromFont(letters.fonts[role])
        used = {c for text in words(lang).texts.values() for c in text} | set("…·×°½")
        missing = [c for c in used if not c.isspace() and not raw.supportsCharacter(ord(c))]
        assert not missing


def test_fonts_are_small_enough_to_bundle_and_carry_their_licence() -> None:
    files = assets.fonts()
    assert len(files) == 2
    assert sum(file.stat().st_size for file in files) <= 6_000_000
    assert "SIL OPEN FONT LICENSE" in (assets.ASSETS / "fonts" / "OFL.txt").read_text("utf-8")


def test_missing_fonts_are_said_and_not_replaced(monkeypatch: pytest.MonkeyPatch) -> None:
    load_fonts.cache_clear()
    monkeypatch.setattr(fonts, "fonts", list)
    with pytest.raises(FontError, match="no fonts in assets"):
        load_fonts()
    load_fonts.cache_clear()


def test_widths_are_remembered_but_not_for_ever(
    letters: Letters, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(fonts, "_REMEMBERED", 3)
    first = letters.width("0", Role.DISH)
    for i in range(10):
        letters.width(str(i), Role.DISH)
    assert letters.width("0", Role.DISH) == first
