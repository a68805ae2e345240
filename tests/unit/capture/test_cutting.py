"""Jobs that break off anywhere: a ticket or a text that somebody sees, never a crash or silence."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pos_bridge.capture.paper.splitting import End, Question, Sheet, Splitter
from pos_bridge.capture.slips.templates import Template, read_template
from tests.unit.capture.escpos import Job, en_slip, zh_slip
from tests.unit.capture.kitchen import Pass, sheets, shipped

OWN = {
    "zh": zh_slip(time="2026-11-24 16:00:05"),
    "en": en_slip(time="16:00"),
    "void": zh_slip("退菜单", ["毛肚                 -1份"]),
    "codes": Job().qr("https://example.com").picture(4, 8).line("扫码加菜").cut(),
    "piece": zh_slip(time="2026-11-24 16:00:05", more=["第1份/共2份"]),
    "drawn": Job().lines("外卖平台").picture(6, 9).line("毛肚  2份").cut(),
    "utf-8": Job("utf-8").lines("厨房单", "桌号：8", "单号：7", "毛肚  2份").cut(),
}


def letters(text: str) -> str:
    return "".join(c for c in text if c.isalnum())


def must_be_seen(data: bytes) -> str:
    """Return what a printer would print of a job that breaks off, or hold back of it."""
    parts = [s.document.text() + s.document.unprinted for s in sheets(data) if not s.follows]
    return "".join(parts)


@pytest.mark.parametrize("name", OWN)
def test_a_job_cut_at_every_byte_is_a_ticket_or_a_text(name: str) -> None:
    job = OWN[name]
    for length in range(len(job) + 1):
        kitchen = Pass()
        kitchen.print(job[:length])
        if len(letters(must_be_seen(job[:length]))) > 1:
            assert kitchen.shown(), (name, length)


_HEAD = """template: mine
equal_slips_add: 3 min
kinds: {kind: order, when: ["ใบสั่งอาหาร", KITCHEN]}
fields: {number: ["บิล {number}", "order {number}"], piece: "{piece}/{pieces}"}
dishes:
  after: "{rule}"
  dish: ["{name}  {count}"]
"""
OTHERS = {
    "thai": ("encoding: cp874", Job("cp874").lines("ใบสั่งอาหาร", "บิล 7", "-----", "ข้าวผัด  2").cut()),
    "counted": ("", Job("cp437").lines("KITCHEN", "order 7  2/3", "-----", "Rice  1").cut()),
    "adding": ("", Job("cp437").lines("KITCHEN", "order 7", "-----", "Rice  1").cut() * 3),
    "first": (
        "  wrapped: {columns: 10}",
        Job("cp437").lines("KITCHEN", "order 7", "-----", "Grilled  1", "Salmon", "with").cut(),
    ),
    "last": (
        "  wrapped: {columns: 10, quantity: last}",
        Job("cp437").lines("KITCHEN", "order 7", "-----", "Grilled", "Salmon  1", "Tea  1").cut(),
    ),
}


def templates_with(more: str) -> tuple[Template, ...]:
    text = _HEAD + more if more.startswith(" ") else f"{more}\n{_HEAD}"
    found, faults = read_template("mine.yaml", text)
    assert found is not None, [fault.text() for fault in faults]
    return (found, *shipped())


@pytest.mark.parametrize("name", OTHERS)
def test_what_templates_say_of_letters_counters_and_columns_loses_nothing(name: str) -> None:
    """A job under such a template, cut at every byte, and each byte in turn gone or another."""
    more, job = OTHERS[name]
    templates = templates_with(more)
    whole = Pass(templates)
    whole.print(job)
    assert whole.to_cook()
    for place in range(len(job)):
        for broken in (job[:place], job[:place] + job[place + 1 :], flipped(job, place)):
            kitchen = Pass(templates)
            kitchen.print(broken)
            if len(letters(must_be_seen(broken))) > 1:
                assert kitchen.shown(), (name, place, broken)


def flipped(job: bytes, place: int) -> bytes:
    return job[:place] + bytes((job[place] ^ 0x15,)) + job[place + 1 :]


@pytest.mark.parametrize("name", OWN)
def test_in_whatever_pieces_a_job_comes_its_sheets_are_the_same(name: str) -> None:
    job = OWN[name] * 2
    whole = sheets(job)
    for size in (1, 2, 7):
        splitter = Splitter()
        found = [e for i in range(0, len(job), size) for e in splitter.feed(job[i : i + size])]
        found += splitter.finish(End.CLOSED)
        assert found == whole


def test_other_peoples_jobs_cut_anywhere_are_seen(samples_dir: Path) -> None:
    for path in sorted((samples_dir / "escpos").rglob("*.bin")):
        job = path.read_bytes()
        step = max(1, len(job) // 60)
        for length in (*range(0, len(job), step), len(job)):
            kitchen = Pass()
            kitchen.print(job[:length])
            if len(letters(must_be_seen(job[:length]))) > 1:
                assert kitchen.shown(), (path.name, length)
            assert not kitchen.to_cook(), path.name  # none of them is for the kitchen


def test_single_commands_of_other_makers_give_no_ticket(samples_dir: Path) -> None:
    for path in sorted((samples_dir / "escpos" / "commands").glob("*.bin")):
        kitchen = Pass()
        kitchen.print(path.read_bytes())
        assert not kitchen.kitchen.visits, path.name


def test_a_bill_of_another_house_is_no_order(samples_dir: Path) -> None:
    kitchen = Pass()
    bill = (samples_dir / "escpos" / "snaildev_receipt-text_gbk_table28.bin").read_bytes()
    assert kitchen.print(bill) == ["bill"]
    assert "健怡雪碧" in kitchen.cards()[0]


@given(
    st.lists(st.sampled_from([*OWN.values(), b"\n", b"\x1dV\x00", b"\x1b@"]), max_size=4), st.data()
)
def test_jobs_with_bytes_gone_or_changed_do_no_harm(
    parts: list[bytes], data: st.DataObject
) -> None:
    job = bytearray(b"".join(parts))
    for _ in range(data.draw(st.integers(0, 8))):
        if job:
            place = data.draw(st.integers(0, len(job) - 1))
            job[place : place + data.draw(st.integers(0, 2))] = data.draw(st.binary(max_size=2))
    Pass().print(bytes(job))


@given(st.binary(max_size=300), st.integers(1, 40))
def test_splitting_never_fails_and_loses_no_byte(data: bytes, size: int) -> None:
    splitter = Splitter()
    found = [e for i in range(0, len(data), size) for e in splitter.feed(data[i : i + size])]
    found += splitter.finish(End.CLOSED)
    kept = b"".join(each.data for each in found if isinstance(each, Sheet))
    assert len(kept) <= len(data)
    assert all(piece.data in data for piece in found if isinstance(piece, Sheet))


def test_slips_without_a_cutter_between_them_are_told_apart() -> None:
    """Blank paper to tear off at, then ESC @: the till prints the next one."""
    one, two = (zh_slip(number=number, cut=False) for number in ("1", "2"))
    kitchen = Pass()
    assert kitchen.print(one + b"\x1bd\x06" + two + b"\r\n" * 5 + b"\x1b@") == ["order", "order"]
    assert [o.fields.number for o in kitchen.orders()] == ["1", "2"]
    # one that sets itself anew in the middle is still one
    assert len(sheets(b"\x1b@Head\r\n\r\n\r\n\x1b@Rest\r\n")) == 1


def test_a_question_after_blank_paper_waits_for_the_slip() -> None:
    found = Splitter().feed(zh_slip(cut=False) + b"\x1bd\x06\x1d(H\x06\x0000abcd")
    assert [type(each).__name__ for each in found] == ["Sheet", "Question"]
    found = Splitter().feed(zh_slip(cut=False) + b"\x1dr\x01")
    assert [type(each).__name__ for each in found] == ["Question"]


def test_what_follows_a_job_that_is_too_large_is_read_from_the_next_cut_on() -> None:
    splitter = Splitter()
    line = b"x" * 999 + b"\n"
    found = [e for _ in range(9) for e in splitter.feed(line * 1000)]
    found += splitter.feed(b"tail\n\x1dV\x00" + zh_slip())
    ends = [each.end for each in found if isinstance(each, Sheet)]
    assert ends == [End.FULL, End.CUT]


def test_a_cut_inside_a_picture_is_no_cut() -> None:
    dots = b"\x1dV\x00\x0a" * 4
    job = b"\x1b@\x1dv0\x00\x04\x00\x04\x00" + dots + b"text\n\x1dV\x00"
    assert len(sheets(job)) == 1


def test_a_command_that_claims_four_gigabytes_swallows_nothing() -> None:
    job = b"\x1dv0\x00\xff\xff\xff\xff" + zh_slip()
    assert "毛肚" in sheets(job)[0].document.text()


def test_questions_are_answered_in_their_place() -> None:
    job = (
        b"\x10\x04\x01"
        + zh_slip()
        + b"\x1dr\x01"
        + b"\x1dIB"
        + b"\x1d(H\x06\x0000abcd"
        + b"\x1da\xff"
    )
    found = Splitter().feed(job)
    assert [type(each).__name__ for each in found] == ["Question", "Sheet", *["Question"] * 4]
    answers = [each.answer for each in found if isinstance(each, Question)]
    assert answers == [b"\x12", b"\x00", b"_EPSON\0", b'7"abcd\0', b"\x10\x00\x00\x00"]
