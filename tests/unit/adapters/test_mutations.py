"""The harness itself: it sees a crash, silence, and lines that are lost."""

from __future__ import annotations

import pytest

from kds.records.errors import BadBody
from pos_bridge.adapters import values
from pos_bridge.adapters.adapter import Context, Push, Reading
from pos_bridge.adapters.lines import lines_of, name_of
from tests.unit.adapters.mutations import mutations, survives

PAYLOAD = {"id": "1", "items": [{"name": "Rice"}, {"name": "Soup"}]}


def read(push: Push, context: Context) -> Reading:
    """A small adapter that does it right."""
    said, doubts = values.json_object(push.body), values.Doubts()
    if not values.text(said.get("id")):
        raise values.missing("id")
    lines = [
        {"line_id": str(n), "name": name_of(line, "name", doubts=doubts), "quantity": "1"}
        for n, line in enumerate(lines_of(said.get("items"), "items", doubts))
    ]
    order = {"source": context.source, "order_id": values.text(said["id"]), "lines": lines}
    return Reading((order,), doubts=tuple(doubts.cards))


def test_what_is_read_well_survives() -> None:
    outcomes = survives(read, PAYLOAD)
    assert outcomes["ticket"] > 20
    assert outcomes["card"] > 20


def test_every_place_is_changed_in_every_way() -> None:
    places = {(mutation.path, mutation.how) for mutation in mutations(PAYLOAD)}
    for how in ("removed", "renamed", "nulled", '"two"', "[]"):
        assert (("items", 1, "name"), how) in places
    assert (("items", 0), "removed") in places
    assert PAYLOAD == {"id": "1", "items": [{"name": "Rice"}, {"name": "Soup"}]}


def test_a_crash_is_seen() -> None:
    def crashing(push: Push, context: Context) -> Reading:
        values.json_object(push.body)["items"]
        return read(push, context)

    with pytest.raises(KeyError):
        survives(crashing, PAYLOAD)


def test_a_lost_line_is_seen() -> None:
    def losing(push: Push, context: Context) -> Reading:
        try:
            return Reading(read(push, context).orders)
        except BadBody:
            return Reading(({"source": context.source, "order_id": "1", "lines": []},))

    with pytest.raises(AssertionError, match="lost in silence"):
        survives(losing, PAYLOAD)


def test_silence_is_seen() -> None:
    def silent(push: Push, context: Context) -> Reading:
        try:
            return read(push, context)
        except BadBody:
            return Reading(ignored="whatever")

    with pytest.raises(AssertionError, match="ignored"):
        survives(silent, PAYLOAD)
    survives(silent, PAYLOAD, may_ignore=frozenset({"id", "items"}))
