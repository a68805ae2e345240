"""Bodies of every size, depth and encoding: read, or refused in plain words."""

from __future__ import annotations

import json
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kds.records import BodyError, NotJson, TooLarge
from kds.records.body import legible
from kds.records.canonical import parse_order
from tests.unit.records.shop import SHANGHAI, body, line, message, order, parsed

# --- limits --------------------------------------------------------------------------------


def nested(depth: int) -> list[Any]:
    """Return a list in lists, `depth` deep."""
    value: list[Any] = []
    for _ in range(depth - 1):
        value = [value]
    return value


def test_depth_is_limited_to_32() -> None:
    parsed(x=nested(31))
    with pytest.raises(TooLarge, match="32 levels"):
        parsed(x=nested(32))


def test_modifiers_count_for_the_depth() -> None:
    modifier: dict[str, Any] = {"name": "x"}
    for _ in range(16):
        modifier = {"name": "x", "modifiers": [modifier]}
    with pytest.raises(TooLarge):
        parsed(lines=[line(modifiers=[modifier])])


def test_whole_json_too_deep_for_any_parser_is_too_large_and_half_of_it_is_no_json() -> None:
    deep = b"[" * 100_000
    with pytest.raises(TooLarge):
        parse_order(deep + b"]" * 100_000, zone=SHANGHAI)
    for broken in (deep, deep + b"}", deep + b"]" * 100_001):
        with pytest.raises(NotJson):
            parse_order(broken, zone=SHANGHAI)


def test_five_thousand_lines_are_taken_and_one_more_is_not() -> None:
    lines = [line(str(i)) for i in range(5000)]
    assert len(message(lines=lines).lines) == 5000
    with pytest.raises(TooLarge, match="5,001 lines"):
        parsed(lines=[*lines, line("x")])


def test_four_megabytes_are_the_limit() -> None:
    with pytest.raises(TooLarge, match="bytes"):
        parsed(note="x" * 4 * 1024 * 1024)


# --- text and encodings --------------------------------------------------------------------


def test_nul_and_lone_surrogates_become_the_replacement_sign() -> None:
    sent = body(note="@").replace(b"@", rb"\u0000 \ud800 \udc00 \ud83d\ude00 \\ud800")
    assert parse_order(sent, zone=SHANGHAI).message.fields.note == "\ufffd \ufffd \ufffd 😀 \\ud800"


def test_the_replacement_also_happens_in_keys() -> None:
    sent = body(lines=[line(names={"@": "x"})]).replace(b"@", rb"\ud800")
    assert parse_order(sent, zone=SHANGHAI).message.lines[0].names == (("\ufffd", "x"),)


TEXT = json.dumps(order(note="加急，少辣，谢谢"), ensure_ascii=False)


@pytest.mark.parametrize(
    ("sent", "content_type"),
    [
        (TEXT.encode(), None),
        (TEXT.encode("utf-8-sig"), None),
        (TEXT.encode("utf-16"), None),
        (TEXT.encode("utf-16-be"), None),
        (TEXT.encode("utf-16-le"), "application/json; charset=utf-16le"),
        (TEXT.encode("utf-32"), None),
        (TEXT.encode("gbk"), "application/json; charset=GBK"),
        (TEXT.encode("gbk"), 'application/json;charset="gb2312"'),
        (TEXT.encode("gbk"), "gbk"),
        (TEXT.encode(), "application/json; charset=unheard-of"),
        (TEXT.encode(), "application/json"),
        (TEXT.encode("big5", "replace").replace(b"?", b"x"), "text/json; charset=big5"),
    ],
)
def test_declared_charsets_and_byte_order_marks_are_read(
    sent: bytes, content_type: str | None
) -> None:
    read = parse_order(sent, content_type, zone=SHANGHAI)
    assert read.message.fields.note.startswith("加急，少辣，")
    assert read.warnings == ()


@pytest.mark.parametrize("charset", ["gb18030", "GBK", "big5", "shift_jis", "utf-16", "cp936"])
def test_utf8_is_read_as_it_is_whatever_its_sender_calls_it(charset: str) -> None:
    """Fault: 毛肚 of a till that names its machine's charset was cooked as 姣涜倸."""
    read = parse_order(TEXT.encode(), f"application/json; charset={charset}", zone=SHANGHAI)

    assert read.message == parse_order(TEXT.encode(), zone=SHANGHAI).message
    assert "read as UTF-8" in read.warnings[0]


@pytest.mark.parametrize("content_type", [None, "application/json; charset=utf-8"])
def test_undeclared_gbk_is_found_out_with_a_warning(content_type: str | None) -> None:
    read = parse_order(TEXT.encode("gbk"), content_type, zone=SHANGHAI)
    assert read.message.fields.note == "加急，少辣，谢谢"
    assert read.warnings == ("the text is not UTF-8; it was read as GB 18030",)


def test_undeclared_western_bytes_are_not_read_as_chinese() -> None:
    sent = json.dumps(order(note="Crème brûlée à la Zoë", lines=[]), ensure_ascii=False).encode(
        "latin-1"
    )
    with pytest.raises(NotJson, match="neither UTF-8 nor GB 18030"):
        parse_order(sent, zone=SHANGHAI)
    read = parse_order(sent, "application/json; charset=iso-8859-1", zone=SHANGHAI)
    assert read.message.fields.note == "Crème brûlée à la Zoë"


@pytest.mark.parametrize(
    "sent", [b"", b"   ", b"\xff\xfe", b"\x00", b'{"a": NaN}', b"[Infinity]", b"-Infinity", b"{"]
)
def test_what_is_no_json_is_told_so(sent: bytes) -> None:
    with pytest.raises(NotJson):
        parse_order(sent, zone=SHANGHAI)


def test_the_place_of_a_slip_is_told() -> None:
    with pytest.raises(NotJson, match="line 2, column 1"):
        parse_order(b'{"a": 1,\nb}', zone=SHANGHAI)


@given(st.binary(max_size=300))
def test_any_bytes_are_read_or_refused(sent: bytes) -> None:
    with suppress(BodyError):
        parse_order(sent, zone=SHANGHAI)


def test_naughty_strings_come_through_unchanged(samples_dir: Path) -> None:
    strings = json.loads((samples_dir / "robustness" / "blns.json").read_text("utf-8"))
    assert len(strings) > 500
    for text in strings:
        kept = text.replace("\0", "\ufffd")
        note = {"name": text, "kind": "note"}
        read = message(note=text, table=text, lines=[line(name=text, modifiers=[note])])
        assert (read.fields.note, read.fields.table) == (kept, kept)
        assert (read.lines[0].name, read.lines[0].modifiers[0].name) == (kept, kept)


def test_the_parser_suite_is_judged_as_its_names_say(samples_dir: Path) -> None:
    files = sorted((samples_dir / "robustness" / "json_parser").iterdir())
    assert len(files) > 50
    for file in files:
        try:
            parse_order(file.read_bytes(), zone=SHANGHAI)
        except BodyError as refused:
            verdict = type(refused)
        else:
            verdict = BodyError
        if file.name[0] in "yn":
            assert (verdict is NotJson) == (file.name[0] == "n"), file.name


@given(st.binary(max_size=60))
def test_any_bytes_can_be_shown_to_people(sent: bytes) -> None:
    assert "\0" not in legible(sent)


def test_what_can_be_read_is_shown_as_it_was_meant() -> None:
    assert legible("少辣 {".encode("gbk"), "text/plain; charset=gbk") == "少辣 {"
    assert legible("少辣 {".encode()) == "少辣 {"
