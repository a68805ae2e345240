"""The line above a demo: all of it is read, in smaller letters where there is little room."""

from __future__ import annotations

import pytest

from kds.demo import script
from kds.demo.script import key_card
from kds.kitchen.wording import Wording
from kds.ui.chrome.caption import Caption, draw_caption, draw_key_card
from kds.ui.geometry import Box
from kds.ui.options import Options, measures_for
from kds.ui.qt.fonts import Letters
from kds.ui.style.measures import Screen
from tests.ui.recorder import Recorder

TELLINGS = [told for told in vars(script).values() if isinstance(told, Wording)]
SIZES = [(1920, 1080), (1366, 768), (1200, 720)]


def canvas_for(size: tuple[int, int]) -> Recorder:
    return Recorder(Letters(measures_for(Options(smallest=14), Screen(*size))))


@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize("lang", ["zh", "en"])
def test_no_telling_is_cut(qapp: object, size: tuple[int, int], lang: str) -> None:
    for told in TELLINGS:
        canvas = canvas_for(size)
        text = told[lang].replace("{}", "10")
        line = Caption("0:05", text, "Table A, 15, two beef aorta late", script.END_HINT[lang])
        draw_caption(canvas, line, Box(0, 0, size[0], canvas.measures.status))
        assert text in canvas.texts


@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize("lang", ["zh", "en"])
def test_the_card_of_keys_lies_within_the_window(
    qapp: object, size: tuple[int, int], lang: str
) -> None:
    canvas = canvas_for(size)
    draw_key_card(canvas, key_card(lang), Box(0, 0, size[0], canvas.measures.status))
    assert max(said.box.right for said in canvas.said) <= size[0]
