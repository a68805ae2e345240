"""What a commit keeps, and what can be asked afterwards."""

from __future__ import annotations

import json
import sqlite3
from contextlib import closing
from dataclasses import replace
from datetime import date, datetime, time
from decimal import Decimal
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from kds.kitchen.commands import CommandKind, Result, SplitPart
from kds.kitchen.events import LineLate
from kds.kitchen.ids import CommandId, Instant, LineId, LineKey, RuleId
from kds.kitchen.order_facts import LinesSplit, OrderReceived, VisitsMerged
from kds.kitchen.orders import Level
from kds.records import RecordError
from kds.store.days import BusinessDay
from kds.store.errors import SequenceConflict, StoreError
from kds.store.store import Store
from kds.store.values import Answer, Book, Intake, Keyed, Personal
from tests.unit.store.house import (
    DAY,
    MINUTE,
    START,
    House,
    dish,
    key_of,
    url_of,
    visit_id,
)


def rows(file: Path, sql: str) -> list[Any]:
    """Ask the file itself, as a person with SQLite's own shell would."""
    with closing(sqlite3.connect(file)) as connection:
        connection.row_factory = sqlite3.Row
        return [dict(row) for row in connection.execute(sql)]


def test_a_new_store_is_empty_and_has_a_name(store: Store, tmp_path: Path) -> None:
    assert store.load().seq == 0
    assert (store.floor(), store.events_after(0, 10)) == (1, ())
    other = Store.open(url_of(tmp_path / "other.db"))
    assert store.epoch != other.epoch
    other.close()


def test_a_store_keeps_its_name(store: Store, file: Path) -> None:
    again = Store.open(url_of(file))
    assert again.epoch == store.epoch
    again.close()


def test_what_was_committed_is_there_after_a_restart(house: House, file: Path) -> None:
    house.order("1", dish("1"), dish("2"), table="A1")
    house.do(CommandKind.BUMP, "1", view="cut")
    house.keep()
    again = Store.open(url_of(file))
    assert again.load() == house.kitchen
    again.close()


def test_events_come_back_in_order_with_their_places(house: House) -> None:
    house.order("1")
    house.order("2")
    entries = tuple(house.entries)
    house.keep()
    assert house.store.events_after(0, 10) == entries
    assert house.store.events_after(0, 1) == entries[:1]
    assert house.store.events_after(1, 10) == entries[1:]
    assert house.store.events_of_visit(visit_id("2")) == entries[1:]


def test_a_batch_without_events_is_kept_too(house: House) -> None:
    answer = Answer(CommandId("c1"), START, Result.NO_OP, 0, "already done")
    house.keep(answers=(answer,))
    assert house.store.answer(CommandId("c1")) == answer


def test_intakes_answers_keys_books_and_people_come_back(house: House) -> None:
    house.order("1")
    intake = Intake(
        "i1", START, "/v1/orders", b"\x00\xff", "new", 201, "till", "application/json", "1"
    )
    keyed = Keyed("k1", "digest", 201, '{"result": "new"}', START)
    person = Personal(key_of("1"), "Ms Wang 138", START)
    house.keep(intakes=(intake,), keys=(keyed,), personal=(person,))
    store = house.store
    assert (store.intake("i1"), store.intake("i2")) == (intake, None)
    assert (store.keyed("k1"), store.keyed("k2")) == (keyed, None)
    assert store.personal([key_of("1"), key_of("2")]) == {key_of("1"): "Ms Wang 138"}
    book = Book("abc", "rules: []", "{}", START)
    store.put_book(book)
    store.put_book(book)
    assert (store.book("abc"), store.book("x")) == (book, None)


def test_many_people_are_found_at_once(house: House) -> None:
    people = tuple(Personal(key_of(str(i)), f"guest {i}", START) for i in range(1000))
    house.keep(personal=people)
    assert len(house.store.personal([p.order for p in people])) == 1000


# --- orders and visits ---------------------------------------------------------------------


def test_an_order_is_found_by_its_key_with_its_latest_revision(house: House) -> None:
    house.order("1")
    house.keep()
    house.order("1", dish("1", "3"), revision=5)
    house.keep()
    ref = house.store.order_ref(key_of("1"))
    assert ref is not None
    assert (ref.revision, ref.visit, ref.archived) == (5, visit_id("1"), None)
    assert house.store.order_ref(key_of("2")) is None


def test_visits_are_found_by_table_and_business_day(file: Path) -> None:
    day = BusinessDay(ZoneInfo("Asia/Shanghai"), time(4))
    store = Store.open(url_of(file), day=day)
    house = House(store)
    house.order("1", table="A1")
    house.order("2", table="A2")
    house.keep()
    house.now = Instant(START + DAY)
    house.order("3", table="A1")
    house.do(CommandKind.CLOSE, "1")
    house.keep()
    assert [v.id for v in store.visits(table="A1")] == [visit_id("1"), visit_id("3")]
    first_day = store.visits(on=date(2026, 11, 21))
    assert [v.id for v in first_day] == [visit_id("1"), visit_id("2")]
    assert (first_day[0].ended_at, first_day[0].orders) == (house.now, (key_of("1"),))
    assert len(store.visits(table="A1", on=date(2026, 11, 22))) == 1
    assert [v.id for v in store.visits(limit=1)] == [visit_id("3")]
    store.close()


@pytest.mark.parametrize(
    ("at", "day"),
    [
        ("2026-11-21T19:59:59+00:00", date(2026, 11, 21)),  # 03:59 in Shanghai
        ("2026-11-21T20:00:00+00:00", date(2026, 11, 22)),
    ],
)
def test_the_business_day_begins_at_its_own_hour(at: str, day: date) -> None:
    moment = Instant(int(datetime.fromisoformat(at).timestamp() * 1000))
    assert BusinessDay(ZoneInfo("Asia/Shanghai"), time(4)).date_of(moment) == day


def test_the_story_of_a_visit_includes_where_its_lines_were_before(house: House) -> None:
    house.order("1", dish("1", "3"))
    house.order("2")
    house.order("3")
    house.do(CommandKind.MERGE, "2", into_order=key_of("1"))
    part = SplitPart(LineId("1"), Decimal(1))
    house.do(CommandKind.SPLIT, "1", lines=(part,), table="B1")
    house.keep()
    (split,) = house.store.visits(table="B1")
    assert split.split_from == visit_id("1")
    for visit in (visit_id("1"), split.id):
        facts = [entry.event.fact for entry in house.store.events_of_visit(visit)]
        told = [type(fact) for fact in facts]
        assert told == [OrderReceived, OrderReceived, VisitsMerged, LinesSplit]
    rest = [entry.seq for entry in house.store.events_of_visit(visit_id("3"))]
    assert rest == [3]


# --- portions ------------------------------------------------------------------------------


def test_each_group_of_portions_has_a_row_with_its_clocks(house: House, file: Path) -> None:
    house.order("1", dish("1", "3"))
    house.keep()
    house.now = Instant(START + MINUTE)
    house.do(CommandKind.BUMP, "1", view="cut", portions=Decimal(1), device="cut-1")
    house.keep()
    found = rows(file, "SELECT * FROM portions ORDER BY place")
    assert {(r["step"], r["station"], r["portions"], r["state"]) for r in found} == {
        (0, "cut", "2", "queued"),
        (0, "cut", "1", "ready"),
        (1, "wok", "1", "queued"),
        (1, "wok", "2", "waiting"),
    }
    (ready,) = [r for r in found if r["state"] == "ready"]
    assert (ready["fired_at"], ready["ready_at"]) == (START, START + MINUTE)
    assert (ready["device"], ready["menu_class"], ready["name"]) == ("cut-1", "dish", "dish 1")


def test_groups_that_meet_again_leave_no_row_behind(house: House, file: Path) -> None:
    house.order("1", dish("1", "3"))
    house.do(CommandKind.BUMP, "1", view="cut", portions=Decimal(1))
    house.keep()
    house.do(CommandKind.UNDO, "1", undoes=house.kitchen.visits[visit_id("1")].commands[-1].command)
    house.keep()
    groups = house.kitchen.orders[key_of("1")].lines[LineId("1")].groups
    assert len(rows(file, "SELECT * FROM portions")) == len(groups) == 2


def test_how_late_portions_were_stands_in_their_row(house: House, file: Path) -> None:
    house.order("1")
    key = LineKey(*key_of("1"), LineId("1"))
    house.tell(LineLate(visit_id("1"), key, Level.LATE, RuleId("r"), 300, "fired"))
    house.now = Instant(START + 90_000)
    house.do(CommandKind.BUMP, "1", view="cut")
    house.keep()
    late = rows(file, "SELECT late_by_s FROM portions ORDER BY step")
    assert [r["late_by_s"] for r in late] == [90.0, 0.0]


# --- archive -------------------------------------------------------------------------------


def test_an_archived_visit_comes_back_as_it_last_was(house: House) -> None:
    house.order("1")
    house.keep()
    house.do(CommandKind.BUMP, "1", view="cut")
    house.archive("1")  # in one batch with the bump: the archive must have it
    house.keep()
    assert key_of("1") not in house.kitchen.orders
    found = house.store.restore_visit(key_of("1"))
    assert found is not None
    visit, (order,) = found
    assert (visit.ended_at, order.key) == (house.now, key_of("1"))
    assert order.lines[LineId("1")].groups[0].state == "ready"


def test_the_index_tells_where_an_archived_order_is(house: House) -> None:
    house.order("1")
    house.archive("1")
    house.keep()
    ref = house.store.order_ref(key_of("1"))
    assert ref is not None
    assert ref.archived == visit_id("1")
    assert [v.id for v in house.store.visits(table="")] == [visit_id("1")]


def test_a_restored_visit_is_archived_no_more(house: House) -> None:
    house.order("1")
    house.keep()
    before = house.kitchen.orders[key_of("1")]
    house.archive("1")
    house.keep()
    house.restore("1")
    house.keep()
    assert house.kitchen.orders[key_of("1")] == before
    assert house.store.restore_visit(key_of("1")) is None
    ref = house.store.order_ref(key_of("1"))
    assert ref is not None
    assert ref.archived is None


def test_archived_and_restored_in_one_batch_is_archived_no_more(house: House) -> None:
    house.order("1")
    house.archive("1")
    house.keep()
    house.restore("1")
    house.archive("1")
    house.keep()
    assert house.store.restore_visit(key_of("1")) is not None


def test_an_unknown_or_open_order_is_in_no_archive(house: House) -> None:
    house.order("1")
    house.keep()
    assert house.store.restore_visit(key_of("1")) is None
    assert house.store.restore_visit(key_of("2")) is None


# --- the fence -----------------------------------------------------------------------------


def test_a_second_writer_finds_out_and_changes_nothing(house: House, file: Path) -> None:
    other = House(Store.open(url_of(file)))
    house.order("1")
    house.keep()
    other.order("2")
    with pytest.raises(SequenceConflict, match="another writer"):
        other.keep()
    assert house.store.load() == house.kitchen
    other.store.close()


def test_entries_must_lead_from_before_to_after(house: House) -> None:
    house.order("1")
    batch = house.batch()
    for wrong in (replace(batch, entries=()), replace(batch, entries=batch.entries * 2)):
        with pytest.raises(StoreError, match="do not lead to"):
            house.store.commit(wrong)


def test_the_same_event_is_kept_once(house: House) -> None:
    house.order("1")
    (entry,) = house.entries
    house.keep()
    house.entries.append(entry._replace(seq=2))
    house.kitchen = replace(house.kitchen, seq=2)
    with pytest.raises(StoreError, match="UNIQUE"):
        house.keep()
    assert house.store.events_after(0, 10) == (entry,)


def test_text_that_no_file_can_hold_fails_its_batch_only(house: House) -> None:
    house.order("1", dish("1", unit="\ud800"))
    with pytest.raises(RecordError):
        house.keep()
    house.forget()
    house.order("2")
    house.keep()
    assert house.store.load() == house.kitchen


def test_naughty_strings_come_back_unchanged(house: House, samples_dir: Path) -> None:
    strings = json.loads((samples_dir / "robustness" / "blns.json").read_text("utf-8"))
    for i, text in enumerate(strings):
        house.order(f"{i}{text}", dish("1", note=text), table=text)
    answer = Answer(CommandId("c"), START, Result.REFUSED, 0, "".join(strings))
    house.keep(answers=(answer,))
    assert house.store.load() == house.kitchen
    assert house.store.answer(CommandId("c")) == answer
    kept = [e.event.fact for e in house.store.events_after(0, 1000)]
    notes = [f.message.lines[0].note for f in kept if isinstance(f, OrderReceived)]
    assert notes == strings
