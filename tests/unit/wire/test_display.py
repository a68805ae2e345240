"""The display's session, every transition by plain calls."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

import pytest

from kds.kitchen.commands import Result
from kds.kitchen.ids import CommandId, Instant
from kds.kitchen.state import Kitchen
from kds.rulebook.book import book_to_json
from kds.wire import messages as m
from kds.wire.display import DisplaySession
from kds.wire.notices import (
    Answered,
    BookChanged,
    ConditionChanged,
    Following,
    Happened,
    LineDead,
    NotKept,
    Offline,
    Reloaded,
    TurnedAway,
)
from kds.wire.pending import Ack
from kds.wire.places import Place
from kds.wire.standing import Kept, Phase
from tests.unit.wire.toys import (
    BOOK,
    START,
    Line,
    ToyBridge,
    bump,
    display,
    following,
    only,
    ready,
)


def bridge_with(orders: int) -> ToyBridge:
    bridge = ToyBridge()
    for number in range(orders):
        bridge.order(number)
    return bridge


def said(session: DisplaySession) -> list[m.FromDisplay]:
    return [m.read_display(text) for text in session.to_send()]


def kinds(session: DisplaySession) -> list[str]:
    return [message.kind for message in said(session)]


def welcome(session: DisplaySession, *, resumed: bool = False, **fields: Any) -> None:
    (hello,) = [message for message in said(session) if isinstance(message, m.Hello)]
    answer = m.Welcome("1.0", hello.attempt, "e1", resumed, START)
    session.receive(m.from_bridge(replace(answer, **fields)), 0)


# --- greeting ------------------------------------------------------------------------------


def test_it_greets_with_its_place_and_asks_for_the_time() -> None:
    session = display(kept=Kept(Kitchen(seq=3), Place("e1", 3, "x")))
    session.connected(100)
    hello, ping = said(session)
    assert isinstance(hello, m.Hello)
    assert (hello.place, hello.view, hello.device) == (Place("e1", 3, "x"), "kitchen", "wall-1")
    assert ping == m.Ping(100, 3, 0)
    assert session.phase is Phase.GREETING


def test_it_knows_how_well_its_bridge_is_and_forgets_what_another_has_said() -> None:
    bridge = bridge_with(1)
    told = m.Condition((m.Remark("disk", "late", "磁盘将满", "Disk nearly full"),))
    bridge.history.tell(told)
    line = Line(bridge, display(), 0)
    line.pump(0)
    assert line.display.condition == told
    assert only(line.display.events(), ConditionChanged)
    other = Line(bridge_with(1), line.display, 0)
    other.pump(0)
    assert other.display.condition == m.Condition()


def test_a_new_display_loads_the_whole_kitchen() -> None:
    bridge = bridge_with(3)
    line = Line(bridge, display(), 0)
    line.pump(0)
    session = line.display
    assert (session.phase, session.confirmed) == (Phase.FOLLOWING, bridge.kitchen)
    notices = session.events()
    assert only(notices, Reloaded)
    assert only(notices, Following) == [Following(resumed=False)]
    assert only(notices, BookChanged)[0].book == BOOK
    assert session.time(0) == bridge.now


def test_a_display_that_was_away_gets_only_what_it_missed() -> None:
    bridge = bridge_with(3)
    line = following(bridge)
    line.display.disconnected()
    bridge.order(7)
    again = Line(bridge, line.display, 9_000)
    again.pump(9_000)
    notices = line.display.events()
    assert [type(notice) for notice in notices] == [Offline, Following, Happened]
    assert [len(n.events) for n in only(notices, Happened)] == [1]
    assert line.display.confirmed == bridge.kitchen


def test_a_restarted_display_goes_on_from_what_it_kept() -> None:
    bridge = bridge_with(3)
    before = following(bridge).display
    bridge.order(7)
    kept = Kept(before.confirmed, before.place, Instant(5), (BOOK.hash, book_to_json(BOOK)))
    line = Line(bridge, display(kept=kept), 0)
    assert line.display.time(0) == 5
    line.pump(0)
    notices = line.display.events()
    assert not only(notices, Reloaded)
    assert len(only(notices, BookChanged)) == 1  # its own: the bridge did not send it again
    assert line.display.confirmed == bridge.kitchen


def test_another_epoch_means_the_whole_kitchen() -> None:
    bridge = bridge_with(3)
    session = following(bridge).display
    session.disconnected()
    bridge.restore(2, "e2")
    Line(bridge, session, 0).pump(0)
    assert only(session.events(), Reloaded)
    assert (session.confirmed, session.place.epoch) == (bridge.kitchen, "e2")


def test_an_answer_to_an_earlier_greeting_is_passed_over() -> None:
    session = display()
    session.connected(0)
    welcome(session, attempt=99)
    assert session.phase is Phase.GREETING


@pytest.mark.parametrize(
    ("version", "code"), [("2.0", "too_old"), ("0.9", "too_new"), ("?", "too_old")]
)
def test_a_bridge_of_another_age_is_left_alone_in_plain_words(version: str, code: str) -> None:
    session = display()
    session.connected(0)
    welcome(session, protocol=version)
    (away,) = only(session.events(), TurnedAway)
    assert away.code == code
    assert "update" in away.words.en
    assert session.phase is Phase.TURNED_AWAY


def test_a_bridge_that_turns_it_away_is_heard() -> None:
    line = following(bridge_with(1))
    line.session.end()
    line.pump(0)
    (away,) = only(line.display.events(), TurnedAway)
    assert away.code == "ending"


def test_being_resumed_in_a_log_that_it_does_not_hold_is_not_believed() -> None:
    session = display()
    session.connected(0)
    welcome(session, resumed=True, epoch="e9")
    assert session.phase is Phase.GREETING
    assert session.faults == 1


# --- following -----------------------------------------------------------------------------


def news(bridge: ToyBridge, after: int) -> str:
    page = bridge.history.page(after)
    assert page is not None
    return page.text


def test_events_are_applied_and_told() -> None:
    bridge = bridge_with(1)
    line = following(bridge)
    before = line.display.confirmed
    bridge.order(2)
    line.pump(0)
    (happened,) = only(line.display.events(), Happened)
    event = bridge.log[-1][1]
    assert happened.events == (event,)
    assert list(happened.steps()) == [(before, event, line.display.confirmed)]
    assert line.display.place == bridge.history.place


def test_events_that_are_known_are_passed_over() -> None:
    bridge = bridge_with(3)
    line = following(bridge)
    line.display.receive(news(bridge, 0), 0)
    assert line.display.events() == []
    assert line.display.phase is Phase.FOLLOWING


def test_a_gap_is_asked_for_again() -> None:
    bridge = bridge_with(1)
    line = following(bridge)
    bridge.order(2)
    bridge.order(3)
    line.display.receive(news(bridge, 2), 5_000)
    assert line.display.place.seq == 1
    assert kinds(line.display) == ["hello", "ping"]


def test_another_event_at_a_known_place_means_the_whole_kitchen() -> None:
    """A log that was replaced without a new epoch."""
    bridge = bridge_with(2)
    line = following(bridge)
    text = news(bridge, 1).replace("order-1:1", "order-9:1")
    line.display.receive(text, 5_000)
    line.display.tick(5_000)
    (hello, _) = said(line.display)
    assert isinstance(hello, m.Hello)
    assert hello.place == Place()
    assert line.display.place == bridge.history.place  # the wall stays as it is meanwhile


def test_a_greeting_is_not_repeated_many_times_a_second() -> None:
    bridge = bridge_with(1)
    line = following(bridge)
    for number in range(2, 6):
        bridge.order(number)
    line.display.receive(news(bridge, 2), 100)
    assert kinds(line.display) == []
    assert line.display.next_tick_ms == 1_000
    line.display.tick(999)
    assert kinds(line.display) == []
    line.display.tick(1_000)
    assert kinds(line.display) == ["hello", "ping"]


def test_what_it_can_not_read_it_does_not_ask_for_every_second() -> None:
    """A newer bridge has facts that this display does not know: its snapshots still help."""
    bridge = bridge_with(1)
    line = following(bridge)
    bridge.order(2)
    newer = news(bridge, 1).replace("order_received", "order_dreamt")
    line.display.receive(newer, 20_000)
    line.display.tick(20_000)
    assert kinds(line.display) == ["hello", "ping"]
    line.session.receive(m.from_display(m.Hello("1.0", attempt=2)), 20_000, bridge.now)
    line.pump(20_000)
    assert line.display.confirmed == bridge.kitchen
    line.display.receive(newer.replace('"seq":2', '"seq":3'), 20_100)
    assert line.display.next_tick_ms == 22_000  # the ping; the next greeting is at 25 s
    line.display.tick(24_999)
    assert "hello" not in kinds(line.display)
    line.display.receive('{"kind":"dance"}', 24_999)
    line.display.tick(25_000)
    assert "hello" in kinds(line.display)


def test_kinds_that_it_does_not_know_are_counted() -> None:
    line = following(bridge_with(1))
    line.display.receive('{"kind":"dance"}', 0)
    assert (line.display.unknown, line.display.phase) == (1, Phase.FOLLOWING)


# --- snapshots -----------------------------------------------------------------------------


def loading(bridge: ToyBridge) -> tuple[DisplaySession, list[str]]:
    """Return a display that is about to load, and the parts that are for it."""
    session = display()
    session.connected(0)
    welcome(session)
    snapshot = bridge.history.snapshot()
    parts: list[str] = []
    while text := snapshot.part(len(parts)):
        parts.append(text)
    assert len(parts) > 2
    return session, parts


def test_a_missing_part_is_noticed() -> None:
    session, parts = loading(bridge_with(150))
    session.receive(parts[0], 5_000)
    session.receive(parts[2], 5_000)
    assert session.phase is Phase.GREETING
    assert kinds(session) == ["hello", "ping"]


def test_a_missing_first_part_is_noticed() -> None:
    session, parts = loading(bridge_with(150))
    session.receive(parts[1], 5_000)
    assert session.phase is Phase.GREETING


def test_a_repeated_part_is_passed_over() -> None:
    bridge = bridge_with(150)
    session, parts = loading(bridge)
    for text in (parts[0], *parts):
        session.receive(text, 0)
    for text in parts:
        session.receive(text, 0)
    assert (session.confirmed, session.phase) == (bridge.kitchen, Phase.FOLLOWING)


def test_a_part_of_another_log_is_passed_over() -> None:
    session, parts = loading(bridge_with(150))
    session.receive(parts[0].replace('"e1"', '"e9"'), 0)
    assert session.phase is Phase.LOADING
    session.receive(parts[1].replace('"e1"', '"e9"'), 0)
    assert session.phase is Phase.LOADING


def test_events_before_the_last_part_are_passed_over() -> None:
    bridge = bridge_with(150)
    session, parts = loading(bridge)
    session.receive(parts[0], 0)
    session.receive(news(bridge, 0), 0)
    for text in parts[1:]:
        session.receive(text, 0)
    assert session.confirmed == bridge.kitchen


def test_a_snapshot_may_begin_anew_at_another_place() -> None:
    bridge = bridge_with(150)
    session, parts = loading(bridge)
    session.receive(parts[0], 0)
    bridge.order(999)
    for text in parts[1:2]:
        session.receive(text, 0)
    for text in loading(bridge)[1]:
        session.receive(text, 0)
    assert session.confirmed == bridge.kitchen


def test_a_damaged_part_is_asked_for_again() -> None:
    session, parts = loading(bridge_with(150))
    session.receive(parts[0].replace('\\"seq\\"', '\\"sea\\"'), 0)
    session.receive(parts[0].replace("order", "odor"), 0)
    session.receive('{"kind":"part"', 0)
    assert session.faults >= 1
    assert session.phase is Phase.GREETING


# --- commands ------------------------------------------------------------------------------


def test_a_command_shows_at_once_goes_out_and_comes_back() -> None:
    bridge = bridge_with(2)
    line = following(bridge)
    line.display.act(bump(1, "c"), 0)
    assert ready(line.display.projection.kitchen, 1) == 2
    assert ready(line.display.confirmed, 1) == 0
    assert line.display.unsent == 1
    line.pump(0)
    answered = only(line.display.events(), Answered)
    assert answered == [Answered(CommandId("c"), Result.APPLIED, Ack("e1", 3), "")]
    assert ready(line.display.confirmed, 1) == 2
    assert line.display.unsent == 0
    assert line.display.projection.kitchen == bridge.kitchen


def test_a_projection_that_is_known_grows_by_the_command() -> None:
    line = following(bridge_with(2))
    before = line.display.projection
    line.display.act(bump(1, "c"), 0)
    line.display.act(bump(1, "c"), 0)
    assert ready(before.kitchen, 1) == 0
    assert ready(line.display.projection.kitchen, 1) == 2
    assert kinds(line.display) == ["do"]


def test_commands_wait_for_a_bridge_and_go_out_in_order() -> None:
    bridge = bridge_with(3)
    session = following(bridge).display
    session.disconnected()
    for number in range(3):
        session.act(bump(number, f"c{number}"), 0)
    assert session.to_send() == []
    assert (session.unsent, session.next_tick_ms) == (3, None)
    Line(bridge, session, 0).pump(0)
    assert list(bridge.answers) == ["c0", "c1", "c2"]
    assert session.unsent == 0


def test_an_answer_that_was_lost_is_asked_for_again() -> None:
    bridge = bridge_with(1)
    line = following(bridge)
    line.display.act(bump(0, "c"), 0)
    line.collect()
    line.deliver_up(line.up.pop(), 0)
    line.display.disconnected()
    Line(bridge, line.display, 100).pump(100)
    (answered,) = only(line.display.events(), Answered)
    assert (answered.result, answered.ack.seq, answered.why) == (Result.APPLIED, 2, "")
    assert bridge.applied("c") == 1


def test_who_was_second_is_told() -> None:
    bridge = bridge_with(1)
    line = following(bridge)
    bridge.do(bump(0, "theirs"))
    line.display.act(bump(0, "ours"), 0)
    line.pump(0)
    (answered,) = only(line.display.events(), Answered)
    assert (answered.result, answered.why) == (Result.NO_OP, "already done")


def test_an_answer_may_come_before_its_events() -> None:
    bridge = bridge_with(1)
    line = following(bridge)
    line.display.act(bump(0, "c"), 0)
    bridge.do(bump(0, "c"))
    line.display.receive(m.from_bridge(m.Done("c", "applied", 2)), 0)
    assert line.display.unsent == 0
    assert ready(line.display.projection.kitchen, 0) == 2
    line.display.receive(news(bridge, 1), 0)
    assert line.display.projection.kitchen == bridge.kitchen


def test_a_refusal_takes_it_off_the_wall_and_says_why() -> None:
    line = following(bridge_with(1))
    line.display.act(bump(0, "c"), 0)
    assert ready(line.display.projection.kitchen, 0) == 2
    line.display.receive(m.from_bridge(m.Done("c", "refused", 1, "held")), 0)
    (answered,) = only(line.display.events(), Answered)
    assert (answered.result, answered.why) == (Result.REFUSED, "held")
    assert ready(line.display.projection.kitchen, 0) == 0


def test_a_result_that_it_does_not_know_is_an_answer_all_the_same() -> None:
    line = following(bridge_with(1))
    line.display.act(bump(0, "c"), 0)
    line.display.receive(m.from_bridge(m.Done("c", "postmarked", 1)), 0)
    line.display.receive(m.from_bridge(m.Done("c", "applied", 1)), 0)
    assert [a.result for a in only(line.display.events(), Answered)] == [Result.NO_OP]


def test_answers_outside_a_conversation_are_passed_over() -> None:
    session = display()
    session.act(bump(0, "c"), 0)
    session.connected(0)
    session.receive(m.from_bridge(m.Done("c", "applied", 1)), 0)
    assert session.unsent == 1


def test_a_full_disk_means_later_and_in_order() -> None:
    bridge = bridge_with(2)
    bridge.is_disk_full = True
    line = following(bridge)
    line.display.act(bump(0, "c0"), 0)
    line.display.act(bump(1, "c1"), 0)
    line.pump(0)
    assert [notice.command for notice in only(line.display.events(), NotKept)] == ["c0", "c1"]
    bridge.is_disk_full = False
    line.display.tick(999)
    line.pump(999)
    assert bridge.answers == {}
    assert ready(line.display.projection.kitchen, 0) == 2
    line.display.tick(1_000)
    line.pump(1_000)
    assert list(bridge.answers) == ["c0", "c1"]


def test_commands_that_are_not_kept_any_longer_are_dropped() -> None:
    bridge = bridge_with(1)
    line = following(bridge)
    line.display.act(bump(0, "c"), 0)
    line.pump(0)
    line.display.forget([CommandId("c")])
    line.display.disconnected()
    bridge.restore(1, "e2")
    Line(bridge, line.display, 0).pump(0)
    assert bridge.answers == {}


# --- time ----------------------------------------------------------------------------------


def test_it_pings_every_two_seconds_and_says_how_far_it_is() -> None:
    line = following(bridge_with(1))
    line.display.tick(1_999)
    assert kinds(line.display) == []
    assert line.display.next_tick_ms == 2_000
    line.display.tick(2_000)
    assert said(line.display) == [m.Ping(2_000, 1, 0)]


def test_silence_is_death_after_five_seconds_and_said_once() -> None:
    line = following(bridge_with(1))
    line.display.tick(4_999)
    assert line.display.silent_ms(4_999) == 4_999
    assert not only(line.display.events(), LineDead)
    line.display.tick(5_000)
    line.display.tick(6_000)
    assert line.display.events() == [LineDead()]
    assert line.display.next_tick_ms is None
    assert line.display.silent_ms(6_000) == 6_000
    line.display.disconnected()
    line.display.connected(7_000)
    assert line.display.next_tick_ms is not None


def test_a_slow_line_is_alive() -> None:
    """Pieces of a large message count: the whole may take longer than the patience."""
    line = following(bridge_with(1))
    line.display.heard(4_000)
    line.display.tick(8_999)
    assert line.display.events() == []


def test_time_does_nothing_without_a_line() -> None:
    session = display()
    session.tick(60_000)
    assert (session.events(), session.to_send(), session.next_tick_ms) == ([], [], None)
    assert session.silent_ms(60_000) is None


@pytest.mark.parametrize(
    ("pong", "is_missed"),
    [
        (m.Pong(2_000, 1, attempt=1, seq=1), False),
        (m.Pong(2_000, 1, attempt=1, seq=2), True),  # events were lost
        (m.Pong(2_000, 1, attempt=0, seq=1), True),  # the greeting was lost
    ],
)
def test_a_pong_shows_what_was_missed(pong: m.Pong, *, is_missed: bool) -> None:
    line = following(bridge_with(1))
    line.display.receive(m.from_bridge(pong), 2_001)
    assert (line.display.phase is Phase.GREETING) is is_missed


def test_a_lost_welcome_and_a_lost_last_part_are_missed_too() -> None:
    session = display()
    session.connected(0)
    session.to_send()
    session.receive(m.from_bridge(m.Pong(0, 1, attempt=1)), 1_000)
    assert kinds(session) == ["hello", "ping"]
    session.receive(m.from_bridge(m.Welcome("1.0", 2, "e1", resumed=False, at=START)), 1_000)
    session.receive(m.from_bridge(m.Pong(1_000, 1, attempt=2, parts=1)), 2_000)
    assert kinds(session) == ["hello", "ping"]


def test_a_pong_of_before_the_greeting_says_nothing_about_it() -> None:
    bridge = bridge_with(1)
    line = following(bridge, now_ms=500)
    line.display.receive(m.from_bridge(m.Pong(400, 1, attempt=0)), 600)
    assert line.display.phase is Phase.FOLLOWING


def test_who_was_turned_away_by_age_just_waits() -> None:
    session = display()
    session.connected(0)
    welcome(session, protocol="2.0")
    session.receive(m.from_bridge(m.Pong(0, 1, attempt=1, seq=9)), 1)
    assert session.phase is Phase.TURNED_AWAY


# --- the book ------------------------------------------------------------------------------


def test_a_book_that_it_can_not_read_is_said_and_the_old_one_stays() -> None:
    line = following(bridge_with(1))
    line.display.receive(m.from_bridge(m.BookText("new", "{}")), 0)
    assert line.display.book_fault is not None
    assert "update this screen" in line.display.book_fault.en
    assert (line.display.book, line.display.phase) == (BOOK, Phase.FOLLOWING)


def test_a_new_book_is_told_with_its_text() -> None:
    bridge = bridge_with(1)
    line = following(bridge)
    text = json.dumps(json.loads(book_to_json(BOOK)) | {"id": "other"})
    bridge.history.book = m.BookText("other", text)
    line.pump(0)
    (changed,) = only(line.display.events(), BookChanged)
    assert (changed.hash, changed.compiled, changed.book.data.id) == ("other", text, "other")
