"""Kitchens and events as text, each encoded once, and put together again."""

from __future__ import annotations

from dataclasses import replace

import pytest

from kds.kitchen.state import Kitchen
from kds.wire.encoding import (
    PART_CHARS,
    Assembly,
    Encoder,
    event_of,
    event_text,
    events_message,
    part_texts,
)
from kds.wire.messages import Events, Part, Record, WireError, WireEvent, read_bridge
from kds.wire.places import Place
from tests.unit.wire.toys import ToyBridge, bump

HERE = Place("e1", 3, "x")


def parts_of(kitchen: Kitchen) -> list[Part]:
    texts = part_texts(HERE, Encoder().records(kitchen))
    parts = [read_bridge(text) for text in texts]
    assert all(isinstance(part, Part) for part in parts)
    return [part for part in parts if isinstance(part, Part)]


def busy_kitchen(orders: int) -> Kitchen:
    bridge = ToyBridge()
    for number in range(orders):
        bridge.order(number)
        bridge.do(bump(number, f"c{number}", line="1"))
    return bridge.kitchen


@pytest.mark.parametrize("orders", [0, 1, 100])
def test_a_kitchen_comes_back_from_its_parts(orders: int) -> None:
    kitchen = busy_kitchen(orders)
    assembly = Assembly()
    for part in parts_of(kitchen):
        assembly.add(part.records)
    assert assembly.kitchen() == kitchen


def test_parts_are_numbered_bounded_and_the_last_one_says_so() -> None:
    parts = parts_of(busy_kitchen(150))
    assert len(parts) > 2
    assert [part.index for part in parts] == list(range(len(parts)))
    assert [part.last for part in parts] == [False] * (len(parts) - 1) + [True]
    assert {part.place for part in parts} == {HERE}
    texts = part_texts(HERE, Encoder().records(busy_kitchen(150)))
    assert all(len(text) < PART_CHARS + 200 for text in texts)


def test_a_piece_that_is_larger_than_a_part_goes_alone() -> None:
    texts = list(part_texts(HERE, ["[1]", "x" * (PART_CHARS + 1), "[2]"]))
    assert len(texts) == 3
    assert len(texts[1]) > PART_CHARS


def test_what_has_not_changed_is_not_encoded_again() -> None:
    bridge = ToyBridge()
    for number in range(20):
        bridge.order(number)
    encoder = Encoder()
    first = list(encoder.records(bridge.kitchen))
    bridge.do(bump(3, "c"))
    second = list(encoder.records(bridge.kitchen))
    known = {id(text) for text in first}
    assert sum(1 for text in second if id(text) not in known) == 4  # head, order, visit, command


def test_a_snapshot_that_was_given_up_spoils_nothing() -> None:
    bridge = ToyBridge()
    bridge.order(1)
    bridge.order(2)
    encoder = Encoder()
    started = encoder.records(bridge.kitchen)
    next(started), next(started)
    bridge.do(bump(1, "c"))
    assert list(encoder.records(bridge.kitchen)) == list(Encoder().records(bridge.kitchen))


def test_records_of_unknown_parts_are_left_out() -> None:
    kitchen = busy_kitchen(1)
    assembly = Assembly()
    assembly.add([Record("mood", "k", 1, "{}")])
    for part in parts_of(kitchen):
        assembly.add(part.records)
    assert assembly.kitchen() == kitchen


@pytest.mark.parametrize(
    ("record", "why"),
    [
        (Record("orders", "no key", 1, "{}"), "Invalid JSON"),
        (Record("orders", '["till","1"]', 1, "{}"), "damaged"),
        (Record("orders", '["till","1"]', 99, "{}"), "newer"),
    ],
)
def test_a_damaged_or_newer_record_is_a_fault(record: Record, why: str) -> None:
    with pytest.raises(WireError, match=why):
        Assembly().add([record])


def test_a_kitchen_without_a_readable_head_is_a_fault() -> None:
    assembly = Assembly()
    with pytest.raises(WireError, match="no head"):
        assembly.kitchen()
    assembly.add([Record("head", "", 99, "{}")])
    with pytest.raises(WireError, match="newer"):
        assembly.kitchen()
    assembly.add([Record("head", "", 1, "[]")])
    with pytest.raises(WireError, match="damaged"):
        assembly.kitchen()


def wire_event(seq: int = 1) -> WireEvent:
    bridge = ToyBridge()
    bridge.order(1)
    bridge.do(bump(1, "c"))
    message = read_bridge(events_message([event_text(*bridge.log[seq - 1])]))
    assert isinstance(message, Events)
    return message.events[0]


def test_an_event_comes_back_with_its_envelope() -> None:
    bridge = ToyBridge()
    bridge.order(1)
    bridge.do(bump(1, "c"))
    wire = wire_event(2)
    assert (wire.seq, wire.command, wire.device) == (2, "c", "wall-1")
    assert event_of(wire) == bridge.log[1][1]


@pytest.mark.parametrize(
    "wrong", [{"of": "danced"}, {"version": 99}, {"fact": "{"}, {"cause": "boredom"}]
)
def test_an_event_of_a_newer_program_is_a_fault(wrong: dict[str, object]) -> None:
    with pytest.raises(WireError):
        event_of(replace(wire_event(), **wrong))  # type: ignore[arg-type]  # fields by name
