"""Templates say in which letters their slips are: jobs that are guessed wrong without."""

from __future__ import annotations

import pytest

from pos_bridge.capture.paper.splitting import Sheet
from pos_bridge.capture.slips.choosing import read_sheet
from pos_bridge.capture.slips.slip import Slip
from pos_bridge.capture.slips.templates import Template, read_template
from tests.unit.capture.escpos import Job
from tests.unit.capture.kitchen import NOON, PORT, ZONE, Pass, sheets, shipped

TILLS = {
    "big5": ("菜單", "NO {number}", "{name}  x{quantity}", "鍋貼", "hot"),
    "shift_jis": ("調理指示", "伝票 {number}", "{name}  {count}", "唐揚", "辛口"),
    "katakana": ("ﾁｭｳﾎﾞｳ", "ﾃﾞﾝﾋﾟｮｳ {number}", "{name}  {count}", "ﾗｰﾒﾝ", "ﾍﾞﾂ"),
    "cp874": ("ใบสั่งอาหาร", "บิล {number}", "{name}  {count}", "ข้าวผัด", "ไม่เผ็ด"),
    "cp1251": ("КУХНЯ", "заказ {number}", "{name}  {count}", "Борщ", "без сметаны"),
}


def template(charset: str, *, more: str = "") -> Template:
    title, number, dish, _, _ = TILLS[charset]
    text = f"""template: mine
encoding: {charset}
kinds: {{kind: order, when: "{title}"}}
fields: {{number: "{number}"}}
dishes: {{dish: "{dish}", modifier: "* {{text}}"}}
{more}
"""
    found, faults = read_template("mine.yaml", text)
    assert found is not None, [fault.text() for fault in faults]
    return found


def job(charset: str, *, before: bytes = b"") -> bytes:
    title, number, dish, name, way = TILLS[charset]
    ours = "shift_jis" if charset == "katakana" else charset  # half width: the same single bytes
    row = dish.format(name=name, quantity=2, count=2)
    rows = (title, number.format(number="A12"), row, f"* {way}")
    return Job(ours).raw(before).lines(*rows).cut()


def read(data: bytes, *templates: Template, port: int = PORT) -> tuple[Sheet, Slip | None]:
    (sheet,) = sheets(data)
    return read_sheet(sheet, templates, port, NOON, ZONE)


@pytest.mark.parametrize("charset", TILLS)
def test_a_templates_encoding_comes_before_any_guess(charset: str) -> None:
    """Fault: `encoding` was checked and never used, so such slips were cards nobody could read."""
    (guessed,) = sheets(job(charset))
    assert TILLS[charset][0] not in guessed.document.text()

    sheet, slip = read(job(charset), *shipped(), template(charset))

    assert slip is not None
    assert (slip.number, slip.source) == ("A12", "mine")
    (dish,) = slip.dishes
    assert (dish.name, str(dish.quantity), dish.modifiers) == (
        TILLS[charset][3],
        "2",
        (TILLS[charset][4],),
    )
    assert sheet.document.charset == charset


def test_a_page_that_nobody_knows_is_the_templates() -> None:
    """Printers of other makers have Thai under numbers of their own; a known one is believed."""
    _, slip = read(job("cp874", before=b"\x1bt\x60"), template("cp874"))
    assert slip is not None
    assert slip.dishes[0].name == "ข้าวผัด"
    _, slip = read(job("cp874", before=b"\x1bt\x13"), template("cp874"))
    assert slip is None


def test_what_the_job_says_outweighs_the_template() -> None:
    chosen = Job("utf-8").raw(b"\x1c(C\x02\x000\x02").lines("菜單", "NO A12", "鍋貼  x2").cut()
    _, slip = read(chosen, template("big5"))
    assert slip is not None
    assert slip.dishes[0].name == "鍋貼"


def test_a_port_of_its_own_chooses_a_tills_template() -> None:
    """The same words on two tills, in other letters: only where they print tells them apart."""
    ports = {"big5": 1, "cp874": 2}
    mine = [template(c, more=f"ports: {port}\nsource: {c}") for c, port in ports.items()]
    title = TILLS["cp874"][0]
    both = [*mine, *shipped()]
    for till, port in ports.items():
        _, slip = read(job(till), *both, port=port)
        assert slip is not None
        assert slip.source == till
    sheet, slip = read(job("cp874"), *both, port=3)
    assert slip is None
    assert title not in sheet.document.text()


def test_a_slip_that_nobody_knows_stands_in_the_letters_of_its_port() -> None:
    kitchen = Pass((template("cp874", more=f"ports: [{PORT}]"), *shipped()))
    assert kitchen.print(Job("cp874").lines("ปิดกะ", "ยอดรวม 1200").cut()) == ["text"]
    assert "ยอดรวม 1200" in kitchen.cards()[0]


def test_a_templates_own_port_is_tried_before_the_rest() -> None:
    """The shipped English template knows these words, too."""
    mine = template("cp1251", more=f"ports: {PORT}")
    latin = Job("cp1251").lines("KITCHEN", "Order 7", "КУХНЯ", "заказ 8", "Борщ  2").cut()
    _, slip = read(latin, *shipped(), mine)
    assert slip is not None
    assert (slip.source, slip.number) == ("mine", "8")


@pytest.mark.parametrize("port", ["0", "65536", "till"])
def test_what_is_no_port_is_said(port: str) -> None:
    rest = "kinds: {kind: order, when: A}\ndishes: {dish: '{name}'}"
    found, faults = read_template("mine.yaml", f"template: mine\nports: [{port}]\n{rest}\n")
    assert found is None
    assert faults[0].text().startswith("mine.yaml:2:9: ")
