"""What a till is told of: found by comparing the kitchen before and after, whatever moved it."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from kds.kitchen.commands import CommandKind
from kds.kitchen.decide import Decision
from kds.kitchen.ids import Instant, LineId
from kds.kitchen.state import Kitchen
from kds.store.store import Store
from kds.store.values import Outgoing
from pos_bridge.status import messages
from pos_bridge.status.telling import Telling
from pos_bridge.status.webhooks import Webhook
from tests.unit.store.house import House, dish, key_of, url_of

NOW = Instant(5)


@dataclass
class Told:
    """A kitchen, and a back office that is told of everything."""

    house: House
    telling: Telling = field(
        default_factory=lambda: Telling((Webhook("office", "webhook:office", "https://x", ()),))
    )

    def of(self, decision: Decision) -> list[dict[str, Any]]:
        """Return what a decision that has happened is told as."""
        return [json.loads(each.body) for each in self.outgoing(decision)]

    def outgoing(self, decision: Decision) -> list[Outgoing]:
        before, self.before = self.before, decision.kitchen
        return self.telling.outgoing(before, decision.kitchen, decision.events, NOW)

    before: Kitchen = field(init=False)

    def __post_init__(self) -> None:
        self.before = self.house.kitchen

    def order(self, order_id: str = "1", *lines: Any, **fields: Any) -> list[dict[str, Any]]:
        return self.of(self.house.order(order_id, *lines, **fields))

    def do(self, kind: CommandKind, order_id: str = "1", **more: Any) -> list[dict[str, Any]]:
        return self.of(self.house.do(kind, order_id, **more))


@pytest.fixture
def told(tmp_path: Path) -> Any:
    store = Store.open(url_of(tmp_path / "kitchen.db"))
    yield Told(House(store))
    store.close()


def types(told: list[dict[str, Any]]) -> list[str]:
    return [each["type"] for each in told]


def test_each_step_of_a_line_counts_and_the_last_one_makes_it_ready(told: Told) -> None:
    assert types(told.order()) == ["order.accepted"]
    assert types(told.do(CommandKind.BUMP, view="cut")) == ["order.started"]
    (ready,) = told.do(CommandKind.BUMP, view="wok", portions=1)
    assert (ready["type"], ready["data"]["lines"][0]["happened"]) == ("line.ready", "ready")
    assert types(told.do(CommandKind.BUMP, view="wok")) == ["order.ready"]


def test_an_undo_is_a_recall_and_moving_is_nothing(told: Told) -> None:
    told.order()
    bumped = told.house.do(CommandKind.BUMP, "1")
    told.of(bumped)
    undo = told.do(CommandKind.UNDO, undoes=bumped.events[0].command)
    assert types(undo) == ["order.recalled"]
    assert undo[0]["data"]["lines"][0]["happened"] == "recalled"
    assert told.do(CommandKind.MOVE_TABLE, table="9") == []
    told.order("2")
    assert told.do(CommandKind.MERGE, "2", into_order=key_of("1")) == []


def test_what_comes_back_from_the_archive_is_not_accepted_anew(told: Told, tmp_path: Path) -> None:
    told.order()
    told.do(CommandKind.SERVE)
    house = told.house
    house.archive("1")
    house.keep()
    told.before = house.kitchen
    house.restore("1")
    restored, told.before = told.before, house.kitchen
    events = [entry.event for entry in house.entries]
    assert told.telling.outgoing(restored, house.kitchen, events, NOW) == []
    (again,) = told.do(CommandKind.RECALL)
    assert again["type"] == "order.recalled"


def test_a_kitchens_void_and_remake_are_told(told: Told) -> None:
    told.order("1", dish("1"), dish("2"))
    (void,) = told.do(CommandKind.VOID, line_id=LineId("1"), reason="dropped")
    assert void["type"] == "line.voided"
    assert void["data"]["lines"][0] | {"portions": 0} == {
        "line_id": "1",
        "item_id": "",
        "name": "dish 1",
        "origin": "pos",
        "state": "voided",
        "happened": "voided",
        "reason": "dropped",
        "sold_out": "0",
        "portions": 0,
    }
    told.do(CommandKind.BUMP, line_id=LineId("2"))
    (remade,) = told.do(CommandKind.REMAKE, line_id=LineId("2"))
    assert [(each["origin"], each["happened"]) for each in remade["data"]["lines"]] == [
        ("kitchen", "accepted")
    ]


def test_an_order_that_is_called_off_is_void_and_then_seen(told: Told) -> None:
    told.order()
    told.do(CommandKind.START)
    (void,) = told.order(revision=2, cancelled=True)
    assert (void["type"], void["data"]["state"]) == ("order.voided", "voided")
    (seen,) = told.do(CommandKind.ACK_VOID)
    assert (seen["type"], seen["data"]["state"]) == (
        "order.void_acknowledged",
        "void_acknowledged",
    )


def test_a_revision_that_adds_a_dish_to_what_is_ready_is_accepted(told: Told) -> None:
    told.order()
    told.do(CommandKind.BUMP)
    (more,) = told.order("1", dish("1"), dish("2"), revision=2)
    assert (more["type"], more["data"]["state"]) == ("order.accepted", "started")
    assert [each["line_id"] for each in more["data"]["lines"]] == ["2"]
    (same,) = told.order("1", dish("1"), dish("2"), revision=3, note="quick")
    assert (same["type"], same["data"]["revision"], same["data"]["lines"]) == (
        "order.accepted",
        3,
        [],
    )


def test_the_same_facts_have_the_same_id_and_another_channel_its_own(told: Told) -> None:
    decision = told.house.order("1")
    before = told.before
    (once,) = told.outgoing(decision)
    told.before = before
    (again,) = told.outgoing(decision)
    assert once.id == again.id
    assert messages.message_id("other", decision.events[-1].id, once.key) != once.id
    assert "." not in once.id


def test_an_order_of_thousands_of_lines_gives_a_message_of_bounded_size(told: Told) -> None:
    (accepted,) = told.order("1", *(dish(str(n)) for n in range(1_200)))
    assert len(accepted["data"]["lines"]) == messages.MOST_LINES
    assert accepted["data"]["lines_left_out"] == 700


def test_several_messages_become_one_that_says_all(told: Told) -> None:
    acts = [
        *told.outgoing(told.house.order("1", dish("1"), dish("2"))),
        *told.outgoing(told.house.do(CommandKind.START, "1", line_id=LineId("1"))),
        *told.outgoing(told.house.do(CommandKind.BUMP, "1", line_id=LineId("1"))),
    ]
    two = messages.merged([each.body for each in acts[:2]])
    one = json.loads(messages.merged([two, acts[2].body]))
    assert one["type"] == "order.started"
    assert one["timestamp"] == json.loads(acts[2].body)["timestamp"]
    assert one["data"]["superseded"] == 2
    assert one["data"]["superseded_types"] == ["order.accepted"]
    assert [(each["line_id"], each["state"]) for each in one["data"]["lines"]] == [
        ("2", "accepted"),
        ("1", "ready"),
    ]
    stock = [messages.text("stock.left", NOW, {"item_id": "a", "left": n}) for n in (3, 2)]
    assert json.loads(messages.merged(stock))["data"] == {
        "item_id": "a",
        "left": 2,
        "superseded": 1,
    }


def test_nobody_to_tell_costs_nothing(told: Told) -> None:
    told.telling.destinations = ()
    assert told.order() == []
