"""Commands as they are sent: read whole, or refused with every fault and its place."""

from __future__ import annotations

import json
from decimal import Decimal
from typing import Any

import pytest

from kds.kitchen.commands import Command, CommandKind, SplitPart
from kds.kitchen.ids import AlertId, CommandId, LineId, OrderId, OrderKey, RuleId, SourceId
from kds.records import BadCommands, NotJson, TooLarge, command_from, command_json, parse_commands

KEY = OrderKey(SourceId("till-1"), OrderId("42"))
ORDER = {"source": "till-1", "order_id": "42"}


def bump(**more: Any) -> dict[str, Any]:
    """Return a bump as it is sent."""
    return {"id": "c1", "kind": "bump", "order": ORDER, **more}


def read(*sent: Any) -> tuple[Command, ...]:
    """Return sent commands as they are understood."""
    return parse_commands(json.dumps(sent[0] if len(sent) == 1 else sent).encode())


def faults(*sent: Any) -> dict[str, str]:
    """Return what is said to be wrong, by field."""
    with pytest.raises(BadCommands) as bad:
        read(*sent)
    return dict(bad.value.errors)


def test_one_command_or_a_list_of_them() -> None:
    assert read(bump()) == (Command(CommandId("c1"), CommandKind.BUMP, order=KEY),)
    assert [c.id for c in read(bump(id="a"), bump(id=7))] == ["a", "7"]
    assert parse_commands(b"[]") == ()


def test_every_field_of_the_contract_arrives() -> None:
    (command,) = read(
        bump(
            line_id=7,
            portions="1.5",
            view="wok",
            device="wok-1",
            person="Li",
            at="2026-11-21T18:03:11.250+08:00",
            seen=812,
        )
    )
    assert (command.line_id, command.portions, command.view) == ("7", Decimal("1.5"), "wok")
    assert (command.device, command.person, command.seen) == ("wok-1", "Li", 812)
    assert command.at == 1_795_255_391_250


def test_into_is_an_order_for_a_merge_and_a_station_for_a_fold() -> None:
    (merge,) = read(bump(kind="merge", into=ORDER))
    (fold,) = read({"id": "c", "kind": "fold", "station": "wok", "into": "cut"})
    (unfold,) = read({"id": "c", "kind": "fold", "station": "wok", "into": None})
    assert merge.into_order == KEY
    assert (fold.into_station, unfold.into_station) == ("cut", None)


def test_a_split_names_lines_portions_and_orders() -> None:
    lines = [{"line_id": "7", "portions": 2}, {"line_id": "8", "order": ORDER}]
    (split,) = read(bump(kind="split", lines=lines, table="B1"))
    assert split.lines == (
        SplitPart(LineId("7"), Decimal(2)),
        SplitPart(LineId("8"), order=KEY),
    )


def test_a_visit_does_for_an_order() -> None:
    (command,) = read({"id": "c", "kind": "close", "visit": "v1"})
    assert command.visit == "v1"


def test_every_fault_of_every_command_is_told_with_its_index() -> None:
    told = faults(
        bump(),
        bump(kind="zap", id=""),
        "bump",
        bump(portions=0, seen=-1, at="soon"),
        bump(at="soon", order={"source": "x"}),
        bump(at="soon"),
    )
    assert told.pop("[1].kind").startswith("must be one of start, bump, serve")
    assert told == {
        "[1].id": "must not be empty",
        "[2]": "must be an object",
        "[3].portions": "must be more than 0",
        "[3].seen": "must not be below 0",
        "[4].order.order_id": "is missing",
        "[5].at": "must be a date and time like 2026-11-21T18:03:11+08:00",
    }


@pytest.mark.parametrize(
    ("kind", "missing"),
    [
        ("bump", {"order"}),
        ("undo", {"undoes"}),
        ("move_table", {"order", "table"}),
        ("merge", {"order", "into"}),
        ("split", {"order", "lines"}),
        ("fold", {"station"}),
        ("sold_out", {"item_id"}),
        ("ack_alert", {"alert"}),
        ("pause_rule", {"rule"}),
    ],
)
def test_each_kind_says_what_it_needs(kind: str, missing: set[str]) -> None:
    assert set(faults({"id": "c", "kind": kind})) == missing


def test_a_wrong_into_is_told() -> None:
    assert faults(bump(kind="merge", into={"source": "s"})) == {"into.order_id": "is missing"}
    fold = {"id": "c", "kind": "fold", "station": "wok", "into": ORDER}
    assert faults(fold) == {"into": "must be a station or null"}


def test_what_is_no_json_and_what_is_too_much() -> None:
    with pytest.raises(NotJson):
        parse_commands(b"{")
    with pytest.raises(TooLarge, match="5,001 commands"):
        read(*[bump()] * 5001)


FULL = (
    Command(
        CommandId("c1"),
        CommandKind.BUMP,
        order=KEY,
        line_id=LineId("7"),
        portions=Decimal("0.5"),
        view="wok",
        device="wok-1",
        person="Li",
        at=read(bump(at="2026-11-21T18:03:11.25Z"))[0].at,
        seen=0,
    ),
    Command(CommandId("c2"), CommandKind.UNDO, undoes=CommandId("c1")),
    Command(CommandId("c3"), CommandKind.MERGE, order=KEY, into_order=KEY),
    Command(
        CommandId("c4"),
        CommandKind.SPLIT,
        order=KEY,
        table="B1",
        lines=(SplitPart(LineId("7"), Decimal(1)), SplitPart(LineId("8"), None, KEY)),
    ),
    Command(CommandId("c5"), CommandKind.SOLD_OUT, item_id="p1", name="毛肚", left=Decimal(0)),
    Command(CommandId("c6"), CommandKind.ACK_ALERT, alert=AlertId("a1")),
    Command(CommandId("c7"), CommandKind.PAUSE_RULE, rule=RuleId("r1")),
    Command(CommandId("c8"), CommandKind.RUSH, order=KEY, course="2", category="热菜", seat="B"),
    Command(CommandId("c9"), CommandKind.VOID, order=KEY, reason="dropped"),
)


@pytest.mark.parametrize("command", FULL, ids=lambda command: str(command.kind))
def test_a_command_is_the_same_after_it_was_sent(command: Command) -> None:
    sent = json.loads(json.dumps(command_json(command)))
    assert command_from(sent) == command
