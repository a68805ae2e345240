"""The bridge's session, every transition by plain calls."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal

import pytest

from kds.kitchen.ids import CommandId
from kds.records.commands import command_json
from kds.wire import messages as m
from kds.wire.bridge import MOST_FAULTS, MOST_WAITING, BridgeSession
from kds.wire.notices import Asked, Leave
from kds.wire.places import Place
from kds.wire.versions import PROTOCOL
from tests.unit.wire.toys import Line, ToyBridge, bump, display, following


def bridge_with(orders: int, kept_events: int = 2000) -> ToyBridge:
    bridge = ToyBridge(kept_events=kept_events)
    bridge.history.book = None
    for number in range(orders):
        bridge.order(number)
    return bridge


def hello(place: Place | None = None, protocol: str = "1.0", attempt: int = 1) -> m.Hello:
    return m.Hello(protocol, "test", "wok", "wok-1", attempt, place or Place())


def greeted(bridge: ToyBridge) -> BridgeSession:
    """Return a session whose display is up to date."""
    session = BridgeSession(bridge.history, 0)
    hear(session, bridge, hello(bridge.history.place))
    said(session)
    return session


def hear(
    session: BridgeSession, bridge: ToyBridge, message: m.FromDisplay, now_ms: int = 0
) -> None:
    session.receive(m.from_display(message), now_ms, bridge.now)


def do(session: BridgeSession, bridge: ToyBridge, *command_ids: str) -> None:
    for command_id in command_ids:
        hear(session, bridge, m.Do(command_json(bump(0, command_id))))


def said(session: BridgeSession) -> list[m.FromBridge]:
    found = []
    while texts := session.to_send():
        found += [m.read_bridge(text) for text in texts]
    return found


def kinds(session: BridgeSession) -> list[str]:
    return [message.kind for message in said(session)]


# --- greeting ------------------------------------------------------------------------------


def test_it_says_nothing_before_the_greeting() -> None:
    bridge = bridge_with(2)
    session = BridgeSession(bridge.history, 0)
    assert session.to_send() == []
    assert session.hello is None


def test_a_known_place_is_resumed_by_events() -> None:
    bridge = bridge_with(3)
    session = BridgeSession(bridge.history, 0, program="toy")
    hear(session, bridge, hello(Place("e1", 1, "order-0:1"), attempt=4))
    welcome, events = said(session)
    assert welcome == m.Welcome(PROTOCOL, 4, "e1", resumed=True, at=bridge.now, program="toy")
    assert isinstance(events, m.Events)
    assert [event.seq for event in events.events] == [2, 3]
    assert session.hello is not None


def test_any_other_place_gets_the_whole_kitchen_and_then_events() -> None:
    bridge = bridge_with(3)
    session = BridgeSession(bridge.history, 0)
    hear(session, bridge, hello(Place("e1", 1, "another")))
    bridge.order(9)
    welcome, part, events = said(session)
    assert isinstance(welcome, m.Welcome)
    assert not welcome.resumed
    assert isinstance(part, m.Part)
    assert (part.place.seq, part.last) == (3, True)
    assert isinstance(events, m.Events)
    assert [event.seq for event in events.events] == [4]
    assert session.snapshots == 1


def test_parts_come_one_at_a_time_and_answers_before_them() -> None:
    bridge = bridge_with(150)
    session = BridgeSession(bridge.history, 0)
    hear(session, bridge, hello())
    assert len(session.to_send()) == 2
    hear(session, bridge, m.Ping(5))
    pong, part = (m.read_bridge(text) for text in session.to_send())
    assert isinstance(pong, m.Pong)
    assert (pong.parts, pong.seq) == (1, 0)
    assert isinstance(part, m.Part)
    assert part.index == 1


def test_a_display_may_greet_again() -> None:
    bridge = bridge_with(3)
    session = greeted(bridge)
    hear(session, bridge, hello(Place("e1", 2, "order-1:1"), attempt=2))
    assert kinds(session) == ["welcome", "events"]
    hear(session, bridge, hello(attempt=3))
    assert kinds(session) == ["welcome", "part"]


@pytest.mark.parametrize(
    ("protocol", "code", "words"),
    [
        ("2.0", "too_new", "update the bridge"),
        ("0.1", "too_old", "update this"),
        ("?", "unclear", ""),
    ],
)
def test_other_major_versions_are_refused_in_plain_words(
    protocol: str, code: str, words: str
) -> None:
    bridge = bridge_with(1)
    session = BridgeSession(bridge.history, 0)
    hear(session, bridge, hello(protocol=protocol))
    (bye,) = said(session)
    assert isinstance(bye, m.Bye)
    assert bye.code == code
    assert words in bye.words["en"]
    assert bye.words["zh"]
    assert session.events() == [Leave(code)]


def test_a_later_minor_version_is_welcome() -> None:
    bridge = bridge_with(1)
    session = BridgeSession(bridge.history, 0)
    hear(session, bridge, hello(protocol="1.9"))
    assert kinds(session)[0] == "welcome"


# --- news ----------------------------------------------------------------------------------


def test_news_follow_by_pages() -> None:
    bridge = bridge_with(1)
    session = greeted(bridge)
    bridge.order(5)
    assert kinds(session) == ["events"]
    assert session.to_send() == []


def test_a_display_that_falls_behind_gets_a_snapshot_and_no_torn_events() -> None:
    bridge = bridge_with(1, kept_events=5)
    line = following(bridge)
    for number in range(2, 12):
        bridge.order(number)
    line.pump(0)
    assert line.display.confirmed == bridge.kitchen
    assert line.session.snapshots == 2  # the first one was for the greeting
    bridge.order(99)
    line.pump(0)
    assert line.display.confirmed == bridge.kitchen
    assert line.session.snapshots == 2


def test_the_book_is_told_once_and_before_what_it_decides() -> None:
    bridge = bridge_with(1)
    session = greeted(bridge)
    bridge.history.book = m.BookText("new", "{}")
    bridge.order(2)
    assert kinds(session) == ["book", "events"]
    bridge.order(3)
    assert kinds(session) == ["events"]


def test_a_display_that_has_the_book_is_not_told() -> None:
    bridge = bridge_with(0)
    bridge.history.book = m.BookText("same", "{}")
    session = BridgeSession(bridge.history, 0)
    hear(session, bridge, m.Hello("1.0", attempt=1, place=bridge.history.place, book="same"))
    assert kinds(session) == ["welcome"]


# --- how well the bridge is -----------------------------------------------------------------

FULL = m.Condition((m.Remark("disk", "late", "磁盘将满", "Disk nearly full"),))


def test_how_well_the_bridge_is_follows_the_welcome_and_comes_again_when_it_changes() -> None:
    bridge = bridge_with(1)
    assert bridge.history.tell(m.Condition())
    session = BridgeSession(bridge.history, 0)
    hear(session, bridge, hello(Place("e1", bridge.kitchen.seq, bridge.log[-1][1].id)))
    assert kinds(session) == ["welcome", "condition"]
    assert not bridge.history.tell(m.Condition())
    assert kinds(session) == []
    assert bridge.history.tell(FULL)
    assert said(session) == [FULL]
    hear(session, bridge, hello(attempt=2))
    assert FULL in said(session)


# --- commands ------------------------------------------------------------------------------


def test_commands_are_handed_on_one_bundle_at_a_time() -> None:
    bridge = bridge_with(1)
    session = greeted(bridge)
    do(session, bridge, "a", "b", "c")
    (asked,) = session.events()
    assert isinstance(asked, Asked)
    assert [command.id for command in asked.commands] == ["a"]
    session.answered([bridge.do(command) for command in asked.commands])
    (asked,) = session.events()
    assert isinstance(asked, Asked)
    assert [command.id for command in asked.commands] == ["b", "c"]
    session.answered([bridge.do(command) for command in asked.commands])
    done = [message for message in said(session) if isinstance(message, m.Done)]
    assert [(d.id, d.result, d.seq) for d in done] == [
        ("a", "applied", 2),
        ("b", "no_op", 2),
        ("c", "no_op", 2),
    ]
    assert session.events() == []


def test_a_command_that_is_under_way_is_not_taken_twice() -> None:
    bridge = bridge_with(1)
    session = greeted(bridge)
    do(session, bridge, "a", "a", "b", "b")
    (asked,) = session.events()
    session.answered([bridge.do(bump(0, "a"))])
    (asked,) = session.events()
    assert isinstance(asked, Asked)
    assert [command.id for command in asked.commands] == ["b"]


def test_what_is_not_kept_is_not_overtaken() -> None:
    bridge = bridge_with(1)
    session = greeted(bridge)
    do(session, bridge, "a", "b")
    session.events()
    session.unavailable("full")
    do(session, bridge, "c")  # was on its way when the disk filled up
    assert said(session) == [
        m.NotYet("a", "full"),
        m.NotYet("b", "full"),
        m.NotYet("c", "an earlier command waits"),
    ]
    do(session, bridge, "a", "b", "c")
    (asked,) = session.events()
    session.answered([bridge.do(bump(0, "a"))])
    (asked,) = session.events()
    assert isinstance(asked, Asked)
    assert [command.id for command in asked.commands] == ["b", "c"]


def test_a_flood_of_commands_is_bounded() -> None:
    bridge = bridge_with(1)
    session = greeted(bridge)
    do(session, bridge, *(f"c{n}" for n in range(MOST_WAITING + 2)))
    assert said(session) == [m.NotYet(f"c{MOST_WAITING + 1}", "too many commands at once")]


def test_a_command_of_the_wrong_shape_is_refused_with_every_fault() -> None:
    bridge = bridge_with(1)
    session = greeted(bridge)
    hear(session, bridge, m.Do({"id": "x", "kind": "bump", "portions": "many"}))
    hear(session, bridge, m.Do({"id": "y", "kind": "bump"}))
    first, second = said(session)
    assert isinstance(first, m.Done)
    assert (first.id, first.result, first.seq) == ("x", "refused", 1)
    assert "portions" in first.why
    assert isinstance(second, m.Done)
    assert "order" in second.why
    assert session.events() == []


def test_a_command_keeps_all_its_fields() -> None:
    bridge = bridge_with(1)
    session = greeted(bridge)
    command = bump(0, "a", seen=7, line="2")
    full = replace(command, portions=Decimal("1.5"), person="Li", at=bridge.now, reason="cold")
    hear(session, bridge, m.Do(command_json(full)))
    (asked,) = session.events()
    assert asked == Asked((full,))


@pytest.mark.parametrize("command", [{"kind": "bump"}, {"id": 7}, {}])
def test_a_command_without_an_id_is_a_fault(command: dict[str, object]) -> None:
    bridge = bridge_with(1)
    session = greeted(bridge)
    hear(session, bridge, m.Do(command))
    assert session.faults == 1
    assert said(session) == []


def test_a_command_before_the_greeting_is_a_fault() -> None:
    bridge = bridge_with(1)
    session = BridgeSession(bridge.history, 0)
    do(session, bridge, "a")
    assert session.faults == 1
    assert session.events() == []


# --- heartbeat -----------------------------------------------------------------------------


def test_a_ping_is_answered_with_the_time_and_what_was_sent() -> None:
    bridge = bridge_with(2)
    session = BridgeSession(bridge.history, 0, scale=60.0)
    hear(session, bridge, m.Ping(77, 1, 4))
    assert said(session) == [m.Pong(77, bridge.now, 60.0, 0, 0, 0)]
    hear(session, bridge, hello(bridge.history.place, attempt=3))
    said(session)
    hear(session, bridge, m.Ping(78, 2, 0))
    assert said(session) == [m.Pong(78, bridge.now, 60.0, 3, 2, 0)]
    assert (session.seq, session.unsent) == (2, 0)


def test_a_silent_display_is_given_up() -> None:
    bridge = bridge_with(1)
    session = greeted(bridge)
    assert session.next_tick_ms == 5_000
    session.tick(4_999)
    assert session.events() == []
    session.heard(4_999)
    session.tick(9_998)
    assert session.events() == []
    session.tick(9_999)
    session.tick(20_000)
    assert session.events() == [Leave("silent")]


# --- the end -------------------------------------------------------------------------------


def test_the_end_is_said_once_and_nothing_after_it() -> None:
    bridge = bridge_with(1)
    session = greeted(bridge)
    session.end()
    session.end()
    bridge.order(2)
    do(session, bridge, "a")
    assert kinds(session) == ["bye"]
    assert session.events() == [Leave("ending")]


def test_a_display_may_say_good_bye() -> None:
    bridge = bridge_with(1)
    session = greeted(bridge)
    hear(session, bridge, m.Bye("ending", "", ""))
    assert session.events() == [Leave("display left")]
    assert said(session) == []


def test_kinds_that_it_does_not_know_are_counted() -> None:
    bridge = bridge_with(1)
    session = greeted(bridge)
    session.receive('{"kind":"dance"}', 0, bridge.now)
    assert (session.unknown, session.faults) == (1, 0)


def test_who_only_talks_nonsense_is_shown_out() -> None:
    bridge = bridge_with(1)
    session = greeted(bridge)
    for _ in range(MOST_FAULTS):
        session.receive("{", 0, bridge.now)
    assert kinds(session) == ["bye"]
    assert session.events() == [Leave("unclear")]


def test_an_answer_after_the_end_does_no_harm() -> None:
    bridge = bridge_with(1)
    line = Line(bridge, display(), 0)
    line.pump(0)
    do(line.session, bridge, "a")
    line.session.end()
    line.session.answered([bridge.do(bump(0, "a"))])
    assert CommandId("a") in bridge.answers
