"""A slip on a printer: a toy one that speaks ESC/POS on a real socket."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from PIL import ImageChops

from kds.kitchen.ids import Instant
from kds.kitchen.wording import Wording
from kds.rulebook.printing import Printer, PrinterMode, PrintOn, SlipKind
from kds.rulebook.slips import Slip, SlipLine
from pos_bridge.printing.device import look_at, print_slip
from pos_bridge.printing.layout import Row, Size, rows
from pos_bridge.printing.picture import picture
from pos_bridge.printing.slips import as_outgoing, slip_of
from pos_bridge.printing.trouble import (
    BROKE_OFF,
    NO_ANSWER,
    NO_PAPER,
    OFFLINE,
    PrinterTrouble,
)
from tests.bridge.printing.toy_printer import ToyPrinter

SLIP = Slip(
    printer="pass",
    rule="slips",
    kind=SlipKind.STATION,
    on=PrintOn.ROUTED,
    lang="zh",
    heading="A08",
    at=Instant(1_795_255_200_000),
    zone="Asia/Shanghai",
    station=Wording("切配", "Cutting"),
    facts=("打包", "4位"),
    note="过生日",
    lines=(
        SlipLine("2", "毛肚", ("!! 花生", "+ 香菜"), "欢聚双人餐", "3"),
        SlipLine("1", "Cheeseburger with a name that is longer than any paper is wide " * 2),
    ),
)


def printer(toy: ToyPrinter, **more: Any) -> Printer:
    return Printer("pass", Wording("出菜口", "Pass"), "127.0.0.1", toy.port, **more)


@pytest.mark.parametrize("paper_mm", [58, 80])
def test_a_slip_comes_out_dot_by_dot_as_it_was_drawn(paper_mm: int) -> None:
    """Also the long one, which goes in pieces."""
    long = [SlipLine(str(number), "宽粉") for number in range(40)]
    slip = replace(SLIP, lines=(*SLIP.lines, *long))
    with ToyPrinter() as toy:
        print_slip(printer(toy, paper_mm=paper_mm), slip)
    (paper,) = toy.papers
    expected = picture(rows(slip, again=False), paper_mm)
    assert paper.image is not None
    assert paper.image.size == expected.size
    assert ImageChops.logical_xor(paper.image, expected).getbbox() is None


def test_everything_is_on_the_paper_and_nothing_beyond_its_edge() -> None:
    """A row that does not fit goes on below; what has black dots at the edge was cut off."""
    image = picture(rows(SLIP, again=True), 58)
    assert image.width == 384
    plain = picture([Row("W" * 200, Size.LARGE)], 58)
    edge = plain.crop((plain.width - 4, 0, plain.width, plain.height))
    assert edge.getextrema() == (1, 1)
    assert plain.height > 10 * 42


def test_a_printer_with_its_own_fonts_gets_text() -> None:
    with ToyPrinter() as toy:
        print_slip(printer(toy, mode=PrinterMode.TEXT), SLIP, again=True)
    text = toy.papers[0].text
    for said in ("补打", "切配", "A08", "打包 · 4位", "过生日", "2 × 毛肚", "!! 花生", "18:00:00"):
        assert said in text


def test_a_printer_that_never_answers_is_believed() -> None:
    with ToyPrinter(answers=False) as toy:
        print_slip(printer(toy), SLIP)
        toy.wait_for(1)


@pytest.mark.parametrize(
    ("toy", "why", "has_begun"),
    [
        (ToyPrinter(has_paper=False), NO_PAPER, False),
        (ToyPrinter(is_online=False), OFFLINE, False),
        (ToyPrinter(breaks_off_after=2_000), BROKE_OFF, True),
    ],
)
def test_a_printer_in_trouble_says_what_it_is(
    toy: ToyPrinter, why: Wording, has_begun: bool
) -> None:
    """Whether it may have begun decides whether the next copy says that it is one."""
    with toy, pytest.raises(PrinterTrouble) as caught:
        print_slip(printer(toy), SLIP)
    assert (caught.value.why, caught.value.has_begun) == (why, has_begun)
    assert toy.papers == []


def test_a_printer_that_is_not_there_cannot_be_reached() -> None:
    with ToyPrinter() as toy:
        look_at(printer(toy))
    with pytest.raises(PrinterTrouble) as caught:
        look_at(printer(toy))
    assert caught.value.why == NO_ANSWER


def test_a_slip_is_kept_as_it_is() -> None:
    assert slip_of(as_outgoing(SLIP, "e:slips:1")) == SLIP


def test_a_void_slip_is_white_on_black() -> None:
    void = replace(SLIP, on=PrintOn.VOID)
    titles = [row for row in rows(void, again=False) if row.inverted]
    assert titles[0] == Row("退菜", Size.LARGE, "切配", inverted=True)
    assert any(row.text == "−2 × 毛肚" for row in rows(void, again=False))
