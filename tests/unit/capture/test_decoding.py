"""What a sheet shows: every letter, whatever commands stand between; no parameter is ever text."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pos_bridge.capture.paper.decoding import decode
from pos_bridge.capture.paper.document import Align, Code, Document, Picture
from pos_bridge.capture.paper.preview import preview
from pos_bridge.capture.paper.setup import Setup
from tests.unit.capture.escpos import Job
from tests.unit.capture.kitchen import sheets


def printed(data: bytes, charset: str = "") -> str:
    return decode(data, charset=charset)[0].text()


@pytest.mark.parametrize(
    ("charset", "text"),
    [
        ("gb18030", "麻辣锅底 2份 ｘ３"),
        ("utf-8", "麻辣锅底 2份 ข้าวผัด é"),
        ("big5", "牛肉麵 加辣 不要香菜 珍珠奶茶"),
        ("shift_jis", "ラーメン 大盛り こってり"),
        ("cp437", "Crème brûlée"),
    ],
)
def test_a_job_that_names_no_code_page_is_read_as_what_it_looks_like(
    charset: str, text: str
) -> None:
    assert printed(b"\x1b@" + text.encode(charset) + b"\n") == text


@pytest.mark.parametrize(
    ("page", "charset", "text"),
    [
        (19, "cp858", "Crêpe 3€"),
        (16, "cp1252", "Bœuf 3€"),
        (17, "cp866", "Борщ"),
        (21, "cp874", "ข้าวผัด"),
        (47, "cp1253", "Μουσακάς"),
    ],
)
def test_a_chosen_code_page_is_obeyed(page: int, charset: str, text: str) -> None:
    assert printed(b"\x1b@\x1bt" + bytes((page,)) + text.encode(charset) + b"\n") == text


def test_half_width_katakana_and_vietnamese_have_tables_of_our_own() -> None:
    assert printed(b"\x1bt\x01\xb7\xdd\n") == "ｷﾝ"
    assert printed(b"\x1bt\x1eTi\xd5ng Vi\xd6t\n") == "Tiếng Việt"


def test_an_unknown_code_page_loses_nothing_but_its_own_letters() -> None:
    assert printed(b"\x1bt\xc8Caf\xe9 2\n") == "Caf\ufffd 2"


def test_utf8_may_be_switched_on_in_the_middle_of_a_job() -> None:
    data = b"\x1bt\x10caf\xe9\n\x1c(C\x02\x000\x02" + "面".encode() + b"\n\x1c(C\x02\x000\x01\xe9\n"
    assert printed(data) == "café\n面\né"


def test_other_countries_print_other_signs() -> None:
    assert printed(b"\x1bR\x03#5\n\x1bR\x00#5\n\x1bR\x0f$5\n") == "£5\n#5\n¥5"


LOOKS = (b"\x1b!\x00", b"\x1bE\x01", b"\x1d!\x11", b"\x1c!\x00", b"\x1b-\x01")


@pytest.mark.parametrize("command", LOOKS)
@pytest.mark.parametrize("charset", ["gb18030", "big5", "utf-8"])
def test_a_style_in_the_middle_of_a_letter_breaks_nothing(command: bytes, charset: str) -> None:
    """As real drivers do where they cut a text into pieces of so many bytes."""
    text = "桌號：二十八 牛肉"
    data = text.encode(charset)
    for cut in range(len(data) + 1):
        job = b"\x1b@" + data[:cut] + command + data[cut:] + b"\n"
        assert printed(job) == text, cut


def test_the_rest_survives_where_half_a_letter_is_lost() -> None:
    line = "——————————".encode("gb18030")
    job = b"\x1b@\x1c&" + line[1:] + b"\n" + "毛肚 2份".encode("gb18030") + b"\n"
    dashes, dish = printed(job).split("\n")
    assert dashes == "\ufffd—————————"
    assert dish == "毛肚 2份"


def test_four_byte_letters_and_digits_after_a_broken_one_survive() -> None:
    assert printed(b"\x1c&" + "𠮷野家 12".encode("gb18030") + b"\n") == "𠮷野家 12"
    assert printed(b"\x1c&" + "单号".encode("gb18030") + b"\xb5" + b"\n12\n").endswith("12")


@pytest.mark.parametrize(
    "command",
    [
        b"\x1b!1", b"\x1da1"[:3], b"\x1dV1", b"\x1bd2", b"\x1bJ0", b"\x1b$10", b"\x1b\\01",
        b"\x1bp000", b"\x1dL12", b"\x1dW12", b"\x1dh1", b"\x1dw1", b"\x1dH2", b"\x1df1", b"\x1bR0",
        b"\x1c!0", b"\x1cS12", b"\x1b3 ", b"\x1bB42", b"\x1bc30", b"\x1dP11", b"\x10\x04\x01",
        b"\x10\x14\x01\x00\x01", b"\x1bD\x08\x10\x00", b"\x1d(A\x02\x0012", b"\x1dI1", b"\x1dr1",
        b"\x1b*\x00\x03\x00123", b"\x1b*!\x01\x00123", b"\x1dv0\x00\x01\x00\x02\x0012",
        b"\x1dk\x04123\x00", b"\x1dkI\x03123", b"\x1d*\x01\x0112345678",
        b"\x1d8L\x03\x00\x00\x00123", b"\x1b&\x01AA\x03123",
        b"\x1cq\x01\x01\x00\x01\x0012345678", b"\x1dg2\x0011", b"\x1bW12345678",
    ],
)  # fmt: skip
def test_no_parameter_is_ever_text(command: bytes) -> None:
    """A parameter that looks like a digit would be read as part of an order's number."""
    text = [
        ln.text.strip() for ln in decode(b"A\n" + command + b"42\n")[0].lines if ln.text.strip()
    ]
    assert text == ["A", "42"]


def test_columns_that_are_places_on_the_line_stay_apart() -> None:
    job = b"\x1b@Rice\x1b$\x20\x012\x1b$\x80\x01 4.00\nTea\t1\n"
    assert printed(job) == "Rice                    2        4.00\nTea     1"


def test_looks_and_places_of_lines() -> None:
    job = Job("cp437").line("A08", big=True).raw(b"\x1ba\x01").line("x", bold=True).line("plain")
    document, setup = decode(job.data)
    big, bold, plain = document.lines
    assert (big.has("big"), bold.has("bold"), plain.has("bold")) == (True, True, False)
    assert (big.align, bold.align) == (Align.LEFT, Align.CENTER)
    assert setup.align is Align.CENTER


def test_pictures_and_codes_are_told_from_text() -> None:
    job = (
        Job()
        .line("above")
        .picture(2, 3)
        .qr("https://example.com")
        .raw(b"\x1dkE\x0342A")
        .line("below")
    )
    document, _ = decode(job.data)
    picture, qr, bar = (p for p in document.parts if isinstance(p, Picture | Code))
    assert picture == Picture(16, 3, (b"\x00\x01",) * 3)
    assert (qr, bar) == (Code("QR", "https://example.com"), Code("CODE39", "42A"))
    assert [line.text for line in document.lines] == ["above", "below"]


def test_a_picture_can_be_looked_at() -> None:
    square = Picture(8, 8, (b"\xff", *[b"\x81"] * 6, b"\xff"))
    assert list(preview(square)) == ["⡏⠉⠉⢹", "⣇⣀⣀⣸"]
    wide = Picture(800, 8, (b"\x80" + bytes(99), *[bytes(100)] * 7))
    assert list(preview(wide)) == ["⠁"]


def test_strips_of_dots_make_one_picture() -> None:
    strip = b"\x1b*!\x02\x00\xff\x00\xff\x00\xff\x00\n"
    document, _ = decode(strip * 2)
    pictures = [p for p in document.parts if isinstance(p, Picture)]
    assert pictures[0].rows[0] == b"\x80"
    assert pictures[0].rows[8] == b"\x40"


def test_stored_graphics_are_shown_when_they_are_printed() -> None:
    store = b"\x1d(L\x0c\x000p0\x01\x011\x08\x00\x02\x00\xaa\x55"
    document, _ = decode(store + b"\x1d(L\x02\x0002")
    assert document.parts == (Picture(8, 2, (b"\xaa", b"\x55")),)


def test_line_ends_of_all_kinds_end_one_line() -> None:
    assert printed(b"a\r\nb\rc\n\rd\n") == "a\nb\nc\nd"


def test_the_setup_lasts_until_the_printer_is_set_anew() -> None:
    _, setup = decode(b"\x1bt\x13x\n\x1dV\x00")
    assert Setup.from_text(f"application/vnd.escpos; end=cut; {setup.as_text()}").page == 19
    assert decode(b"\xd5\n", setup)[0].text() == "€"
    assert decode(b"\x1b@", setup)[1] == Setup()


def test_text_that_a_reset_throws_away_is_not_printed() -> None:
    assert decode(b"lost\x1b@kept\n")[0].text() == "kept"


@given(st.binary(max_size=400))
def test_whatever_comes_is_read(data: bytes) -> None:
    document, _ = decode(data)
    assert isinstance(document, Document)
    document.text().encode()


# --- other people's jobs -------------------------------------------------------------------------


def texts(samples: Path, name: str) -> list[str]:
    data = (samples / "escpos" / name).read_bytes()
    return [sheet.document.text() for sheet in sheets(data) if sheet.document.has_text]


def test_a_chinese_bill_with_a_broken_dash_line(samples_dir: Path) -> None:
    (text,) = texts(samples_dir, "snaildev_receipt-text_gbk_table28.bin")
    for part in (
        "客人就餐消费单",
        "桌号：28",
        "单号：0012",
        "健怡雪碧",
        "鲟龙鱼         1.5",
        "68.00",
    ):
        assert part in text


def test_two_documents_and_a_tail(samples_dir: Path) -> None:
    order, voucher = texts(samples_dir, "escpost_cafe-order-1847-voucher.bin")
    for part in ("ORDER RECEIPT", "Order 1847", "08 Aug 2026  14:32", "Flat white", "PAID - CARD"):
        assert part in order
    assert "[QR https://" in voucher
    assert "Buffered" not in order + voucher


def test_three_sheets(samples_dir: Path) -> None:
    found = texts(samples_dir, "escpost_full-and-partial-cuts.bin")
    assert [text.split(" - ")[0].split("\n")[-1] for text in found] == [
        "SHEET 1",
        "SHEET 2",
        "SHEET 3",
    ]


def test_sizes_inside_a_line_break_no_word(samples_dir: Path) -> None:
    first, _ = texts(samples_dir, "escpost_character-sizes.bin")
    assert first.split("\n")[1:4] == ["1x1 Ag", "2x2 Ag", "3x3 Ag"]


def test_a_receipt_with_a_logo(samples_dir: Path) -> None:
    (text,) = texts(samples_dir, "escpos-tools_receipt-with-logo.bin")
    for part in (
        "ExampleMart Ltd.",
        "SALES INVOICE",
        "A final item",
        "12.95",
        "$ 14.25",
        "02:56:25 PM",
    ):
        assert part in text


def test_code_pages_change_inside_a_job(samples_dir: Path) -> None:
    (text,) = texts(samples_dir, "escpos-php_character-encodings.bin")
    for part in ("fløde", "größeren", "ψυχοφθόρα", "pingüino", "Árvíztűrő", "фальшивый", "yağız",
                 "ｲﾛﾊﾆﾎﾍﾄ", "Tiếng Việt", "นายสังฆภัณฑ์"):  # fmt: skip
        assert part in text


def test_styles_barcodes_and_codes(samples_dir: Path) -> None:
    (text,) = texts(samples_dir, "crossescpos_feature_sample.bin")
    for part in (
        "[CODE128 Code128]",
        "[QR https://example.com/qr]",
        "[PDF417 ",
        "[96×24]",
        "Thank you!",
    ):
        assert part in text
