"""Both languages say everything, and every word fits where it stands."""

import re
from pathlib import Path
from string import Formatter

import pytest
from pytestqt.qtbot import QtBot

from kds.kitchen.messages import Channel, Payment, Service
from kds.ui.chrome.health import TroubleKind
from kds.ui.intents import Button
from kds.ui.qt.fonts import Letters
from kds.ui.style.lettering import Role
from kds.ui.style.measures import Screen, measures
from kds.ui.ticket.face import Action
from kds.ui.words import LANGUAGES, other_language, words

UI = Path(__file__).resolve().parents[2] / "kds" / "ui"
ZH, EN = (words(lang).texts for lang in LANGUAGES)


def figures(text: str) -> int:
    """How many figures a text takes."""
    return sum(1 for _, name, _, _ in Formatter().parse(text) if name is not None)


def test_both_languages_have_the_same_keys() -> None:
    assert set(ZH) == set(EN)


@pytest.mark.parametrize("key", sorted(ZH))
def test_both_languages_take_the_same_figures(key: str) -> None:
    # A language may leave a figure out (READY), but must not ask for more.
    assert abs(figures(ZH[key]) - figures(EN[key])) <= 1


def test_every_key_that_is_asked_for_exists() -> None:
    asked = set()
    for path in UI.rglob("*.py"):
        text = path.read_text("utf-8")
        asked |= set(re.findall(r'words(?:\.texts)?[(\[]\s*"([a-z_.]+)"', text))
    assert len(asked) > 40
    assert asked <= set(ZH)


def test_every_value_has_its_word() -> None:
    named = [f"service.{value}" for value in Service]
    named += [f"meta.{value}" for value in Payment]
    named += [f"channel.{value}" for value in Channel]
    named += [f"btn.{value}" for value in Button]
    named += [value.value for value in Action]
    named += [f"trouble.{kind}.{half}" for kind in TroubleKind for half in ("name", "text")]
    assert set(named) <= set(ZH)


@pytest.mark.parametrize("lang", LANGUAGES)
def test_words_fit_their_buttons(qtbot: QtBot, lang: str) -> None:
    m = measures(33, Screen(1920, 1080))
    letters = Letters(m)
    for action in Action:
        label = words(lang)(action, 12)
        assert letters.width(label, Role.BUTTON) + m.button_icon + m.cell_gap <= 7 * m.dish, label
    for button in Button:
        label = words(lang)(f"btn.{button}")
        assert letters.width(label, Role.BOTTOM) <= 5 * m.dish, label


def test_unknown_language_reads_english() -> None:
    assert words("fr").lang == "en"
    assert (other_language("zh"), other_language("en")) == ("en", "zh")
    assert words("zh")("btn.page", 1, 2) == "1 / 2"
