"""Facts keep their meaning through the log, also those that older programs wrote."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from typing import Any, get_args

import pytest
from hypothesis import given, settings

from kds.kitchen import events as e
from kds.kitchen import order_facts as o
from kds.kitchen.ids import (
    CommandId,
    EventId,
    Instant,
    LineId,
    LineKey,
    OrderId,
    SourceId,
    VisitId,
)
from kds.kitchen.portions import Move, PortionState
from kds.records import RecordError
from kds.records.events import event_json, subject
from kds.records.facts import KINDS, dump_fact, kind_of, load_fact
from kds.records.versions import Codec
from tests.unit.records.anything import anything


@pytest.mark.parametrize("fact_class", get_args(e.Fact), ids=kind_of)
def test_every_fact_comes_back_as_it_was(fact_class: type[e.Fact]) -> None:
    @settings(max_examples=settings().max_examples // 5)
    @given(anything(fact_class))
    def comes_back(fact: e.Fact) -> None:
        assert load_fact(*dump_fact(fact)) == fact
        plain = event_json(1, e.Event(_ID, _AT, e.Cause.POS, fact))
        assert plain["kind"] == kind_of(fact_class)
        assert subject(fact).visit == plain["visit"]

    comes_back()


def _line(order_id: str, line_id: str) -> LineKey:
    return LineKey(SourceId("s"), OrderId(order_id), LineId(line_id))


_SAMPLE = o.TableMoved(visit=VisitId("v1"), table="B1")
_ID = EventId("e1")
_AT = Instant(1_795_255_391_250)


def test_kinds_are_snake_case() -> None:
    assert {"order_received", "visits_merged", "line_late"} <= KINDS


def test_an_unknown_kind_is_refused() -> None:
    with pytest.raises(RecordError, match="no fact of the kind 'table_flipped'"):
        load_fact("table_flipped", 1, "{}")


def test_a_newer_version_is_refused() -> None:
    kind, version, text = dump_fact(_SAMPLE)
    with pytest.raises(RecordError, match="a newer program wrote it"):
        load_fact(kind, version + 1, text)


@pytest.mark.parametrize("text", ["", "{", "[]", "{}", '{"visit": 1, "table": "B1"}'])
def test_damaged_records_are_refused(text: str) -> None:
    with pytest.raises(RecordError, match="damaged"):
        load_fact("table_moved", 1, text)


def test_text_that_no_file_can_hold_is_refused_and_not_changed() -> None:
    with pytest.raises(RecordError, match="can not be kept"):
        dump_fact(o.TableMoved(_SAMPLE.visit, "\ud800"))


# --- older versions ------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Seated:
    """An invented fact as it is today: guests used to be a text, and `table` was `desk`."""

    table: str
    guests: int
    at: Decimal = Decimal(0)


def _guests_as_number(old: dict[str, Any]) -> dict[str, Any]:
    return {**old, "guests": int(old["guests"])}


def _desk_as_table(old: dict[str, Any]) -> dict[str, Any]:
    return {"table": old["desk"], "guests": old["guests"]}


SEATED = Codec("seated", Seated, (_guests_as_number, _desk_as_table))


def test_every_older_version_is_read_step_by_step() -> None:
    today = Seated("B1", 4)
    assert SEATED.version == 3
    assert SEATED.load(1, '{"desk":"B1","guests":"4"}') == today
    assert SEATED.load(2, '{"desk":"B1","guests":4}') == today
    assert SEATED.load(3, SEATED.dump(today)) == today


@pytest.mark.parametrize("version", [0, -1, 1, 2])
def test_older_records_that_do_not_fit_are_damaged(version: int) -> None:
    with pytest.raises(RecordError, match="damaged"):
        SEATED.load(version, '{"desk":"B1","guests":"many"}')


# --- for the outside -----------------------------------------------------------------------


def test_an_event_is_shown_in_the_shape_of_the_contract() -> None:
    moved = o.Moved(_line("o", "7"), 0, PortionState.QUEUED, Decimal("1.5"))
    fact = o.PortionsMoved(VisitId("v1"), Move.BUMP, "wok", (moved,), _AT)
    event = e.Event(_ID, _AT, e.Cause.PERSON, fact, CommandId("c1"), "wok-1", "Li")
    assert event_json(812, event) == {
        "seq": 812,
        "id": "e1",
        "at": "2026-11-21T10:03:11.250+00:00",
        "kind": "portions_moved",
        "cause": "person",
        "order": {"source": "s", "order_id": "o"},
        "visit": "v1",
        "line_id": "7",
        "portions": "1.5",
        "device": "wok-1",
        "person": "Li",
        "command": "c1",
        "rule": None,
        "data": {
            "visit": "v1",
            "move": "bump",
            "view": "wok",
            "items": [{"line": ["s", "o", "7"], "step": 0, "source": "queued", "portions": "1.5"}],
            "done_at": _AT,
            "seen": None,
        },
    }


@pytest.mark.parametrize(
    ("lines", "order", "line", "portions"),
    [
        ((("o", "1"), ("o", "1")), "o", "1", Decimal(2)),
        ((("o", "1"), ("o", "2")), "o", None, None),
        ((("o", "1"), ("p", "1")), None, None, None),
        ((), None, None, None),
    ],
)
def test_an_event_names_only_what_it_is_alone_about(
    lines: tuple[tuple[str, str], ...], order: str | None, line: str | None, portions: Decimal
) -> None:
    items = tuple(o.Moved(_line(*pair), 0, PortionState.QUEUED, Decimal(1)) for pair in lines)
    about = subject(o.PortionsMoved(VisitId("v1"), Move.BUMP, None, items, _AT))
    assert (about.order and about.order.order_id) == order
    assert (about.line and about.line.line_id) == line
    assert about.portions == portions
