"""The vocabulary: what is written is read again, what is not understood is told apart."""

from __future__ import annotations

import json

import pytest

from kds.wire import messages as m
from kds.wire.places import Place
from kds.wire.versions import newer, older

HERE = Place("e1", 7, "x:1")
FROM_DISPLAY = [
    m.Hello("1.0", "kds 1", "wok", "wok-1", 3, HERE, "hash"),
    m.Do({"id": "c1", "kind": "bump"}),
    m.Ping(1234, 7, 2),
    m.Bye("ending", "再见", "bye"),
]
FROM_BRIDGE = [
    m.Welcome("1.0", 3, "e1", resumed=True, at=5, scale=60.0, program="bridge"),
    m.Part(HERE, 0, last=True, records=(m.Record("head", "", 1, "{}"),)),
    m.Events((m.WireEvent(8, "x:2", 5, "pos", "table_moved", 1, "{}", "c", "d", "p"),)),
    m.BookText("hash", "{}"),
    m.Done("c1", "applied", 8, "why"),
    m.NotYet("c1", "full"),
    m.Condition((m.Remark("paused", "late", "停", "off", "a", "b", "r1"),), (m.Heard("till", 5),)),
    m.Pong(1234, 5, 60.0, 3, 8, 2),
    m.Bye("ending", "再见", "bye"),
]


@pytest.mark.parametrize("message", FROM_DISPLAY, ids=lambda message: message.kind)
def test_what_a_display_writes_the_bridge_reads(message: m.FromDisplay) -> None:
    assert m.read_display(m.from_display(message)) == message


@pytest.mark.parametrize("message", FROM_BRIDGE, ids=lambda message: message.kind)
def test_what_a_bridge_writes_the_display_reads(message: m.FromBridge) -> None:
    assert m.read_bridge(m.from_bridge(message)) == message


def test_fields_of_newer_programs_are_ignored() -> None:
    assert m.read_bridge('{"kind":"pong","sent":1,"at":2,"mood":"good"}') == m.Pong(1, 2)
    assert m.read_display('{"kind":"ping","sent":1,"mood":["good"]}') == m.Ping(1)


@pytest.mark.parametrize("read", [m.read_bridge, m.read_display])
@pytest.mark.parametrize("text", ['{"kind":"dance"}', '{"kind":7}'])
def test_unknown_kinds_are_told_apart(read: object, text: str) -> None:
    assert callable(read)
    with pytest.raises(m.UnknownKind):
        read(text)


@pytest.mark.parametrize("read", [m.read_bridge, m.read_display])
@pytest.mark.parametrize(
    "text",
    [
        "",
        "{",
        "[]",
        "7",
        '"hello"',
        "{}",
        '{"kind":"bye"}',
        '{"kind":"bye","code":1,"zh":2,"en":3}',
    ],
)
def test_anything_else_is_a_fault(read: object, text: str) -> None:
    assert callable(read)
    with pytest.raises(m.WireError):
        read(text)


def test_a_fault_says_where() -> None:
    with pytest.raises(m.WireError, match=r"^hello.protocol: Field required"):
        m.read_display('{"kind":"hello"}')


def test_deep_nesting_from_a_display_is_refused() -> None:
    deep = "[" * 40 + "]" * 40
    with pytest.raises(m.WireError, match="nested deeper"):
        m.read_display('{"kind":"do","command":{"id":' + deep + "}}")


def test_characters_that_no_store_takes_are_replaced() -> None:
    read = m.read_display(json.dumps({"kind": "hello", "protocol": "1.0", "view": "wok\0"}))
    assert isinstance(read, m.Hello)
    assert read.view == "wok\ufffd"
    read = m.read_display('{"kind":"hello","protocol":"1.0","view":"\\ud800"}')
    assert isinstance(read, m.Hello)
    assert read.view == "\ufffd"


@pytest.mark.parametrize(
    ("theirs", "is_newer", "is_older"),
    [
        ("1.0", False, False),
        ("1.9", False, False),
        ("1", False, False),
        ("2.0", True, False),
        ("10.0", True, False),
        ("0.9", False, True),
        ("", None, False),
        ("x.1", None, False),
        ("-1.0", None, False),
        ("²", None, False),
        ("9" * 5000, None, False),
    ],
)
def test_only_the_major_number_decides(theirs: str, is_newer: bool | None, is_older: bool) -> None:
    assert newer(theirs) is is_newer
    assert older(theirs) is is_older
